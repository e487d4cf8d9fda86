// SPDX-License-Identifier: GPL-2.0
/*
 * A frame that comes off a cable shares memory with frames that the sender's
 * side still has:
 *
 *	the head and the shared info	TCP keeps the original of each frame
 *					until the ACK; packet taps and netem
 *					hold clones
 *	the pages of fragments		skb_segment() makes frames that are no
 *					clones, but share these pages, too
 *
 * The receiver's stack writes to both. GRO moves fragments from one shared
 * info to another and steals heads without asking skb_cloned(); ESP decrypts
 * in place. So a frame gets a head and a shared info of its own. Its pages are
 * not copied, but marked. If a kernel has the fix of CVE-2026-43284, its
 * esp_input() and esp6_input() do not write to marked pages. GRO keeps the
 * mark. All other code that decrypts, such as the card's own engine, leaves the
 * pages as they are: it calls skb_cow_data(), or it decrypts into a copy.
 *
 * Only large packets of TCP that GRO will not see go up as they are, as over
 * veth (ov2_may_stay_shared()).
 */
#include <linux/gfp.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "../compat/skbuff.h"
#include "unshare.h"

/* The types of a large packet that TCP has made, and no tunnel has wrapped */
#define TCP_TYPES	(SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN | \
			 OV2_SKB_GSO_TCP_ACCECN)

/* Clear what the sender left in the shared info, except for the fragments. */
static void unshare_scrub(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	/* TCP sets the GSO type even in a single segment. */
	if (!skb_is_gso(skb))
		skb_gso_reset(skb);
	skb_metadata_clear(skb);
	/* If the frame is forwarded, the device that sends it on would report
	 * time stamps to the sender's socket.
	 */
	info->tx_flags = 0;
	info->tskey = 0;
	memset(&info->hwtstamps, 0, sizeof(info->hwtstamps));
}

/**
 * ov2_may_stay_shared() - may a received frame go up without ov2_unshare()?
 * @skb: the frame. It has no other user, and will not go through GRO
 *
 * TCP sends a clone of each large packet. To give this clone a head and a
 * shared info of its own takes about as many instructions as all other work of
 * the card for the packet. Over loopback and veth the receiver's stack gets the
 * same clones. Without GRO, it writes only to the headers of such a clone,
 * which TCP does not read again, unless it has made the clone private before.
 * The pages are not marked, because the mark is in the shared info. So if the
 * kernel can receive ESP in TCP (RFC 9329), no packet stays shared, because
 * esp_input() would decrypt in pages of the sender. The sender may still set
 * tx_flags, but if the packet has no socket, no device reports a time stamp of
 * it.
 *
 * Context: Any context.
 * Return: true if so. False is right for each frame.
 */
bool ov2_may_stay_shared(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	return OV2_MAY_SHARE && skb_is_gso(skb) && skb_is_gso_tcp(skb) &&
	       !(info->gso_type & ~TCP_TYPES) && skb_cloned(skb) &&
	       !skb->sk && !info->frag_list && !info->tx_flags &&
	       !info->meta_len && !info->hwtstamps.hwtstamp;
}

/**
 * ov2_unshare() - give a received frame a head and a shared info of its own
 * @skb: the frame. It has no other user. Its destructor has run already, unless
 *	it is sock_wfree(), which does not read the shared info
 *
 * Frames that the engine has sealed or opened are no clones, and are linear
 * unless they have a frag_list. So of these frames only those with a frag_list
 * are copied here. A large packet is not made linear, because 64 KiB in one
 * piece are hard to get: if it is a clone, only its head is copied. The members
 * of its list may stay shared, because skb_segment() expects this.
 *
 * Context: BH disabled.
 * Return: 0 or -ENOMEM.
 */
int ov2_unshare(struct sk_buff *skb)
{
	int err;

	/* Members of a list may be shared or clones. Lists in packets that are
	 * not large are rare, and hold at most an MTU of bytes.
	 */
	if (skb_has_frag_list(skb) && !skb_is_gso(skb))
		err = skb_linearize(skb);
	else
		err = skb_unclone(skb, GFP_ATOMIC);
	if (err)
		return err;

	if (skb_is_nonlinear(skb))
		skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
	unshare_scrub(skb);
	return 0;
}
