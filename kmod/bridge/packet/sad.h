/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SAD_H
#define _OV2_SAD_H

#include <linux/rhashtable.h>
#include <linux/spinlock.h>

#include "flow.h"
#include "lookup.h"

struct ov2_assoc;
struct ov2_policy;

/* The number of states that may have the same struct ov2_sad_key. The limit
 * exists because a packet may be compared with all of these states. A key
 * manager needs two such states for a while, when it replaces a state.
 */
#define OV2_SAD_SAME	128

/**
 * struct ov2_sad - the outbound states of a card in packet mode
 * @lock: held while @table changes; look-ups take no lock
 * @table: associations, hashed by ov2_sad_link.key. Among associations with
 *	equal keys the youngest is first
 * @changes: grows when an outbound state in packet mode is added, and when any
 *	state of the card is deleted (recent.c)
 * @per_cpu: number of states in @table that are for a single CPU, not for all
 *	CPUs
 * @looks: for unit tests: associations looked at
 */
struct ov2_sad {
	spinlock_t lock; /* protects table, for writers */
	struct rhltable table;
	atomic64_t changes;
	atomic_t per_cpu;
	struct ov2_looks looks;
};

/**
 * struct ov2_sad_cpus - the CPUs whose states a packet may take
 * @own: the CPU that sends the packet
 * @chosen: the CPU of the state that the core chose for the packet, or UINT_MAX
 */
struct ov2_sad_cpus {
	unsigned int own;
	unsigned int chosen;
};

/* Does the database have states that are for a single CPU, not for all CPUs? */
static inline bool ov2_sad_has_cpus(const struct ov2_sad *sad)
{
	return atomic_read(&sad->per_cpu);
}

/* A state is in force if it is valid and has not reached its soft limit. A
 * packet takes a valid state that has reached its soft limit only if no state
 * in force fits.
 */
static inline bool ov2_sad_is_in_force(const struct xfrm_state *x)
{
	return READ_ONCE(x->km.state) == XFRM_STATE_VALID &&
	       !READ_ONCE(x->km.dying);
}

int ov2_sad_init(struct ov2_sad *sad);
void ov2_sad_destroy(struct ov2_sad *sad);
int ov2_sad_add(struct ov2_sad *sad, struct ov2_assoc *assoc,
		const struct xfrm_state *x);
void ov2_sad_del(struct ov2_sad *sad, struct ov2_assoc *assoc);
u32 ov2_sad_hash(const struct xfrm_state *x);
struct ov2_assoc *ov2_sad_choose(struct ov2_sad *sad,
				 const struct ov2_policy *pol,
				 const struct ov2_flow *flow,
				 const struct ov2_sad_cpus *cpus,
				 struct xfrm_state **x, bool *settled);
u32 ov2_sad_cpu(struct ov2_sad *sad, const struct xfrm_state *x,
		unsigned int own);

#endif /* _OV2_SAD_H */
