/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FEATURES_H
#define _OV2_FEATURES_H

#include <linux/netdev_features.h>
#include <linux/types.h>

struct net_device;
struct ov2_adapter;
struct ov2_offload;
struct ov2_port;

int ov2_features_enable(struct ov2_port *port);
void ov2_features_offer(struct ov2_port *port);
netdev_features_t ov2_features_fix(struct net_device *dev,
				   netdev_features_t features);
int ov2_features_set(struct net_device *dev, netdev_features_t features);
void ov2_features_status(struct ov2_adapter *ad, u32 code,
			 const struct ov2_offload *config);

#endif /* _OV2_FEATURES_H */
