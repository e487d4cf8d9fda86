// SPDX-License-Identifier: GPL-2.0
/*
 * An SA with a counter mode takes its explicit IVs from a counter of 64 bits.
 * An IV that comes twice under one key breaks such a mode, so the IV depends on
 * nothing that comes with a frame. In crypto mode even the frame's sequence
 * number may come twice: when netem or mirred duplicate a packet below xfrm,
 * when XFRM_MSG_NEWAE sets the number back, and when oseq-may-wrap lets the
 * number wrap.
 *
 * All CPUs may send through one SA. If there were only a shared counter, each
 * frame would need a cache line that other CPUs have just written. So a CPU
 * draws a range of values, and the shared counter is touched once for each
 * range. The values that a CPU has not used when the SA ends are lost, which
 * harms nobody.
 *
 * The next values of the CPUs stand side by side in memory. If several CPUs
 * send through one SA, they write the same cache line. This is rare, because an
 * SA's packets leave by one queue (ov2_bridge_hash()). alloc_percpu() would
 * keep the values apart, but it is slow: it was a fifth of the cost of an add.
 * The queues of two SAs may be on different CPUs. So ov2_iv_counter_init()
 * takes whole cache lines for each counter, and two SAs have no cache line in
 * common.
 */
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "iv.h"

/**
 * ov2_iv_counter_init() - make a counter
 * @counter: zeroed
 *
 * The salt is drawn here. So if a key is added again, its counter starts anew,
 * but its IVs differ (INV-30: no IV twice under one key). If two SAs with the
 * same key send n frames together, the probability that an IV comes twice is at
 * most about n / 2^63.
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int ov2_iv_counter_init(struct ov2_iv_counter *counter)
{
	size_t size = nr_cpu_ids * sizeof(*counter->next);

	/* kmalloc() aligns to the size if the size is a power of two. */
	size = roundup_pow_of_two(max_t(size_t, size, SMP_CACHE_BYTES));
	counter->next = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!counter->next)
		return -ENOMEM;

	counter->salt = (__force __be64)get_random_u64();
	return 0;
}

/**
 * ov2_iv_counter_destroy() - undo ov2_iv_counter_init()
 * @counter: a counter that was made, or is still zeroed
 *
 * Context: Process context.
 */
void ov2_iv_counter_destroy(struct ov2_iv_counter *counter)
{
	kfree(counter->next);
	counter->next = NULL;
}

/* CPUs increment @ranges even after the last range was drawn. But @ranges never
 * comes back to the first range, because this needs almost 2^64 more calls.
 */
static bool counter_draw(struct ov2_iv_counter *counter, u64 *next)
{
	u64 range = atomic64_fetch_inc(&counter->ranges);

	if (range >= OV2_IV_RANGES)
		return false;

	*next = range * OV2_IV_RANGE;
	return true;
}

/**
 * ov2_iv_counter_next() - give an IV that this counter has not given before
 * @counter: the counter
 * @iv: filled in with 8 bytes
 *
 * The counter never wraps. When all its values are used, the SA sends nothing
 * more, like an SA that has no sequence number left. A sender of 10^8 frames a
 * second needs 5800 years until then.
 *
 * Context: BH disabled, because a softirq must not take this CPU's value
 * meanwhile.
 * Return: 0, or -EOVERFLOW if all values were given.
 */
int ov2_iv_counter_next(struct ov2_iv_counter *counter, u8 *iv)
{
	__be64 value;
	u64 *next;

	BUILD_BUG_ON(!is_power_of_2(OV2_IV_RANGE));
	BUILD_BUG_ON(OV2_IV_RANGE * (OV2_IV_RANGES - 1) !=
		     U64_MAX - OV2_IV_RANGE + 1);
	lockdep_assert_in_softirq();

	next = &counter->next[get_cpu()];
	if (!(*next & (OV2_IV_RANGE - 1)) && !counter_draw(counter, next)) {
		put_cpu();
		return -EOVERFLOW;
	}
	value = cpu_to_be64((*next)++) ^ counter->salt;
	put_cpu();
	memcpy(iv, &value, sizeof(value));
	return 0;
}
