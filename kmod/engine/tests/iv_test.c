// SPDX-License-Identifier: GPL-2.0
/* No explicit IV comes twice, and a counter that is used up gives no IV. */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/smp.h>
#include <linux/sort.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>

#include "../../unit/rig/each_engine.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../iv.h"
#include "../sa.h"
#include "../sa_table.h"
#include "../../watch/counters.h"

/* The number of IVs that one CPU draws: three ranges, and a part of a fourth */
#define DRAWS	(3 * OV2_IV_RANGE + 17)

/**
 * struct drawing - a CPU that draws IVs
 * @work: the work item that draws
 * @counter: the counter of the IVs
 * @ivs: the IVs that it drew, DRAWS of them
 * @err: the last error
 */
struct drawing {
	struct work_struct work;
	struct ov2_iv_counter *counter;
	u64 *ivs;
	int err;
};

KUNIT_DEFINE_ACTION_WRAPPER(counter_end, ov2_iv_counter_destroy,
			    struct ov2_iv_counter *);

static struct ov2_iv_counter *counter_new(struct kunit *test)
{
	struct ov2_iv_counter *counter;

	counter = kunit_kzalloc(test, sizeof(*counter), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, counter);
	KUNIT_ASSERT_EQ(test, ov2_iv_counter_init(counter), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, counter_end,
							counter), 0);
	return counter;
}

static int draw(struct ov2_iv_counter *counter, u64 *iv)
{
	u8 bytes[8];
	int err;

	local_bh_disable();
	err = ov2_iv_counter_next(counter, bytes);
	local_bh_enable();
	if (!err)
		*iv = get_unaligned_be64(bytes);
	return err;
}

static void draw_work(struct work_struct *work)
{
	struct drawing *drawing = container_of(work, struct drawing, work);
	int err;
	int i;

	for (i = 0; i < DRAWS; i++) {
		err = draw(drawing->counter, &drawing->ivs[i]);
		if (err)
			drawing->err = err;
		/* Let other CPUs take ranges meanwhile */
		if (i % 32 == 0)
			cond_resched();
	}
}

