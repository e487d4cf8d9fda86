// SPDX-License-Identifier: GPL-2.0
/* Sending: from the stack through the engine onto the line. */
#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/gso.h>

#include "../bridge/bridge.h"
#include "../watch/capture.h"
#include "../watch/drop.h"
#include "line.h"
#include "port.h"
#include "queue_stats.h"
#include "ring.h"
#include "tx.h"

static void tx_drop(struct ov2_port *port, u16 queue, enum ov2_counter reason,
		    struct sk_buff *skb, unsigned int len)
{
	ov2_queue_stats_tx_drop(&port->txqs[queue]);
	ov2_drop_tx(&port->ad, reason, skb, len);
}

/* Append a frame to @frames, or drop the frame if it does not fit the line. */
static void tx_fit(struct ov2_port *port, u16 queue, struct sk_buff *skb,
		   struct sk_buff_head *frames)
{
	unsigned int len = skb->len;
	enum ov2_counter reason;

	reason = port->line->fit(port, skb);
	if (reason)
		tx_drop(port, queue, reason, skb, len);
	else
		__skb_queue_tail(frames, skb);
}

/* Give the line the frames that tx_fit() has appended to @frames. @frames is
 * empty afterwards. @cut: the engine has cut the frames from one large packet
 */
static void tx_put(struct ov2_port *port, u16 queue,
		   struct sk_buff_head *frames, bool cut)
{
	unsigned int num = skb_queue_len(frames);
	enum ov2_counter reason;
	unsigned int bytes = 0;
	struct sk_buff *skb;

	if (!num)
		return;

	skb_queue_walk(frames, skb)
		bytes += skb->len;
	reason = port->line->put(port, queue, frames);
	while ((skb = __skb_dequeue(frames))) {
		num--;
		bytes -= skb->len;
		tx_drop(port, queue, reason, skb, skb->len);
	}
	if (num)
		ov2_queue_stats_sent(&port->txqs[queue], num, bytes, cut);
}

/**
 * ov2_tx_wire_out() - ov2_adapter_ops.wire_out
 * @ad: the sending card
 * @queue: its queue
 * @skb: the frames, linked by sk_buff.next; taken. The data pointer of each
 *	frame is at its Ethernet header
 *
 * Frames that come from the engine do not wait for the end of a burst. If they
 * waited, the engine could hand over the next frame of the same flow on another
 * CPU, and this frame would overtake the waiting frames.
 *
 * Context: BH disabled.
 */
void ov2_tx_wire_out(struct ov2_adapter *ad, u16 queue, struct sk_buff *skb)
{
	struct ov2_port *port = ov2_port_of(ad);
	struct sk_buff_head frames;
	bool cut = skb->next;
	struct sk_buff *next;

	lockdep_assert_in_softirq();
	__skb_queue_head_init(&frames);
	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		tx_fit(port, queue, skb, &frames);
	}
	tx_put(port, queue, &frames, cut);
}

/**
 * ov2_tx_send_complete() - ov2_adapter_ops.send_complete
 * @ad: the sending card
 * @nbl: the NBL; taken
 * @status: if this is not SUCCESS, the frames are still in @nbl, and are
 *	dropped for @nbl->reason
 *
 * Context: BH disabled.
 */
void ov2_tx_send_complete(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			  enum ov2_status status)
{
	struct ov2_port *port = ov2_port_of(ad);
	struct sk_buff *skb, *next;
	u16 frames = nbl->frames;
	u16 queue = nbl->queue;

	if (status != OV2_STATUS_SUCCESS)
		skb_list_walk_safe(nbl->skb, skb, next) {
			skb_mark_not_on_list(skb);
			tx_drop(port, queue, nbl->reason, skb, skb->len);
		}
	ov2_nbl_free(nbl);
	ov2_ring_completed(port, queue, frames);
}

