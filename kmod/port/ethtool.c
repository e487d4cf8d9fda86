// SPDX-License-Identifier: GPL-2.0
/* What ethtool shows of a card, and what ethtool can change. */
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>

#include "../compat/rx_rings.h"
#include "../watch/counters.h"
#include "../watch/event.h"
#include "channels.h"
#include "ethtool.h"
#include "port.h"
#include "ring.h"
#include "rss.h"
#include "sizes.h"

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, OV2_PORT_KIND, sizeof(info->driver));
	strscpy(info->version, THIS_MODULE->version, sizeof(info->version));
}

static int get_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? OV2_COUNTERS_SHOWN : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	int c;

	if (sset != ETH_SS_STATS)
		return;
	for (c = OV2_CNT_NONE + 1; c < OV2_CNT_MAX; c++)
		ethtool_puts(&data, ov2_counter_name(c));
}

static void get_ethtool_stats(struct net_device *dev,
			      struct ethtool_stats *stats, u64 *data)
{
	struct ov2_adapter *ad = ov2_adapter_of(dev);
	int c;

	for (c = OV2_CNT_NONE + 1; c < OV2_CNT_MAX; c++)
		*data++ = ov2_counter_read(ad, c);
}

/* A channel is one receive queue together with one send queue. If a card has
 * more queues of one direction than of the other, the surplus queues are
 * counted separately.
 */
static void get_channels(struct net_device *dev,
			 struct ethtool_channels *channels)
{
	unsigned int rx = dev->real_num_rx_queues;
	unsigned int tx = dev->real_num_tx_queues;

	channels->max_combined = min(dev->num_rx_queues, dev->num_tx_queues);
	channels->max_rx = dev->num_rx_queues - channels->max_combined;
	channels->max_tx = dev->num_tx_queues - channels->max_combined;
	channels->combined_count = min(rx, tx);
	channels->rx_count = rx - channels->combined_count;
	channels->tx_count = tx - channels->combined_count;
}

/* The core has checked the numbers (ethnl_set_channels()). */
static int set_channels(struct net_device *dev,
			struct ethtool_channels *channels)
{
	unsigned int combined = channels->combined_count;
	struct ov2_port *port = netdev_priv(dev);
	int err;

	err = ov2_channels_set(port, combined + channels->rx_count,
			       combined + channels->tx_count);
	/* After an error, one of the two numbers may have changed. */
	ov2_event_card(&port->ad, OV2_CARD_CHANGED);
	return err;
}

static u32 get_rx_ring_count(struct net_device *dev)
{
	return dev->real_num_rx_queues;
}

OV2_ETHTOOL_RINGS(get_rx_ring_count);

static u32 get_rxfh_key_size(struct net_device *dev)
{
	return OV2_RSS_KEY;
}

static u32 get_rxfh_indir_size(struct net_device *dev)
{
	return OV2_RSS_TABLE;
}

static int get_rxfh(struct net_device *dev, struct ethtool_rxfh_param *param)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct ov2_rss *rss;
	unsigned int i;

	rcu_read_lock();
	rss = rcu_dereference(port->rss);
	param->hfunc = ETH_RSS_HASH_TOP;
	if (param->key)
		memcpy(param->key, rss->key, OV2_RSS_KEY);
	if (param->indir)
		for (i = 0; i < OV2_RSS_TABLE; i++)
			param->indir[i] = rss->table[i];
	rcu_read_unlock();
	return 0;
}

/* After this call, @rss no longer belongs to the caller, even if the function
 * has returned an error.
 */
static int use_rss(struct ov2_port *port, struct ov2_rss *rss,
		   struct netlink_ext_ack *extack)
{
	int err = ov2_channels_steer(port, rss);

	if (err) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Frames still wait in the receive queues, try again");
		kfree(rss);
	}
	return err;
}

static int set_rxfh(struct net_device *dev, struct ethtool_rxfh_param *param,
		    struct netlink_ext_ack *extack)
{
	struct ov2_port *port = netdev_priv(dev);
	struct ov2_rss *rss;
	unsigned int i;

	ASSERT_RTNL();
	if (param->hfunc != ETH_RSS_HASH_NO_CHANGE &&
	    param->hfunc != ETH_RSS_HASH_TOP) {
		NL_SET_ERR_MSG_MOD(extack, "The only hash is toeplitz");
		return -EOPNOTSUPP;
	}

