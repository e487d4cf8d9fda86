// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of a receive queue, and back-pressure.
 *
 * Only the receiver has a ring. The frames on the ring and the frames in the
 * sender's engine are counted together. A send queue stops when their number
 * reaches ov2_port.limit. If other queues share the ring, the queue stops a
 * little earlier (ring_stop_room()). It is woken when the number has fallen to
 * half of ov2_port.limit. So a slow receiver slows its sender, and no frame is
 * lost. A large packet counts as many frames as it has segments. The receiver's
 * own engine holds at most OV2_RX_HELD_MAX of the frames that were taken off
 * the ring. While the engine holds this many, further frames stay on the ring.
 *
 * Several send queues may feed one ring. If N send queues feed it, each of them
 * counts every frame that it has in the engine as N frames. So the sender's
 * engine holds at most ov2_port.limit frames for one ring, although no queue
 * reads another queue's counter. If the flow of a frame decides which ring
 * the frame goes to (rss.c), every send queue may feed every ring. Then a send
 * queue stops when the fullest of the rings that it feeds is full.
 *
 * The size of a ring belongs to the receiver, and the user may change the size
 * at any time. A ring is a list, so a new size needs no new memory, and no
 * frame is lost: if more frames are on the ring than it may have now, these
 * frames stay on it, and the senders wait until the receiver has taken enough
 * of them.
 */
#include <linux/lockdep.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/netdev_queues.h>

#include "line.h"
#include "port.h"
#include "queue_stats.h"
#include "ring.h"

/**
 * struct ring_cb - what skb->cb holds while a frame is on a ring
 * @segments: ov2_ring_segments() when the frame came. Later this function may
 *	return another number, because the sender's stack may still write to the
 *	shared info
 */
struct ring_cb {
	unsigned int segments;
};

static struct ring_cb *ring_cb(struct sk_buff *skb)
{
	return (struct ring_cb *)skb->cb;
}

static void ring_set_open(struct ov2_rxq *rxq, bool open)
{
	spin_lock_bh(&rxq->ring.lock);
	rxq->open = open;
	spin_unlock_bh(&rxq->ring.lock);
}

/**
 * ov2_ring_open() - let a ring take frames
 * @rxq: its receive queue
 *
 * Context: Process context.
 */
void ov2_ring_open(struct ov2_rxq *rxq)
{
	ring_set_open(rxq, true);
}

/**
 * ov2_ring_close() - let a ring take no more frames
 * @rxq: its receive queue
 *
 * Context: Process context.
 */
void ov2_ring_close(struct ov2_rxq *rxq)
{
	ring_set_open(rxq, false);
}

/**
 * ov2_ring_put() - put frames on a ring
 * @rxq: the receive queue
 * @frames: the frames, oldest first; taken if this returns true
 *
 * Context: BH disabled.
 * Return: false if the ring is closed.
 */
bool ov2_ring_put(struct ov2_rxq *rxq, struct sk_buff_head *frames)
{
	unsigned int segments = 0;
	struct sk_buff *skb;
	bool open;

	lockdep_assert_in_softirq();
	skb_queue_walk(frames, skb) {
		skb->dev = rxq->port->ad.dev;
		ring_cb(skb)->segments = ov2_ring_segments(skb);
		segments += ring_cb(skb)->segments;
	}

	spin_lock(&rxq->ring.lock);
	open = rxq->open;
	if (open) {
		skb_queue_splice_tail_init(frames, &rxq->ring);
		WRITE_ONCE(rxq->segments, rxq->segments + segments);
	}
	spin_unlock(&rxq->ring.lock);
	return open;
}

/**
 * ov2_ring_take() - take frames off a ring, to give them to the engine
 * @rxq: the receive queue
 * @budget: the largest number of frames to take. Fewer frames are taken if the
 *	engine already has many of this queue (OV2_RX_HELD_MAX)
 * @frames: filled in, oldest first
 *
 * Context: NAPI of @rxq.
 * Return: the number of frames taken.
 */
int ov2_ring_take(struct ov2_rxq *rxq, int budget, struct sk_buff_head *frames)
{
	int max = min_t(int, budget, OV2_RX_HELD_MAX - rxq->held);
	unsigned int left = 0;
	struct sk_buff *skb;

	lockdep_assert_in_softirq();
	__skb_queue_head_init(frames);
	spin_lock(&rxq->ring.lock);
	if (skb_queue_len(&rxq->ring) <= max) {
		skb_queue_splice_init(&rxq->ring, frames);
	} else {
		left = rxq->segments;
		while (skb_queue_len(frames) < max) {
			skb = __skb_dequeue(&rxq->ring);
			__skb_queue_tail(frames, skb);
			left -= ring_cb(skb)->segments;
		}
	}
	WRITE_ONCE(rxq->segments, left);
	spin_unlock(&rxq->ring.lock);
	return skb_queue_len(frames);
}

