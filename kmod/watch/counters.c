// SPDX-License-Identifier: GPL-2.0
/* A card's counters. Each CPU counts on its own, and a reader adds up the
 * counts of all CPUs.
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/snmp.h>

#include "counters.h"
#include "../ov2/adapter.h"

#define OV2_COUNTER_ROW(id, name, mib, reason, sentence) \
	[OV2_CNT_##id] = { name, mib, reason, sentence },

static const struct ov2_counter_row counter_rows[OV2_CNT_MAX] = {
	OV2_COUNTERS(OV2_COUNTER_ROW)
};

/**
 * ov2_counters_alloc() - give a card its counters, all zero
 * @ad: the card
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int ov2_counters_alloc(struct ov2_adapter *ad)
{
	ad->counters = alloc_percpu_gfp(struct ov2_counters,
					GFP_KERNEL_ACCOUNT);
	return ad->counters ? 0 : -ENOMEM;
}

/**
 * ov2_counters_free() - undo ov2_counters_alloc()
 * @ad: the card; its engine is halted
 *
 * Context: Process context.
 */
void ov2_counters_free(struct ov2_adapter *ad)
{
	free_percpu(ad->counters);
}

/**
 * ov2_count_add() - add to a counter
 * @ad: the card
 * @c: the counter
 * @n: the number to add
 *
 * Context: Any context.
 */
void ov2_count_add(struct ov2_adapter *ad, enum ov2_counter c, u64 n)
{
	this_cpu_add(ad->counters->v[c], n);
}

/**
 * ov2_count() - add one to a counter
 * @ad: the card
 * @c: the counter
 *
 * Context: Any context.
 */
void ov2_count(struct ov2_adapter *ad, enum ov2_counter c)
{
	ov2_count_add(ad, c, 1);
}

/**
 * ov2_counter_read() - the value of a counter: the sum over all CPUs
 * @ad: the card
 * @c: the counter
 *
 * On 32-bit machines the sum may be torn if a CPU counts meanwhile.
 *
 * Context: Any context.
 * Return: the sum.
 */
u64 ov2_counter_read(struct ov2_adapter *ad, enum ov2_counter c)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(ad->counters, cpu)->v[c]);
	return sum;
}

/**
 * ov2_counter_row() - the row of a counter in OV2_COUNTERS
 * @c: which counter; above OV2_CNT_NONE, below OV2_CNT_MAX
 *
 * Context: Any context.
 * Return: its row.
 */
const struct ov2_counter_row *ov2_counter_row(enum ov2_counter c)
{
	return &counter_rows[c];
}

/**
 * ov2_counter_name() - the name of a counter that users see
 * @c: which counter; above OV2_CNT_NONE, below OV2_CNT_MAX
 *
 * Context: Any context.
 * Return: its name.
 */
const char *ov2_counter_name(enum ov2_counter c)
{
	return ov2_counter_row(c)->name;
}
