// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of a card, and its state. The card moves the engine from state to
 * state, through struct ov2_miniport_ops, and serializes these calls:
 *
 *	        initialize
 *	            |
 *	            v   ---- restart --->
 *	 halt     PAUSED                   RUNNING
 *	  +-------  |  <---- pause ------    |  ^
 *	  |         |  ^                     |  |
 *	  v   reset |  | reset         reset |  | reset
 *	HALTED      v  | ends                v  | ends
 *	        RESETTING                RESETTING
 *
 * A reset ends in the state in which it began. Lanes are open in RUNNING and
 * closed in the other states. engine_move() closes one lane after the other,
 * and waits until each lane is empty. Until a lane is closed, it accepts NBLs.
 * The engine treats these NBLs like the NBLs that were in the lane already. On
 * the way from RUNNING to PAUSED, it treats them as in RUNNING.
 *
 *	               PAUSED        RUNNING   RESETTING        HALTED
 *
 *	a new send     NOT_ACCEPTED  accepted  NOT_ACCEPTED     -
 *	a new frame    untouched     accepted  untouched        -
 *	in a lane:
 *	  a send       -             leaves    REQUEST_ABORTED  -
 *	  a frame      -             finished  finished         -
 *	a delete       accepted      accepted  accepted         NOT_ACCEPTED
 *	other requests accepted      accepted  NOT_ACCEPTED     NOT_ACCEPTED
 *
 * OFFLOAD_ENCAPSULATION is not a state of the engine, but part of its
 * configuration (config.c): it is ON, OFF, or not set yet. In every state of
 * the engine, a send that names an SA fails if the encapsulation is OFF, and
 * frames that are received stay untouched if it is not ON.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "engine.h"
#include "lane.h"
#include "sa_memo.h"
#include "../ov2/miniport.h"

struct workqueue_struct *ov2_engine_wq;

static struct ov2_lane *lanes_alloc(struct ov2_adapter *ad, u16 num,
				    void (*emit)(struct ov2_adapter *ad,
						 struct ov2_nbl *nbl))
{
	struct ov2_lane *lanes;
	u16 i;

	lanes = kvcalloc(num, sizeof(*lanes), GFP_KERNEL_ACCOUNT);
	if (!lanes)
		return NULL;
	for (i = 0; i < num; i++)
		ov2_lane_init(&lanes[i], ad, emit);
	return lanes;
}

/**
 * ov2_engine_new() - make an engine, paused, without SAs
 * @ad: its card. The caller has set ov2_adapter.tx_queues and rx_queues
 * @sent: hands back an NBL that was to be sent
 * @received: hands back a received NBL
 *
 * Both functions are called with BH disabled. The calls for one queue come one
 * at a time, in the order of the NBLs.
 *
 * Context: Process context.
 * Return: the engine with one reference, or ERR_PTR(-ENOMEM).
 */
struct ov2_engine *
ov2_engine_new(struct ov2_adapter *ad,
	       void (*sent)(struct ov2_adapter *ad, struct ov2_nbl *nbl),
	       void (*received)(struct ov2_adapter *ad, struct ov2_nbl *nbl))
{
	struct ov2_engine *engine;
	int err = -ENOMEM;

	engine = kzalloc(sizeof(*engine), GFP_KERNEL_ACCOUNT);
	if (!engine)
		return ERR_PTR(-ENOMEM);

	engine->ad = ad;
	engine->state = OV2_ENGINE_PAUSED;
	refcount_set(&engine->ref, 1);
	spin_lock_init(&engine->config_lock);
	engine->tx = lanes_alloc(ad, ad->tx_queues, sent);
	if (!engine->tx)
		goto err_engine;
	engine->rx = lanes_alloc(ad, ad->rx_queues, received);
	if (!engine->rx)
		goto err_tx;
	engine->memos = kvcalloc(ad->rx_queues, sizeof(*engine->memos),
				 GFP_KERNEL_ACCOUNT);
	if (!engine->memos)
		goto err_rx;
	engine->sent_memos = kvcalloc(ad->tx_queues,
				      sizeof(*engine->sent_memos),
				      GFP_KERNEL_ACCOUNT);
	if (!engine->sent_memos)
		goto err_memos;
	err = ov2_sa_table_init(&engine->sas);
	if (err)
		goto err_sent;
	return engine;

err_sent:
	kvfree(engine->sent_memos);
err_memos:
	kvfree(engine->memos);
err_rx:
	kvfree(engine->rx);
err_tx:
	kvfree(engine->tx);
err_engine:
	kfree(engine);
	return ERR_PTR(err);
}

static void engine_destroy(struct ov2_reaped *reaped)
{
	struct ov2_engine *engine = container_of(reaped, struct ov2_engine,
						 reaped);

	ov2_sa_table_exit(&engine->sas);
	kvfree(engine->sent_memos);
	kvfree(engine->memos);
	kvfree(engine->rx);
	kvfree(engine->tx);
	kfree(engine);
}

