// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait for the address of their next hop.
 *
 * The neighbour keeps the packets, asks for the address, and then sends the
 * packets again through ndo_start_xmit. A work item hands the packets to the
 * neighbour, because the neighbour must not ask from within ndo_start_xmit. The
 * neighbour's question would take the lock of a send queue of this card while
 * ndo_start_xmit runs under the lock of another send queue.
 */
#include <net/neighbour.h>

#include "pending.h"

struct pending_cb {
	struct neighbour *neigh;
};

static struct pending_cb *pending_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct pending_cb) > sizeof(skb->cb));
	return (struct pending_cb *)skb->cb;
}

static struct neighbour *pending_neigh(struct sk_buff *skb)
{
	struct neighbour *neigh = pending_cb(skb)->neigh;

	memset(skb->cb, 0, sizeof(skb->cb));
	return neigh;
}

/* neigh_event_send() is called without the packet, so the source of the
 * neighbour's question does not depend on the packet. With the packet, the
 * question might have the source of the inner packet.
 */
static void pending_send(struct neighbour *neigh, struct sk_buff *skb)
{
	int (*output)(struct neighbour *neigh, struct sk_buff *skb);

	neigh_event_send(neigh, NULL);
	output = READ_ONCE(neigh->output);
	output(neigh, skb);
}

static void pending_work(struct work_struct *work)
{
	struct ov2_pending *pending = container_of(work, struct ov2_pending,
						   work);
	struct neighbour *neigh;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&pending->packets))) {
		neigh = pending_neigh(skb);
		local_bh_disable();
		rcu_read_lock();
		pending_send(neigh, skb);
		rcu_read_unlock();
		local_bh_enable();
		neigh_release(neigh);
	}
}

/**
 * ov2_pending_init() - make an empty list
 * @pending: the list
 *
 * Context: Any context.
 */
void ov2_pending_init(struct ov2_pending *pending)
{
	skb_queue_head_init(&pending->packets);
	INIT_WORK(&pending->work, pending_work);
}

/**
 * ov2_pending_destroy() - undo ov2_pending_init()
 * @pending: the list. No packet is added any more
 *
 * Each packet of the list holds its neighbour, and the neighbour holds the
 * netdev. So the list is empty when the netdev goes, but the work item may
 * still be running.
 *
 * Context: Process context, sleeps.
 */
void ov2_pending_destroy(struct ov2_pending *pending)
{
	cancel_work_sync(&pending->work);
	WARN_ON_ONCE(!skb_queue_empty(&pending->packets));
}

/**
 * ov2_pending_add() - let a packet wait for its neighbour's address
 * @pending: the list
 * @skb: the packet, data at the network header; taken if this returns true
 * @neigh: the packet's neighbour
 *
 * Context: BH disabled.
 * Return: true; false if OV2_PENDING_MAX packets wait already.
 */
bool ov2_pending_add(struct ov2_pending *pending, struct sk_buff *skb,
		     struct neighbour *neigh)
{
	if (skb_queue_len_lockless(&pending->packets) >= OV2_PENDING_MAX)
		return false;

	neigh_hold(neigh);
	pending_cb(skb)->neigh = neigh;
	skb_queue_tail(&pending->packets, skb);
	schedule_work(&pending->work);
	return true;
}
