/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SPD_H
#define _OV2_SPD_H

#include <linux/atomic.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

#include "flow.h"

#define OV2_SPD_DIRS		2
#define OV2_SPD_FAMILIES	2

/* A look-up visits each pair of prefix lengths once, and compares the packet
 * with the policies of one key there. So OV2_SPD_PAIRS * OV2_SPD_SAME policies
 * are the most that a packet can be compared with, however many a card has; and
 * a visit that finds none costs some 270 instructions, so that all pairs of a
 * family and direction together cost less than the rest of the packet's way
 * (Documentation/performance.rst).
 */
#define OV2_SPD_POLICIES	16384	/* of each direction */
#define OV2_SPD_PAIRS		64	/* of each direction and family */
#define OV2_SPD_SAME		128	/* of each struct ov2_policy_key */

/**
 * struct ov2_policy_key - what policies are found by
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 * @family: AF_INET or AF_INET6
 * @prefix_s: bits of @saddr that count
 * @prefix_d: bits of @daddr that count
 * @saddr: source; zero behind its prefix, and behind an IPv4 address
 * @daddr: destination, likewise
 */
struct ov2_policy_key {
	u8 dir;
	u8 family;
	u8 prefix_s;
	u8 prefix_d;
	xfrm_address_t saddr;
	xfrm_address_t daddr;
};

/**
 * struct ov2_policy - an offloaded policy
 * @node: in ov2_spd.table
 * @in_pair: in ov2_spd_pair.policies
 * @pair: the policies with the same prefix lengths
 * @key: direction, family, prefix lengths and addresses
 * @sel: which packets it is for
 * @serial: the larger, the younger
 * @priority: the smaller, the sooner
 * @action: XFRM_POLICY_ALLOW or XFRM_POLICY_BLOCK
 * @has_tmpl: @tmpl is set. A policy that blocks has no template here, even if
 *	@xp has one
 * @tmpl: which states protect those packets, as it was when @xp had @genid.
 *	Read it by ov2_policy_tmpl()
 * @xp: xfrm's policy, which lives as long as this one; NULL in unit tests
 * @genid: of @xp, when @tmpl was read
 * @rcu: freed a grace period after its end
 *
 * All but the links is constant.
 */
struct ov2_policy {
	struct rhlist_head node;
	struct rb_node in_pair;
	struct ov2_spd_pair *pair;
	struct ov2_policy_key key;
	struct xfrm_selector sel;
	u64 serial;
	u32 priority;
	u8 action;
	bool has_tmpl;
	struct xfrm_tmpl tmpl;
	struct xfrm_policy *xp;
	int genid;
	struct rcu_head rcu;
};

/**
 * struct ov2_spd_pair - the policies with one pair of prefix lengths
 * @entry: in ov2_spd_side.pairs
 * @policies: in the order of choice
 * @priority: of the first of them
 * @prefix_s: of the source
 * @prefix_d: of the destination
 */
struct ov2_spd_pair {
	struct list_head entry;
	struct rb_root_cached policies;
	u32 priority;
	u8 prefix_s;
	u8 prefix_d;
};

/**
 * struct ov2_spd_step - a pair, for a look-up
 * @priority: no policy of the pair has a smaller one
 * @prefix_s: of the source
 * @prefix_d: of the destination
 */
struct ov2_spd_step {
	u32 priority;
	u8 prefix_s;
	u8 prefix_d;
};

/**
 * struct ov2_spd_order - the pairs in the order in which a look-up visits them
 * @rcu: freed a grace period after the next order is published
 * @count: number of @step
 * @step: the smallest priority first
 */
struct ov2_spd_order {
	struct rcu_head rcu;
	unsigned int count;
	struct ov2_spd_step step[] __counted_by(count);
};

/**
 * struct ov2_spd_side - the pairs of one direction and family
 * @pairs: the smallest ov2_spd_pair.priority first
 * @count: number of @pairs
 * @order: what look-ups know of @pairs, or NULL if there are none. A priority
 *	in it may be too small for a while, but never too large
 */
