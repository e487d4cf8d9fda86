// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving: from the ring through the engine up the stack.
 *
 * The engine hands frames back in order, within its receive call or later from
 * another CPU. Either way they go up from the NAPI of their queue.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/busy_poll.h>
#include <net/sock.h>

#include "../bridge/bridge.h"
#include "../watch/drop.h"
#include "port.h"

static void rx_dropped(struct ov2_port *port, struct sk_buff *skb)
{
	dev_dstats_rx_dropped(port->ad.dev);
	kfree_skb(skb);
}

/* GRO itself decrypts and unpacks ESP that the kernel has a state for, whoever the
 * frame is for (esp4_gro_receive()), in UDP and in tunnels, too. It must not do
 * that to other hosts' frames, so of those only plain TCP is merged.
 */
static bool rx_may_merge(const struct sk_buff *skb)
{
	const u8 *proto;
	int offset;
	u8 room;

	if (skb->protocol == htons(ETH_P_IP))
		offset = offsetof(struct iphdr, protocol);
	else if (skb->protocol == htons(ETH_P_IPV6))
		offset = offsetof(struct ipv6hdr, nexthdr);
	else
		return false;

	proto = skb_header_pointer(skb, offset, sizeof(room), &room);
	return proto && *proto == IPPROTO_TCP;
}

/* Before the bridge: what it hands over must not come back. */
static bool rx_make_ready(struct ov2_rxq *rxq, struct sk_buff *skb)
{
	struct ov2_port *port = rxq->port;

	skb_prepare_for_gro(skb);
	skb_mark_napi_id(skb, &rxq->napi);
	if (!ov2_unshare(skb))
		return true;
	ov2_drop_rx(&port->ad, OV2_CNT_RX_DROP_UNSHARE, skb->len);
	return false;
}

/* One frame with its records up the stack. */
static void rx_deliver_one(struct ov2_rxq *rxq, struct ov2_nbl *nbl, bool own)
{
	enum ov2_rx_verdict verdict = OV2_RX_DROP;
	struct ov2_port *port = rxq->port;
	struct sk_buff *skb = nbl->skb;
	unsigned int len = skb->len;

	skb->protocol = eth_type_trans(skb, port->ad.dev);
	if (rx_make_ready(rxq, skb))
		verdict = ov2_bridge_receive(&port->ad, nbl);
	ov2_nbl_free(nbl);
	if (verdict == OV2_RX_DROP) {
		rx_dropped(port, skb);
		return;
	}
	dev_dstats_rx_add(port->ad.dev, len);
	if (verdict == OV2_RX_TAKEN)
		return;
	if (own || rx_may_merge(skb))
		napi_gro_receive(&rxq->napi, skb);
	else
		netif_receive_skb(skb);
}

/* Nobody here wants it. As with a NIC, the stack does not hear of it. */
static void rx_filtered(struct ov2_port *port, struct sk_buff *skb)
{
	ov2_drop_rx(&port->ad, OV2_CNT_RX_FILTERED, skb->len);
	consume_skb(skb);
}

/* Give one frame to the engine, or up the stack if it is not the card's own: that
 * is another flow, so it may overtake what the engine has.
 */
static void rx_frame(struct ov2_rxq *rxq, struct sk_buff *skb)
{
	enum ov2_filter_verdict verdict;
	struct ov2_port *port = rxq->port;
	struct ov2_nbl *nbl;

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_record_rx_queue(skb, rxq->index);

	verdict = ov2_filter(port, skb);
	if (verdict == OV2_FILTER_UNWANTED) {
		rx_filtered(port, skb);
		return;
	}

	nbl = ov2_nbl_alloc(skb, rxq->index);
	if (!nbl) {
		ov2_drop_rx(&port->ad, OV2_CNT_RX_DROP_ALLOC, skb->len);
		rx_dropped(port, skb);
		return;
	}
	if (verdict == OV2_FILTER_OTHER) {
		rx_deliver_one(rxq, nbl, false);
		return;
	}
	rxq->held++;
	port->ad.miniport->receive(&port->ad, nbl);
}

/* Take up to @max frames off the ring, oldest first. */
static int rx_take(struct ov2_rxq *rxq, int max, struct sk_buff_head *frames)
{
	struct sk_buff *skb;
	int taken;

	__skb_queue_head_init(frames);
	spin_lock(&rxq->ring.lock);
	for (taken = 0; taken < max; taken++) {
		skb = __skb_dequeue(&rxq->ring);
		if (!skb)
			break;
		__skb_queue_tail(frames, skb);
	}
	spin_unlock(&rxq->ring.lock);
	return taken;
}

/* Wake the queues that feed this ring. */
static void rx_wake_senders(struct ov2_rxq *rxq)
{
	const struct ov2_port *port = rxq->port;
	struct ov2_port *peer;
	unsigned int queue;

	rcu_read_lock();
	peer = rcu_dereference(port->peer);
	if (peer)
		for (queue = rxq->index; queue < peer->ad.tx_queues;
		     queue += port->ad.rx_queues)
			ov2_wire_wake(peer, queue);
	rcu_read_unlock();
}

