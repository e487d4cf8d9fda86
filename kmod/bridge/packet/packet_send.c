// SPDX-License-Identifier: GPL-2.0
/*
 * What the stack sends, in packet mode: policy and state are found from the
 * packet, as hardware does, and the packet becomes ESP. What an offloaded
 * policy protects never leaves in clear.
 */
#include <linux/etherdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "account.h"
#include "packet.h"
#include "packet_send.h"
#include "protect.h"
#include "../sa/assoc.h"
#include "../sa/framed.h"

/**
 * struct sending - a packet on its way
 * @ad: the card
 * @skb: the packet. Data is at the IP header
 * @queue: the transmit queue
 * @assoc: what protects it
 * @x: its state; a reference is held
 * @outer: of a tunnel
 * @eth: the Ethernet header that the stack made; not of a tunnel
 * @verdict: filled in with what is to be done, if the packet may leave
 * @nbl: filled in with the frame and its records, if it is protected
 */
struct sending {
	struct ov2_adapter *ad;
	struct sk_buff *skb;
	u16 queue;
	struct ov2_assoc *assoc;
	struct xfrm_state *x;
	struct ov2_outer outer;
	struct ethhdr eth;
	enum ov2_verdict *verdict;
	struct ov2_nbl **nbl;
};

/* The core frames no such packet: transport mode is for whole packets (RFC 4301
 * 4.1), and ESP goes behind extension headers that this card does not read.
 */
static bool transport_possible(const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->version == 6)
		return !ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr);
	return ip->ihl == sizeof(*ip) / 4 && !ip_is_fragment(ip);
}

static enum ov2_counter find_way(struct sending *send)
{
	struct ov2_bridge *bridge = ov2_bridge_of(send->ad);

	*send->verdict = OV2_VERDICT_OFFLOAD;
	if (!ov2_state_is_tunnel(send->x)) {
		if (!transport_possible(send->skb))
			return OV2_CNT_TX_DROP_NOT_WHOLE;
		return OV2_CNT_NONE;
	}

	switch (ov2_outer_find(send->ad->dev, send->x, send->skb,
			       &bridge->pending, &send->outer)) {
	case OV2_WAY_READY:
		return OV2_CNT_NONE;
	case OV2_WAY_PENDING:
		*send->verdict = OV2_VERDICT_TAKEN;
		return OV2_CNT_NONE;
	case OV2_WAY_NO_MEMORY:
		return OV2_CNT_TX_DROP_ALLOC;
	case OV2_WAY_NONE:
		break;
	}
	return OV2_CNT_TX_DROP_NO_WAY;
}

static void push_ethernet(struct sending *send)
{
	const struct net_device *dev = send->ad->dev;
	struct sk_buff *skb = send->skb;
	struct ethhdr *eth;

	eth = skb_push(skb, sizeof(*eth));
	skb_reset_mac_header(skb);
	*eth = send->eth;
	if (ov2_state_is_tunnel(send->x)) {
		ether_addr_copy(eth->h_dest, send->outer.mac);
		ether_addr_copy(eth->h_source, dev->dev_addr);
		eth->h_proto = skb->protocol;
	}
}

/* Bytes that lifetimes count: what ESP protects, as xfrm_output_one() does. */
static unsigned int protected_len(const struct sending *send)
{
	const struct sk_buff *skb = send->skb;

	if (ov2_state_is_tunnel(send->x))
		return skb->len;
	return skb->len - (ip_hdr(skb)->version == 6 ? sizeof(struct ipv6hdr) :
						       sizeof(struct iphdr));
}

static enum ov2_counter protect(struct sending *send)
{
	enum ov2_counter reason;
	u8 next_header;
	u64 seq;

	if (send->skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_csum_hwoffload_help(send->skb, 0))
		return OV2_CNT_TX_DROP_CSUM;
	reason = ov2_account_out(send->x, send->skb, protected_len(send), &seq);
	if (reason)
		return reason;

	if (!ov2_frame_protect(send->skb, send->assoc, send->x,
			       lower_32_bits(seq), &send->outer, &next_header))
		return OV2_CNT_TX_DROP_ALLOC;
	push_ethernet(send);
	reason = ov2_framed_nbl(send->skb, send->queue, send->assoc,
				next_header, send->nbl);
	if (reason)
		return reason;
	(*send->nbl)->ext_tx.seq_hi = upper_32_bits(seq);
	(*send->nbl)->ext_tx.valid = true;
	return OV2_CNT_NONE;
}

/* Takes the reference on the state. */
static enum ov2_counter send_protected(struct sending *send)
{
	enum ov2_counter reason = find_way(send);

	if (!reason && *send->verdict == OV2_VERDICT_OFFLOAD)
		reason = protect(send);
	xfrm_state_put(send->x);
	return reason;
}

