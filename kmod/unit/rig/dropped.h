/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DROPPED_H
#define _OV2_DROPPED_H

#include <linux/skbuff.h>

#include "../../watch/drop.h"

/* ov2_dropped_tx() and ov2_dropped_rx() return this for a dropped frame. Other
 * values are verdicts.
 */
#define OV2_DROPPED	(-1)

/**
 * ov2_dropped_tx() - drop a frame as the port does, if the bridge says so
 * @ad: the card
 * @reason: what the bridge returned
 * @skb: the frame; the test still owns it afterwards
 * @verdict: the verdict that the bridge filled in
 *
 * Return: OV2_DROPPED if the frame is dropped, else the verdict.
 */
static inline int ov2_dropped_tx(struct ov2_adapter *ad,
				 enum ov2_counter reason, struct sk_buff *skb,
				 int verdict)
{
	if (!reason)
		return verdict;
	ov2_drop_tx(ad, reason, skb_get(skb), skb->len);
	return OV2_DROPPED;
}

/**
 * ov2_dropped_rx() - ov2_dropped_tx() for a received frame
 * @ad: the card
 * @reason: what the bridge returned
 * @skb: the frame; the test still owns it afterwards
 * @verdict: the verdict that the bridge filled in
 *
 * Return: OV2_DROPPED if the frame is dropped, else the verdict.
 */
static inline int ov2_dropped_rx(struct ov2_adapter *ad,
				 enum ov2_counter reason, struct sk_buff *skb,
				 int verdict)
{
	if (!reason)
		return verdict;
	ov2_drop_rx(ad, reason, skb_get(skb), skb->len);
	return OV2_DROPPED;
}

#endif /* _OV2_DROPPED_H */
