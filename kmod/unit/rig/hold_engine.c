// SPDX-License-Identifier: GPL-2.0
/*
 * An engine that is as slow as a test wants: the engine holds each NBL until
 * the test releases the NBL, or until the card pauses or resets the engine. If
 * ov2_hold_engine.at_once is set, received NBLs are not held. The engine
 * encrypts nothing and has no SAs.
 */
#include <linux/bottom_half.h>
#include <linux/limits.h>
#include <linux/slab.h>

#include "hold_engine.h"
#include "null_engine.h"
#include "null_request.h"

static void hold_put(struct ov2_hold_engine *hold, struct ov2_nbl *nbl,
		     struct list_head *list, unsigned int *num)
{
	spin_lock_bh(&hold->lock);
	list_add_tail(&nbl->link, list);
	++*num;
	spin_unlock_bh(&hold->lock);
}

static struct ov2_nbl *hold_take(struct ov2_hold_engine *hold,
				 struct list_head *list, unsigned int *num)
{
	struct ov2_nbl *nbl;

	spin_lock_bh(&hold->lock);
	nbl = list_first_entry_or_null(list, struct ov2_nbl, link);
	if (nbl) {
		list_del_init(&nbl->link);
		--*num;
	}
	spin_unlock_bh(&hold->lock);
	return nbl;
}

static void hold_wire_out(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct sk_buff *skb = nbl->skb;

	nbl->skb = NULL;
	ad->ops->wire_out(ad, nbl->queue, skb);
}

/**
 * ov2_hold_release_sent() - complete the oldest NBLs that wait to be sent
 * @ad: the card
 * @num: the largest number of NBLs to complete
 * @status: the status of these NBLs. With OV2_STATUS_SUCCESS their frames go to
 *	the line; with any other status the frames are dropped
 *
 * Context: Process context.
 * Return: the number of NBLs completed.
 */
unsigned int ov2_hold_release_sent(struct ov2_adapter *ad, unsigned int num,
				   enum ov2_status status)
{
	struct ov2_hold_engine *hold = ov2_hold_of(ad);
	struct ov2_nbl *nbl;
	unsigned int i;

	for (i = 0; i < num; i++) {
		nbl = hold_take(hold, &hold->sent, &hold->num_sent);
		if (!nbl)
			break;
		local_bh_disable();
		if (status == OV2_STATUS_SUCCESS)
			hold_wire_out(ad, nbl);
		else
			nbl->reason = OV2_CNT_TX_DROP_CRYPTO;
		ad->ops->send_complete(ad, nbl, status);
		local_bh_enable();
	}
	return i;
}

/**
 * ov2_hold_release_received() - indicate the oldest NBLs that were received
 * @ad: the card
 * @num: the largest number of NBLs to indicate
 *
 * Context: Process context.
 * Return: the number of NBLs indicated.
 */
unsigned int ov2_hold_release_received(struct ov2_adapter *ad,
				       unsigned int num)
{
	struct ov2_hold_engine *hold = ov2_hold_of(ad);
	struct ov2_nbl *nbl;
	unsigned int i;

	for (i = 0; i < num; i++) {
		nbl = hold_take(hold, &hold->received, &hold->num_received);
		if (!nbl)
			break;
		local_bh_disable();
		ad->ops->indicate(ad, nbl);
		local_bh_enable();
	}
	return i;
}

static int hold_initialize(struct ov2_adapter *ad)
{
	struct ov2_hold_engine *hold = kzalloc(sizeof(*hold), GFP_KERNEL);

	if (!hold)
		return -ENOMEM;
	spin_lock_init(&hold->lock);
	INIT_LIST_HEAD(&hold->sent);
	INIT_LIST_HEAD(&hold->received);
	ad->engine = hold;
	ad->hardware = &ov2_null_hardware;
	ad->config = &ov2_null_hardware;
	return 0;
}

static void hold_halt(struct ov2_adapter *ad)
{
	kfree(ad->engine);
	ad->engine = NULL;
}

static void hold_pause(struct ov2_adapter *ad)
{
	ov2_hold_release_sent(ad, UINT_MAX, OV2_STATUS_NOT_ACCEPTED);
	ov2_hold_release_received(ad, UINT_MAX);
}

static void hold_restart(struct ov2_adapter *ad)
{
}

static enum ov2_status hold_request(struct ov2_adapter *ad,
				    struct ov2_request *req)
{
	/* The capacity of this engine is fixed. */
	if (req->oid == OV2_OID_EXT_SA_CAPACITY)
		return OV2_STATUS_INVALID_OID;
	if (req->oid != OV2_OID_OFFLOAD_PARAMETERS)
		return OV2_STATUS_SUCCESS;
	if (ov2_hold_of(ad)->keeps_esp)
		return OV2_STATUS_FAILURE;
	ov2_hold_of(ad)->esp = req->parameters->ipsec_v2;
	return OV2_STATUS_SUCCESS;
}

static void hold_send(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_hold_engine *hold = ov2_hold_of(ad);

	hold_put(hold, nbl, &hold->sent, &hold->num_sent);
}

static bool hold_wants(struct ov2_adapter *ad, const struct sk_buff *skb)
{
	return !ov2_hold_of(ad)->idle;
}

static void hold_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_hold_engine *hold = ov2_hold_of(ad);

	if (hold->at_once)
		ad->ops->indicate(ad, nbl);
	else
		hold_put(hold, nbl, &hold->received, &hold->num_received);
}

/* The operations of the engine */
const struct ov2_miniport_ops ov2_hold_miniport = {
	.name		= "hold",
	.initialize	= hold_initialize,
	.halt		= hold_halt,
	.pause		= hold_pause,
	.restart	= hold_restart,
	.reset		= hold_pause,
	.request	= hold_request,
	.send		= hold_send,
	.wants		= hold_wants,
	.receive	= hold_receive,
};
