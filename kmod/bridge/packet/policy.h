/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_POLICY_H
#define _OV2_POLICY_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include "../../compat/xfrm.h"

struct ov2_spd_pair;

/**
 * struct ov2_policy_key - the fields by which policies are found
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 * @family: AF_INET or AF_INET6
 * @prefix_s: bits of @saddr that are compared
 * @prefix_d: bits of @daddr that are compared
 * @saddr: source address. The bits after the prefix are 0. If @family is
 *	AF_INET, the last 12 bytes are 0
 * @daddr: destination, in the same form
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
 * @sel: the packets that the policy is for
 * @genid: genid of @xp when @tmpl was copied
 * @serial: a younger policy has a larger serial
 * @priority: a policy with a smaller priority is asked first
 * @action: XFRM_POLICY_ALLOW or XFRM_POLICY_BLOCK
 * @has_tmpl: @tmpl is set. A policy that blocks has no template here, even if
 *	@xp has one
 * @slot: its place in ov2_spd.all
 * @tmpl: a copy of the template: which states protect the packets. The core may
 *	change its template later, so read the template with ov2_policy_tmpl()
 * @xp: xfrm's policy, which lives at least as long as this structure; NULL in
 *	unit tests
 * @hits: how many packets have met the policy, one count for each CPU
 * @dead: place in ov2_dead_policies.list, after the core has deleted the policy
 * @rcu: for freeing the policy a grace period after the policy has left the SPD
 *	and the list
 *
 * Until the policy is deleted, only @node, @in_pair and the counts of @hits
 * change. On a machine of 64 bits the structure has 256 bytes. With one byte
 * more, kmalloc() would take twice as much for each policy.
 */
struct ov2_policy {
	struct rhlist_head node;
	struct rb_node in_pair;
	struct ov2_spd_pair *pair;
	struct ov2_policy_key key;
	struct xfrm_selector sel;
	int genid;
	u64 serial;
	u32 priority;
	u8 action;
	bool has_tmpl;
	u16 slot;
	struct xfrm_tmpl tmpl;
	struct xfrm_policy *xp;
	u64 __percpu *hits;
	union {
		struct hlist_node dead;
		struct rcu_head rcu;
	};
};

/* Does @xp want its packets protected? If a policy blocks, the core ignores its
 * templates (xfrm_expand_policies(), __xfrm_policy_check()), and the card
 * ignores them, too.
 */
static inline bool ov2_xfrm_policy_protects(const struct xfrm_policy *xp)
{
	return xp->xfrm_nr && xp->action == XFRM_POLICY_ALLOW;
}

/* Is @pol asked before @other? If both have the same priority, the older policy
 * is asked first. So the older policy stays in force while an update puts a new
 * policy beside it.
 */
static inline bool ov2_policy_is_before(const struct ov2_policy *pol,
					const struct ov2_policy *other)
{
	if (pol->priority != other->priority)
		return pol->priority < other->priority;
	return pol->serial < other->serial;
}

/* Has the core changed the template of the policy after the card copied the
 * template into @pol? See ov2_policy_tmpl(). Call this in the RCU read-side
 * section in which @pol was found.
 */
static inline bool ov2_policy_tmpl_is_old(const struct ov2_policy *pol)
{
	return pol->xp && atomic_read(&pol->xp->genid) != pol->genid;
}

/* Counts a packet that has met @pol. Each CPU has a count of its own, because
 * many CPUs may send through one policy, each with an SA of its own.
 */
static inline void ov2_policy_hit(const struct ov2_policy *pol)
{
	this_cpu_inc(*pol->hits);
}

struct ov2_policy *ov2_policy_new(struct xfrm_policy *xp);
void ov2_policy_free(struct ov2_policy *pol);
void ov2_policy_free_rcu(struct ov2_policy *pol);
void ov2_policy_key_set(struct ov2_policy_key *key,
			const xfrm_address_t *saddr, u8 prefix_s,
			const xfrm_address_t *daddr, u8 prefix_d);
void ov2_policy_set(struct ov2_policy *pol, const struct xfrm_policy *xp);
const struct xfrm_tmpl *ov2_policy_tmpl(const struct ov2_policy *pol,
					struct xfrm_tmpl *room);
bool ov2_policy_protects(const struct ov2_policy *pol);
bool ov2_policy_blocks(const struct ov2_policy *pol);
bool ov2_policy_fits(const struct ov2_policy *pol, const struct xfrm_state *x);

#endif /* _OV2_POLICY_H */
