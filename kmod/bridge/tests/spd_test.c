// SPDX-License-Identifier: GPL-2.0
/*
 * The policy database finds what a naive model finds, at a bounded cost.
 *
 * The model is an array of the policies, each compared bit by bit. The cost of
 * a look-up is the number of keys that it looks for, plus the number of
 * policies that it looks at. The cost depends on the pairs of prefix lengths,
 * and on how many policies have the same addresses. It does not depend on how
 * many policies there are.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "../../unit/rig/random_choice.h"
#include "../packet/spd.h"

#define POLICIES	64
#define STEPS		3000
#define LOOKUPS		8
#define MANY		10000
#define CARD		9

/**
 * struct spd_model - what the database should know
 * @test: the test
 * @spd: the database
 * @pols: the policies
 * @live: which of the policies are in the database
 */
struct spd_model {
	struct kunit *test;
	struct ov2_spd spd;
	struct ov2_policy pols[POLICIES];
	bool live[POLICIES];
};

/* spd_end() frees no policies, because the test owns their memory. */
KUNIT_DEFINE_ACTION_WRAPPER(spd_end, ov2_spd_destroy, struct ov2_spd *);
KUNIT_DEFINE_ACTION_WRAPPER(bed_free, kvfree, const void *);

static struct spd_model *model_new(struct kunit *test)
{
	struct spd_model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, ov2_spd_init(&m->spd), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, spd_end, &m->spd), 0);
	m->test = test;
	ov2_random_start(test);
	return m;
}

/* There are few addresses, near to each other, so that prefixes overlap. */
static void random_address(u16 family, xfrm_address_t *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->a6[family == AF_INET ? 0 : 3] = htonl(0xc6336400 + ov2_below(4));
}

static u8 random_prefix(u16 family)
{
	static const u8 less[] = { 0, 0, 0, 1, 2, 9, 32 };
	u8 full = family == AF_INET ? 32 : 128;

	return full - less[ov2_below(ARRAY_SIZE(less))];
}

static void random_ports(__be16 *port, __be16 *mask)
{
	static const u16 masks[] = { 0, 0, 0xffff, 0xfffe };

	*mask = htons(masks[ov2_below(ARRAY_SIZE(masks))]);
	*port = htons(ov2_below(4)) & *mask;
}

static u8 random_proto(void)
{
	static const u8 protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP };

	return protos[ov2_below(ARRAY_SIZE(protos))];
}

static u16 random_family(void)
{
	return ov2_below(2) ? AF_INET : AF_INET6;
}

static u8 random_dir(void)
{
	return ov2_below(2) ? XFRM_DEV_OFFLOAD_IN : XFRM_DEV_OFFLOAD_OUT;
}

static void random_selector(struct xfrm_selector *sel)
{
	memset(sel, 0, sizeof(*sel));
	sel->family = random_family();
	random_address(sel->family, &sel->saddr);
	random_address(sel->family, &sel->daddr);
	sel->prefixlen_s = random_prefix(sel->family);
	sel->prefixlen_d = random_prefix(sel->family);
	random_ports(&sel->sport, &sel->sport_mask);
	random_ports(&sel->dport, &sel->dport_mask);
	sel->proto = ov2_below(2) ? random_proto() : 0;
	sel->ifindex = ov2_below(8) ? 0 : CARD + ov2_below(2);
}