/* skb_tx_timestamp() always calls skb_clone_tx_timestamp(), which only devices
 * with a PHY need. So call it only if somebody has asked for a time stamp.
 */
static void tx_timestamp(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->tx_flags))
		skb_tx_timestamp(skb);
}

static void tx_send(struct ov2_port *port, struct sk_buff *skb, u16 queue);

/* Let the core cut a large packet, as it does for a card that cannot cut. Then
 * send the segments.
 */
static void tx_segments(struct ov2_port *port, struct sk_buff *skb, u16 queue)
{
	struct sk_buff *segments, *next;

	segments = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segments)) {
		tx_drop(port, queue, OV2_CNT_TX_DROP_ALLOC, skb, skb->len);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segments, skb, next) {
		skb_mark_not_on_list(skb);
		tx_send(port, skb, queue);
	}
}

static void tx_send(struct ov2_port *port, struct sk_buff *skb, u16 queue)
{
	unsigned int len = skb->len;
	struct ov2_nbl *nbl = NULL;
	enum ov2_verdict verdict;
	enum ov2_counter reason;

	reason = ov2_bridge_xmit(&port->ad, skb, queue, &verdict, &nbl);
	if (reason) {
		if (ov2_capture_on())
			ov2_bridge_show_tx_drop(&port->ad, skb, queue, reason);
		tx_drop(port, queue, reason, skb, len);
		return;
	}

	switch (verdict) {
	case OV2_VERDICT_PLAIN:
		/* The bridge has looked for a policy before: see netns.c. Pairs
		 * with the barrier of netns_pre_exit().
		 */
		smp_rmb();
		if (unlikely(READ_ONCE(port->ending))) {
			tx_drop(port, queue, OV2_CNT_WIRE_TX_DROP_NETNS, skb,
				len);
			break;
		}
		tx_timestamp(skb);
		tx_fit(port, queue, skb, &port->txqs[queue].burst);
		break;
	case OV2_VERDICT_OFFLOAD:
		/* The burst goes first, because it may have older frames of
		 * this SA, which the core has encrypted itself.
		 */
		tx_put(port, queue, &port->txqs[queue].burst, false);
		tx_timestamp(skb);
		ov2_ring_sent(port, queue, nbl->frames);
		port->ad.miniport->send(&port->ad, nbl);
		break;
	case OV2_VERDICT_SEGMENT:
		tx_segments(port, skb, queue);
		break;
	case OV2_VERDICT_TAKEN:
		break;
	}
}

/**
 * ov2_tx_start_xmit() - ndo_start_xmit
 * @skb: the frame; taken
 * @dev: the card
 *
 * Plain frames of a burst go to the line together. A burst ends with the last
 * frame that the core has (netdev_xmit_more()), or when the queue has to look
 * at the room of its line. A burst also ends when other code has stopped the
 * queue, because then dev_hard_start_xmit() sends no more frames.
 *
 * A queue that shares its ring with no other queue looks at the room only when
 * it has used up ov2_txq.left, because no other queue takes room from the ring.
 *
 * Context: BH disabled, under the queue's lock.
 * Return: NETDEV_TX_OK always.
 */
netdev_tx_t ov2_tx_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	u16 queue = skb_get_queue_mapping(skb);
	struct ov2_port *port = netdev_priv(dev);
	struct ov2_txq *txq = &port->txqs[queue];
	bool more = netdev_xmit_more();

	WRITE_ONCE(txq->sender, current);
	txq->left -= ov2_ring_segments(skb);
	tx_send(port, skb, queue);
	if (more && txq->left > 0 &&
	    !netif_xmit_stopped(netdev_get_tx_queue(dev, queue)))
		goto out;

	tx_put(port, queue, &txq->burst, false);
	if (txq->left <= 0 || READ_ONCE(port->sharers) > 1)
		ov2_ring_maybe_stop(port, queue);
out:
	WRITE_ONCE(txq->sender, NULL);
	return NETDEV_TX_OK;
}
