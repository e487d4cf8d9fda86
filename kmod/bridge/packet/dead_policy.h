/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DEAD_POLICY_H
#define _OV2_DEAD_POLICY_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct ov2_policy;

/**
 * struct ov2_dead_policies - policies that are deleted but not freed
 * @lock: protects @list and @ended
 * @list: the policies, linked by ov2_policy.dead
 * @ended: the card has been unregistered
 * @work: makes the policies drop their references to the card
 */
struct ov2_dead_policies {
	spinlock_t lock; /* protects list and ended */
	struct hlist_head list;
	bool ended;
	struct work_struct work;
};

void ov2_dead_policies_init(struct ov2_dead_policies *dead);
void ov2_dead_policies_destroy(struct ov2_dead_policies *dead);
void ov2_dead_policies_end(struct ov2_dead_policies *dead);
void ov2_dead_policy_add(struct ov2_dead_policies *dead,
			 struct ov2_policy *pol);
void ov2_dead_policy_del(struct ov2_dead_policies *dead,
			 struct ov2_policy *pol);

#endif /* _OV2_DEAD_POLICY_H */
