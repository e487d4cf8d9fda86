// SPDX-License-Identifier: GPL-2.0
/*
 * The database of outbound states finds what a naive model finds.
 *
 * The model is an array of the states.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "../../unit/rig/random_choice.h"
#include "../packet/policy.h"
#include "../packet/sad.h"
#include "../sa/assoc.h"

#define STATES	24
#define STEPS	5000

/**
 * struct sad_model - what the database should know
 * @test: the test
 * @sad: the database
 * @assocs: the associations
 * @x: the states of the associations
 * @live: which of the associations are in the database
 * @added: when each association was added; a larger value is later
 * @time: number of adds
 */
struct sad_model {
	struct kunit *test;
	struct ov2_sad sad;
	struct ov2_assoc assocs[STATES];
	struct xfrm_state x[STATES];
	bool live[STATES];
	unsigned int added[STATES];
	unsigned int time;
};

/* sad_end() frees no states, because the test owns their memory. */
KUNIT_DEFINE_ACTION_WRAPPER(sad_end, ov2_sad_destroy, struct ov2_sad *);

static struct sad_model *model_new(struct kunit *test)
{
	struct sad_model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, ov2_sad_init(&m->sad), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, sad_end, &m->sad), 0);
	m->test = test;
	ov2_random_start(test);
	return m;
}

/* Sets one of two addresses, or sometimes 0 if @any is set. The bytes behind an
 * IPv4 address are random, because the code under test must not look at them.
 */
static void random_address(u16 family, xfrm_address_t *addr, bool any)
{
	memset(addr, family == AF_INET ? ov2_below(256) : 0, sizeof(*addr));
	addr->a6[family == AF_INET ? 0 : 3] =
		any && !ov2_below(4) ? 0 : htonl(0xc6336400 + ov2_below(2));
}

static u8 random_mode(void)
{
	return ov2_below(2) ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
}

static u16 random_family(void)
{
	return ov2_below(2) ? AF_INET : AF_INET6;
}

/* Sets at random whether the state is valid, and whether it is dying. Both may
 * change while the state is in the database.
 */
static void random_life(struct xfrm_state *x)
{
	x->km.state = ov2_below(4) ? XFRM_STATE_VALID : XFRM_STATE_EXPIRED;
	x->km.dying = !ov2_below(3);
}

static void random_state(struct xfrm_state *x)
{
	memset(x, 0, sizeof(*x));
	refcount_set(&x->refcnt, 1);
	x->id.spi = htonl(1 + ov2_below(2));
	x->id.proto = IPPROTO_ESP;
	x->props.reqid = 1 + ov2_below(2);
	x->props.mode = random_mode();
	x->props.flags = ov2_below(8) ? 0 : XFRM_STATE_WILDRECV;
	x->props.family = random_family();
	x->pcpu_num = ov2_below(2) ? UINT_MAX : ov2_below(2);
	random_address(x->props.family, &x->props.saddr, true);
	random_address(x->props.family, &x->id.daddr, false);
	if (ov2_below(2)) {
		x->sel.family = random_family();
		x->sel.proto = ov2_below(2) ? IPPROTO_UDP : 0;
		x->sel.dport = htons(53);
		x->sel.dport_mask = htons(ov2_below(2) ? 0xffff : 0);
	}
	random_life(x);
}

static void random_policy(struct ov2_policy *pol)
{
	struct xfrm_tmpl *tmpl = &pol->tmpl;

	memset(pol, 0, sizeof(*pol));
	pol->has_tmpl = true;
	tmpl->id.proto = IPPROTO_ESP;
	tmpl->id.spi = htonl(ov2_below(3));
	tmpl->reqid = 1 + ov2_below(2);
	tmpl->mode = random_mode();
	tmpl->encap_family = random_family();
	random_address(tmpl->encap_family, &tmpl->saddr, false);
	random_address(tmpl->encap_family, &tmpl->id.daddr, false);
}

