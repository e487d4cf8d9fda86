// SPDX-License-Identifier: GPL-2.0
/*
 * No frame is dropped in silence. A drop moves a counter of the card. If xfrm
 * has an SNMP counter for the reason, the drop moves the SNMP counter, too. A
 * drop also tells tracers and the core why the frame was dropped. Each reason
 * is a row in counters.h, which names both counters and the reason of the core.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include "drop.h"
#include "trace.h"

/* This is XFRM_INC_STATS() of net/xfrm.h, a header that only the bridge
 * includes. The state is in the namespace of the card, because a state is
 * offloaded only to a card of its own namespace.
 */
static void drop_move_snmp(const struct ov2_adapter *ad, int mib)
{
#ifdef CONFIG_XFRM_STATISTICS
	if (mib)
		SNMP_INC_STATS(dev_net(ad->dev)->mib.xfrm_statistics, mib);
#endif
}

static void drop(struct ov2_adapter *ad, bool tx, enum ov2_counter reason,
		 struct sk_buff *skb, unsigned int len)
{
	const struct ov2_counter_row *row = ov2_counter_row(reason);

	ov2_count(ad, reason);
	drop_move_snmp(ad, row->mib);
	trace_ov2_drop(ad, tx, row->name, len);
	kfree_skb_reason(skb, row->reason);
}

/**
 * ov2_drop_tx() - drop a frame that the stack sent
 * @ad: the card
 * @reason: why, OV2_CNT_*TX_DROP_*
 * @skb: the frame; taken
 * @len: bytes of the frame, with its Ethernet header. If the bridge refuses the
 *	frame, its length before the bridge changed it
 *
 * The caller counts the drop in the statistics of the queue.
 *
 * Context: Any context except hard interrupts.
 */
void ov2_drop_tx(struct ov2_adapter *ad, enum ov2_counter reason,
		 struct sk_buff *skb, unsigned int len)
{
	drop(ad, true, reason, skb, len);
}

/**
 * ov2_drop_rx() - drop a frame that came in
 * @ad: the card
 * @reason: why, OV2_CNT_*RX_DROP_* or OV2_CNT_WIRE_RX_FILTERED
 * @skb: the frame; taken
 * @len: bytes of the frame as it came in, with its Ethernet header
 *
 * The caller counts the drop in the statistics of the queue.
 *
 * Context: Any context except hard interrupts.
 */
void ov2_drop_rx(struct ov2_adapter *ad, enum ov2_counter reason,
		 struct sk_buff *skb, unsigned int len)
{
	drop(ad, false, reason, skb, len);
}