static void random_policy(struct spd_model *m, struct ov2_policy *pol)
{
	struct xfrm_policy *xp;

	xp = kunit_kzalloc(m->test, sizeof(*xp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(m->test, xp);
	xp->xdo.dir = random_dir();
	xp->priority = ov2_below(6);
	xp->action = ov2_below(4) ? XFRM_POLICY_ALLOW : XFRM_POLICY_BLOCK;
	xp->xfrm_nr = xp->action == XFRM_POLICY_ALLOW && ov2_below(2);
	random_selector(&xp->selector);
	memset(pol, 0, sizeof(*pol));
	ov2_policy_set(pol, xp);
	kunit_kfree(m->test, xp);
}

static void random_flow(struct ov2_flow *flow)
{
	xfrm_address_t saddr, daddr;
	union flowi_uli *uli;

	memset(flow, 0, sizeof(*flow));
	flow->family = random_family();
	random_address(flow->family, &saddr);
	random_address(flow->family, &daddr);
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
	flow->fl.flowi_proto = random_proto();
	flow->proto_known = ov2_below(8);
	flow->ports_known = flow->proto_known && ov2_below(4);
	if (flow->fl.flowi_proto == IPPROTO_ICMP) {
		uli->icmpt.type = ov2_below(4);
		uli->icmpt.code = ov2_below(4);
	} else {
		uli->ports.sport = htons(ov2_below(4));
		uli->ports.dport = htons(ov2_below(4));
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

/* Suppose that a policy asks for a protocol or port, and that this field is
 * unknown in the packet. Then a policy that protects or blocks matches, and a
 * bypass does not match.
 */
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

static const struct ov2_policy *naive_lookup(const struct spd_model *m, u8 dir,
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

static void step_change(struct spd_model *m)
{
	int i = ov2_below(POLICIES);

	/* Only this test looks up policies, so the memory can be used again at
	 * once.
	 */
	if (m->live[i]) {
		ov2_spd_del(&m->spd, &m->pols[i]);
	} else {
		random_policy(m, &m->pols[i]);
		KUNIT_ASSERT_EQ(m->test, ov2_spd_add(&m->spd, &m->pols[i]), 0);
	}
	m->live[i] = !m->live[i];
}

static void step_lookup(struct spd_model *m)
{
	const struct ov2_policy *found;
	struct ov2_flow flow;
	u8 dir = random_dir();

	random_flow(&flow);
	rcu_read_lock();
	found = ov2_spd_lookup(&m->spd, dir, &flow);
	rcu_read_unlock();
	KUNIT_ASSERT_PTR_EQ(m->test, found, naive_lookup(m, dir, &flow));
}

static void expect_counts(struct spd_model *m)
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

static void model_end(struct spd_model *m)
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
	struct spd_model *m = model_new(test);
	int step, i;

	for (step = 0; step < STEPS; step++) {
		step_change(m);
		for (i = 0; i < LOOKUPS; i++)
			step_lookup(m);
		expect_counts(m);
	}
	model_end(m);
}

/**
 * struct spd_bed - a database, and policies for it
 * @spd: the database
 * @pols: the policies
 */
struct spd_bed {
	struct ov2_spd spd;
	struct ov2_policy pols[OV2_SPD_POLICIES + 1];
};

static struct spd_bed *bed_new(struct kunit *test)
{
	struct spd_bed *bed = kvzalloc(sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bed_free, bed),
			0);
	KUNIT_ASSERT_EQ(test, ov2_spd_init(&bed->spd), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, spd_end, &bed->spd), 0);
	return bed;
}

/* The policy is outbound, and protects. */
static void set_policy(struct ov2_policy *pol, u32 saddr, u8 prefix_s,
		       u32 daddr, u8 prefix_d, u32 priority)
{
	struct xfrm_policy xp = {
		.selector = {
			.family = AF_INET,
			.saddr.a4 = htonl(saddr),
			.daddr.a4 = htonl(daddr),
			.prefixlen_s = prefix_s,
			.prefixlen_d = prefix_d,
		},
		.priority = priority,
		.xdo.dir = XFRM_DEV_OFFLOAD_OUT,
		.xfrm_nr = 1,
	};

	memset(pol, 0, sizeof(*pol));
	ov2_policy_set(pol, &xp);
}

static void end_all(struct kunit *test, struct spd_bed *bed, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		ov2_spd_del(&bed->spd, &bed->pols[i]);
	KUNIT_EXPECT_FALSE(test, ov2_spd_has(&bed->spd, XFRM_DEV_OFFLOAD_OUT));
	/* The side of outbound IPv4 */
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(bed->spd.sides[1][0].order));
}

/* The look-up for a packet from @saddr to @daddr finds @pol, and its cost is
 * @looks.
 */
static void expect_found(struct kunit *test, struct spd_bed *bed, u32 saddr,
			 u32 daddr, const struct ov2_policy *pol, int looks)
{
	struct ov2_flow flow = {
		.family = AF_INET,
		.proto_known = true,
		.ports_known = true,
		.fl.u.ip4.saddr = htonl(saddr),
		.fl.u.ip4.daddr = htonl(daddr),
	};

	atomic_set(&bed->spd.looks.count, 0);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, ov2_spd_lookup(&bed->spd,
						 XFRM_DEV_OFFLOAD_OUT, &flow),
			    pol);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->spd.looks.count), looks);
}

