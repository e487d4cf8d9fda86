// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that the stack sends. A frame that is to be protected gets its
 * records, and a frame that must not leave in clear is dropped
 * (Documentation/architecture.rst, "The way of a packet").
 */
#include <linux/jhash.h>
#include <net/esp.h>

#include "../ov2/offload.h"
#include "bridge.h"
#include "software.h"
#include "packet/decrypted.h"
#include "packet/packet.h"
#include "packet/packet_send.h"
#include "packet/sad.h"
#include "packet/tag.h"
#include "sa/assoc.h"
#include "sa/framed.h"
#include "sa/spare_path.h"

/* Returns the high half of a packet's number. In a segment that the core has
 * cut from a large packet, xo->seq is not the segment's own number, but the
 * next one.
 */
static u32 xo_seq_hi(const struct xfrm_offload *xo)
{
	if (xo->flags & XFRM_GSO_SEGMENT && !xo->seq.low)
		return xo->seq.hi - 1;
	return xo->seq.hi;
}

/* In crypto mode the core has already added the ESP header to the packet.
 * Unless the packet is large, the core has also added the trailer.
 */
static enum ov2_counter tx_crypto(struct ov2_adapter *ad, struct sk_buff *skb,
				  u16 queue, const struct xfrm_offload *xo,
				  enum ov2_verdict *verdict,
				  struct ov2_nbl **nbl)
{
	const struct xfrm_state *x = xfrm_input_state(skb);
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	enum ov2_counter reason;
	struct ov2_assoc *assoc;
	s64 ended;

	/* Pairs with assoc_end(). */
	ended = atomic64_read_acquire(&bridge->ended);
	assoc = ov2_assoc_recall(&bridge->memo_tx[queue], ended, ad, x);
	if (!assoc)
		return OV2_CNT_TX_DROP_NO_STATE;

	reason = ov2_framed_nbl(skb, queue, assoc, xo->proto, nbl);
	if (reason)
		return reason;
	(*nbl)->ext_tx.seq_hi = xo_seq_hi(xo);
	(*nbl)->ext_tx.valid = true;
	*verdict = OV2_VERDICT_OFFLOAD;
	return OV2_CNT_NONE;
}

/* Is @xo part of a sec_path that was set on receive, and that a forwarded frame
 * still carries? The state's direction cannot answer this: if there is one
 * manual SA for both directions, the core also sends packets through an inbound
 * state. The tag of packet mode also has CRYPTO_DONE, but the tag was set on
 * send.
 */
static bool is_receive_path(const struct xfrm_offload *xo)
{
	return xo->flags & (XFRM_GRO | CRYPTO_DONE) && !ov2_packet_tagged(xo);
}

/**
 * ov2_bridge_hash() - compute a number that the packets of one SA have in
 *	common
 * @skb: a packet whose send queue is being chosen, with or without an Ethernet
 *	header
 * @hash: filled in with the number
 *
 * Here only the sec_path names the packet's state, because the core has dropped
 * the packet's dst already. XFRM_XMIT is not tested, because the core sets it
 * later. In packet mode the state of the tag may be replaced before the packet
 * is sent. Then the new state protects the packet. So this function gives the
 * same number for a state and for the state that replaces it.
 *
 * Context: Any context.
 * Return: true if the core or the tag says that the packet is to leave
 * protected.
 */
bool ov2_bridge_hash(struct sk_buff *skb, u32 *hash)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);
	const struct xfrm_state *x;

	if (!xo || is_receive_path(xo))
		return false;

	x = xfrm_input_state(skb);
	if (ov2_packet_tagged(xo))
		*hash = ov2_sad_hash(x);
	else
		*hash = jhash_1word((__force u32)x->id.spi, 0);
	return true;
}

/**
 * ov2_bridge_cpu() - find the CPU that the SA of a packet is for
 * @ad: the card
 * @skb: a packet for which ov2_bridge_hash() has returned true
 *
 * Context: Any context.
 * Return: a CPU, or UINT_MAX if the SA is for all CPUs.
 */
u32 ov2_bridge_cpu(struct ov2_adapter *ad, struct sk_buff *skb)
{
	const struct xfrm_state *x = xfrm_input_state(skb);

	if (!ov2_packet_tagged(xfrm_offload(skb)))
		return x->pcpu_num;
	return ov2_sad_cpu(&ov2_bridge_of(ad)->sad, x, ov2_packet_cpu(skb));
}

/**
 * ov2_bridge_validate() - let a tagged packet pass validate_xmit_xfrm()
 * @dev: the card
 * @skb: a packet, in ndo_features_check
 *
 * Context: BH disabled.
 */