static enum ov2_counter send_by_policy(struct sending *send,
				       const struct ov2_flow *flow, bool tagged)
{
	struct ov2_bridge *bridge = ov2_bridge_of(send->ad);
	const struct ov2_policy *pol;

	pol = ov2_spd_lookup(&bridge->spd, XFRM_DEV_OFFLOAD_OUT, flow);
	if (!pol || (!ov2_policy_blocks(pol) && !ov2_policy_protects(pol)))
		return tagged ? OV2_CNT_TX_DROP_NO_POLICY : OV2_CNT_NONE;
	if (ov2_policy_blocks(pol))
		return OV2_CNT_TX_DROP_BLOCKED;

	send->assoc = ov2_sad_choose(&bridge->sad, pol, flow, &send->x);
	return send->assoc ? send_protected(send) : OV2_CNT_TX_DROP_NO_SA;
}

/* What the frame is, if its Ethernet header tells; 0 if it is too short. A
 * packet with the core's tag is one that the core wants protected: its Ethernet
 * header may not be written yet, but skb->protocol is right
 * (vlan_insert_tag_set_proto()).
 */
static __be16 frame_type(const struct sk_buff *skb, bool tagged)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (tagged)
		return skb->protocol;
	return skb->len > sizeof(*eth) ? eth->h_proto : 0;
}

/* A packet behind a VLAN tag or a PPPoE header is not protected: its SA's other
 * end expects ESP without. So it must not leave if a policy protects it: it
 * comes from a bridge, a packet socket, or tc, as the core lets no state
 * protect what leaves by a VLAN.
 */
static enum ov2_counter send_wrapped(struct ov2_adapter *ad,
				     struct sk_buff *skb, __be16 type,
				     bool tagged)
{
	const struct ov2_policy *pol;
	struct ov2_flow flow;

	if (tagged)
		return OV2_CNT_TX_DROP_WRAPPED;

	skb_reset_mac_header(skb);
	skb->protocol = type;
	if (!ov2_flow_read(dev_net(ad->dev), skb, &flow))
		return flow.family ? OV2_CNT_TX_DROP_MALFORMED : OV2_CNT_NONE;
	if (ov2_flow_is_ipsec(&flow))
		return OV2_CNT_NONE;

	pol = ov2_spd_lookup(&ov2_bridge_of(ad)->spd, XFRM_DEV_OFFLOAD_OUT,
			     &flow);
	if (pol && ov2_policy_blocks(pol))
		return OV2_CNT_TX_DROP_BLOCKED;
	return pol && ov2_policy_protects(pol) ? OV2_CNT_TX_DROP_WRAPPED :
						 OV2_CNT_NONE;
}

static bool open_ethernet(struct sending *send, bool tagged)
{
	struct sk_buff *skb = send->skb;
	unsigned int len = tagged ? skb_network_offset(skb) : ETH_HLEN;

	if (len < ETH_HLEN || !pskb_may_pull(skb, len))
		return false;
	memcpy(&send->eth, skb->data, ETH_HLEN);
	if (!tagged)
		skb->protocol = send->eth.h_proto;
	__skb_pull(skb, len);
	skb_reset_network_header(skb);
	return ov2_frame_trim(skb);
}

/**
 * ov2_packet_xmit() - what is to be done with a frame, in packet mode?
 * @ad: the card
 * @skb: the frame; stays the caller's unless the verdict is OV2_VERDICT_TAKEN
 * @queue: the transmit queue that it came on
 * @tagged: the core asked for protection (ov2_packet_tag())
 * @verdict: filled in with what is to be done, if the frame may leave
 * @nbl: filled in with the frame and its records if the verdict is
 *	OV2_VERDICT_OFFLOAD
 *
 * The tag may only veto: hardware knows nothing of it, so policy and state are
 * those that the packet itself leads to.
 *
 * Context: BH disabled, RCU read side.
 * Return: OV2_CNT_NONE, or why the frame must be dropped.
 */
enum ov2_counter ov2_packet_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, bool tagged,
				 enum ov2_verdict *verdict,
				 struct ov2_nbl **nbl)
{
	struct sending send = {
		.ad = ad,
		.skb = skb,
		.queue = queue,
		.verdict = verdict,
		.nbl = nbl,
	};
	__be16 type = frame_type(skb, tagged);
	enum ov2_counter reason = OV2_CNT_NONE;
	struct ov2_flow flow;

	*verdict = OV2_VERDICT_PLAIN;
	if (ov2_flow_may_wrap(type))
		return send_wrapped(ad, skb, type, tagged);
	if (!tagged && type != htons(ETH_P_IP) && type != htons(ETH_P_IPV6))
		return OV2_CNT_NONE;
	if (!open_ethernet(&send, tagged) ||
	    !ov2_flow_read(dev_net(ad->dev), skb, &flow))
		return OV2_CNT_TX_DROP_MALFORMED;

	/* Made by software, which looks for no policy after IPsec */
	if (tagged || !ov2_flow_is_ipsec(&flow))
		reason = send_by_policy(&send, &flow, tagged);
	if (!reason && *verdict == OV2_VERDICT_PLAIN)
		skb_push(skb, ETH_HLEN);
	return reason;
}

/**
 * ov2_packet_wanted() - has a card something to look for in a clear frame?
 * @ad: the card
 *
 * Context: Any context.
 * Return: false if it has no outbound policy.
 */
bool ov2_packet_wanted(const struct ov2_adapter *ad)
{
	return ov2_spd_has(&ov2_bridge_of(ad)->spd, XFRM_DEV_OFFLOAD_OUT);
}
