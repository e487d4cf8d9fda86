// SPDX-License-Identifier: GPL-2.0
/* Some suites run once with each engine. These are the engines, and functions
 * that such suites share.
 */
#include "each_engine.h"
#include "late_cipher.h"
#include "null_engine.h"
#include "rig_add.h"
#include "rig_flow.h"
#include "rig_frame.h"
#include "rig_request.h"
#include "../../engine/engine_miniport.h"

const struct ov2_engine_param ov2_engines[OV2_NUM_ENGINES] = {
	{ "engine", &ov2_engine_miniport, .encrypts = true },
	{ "engine, late", &ov2_engine_miniport, .encrypts = true,
	  .late = true },
	{ "null", &ov2_null_miniport },
};

/**
 * ov2_engine_param_name() - give a case the name of its engine
 *	(KUNIT_ARRAY_PARAM())
 * @param: the engine
 * @desc: filled in with the name of the engine
 */
void ov2_engine_param_name(const struct ov2_engine_param *param, char *desc)
{
	strscpy(desc, param->name, KUNIT_PARAM_DESC_SIZE);
}

/**
 * ov2_param_init() - kunit_suite.init of suites that run with each engine
 * @test: the test
 *
 * Return: 0.
 */
int ov2_param_init(struct kunit *test)
{
	const struct ov2_engine_param *param = test->param_value;

	if (param && param->late)
		ov2_late_aead(test);
	return 0;
}

/**
 * ov2_param_rig() - make a rig with the test's engine
 * @test: the test
 *
 * Return: as ov2_rig_new().
 */
struct ov2_rig *ov2_param_rig(struct kunit *test)
{
	const struct ov2_engine_param *param = test->param_value;

	return ov2_rig_new(test, param->miniport);
}

/**
 * ov2_param_needs_encryption() - skip a test if its engine encrypts nothing
 * @test: the test
 */
void ov2_param_needs_encryption(struct kunit *test)
{
	const struct ov2_engine_param *param = test->param_value;

	if (!param->encrypts)
		kunit_skip(test, "this engine encrypts nothing");
}

/**
 * ov2_rig_add_status() - try to add an outbound SA
 * @rig: the rig
 * @sa: the SA
 *
 * Return: enum ov2_status.
 */
u32 ov2_rig_add_status(struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, sa, false);
	u32 status = ov2_rig_request(rig, rr);

	KUNIT_EXPECT_EQ(rig->test, status == OV2_STATUS_SUCCESS,
			rr->add.handle != 0);
	return status;
}

/**
 * ov2_rig_send_status() - send an NBL, and wait until it comes back
 * @rig: the rig
 * @nbl: the NBL
 *
 * Return: enum ov2_status.
 */
u32 ov2_rig_send_status(struct ov2_rig *rig, struct ov2_nbl *nbl)
{
	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	return ov2_rig_sent_status(nbl);
}

/**
 * ov2_rig_send_on() - send a frame whose slot 1 has a chosen handle, and wait
 * @rig: the rig
 * @sa: the SA that the frame is made for
 * @handle: the handle, any value
 *
 * Return: enum ov2_status.
 */
u32 ov2_rig_send_on(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
		    unsigned long handle)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 50 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	nbl->info[OV2_INFO_IPSEC] = handle;
	return ov2_rig_send_status(rig, nbl);
}
