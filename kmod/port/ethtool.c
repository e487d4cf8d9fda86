// SPDX-License-Identifier: GPL-2.0
/* What ethtool shows of a card. */
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>

#include "../watch/counters.h"
#include "ethtool.h"
#include "port.h"
#include "ring.h"

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

/* Read only: the numbers of queues are set when a card is made. */
static void get_channels(struct net_device *dev,
			 struct ethtool_channels *channels)
{
	channels->max_rx = dev->num_rx_queues;
	channels->max_tx = dev->num_tx_queues;
	channels->rx_count = dev->real_num_rx_queues;
	channels->tx_count = dev->real_num_tx_queues;
}

/* Only the engine can be reset. During the reset, the frames that the stack
 * sends wait in the stack's queues. Frames that are in the engine to be sealed
 * are dropped and counted. If the line wakes a queue before the reset ends, the
 * frames of this queue for the engine are dropped and counted, too.
 */
static int port_reset(struct net_device *dev, u32 *flags)
{
	struct ov2_port *port = netdev_priv(dev);

	/* The engine wants a reset serialized with ndo_open and ndo_stop. */
	ASSERT_RTNL();
	if (!(*flags & ETH_RESET_OFFLOAD))
		return -EOPNOTSUPP;

	if (netif_running(dev))
		netif_tx_disable(dev);
	port->ad.miniport->reset(&port->ad);
	if (netif_running(dev))
		ov2_ring_wake_all(port);
	*flags &= ~ETH_RESET_OFFLOAD;
	return 0;
}

const struct ethtool_ops ov2_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_ethtool_stats,
	.get_channels		= get_channels,
	.reset			= port_reset,
	.get_ts_info		= ethtool_op_get_ts_info,
};
