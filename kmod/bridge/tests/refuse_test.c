// SPDX-License-Identifier: GPL-2.0
/*
 * States are refused for reasons that no request of user space brings about.
 *
 * The ends of a request that the engine could not carry out, and what needs
 * SELinux.
 */
#include <kunit/test.h>
#include <linux/netlink.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/xfrm_state.h"
#include "../sa/assoc.h"
#include "../sa/refuse.h"
#include "../../engine/engine.h"
#include "../../watch/counters.h"

#define OURS	"ipsecov2: "

/**
 * struct refused - what a state that was not added is told
 * @status: of the request
 * @packet: of a state in packet mode
 * @off: while ESP is off
 * @err: for the core
 * @reason: the counter that moves
 * @text: the sentence
 */
struct refused {
	enum ov2_status status;
	bool packet;
	bool off;
	int err;
	enum ov2_counter reason;
	const char *text;
};

#define MISSING	OURS "The kernel had no such algorithm when ipsecov2 was loaded"
#define ENGINE	OURS "The kernel's ciphers could not be set up with these keys"

static const struct refused table[] = {
	{ OV2_STATUS_RESOURCES, false, false, -ENOMEM,
	  OV2_CNT_SA_REFUSED_NO_MEMORY, OURS "No memory for the state" },
	{ OV2_STATUS_RESOURCES, true, true, -ENOMEM,
	  OV2_CNT_SA_REFUSED_NO_MEMORY, OURS "No memory for the state" },
	{ OV2_STATUS_NOT_ACCEPTED, false, false, -EAGAIN,
	  OV2_CNT_SA_REFUSED_RESET,
	  OURS "The card is being reset, try again" },
	{ OV2_STATUS_NOT_ACCEPTED, true, true, -EAGAIN,
	  OV2_CNT_SA_REFUSED_RESET,
	  OURS "The card is being reset, try again" },
	{ OV2_STATUS_NOT_SUPPORTED, false, false, -EINVAL,
	  OV2_CNT_SA_REFUSED_MISSING, MISSING },
	{ OV2_STATUS_NOT_SUPPORTED, true, false, -EINVAL,
	  OV2_CNT_SA_REFUSED_MISSING, MISSING },
	{ OV2_STATUS_NOT_SUPPORTED, false, true, -EOPNOTSUPP,
	  OV2_CNT_SA_FALLBACK_DISABLED, "" },
	{ OV2_STATUS_NOT_SUPPORTED, true, true, -EINVAL,
	  OV2_CNT_SA_REFUSED_DISABLED,
	  OURS "Packet offload needs esp-hw-offload on, see ethtool -K" },
	{ OV2_STATUS_INVALID_DATA, false, false, -EINVAL,
	  OV2_CNT_SA_REFUSED_ENGINE, ENGINE },
	{ OV2_STATUS_INVALID_LENGTH, true, false, -EINVAL,
	  OV2_CNT_SA_REFUSED_ENGINE, ENGINE },
	{ OV2_STATUS_FAILURE, false, false, -EINVAL,
	  OV2_CNT_SA_REFUSED_ENGINE, ENGINE },
};

static void refused_desc(const struct refused *refused, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "0x%08x%s%s", refused->status,
		 refused->packet ? ", packet mode" : "",
		 refused->off ? ", ESP off" : "");
}

KUNIT_ARRAY_PARAM(refused, table, refused_desc);

/* Each end has its own errno, counter and sentence, and moves no other counter.
 */
static void add_failed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	const struct refused *refused = test->param_value;
	struct netlink_ext_ack extack = {};
	struct xfrm_state *x = ov2_unit_state(test);
	u64 before[OV2_CNT_MAX];
	int i, err;

	if (refused->packet)
		x->xso.type = XFRM_DEV_OFFLOAD_PACKET;
	if (refused->off)
		KUNIT_ASSERT_EQ(test, (u32)OV2_STATUS_SUCCESS,
				(u32)ov2_rig_parameter(rig,
						       OV2_PARAMETER_DISABLED));
	for (i = 0; i < OV2_CNT_MAX; i++)
		before[i] = ov2_counter_read(&rig->ad, i);
	err = ov2_state_add_failed(&rig->ad, x, refused->status, &extack);
	KUNIT_EXPECT_EQ(test, err, refused->err);
	KUNIT_EXPECT_STREQ(test, extack._msg ?: "", refused->text);
	for (i = 0; i < OV2_CNT_MAX; i++)
		KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(&rig->ad, i),
				    before[i] + (i == refused->reason), "%s",
				    ov2_counter_name(i));
}

