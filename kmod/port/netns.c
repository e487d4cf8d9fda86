// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a network namespace.
 *
 * xfrm deletes the policies of a namespace before the core takes its devices
 * away. In between, the kernel still answers and forwards packets of the
 * namespace, and no policy protects them. So from the beginning of the end, a
 * card drops what the stack gives it in clear.
 *
 * xfrm deletes the policies in its own pre_exit. The core calls the pre_exit
 * functions in the reverse order of registration, and xfrm registers at boot.
 * So netns_pre_exit() runs first, for all namespaces of a batch. The core waits
 * for a grace period only after all pre_exit functions, so the order counts: a
 * sender first looks for a policy, and then reads ov2_port.ending (tx_send()).
 * If the policy has gone already, the sender sees ov2_port.ending.
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
	/* Pairs with the barrier of tx_send() */
	smp_wmb();
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
 * The core calls pre_exit for all namespaces that exist. A card that was left
 * would be silent for ever, so no card may be left.
 *
 * Context: Process context, sleeps.
 */
void ov2_netns_unregister(void)
{
	unregister_pernet_subsys(&netns_ops);
}
