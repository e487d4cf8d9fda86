/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_BRIDGE_H
#define _OV2_BRIDGE_H

#include "../ov2/miniport.h"

/**
 * enum ov2_verdict - what is to be done with a frame that the stack sends
 * @OV2_VERDICT_PLAIN: nothing was asked of the engine: to the wire as it is
 * @OV2_VERDICT_OFFLOAD: to the engine, with the records in the NBL
 * @OV2_VERDICT_DROP: it must not leave; counted and traced already
 * @OV2_VERDICT_TAKEN: it waits for a neighbour's address, and comes again
 */
enum ov2_verdict {
	OV2_VERDICT_PLAIN,
	OV2_VERDICT_OFFLOAD,
	OV2_VERDICT_DROP,
	OV2_VERDICT_TAKEN,
};

/**
 * enum ov2_rx_verdict - what is to be done with a frame that came in
 * @OV2_RX_STACK: to the stack, by GRO where the port allows it
 * @OV2_RX_TAKEN: it is with xfrm or with its socket already
 * @OV2_RX_DROP: it must not get there; counted and traced already
 */
enum ov2_rx_verdict {
	OV2_RX_STACK,
	OV2_RX_TAKEN,
	OV2_RX_DROP,
};

void ov2_bridge_register(void);
void ov2_bridge_unregister(void);
void ov2_bridge_setup(struct net_device *dev);
int ov2_bridge_init(struct ov2_adapter *ad);
void ov2_bridge_exit(struct ov2_adapter *ad);
bool ov2_bridge_packet_mode(const struct ov2_adapter *ad);
void ov2_bridge_validate(struct net_device *dev, struct sk_buff *skb);
bool ov2_bridge_hash(struct sk_buff *skb, u32 *hash);
enum ov2_verdict ov2_bridge_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, struct ov2_nbl **nbl);
enum ov2_rx_verdict ov2_bridge_receive(struct ov2_adapter *ad,
				       struct ov2_nbl *nbl);
void ov2_bridge_request_complete(struct ov2_adapter *ad,
				 struct ov2_request *req,
				 enum ov2_status status);

#endif /* _OV2_BRIDGE_H */
