// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving in packet mode: the stack gets clear packets. So this file does the
 * work of xfrm_input(), and the work of __xfrm_policy_check() for the
 * policies of the card; the core checks the other policies (verdict.c). This
 * file also decides which clear frames from the line come in.
 */
#include <linux/udp.h>

#include "account.h"
#include "decap.h"
#include "packet.h"
#include "packet_receive.h"
#include "recent.h"
#include "socket.h"
#include "../sa/assoc.h"
#include "../../ov2/handle.h"

/* If the sender's address or port has changed (the sender may be behind NAT, or
 * may move), tell the key manager. The packet's number has already been
 * accepted, so an old packet that somebody repeats from another address changes
 * nothing.
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

/* Is the socket of this flow a tunnel, or would GRO merge the packets of the
 * flow? GRO does so for sockets with UDP_GRO, and with two features of the
 * card.
 */
static bool udp_is_special(const struct ov2_adapter *ad,
			   const struct ov2_flow *flow)
{
	const struct sock *sk;

	if (ad->dev->features & (NETIF_F_GRO_UDP_FWD | NETIF_F_GRO_FRAGLIST))
		return true;
	if (!flow->ports_known)
		return false;
	sk = ov2_socket_find(ad->dev, flow);
	return sk && (udp_test_bit(GRO_ENABLED, sk) ||
		      READ_ONCE(udp_sk(sk)->gro_receive) ||
		      READ_ONCE(udp_sk(sk)->encap_type));
}

/* Must the core check the packets of a flow that came inside ESP?
 *
 * An xfrm_offload does not say which ESP header it is about. If the core finds
 * an ESP header in a packet with an xfrm_offload, it believes that the card has
 * verified and decrypted this header, and that the header is of the card's
 * state (esp4_gro_receive(), xfrm_input()). Whoever sends through the tunnel
 * could make such a packet, and so move the state's replay window.
 *
 * So only packets of TCP, UDP and ICMP may have an xfrm_offload. These three
 * protocols check policies before they look further, and mostly this check
 * takes the sec_path off (__xfrm_policy_check2()). Fragments are put together
 * before that, and then the first fragment decides. If BPF replaces the
 * kernel's dissector, nobody knows whether the protocol is the first one. UDP
 * needs more care:
 *
 *  - GRO comes before this check, and could find ESP in UDP, for example behind
 *    VXLAN. So UDP with an xfrm_offload does not go through GRO.
 *  - If the socket has a policy of its own, like the socket of an IKE daemon,
 *    the sec_path stays, and the socket may be one for ESP in UDP. xfrm_input()
 *    takes such ESP only for a state whose own ESP is in UDP, so UDP from such
 *    a state has no xfrm_offload.
 *  - If the socket is a tunnel or wants GRO, the packet has no xfrm_offload, so
 *    that the tunnel and GRO work as in software. The queue remembers this
 *    answer. So a packet may come to a socket of another kind, but then the two
 *    rules above still hold.
 */
static bool core_must_check(const struct ov2_adapter *ad,
			    const struct xfrm_state *x,
			    const struct ov2_flow *flow)
{
	if (ov2_flow_has_dissector(dev_net(ad->dev)))
		return true;

	switch (flow->fl.flowi_proto) {
	case IPPROTO_TCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return false;
	case IPPROTO_UDP:
		return x->encap || udp_is_special(ad, flow);
	default:
		return true;
	}
}

/* May the carried packet come in through this state? Software answers this
 * later, when it has the whole packet. Here the packet may be a fragment. A
 * fragment is dropped if it hides a field that the state's selector compares.
 * Only an answer that lets the packet in is remembered.
 */
static enum ov2_counter admit_look_up(struct ov2_adapter *ad,
				      const struct sk_buff *skb,
				      struct ov2_assoc *assoc,
				      const struct xfrm_state *x,
				      struct ov2_recent *recent)
{
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	u64 changes = ov2_recent_changes(bridge);
	const struct ov2_policy *pol;
	struct ov2_flow flow;

	ov2_recent_forget(recent);
	if (!ov2_flow_read(dev_net(ad->dev), skb, &flow))
		return OV2_CNT_RX_DROP_INNER;
	if (ov2_selector_match(&x->sel, &flow) != OV2_MATCH_YES)
		return OV2_CNT_RX_DROP_SELECTOR;

