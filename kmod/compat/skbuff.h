/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_SKBUFF_H
#define _OV2_COMPAT_SKBUFF_H

#include <linux/netfilter_netdev.h>
#include <linux/skbuff.h>

/*
 * Forget what traffic control left on a frame:
 * - its class,
 * - the mark "classify no more" of ifb, with which the frame would skip the
 *   next tc ingress,
 * - in newer kernels, the count of the copies that mirred and netem made.
 */
static inline void ov2_skb_reset_tc(struct sk_buff *skb)
{
#if defined(CONFIG_NET_SCHED) || defined(CONFIG_NET_XGRESS)
	skb->tc_index = 0;
#endif
#ifdef CONFIG_NET_XGRESS
	skb->tc_skip_classify = 0;
#endif
#ifdef OV2_HAVE_SKB_TC_DEPTH
	skb->tc_depth = 0;
#endif
	skb_reset_redirect(skb);
	nf_skip_egress(skb, false);
}

#endif /* _OV2_COMPAT_SKBUFF_H */
