// SPDX-License-Identifier: GPL-2.0
/*
 * The cable: a line between two cards. ov2_port.peer of each card points to the
 * other card. A card that is plugged into nothing has a cable with a loose end.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/gso.h>

#include "../compat/skbuff.h"
#include "../watch/event.h"
#include "cable.h"
#include "channels.h"
#include "port.h"
#include "ring.h"
#include "rss.h"
#include "rx.h"

#define CABLE_MAX_MTU	9000

/* A cable moves bytes in memory, so it takes scattered and high memory. Large
 * packets, and packets that lack their checksum, cross the cable unchanged, as
 * they cross veth. GSO_FRAGLIST is left out: a packet of this type is a list of
 * skbs. The receiver's skb_segment_list() would write to these skbs, and the
 * sender may still hold them.
 */
#define CABLE_FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | \
			 NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | \
			 NETIF_F_GSO_ENCAP_ALL | \
			 (NETIF_F_GSO_SOFTWARE & ~NETIF_F_GSO_FRAGLIST))

/* Returns the receive queue of @peer whose ring decides when the send queue
 * @tx_queue has to stop. The stored number of this receive queue may be too
 * high: it may come from an earlier peer, which had more queues.
 */
static struct ov2_rxq *cable_rxq(const struct ov2_port *port,
				 const struct ov2_port *peer, u16 tx_queue)
{
	u16 ring = READ_ONCE(port->txqs[tx_queue].ring);

	return &peer->rxqs[ring < peer->ad.rx_queues ? ring : 0];
}

static int cable_room(const struct ov2_port *port, u16 queue)
{
	const struct ov2_rxq *rxq = NULL;
	const struct ov2_port *peer;

	peer = rcu_dereference_bh(port->peer);
	if (peer && READ_ONCE(peer->up))
		rxq = cable_rxq(port, peer, queue);
	return ov2_ring_room(port, queue, rxq);
}

static void cable_wake(struct ov2_port *port, u16 rx_queue)
{
	struct ov2_port *peer;
	unsigned int queue;

	peer = rcu_dereference_bh(port->peer);
	if (peer)
		for (queue = 0; queue < peer->ad.tx_queues; queue++)
			if (cable_rxq(peer, port, queue)->index == rx_queue)
				ov2_ring_wake(peer, queue);
}

static bool cable_too_long(const struct sk_buff *skb,
			   const struct net_device *to)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	unsigned int max = READ_ONCE(to->mtu) + ETH_HLEN;

	if (eth_type_vlan(eth->h_proto))
		max += VLAN_HLEN;
	if (skb_is_gso(skb))
		return !skb_gso_validate_mac_len(skb, max);
	return skb->len > max;
}

/* Make a frame fit for the cable, or return why it must be dropped. */
static enum ov2_counter cable_prepare(struct sk_buff *skb,
				      const struct ov2_port *peer)
{
	if (!peer || !READ_ONCE(peer->up))
		return OV2_CNT_WIRE_TX_DROP_UNPLUGGED;
	if (skb->len < ETH_HLEN)
		return OV2_CNT_WIRE_TX_DROP_RUNT;
	if (!pskb_may_pull(skb, ETH_HLEN))
		return OV2_CNT_WIRE_TX_DROP_ALLOC;
	if (cable_too_long(skb, peer->ad.dev))
		return OV2_CNT_WIRE_TX_DROP_TOO_LONG;
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC))
		return OV2_CNT_WIRE_TX_DROP_ALLOC;
	return OV2_CNT_NONE;
}

/* Clear the marks that tell a device how to complete a frame. Call this only
 * for a frame that is complete already.
 */
static void cable_scrub_offloads(struct sk_buff *skb)
{
	skb_unset_transport_header(skb);
	skb_set_inner_protocol(skb, 0);
	skb->encapsulation = 0;
	skb->encap_hdr_csum = 0;
	skb->remcsum_offload = 0;
	skb->ip_summed = CHECKSUM_NONE;
}

