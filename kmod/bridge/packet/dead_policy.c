// SPDX-License-Identifier: GPL-2.0
/*
 * Policies that the core has deleted, but still refers to.
 *
 * A route that xfrm has made (struct xfrm_dst) refers to its policies, and a
 * connected socket keeps such a route until the socket sends again or is
 * closed. The core frees a policy when the last reference to the policy is put,
 * and keeps the policy's reference to the card until then. So a socket that is
 * silent could delay the end of the card for any length of time: `ip link del`,
 * rmmod and the end of a namespace would hang in netdev_wait_allrefs_any().
 *
 * For states the core solves this problem: xfrm_dev_state_flush() removes the
 * card from deleted states that are not freed yet. The core does nothing like
 * this for policies, so this file does it. While the card lives, a deleted
 * policy keeps its reference to the card, as the core expects.
 */
#include "dead_policy.h"
#include "policy.h"

/* Move the policies to @taken, and take a reference to each policy. If the last
 * reference to a policy is gone already, the policy is left out, because
 * xfrm_policy_destroy() puts the policy's reference to the card.
 */
static void take_all(struct ov2_dead_policies *dead, struct hlist_head *taken)
{
	struct hlist_node *next;
	struct ov2_policy *pol;

	spin_lock_bh(&dead->lock);
	hlist_for_each_entry_safe(pol, next, &dead->list, dead) {
		hlist_del_init(&pol->dead);
		if (refcount_inc_not_zero(&pol->xp->refcnt))
			hlist_add_head(&pol->dead, taken);
	}
	spin_unlock_bh(&dead->lock);
}

/* Removes the card from @xp, and puts the reference to @xp that take_all()
 * took. XFRM_MSG_GETPOLICY reads xdo.dev under xfrm_cfg_mutex, so this function
 * takes this mutex, too.
 */
static void give_up_card(struct xfrm_policy *xp)
{
	struct net_device *dev = xp->xdo.dev;
	struct mutex *mutex = &dev_net(dev)->xfrm.xfrm_cfg_mutex;

	mutex_lock(mutex);
	xp->xdo.dev = NULL;
	mutex_unlock(mutex);
	netdev_put(dev, &xp->xdo.dev_tracker);
	xfrm_pol_put(xp);
}

/* xfrm_state_find() may still be busy with a packet that met the policy before
 * the policy was deleted. If the type of a policy is XFRM_DEV_OFFLOAD_PACKET,
 * xfrm_state_find() uses the card of the policy, and reads type and card in one
 * RCU read side. So the type is cleared first, and the card is cleared a grace
 * period later.
 */
static void dead_policies_work(struct work_struct *work)
{
	struct ov2_dead_policies *dead =
		container_of(work, struct ov2_dead_policies, work);
	HLIST_HEAD(taken);
	struct hlist_node *next;
	struct ov2_policy *pol;
	struct xfrm_policy *xp;

	take_all(dead, &taken);
	hlist_for_each_entry(pol, &taken, dead)
		pol->xp->xdo.type = XFRM_DEV_OFFLOAD_UNSPECIFIED;
	synchronize_net();

	/* The last policy may hold the last reference to the card. So nothing
	 * of the card may be used after give_up_card() of this policy.
	 */
	hlist_for_each_entry_safe(pol, next, &taken, dead) {
		xp = pol->xp;
		xp->xdo.offload_handle = 0;
		ov2_policy_free_rcu(pol);
		give_up_card(xp);
	}
}

/**
 * ov2_dead_policies_init() - make an empty list
 * @dead: the list
 *
 * Context: Any context.
 */
void ov2_dead_policies_init(struct ov2_dead_policies *dead)
{
	spin_lock_init(&dead->lock);
	INIT_HLIST_HEAD(&dead->list);
	dead->ended = false;
	INIT_WORK(&dead->work, dead_policies_work);
}

/**
 * ov2_dead_policies_destroy() - undo ov2_dead_policies_init()
 * @dead: the list. Each policy of the list holds a reference to the netdev, so
 *	the list is empty when the netdev is freed. But the work item may still
 *	be running
 *
 * Context: Process context, sleeps.
 */
void ov2_dead_policies_destroy(struct ov2_dead_policies *dead)
{
	flush_work(&dead->work);
	WARN_ON_ONCE(!hlist_empty(&dead->list));
}

/**
 * ov2_dead_policies_end() - make deleted policies drop their references to a
 *	card
 * @dead: the list of a card that is unregistered. The core has deleted all
 *	policies of the card
 *
 * Context: Process context. Does not wait.
 */
void ov2_dead_policies_end(struct ov2_dead_policies *dead)
{
	spin_lock_bh(&dead->lock);
	dead->ended = true;
	if (!hlist_empty(&dead->list))
		schedule_work(&dead->work);
	spin_unlock_bh(&dead->lock);
}

/**
 * ov2_dead_policy_add() - remember a policy until the core frees it
 * @dead: the list
 * @pol: the policy; it has left the SPD. The caller holds a reference to its
 *	xfrm_policy
 *
 * Context: Any context except hard interrupts.
 */
void ov2_dead_policy_add(struct ov2_dead_policies *dead,
			 struct ov2_policy *pol)
{
	spin_lock_bh(&dead->lock);
	hlist_add_head(&pol->dead, &dead->list);
	if (dead->ended)
		schedule_work(&dead->work);
	spin_unlock_bh(&dead->lock);
}

/**
 * ov2_dead_policy_del() - forget a policy that the core is freeing
 * @dead: the list
 * @pol: the policy
 *
 * Context: Any context except hard interrupts.
 */
void ov2_dead_policy_del(struct ov2_dead_policies *dead,
			 struct ov2_policy *pol)
{
	spin_lock_bh(&dead->lock);
	hlist_del_init(&pol->dead);
	spin_unlock_bh(&dead->lock);
}
