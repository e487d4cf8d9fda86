/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_TX_H
#define _OV2_TX_H

#include <linux/netdevice.h>

#include "../ov2/miniport.h"

netdev_tx_t ov2_tx_start_xmit(struct sk_buff *skb, struct net_device *dev);
void ov2_tx_wire_out(struct ov2_adapter *ad, u16 queue, struct sk_buff *skb);
void ov2_tx_send_complete(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			  enum ov2_status status);

#endif /* _OV2_TX_H */
