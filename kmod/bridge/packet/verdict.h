/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_VERDICT_H
#define _OV2_VERDICT_H

#include <linux/types.h>

struct ov2_adapter;
struct xfrm_policy;

/**
 * enum ov2_verdict - what is to be done with a frame that may leave
 * @OV2_VERDICT_PLAIN: to the line as it is, without the engine
 * @OV2_VERDICT_OFFLOAD: to the engine, with the records in the NBL
 * @OV2_VERDICT_SEGMENT: the engine cannot cut this large packet. The core must
 *	cut it, and each segment gets a verdict of its own
 * @OV2_VERDICT_TAKEN: the bridge has taken the frame. The frame waits for a
 *	neighbour's address, and then the stack sends it again
 */
enum ov2_verdict {
	OV2_VERDICT_PLAIN,
	OV2_VERDICT_OFFLOAD,
	OV2_VERDICT_SEGMENT,
	OV2_VERDICT_TAKEN,
};

/**
 * enum ov2_rx_verdict - what is to be done with a frame that may come in
 * @OV2_RX_STACK: to the stack, through GRO if the port allows it
 * @OV2_RX_NO_GRO: to the stack, but not through GRO
 * @OV2_RX_TAKEN: xfrm or a socket has the frame already
 */
enum ov2_rx_verdict {
	OV2_RX_STACK,
	OV2_RX_NO_GRO,
	OV2_RX_TAKEN,
};

void ov2_verdict_policies_changed(struct ov2_adapter *ad,
				  const struct xfrm_policy *added);
void ov2_verdict_policy_add(struct ov2_adapter *ad);
bool ov2_verdict_is_last(const struct ov2_adapter *ad, u16 family);

#endif /* _OV2_VERDICT_H */
