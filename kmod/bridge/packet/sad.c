// SPDX-License-Identifier: GPL-2.0
/*
 * The SAD finds the state that protects a packet (RFC 4301, 4.4.2). States are
 * hashed by the fields that the look-up compares for equality (struct
 * ov2_sad_key). States with the same key are in a list, the youngest first. A
 * packet takes the first state that fits and has not reached its soft limit.
 * The look-up stops at this state, so states that were replaced cost no time.
 * If all states that fit have reached their soft limits, the packet takes the
 * first of them. The length of a list is limited.
 *
 * A state may be for one CPU (RFC 9611), and the CPU is part of the key. So the
 * states of the packet's CPU are looked up first, and then the states that are
 * for all CPUs. The first look-up is left out if all states of the database are
 * for all CPUs.
 */
#include <linux/jhash.h>

#include "policy.h"
#include "sad.h"
#include "../sa/assoc.h"

static const struct rhashtable_params sad_params = {
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
	atomic_set(&sad->per_cpu, 0);
	return rhltable_init(&sad->table, &sad_params);
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
	key->cpu = x->pcpu_num;
	key_set(key, &x->props.saddr, &x->id.daddr);
}

/**
 * ov2_sad_hash() - compute a number that is the same for a state and for the
 *	state that replaces it
 * @x: an outbound state in packet mode
 *
 * Context: Any context.
 * Return: the number. It is computed from the reqid, family, mode and addresses
 * of @x, but not from its CPU. States that differ in reqid, family, mode or
 * addresses nearly always have different numbers.
 */
u32 ov2_sad_hash(const struct xfrm_state *x)
{
	struct ov2_sad_key key = {};

	state_key(&key, x);
	key.cpu = UINT_MAX;
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
						sad_params), OV2_SAD_SAME);
	rcu_read_unlock();
	if (full)
		return -ENOSPC;
	return rhltable_insert(&sad->table, &assoc->sad.node, sad_params);
}

/**
 * ov2_sad_add() - put a state into the database, so that packets can choose it
 * @sad: the database
 * @assoc: the association, new
 * @x: its state, outbound and in packet mode
 *
 * Context: Any context except hard interrupts.
 * Return: 0; -ENOSPC if OV2_SAD_SAME other associations have the same key;
 * another negative errno if there is no memory.
 */
int ov2_sad_add(struct ov2_sad *sad, struct ov2_assoc *assoc,
		const struct xfrm_state *x)
{
	int err;

	state_key(&assoc->sad.key, x);

	spin_lock_bh(&sad->lock);
	err = sad_link(sad, assoc);
	assoc->sad.linked = !err;
	if (assoc->sad.linked && assoc->sad.key.cpu != UINT_MAX)
		atomic_inc(&sad->per_cpu);
	/* A look-up that reads the new count finds the state. */
	smp_mb__before_atomic();
	atomic64_inc(&sad->changes);
	spin_unlock_bh(&sad->lock);
	return err;
}

/**
 * ov2_sad_del() - take a state out of the database
 * @sad: the database
 * @assoc: the association. Its pointer to the state is NULL already. The
 *	association need not be in the database. Look-ups that found it may use
 *	it for a grace period
 *
 * Context: Any context except hard interrupts.
 */
void ov2_sad_del(struct ov2_sad *sad, struct ov2_assoc *assoc)
{
	spin_lock_bh(&sad->lock);
	if (assoc->sad.linked) {
		rhltable_remove(&sad->table, &assoc->sad.node, sad_params);
		if (assoc->sad.key.cpu != UINT_MAX)
			atomic_dec(&sad->per_cpu);
	}
	assoc->sad.linked = false;
	/* A look-up that reads the new count does not find the state. */
	smp_mb__before_atomic();
	atomic64_inc(&sad->changes);
	spin_unlock_bh(&sad->lock);
}

/* Returns the key of the states that a packet can take. xfrm_state_find() uses
 * the same addresses. Every state here has a reqid (SA_REFUSED_REQID), so a
 * template without a reqid (a trap) finds no state.
 */
static struct ov2_sad_key choice_key(const struct xfrm_tmpl *tmpl,
				     const struct ov2_flow *flow)
{
	struct ov2_sad_key key = {
		.reqid = tmpl->reqid,
		.family = tmpl->encap_family,
		.mode = tmpl->mode,
		.cpu = UINT_MAX,
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
	/* Without an SA direction, an outbound state may have this flag, and
	 * xfrm_state_find() skips the state.
	 */
	if (READ_ONCE(x->km.state) != XFRM_STATE_VALID ||
	    x->props.flags & XFRM_STATE_WILDRECV)
		return false;
	if (tmpl->id.spi && tmpl->id.spi != x->id.spi)
		return false;
	return x->sel.family == AF_UNSPEC ||
	       ov2_selector_match(&x->sel, flow) == OV2_MATCH_YES;
}

/**
 * struct choice - the best state so far
 * @assoc: the association of @x, or NULL if no state fits so far
 * @x: the state
 * @dying: when the look-up came to @x, the soft limit of @x was reached
 * @settled: all states that the look-up came to were valid, none was dying, and
 *	the states for the CPU ov2_sad_cpus.chosen were not looked up
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

	/* The look-up came to @best before it came to @x. So if both are dying,
	 * @best is preferred. @best is dying, because otherwise choose() would
	 * have stopped at @best. So @x replaces @best only if @x is not dying.
	 */
	if (best->assoc && dying)
		return;
	best->assoc = assoc;
	best->x = x;
	best->dying = dying;
}