static int rx_feed_engine(struct ov2_rxq *rxq, int budget)
{
	int max = min_t(int, budget, OV2_RX_HELD_MAX - rxq->held);
	struct sk_buff_head frames;
	struct sk_buff *skb;
	int taken;

	taken = rx_take(rxq, max, &frames);
	if (!taken)
		return 0;
	rx_wake_senders(rxq);

	spin_lock(&rxq->lock);
	rxq->polling = true;
	spin_unlock(&rxq->lock);

	while ((skb = __skb_dequeue(&frames)))
		rx_frame(rxq, skb);
	return taken;
}

static int rx_deliver(struct ov2_rxq *rxq, int budget)
{
	struct ov2_nbl *nbl;
	int delivered;

	/* What is indicated from here on schedules the NAPI. */
	spin_lock(&rxq->lock);
	rxq->polling = false;
	list_splice_tail_init(&rxq->indicated, &rxq->ready);
	spin_unlock(&rxq->lock);

	for (delivered = 0; delivered < budget; delivered++) {
		nbl = list_first_entry_or_null(&rxq->ready, struct ov2_nbl,
					       link);
		if (!nbl)
			break;
		list_del(&nbl->link);
		rxq->held--;
		rx_deliver_one(rxq, nbl, true);
	}
	return delivered;
}

/* Is there something to do now? Frames that the engine has are not: their
 * indication schedules the NAPI.
 */
static bool rx_pending(const struct ov2_rxq *rxq)
{
	return !list_empty(&rxq->ready) ||
	       (rxq->held < OV2_RX_HELD_MAX &&
		!skb_queue_empty_lockless(&rxq->ring));
}

static int rx_poll(struct napi_struct *napi, int budget)
{
	struct ov2_rxq *rxq = container_of(napi, struct ov2_rxq, napi);
	int fed, delivered, work;

	fed = rx_feed_engine(rxq, budget);
	delivered = rx_deliver(rxq, budget);
	work = max(fed, delivered);
	if (work >= budget || rx_pending(rxq))
		return budget;

	napi_complete_done(napi, work);
	return work;
}

/* @called is cleared before the NAPI looks for frames: a sender that still
 * found it set has queued its frame before. Pairs with rx_call().
 */
static void rx_interrupt(void *data)
{
	struct ov2_rxq *rxq = data;

	atomic_xchg(&rxq->called, 0);
	napi_schedule_irqoff(&rxq->napi);
}

/* Senders that share a ring come here at the same time, and
 * smp_call_function_single_async() wants its callers serialized: only the
 * sender that sets @called may touch the csd. Returns false if the CPU is
 * offline.
 */
static bool rx_call(struct ov2_rxq *rxq, unsigned int cpu)
{
	if (atomic_xchg(&rxq->called, 1) ||
	    !smp_call_function_single_async(cpu, &rxq->csd))
		return true;
	atomic_set(&rxq->called, 0);
	return false;
}

static bool rx_schedule_on(struct ov2_rxq *rxq, unsigned int cpu)
{
	if (cpu != smp_processor_id())
		return rx_call(rxq, cpu);
	napi_schedule(&rxq->napi);
	return true;
}

/* A queue whose CPU has gone offline moves to another one, and stays there
 * until the card is opened again: going back would reorder frames once more.
 * The last resort is the sender's own CPU.
 */
static void rx_schedule(struct ov2_rxq *rxq)
{
	unsigned int cpu = READ_ONCE(rxq->cpu);

	if (rx_schedule_on(rxq, cpu))
		return;
	cpu = ov2_cpus_next(rxq->port->cpus, cpu_online_mask, cpu);
	if (cpu < nr_cpu_ids) {
		WRITE_ONCE(rxq->cpu, cpu);
		if (rx_schedule_on(rxq, cpu))
			return;
	}
	napi_schedule(&rxq->napi);
}

/* Sleep until no call is under way. A synchronous call of our own would not
 * tell: if it is for the caller's own CPU, smp_call_function_single() makes it
 * at once, and so before the calls that wait in that CPU's queue.
 */
static void rx_sync_interrupt(const struct ov2_rxq *rxq)
{
	while (atomic_read_acquire(&rxq->called))
		usleep_range(20, 200);
}

/**
 * ov2_rx_enqueue() - a frame has come over the cable
 * @port: the receiver
 * @tx_queue: the sender's queue
 * @skb: the frame; taken if it returns true
 *
 * Context: BH disabled, RCU read side in which @port was plugged.
 * Return: false if @port is down, or going down.
 */
bool ov2_rx_enqueue(struct ov2_port *port, u16 tx_queue, struct sk_buff *skb)
{
	struct ov2_rxq *rxq = ov2_port_rxq(port, tx_queue);
	bool open;

	spin_lock(&rxq->ring.lock);
	open = rxq->open;
	if (open) {
		skb->dev = port->ad.dev;
		__skb_queue_tail(&rxq->ring, skb);
	}
	spin_unlock(&rxq->ring.lock);

	if (open)
		rx_schedule(rxq);
	return open;
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

	spin_lock(&rxq->lock);
	list_add_tail(&nbl->link, &rxq->indicated);
	polling = rxq->polling;
	spin_unlock(&rxq->lock);

	if (!polling)
		rx_schedule(rxq);
}

