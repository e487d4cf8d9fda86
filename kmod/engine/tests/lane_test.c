// SPDX-License-Identifier: GPL-2.0
/* A lane hands NBLs back in order, and one call hands back at most
 * OV2_LANE_BUDGET NBLs.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "../lane.h"
#include "../work.h"
#include "../../ov2/miniport.h"

#define NBLS	(10 * OV2_LANE_BUDGET)

/**
 * struct road - a lane whose NBLs come back to a test
 * @ad: the card to which the lane hands NBLs back
 * @lane: the lane
 * @nbls: the NBLs that go through the lane, in this order
 * @entered: number of NBLs that have entered the lane so far
 * @back: number of NBLs that came back
 * @disorder: number of NBLs that came back out of order
 * @refill: for each NBL that comes back, this many new NBLs enter the lane
 * @pass: if set, road_emit() calls road_pass() while the next NBL goes back
 * @passed: the value of @back when this call of road_pass() returned
 * @in_call: the value of @back when ov2_lane_done() last returned to
 *	road_done() or to road_pass()
 * @closing: closes the lane
 * @closed: the lane is closed
 */
struct road {
	struct ov2_adapter ad;
	struct ov2_lane lane;
	struct ov2_nbl nbls[NBLS];
	unsigned int entered;
	unsigned int back;
	unsigned int disorder;
	unsigned int refill;
	bool pass;
	unsigned int passed;
	unsigned int in_call;
	struct work_struct closing;
	struct completion closed;
};

/* Brings an NBL into the lane, as ov2_engine_send() does. The NBL is done only
 * after the call.
 */
static void road_enter(struct road *road)
{
	local_bh_disable();
	ov2_lane_enter(&road->lane);
	ov2_lane_wait(&road->lane, &road->nbls[road->entered++]);
	ov2_lane_leave(&road->lane);
	local_bh_enable();
}

/* As road_enter(), but the NBL is done within the call. */
static void road_pass(struct road *road)
{
	local_bh_disable();
	ov2_lane_enter(&road->lane);
	ov2_lane_done(&road->lane, &road->nbls[road->entered++]);
	road->in_call = road->back;
	ov2_lane_leave(&road->lane);
	local_bh_enable();
}

/* With @refill this function does what another CPU would do: it puts NBLs into
 * the lane as fast as this CPU hands NBLs back.
 */
static void road_emit(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct road *road = container_of(ad, struct road, ad);
	unsigned int i;

	road->disorder += nbl != &road->nbls[road->back];
	if (road->pass) {
		road->pass = false;
		road_pass(road);
		road->passed = road->back;
	}
	road->back++;
	for (i = 0; i < road->refill && road->entered < NBLS; i++) {
		road_enter(road);
		ov2_lane_done(&road->lane, &road->nbls[road->entered - 1]);
	}
}

static struct road *road_new(struct kunit *test)
{
	struct road *road = kunit_kzalloc(test, sizeof(*road), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, road);
	ov2_lane_init(&road->lane, &road->ad, road_emit);
	ov2_lane_open(&road->lane);
	return road;
}

/* BH are disabled, so no softirq of this CPU can hand back more NBLs before
 * in_call is set.
 */
static void road_done(struct road *road, unsigned int nth)
{
	local_bh_disable();
	ov2_lane_done(&road->lane, &road->nbls[nth]);
	road->in_call = road->back;
	local_bh_enable();
}

static void expect_all_back(struct kunit *test, struct road *road)
{
	ov2_lane_close(&road->lane);
	KUNIT_EXPECT_EQ(test, road->back, road->entered);
	KUNIT_EXPECT_EQ(test, road->disorder, 0);
	KUNIT_EXPECT_FALSE(test, work_busy(&road->lane.rest));
}

/* For each NBL that comes back, another NBL enters the lane. Even so the call
 * ends when its budget is used up.
 */
static void others_append(struct kunit *test)
{
	struct road *road = road_new(test);

	road->refill = 1;
	road_enter(road);
	road_done(road, 0);
	KUNIT_EXPECT_EQ(test, road->in_call, OV2_LANE_BUDGET);
	flush_work(&road->lane.rest);
	expect_all_back(test, road);
	KUNIT_EXPECT_EQ(test, road->back, NBLS);
}

/* No NBL comes back before the oldest NBL is done. */
static void oldest_is_last(struct kunit *test)
{
	struct road *road = road_new(test);
	unsigned int i;

	for (i = 0; i < NBLS; i++)
		road_enter(road);
	for (i = NBLS - 1; i; i--) {
		road_done(road, i);
		KUNIT_ASSERT_EQ(test, road->in_call, 0);
	}
	road_done(road, 0);
	KUNIT_EXPECT_EQ(test, road->in_call, OV2_LANE_BUDGET);
	expect_all_back(test, road);
}

/* The last NBL of the lane uses up the budget of a call. Even so, the next NBL
 * that enters comes back.
 */