/**
 * ov2_engine_put() - give back a reference
 * @engine: the engine
 *
 * Context: Any context.
 */
void ov2_engine_put(struct ov2_engine *engine)
{
	if (refcount_dec_and_test(&engine->ref))
		ov2_reap(&engine->reaped, engine_destroy);
}

static void engine_lanes(struct ov2_engine *engine,
			 void (*op)(struct ov2_lane *lane))
{
	u16 i;

	for (i = 0; i < engine->ad->tx_queues; i++)
		op(&engine->tx[i]);
	for (i = 0; i < engine->ad->rx_queues; i++)
		op(&engine->rx[i]);
}

/* @from is a mask of the states that may come before @to, as in the drawing
 * above. The state is set before the lanes are closed, so that during a reset
 * the sends that leave a closing lane see the state RESETTING, and fail.
 */
static void engine_move(struct ov2_engine *engine, unsigned long from,
			enum ov2_engine_state to)
{
	enum ov2_engine_state before = engine->state;

	might_sleep();
	WARN_ON_ONCE(!(from & BIT(before)));
	WRITE_ONCE(engine->state, to);
	if (before == OV2_ENGINE_RUNNING)
		engine_lanes(engine, ov2_lane_close);
	if (to == OV2_ENGINE_RUNNING)
		engine_lanes(engine, ov2_lane_open);
}

/**
 * ov2_engine_pause() - ov2_miniport_ops.pause of this engine
 * @ad: the card; its engine is running
 *
 * Context: Process context, sleeps until every NBL is back; serialized by the
 *   caller with the other changes of state.
 */
void ov2_engine_pause(struct ov2_adapter *ad)
{
	engine_move(ad->engine, BIT(OV2_ENGINE_RUNNING), OV2_ENGINE_PAUSED);
}

/**
 * ov2_engine_restart() - ov2_miniport_ops.restart of this engine
 * @ad: the card; its engine is paused
 *
 * Context: Process context; serialized by the caller with the other changes of
 *   state.
 */
void ov2_engine_restart(struct ov2_adapter *ad)
{
	engine_move(ad->engine, BIT(OV2_ENGINE_PAUSED), OV2_ENGINE_RUNNING);
}

/**
 * ov2_engine_reset() - ov2_miniport_ops.reset of this engine
 * @ad: the card; its engine is running or paused
 *
 * SAs keep keys, numbers and IV counters, so no nonce comes again (INV-30,
 * INV-44). Requests that pend go on: workqueues carry them out, and a reset
 * does not touch the workqueues.
 *
 * Context: Process context, sleeps until every NBL is back; serialized by the
 *   caller with the other changes of state.
 */
void ov2_engine_reset(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;
	enum ov2_engine_state before = engine->state;

	engine_move(engine, BIT(OV2_ENGINE_PAUSED) | BIT(OV2_ENGINE_RUNNING),
		    OV2_ENGINE_RESETTING);
	engine_move(engine, BIT(OV2_ENGINE_RESETTING), before);
}

/**
 * ov2_engine_halt() - ov2_miniport_ops.halt of this engine
 * @ad: the card; its engine is paused
 *
 * The SA of an add that failed may still wait for its grace period. This SA has
 * a reference to the engine, so the engine stays in memory after the card is
 * gone, and this function need not wait for the SA.
 *
 * Context: Process context; serialized by the caller with the other changes of
 *   state.
 */
void ov2_engine_halt(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;

	engine_move(engine, BIT(OV2_ENGINE_PAUSED), OV2_ENGINE_HALTED);
	WRITE_ONCE(ad->engine, NULL);
	ov2_engine_put(engine);
}

/**
 * ov2_engine_resetting() - is a reset under way? Then sends fail
 * @engine: the engine
 *
 * Context: Any context.
 * Return: true while a reset lasts.
 */
bool ov2_engine_resetting(const struct ov2_engine *engine)
{
	return READ_ONCE(engine->state) == OV2_ENGINE_RESETTING;
}

/**
 * ov2_engine_accepts() - may a request be carried out now?
 * @engine: the engine, or NULL if the card has none any more
 * @oid: OV2_OID_*
 *
 * Deletes are accepted even during a reset, because a delete must not fail.
 *
 * Context: Any context.
 * Return: false if the answer is OV2_STATUS_NOT_ACCEPTED.
 */
bool ov2_engine_accepts(const struct ov2_engine *engine, u32 oid)
{
	if (!engine)
		return false;

	switch (READ_ONCE(engine->state)) {
	case OV2_ENGINE_PAUSED:
	case OV2_ENGINE_RUNNING:
		return true;
	case OV2_ENGINE_RESETTING:
		return oid == OV2_OID_DELETE_SA;
	case OV2_ENGINE_HALTED:
		break;
	}
	return false;
}
