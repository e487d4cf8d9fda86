// SPDX-License-Identifier: GPL-2.0
/*
 * NBLs leave the engine in the order in which they entered their lane, even if
 * their ciphers end in another order.
 *
 * A call of ov2_engine_send() or ov2_engine_receive() brings one NBL. The call
 * is inside the lane between ov2_lane_enter() and ov2_lane_leave().
 */
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/workqueue.h>

#include "lane.h"
#include "work.h"

static void lane_rest(struct work_struct *rest);

/**
 * ov2_lane_init() - make a closed lane
 * @lane: the lane
 * @ad: the card
 * @emit: hands an NBL back; called in order, one at a time, BH disabled
 *
 * Context: Process context.
 */
void ov2_lane_init(struct ov2_lane *lane, struct ov2_adapter *ad,
		   void (*emit)(struct ov2_adapter *ad, struct ov2_nbl *nbl))
{
	spin_lock_init(&lane->lock);
	INIT_LIST_HEAD(&lane->nbls);
	init_waitqueue_head(&lane->idle);
	INIT_WORK(&lane->rest, lane_rest);
	lane->ad = ad;
	lane->emit = emit;
	atomic_set(&lane->state, OV2_LANE_CLOSED);
}

/**
 * ov2_lane_enter() - let a call with an NBL into a lane
 * @lane: the lane of the NBL's queue. The caller serializes the calls for one
 *	lane
 *
 * Context: BH disabled until ov2_lane_leave().
 * Return: false if the lane is closed; ov2_lane_leave() must not be called
 * then.
 */
bool ov2_lane_enter(struct ov2_lane *lane)
{
	int before;

	lockdep_assert_in_softirq();
	before = atomic_cmpxchg_acquire(&lane->state, 0, OV2_LANE_CALL);
	WARN_ON_ONCE(before & OV2_LANE_CALL);
	return !before;
}

/**
 * ov2_lane_leave() - end a call whose NBL went back or waits in the lane
 * @lane: the lane. If it is being closed, it may be gone when this returns
 *
 * Context: BH disabled since ov2_lane_enter().
 */
void ov2_lane_leave(struct ov2_lane *lane)
{
	lockdep_assert_in_softirq();
	if (likely(atomic_cmpxchg_release(&lane->state, OV2_LANE_CALL, 0) ==
		   OV2_LANE_CALL))
		return;

	/* ov2_lane_close() takes the lock before it checks whether a call is
	 * inside. So it cannot return before the wake-up is done, and until
	 * then the lane cannot be freed.
	 */
	spin_lock(&lane->lock);
	atomic_andnot(OV2_LANE_CALL, &lane->state);
	wake_up(&lane->idle);
	spin_unlock(&lane->lock);
}

/**
 * ov2_lane_wait() - append to a lane an NBL that cannot go back yet
 * @lane: the lane. The call that brought the NBL has not left the lane yet
 * @nbl: the NBL
 *
 * Context: BH disabled. Called at most once for each NBL.
 */
void ov2_lane_wait(struct ov2_lane *lane, struct ov2_nbl *nbl)
{
	lockdep_assert_in_softirq();
	ov2_work(nbl)->waits = true;
	spin_lock(&lane->lock);
	list_add_tail(&nbl->link, &lane->nbls);
	lane->waiting++;
	spin_unlock(&lane->lock);
}

/**
 * ov2_lane_waits() - do older NBLs wait in a lane?
 * @lane: the lane. The caller is between ov2_lane_enter() and ov2_lane_leave().
 *	No other call can add an NBL to the lane meanwhile. So if no older NBL
 *	waits now, none comes before the caller leaves the lane
 *
 * Context: BH disabled.
 * Return: true if so.
 */
bool ov2_lane_waits(const struct ov2_lane *lane)
{
	/* Pairs with lane_emit(): if this reads 0, the older NBLs are back. */
	return smp_load_acquire(&lane->waiting);
}

static struct ov2_nbl *lane_pop_done(struct ov2_lane *lane)
{
	struct ov2_nbl *nbl;

