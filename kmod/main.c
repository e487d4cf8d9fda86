// SPDX-License-Identifier: GPL-2.0

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <net/rtnetlink.h>

#include "engine/engine_miniport.h"
#include "netlink/family.h"
#include "ov2/nbl.h"
#include "ov2/reaper.h"
#include "port/link.h"
#include "port/monitor.h"
#include "watch/objects.h"

/* Undo ov2_engine_init() and ov2_nbl_init(), when users can make no more cards
 * and the last card is freed. Users can make cards as soon as
 * ov2_link_register() has registered their kind, so the steps of
 * ov2_module_init() that follow must also undo what the cards have left.
 */
static void module_end(void)
{
	/* RCU callbacks queue work on ov2_engine_wq, and ov2_engine_exit()
	 * destroys this workqueue. So wait until all callbacks have run.
	 */
	rcu_barrier();
	ov2_engine_exit();
	/* ov2_engine_exit() has freed the last SAs. Each SA has given back its
	 * reference to its engine, so every engine is with the reaper now. Wait
	 * until the reaper has destroyed the engines.
	 */
	ov2_reaper_exit();
	ov2_nbl_exit();
	ov2_objects_check_none();
}

static int __init ov2_module_init(void)
{
	int err;

	err = ov2_nbl_init();
	if (err)
		return err;

	err = ov2_engine_init();
	if (err)
		goto err_nbl;

	err = ov2_link_register(&ov2_engine_miniport);
	if (err)
		goto err_engine;

	err = ov2_monitor_register();
	if (err)
		goto err_link;

	err = ov2_family_register();
	if (err)
		goto err_monitor;

	return 0;

err_monitor:
	ov2_monitor_unregister();
err_link:
	ov2_link_unregister();
err_engine:
	module_end();
	return err;
err_nbl:
	ov2_nbl_exit();
	return err;
}

static void __exit ov2_module_exit(void)
{
	ov2_family_unregister();
	ov2_monitor_unregister();
	ov2_link_unregister();
	module_end();
}

module_init(ov2_module_init);
module_exit(ov2_module_exit);

MODULE_DESCRIPTION("Virtual network card with IPsec offload behind IPsecOV2 records");
MODULE_LICENSE("GPL");
/*
 * The version of the module. tools/lint checks that CHANGELOG.rst names the
 * same version. Until 1.0 the names of counters, events and fields may change.
 */
MODULE_VERSION("0.1");
MODULE_ALIAS_RTNL_LINK("ipsecov2");
