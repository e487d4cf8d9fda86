// SPDX-License-Identifier: GPL-2.0
/*
 * The policy database against a naive model: an array of what is there, each
 * asked bit by bit. And that the number of exact policies costs nothing.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "../bridge/spd.h"

#define POLICIES	64
#define STEPS		3000
#define LOOKUPS		8
#define EXACT		10000
#define CARD		9

/**
 * struct model - what the database should know
 * @test: the test
 * @spd: the database
 * @rnd: the choices
 * @pols: the policies
 * @live: which of them are in the database
 */
struct model {
	struct kunit *test;
	struct ov2_spd spd;
	struct rnd_state rnd;
	struct ov2_policy pols[POLICIES];
	bool live[POLICIES];
};

static u32 below(struct model *m, u32 ceiling)
{
	return prandom_u32_state(&m->rnd) % ceiling;
}

/* What is in it is the test's memory. */
KUNIT_DEFINE_ACTION_WRAPPER(spd_end, ov2_spd_destroy, struct ov2_spd *);

static struct model *model_new(struct kunit *test)
{
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	u32 seed = get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, ov2_spd_init(&m->spd), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, spd_end, &m->spd), 0);
	m->test = test;
	prandom_seed_state(&m->rnd, seed);
	kunit_info(test, "seed %u\n", seed);
	return m;
}

/* Few addresses, near to each other, so that prefixes overlap */
static void random_address(struct model *m, u16 family, xfrm_address_t *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->a6[family == AF_INET ? 0 : 3] = htonl(0xc6336400 + below(m, 4));
}

static u8 random_prefix(struct model *m, u16 family)
{
	static const u8 less[] = { 0, 0, 0, 1, 2, 9, 32 };
	u8 full = family == AF_INET ? 32 : 128;

	return full - less[below(m, ARRAY_SIZE(less))];
}

static void random_ports(struct model *m, __be16 *port, __be16 *mask)
{
	static const u16 masks[] = { 0, 0, 0xffff, 0xfffe };

	*mask = htons(masks[below(m, ARRAY_SIZE(masks))]);
	*port = htons(below(m, 4)) & *mask;
}

static u8 random_proto(struct model *m)
{
	static const u8 protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP };

	return protos[below(m, ARRAY_SIZE(protos))];
}

static u16 random_family(struct model *m)
{
	return below(m, 2) ? AF_INET : AF_INET6;
}

static u8 random_dir(struct model *m)
{
	return below(m, 2) ? XFRM_DEV_OFFLOAD_IN : XFRM_DEV_OFFLOAD_OUT;
}

static void random_selector(struct model *m, struct xfrm_selector *sel)
{
	memset(sel, 0, sizeof(*sel));
	sel->family = random_family(m);
	random_address(m, sel->family, &sel->saddr);
	random_address(m, sel->family, &sel->daddr);
	sel->prefixlen_s = random_prefix(m, sel->family);
	sel->prefixlen_d = random_prefix(m, sel->family);
	random_ports(m, &sel->sport, &sel->sport_mask);
	random_ports(m, &sel->dport, &sel->dport_mask);
	sel->proto = below(m, 2) ? random_proto(m) : 0;
	sel->ifindex = below(m, 8) ? 0 : CARD + below(m, 2);
}

