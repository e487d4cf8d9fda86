/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_IV_H
#define _OV2_IV_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/types.h>

/* Number of IVs that a CPU draws at a time */
#define OV2_IV_RANGE	256ULL
/* Number of ranges in the 64 bits of a counter */
#define OV2_IV_RANGES	BIT_ULL(56)

/**
 * struct ov2_iv_counter - what the explicit IVs of a counter mode are made of
 * @salt: random, XORed into each value
 * @ranges: number of ranges that CPUs have drawn
 * @next: the next value of each CPU; the number of the CPU is the index. A
 *	multiple of OV2_IV_RANGE says that the CPU must draw a range first
 */
struct ov2_iv_counter {
	__be64 salt;
	atomic64_t ranges;
	u64 *next;
};

int ov2_iv_counter_init(struct ov2_iv_counter *counter);
void ov2_iv_counter_destroy(struct ov2_iv_counter *counter);
int ov2_iv_counter_next(struct ov2_iv_counter *counter, u8 *iv);

#endif /* _OV2_IV_H */
