/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_ROUTE_H
#define _OV2_COMPAT_ROUTE_H

#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>

/*
 * Look up and set the route of a received packet. The network header of @skb
 * must be at the IP header. If there is no route, an IPv4 packet has no dst
 * afterwards. An IPv6 packet has no dst in older kernels, and has an error
 * route in newer kernels. Older kernels take the DSCP as an octet, and export a
 * pointer to ip6_route_input() instead of the function.
 *
 * Call with BH disabled and under rcu_read_lock(), because no reference to the
 * route is taken.
 */
static inline void ov2_route_input(struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

#ifdef OV2_HAVE_ROUTE_INPUT_TOS
	u8 dscp = inet_dscp_to_dsfield(ip4h_dscp(ip));
#else
	dscp_t dscp = ip4h_dscp(ip);
#endif

	if (ip_route_input_noref(skb, ip->daddr, ip->saddr, dscp, skb->dev))
		skb_dst_drop(skb);
}

#ifdef OV2_HAVE_IPV6_STUB_ROUTE_INPUT

#include <net/ipv6_stubs.h>

static inline void ov2_route_input6(struct sk_buff *skb)
{
	if (ipv6_stub->ipv6_route_input(skb))
		skb_dst_drop(skb);
}

#else

static inline void ov2_route_input6(struct sk_buff *skb)
{
	ip6_route_input(skb);
}

#endif /* OV2_HAVE_IPV6_STUB_ROUTE_INPUT */

#endif /* _OV2_COMPAT_ROUTE_H */