static void random_flow(u16 family, struct ov2_flow *flow)
{
	xfrm_address_t saddr, daddr;
	union flowi_uli *uli;

	memset(flow, 0, sizeof(*flow));
	flow->family = family;
	random_address(family, &saddr, false);
	random_address(family, &daddr, false);
	if (family == AF_INET) {
		flow->fl.u.ip4.saddr = saddr.a4;
		flow->fl.u.ip4.daddr = daddr.a4;
		uli = &flow->fl.u.ip4.uli;
	} else {
		flow->fl.u.ip6.saddr = saddr.in6;
		flow->fl.u.ip6.daddr = daddr.in6;
		uli = &flow->fl.u.ip6.uli;
	}
	flow->fl.flowi_proto = ov2_below(2) ? IPPROTO_UDP : IPPROTO_TCP;
	uli->ports.dport = htons(53 + ov2_below(2));
	flow->proto_known = true;
	flow->ports_known = ov2_below(4);
}

static u32 last_word(const xfrm_address_t *addr, u16 family)
{
	return ntohl(addr->a6[family == AF_INET ? 0 : 3]);
}

static bool naive_addresses(const struct xfrm_state *x,
			    const struct xfrm_tmpl *tmpl,
			    const struct ov2_flow *flow, bool any)
{
	u16 family = x->props.family;
	xfrm_address_t saddr, daddr;

	xfrm_flowi_addr_get(&flow->fl, &saddr, &daddr, flow->family);
	if (tmpl->mode == XFRM_MODE_TUNNEL) {
		saddr = tmpl->saddr;
		daddr = tmpl->id.daddr;
	}
	if (last_word(&x->id.daddr, family) != last_word(&daddr, family))
		return false;
	if (any)
		return !last_word(&x->props.saddr, family) &&
		       tmpl->mode == XFRM_MODE_TRANSPORT;
	return last_word(&x->props.saddr, family) ==
	       last_word(&saddr, family);
}

static bool naive_selector(const struct xfrm_selector *sel,
			   const struct ov2_flow *flow)
{
	const union flowi_uli *uli = flow->family == AF_INET ?
		&flow->fl.u.ip4.uli : &flow->fl.u.ip6.uli;

	if (!sel->family)
		return true;
	if (sel->family != flow->family ||
	    (sel->proto && sel->proto != flow->fl.flowi_proto))
		return false;
	return !sel->dport_mask ||
	       (flow->ports_known && uli->ports.dport == sel->dport);
}

/* If @chosen is set, a state fits only if it is for the same CPU as the state
 * that the core chose. Otherwise only states of the packet's own CPU and states
 * for all CPUs fit.
 */
static bool naive_fits(const struct sad_model *m, int i,
		       const struct xfrm_tmpl *tmpl,
		       const struct ov2_flow *flow,
		       const struct ov2_sad_cpus *cpus, bool any, bool chosen)
{
	const struct xfrm_state *x = &m->x[i];

	if (chosen ? x->pcpu_num != cpus->chosen || x->pcpu_num == UINT_MAX :
		     x->pcpu_num != cpus->own && x->pcpu_num != UINT_MAX)
		return false;
	return m->live[i] && x->km.state == XFRM_STATE_VALID &&
	       !(x->props.flags & XFRM_STATE_WILDRECV) &&
	       x->props.reqid == tmpl->reqid &&
	       x->props.mode == tmpl->mode &&
	       x->props.family == tmpl->encap_family &&
	       (!tmpl->id.spi || tmpl->id.spi == x->id.spi) &&
	       naive_selector(&x->sel, flow) &&
	       naive_addresses(x, tmpl, flow, any);
}

/* Is state @i better than state @best? */
static bool naive_better(const struct sad_model *m, int best, int i)
{
	const struct xfrm_state *x = &m->x[i], *of_best = &m->x[best];

	if (of_best->km.dying != x->km.dying)
		return of_best->km.dying;
	if (of_best->pcpu_num != x->pcpu_num)
		return of_best->pcpu_num == UINT_MAX;
	return m->added[best] < m->added[i];
}

