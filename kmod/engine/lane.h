/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LANE_H
#define _OV2_LANE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct ov2_adapter;
struct ov2_nbl;

/* NBLs that one call hands back, with BH disabled, before it yields the CPU */
#define OV2_LANE_BUDGET	64

/**
 * struct ov2_lane - the NBLs that the engine has of one queue, in order
 * @lock: protects @nbls, @emitting and @closed; innermost, BH
 * @nbls: linked by ov2_nbl.link, oldest first
 * @emit: hands back an NBL that is done and was the head of the lane
 * @ad: the card, for @emit
 * @emitting: a CPU is in @emit or @rest is queued. No other CPU may call @emit
 *	then, or the order would be lost
 * @rest: hands back the NBLs that are done beyond the budget of a completion
 * @closed: no NBL is accepted; follows ov2_engine.state
 * @idle: woken when the lane is closed and has become empty
 *
 * Ciphers complete at once or later, from another CPU, and pcrypt or cryptd
 * mix both. An NBL that is done waits here for the older ones.
 */
struct ov2_lane {
	spinlock_t lock; /* protects nbls, emitting and closed */
	struct list_head nbls;
	void (*emit)(struct ov2_adapter *ad, struct ov2_nbl *nbl);
	struct ov2_adapter *ad;
	struct work_struct rest;
	bool emitting;
	bool closed;
	wait_queue_head_t idle;
};

void ov2_lane_init(struct ov2_lane *lane, struct ov2_adapter *ad,
		   void (*emit)(struct ov2_adapter *ad, struct ov2_nbl *nbl));
bool ov2_lane_enter(struct ov2_lane *lane, struct ov2_nbl *nbl);
void ov2_lane_done(struct ov2_lane *lane, struct ov2_nbl *nbl);
void ov2_lane_close(struct ov2_lane *lane);
void ov2_lane_open(struct ov2_lane *lane);

#endif /* _OV2_LANE_H */
