// SPDX-License-Identifier: GPL-2.0
/* Receive queues are spread over the CPUs that are not isolated. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/rtnetlink.h>

#include "../../unit/rig/two_cards.h"
#include "../cpus.h"

/* Masks of CPUs: those that are not isolated, those that the user may run on,
 * those that are online, and those that are picked. The masks have only CPUs 0
 * and 1, because the mask functions ignore CPUs that the machine does not have.
 */
static const struct {
	unsigned long house, allowed, online, cpus;
} picks[] = {
	/* no CPU is isolated, and the user may run on all CPUs */
	{ 0x3, 0x3, 0x3, 0x3 },
	/* isolcpus=1 */
	{ 0x1, 0x3, 0x3, 0x1 },
	/* the user may run on CPU 1 */
	{ 0x3, 0x2, 0x3, 0x2 },
	/* the user may run on the isolated CPU only */
	{ 0x1, 0x2, 0x3, 0x1 },
	/* all CPUs that the user may run on are offline */
	{ 0x3, 0x2, 0x1, 0x3 },
	/* offline CPUs stay in the mask, because they may come back */
	{ 0x3, 0x3, 0x1, 0x3 },
	/* only isolated CPUs are online */
	{ 0x1, 0x2, 0x2, 0x2 },
	{ 0x1, 0x1, 0x2, 0x2 },
};

static struct cpumask *mask_new(struct kunit *test, unsigned long bits)
{
	struct cpumask *mask;

	mask = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mask);
	bitmap_copy(cpumask_bits(mask), &bits, min(nr_cpu_ids, BITS_PER_LONG));
	return mask;
}

static void need_two_cpus(struct kunit *test, unsigned int has)
{
	if (has < 2)
		kunit_skip(test, "needs two CPUs, the machine has %u", has);
}

static void pick(struct kunit *test)
{
	struct cpumask *cpus = mask_new(test, 0);
	int i;

	need_two_cpus(test, nr_cpu_ids);
	for (i = 0; i < ARRAY_SIZE(picks); i++) {
		ov2_cpus_pick(cpus, mask_new(test, picks[i].house),
			      mask_new(test, picks[i].allowed),
			      mask_new(test, picks[i].online));
		KUNIT_EXPECT_EQ_MSG(test, *cpumask_bits(cpus), picks[i].cpus,
				    "row %d", i);
	}
}

/* The queues get the CPUs in turn, whatever CPU the first queue gets. */
static void nth_spreads(struct kunit *test)
{
	const u32 starts[] = { 0, 1, 7, 0xffff };
	struct cpumask *cpus, *online;
	unsigned int cpu[2];
	int i;

	need_two_cpus(test, nr_cpu_ids);
	cpus = mask_new(test, 0x3);
	online = mask_new(test, 0x3);
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		cpu[0] = ov2_cpus_nth(cpus, online, starts[i]);
		cpu[1] = ov2_cpus_nth(cpus, online, starts[i] + 1);
		KUNIT_EXPECT_EQ(test, cpu[0], starts[i] % 2);
		KUNIT_EXPECT_EQ(test, cpu[1], !cpu[0]);
	}
}

static void nth_is_online(struct kunit *test)
{
	struct cpumask *cpus, *online;
	u32 nth;

	need_two_cpus(test, nr_cpu_ids);
	cpus = mask_new(test, 0x3);
	online = mask_new(test, 0x2);
	for (nth = 0; nth < 4; nth++)
		KUNIT_EXPECT_EQ(test, ov2_cpus_nth(cpus, online, nth), 1);
}

/* The next CPU that is online is taken. Behind the last CPU comes the first
 * one.
 */