static void rx_init_queue(struct ov2_port *port, u16 index)
{
	struct ov2_rxq *rxq = &port->rxqs[index];

	rxq->port = port;
	rxq->index = index;
	INIT_CSD(&rxq->csd, rx_interrupt, rxq);
	skb_queue_head_init(&rxq->ring);
	spin_lock_init(&rxq->lock);
	INIT_LIST_HEAD(&rxq->indicated);
	INIT_LIST_HEAD(&rxq->ready);
}

/**
 * ov2_rx_alloc() - make the receive queues
 * @port: the card, its number of queues set
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
 * ov2_rx_free() - end of ov2_rx_alloc()
 * @port: the card; it has no NAPI and no peer since an RCU grace period, for
 *	which unregister_netdevice_many_notify() waits after ndo_uninit, or
 *	port_uninit() if the card was never registered
 *
 * Context: Process context.
 */
void ov2_rx_free(struct ov2_port *port)
{
	kvfree(port->rxqs);
	free_cpumask_var(port->cpus);
}

/**
 * ov2_rx_add_napi() - give the receive queues their NAPI, disabled
 * @port: the card
 *
 * Context: RTNL.
 */
void ov2_rx_add_napi(struct ov2_port *port)
{
	u16 index;

	for (index = 0; index < port->ad.rx_queues; index++)
		netif_napi_add(port->ad.dev, &port->rxqs[index].napi, rx_poll);
}

/**
 * ov2_rx_del_napi() - end of ov2_rx_add_napi()
 * @port: the card; it is down
 *
 * It waits for no RCU grace period, since unregister_netdevice_many_notify()
 * waits for two, each for all devices of a batch. The grace period before
 * ndo_uninit ends the senders that had found a ring open, so no call can be
 * made any more. The grace period after ndo_uninit ends rx_interrupt(), which
 * may still run, with interrupts off, after it has cleared @called, and
 * look-ups of a NAPI by its number.
 *
 * Context: RTNL, from ndo_uninit. May sleep.
 */
void ov2_rx_del_napi(struct ov2_port *port)
{
	u16 index;

	for (index = 0; index < port->ad.rx_queues; index++) {
		rx_sync_interrupt(&port->rxqs[index]);
		__netif_napi_del(&port->rxqs[index].napi);
	}
}

static void rx_set_open(struct ov2_rxq *rxq, bool open)
{
	spin_lock_bh(&rxq->ring.lock);
	rxq->open = open;
	spin_unlock_bh(&rxq->ring.lock);
}

/**
 * ov2_rx_start() - be ready to receive
 * @port: the card; its engine runs, or will before frames come
 *
 * Context: RTNL.
 * Return: 0 or -ENOMEM.
 */
int ov2_rx_start(struct ov2_port *port)
{
	u16 index;
	int err;

	err = ov2_cpus_choose(port);
	if (err)
		return err;

	for (index = 0; index < port->ad.rx_queues; index++) {
		napi_enable(&port->rxqs[index].napi);
		rx_set_open(&port->rxqs[index], true);
	}
	return 0;
}

/**
 * ov2_rx_close() - take no more frames from the peer
 * @port: the card
 *
 * A sender may still be on its way to schedule the NAPI of a ring that it had
 * found open. Scheduling a NAPI does nothing once it is disabled.
 *
 * Context: RTNL.
 */
void ov2_rx_close(struct ov2_port *port)
{
	u16 index;

	for (index = 0; index < port->ad.rx_queues; index++)
		rx_set_open(&port->rxqs[index], false);
}

static void rx_purge_frame(struct ov2_port *port, struct sk_buff *skb)
{
	ov2_drop_rx(&port->ad, OV2_CNT_RX_DROP_DOWN, skb->len);
	rx_dropped(port, skb);
}

static void rx_purge(struct ov2_rxq *rxq)
{
	struct ov2_nbl *nbl, *next;
	struct sk_buff *skb;

	list_splice_tail_init(&rxq->indicated, &rxq->ready);
	list_for_each_entry_safe(nbl, next, &rxq->ready, link) {
		list_del(&nbl->link);
		rx_purge_frame(rxq->port, nbl->skb);
		ov2_nbl_free(nbl);
	}
	while ((skb = __skb_dequeue(&rxq->ring)))
		rx_purge_frame(rxq->port, skb);
	rxq->held = 0;
}

/**
 * ov2_rx_stop() - end of ov2_rx_start(); drops what has not been delivered
 * @port: the card. Its rings are closed, and its engine is paused
 *
 * Context: RTNL.
 */
void ov2_rx_stop(struct ov2_port *port)
{
	u16 index;

	for (index = 0; index < port->ad.rx_queues; index++) {
		napi_disable(&port->rxqs[index].napi);
		local_bh_disable();
		rx_purge(&port->rxqs[index]);
		local_bh_enable();
	}
}
