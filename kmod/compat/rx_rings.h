/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_RX_RINGS_H
#define _OV2_COMPAT_RX_RINGS_H

#include <linux/ethtool.h>

/*
 * To learn the number of receive queues, newer kernels call the operation
 * get_rx_ring_count. Older kernels call the operation get_rxnfc with the
 * command ETHTOOL_GRXRINGS. A function that returns the number is written as
 *
 *	static u32 rings(struct net_device *dev);
 *
 *	OV2_ETHTOOL_RINGS(rings);
 *
 * and OV2_ETHTOOL_RINGS_OP(rings) goes into struct ethtool_ops.
 */
#ifdef OV2_HAVE_ETHTOOL_RX_RING_COUNT

#define OV2_ETHTOOL_RINGS(op)						\
	static_assert(__same_type(&(op),				\
		((const struct ethtool_ops *)NULL)->get_rx_ring_count))
#define OV2_ETHTOOL_RINGS_OP(op)	.get_rx_ring_count = (op)

#else

#define OV2_ETHTOOL_RINGS(op)						\
	static int op##_rxnfc(struct net_device *dev,			\
			      struct ethtool_rxnfc *info, u32 *rules)	\
	{								\
		if (info->cmd != ETHTOOL_GRXRINGS)			\
			return -EOPNOTSUPP;				\
		info->data = op(dev);					\
		return 0;						\
	}								\
	static_assert(__same_type(&(op##_rxnfc),			\
		((const struct ethtool_ops *)NULL)->get_rxnfc))
#define OV2_ETHTOOL_RINGS_OP(op)	.get_rxnfc = op##_rxnfc

#endif /* OV2_HAVE_ETHTOOL_RX_RING_COUNT */

#endif /* _OV2_COMPAT_RX_RINGS_H */
