/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_BRIDGE_H
#define _OV2_BRIDGE_H

#include "packet/verdict.h"
#include "../ov2/miniport.h"
#include "../watch/counters.h"

void ov2_bridge_register(void);
void ov2_bridge_unregister(void);
void ov2_bridge_setup(struct net_device *dev);
int ov2_bridge_init(struct ov2_adapter *ad);
void ov2_bridge_unregistered(struct ov2_adapter *ad);
void ov2_bridge_exit(struct ov2_adapter *ad);
bool ov2_bridge_packet_mode(const struct ov2_adapter *ad);
bool ov2_bridge_forbid_packet_mode(struct ov2_adapter *ad);
void ov2_bridge_allow_packet_mode(struct ov2_adapter *ad);
void ov2_bridge_validate(struct net_device *dev, struct sk_buff *skb);
bool ov2_bridge_may_be_large(struct sk_buff *skb);
bool ov2_bridge_hash(struct sk_buff *skb, u32 *hash);
u32 ov2_bridge_cpu(struct ov2_adapter *ad, struct sk_buff *skb);
enum ov2_counter ov2_bridge_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, enum ov2_verdict *verdict,
				 struct ov2_nbl **nbl);
enum ov2_counter ov2_bridge_receive(struct ov2_adapter *ad,
				    struct ov2_nbl *nbl,
				    enum ov2_rx_verdict *verdict);
enum ov2_counter ov2_bridge_receive_plain(struct ov2_adapter *ad,
					  struct sk_buff *skb,
					  enum ov2_rx_verdict *verdict);
void ov2_bridge_show_tx_drop(struct ov2_adapter *ad, struct sk_buff *skb,
			     u16 queue, enum ov2_counter reason);
void ov2_bridge_show_rx_drop(struct ov2_adapter *ad, struct sk_buff *skb,
			     const struct ov2_nbl *nbl,
			     enum ov2_counter reason);
void ov2_bridge_request_complete(struct ov2_adapter *ad,
				 struct ov2_request *req,
				 enum ov2_status status);

#endif /* _OV2_BRIDGE_H */
