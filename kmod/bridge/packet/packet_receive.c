// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving in packet mode: the stack is given clear packets. So this file does
 * the work of xfrm_input(), with the system's statistics, and that of
 * __xfrm_policy_check() for the policies of the card; the core checks the other
 * policies (verdict.c). This file also decides whether a frame that came in
 * clear is let in.
 */
#include <linux/jhash.h>
#include <linux/udp.h>

#include "account.h"
#include "decap.h"
#include "packet.h"
#include "packet_receive.h"
#include "socket.h"
#include "../sa/assoc.h"
#include "../../watch/drop.h"

#define OV2_UDP_ENCAP_PORT	4500

/* The sender may be behind NAT, and move: the key manager is told. Software
 * does so before it has looked at the number; here an old packet that somebody
 * repeats from elsewhere does not count.
 */
static void tell_new_mapping(struct xfrm_state *x, const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);
	xfrm_address_t addr = { .a4 = ip->saddr };
	struct udphdr room, *udp;

	if (!x->encap || x->props.family != AF_INET)
		return;

	udp = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*ip),
				 sizeof(room), &room);
	if (udp && (ip->saddr != x->props.saddr.a4 ||
		    udp->source != x->encap->encap_sport))
		km_new_mapping(x, &addr, udp->source);
}

/* Under rcu_read_lock(). Returns the SNMP counter to move, 0 if the policy
 * accepts what came through @x.
 */
static int policy_rejects(const struct ov2_policy *pol,
			  const struct xfrm_state *x, enum ov2_counter *reason)
{
	if (ov2_policy_blocks(pol)) {
		*reason = OV2_CNT_RX_DROP_BLOCK;
		return LINUX_MIB_XFRMINPOLBLOCK;
	}

	*reason = OV2_CNT_RX_DROP_TEMPLATE;
	return ov2_policy_fits(pol, x) ? 0 : LINUX_MIB_XFRMINTMPLMISMATCH;
}

/* If the packet has an xfrm_offload, the core takes an ESP header inside it for
 * the header that the card has verified (esp4_gro_receive()). The same goes for
 * ESP in UDP, if a socket of the port has asked for it; only the port of
 * RFC 3948 is looked for.
 */
static bool is_nested(const struct ov2_flow *flow)
{
	const union flowi_uli *uli = flow->family == AF_INET ?
				     &flow->fl.u.ip4.uli : &flow->fl.u.ip6.uli;

	return ov2_flow_is_ipsec(flow) ||
	       (flow->fl.flowi_proto == IPPROTO_UDP &&
		uli->ports.dport == htons(OV2_UDP_ENCAP_PORT));
}

/* May what was carried come in through this state? Software asks that later, of
 * the reassembled packet; here a fragment must fit by what it shows. What no
 * policy of the card is for the core decides alone. Under rcu_read_lock(), as
 * are policies.
 */
static int packet_admit(struct ov2_adapter *ad, const struct sk_buff *skb,
			const struct xfrm_state *x, enum ov2_packet_path *path,
			enum ov2_counter *reason)
{
	const struct ov2_policy *pol;
	struct ov2_flow flow;

	*reason = OV2_CNT_RX_DROP_INNER;
	if (!ov2_flow_read(dev_net(ad->dev), skb, &flow))
		return LINUX_MIB_XFRMINHDRERROR;

	*reason = OV2_CNT_RX_DROP_SELECTOR;
	if (ov2_selector_match(&x->sel, &flow) != OV2_MATCH_YES)
		return LINUX_MIB_XFRMINSTATEMISMATCH;

	pol = ov2_spd_lookup(&ov2_bridge_of(ad)->spd, XFRM_DEV_OFFLOAD_IN,
			     &flow);
	*path = OV2_PATH_STATE;
	if (pol && !is_nested(&flow) && ov2_verdict_is_last(ad, flow.family))
		*path = OV2_PATH_OFFLOAD;
	return pol ? policy_rejects(pol, x, reason) : 0;
}

/* Frames of different hash are never merged by GRO, which looks at no security
 * path: so what was protected is never merged with what came in clear, which
 * has none, the wire clears it. It is no flow's hash: whoever wants that
 * computes it.
 */
static void set_gro_hash(struct sk_buff *skb, const struct ov2_assoc *assoc)
{
	u32 hash = jhash_1word((__force u32)assoc->spi, 0) | 1;

	skb_set_hash(skb, hash, PKT_HASH_TYPE_L3);
}

static int packet_unwrap(struct ov2_adapter *ad, struct sk_buff *skb,
			 const struct xfrm_state *x,
			 const struct ov2_decap *decap,
			 enum ov2_packet_path *path, enum ov2_counter *reason)
{
	*reason = OV2_CNT_RX_DROP_DECAP;
	if (!ov2_decap(skb, x, decap))
		return LINUX_MIB_XFRMINSTATEMODEERROR;
	return packet_admit(ad, skb, x, path, reason);
}

/* Number and limits are looked at after decryption only, as with any card that
 * does it: software looks at them before, too, and drops the same packets.
 */
