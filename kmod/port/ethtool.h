/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ETHTOOL_H
#define _OV2_ETHTOOL_H

#include <linux/ethtool.h>

extern const struct ethtool_ops ov2_ethtool_ops;

#endif /* _OV2_ETHTOOL_H */
