// SPDX-License-Identifier: GPL-2.0
/*
 * The out-of-band records of IPsecOV2: structures to words and back.
 *
 * A record is a word of 32 bits. A slot may be wider, because it is as wide as
 * a handle. A slot holds no record if a bit above the word or a reserved bit is
 * set. The decoders fill in the structure even then, so a caller must check the
 * return value before it acts on the structure.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "records.h"

#define OV2_OFFSET_UNIT	4
#define OV2_OFFSET_MAX	(0xff * OV2_OFFSET_UNIT)

static bool offset_encodable(u16 offset)
{
	return !(offset % OV2_OFFSET_UNIT) && offset <= OV2_OFFSET_MAX;
}

/**
 * ov2_tx_header_encode() - make the word of slot 12, transmit
 * @hdr: what to encode
 * @word: filled in with the word, host order
 *
 * INV-5 limits the offsets. Source:
 * NDIS_IPSEC_OFFLOAD_V2_HEADER_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: 0, or -ERANGE if an offset is above 1020 or no multiple of 4.
 */
int ov2_tx_header_encode(const struct ov2_tx_header *hdr, u32 *word)
{
	if (!offset_encodable(hdr->ah_offset) ||
	    !offset_encodable(hdr->esp_offset))
		return -ERANGE;

	*word = FIELD_PREP(OV2_TX_HDR_NEXT_HEADER, hdr->next_header) |
		FIELD_PREP(OV2_TX_HDR_PAD_LENGTH, hdr->pad_length) |
		FIELD_PREP(OV2_TX_HDR_AH_OFFSET,
			   hdr->ah_offset / OV2_OFFSET_UNIT) |
		FIELD_PREP(OV2_TX_HDR_ESP_OFFSET,
			   hdr->esp_offset / OV2_OFFSET_UNIT);
	return 0;
}

/**
 * ov2_tx_header_decode() - read the word of slot 12, transmit
 * @slot: the slot, host order
 * @hdr: filled in with the fields, offsets in bytes
 *
 * Source: NDIS_IPSEC_OFFLOAD_V2_HEADER_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: false if @slot has bits above the word.
 */
bool ov2_tx_header_decode(unsigned long slot, struct ov2_tx_header *hdr)
{
	u32 word = slot;

	hdr->next_header = FIELD_GET(OV2_TX_HDR_NEXT_HEADER, word);
	hdr->pad_length = FIELD_GET(OV2_TX_HDR_PAD_LENGTH, word);
	hdr->ah_offset = FIELD_GET(OV2_TX_HDR_AH_OFFSET, word) *
			 OV2_OFFSET_UNIT;
	hdr->esp_offset = FIELD_GET(OV2_TX_HDR_ESP_OFFSET, word) *
			  OV2_OFFSET_UNIT;
	return ov2_slot_is_word(slot);
}

/**
 * ov2_tx_checksum_encode() - make the word of slot 0, transmit
 * @csum: what to encode
 * @word: filled in with the word, host order
 *
 * Source: NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: 0, or -ERANGE if the offset is above 1023.
 */
int ov2_tx_checksum_encode(const struct ov2_tx_checksum *csum, u32 *word)
{
	if (!FIELD_FIT(OV2_TX_CSUM_TCP_OFFSET, csum->tcp_offset))
		return -ERANGE;

	*word = FIELD_PREP(OV2_TX_CSUM_IPV4, csum->ipv4) |
		FIELD_PREP(OV2_TX_CSUM_IPV6, csum->ipv6) |
		FIELD_PREP(OV2_TX_CSUM_TCP, csum->tcp) |
		FIELD_PREP(OV2_TX_CSUM_UDP, csum->udp) |
		FIELD_PREP(OV2_TX_CSUM_IP_HEADER, csum->ip_header) |
		FIELD_PREP(OV2_TX_CSUM_TCP_OFFSET, csum->tcp_offset);
	return 0;
}

/**
 * ov2_tx_checksum_decode() - read the word of slot 0, transmit
 * @slot: the slot, host order
 * @csum: filled in with the fields
 *
 * Source: NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: false if @slot has bits above the word, or reserved bits.
 */
bool ov2_tx_checksum_decode(unsigned long slot, struct ov2_tx_checksum *csum)
{
	u32 word = slot;

	csum->ipv4 = word & OV2_TX_CSUM_IPV4;
	csum->ipv6 = word & OV2_TX_CSUM_IPV6;
	csum->tcp = word & OV2_TX_CSUM_TCP;
	csum->udp = word & OV2_TX_CSUM_UDP;
	csum->ip_header = word & OV2_TX_CSUM_IP_HEADER;
	csum->tcp_offset = FIELD_GET(OV2_TX_CSUM_TCP_OFFSET, word);
	return ov2_slot_is_word(slot) && !(word & OV2_TX_CSUM_RESERVED);
}

/**
 * ov2_tx_lso_encode() - make the word of slot 2, transmit
 * @lso: what to encode
 * @word: filled in with the word, host order
 *
 * Source: NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: 0, or -ERANGE if the offset is above 1023 or the MSS above 2^20 - 1.
 */
int ov2_tx_lso_encode(const struct ov2_tx_lso *lso, u32 *word)
{
	if (!FIELD_FIT(OV2_TX_LSO_MSS, lso->mss) ||
	    !FIELD_FIT(OV2_TX_LSO_TCP_OFFSET, lso->tcp_offset))
		return -ERANGE;

	*word = FIELD_PREP(OV2_TX_LSO_MSS, lso->mss) |
		FIELD_PREP(OV2_TX_LSO_TCP_OFFSET, lso->tcp_offset) |
		FIELD_PREP(OV2_TX_LSO_V2, lso->v2) |
		FIELD_PREP(OV2_TX_LSO_IPV6, lso->ipv6);
	return 0;
}

/**
 * ov2_tx_lso_decode() - read the word of slot 2, transmit
 * @slot: the slot, host order
 * @lso: filled in with the fields
 *
 * Source: NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO.
 *
 * Context: Any context.
 * Return: false if @slot has bits above the word.
 */
bool ov2_tx_lso_decode(unsigned long slot, struct ov2_tx_lso *lso)
{
	u32 word = slot;

	lso->mss = FIELD_GET(OV2_TX_LSO_MSS, word);
	lso->tcp_offset = FIELD_GET(OV2_TX_LSO_TCP_OFFSET, word);
	lso->v2 = word & OV2_TX_LSO_V2;
	lso->ipv6 = word & OV2_TX_LSO_IPV6;
	return ov2_slot_is_word(slot);
}

static const char * const status_names[OV2_CRYPTO_STATUS_MAX] = {
	[OV2_CRYPTO_SUCCESS] = "success",
	[OV2_CRYPTO_GENERIC_ERROR] = "generic_error",
	[OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED] = "transport_ah_auth_failed",
	[OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED] = "transport_esp_auth_failed",
	[OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED] = "tunnel_ah_auth_failed",
	[OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED] = "tunnel_esp_auth_failed",
	[OV2_CRYPTO_INVALID_PACKET_SYNTAX] = "invalid_packet_syntax",
	[OV2_CRYPTO_INVALID_PROTOCOL] = "invalid_protocol",
};

/**
 * ov2_crypto_status_name() - tell the name of a CryptoStatus, for monitors
 * @status: the status
 *
 * Context: Any context.
 * Return: its name in lower case, or "unknown" if @status has no name.
 */
const char *ov2_crypto_status_name(enum ov2_crypto_status status)
{
	if (status >= ARRAY_SIZE(status_names))
		return "unknown";
	return status_names[status];
}
