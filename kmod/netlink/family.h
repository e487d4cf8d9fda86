/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FAMILY_H
#define _OV2_FAMILY_H

struct genl_info;
struct net;
struct net_device;

int ov2_family_register(void);
void ov2_family_unregister(void);
struct net_device *ov2_family_card(const struct genl_info *info, int attr);

#endif /* _OV2_FAMILY_H */