	lockdep_assert_held(&lane->lock);
	nbl = list_first_entry_or_null(&lane->nbls, struct ov2_nbl, link);
	if (!nbl || !ov2_work(nbl)->done)
		return NULL;
	list_del_init(&nbl->link);
	return nbl;
}

/* Other CPUs may append NBLs for as long as this loop runs. Meanwhile the tasks
 * and softirqs of this CPU wait, because BH are disabled. So the loop stops
 * after a budget, as NAPI does. The work item lane->rest hands back the
 * remaining NBLs, in a softirq.
 */
static void lane_emit(struct ov2_lane *lane)
{
	int budget = OV2_LANE_BUDGET;
	struct ov2_nbl *nbl;

	lockdep_assert_in_softirq();
	lockdep_assert_held(&lane->lock);
	while ((nbl = lane_pop_done(lane))) {
		spin_unlock(&lane->lock);
		lane->emit(lane->ad, nbl);
		spin_lock(&lane->lock);
		/* Pairs with ov2_lane_waits(): the NBL is back. */
		smp_store_release(&lane->waiting, lane->waiting - 1);
		if (!--budget) {
			queue_work(system_bh_wq, &lane->rest);
			return;
		}
	}
	lane->emitting = false;
	if (atomic_read(&lane->state) & OV2_LANE_CLOSED && !lane->waiting)
		wake_up(&lane->idle);
}

/* lane->emitting stayed set when the budget was used up, so no other CPU has
 * handed back NBLs meanwhile.
 */
static void lane_rest(struct work_struct *rest)
{
	struct ov2_lane *lane = container_of(rest, struct ov2_lane, rest);

	spin_lock(&lane->lock);
	lane_emit(lane);
	spin_unlock(&lane->lock);
}

/**
 * ov2_lane_done() - hand an NBL back when its turn comes; the work on it is
 *	over
 * @lane: the lane of its queue. Either the NBL waits in the lane, or the call
 *	that brought the NBL has not called ov2_lane_leave() yet
 * @nbl: the NBL. When this returns, the NBL is gone, or waits for older NBLs or
 *	for ov2_lane.rest
 *
 * Context: Any context except hard interrupts. BH is disabled if the NBL does
 * not wait in the lane.
 */
void ov2_lane_done(struct ov2_lane *lane, struct ov2_nbl *nbl)
{
	if (!ov2_work(nbl)->waits) {
		if (likely(!ov2_lane_waits(lane))) {
			lane->emit(lane->ad, nbl);
			return;
		}
		ov2_lane_wait(lane, nbl);
	}

	local_bh_disable();
	spin_lock(&lane->lock);
	ov2_work(nbl)->done = true;
	if (!lane->emitting) {
		lane->emitting = true;
		lane_emit(lane);
	}
	spin_unlock(&lane->lock);
	local_bh_enable();
}

static bool lane_is_idle(struct ov2_lane *lane)
{
	bool idle;

	spin_lock_bh(&lane->lock);
	/* Pairs with ov2_lane_leave(). */
	idle = !(atomic_read_acquire(&lane->state) & OV2_LANE_CALL) &&
	       !lane->waiting && !lane->emitting;
	spin_unlock_bh(&lane->lock);
	return idle;
}

/**
 * ov2_lane_close() - accept no more calls, and wait until all NBLs are back
 * @lane: the lane
 *
 * This function waits for no RCU grace period. The core closes all cards of a
 * batch one after the other, so the grace periods would add up
 * (Documentation/performance.rst, "The end of cards").
 *
 * Context: Process context, sleeps.
 */
void ov2_lane_close(struct ov2_lane *lane)
{
	might_sleep();
	/* ov2_lane_leave() exchanges the same word. So a call either leaves
	 * before this bit is set, or finds the bit and wakes us up.
	 */
	atomic_or(OV2_LANE_CLOSED, &lane->state);
	wait_event(lane->idle, lane_is_idle(lane));
	/* The lane may be freed after this. */
	flush_work(&lane->rest);
}

/**
 * ov2_lane_open() - accept calls again
 * @lane: the lane
 *
 * Context: Any context.
 */
void ov2_lane_open(struct ov2_lane *lane)
{
	atomic_andnot(OV2_LANE_CLOSED, &lane->state);
}
