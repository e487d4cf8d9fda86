// SPDX-License-Identifier: GPL-2.0
/*
 * NBLs leave the engine in the order in which they entered their lane, in
 * whatever order their ciphers end.
 */
#include <linux/bottom_half.h>
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
	lane->closed = true;
}

/**
 * ov2_lane_enter() - an NBL takes its place
 * @lane: the lane of its queue
 * @nbl: the NBL; calls for one lane are serialized by the caller
 *
 * Context: BH disabled.
 * Return: false if the lane is closed; the NBL is not in it then.
 */
bool ov2_lane_enter(struct ov2_lane *lane, struct ov2_nbl *nbl)
{
	bool open;

	lockdep_assert_in_softirq();
	spin_lock_bh(&lane->lock);
	open = !lane->closed;
	if (open)
		list_add_tail(&nbl->link, &lane->nbls);
	spin_unlock_bh(&lane->lock);
	return open;
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

/* Other CPUs may append NBLs for as long as this loop runs, and the loop may
 * run in a cipher's completion, which delays other work of its CPU. So the loop
 * stops after a budget, as NAPI does, and lane->rest hands back the NBLs that
 * are left, in a softirq.
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
		if (!--budget) {
			queue_work(system_bh_wq, &lane->rest);
			return;
		}
	}
	lane->emitting = false;
	if (lane->closed && list_empty(&lane->nbls))
		wake_up(&lane->idle);
}

/* lane->emitting is still set, so no other CPU has emitted since the budget was
 * used up.
 */
static void lane_rest(struct work_struct *rest)
{
	struct ov2_lane *lane = container_of(rest, struct ov2_lane, rest);

	spin_lock(&lane->lock);
	lane_emit(lane);
	spin_unlock(&lane->lock);
}

/**
 * ov2_lane_done() - the work on an NBL is over
 * @lane: the lane that the NBL is in
 * @nbl: the NBL. When this returns, the NBL is gone, or waits for older NBLs or
 *	for the lane's next turn
 *
 * Context: Any context but hard interrupts.
 */
void ov2_lane_done(struct ov2_lane *lane, struct ov2_nbl *nbl)
{
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
	idle = list_empty(&lane->nbls) && !lane->emitting;
	spin_unlock_bh(&lane->lock);
	return idle;
}

/**
 * ov2_lane_close() - accept no more NBLs, and wait until all are handed back
 * @lane: the lane
 *
 * Context: Process context, sleeps.
 */
void ov2_lane_close(struct ov2_lane *lane)
{
	might_sleep();
	spin_lock_bh(&lane->lock);
	lane->closed = true;
	spin_unlock_bh(&lane->lock);
	wait_event(lane->idle, lane_is_idle(lane));
	/* The lane may be freed after this. */
	flush_work(&lane->rest);
}

/**
 * ov2_lane_open() - accept NBLs again
 * @lane: the lane
 *
 * Context: Any context but hard interrupts.
 */
void ov2_lane_open(struct ov2_lane *lane)
{
	spin_lock_bh(&lane->lock);
	lane->closed = false;
	spin_unlock_bh(&lane->lock);
}