/* Only bytes go over a cable: the sender's metadata in the skb is cleared,
 * except:
 *
 *	the socket		is charged at least until the frame leaves the
 *				ring, so that a slow receiver slows the sender
 *				down. So the skb keeps its destructor, which may
 *				read the shared info. Therefore ov2_unshare()
 *				clears the shared info later
 *	vlan_all, decrypted,	are never set: the card offers none of these
 *	no_fcs, unreadable	offloads, so the stack does the work itself or
 *				drops the frame
 *	pp_recycle, pfmemalloc	are about the memory, not about the frame
 *	dev, cb, protocol,	are set on the way up, by the port, GRO and each
 *	tc_at_ingress		layer that uses them
 *	checksum, transport	say what is left to do for a large packet or a
 *	and inner headers,	packet without its checksum. The receiver does
 *	GSO			this work. If the receiver forwards the packet,
 *				the next device may do it
 */
static void cable_scrub(struct sk_buff *skb)
{
	skb_clear_delivery_time(skb);
	/* dst, extensions, conntrack, trace, mark, times, packet type, ... */
	skb_scrub_packet(skb, true);
	skb_init_secmark(skb);
	skb_clear_hash(skb);
	/* The flag says that the sender's neighbour is alive. If the receiver
	 * forwards the frame, the flag would confirm the receiver's neighbour.
	 */
	skb_set_dst_pending_confirm(skb, 0);
	ov2_skb_reset_tc(skb);
	if (!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL)
		cable_scrub_offloads(skb);
#ifdef CONFIG_NET_RX_BUSY_POLL
	/* A forwarded frame still has the number of the NAPI that it came from.
	 * skb_mark_napi_id() would keep this number, and the receiver's socket
	 * would busy poll a card of the sender.
	 */
	skb->napi_id = 0;
#endif
	skb->csum_valid = 0;
	skb->csum_complete_sw = 0;
	skb->csum_level = 0;
	skb->slow_gro = 0;
	skb->priority = 0;
}

static enum ov2_counter cable_fit(struct ov2_port *port, struct sk_buff *skb)
{
	enum ov2_counter reason;

	/* Senders have BH disabled, and a grace period waits for them, too. */
	reason = cable_prepare(skb, rcu_dereference_bh(port->peer));
	if (!reason)
		cable_scrub(skb);
	return reason;
}

/* A send queue that feeds several rings has to stop when the fullest of these
 * rings is full. So if @ring is at least as full as the ring that the queue
 * looks at, the queue looks at @ring from now on. Call this before the frames
 * are put on @ring, so that cable_wake() finds the queue when the receiver
 * takes these frames.
 */
static void cable_note_ring(struct ov2_port *port, u16 queue,
			    const struct ov2_port *peer, u16 ring)
{
	const struct ov2_rxq *rxq = cable_rxq(port, peer, queue);

	if (rxq->index != ring &&
	    READ_ONCE(peer->rxqs[ring].segments) >= READ_ONCE(rxq->segments))
		WRITE_ONCE(port->txqs[queue].ring, ring);
}

static bool cable_put_on(struct ov2_port *port, u16 queue,
			 struct ov2_port *peer, u16 ring,
			 struct sk_buff_head *frames)
{
	cable_note_ring(port, queue, peer, ring);
	return ov2_rx_enqueue(&peer->rxqs[ring], frames);
}

/* Returns the receive queue of a frame. @last is the flow of the previous
 * frame, and @ring is the receive queue of that flow. If this frame belongs to
 * the flow @last, too, its hash is not computed. This saves work for the
 * segments of a large packet. If a frame has no hash, the number of its send
 * queue chooses the receive queue. No frame has a hash until a user chooses the
 * fields that are hashed.
 */
static u16 cable_ring(const struct ov2_rss *rss, u16 queue,
		      const struct sk_buff *skb, struct ov2_rss_flow *last,
		      u16 ring)
{
	struct ov2_rss_flow flow;

	if (!ov2_rss_read(rss, skb, &flow)) {
		last->len = 0;
		return ov2_rss_queue(rss, queue);
	}
	if (flow.len == last->len && !memcmp(flow.input, last->input, flow.len))
		return ring;
	*last = flow;
	return ov2_rss_queue(rss, ov2_rss_hash(rss, &flow));
}

/* Frames that follow each other and have the same receive queue are put on its
 * ring together.
 */
static bool cable_put_by_flow(struct ov2_port *port, u16 queue,
			      struct ov2_port *peer, const struct ov2_rss *rss,
			      struct sk_buff_head *frames)
{
	struct ov2_rss_flow last = { .len = 0 };
	struct sk_buff_head some;
	u16 ring = 0, next = 0;
	struct sk_buff *skb;