/* Stops at the first state that fits and is not dying. */
static void choose(struct ov2_sad *sad, struct ov2_sad_key *key, u32 cpu,
		   const struct xfrm_tmpl *tmpl, const struct ov2_flow *flow,
		   struct choice *best)
{
	struct ov2_assoc *assoc;
	struct rhlist_head *list;
	struct rhlist_head *pos;
	struct xfrm_state *x;

	if (best->assoc && !best->dying)
		return;

	key->cpu = cpu;
	list = rhltable_lookup(&sad->table, key, sad_params);
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

/* Looks at the states for the packet's CPU, then at the states for all CPUs. */
static void choose_own(struct ov2_sad *sad, struct ov2_sad_key *key,
		       const struct ov2_sad_cpus *cpus,
		       const struct xfrm_tmpl *tmpl,
		       const struct ov2_flow *flow, struct choice *best)
{
	if (ov2_sad_has_cpus(sad))
		choose(sad, key, cpus->own, tmpl, flow, best);
	choose(sad, key, UINT_MAX, tmpl, flow, best);
}

/**
 * ov2_sad_choose() - choose the state that protects a packet
 * @sad: the database
 * @pol: the policy that the packet met; it protects
 * @flow: the packet's flow
 * @cpus: the CPUs of the packet
 * @x: filled in with the state, or NULL. The caller may use the state until the
 *	end of its RCU read side, because the core frees no state before that. A
 *	state that has lost its last reference is not chosen, because the core
 *	first makes it DEAD
 * @settled: filled in with true if later packets of the flow choose the same
 *	state when the same CPU sends them. This holds until the database or the
 *	template changes, or the state is no longer in force
 *	(ov2_sad_is_in_force()). If a state that is younger than @x is dying,
 *	the choice is not settled. The reason is that this younger state would
 *	be chosen as soon as a key manager raised its soft limit
 *
 * Chooses as xfrm_state_find() does. These rules decide, in this order: a state
 * that has not reached its soft limit comes first, a state of the packet's CPU
 * comes before a state for all CPUs, and a younger state comes before an older
 * state. In transport mode, if no state has the packet's source, the packet
 * takes a state whose source is 0 (any source).
 *
 * The core takes a state of another CPU in one case only: the packet's socket
 * sent an earlier packet on that other CPU, and has kept the state of the
 * earlier packet. If the card dropped the new packet, nobody would ask a key
 * manager for a state. So if the packet's CPU has no state and no state is for
 * all CPUs, the packet takes a state for the same CPU as the state that the
 * core chose.
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the association of @x, or NULL if no state fits.
 */
struct ov2_assoc *ov2_sad_choose(struct ov2_sad *sad,
				 const struct ov2_policy *pol,
				 const struct ov2_flow *flow,
				 const struct ov2_sad_cpus *cpus,
				 struct xfrm_state **x, bool *settled)
{
	struct xfrm_tmpl room;
	const struct xfrm_tmpl *tmpl = ov2_policy_tmpl(pol, &room);
	struct ov2_sad_key key = choice_key(tmpl, flow);
	bool any_source = key.mode == XFRM_MODE_TRANSPORT;
	const xfrm_address_t saddr = key.saddr;
	struct choice best = { .settled = true };

	choose_own(sad, &key, cpus, tmpl, flow, &best);
	if (!best.assoc && any_source) {
		key.saddr = (xfrm_address_t){};
		choose_own(sad, &key, cpus, tmpl, flow, &best);
	}
	if (!best.assoc && cpus->chosen != UINT_MAX) {
		best.settled = false;
		key.saddr = saddr;
		choose(sad, &key, cpus->chosen, tmpl, flow, &best);
		if (!best.assoc && any_source) {
			key.saddr = (xfrm_address_t){};
			choose(sad, &key, cpus->chosen, tmpl, flow, &best);
		}
	}
	*x = best.x;
	*settled = best.settled;
	return best.assoc;
}

/* Does the database have a state with this key? If @in_force is set, only a
 * state in force counts.
 */
static bool sad_has(struct ov2_sad *sad, const struct ov2_sad_key *key,
		    bool in_force)
{
	const struct xfrm_state *x;
	struct rhlist_head *list;
	struct ov2_assoc *assoc;
	struct rhlist_head *pos;

	list = rhltable_lookup(&sad->table, key, sad_params);
	rhl_for_each_entry_rcu(assoc, pos, list, sad.node) {
		x = rcu_dereference(assoc->x);
		if (x && (!in_force || ov2_sad_is_in_force(x)))
			return true;
	}
	return false;
}

/**
 * ov2_sad_cpu() - find the CPU of the state that is to protect a packet
 * @sad: the database
 * @x: the state that the core chose for the packet
 * @own: the CPU that sends the packet
 *
 * The returned CPU may differ from the CPU of @x, because ov2_sad_choose() may
 * choose another state than the core: a socket keeps the state of its last
 * packet. This function looks only at states that have the reqid, family, mode
 * and addresses of @x.
 *
 * Context: Any context.
 * Return: a CPU, or UINT_MAX if the state is for all CPUs.
 */
u32 ov2_sad_cpu(struct ov2_sad *sad, const struct xfrm_state *x,
		unsigned int own)
{
	struct ov2_sad_key key = {};
	int in_force;

	if (!ov2_sad_has_cpus(sad))
		return UINT_MAX;

	state_key(&key, x);
	rcu_read_lock();
	for (in_force = 1; in_force >= 0; in_force--) {
		key.cpu = own;
		if (sad_has(sad, &key, in_force))
			goto found;
		key.cpu = UINT_MAX;
		if (sad_has(sad, &key, in_force))
			goto found;
	}
	key.cpu = x->pcpu_num;
found:
	rcu_read_unlock();
	return key.cpu;
}
