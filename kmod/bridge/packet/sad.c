// SPDX-License-Identifier: GPL-2.0
/*
 * The SAD finds the state that protects a packet (RFC 4301, 4.4.2). States are
 * hashed by the fields that must be equal (struct ov2_sad_key). States with the
 * same key are in a list, the youngest first. A packet takes the first state of
 * the list that fits and whose soft limit is not reached. So states that were
 * replaced cost no time. The length of a list is limited.
 */
#include <linux/jhash.h>

#include "policy.h"
#include "sad.h"
#include "../sa/assoc.h"

static const struct rhashtable_params sad_table_params = {
	.key_len = sizeof(struct ov2_sad_key),
	.key_offset = offsetof(struct ov2_assoc, sad.key),
	.head_offset = offsetof(struct ov2_assoc, sad.node),
	.automatic_shrinking = true,
};

/**
 * ov2_sad_init() - make an empty database
 * @sad: the database
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_sad_init(struct ov2_sad *sad)
{
	spin_lock_init(&sad->lock);
	atomic64_set(&sad->changes, 0);
	return rhltable_init(&sad->table, &sad_table_params);
}

/**
 * ov2_sad_destroy() - undo ov2_sad_init()
 * @sad: the database, empty; no look-up is under way
 *
 * Context: Process context.
 */
void ov2_sad_destroy(struct ov2_sad *sad)
{
	rhltable_destroy(&sad->table);
}

static void key_set(struct ov2_sad_key *key, const xfrm_address_t *saddr,
		    const xfrm_address_t *daddr)
{
	if (key->family == AF_INET) {
		key->saddr.a4 = saddr->a4;
		key->daddr.a4 = daddr->a4;
	} else {
		key->saddr = *saddr;
		key->daddr = *daddr;
	}
}

static void state_key(struct ov2_sad_key *key, const struct xfrm_state *x)
{
	key->reqid = x->props.reqid;
	key->family = x->props.family;
	key->mode = x->props.mode;
	key_set(key, &x->props.saddr, &x->id.daddr);
}

/**
 * ov2_sad_hash() - a number that is equal for states that replace each other
 * @x: an outbound state in packet mode
 *
 * Context: Any context.
 * Return: the number. States that cannot replace each other mostly have
 * different numbers.
 */
u32 ov2_sad_hash(const struct xfrm_state *x)
{
	struct ov2_sad_key key = {};

	state_key(&key, x);
	return jhash(&key, sizeof(key), 0);
}

/* rhltable puts a new entry in front of the entries with the same key, and
 * keeps the order of entries that it moves (__rhashtable_insert_fast(),
 * rhashtable_lookup_one(), rhashtable_rehash_one()). So the youngest is first.
 */
static int sad_link(struct ov2_sad *sad, struct ov2_assoc *assoc)
{
	bool full;

	lockdep_assert_held(&sad->lock);
	rcu_read_lock();
	full = ov2_list_reaches(rhltable_lookup(&sad->table, &assoc->sad.key,
						sad_table_params), OV2_SAD_SAME);
	rcu_read_unlock();
	if (full)
		return -ENOSPC;
	return rhltable_insert(&sad->table, &assoc->sad.node, sad_table_params);
}

/**
 * ov2_sad_add() - let packets choose a state from now on
 * @sad: the database
 * @assoc: the association, new
 * @x: its state, outbound and in packet mode
 *
 * Context: Any context except hard interrupts.
 * Return: 0, -ENOSPC if OV2_SAD_SAME associations have the key already, or
 * another negative errno without memory.
 */
int ov2_sad_add(struct ov2_sad *sad, struct ov2_assoc *assoc,
		const struct xfrm_state *x)
{
	int err;

	state_key(&assoc->sad.key, x);

	spin_lock_bh(&sad->lock);
	err = sad_link(sad, assoc);
	assoc->sad.linked = !err;
	/* A look-up that reads the new count finds the state. */
	smp_mb__before_atomic();
	atomic64_inc(&sad->changes);
	spin_unlock_bh(&sad->lock);
	return err;
}

/**
 * ov2_sad_del() - let no packet choose a state from now on
 * @sad: the database
 * @assoc: the association, in the database or not, its state unset. Look-ups
 *	that found it may use it for a grace period
 *
 * Context: Any context except hard interrupts.
 */
void ov2_sad_del(struct ov2_sad *sad, struct ov2_assoc *assoc)
{
	spin_lock_bh(&sad->lock);
	if (assoc->sad.linked)
		rhltable_remove(&sad->table, &assoc->sad.node, sad_table_params);
	assoc->sad.linked = false;
	/* A look-up that reads the new count does not find the state. */
	smp_mb__before_atomic();
	atomic64_inc(&sad->changes);
	spin_unlock_bh(&sad->lock);
}

