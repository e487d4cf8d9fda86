// SPDX-License-Identifier: GPL-2.0
/* A policy fits the states of its template, and says if it protects packets. */
#include <kunit/test.h>
#include <linux/in.h>

#include "../packet/policy.h"

#define REQID	77

/**
 * struct fits_case - a change of a policy, or of a state that fits the policy
 * @name: a name for the change, in messages
 * @change: makes the change
 * @fits: do policy and state still fit?
 */
struct fits_case {
	const char *name;
	void (*change)(struct ov2_policy *pol, struct xfrm_state *x);
	bool fits;
};

static void change_nothing(struct ov2_policy *pol, struct xfrm_state *x)
{
}

static void change_proto(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->id.proto = IPPROTO_AH;
}

static void change_spi(struct ov2_policy *pol, struct xfrm_state *x)
{
	pol->tmpl.id.spi = htonl(5);
}

static void change_to_its_spi(struct ov2_policy *pol, struct xfrm_state *x)
{
	pol->tmpl.id.spi = x->id.spi;
}

static void change_reqid(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->props.reqid++;
}

static void change_mode(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->props.mode = XFRM_MODE_TRANSPORT;
}

static void change_both_modes(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->props.mode = XFRM_MODE_TRANSPORT;
	pol->tmpl.mode = XFRM_MODE_TRANSPORT;
	x->props.saddr.a4 = htonl(1);
}

static void change_saddr(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->props.saddr.a4 = htonl(1);
}

static void change_daddr(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->id.daddr.a4 = htonl(1);
}

static void change_to_any_saddr(struct ov2_policy *pol, struct xfrm_state *x)
{
	pol->tmpl.saddr.a4 = 0;
}

static void change_family(struct ov2_policy *pol, struct xfrm_state *x)
{
	x->props.family = AF_INET6;
}

static void change_algorithm(struct ov2_policy *pol, struct xfrm_state *x)
{
	pol->tmpl.allalgs = 0;
	pol->tmpl.aalgos = 1 << 2;
	x->props.aalgo = 5;
}

static void change_to_its_algorithm(struct ov2_policy *pol,
				    struct xfrm_state *x)
{
	change_algorithm(pol, x);
	pol->tmpl.aalgos |= 1 << 5;
}

static void change_to_bypass(struct ov2_policy *pol, struct xfrm_state *x)
{
	pol->has_tmpl = false;
}

static void change_to_bypass_transport(struct ov2_policy *pol,
				       struct xfrm_state *x)
{
	pol->has_tmpl = false;
	x->props.mode = XFRM_MODE_TRANSPORT;
}

/* The destination of the template is not compared, as in xfrm_state_ok(). */
static const struct fits_case fits_cases[] = {
	{ "nothing", change_nothing, true },
	{ "protocol", change_proto, false },
	{ "another SPI is wanted", change_spi, false },
	{ "its SPI is wanted", change_to_its_spi, true },
	{ "reqid", change_reqid, false },
	{ "mode", change_mode, false },
	{ "source, transport mode", change_both_modes, true },
	{ "source", change_saddr, false },
	{ "destination", change_daddr, true },
	{ "any source is wanted", change_to_any_saddr, true },
	{ "family", change_family, false },
	{ "algorithm", change_algorithm, false },
	{ "its algorithm is wanted", change_to_its_algorithm, true },
	{ "bypass, tunnel mode", change_to_bypass, false },
	{ "bypass, transport mode", change_to_bypass_transport, true },
};

static void fits_case_name(const struct fits_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fits, fits_cases, fits_case_name);

static void policy_fits(struct kunit *test)
{
	const struct fits_case *c = test->param_value;
	struct xfrm_state *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	struct ov2_policy pol = {
		.has_tmpl = true,
		.tmpl = {
			.id.proto = IPPROTO_ESP,
			.id.daddr.a4 = htonl(0xc0000202),
			.saddr.a4 = htonl(0xc0000201),
			.encap_family = AF_INET,
			.reqid = REQID,
			.mode = XFRM_MODE_TUNNEL,
			.allalgs = 1,
		},
	};

	KUNIT_ASSERT_NOT_NULL(test, x);
	x->id.proto = IPPROTO_ESP;
	x->id.spi = htonl(4);
	x->id.daddr = pol.tmpl.id.daddr;
	x->props.saddr = pol.tmpl.saddr;
	x->props.family = AF_INET;
	x->props.reqid = REQID;
	x->props.mode = XFRM_MODE_TUNNEL;
	c->change(&pol, x);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, ov2_policy_fits(&pol, x), c->fits);
	rcu_read_unlock();
}

static void expect_says(struct kunit *test, const struct xfrm_policy *xp,
			bool protects, bool blocks)
{
	struct ov2_policy pol = {};

	ov2_policy_set(&pol, xp);
	KUNIT_EXPECT_EQ(test, ov2_policy_protects(&pol), protects);
	KUNIT_EXPECT_EQ(test, ov2_policy_blocks(&pol), blocks);
}

/* A policy protects if it has a template, and blocks if its action is to block.
 */
static void policy_says(struct kunit *test)
{
	struct xfrm_policy *xp = kunit_kzalloc(test, sizeof(*xp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xp);
	xp->selector.family = AF_INET;
	xp->action = XFRM_POLICY_ALLOW;
	expect_says(test, xp, false, false);
	xp->xfrm_nr = 1;
	expect_says(test, xp, true, false);
	xp->xfrm_nr = 0;
	xp->action = XFRM_POLICY_BLOCK;
	expect_says(test, xp, false, true);
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE_PARAM(policy_fits, fits_gen_params),
	KUNIT_CASE(policy_says),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "ov2_policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
