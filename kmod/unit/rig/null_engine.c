// SPDX-License-Identifier: GPL-2.0
/*
 * A second engine, the null engine. It is as small as the contract of
 * miniport.h allows. The tests of the contract run with this engine and with
 * the engine in kmod/engine/. So such a test fails if it expects something that
 * only the engine in kmod/engine/ does. The null engine has no cryptography. It
 * gives NBLs back later, and adds SAs at once. The engine in kmod/engine/ gives
 * NBLs back at once if the cipher is synchronous, and adds SAs later if the
 * caller cannot sleep.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "null_engine.h"
#include "null_request.h"

/* Index in ov2_nbl.miniport: the fate of an NBL */
#define NULL_WORD_FATE	0

enum null_fate {
	NULL_FATE_SEND,
	NULL_FATE_FAIL,
	NULL_FATE_INDICATE,
};

static void null_wire_out(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct sk_buff *skb, *next;

	skb_list_walk_safe(nbl->skb, skb, next) {
		skb_mark_not_on_list(skb);
		ad->ops->wire_out(ad, nbl->queue, skb);
	}
	nbl->skb = NULL;
}

static void null_answer(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	switch (nbl->miniport[NULL_WORD_FATE]) {
	case NULL_FATE_SEND:
		null_wire_out(ad, nbl);
		ad->ops->send_complete(ad, nbl, OV2_STATUS_SUCCESS);
		break;
	case NULL_FATE_FAIL:
		nbl->reason = OV2_CNT_TX_DROP_RECORD;
		ad->ops->send_complete(ad, nbl, OV2_STATUS_FAILURE);
		break;
	case NULL_FATE_INDICATE:
		ad->ops->indicate(ad, nbl);
		break;
	}
}

static struct ov2_nbl *null_oldest(struct ov2_null_engine *engine)
{
	struct ov2_nbl *nbl;

	spin_lock_bh(&engine->lock);
	nbl = list_first_entry_or_null(&engine->nbls, struct ov2_nbl, link);
	if (nbl)
		list_del_init(&nbl->link);
	spin_unlock_bh(&engine->lock);
	return nbl;
}

static void null_work(struct work_struct *work)
{
	struct ov2_null_engine *engine;
	struct ov2_nbl *nbl;

	engine = container_of(work, struct ov2_null_engine, work);

	while ((nbl = null_oldest(engine))) {
		local_bh_disable();
		null_answer(engine->ad, nbl);
		local_bh_enable();
	}
}

/* Returns false if the engine is paused. */
static bool null_accept(struct ov2_null_engine *engine, struct ov2_nbl *nbl,
			enum null_fate fate)
{
	bool accepted;

	spin_lock_bh(&engine->lock);
	accepted = !engine->paused;
	if (accepted) {
		nbl->miniport[NULL_WORD_FATE] = fate;
		list_add_tail(&nbl->link, &engine->nbls);
		queue_work(engine->wq, &engine->work);
	}
	spin_unlock_bh(&engine->lock);
	return accepted;
}

/* The null engine knows neither large sends nor tunnels around an SA. */
static enum null_fate null_send_fate(struct ov2_adapter *ad,
				     const struct ov2_nbl *nbl)
{
	unsigned long tunnel = nbl->info[OV2_INFO_IPSEC_TUNNEL];
	unsigned long handle = nbl->info[OV2_INFO_IPSEC];

	if (nbl->info[OV2_INFO_LSO] || tunnel)
		return NULL_FATE_FAIL;
	if (handle && !ov2_null_may_send(ad, handle))
		return NULL_FATE_FAIL;
	return NULL_FATE_SEND;
}

static void null_send(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	if (!null_accept(ad->engine, nbl, null_send_fate(ad, nbl))) {
		nbl->reason = OV2_CNT_TX_DROP_PAUSED;
		ad->ops->send_complete(ad, nbl, OV2_STATUS_NOT_ACCEPTED);
	}
}

static bool null_wants(struct ov2_adapter *ad, const struct sk_buff *skb)
{
	return true;
}

static void null_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	if (!null_accept(ad->engine, nbl, NULL_FATE_INDICATE))
		ad->ops->indicate(ad, nbl);
}

static int null_initialize(struct ov2_adapter *ad)
{
	struct ov2_null_engine *engine = kzalloc(sizeof(*engine), GFP_KERNEL);

	if (!engine)
		return -ENOMEM;

	engine->wq = alloc_workqueue("ov2_null", WQ_UNBOUND, 0);
	if (!engine->wq) {
		kfree(engine);
		return -ENOMEM;
	}
	engine->ad = ad;
	engine->paused = true;
	spin_lock_init(&engine->lock);
	INIT_LIST_HEAD(&engine->nbls);
	INIT_WORK(&engine->work, null_work);
	ad->engine = engine;
	ad->hardware = &ov2_null_hardware;
	ad->config = &ov2_null_hardware;
	return 0;
}

/* null_free() runs in the workqueue, after a grace period. So this function
 * waits for RCU first, and then for the workqueue.
 */
static void null_halt(struct ov2_adapter *ad)
{
	struct ov2_null_engine *engine = ad->engine;

	rcu_barrier();
	destroy_workqueue(engine->wq);
	kfree(engine);
	ad->engine = NULL;
}

static void null_set_paused(struct ov2_null_engine *engine, bool paused)
{
	spin_lock_bh(&engine->lock);
	engine->paused = paused;
	spin_unlock_bh(&engine->lock);
}

static void null_pause(struct ov2_adapter *ad)
{
	struct ov2_null_engine *engine = ad->engine;

	null_set_paused(engine, true);
	flush_work(&engine->work);
}

static void null_restart(struct ov2_adapter *ad)
{
	null_set_paused(ad->engine, false);
}

static void null_reset(struct ov2_adapter *ad)
{
	const struct ov2_null_engine *engine = ad->engine;
	bool paused = engine->paused;

	null_pause(ad);
	null_set_paused(ad->engine, paused);
}

/* The operations of the null engine */
const struct ov2_miniport_ops ov2_null_miniport = {
	.name		= "null",
	.initialize	= null_initialize,
	.halt		= null_halt,
	.pause		= null_pause,
	.restart	= null_restart,
	.reset		= null_reset,
	.request	= ov2_null_request,
	.send		= null_send,
	.wants		= null_wants,
	.receive	= null_receive,
	.query		= ov2_null_query,
};