/* The key of the states that a packet can take. xfrm_state_find() uses the same
 * addresses. Every state here has a reqid (SA_REFUSED_REQID), so a template
 * without a reqid (a trap) finds no state.
 */
static struct ov2_sad_key choice_key(const struct xfrm_tmpl *tmpl,
				     const struct ov2_flow *flow)
{
	struct ov2_sad_key key = {
		.reqid = tmpl->reqid,
		.family = tmpl->encap_family,
		.mode = tmpl->mode,
	};
	xfrm_address_t saddr, daddr;

	if (tmpl->mode == XFRM_MODE_TUNNEL) {
		key_set(&key, &tmpl->saddr, &tmpl->id.daddr);
		return key;
	}
	xfrm_flowi_addr_get(&flow->fl, &saddr, &daddr, flow->family);
	key_set(&key, &saddr, &daddr);
	return key;
}

static bool state_is_usable(const struct xfrm_state *x,
			    const struct xfrm_tmpl *tmpl,
			    const struct ov2_flow *flow)
{
	if (READ_ONCE(x->km.state) != XFRM_STATE_VALID)
		return false;
	if (tmpl->id.spi && tmpl->id.spi != x->id.spi)
		return false;
	return x->sel.family == AF_UNSPEC ||
	       ov2_selector_match(&x->sel, flow) == OV2_MATCH_YES;
}

/**
 * struct choice - the best state so far
 * @assoc: the association of @x, or NULL if no state fits so far
 * @x: the state, with a reference
 * @dying: the soft limit of @x was reached when the look-up came to it
 * @settled: no state that the look-up came to was dying or invalid
 */
struct choice {
	struct ov2_assoc *assoc;
	struct xfrm_state *x;
	bool dying;
	bool settled;
};

static void choice_consider(struct choice *best, struct ov2_assoc *assoc,
			    struct xfrm_state *x)
{
	bool dying = READ_ONCE(x->km.dying);

	/* The list has the youngest first, so @best is younger than @x. And
	 * @best is dying, because otherwise choose() would have stopped. So @x
	 * is better unless @x is dying, too.
	 */
	if (best->assoc && dying)
		return;
	if (!refcount_inc_not_zero(&x->refcnt))
		return;
	if (best->assoc)
		xfrm_state_put(best->x);
	best->assoc = assoc;
	best->x = x;
	best->dying = dying;
}

/* Stops at the first state that fits and is not dying. */
static void choose(struct ov2_sad *sad, const struct ov2_sad_key *key,
		   const struct xfrm_tmpl *tmpl, const struct ov2_flow *flow,
		   struct choice *best)
{
	struct ov2_assoc *assoc;
	struct rhlist_head *list;
	struct rhlist_head *pos;
	struct xfrm_state *x;

	list = rhltable_lookup(&sad->table, key, sad_table_params);
	rhl_for_each_entry_rcu(assoc, pos, list, sad.node) {
		ov2_look(&sad->looks);
		x = rcu_dereference(assoc->x);
		if (x && !ov2_sad_is_in_force(x))
			best->settled = false;
		if (x && state_is_usable(x, tmpl, flow))
			choice_consider(best, assoc, x);
		if (best->assoc && !best->dying)
			return;
	}
}

/**
 * ov2_sad_choose() - choose the state that protects a packet
 * @sad: the database
 * @pol: the policy that the packet met; it protects
 * @flow: the packet's flow
 * @x: filled in with the state, with a reference for the caller, or NULL
 * @settled: filled in with true if later packets of the flow choose the same
 *	state. This holds until the database or the template changes, or the
 *	state is no longer in force (ov2_sad_is_in_force()). If a younger state
 *	is dying, the choice is not settled, because that state would be chosen
 *	as soon as a key manager raised its soft limit
 *
 * Chooses as xfrm_state_find() does: states that have not reached their soft
 * limit are preferred, and among these the youngest state. In transport mode,
 * if no state has the packet's source, a state with any source is taken.
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the association of @x, or NULL if no state fits.
 */
struct ov2_assoc *ov2_sad_choose(struct ov2_sad *sad,
				 const struct ov2_policy *pol,
				 const struct ov2_flow *flow,
				 struct xfrm_state **x, bool *settled)
{
	struct xfrm_tmpl room;
	const struct xfrm_tmpl *tmpl = ov2_policy_tmpl(pol, &room);
	struct ov2_sad_key key = choice_key(tmpl, flow);
	struct choice best = { .settled = true };

	choose(sad, &key, tmpl, flow, &best);
	if (!best.assoc && key.mode == XFRM_MODE_TRANSPORT) {
		key.saddr = (xfrm_address_t){};
		choose(sad, &key, tmpl, flow, &best);
	}
	*x = best.x;
	*settled = best.settled;
	return best.assoc;
}
