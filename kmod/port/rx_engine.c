// SPDX-License-Identifier: GPL-2.0
/* Which received frames the engine sees, and how they get to the engine. */
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "filter.h"
#include "port.h"
#include "rx_engine.h"
#include "rx_stack.h"

/**
 * ov2_rx_to_engine() - give a frame to the engine, if the engine wants it
 * @rxq: the receive queue that the frame came in on
 * @skb: the frame; skb->data is at the Ethernet header; taken
 *
 * A frame that is not the card's own, or that the engine does not want, goes up
 * the stack at once. It may overtake frames that are still in the engine. This
 * does no harm, because frames in the engine belong to other flows.
 *
 * Context: NAPI of @rxq.
 */
void ov2_rx_to_engine(struct ov2_rxq *rxq, struct sk_buff *skb)
{
	enum ov2_filter_verdict verdict;
	struct ov2_port *port = rxq->port;
	struct ov2_nbl *nbl;

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_record_rx_queue(skb, rxq->index);

	verdict = ov2_filter(port, skb);
	if (verdict == OV2_FILTER_UNWANTED) {
		ov2_rx_drop(rxq, skb, OV2_CNT_WIRE_RX_FILTERED, skb->len);
		return;
	}

	if (verdict == OV2_FILTER_OTHER ||
	    !port->ad.miniport->wants(&port->ad, skb)) {
		ov2_rx_plain_to_stack(rxq, skb, verdict == OV2_FILTER_OWN);
		return;
	}

	nbl = ov2_nbl_alloc(skb, rxq->index);
	if (!nbl) {
		ov2_rx_drop(rxq, skb, OV2_CNT_WIRE_RX_DROP_ALLOC, skb->len);
		return;
	}
	rxq->held++;
	/* The poll that runs now will deliver the NBLs that are indicated from
	 * here on, so ov2_rx_indicate() need not schedule the NAPI.
	 */
	if (!rxq->polling) {
		spin_lock(&rxq->lock);
		rxq->polling = true;
		spin_unlock(&rxq->lock);
	}
	port->ad.miniport->receive(&port->ad, nbl);
}
