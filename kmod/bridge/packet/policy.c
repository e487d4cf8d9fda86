// SPDX-License-Identifier: GPL-2.0
/* Offloaded policies: their life, and what they say of packets. */
#include <linux/slab.h>

#include "packet.h"
#include "../sa/refuse.h"
#include "../../watch/objects.h"
#include "../../watch/trace.h"

/**
 * ov2_policy_set() - take over what the card needs of a policy
 * @pol: out: all zero before
 * @xp: the policy, one that is not refused
 *
 * Context: Any context.
 */
void ov2_policy_set(struct ov2_policy *pol, const struct xfrm_policy *xp)
{
	pol->key.dir = xp->xdo.dir;
	pol->key.family = xp->selector.family;
	ov2_policy_key_set(&pol->key, &xp->selector.saddr,
			   xp->selector.prefixlen_s, &xp->selector.daddr,
			   xp->selector.prefixlen_d);
	pol->sel = xp->selector;
	pol->priority = xp->priority;
	pol->action = xp->action;
	pol->has_tmpl = ov2_xfrm_policy_protects(xp);
	if (pol->has_tmpl)
		pol->tmpl = xp->xfrm_vec[0];
}

/**
 * ov2_policy_protects() - does a policy want its packets protected?
 * @pol: the policy
 *
 * One that neither protects nor blocks lets them pass in clear.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_policy_protects(const struct ov2_policy *pol)
{
	return pol->action == XFRM_POLICY_ALLOW && pol->has_tmpl;
}

/**
 * ov2_policy_blocks() - does a policy want its packets dropped?
 * @pol: the policy
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_policy_blocks(const struct ov2_policy *pol)
{
	return pol->action != XFRM_POLICY_ALLOW;
}

/**
 * ov2_policy_tmpl() - the template that a policy has now
 * @pol: a policy that protects, found under rcu_read_lock(), which is still
 *	held
 * @room: room for a copy
 *
 * Context: Any but hard interrupts.
 *
 * XFRM_MSG_MIGRATE changes the addresses of a policy's template and tells no
 * driver: xfrm_policy_migrate() writes under the policy's lock, and increments
 * its genid so that users of old copies read the template again. The card does
 * so, too.
 *
 * Return: the template, in @pol or in @room.
 */
const struct xfrm_tmpl *ov2_policy_tmpl(const struct ov2_policy *pol,
					struct xfrm_tmpl *room)
{
	struct xfrm_policy *xp = pol->xp;

	if (!xp || atomic_read(&xp->genid) == pol->genid)
		return &pol->tmpl;

	read_lock_bh(&xp->lock);
	*room = xp->xfrm_vec[0];
	read_unlock_bh(&xp->lock);
	return room;
}

static bool algorithm_fits(const struct xfrm_tmpl *tmpl,
			   const struct xfrm_state *x)
{
	return tmpl->allalgs || tmpl->aalgos & (1 << x->props.aalgo);
}

/* The destination is ours, whichever it is: the core does not compare it. */
static bool tunnel_fits(const struct xfrm_tmpl *tmpl,
			const struct xfrm_state *x)
{
	return x->props.family == tmpl->encap_family &&
	       !xfrm_state_addr_cmp(tmpl, x, tmpl->encap_family);
}

/**
 * ov2_policy_fits() - is a packet protected as its policy wants?
 * @pol: the policy that the received packet met; it does not block
 * @x: the state that had protected it
 *
 * As xfrm_state_ok() of xfrm_policy.c. A policy without a template takes
 * transport mode, too, as there.
 *
 * Context: Under rcu_read_lock().
 * Return: true if so.
 */
bool ov2_policy_fits(const struct ov2_policy *pol, const struct xfrm_state *x)
{
	const struct xfrm_tmpl *tmpl;
	struct xfrm_tmpl room;

	if (!pol->has_tmpl)
		return x->props.mode == XFRM_MODE_TRANSPORT;

	tmpl = ov2_policy_tmpl(pol, &room);
	return x->id.proto == tmpl->id.proto &&
	       (!tmpl->id.spi || x->id.spi == tmpl->id.spi) &&
	       (!tmpl->reqid || x->props.reqid == tmpl->reqid) &&
	       x->props.mode == tmpl->mode &&
	       algorithm_fits(tmpl, x) &&
	       (tmpl->mode == XFRM_MODE_TRANSPORT || tunnel_fits(tmpl, x));
}

