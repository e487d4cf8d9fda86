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
 * - the mark that the frame was redirected,
 * - the mark with which the frame would skip the egress hook of netfilter,
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

/* In newer kernels a large TCP packet may say that each of its segments keeps
 * the flag CWR.
 */
#ifdef OV2_HAVE_GSO_ACCECN

#define OV2_NETIF_F_GSO_ACCECN	NETIF_F_GSO_ACCECN
#define OV2_SKB_GSO_TCP_ACCECN	SKB_GSO_TCP_ACCECN

static inline bool ov2_gso_keeps_cwr(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & SKB_GSO_TCP_ACCECN;
}

#else

#define OV2_NETIF_F_GSO_ACCECN	0
#define OV2_SKB_GSO_TCP_ACCECN	0

static inline bool ov2_gso_keeps_cwr(const struct sk_buff *skb)
{
	return false;
}

#endif /* OV2_HAVE_GSO_ACCECN */

/*
 * Do all segments of a large ESP packet have the same IPv4 identification?
 * ov2_gso_same_id() answers for the outermost header. ov2_gso_same_inner_id()
 * answers for the header inside a tunnel. In older kernels, inet_gso_segment()
 * looks at the innermost header only.
 */
#ifdef OV2_HAVE_GSO_FIXEDID_INNER

#define OV2_SKB_GSO_TCP_FIXEDID_INNER	SKB_GSO_TCP_FIXEDID_INNER

static inline bool ov2_gso_same_id(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID;
}

static inline bool ov2_gso_same_inner_id(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID_INNER;
}

#else

#define OV2_SKB_GSO_TCP_FIXEDID_INNER	0

static inline bool ov2_gso_same_id(const struct sk_buff *skb)
{
	return false;
}

static inline bool ov2_gso_same_inner_id(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID;
}

#endif /* OV2_HAVE_GSO_FIXEDID_INNER */

/*
 * The types of large packets that the engine cuts. Any other bit means one more
 * tunnel, another protocol, or a list of packets. SKB_GSO_DODGY only says that
 * the core had to count the segments itself. SKB_GSO_PARTIAL only says that a
 * bond has cut the packet to a multiple of its MSS.
 */
#define OV2_GSO_CUT	(SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_UDP_L4 | \
			 SKB_GSO_TCP_ECN | SKB_GSO_TCP_FIXEDID | \
			 OV2_SKB_GSO_TCP_FIXEDID_INNER | \
			 OV2_SKB_GSO_TCP_ACCECN | SKB_GSO_DODGY | \
			 SKB_GSO_ESP | SKB_GSO_PARTIAL)

#endif /* _OV2_COMPAT_SKBUFF_H */
