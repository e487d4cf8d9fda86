// SPDX-License-Identifier: GPL-2.0
/*
 * Sending in packet mode: the card finds policy and state from the packet
 * itself, as hardware does, and the packet becomes ESP. A packet that an
 * offloaded policy protects never leaves in clear.
 */
#include <linux/etherdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "account.h"
#include "large.h"
#include "packet.h"
#include "packet_send.h"
#include "protect.h"
#include "recent.h"
#include "tag.h"
#include "../sa/assoc.h"
#include "../sa/framed.h"
#include "../sa/framed_checksum.h"

/**
 * struct sending - a packet on its way
 * @ad: the card
 * @skb: the packet. Data is at the IP header
 * @queue: the send queue
 * @pol: the policy that @skb meets, or NULL
 * @assoc: the association of @x, or NULL
 * @x: the state that protects @skb, valid until the end of the RCU read side
 * @outer: in tunnel mode, what the outer header needs
 * @eth_len: how many bytes were in front of the IP header in the stack's frame;
 *	0 if the stack's frame can no longer be restored
 * @eth: the Ethernet header that the stack made; in tunnel mode its fields are
 *	replaced
 * @verdict: if the packet may leave, filled in with what is to be done with it
 * @nbl: if the packet is protected, filled in with the frame and its records
 */
struct sending {
	struct ov2_adapter *ad;
	struct sk_buff *skb;
	u16 queue;
	const struct ov2_policy *pol;
	struct ov2_assoc *assoc;
	struct xfrm_state *x;
	struct ov2_outer outer;
	unsigned int eth_len;
	struct ethhdr eth;
	enum ov2_verdict *verdict;
	struct ov2_nbl **nbl;
};

/* Transport mode is for whole packets only (RFC 4301 4.1). In a packet with
 * options or extension headers, ESP would have to stand behind them, and this
 * card does not read them. The operation xdo_dev_offload_ok refuses such
 * packets, too.
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

/* Lifetimes count the bytes that ESP protects, as in xfrm_output_one(). */
static unsigned int protected_len(const struct sending *send)
{
	const struct sk_buff *skb = send->skb;

	if (ov2_state_is_tunnel(send->x))
		return skb->len;
	return skb->len - ov2_ip_header_len(skb);
}

static enum ov2_counter account(struct sending *send, u64 *seq)
{
	int err = 0;

	if (send->skb->ip_summed == CHECKSUM_PARTIAL &&
	    !ov2_checksum_can_wait(send->skb))
		err = skb_csum_hwoffload_help(send->skb, 0);
	if (err)
		return err == -ENOMEM ? OV2_CNT_TX_DROP_ALLOC :
					OV2_CNT_TX_DROP_CSUM;
	return ov2_account_out(send->x, send->skb, protected_len(send), seq);
}

/* Returns false if the core must cut the packet. */
static bool account_large(struct sending *send, u64 *seq)
{
	u64 bytes;

	return ov2_large_read(send->skb, ov2_state_is_tunnel(send->x),
			      &bytes) &&
	       ov2_account_out_large(send->x, bytes,
				     skb_shinfo(send->skb)->gso_segs, seq);
}

static enum ov2_counter protect(struct sending *send)
{
	bool large = skb_is_gso(send->skb);
	enum ov2_counter reason;
	struct ov2_nbl *nbl;
	u8 next_header;
	u64 seq;

	if (!large) {
		reason = account(send, &seq);
		if (reason)
			return reason;
	} else if (!account_large(send, &seq)) {
		*send->verdict = OV2_VERDICT_SEGMENT;
		return OV2_CNT_NONE;
	}

	if (!ov2_frame_protect(send->skb, send->assoc, send->x,
			       lower_32_bits(seq), &send->outer, &next_header))
		return OV2_CNT_TX_DROP_ALLOC;
	push_ethernet(send);
	reason = ov2_framed_nbl(send->skb, send->queue, send->assoc,
				next_header, &nbl);
	if (reason) {
		send->eth_len = 0;
		return reason;
	}
	if (large)
		ov2_large_set_ids(send->skb, send->x, &nbl->ext_lso);
	nbl->ext_tx.seq_hi = upper_32_bits(seq);
	nbl->ext_tx.valid = true;
	*send->nbl = nbl;
	return OV2_CNT_NONE;
}

static enum ov2_counter send_protected(struct sending *send)
{
	enum ov2_counter reason = find_way(send);

	if (reason || *send->verdict != OV2_VERDICT_OFFLOAD)
		return reason;
	return protect(send);
}

static struct ov2_recent *recent_of(const struct sending *send)
{
	return &ov2_bridge_of(send->ad)->recent_tx[send->queue];
}

/* The core has chosen no state for a packet without a tag. */
static struct ov2_sad_cpus cpus_of(struct sk_buff *skb)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);
	struct ov2_sad_cpus cpus = {
		.own = ov2_packet_cpu(skb),
		.chosen = UINT_MAX,
	};

	if (xo && ov2_packet_tagged(xo))
		cpus.chosen = xfrm_input_state(skb)->pcpu_num;
	return cpus;
}

/* Find policy and state from the packet. Returns false if the packet is
 * malformed.
 */