static void change_nothing(struct xfrm_state *x)
{
}

static void change_mark(struct xfrm_state *x)
{
	x->mark.m = 1;
}

static void change_output_mark(struct xfrm_state *x)
{
	x->props.smark.v = 1;
	x->props.smark.m = 1;
}

static void change_spi(struct xfrm_state *x)
{
	x->id.spi = 0;
}

static void change_context(struct xfrm_state *x)
{
	x->security = (void *)x;
}

static void change_pcpu(struct xfrm_state *x)
{
	x->pcpu_num = 0;
}

static void change_if_id(struct xfrm_state *x)
{
	x->if_id = 1;
}

static void change_reqid(struct xfrm_state *x)
{
	x->props.reqid = 0;
}

/* Not refused */
#define FINE	OV2_CNT_MAX

/**
 * struct change - what a state asks for, and which direction and mode refuse it
 * @name: of the case
 * @change: makes the state ask for it
 * @out: the reason outbound in crypto mode
 * @in: inbound
 * @packet_out: outbound in packet mode
 * @packet_in: inbound
 */
struct change {
	const char *name;
	void (*change)(struct xfrm_state *x);
	enum ov2_counter out;
	enum ov2_counter in;
	enum ov2_counter packet_out;
	enum ov2_counter packet_in;
};

static const struct change changes[] = {
	{ "nothing", change_nothing, FINE, FINE, FINE, FINE },
	{ "mark", change_mark, FINE, OV2_CNT_SA_REFUSED_MARK,
	  OV2_CNT_SA_REFUSED_MARK, OV2_CNT_SA_REFUSED_MARK },
	{ "output mark", change_output_mark, FINE, FINE, FINE, FINE },
	{ "SPI 0", change_spi, OV2_CNT_SA_REFUSED_SPI, OV2_CNT_SA_REFUSED_SPI,
	  OV2_CNT_SA_REFUSED_SPI, OV2_CNT_SA_REFUSED_SPI },
	{ "security context", change_context, FINE, FINE,
	  OV2_CNT_SA_REFUSED_CONTEXT, OV2_CNT_SA_REFUSED_CONTEXT },
	{ "one CPU", change_pcpu, FINE, FINE, OV2_CNT_SA_REFUSED_PCPU,
	  OV2_CNT_SA_REFUSED_PCPU },
	{ "if_id", change_if_id, FINE, FINE, OV2_CNT_SA_REFUSED_IF_ID,
	  OV2_CNT_SA_REFUSED_IF_ID },
	{ "reqid 0", change_reqid, FINE, FINE, OV2_CNT_SA_REFUSED_REQID,
	  OV2_CNT_SA_REFUSED_REQID },
};

static void change_desc(const struct change *change, char *desc)
{
	strscpy(desc, change->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(change, changes, change_desc);

static void expect_refused(struct kunit *test, u8 type, u8 dir,
			   enum ov2_counter expected)
{
	const struct change *change = test->param_value;
	struct xfrm_state *x = ov2_unit_state(test);
	enum ov2_counter reason = FINE;
	bool refused;

	x->xso.type = type;
	x->xso.dir = dir;
	change->change(x);
	refused = ov2_state_refused(x, &reason);
	KUNIT_EXPECT_EQ_MSG(test, refused, expected != FINE,
			    "type %u, direction %u", type, dir);
	KUNIT_EXPECT_EQ_MSG(test, reason, expected, "type %u, direction %u",
			    type, dir);
}

static void refused_by_mode(struct kunit *test)
{
	const struct change *change = test->param_value;

	expect_refused(test, XFRM_DEV_OFFLOAD_CRYPTO, XFRM_DEV_OFFLOAD_OUT,
		       change->out);
	expect_refused(test, XFRM_DEV_OFFLOAD_CRYPTO, XFRM_DEV_OFFLOAD_IN,
		       change->in);
	expect_refused(test, XFRM_DEV_OFFLOAD_PACKET, XFRM_DEV_OFFLOAD_OUT,
		       change->packet_out);
	expect_refused(test, XFRM_DEV_OFFLOAD_PACKET, XFRM_DEV_OFFLOAD_IN,
		       change->packet_in);
}

static struct kunit_case refuse_cases[] = {
	KUNIT_CASE_PARAM(add_failed, refused_gen_params),
	KUNIT_CASE_PARAM(refused_by_mode, change_gen_params),
	{}
};

static struct kunit_suite refuse_suite = {
	.name = "ov2_refuse",
	.test_cases = refuse_cases,
};

kunit_test_suite(refuse_suite);
