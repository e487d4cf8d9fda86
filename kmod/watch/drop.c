// SPDX-License-Identifier: GPL-2.0
/* No frame goes missing in silence: count and trace it. */
#include "drop.h"
#include "trace.h"

/**
 * ov2_drop_tx() - a frame that the stack sent is being dropped
 * @ad: the card
 * @reason: the counter of the reason, OV2_CNT_TX_DROP_*
 * @len: bytes of the frame
 *
 * The frame is the caller's to free.
 *
 * Context: Any context.
 */
void ov2_drop_tx(struct ov2_adapter *ad, enum ov2_counter reason,
		 unsigned int len)
{
	ov2_count(ad, reason);
	trace_ov2_drop(ad, true, ov2_counter_name(reason), len);
}

/**
 * ov2_drop_rx() - a frame that came in is being dropped
 * @ad: the card
 * @reason: the counter of the reason, OV2_CNT_RX_DROP_*
 * @len: bytes of the frame
 *
 * The frame is the caller's to free.
 *
 * Context: Any context.
 */
void ov2_drop_rx(struct ov2_adapter *ad, enum ov2_counter reason,
		 unsigned int len)
{
	ov2_count(ad, reason);
	trace_ov2_drop(ad, false, ov2_counter_name(reason), len);
}
