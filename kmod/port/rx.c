// SPDX-License-Identifier: GPL-2.0
/*
 * The receive queues of a card: made, opened, fed by the line, closed, freed. A
 * frame that the engine wants goes through ring.c, rx_poll.c, rx_engine.c, the
 * engine, rx_poll.c and rx_stack.c. Any other frame goes from rx_engine.c
 * straight to rx_stack.c.
 */
#include <linux/cpumask.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "../compat/napi.h"
#include "cpus.h"
#include "line.h"
#include "port.h"
#include "queue_stats.h"
#include "ring.h"
#include "rx.h"
#include "rx_irq.h"
#include "rx_poll.h"
#include "rx_stack.h"

/**
 * ov2_rx_enqueue() - take frames that have come over the line
 * @rxq: the receive queue
 * @frames: the frames, oldest first; skb->data is at the Ethernet header; taken
 *	if this returns true
 *
 * Context: BH disabled, RCU read side in which the card was found.
 * Return: false if the card is down, or going down.
 */
bool ov2_rx_enqueue(struct ov2_rxq *rxq, struct sk_buff_head *frames)
{
	if (!ov2_ring_put(rxq, frames))
		return false;
	ov2_rx_irq_raise(rxq);
	return true;
}

static void rx_init_queue(struct ov2_port *port, u16 index)
{
	struct ov2_rxq *rxq = &port->rxqs[index];

	rxq->port = port;
	rxq->index = index;
	ov2_rx_irq_init(rxq);
	ov2_queue_stats_init_rx(rxq);
	skb_queue_head_init(&rxq->ring);
	spin_lock_init(&rxq->lock);
	INIT_LIST_HEAD(&rxq->indicated);
	INIT_LIST_HEAD(&rxq->ready);
}

/**
 * ov2_rx_alloc() - make the receive queues
 * @port: the card; its number of queues is set
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int ov2_rx_alloc(struct ov2_port *port)
{
	u16 index;

	if (!alloc_cpumask_var(&port->cpus, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;

	port->rxqs = kvcalloc(port->ad.rx_queues, sizeof(*port->rxqs),
			      GFP_KERNEL_ACCOUNT);
	if (!port->rxqs) {
		free_cpumask_var(port->cpus);
		return -ENOMEM;
	}

	for (index = 0; index < port->ad.rx_queues; index++)
		rx_init_queue(port, index);
	return 0;
}

/**
 * ov2_rx_free() - undo ov2_rx_alloc()
 * @port: the card. It has lost its NAPI and its line, and an RCU grace period
 *	has passed since then. unregister_netdevice_many_notify() waits for this
 *	grace period after ndo_uninit. A card that was never registered has
 *	never had a NAPI or a line
 *
 * Context: Process context.
 */
void ov2_rx_free(struct ov2_port *port)
{
	kvfree(port->rxqs);
	free_cpumask_var(port->cpus);
}

/**
 * ov2_rx_sync_irqs() - wait until no queue calls its CPU
 * @port: the card; it is down
 *
 * This function itself need not wait for a grace period, because
 * unregister_netdevice_many_notify() waits for two RCU grace periods, each for
 * all devices of a batch. The first grace period ends before ndo_uninit. At
 * that time the senders that had found a ring open are done, and so are the
 * polls that had called napi_complete_done(). So nobody raises the interrupt of
 * a queue any more. The second grace period ends after ndo_uninit. At that time
 * two readers of the NAPI are done. One of them is irq_arrive(): it may still
 * run, with interrupts off, after it has cleared ov2_rxq.called. The other one
 * is a look-up of a NAPI by its number.
 *
 * Context: RTNL, from ndo_uninit. May sleep.
 */
void ov2_rx_sync_irqs(struct ov2_port *port)
{
	u16 index;

	ASSERT_RTNL();
	for (index = 0; index < port->ad.rx_queues; index++)
		ov2_rx_irq_sync(&port->rxqs[index]);
}

/* A NAPI lives only while the card is up. In newer kernels, to switch off the
 * threads of a NAPI that is disabled never ends (napi_stop_kthread()). And GRO
 * would keep frames for the next time that the card is up, perhaps in another
 * namespace.
 *
 * A look-up by number may still see a NAPI that was deleted, until a grace
 * period has passed. ov2_rx_stop() does not wait for it, because the core calls
 * ndo_stop for each card of a batch.
 */