	pol = ov2_spd_lookup(&bridge->spd, XFRM_DEV_OFFLOAD_IN, &flow);
	if (pol)
		ov2_policy_hit(pol);
	if (pol && ov2_policy_blocks(pol))
		return OV2_CNT_RX_DROP_BLOCK;
	if (pol && !ov2_policy_fits(pol, x))
		return OV2_CNT_RX_DROP_TEMPLATE;

	ov2_recent_set(recent, changes, &flow, pol, assoc);
	recent->core_checks = core_must_check(ad, x, &flow);
	recent->udp = flow.fl.flowi_proto == IPPROTO_UDP;
	return OV2_CNT_NONE;
}

/* Does the packet have the same flow and the same state as the last packet that
 * this queue let in? And would a look-up let the packet in now?
 */
static bool admit_recent(const struct ov2_adapter *ad,
			 const struct sk_buff *skb,
			 const struct ov2_assoc *assoc,
			 const struct ov2_recent *recent)
{
	return recent->assoc == assoc &&
	       ov2_recent_is(recent, ov2_bridge_of(ad), skb) &&
	       !(recent->pol && ov2_policy_tmpl_is_old(recent->pol));
}

/* If no policy of the card matches, the core decides alone. Under
 * rcu_read_lock(), which protects the policies.
 */
static enum ov2_counter packet_admit(struct ov2_adapter *ad,
				     const struct ov2_nbl *nbl,
				     struct ov2_assoc *assoc,
				     const struct xfrm_state *x,
				     enum ov2_packet_path *path,
				     enum ov2_rx_verdict *verdict)
{
	struct ov2_recent *recent = &ov2_bridge_of(ad)->recent_rx[nbl->queue];
	const struct sk_buff *skb = nbl->skb;
	enum ov2_counter reason;
	u16 family;

	if (!admit_recent(ad, skb, assoc, recent)) {
		reason = admit_look_up(ad, skb, assoc, x, recent);
		if (reason)
			return reason;
	} else if (recent->pol) {
		ov2_policy_hit(recent->pol);
	}

	family = skb->protocol == htons(ETH_P_IP) ? AF_INET : AF_INET6;
	*path = OV2_PATH_STATE;
	if (!recent->pol || recent->core_checks ||
	    !ov2_verdict_is_last(ad, family))
		return OV2_CNT_NONE;

	*path = OV2_PATH_OFFLOAD;
	if (recent->udp)
		*verdict = OV2_RX_NO_GRO;
	return OV2_CNT_NONE;
}

/* GRO compares no sec_paths, but it never merges frames with different hashes.
 * So this hash keeps the frames of an SA apart from clear frames, whose hash
 * the line has cleared. It also keeps the frames of two SAs apart, even if the
 * SAs have the same SPI. The low half of a handle holds the number of the SA's
 * slot. This number is never 0, and no other SA of the card has the same
 * number. The type of this hash is L3, so code that needs the hash of a flow
 * computes another hash.
 */
static void set_gro_hash(struct sk_buff *skb, const struct ov2_assoc *assoc)
{
	BUILD_BUG_ON(OV2_HANDLE_SLOT_BITS > 32);
	skb_set_hash(skb, lower_32_bits(assoc->handle), PKT_HASH_TYPE_L3);
}

/* Number and limits are checked once, after decryption, because the engine
 * decrypts first. Software checks them twice, before and after decryption, and
 * drops the same packets.
 */
static enum ov2_counter packet_accept(struct ov2_adapter *ad,
				      struct ov2_nbl *nbl,
				      struct ov2_assoc *assoc,
				      struct xfrm_state *x,
				      enum ov2_packet_path *path,
				      enum ov2_rx_verdict *verdict)
{
	enum ov2_counter reason;
	struct ov2_decap decap;

	ov2_decap_read(nbl->skb, x, assoc->icv_len,
		       nbl->info[OV2_INFO_IPSEC_HEADER], &decap);
	reason = ov2_account_in(x, nbl->skb, nbl->ext_rx.seq64, decap.len);
	if (reason)
		return reason;

	tell_new_mapping(x, nbl->skb);
	if (!ov2_decap(nbl->skb, x, &decap))
		return OV2_CNT_RX_DROP_DECAP;
	return packet_admit(ad, nbl, assoc, x, path, verdict);
}

