/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_ADD_H
#define _OV2_RIG_ADD_H

#include "rig.h"

struct ov2_rig_request;

/**
 * struct ov2_rig_sa - an SA as both of its ends know it
 * @ipv6: family of its endpoints
 * @tunnel: the mode is OV2_SA_TUNNEL, else OV2_SA_TRANSPORT
 * @esn: extended sequence numbers
 * @ah_only: the SA has AH (@ah_auth), and no ESP
 * @net: endpoints are 10.0.net.1 and .2, or fd00:net::1 and ::2
 * @spi: the SPI of ESP, host order
 * @ah_spi: the SPI of AH, host order; only with @ah_auth
 * @encr: OV2_ENCR_* of ESP
 * @auth: OV2_AUTH_* of ESP, 0 with a combined mode
 * @ah_auth: OV2_AUTH_* of AH; 0 = no AH
 * @icv_len: bytes of the ICV of a combined mode
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @udp_dport: destination port of UDP-ESP, host order. With 0 the SA takes any
 *	port, and frames that the rig makes have port 4500
 * @seq_hi: high half that the SA starts with, host order
 * @seq_lo: low half that the SA starts with
 * @window: replay window
 * @key: chooses the keys; two SAs with the same value here have the same keys
 * @out: its handle at the sender, from ov2_rig_add_outbound()
 * @in: its handle at the receiver, from ov2_rig_add_inbound()
 */
struct ov2_rig_sa {
	bool ipv6;
	bool tunnel;
	bool esn;
	bool ah_only;
	u8 net;
	u32 spi;
	u32 ah_spi;
	u32 encr;
	u32 auth;
	u32 ah_auth;
	u8 icv_len;
	u32 udp_esp;
	u16 udp_dport;
	u32 seq_hi;
	u32 seq_lo;
	u32 window;
	u8 key;
	unsigned long out;
	unsigned long in;
};

/* AES-GCM-128, IPv4, transport mode. Tests use this SA if they need no special
 * one.
 */
#define OV2_RIG_SA_GCM	{						\
	.spi = 0x1000,							\
	.encr = OV2_ENCR_AES_GCM_128,					\
	.icv_len = 16,							\
	.window = 64,							\
}

struct ov2_rig_request *ov2_rig_add_new(struct ov2_rig *rig,
					const struct ov2_rig_sa *sa,
					bool inbound);

#endif /* _OV2_RIG_ADD_H */
