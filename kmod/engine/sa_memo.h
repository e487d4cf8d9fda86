/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_MEMO_H
#define _OV2_SA_MEMO_H

#include <linux/cache.h>

#include "frame.h"

struct ov2_adapter;
struct ov2_sa;
struct ov2_sa_table;

/**
 * struct ov2_sa_memo - what the last look-up of a receive queue has found
 * @sa: the SA, or NULL if nothing is remembered
 * @version: what ov2_sa_table_version() returned before the look-up
 * @frame: the frame that the look-up was for
 *
 * The caller serializes all calls for one memo.
 */
struct ov2_sa_memo {
	struct ov2_sa *sa;
	s64 version;
	struct ov2_frame frame;
} ____cacheline_aligned_in_smp;

/**
 * struct ov2_sa_sent - what the last look-up of a send queue has found
 * @sa: the SA, or NULL if there is none
 * @version: what ov2_sa_table_version() returned before the look-up
 * @handle: the handle that the look-up was for
 *
 * The caller serializes all calls for one queue.
 */
struct ov2_sa_sent {
	struct ov2_sa *sa;
	s64 version;
	unsigned long handle;
} ____cacheline_aligned_in_smp;

struct ov2_sa *ov2_sa_memo_find(const struct ov2_sa_memo *memo, s64 version,
				const struct ov2_frame *frame);
struct ov2_sa *ov2_sa_memo_find_esp4(const struct ov2_sa_memo *memo,
				     s64 version,
				     const struct ov2_frame_esp4 *hdr);
void ov2_sa_memo_set(struct ov2_sa_memo *memo, struct ov2_sa *sa, s64 version,
		     const struct ov2_frame *frame);
struct ov2_sa *ov2_sa_sent_find(struct ov2_sa_sent *sent,
				struct ov2_adapter *ad,
				struct ov2_sa_table *table,
				unsigned long handle);

#endif /* _OV2_SA_MEMO_H */
