// SPDX-License-Identifier: GPL-2.0
/*
 * The rtnetlink kind "ipsecov2mon": a monitor shows the frames of a card, or of
 * all cards in its namespace, to packet sockets. The kernel's nlmon does the
 * same for netlink. A monitor is a netdev, so AF_PACKET gives the ring, the
 * filter, the snap length and the check of privileges. Unlike nlmon a monitor
 * receives the copies (watch/capture.c), because sending runs what users attach
 * to a netdev, and the card may hold the lock of a send queue.
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "../compat/rtnl.h"
#include "../watch/capture.h"
#include "monitor.h"
#include "port.h"

#define MONITOR_KIND	"ipsecov2mon"

#define MONITOR_ELSEWHERE						\
	"A monitor must be in the network namespace of its card"

/**
 * struct monitor - private data of a monitor's netdev
 * @tap: what the monitor shows; in the list of taps while the monitor is up
 * @list: if the monitor shows one card, its place in ov2_port.monitors of this
 *	card; protected by RTNL
 */
struct monitor {
	struct ov2_tap tap;
	struct list_head list;
};

static int monitor_open(struct net_device *dev)
{
	struct monitor *monitor = netdev_priv(dev);

	ov2_tap_add(&monitor->tap);
	return 0;
}

static int monitor_stop(struct net_device *dev)
{
	struct monitor *monitor = netdev_priv(dev);

	ov2_tap_del(&monitor->tap);
	return 0;
}

/* The packet sockets have their copies already, and a copy is for nobody else:
 * its first bytes are no header that a protocol of the kernel knows.
 */
static rx_handler_result_t monitor_receive(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;

	dev_sw_netstats_rx_add(skb->dev, skb->len);
	consume_skb(skb);
	return RX_HANDLER_CONSUMED;
}

/* The handler stays with the netdev to its end, because
 * netdev_rx_handler_unregister() waits for a grace period, and the core calls
 * this function for each monitor of a batch. The core itself waits for those
 * who are in the handler, after this function.
 */
static void monitor_uninit(struct net_device *dev)
{
	struct monitor *monitor = netdev_priv(dev);

	ASSERT_RTNL();
	list_del(&monitor->list);
}

static int monitor_init(struct net_device *dev)
{
	struct monitor *monitor = netdev_priv(dev);
	struct ov2_port *port;
	int err;

	ASSERT_RTNL();
	err = netdev_rx_handler_register(dev, monitor_receive, NULL);
	if (err)
		return err;
	ov2_tap_init(&monitor->tap);
	if (!monitor->tap.card)
		return 0;
	port = netdev_priv(monitor->tap.card);
	list_add_tail(&monitor->list, &port->monitors);
	return 0;
}

/* Nothing is behind a monitor, so what others send on it goes nowhere. */
static netdev_tx_t monitor_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_core_stats_tx_dropped_inc(dev);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static int monitor_get_iflink(const struct net_device *dev)
{
	const struct monitor *monitor = netdev_priv(dev);
	const struct net_device *card = READ_ONCE(monitor->tap.card);

	return card ? READ_ONCE(card->ifindex) : dev->ifindex;
}

static const struct net_device_ops monitor_netdev_ops = {
	.ndo_init		= monitor_init,
	.ndo_uninit		= monitor_uninit,
	.ndo_open		= monitor_open,
	.ndo_stop		= monitor_stop,
	.ndo_start_xmit		= monitor_xmit,
	.ndo_get_iflink		= monitor_get_iflink,
};

static void monitor_setup(struct net_device *dev)
{
	struct monitor *monitor = netdev_priv(dev);

	/* libpcap does not know this type. So it puts its own "cooked" header
	 * before each frame, and does not read the frame as if the frame were
	 * of another type.
	 */
	dev->type = ARPHRD_VOID;
	dev->flags = IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_DISABLE_NETPOLL;
	dev->lltx = true;
	dev->netdev_ops = &monitor_netdev_ops;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->needs_free_netdev = true;
	/* The card limits the size of a frame, so the monitor sets no limit. */
	dev->mtu = ETH_MAX_MTU;
	dev->min_mtu = 0;
	dev->max_mtu = 0;
	monitor->tap.dev = dev;
	INIT_LIST_HEAD(&monitor->list);
}

static struct net_device *monitor_card(const struct net_device *dev,
				       struct net *link_net,
				       const struct nlattr *link,
				       struct netlink_ext_ack *extack)
{
	struct net_device *card = __dev_get_by_index(link_net,
						     nla_get_u32(link));

	if (!card) {
		NL_SET_ERR_MSG_ATTR(extack, link,
				    "Link names an interface index that does not exist");
		return ERR_PTR(-ENODEV);
	}
	if (!ov2_port_is_card(card)) {
		NL_SET_ERR_MSG_ATTR(extack, link,
				    "Link names a device that is not of type ipsecov2");
		return ERR_PTR(-EINVAL);
	}
	if (!net_eq(dev_net(dev), dev_net(card))) {
		NL_SET_ERR_MSG_ATTR(extack, link, MONITOR_ELSEWHERE);
		return ERR_PTR(-EINVAL);
	}
	return card;
}

