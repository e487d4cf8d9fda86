/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PACKET_SHAPE_H
#define _OV2_PACKET_SHAPE_H

#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../../bridge/packet/spd.h"
#include "../../compat/xfrm.h"

#define OV2_SHAPE_IV_LEN	8
#define OV2_SHAPE_ICV_LEN	16
#define OV2_SHAPE_BODY		100
#define OV2_SHAPE_ROOM		512

extern const u8 ov2_shape_own_mac[ETH_ALEN];
extern const u8 ov2_shape_peer_mac[ETH_ALEN];

/**
 * struct ov2_shape - a packet to be made
 * @ipv6: family of the outermost IP header
 * @tunnel: tunnel mode, with an inner packet
 * @udp: ESP is behind UDP
 * @inner6: the inner packet is IPv6
 * @flags: XFRM_STATE_* of the state
 * @outer_tos: DSCP and ECN of the outer packet
 * @inner_tos: DSCP and ECN of the inner packet
 * @pad: pad length
 * @proto: innermost protocol; default TCP
 */
struct ov2_shape {
	bool ipv6;
	bool tunnel;
	bool udp;
	bool inner6;
	u8 flags;
	u8 outer_tos;
	u8 inner_tos;
	u8 pad;
	u8 proto;
};

static inline unsigned int ov2_shape_ip_len(bool ipv6)
{
	return ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

struct xfrm_state *ov2_shape_state(struct kunit *test,
				   const struct ov2_shape *shape);
u8 ov2_shape_next_header(const struct ov2_shape *shape);
unsigned int ov2_shape_len(const struct ov2_shape *shape);
struct sk_buff *ov2_shape_frame(struct kunit *test,
				const struct ov2_shape *shape);
struct sk_buff *ov2_shape_clear(struct kunit *test,
				const struct ov2_shape *shape);
struct net_device *ov2_shape_device(struct kunit *test);
struct ov2_policy *ov2_shape_policy(struct kunit *test, u8 dir, bool ipv6,
				    u8 action, u32 reqid);
void ov2_shape_receive(struct sk_buff *skb, struct net_device *dev);

#endif /* _OV2_PACKET_SHAPE_H */
