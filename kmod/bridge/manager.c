// SPDX-License-Identifier: GPL-2.0
/*
 * A key manager of the kernel, that only listens.
 *
 * User space may set the sequence numbers of a state at any time
 * (XFRM_MSG_NEWAE; daemons of a cluster do so when another host takes over). No
 * operation of xfrmdev_ops tells a driver. But the engine infers the high half
 * of received numbers from the last one, so it would find every later frame
 * bad. xfrm_new_ae() tells the kernel's key managers before it answers user
 * space; therefore the bridge is one. So no frame is lost that comes after the
 * answer.
 */
#include "assoc.h"
#include "bridge.h"

/* Under rcu_read_lock(). The core's own events of numbers (XFRM_AE_CR,
 * XFRM_AE_CE) come with x->lock held, and are nothing new.
 */
static int manager_notify(struct xfrm_state *x, const struct km_event *c)
{
	if (c->event == XFRM_MSG_NEWAE && c->data.aevent & XFRM_AE_CU)
		ov2_state_renumber(x);
	return 0;
}

/* "Not I": km_query() takes the best answer of all managers. */
static int manager_acquire(struct xfrm_state *x, struct xfrm_tmpl *tmpl,
			   struct xfrm_policy *pol)
{
	return -EINVAL;
}

/* Leaves *dir, the error of the manager before or -EINVAL, as it is: so
 * xfrm_user_policy() asks the next manager.
 */
static struct xfrm_policy *manager_compile_policy(struct sock *sk, int opt,
						  u8 *data, int len, int *dir)
{
	return NULL;
}

/* The core calls acquire and compile_policy without a look. */
static struct xfrm_mgr manager = {
	.notify		= manager_notify,
	.acquire	= manager_acquire,
	.compile_policy	= manager_compile_policy,
};

/**
 * ov2_bridge_register() - listen to what user space sets
 *
 * Context: Process context, before the first card is made.
 */
void ov2_bridge_register(void)
{
	xfrm_register_km(&manager);
}

/**
 * ov2_bridge_unregister() - end of ov2_bridge_register()
 *
 * Context: Process context, sleeps. No card is left.
 */
void ov2_bridge_unregister(void)
{
	xfrm_unregister_km(&manager);
}