/* A packet finds its policy among many policies as cheaply as if there was only
 * one policy.
 */
static void expect_many_cost_nothing(struct kunit *test, u8 prefix)
{
	struct spd_bed *bed = bed_new(test);
	u32 width = 1U << (32 - prefix);
	u32 i;

	for (i = 0; i < MANY; i++) {
		set_policy(&bed->pols[i], 0x0a000000 + i * width, prefix,
			   0x0a800000 + i * width, prefix, 1 + i % 3);
		KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &bed->pols[i]), 0);
	}
	for (i = 0; i < MANY; i++)
		expect_found(test, bed, 0x0a000000 + i * width + width / 2,
			     0x0a800000 + i * width + width / 2,
			     &bed->pols[i], 2);
	expect_found(test, bed, 0x01000000, 0x01000000, NULL, 1);
	end_all(test, bed, MANY);
}

static void spd_many_exact(struct kunit *test)
{
	expect_many_cost_nothing(test, 32);
}

static void spd_many_prefixes(struct kunit *test)
{
	expect_many_cost_nothing(test, 24);
}

/* Adds as many pairs of prefix lengths as a look-up may visit. Each pair has
 * one policy, and each policy matches a packet from 10.0.0.1 to 11.0.0.1. The
 * policy with the longest prefixes has the worst priority.
 */
static void add_pairs(struct kunit *test, struct spd_bed *bed)
{
	u32 i;

	for (i = 0; i < OV2_SPD_PAIRS; i++) {
		set_policy(&bed->pols[i], 0x0a000000, 8 + i / 8, 0x0b000000,
			   8 + i % 8, 100 + i);
		KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &bed->pols[i]), 0);
	}
}

/* A look-up finds the policy with the best priority, and visits only pairs that
 * may have a better policy than the policy found so far. The same is true after
 * the best policy of a pair was added later, or was deleted.
 */
static void spd_visits_in_order(struct kunit *test)
{
	struct spd_bed *bed = bed_new(test);
	struct ov2_policy *late = &bed->pols[OV2_SPD_PAIRS];
	struct ov2_policy *last = late - 1;
	u32 i;

	add_pairs(test, bed);
	expect_found(test, bed, 0x0a000001, 0x0b000001, &bed->pols[0], 2);
	/* No prefix covers this source address */
	expect_found(test, bed, 0x0c000001, 0x0b000001, NULL, OV2_SPD_PAIRS);

	set_policy(late, 0x0a000000, last->key.prefix_s, 0x0b000000,
		   last->key.prefix_d, 99);
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, late), 0);
	expect_found(test, bed, 0x0a000001, 0x0b000001, late, 3);
	ov2_spd_del(&bed->spd, late);
	expect_found(test, bed, 0x0a000001, 0x0b000001, &bed->pols[0], 2);

	for (i = 0; i < OV2_SPD_PAIRS; i++) {
		expect_found(test, bed, 0x0a000001, 0x0b000001, &bed->pols[i],
			     2);
		ov2_spd_del(&bed->spd, &bed->pols[i]);
	}
	end_all(test, bed, 0);
}

/* Of several policies with the same priority a look-up finds the oldest policy,
 * even if they are in different pairs.
 */
