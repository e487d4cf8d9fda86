/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CAPABILITIES_H
#define _OV2_CAPABILITIES_H

#include <linux/build_bug.h>
#include <linux/types.h>

#define OV2_ENCAPSULATION_IEEE_802_3	0x2U

/* Integrity algorithms. 0x08 to 0x20 mean AES-GMAC here. Among the encryption
 * algorithms below they mean AES-GCM.
 */
#define OV2_AUTH_MD5			0x01U
#define OV2_AUTH_SHA_1			0x02U
#define OV2_AUTH_SHA_256		0x04U
#define OV2_AUTH_AES_GCM_128		0x08U
#define OV2_AUTH_AES_GCM_192		0x10U
#define OV2_AUTH_AES_GCM_256		0x20U

/* Encryption algorithms. 0x001 is null encryption. 0 says that there is no
 * algorithm.
 */
#define OV2_ENCR_NONE			0x001U
#define OV2_ENCR_DES_CBC		0x002U
#define OV2_ENCR_3_DES_CBC		0x004U
#define OV2_ENCR_AES_GCM_128		0x008U
#define OV2_ENCR_AES_GCM_192		0x010U
#define OV2_ENCR_AES_GCM_256		0x020U
#define OV2_ENCR_AES_CBC_128		0x040U
#define OV2_ENCR_AES_CBC_192		0x080U
#define OV2_ENCR_AES_CBC_256		0x100U

/* Extensions: algorithms that Linux has, and that have no bit in IPsecOV2.
 * Their bits are in the upper half of the same masks and identifiers. NDIS
 * never used the upper half.
 */
#define OV2_EXT_AUTH_SHA_384		0x10000U
#define OV2_EXT_AUTH_SHA_512		0x20000U

#define OV2_EXT_ENCR_AES_CCM_128	0x010000U
#define OV2_EXT_ENCR_AES_CCM_192	0x020000U
#define OV2_EXT_ENCR_AES_CCM_256	0x040000U
#define OV2_EXT_ENCR_CHACHA20_POLY1305	0x080000U
#define OV2_EXT_ENCR_AES_CTR_128	0x100000U
#define OV2_EXT_ENCR_AES_CTR_192	0x200000U
#define OV2_EXT_ENCR_AES_CTR_256	0x400000U

/* UDP encapsulation of ESP, in an SA and in the capabilities */
#define OV2_UDP_ESP_TRANSPORT			0x1U
#define OV2_UDP_ESP_TUNNEL			0x2U
#define OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL	0x4U
#define OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL	0x8U

/**
 * struct ov2_capabilities - NDIS_IPSEC_OFFLOAD_V2
 * @encapsulation: OV2_ENCAPSULATION_* that IPsec offload works with
 * @ipv6: IPv6 traffic
 * @ipv4_options: packets with IPv4 options
 * @ipv6_ext_headers: packets with IPv6 extension headers other than AH and ESP
 * @ah: AH, both directions
 * @esp: ESP, both directions
 * @ah_esp_combined: AH and ESP in one packet
 * @transport: transport portion
 * @tunnel: tunnel portion; set if any other member is set (INV-43)
 * @transport_tunnel_combined: both portions in one packet
 * @lso: large send on IPsec connections
 * @esn: extended sequence numbers
 * @udp_esp: mask of OV2_UDP_ESP_*
 * @auth: mask of OV2_AUTH_* and OV2_EXT_AUTH_*
 * @encr: mask of OV2_ENCR_* and OV2_EXT_ENCR_*
 * @sa_capacity: number of SA bundles
 *
 * Layout of NDIS_IPSEC_OFFLOAD_V2 on x64.
 */
struct ov2_capabilities {
	u32 encapsulation;
	u8 ipv6;
	u8 ipv4_options;
	u8 ipv6_ext_headers;
	u8 ah;
	u8 esp;
	u8 ah_esp_combined;
	u8 transport;
	u8 tunnel;
	u8 transport_tunnel_combined;
	u8 lso;
	u8 esn;
	u32 udp_esp;
	u32 auth;
	u32 encr;
	u32 sa_capacity;
};

static_assert(sizeof(struct ov2_capabilities) == 0x20);

#endif /* _OV2_CAPABILITIES_H */
