// SPDX-License-Identifier: GPL-2.0
/*
 * What each queue has sent, received and dropped. The statistics of the card
 * are the sums over its queues. A queue that is not in use keeps its counts, so
 * the sums never fall.
 *
 *	who counts                              where           how
 *
 *	receive queue: its NAPI, or ndo_stop    ov2_rxq.stats   only writer
 *	send queue: ndo_start_xmit              ov2_txq.stats   only writer
 *	send queue: outside ndo_start_xmit      ov2_txq.late    under a lock
 *	send queue: the CPU that wakes it       ov2_txq.wakes   atomic
 *
 * So no lock and no atomic operation is needed to count a packet, unless an
 * asynchronous cipher completes the packet outside ndo_start_xmit. Counting a
 * wake is atomic, but wakes are rare.
 */
#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>

#include "port.h"
#include "queue_stats.h"

/**
 * ov2_queue_stats_init_tx() - prepare the statistics of a send queue
 * @txq: the queue, zeroed
 *
 * Context: Any context.
 */
void ov2_queue_stats_init_tx(struct ov2_txq *txq)
{
	u64_stats_init(&txq->stats.syncp);
	u64_stats_init(&txq->late.syncp);
	spin_lock_init(&txq->late_lock);
	atomic64_set(&txq->wakes, 0);
}

/**
 * ov2_queue_stats_init_rx() - prepare the statistics of a receive queue
 * @rxq: the queue, zeroed
 *
 * Context: Any context.
 */
void ov2_queue_stats_init_rx(struct ov2_rxq *rxq)
{
	u64_stats_init(&rxq->stats.syncp);
}

/* Does the caller run within ndo_start_xmit of this queue? Then it has the lock
 * of the queue.
 */
static bool tx_is_sender(const struct ov2_txq *txq)
{
	return READ_ONCE(txq->sender) == current;
}

static void tx_sent(struct ov2_txq_stats *stats, unsigned int frames,
		    unsigned int bytes, bool cut)
{
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->packets, frames);
	u64_stats_add(&stats->bytes, bytes);
	if (cut) {
		u64_stats_inc(&stats->large);
		u64_stats_add(&stats->segments, frames);
		u64_stats_add(&stats->segment_bytes, bytes);
	}
	u64_stats_update_end(&stats->syncp);
}

static void tx_dropped(struct ov2_txq_stats *stats)
{
	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->drops);
	u64_stats_update_end(&stats->syncp);
}

/**
 * ov2_queue_stats_sent() - count frames that went to the line
 * @txq: their queue
 * @frames: number of the frames
 * @bytes: their bytes
 * @cut: the engine has cut the frames from one large packet
 *
 * Context: BH disabled.
 */
void ov2_queue_stats_sent(struct ov2_txq *txq, unsigned int frames,
			  unsigned int bytes, bool cut)
{
	lockdep_assert_in_softirq();
	if (likely(tx_is_sender(txq))) {
		tx_sent(&txq->stats, frames, bytes, cut);
		return;
	}
	spin_lock(&txq->late_lock);
	tx_sent(&txq->late, frames, bytes, cut);
	spin_unlock(&txq->late_lock);
}

/**
 * ov2_queue_stats_tx_drop() - count a packet or frame that was not sent
 * @txq: its queue
 *
 * Context: BH disabled.
 */
void ov2_queue_stats_tx_drop(struct ov2_txq *txq)
{
	lockdep_assert_in_softirq();
	if (tx_is_sender(txq)) {
		tx_dropped(&txq->stats);
		return;
	}
	spin_lock(&txq->late_lock);
	tx_dropped(&txq->late);
	spin_unlock(&txq->late_lock);
}

/**
 * ov2_queue_stats_stopped() - count that a queue has stopped for lack of room
 * @txq: the queue
 *
 * Context: BH disabled, under the queue's lock.
 */
void ov2_queue_stats_stopped(struct ov2_txq *txq)
{
	u64_stats_update_begin(&txq->stats.syncp);
	u64_stats_inc(&txq->stats.stops);
	u64_stats_update_end(&txq->stats.syncp);
}

/**
 * ov2_queue_stats_woken() - count a wake of a queue that had no room
 * @txq: the queue
 *
 * Context: BH disabled.
 */
void ov2_queue_stats_woken(struct ov2_txq *txq)
{
	atomic64_inc(&txq->wakes);
}

/**
 * ov2_queue_stats_received() - count the frames that went up in this poll
 * @rxq: their queue
 *
 * The frames that GRO holds count, too. Call this before napi_complete_done(),
 * which lets them go up the stack, so that they are counted first.
 *
 * Context: NAPI of @rxq.
 */
void ov2_queue_stats_received(struct ov2_rxq *rxq)
{
	struct ov2_rxq_stats *stats = &rxq->stats;

	lockdep_assert_in_softirq();
	if (!rxq->up_frames)
		return;

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->packets, rxq->up_frames);
	u64_stats_add(&stats->bytes, rxq->up_bytes);
	u64_stats_update_end(&stats->syncp);
	rxq->up_frames = 0;
	rxq->up_bytes = 0;
}

/**
 * ov2_queue_stats_rx_drop() - count a received frame that does not go up
 * @rxq: its queue
 * @reason: why
 *
 * Context: NAPI of @rxq; or BH disabled, while this NAPI is disabled.
 */