static void spd_visits_equals(struct kunit *test)
{
	struct spd_bed *bed = bed_new(test);
	struct ov2_policy *pol = bed->pols;

	set_policy(&pol[0], 0x0a000000, 8, 0x0b000000, 8, 7);
	set_policy(&pol[1], 0x0a000000, 16, 0x0b000000, 16, 7);
	set_policy(&pol[2], 0x0a000000, 8, 0x0c000000, 8, 3);
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &pol[1]), 0);
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &pol[0]), 0);
	/* This policy makes the look-up visit the pair of the younger policy
	 * first.
	 */
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &pol[2]), 0);
	expect_found(test, bed, 0x0a000001, 0x0b000001, &pol[1], 4);
	end_all(test, bed, 3);
}

static void expect_full(struct kunit *test, struct spd_bed *bed,
			struct ov2_policy *pol)
{
	unsigned int before = ov2_spd_count(&bed->spd, XFRM_DEV_OFFLOAD_OUT);

	KUNIT_EXPECT_EQ(test, ov2_spd_add(&bed->spd, pol), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ov2_spd_count(&bed->spd, XFRM_DEV_OFFLOAD_OUT),
			before);
}

/* If there are as many pairs as the limit allows, a new pair is refused until
 * another pair is gone.
 */
static void spd_limit_of_pairs(struct kunit *test)
{
	struct spd_bed *bed = bed_new(test);
	struct ov2_policy *pol = &bed->pols[OV2_SPD_PAIRS];

	add_pairs(test, bed);
	set_policy(pol, 0x0a000000, 7, 0x0b000000, 7, 1);
	expect_full(test, bed, pol);
	expect_found(test, bed, 0x0a000001, 0x0b000001, &bed->pols[0], 2);
	/* The other direction is not full. */
	pol->key.dir = XFRM_DEV_OFFLOAD_IN;
	KUNIT_EXPECT_EQ(test, ov2_spd_add(&bed->spd, pol), 0);
	ov2_spd_del(&bed->spd, pol);
	/* A pair that is already there can get another policy. */
	set_policy(pol, 0x0b000000, 8, 0x0a000000, 8, 1);
	KUNIT_EXPECT_EQ(test, ov2_spd_add(&bed->spd, pol), 0);
	ov2_spd_del(&bed->spd, pol);

	ov2_spd_del(&bed->spd, &bed->pols[5]);
	set_policy(&bed->pols[5], 0x0a000000, 7, 0x0b000000, 7, 1);
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &bed->pols[5]), 0);
	expect_found(test, bed, 0x0a000001, 0x0b000001, &bed->pols[5], 2);
	end_all(test, bed, OV2_SPD_PAIRS);
}

/* At most OV2_SPD_SAME policies may have the same addresses. The policies of
 * this test have the same addresses, because bits behind the prefix are not
 * compared.
 */
static void spd_limit_of_same(struct kunit *test)
{
	struct spd_bed *bed = bed_new(test);
	struct ov2_policy *pol = &bed->pols[OV2_SPD_SAME];
	u32 i;

	for (i = 0; i < OV2_SPD_SAME; i++) {
		set_policy(&bed->pols[i], 0x0a000000 + i, 24, 0x0b000000, 24,
			   OV2_SPD_SAME - i);
		KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &bed->pols[i]), 0);
	}
	set_policy(pol, 0x0a0000ff, 24, 0x0b000000, 24, 0);
	expect_full(test, bed, pol);
	expect_found(test, bed, 0x0a000001, 0x0b000001, pol - 1,
		     1 + OV2_SPD_SAME);

	ov2_spd_del(&bed->spd, &bed->pols[0]);
	bed->pols[0] = *pol;
	KUNIT_EXPECT_EQ(test, ov2_spd_add(&bed->spd, &bed->pols[0]), 0);
	expect_found(test, bed, 0x0a000001, 0x0b000001, &bed->pols[0],
		     1 + OV2_SPD_SAME);
	end_all(test, bed, OV2_SPD_SAME);
}

