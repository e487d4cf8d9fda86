// SPDX-License-Identifier: GPL-2.0
/*
 * The flow of a packet: the fields that selectors are compared with. The
 * kernel's dissector reads them, as it does for xfrm, so that card and stack
 * see the same flow. But the dissector costs several hundred instructions. So
 * this file reads common packets itself, with the same result.
 *
 * If the ports of a packet are hidden, xfrm takes 0 for them. In this file
 * hidden ports are unknown, so that a fragment cannot get past a policy that
 * protects.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ppp_defs.h>
#include <linux/unaligned.h>
#include <net/flow_dissector.h>
#include <net/ipv6.h>

#include "flow.h"

/* Version and type, code, session, length (RFC 2516 4) */
#define FLOW_PPPOE_LEN	6

/**
 * ov2_flow_may_wrap() - does the card look behind a header of this type?
 * @ethertype: from the Ethernet header or from a VLAN tag
 *
 * The card looks for an IP packet behind VLAN tags (802.1Q and 802.1ad, in any
 * number) and behind the header of a PPPoE session, but not behind the headers
 * of MPLS, LLC/SNAP and tunnels.
 *
 * Context: Any context.
 * Return: true if it does.
 */
bool ov2_flow_may_wrap(__be16 ethertype)
{
	return eth_type_vlan(ethertype) || ethertype == htons(ETH_P_PPP_SES);
}

/* PPP may leave out the first byte of its protocol field if this byte is zero
 * (RFC 1661 6.5). RFC 2516 7 forbids that over PPPoE, but ppp_input() accepts
 * such packets all the same. Moves @depth behind the header.
 */
static __be16 unwrap_pppoe(const struct sk_buff *skb, int *depth)
{
	const u8 *ppp;
	u8 room[2];

	*depth += FLOW_PPPOE_LEN;
	ppp = skb_header_pointer(skb, *depth, sizeof(room), room);
	if (!ppp)
		return 0;

	*depth += ppp[0] & 1 ? 1 : 2;
	switch (ppp[0] & 1 ? ppp[0] : get_unaligned_be16(ppp)) {
	case PPP_IP:
		return htons(ETH_P_IP);
	case PPP_IPV6:
		return htons(ETH_P_IPV6);
	default:
		return 0;
	}
}

/* Reads the header at @depth, and moves @depth behind the header. Returns the
 * ethertype of what follows. Behind a VLAN tag this may be any ethertype.
 * Behind the header of a PPPoE session it is the ethertype of IPv4 or IPv6, or
 * 0 if another protocol follows. If the frame ends within the header, returns
 * 0.
 */
static __be16 unwrap(const struct sk_buff *skb, __be16 type, int *depth)
{
	const struct vlan_hdr *tag;
	struct vlan_hdr room;

	if (!eth_type_vlan(type))
		return unwrap_pppoe(skb, depth);

	tag = skb_header_pointer(skb, *depth, sizeof(room), &room);
	*depth += sizeof(room);
	return tag ? tag->h_vlan_encapsulated_proto : 0;
}

/**
 * ov2_flow_unwrap() - go through VLAN tags and the header of a PPPoE session
 * @skb: the frame; it may be nonlinear
 * @type: the type of the header at @depth. Changed to the type of the first
 *	header for which ov2_flow_may_wrap() is false. This may be a type other
 *	than IP. Changed to 0 if the frame ends within a tag or a PPPoE header,
 *	or if a PPPoE header is followed by something other than IP
 * @depth: bytes from skb->data to the header; increased to the header of the
 *	new @type
 *
 * Context: Any context.
 */
void ov2_flow_unwrap(const struct sk_buff *skb, __be16 *type, int *depth)
{
	while (ov2_flow_may_wrap(*type))
		*type = unwrap(skb, *type, depth);
}

/* Finds the IP header of a packet. If a packet is wrapped, its network header
 * does not always show where the tags begin: on receive the network header
 * points at the first tag, but on send it may point behind the tags. The tags
 * always begin behind the Ethernet header, so this function goes through them
 * from there. If a packet is not wrapped, this function uses the network
 * header, because the Ethernet header may be missing. For example, a packet
 * that is forwarded into a tunnel has no Ethernet header yet.
 *
 * A tag is always in the frame, never in skb->vlan_tci. In a sent packet,
 * validate_xmit_vlan() has written the tag into the frame, because the card
 * claims no VLAN offload. In a received packet, the core moves the tag from the
 * frame to skb->vlan_tci only after the card has handed the packet up.
 */