void ov2_bridge_validate(struct net_device *dev, struct sk_buff *skb)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);

	if (xo && ov2_packet_tagged(xo))
		ov2_packet_tag_pass(dev, skb);
}

/* Does the low half of the sequence number wrap inside this large packet? If it
 * does, and the packet is left large, the core cuts the packet later and
 * encrypts the segments itself (xmit_xfrm_check_overflow()). Then esp_xmit()
 * authenticates a wrong high half in the segments before the wrap.
 */
static bool numbers_wrap(const struct sk_buff *skb,
			 const struct xfrm_offload *xo)
{
	return xo->seq.low + skb_shinfo(skb)->gso_segs < xo->seq.low;
}

/**
 * ov2_bridge_may_be_large() - may the core leave a large packet whole?
 * @skb: the packet, in ndo_features_check
 *
 * A packet for which the core has chosen no state may stay large. If a policy
 * of the card protects this packet, ov2_packet_xmit() decides whether the
 * engine or the core cuts it. If the core has already added the ESP header to a
 * large packet, the packet must stay large: it has one ESP header and no
 * trailer, so its segments would be no ESP packets. Such a packet comes from a
 * bond, or a queueing discipline sends it a second time.
 *
 * Context: BH disabled.
 * Return: true if the packet may stay large; the core must cut it otherwise.
 */
bool ov2_bridge_may_be_large(struct sk_buff *skb)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);

	if (!xo || is_receive_path(xo))
		return true;
	return ov2_packet_tagged(xo) || xo->flags & XFRM_XMIT ||
	       !(numbers_wrap(skb, xo) ||
		 skb_shinfo(skb)->gso_segs > OV2_LSO_SEGMENTS_MAX ||
		 !ov2_large_proto(skb));
}

/* Must frames without an xfrm_offload be looked at, too? */
static bool tx_looks_at_all(const struct ov2_adapter *ad)
{
	return ov2_packet_wanted(ad) ||
	       atomic_read(&ov2_bridge_of(ad)->senders);
}

static enum ov2_counter tx_classify(struct ov2_adapter *ad, struct sk_buff *skb,
				    u16 queue, const struct xfrm_offload *xo,
				    enum ov2_verdict *verdict,
				    struct ov2_nbl **nbl)
{
	bool tagged;

	if (ov2_is_decrypted_esp(dev_net(ad->dev), skb))
		return OV2_CNT_TX_DROP_DECRYPTED;
	if (xo && is_receive_path(xo)) {
		secpath_reset(skb);
		xo = NULL;
	}
	if (!xo)
		ov2_software_sent(ad, skb);
	if (!xo && !ov2_packet_wanted(ad))
		return OV2_CNT_NONE;
	if (xo && !(xo->flags & XFRM_XMIT))
		return OV2_CNT_TX_DROP_NO_XMIT;

	tagged = xo && ov2_packet_tagged(xo);
	if (!xo || tagged)
		return ov2_packet_xmit(ad, skb, queue, tagged, verdict, nbl);
	return tx_crypto(ad, skb, queue, xo, verdict, nbl);
}

/**
 * ov2_bridge_xmit() - what is to be done with a frame that the stack sends?
 * @ad: the card
 * @skb: the frame, which is taken if the verdict is OV2_VERDICT_TAKEN
 * @queue: the send queue that the frame came on
 * @verdict: if the frame may leave, filled in with what is to be done with it
 * @nbl: filled in with the frame and its records if the verdict is
 *	OV2_VERDICT_OFFLOAD
 *
 * A frame that has an xfrm_offload without XFRM_XMIT is still in clear, so it
 * is dropped, even if its state is on another card. With a noqueue qdisc the
 * core may hand over such a frame. The reason is that validate_xmit_xfrm()
 * prepares no frame while packets wait in softnet_data.xfrm_backlog. A
 * queueing discipline would keep the frame until later.
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE, or why the caller must drop the frame.
 */
enum ov2_counter ov2_bridge_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, enum ov2_verdict *verdict,
				 struct ov2_nbl **nbl)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);
	enum ov2_counter reason;

	*verdict = OV2_VERDICT_PLAIN;
	if (ov2_packet_tag_lost(skb))
		return OV2_CNT_TX_DROP_ALLOC;
	if (!xo && !tx_looks_at_all(ad))
		return OV2_CNT_NONE;

	rcu_read_lock();
	reason = tx_classify(ad, skb, queue, xo, verdict, nbl);
	if (!reason && *verdict == OV2_VERDICT_OFFLOAD)
		ov2_spare_path_keep(skb);
	rcu_read_unlock();
	return reason;
}
