// SPDX-License-Identifier: GPL-2.0
/*
 * Polling: from the ring to the engine, and from the engine up the stack.
 *
 * The engine hands frames back in order, within its receive call or later from
 * another CPU. In both cases they go up from the NAPI of their queue.
 */
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>

#include "../bridge/bridge.h"
#include "../compat/napi.h"
#include "line.h"
#include "port.h"
#include "queue_stats.h"
#include "ring.h"
#include "rx_engine.h"
#include "rx_irq.h"
#include "rx_poll.h"
#include "rx_stack.h"

/* A frame that is alone in its poll (@single) mostly does not need GRO, because
 * napi_complete_done() takes all frames out of GRO. Frames stay in GRO only if
 * the user has set gro_flush_timeout, or if a program busy polls. But if other
 * frames wait on the ring, GRO may merge the frame with them. And if GRO holds
 * older frames, the frame must go through GRO so that it does not overtake the
 * older frames.
 */
static void poll_choose_gro(struct ov2_rxq *rxq, bool single)
{
	rxq->merge = !single || !skb_queue_empty_lockless(&rxq->ring) ||
		     ov2_gro_holds(&rxq->napi) ||
		     READ_ONCE(*ov2_gro_flush_timeout(&rxq->napi));
}

static int poll_feed_engine(struct ov2_rxq *rxq, int budget)
{
	struct ov2_port *port = rxq->port;
	struct sk_buff_head frames;
	struct sk_buff *skb;
	int taken;

	taken = ov2_ring_take(rxq, budget, &frames);
	if (!taken)
		return 0;
	port->line->wake(port, rxq->index);
	poll_choose_gro(rxq, taken == 1);

	while ((skb = __skb_dequeue(&frames)))
		ov2_rx_to_engine(rxq, skb);
	return taken;
}

static int poll_deliver(struct ov2_rxq *rxq, int budget)
{
	struct ov2_nbl *nbl;
	int delivered;

	/* From here on, an NBL that is indicated raises the interrupt. If no
	 * frame went to the engine in this poll, polling is false already, and
	 * the lock is needed only to take indicated NBLs.
	 */
	if (rxq->polling || !list_empty(&rxq->indicated)) {
		spin_lock(&rxq->lock);
		rxq->polling = false;
		list_splice_tail_init(&rxq->indicated, &rxq->ready);
		spin_unlock(&rxq->lock);
	}
	if (list_empty(&rxq->ready))
		return 0;

	poll_choose_gro(rxq, list_is_singular(&rxq->ready));
	rcu_read_lock();
	for (delivered = 0; delivered < budget; delivered++) {
		nbl = list_first_entry_or_null(&rxq->ready, struct ov2_nbl,
					       link);
		if (!nbl)
			break;
		list_del(&nbl->link);
		rxq->held--;
		ov2_rx_to_stack(rxq, nbl);
	}
	rcu_read_unlock();
	return delivered;
}

/**
 * ov2_rx_poll() - napi_struct.poll
 * @napi: the NAPI of a receive queue
 * @budget: the largest number of frames that go to the engine, and also the
 *	largest number of frames that go up the stack
 *
 * This poll need not wait for frames that the engine still has. When the engine
 * indicates these frames, ov2_rx_indicate() interrupts again.
 *
 * Context: NAPI.
 * Return: @budget if there is more to do, else less.
 */
int ov2_rx_poll(struct napi_struct *napi, int budget)
{
	struct ov2_rxq *rxq = container_of(napi, struct ov2_rxq, napi);
	int fed, delivered, work;

	fed = poll_feed_engine(rxq, budget);
	delivered = poll_deliver(rxq, budget);
	ov2_queue_stats_received(rxq);
	work = max(fed, delivered);
	if (work >= budget || !list_empty(&rxq->ready) ||
	    ov2_ring_may_take(rxq))
		return budget;

	/* From here on, the NAPI may run on another CPU. */
	if (napi_complete_done(napi, work)) {
		ov2_rx_irq_unmask(rxq);
		if (ov2_ring_may_take(rxq) || !list_empty(&rxq->indicated))
			ov2_rx_irq_raise(rxq);
	}
	return work;
}

/**
 * ov2_rx_indicate() - ov2_adapter_ops.indicate
 * @ad: the receiving card
 * @nbl: the frame with its records; taken
 *
 * Context: BH disabled.
 */
void ov2_rx_indicate(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_rxq *rxq = &ov2_port_of(ad)->rxqs[nbl->queue];
	bool polling;

	lockdep_assert_in_softirq();
	spin_lock(&rxq->lock);
	list_add_tail(&nbl->link, &rxq->indicated);
	polling = rxq->polling;
	spin_unlock(&rxq->lock);

	if (!polling)
		ov2_rx_irq_raise(rxq);
}
