/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * IPsecOV2 out-of-band records, as one word each.
 *
 * All words are in host byte order. Bits are counted from the least
 * significant one, as NDIS lays out its bit fields. Values marked NDIS come
 * from the public Windows headers. The meaning of a value never changes.
 */
#ifndef _UAPI_LINUX_IPSECOV2_H
#define _UAPI_LINUX_IPSECOV2_H

#include <linux/types.h>

/**
 * enum ov2_info - slots of an NBL's out-of-band array (NetBufferListInfo)
 * @OV2_INFO_CHECKSUM: TcpIpChecksumNetBufferListInfo
 * @OV2_INFO_IPSEC: IPsecOffloadV2NetBufferListInfo: SA handle on transmit, a
 *	word of OV2_RX_* on receive
 * @OV2_INFO_LSO: TcpLargeSendNetBufferListInfo
 * @OV2_INFO_IPSEC_TUNNEL: IPsecOffloadV2TunnelNetBufferListInfo: handle of
 *	the tunnel SA on transmit, zero on receive
 * @OV2_INFO_IPSEC_HEADER: IPsecOffloadV2HeaderNetBufferListInfo: a word of
 *	OV2_TX_HDR_* on transmit, and a word of OV2_RX_HDR_* on receive
 * @OV2_INFO_MAX: one more than the number of the last slot
 *
 * A slot holds the record itself, and not a pointer to the record. Zero means
 * "nothing" in every slot.
 */
enum ov2_info {
	OV2_INFO_CHECKSUM = 0,
	OV2_INFO_IPSEC = 1,
	OV2_INFO_LSO = 2,
	OV2_INFO_IPSEC_TUNNEL = 11,
	OV2_INFO_IPSEC_HEADER = 12,
	OV2_INFO_MAX,
};

/* Slot 0 on transmit: NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO.Transmit. The
 * offset is the number of bytes from the start of the frame to the TCP header,
 * and is set for TCP only
 */
#define OV2_TX_CSUM_IPV4		0x00000001U
#define OV2_TX_CSUM_IPV6		0x00000002U
#define OV2_TX_CSUM_TCP			0x00000004U
#define OV2_TX_CSUM_UDP			0x00000008U
#define OV2_TX_CSUM_IP_HEADER		0x00000010U
#define OV2_TX_CSUM_RESERVED		0xfc00ffe0U
#define OV2_TX_CSUM_TCP_OFFSET		0x03ff0000U

/* Slot 2 on transmit: NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO. The
 * offset is the number of bytes from the start of the frame to the TCP header,
 * ESP and AH headers included
 */
#define OV2_TX_LSO_MSS			0x000fffffU
#define OV2_TX_LSO_TCP_OFFSET		0x3ff00000U
#define OV2_TX_LSO_V2			0x40000000U
#define OV2_TX_LSO_IPV6			0x80000000U

/* Slot 1 on receive: NDIS_IPSEC_OFFLOAD_V2_NET_BUFFER_LIST_INFO.Receive */
#define OV2_RX_SA_DELETE_REQ		0x00000001U
#define OV2_RX_CRYPTO_DONE		0x00000002U
#define OV2_RX_NEXT_CRYPTO_DONE		0x00000004U
#define OV2_RX_RESERVED			0x0000fff8U
/* enum ov2_crypto_status */
#define OV2_RX_CRYPTO_STATUS		0xffff0000U

/* Slot 12 on transmit: an offset is the number of bytes from the outer IP
 * header, divided by 4
 */
#define OV2_TX_HDR_NEXT_HEADER		0x000000ffU
#define OV2_TX_HDR_PAD_LENGTH		0x0000ff00U
#define OV2_TX_HDR_AH_OFFSET		0x00ff0000U
#define OV2_TX_HDR_ESP_OFFSET		0xff000000U

/* Slot 12 on receive: the trailer that was found after decryption */
#define OV2_RX_HDR_NEXT_HEADER		0x000000ffU
#define OV2_RX_HDR_PAD_LENGTH		0x0000ff00U
#define OV2_RX_HDR_INFO_SET		0x00010000U
#define OV2_RX_HDR_RESERVED		0xfffe0000U

/**
 * enum ov2_crypto_status - CryptoStatus of a received NBL (NDIS)
 * @OV2_CRYPTO_SUCCESS: every ICV is right, and what was encrypted is decrypted.
 *	Means something only if OV2_RX_CRYPTO_DONE is set
 * @OV2_CRYPTO_GENERIC_ERROR: the check failed for a reason that is not in this
 *	list
 * @OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED: the transport portion's AH ICV is wrong
 * @OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED: the transport portion's ESP ICV is
 *	wrong
 * @OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED: the tunnel portion's AH ICV is wrong
 * @OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED: the tunnel portion's ESP ICV is wrong
 * @OV2_CRYPTO_INVALID_PACKET_SYNTAX: a length does not fit ESP or AH
 * @OV2_CRYPTO_INVALID_PROTOCOL: the packet has another protocol than the SA
 * @OV2_CRYPTO_STATUS_MAX: number of values
 *
 * A status is a number here. In Linux (struct xfrm_offload) it is the bit
 * 1 << number.
 */
enum ov2_crypto_status {
	OV2_CRYPTO_SUCCESS = 0,
	OV2_CRYPTO_GENERIC_ERROR = 1,
	OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED = 2,
	OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED = 3,
	OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED = 4,
	OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED = 5,
	OV2_CRYPTO_INVALID_PACKET_SYNTAX = 6,
	OV2_CRYPTO_INVALID_PROTOCOL = 7,
	OV2_CRYPTO_STATUS_MAX,
};

#endif /* _UAPI_LINUX_IPSECOV2_H */
