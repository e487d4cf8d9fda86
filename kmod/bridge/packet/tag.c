// SPDX-License-Identifier: GPL-2.0
/*
 * The tag on packets that are to leave protected, in packet mode.
 *
 * The core gives such a packet no sec_path, so in ndo_start_xmit the packet
 * looks like any other packet. NAT may change the packet on its way, or the
 * packet's policy may be deleted while the packet waits. Then the card finds no
 * policy, and would send the packet in clear. If the packet is redirected to
 * another device, that device would send the packet in clear. So the card tags
 * the packet with a sec_path that holds one state. Clones and segments inherit
 * this sec_path:
 *
 *	xvec[0]	the state
 *	ovec[0]	.flags	CRYPTO_DONE, and XFRM_XMIT as below
 *		.status	OV2_TAG_STATUS, which has CRYPTO_SUCCESS in it
 *		.seq.low	the CPU that sends the packet
 *
 * Without XFRM_XMIT, validate_xmit_xfrm() drops the packet at any device other
 * than the device of the state. At the device of the state,
 * validate_xmit_xfrm() would encrypt the packet itself. Therefore the card adds
 * XFRM_XMIT in ndo_features_check, which the core calls just before
 * validate_xmit_xfrm().
 *
 * CRYPTO_DONE and CRYPTO_SUCCESS are for multicast. If a copy of the packet is
 * looped back to listeners of this host, the copy also has the tag.
 * __xfrm_policy_check2() lets the copy in only if both flags are set.
 */
#include <linux/if_packet.h>

#include "tag.h"
#include "../sa/assoc.h"
#include "../sa/spare_path.h"

/* Core and drivers set no status on packets that are sent. On packets that are
 * received, they set only the low 8 bits of the status. So only a card sets
 * this status.
 */
#define OV2_TAG_STATUS	(CRYPTO_SUCCESS | 0x4f563200)

/* No packet that is sent has this pkt_type. tc, nftables and BPF cannot set it
 * (skb_pkt_type_ok()).
 */
#define OV2_TAG_LOST	PACKET_KERNEL

/**
 * ov2_packet_tag() - tag a packet
 * @skb: the packet, in xdo_dev_offload_ok, or in ndo_start_xmit if it is going
 *	to wait
 * @x: the state that is to protect the packet
 * @cpu: the CPU that sends the packet. The packet may wait in a queue, and
 *	another CPU may take it out of the queue
 *
 * The tag replaces an earlier sec_path.
 *
 * Context: BH disabled or not.
 * Return: false if there is no memory; the packet must be dropped then.
 */
bool ov2_packet_tag(struct sk_buff *skb, struct xfrm_state *x,
		    unsigned int cpu)
{
	struct sec_path *sp;

	secpath_reset(skb);
	sp = ov2_spare_path_use(skb) ? skb_sec_path(skb) : secpath_set(skb);
	if (!sp)
		return false;

	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	sp->ovec[sp->olen++] = (struct xfrm_offload){
		.flags = CRYPTO_DONE,
		.status = OV2_TAG_STATUS,
		.seq.low = cpu,
	};
	return true;
}

/**
 * ov2_packet_cpu() - which CPU sends a packet?
 * @skb: the packet, with a tag or without
 *
 * Context: Any context.
 * Return: the CPU.
 */
unsigned int ov2_packet_cpu(struct sk_buff *skb)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);

	if (xo && ov2_packet_tagged(xo))
		return xo->seq.low;
	return raw_smp_processor_id();
}

/**
 * ov2_packet_tagged() - is an xfrm_offload the tag of a card?
 * @xo: the xfrm_offload of a packet that is being sent
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_packet_tagged(const struct xfrm_offload *xo)
{
	return xo->status == OV2_TAG_STATUS;
}

/**
 * ov2_packet_tag_lost() - must a packet be dropped, because its tag is gone?
 * @skb: a packet in ndo_start_xmit
 *
 * Context: Any context.
 * Return: true if there was no memory for the packet's own copy of the tag.
 */
bool ov2_packet_tag_lost(const struct sk_buff *skb)
{
	return skb->pkt_type == OV2_TAG_LOST;
}

/* ip_finish_output_gso() and the same function of IPv6 also call
 * ndo_features_check. They do so before the egress hooks, so the packet may
 * still go to another device. A packet that they ask about has no Ethernet
 * header yet.
 */
static bool is_leaving(const struct sk_buff *skb)
{
	return skb_network_offset(skb) > 0;
}

/* Returns false if there is no memory. If no clone shares the tag,
 * secpath_set() would do nothing.
 */
static bool tag_make_own(struct sk_buff *skb)
{
	return likely(refcount_read(&skb->extensions->refcnt) == 1) ||
	       secpath_set(skb);
}

/* When the device of a state goes, the core clears type and device in x->xso. A
 * packet of such a state may pass, because ndo_start_xmit looks up the packet's
 * policy again.
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
 * packet gets a copy of the tag. If there is no memory for the copy, the tag is
 * taken off, and ndo_start_xmit drops the packet. If the tag stayed, the core
 * would encrypt the packet with a sequence number that no state has counted.
 *
 * Context: BH disabled.
 */
void ov2_packet_tag_pass(const struct net_device *dev, struct sk_buff *skb)
{
	if (xfrm_offload(skb)->flags & XFRM_XMIT || !is_leaving(skb) ||
	    is_for_other(xfrm_input_state(skb), dev))
		return;

	if (tag_make_own(skb)) {
		xfrm_offload(skb)->flags |= XFRM_XMIT;
	} else {
		secpath_reset(skb);
		skb->pkt_type = OV2_TAG_LOST;
	}
}