	rss = ov2_rss_new(dev->real_num_rx_queues, rtnl_dereference(port->rss));
	if (!rss)
		return -ENOMEM;
	if (param->key)
		ov2_rss_set_key(rss, param->key);
	if (param->indir)
		for (i = 0; i < OV2_RSS_TABLE; i++)
			rss->table[i] = param->indir[i];

	return use_rss(port, rss, extack);
}

static int get_rxfh_fields(struct net_device *dev,
			   struct ethtool_rxfh_fields *fields)
{
	const struct ov2_port *port = netdev_priv(dev);
	unsigned int type = ov2_rss_type(fields->flow_type);

	if (!type)
		return -EOPNOTSUPP;
	rcu_read_lock();
	fields->data = rcu_dereference(port->rss)->fields[type];
	rcu_read_unlock();
	return 0;
}

static int set_rxfh_fields(struct net_device *dev,
			   const struct ethtool_rxfh_fields *fields,
			   struct netlink_ext_ack *extack)
{
	unsigned int type = ov2_rss_type(fields->flow_type);
	struct ov2_port *port = netdev_priv(dev);
	struct ov2_rss *rss;

	ASSERT_RTNL();
	if (!type) {
		NL_SET_ERR_MSG_MOD(extack,
				   "The card does not distinguish this type of flows from others");
		return -EOPNOTSUPP;
	}
	if (fields->data & ~(u64)ov2_rss_may_hash(type)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Only addresses, ports and the SPI of ESP can be hashed");
		return -EINVAL;
	}

	rss = ov2_rss_new(dev->real_num_rx_queues, rtnl_dereference(port->rss));
	if (!rss)
		return -ENOMEM;
	ov2_rss_set_fields(rss, type, fields->data);
	return use_rss(port, rss, extack);
}

/* A card has rings for received frames only. Frames that the card sends wait on
 * the rings at the other end.
 */
static void get_ringparam(struct net_device *dev,
			  struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel_ring,
			  struct netlink_ext_ack *extack)
{
	const struct ov2_port *port = netdev_priv(dev);

	ring->rx_max_pending = OV2_RING_FRAMES_MAX;
	ring->rx_pending = port->ring;
}

static int set_ringparam(struct net_device *dev,
			 struct ethtool_ringparam *ring,
			 struct kernel_ethtool_ringparam *kernel_ring,
			 struct netlink_ext_ack *extack)
{
	int err = ov2_sizes_check_ring(ring->rx_pending, extack);

	if (!err)
		ov2_sizes_set_ring(netdev_priv(dev), ring->rx_pending);
	return err;
}

/* Only the engine can be reset. During the reset, the frames that the stack
 * sends wait in the stack's queues. Frames that are in the engine to be sealed
 * are dropped and counted. If the line wakes a queue before the reset ends, the
 * frames that this queue gives to the engine are dropped and counted, too.
 */
static int port_reset(struct net_device *dev, u32 *flags)
{
	struct ov2_port *port = netdev_priv(dev);

	/* The engine demands that no reset runs together with ndo_open or
	 * ndo_stop. RTNL takes care of this.
	 */
	ASSERT_RTNL();
	if (!(*flags & ETH_RESET_OFFLOAD))
		return -EOPNOTSUPP;

	if (netif_running(dev))
		netif_tx_disable(dev);
	port->ad.miniport->reset(&port->ad);
	if (netif_running(dev))
		ov2_ring_wake_all(port);
	*flags &= ~ETH_RESET_OFFLOAD;
	ov2_event_card(&port->ad, OV2_CARD_RESET);
	return 0;
}

const struct ethtool_ops ov2_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_ethtool_stats,
	.get_channels		= get_channels,
	.set_channels		= set_channels,
	OV2_ETHTOOL_RINGS_OP(get_rx_ring_count),
	.get_rxfh_key_size	= get_rxfh_key_size,
	.get_rxfh_indir_size	= get_rxfh_indir_size,
	.get_rxfh		= get_rxfh,
	.set_rxfh		= set_rxfh,
	.get_rxfh_fields	= get_rxfh_fields,
	.set_rxfh_fields	= set_rxfh_fields,
	.get_ringparam		= get_ringparam,
	.set_ringparam		= set_ringparam,
	.reset			= port_reset,
	.get_ts_info		= ethtool_op_get_ts_info,
};
