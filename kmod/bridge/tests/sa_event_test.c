// SPDX-License-Identifier: GPL-2.0
/* In one period of 60 seconds, users get at most one event for each SA and
 * reason.
 */
#include <kunit/test.h>

#include "../sa/assoc.h"

/* A reason is told once in a period of 60 seconds. The first reason begins the
 * period for all reasons.
 */
static void event_tell_once(struct kunit *test)
{
	struct ov2_assoc *assoc = kunit_kzalloc(test, sizeof(*assoc),
						GFP_KERNEL);
	const u32 begin = 1000;

	KUNIT_ASSERT_NOT_NULL(test, assoc);
	KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begin, 0));
	KUNIT_EXPECT_FALSE(test, ov2_assoc_tell(assoc, begin, 0));
	KUNIT_EXPECT_FALSE(test, ov2_assoc_tell(assoc, begin + 1, 0));
	KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begin + 30,
					       OV2_TELL_REASONS - 1));
	KUNIT_EXPECT_FALSE(test, ov2_assoc_tell(assoc, begin + 59, 0));
	KUNIT_EXPECT_FALSE(test, ov2_assoc_tell(assoc, begin + 59,
						OV2_TELL_REASONS - 1));
	KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begin + 60,
					       OV2_TELL_REASONS - 1));
	KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begin + 61, 0));
	KUNIT_EXPECT_FALSE(test, ov2_assoc_tell(assoc, begin + 119, 0));
	KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begin + 120, 0));
}

/* The clock is kept in 24 bits, and wraps. A period may also begin in second 0
 * of the clock.
 */
static void event_tell_wrap(struct kunit *test)
{
	static const u32 begins[] = { 0, 1, 0xfffffe, 0xffffff, 0x1000000 };
	int i;

	for (i = 0; i < ARRAY_SIZE(begins); i++) {
		struct ov2_assoc *assoc = kunit_kzalloc(test, sizeof(*assoc),
							GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, assoc);
		KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begins[i], 3));
		KUNIT_EXPECT_FALSE(test, ov2_assoc_tell(assoc, begins[i] + 59,
							3));
		KUNIT_EXPECT_TRUE(test, ov2_assoc_tell(assoc, begins[i] + 60,
						       3));
	}
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(event_tell_once),
	KUNIT_CASE(event_tell_wrap),
	{}
};

static struct kunit_suite event_suite = {
	.name = "ov2_sa_event",
	.test_cases = event_cases,
};

kunit_test_suite(event_suite);
