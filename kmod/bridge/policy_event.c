// SPDX-License-Identifier: GPL-2.0
/*
 * Users are told what happens to the policies of a card.
 *
 * The core gives a policy its number only after the card has added the policy.
 * So while the card adds a policy, the card cannot tell users the number. When
 * the policy is complete, the core tells its key managers about the policy
 * (manager.c).
 */
#include <linux/rcupdate.h>

#include "policy_event.h"
#include "policy_view.h"
#include "../watch/event.h"

static void tell_policy(const struct ov2_adapter *ad,
			const struct xfrm_policy *xp,
			enum ov2_life_event event)
{
	struct ov2_policy_view view;

	if (!ov2_event_wants_sas(ad))
		return;
	rcu_read_lock();
	if (ov2_policy_view_of(xp, &view))
		ov2_event_policy(ad, event, &view);
	rcu_read_unlock();
}

/**
 * ov2_policy_event_added() - tell users that a card has a new policy
 * @ad: the card of the policy
 * @xp: the policy; another CPU may delete it meanwhile
 *
 * Context: Any context but hard interrupts.
 */
void ov2_policy_event_added(const struct ov2_adapter *ad,
			    const struct xfrm_policy *xp)
{
	tell_policy(ad, xp, OV2_LIFE_ADDED);
}

/**
 * ov2_policy_event_deleted() - tell users that a card is about to delete a
 *	policy
 * @ad: the card of the policy
 * @xp: the policy. If the core has not numbered the policy, users were not told
 *	that it was added, so they are not told that it is deleted
 *
 * Context: Any context but hard interrupts.
 */
void ov2_policy_event_deleted(const struct ov2_adapter *ad,
			      const struct xfrm_policy *xp)
{
	tell_policy(ad, xp, OV2_LIFE_DELETED);
}

/**
 * ov2_policy_event_expired() - tell users that a policy has reached a limit
 * @ad: the card of the policy
 * @xp: the policy. Its lock may be held for reading
 * @hard: true for the hard limit; then the card no longer has the policy. False
 *	for the soft limit
 *
 * Context: Any context but hard interrupts.
 */
void ov2_policy_event_expired(const struct ov2_adapter *ad,
			      const struct xfrm_policy *xp, bool hard)
{
	struct ov2_policy_view view;

	if (!ov2_event_wants_sas(ad))
		return;
	ov2_policy_view_name(xp, &view);
	ov2_event_policy(ad, hard ? OV2_LIFE_HARD : OV2_LIFE_SOFT, &view);
}
