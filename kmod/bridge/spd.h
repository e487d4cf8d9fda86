/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SPD_H
#define _OV2_SPD_H

#include <linux/atomic.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

#include "flow.h"

#define OV2_SPD_DIRS		2
#define OV2_SPD_FAMILIES	2

/**
 * struct ov2_policy_key - what exact policies are found by
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 * @family: AF_INET or AF_INET6
 * @saddr: source; zero behind an IPv4 address
 * @daddr: destination, likewise
 */
struct ov2_policy_key {
	u16 dir;
	u16 family;
	xfrm_address_t saddr;
	xfrm_address_t daddr;
};

/**
 * struct ov2_policy - an offloaded policy
 * @node: in ov2_spd.exact
 * @entry: in ov2_spd.inexact
 * @key: direction, family, and the addresses of an exact one
 * @sel: which packets it is for
 * @serial: the larger, the younger
 * @priority: the smaller, the sooner
 * @action: XFRM_POLICY_ALLOW or XFRM_POLICY_BLOCK
 * @exact: it is for one source and one destination
 * @has_tmpl: @tmpl is set. One that blocks has none, whatever xfrm's has
 * @tmpl: which states protect those packets, as of @genid: ov2_policy_tmpl()
 * @xp: xfrm's policy, which lives as long as this; NULL in unit tests
 * @genid: of @xp, when @tmpl was read
 * @rcu: freed a grace period after its end
 *
 * All but the links is constant.
 */
struct ov2_policy {
	struct rhlist_head node;
	struct list_head entry;
	struct ov2_policy_key key;
	struct xfrm_selector sel;
	u64 serial;
	u32 priority;
	u8 action;
	bool exact;
	bool has_tmpl;
	struct xfrm_tmpl tmpl;
	struct xfrm_policy *xp;
	int genid;
	struct rcu_head rcu;
};

/**
 * struct ov2_spd - the security policy database of a card
 * @lock: for writers of @inexact
 * @exact: policies for one source and one destination, by these
 * @inexact: all others, by direction and family, in the order of choice
 * @count: number of policies, by direction
 * @serial: of the youngest policy
 */
struct ov2_spd {
	spinlock_t lock; /* see above */
	struct rhltable exact;
	struct list_head inexact[OV2_SPD_DIRS][OV2_SPD_FAMILIES];
	atomic_t count[OV2_SPD_DIRS];
	atomic64_t serial;
};

/* spd.c */
int ov2_spd_init(struct ov2_spd *spd);
void ov2_spd_destroy(struct ov2_spd *spd);
int ov2_spd_add(struct ov2_spd *spd, struct ov2_policy *pol);
void ov2_spd_del(struct ov2_spd *spd, struct ov2_policy *pol);
unsigned int ov2_spd_count(const struct ov2_spd *spd, u8 dir);
bool ov2_spd_has(const struct ov2_spd *spd, u8 dir);
const struct ov2_policy *ov2_spd_lookup(struct ov2_spd *spd, u8 dir,
					const struct ov2_flow *flow);

/* policy.c */
void ov2_policy_set(struct ov2_policy *pol, const struct xfrm_policy *xp);
const struct xfrm_tmpl *ov2_policy_tmpl(const struct ov2_policy *pol,
					struct xfrm_tmpl *room);
bool ov2_policy_protects(const struct ov2_policy *pol);
bool ov2_policy_blocks(const struct ov2_policy *pol);
bool ov2_policy_fits(const struct ov2_policy *pol, const struct xfrm_state *x);

#endif /* _OV2_SPD_H */
