// SPDX-License-Identifier: GPL-2.0
/*
 * The security policy database of a card (RFC 4301, 4.4.1), as hardware has it:
 * policies are ordered by priority, and then by age. The core does not look at
 * the priority of offloaded policies, and prefers the youngest one (verdict.c).
 *
 * Policies are hashed by the bits of their addresses that the prefixes cover. A
 * packet is looked up once for each pair of prefix lengths that policies have.
 * The pair with the best priority comes first, and the look-up ends when no
 * later pair can have a better policy. So the time of a look-up does not grow
 * with the number of policies. It grows with the number of pairs, and with the
 * number of policies that have the same addresses and differ only in protocol
 * or ports. So both of these numbers are limited.
 */
#include "spd.h"

static const struct rhashtable_params spd_params = {
	.key_len = sizeof(struct ov2_policy_key),
	.key_offset = offsetof(struct ov2_policy, key),
	.head_offset = offsetof(struct ov2_policy, node),
	.automatic_shrinking = true,
};

static unsigned int dir_index(u8 dir)
{
	return dir == XFRM_DEV_OFFLOAD_OUT;
}

static struct ov2_spd_side *spd_side(struct ov2_spd *spd, u8 dir, u16 family)
{
	return &spd->sides[dir_index(dir)][family == AF_INET6];
}

/**
 * ov2_spd_init() - make an empty database
 * @spd: the database
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_spd_init(struct ov2_spd *spd)
{
	int dir, family;

	spin_lock_init(&spd->lock);
	spd->serial = 0;
	atomic64_set(&spd->changes, 0);
	xa_init_flags(&spd->all, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH |
		      XA_FLAGS_ACCOUNT);
	spd->next_slot = 0;
	for (dir = 0; dir < OV2_SPD_DIRS; dir++) {
		atomic_set(&spd->count[dir], 0);
		for (family = 0; family < OV2_SPD_FAMILIES; family++)
			ov2_spd_side_init(&spd->sides[dir][family],
					  &spd->lock);
	}
	return rhltable_init(&spd->table, &spd_params);
}

/**
 * ov2_spd_destroy() - undo ov2_spd_init()
 * @spd: the database, empty; no look-up is under way
 *
 * Context: Process context.
 */
void ov2_spd_destroy(struct ov2_spd *spd)
{
	rhltable_destroy(&spd->table);
	xa_destroy(&spd->all);
}

static bool key_is_full(struct ov2_spd *spd, const struct ov2_policy_key *key)
{
	bool full;

	rcu_read_lock();
	full = ov2_list_reaches(rhltable_lookup(&spd->table, key,
						spd_params), OV2_SPD_SAME);
	rcu_read_unlock();
	return full;
}

/* The pair gets its place before the policy is linked. So a look-up that begins
 * after the policy is linked visits the pair at its new place.
 */
static int spd_link(struct ov2_spd *spd, struct ov2_policy *pol)
{
	struct ov2_spd_side *side = spd_side(spd, pol->key.dir,
					     pol->key.family);
	atomic_t *count = &spd->count[dir_index(pol->key.dir)];
	int err;

	lockdep_assert_held(&spd->lock);
	if (atomic_read(count) == OV2_SPD_POLICIES ||
	    key_is_full(spd, &pol->key))
		return -ENOSPC;

	pol->serial = ++spd->serial;
	err = ov2_spd_pair_join(side, pol);
	if (err)
		return err;
	err = rhltable_insert(&spd->table, &pol->node, spd_params);
	if (err) {
		ov2_spd_pair_leave(side, pol);
		return err;
	}
	atomic_inc(count);
	/* A look-up that reads the new spd->changes finds the policy. */
	smp_mb__before_atomic();
	atomic64_inc(&spd->changes);
	return 0;
}

/**
 * ov2_spd_add() - put a policy into the database, so that packets can meet it
 * @spd: the database
 * @pol: the policy; ov2_policy_set() has filled it in
 *
 * Context: Any context except hard interrupts.
 * Return: 0; -ENOSPC if a limit is reached (OV2_SPD_*); another negative errno
 * if there is no memory.
 */
int ov2_spd_add(struct ov2_spd *spd, struct ov2_policy *pol)
{
	u32 slot;
	int err;

	/* The slot stays empty until the policy is linked, so that
	 * ov2_spd_next() does not find the policy earlier. The reason is that a
	 * policy that could not be linked is freed at once, without a grace
	 * period.
	 */
	err = xa_alloc_cyclic_bh(&spd->all, &slot, NULL,
				 XA_LIMIT(1, OV2_SPD_SLOTS), &spd->next_slot,
				 GFP_ATOMIC);
	if (err < 0)
		return err;
	pol->slot = slot;
	spin_lock_bh(&spd->lock);
	err = spd_link(spd, pol);
	spin_unlock_bh(&spd->lock);
	if (err) {
		xa_erase_bh(&spd->all, slot);
		return err;
	}
	xa_store_bh(&spd->all, slot, pol, GFP_ATOMIC);
	return 0;
}

