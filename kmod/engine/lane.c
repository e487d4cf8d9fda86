// SPDX-License-Identifier: GPL-2.0
/* Order of completions, per queue. */
#include <linux/bottom_half.h>

#include "lane.h"
#include "work.h"

/**
 * ov2_lane_init() - make a lane, closed
 * @lane: the lane
 * @ad: the card
 * @emit: hands an NBL back; called in order, one at a time, BH disabled
 */
void ov2_lane_init(struct ov2_lane *lane, struct ov2_adapter *ad,
		   void (*emit)(struct ov2_adapter *ad, struct ov2_nbl *nbl))
{
	spin_lock_init(&lane->lock);
	INIT_LIST_HEAD(&lane->nbls);
	init_waitqueue_head(&lane->idle);
	lane->ad = ad;
	lane->emit = emit;
	lane->closed = true;
}

/**
 * ov2_lane_enter() - an NBL takes its place
 * @lane: the lane of its queue
 * @nbl: the NBL; calls for one lane are serialized by the caller
 *
 * BH disabled.
 *
 * Return: false if the lane is closed; the NBL is not in it then.
 */
bool ov2_lane_enter(struct ov2_lane *lane, struct ov2_nbl *nbl)
{
	bool open;

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

	nbl = list_first_entry_or_null(&lane->nbls, struct ov2_nbl, link);
	if (!nbl || !ov2_work(nbl)->done)
		return NULL;
	list_del_init(&nbl->link);
	return nbl;
}

/**
 * ov2_lane_done() - the work on an NBL is over
 * @lane: the lane that it is in
 * @nbl: the NBL; gone when this returns, or still waiting for older ones
 *
 * Any context but hard interrupts.
 */
void ov2_lane_done(struct ov2_lane *lane, struct ov2_nbl *nbl)
{
	local_bh_disable();
	spin_lock(&lane->lock);
	ov2_work(nbl)->done = true;
	if (lane->emitting)
		goto unlock;

	lane->emitting = true;
	while ((nbl = lane_pop_done(lane))) {
		spin_unlock(&lane->lock);
		lane->emit(lane->ad, nbl);
		spin_lock(&lane->lock);
	}
	lane->emitting = false;
	if (lane->closed && list_empty(&lane->nbls))
		wake_up(&lane->idle);
unlock:
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
 * ov2_lane_close() - accept nothing more, and wait until all are back
 * @lane: the lane
 *
 * Process context, sleeps.
 */
void ov2_lane_close(struct ov2_lane *lane)
{
	spin_lock_bh(&lane->lock);
	lane->closed = true;
	spin_unlock_bh(&lane->lock);
	wait_event(lane->idle, lane_is_idle(lane));
}

/**
 * ov2_lane_open() - accept NBLs again
 * @lane: the lane
 *
 * Any context but hard interrupts.
 */
void ov2_lane_open(struct ov2_lane *lane)
{
	spin_lock_bh(&lane->lock);
	lane->closed = false;
	spin_unlock_bh(&lane->lock);
}