static bool look_up(struct sending *send, bool tagged)
{
	struct ov2_bridge *bridge = ov2_bridge_of(send->ad);
	u64 changes = ov2_recent_changes(bridge);
	struct ov2_sad_cpus cpus = cpus_of(send->skb);
	struct ov2_recent *recent = recent_of(send);
	struct ov2_flow flow;
	bool settled = true;

	if (!ov2_flow_read(dev_net(send->ad->dev), send->skb, &flow))
		return false;
	/* If the packet is ESP, AH or IPComp already, software has made it.
	 * Neither the core nor the card looks for a policy for such a packet.
	 */
	if (!tagged && ov2_flow_is_ipsec(&flow))
		return true;

	send->pol = ov2_spd_lookup(&bridge->spd, XFRM_DEV_OFFLOAD_OUT, &flow);
	if (send->pol && ov2_policy_protects(send->pol))
		send->assoc = ov2_sad_choose(&bridge->sad, send->pol, &flow,
					     &cpus, &send->x, &settled);
	ov2_recent_set(recent, changes, &flow, send->pol,
		       settled ? send->assoc : NULL);
	recent->cpu = ov2_sad_has_cpus(&bridge->sad) ? cpus.own : UINT_MAX;
	return true;
}

/* Take the policy and the state of the queue's last packet, if look_up() would
 * find the same policy and the same state.
 */
static bool recall(struct sending *send)
{
	const struct ov2_recent *recent = recent_of(send);
	struct xfrm_state *x;

	if (!ov2_recent_is(recent, ov2_bridge_of(send->ad), send->skb))
		return false;
	if (recent->cpu != UINT_MAX &&
	    recent->cpu != ov2_packet_cpu(send->skb))
		return false;
	send->pol = recent->pol;
	if (!send->pol || !ov2_policy_protects(send->pol))
		return true;
	if (!recent->assoc || ov2_policy_tmpl_is_old(send->pol))
		return false;

	x = rcu_dereference(recent->assoc->x);
	if (!x || !ov2_sad_is_in_force(x))
		return false;
	send->assoc = recent->assoc;
	send->x = x;
	return true;
}

static enum ov2_counter send_by_policy(struct sending *send, bool tagged)
{
	const struct ov2_policy *pol = send->pol;

	if (pol)
		ov2_policy_hit(pol);
	if (!pol || (!ov2_policy_blocks(pol) && !ov2_policy_protects(pol)))
		return tagged ? OV2_CNT_TX_DROP_NO_POLICY : OV2_CNT_NONE;
	if (ov2_policy_blocks(pol))
		return OV2_CNT_TX_DROP_BLOCKED;
	return send->assoc ? send_protected(send) : OV2_CNT_TX_DROP_NO_SA;
}

/* Returns the frame's ethertype, or 0 if the frame is too short. The Ethernet
 * header of a tagged packet is not always valid here, but skb->protocol is
 * right (vlan_insert_tag_set_proto()).
 */
static __be16 frame_type(const struct sk_buff *skb, bool tagged)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (tagged)
		return skb->protocol;
	return skb->len > sizeof(*eth) ? eth->h_proto : 0;
}

/* The card cannot protect a packet behind a VLAN tag or a PPPoE header, because
 * the other end of the SA expects ESP without such a header. So the packet is
 * dropped if a policy protects it. Such packets come from a bridge device, a
 * packet socket, or tc. The core itself makes no such packet: when a packet
 * leaves by a VLAN device, the core does not protect the packet with a state of
 * this card.
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
	if (pol)
		ov2_policy_hit(pol);
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
	send->eth_len = len;
	__skb_pull(skb, len);
	skb_reset_network_header(skb);
	return ov2_frame_trim(skb);
}

/**
 * ov2_packet_xmit() - what is to be done with a frame, in packet mode?
 * @ad: the card
 * @skb: the frame, which is taken if the verdict is OV2_VERDICT_TAKEN
 * @queue: the send queue that the frame came on
 * @tagged: the frame has a tag (ov2_packet_tag()), so the core wants it
 *	protected
 * @verdict: if the frame may leave, filled in with what is to be done with it
 * @nbl: filled in with the frame and its records if the verdict is
 *	OV2_VERDICT_OFFLOAD
 *
 * The card finds policy and state from the packet itself, as hardware does. It
 * does not take the state from the tag. But if a tagged packet meets no policy
 * that protects, the card drops the packet. The tag also names the CPUs whose
 * states the packet may take (struct ov2_sad_cpus).
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
	enum ov2_counter reason;

	*verdict = OV2_VERDICT_PLAIN;
	if (ov2_flow_may_wrap(type))
		return send_wrapped(ad, skb, type, tagged);
	if (!tagged && type != htons(ETH_P_IP) && type != htons(ETH_P_IPV6))
		return OV2_CNT_NONE;
	if (!open_ethernet(&send, tagged) ||
	    (!recall(&send) && !look_up(&send, tagged)))
		reason = OV2_CNT_TX_DROP_MALFORMED;
	else
		reason = send_by_policy(&send, tagged);
	if (reason || *verdict == OV2_VERDICT_PLAIN ||
	    *verdict == OV2_VERDICT_SEGMENT)
		skb_push(skb, send.eth_len);
	return reason;
}

/**
 * ov2_packet_wanted() - must frames without a tag go through ov2_packet_xmit()?
 * @ad: the card
 *
 * Context: Any context.
 * Return: true if the card has an outbound policy.
 */
bool ov2_packet_wanted(const struct ov2_adapter *ad)
{
	return ov2_spd_has(&ov2_bridge_of(ad)->spd, XFRM_DEV_OFFLOAD_OUT);
}
