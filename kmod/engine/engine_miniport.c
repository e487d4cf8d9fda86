// SPDX-License-Identifier: GPL-2.0
/* The emulated engine as a miniport: what a card calls. */
#include <linux/workqueue.h>

#include "config.h"
#include "crypt.h"
#include "engine.h"
#include "engine_miniport.h"
#include "pool.h"
#include "receive_nbl.h"
#include "sa_query.h"
#include "sa_request.h"
#include "send_nbl.h"
#include "wants.h"

static int engine_initialize(struct ov2_adapter *ad)
{
	struct ov2_engine *engine;

	engine = ov2_engine_new(ad, ov2_engine_sent, ov2_engine_received);
	if (IS_ERR(engine))
		return PTR_ERR(engine);

	ov2_config_start(engine);
	WRITE_ONCE(ad->engine, engine);
	return 0;
}

const struct ov2_miniport_ops ov2_engine_miniport = {
	.name = "emulated",
	.initialize = engine_initialize,
	.halt = ov2_engine_halt,
	.pause = ov2_engine_pause,
	.restart = ov2_engine_restart,
	.reset = ov2_engine_reset,
	.request = ov2_sa_request,
	.send = ov2_engine_send,
	.wants = ov2_engine_wants,
	.receive = ov2_engine_receive,
	.query = ov2_sa_query,
};

/**
 * ov2_engine_init() - make what ov2_engine_miniport needs
 *
 * Context: Process context, at module init.
 * Return: 0 or a negative errno.
 */
int ov2_engine_init(void)
{
	int err;

	ov2_config_init();
	err = ov2_pool_init();
	if (err)
		return err;
	ov2_engine_wq = alloc_workqueue("ipsecov2", WQ_UNBOUND, 0);
	if (!ov2_engine_wq) {
		ov2_pool_exit();
		return -ENOMEM;
	}
	return 0;
}

/**
 * ov2_engine_exit() - undo ov2_engine_init(); every engine was halted before
 *
 * Context: Process context, at module exit, after rcu_barrier().
 */
void ov2_engine_exit(void)
{
	destroy_workqueue(ov2_engine_wq);
	ov2_crypt_exit();
	ov2_pool_exit();
}
