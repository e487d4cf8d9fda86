/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RECORDS_H
#define _OV2_RECORDS_H

#include <linux/bitfield.h>
#include <linux/compiler_attributes.h>
#include <linux/limits.h>
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
 * @sa_delete_req: the engine asks the transport to delete the frame's SA, and
 *	the outbound SA that belongs to it
 * @crypto_done: at least one IPsec payload was checked
 * @next_crypto_done: tunnel and transport payload were both checked
 * @status: valid only if @crypto_done is set
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
const char *ov2_crypto_status_name(enum ov2_crypto_status status);

/**
 * ov2_slot_is_word() - can a slot hold a record?
 * @slot: the slot
 *
 * Context: Any context.
 * Return: false if a bit above the word of 32 bits is set.
 */
static inline bool ov2_slot_is_word(unsigned long slot)
{
	return slot <= U32_MAX;
}

/* The functions for records of received frames are inline, because bridge and
 * engine call them for each frame.
 */

/**
 * ov2_rx_result_encode() - make the word of slot 1, receive
 * @res: what to encode. If @res->crypto_done is not set, status and
 *	next_crypto_done are written as zero (INV-1)
 *
 * Source: NDIS_IPSEC_OFFLOAD_V2_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: the word, host order.
 */
static inline u32 ov2_rx_result_encode(const struct ov2_rx_result *res)
{
	u32 word = res->sa_delete_req ? OV2_RX_SA_DELETE_REQ : 0;

	if (!res->crypto_done)
		return word;

	word |= OV2_RX_CRYPTO_DONE |
		FIELD_PREP(OV2_RX_CRYPTO_STATUS, res->status);
	if (res->next_crypto_done)
		word |= OV2_RX_NEXT_CRYPTO_DONE;
	return word;
}

/**
 * ov2_rx_result_decode() - read the word of slot 1, receive
 * @slot: the slot, host order
 * @res: filled in with the fields. Without crypto_done, status and
 *	next_crypto_done are zero, even if they are set in the word (INV-1)
 *
 * INV-1 to INV-3 say which words are legal. Source:
 * NDIS_IPSEC_OFFLOAD_V2_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: false if @slot is illegal: it has bits above the word, NextCryptoDone
 * without CryptoDone, reserved bits, or an unknown status. Then the caller
 * must not accept the frame, even if @res->status is success.
 */
static inline bool __must_check
ov2_rx_result_decode(unsigned long slot, struct ov2_rx_result *res)
{
	u32 word = slot;
	u32 status = FIELD_GET(OV2_RX_CRYPTO_STATUS, word);

	res->sa_delete_req = word & OV2_RX_SA_DELETE_REQ;
	res->crypto_done = word & OV2_RX_CRYPTO_DONE;
	res->next_crypto_done = false;
	res->status = OV2_CRYPTO_SUCCESS;

	if (!ov2_slot_is_word(slot) || word & OV2_RX_RESERVED)
		return false;
	if (!res->crypto_done)
		return !(word & OV2_RX_NEXT_CRYPTO_DONE);
	if (status >= OV2_CRYPTO_STATUS_MAX)
		return false;

	res->next_crypto_done = word & OV2_RX_NEXT_CRYPTO_DONE;
	res->status = status;
	return true;
}

/**
 * ov2_rx_header_encode() - make the word of slot 12, receive
 * @hdr: what to encode; without @hdr->info_set the word is zero (INV-4)
 *
 * Source: NDIS_IPSEC_OFFLOAD_V2_HEADER_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: the word, host order.
 */
static inline u32 ov2_rx_header_encode(const struct ov2_rx_header *hdr)
{
	if (!hdr->info_set)
		return 0;

	return FIELD_PREP(OV2_RX_HDR_NEXT_HEADER, hdr->next_header) |
	       FIELD_PREP(OV2_RX_HDR_PAD_LENGTH, hdr->pad_length) |
	       OV2_RX_HDR_INFO_SET;
}

/**
 * ov2_rx_header_decode() - read the word of slot 12, receive
 * @slot: the slot, host order
 * @hdr: filled in with the fields; all zero if OV2_RX_HDR_INFO_SET is not set
 *	(INV-4)
 *
 * Source: NDIS_IPSEC_OFFLOAD_V2_HEADER_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: false if @slot has bits above the word, or reserved bits.
 */
static inline bool __must_check
ov2_rx_header_decode(unsigned long slot, struct ov2_rx_header *hdr)
{
	u32 word = slot & OV2_RX_HDR_INFO_SET ? slot : 0;

	hdr->info_set = word & OV2_RX_HDR_INFO_SET;
	hdr->next_header = FIELD_GET(OV2_RX_HDR_NEXT_HEADER, word);
	hdr->pad_length = FIELD_GET(OV2_RX_HDR_PAD_LENGTH, word);
	return ov2_slot_is_word(slot) && !(slot & OV2_RX_HDR_RESERVED);
}

#endif /* _OV2_RECORDS_H */
