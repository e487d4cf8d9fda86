// SPDX-License-Identifier: GPL-2.0
/* The rtnetlink kind: with ip link, users make cards and plug them together. */
#include <linux/cpumask.h>
#include <linux/etherdevice.h>
#include <linux/if_link.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "../bridge/bridge.h"
#include "../compat/rtnl.h"
#include "device.h"
#include "filter.h"
#include "line.h"
#include "link.h"
#include "netns.h"
#include "port.h"

/* If the user gives no number, a card has one send queue and one receive queue
 * for each online CPU, but at most this many of each.
 */
#define LINK_MAX_QUEUES	16

/* main.c sets this pointer, because the port knows only the contract, not the
 * engine.
 */
static const struct ov2_miniport_ops *link_miniport;

static int link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;

	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN) {
		NL_SET_BAD_ATTR(extack, tb[IFLA_ADDRESS]);
		NL_SET_ERR_MSG_MOD(extack, "The address must have 6 bytes");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))) {
		NL_SET_BAD_ATTR(extack, tb[IFLA_ADDRESS]);
		NL_SET_ERR_MSG_MOD(extack,
				   "The address must be a unicast address other than zero");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* The device that IFLA_LINK names, if a card can be plugged into it. */
static struct net_device *link_target(const struct net_device *dev,
				      struct net *link_net, u32 ifindex,
				      struct netlink_ext_ack *extack)
{
	struct net_device *target;
	struct ov2_port *port;

	if (ifindex && ifindex == dev->ifindex &&
	    net_eq(link_net, dev_net(dev))) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Link names the card itself, which cannot be plugged into itself");
		return ERR_PTR(-EINVAL);
	}

	target = __dev_get_by_index(link_net, ifindex);
	if (!target) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Link names an interface index that does not exist");
		return ERR_PTR(-ENODEV);
	}
	if (!ov2_port_is_card(target)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Link names a device that is not of type ipsecov2");
		return ERR_PTR(-EINVAL);
	}

	port = netdev_priv(target);
	if (port->line->link(port)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Link names a card that is already plugged into another");
		return ERR_PTR(-EBUSY);
	}
	return target;
}

static int link_new(struct net_device *dev, struct net *link_net,
		    struct nlattr *tb[], struct nlattr *data[],
		    struct netlink_ext_ack *extack)
{
	struct ov2_port *port = netdev_priv(dev);
	struct net_device *target = NULL;
	int err;

	if (tb[IFLA_LINK]) {
		target = link_target(dev, link_net,
				     nla_get_u32(tb[IFLA_LINK]), extack);
		if (IS_ERR(target)) {
			NL_SET_BAD_ATTR(extack, tb[IFLA_LINK]);
			return PTR_ERR(target);
		}
	}

	if (!tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);

	port->ad.miniport = link_miniport;
	/* This comes before the registration, so that nobody sees a carrier. */
	netif_carrier_off(dev);

	err = register_netdevice(dev);
	if (err)
		return err;

	if (target) {
		err = port->line->plug(port, target, extack);
		if (err)
			unregister_netdevice(dev);
	}
	return err;
}

OV2_RTNL_NEWLINK(link_new);

static unsigned int link_num_queues(void)
{
	return min_t(unsigned int, num_online_cpus(), LINK_MAX_QUEUES);
}

/* The namespace in which the number of port_get_iflink() is valid */
static struct net *link_get_net(const struct net_device *dev)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct net_device *link = port->line->link(port);

	return dev_net(link ?: dev);
}

/* There is no dellink: every path that deletes a card runs ndo_uninit, which
 * unplugs the card.
 */
static struct rtnl_link_ops link_ops __read_mostly = {
	.kind			= OV2_PORT_KIND,
	.priv_size		= sizeof(struct ov2_port),
	.setup			= ov2_port_setup,
	.validate		= link_validate,
	.newlink		= OV2_RTNL(link_new),
	.get_link_net		= link_get_net,
	.get_num_tx_queues	= link_num_queues,
	.get_num_rx_queues	= link_num_queues,
};

/**
 * ov2_link_register() - register the kind "ipsecov2", so users can make cards
 * @miniport: the engine that every card gets
 *
 * Context: Process context, at module init.
 * Return: 0 or a negative errno.
 */
int ov2_link_register(const struct ov2_miniport_ops *miniport)
{
	int err;

	link_miniport = miniport;
	err = ov2_filter_register();
	if (err)
		return err;

	err = ov2_netns_register();
	if (err)
		goto err_filter;

	ov2_bridge_register();
	err = rtnl_link_register(&link_ops);
	if (err)
		goto err_bridge;
	return 0;

err_bridge:
	ov2_bridge_unregister();
	ov2_netns_unregister();
err_filter:
	ov2_filter_unregister();
	return err;
}

/**
 * ov2_link_unregister() - delete all cards; users can make no more
 *
 * Sleeps until the last card is freed.
 *
 * Context: Process context, at module exit.
 */
void ov2_link_unregister(void)
{
	rtnl_link_unregister(&link_ops);
	ov2_bridge_unregister();
	ov2_netns_unregister();
	ov2_filter_unregister();
}
