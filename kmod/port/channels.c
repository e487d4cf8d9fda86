// SPDX-License-Identifier: GPL-2.0
/*
 * Change the queues while frames flow: the number of queues, and the receive
 * queue that a frame comes in on. No frame is lost, and each flow of an SA
 * keeps its order, because no queue takes frames of a flow while an older frame
 * of this flow waits in another queue. There are three exceptions. If send
 * queues are added, they wait for the older frames only for a limited time
 * (tx_grow()). If all send queues share one queueing discipline, nothing keeps
 * the order (tx_has_own_qdisc()). If ksoftirqd of a busy CPU still has packets
 * of a flow, newer packets may overtake them (channels_settle()).
 *
 * A card has memory, lanes and NAPIs for as many queues as it was made with.
 * The NAPI of a queue that is not in use has nothing to poll.
 *
 *	receive	The senders stop, the rings run empty, and the card begins to
 *		use a new table of receive queues. Then the senders go on.
 *	send	port_select_queue() chooses a home queue for each packet, and
 *		ov2_channels_fold() computes the packet's send queue from it.
 *		The home queue of a packet of an SA stays the same, unless a
 *		state for one CPU is added, deleted or replaced. Apart from
 *		this, a packet of an SA moves only to a new queue, or from a
 *		queue that goes away. The queues that packets move to are
 *		stopped until two things have run empty: the queues that packets
 *		move from, and the rings that those queues fed.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/sch_generic.h>

#include "channels.h"
#include "line.h"
#include "port.h"
#include "ring.h"
#include "rss.h"
#include "rx.h"
#include "rx_irq.h"

/* After its sender has stopped, a frame needs only microseconds to go up the
 * stack. The limit is much longer, because a machine may be very busy.
 */
#define CHANNELS_PATIENCE	(2 * HZ)

/**
 * ov2_channels_fold() - the send queue of a packet
 * @queue: the packet's home queue
 * @used: number of send queues in use
 *
 * While @queue is not the number of a queue in use, the highest bit that is set
 * in @queue is cleared. So when queues are added, a packet stays on its queue
 * or moves to a new queue. When queues go away, only their packets move. With
 * @queue modulo @used, packets would also move between two queues that stay.
 *
 * Context: Any context.
 * Return: @queue if this queue is in use; otherwise one of the queues in use.
 */
u16 ov2_channels_fold(u16 queue, u16 used)
{
	while (queue >= used)
		queue -= rounddown_pow_of_two(queue);
	return queue;
}

/* Poll until @is_so() is true for each of the queues @first to @end - 1.
 * Returns false if this takes too long.
 */
static bool channels_wait(const struct ov2_port *port, u16 first, u16 end,
			  bool (*is_so)(const struct ov2_port *port, u16 queue))
{
	unsigned long stop = jiffies + CHANNELS_PATIENCE;
	u16 queue;

	for (queue = first; queue < end; queue++)
		while (!is_so(port, queue)) {
			if (time_after(jiffies, stop))
				return false;
			usleep_range(20, 100);
		}
	return true;
}

static bool engine_is_idle(const struct ov2_port *port, u16 queue)
{
	return !atomic_read(&port->txqs[queue].in_engine);
}

/* A queue whose interrupt is masked waits for a timer. This may take long,
 * because the user chooses the time (gro_flush_timeout). So a queue that still
 * has frames is polled at once. But if its NAPI is scheduled already, this
 * function leaves the NAPI alone, because otherwise one poll would follow the
 * other, and the queue would never be seen idle.
 */
static bool rx_runs_empty(const struct ov2_port *port, u16 queue)
{
	struct ov2_rxq *rxq = &port->rxqs[queue];

	if (ov2_rx_is_idle(rxq))
		return true;
	if (!napi_is_scheduled(&rxq->napi)) {
		local_bh_disable();
		ov2_rx_irq_force(rxq);
		local_bh_enable();
	}
	return false;
}

/**
 * channels_settle() - wait until all frames on their way have gone up the stack
 * @from: the sender, whose send queues are held; or NULL if there is no sender
 * @to: the receiver
 *
 * Return: false if this takes too long.
 */
static bool channels_settle(const struct ov2_port *from,
			    const struct ov2_port *to)
{
	bool settled;

	if (!READ_ONCE(to->up))
		return true;

	settled = (!from || channels_wait(from, 0, from->ad.tx_queues,
					  engine_is_idle)) &&
		  channels_wait(to, 0, to->ad.rx_queues, rx_runs_empty);
	/* Wait for polls that still run. In crypto mode xfrm_input() passes
	 * packets on through queues of the CPUs (gro_cells), so wait for the
	 * softirqs that empty these queues, too. But synchronize_net() does not
	 * wait for ksoftirqd. If ksoftirqd of a busy CPU still has packets of a
	 * flow, and the flow comes in on another CPU from now on, new packets
	 * of the flow may overtake those packets.
	 */
	synchronize_net();
	return settled;
}