static void next_wraps(struct kunit *test)
{
	struct cpumask *cpus, *online;

	need_two_cpus(test, nr_cpu_ids);
	cpus = mask_new(test, 0x3);
	online = mask_new(test, 0x1);
	KUNIT_EXPECT_EQ(test, ov2_cpus_next(cpus, online, 1), 0);
	online = mask_new(test, 0x2);
	KUNIT_EXPECT_EQ(test, ov2_cpus_next(cpus, online, 0), 1);
	/* The only CPU that the queue may run on is offline. */
	cpus = mask_new(test, 0x1);
	KUNIT_EXPECT_GE(test, ov2_cpus_next(cpus, online, 0), nr_cpu_ids);
}

/* The CPU of a card's first queue is random. The card chose a CPU when it was
 * opened. In 32 further choices, another CPU comes up at least once. If the
 * card may use two CPUs, the test fails by chance in one of 2^32 runs. With
 * more CPUs it fails less often.
 */
static void first_queues_spread(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	unsigned int opened, others = 0;
	int i;

	if (cpumask_weight_and(cards->a->cpus, cpu_online_mask) < 2)
		kunit_skip(test, "needs two online CPUs that the card may use");
	opened = cards->a->rxqs[0].cpu;
	rtnl_lock();
	for (i = 0; i < 32; i++) {
		KUNIT_EXPECT_EQ(test, ov2_cpus_choose(cards->a), 0);
		others += cards->a->rxqs[0].cpu != opened;
	}
	rtnl_unlock();
	KUNIT_EXPECT_GT(test, others, 0);
}

/* If the task that opens a card may run on one CPU only, the card receives on
 * this CPU.
 */
static void opener_is_confined(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 4);
	unsigned int cpu, queue;
	cpumask_var_t before;

	KUNIT_ASSERT_TRUE(test, alloc_cpumask_var(&before, GFP_KERNEL));
	cpumask_copy(before, &current->cpus_mask);
	for_each_online_cpu(cpu) {
		set_cpus_allowed_ptr(current, cpumask_of(cpu));
		rtnl_lock();
		KUNIT_EXPECT_EQ(test, ov2_cpus_choose(cards->b), 0);
		rtnl_unlock();
		for (queue = 0; queue < 4; queue++)
			KUNIT_EXPECT_EQ(test, cards->b->rxqs[queue].cpu, cpu);
	}
	set_cpus_allowed_ptr(current, before);
	free_cpumask_var(before);
}

/* A queue whose CPU is gone moves at the next frame, and then stays on the new
 * CPU.
 */
static void gone(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct ov2_rxq *rxq = &cards->b->rxqs[0];
	unsigned int cpu;

	need_two_cpus(test, num_online_cpus());
	WRITE_ONCE(rxq->cpu, nr_cpu_ids);
	KUNIT_EXPECT_TRUE(test, ov2_cards_send(cards, 0, false));
	KUNIT_EXPECT_TRUE(test, ov2_cards_scheduled(cards, 0, true));
	cpu = READ_ONCE(rxq->cpu);
	KUNIT_ASSERT_LT(test, cpu, nr_cpu_ids);
	KUNIT_EXPECT_TRUE(test, cpu_online(cpu));
	KUNIT_EXPECT_TRUE(test, cpumask_test_cpu(cpu, cards->b->cpus));
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, OV2_CARDS_BUDGET), 1);
	KUNIT_EXPECT_TRUE(test, ov2_cards_send(cards, 0, false));
	KUNIT_EXPECT_TRUE(test, ov2_cards_scheduled(cards, 0, true));
	KUNIT_EXPECT_EQ(test, READ_ONCE(rxq->cpu), cpu);
}

static struct kunit_case receive_cpus_cases[] = {
	KUNIT_CASE(pick),
	KUNIT_CASE(nth_spreads),
	KUNIT_CASE(nth_is_online),
	KUNIT_CASE(next_wraps),
	KUNIT_CASE(first_queues_spread),
	KUNIT_CASE(opener_is_confined),
	KUNIT_CASE(gone),
	{}
};

static struct kunit_suite receive_cpus_suite = {
	.name = "ov2_receive_cpus",
	.test_cases = receive_cpus_cases,
};

kunit_test_suite(receive_cpus_suite);
