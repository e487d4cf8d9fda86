/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SPD_H
#define _OV2_SPD_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "flow.h"
#include "lookup.h"
#include "policy.h"
#include "spd_pair.h"

#define OV2_SPD_DIRS		2
#define OV2_SPD_FAMILIES	2

/* A look-up visits a pair of prefix lengths at most once. For each pair it
 * compares the packet with the policies of one key. So a packet is compared
 * with at most OV2_SPD_PAIRS * OV2_SPD_SAME policies, however many policies the
 * card has. A visit that finds no policy costs some 230 instructions, so all
 * pairs of a family and direction together cost less than everything else that
 * is done for the packet (Documentation/performance.rst).
 */
#define OV2_SPD_POLICIES	16384	/* at most, of one direction */
#define OV2_SPD_SAME		128	/* at most, of one ov2_policy_key */

#define OV2_SPD_SLOTS		U16_MAX
static_assert(OV2_SPD_DIRS * OV2_SPD_POLICIES < OV2_SPD_SLOTS);

/**
 * struct ov2_spd - the security policy database of a card
 * @lock: protects @serial, @sides and their pairs, and is held while @table and
 *	@count change; look-ups take no lock
 * @table: policies, hashed by ov2_policy.key
 * @sides: pairs of prefix lengths, for each direction and family
 * @count: number of policies, for each direction
 * @serial: serial of the youngest policy
 * @changes: how often a policy was added or removed (recent.c, dumps)
 * @all: all policies, each at a slot that it keeps. The slot is not the
 *	policy's number in the core (xfrm_policy.index), because the core sets
 *	this number only after the card has taken the policy
 * @next_slot: where the search for a free slot begins; under the lock of @all
 * @looks: for unit tests: keys looked for and policies looked at
 */
struct ov2_spd {
	spinlock_t lock; /* protects serial and sides; table, for writers */
	struct rhltable table;
	struct ov2_spd_side sides[OV2_SPD_DIRS][OV2_SPD_FAMILIES];
	atomic_t count[OV2_SPD_DIRS];
	u64 serial;
	atomic64_t changes;
	struct xarray all;
	u32 next_slot;
	struct ov2_looks looks;
};

int ov2_spd_init(struct ov2_spd *spd);
void ov2_spd_destroy(struct ov2_spd *spd);
int ov2_spd_add(struct ov2_spd *spd, struct ov2_policy *pol);
void ov2_spd_del(struct ov2_spd *spd, struct ov2_policy *pol);
unsigned int ov2_spd_count(const struct ov2_spd *spd, u8 dir);
bool ov2_spd_has(const struct ov2_spd *spd, u8 dir);
const struct ov2_policy *ov2_spd_next(struct ov2_spd *spd,
				      unsigned long *slot);
u32 ov2_spd_version(const struct ov2_spd *spd);
const struct ov2_policy *ov2_spd_lookup(struct ov2_spd *spd, u8 dir,
					const struct ov2_flow *flow);

#endif /* _OV2_SPD_H */
