// SPDX-License-Identifier: GPL-2.0
/* The emulated engine as a miniport: what a card calls. */
#include <linux/workqueue.h>

#include "config.h"
#include "engine.h"
#include "engine_miniport.h"
#include "receive_nbl.h"
#include "sa_request.h"
#include "send_nbl.h"

static int miniport_initialize(struct ov2_adapter *ad)
{
	struct ov2_engine *engine;

	engine = ov2_engine_new(ad, ov2_engine_sent, ov2_engine_received);
	if (IS_ERR(engine))
		return PTR_ERR(engine);

	ov2_config_start(engine);
	WRITE_ONCE(ad->engine, engine);
	return 0;
}

/* The SA of an add that failed may still wait for its grace period. Its
 * reference keeps the engine, which then outlives the card. Nothing else is
 * left to wait for.
 */
static void miniport_halt(struct ov2_adapter *ad)
{
	struct ov2_engine *engine = ad->engine;

	ov2_engine_halt(engine);
	WRITE_ONCE(ad->engine, NULL);
	ov2_engine_put(engine);
}

static void miniport_pause(struct ov2_adapter *ad)
{
	ov2_engine_pause(ad->engine);
}

static void miniport_restart(struct ov2_adapter *ad)
{
	ov2_engine_restart(ad->engine);
}

static void miniport_reset(struct ov2_adapter *ad)
{
	ov2_engine_reset(ad->engine);
}

const struct ov2_miniport_ops ov2_engine_miniport = {
	.initialize = miniport_initialize,
	.halt = miniport_halt,
	.pause = miniport_pause,
	.restart = miniport_restart,
	.reset = miniport_reset,
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