static int compare(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

static void expect_distinct(struct kunit *test, u64 *ivs, unsigned int num)
{
	unsigned int i;

	sort(ivs, num, sizeof(*ivs), compare, NULL);
	for (i = 1; i < num; i++)
		KUNIT_ASSERT_NE_MSG(test, ivs[i], ivs[i - 1], "%u of %u", i,
				    num);
}

/* All CPUs draw IVs at the same time, and no IV comes twice (INV-30). */
static void iv_on_all_cpus(struct kunit *test)
{
	struct ov2_iv_counter *counter = counter_new(test);
	unsigned int num = num_online_cpus();
	struct drawing *drawings;
	unsigned int cpu;
	unsigned int i;
	u64 *ivs;

	drawings = kunit_kcalloc(test, num, sizeof(*drawings), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, drawings);
	ivs = kunit_kcalloc(test, num * DRAWS, sizeof(*ivs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ivs);

	cpu = cpumask_first(cpu_online_mask);
	for (i = 0; i < num; i++) {
		drawings[i].counter = counter;
		drawings[i].ivs = ivs + i * DRAWS;
		INIT_WORK(&drawings[i].work, draw_work);
		queue_work_on(cpu, system_wq, &drawings[i].work);
		cpu = cpumask_next(cpu, cpu_online_mask);
	}
	for (i = 0; i < num; i++) {
		flush_work(&drawings[i].work);
		KUNIT_EXPECT_EQ(test, drawings[i].err, 0);
	}
	expect_distinct(test, ivs, num * DRAWS);
}

/* A CPU that has a part of a range left goes on with this part. After the last
 * value of its range, the CPU takes the next range of the counter.
 */
static void iv_cpu_keeps_its_range(struct kunit *test)
{
	struct ov2_iv_counter *counter = counter_new(test);
	u64 before, after;
	int cpu;

	counter->salt = 0;
	KUNIT_ASSERT_EQ(test, draw(counter, &before), 0);
	/* Each CPU has the last value of a range left, because the test does
	 * not know which CPU draws next.
	 */
	for_each_possible_cpu(cpu)
		counter->next[cpu] = 5 * OV2_IV_RANGE - 1;
	atomic64_set(&counter->ranges, 9);
	KUNIT_EXPECT_EQ(test, draw(counter, &before), 0);
	KUNIT_EXPECT_EQ(test, before, 5 * OV2_IV_RANGE - 1);
	migrate_disable();
	counter->next[smp_processor_id()] = 5 * OV2_IV_RANGE;
	KUNIT_EXPECT_EQ(test, draw(counter, &after), 0);
	migrate_enable();
	KUNIT_EXPECT_EQ(test, after, 9 * OV2_IV_RANGE);
}

/* The counter gives its last value. After that it gives no value, and does not
 * begin again.
 */
static void iv_counter_ends(struct kunit *test)
{
	struct ov2_iv_counter *counter = counter_new(test);
	unsigned int i;
	u64 iv = 0;

	counter->salt = 0;
	atomic64_set(&counter->ranges, OV2_IV_RANGES - 1);
	migrate_disable();
	for (i = 0; i < OV2_IV_RANGE; i++) {
		KUNIT_ASSERT_EQ(test, draw(counter, &iv), 0);
		KUNIT_ASSERT_EQ(test, iv, U64_MAX - OV2_IV_RANGE + 1 + i);
	}
	KUNIT_EXPECT_EQ(test, iv, U64_MAX);
	for (i = 0; i < 2 * OV2_IV_RANGE; i++)
		KUNIT_ASSERT_EQ(test, draw(counter, &iv), -EOVERFLOW);
	migrate_enable();
}

/* Each new counter gives other IVs than all counters before it (INV-30). */
static void iv_salt_is_random(struct kunit *test)
{
	u64 ivs[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(ivs); i++)
		KUNIT_ASSERT_EQ(test, draw(counter_new(test), &ivs[i]), 0);
	expect_distinct(test, ivs, ARRAY_SIZE(ivs));
}

static struct ov2_iv_counter *counter_of(struct ov2_rig *rig,
					 unsigned long handle)
{
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(&rig->ad, handle);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(rig->test, sa);
	return &sa->member[0].transform.ivs;
}

/* Two CPUs may send frames of two SAs at the same time. So the memory from
 * which an SA takes its IVs shares no cache line with the memory of another SA.
 */
static void iv_shares_no_cache_line(struct kunit *test)
{
	struct ov2_iv_counter *counter;
	int i;

	for (i = 0; i < 16; i++) {
		counter = counter_new(test);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((uintptr_t)counter->next,
						   SMP_CACHE_BYTES));
	}
}

/* If an SA has no IV left, its frame does not leave (INV-29). Frames of another
 * SA leave as before.
 */
static void iv_used_up_is_dropped(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM, other = OV2_RIG_SA_GCM;

	other.spi++;
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_outbound(rig, &other);
	atomic64_set(&counter_of(rig, sa.out)->ranges, OV2_IV_RANGES);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&rig->wire), 0);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad, OV2_CNT_TX_DROP_IV),
			2);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &other, other.out),
			OV2_STATUS_SUCCESS);
}

static struct kunit_case iv_cases[] = {
	KUNIT_CASE(iv_on_all_cpus),
	KUNIT_CASE(iv_cpu_keeps_its_range),
	KUNIT_CASE(iv_counter_ends),
	KUNIT_CASE(iv_salt_is_random),
	KUNIT_CASE(iv_shares_no_cache_line),
	KUNIT_CASE(iv_used_up_is_dropped),
	{}
};

static struct kunit_suite iv_suite = {
	.name = "ov2_iv",
	.test_cases = iv_cases,
};

kunit_test_suite(iv_suite);