/**
 * ov2_ring_may_take() - would ov2_ring_take() take a frame now?
 * @rxq: the receive queue
 *
 * Context: NAPI of @rxq, or the end of its poll, when the NAPI may already run
 * on another CPU. Then the result may be wrong, but the poll on the other CPU
 * looks at the ring, too.
 * Return: true if so.
 */
bool ov2_ring_may_take(const struct ov2_rxq *rxq)
{
	return READ_ONCE(rxq->held) < OV2_RX_HELD_MAX &&
	       !skb_queue_empty_lockless(&rxq->ring);
}

/**
 * ov2_ring_drain() - take all frames off a ring
 * @rxq: the receive queue; its ring is closed
 * @frames: filled in, oldest first
 *
 * Context: BH disabled.
 */
void ov2_ring_drain(struct ov2_rxq *rxq, struct sk_buff_head *frames)
{
	lockdep_assert_in_softirq();
	__skb_queue_head_init(frames);
	spin_lock(&rxq->ring.lock);
	skb_queue_splice_init(&rxq->ring, frames);
	WRITE_ONCE(rxq->segments, 0);
	spin_unlock(&rxq->ring.lock);
}

/**
 * ov2_ring_room() - how many segments may a send queue still send?
 * @port: the sender
 * @queue: its queue
 * @rxq: the receive queue whose ring the send queue feeds, or NULL if there is
 *	no ring
 *
 * Context: BH disabled.
 * Return: how many segments may still be sent before the queue has to stop;
 * less than zero if too many were sent, and 0 if ov2_ring_hold() has stopped
 * the queue.
 */
int ov2_ring_room(const struct ov2_port *port, u16 queue,
		  const struct ov2_rxq *rxq)
{
	int used = atomic_read(&port->txqs[queue].in_engine);

	if (READ_ONCE(port->txqs[queue].held))
		return 0;
	if (rxq) {
		used *= READ_ONCE(port->sharers);
		used += READ_ONCE(rxq->segments);
	}
	return (int)READ_ONCE(port->limit) - used;
}

/* A queue that has stopped is woken when it has this much room. */
static int ring_wake_room(const struct ov2_port *port)
{
	return READ_ONCE(port->limit) / 2;
}

/* A queue stops if there is less room than one frame for each queue that shares
 * the ring. The reason is that all of these queues may have seen the same room,
 * and each may send one more frame before it stops. The result is at most
 * ring_wake_room(), so that a queue that is woken can send, even if very many
 * queues share its ring.
 */
static int ring_stop_room(const struct ov2_port *port)
{
	return min_t(int, READ_ONCE(port->sharers), ring_wake_room(port));
}

/* Each stop that is counted has one wake that is counted. A CPU that wakes the
 * queue clears @full, and counts the wake only if @full was set. This may
 * happen before this function ends. If there is room again, so that the queue
 * does not stop, this function clears @full, and counts the stop only if
 * another CPU has counted a wake already.
 */
static void ring_stop(struct ov2_port *port, u16 queue,
		      struct netdev_queue *txq, int stop)
{
	unsigned int *full = &port->txqs[queue].full;

	xchg(full, true);
	if (!netif_txq_maybe_stop(txq, port->line->room(port, queue), stop,
				  ring_wake_room(port)) || !xchg(full, false))
		ov2_queue_stats_stopped(&port->txqs[queue]);
}

/**
 * ov2_ring_maybe_stop() - stop a send queue if it has no more room
 * @port: the sender
 * @queue: the send queue, which has sent frames
 *
 * This function also sets ov2_txq.left, the number of segments that the queue
 * may send before it looks at the room again. If other queues share the ring,
 * this number is 0.
 *
 * Context: BH disabled, under the queue's lock.
 */
void ov2_ring_maybe_stop(struct ov2_port *port, u16 queue)
{
	struct netdev_queue *txq = netdev_get_tx_queue(port->ad.dev, queue);
	int room = port->line->room(port, queue);
	int stop = ring_stop_room(port);

	lockdep_assert_held(&txq->_xmit_lock);
	port->txqs[queue].left = 0;
	if (READ_ONCE(port->sharers) == 1)
		port->txqs[queue].left = min(room - stop, OV2_RING_BURST);
	if (unlikely(room < stop))
		ring_stop(port, queue, txq, stop);
}