static const struct ov2_assoc *naive_choose(const struct sad_model *m,
					    const struct ov2_policy *pol,
					    const struct ov2_flow *flow,
					    const struct ov2_sad_cpus *cpus,
					    bool any, bool chosen)
{
	int best = -1, i;

	for (i = 0; i < STATES; i++)
		if (naive_fits(m, i, &pol->tmpl, flow, cpus, any, chosen) &&
		    (best < 0 || naive_better(m, best, i)))
			best = i;
	return best < 0 ? NULL : &m->assocs[best];
}

static void step_change(struct sad_model *m)
{
	int i = ov2_below(STATES);
	struct ov2_assoc *assoc = &m->assocs[i];

	/* The second delete changes nothing. */
	if (m->live[i]) {
		ov2_sad_del(&m->sad, assoc);
		ov2_sad_del(&m->sad, assoc);
		m->live[i] = false;
		return;
	}

	random_state(&m->x[i]);
	memset(assoc, 0, sizeof(*assoc));
	RCU_INIT_POINTER(assoc->x, &m->x[i]);
	KUNIT_ASSERT_EQ(m->test, ov2_sad_add(&m->sad, assoc, &m->x[i]), 0);
	m->live[i] = true;
	m->added[i] = ++m->time;
}

static void step_choose(struct sad_model *m)
{
	struct ov2_sad_cpus cpus = {
		.own = ov2_below(3),
		.chosen = ov2_below(2) ? UINT_MAX : ov2_below(3),
	};
	const struct ov2_assoc *expected = NULL;
	struct ov2_policy pol;
	struct ov2_assoc *assoc;
	struct ov2_flow flow;
	struct xfrm_state *x;
	bool settled;
	int i;

	random_policy(&pol);
	random_flow(pol.tmpl.encap_family, &flow);
	for (i = 0; i < 4 && !expected; i++)
		expected = naive_choose(m, &pol, &flow, &cpus, i & 1, i & 2);
	rcu_read_lock();
	assoc = ov2_sad_choose(&m->sad, &pol, &flow, &cpus, &x, &settled);
	rcu_read_unlock();
	KUNIT_ASSERT_PTR_EQ(m->test, (const struct ov2_assoc *)assoc,
			    expected);
	if (assoc)
		KUNIT_EXPECT_PTR_EQ(m->test, x, &m->x[assoc - m->assocs]);
}

/* A look-up takes no reference. */
static void expect_no_references(struct sad_model *m)
{
	int i;

	for (i = 0; i < STATES; i++)
		if (m->live[i])
			KUNIT_EXPECT_EQ(m->test,
					refcount_read(&m->x[i].refcnt), 1);
}

static void sad_model(struct kunit *test)
{
	struct sad_model *m = model_new(test);
	int step, i;

	for (step = 0; step < STEPS; step++) {
		step_change(m);
		random_life(&m->x[ov2_below(STATES)]);
		for (i = 0; i < 4; i++)
			step_choose(m);
		expect_no_references(m);
	}
	for (i = 0; i < STATES; i++)
		ov2_sad_del(&m->sad, &m->assocs[i]);
}

/**
 * struct sad_bed - states that have one reqid and equal addresses
 * @sad: the database
 * @assocs: the associations
 * @x: the states of the associations
 * @pol: a policy that leads to the states
 * @flow: the flow of packets of @pol
 * @cpus: the CPU of these packets, and the CPU of the state that the core chose
 */
struct sad_bed {
	struct ov2_sad sad;
	struct ov2_assoc assocs[OV2_SAD_SAME + 1];
	struct xfrm_state x[OV2_SAD_SAME + 1];
	struct ov2_policy pol;
	struct ov2_flow flow;
	struct ov2_sad_cpus cpus;
};

KUNIT_DEFINE_ACTION_WRAPPER(bed_free, kvfree, const void *);

