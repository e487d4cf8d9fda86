// SPDX-License-Identifier: GPL-2.0
/* The cable: which two cards are plugged together, and their carrier. */
#include <linux/math.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "port.h"

static void set_carrier(struct ov2_port *port, bool on)
{
	if (on)
		netif_carrier_on(port->ad.dev);
	else
		netif_carrier_off(port->ad.dev);
}

/* IFLA_LINK is another now: whoever watches links wants to know. */
static void announce(struct ov2_port *port)
{
	struct net_device *dev = port->ad.dev;

	if (dev->reg_state == NETREG_REGISTERED)
		call_netdevice_notifiers(NETDEV_CHANGEINFODATA, dev);
}

/**
 * ov2_plug_update_carrier() - set the carrier of a card and its peer
 * @port: a card that was plugged, opened or stopped
 *
 * There is carrier if and only if both ends of the cable are up.
 *
 * Context: RTNL.
 */
void ov2_plug_update_carrier(struct ov2_port *port)
{
	struct ov2_port *peer = rtnl_dereference(port->peer);
	bool on = peer && port->up && peer->up;

	set_carrier(port, on);
	if (peer)
		set_carrier(peer, on);
}

static void set_sharers(struct ov2_port *port, const struct ov2_port *peer)
{
	WRITE_ONCE(port->sharers, DIV_ROUND_UP(port->ad.tx_queues,
					       peer->ad.rx_queues));
}

/**
 * ov2_plug() - plug two cards together
 * @port: a registered card without a peer
 * @peer: another one
 *
 * Context: RTNL.
 */
void ov2_plug(struct ov2_port *port, struct ov2_port *peer)
{
	set_sharers(port, peer);
	set_sharers(peer, port);
	rcu_assign_pointer(port->peer, peer);
	rcu_assign_pointer(peer->peer, port);
	ov2_plug_update_carrier(port);
	announce(peer);
}

/**
 * ov2_unplug() - pull the cable, if there is one
 * @port: a card that is down
 *
 * The peer, which lost its carrier when @port went down, can be plugged again.
 * Senders may see either card as the other's peer until the end of an RCU
 * grace period. No queue waits for @port to wake it, since it is down.
 *
 * Context: RTNL.
 */
void ov2_unplug(struct ov2_port *port)
{
	struct ov2_port *peer = rtnl_dereference(port->peer);

	if (!peer)
		return;

	RCU_INIT_POINTER(port->peer, NULL);
	RCU_INIT_POINTER(peer->peer, NULL);
	announce(peer);
}

/**
 * ov2_plug_iflink() - ndo_get_iflink
 * @dev: a card
 *
 * Context: Any context.
 * Return: the peer's ifindex, or the card's own without a peer.
 */
int ov2_plug_iflink(const struct net_device *dev)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct ov2_port *peer;
	int iflink = dev->ifindex;

	rcu_read_lock();
	peer = rcu_dereference(port->peer);
	if (peer)
		iflink = READ_ONCE(peer->ad.dev->ifindex);
	rcu_read_unlock();
	return iflink;
}

/**
 * ov2_plug_link_net() - rtnl_link_ops.get_link_net
 * @dev: a card
 *
 * Context: RTNL or RCU.
 * Return: the namespace where ov2_plug_iflink() holds.
 */
struct net *ov2_plug_link_net(const struct net_device *dev)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct ov2_port *peer = rcu_dereference_rtnl(port->peer);

	return dev_net(peer ? peer->ad.dev : dev);
}
