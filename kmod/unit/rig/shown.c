// SPDX-License-Identifier: GPL-2.0
/* A monitor for tests. It is in init_net, and shows the frames of all cards. */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "shown.h"

static netdev_tx_t shown_xmit(struct sk_buff *skb, struct net_device *dev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static rx_handler_result_t shown_receive(struct sk_buff **skb)
{
	struct ov2_shown *shown = netdev_priv((*skb)->dev);

	skb_queue_tail(&shown->frames, *skb);
	return RX_HANDLER_CONSUMED;
}

static const struct net_device_ops shown_ops = {
	.ndo_start_xmit = shown_xmit,
};

static void shown_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &shown_ops;
	dev->flags |= IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	/* This MTU is too small for IPv6. With IPv6 the device would send
	 * frames of its own.
	 */
	dev->mtu = IPV6_MIN_MTU - 1;
}

static void shown_end(void *data)
{
	struct ov2_shown *shown = data;

	rtnl_lock();
	dev_close(shown->tap.dev);
	ov2_tap_del(&shown->tap);
	netdev_rx_handler_unregister(shown->tap.dev);
	unregister_netdevice(shown->tap.dev);
	skb_queue_purge(&shown->frames);
	rtnl_unlock();
}

/**
 * ov2_shown_new() - make a monitor that is up
 * @test: the test; the monitor ends when the test ends
 *
 * Asserts that all goes well.
 *
 * Context: Process context.
 * Return: the monitor.
 */
struct ov2_shown *ov2_shown_new(struct kunit *test)
{
	struct ov2_shown *shown;
	struct net_device *dev;
	int err;

	dev = alloc_netdev(sizeof(*shown), "ov2shown%d", NET_NAME_ENUM,
			   shown_setup);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	shown = netdev_priv(dev);
	shown->tap.dev = dev;
	skb_queue_head_init(&shown->frames);
	rtnl_lock();
	err = register_netdevice(dev);
	if (!err) {
		err = netdev_rx_handler_register(dev, shown_receive, NULL) ?:
		      dev_open(dev, NULL);
		ov2_tap_init(&shown->tap);
		ov2_tap_add(&shown->tap);
	}
	rtnl_unlock();
	if (err && dev->reg_state == NETREG_UNINITIALIZED)
		free_netdev(dev);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, shown_end,
							   shown));
	return shown;
}

/**
 * ov2_shown_settle() - wait until the monitor has shown all frames
 * @shown: the monitor
 *
 * Context: Process context, sleeps.
 */
void ov2_shown_settle(struct ov2_shown *shown)
{
	while (!skb_queue_empty_lockless(&shown->tap.copies) ||
	       napi_is_scheduled(&shown->tap.napi))
		usleep_range(20, 200);
}