/**
 * ov2_packet_receive() - unpack a frame of a state in packet mode
 * @ad: the card
 * @nbl: the frame as the engine left it, without the padding of Ethernet. The
 *	caller still owns it. Data is at the IP header, and ov2_headers_set()
 *	has set the offsets
 * @assoc: the association of the frame's SA
 * @x: the state of @assoc
 * @res: what the engine found
 * @path: filled in with what the sec_path is to tell the core
 * @verdict: set to OV2_RX_NO_GRO if the frame must not go through GRO
 *
 * Afterwards the NBL has an Ethernet frame with the packet that ESP carried.
 *
 * Context: BH disabled, under rcu_read_lock().
 * Return: OV2_CNT_NONE, or why the frame must be dropped.
 */
enum ov2_counter ov2_packet_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				    struct ov2_assoc *assoc,
				    struct xfrm_state *x,
				    const struct ov2_rx_result *res,
				    enum ov2_packet_path *path,
				    enum ov2_rx_verdict *verdict)
{
	enum ov2_counter reason;

	if (res->status != OV2_CRYPTO_SUCCESS)
		return ov2_account_bad(x, nbl->skb, res->status);

	reason = packet_accept(ad, nbl, assoc, x, path, verdict);
	if (reason)
		return reason;
	set_gro_hash(nbl->skb, assoc);
	/* xfrm_input() sets the mark at this point. The core's policies and the
	 * rules for routes look at the mark.
	 */
	nbl->skb->mark = xfrm_smark_get(nbl->skb->mark, x);
	return OV2_CNT_NONE;
}

/* Under rcu_read_lock(). An IPsec packet that the engine did not touch goes to
 * xfrm. xfrm looks for the packet's state, and compares the packet inside with
 * the policies.
 */
static enum ov2_counter clear_admit(struct ov2_adapter *ad, struct ov2_spd *spd,
				    const struct sk_buff *skb,
				    struct ov2_flow *flow)
{
	const struct ov2_policy *pol;

	if (!ov2_flow_read(dev_net(ad->dev), skb, flow))
		return flow->family ? OV2_CNT_RX_DROP_CLEAR_BAD : OV2_CNT_NONE;
	if (ov2_flow_is_ipsec(flow))
		return OV2_CNT_NONE;

	pol = ov2_spd_lookup(spd, XFRM_DEV_OFFLOAD_IN, flow);
	if (!pol)
		return OV2_CNT_NONE;
	ov2_policy_hit(pol);
	if (ov2_policy_blocks(pol))
		return OV2_CNT_RX_DROP_BLOCK;
	if (!ov2_policy_protects(pol))
		return OV2_CNT_NONE;
	return flow->wrapped ? OV2_CNT_RX_DROP_WRAPPED : OV2_CNT_RX_DROP_CLEAR;
}

/* This is not a part of ov2_clear_receive(), because some kernels zero @flow
 * where it is declared (CONFIG_INIT_STACK_ALL_ZERO). Most cards have no inbound
 * policy, so most frames need no @flow.
 */
static enum ov2_counter clear_compare(struct ov2_adapter *ad,
				      struct sk_buff *skb,
				      enum ov2_rx_verdict *verdict)
{
	enum ov2_counter reason;
	struct ov2_flow flow;

	rcu_read_lock();
	reason = clear_admit(ad, &ov2_bridge_of(ad)->spd, skb, &flow);
	if (reason && ov2_socket_takes(ad, skb, &flow)) {
		*verdict = OV2_RX_TAKEN;
		reason = OV2_CNT_NONE;
	}
	rcu_read_unlock();
	return reason;
}

/**
 * ov2_clear_receive() - may a frame that the engine did not touch come in?
 * @ad: the card
 * @skb: the frame, which the caller still owns unless the verdict is
 *	OV2_RX_TAKEN. Data is behind the Ethernet header
 * @verdict: filled in: OV2_RX_TAKEN if the packet's socket got the packet, else
 *	OV2_RX_STACK
 *
 * The stack does not compare clear packets with offloaded policies, because it
 * expects that the card has done so. So this function compares the packet with
 * the policies. As in software, a policy of the packet's own socket goes before
 * any policy of the card.
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE, or why the frame must be dropped.
 */
enum ov2_counter ov2_clear_receive(struct ov2_adapter *ad, struct sk_buff *skb,
				   enum ov2_rx_verdict *verdict)
{
	*verdict = OV2_RX_STACK;
	if (!ov2_spd_has(&ov2_bridge_of(ad)->spd, XFRM_DEV_OFFLOAD_IN))
		return OV2_CNT_NONE;
	return clear_compare(ad, skb, verdict);
}
