/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REAPER_H
#define _OV2_REAPER_H

#include <linux/llist.h>

/**
 * struct ov2_reaped - part of what is to be destroyed where a wait harms nobody
 * @node: its place among the others
 * @destroy: destroys it, in process context
 */
struct ov2_reaped {
	struct llist_node node;
	void (*destroy)(struct ov2_reaped *reaped);
};

void ov2_reap(struct ov2_reaped *reaped,
	      void (*destroy)(struct ov2_reaped *reaped));
void ov2_reaper_exit(void);

#endif /* _OV2_REAPER_H */
