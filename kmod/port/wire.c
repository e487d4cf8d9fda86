// SPDX-License-Identifier: GPL-2.0
/*
 * Sending: from the stack through the engine onto the cable.
 *
 * The only ring is the receiver's. A send queue stops when the frames there
 * and those in the engine reach OV2_RING_FRAMES, and is woken when half of
 * them are gone, so a slow receiver slows its sender and loses nothing.
 *
 * Several send queues may feed one ring. Each of them sees the frames on the
 * ring, but in the engine only its own frames, and assumes that each of the
 * others has as many there. So the engine has at most OV2_RING_FRAMES for one
 * ring, and no queue looks at the others' counters.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <net/netdev_queues.h>

#include "../bridge/bridge.h"
#include "../compat/skbuff.h"
#include "../watch/drop.h"
#include "port.h"

#define WIRE_WAKE_ROOM	(OV2_RING_FRAMES / 2)

/* How many frames @queue may still send before it has to stop. */
static int wire_room(const struct ov2_port *port, u16 queue)
{
	int used = atomic_read(&port->txqs[queue].in_engine);
	const struct ov2_port *peer;

	rcu_read_lock();
	peer = rcu_dereference(port->peer);
	if (peer && READ_ONCE(peer->up)) {
		used *= READ_ONCE(port->sharers);
		used += skb_queue_len_lockless(&ov2_port_rxq(peer, queue)->ring);
	}
	rcu_read_unlock();
	return OV2_RING_FRAMES - used;
}

/* The room for one frame of each queue that shares the ring: all of them may
 * have seen the same room, and each may send one frame before it stops. It is
 * at most the room that wakes a queue, since a queue that is woken must be able
 * to send, however many queues share its ring.
 */
static int wire_stop_room(const struct ov2_port *port)
{
	return min_t(int, READ_ONCE(port->sharers), WIRE_WAKE_ROOM);
}

/**
 * ov2_wire_wake() - wake a send queue if it is stopped and need not be
 * @port: the sender
 * @queue: its queue. Frames of it have left the ring or the engine
 *
 * Context: Any context with BH disabled.
 */
void ov2_wire_wake(struct ov2_port *port, u16 queue)
{
	struct netdev_queue *txq = netdev_get_tx_queue(port->ad.dev, queue);

	/* First the room, then the look at the stop bit. Pairs with the barrier
	 * in netif_txq_try_stop(), where it is the other way round.
	 */
	smp_mb();
	if (netif_tx_queue_stopped(txq) && READ_ONCE(port->up) &&
	    wire_room(port, queue) >= WIRE_WAKE_ROOM)
		netif_tx_wake_queue(txq);
}

/**
 * ov2_wire_wake_all() - ov2_wire_wake() for every queue
 * @port: the sender
 *
 * Context: Process context.
 */
void ov2_wire_wake_all(struct ov2_port *port)
{
	u16 queue;

	local_bh_disable();
	for (queue = 0; queue < port->ad.tx_queues; queue++)
		ov2_wire_wake(port, queue);
	local_bh_enable();
}

static bool wire_too_long(const struct sk_buff *skb,
			  const struct net_device *to)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	unsigned int max = READ_ONCE(to->mtu) + ETH_HLEN;

	if (eth_type_vlan(eth->h_proto))
		max += VLAN_HLEN;
	return skb->len > max;
}

/* Make a frame fit for the cable, or tell why it cannot go. */
static bool wire_prepare(struct sk_buff *skb, const struct ov2_port *peer,
			 enum ov2_counter *reason)
{
	if (!peer || !READ_ONCE(peer->up))
		*reason = OV2_CNT_TX_DROP_UNPLUGGED;
	else if (skb->len < ETH_HLEN)
		*reason = OV2_CNT_TX_DROP_RUNT;
	else if (!pskb_may_pull(skb, ETH_HLEN))
		*reason = OV2_CNT_TX_DROP_WIRE_ALLOC;
	else if (wire_too_long(skb, peer->ad.dev))
		*reason = OV2_CNT_TX_DROP_TOO_LONG;
	else if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		*reason = OV2_CNT_TX_DROP_CSUM;
	else if (skb_orphan_frags_rx(skb, GFP_ATOMIC))
		*reason = OV2_CNT_TX_DROP_WIRE_ALLOC;
	else
		return true;
	return false;
}

/* Only bytes go over a cable: what the sender's kernel knows of a frame stays
 * behind. Not cleared here:
 *
 *	the socket		is charged until the frame leaves the ring, so
 *				that a slow receiver slows it down; its
 *				destructor may read the shared info, so that is
 *				cleared later, by ov2_unshare()
 *	vlan_all, decrypted,	are never set: the card offers none of these
 *	no_fcs, unreadable	offloads, so the stack does the work itself or
 *				drops the frame
 *	pp_recycle, pfmemalloc	are about the memory, not about the frame
 *	dev, cb, napi_id,	are set on the way up, by rx.c, GRO and each
 *	protocol, tc_at_ingress	layer that uses them
 */