/**
 * ov2_ring_wake() - wake a send queue that is stopped and has room again
 * @port: the sender
 * @queue: its queue, whose frames have left the ring or the engine
 *
 * Context: BH disabled.
 */
void ov2_ring_wake(struct ov2_port *port, u16 queue)
{
	struct netdev_queue *txq = netdev_get_tx_queue(port->ad.dev, queue);

	lockdep_assert_in_softirq();
	/* The room was made before this barrier, and the stop bit is read after
	 * the barrier. Pairs with the barrier in netif_txq_try_stop(). There
	 * the stop bit is set before the barrier, and the room is read after
	 * the barrier.
	 */
	smp_mb();
	if (netif_tx_queue_stopped(txq) && READ_ONCE(port->up) &&
	    port->line->room(port, queue) >= ring_wake_room(port)) {
		if (xchg(&port->txqs[queue].full, false))
			ov2_queue_stats_woken(&port->txqs[queue]);
		netif_tx_wake_queue(txq);
	}
}

/**
 * ov2_ring_wake_all() - ov2_ring_wake() for every queue
 * @port: the sender
 *
 * Context: Process context.
 */
void ov2_ring_wake_all(struct ov2_port *port)
{
	u16 queue;

	local_bh_disable();
	for (queue = 0; queue < port->ad.tx_queues; queue++)
		ov2_ring_wake(port, queue);
	local_bh_enable();
}

/**
 * ov2_ring_start_all() - start all send queues of a card that goes up
 * @port: the sender
 *
 * A queue may have been full when the card went down. It starts now, so its
 * wake is counted.
 *
 * Context: RTNL.
 */
void ov2_ring_start_all(struct ov2_port *port)
{
	u16 queue;

	ASSERT_RTNL();
	for (queue = 0; queue < port->ad.tx_queues; queue++)
		if (xchg(&port->txqs[queue].full, false))
			ov2_queue_stats_woken(&port->txqs[queue]);
	netif_tx_start_all_queues(port->ad.dev);
}

/**
 * ov2_ring_hold() - stop send queues until ov2_ring_release()
 * @port: the sender
 * @first: the first of the queues
 * @end: the queue behind the last of them
 *
 * Frames that are already in the engine still go to the line. When they leave
 * the engine, ov2_ring_wake() does not wake the queues, because ov2_ring_room()
 * says that the queues have no room.
 *
 * Context: RTNL, process context.
 */
void ov2_ring_hold(struct ov2_port *port, u16 first, u16 end)
{
	struct netdev_queue *txq;
	u16 queue;

	ASSERT_RTNL();
	for (queue = first; queue < end; queue++) {
		txq = netdev_get_tx_queue(port->ad.dev, queue);
		__netif_tx_lock_bh(txq);
		WRITE_ONCE(port->txqs[queue].held, true);
		port->txqs[queue].left = 0;
		netif_tx_stop_queue(txq);
		__netif_tx_unlock_bh(txq);
	}
}

/**
 * ov2_ring_release() - undo ov2_ring_hold()
 * @port: the sender
 * @first: the first of the queues
 * @end: the queue behind the last of them
 *
 * Context: RTNL, process context.
 */
void ov2_ring_release(struct ov2_port *port, u16 first, u16 end)
{
	u16 queue;

	ASSERT_RTNL();
	local_bh_disable();
	for (queue = first; queue < end; queue++) {
		WRITE_ONCE(port->txqs[queue].held, false);
		ov2_ring_wake(port, queue);
	}
	local_bh_enable();
}

/**
 * ov2_ring_sent() - count the frames of an NBL that goes to the engine
 * @port: the sender
 * @queue: its queue
 * @frames: ov2_nbl.frames
 *
 * Context: BH disabled, under the queue's lock.
 */
void ov2_ring_sent(struct ov2_port *port, u16 queue, u16 frames)
{
	lockdep_assert_held(&netdev_get_tx_queue(port->ad.dev,
						 queue)->_xmit_lock);
	atomic_add(frames, &port->txqs[queue].in_engine);
}

/**
 * ov2_ring_completed() - undo ov2_ring_sent(), when the engine is done
 * @port: the sender
 * @queue: its queue
 * @frames: ov2_nbl.frames
 *
 * This function wakes the queue even if the frames have only moved from the
 * engine to the ring. When the receiver emptied the ring earlier, it may have
 * left the queue stopped, because too many frames were still in the engine.
 *
 * Context: BH disabled.
 */
void ov2_ring_completed(struct ov2_port *port, u16 queue, u16 frames)
{
	atomic_sub(frames, &port->txqs[queue].in_engine);
	ov2_ring_wake(port, queue);
}
