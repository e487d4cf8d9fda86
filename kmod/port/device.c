// SPDX-License-Identifier: GPL-2.0
/* The network device: made, opened, stopped, freed. */
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "../bridge/bridge.h"
#include "../watch/counters.h"
#include "../watch/log.h"
#include "../watch/objects.h"
#include "cable.h"
#include "channels.h"
#include "device.h"
#include "ethtool.h"
#include "features.h"
#include "filter.h"
#include "line.h"
#include "port.h"
#include "queue_stats.h"
#include "ring.h"
#include "rss.h"
#include "rx.h"
#include "rx_poll.h"
#include "tx.h"

static const struct ov2_adapter_ops adapter_ops = {
	.wire_out		= ov2_tx_wire_out,
	.send_complete		= ov2_tx_send_complete,
	.indicate		= ov2_rx_indicate,
	.request_complete	= ov2_bridge_request_complete,
	.status			= ov2_features_status,
};

static int port_alloc_queues(struct ov2_port *port)
{
	u16 queue;
	int err;

	port->ad.tx_queues = port->ad.dev->num_tx_queues;
	port->ad.rx_queues = port->ad.dev->num_rx_queues;
	port->ad.tx_used = port->ad.dev->real_num_tx_queues;

	port->txqs = kvcalloc(port->ad.tx_queues, sizeof(*port->txqs),
			      GFP_KERNEL_ACCOUNT);
	if (!port->txqs)
		return -ENOMEM;
	for (queue = 0; queue < port->ad.tx_queues; queue++) {
		__skb_queue_head_init(&port->txqs[queue].burst);
		ov2_queue_stats_init_tx(&port->txqs[queue]);
	}

	err = ov2_rx_alloc(port);
	if (err)
		goto err_txqs;

	err = ov2_rss_init(port);
	if (err)
		goto err_rx;
	return 0;

err_rx:
	ov2_rx_free(port);
err_txqs:
	kvfree(port->txqs);
	return err;
}

static void port_free_queues(struct ov2_port *port)
{
	ov2_rss_exit(port);
	ov2_rx_free(port);
	kvfree(port->txqs);
}

static int port_init(struct net_device *dev)
{
	struct ov2_port *port = netdev_priv(dev);
	int err;

	ov2_handles_init(&port->ad.handles);
	err = ov2_counters_alloc(&port->ad);
	if (err)
		return err;

	err = ov2_log_alloc(&port->ad);
	if (err)
		goto err_counters;

	err = port_alloc_queues(port);
	if (err)
		goto err_log;

	err = ov2_filter_init(port);
	if (err)
		goto err_queues;

	err = ov2_bridge_init(&port->ad);
	if (err)
		goto err_filter;

	err = port->ad.miniport->initialize(&port->ad);
	if (err)
		goto err_bridge;

	err = ov2_features_enable(port);
	if (err)
		goto err_engine;

	ov2_features_offer(port);
	ov2_object_created(OV2_OBJECT_PORT, port);
	return 0;

err_engine:
	port->ad.miniport->halt(&port->ad);
err_bridge:
	ov2_bridge_exit(&port->ad);
err_filter:
	ov2_filter_exit(port);
err_queues:
	port_free_queues(port);
err_log:
	ov2_log_free(&port->ad);
err_counters:
	ov2_counters_free(&port->ad);
	return err;
}

static void port_uninit(struct net_device *dev)
{
	struct ov2_port *port = netdev_priv(dev);

	port->line->unplug(port);
	ov2_bridge_unregistered(&port->ad);
	ov2_rx_sync_irqs(port);
}

/* Undoes port_init(). port_uninit() cannot do this, because associations may
 * still be there: each association holds a reference to the netdev until the
 * engine's SA is gone. This function runs when the last reference is gone.
 */
static void port_free(struct net_device *dev)
{
	struct ov2_port *port = netdev_priv(dev);

	port->ad.miniport->halt(&port->ad);
	ov2_bridge_exit(&port->ad);
	ov2_filter_exit(port);
	port_free_queues(port);
	ov2_log_free(&port->ad);
	ov2_counters_free(&port->ad);
	ov2_object_freed(OV2_OBJECT_PORT, port);
}

static int port_open(struct net_device *dev)
{
	struct ov2_port *port = netdev_priv(dev);
	int err;

	ASSERT_RTNL();
	err = ov2_rx_start(port);
	if (err)
		return err;
	ov2_channels_link_napi(port);
	port->ad.miniport->restart(&port->ad);
	ov2_ring_start_all(port);
	WRITE_ONCE(port->up, true);
	port->line->carrier(port);
	return 0;
}

static int port_stop(struct net_device *dev)
{
	struct ov2_port *port = netdev_priv(dev);

	ASSERT_RTNL();
	WRITE_ONCE(port->up, false);
	port->line->carrier(port);
	/* A sender may have seen that the card was up, but then finds the rings
	 * closed. So no grace period is needed. The core calls this function
	 * under RTNL for each card of a batch, so a wait here would cost a
	 * grace period for each card.
	 */
	ov2_rx_close(port);
	ov2_channels_unlink_napi(port);
	port->ad.miniport->pause(&port->ad);
	ov2_rx_stop(port);
	ov2_filter_clear(port);
	return 0;
}

