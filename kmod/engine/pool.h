/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_POOL_H
#define _OV2_POOL_H

struct net_device;
struct sk_buff;

int ov2_pool_init(void);
void ov2_pool_exit(void);
struct sk_buff *ov2_pool_skb(struct net_device *dev, unsigned int len);

#endif /* _OV2_POOL_H */
