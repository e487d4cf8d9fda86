// SPDX-License-Identifier: GPL-2.0
/* A lane hands NBLs back in order, and never for longer than its budget. */
#include <kunit/test.h>
#include <linux/bottom_half.h>

#include "../lane.h"
#include "../work.h"
#include "../../ov2/miniport.h"

#define NBLS	(10 * OV2_LANE_BUDGET)

/**
 * struct road - a lane whose NBLs come back to a test
 * @ad: the card that the lane hands back to
 * @lane: the lane
 * @nbls: the NBLs that go through the lane, in this order
 * @entered: NBLs that are or were in the lane
 * @back: NBLs that came back
 * @disorder: NBLs that came back out of order
 * @refill: number of NBLs that others put in for each NBL that comes back
 * @in_call: NBLs that came back before ov2_lane_done() returned
 */
struct road {
	struct ov2_adapter ad;
	struct ov2_lane lane;
	struct ov2_nbl nbls[NBLS];
	unsigned int entered;
	unsigned int back;
	unsigned int disorder;
	unsigned int refill;
	unsigned int in_call;
};

static void road_enter(struct road *road)
{
	local_bh_disable();
	ov2_lane_enter(&road->lane, &road->nbls[road->entered++]);
	local_bh_enable();
}

/* It looks as if another CPU put NBLs in as fast as the emitter hands them
 * back.
 */
static void road_emit(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct road *road = container_of(ad, struct road, ad);
	unsigned int i;

	road->disorder += nbl != &road->nbls[road->back];
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

/* No softirq of this CPU runs before all NBLs are counted. */
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

/* Each NBL that comes back brings another one. Even so the call ends. */
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

/* All NBLs wait for the oldest one. */
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

/* When the budget ends with the last NBL of the lane, the next NBL still finds
 * an emitter.
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

static void closed_takes_nothing(struct kunit *test)
{
	struct road *road = road_new(test);

	ov2_lane_close(&road->lane);
	local_bh_disable();
	KUNIT_EXPECT_FALSE(test, ov2_lane_enter(&road->lane, &road->nbls[0]));
	ov2_lane_open(&road->lane);
	KUNIT_EXPECT_TRUE(test, ov2_lane_enter(&road->lane, &road->nbls[0]));
	local_bh_enable();
	road->entered = 1;
	road_done(road, 0);
	expect_all_back(test, road);
}

static struct kunit_case lane_cases[] = {
	KUNIT_CASE(others_append),
	KUNIT_CASE(oldest_is_last),
	KUNIT_CASE(exactly_the_budget),
	KUNIT_CASE(closed_takes_nothing),
	{}
};

static struct kunit_suite lane_suite = {
	.name = "ov2_lane",
	.test_cases = lane_cases,
};

kunit_test_suite(lane_suite);
