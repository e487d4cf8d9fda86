/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FAMILY_H
#define _OV2_FAMILY_H

#include <linux/types.h>

struct genl_info;
struct in6_addr;
struct net;
struct net_device;
struct sk_buff;

int ov2_family_register(void);
void ov2_family_unregister(void);
int ov2_family_no_attributes(const struct genl_info *info);
int ov2_family_reply(struct genl_info *info,
		     int (*put)(struct sk_buff *msg,
				const struct genl_info *info));
int ov2_family_put_address(struct sk_buff *msg, int attr, u16 family,
			   const struct in6_addr *addr);
struct net_device *ov2_family_card(const struct genl_info *info, int attr);

#endif /* _OV2_FAMILY_H */
