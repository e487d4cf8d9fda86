// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs of prefix lengths: which pairs the policies of a direction and family
 * have, and in what order a look-up visits the pairs. There are at most
 * OV2_SPD_PAIRS pairs. Mostly there are far fewer, because people write few
 * different prefix lengths.
 *
 * Look-ups read an array that is never changed, only replaced, because a
 * look-up that walked a list could miss a pair that is moved within the list.
 * The lock of the database is held for a time that grows with the number of
 * pairs, and with the logarithm of the number of policies.
 */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "policy.h"
#include "spd_pair.h"

/**
 * ov2_spd_side_init() - make a side without pairs
 * @side: the pairs
 * @lock: the lock of the database that @side belongs to
 *
 * Context: Any context.
 */
void ov2_spd_side_init(struct ov2_spd_side *side, spinlock_t *lock)
{
	side->lock = lock;
	INIT_LIST_HEAD(&side->pairs);
	side->count = 0;
	RCU_INIT_POINTER(side->order, NULL);
}

static struct ov2_policy *policy_of(const struct rb_node *node)
{
	return rb_entry(node, struct ov2_policy, in_pair);
}

static bool node_is_before(struct rb_node *node, const struct rb_node *other)
{
	return ov2_policy_is_before(policy_of(node), policy_of(other));
}

static struct ov2_spd_order *order_new(const struct ov2_spd_side *side)
{
	const struct ov2_spd_pair *pair;
	struct ov2_spd_order *order;
	unsigned int i = 0;

	order = kzalloc(struct_size(order, step, side->count),
			GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!order)
		return NULL;

	order->count = side->count;
	list_for_each_entry(pair, &side->pairs, entry)
		order->step[i++] = (struct ov2_spd_step){
			.priority = pair->priority,
			.prefix_s = pair->prefix_s,
			.prefix_d = pair->prefix_d,
		};
	return order;
}

/* Give look-ups the order of @side's pairs. If there is no memory, look-ups
 * keep the old order.
 */
static int side_publish(struct ov2_spd_side *side)
{
	struct ov2_spd_order *order = NULL;
	struct ov2_spd_order *old;

	if (side->count) {
		order = order_new(side);
		if (!order)
			return -ENOMEM;
	}

	old = rcu_replace_pointer(side->order, order,
				  lockdep_is_held(side->lock));
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static struct ov2_spd_pair *pair_find(const struct ov2_spd_side *side,
				      const struct ov2_policy_key *key)
{
	struct ov2_spd_pair *pair;

	list_for_each_entry(pair, &side->pairs, entry)
		if (pair->prefix_s == key->prefix_s &&
		    pair->prefix_d == key->prefix_d)
			return pair;
	return NULL;
}

/* A new pair has no policies, so it is not in the list of @side's pairs yet. */
static struct ov2_spd_pair *pair_new(struct ov2_spd_side *side,
				     const struct ov2_policy_key *key)
{
	struct ov2_spd_pair *pair;

	if (side->count == OV2_SPD_PAIRS)
		return ERR_PTR(-ENOSPC);
	pair = kzalloc(sizeof(*pair),
		       GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!pair)
		return ERR_PTR(-ENOMEM);

	INIT_LIST_HEAD(&pair->entry);
	pair->policies = RB_ROOT_CACHED;
	pair->prefix_s = key->prefix_s;
	pair->prefix_d = key->prefix_d;
	side->count++;
	return pair;
}

/* Moves a pair to its place, if the pair is new or the best priority of its
 * policies has changed.
 */
static int pair_place(struct ov2_spd_side *side, struct ov2_spd_pair *pair)
{
	u32 best = policy_of(rb_first_cached(&pair->policies))->priority;
	struct list_head *pos;

	if (!list_empty(&pair->entry) && pair->priority == best)
		return 0;

	list_del_init(&pair->entry);
	pair->priority = best;
	list_for_each(pos, &side->pairs)
		if (best < list_entry(pos, struct ov2_spd_pair,
				      entry)->priority)
			break;
	list_add_tail(&pair->entry, pos);
	return side_publish(side);
}

static int pair_end(struct ov2_spd_side *side, struct ov2_spd_pair *pair)
{
	list_del(&pair->entry);
	kfree(pair);
	side->count--;
	return side_publish(side);
}

/**
 * ov2_spd_pair_leave() - take a policy out of its pair
 * @side: the pairs of the policy's direction and family
 * @pol: the policy; no look-up finds it any more
 *
 * This cannot fail. If there is no memory, look-ups go on with the old order:
 * they visit a pair earlier than they need to, or visit a pair that has no
 * policies.
 *
 * Context: Any context except hard interrupts, under ov2_spd.lock.
 */
void ov2_spd_pair_leave(struct ov2_spd_side *side, struct ov2_policy *pol)
{
	struct ov2_spd_pair *pair = pol->pair;

	lockdep_assert_held(side->lock);
	rb_erase_cached(&pol->in_pair, &pair->policies);
	if (RB_EMPTY_ROOT(&pair->policies.rb_root))
		pair_end(side, pair);
	else
		pair_place(side, pair);
}

/**
 * ov2_spd_pair_join() - put a policy into its pair, and move the pair to its
 *	place
 * @side: the pairs of the policy's direction and family
 * @pol: the policy, with its serial; no look-up finds it yet
 *
 * Context: Any context except hard interrupts, under ov2_spd.lock.
 * Return: 0, -ENOSPC if the policy needs a new pair and there are OV2_SPD_PAIRS
 * pairs already, or -ENOMEM.
 */
int ov2_spd_pair_join(struct ov2_spd_side *side, struct ov2_policy *pol)
{
	struct ov2_spd_pair *pair = pair_find(side, &pol->key);
	int err;

	lockdep_assert_held(side->lock);
	if (!pair)
		pair = pair_new(side, &pol->key);
	if (IS_ERR(pair))
		return PTR_ERR(pair);

	pol->pair = pair;
	rb_add_cached(&pol->in_pair, &pair->policies, node_is_before);
	err = pair_place(side, pair);
	if (err)
		ov2_spd_pair_leave(side, pol);
	return err;
}
