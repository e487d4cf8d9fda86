/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_OUTER_H
#define _OV2_OUTER_H

#include <linux/etherdevice.h>

#include "../../compat/xfrm.h"

struct ov2_pending;

/**
 * enum ov2_way - is the outer packet's next hop known?
 * @OV2_WAY_READY: the next hop's address is known
 * @OV2_WAY_PENDING: the packet is taken. It waits until the neighbour's address
 *	is known
 * @OV2_WAY_NONE: the route leads to another device, there is no route or no
 *	neighbour, or too many packets wait already
 * @OV2_WAY_NO_MEMORY: no memory for the tag of a packet that is to wait
 */
enum ov2_way {
	OV2_WAY_READY,
	OV2_WAY_PENDING,
	OV2_WAY_NONE,
	OV2_WAY_NO_MEMORY,
};

/**
 * struct ov2_outer - what a tunnel's outer header needs from the route
 * @mac: the next hop's address
 * @hop_limit: TTL or hop limit
 */
struct ov2_outer {
	u8 mac[ETH_ALEN];
	u8 hop_limit;
};

enum ov2_way ov2_outer_find(struct net_device *dev, struct xfrm_state *x,
			    struct sk_buff *skb, struct ov2_pending *pending,
			    struct ov2_outer *outer);
void ov2_outer_push(struct sk_buff *skb, const struct xfrm_state *x,
		    const struct ov2_outer *outer, unsigned int inner_len);

#endif /* _OV2_OUTER_H */
