/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_TAG_H
#define _OV2_TAG_H

#include "../../compat/xfrm.h"

bool ov2_packet_tag(struct sk_buff *skb, struct xfrm_state *x,
		    unsigned int cpu);
unsigned int ov2_packet_cpu(struct sk_buff *skb);
bool ov2_packet_tagged(const struct xfrm_offload *xo);
bool ov2_packet_tag_lost(const struct sk_buff *skb);
void ov2_packet_tag_pass(const struct net_device *dev, struct sk_buff *skb);

#endif /* _OV2_TAG_H */
