/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SOCKET_H
#define _OV2_SOCKET_H

#include <linux/skbuff.h>

struct ov2_adapter;
struct ov2_flow;

struct sock *ov2_socket_find(struct net_device *dev,
			     const struct ov2_flow *flow);
bool ov2_socket_takes(struct ov2_adapter *ad, struct sk_buff *skb,
		      const struct ov2_flow *flow);

#endif /* _OV2_SOCKET_H */