/**
 * ov2_spd_del() - take a policy out of the database
 * @spd: the database
 * @pol: a policy of the database. Look-ups that found it may use it for a grace
 *	period
 *
 * Context: Any context except hard interrupts, once for each policy.
 */
void ov2_spd_del(struct ov2_spd *spd, struct ov2_policy *pol)
{
	xa_erase_bh(&spd->all, pol->slot);
	spin_lock_bh(&spd->lock);
	atomic_dec(&spd->count[dir_index(pol->key.dir)]);
	rhltable_remove(&spd->table, &pol->node, spd_params);
	ov2_spd_pair_leave(spd_side(spd, pol->key.dir, pol->key.family), pol);
	/* A look-up that reads the new spd->changes does not find the policy
	 * any more.
	 */
	smp_mb__before_atomic();
	atomic64_inc(&spd->changes);
	spin_unlock_bh(&spd->lock);
}

/**
 * ov2_spd_count() - how many policies are there in a direction?
 * @spd: the database
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 *
 * Context: Any context.
 * Return: the number of policies.
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
 * If there is no policy, the caller need not read the packet's flow.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_spd_has(const struct ov2_spd *spd, u8 dir)
{
	return ov2_spd_count(spd, dir);
}

/**
 * ov2_spd_next() - walk over all policies
 * @spd: the database
 * @slot: where to begin, 0 for all policies; filled in with the slot of the
 *	policy that was found
 *
 * A walk goes on with *@slot + 1, at any later time. A policy that is there
 * during the whole walk is met once, even if other policies come and go.
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the policy, or NULL if there is no further policy.
 */
const struct ov2_policy *ov2_spd_next(struct ov2_spd *spd, unsigned long *slot)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the policy may go");
	return xa_find(&spd->all, slot, ULONG_MAX, XA_PRESENT);
}

/**
 * ov2_spd_version() - read a number that changes whenever a policy is added or
 *	removed
 * @spd: the database
 *
 * If the version is the same before and after a walk, the walk has met exactly
 * the policies that the card had at one moment.
 *
 * Context: Any context.
 * Return: the number.
 */
u32 ov2_spd_version(const struct ov2_spd *spd)
{
	/* If this call is after a walk, read spd->changes after the slots that
	 * the walk has read. A new policy is counted in spd->changes before its
	 * slot is written, and the slot is written with release.
	 */
	smp_rmb();
	/* If this call is before a walk, read spd->changes before the slots
	 * that the walk will read.
	 */
	return atomic64_read_acquire(&spd->changes);
}

/* A fragment, for example, hides its ports. Assume that it matches a policy
 * that protects or blocks, and that it does not match a bypass.
 */
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

/* Returns the best policy with @key that matches, or @best if @best is better.
 */
static const struct ov2_policy *find_better(struct ov2_spd *spd,
					    const struct ov2_policy_key *key,
					    const struct ov2_flow *flow,
					    const struct ov2_policy *best)
{
	const struct ov2_policy *pol;
	struct rhlist_head *list;
	struct rhlist_head *pos;

	ov2_look(&spd->looks);
	list = rhltable_lookup(&spd->table, key, spd_params);
	rhl_for_each_entry_rcu(pol, pos, list, node) {
		ov2_look(&spd->looks);
		if ((!best || ov2_policy_is_before(pol, best)) &&
		    policy_matches(pol, flow))
			best = pol;
	}
	return best;
}

/**
 * ov2_spd_lookup() - find the policy that a packet meets
 * @spd: the database
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 * @flow: the packet's flow, read successfully
 *
 * If the packet hides its protocol or ports, a policy that might match counts
 * as a match if it protects or blocks.
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the first of the matching policies, in the order of
 * ov2_policy_is_before(), or NULL when no policy matches.
 */
const struct ov2_policy *ov2_spd_lookup(struct ov2_spd *spd, u8 dir,
					const struct ov2_flow *flow)
{
	struct ov2_policy_key key = { .dir = dir, .family = flow->family };
	const struct ov2_policy *best = NULL;
	const struct ov2_spd_order *order;
	const struct ov2_spd_step *step;
	xfrm_address_t saddr, daddr;
	unsigned int i;

	xfrm_flowi_addr_get(&flow->fl, &saddr, &daddr, flow->family);
	order = rcu_dereference(spd_side(spd, dir, flow->family)->order);
	for (i = 0; order && i < order->count; i++) {
		step = &order->step[i];
		if (best && best->priority < step->priority)
			break;
		ov2_policy_key_set(&key, &saddr, step->prefix_s, &daddr,
				   step->prefix_d);
		best = find_better(spd, &key, flow, best);
	}
	return best;
}
