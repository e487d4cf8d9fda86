/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RECORDS_H
#define _OV2_RECORDS_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

#include "../../uapi/linux/ipsecov2.h"

/**
 * struct ov2_tx_header - slot 12 on transmit, decoded
 * @next_header: next header of the ESP trailer
 * @pad_length: ESP pad bytes at the end of the payload
 * @ah_offset: bytes from the outer IP header to the AH header, 0 = no AH
 * @esp_offset: bytes from the outer IP header to the ESP header, 0 = no ESP
 */
struct ov2_tx_header {
	u8 next_header;
	u8 pad_length;
	u16 ah_offset;
	u16 esp_offset;
};

/**
 * struct ov2_rx_result - slot 1 on receive, decoded
 * @sa_delete_req: the engine asks for the SA pair to be deleted
 * @crypto_done: at least one IPsec payload was checked
 * @next_crypto_done: tunnel and transport payload were both checked
 * @status: means something only if @crypto_done
 */
struct ov2_rx_result {
	bool sa_delete_req;
	bool crypto_done;
	bool next_crypto_done;
	enum ov2_crypto_status status;
};

/**
 * struct ov2_rx_header - slot 12 on receive, decoded
 * @next_header: next header of the decrypted trailer
 * @pad_length: pad length of the decrypted trailer
 * @info_set: @next_header and @pad_length are valid
 */
struct ov2_rx_header {
	u8 next_header;
	u8 pad_length;
	bool info_set;
};

/**
 * struct ov2_tx_checksum - slot 0 on transmit, decoded
 * @ipv4: the packet that carries TCP or UDP is IPv4
 * @ipv6: the packet that carries TCP or UDP is IPv6
 * @tcp: TCP's checksum is to be completed
 * @udp: UDP's checksum is to be completed
 * @ip_header: the outermost IPv4 header's checksum is to be completed
 * @tcp_offset: bytes from the start of the frame to the TCP header
 */
struct ov2_tx_checksum {
	bool ipv4;
	bool ipv6;
	bool tcp;
	bool udp;
	bool ip_header;
	u16 tcp_offset;
};

/**
 * struct ov2_tx_lso - slot 2 on transmit, decoded
 * @mss: bytes of TCP payload that a segment has at most
 * @tcp_offset: bytes from the start of the frame to the TCP header, ESP and AH
 *	headers included
 * @v2: LSOv2; IPsec works only with this version
 * @ipv6: the packet is IPv6
 */
struct ov2_tx_lso {
	u32 mss;
	u16 tcp_offset;
	bool v2;
	bool ipv6;
};

int __must_check ov2_tx_header_encode(const struct ov2_tx_header *hdr,
				      u32 *word);
bool __must_check ov2_tx_header_decode(unsigned long slot,
				       struct ov2_tx_header *hdr);
int __must_check ov2_tx_checksum_encode(const struct ov2_tx_checksum *csum,
					u32 *word);
bool __must_check ov2_tx_checksum_decode(unsigned long slot,
					 struct ov2_tx_checksum *csum);
int __must_check ov2_tx_lso_encode(const struct ov2_tx_lso *lso, u32 *word);
bool __must_check ov2_tx_lso_decode(unsigned long slot,
				    struct ov2_tx_lso *lso);
u32 ov2_rx_result_encode(const struct ov2_rx_result *res);
bool __must_check ov2_rx_result_decode(unsigned long slot,
				       struct ov2_rx_result *res);
u32 ov2_rx_header_encode(const struct ov2_rx_header *hdr);
bool __must_check ov2_rx_header_decode(unsigned long slot,
				       struct ov2_rx_header *hdr);
const char *ov2_crypto_status_name(enum ov2_crypto_status status);

#endif /* _OV2_RECORDS_H */
