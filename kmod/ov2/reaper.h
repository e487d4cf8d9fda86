/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REAPER_H
#define _OV2_REAPER_H

#include <linux/llist.h>

/**
 * struct ov2_reaped - what a structure needs so that a work item can destroy it
 * @node: in the list of the structures that the work item shall destroy
 * @destroy: destroys the structure that has this member, in process context
 */
struct ov2_reaped {
	struct llist_node node;
	void (*destroy)(struct ov2_reaped *reaped);
};

void ov2_reap(struct ov2_reaped *reaped,
	      void (*destroy)(struct ov2_reaped *reaped));
void ov2_reaper_exit(void);

#endif /* _OV2_REAPER_H */
