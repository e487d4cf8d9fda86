// SPDX-License-Identifier: GPL-2.0
/*
 * The security policy database of a card (RFC 4301, 4.4.1), as hardware has it:
 * ordered by priority only, while the core prefers whichever offloaded policy
 * came last. Most policies of a busy machine are for one source and one
 * destination: these are hashed, so that their number costs nothing.
 */
#include <linux/rculist.h>

#include "spd.h"

static const struct rhashtable_params exact_params = {
	.key_len = sizeof(struct ov2_policy_key),
	.key_offset = offsetof(struct ov2_policy, key),
	.head_offset = offsetof(struct ov2_policy, node),
	.automatic_shrinking = true,
};

static unsigned int dir_index(u8 dir)
{
	return dir == XFRM_DEV_OFFLOAD_OUT;
}

static struct list_head *inexact_list(struct ov2_spd *spd, u8 dir, u16 family)
{
	return &spd->inexact[dir_index(dir)][family == AF_INET6];
}

/**
 * ov2_spd_init() - make a database, empty
 * @spd: the database
 *
 * Process context.
 *
 * Return: 0 or a negative errno.
 */
int ov2_spd_init(struct ov2_spd *spd)
{
	int dir, family;

	spin_lock_init(&spd->lock);
	atomic64_set(&spd->serial, 0);
	for (dir = 0; dir < OV2_SPD_DIRS; dir++) {
		atomic_set(&spd->count[dir], 0);
		for (family = 0; family < OV2_SPD_FAMILIES; family++)
			INIT_LIST_HEAD(&spd->inexact[dir][family]);
	}
	return rhltable_init(&spd->exact, &exact_params);
}

/**
 * ov2_spd_destroy() - end of ov2_spd_init()
 * @spd: the database, empty, with nobody looking
 *
 * Process context.
 */
void ov2_spd_destroy(struct ov2_spd *spd)
{
	rhltable_destroy(&spd->exact);
}

/* Which of two is asked first? Of equals the older one: that an update puts
 * another one beside it for a moment changes nothing.
 */
static bool policy_is_before(const struct ov2_policy *pol,
			     const struct ov2_policy *other)
{
	if (pol->priority != other->priority)
		return pol->priority < other->priority;
	return pol->serial < other->serial;
}

static void inexact_add(struct ov2_spd *spd, struct ov2_policy *pol)
{
	struct list_head *list = inexact_list(spd, pol->key.dir,
					      pol->key.family);
	struct list_head *pos;

	spin_lock_bh(&spd->lock);
	list_for_each(pos, list)
		if (policy_is_before(pol, list_entry(pos, struct ov2_policy,
						     entry)))
			break;
	list_add_tail_rcu(&pol->entry, pos);
	spin_unlock_bh(&spd->lock);
}

static void inexact_del(struct ov2_spd *spd, struct ov2_policy *pol)
{
	spin_lock_bh(&spd->lock);
	list_del_rcu(&pol->entry);
	spin_unlock_bh(&spd->lock);
}

/**
 * ov2_spd_add() - packets meet a policy from now on
 * @spd: the database
 * @pol: the policy, set
 *
 * Any context but hard interrupts.
 *
 * Return: 0 or a negative errno, without memory.
 */
int ov2_spd_add(struct ov2_spd *spd, struct ov2_policy *pol)
{
	int err = 0;

	pol->serial = atomic64_inc_return(&spd->serial);
	if (pol->exact)
		err = rhltable_insert(&spd->exact, &pol->node, exact_params);
	else
		inexact_add(spd, pol);
	if (!err)
		atomic_inc(&spd->count[dir_index(pol->key.dir)]);
	return err;
}

/**
 * ov2_spd_del() - no packet meets a policy from now on
 * @spd: the database
 * @pol: a policy of it; who found it may use it for a grace period
 *
 * Any context but hard interrupts, once for each policy.
 */
void ov2_spd_del(struct ov2_spd *spd, struct ov2_policy *pol)
{
	atomic_dec(&spd->count[dir_index(pol->key.dir)]);
	if (pol->exact)
		rhltable_remove(&spd->exact, &pol->node, exact_params);
	else
		inexact_del(spd, pol);
}

/**
 * ov2_spd_count() - how many policies are there in a direction?
 * @spd: the database
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 *
 * Context: Any.
 * Return: that.
 */
unsigned int ov2_spd_count(const struct ov2_spd *spd, u8 dir)
{
	return atomic_read(&spd->count[dir_index(dir)]);
}

/**
 * ov2_spd_has() - is there any policy in a direction?
 * @spd: the database
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 *
 * Any context. Without one, a packet need not be read.
 *
 * Return: true if so.
 */
bool ov2_spd_has(const struct ov2_spd *spd, u8 dir)
{
	return ov2_spd_count(spd, dir);
}

/* Of what may or may not match, only that which lets nothing pass counts. */
static bool policy_matches(const struct ov2_policy *pol,
			   const struct ov2_flow *flow)
{
	switch (ov2_selector_match(&pol->sel, flow)) {
	case OV2_MATCH_YES:
		return true;
	case OV2_MATCH_MAYBE:
		return ov2_policy_protects(pol) || ov2_policy_blocks(pol);
	default:
		return false;
	}
}

static struct ov2_policy_key flow_key(u8 dir, const struct ov2_flow *flow)
{
	struct ov2_policy_key key = { .dir = dir, .family = flow->family };

	if (flow->family == AF_INET) {
		key.saddr.a4 = flow->fl.u.ip4.saddr;
		key.daddr.a4 = flow->fl.u.ip4.daddr;
	} else {
		key.saddr.in6 = flow->fl.u.ip6.saddr;
		key.daddr.in6 = flow->fl.u.ip6.daddr;
	}
	return key;
}

static const struct ov2_policy *exact_find(struct ov2_spd *spd, u8 dir,
					   const struct ov2_flow *flow)
{
	struct ov2_policy_key key = flow_key(dir, flow);
	const struct ov2_policy *best = NULL;
	const struct ov2_policy *pol;
	struct rhlist_head *list;
	struct rhlist_head *pos;

	list = rhltable_lookup(&spd->exact, &key, exact_params);
	rhl_for_each_entry_rcu(pol, pos, list, node)
		if ((!best || policy_is_before(pol, best)) &&
		    policy_matches(pol, flow))
			best = pol;
	return best;
}

/**
 * ov2_spd_lookup() - the policy that a packet meets
 * @spd: the database
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 * @flow: the packet's flow, read successfully
 *
 * Under rcu_read_lock(), any context. The first one that matches; of a packet
 * that does not show its ports, the first one that matches whatever they are,
 * or that might match and protects or blocks.
 *
 * Return: it, or NULL.
 */
const struct ov2_policy *ov2_spd_lookup(struct ov2_spd *spd, u8 dir,
					const struct ov2_flow *flow)
{
	const struct list_head *list = inexact_list(spd, dir, flow->family);
	const struct ov2_policy *exact = exact_find(spd, dir, flow);
	const struct ov2_policy *pol;

	list_for_each_entry_rcu(pol, list, entry) {
		if (exact && policy_is_before(exact, pol))
			break;
		if (policy_matches(pol, flow))
			return pol;
	}
	return exact;
}