static bool find_ip(const struct sk_buff *skb, struct ov2_flow *flow,
		    int *offset, __be16 *proto)
{
	*offset = skb_network_offset(skb);
	*proto = skb->protocol;
	flow->wrapped = ov2_flow_may_wrap(*proto);
	if (flow->wrapped) {
		*offset = skb_mac_offset(skb) + ETH_HLEN;
		ov2_flow_unwrap(skb, proto, offset);
	}
	return *proto == htons(ETH_P_IP) || *proto == htons(ETH_P_IPV6);
}

static union flowi_uli *flow_uli(struct ov2_flow *flow)
{
	return flow->family == AF_INET ? &flow->fl.u.ip4.uli :
					 &flow->fl.u.ip6.uli;
}

static void flow_set_addresses(struct ov2_flow *flow,
			       const struct flow_keys *keys)
{
	if (flow->family == AF_INET) {
		flow->fl.u.ip4.saddr = keys->addrs.v4addrs.src;
		flow->fl.u.ip4.daddr = keys->addrs.v4addrs.dst;
	} else {
		flow->fl.u.ip6.saddr = keys->addrs.v6addrs.src;
		flow->fl.u.ip6.daddr = keys->addrs.v6addrs.dst;
	}
}

/* In IPv6 the dissector goes through only some kinds of extension headers, and
 * it stops behind a fragment header. If it has stopped at an extension header,
 * the protocol is unknown.
 */
static bool proto_is_known(const struct ov2_flow *flow)
{
	if (flow->family == AF_INET)
		return true;

	switch (flow->fl.flowi_proto) {
	case NEXTHDR_HOP:
	case NEXTHDR_ROUTING:
	case NEXTHDR_DEST:
	case NEXTHDR_FRAGMENT:
		return false;
	default:
		return true;
	}
}

/* Does the packet show the fields that a selector compares as ports? These
 * fields are the ports, the type and code of ICMP, or the key of GRE. Ports,
 * type and code are in the first four bytes behind the IP headers, so these
 * bytes must be there. The key of GRE comes after these bytes. The key needs no
 * check here, because the dissector fails if the GRE header is cut short. The
 * first fragment shows its ports, but is treated like the other fragments. A
 * selector may also name the type of a mobility header. The dissector does not
 * read this type, so the type is unknown.
 */
static bool ports_are_known(const struct ov2_flow *flow,
			    const struct sk_buff *skb, int offset)
{
	return flow->proto_known && !flow->fragment &&
	       flow->fl.flowi_proto != NEXTHDR_MOBILITY &&
	       offset + sizeof(struct flow_dissector_key_ports) <= skb->len;
}

static void flow_set_ports(struct ov2_flow *flow, const struct sk_buff *skb,
			   const struct flow_keys *keys)
{
	union flowi_uli *uli = flow_uli(flow);
	u8 room[2];
	const u8 *icmp;

	switch (flow->fl.flowi_proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		icmp = skb_header_pointer(skb, keys->control.thoff,
					  sizeof(room), room);
		if (!icmp)
			return;
		uli->icmpt.type = icmp[0];
		uli->icmpt.code = icmp[1];
		break;
	case IPPROTO_GRE:
		uli->gre_key = keys->keyid.keyid;
		break;
	default:
		uli->ports.sport = keys->ports.src;
		uli->ports.dport = keys->ports.dst;
		break;
	}
}