static void bed_state(struct sad_bed *bed, int i)
{
	struct xfrm_state *x = &bed->x[i];

	x->id.spi = htonl(1 + i);
	x->id.daddr.a4 = htonl(0xc6336402);
	x->props.saddr.a4 = htonl(0xc6336401);
	x->props.family = AF_INET;
	x->props.mode = XFRM_MODE_TUNNEL;
	x->props.reqid = 1;
	x->pcpu_num = UINT_MAX;
	x->km.state = XFRM_STATE_VALID;
	refcount_set(&x->refcnt, 1);
	RCU_INIT_POINTER(bed->assocs[i].x, x);
}

static struct sad_bed *bed_new(struct kunit *test)
{
	struct sad_bed *bed = kvzalloc(sizeof(*bed), GFP_KERNEL);
	struct xfrm_tmpl *tmpl;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, bed);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bed_free, bed),
			0);
	KUNIT_ASSERT_EQ(test, ov2_sad_init(&bed->sad), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, sad_end, &bed->sad), 0);
	tmpl = &bed->pol.tmpl;
	tmpl->reqid = 1;
	tmpl->mode = XFRM_MODE_TUNNEL;
	tmpl->encap_family = AF_INET;
	tmpl->saddr.a4 = htonl(0xc6336401);
	tmpl->id.daddr.a4 = htonl(0xc6336402);
	bed->flow.family = AF_INET;
	bed->cpus.chosen = UINT_MAX;
	for (i = 0; i <= OV2_SAD_SAME; i++)
		bed_state(bed, i);
	return bed;
}

static void bed_add(struct kunit *test, struct sad_bed *bed, int i,
		    int expected)
{
	KUNIT_ASSERT_EQ(test, ov2_sad_add(&bed->sad, &bed->assocs[i],
					  &bed->x[i]), expected);
}

/* State @i is chosen, or no state if @i is -1, and the look-up has looked at
 * @looks states.
 */
static void expect_chosen(struct kunit *test, struct sad_bed *bed, int i,
			  int looks)
{
	struct ov2_assoc *assoc;
	struct xfrm_state *x;
	bool settled;

	atomic_set(&bed->sad.looks.count, 0);
	rcu_read_lock();
	assoc = ov2_sad_choose(&bed->sad, &bed->pol, &bed->flow, &bed->cpus,
			       &x, &settled);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, assoc, i < 0 ? NULL : &bed->assocs[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->sad.looks.count), looks);
	if (!assoc)
		return;
	KUNIT_EXPECT_PTR_EQ(test, x, &bed->x[i]);
	KUNIT_EXPECT_EQ(test, refcount_read(&x->refcnt), 1);
}

static void bed_fill(struct kunit *test, struct sad_bed *bed)
{
	int i;

	for (i = 0; i < OV2_SAD_SAME; i++)
		bed_add(test, bed, i, 0);
}

static void bed_end(struct sad_bed *bed)
{
	int i;

	for (i = 0; i <= OV2_SAD_SAME; i++)
		ov2_sad_del(&bed->sad, &bed->assocs[i]);
}

/* The look-up ends at the youngest state that can be used, so older states cost
 * a packet nothing.
 */
static void sad_first_that_fits(struct kunit *test)
{
	struct sad_bed *bed = bed_new(test);
	int i;

	bed_fill(test, bed);
	expect_chosen(test, bed, OV2_SAD_SAME - 1, 1);
	bed->x[OV2_SAD_SAME - 1].km.state = XFRM_STATE_DEAD;
	bed->x[OV2_SAD_SAME - 2].km.state = XFRM_STATE_EXPIRED;
	expect_chosen(test, bed, OV2_SAD_SAME - 3, 3);
	bed->x[OV2_SAD_SAME - 3].km.dying = 1;
	expect_chosen(test, bed, OV2_SAD_SAME - 4, 4);
	/* This state is being deleted. */
	RCU_INIT_POINTER(bed->assocs[OV2_SAD_SAME - 4].x, NULL);
	expect_chosen(test, bed, OV2_SAD_SAME - 5, 5);
	/* If all states are dying, the look-up looks at all of them, and
	 * chooses the youngest state that can be used.
	 */
	for (i = 0; i < OV2_SAD_SAME; i++)
		bed->x[i].km.dying = 1;
	expect_chosen(test, bed, OV2_SAD_SAME - 3, OV2_SAD_SAME);
	bed_end(bed);
	expect_chosen(test, bed, -1, 0);
}