static const char *action_name(const struct ov2_policy *pol)
{
	if (ov2_policy_protects(pol))
		return "protect";
	return ov2_policy_blocks(pol) ? "block" : "bypass";
}

/* The core has not published @xp yet, so nobody migrates it. */
static struct ov2_policy *policy_new(struct xfrm_policy *xp)
{
	struct ov2_policy *pol = kzalloc(sizeof(*pol), GFP_KERNEL_ACCOUNT);

	if (!pol)
		return NULL;
	ov2_policy_set(pol, xp);
	pol->xp = xp;
	pol->genid = atomic_read(&xp->genid);
	ov2_object_created(OV2_OBJECT_POLICY, pol);
	return pol;
}

static void policy_free(struct rcu_head *rcu)
{
	struct ov2_policy *pol = container_of(rcu, struct ov2_policy, rcu);

	ov2_object_freed(OV2_OBJECT_POLICY, pol);
	kfree(pol);
}

static int policy_added(struct xfrm_policy *xp, struct ov2_policy *pol)
{
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);

	xp->xdo.offload_handle = (unsigned long)pol;
	ov2_count(ad, OV2_CNT_POLICY_ADD);
	trace_ov2_policy_add(ad, pol->key.dir == XFRM_DEV_OFFLOAD_IN,
			     pol->key.family == AF_INET6, action_name(pol),
			     pol->priority, pol->tmpl.reqid, pol->serial);
	return 0;
}

/**
 * ov2_bridge_policy_add() - xfrmdev_ops.xdo_dev_policy_add
 * @xp: the policy, that of a card; no packet has met it yet
 * @extack: for the sentence of a refusal
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_bridge_policy_add(struct xfrm_policy *xp,
			  struct netlink_ext_ack *extack)
{
	struct ov2_bridge *bridge = ov2_bridge_of(ov2_adapter_of(xp->xdo.dev));
	enum ov2_counter reason;
	struct ov2_policy *pol;
	int err;

	if (ov2_policy_refused(xp, &reason))
		return ov2_policy_refuse(xp, reason, -EINVAL, extack);

	pol = policy_new(xp);
	if (!pol)
		goto no_memory;
	err = ov2_spd_add(&bridge->spd, pol);
	if (err)
		goto err_policy;
	return policy_added(xp, pol);

err_policy:
	policy_free(&pol->rcu);
	if (err == -ENOSPC)
		return ov2_policy_refuse(xp, OV2_CNT_POLICY_REFUSED_FULL, err,
					 extack);
no_memory:
	return ov2_policy_refuse(xp, OV2_CNT_POLICY_REFUSED_NO_MEMORY, -ENOMEM,
				 extack);
}

/**
 * ov2_bridge_policy_delete() - xfrmdev_ops.xdo_dev_policy_delete
 * @xp: the policy, deleted or not
 *
 * Context: Any context but hard interrupts: a policy's timer deletes it, too.
 */
void ov2_bridge_policy_delete(struct xfrm_policy *xp)
{
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);
	struct ov2_policy *pol;

	pol = (struct ov2_policy *)xchg(&xp->xdo.offload_handle, 0);
	if (!pol)
		return;

	ov2_spd_del(&ov2_bridge_of(ad)->spd, pol);
	ov2_count(ad, OV2_CNT_POLICY_DELETE);
	trace_ov2_policy_delete(ad, pol->key.dir == XFRM_DEV_OFFLOAD_IN,
				pol->key.family == AF_INET6, action_name(pol),
				pol->priority, pol->tmpl.reqid, pol->serial);
	call_rcu(&pol->rcu, policy_free);
}

/**
 * ov2_bridge_policy_free() - xfrmdev_ops.xdo_dev_policy_free
 * @xp: the policy, at its last reference
 *
 * Context: Any but hard interrupts, as a policy's timer may end it; process
 * context if the core never published it.
 *
 * Readers that found the policy in the card's database may still look at @xp.
 * xfrm_policy_destroy() frees @xp a grace period later. But a policy that the
 * core could not add is not dead, and some paths of the core free it at once,
 * not all of them after a delete. So wait for the readers here.
 */
void ov2_bridge_policy_free(struct xfrm_policy *xp)
{
	ov2_bridge_policy_delete(xp);
	if (!xp->walk.dead)
		synchronize_net();
}
