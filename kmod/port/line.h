/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LINE_H
#define _OV2_LINE_H

#include <linux/netdev_features.h>
#include <linux/types.h>

#include "../watch/counters.h"

struct net_device;
struct netlink_ext_ack;
struct ov2_port;
struct sk_buff;

/**
 * struct ov2_line_ops - what a card's frames leave on and come from
 * @features: what the stack may give to a card: it undoes the rest itself, by
 *	segmenting, copying or summing. Without NETIF_F_HW_ESP, which is the
 *	engine's
 * @max_mtu: the longest MTU that a card may be set to
 * @plug: connect a card to what IFLA_LINK names. The card has been registered
 *	just now and is down; @target is another device, and if that is a card,
 *	it is connected to nothing. RTNL. Returns 0, or a negative errno with a
 *	sentence: then the card is unregistered, and @unplug is called first
 * @unplug: disconnect a card. It is down, or has never been registered, and may
 *	be connected to nothing. Frames that are on their way out may still come
 *	to
 *	@put until the end of an RCU grace period. RTNL
 * @link: the device that a card is connected to, or NULL. IFLA_LINK tells it.
 *	RTNL or RCU
 * @carrier: a card was opened, or is being stopped (ov2_port.up tells): set its
 *	carrier, and that of the card at the other end if it depends on it. RTNL
 * @room: how many frames a send queue may still send before it has to stop, by
 *	ov2_ring_room(), or less if the line itself takes less. BH disabled
 * @put: send a frame; data is at its Ethernet header. Takes the frame and
 *	returns 0, or leaves it to the caller and returns why it must be
 *	dropped. It never returns a reason because too many frames are on their
 *	way: @room has stopped the queue in time. BH disabled; also from
 *	completions of the engine, on several CPUs at a time for one queue
 * @wake: a receive queue has taken frames off its ring, so whoever feeds this
 *	ring may go on: ov2_ring_wake() for each such send queue. BH disabled
 *
 * All of them are set. What comes in goes to ov2_rx_enqueue().
 *
 * A line on top of another netdev would have @features and @max_mtu of all that
 * any such device can do, and narrow a card's own in @plug by those of the
 * device. There it would also register its rx_handler and become the device's
 * upper; @unplug is the end of that. Its rx_handler would call ov2_rx_enqueue()
 * and drop what is more than OV2_RING_FRAMES, for it has nobody to stop. @put
 * would be dev_queue_xmit(), @room ov2_ring_room() without a ring, since the
 * device has a queueing discipline of its own, @carrier
 * netif_stacked_transfer_operstate(), also from the device's notifier, and
 * @wake would be empty.
 */
struct ov2_line_ops {
	netdev_features_t features;
	unsigned int max_mtu;
	int (*plug)(struct ov2_port *port, struct net_device *target,
		    struct netlink_ext_ack *extack);
	void (*unplug)(struct ov2_port *port);
	struct net_device *(*link)(const struct ov2_port *port);
	void (*carrier)(struct ov2_port *port);
	int (*room)(const struct ov2_port *port, u16 queue);
	enum ov2_counter (*put)(struct ov2_port *port, u16 queue,
				struct sk_buff *skb);
	void (*wake)(struct ov2_port *port, u16 rx_queue);
};

#endif /* _OV2_LINE_H */
