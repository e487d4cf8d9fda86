/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_WORK_H
#define _OV2_WORK_H

#include <linux/build_bug.h>

#include "../ov2/nbl.h"
#include "../ov2/status.h"
#include "../watch/counters.h"

struct ov2_sa;

/**
 * struct ov2_work - what the engine knows of an NBL that it has
 * @sa: the SA, one reference; NULL if none was found
 * @seq: sequence number with its high half
 * @spi: network order, for traces; 0 if the frame has none
 * @reason: transmit: why it is dropped, if @failed
 * @failed: transmit: it must not leave
 * @done: nothing is left to do but its turn in the lane
 */
struct ov2_work {
	struct ov2_sa *sa;
	u64 seq;
	__be32 spi;
	enum ov2_counter reason;
	bool failed;
	bool done;
};

static_assert(sizeof(struct ov2_work) <=
	      sizeof_field(struct ov2_nbl, miniport));

/**
 * ov2_work() - the engine's own part of an NBL
 * @nbl: an NBL that the engine owns
 *
 * Return: it; zeroed when the NBL was made.
 */
static inline struct ov2_work *ov2_work(struct ov2_nbl *nbl)
{
	return (struct ov2_work *)nbl->miniport;
}

#endif /* _OV2_WORK_H */
