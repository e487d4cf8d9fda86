// SPDX-License-Identifier: GPL-2.0
/* An offloaded policy as users see it. */
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "policy_view.h"
#include "packet/packet.h"

static u64 policy_hits(const struct ov2_policy *pol)
{
	u64 hits = 0;
	int cpu;

	/* On 32-bit machines the sum may be wrong if a CPU counts meanwhile,
	 * because a count is read in two halves.
	 */
	for_each_possible_cpu(cpu)
		hits += READ_ONCE(*per_cpu_ptr(pol->hits, cpu));
	return hits;
}

static void view_selector(struct ov2_policy_view *view,
			  const struct xfrm_selector *sel)
{
	view->family = sel->family;
	view->prefixlen_s = sel->prefixlen_s;
	view->prefixlen_d = sel->prefixlen_d;
	view->saddr = sel->saddr.in6;
	view->daddr = sel->daddr.in6;
	view->proto = sel->proto;
	view->sport = sel->sport;
	view->sport_mask = sel->sport_mask;
	view->dport = sel->dport;
	view->dport_mask = sel->dport_mask;
	view->ifindex = sel->ifindex;
}

static void view_tmpl(struct ov2_tmpl_view *view, const struct ov2_policy *pol)
{
	const struct xfrm_tmpl *tmpl;
	struct xfrm_tmpl room;

	tmpl = ov2_policy_tmpl(pol, &room);
	view->tunnel = tmpl->mode == XFRM_MODE_TUNNEL;
	view->proto = tmpl->id.proto;
	view->family = tmpl->encap_family;
	view->spi = tmpl->id.spi;
	view->reqid = tmpl->reqid;
	view->saddr = tmpl->saddr.in6;
	view->daddr = tmpl->id.daddr.in6;
}

/**
 * ov2_policy_view_name() - fill in only what identifies a policy
 * @xp: the policy, of a card. The members that this function reads do not
 *	change while the policy lives
 * @view: filled in with the values of these members; the rest is zero
 *
 * Context: Any context.
 */
void ov2_policy_view_name(const struct xfrm_policy *xp,
			  struct ov2_policy_view *view)
{
	*view = (struct ov2_policy_view){
		.index = READ_ONCE(xp->index),
		.inbound = xp->xdo.dir == XFRM_DEV_OFFLOAD_IN,
		.priority = xp->priority,
		.if_id = xp->if_id,
	};
	view_selector(view, &xp->selector);
}

/* Returns xfrm's number of a policy, or 0 while the policy is being added,
 * because the core gives the policy its number after the card has added the
 * policy.
 */
static u32 policy_index(const struct ov2_policy *pol)
{
	return pol->xp ? READ_ONCE(pol->xp->index) : 0;
}

static void view_policy(struct ov2_policy_view *view,
			const struct ov2_policy *pol, u32 index)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the policy may be freed");
	*view = (struct ov2_policy_view){
		.index = index,
		.inbound = pol->key.dir == XFRM_DEV_OFFLOAD_IN,
		.block = ov2_policy_blocks(pol),
		.protects = ov2_policy_protects(pol),
		.priority = pol->priority,
		.if_id = pol->xp->if_id,
		.hits = policy_hits(pol),
	};
	view_selector(view, &pol->sel);
	if (view->protects)
		view_tmpl(&view->tmpl, pol);
}

/**
 * ov2_bridge_policy_next() - show the next policy of a card
 * @ad: the card
 * @slot: where to begin; filled in with the slot of the policy. See
 *	ov2_spd_next()
 * @view: filled in
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: true, or false if the card has no further policy.
 */
bool ov2_bridge_policy_next(struct ov2_adapter *ad, unsigned long *slot,
			    struct ov2_policy_view *view)
{
	struct ov2_spd *spd = &ov2_bridge_of(ad)->spd;
	const struct ov2_policy *pol;
	u32 index;

	for (; (pol = ov2_spd_next(spd, slot)); ++*slot) {
		index = policy_index(pol);
		if (index) {
			view_policy(view, pol, index);
			return true;
		}
	}
	return false;
}

/**
 * ov2_bridge_policy_find() - show one policy of a card
 * @ad: the card
 * @index: xfrm's number of the policy
 * @view: filled in, if the card has the policy
 *
 * While an update replaces a policy, two policies have the same number. Then
 * this function shows one of the two.
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: true if the card has the policy.
 */
bool ov2_bridge_policy_find(struct ov2_adapter *ad, u32 index,
			    struct ov2_policy_view *view)
{
	struct ov2_spd *spd = &ov2_bridge_of(ad)->spd;
	const struct ov2_policy *pol;
	unsigned long slot;

	for (slot = 0; (pol = ov2_spd_next(spd, &slot)); slot++) {
		if (policy_index(pol) == index) {
			view_policy(view, pol, index);
			return true;
		}
	}
	return false;
}

/**
 * ov2_policy_view_of() - show the card's policy that belongs to xfrm's policy
 * @xp: xfrm's policy, offloaded to a card
 * @view: filled in, if the card has the policy
 *
 * Context: Under rcu_read_lock(), any context but hard interrupts.
 * Return: true if @view is filled in; false if the card does not have the
 * policy any more, or if xfrm has not numbered the policy.
 */
bool ov2_policy_view_of(const struct xfrm_policy *xp,
			struct ov2_policy_view *view)
{
	const struct ov2_policy *pol;
	u32 index = READ_ONCE(xp->index);

	pol = (const struct ov2_policy *)READ_ONCE(xp->xdo.offload_handle);
	if (!pol || !index)
		return false;
	view_policy(view, pol, index);
	return true;
}

/**
 * ov2_bridge_policy_count() - how many policies does a card have?
 * @ad: the card
 *
 * Context: Any context.
 * Return: the number of policies of both directions.
 */
unsigned int ov2_bridge_policy_count(const struct ov2_adapter *ad)
{
	const struct ov2_spd *spd = &ov2_bridge_of(ad)->spd;

	return ov2_spd_count(spd, XFRM_DEV_OFFLOAD_IN) +
	       ov2_spd_count(spd, XFRM_DEV_OFFLOAD_OUT);
}

/**
 * ov2_bridge_policy_version() - read a number that changes whenever a policy is
 *	added or removed
 * @ad: the card
 *
 * Context: Any context.
 * Return: the number; see ov2_spd_version().
 */
u32 ov2_bridge_policy_version(struct ov2_adapter *ad)
{
	return ov2_spd_version(&ov2_bridge_of(ad)->spd);
}