/**
 * ov2_flow_has_dissector() - does a BPF program replace the kernel's dissector?
 * @net: the card's namespace
 *
 * With BPF_FLOW_DISSECTOR any bytes of the packet may decide about its flow.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_flow_has_dissector(const struct net *net)
{
	return rcu_access_pointer(init_net.bpf.run_array
					[NETNS_BPF_FLOW_DISSECTOR]) ||
	       rcu_access_pointer(net->bpf.run_array[NETNS_BPF_FLOW_DISSECTOR]);
}

/* @offset: bytes from skb->data to the header behind the IP header */
static bool read_transport(const struct sk_buff *skb, struct ov2_flow *flow,
			   u8 proto, unsigned int offset)
{
	union flowi_uli *uli = flow_uli(flow);
	const __be16 *ports;
	__be16 room[2];

	ports = skb_header_pointer(skb, offset, sizeof(room), room);
	if (!ports)
		return false;

	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		uli->ports.sport = ports[0];
		uli->ports.dport = ports[1];
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		uli->icmpt.type = ((const u8 *)ports)[0];
		uli->icmpt.code = ((const u8 *)ports)[1];
		break;
	default:
		return false;
	}
	flow->fl.flowi_proto = proto;
	flow->transport = offset;
	flow->proto_known = true;
	flow->ports_known = true;
	flow->common = true;
	return true;
}

static bool read_ipv4(const struct sk_buff *skb, struct ov2_flow *flow,
		      unsigned int offset)
{
	const struct iphdr *ip;
	struct iphdr room;

	ip = skb_header_pointer(skb, offset, sizeof(room), &room);
	if (!ip || ip->ihl != sizeof(room) / 4 || ip_is_fragment(ip))
		return false;

	flow->fl.u.ip4.saddr = ip->saddr;
	flow->fl.u.ip4.daddr = ip->daddr;
	return read_transport(skb, flow, ip->protocol, offset + sizeof(room));
}

static bool read_ipv6(const struct sk_buff *skb, struct ov2_flow *flow,
		      unsigned int offset)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr room;

	ip = skb_header_pointer(skb, offset, sizeof(room), &room);
	if (!ip)
		return false;

	flow->fl.u.ip6.saddr = ip->saddr;
	flow->fl.u.ip6.daddr = ip->daddr;
	return read_transport(skb, flow, ip->nexthdr, offset + sizeof(room));
}

/* Reads a common packet: TCP, UDP or ICMP right behind an IP header without
 * options, not a fragment. Returns false for all other packets.
 */
static bool read_common(const struct sk_buff *skb, struct ov2_flow *flow,
			unsigned int offset)
{
	return flow->family == AF_INET ? read_ipv4(skb, flow, offset) :
					 read_ipv6(skb, flow, offset);
}

static bool dissect(const struct net *net, const struct sk_buff *skb,
		    struct ov2_flow *flow, __be16 proto, int offset)
{
	struct flow_keys keys = {};

	if (!__skb_flow_dissect(net, skb, &flow_keys_dissector, &keys,
				skb->data, proto, offset, skb_headlen(skb),
				FLOW_DISSECTOR_F_STOP_AT_ENCAP))
		return false;

	flow->fl.flowi_proto = keys.basic.ip_proto;
	flow->transport = keys.control.thoff;
	flow->fragment = keys.control.flags & FLOW_DIS_IS_FRAGMENT;
	flow->proto_known = proto_is_known(flow);
	flow->ports_known = ports_are_known(flow, skb, keys.control.thoff);
	flow_set_addresses(flow, &keys);
	if (flow->ports_known)
		flow_set_ports(flow, skb, &keys);
	return true;
}

static bool flow_begin(const struct sk_buff *skb, struct ov2_flow *flow,
		       int *offset, __be16 *proto)
{
	memset(flow, 0, sizeof(*flow));
	if (!find_ip(skb, flow, offset, proto))
		return false;

	flow->family = *proto == htons(ETH_P_IP) ? AF_INET : AF_INET6;
	flow->fl.flowi_oif = skb->dev->ifindex;
	return true;
}

/**
 * ov2_flow_read() - read the flow of a packet
 * @net: the card's namespace
 * @skb: the packet, sent or received, in an Ethernet frame that may wrap it
 *	(ov2_flow_may_wrap()). Network header, protocol and device are set. If
 *	the packet is wrapped, the MAC header is set, too. The packet may be
 *	nonlinear
 * @flow: filled in with the flow
 *
 * Context: Any context.
 * Return: true if the flow was read. If false, @flow->family says why: it is 0
 * if the frame carries no IP packet. Otherwise there is an IP packet, but its
 * headers cannot be read.
 */