/* The database takes at most OV2_SAD_SAME states with one key. States with
 * other keys are not counted.
 */
static void sad_limit_of_same(struct kunit *test)
{
	struct sad_bed *bed = bed_new(test);
	struct xfrm_state *more = &bed->x[OV2_SAD_SAME];

	bed_fill(test, bed);
	bed_add(test, bed, OV2_SAD_SAME, -ENOSPC);
	/* This association is not in the database, so taking it out changes
	 * nothing.
	 */
	ov2_sad_del(&bed->sad, &bed->assocs[OV2_SAD_SAME]);
	expect_chosen(test, bed, OV2_SAD_SAME - 1, 1);

	more->props.reqid = 2;
	bed_add(test, bed, OV2_SAD_SAME, 0);
	ov2_sad_del(&bed->sad, &bed->assocs[OV2_SAD_SAME]);
	more->props.reqid = 1;
	ov2_sad_del(&bed->sad, &bed->assocs[7]);
	bed_add(test, bed, OV2_SAD_SAME, 0);
	expect_chosen(test, bed, OV2_SAD_SAME, 1);
	bed_end(bed);
}

/* State 0 is for all CPUs, state 1 for CPU 1 and state 2 for CPU 2. */
static struct sad_bed *bed_of_cpus(struct kunit *test)
{
	struct sad_bed *bed = bed_new(test);
	int i;

	for (i = 0; i < 3; i++) {
		bed->x[i].pcpu_num = i ? i : UINT_MAX;
		bed_add(test, bed, i, 0);
	}
	return bed;
}

/* A packet takes the state of its CPU, or else the state for all CPUs. It takes
 * the state of another CPU only if the core chose a state of that CPU, and if
 * there is no state of the first two kinds.
 */
static void sad_of_cpus(struct kunit *test)
{
	struct sad_bed *bed = bed_of_cpus(test);

	bed->cpus.own = 1;
	bed->cpus.chosen = 2;
	expect_chosen(test, bed, 1, 1);
	bed->x[1].km.dying = 1;
	expect_chosen(test, bed, 0, 2);
	bed->x[0].km.dying = 1;
	expect_chosen(test, bed, 1, 2);
	bed->cpus.own = 3;
	expect_chosen(test, bed, 0, 1);
	ov2_sad_del(&bed->sad, &bed->assocs[0]);
	expect_chosen(test, bed, 2, 1);
	bed->cpus.chosen = UINT_MAX;
	expect_chosen(test, bed, -1, 0);
	bed_end(bed);
	KUNIT_EXPECT_FALSE(test, ov2_sad_has_cpus(&bed->sad));
}

/* The queue of a packet depends on the CPU of the state that the packet will
 * take.
 */
static void sad_cpu_of_queue(struct kunit *test)
{
	struct sad_bed *bed = bed_of_cpus(test);

	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[0], 1), 1);
	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[2], 1), 1);
	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[2], 3), UINT_MAX);
	/* A state that has not reached its soft limit comes first. */
	bed->x[1].km.dying = 1;
	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[0], 1), UINT_MAX);
	bed->x[0].km.dying = 1;
	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[0], 1), 1);
	ov2_sad_del(&bed->sad, &bed->assocs[0]);
	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[2], 3), 2);
	bed_end(bed);
	KUNIT_EXPECT_EQ(test, ov2_sad_cpu(&bed->sad, &bed->x[2], 3), UINT_MAX);
}

static struct kunit_case sad_cases[] = {
	KUNIT_CASE(sad_model),
	KUNIT_CASE(sad_first_that_fits),
	KUNIT_CASE(sad_limit_of_same),
	KUNIT_CASE(sad_of_cpus),
	KUNIT_CASE(sad_cpu_of_queue),
	{}
};

static struct kunit_suite sad_suite = {
	.name = "ov2_sad",
	.test_cases = sad_cases,
};

kunit_test_suite(sad_suite);
