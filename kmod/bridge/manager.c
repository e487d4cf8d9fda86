// SPDX-License-Identifier: GPL-2.0
/*
 * This file registers a key manager that only listens. The core tells this key
 * manager about sequence numbers that user space sets, about limits that states
 * and policies have reached, and about policies that come and go.
 *
 * User space may set the sequence numbers of a state at any time
 * (XFRM_MSG_NEWAE; daemons of a cluster do so when another host takes over). No
 * operation of xfrmdev_ops tells a driver about the new numbers. The engine
 * infers the high half of a received number from the last number that it knows.
 * So if user space set a number with another high half, the engine would infer
 * a wrong high half, and would find every later frame bad. But xfrm_new_ae()
 * tells the kernel's key managers about the new numbers before it answers user
 * space. So the bridge registers as a key manager, and tells the engine the new
 * number before user space goes on.
 */
#include "bridge.h"
#include "policy_event.h"
#include "sa_event.h"
#include "xdo.h"
#include "sa/spare_path.h"
#include "../compat/xfrm.h"

static void manager_expired(const struct xfrm_state *x, bool hard)
{
	struct net_device *dev = ov2_state_dev(x);

	if (dev && ov2_xdo_is_card(dev))
		ov2_sa_event_expired(ov2_adapter_of(dev), x, hard);
}

/* Under rcu_read_lock(). Only an event with XFRM_AE_CU comes from user space.
 * The core's own events about numbers (XFRM_AE_CR, XFRM_AE_CE) come with
 * x->lock held, and the engine knows those numbers already. XFRM_MSG_EXPIRE
 * also comes with x->lock held.
 */
static int manager_notify(struct xfrm_state *x, const struct km_event *c)
{
	if (c->event == XFRM_MSG_NEWAE && c->data.aevent & XFRM_AE_CU)
		ov2_state_renumber(x);
	else if (c->event == XFRM_MSG_EXPIRE)
		manager_expired(x, c->data.hard);
	return 0;
}

/* Tell the cards of a namespace that the core has added the inbound policy @xp,
 * or has deleted inbound policies.
 */
static void manager_inbound_changed(struct net *net, struct xfrm_policy *xp,
				    const struct km_event *c)
{
	bool added = c->event == XFRM_MSG_NEWPOLICY ||
		     c->event == XFRM_MSG_UPDPOLICY;
	struct net_device *dev;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the cards may go");
	/* A soft limit deletes no policy. Besides, the policy's timer holds
	 * xp->lock here, and xfrm_policy_lock is not taken inside it.
	 */
	if (c->event == XFRM_MSG_POLEXPIRE && !c->data.hard)
		return;
	for_each_netdev_rcu(net, dev)
		if (ov2_xdo_is_card(dev))
			ov2_verdict_policies_changed(ov2_adapter_of(dev),
						     added ? xp : NULL);
}

/* Under rcu_read_lock(). The core says XFRM_MSG_UPDPOLICY for an update that
 * put a new policy in the place of an old one. @xp is NULL if all policies were
 * flushed.
 */
static int manager_notify_policy(struct xfrm_policy *xp, int dir,
				 const struct km_event *c)
{
	struct net_device *dev = xp ? READ_ONCE(xp->xdo.dev) : NULL;

	if (!xp || dir == XFRM_POLICY_IN)
		manager_inbound_changed(xp ? xp_net(xp) : c->net, xp, c);
	if (!dev || !ov2_xdo_is_card(dev))
		return 0;
	if (c->event == XFRM_MSG_NEWPOLICY || c->event == XFRM_MSG_UPDPOLICY)
		ov2_policy_event_added(ov2_adapter_of(dev), xp);
	else if (c->event == XFRM_MSG_POLEXPIRE)
		ov2_policy_event_expired(ov2_adapter_of(dev), xp, c->data.hard);
	return 0;
}

/* This manager negotiates no state. An error here does no harm, because
 * km_query() succeeds if any manager succeeds.
 */
static int manager_acquire(struct xfrm_state *x, struct xfrm_tmpl *tmpl,
			   struct xfrm_policy *pol)
{
	return -EINVAL;
}

/* This manager compiles no policy. When it is called, *dir holds an error:
 * -EINVAL, or the error of the manager that was asked before this one. This
 * function leaves *dir unchanged, so xfrm_user_policy() asks the next manager.
 */
static struct xfrm_policy *manager_compile_policy(struct sock *sk, int opt,
						  u8 *data, int len, int *dir)
{
	return NULL;
}

/* The core calls acquire and compile_policy without a check for NULL, so every
 * manager must have them.
 */
static struct xfrm_mgr manager = {
	.notify		= manager_notify,
	.notify_policy	= manager_notify_policy,
	.acquire	= manager_acquire,
	.compile_policy	= manager_compile_policy,
};

/**
 * ov2_bridge_register() - listen as a key manager
 *
 * Context: Process context, before the first card is made.
 */
void ov2_bridge_register(void)
{
	xfrm_register_km(&manager);
}

/**
 * ov2_bridge_unregister() - undo ov2_bridge_register()
 *
 * Context: Process context, sleeps. No card is left.
 */
void ov2_bridge_unregister(void)
{
	xfrm_unregister_km(&manager);
	ov2_spare_path_exit();
}