static void wire_scrub(struct sk_buff *skb)
{
	skb_clear_delivery_time(skb);
	/* dst, extensions, conntrack, trace, mark, times, packet type, ... */
	skb_scrub_packet(skb, true);
	skb_init_secmark(skb);
	skb_clear_hash(skb);
	/* A receiver that forwards would confirm a neighbour of its own */
	skb_set_dst_pending_confirm(skb, 0);
	ov2_skb_reset_tc(skb);
	skb_unset_transport_header(skb);
	skb_set_inner_protocol(skb, 0);
	skb->encapsulation = 0;
	skb->encap_hdr_csum = 0;
	skb->remcsum_offload = 0;
	skb->ip_summed = CHECKSUM_NONE;
	skb->csum_valid = 0;
	skb->csum_complete_sw = 0;
	skb->csum_level = 0;
	skb->slow_gro = 0;
	skb->priority = 0;
}

static void wire_dropped(struct ov2_port *port, struct sk_buff *skb)
{
	dev_dstats_tx_dropped(port->ad.dev);
	kfree_skb(skb);
}

/**
 * ov2_wire_out() - ov2_adapter_ops.wire_out
 * @ad: the sending card
 * @queue: its queue
 * @skb: the frame, data at the Ethernet header; taken
 *
 * Never fails because the ring is full: queues stop in time.
 *
 * Context: BH disabled.
 */
void ov2_wire_out(struct ov2_adapter *ad, u16 queue, struct sk_buff *skb)
{
	struct ov2_port *port = ov2_port_of(ad);
	unsigned int len = skb->len;
	enum ov2_counter reason;
	struct ov2_port *peer;

	rcu_read_lock();
	peer = rcu_dereference(port->peer);
	if (!wire_prepare(skb, peer, &reason))
		goto drop;

	wire_scrub(skb);
	/* The peer may have gone down since wire_prepare() looked. */
	if (!ov2_rx_enqueue(peer, queue, skb)) {
		reason = OV2_CNT_TX_DROP_UNPLUGGED;
		goto drop;
	}
	dev_dstats_tx_add(ad->dev, len);
	rcu_read_unlock();
	return;

drop:
	ov2_drop_tx(ad, reason, len);
	wire_dropped(port, skb);
	rcu_read_unlock();
}

/**
 * ov2_wire_send_complete() - ov2_adapter_ops.send_complete
 * @ad: the sending card
 * @nbl: the NBL; taken
 * @status: if it is not SUCCESS, its frames are still in @nbl and are dropped;
 *	the engine has counted why
 *
 * Context: BH disabled.
 */
void ov2_wire_send_complete(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			    enum ov2_status status)
{
	struct ov2_port *port = ov2_port_of(ad);
	struct sk_buff *skb, *next;
	u16 queue = nbl->queue;

	if (status != OV2_STATUS_SUCCESS)
		skb_list_walk_safe(nbl->skb, skb, next) {
			skb_mark_not_on_list(skb);
			wire_dropped(port, skb);
		}
	ov2_nbl_free(nbl);

	/* Also after success: the receiver may have drained the ring, and found
	 * the queue still blocked by what was in the engine.
	 */
	atomic_dec(&port->txqs[queue].in_engine);
	ov2_wire_wake(port, queue);
}

static void wire_send(struct ov2_port *port, struct sk_buff *skb, u16 queue)
{
	struct ov2_nbl *nbl = NULL;

	switch (ov2_bridge_xmit(&port->ad, skb, queue, &nbl)) {
	case OV2_VERDICT_PLAIN:
		skb_tx_timestamp(skb);
		ov2_wire_out(&port->ad, queue, skb);
		break;
	case OV2_VERDICT_OFFLOAD:
		skb_tx_timestamp(skb);
		atomic_inc(&port->txqs[queue].in_engine);
		port->ad.miniport->send(&port->ad, nbl);
		break;
	case OV2_VERDICT_DROP:
		wire_dropped(port, skb);
		break;
	case OV2_VERDICT_TAKEN:
		break;
	}
}

/**
 * ov2_wire_start_xmit() - ndo_start_xmit
 * @skb: the frame; taken
 * @dev: the card
 *
 * Context: BH disabled, under the queue's lock.
 * Return: NETDEV_TX_OK always.
 */
netdev_tx_t ov2_wire_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	u16 queue = skb_get_queue_mapping(skb);
	struct ov2_port *port = netdev_priv(dev);

	wire_send(port, skb, queue);
	netif_txq_maybe_stop(netdev_get_tx_queue(dev, queue),
			     wire_room(port, queue), wire_stop_room(port),
			     WIRE_WAKE_ROOM);
	return NETDEV_TX_OK;
}
