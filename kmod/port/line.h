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
struct sk_buff_head;

/**
 * struct ov2_line_ops - a line, which carries a card's frames away and brings
 *	frames to the card
 * @name: names the kind of line to users
 * @features: what the line can do, also with large packets and with checksums.
 *	If a frame needs a feature that the line lacks, the stack does the work
 *	before it sends the frame: it segments, copies, or computes a checksum.
 *	NETIF_F_HW_ESP is not here, because it is a feature of the engine.
 *	NETIF_F_GSO_ESP is not here, because a frame that the engine has sealed
 *	is never large
 * @max_mtu: the largest MTU that a card on this line can have
 * @plug: connect a card to the device that IFLA_LINK names. The card has been
 *	registered just now and is down. @target is another device; if @target
 *	is a card, it is not connected yet. RTNL. Returns 0; or a negative
 *	errno, with an error message in extack. After an error the port
 *	unregisters the card, and so @unplug is called
 * @unplug: disconnect a card, if it is connected. The card is down, or has
 *	never been registered. Frames on their way out may still come to @put
 *	until the end of an RCU grace period. RTNL
 * @link: the device that a card is connected to, or NULL. IFLA_LINK shows it.
 *	RTNL or RCU
 * @carrier: set the carrier of a card that was opened, or is being stopped
 *	(ov2_port.up tells which). Also set the carrier of the card at the other
 *	end, if that carrier depends on the state of this card. RTNL
 * @room: how many segments a send queue may still send before it has to stop.
 *	This is the result of ov2_ring_room(), or less if the line itself takes
 *	less. BH disabled
 * @fit: make a frame fit for the line; skb->data is at its Ethernet header.
 *	Returns 0, or why the frame must be dropped. Context as for @put
 * @put: send frames that @fit has accepted, in order. If all frames are sent,
 *	returns 0. If not, leaves the rest in @frames, and returns why the rest
 *	must be dropped. A full ring is no reason to drop frames, because @room
 *	stops the queue in time. BH disabled. Both ndo_start_xmit and
 *	completions of the engine call @put, so several CPUs may call @put for
 *	one queue at the same time
 * @wake: a receive queue has taken frames off its ring: call ov2_ring_wake()
 *	for each send queue that feeds this ring. BH disabled
 * @far: the card at the other end, if the two cards put their frames on each
 *	other's rings; or NULL if the other end is no card. RTNL
 *
 * All members are set. A line hands each frame that comes in to
 * ov2_rx_enqueue().
 *
 * A line on top of another netdev would be made like this. @features and
 * @max_mtu are the most that any such device can do, and @plug narrows the
 * card's values to the values of the device. @plug also registers an rx_handler
 * and makes the card an upper of the device; @unplug undoes both. The
 * rx_handler calls ov2_rx_enqueue(). If the number of waiting segments has
 * reached ov2_port.ring, the rx_handler drops the frame, because it cannot stop
 * a sender. @put is dev_queue_xmit(). @room calls ov2_ring_room() with NULL as
 * the receive queue, because no ring limits the sender: frames wait in the
 * queueing discipline of the device. @carrier is
 * netif_stacked_transfer_operstate(). The line calls this function also when a
 * notifier reports a change of the device. @wake is empty, and @far returns
 * NULL.
 */
struct ov2_line_ops {
	const char *name;
	netdev_features_t features;
	unsigned int max_mtu;
	int (*plug)(struct ov2_port *port, struct net_device *target,
		    struct netlink_ext_ack *extack);
	void (*unplug)(struct ov2_port *port);
	struct net_device *(*link)(const struct ov2_port *port);
	void (*carrier)(struct ov2_port *port);
	int (*room)(const struct ov2_port *port, u16 queue);
	enum ov2_counter (*fit)(struct ov2_port *port, struct sk_buff *skb);
	enum ov2_counter (*put)(struct ov2_port *port, u16 queue,
				struct sk_buff_head *frames);
	void (*wake)(struct ov2_port *port, u16 rx_queue);
	struct ov2_port *(*far)(const struct ov2_port *port);
};

#endif /* _OV2_LINE_H */
