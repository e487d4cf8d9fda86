// SPDX-License-Identifier: GPL-2.0
/* The life of offloaded policies: the operations of xfrmdev_ops for policies.
 */
#include "packet.h"
#include "policy_ops.h"
#include "refuse_policy.h"
#include "verdict.h"
#include "../../watch/trace.h"

static const char *action_name(const struct ov2_policy *pol)
{
	if (ov2_policy_protects(pol))
		return "protect";
	return ov2_policy_blocks(pol) ? "block" : "bypass";
}

static struct ov2_policy *card_policy(const struct xfrm_policy *xp)
{
	return (struct ov2_policy *)xp->xdo.offload_handle;
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
 * @xp: the policy, on a card; the core has not published it yet
 * @extack: for the sentence of a refusal
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_bridge_policy_add(struct xfrm_policy *xp,
			  struct netlink_ext_ack *extack)
{
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	enum ov2_counter reason;
	struct ov2_policy *pol;
	int err = -ENOMEM;

	reason = ov2_policy_refused(xp);
	if (reason)
		return ov2_policy_refuse(xp, reason, -EINVAL, extack);
	/* esp-hw-offload is being switched off */
	if (!ov2_packet_mode_enter(bridge))
		return ov2_policy_refuse(xp, OV2_CNT_POLICY_REFUSED_DISABLED,
					 -EINVAL, extack);

	pol = ov2_policy_new(xp);
	if (!pol)
		goto err_count;
	ov2_verdict_policy_add(ad);
	err = ov2_spd_add(&bridge->spd, pol);
	if (err)
		goto err_policy;
	return policy_added(xp, pol);

err_policy:
	ov2_policy_free(pol);
err_count:
	ov2_packet_mode_leave(bridge);
	if (err == -ENOSPC)
		return ov2_policy_refuse(xp, OV2_CNT_POLICY_REFUSED_FULL, err,
					 extack);
	return ov2_policy_refuse(xp, OV2_CNT_POLICY_REFUSED_NO_MEMORY, -ENOMEM,
				 extack);
}

/* Has the core added a policy? The core also deletes a policy that it could not
 * add, and some kernels free such a policy at once, without
 * xdo_dev_policy_free. xfrm_policy_insert() sets curlft.add_time of each policy
 * that it adds.
 */
static bool policy_was_added(const struct xfrm_policy *xp)
{
	return xp->curlft.add_time;
}

/**
 * ov2_bridge_policy_delete() - xfrmdev_ops.xdo_dev_policy_delete
 * @xp: the policy; if the core has added it, the caller holds a reference
 *
 * Context: Any context except hard interrupts, because the timer of a policy
 *   may delete the policy.
 */
void ov2_bridge_policy_delete(struct xfrm_policy *xp)
{
	struct ov2_policy *pol = card_policy(xp);
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);
	struct ov2_bridge *bridge = ov2_bridge_of(ad);

	if (!pol)
		return;

	ov2_spd_del(&bridge->spd, pol);
	ov2_packet_mode_leave(bridge);
	ov2_count(ad, OV2_CNT_POLICY_DELETE);
	trace_ov2_policy_delete(ad, pol->key.dir == XFRM_DEV_OFFLOAD_IN,
				pol->key.family == AF_INET6, action_name(pol),
				pol->priority, pol->tmpl.reqid, pol->serial);
	if (policy_was_added(xp)) {
		ov2_dead_policy_add(&bridge->dead, pol);
		return;
	}
	xp->xdo.offload_handle = 0;
	ov2_policy_free_rcu(pol);
}

/**
 * ov2_bridge_policy_free() - xfrmdev_ops.xdo_dev_policy_free
 * @xp: the policy, which the core is going to free
 *
 * Readers that found the policy in the card's SPD may still look at @xp. If
 * walk.dead is set, xfrm_policy_destroy() frees the policy a grace period
 * later. But walk.dead is not set in a policy that the core could not add. Some
 * paths of the core free such a policy at once, and some of these paths have
 * not called xdo_dev_policy_delete before. So this function waits for the
 * readers.
 *
 * Context: Any context except hard interrupts, because a policy's timer may end
 *   the policy. Process context if the core never published the policy.
 */
void ov2_bridge_policy_free(struct xfrm_policy *xp)
{
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);
	struct ov2_policy *pol = card_policy(xp);

	if (pol && policy_was_added(xp)) {
		ov2_dead_policy_del(&ov2_bridge_of(ad)->dead, pol);
		ov2_policy_free_rcu(pol);
	} else {
		ov2_bridge_policy_delete(xp);
	}
	if (!xp->walk.dead)
		synchronize_net();
}
