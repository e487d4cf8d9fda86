/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_NULL_ENGINE_H
#define _OV2_NULL_ENGINE_H

#include <linux/workqueue.h>

#include "../../ov2/miniport.h"

#define OV2_NULL_ASKED		32
#define OV2_NULL_CAPACITY	16

/**
 * struct ov2_null_asked - a request as the null engine remembers it
 * @oid: OV2_OID_*
 * @handle: the handle that the request named; for an add, the new SA's handle
 * @status: what the engine returned; OV2_STATUS_PENDING if the request pended
 */
struct ov2_null_asked {
	u32 oid;
	unsigned long handle;
	enum ov2_status status;
};

/**
 * struct ov2_null_engine - the null engine of one card
 * @ad: the card
 * @wq: gives the NBLs back, and frees the SAs
 * @work: gives back @nbls
 * @lock: protects @nbls, @paused, @num_asked and @asked; taken with BH disabled
 * @nbls: NBLs of all queues, oldest first
 * @paused: the engine is paused, and accepts nothing
 * @bundles: number of SAs; the capacity limits this number
 * @num_asked: requests so far
 * @asked: the last requests
 */
struct ov2_null_engine {
	struct ov2_adapter *ad;
	struct workqueue_struct *wq;
	struct work_struct work;
	spinlock_t lock; /* protects nbls, paused and what was asked */
	struct list_head nbls;
	bool paused;
	atomic_t bundles;
	unsigned int num_asked;
	struct ov2_null_asked asked[OV2_NULL_ASKED];
};

extern const struct ov2_miniport_ops ov2_null_miniport;

#endif /* _OV2_NULL_ENGINE_H */