static int monitor_new(struct net_device *dev, struct net *link_net,
		       struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	struct monitor *monitor = netdev_priv(dev);

	/* With this attribute, older kernels make the monitor in the namespace
	 * of the card and move the monitor afterwards. So monitor_card() could
	 * not tell that the namespaces of monitor and card differ.
	 */
	if (tb[IFLA_LINK_NETNSID]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK_NETNSID],
				    MONITOR_ELSEWHERE);
		return -EINVAL;
	}
	if (tb[IFLA_LINK]) {
		struct net_device *card = monitor_card(dev, link_net,
						       tb[IFLA_LINK], extack);

		if (IS_ERR(card))
			return PTR_ERR(card);
		monitor->tap.card = card;
	}
	monitor->tap.clear = data && data[IFLA_OV2_MONITOR_CLEAR];
	return register_netdevice(dev);
}

OV2_RTNL_NEWLINK(monitor_new);

static size_t monitor_get_size(const struct net_device *dev)
{
	return nla_total_size(0);	/* IFLA_OV2_MONITOR_CLEAR */
}

static int monitor_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct monitor *monitor = netdev_priv(dev);

	if (monitor->tap.clear && nla_put_flag(skb, IFLA_OV2_MONITOR_CLEAR))
		return -EMSGSIZE;
	return 0;
}

/* The namespace in which the number of monitor_get_iflink() is valid */
static struct net *monitor_get_link_net(const struct net_device *dev)
{
	const struct monitor *monitor = netdev_priv(dev);
	const struct net_device *card = READ_ONCE(monitor->tap.card);

	return dev_net(card ?: dev);
}

static const struct nla_policy monitor_policy[IFLA_OV2_MONITOR_MAX + 1] = {
	[IFLA_OV2_MONITOR_CLEAR]	= { .type = NLA_FLAG },
};

static struct rtnl_link_ops monitor_link_ops __read_mostly = {
	.kind		= MONITOR_KIND,
	.priv_size	= sizeof(struct monitor),
	.maxtype	= IFLA_OV2_MONITOR_MAX,
	.policy		= monitor_policy,
	.setup		= monitor_setup,
	.newlink	= OV2_RTNL(monitor_new),
	.get_link_net	= monitor_get_link_net,
	.get_size	= monitor_get_size,
	.fill_info	= monitor_fill_info,
};

/* Delete a monitor when its card is deleted, or leaves the namespace.
 *
 * The core may delete a card and its monitor in one batch: the user deletes a
 * group of devices, or the namespaces of both end together. Then the monitor is
 * no longer NETREG_REGISTERED, and unregister_netdevice_many() has a BUG_ON()
 * for such a device. Until its ndo_uninit this monitor still points to the
 * card. This is safe: the core has stopped all devices of the batch before, so
 * no frame comes to the monitor, and frees all of them after it has released
 * RTNL, so monitor_get_iflink() and monitor_get_link_net() can still read the
 * card.
 */
static int monitor_event(struct notifier_block *block, unsigned long event,
			 void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct monitor *monitor;
	struct ov2_port *port;
	LIST_HEAD(gone);

	if (event != NETDEV_UNREGISTER || !ov2_port_is_card(dev))
		return NOTIFY_DONE;

	port = netdev_priv(dev);
	list_for_each_entry(monitor, &port->monitors, list)
		if (monitor->tap.dev->reg_state == NETREG_REGISTERED)
			unregister_netdevice_queue(monitor->tap.dev, &gone);
	unregister_netdevice_many(&gone);
	return NOTIFY_DONE;
}

static struct notifier_block monitor_notifier = {
	.notifier_call	= monitor_event,
};

/**
 * ov2_monitor_register() - register the kind "ipsecov2mon"
 *
 * Context: Process context, at module init.
 * Return: 0 or a negative errno.
 */
int ov2_monitor_register(void)
{
	int err;

	err = ov2_capture_register();
	if (err)
		return err;
	err = register_netdevice_notifier(&monitor_notifier);
	if (err)
		goto err_capture;
	err = rtnl_link_register(&monitor_link_ops);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	unregister_netdevice_notifier(&monitor_notifier);
err_capture:
	ov2_capture_unregister();
	return err;
}

/**
 * ov2_monitor_unregister() - delete all monitors; users can make no more
 *
 * Context: Process context, at module exit.
 */
void ov2_monitor_unregister(void)
{
	rtnl_link_unregister(&monitor_link_ops);
	unregister_netdevice_notifier(&monitor_notifier);
	ov2_capture_unregister();
}

MODULE_ALIAS_RTNL_LINK(MONITOR_KIND);
