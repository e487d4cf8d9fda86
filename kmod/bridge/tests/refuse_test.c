// SPDX-License-Identifier: GPL-2.0
/*
 * Each refusal has a sentence of its own, even if user space cannot provoke
 * this refusal.
 *
 * User space cannot make the engine fail a request, and needs SELinux for a
 * security context. A request that the core refuses first does not reach the
 * card. So this test provokes what the selftests cannot provoke.
 */
#include <kunit/test.h>
#include <linux/netlink.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_request.h"
#include "../../unit/rig/two_cards.h"
#include "../../unit/rig/xfrm_state.h"
#include "../sa/assoc.h"
#include "../sa/refuse.h"
#include "../packet/refuse_policy.h"
#include "../../engine/engine_miniport.h"
#include "../../watch/counters.h"

#define OURS	"ipsecov2: "

/**
 * struct refused - how the card refuses a state after its request has failed
 * @status: the status of the request
 * @packet: the state is in packet mode
 * @off: esp-hw-offload is off
 * @err: the errno for the core
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

/* Each status of a failed add gives the right errno, counter and sentence, and
 * moves no other counter.
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

static void change_mark_value(struct xfrm_state *x)
{
	x->mark.v = 1;
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

static void change_daddr(struct xfrm_state *x)
{
	memset(&x->id.daddr, 0, sizeof(x->id.daddr));
}

/* The card only tests whether a state has a context, or IPComp. So
 * change_context() and change_to_ipcomp() may set any pointer.
 */
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

static void change_proto(struct xfrm_state *x)
{
	x->id.proto = IPPROTO_AH;
}

static void change_to_ipcomp(struct xfrm_state *x)
{
	x->calg = (void *)x;
}

static void change_family(struct xfrm_state *x)
{
	x->props.family = AF_UNIX;
}

static void change_geniv(struct xfrm_state *x)
{
	x->geniv = "echainiv";
}

static void change_tfc(struct xfrm_state *x)
{
	x->tfcpad = 1;
}

/* The type of an old draft, which `ip xfrm` calls espinudp-nonike */
static struct xfrm_encap_tmpl non_ike = {
	.encap_type = UDP_ENCAP_ESPINUDP - 1,
};

static void change_encap(struct xfrm_state *x)
{
	x->encap = &non_ike;
}

static void change_reqid(struct xfrm_state *x)
{
	x->props.reqid = 0;
}

#define FINE	OV2_CNT_NONE

/**
 * struct change - what a state asks for, and in which direction and mode the
 *	card refuses it
 * @name: the name of the case
 * @change: makes the state ask for it
 * @out: the reason for an outbound state in crypto mode
 * @in: the reason for an inbound state in crypto mode
 * @packet_out: the reason for an outbound state in packet mode
 * @packet_in: the reason for an inbound state in packet mode
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
	{ "mark without mask", change_mark_value, FINE, OV2_CNT_SA_REFUSED_MARK,
	  OV2_CNT_SA_REFUSED_MARK, OV2_CNT_SA_REFUSED_MARK },
	{ "output mark", change_output_mark, FINE, FINE, FINE, FINE },
	{ "SPI 0", change_spi, OV2_CNT_SA_REFUSED_SPI, OV2_CNT_SA_REFUSED_SPI,
	  OV2_CNT_SA_REFUSED_SPI, OV2_CNT_SA_REFUSED_SPI },
	{ "no destination", change_daddr, FINE, OV2_CNT_SA_REFUSED_ANY, FINE,
	  OV2_CNT_SA_REFUSED_ANY },
	{ "security context", change_context, FINE, FINE,
	  OV2_CNT_SA_REFUSED_CONTEXT, OV2_CNT_SA_REFUSED_CONTEXT },
	{ "one CPU", change_pcpu, FINE, FINE, FINE, FINE },
	{ "if_id", change_if_id, FINE, FINE, OV2_CNT_SA_REFUSED_IF_ID,
	  OV2_CNT_SA_REFUSED_IF_ID },
	{ "reqid 0", change_reqid, FINE, FINE, OV2_CNT_SA_REFUSED_REQID,
	  OV2_CNT_SA_REFUSED_REQID },
	{ "AH", change_proto, OV2_CNT_SA_REFUSED_PROTO,
	  OV2_CNT_SA_REFUSED_PROTO, OV2_CNT_SA_REFUSED_PROTO,
	  OV2_CNT_SA_REFUSED_PROTO },
	{ "IPComp", change_to_ipcomp, OV2_CNT_SA_REFUSED_IPCOMP,
	  OV2_CNT_SA_REFUSED_IPCOMP, OV2_CNT_SA_REFUSED_IPCOMP,
	  OV2_CNT_SA_REFUSED_IPCOMP },
	{ "family", change_family, OV2_CNT_SA_REFUSED_FAMILY,
	  OV2_CNT_SA_REFUSED_FAMILY, OV2_CNT_SA_REFUSED_FAMILY,
	  OV2_CNT_SA_REFUSED_FAMILY },
	{ "IV generator", change_geniv, OV2_CNT_SA_REFUSED_GENIV,
	  OV2_CNT_SA_REFUSED_GENIV, OV2_CNT_SA_REFUSED_GENIV,
	  OV2_CNT_SA_REFUSED_GENIV },
	{ "TFC padding", change_tfc, OV2_CNT_SA_REFUSED_TFC,
	  OV2_CNT_SA_REFUSED_TFC, OV2_CNT_SA_REFUSED_TFC,
	  OV2_CNT_SA_REFUSED_TFC },
	{ "UDP for non-IKE", change_encap, OV2_CNT_SA_REFUSED_ENCAP,
	  OV2_CNT_SA_REFUSED_ENCAP, OV2_CNT_SA_REFUSED_ENCAP,
	  OV2_CNT_SA_REFUSED_ENCAP },
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

	x->xso.type = type;
	x->xso.dir = dir;
	change->change(x);
	KUNIT_EXPECT_EQ_MSG(test, ov2_state_refused(x), expected,
			    "type %u, direction %u", type, dir);
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

static void refused_without_direction(struct kunit *test)
{
	struct xfrm_state *x = ov2_unit_state(test);

	x->xso.dir = 0;
	KUNIT_EXPECT_EQ(test, ov2_state_refused(x), OV2_CNT_SA_REFUSED_DIR);
}

/**
 * struct said - the sentence of a refusal that no selftest can provoke
 * @reason: the reason
 * @text: its sentence
 */