static void rx_add_napi(struct ov2_port *port)
{
	u16 index;

	if (port->was_up)
		synchronize_net();
	port->was_up = true;
	for (index = 0; index < port->ad.rx_queues; index++)
		ov2_napi_add(port->ad.dev, &port->rxqs[index].napi,
			     ov2_rx_poll, index);
}

/**
 * ov2_rx_start() - make the receive queues ready to receive
 * @port: the card; its engine runs, or ndo_open starts it next
 *
 * Context: RTNL. May sleep.
 * Return: 0 or -ENOMEM.
 */
int ov2_rx_start(struct ov2_port *port)
{
	u16 index;
	int err;

	ASSERT_RTNL();
	err = ov2_cpus_choose(port);
	if (err)
		return err;

	rx_add_napi(port);
	for (index = 0; index < port->ad.rx_queues; index++) {
		napi_enable(&port->rxqs[index].napi);
		/* The queue may have gone down while it was masked. Besides, a
		 * sender that had found the ring open may be late, and may mask
		 * the queue while the NAPI is disabled. Then the NAPI is not
		 * scheduled, so no poll unmasks the queue. So unmask the queue
		 * after napi_enable(), but before a frame comes.
		 */
		ov2_rx_irq_unmask(&port->rxqs[index]);
		ov2_ring_open(&port->rxqs[index]);
	}
	return 0;
}

/**
 * ov2_rx_close() - take no more frames from the line
 * @port: the card
 *
 * A sender that had found a ring open may still schedule the NAPI. After
 * ov2_rx_stop() has disabled the NAPI, the NAPI does not run any more, though
 * it stays scheduled even when it is deleted.
 *
 * Context: RTNL.
 */
void ov2_rx_close(struct ov2_port *port)
{
	u16 index;

	ASSERT_RTNL();
	for (index = 0; index < port->ad.rx_queues; index++)
		ov2_ring_close(&port->rxqs[index]);
}

static void rx_purge(struct ov2_rxq *rxq)
{
	struct ov2_nbl *nbl, *next;
	struct sk_buff_head frames;
	struct sk_buff *skb;

	list_splice_tail_init(&rxq->indicated, &rxq->ready);
	list_for_each_entry_safe(nbl, next, &rxq->ready, link) {
		list_del(&nbl->link);
		ov2_rx_drop(rxq, nbl->skb, OV2_CNT_WIRE_RX_DROP_DOWN,
			    nbl->skb->len);
		ov2_nbl_free(nbl);
	}
	ov2_ring_drain(rxq, &frames);
	while ((skb = __skb_dequeue(&frames)))
		ov2_rx_drop(rxq, skb, OV2_CNT_WIRE_RX_DROP_DOWN, skb->len);
	rxq->held = 0;
}

/**
 * ov2_rx_stop() - undo ov2_rx_start(); drops the frames that still wait
 * @port: the card. It is down, its rings are closed, and its engine is paused
 *
 * The rings are empty afterwards, so send queues that wait for room are woken.
 *
 * Context: RTNL. May sleep.
 */
void ov2_rx_stop(struct ov2_port *port)
{
	u16 index;

	ASSERT_RTNL();
	for (index = 0; index < port->ad.rx_queues; index++) {
		napi_disable(&port->rxqs[index].napi);
		local_bh_disable();
		rx_purge(&port->rxqs[index]);
		port->line->wake(port, index);
		local_bh_enable();
		__netif_napi_del(&port->rxqs[index].napi);
	}
}

/**
 * ov2_rx_is_idle() - have all frames of a receive queue gone up the stack?
 * @rxq: the queue of a card that is up; nobody puts frames on its ring
 *
 * This function looks at the NAPI last, because the NAPI takes frames off the
 * ring. If the NAPI is not scheduled, and GRO holds no frames, all frames that
 * the NAPI took are up the stack. While a program busy polls a NAPI, the NAPI
 * stays scheduled, even between two polls. So this function does not ask
 * whether such a NAPI is scheduled, and may return true while a poll runs. The
 * caller then waits for a grace period. When the grace period is over, this
 * poll has ended.
 *
 * Context: RTNL.
 * Return: true if all frames of @rxq are up the stack.
 */
bool ov2_rx_is_idle(const struct ov2_rxq *rxq)
{
	const struct napi_struct *napi = &rxq->napi;

	ASSERT_RTNL();
	return skb_queue_empty_lockless(&rxq->ring) &&
	       !READ_ONCE(rxq->held) &&
	       !atomic_read_acquire(&rxq->called) &&
	       (!test_bit(NAPI_STATE_SCHED, &napi->state) ||
		test_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state)) &&
	       !ov2_gro_holds(napi);
}
