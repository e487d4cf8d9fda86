// SPDX-License-Identifier: GPL-2.0
/*
 * The outer header of a tunnel in packet mode, and the way of the outer packet.
 *
 * The Ethernet header that the stack made is for the inner destination. In
 * forwarded packets it is garbage (xfrm_dev_direct_output()). So route and
 * neighbour of the outer packet are looked up here. They are looked up for each
 * packet, so that a change takes effect at once.
 *
 * Before ov2_outer_push(), with the network header still at the inner IP
 * header:
 *
 *	                 +-------+-------------+----+----------+---------+
 *	                 | (UDP) | SPI, number | IV | inner IP | payload |
 *	                 +-------+-------------+----+----------+---------+
 *	                 ^                          ^<---- inner_len ---->
 *	                 data                       network header
 *
 * Afterwards:
 *
 *	+----------------+-------+-------------+----+----------+---------+
 *	| outer IP       | (UDP) | SPI, number | IV | inner IP | payload |
 *	+----------------+-------+-------------+----+----------+---------+
 *	^
 *	data, network header
 */
#include <net/inet_ecn.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "outer.h"
#include "pending.h"
#include "tag.h"

/* The core looks up the route of an IPv4 packet with the packet's DSCP, and the
 * route of an IPv6 packet with DSCP 0 (xfrm_get_dscp()).
 */
static dscp_t route_dscp(const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	return ip->version == 4 ? ip4h_dscp(ip) : 0;
}

/* As in xfrm_bundle_create(), the packet's own mark is used only if the state
 * has an output mark.
 */
static u32 route_mark(const struct sk_buff *skb, struct xfrm_state *x)
{
	if (!x->props.smark.v && !x->props.smark.m)
		return 0;
	return xfrm_smark_get(skb->mark, x);
}

/* Looks up the route with the keys that xfrm_bundle_create() and
 * xfrm_dst_lookup() use when the state is in software, so that rules and
 * multipath routes choose the same way. Like the core, this function leaves the
 * user ID empty. The key for the output device is the card's L3 master. The
 * core takes the L3 master of the inner flow's device, because it does not know
 * the device of the ESP packet yet. Both are the same L3 master.
 */
static struct dst_entry *outer_route(struct net_device *dev,
				     struct xfrm_state *x,
				     const struct sk_buff *skb)
{
	struct xfrm_dst_lookup_params params = {
		.net = dev_net(dev),
		.oif = l3mdev_master_ifindex(dev),
		.saddr = &x->props.saddr,
		.daddr = &x->id.daddr,
		.mark = route_mark(skb, x),
		.ipproto = x->id.proto,
	};

	ov2_dst_lookup_set_dscp(&params, route_dscp(skb));
	if (x->encap) {
		params.ipproto = IPPROTO_UDP;
		params.uli.ports.sport = x->encap->encap_sport;
		params.uli.ports.dport = x->encap->encap_dport;
	}
	return __xfrm_dst_lookup(x->props.family, &params);
}

/* When the address is known, the neighbour sends the packet to ndo_start_xmit
 * again. Before that, the packet's policy may be deleted, or the packet may be
 * sent to another device. Even then the packet must not leave in clear. So the
 * packet gets a tag. An old tag may have XFRM_XMIT, and validate_xmit_xfrm()
 * lets a packet with XFRM_XMIT pass at every device. So a packet that has a tag
 * gets a new tag. The tag holds a reference to the state. If the state has just
 * lost its last reference, the packet cannot be tagged.
 */
static enum ov2_way wait_for(struct neighbour *neigh, struct xfrm_state *x,
			     struct sk_buff *skb, struct ov2_pending *pending)
{
	bool tagged;

	if (!refcount_inc_not_zero(&x->refcnt))
		return OV2_WAY_NONE;
	tagged = ov2_packet_tag(skb, x, ov2_packet_cpu(skb));
	xfrm_state_put(x);
	if (!tagged)
		return OV2_WAY_NO_MEMORY;
	return ov2_pending_add(pending, skb, neigh) ? OV2_WAY_PENDING :
						      OV2_WAY_NONE;
}

/* If the address is valid but old, neigh_event_send_probe() starts a timer, and
 * the neighbour asks for the address when the timer expires. The neighbour must
 * not ask while this function runs, even if the address becomes invalid at this
 * moment, because the question would go out through this card while the lock of
 * a send queue is held. So immediate_ok is false.
 */
static enum ov2_way way_to(struct neighbour *neigh, struct xfrm_state *x,
			   struct sk_buff *skb, struct ov2_pending *pending,
			   struct ov2_outer *outer)
{
	if (!(READ_ONCE(neigh->nud_state) & NUD_VALID) ||
	    neigh_event_send_probe(neigh, NULL, false))
		return wait_for(neigh, x, skb, pending);

	neigh_ha_snapshot(outer->mac, neigh, neigh->dev);
	return OV2_WAY_READY;
}

static enum ov2_way way_along(struct dst_entry *dst, struct net_device *dev,
			      struct xfrm_state *x, struct sk_buff *skb,
			      struct ov2_pending *pending,
			      struct ov2_outer *outer)
{
	struct neighbour *neigh;
	enum ov2_way way;

	if (dst_dev(dst) != dev)
		return OV2_WAY_NONE;