static bool packet_accept(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			  const struct ov2_assoc *assoc, struct xfrm_state *x,
			  enum ov2_packet_path *path, enum ov2_counter *reason)
{
	struct ov2_decap decap;
	int mib;

	ov2_decap_read(nbl->skb, x, assoc->icv_len,
		       nbl->info[OV2_INFO_IPSEC_HEADER], &decap);
	if (!ov2_account_in(x, nbl->skb, nbl->ext_rx.seq64, decap.len, reason))
		return false;

	tell_new_mapping(x, nbl->skb);
	mib = packet_unwrap(ad, nbl->skb, x, &decap, path, reason);
	if (mib)
		XFRM_INC_STATS(xs_net(x), mib);
	return !mib;
}

static unsigned int frame_len(const struct sk_buff *skb)
{
	return skb->len + skb->data - skb_mac_header(skb);
}

/**
 * ov2_packet_receive() - a frame was received through a state in packet mode
 * @ad: the card
 * @nbl: the frame as the engine left it, without Ethernet's padding; stays the
 *	caller's. Data is at the IP header, ov2_headers_set() was here
 * @assoc: its association
 * @x: its state; the reference stays the caller's
 * @res: what the engine found
 * @path: out: what the core is to know
 *
 * The frame becomes what it carried.
 *
 * Context: BH disabled, under rcu_read_lock().
 * Return: false if it must be dropped; counted and traced already.
 */
bool ov2_packet_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			const struct ov2_assoc *assoc, struct xfrm_state *x,
			const struct ov2_rx_result *res,
			enum ov2_packet_path *path)
{
	unsigned int len = frame_len(nbl->skb);
	enum ov2_counter reason;
	bool accepted = false;

	if (res->status != OV2_CRYPTO_SUCCESS)
		ov2_account_bad(x, nbl->skb, res->status, &reason);
	else
		accepted = packet_accept(ad, nbl, assoc, x, path, &reason);

	if (!accepted) {
		ov2_drop_rx(ad, reason, len);
		return false;
	}
	set_gro_hash(nbl->skb, assoc);
	/* As xfrm_input() does: the core's policies and the rules for routes
	 * look at the mark.
	 */
	nbl->skb->mark = xfrm_smark_get(nbl->skb->mark, x);
	return true;
}

/* Under rcu_read_lock(). IPsec is looked at by xfrm, which has its own states
 * and the same policies.
 */
static int clear_rejects(struct ov2_adapter *ad, struct ov2_spd *spd,
			 const struct sk_buff *skb, struct ov2_flow *flow,
			 enum ov2_counter *reason)
{
	const struct ov2_policy *pol;

	*reason = OV2_CNT_RX_DROP_CLEAR_BAD;
	if (!ov2_flow_read(dev_net(ad->dev), skb, flow))
		return flow->family ? LINUX_MIB_XFRMINHDRERROR : 0;
	if (ov2_flow_is_ipsec(flow))
		return 0;

	pol = ov2_spd_lookup(spd, XFRM_DEV_OFFLOAD_IN, flow);
	if (!pol)
		return 0;
	if (ov2_policy_blocks(pol)) {
		*reason = OV2_CNT_RX_DROP_BLOCK;
		return LINUX_MIB_XFRMINPOLBLOCK;
	}
	*reason = flow->wrapped ? OV2_CNT_RX_DROP_WRAPPED :
				  OV2_CNT_RX_DROP_CLEAR;
	return ov2_policy_protects(pol) ? LINUX_MIB_XFRMINTMPLMISMATCH : 0;
}

/**
 * ov2_clear_receive() - may a frame come in that the engine did not touch?
 * @ad: the card
 * @skb: the frame; stays the caller's unless the verdict is OV2_RX_TAKEN. Data
 *	is behind the Ethernet header
 *
 * For policies that are offloaded the stack takes clear packets: it thinks that
 * the card would have dropped them. As in software, a policy of the packet's
 * own socket goes before any policy of the card.
 *
 * Context: BH disabled.
 * Return: the verdict.
 */
enum ov2_rx_verdict ov2_clear_receive(struct ov2_adapter *ad,
				      struct sk_buff *skb)
{
	struct ov2_spd *spd = &ov2_bridge_of(ad)->spd;
	bool taken = false;
	struct ov2_flow flow;
	enum ov2_counter reason;
	int mib;

	if (!ov2_spd_has(spd, XFRM_DEV_OFFLOAD_IN))
		return OV2_RX_STACK;

	rcu_read_lock();
	mib = clear_rejects(ad, spd, skb, &flow, &reason);
	if (mib)
		taken = ov2_socket_takes(ad, skb, &flow);
	rcu_read_unlock();
	if (!mib)
		return OV2_RX_STACK;
	if (taken)
		return OV2_RX_TAKEN;

	XFRM_INC_STATS(dev_net(ad->dev), mib);
	ov2_drop_rx(ad, reason, frame_len(skb));
	return OV2_RX_DROP;
}
