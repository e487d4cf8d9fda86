// SPDX-License-Identifier: GPL-2.0
/* An engine accepts only what its state allows, and its lanes are open only
 * while it runs.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/workqueue.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine.h"
#include "../engine_miniport.h"
#include "../lane.h"

static struct ov2_engine *engine_of(const struct ov2_rig *rig)
{
	return rig->ad.engine;
}

/* Lanes are open while the engine runs, and at no other time. */
static void expect_state(struct kunit *test, const struct ov2_engine *engine,
			 enum ov2_engine_state state)
{
	bool running = state == OV2_ENGINE_RUNNING;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, engine->state, state);
	for (i = 0; i < OV2_RIG_QUEUES; i++) {
		KUNIT_EXPECT_EQ(test, atomic_read(&engine->tx[i].state),
				running ? 0 : OV2_LANE_CLOSED);
		KUNIT_EXPECT_EQ(test, atomic_read(&engine->rx[i].state),
				running ? 0 : OV2_LANE_CLOSED);
	}
}

/* Each call leaves the engine in the right state: restart, reset, pause, reset
 * while paused, halt, and initialize.
 */
static void card_moves_engine(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_engine *engine = engine_of(rig);

	expect_state(test, engine, OV2_ENGINE_RUNNING);
	rig->ad.miniport->reset(&rig->ad);
	expect_state(test, engine, OV2_ENGINE_RUNNING);
	ov2_rig_pause(rig);
	expect_state(test, engine, OV2_ENGINE_PAUSED);
	rig->ad.miniport->reset(&rig->ad);
	expect_state(test, engine, OV2_ENGINE_PAUSED);

	/* After halt the engine lives until the last reference is gone. */
	refcount_inc(&engine->ref);
	rig->ad.miniport->halt(&rig->ad);
	expect_state(test, engine, OV2_ENGINE_HALTED);
	ov2_engine_put(engine);
	KUNIT_EXPECT_NULL(test, rig->ad.engine);

	KUNIT_ASSERT_EQ(test, rig->ad.miniport->initialize(&rig->ad), 0);
	expect_state(test, engine_of(rig), OV2_ENGINE_PAUSED);
}

/* During a reset an engine accepts only deletes. After halt it accepts nothing.
 */
static void state_accepts(struct kunit *test)
{
	static const struct {
		enum ov2_engine_state state;
		bool deletes;
		bool others;
	} rows[] = {
		{ OV2_ENGINE_PAUSED, true, true },
		{ OV2_ENGINE_RUNNING, true, true },
		{ OV2_ENGINE_RESETTING, true, false },
		{ OV2_ENGINE_HALTED, false, false },
	};
	struct ov2_engine engine = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		engine.state = rows[i].state;
		KUNIT_EXPECT_EQ(test, rows[i].deletes,
				ov2_engine_accepts(&engine, OV2_OID_DELETE_SA));
		KUNIT_EXPECT_EQ(test, rows[i].others,
				ov2_engine_accepts(&engine, OV2_OID_ADD_SA_EX));
		KUNIT_EXPECT_EQ(test, rows[i].others,
				ov2_engine_accepts(&engine, OV2_OID_UPDATE_SA));
	}
	KUNIT_EXPECT_FALSE(test, ov2_engine_accepts(NULL, OV2_OID_DELETE_SA));
}

/**
 * struct resetting - a reset that waits for an NBL
 * @work: the work item that resets the engine
 * @rig: the card
 */
struct resetting {
	struct work_struct work;
	struct ov2_rig *rig;
};

static void resetting_work(struct work_struct *work)
{
	struct resetting *resetting =
		container_of(work, struct resetting, work);
	struct ov2_adapter *ad = &resetting->rig->ad;

	ad->miniport->reset(ad);
}

/* Makes the lane keep NBLs that are done, as if another CPU was just handing
 * them back.
 */
static void lane_hold(struct ov2_lane *lane)
{
	spin_lock_bh(&lane->lock);
	lane->emitting = true;
	lane->waiting++;
	spin_unlock_bh(&lane->lock);
}

static void lane_let_go(struct ov2_lane *lane)
{
	spin_lock_bh(&lane->lock);
	lane->waiting--;
	spin_unlock_bh(&lane->lock);
	queue_work(system_bh_wq, &lane->rest);
}

/* Waits until a reset has begun to close the lane. */
static void lane_wait_closed(struct kunit *test, struct ov2_lane *lane)
{
	unsigned long end = jiffies + 10 * HZ;
	bool closed;

	do {
		usleep_range(100, 200);
		closed = atomic_read(&lane->state) & OV2_LANE_CLOSED;
	} while (!closed && time_before(jiffies, end));
	KUNIT_EXPECT_TRUE_MSG(test, closed, "the reset closes no lane");
}

static u32 send_one(struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 60 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	ov2_rig_send(rig, nbl);
	return ov2_rig_sent_status(nbl);
}

/* While a reset waits for an NBL that the engine has, the engine accepts only
 * deletes. The NBL fails, and the SAs stay.
 */
static void reset_waits(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_engine *engine = engine_of(rig);
	struct ov2_lane *lane = &engine->tx[0];
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa gone = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 60 };
	struct ov2_nbl *nbl;
	struct resetting *resetting;

	sa.esn = true;
	gone.spi++;
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_outbound(rig, &gone);
	nbl = ov2_rig_frame(rig, &frame, 0);
	resetting = kunit_kzalloc(test, sizeof(*resetting), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, resetting);
	resetting->rig = rig;
	INIT_WORK(&resetting->work, resetting_work);

	lane_hold(lane);
	ov2_rig_send(rig, nbl);
	queue_work(system_unbound_wq, &resetting->work);
	lane_wait_closed(test, lane);
	KUNIT_EXPECT_EQ(test, READ_ONCE(engine->state), OV2_ENGINE_RESETTING);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->nbls_out), 1);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out,
						  OV2_OPERATION_ESP, sa.spi, 1),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_parameter(rig,
						     OV2_PARAMETER_DISABLED),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, gone.out),
			OV2_STATUS_SUCCESS);
	lane_let_go(lane);
	flush_work(&resetting->work);

	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_sent_status(nbl),
			OV2_STATUS_REQUEST_ABORTED);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), 0);
	expect_state(test, engine, OV2_ENGINE_RUNNING);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
}

/* A delete does not complete before the last frame of its SA has left (Q8).
 * This is so even if the last frame is already sealed, and stays in the lane
 * only because of older frames.
 */
static void delete_waits(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_lane *lane = &engine_of(rig)->tx[0];
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };
	struct ov2_rig_request *rr;
	struct ov2_nbl *nbl;

	ov2_rig_add_outbound(rig, &sa);
	nbl = ov2_rig_frame(rig, &frame, 0);
	rr = ov2_rig_delete_new(rig, sa.out);

	lane_hold(lane);
	ov2_rig_send(rig, nbl);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_submit(rig, rr),
			OV2_STATUS_PENDING);
	msleep(300);
	KUNIT_EXPECT_EQ(test, atomic_read(&rr->completed), 0);
	lane_let_go(lane);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, rr), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_sent_status(nbl),
			OV2_STATUS_SUCCESS);
}

static struct kunit_case engine_state_cases[] = {
	KUNIT_CASE(card_moves_engine),
	KUNIT_CASE(state_accepts),
	KUNIT_CASE(reset_waits),
	KUNIT_CASE(delete_waits),
	{}
};

static struct kunit_suite engine_state_suite = {
	.name = "ov2_engine_state",
	.test_cases = engine_state_cases,
};

kunit_test_suite(engine_state_suite);
