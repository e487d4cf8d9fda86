// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a network namespace.
 *
 * The core deletes the policies of a namespace before it takes the devices of
 * the namespace away. In between, the kernel of the namespace still answers
 * packets, for example with ICMP errors, and no policy protects these answers
 * any more. So a card sends nothing from the moment when the core begins to end
 * its namespace. The core calls pre_exit of all modules, waits for a grace
 * period, and only then deletes policies. A sender that has not seen
 * ov2_port.ending yet runs with BH disabled, so it is in an RCU read side, and
 * has sent its frame by then.
 */
#include <linux/netdevice.h>
#include <net/net_namespace.h>

#include "netns.h"
#include "port.h"

static void netns_pre_exit(struct net *net)
{
	struct net_device *dev;
	struct ov2_port *port;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		if (!ov2_port_is_card(dev))
			continue;
		port = netdev_priv(dev);
		WRITE_ONCE(port->ending, true);
	}
	rcu_read_unlock();
}

static struct pernet_operations netns_ops = {
	.pre_exit = netns_pre_exit,
};

/**
 * ov2_netns_register() - let cards fall silent when their namespace ends
 *
 * Context: Process context, before the first card is made.
 * Return: 0 or a negative errno.
 */
int ov2_netns_register(void)
{
	return register_pernet_subsys(&netns_ops);
}

/**
 * ov2_netns_unregister() - undo ov2_netns_register()
 *
 * The core calls pre_exit for all namespaces that exist, so no card may be
 * left.
 *
 * Context: Process context, sleeps.
 */
void ov2_netns_unregister(void)
{
	unregister_pernet_subsys(&netns_ops);
}
