/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SPD_PAIR_H
#define _OV2_SPD_PAIR_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct ov2_policy;

/* The policies of one direction and family may have at most this many pairs. */
#define OV2_SPD_PAIRS		64

/**
 * struct ov2_spd_pair - the policies with one pair of prefix lengths
 * @entry: in ov2_spd_side.pairs
 * @policies: the policies, in the order of ov2_policy_is_before()
 * @priority: priority of the first policy
 * @prefix_s: prefix length of the source
 * @prefix_d: prefix length of the destination
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
 * @priority: no policy of the pair has a smaller priority
 * @prefix_s: prefix length of the source
 * @prefix_d: prefix length of the destination
 */
struct ov2_spd_step {
	u32 priority;
	u8 prefix_s;
	u8 prefix_d;
};

/**
 * struct ov2_spd_order - the pairs in the order in which a look-up visits them
 * @rcu: for freeing the order a grace period after the next order is published
 * @count: number of elements of @step
 * @step: the smallest priority first
 */
struct ov2_spd_order {
	struct rcu_head rcu;
	unsigned int count;
	struct ov2_spd_step step[] __counted_by(count);
};

/**
 * struct ov2_spd_side - the pairs of one direction and family
 * @lock: ov2_spd.lock, which protects the pairs and their policies
 * @pairs: the smallest ov2_spd_pair.priority first
 * @count: number of @pairs
 * @order: the copy of @pairs for look-ups, or NULL if there are no pairs. A
 *	priority in the copy may be too small for a while, but never too large
 */
struct ov2_spd_side {
	spinlock_t *lock; /* protects pairs and their policies */
	struct list_head pairs;
	unsigned int count;
	struct ov2_spd_order __rcu *order;
};

void ov2_spd_side_init(struct ov2_spd_side *side, spinlock_t *lock);
int ov2_spd_pair_join(struct ov2_spd_side *side, struct ov2_policy *pol);
void ov2_spd_pair_leave(struct ov2_spd_side *side, struct ov2_policy *pol);

#endif /* _OV2_SPD_PAIR_H */
