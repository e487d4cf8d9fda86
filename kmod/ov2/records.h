/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RECORDS_H
#define _OV2_RECORDS_H

#include <linux/types.h>

#include "../../uapi/linux/ipsecov2.h"

/**
 * struct ov2_tx_header - slot 12 on transmit, decoded
 * @next_header: what belongs into the ESP trailer
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
 * @sa_delete_req: the card asks for the removal of the SA pair
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
 * @info_set: the other two are valid
 */
struct ov2_rx_header {
	u8 next_header;
	u8 pad_length;
	bool info_set;
};

int ov2_tx_header_encode(const struct ov2_tx_header *hdr, u32 *word);
void ov2_tx_header_decode(u32 word, struct ov2_tx_header *hdr);
u32 ov2_rx_result_encode(const struct ov2_rx_result *res);
bool ov2_rx_result_decode(u32 word, struct ov2_rx_result *res);
u32 ov2_rx_header_encode(const struct ov2_rx_header *hdr);
void ov2_rx_header_decode(u32 word, struct ov2_rx_header *hdr);
const char *ov2_crypto_status_name(enum ov2_crypto_status status);

#endif /* _OV2_RECORDS_H */