/**
 * ov2_channels_share() - tell the send queues which rings they feed
 * @port: the sender
 *
 * Call this when one of these has changed: the sender's line, the sender's
 * number of send queues, the receiver's table, the size of the receiver's
 * rings.
 *
 * Context: RTNL.
 */
void ov2_channels_share(struct ov2_port *port)
{
	const struct ov2_port *far = port->line->far(port);
	const struct ov2_rss *rss;
	u16 queue;

	ASSERT_RTNL();
	if (!far)
		return;
	rss = rtnl_dereference(far->rss);
	if (!rss->by_flow)
		for (queue = 0; queue < port->ad.tx_queues; queue++)
			WRITE_ONCE(port->txqs[queue].ring,
				   ov2_rss_queue(rss, queue));
	WRITE_ONCE(port->sharers, ov2_rss_sharers(rss, port->ad.tx_used));
	WRITE_ONCE(port->limit, far->ring);
}

/**
 * ov2_channels_steer() - change the receive queues of flows
 * @port: the card
 * @rss: the new hash and table. If the function returns 0, @rss belongs to the
 *	card
 *
 * Context: RTNL, sleeps.
 * Return: 0, or -EBUSY if the waiting frames do not go up the stack in time.
 */
int ov2_channels_steer(struct ov2_port *port, struct ov2_rss *rss)
{
	struct ov2_rss *old = rtnl_dereference(port->rss);
	struct ov2_port *far = port->line->far(port);
	int err = 0;

	ASSERT_RTNL();
	if (far)
		ov2_ring_hold(far, 0, far->ad.tx_queues);
	if (channels_settle(far, port)) {
		rcu_assign_pointer(port->rss, rss);
		kfree_rcu(old, rcu);
	} else {
		err = -EBUSY;
	}
	if (far) {
		ov2_channels_share(far);
		ov2_ring_release(far, 0, far->ad.tx_queues);
	}
	return err;
}

/* After ethtool -X the card keeps the user's table. The core has checked that
 * this table names no queue that goes away. If the user has set no table, the
 * new table has all queues.
 */
static int rx_set(struct ov2_port *port, u16 queues)
{
	struct net_device *dev = port->ad.dev;
	struct ov2_rss *rss;
	int err = 0;

	if (queues == dev->real_num_rx_queues)
		return 0;

	rss = ov2_rss_new(queues, rtnl_dereference(port->rss));
	if (!rss)
		return -ENOMEM;
	if (!netif_is_rxfh_configured(dev))
		ov2_rss_spread(rss);

	/* New queues must be in sysfs before frames come in on them. */
	if (queues > dev->real_num_rx_queues)
		err = netif_set_real_num_rx_queues(dev, queues);
	if (!err)
		err = ov2_channels_steer(port, rss);
	if (err) {
		kfree(rss);
		queues = rtnl_dereference(port->rss)->queues;
	}
	netif_set_real_num_rx_queues(dev, queues);
	return err;
}

/* While this function holds the seqlock of a queueing discipline, no CPU runs
 * the discipline. A CPU that wants to run it only sets __QDISC_STATE_MISSED, so
 * this function then schedules the discipline, as qdisc_run_end() does.
 */
static bool tx_nolock_qdisc_is_empty(const struct netdev_queue *txq)
{
	__auto_type qdisc = rtnl_dereference(txq->qdisc);
	bool empty;

	if (!spin_trylock(&qdisc->seqlock))
		return false;
	empty = !qdisc_qlen_sum(qdisc);
	spin_unlock(&qdisc->seqlock);
	/* Pairs with qdisc_run_begin(), as in qdisc_run_end(). */
	smp_mb();
	if (test_bit(__QDISC_STATE_MISSED, &qdisc->state))
		__netif_schedule(qdisc);
	return empty;
}

/* Is a queueing discipline empty, and is no packet on its way from the
 * discipline to the card? If the card's queue is stopped, the core puts such a
 * packet back into the discipline. So both questions are answered under one
 * lock: between two locks, such a packet could be missed.
 */
static bool tx_qdisc_is_empty(const struct netdev_queue *txq)
{
	__auto_type qdisc = rtnl_dereference(txq->qdisc);
	bool empty;

	local_bh_disable();
	if (qdisc->flags & TCQ_F_NOLOCK) {
		empty = tx_nolock_qdisc_is_empty(txq);
	} else {
		spin_lock(qdisc_lock(qdisc));
		empty = !qdisc_qlen_sum(qdisc) && !qdisc_is_running(qdisc);
		spin_unlock(qdisc_lock(qdisc));
	}
	local_bh_enable();
	return empty;
}

/* Is a send queue empty? A queue must be empty before it goes away, because the
 * core resets a queue that goes away (qdisc_reset_all_tx_gt()).
 */
static bool tx_is_empty(const struct ov2_port *port, u16 queue)
{
	return tx_qdisc_is_empty(netdev_get_tx_queue(port->ad.dev, queue)) &&
	       engine_is_idle(port, queue);
}

/* Is a send queue empty? If not, its packets may wait for room on the rings of
 * the other end, so these rings are polled at once: see rx_runs_empty().
 */
