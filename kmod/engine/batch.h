/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_BATCH_H
#define _OV2_BATCH_H

#include <linux/atomic.h>
#include <linux/build_bug.h>

#include "../ov2/miniport.h"

struct ov2_sa;

/**
 * struct ov2_batch - the progress of a request that names one or more SAs
 * @left: number of entries that are not done. Until ov2_batch_end() is called,
 *	@left is larger by one
 * @good: an entry succeeded
 * @failure: status of the first entry that failed, 0 if none failed
 * @unkeyed: list of the SAs that have no keys yet, linked by
 *	ov2_sa.next_unkeyed. Only an add that may sleep uses this list, and
 *	ov2_sa_request() sets the keys before it returns
 *
 * The batch lies in ov2_request.miniport.
 */
struct ov2_batch {
	atomic_t left;
	bool good;
	u32 failure;
	struct ov2_sa *unkeyed;
};

static_assert(sizeof(struct ov2_batch) <=
	      sizeof_field(struct ov2_request, miniport));

struct ov2_batch *ov2_batch_of(struct ov2_request *req);
void ov2_batch_begin(struct ov2_request *req);
void ov2_batch_enter(struct ov2_request *req);
void ov2_batch_done(struct ov2_adapter *ad, struct ov2_request *req,
		    enum ov2_status status);
enum ov2_status ov2_batch_end(struct ov2_request *req);

#endif /* _OV2_BATCH_H */
