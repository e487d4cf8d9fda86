// SPDX-License-Identifier: GPL-2.0
/*
 * The structure that the bridge keeps for each card. It is made with the card,
 * and freed when nothing uses it any more. This file also has the function that
 * the engine calls when a request has ended.
 */
#include <linux/slab.h>

#include "bridge.h"
#include "packet/packet.h"
#include "packet/recent.h"
#include "sa/assoc.h"
#include "sa/request.h"

static int memories_alloc(struct ov2_bridge *bridge,
			  const struct ov2_adapter *ad)
{
	bridge->recent_rx = kvcalloc(ad->rx_queues, sizeof(*bridge->recent_rx),
				     GFP_KERNEL_ACCOUNT);
	if (!bridge->recent_rx)
		return -ENOMEM;

	bridge->recent_tx = kvcalloc(ad->tx_queues, sizeof(*bridge->recent_tx),
				     GFP_KERNEL_ACCOUNT);
	if (!bridge->recent_tx)
		goto err_recent_rx;

	bridge->memo_tx = kvcalloc(ad->tx_queues, sizeof(*bridge->memo_tx),
				   GFP_KERNEL_ACCOUNT);
	if (!bridge->memo_tx)
		goto err_recent_tx;

	bridge->memo_rx = kvcalloc(ad->rx_queues, sizeof(*bridge->memo_rx),
				   GFP_KERNEL_ACCOUNT);
	if (!bridge->memo_rx)
		goto err_memo_tx;
	return 0;

err_memo_tx:
	kvfree(bridge->memo_tx);
err_recent_tx:
	kvfree(bridge->recent_tx);
err_recent_rx:
	kvfree(bridge->recent_rx);
	return -ENOMEM;
}

/**
 * ov2_bridge_init() - make the struct ov2_bridge of a card
 * @ad: the card; rx_queues and tx_queues are set
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_bridge_init(struct ov2_adapter *ad)
{
	struct ov2_bridge *bridge;
	int err;

	bridge = kzalloc(sizeof(*bridge), GFP_KERNEL_ACCOUNT);
	if (!bridge)
		return -ENOMEM;

	err = ov2_spd_init(&bridge->spd);
	if (err)
		goto err_bridge;

	err = ov2_sad_init(&bridge->sad);
	if (err)
		goto err_spd;

	err = memories_alloc(bridge, ad);
	if (err)
		goto err_sad;

	ov2_pending_init(&bridge->pending);
	ov2_dead_policies_init(&bridge->dead);
	bridge->ad = ad;
	ad->transport = bridge;
	return 0;

err_sad:
	ov2_sad_destroy(&bridge->sad);
err_spd:
	ov2_spd_destroy(&bridge->spd);
err_bridge:
	kfree(bridge);
	return err;
}

static void bridge_destroy(struct ov2_reaped *reaped)
{
	struct ov2_bridge *bridge = container_of(reaped, struct ov2_bridge,
						 reaped);

	ov2_dead_policies_destroy(&bridge->dead);
	ov2_pending_destroy(&bridge->pending);
	kvfree(bridge->memo_rx);
	kvfree(bridge->memo_tx);
	kvfree(bridge->recent_tx);
	kvfree(bridge->recent_rx);
	ov2_sad_destroy(&bridge->sad);
	ov2_spd_destroy(&bridge->spd);
	kfree(bridge);
}

/**
 * ov2_bridge_exit() - undo ov2_bridge_init()
 * @ad: the card. No reference to its netdev is left, so no state and no policy
 *	is on the card. After the card was unregistered, netdev_run_todo() has
 *	waited for RCU callbacks
 *
 * Context: Any context. A work item destroys the tables later, because
 *   rhltable_destroy() may sleep.
 */
void ov2_bridge_exit(struct ov2_adapter *ad)
{
	ov2_reap(&ov2_bridge_of(ad)->reaped, bridge_destroy);
}

/**
 * ov2_bridge_packet_mode() - does a card have states or policies in packet
 *	mode, or is it adding one?
 * @ad: the card
 *
 * While a card has such states or policies, the stack hands packets to the card
 * in clear. The stack expects the card to protect them, even if the card's
 * features are off.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_bridge_packet_mode(const struct ov2_adapter *ad)
{
	return atomic_read(&ov2_bridge_of(ad)->in_packet_mode) > 0;
}

/**
 * ov2_bridge_forbid_packet_mode() - add no more states and policies in packet
 *	mode
 * @ad: the card
 *
 * States and policies are added without RTNL, and the core clears
 * NETIF_F_HW_ESP only after ndo_set_features has returned. So a test of this
 * feature is not enough for an add. One atomic operation decides which of the
 * two comes first: the add, or this function.
 *
 * Context: Any context.
 * Return: true; false if ov2_bridge_packet_mode(). Then nothing has changed.
 */
bool ov2_bridge_forbid_packet_mode(struct ov2_adapter *ad)
{
	return atomic_cmpxchg(&ov2_bridge_of(ad)->in_packet_mode, 0,
			      OV2_PACKET_MODE_FORBIDDEN) <= 0;
}

/**
 * ov2_bridge_allow_packet_mode() - undo ov2_bridge_forbid_packet_mode()
 * @ad: the card
 *
 * Context: Any context.
 */
void ov2_bridge_allow_packet_mode(struct ov2_adapter *ad)
{
	atomic_cmpxchg(&ov2_bridge_of(ad)->in_packet_mode,
		       OV2_PACKET_MODE_FORBIDDEN, 0);
}

/**
 * ov2_bridge_request_complete() - ov2_adapter_ops.request_complete
 * @ad: the card
 * @req: the request that was pending
 * @status: how it ended
 *
 * Context: Process context.
 */
void ov2_bridge_request_complete(struct ov2_adapter *ad,
				 struct ov2_request *req,
				 enum ov2_status status)
{
	if (req->oid == OV2_OID_DELETE_SA)
		ov2_assoc_deleted(req->caller);
	else
		ov2_bridge_request_added(req, status);
}