struct ov2_spd_side {
	struct list_head pairs;
	unsigned int count;
	struct ov2_spd_order __rcu *order;
};

/**
 * struct ov2_looks - for unit tests: how far look-ups look
 * @count: keys looked for and entries looked at
 */
struct ov2_looks {
#ifdef OV2_UNIT
	atomic_t count;
#endif
};

static inline void ov2_look(struct ov2_looks *looks)
{
#ifdef OV2_UNIT
	atomic_inc(&looks->count);
#endif
}

/**
 * struct ov2_spd - the security policy database of a card
 * @lock: for writers
 * @table: policies by their key
 * @sides: pairs of prefix lengths, by direction and family
 * @count: number of policies, by direction
 * @serial: of the youngest policy; under @lock
 * @looks: for unit tests: keys looked for and policies looked at
 */
struct ov2_spd {
	spinlock_t lock; /* see above */
	struct rhltable table;
	struct ov2_spd_side sides[OV2_SPD_DIRS][OV2_SPD_FAMILIES];
	atomic_t count[OV2_SPD_DIRS];
	u64 serial;
	struct ov2_looks looks;
};

/* Does @xp want its packets protected? The core ignores the templates of a policy
 * that blocks (xfrm_expand_policies(), __xfrm_policy_check()), and so does the
 * card.
 */
static inline bool ov2_xfrm_policy_protects(const struct xfrm_policy *xp)
{
	return xp->xfrm_nr && xp->action == XFRM_POLICY_ALLOW;
}

/* Is @pol asked before @other? Of two policies with the same priority the older
 * one is, so an update that puts another one beside it for a moment changes
 * nothing.
 */
static inline bool ov2_policy_is_before(const struct ov2_policy *pol,
					const struct ov2_policy *other)
{
	if (pol->priority != other->priority)
		return pol->priority < other->priority;
	return pol->serial < other->serial;
}

/* Has @list, which a look-up of one key has found, at least @max entries? Under
 * rcu_read_lock(). Reads no more than @max of them.
 */
static inline bool ov2_list_reaches(struct rhlist_head *list, unsigned int max)
{
	struct rhlist_head *pos;
	unsigned int count = 0;

	rhl_for_each_rcu(pos, list)
		if (++count == max)
			return true;
	return false;
}

/* spd.c */
int ov2_spd_init(struct ov2_spd *spd);
void ov2_spd_destroy(struct ov2_spd *spd);
int ov2_spd_add(struct ov2_spd *spd, struct ov2_policy *pol);
void ov2_spd_del(struct ov2_spd *spd, struct ov2_policy *pol);
unsigned int ov2_spd_count(const struct ov2_spd *spd, u8 dir);
bool ov2_spd_has(const struct ov2_spd *spd, u8 dir);
const struct ov2_policy *ov2_spd_lookup(struct ov2_spd *spd, u8 dir,
					const struct ov2_flow *flow);
void ov2_policy_key_set(struct ov2_policy_key *key,
			const xfrm_address_t *saddr, u8 prefix_s,
			const xfrm_address_t *daddr, u8 prefix_d);

/* spd_pair.c */
void ov2_spd_side_init(struct ov2_spd_side *side);
int ov2_spd_pair_join(struct ov2_spd_side *side, struct ov2_policy *pol);
void ov2_spd_pair_leave(struct ov2_spd_side *side, struct ov2_policy *pol);

/* policy.c */
void ov2_policy_set(struct ov2_policy *pol, const struct xfrm_policy *xp);
const struct xfrm_tmpl *ov2_policy_tmpl(const struct ov2_policy *pol,
					struct xfrm_tmpl *room);
bool ov2_policy_protects(const struct ov2_policy *pol);
bool ov2_policy_blocks(const struct ov2_policy *pol);
bool ov2_policy_fits(const struct ov2_policy *pol, const struct xfrm_state *x);

#endif /* _OV2_SPD_H */
