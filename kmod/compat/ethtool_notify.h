/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_ETHTOOL_NOTIFY_H
#define _OV2_COMPAT_ETHTOOL_NOTIFY_H

#include <linux/netdevice.h>

/* In older kernels ethtool_notify() has a third argument, which no notification
 * uses.
 */
static inline void ov2_ethtool_notify(struct net_device *dev, unsigned int cmd)
{
#ifdef OV2_HAVE_ETHTOOL_NOTIFY_TWO_ARGS
	ethtool_notify(dev, cmd);
#else
	ethtool_notify(dev, cmd, NULL);
#endif
}

#endif /* _OV2_COMPAT_ETHTOOL_NOTIFY_H */
