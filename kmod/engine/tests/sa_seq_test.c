// SPDX-License-Identifier: GPL-2.0
/*
 * The high half of received numbers is inferred as RFC 4303 A2 says.
 *
 * The test knows the true high half. The engine must infer it for each number
 * in the window, and for each number up to 2^31 after the top of the window.
 */
#include <kunit/test.h>

#include "../../unit/rig/random_choice.h"
#include "../sa.h"
#include "../sa_seq.h"
#include "../../ov2/nbl.h"

static const u32 windows[] = { 32, 64, 128, 1024, 4096 };

/* Makes an SA with ESN whose highest number so far is @top. */
static void sa_at(struct ov2_sa *sa, u64 top, u32 window)
{
	memset(sa, 0, sizeof(*sa));
	spin_lock_init(&sa->lock);
	sa->member[0].esn = true;
	sa->member[0].seq = top;
	sa->window = window;
}

/* The engine infers the right high half for all numbers of the window, and for
 * the next @window numbers after the window.
 */
static void expect_all_near(struct kunit *test, u64 top, u32 window)
{
	struct ov2_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	s64 offset;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa_at(sa, top, window);
	for (offset = 1 - (s64)window; offset <= (s64)window; offset++) {
		u64 seq = top + offset;

		if ((s64)seq < 0)
			continue;
		KUNIT_ASSERT_EQ_MSG(test, ov2_sa_seq_rx(sa, &sa->member[0],
							lower_32_bits(seq)),
				    seq, "top %llu window %u", top, window);
	}
	kunit_kfree(test, sa);
}

static void seq_near_wraps(struct kunit *test)
{
	int hi, lo, i;

	for (i = 0; i < ARRAY_SIZE(windows); i++)
		for (hi = 1; hi <= 3; hi++)
			for (lo = -3; lo <= 3; lo++) {
				u64 wrap = (u64)hi << 32;

				expect_all_near(test, wrap + lo, windows[i]);
				expect_all_near(test, wrap + lo + windows[i],
						windows[i]);
			}
}

static void seq_random(struct kunit *test)
{
	struct ov2_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	int round;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	ov2_random_start(test);
	for (round = 0; round < 10000; round++) {
		u32 window = windows[round % ARRAY_SIZE(windows)];
		u64 top = ((u64)ov2_below(1 << 12) << 32) + ov2_below(U32_MAX);
		u64 seq = top + ov2_below(1U << 31);

		if (round & 1 && top > window)
			seq = top - ov2_below(window);
		sa_at(sa, top, window);
		KUNIT_ASSERT_EQ_MSG(test, ov2_sa_seq_rx(sa, &sa->member[0],
							lower_32_bits(seq)),
				    seq, "top %llu window %u", top, window);
	}
}

/* A verified number does not move the top of the window back. */
static void seq_verified_only_forward(struct kunit *test)
{
	struct ov2_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa_at(sa, 1000, 64);
	ov2_sa_seq_verified(sa, &sa->member[0], 990);
	KUNIT_EXPECT_EQ(test, sa->member[0].seq, 1000);
	ov2_sa_seq_verified(sa, &sa->member[0], 0x100000005);
	KUNIT_EXPECT_EQ(test, sa->member[0].seq, 0x100000005);
}

/* The engine infers a frame's number. Then an update makes the highest number
 * of the SA smaller, and then the frame is verified. The frame's number does
 * not undo the update.
 */
static void seq_verified_too_late(struct kunit *test)
{
	struct ov2_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	u64 late;

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa_at(sa, 0x500000100, 64);
	late = ov2_sa_seq_rx(sa, &sa->member[0], 0x101);
	KUNIT_ASSERT_EQ(test, late, 0x500000101);
	sa->member[0].seq = 0x300000020;
	ov2_sa_seq_verified(sa, &sa->member[0], late);
	KUNIT_EXPECT_EQ(test, sa->member[0].seq, 0x300000020);
	ov2_sa_seq_verified(sa, &sa->member[0], 0x300000021);
	KUNIT_EXPECT_EQ(test, sa->member[0].seq, 0x300000021);
}

/* Without ESN the high half is 0. */
static void seq_without_esn(struct kunit *test)
{
	struct ov2_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	const struct ov2_ext_tx ext = { 7, true };

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa_at(sa, 0x500000000, 64);
	sa->member[0].esn = false;
	KUNIT_EXPECT_EQ(test, ov2_sa_seq_rx(sa, &sa->member[0], 9), 9);
	KUNIT_EXPECT_EQ(test, ov2_sa_seq_tx(sa, &sa->member[0], &ext, 9), 9);
}

/* The high half of a send comes from the extension. Without the extension, it
 * comes from the SA.
 */
static void seq_tx_high_half(struct kunit *test)
{
	struct ov2_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);
	struct ov2_ext_tx ext = { 7, true };

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa_at(sa, 0x500000000, 0);
	KUNIT_EXPECT_EQ(test, ov2_sa_seq_tx(sa, &sa->member[0], &ext, 9),
			0x700000009);
	ext.valid = false;
	KUNIT_EXPECT_EQ(test, ov2_sa_seq_tx(sa, &sa->member[0], &ext, 9),
			0x500000009);
}

static struct kunit_case sa_seq_cases[] = {
	KUNIT_CASE(seq_near_wraps),
	KUNIT_CASE(seq_random),
	KUNIT_CASE(seq_verified_only_forward),
	KUNIT_CASE(seq_verified_too_late),
	KUNIT_CASE(seq_without_esn),
	KUNIT_CASE(seq_tx_high_half),
	{}
};

static struct kunit_suite sa_seq_suite = {
	.name = "ov2_sa_seq",
	.test_cases = sa_seq_cases,
};

kunit_test_suite(sa_seq_suite);