static void random_policy(struct model *m, struct ov2_policy *pol)
{
	struct xfrm_policy *xp;

	xp = kunit_kzalloc(m->test, sizeof(*xp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(m->test, xp);
	xp->xdo.dir = random_dir(m);
	xp->priority = below(m, 6);
	xp->action = below(m, 4) ? XFRM_POLICY_ALLOW : XFRM_POLICY_BLOCK;
	xp->xfrm_nr = xp->action == XFRM_POLICY_ALLOW && below(m, 2);
	random_selector(m, &xp->selector);
	memset(pol, 0, sizeof(*pol));
	ov2_policy_set(pol, xp);
	kunit_kfree(m->test, xp);
}

static void random_flow(struct model *m, struct ov2_flow *flow)
{
	xfrm_address_t saddr, daddr;
	union flowi_uli *uli;

	memset(flow, 0, sizeof(*flow));
	flow->family = random_family(m);
	random_address(m, flow->family, &saddr);
	random_address(m, flow->family, &daddr);
	if (flow->family == AF_INET) {
		flow->fl.u.ip4.saddr = saddr.a4;
		flow->fl.u.ip4.daddr = daddr.a4;
		uli = &flow->fl.u.ip4.uli;
	} else {
		flow->fl.u.ip6.saddr = saddr.in6;
		flow->fl.u.ip6.daddr = daddr.in6;
		uli = &flow->fl.u.ip6.uli;
	}
	flow->fl.flowi_oif = CARD;
	flow->fl.flowi_proto = random_proto(m);
	flow->proto_known = below(m, 8);
	flow->ports_known = flow->proto_known && below(m, 4);
	if (flow->fl.flowi_proto == IPPROTO_ICMP) {
		uli->icmpt.type = below(m, 4);
		uli->icmpt.code = below(m, 4);
	} else {
		uli->ports.sport = htons(below(m, 4));
		uli->ports.dport = htons(below(m, 4));
	}
}

static bool bits_equal(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

static bool naive_addresses(const struct xfrm_selector *sel,
			    const struct ov2_flow *flow)
{
	xfrm_address_t saddr, daddr;

	xfrm_flowi_addr_get(&flow->fl, &saddr, &daddr, flow->family);
	return bits_equal((u8 *)&sel->saddr, (u8 *)&saddr, sel->prefixlen_s) &&
	       bits_equal((u8 *)&sel->daddr, (u8 *)&daddr, sel->prefixlen_d);
}

static u16 naive_port(const struct ov2_flow *flow, bool source)
{
	const union flowi_uli *uli = flow->family == AF_INET ?
		&flow->fl.u.ip4.uli : &flow->fl.u.ip6.uli;

	if (flow->fl.flowi_proto == IPPROTO_ICMP)
		return source ? uli->icmpt.type : uli->icmpt.code;
	return ntohs(source ? uli->ports.sport : uli->ports.dport);
}

/* What is unknown fits for a policy that lets nothing pass in clear, only. */
static bool naive_upper(const struct ov2_policy *pol,
			const struct ov2_flow *flow)
{
	bool safe = pol->action == XFRM_POLICY_BLOCK || pol->has_tmpl;
	const struct xfrm_selector *sel = &pol->sel;
	u16 sport = naive_port(flow, true) ^ ntohs(sel->sport);
	u16 dport = naive_port(flow, false) ^ ntohs(sel->dport);

	if (sel->proto && flow->proto_known &&
	    sel->proto != flow->fl.flowi_proto)
		return false;
	if (sel->proto && !flow->proto_known && !safe)
		return false;
	if (!flow->ports_known)
		return safe || !(sel->sport_mask || sel->dport_mask);
	return !(sport & ntohs(sel->sport_mask)) &&
	       !(dport & ntohs(sel->dport_mask));
}

static bool naive_match(const struct ov2_policy *pol, u8 dir,
			const struct ov2_flow *flow)
{
	return pol->key.dir == dir && pol->sel.family == flow->family &&
	       (!pol->sel.ifindex || pol->sel.ifindex == CARD) &&
	       naive_addresses(&pol->sel, flow) && naive_upper(pol, flow);
}

static const struct ov2_policy *naive_lookup(const struct model *m, u8 dir,
					     const struct ov2_flow *flow)
{
	const struct ov2_policy *best = NULL, *pol;
	int i;

	for (i = 0; i < POLICIES; i++) {
		pol = &m->pols[i];
		if (!m->live[i] || !naive_match(pol, dir, flow))
			continue;
		if (!best || pol->priority < best->priority ||
		    (pol->priority == best->priority &&
		     pol->serial < best->serial))
			best = pol;
	}
	return best;
}

static void step_change(struct model *m)
{
	int i = below(m, POLICIES);

	/* Nobody else looks, so the memory can be used again at once. */
	if (m->live[i]) {
		ov2_spd_del(&m->spd, &m->pols[i]);
	} else {
		random_policy(m, &m->pols[i]);
		KUNIT_ASSERT_EQ(m->test, ov2_spd_add(&m->spd, &m->pols[i]), 0);
	}
	m->live[i] = !m->live[i];
}

static void step_lookup(struct model *m)
{
	const struct ov2_policy *found;
	struct ov2_flow flow;
	u8 dir = random_dir(m);

	random_flow(m, &flow);
	rcu_read_lock();
	found = ov2_spd_lookup(&m->spd, dir, &flow);
	rcu_read_unlock();
	KUNIT_ASSERT_PTR_EQ(m->test, found, naive_lookup(m, dir, &flow));
}

static void expect_counts(struct model *m)
{
	bool in = false, out = false;
	int i;

	for (i = 0; i < POLICIES; i++) {
		if (!m->live[i])
			continue;
		in |= m->pols[i].key.dir == XFRM_DEV_OFFLOAD_IN;
		out |= m->pols[i].key.dir == XFRM_DEV_OFFLOAD_OUT;
	}
	KUNIT_ASSERT_EQ(m->test, ov2_spd_has(&m->spd, XFRM_DEV_OFFLOAD_IN),
			in);
	KUNIT_ASSERT_EQ(m->test, ov2_spd_has(&m->spd, XFRM_DEV_OFFLOAD_OUT),
			out);
}

static void model_end(struct model *m)
{
	int i;

	for (i = 0; i < POLICIES; i++)
		if (m->live[i])
			ov2_spd_del(&m->spd, &m->pols[i]);
	memset(m->live, 0, sizeof(m->live));
	expect_counts(m);
}

static void spd_model(struct kunit *test)
{
	struct model *m = model_new(test);
	int step, i;

	for (step = 0; step < STEPS; step++) {
		step_change(m);
		for (i = 0; i < LOOKUPS; i++)
			step_lookup(m);
		expect_counts(m);
	}
	model_end(m);
}

static void exact_flow(struct ov2_flow *flow, u32 number)
{
	memset(flow, 0, sizeof(*flow));
	flow->family = AF_INET;
	flow->proto_known = true;
	flow->ports_known = true;
	flow->fl.u.ip4.saddr = htonl(0x0a000000 + number);
	flow->fl.u.ip4.daddr = htonl(0x0a800000 + number);
}

static struct ov2_policy *exact_policy(struct kunit *test, u32 number)
{
	struct ov2_policy *pol = kunit_kzalloc(test, sizeof(*pol), GFP_KERNEL);
	struct xfrm_policy xp = {
		.selector = {
			.family = AF_INET,
			.saddr.a4 = htonl(0x0a000000 + number),
			.daddr.a4 = htonl(0x0a800000 + number),
			.prefixlen_s = 32,
			.prefixlen_d = 32,
		},
		.xdo.dir = XFRM_DEV_OFFLOAD_OUT,
		.xfrm_nr = 1,
	};

	KUNIT_ASSERT_NOT_NULL(test, pol);
	ov2_policy_set(pol, &xp);
	return pol;
}

static unsigned int list_length(struct rhlist_head *list)
{
	unsigned int length = 0;

	for (; list; list = rcu_dereference(list->next))
		length++;
	return length;
}

/* None of them is in a list that a lookup goes through. */
static void expect_hashed(struct kunit *test, struct ov2_spd *spd)
{
	int dir, family;

	for (dir = 0; dir < OV2_SPD_DIRS; dir++)
		for (family = 0; family < OV2_SPD_FAMILIES; family++)
			KUNIT_EXPECT_TRUE(test, list_empty(&spd->inexact[dir]
							   [family]));
	KUNIT_EXPECT_EQ(test, atomic_read(&spd->exact.ht.nelems), EXACT);
}

static void spd_many_exact(struct kunit *test)
{
	struct ov2_spd *spd = kunit_kzalloc(test, sizeof(*spd), GFP_KERNEL);
	struct ov2_policy **pols;
	struct ov2_flow flow;
	u32 i;

	pols = kunit_kcalloc(test, EXACT, sizeof(*pols), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pols);
	KUNIT_ASSERT_NOT_NULL(test, spd);
	KUNIT_ASSERT_EQ(test, ov2_spd_init(spd), 0);
	for (i = 0; i < EXACT; i++) {
		pols[i] = exact_policy(test, i);
		KUNIT_ASSERT_EQ(test, ov2_spd_add(spd, pols[i]), 0);
	}
	expect_hashed(test, spd);

	rcu_read_lock();
	for (i = 0; i < EXACT; i++) {
		exact_flow(&flow, i);
		KUNIT_EXPECT_PTR_EQ(test, (struct ov2_policy *)
				    ov2_spd_lookup(spd, XFRM_DEV_OFFLOAD_OUT,
						   &flow), pols[i]);
		KUNIT_EXPECT_EQ(test, list_length(&pols[i]->node), 1);
	}
	rcu_read_unlock();

	for (i = 0; i < EXACT; i++)
		ov2_spd_del(spd, pols[i]);
	KUNIT_EXPECT_FALSE(test, ov2_spd_has(spd, XFRM_DEV_OFFLOAD_OUT));
	ov2_spd_destroy(spd);
}

static struct kunit_case spd_cases[] = {
	KUNIT_CASE(spd_model),
	KUNIT_CASE(spd_many_exact),
	{}
};

static struct kunit_suite spd_suite = {
	.name = "ov2_spd",
	.test_cases = spd_cases,
};

kunit_test_suite(spd_suite);
