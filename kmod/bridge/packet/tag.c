// SPDX-License-Identifier: GPL-2.0
/*
 * The tag on packets that are to leave protected, in packet mode.
 *
 * The core gives such a packet no sec_path: in ndo_start_xmit it looks like any
 * other. If NAT changes the packet on its way, or its policy is deleted while
 * it waits, it leads to no policy of the card and would leave in clear. If it
 * is sent through another device, it would leave there in clear. So the card
 * tags it with a sec_path of one state, which clones and segments inherit:
 *
 *	xvec[0]	the state
 *	ovec[0]	.flags	CRYPTO_DONE, and XFRM_XMIT as below
 *		.status	OV2_TAG_STATUS, which has CRYPTO_SUCCESS in it
 *
 * Without XFRM_XMIT validate_xmit_xfrm() drops the packet at any device but the
 * state's; at that device it would encrypt the packet itself. Therefore the
 * card adds XFRM_XMIT when the core asks for its features, just before that.
 *
 * CRYPTO_DONE and CRYPTO_SUCCESS are for multicast: the copy of a packet that
 * is looped back to listeners of this host has the tag, too, and
 * __xfrm_policy_check2() wants to see both.
 */
#include <linux/if_packet.h>

#include "tag.h"
#include "../sa/assoc.h"

/* Core and drivers set no status on packets to send, and 8 bits of it on
 * received ones.
 */
#define OV2_TAG_STATUS	(CRYPTO_SUCCESS | 0x4f563200)

/* No packet to send has this type, and no command can set it. */
#define OV2_TAG_LOST	PACKET_KERNEL

/**
 * ov2_packet_tag() - tag a packet
 * @skb: the packet, in xdo_dev_offload_ok, or in ndo_start_xmit if it is going
 *	to wait
 * @x: the state that protects it
 *
 * An earlier sec_path goes.
 *
 * Context: BH disabled or not.
 * Return: false without memory; the packet must be dropped then.
 */
bool ov2_packet_tag(struct sk_buff *skb, struct xfrm_state *x)
{
	struct xfrm_offload *xo;
	struct sec_path *sp;

	secpath_reset(skb);
	sp = secpath_set(skb);
	if (!sp)
		return false;

	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	sp->olen++;
	xo = xfrm_offload(skb);
	xo->flags = CRYPTO_DONE;
	xo->status = OV2_TAG_STATUS;
	return true;
}

/**
 * ov2_packet_tagged() - is it our tag?
 * @xo: of a packet that is being sent
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_packet_tagged(const struct xfrm_offload *xo)
{
	return xo->status == OV2_TAG_STATUS;
}

/**
 * ov2_packet_tag_lost() - was it tagged, and must be dropped?
 * @skb: a packet in ndo_start_xmit
 *
 * Context: Any context.
 * Return: true if there was no memory for its own copy of the tag.
 */
bool ov2_packet_tag_lost(const struct sk_buff *skb)
{
	return skb->pkt_type == OV2_TAG_LOST;
}

/* ip_finish_output_gso() and its IPv6 twin ask for features, too, in front of
 * the egress hooks, from where the packet may still go to another device. There
 * it has no Ethernet header yet.
 */
static bool is_leaving(const struct sk_buff *skb)
{
	return skb_network_offset(skb) > 0;
}

/* When the device of a state goes, the core clears type and device in x->xso. A
 * packet of such a state may pass: ndo_start_xmit looks up its policy again.
 */
static bool is_for_other(const struct xfrm_state *x,
			 const struct net_device *dev)
{
	return ov2_state_is_packet(x) && READ_ONCE(x->xso.dev) != dev;
}

/**
 * ov2_packet_tag_pass() - let a tagged packet pass validate_xmit_xfrm()
 * @dev: the card
 * @skb: a packet with a tag, in ndo_features_check
 *
 * Clones share the tag and may be on their way through another device, so the
 * packet gets a copy of its own. Without memory for it the tag is taken off, as
 * else the core would encrypt the packet, with a number that is not counted;
 * the packet is dropped in ndo_start_xmit.
 *
 * Context: BH disabled.
 */
void ov2_packet_tag_pass(const struct net_device *dev, struct sk_buff *skb)
{
	if (xfrm_offload(skb)->flags & XFRM_XMIT || !is_leaving(skb) ||
	    is_for_other(xfrm_input_state(skb), dev))
		return;

	if (secpath_set(skb)) {
		xfrm_offload(skb)->flags |= XFRM_XMIT;
	} else {
		secpath_reset(skb);
		skb->pkt_type = OV2_TAG_LOST;
	}
}