/* Only the addresses are copied. For each frame, the filter reads the flags in
 * the netdev.
 */
static void port_set_rx_mode(struct net_device *dev)
{
	ov2_filter_update(netdev_priv(dev));
}

/* If a driver has this function, the core does not call vlan_features_check(),
 * so this function must call it.
 */
static netdev_features_t port_features_check(struct sk_buff *skb,
					     struct net_device *dev,
					     netdev_features_t features)
{
	ov2_bridge_validate(dev, skb);
	if (skb_is_gso(skb) && !ov2_bridge_may_be_large(skb))
		features &= ~NETIF_F_GSO_MASK;
	return vlan_features_check(skb, features);
}

/* Packets of one queue may overtake packets of another queue, and a receiver
 * drops a packet as replayed if it comes later than the replay window allows.
 * So all packets of one SA go through the same queue. This queue does not
 * depend on CPU, socket or XPS. If the SA is for one CPU, its queue has the
 * number of this CPU, so that CPUs with SAs of their own do not share a queue.
 * (If the card has too few queues, the number is taken modulo the number of
 * queues.) For packets without an SA, the core chooses the queue, as it does
 * for drivers without this function. No packet gets a queue that is about to go
 * away (channels.c).
 */
static u16 port_select_queue(struct net_device *dev, struct sk_buff *skb,
			     struct net_device *sb_dev)
{
	struct ov2_port *port = netdev_priv(dev);
	u32 hash, cpu;
	u16 queue;

	if (ov2_bridge_hash(skb, &hash)) {
		cpu = ov2_bridge_cpu(&port->ad, skb);
		queue = cpu == UINT_MAX ?
			reciprocal_scale(hash, port->ad.tx_queues) :
			cpu % port->ad.tx_queues;
	} else {
		queue = netdev_pick_tx(dev, skb, sb_dev);
	}
	return ov2_channels_fold(queue, READ_ONCE(port->ad.tx_used));
}

/* IFLA_LINK: the number of the device at the other end; or the card's own
 * number, if there is no device at the other end.
 */
static int port_get_iflink(const struct net_device *dev)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct net_device *link;
	int iflink = dev->ifindex;

	rcu_read_lock();
	link = port->line->link(port);
	if (link)
		iflink = READ_ONCE(link->ifindex);
	rcu_read_unlock();
	return iflink;
}

static const struct net_device_ops port_netdev_ops = {
	.ndo_init		= port_init,
	.ndo_uninit		= port_uninit,
	.ndo_open		= port_open,
	.ndo_stop		= port_stop,
	.ndo_start_xmit		= ov2_tx_start_xmit,
	.ndo_select_queue	= port_select_queue,
	.ndo_set_rx_mode	= port_set_rx_mode,
	.ndo_fix_features	= ov2_features_fix,
	.ndo_features_check	= port_features_check,
	.ndo_set_features	= ov2_features_set,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_get_iflink		= port_get_iflink,
	.ndo_get_stats64	= ov2_queue_stats_sum,
};

/**
 * ov2_port_setup() - rtnl_link_ops.setup
 * @dev: the netdev, fresh from alloc_netdev_mqs()
 *
 * Context: RTNL.
 */
void ov2_port_setup(struct net_device *dev)
{
	const struct ov2_line_ops *line = &ov2_cable_line;
	struct ov2_port *port = netdev_priv(dev);
	netdev_features_t features = line->features | NETIF_F_HW_ESP;

	ether_setup(dev);
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = line->max_mtu;
	dev->netdev_ops = &port_netdev_ops;
	dev->ethtool_ops = &ov2_ethtool_ops;
	dev->stat_ops = &ov2_queue_stats_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = port_free;

	/* A frame waits on a ring after it was sent, so a sender such as pktgen
	 * must not send the same skb again. Netpoll would send with interrupts
	 * off, and then the engine cannot work.
	 */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_UNICAST_FLT |
			   IFF_DISABLE_NETPOLL;

	dev->features |= features;
	dev->hw_features |= features;
	/* The stack masks the features with hw_enc_features when it has made
	 * the ESP header. HW_CSUM is in hw_enc_features because a bond claims
	 * HW_ESP_TX_CSUM even if its cards do not. If HW_CSUM were missing, the
	 * stack would complete the checksum itself below such a bond, and would
	 * include the ESP trailer as if it were data. SCTP_CRC is missing in
	 * hw_enc_features, because neither bridge nor engine completes the
	 * checksum of SCTP inside ESP.
	 */
	dev->hw_enc_features |= features & ~NETIF_F_SCTP_CRC;
	dev->vlan_features |= line->features;

	port->line = line;
	port->sharers = 1;
	port->limit = OV2_RING_FRAMES;
	port->ring = OV2_RING_FRAMES;
	INIT_LIST_HEAD(&port->monitors);
	port->ad.ops = &adapter_ops;
	port->ad.dev = dev;
	ov2_bridge_setup(dev);
}
