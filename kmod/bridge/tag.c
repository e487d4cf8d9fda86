// SPDX-License-Identifier: GPL-2.0
/*
 * The mark on packets that the core wants protected in packet mode.
 *
 * It gives such a packet no sec_path; what arrives in ndo_start_xmit looks like
 * any other. If in between NAT has changed it, or its policy was deleted while it
 * waited in a qdisc, it leads to no policy of the card, and would leave in clear.
 */
#include "send.h"

/**
 * ov2_packet_tag() - mark a packet
 * @skb: the packet, in xdo_dev_offload_ok
 * @x: the state that the core has chosen for it
 *
 * BH disabled or not. The mark is a sec_path: clones and segments inherit it.
 * With XFRM_XMIT validate_xmit_xfrm() leaves it alone.
 *
 * Return: false without memory; the core drops the packet then.
 */
bool ov2_packet_tag(struct sk_buff *skb, struct xfrm_state *x)
{
	struct sec_path *sp;

	secpath_reset(skb);
	sp = secpath_set(skb);
	if (!sp)
		return false;

	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	sp->olen++;
	xfrm_offload(skb)->flags = XFRM_XMIT;
	xfrm_offload(skb)->proto = 0;
	return true;
}

/**
 * ov2_packet_tagged() - is it our mark?
 * @xo: of a packet that is being sent
 *
 * In crypto mode the core sets the protocol that is protected, and number 0, the
 * hop-by-hop options, is no offloaded one: ov2_packet_tag()'s caller and the core
 * refuse extension headers.
 *
 * Return: true if so.
 */
bool ov2_packet_tagged(const struct xfrm_offload *xo)
{
	return !xo->proto;
}