/* A direction has at most OV2_SPD_POLICIES policies. */
static void spd_limit_of_policies(struct kunit *test)
{
	struct spd_bed *bed = bed_new(test);
	struct ov2_policy *pol = &bed->pols[OV2_SPD_POLICIES];
	u32 i;

	for (i = 0; i <= OV2_SPD_POLICIES; i++)
		set_policy(&bed->pols[i], 0x0a000000 + (i << 8), 24,
			   0x0b000000, 24, 0);
	for (i = 0; i < OV2_SPD_POLICIES; i++)
		KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &bed->pols[i]), 0);
	expect_full(test, bed, pol);
	pol->key.dir = XFRM_DEV_OFFLOAD_IN;
	KUNIT_EXPECT_EQ(test, ov2_spd_add(&bed->spd, pol), 0);
	ov2_spd_del(&bed->spd, pol);
	pol->key.dir = XFRM_DEV_OFFLOAD_OUT;
	ov2_spd_del(&bed->spd, pol - 1);
	KUNIT_EXPECT_EQ(test, ov2_spd_add(&bed->spd, pol), 0);
	ov2_spd_del(&bed->spd, pol);
	end_all(test, bed, OV2_SPD_POLICIES - 1);
}

static void expect_next(struct kunit *test, struct spd_bed *bed,
			unsigned long *slot, const struct ov2_policy *pol)
{
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, ov2_spd_next(&bed->spd, slot), pol);
	rcu_read_unlock();
	++*slot;
}

/* A walk can stop anywhere and go on later. If a policy stays in the database,
 * the walk meets it exactly once. The walk meets no policy that is gone. The
 * version rises with each change.
 */
static void spd_walk(struct kunit *test)
{
	struct spd_bed *bed = bed_new(test);
	struct ov2_policy *pol = bed->pols;
	unsigned long slot = 0;
	u32 version, i;

	version = ov2_spd_version(&bed->spd);
	expect_next(test, bed, &slot, NULL);
	for (i = 0; i < 6; i++)
		set_policy(&pol[i], 0x0a000000 + (i << 8), 24, 0x0b000000, 24,
			   i);
	for (i = 0; i < 5; i++) {
		KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &pol[i]), 0);
		KUNIT_EXPECT_NE(test, ov2_spd_version(&bed->spd), version);
		version = ov2_spd_version(&bed->spd);
	}

	slot = 0;
	expect_next(test, bed, &slot, &pol[0]);
	/* Delete the policy where the walk stands, and the next policy. */
	ov2_spd_del(&bed->spd, &pol[0]);
	KUNIT_EXPECT_NE(test, ov2_spd_version(&bed->spd), version);
	ov2_spd_del(&bed->spd, &pol[1]);
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bed->spd, &pol[5]), 0);
	for (i = 2; i < 6; i++)
		expect_next(test, bed, &slot, &pol[i]);
	expect_next(test, bed, &slot, NULL);

	version = ov2_spd_version(&bed->spd);
	for (i = 2; i < 6; i++)
		ov2_spd_del(&bed->spd, &pol[i]);
	KUNIT_EXPECT_EQ(test, ov2_spd_version(&bed->spd), version + 4);
	slot = 0;
	expect_next(test, bed, &slot, NULL);
}

static struct kunit_case spd_cases[] = {
	KUNIT_CASE(spd_model),
	KUNIT_CASE(spd_many_exact),
	KUNIT_CASE(spd_many_prefixes),
	KUNIT_CASE(spd_visits_in_order),
	KUNIT_CASE(spd_visits_equals),
	KUNIT_CASE(spd_limit_of_pairs),
	KUNIT_CASE(spd_limit_of_same),
	KUNIT_CASE(spd_limit_of_policies),
	KUNIT_CASE(spd_walk),
	{}
};

static struct kunit_suite spd_suite = {
	.name = "ov2_spd",
	.test_cases = spd_cases,
};

kunit_test_suite(spd_suite);