void ov2_queue_stats_rx_drop(struct ov2_rxq *rxq, enum ov2_counter reason)
{
	struct ov2_rxq_stats *stats = &rxq->stats;

	lockdep_assert_in_softirq();
	u64_stats_update_begin(&stats->syncp);
	if (reason == OV2_CNT_WIRE_RX_FILTERED)
		u64_stats_inc(&stats->filtered);
	else
		u64_stats_inc(&stats->drops);
	if (reason == OV2_CNT_WIRE_RX_DROP_ALLOC ||
	    reason == OV2_CNT_WIRE_RX_DROP_UNSHARE)
		u64_stats_inc(&stats->no_memory);
	u64_stats_update_end(&stats->syncp);
}

/* Sums of struct ov2_txq_stats */
struct tx_sums {
	u64 packets;
	u64 bytes;
	u64 drops;
	u64 large;
	u64 segments;
	u64 segment_bytes;
	u64 stops;
};

static void tx_add(struct tx_sums *sums, const struct ov2_txq_stats *stats)
{
	struct tx_sums now;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		now = (struct tx_sums){
			.packets = u64_stats_read(&stats->packets),
			.bytes = u64_stats_read(&stats->bytes),
			.drops = u64_stats_read(&stats->drops),
			.large = u64_stats_read(&stats->large),
			.segments = u64_stats_read(&stats->segments),
			.segment_bytes = u64_stats_read(&stats->segment_bytes),
			.stops = u64_stats_read(&stats->stops),
		};
	} while (u64_stats_fetch_retry(&stats->syncp, start));
	sums->packets += now.packets;
	sums->bytes += now.bytes;
	sums->drops += now.drops;
	sums->large += now.large;
	sums->segments += now.segments;
	sums->segment_bytes += now.segment_bytes;
	sums->stops += now.stops;
}

/* struct ov2_rxq_stats, as it was at one moment */
struct rx_sums {
	u64 packets;
	u64 bytes;
	u64 drops;
	u64 filtered;
	u64 no_memory;
};

static struct rx_sums rx_read(const struct ov2_rxq_stats *stats)
{
	struct rx_sums now;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		now = (struct rx_sums){
			.packets = u64_stats_read(&stats->packets),
			.bytes = u64_stats_read(&stats->bytes),
			.drops = u64_stats_read(&stats->drops),
			.filtered = u64_stats_read(&stats->filtered),
			.no_memory = u64_stats_read(&stats->no_memory),
		};
	} while (u64_stats_fetch_retry(&stats->syncp, start));
	return now;
}

/**
 * ov2_queue_stats_sum() - ndo_get_stats64
 * @dev: the card
 * @stats: filled in; the core has zeroed it
 *
 * Frames that the filter does not take do not count as drops here, because a
 * NIC does not show them either.
 *
 * Context: Any context.
 */
void ov2_queue_stats_sum(struct net_device *dev,
			 struct rtnl_link_stats64 *stats)
{
	const struct ov2_port *port = netdev_priv(dev);
	struct tx_sums tx = {};
	struct rx_sums rx;
	u16 queue;

	for (queue = 0; queue < port->ad.tx_queues; queue++) {
		tx_add(&tx, &port->txqs[queue].stats);
		tx_add(&tx, &port->txqs[queue].late);
	}
	stats->tx_packets = tx.packets;
	stats->tx_bytes = tx.bytes;
	stats->tx_dropped = tx.drops;

	for (queue = 0; queue < port->ad.rx_queues; queue++) {
		rx = rx_read(&port->rxqs[queue].stats);
		stats->rx_packets += rx.packets;
		stats->rx_bytes += rx.bytes;
		stats->rx_dropped += rx.drops;
	}
}

static void queue_stats_rx(struct net_device *dev, int index,
			   struct netdev_queue_stats_rx *stats)
{
	const struct ov2_port *port = netdev_priv(dev);
	struct rx_sums rx = rx_read(&port->rxqs[index].stats);

	stats->packets = rx.packets;
	stats->bytes = rx.bytes;
	stats->alloc_fail = rx.no_memory;
	stats->hw_drops = rx.drops + rx.filtered;
}

static void queue_stats_tx(struct net_device *dev, int index,
			   struct netdev_queue_stats_tx *stats)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct ov2_txq *txq = &port->txqs[index];
	struct tx_sums tx = {};

	tx_add(&tx, &txq->stats);
	tx_add(&tx, &txq->late);
	stats->packets = tx.packets;
	stats->bytes = tx.bytes;
	stats->hw_drops = tx.drops;
	stats->hw_gso_packets = tx.large;
	stats->hw_gso_wire_packets = tx.segments;
	stats->hw_gso_wire_bytes = tx.segment_bytes;
	stats->stop = tx.stops;
	stats->wake = atomic64_read(&txq->wakes);
}

/* Adds up the counts of the queues that are not in use now, but may have been
 * in use earlier. The core shows the sum of a value over all queues only if
 * this function sets the value. So all values are set first, to 0.
 */
static void queue_stats_base(struct net_device *dev,
			     struct netdev_queue_stats_rx *rx,
			     struct netdev_queue_stats_tx *tx)
{
	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	rx->hw_drops = 0;

	tx->packets = 0;
	tx->bytes = 0;
	tx->hw_drops = 0;
	tx->hw_gso_packets = 0;
	tx->hw_gso_wire_packets = 0;
	tx->hw_gso_wire_bytes = 0;
	tx->stop = 0;
	tx->wake = 0;

	netdev_stat_queue_sum(dev,
			      dev->real_num_rx_queues, dev->num_rx_queues, rx,
			      dev->real_num_tx_queues, dev->num_tx_queues, tx);
}

const struct netdev_stat_ops ov2_queue_stats_ops = {
	.get_queue_stats_rx	= queue_stats_rx,
	.get_queue_stats_tx	= queue_stats_tx,
	.get_base_stats		= queue_stats_base,
};