bool ov2_flow_read(struct net *net, const struct sk_buff *skb,
		   struct ov2_flow *flow)
{
	__be16 proto;
	int offset;

	if (!flow_begin(skb, flow, &offset, &proto))
		return false;
	if (!ov2_flow_has_dissector(net) && read_common(skb, flow, offset))
		return true;
	return dissect(net, skb, flow, proto, offset);
}

#ifdef OV2_UNIT
/**
 * ov2_flow_dissect() - read the flow of a packet, always with the dissector
 * @net: the card's namespace
 * @skb: the packet
 * @flow: filled in with the flow
 *
 * Context: Any context.
 * Return: as ov2_flow_read().
 */
bool ov2_flow_dissect(struct net *net, const struct sk_buff *skb,
		      struct ov2_flow *flow)
{
	__be16 proto;
	int offset;

	return flow_begin(skb, flow, &offset, &proto) &&
	       dissect(net, skb, flow, proto, offset);
}
#endif

/**
 * ov2_flow_is_ipsec() - is a packet ESP, AH or IPComp?
 * @flow: the packet's flow, read successfully
 *
 * Context: Any context.
 * Return: true if it is one of the three; false if it has another protocol, or
 * if its protocol is unknown.
 */
bool ov2_flow_is_ipsec(const struct ov2_flow *flow)
{
	switch (flow->fl.flowi_proto) {
	case IPPROTO_ESP:
	case IPPROTO_AH:
	case IPPROTO_COMP:
		return flow->proto_known;
	default:
		return false;
	}
}

static bool addresses_match(const struct xfrm_selector *sel,
			    const struct ov2_flow *flow)
{
	const struct flowi4 *ip4 = &flow->fl.u.ip4;
	const struct flowi6 *ip6 = &flow->fl.u.ip6;

	if (flow->family == AF_INET)
		return addr4_match(ip4->saddr, sel->saddr.a4,
				   sel->prefixlen_s) &&
		       addr4_match(ip4->daddr, sel->daddr.a4,
				   sel->prefixlen_d);
	return addr_match(&ip6->saddr, &sel->saddr, sel->prefixlen_s) &&
	       addr_match(&ip6->daddr, &sel->daddr, sel->prefixlen_d);
}

static bool ports_match(const struct xfrm_selector *sel,
			const struct ov2_flow *flow)
{
	const struct flowi *fl = &flow->fl;
	const union flowi_uli *uli;

	uli = flow->family == AF_INET ? &fl->u.ip4.uli : &fl->u.ip6.uli;
	return !((xfrm_flowi_sport(fl, uli) ^ sel->sport) & sel->sport_mask) &&
	       !((xfrm_flowi_dport(fl, uli) ^ sel->dport) & sel->dport_mask);
}

/**
 * ov2_selector_match() - does a packet match a selector?
 * @sel: the selector, of a policy or a state
 * @flow: the packet's flow, read successfully
 *
 * Does the same as xfrm_selector_match(), which is not exported. In addition,
 * this function returns OV2_MATCH_MAYBE if the answer depends on a protocol or
 * port that is unknown.
 *
 * Context: Any context.
 * Return: no, yes, or maybe.
 */
enum ov2_match ov2_selector_match(const struct xfrm_selector *sel,
				  const struct ov2_flow *flow)
{
	if (sel->family != AF_UNSPEC && sel->family != flow->family)
		return OV2_MATCH_NO;
	if (sel->ifindex && sel->ifindex != flow->fl.flowi_oif)
		return OV2_MATCH_NO;
	if (!addresses_match(sel, flow))
		return OV2_MATCH_NO;
	if (sel->proto && !flow->proto_known)
		return OV2_MATCH_MAYBE;
	if (sel->proto && sel->proto != flow->fl.flowi_proto)
		return OV2_MATCH_NO;
	if (!sel->sport_mask && !sel->dport_mask)
		return OV2_MATCH_YES;
	if (!flow->ports_known)
		return OV2_MATCH_MAYBE;
	return ports_match(sel, flow) ? OV2_MATCH_YES : OV2_MATCH_NO;
}