struct said {
	enum ov2_counter reason;
	const char *text;
};

static const struct said states_said[] = {
	{ OV2_CNT_SA_REFUSED_DIR, "Offload direction must be in or out" },
	{ OV2_CNT_SA_REFUSED_PROTO, "Only ESP can be offloaded" },
	{ OV2_CNT_SA_REFUSED_IPCOMP, "IPComp can't be offloaded, only ESP" },
	{ OV2_CNT_SA_REFUSED_FAMILY,
	  "Only IPv4 and IPv6 states can be offloaded" },
	{ OV2_CNT_SA_REFUSED_GENIV,
	  "IV generator must be seqiv, or echainiv if the cipher is CBC" },
	{ OV2_CNT_SA_REFUSED_TFC, "TFC padding must be 0" },
	{ OV2_CNT_SA_REFUSED_ENCAP,
	  "UDP encapsulation must be of type espinudp" },
	{ OV2_CNT_SA_REFUSED_CONTEXT,
	  "Security context can be offloaded in crypto mode only" },
};

static const struct said policies_said[] = {
	{ OV2_CNT_POLICY_REFUSED_CONTEXT,
	  "Security context can't be offloaded, there must be none" },
	{ OV2_CNT_POLICY_REFUSED_NO_MEMORY, "No memory for the policy" },
};

/* Refuses a state for @reason, and returns the sentence. */
static const char *state_says(struct kunit *test, enum ov2_counter reason)
{
	struct ov2_cards *cards = test->priv;
	struct netlink_ext_ack extack = {};
	struct xfrm_state *x = ov2_unit_state(test);

	KUNIT_EXPECT_EQ(test, -EINVAL,
			ov2_state_refuse(&cards->a->ad, x, reason, -EINVAL,
					 &extack));
	return extack._msg ?: "";
}

/* Refuses a policy for @reason, and returns the sentence. */
static const char *policy_says(struct kunit *test, enum ov2_counter reason)
{
	struct ov2_cards *cards = test->priv;
	struct netlink_ext_ack extack = {};
	struct xfrm_policy *xp = kunit_kzalloc(test, sizeof(*xp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xp);
	xp->xdo.dev = cards->a->ad.dev;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			ov2_policy_refuse(xp, reason, -EINVAL, &extack));
	return extack._msg ?: "";
}

static void expect_said(struct kunit *test, const char *text,
			const char *expected)
{
	KUNIT_EXPECT_EQ(test, strncmp(text, OURS, strlen(OURS)), 0);
	KUNIT_EXPECT_STREQ(test, text + strlen(OURS), expected);
}

static void sentences(struct kunit *test)
{
	int i;

	test->priv = ov2_cards_new(test, 1, 1);
	for (i = 0; i < ARRAY_SIZE(states_said); i++)
		expect_said(test, state_says(test, states_said[i].reason),
			    states_said[i].text);
	for (i = 0; i < ARRAY_SIZE(policies_said); i++)
		expect_said(test, policy_says(test, policies_said[i].reason),
			    policies_said[i].text);
}

/* Returns the sentence of a refusal, or NULL if @reason is no refusal. */
static const char *reason_says(struct kunit *test, enum ov2_counter reason)
{
	const char *name = ov2_counter_name(reason);

	if (strstarts(name, "ipsec_sa_refused_"))
		return state_says(test, reason);
	if (strstarts(name, "ipsec_policy_refused_"))
		return policy_says(test, reason);
	return NULL;
}

/* Each counter of refusals has a sentence of its own. No sentence is so long
 * that NL_SET_ERR_MSG_FMT() would cut it.
 */
static void every_refusal_says_something(struct kunit *test)
{
	static const char *said[OV2_CNT_MAX];
	int i, j;

	test->priv = ov2_cards_new(test, 1, 1);
	for (i = OV2_CNT_NONE + 1; i < OV2_CNT_MAX; i++) {
		said[i] = reason_says(test, i);
		if (!said[i])
			continue;
		KUNIT_EXPECT_TRUE_MSG(test, strstarts(said[i], OURS), "%s",
				      ov2_counter_name(i));
		KUNIT_EXPECT_LT(test, strlen(said[i]), NETLINK_MAX_FMTMSG_LEN);
		for (j = OV2_CNT_NONE + 1; j < i; j++)
			if (said[j])
				KUNIT_EXPECT_STRNEQ(test, said[i], said[j]);
	}
}

static struct kunit_case refuse_cases[] = {
	KUNIT_CASE_PARAM(add_failed, refused_gen_params),
	KUNIT_CASE_PARAM(refused_by_mode, change_gen_params),
	KUNIT_CASE(refused_without_direction),
	KUNIT_CASE(sentences),
	KUNIT_CASE(every_refusal_says_something),
	{}
};

static struct kunit_suite refuse_suite = {
	.name = "ov2_refuse",
	.test_cases = refuse_cases,
};

kunit_test_suite(refuse_suite);
