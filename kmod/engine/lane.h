/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LANE_H
#define _OV2_LANE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct ov2_adapter;
struct ov2_nbl;

/* One run of lane_emit() hands back at most this number of NBLs, because BH are
 * disabled meanwhile.
 */
#define OV2_LANE_BUDGET	64

/* Bits of ov2_lane.state. CALL: a caller is between ov2_lane_enter() and
 * ov2_lane_leave(). CLOSED: ov2_lane_enter() refuses all callers.
 */
#define OV2_LANE_CALL	BIT(0)
#define OV2_LANE_CLOSED	BIT(1)

/**
 * struct ov2_lane - the order in which the NBLs of one queue leave the engine
 * @state: OV2_LANE_CALL and OV2_LANE_CLOSED; CLOSED follows ov2_engine.state
 * @waiting: number of NBLs that are in @nbls, or that @emit takes just now.
 *	It grows only between ov2_lane_enter() and ov2_lane_leave(), and only
 *	one CPU at a time is there
 * @lock: protects @nbls, @waiting and @emitting. Innermost of the module's
 *	locks; taken with BH disabled
 * @nbls: NBLs that wait, linked by ov2_nbl.link, oldest first
 * @emit: hands back an NBL that is done
 * @ad: the card, for @emit
 * @emitting: a CPU hands back NBLs of @nbls, or @rest is queued. Meanwhile no
 *	other CPU hands back NBLs of @nbls, so the order is kept
 * @rest: hands back the remaining NBLs, after OV2_LANE_BUDGET NBLs went back
 *	in one run
 * @idle: woken when the lane is closed and has become empty
 *
 * A cipher completes at once, or it completes later and maybe on another CPU.
 * With pcrypt and cryptd, some requests complete at once and others later. If
 * an NBL is done before its call ends, and no older NBL waits, the NBL goes
 * back at once and is never in @nbls. Any other NBL waits in @nbls until it is
 * done and the older NBLs are gone.
 *
 * @state is written twice for each NBL, so lanes share no cache line.
 */
struct ov2_lane {
	atomic_t state;
	unsigned int waiting;
	spinlock_t lock; /* protects nbls, waiting and emitting */
	struct list_head nbls;
	void (*emit)(struct ov2_adapter *ad, struct ov2_nbl *nbl);
	struct ov2_adapter *ad;
	struct work_struct rest;
	bool emitting;
	wait_queue_head_t idle;
} ____cacheline_aligned_in_smp;

void ov2_lane_init(struct ov2_lane *lane, struct ov2_adapter *ad,
		   void (*emit)(struct ov2_adapter *ad, struct ov2_nbl *nbl));
bool ov2_lane_enter(struct ov2_lane *lane);
void ov2_lane_leave(struct ov2_lane *lane);
void ov2_lane_wait(struct ov2_lane *lane, struct ov2_nbl *nbl);
bool ov2_lane_waits(const struct ov2_lane *lane);
void ov2_lane_done(struct ov2_lane *lane, struct ov2_nbl *nbl);
void ov2_lane_close(struct ov2_lane *lane);
void ov2_lane_open(struct ov2_lane *lane);

#endif /* _OV2_LANE_H */
