// SPDX-License-Identifier: GPL-2.0
/* The emulated engine as a miniport: its life on a card. */
#include <linux/slab.h>

#include "engine.h"
#include "receive_nbl.h"
#include "sa.h"
#include "send_nbl.h"

struct workqueue_struct *ov2_engine_wq;

static struct ov2_lane *lanes_alloc(struct ov2_adapter *ad, u16 num,
				    void (*emit)(struct ov2_adapter *ad,
						 struct ov2_nbl *nbl))
{
	struct ov2_lane *lanes;
	u16 i;

	lanes = kcalloc(num, sizeof(*lanes), GFP_KERNEL_ACCOUNT);
	if (!lanes)
		return NULL;
	for (i = 0; i < num; i++)
		ov2_lane_init(&lanes[i], ad, emit);
	return lanes;
}

static int engine_initialize(struct ov2_adapter *ad)
{
	struct ov2_engine *engine;
	int err = -ENOMEM;

	engine = kzalloc(sizeof(*engine), GFP_KERNEL_ACCOUNT);
	if (!engine)
		return -ENOMEM;

	engine->ad = ad;
	refcount_set(&engine->ref, 1);
	engine->tx = lanes_alloc(ad, ad->tx_queues, ov2_engine_sent);
	if (!engine->tx)
		goto err_engine;
	engine->rx = lanes_alloc(ad, ad->rx_queues, ov2_engine_received);
	if (!engine->rx)
		goto err_tx;
	err = ov2_sa_table_init(engine);
	if (err)
		goto err_rx;

	ov2_config_start(engine);
	WRITE_ONCE(ad->engine, engine);
	return 0;

err_rx:
	kfree(engine->rx);
err_tx:
	kfree(engine->tx);
err_engine:
	kfree(engine);
	return err;
}

static void engine_destroy(struct ov2_reaped *reaped)
{
	struct ov2_engine *engine = container_of(reaped, struct ov2_engine,
						 reaped);

	ov2_sa_table_exit(engine);
	kfree(engine->rx);
	kfree(engine->tx);
	kfree(engine);
}

/**
 * ov2_engine_put() - give back a reference
 * @engine: the engine
 *
 * Context: Any.
 */
void ov2_engine_put(struct ov2_engine *engine)
{
	if (refcount_dec_and_test(&engine->ref))
		ov2_reap(&engine->reaped, engine_destroy);
}

/* The SA of an add that failed may still wait for its grace period. Its
 * reference keeps the engine, which then outlives the card. Nothing else is
 * left to wait for.
 */
static void engine_halt(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;

	WRITE_ONCE(ad->engine, NULL);
	ov2_engine_put(engine);
}

static void all_lanes(struct ov2_adapter *ad,
		      void (*op)(struct ov2_lane *lane))
{
	struct ov2_engine *engine = ad->engine;
	u16 i;

	for (i = 0; i < ad->tx_queues; i++)
		op(&engine->tx[i]);
	for (i = 0; i < ad->rx_queues; i++)
		op(&engine->rx[i]);
}

static void engine_pause(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;

	engine->running = false;
	all_lanes(ad, ov2_lane_close);
}

static void engine_restart(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;

	engine->running = true;
	all_lanes(ad, ov2_lane_open);
}

/* SAs keep keys, numbers and IV counters: no nonce comes again (INV-30,
 * INV-44). Requests that pend are for workqueues, which a reset does not
 * concern.
 */
static void engine_reset(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;

	WRITE_ONCE(engine->resetting, true);
	if (engine->running)
		all_lanes(ad, ov2_lane_close);
	WRITE_ONCE(engine->resetting, false);
	if (engine->running)
		all_lanes(ad, ov2_lane_open);
}

const struct ov2_miniport_ops ov2_engine_miniport = {
	.initialize = engine_initialize,
	.halt = engine_halt,
	.pause = engine_pause,
	.restart = engine_restart,
	.reset = engine_reset,
	.request = ov2_sa_request,
	.send = ov2_engine_send,
	.receive = ov2_engine_receive,
};

/**
 * ov2_engine_init() - make ready for ov2_engine_miniport
 *
 * Context: Process context, at module init.
 * Return: 0 or -ENOMEM.
 */
int ov2_engine_init(void)
{
	ov2_config_init();
	ov2_engine_wq = alloc_workqueue("ipsecov2", WQ_UNBOUND, 0);
	return ov2_engine_wq ? 0 : -ENOMEM;
}

/**
 * ov2_engine_exit() - end of ov2_engine_init(); every engine is halted
 *
 * Context: Process context, at module exit, after rcu_barrier().
 */
void ov2_engine_exit(void)
{
	destroy_workqueue(ov2_engine_wq);
}