	__skb_queue_head_init(&some);
	while ((skb = skb_peek(frames))) {
		next = cable_ring(rss, queue, skb, &last, next);
		if (!skb_queue_empty(&some) && next != ring &&
		    !cable_put_on(port, queue, peer, ring, &some))
			goto err_closed;
		ring = next;
		__skb_unlink(skb, frames);
		__skb_queue_tail(&some, skb);
	}
	if (cable_put_on(port, queue, peer, ring, &some))
		return true;

err_closed:
	skb_queue_splice_init(&some, frames);
	return false;
}

/* The peer may be gone now, although cable_fit() still saw it. */
static enum ov2_counter cable_put(struct ov2_port *port, u16 queue,
				  struct sk_buff_head *frames)
{
	const struct ov2_rss *rss;
	struct ov2_port *peer;
	bool taken = false;

	peer = rcu_dereference_bh(port->peer);
	if (peer) {
		rss = rcu_dereference_bh(peer->rss);
		if (rss->by_flow)
			taken = cable_put_by_flow(port, queue, peer, rss,
						  frames);
		else
			taken = cable_put_on(port, queue, peer,
					     ov2_rss_queue(rss, queue), frames);
	}
	return taken ? OV2_CNT_NONE : OV2_CNT_WIRE_TX_DROP_UNPLUGGED;
}

static void cable_set_carrier(struct ov2_port *port, bool on)
{
	struct net_device *dev = port->ad.dev;

	if (netif_carrier_ok(dev) == on)
		return;
	if (on)
		netif_carrier_on(dev);
	else
		netif_carrier_off(dev);
	ov2_event_card(&port->ad, on ? OV2_CARD_UP : OV2_CARD_DOWN);
}

/* There is carrier if and only if both ends of the cable are up. */
static void cable_carrier(struct ov2_port *port)
{
	struct ov2_port *peer = rtnl_dereference(port->peer);
	bool on = peer && port->up && peer->up;

	cable_set_carrier(port, on);
	if (peer)
		cable_set_carrier(peer, on);
}

/* IFLA_LINK has changed: tell the programs that watch links. */
static void cable_announce(struct ov2_port *port)
{
	struct net_device *dev = port->ad.dev;

	if (dev->reg_state == NETREG_REGISTERED)
		call_netdevice_notifiers(NETDEV_CHANGEINFODATA, dev);
}

static int cable_plug(struct ov2_port *port, struct net_device *target,
		      struct netlink_ext_ack *extack)
{
	struct ov2_port *peer = netdev_priv(target);

	rcu_assign_pointer(port->peer, peer);
	rcu_assign_pointer(peer->peer, port);
	ov2_channels_share(port);
	ov2_channels_share(peer);
	cable_carrier(port);
	cable_announce(peer);
	/* The core itself announces a new card to the programs that watch
	 * links. But the listeners of the module's netlink family heard of the
	 * card when it was registered, and at that time it was not plugged yet.
	 */
	ov2_event_card(&port->ad, OV2_CARD_CHANGED);
	return 0;
}

/* The peer already lost its carrier when @port went down. No send queue of the
 * peer waits for @port, because ov2_rx_stop() has woken all of them. After this
 * function, another card can be plugged into the peer.
 */
static void cable_unplug(struct ov2_port *port)
{
	struct ov2_port *peer = rtnl_dereference(port->peer);

	if (!peer)
		return;

	RCU_INIT_POINTER(port->peer, NULL);
	RCU_INIT_POINTER(peer->peer, NULL);
	cable_announce(peer);
}

static struct net_device *cable_link(const struct ov2_port *port)
{
	const struct ov2_port *peer = rcu_dereference_rtnl(port->peer);

	return peer ? peer->ad.dev : NULL;
}

static struct ov2_port *cable_far(const struct ov2_port *port)
{
	return rtnl_dereference(port->peer);
}

const struct ov2_line_ops ov2_cable_line = {
	.name		= "cable",
	.features	= CABLE_FEATURES,
	.max_mtu	= CABLE_MAX_MTU,
	.plug		= cable_plug,
	.unplug		= cable_unplug,
	.link		= cable_link,
	.carrier	= cable_carrier,
	.room		= cable_room,
	.fit		= cable_fit,
	.put		= cable_put,
	.wake		= cable_wake,
	.far		= cable_far,
};