static bool tx_runs_empty(const struct ov2_port *port, u16 queue)
{
	const struct ov2_port *far = port->line->far(port);
	u16 index;

	if (tx_is_empty(port, queue))
		return true;
	if (far && READ_ONCE(far->up))
		for (index = 0; index < far->ad.rx_queues; index++)
			rx_runs_empty(far, index);
	return false;
}

/* Does each send queue have a queueing discipline of its own? If all queues
 * share one discipline (e.g. fq at the root), the packets of a stopped queue
 * hold up packets of other queues that wait behind them.
 */
static bool tx_has_own_qdisc(const struct net_device *dev)
{
	return rtnl_dereference(netdev_get_tx_queue(dev, 0)->qdisc) !=
	       rtnl_dereference(dev->qdisc) || dev->num_tx_queues == 1;
}

static void tx_use(struct ov2_port *port, u16 queues)
{
	WRITE_ONCE(port->ad.tx_used, queues);
	ov2_channels_share(port);
	/* A packet may be on its way to a queue that was computed from the old
	 * number of queues. Wait until each such packet has reached its queue.
	 */
	synchronize_net();
}

/* Hold all send queues, and wait until the rings that they fed are empty. */
static bool tx_settle(struct ov2_port *port)
{
	struct ov2_port *far = port->line->far(port);

	ov2_ring_hold(port, 0, port->ad.tx_queues);
	return !far || channels_settle(port, far);
}

/* Add send queues. Packets of all old queues may move to the new queues. */
static int tx_grow(struct ov2_port *port, u16 queues)
{
	u16 old = port->ad.tx_used;
	int err;

	ov2_ring_hold(port, old, queues);
	err = netif_set_real_num_tx_queues(port->ad.dev, queues);
	if (!err) {
		tx_use(port, queues);
		if (tx_has_own_qdisc(port->ad.dev))
			channels_wait(port, 0, old, tx_runs_empty);
		tx_settle(port);
	}
	ov2_ring_release(port, 0, port->ad.tx_queues);
	return err;
}

/* Take send queues away. Their packets move to the queues that stay. */
static int tx_shrink(struct ov2_port *port, u16 queues)
{
	u16 old = port->ad.tx_used;
	int err = 0;

	if (tx_has_own_qdisc(port->ad.dev))
		ov2_ring_hold(port, 0, queues);
	tx_use(port, queues);
	if (!channels_wait(port, queues, old, tx_runs_empty) ||
	    !tx_settle(port)) {
		tx_use(port, old);
		err = -EBUSY;
	}
	ov2_ring_release(port, 0, port->ad.tx_queues);
	if (!err)
		err = netif_set_real_num_tx_queues(port->ad.dev, queues);
	return err;
}

static int tx_set(struct ov2_port *port, u16 queues)
{
	if (queues > port->ad.tx_used)
		return tx_grow(port, queues);
	if (queues < port->ad.tx_used)
		return tx_shrink(port, queues);
	return 0;
}

/**
 * ov2_channels_link_napi() - tell the core which NAPI a receive queue has
 * @port: the card, which is up
 *
 * Context: RTNL.
 */
void ov2_channels_link_napi(struct ov2_port *port)
{
	struct net_device *dev = port->ad.dev;
	u16 index;

	ASSERT_RTNL();
	for (index = 0; index < port->ad.rx_queues; index++)
		netif_queue_set_napi(dev, index, NETDEV_QUEUE_TYPE_RX,
				     index < dev->real_num_rx_queues ?
				     &port->rxqs[index].napi : NULL);
}

/**
 * ov2_channels_unlink_napi() - undo ov2_channels_link_napi()
 * @port: the card
 *
 * Context: RTNL.
 */
void ov2_channels_unlink_napi(struct ov2_port *port)
{
	u16 index;

	ASSERT_RTNL();
	for (index = 0; index < port->ad.rx_queues; index++)
		netif_queue_set_napi(port->ad.dev, index, NETDEV_QUEUE_TYPE_RX,
				     NULL);
}

/**
 * ov2_channels_set() - change the number of queues
 * @port: the card
 * @rx_queues: number of receive queues, at least 1 and no more than the card
 *	was made with
 * @tx_queues: number of send queues, within the same limits
 *
 * Context: RTNL, sleeps.
 * Return: 0; -ENOMEM; -EBUSY if waiting packets do not leave in time; or the
 * error of netif_set_real_num_rx_queues() or netif_set_real_num_tx_queues().
 * The receive queues are changed first. If this fails, both numbers stay as
 * they were. If changing the send queues fails, the number of send queues stays
 * as it was, but the number of receive queues has changed.
 */
int ov2_channels_set(struct ov2_port *port, u16 rx_queues, u16 tx_queues)
{
	int err;

	ASSERT_RTNL();
	err = rx_set(port, rx_queues);
	if (netif_running(port->ad.dev))
		ov2_channels_link_napi(port);
	return err ?: tx_set(port, tx_queues);
}
