/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_OUTER_H
#define _OV2_OUTER_H

#include <linux/etherdevice.h>

#include "../../compat/xfrm.h"

struct ov2_pending;

/**
 * enum ov2_way - what the outer packet's way is like
 * @OV2_WAY_READY: known
 * @OV2_WAY_PENDING: the neighbour is to be asked for its address, and the
 *	packet waits there: it is taken
 * @OV2_WAY_NONE: there is none through this card
 * @OV2_WAY_NO_MEMORY: the packet could not be made ready to wait
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
