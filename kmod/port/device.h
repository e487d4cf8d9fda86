/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DEVICE_H
#define _OV2_DEVICE_H

struct net_device;

void ov2_port_setup(struct net_device *dev);

#endif /* _OV2_DEVICE_H */