	neigh = dst_neigh_lookup(dst, &x->id.daddr);
	if (!neigh)
		return OV2_WAY_NONE;

	way = way_to(neigh, x, skb, pending, outer);
	neigh_release(neigh);
	outer->hop_limit = x->props.family == AF_INET6 ?
			   ip6_dst_hoplimit(dst) : ip4_dst_hoplimit(dst);
	return way;
}

/**
 * ov2_outer_find() - find the next hop of a tunnel's outer packet
 * @dev: the card
 * @x: the outbound state, in tunnel mode
 * @skb: the inner packet. Its network header is set. If the way is
 *	OV2_WAY_PENDING, this function has tagged and taken the packet
 * @pending: the list where @skb waits for its neighbour's address
 * @outer: filled in if the way is OV2_WAY_READY
 *
 * Context: BH disabled, RCU read side in which @x was found.
 * Return: the way, see enum ov2_way.
 */
enum ov2_way ov2_outer_find(struct net_device *dev, struct xfrm_state *x,
			    struct sk_buff *skb, struct ov2_pending *pending,
			    struct ov2_outer *outer)
{
	struct dst_entry *dst = outer_route(dev, x, skb);
	enum ov2_way way;

	if (IS_ERR(dst))
		return OV2_WAY_NONE;

	way = way_along(dst, dev, x, skb, pending, outer);
	dst_release(dst);
	return way;
}

/* Follows RFC 4301 5.1.2, and for ECN the full-functionality option of RFC 3168
 * 9.1.1 (CE becomes ECT(0)), as xfrm4_tunnel_encap_add() does.
 */
static u8 new_dsfield(const struct xfrm_state *x, u8 inner)
{
	u8 outer = inner;

	if (x->props.extra_flags & XFRM_SA_XFLAG_DONT_ENCAP_DSCP)
		outer = 0;
	outer = INET_ECN_encapsulate(outer, inner);
	if (x->props.flags & XFRM_STATE_NOECN)
		outer &= ~INET_ECN_MASK;
	return outer;
}

static u8 inner_dsfield(const void *inner)
{
	const struct iphdr *ip = inner;

	return ip->version == 6 ? ipv6_get_dsfield(inner) : ip->tos;
}

/* DF is copied from the inner header. An inner IPv6 packet is treated as if it
 * had DF, because routers never fragment IPv6. But if an inner IPv6 packet is
 * not larger than the minimum MTU of IPv6, the outer packet may be fragmented,
 * because the sender need not send smaller packets.
 */
static __be16 outer_frag_off(const struct xfrm_state *x, const void *inner,
			     unsigned int inner_len)
{
	const struct iphdr *ip = inner;

	if (x->props.flags & XFRM_STATE_NOPMTUDISC)
		return 0;
	if (ip->version == 6)
		return inner_len <= IPV6_MIN_MTU ? 0 : htons(IP_DF);
	return ip->frag_off & htons(IP_DF);
}

static void push4(struct sk_buff *skb, const struct xfrm_state *x,
		  const struct ov2_outer *outer, const void *inner,
		  unsigned int inner_len)
{
	struct iphdr *ip = skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = new_dsfield(x, inner_dsfield(inner));
	ip->frag_off = outer_frag_off(x, inner, inner_len);
	ip->ttl = outer->hop_limit;
	ip->protocol = x->encap ? IPPROTO_UDP : IPPROTO_ESP;
	ip->saddr = x->props.saddr.a4;
	ip->daddr = x->id.daddr.a4;
	ip->tot_len = htons(skb->len);
	ip_select_ident_segs(read_pnet(&x->xs_net), skb, NULL,
			     skb_shinfo(skb)->gso_segs ?: 1);
	ip_send_check(ip);
	skb->protocol = htons(ETH_P_IP);
}

static void push6(struct sk_buff *skb, const struct xfrm_state *x,
		  const struct ov2_outer *outer, const void *inner)
{
	const struct ipv6hdr *inner6 = inner;
	struct ipv6hdr *ip;

	ip = skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip, new_dsfield(x, inner_dsfield(inner)),
		     inner6->version == 6 ? ip6_flowlabel(inner6) : 0);
	ip->payload_len = htons(skb->len - sizeof(*ip));
	ip->nexthdr = IPPROTO_ESP;
	ip->hop_limit = outer->hop_limit;
	ip->saddr = x->props.saddr.in6;
	ip->daddr = x->id.daddr.in6;
	skb->protocol = htons(ETH_P_IPV6);
}

/**
 * ov2_outer_push() - put the outer header in front of an ESP packet
 * @skb: data at the ESP header, or at the UDP header in front of it. There is
 *	headroom, and the network header is still at the inner IP header
 * @x: the outbound state, in tunnel mode
 * @outer: from ov2_outer_find()
 * @inner_len: bytes of the inner packet
 *
 * Afterwards data and network header are at the outer IP header.
 *
 * Context: Any context.
 */
void ov2_outer_push(struct sk_buff *skb, const struct xfrm_state *x,
		    const struct ov2_outer *outer, unsigned int inner_len)
{
	const void *inner = skb_network_header(skb);

	if (x->props.family == AF_INET6)
		push6(skb, x, outer, inner);
	else
		push4(skb, x, outer, inner, inner_len);
}