static void exactly_the_budget(struct kunit *test)
{
	struct road *road = road_new(test);
	unsigned int i;

	for (i = 0; i < OV2_LANE_BUDGET; i++)
		road_enter(road);
	for (i = OV2_LANE_BUDGET; i--;)
		road_done(road, i);
	KUNIT_EXPECT_EQ(test, road->in_call, OV2_LANE_BUDGET);
	flush_work(&road->lane.rest);
	road_enter(road);
	road_done(road, OV2_LANE_BUDGET);
	KUNIT_EXPECT_EQ(test, road->in_call, OV2_LANE_BUDGET + 1);
	expect_all_back(test, road);
}

/* A closed lane lets no call in, and lets calls in when it is open again. */
static void closed_takes_nothing(struct kunit *test)
{
	struct road *road = road_new(test);

	ov2_lane_close(&road->lane);
	local_bh_disable();
	KUNIT_EXPECT_FALSE(test, ov2_lane_enter(&road->lane));
	ov2_lane_open(&road->lane);
	KUNIT_EXPECT_TRUE(test, ov2_lane_enter(&road->lane));
	ov2_lane_leave(&road->lane);
	local_bh_enable();
	road_enter(road);
	road_done(road, 0);
	expect_all_back(test, road);
}

/* If no NBL waits, an NBL that is done within its call comes back within the
 * call.
 */
static void empty_lane_is_passed(struct kunit *test)
{
	struct road *road = road_new(test);
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		road_pass(road);
		KUNIT_EXPECT_EQ(test, road->in_call, i);
		KUNIT_EXPECT_FALSE(test, ov2_work(&road->nbls[i - 1])->waits);
	}
	expect_all_back(test, road);
}

/* An NBL that is done within its call does not overtake an older NBL that is
 * not done yet.
 */
static void done_at_once_waits(struct kunit *test)
{
	struct road *road = road_new(test);

	road_pass(road);
	road_enter(road);
	road_pass(road);
	road_pass(road);
	KUNIT_EXPECT_EQ(test, road->in_call, 1);
	road_done(road, 1);
	KUNIT_EXPECT_EQ(test, road->in_call, 4);
	road_pass(road);
	KUNIT_EXPECT_EQ(test, road->in_call, 5);
	expect_all_back(test, road);
}

/* An NBL that is being handed back is in no list any more. Even so no younger
 * NBL overtakes it.
 */
static void handed_back_is_older(struct kunit *test)
{
	struct road *road = road_new(test);

	road->pass = true;
	road_enter(road);
	road_done(road, 0);
	KUNIT_EXPECT_EQ(test, road->passed, 0);
	KUNIT_EXPECT_EQ(test, road->back, 2);
	expect_all_back(test, road);
}

static void closing_work(struct work_struct *work)
{
	struct road *road = container_of(work, struct road, closing);

	ov2_lane_close(&road->lane);
	complete(&road->closed);
}

/* Waits until the lane is marked as closed. Returns false if this takes too
 * long.
 */
static bool road_is_closing(struct road *road)
{
	unsigned long end = jiffies + 10 * HZ;

	do {
		usleep_range(100, 200);
		if (atomic_read(&road->lane.state) & OV2_LANE_CLOSED)
			return true;
	} while (time_before(jiffies, end));
	return false;
}

/* ov2_lane_close() waits until no call is inside the lane, even if the lane has
 * no NBL.
 */
static void close_waits_for_call(struct kunit *test)
{
	struct road *road = road_new(test);

	init_completion(&road->closed);
	INIT_WORK(&road->closing, closing_work);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, ov2_lane_enter(&road->lane));
	local_bh_enable();
	queue_work(system_unbound_wq, &road->closing);
	KUNIT_EXPECT_TRUE(test, road_is_closing(road));
	KUNIT_EXPECT_EQ(test, 0, wait_for_completion_timeout(&road->closed,
							     HZ / 10));
	local_bh_disable();
	ov2_lane_done(&road->lane, &road->nbls[road->entered++]);
	KUNIT_EXPECT_EQ(test, road->back, 1);
	ov2_lane_leave(&road->lane);
	local_bh_enable();
	KUNIT_EXPECT_NE(test, 0, wait_for_completion_timeout(&road->closed,
							     10 * HZ));
	flush_work(&road->closing);
	expect_all_back(test, road);
}

static struct kunit_case lane_cases[] = {
	KUNIT_CASE(others_append),
	KUNIT_CASE(oldest_is_last),
	KUNIT_CASE(exactly_the_budget),
	KUNIT_CASE(closed_takes_nothing),
	KUNIT_CASE(empty_lane_is_passed),
	KUNIT_CASE(done_at_once_waits),
	KUNIT_CASE(handed_back_is_older),
	KUNIT_CASE(close_waits_for_call),
	{}
};

static struct kunit_suite lane_suite = {
	.name = "ov2_lane",
	.test_cases = lane_cases,
};

kunit_test_suite(lane_suite);
