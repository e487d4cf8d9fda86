// SPDX-License-Identifier: GPL-2.0
/*
 * Hash tables outlive their card for a moment. The machine has one worker that
 * ends network namespaces. If the end of a card waited in this worker, the ends
 * of all other namespaces would wait, too. But rhashtable_destroy() waits for a
 * work item. In Linux 7.3 it also calls irq_work_sync(). irq_work_sync() waits
 * for a grace period if the kernel has PREEMPT_RT, or if the machine has no
 * interrupt for irq_work. So a work item of this file destroys the tables, one
 * after the other.
 */
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "reaper.h"

static LLIST_HEAD(reaper_list);

static void reaper_work(struct work_struct *work)
{
	struct llist_node *list = llist_del_all(&reaper_list);
	struct ov2_reaped *reaped, *next;

	llist_for_each_entry_safe(reaped, next, list, node) {
		reaped->destroy(reaped);
		cond_resched();
	}
}

static DECLARE_WORK(reaper, reaper_work);

/**
 * ov2_reap() - let the work item destroy a structure soon
 * @reaped: a member of the structure; nothing uses the structure any more
 * @destroy: destroys the structure, in process context, and may sleep
 *
 * Context: Any context.
 */
void ov2_reap(struct ov2_reaped *reaped,
	      void (*destroy)(struct ov2_reaped *reaped))
{
	reaped->destroy = destroy;
	if (llist_add(&reaped->node, &reaper_list))
		schedule_work(&reaper);
}

/**
 * ov2_reaper_exit() - wait until every structure is destroyed
 *
 * Context: Process context, at module exit, after the last ov2_reap().
 */
void ov2_reaper_exit(void)
{
	flush_work(&reaper);
}
