// SPDX-License-Identifier: GPL-2.0
/*
 * Which received frames the engine looks at. Most frames of a network are not
 * IPsec, and one byte of their IP header shows this.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rcupdate.h>
#include <net/ipv6.h>

#include "engine.h"
#include "frame.h"
#include "sa_table.h"
#include "wants.h"
#include "../ov2/miniport.h"

/* Any UDP packet may look like ESP. It is ESP only if there is an SA for it. So
 * the engine does not want a UDP packet without an SA.
 */
static noinline bool wants_udp(struct ov2_engine *engine,
			       const struct sk_buff *skb)
{
	struct ov2_frame frame;
	bool found;

	ov2_frame_parse(skb, &frame);
	if (frame.kind != OV2_FRAME_UDP_ESP)
		return false;

	rcu_read_lock();
	found = ov2_sa_find_inbound(&engine->sas, &frame);
	rcu_read_unlock();
	return found;
}

static bool wants_protocol(struct ov2_engine *engine,
			   const struct sk_buff *skb, u8 protocol)
{
	switch (protocol) {
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return true;
	case IPPROTO_UDP:
		return ov2_sa_table_has_udp(&engine->sas) &&
		       wants_udp(engine, skb);
	default:
		return false;
	}
}

static bool wants_ipv4(struct ov2_engine *engine, const struct sk_buff *skb)
{
	const struct iphdr *ip;
	struct iphdr room;

	ip = skb_header_pointer(skb, ETH_HLEN, sizeof(room), &room);
	return ip && wants_protocol(engine, skb, ip->protocol);
}

static bool wants_ipv6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip;
	struct ov2_frame frame;
	struct ipv6hdr room;

	ip = skb_header_pointer(skb, ETH_HLEN, sizeof(room), &room);
	if (!ip)
		return false;
	if (ip->nexthdr == NEXTHDR_ESP || ip->nexthdr == NEXTHDR_AUTH)
		return true;
	if (!ipv6_ext_hdr(ip->nexthdr))
		return false;

	ov2_frame_parse(skb, &frame);
	return frame.kind != OV2_FRAME_OTHER;
}

/* Does what ov2_engine_wants() does, for any Ethernet type, and for headers
 * that may lie in fragments of the sk_buff.
 */
static noinline bool wants_any(struct ov2_engine *engine,
			       const struct sk_buff *skb)
{
	const struct ethhdr *eth;
	struct ethhdr room;

	eth = skb_header_pointer(skb, 0, sizeof(room), &room);
	if (!eth)
		return false;

	switch (eth->h_proto) {
	case htons(ETH_P_IP):
		return wants_ipv4(engine, skb);
	case htons(ETH_P_IPV6):
		return wants_ipv6(skb);
	default:
		return false;
	}
}

/**
 * ov2_engine_wants() - ov2_miniport_ops.wants of this engine
 * @ad: the card
 * @skb: the frame; skb->data is at the Ethernet header
 *
 * All ESP and AH is wanted, even without an SA for it. So the engine counts
 * these frames. When an SA is added or deleted, its frames stay in order,
 * because they go through the engine with and without the SA. A large packet is
 * not wanted, because it may carry many ESP packets in UDP. The stack splits
 * such a large packet.
 *
 * Context: BH disabled.
 * Return: true if ov2_engine_receive() is to see the frame.
 */
bool ov2_engine_wants(struct ov2_adapter *ad, const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const void *)skb->data;
	const struct iphdr *ip = (const void *)(eth + 1);

	if (skb_is_gso(skb))
		return false;
	/* Nearly every frame has linear headers, and most frames are IPv4. */
	if (likely(skb_headlen(skb) >= sizeof(*eth) + sizeof(*ip)) &&
	    eth->h_proto == htons(ETH_P_IP))
		return wants_protocol(ad->engine, skb, ip->protocol);
	return wants_any(ad->engine, skb);
}
