// SPDX-License-Identifier: GPL-2.0
/* The log keeps the last entries, and a reader learns of entries that it has
 * missed.
 */
#include <kunit/test.h>
#include <linux/errno.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/null_engine.h"
#include "../log.h"

static void add(struct ov2_rig *rig, unsigned int count)
{
	struct ov2_log_asked asked = { .dir = 1 };

	for (; count; count--) {
		asked.priority++;
		ov2_log_add(&rig->ad, OV2_CNT_SA_REFUSED_MODE, "sentence",
			    -EINVAL, &asked);
	}
}

/* Reads the next entry and returns its number, or 0 at the end. */
static u64 next(struct ov2_rig *rig, struct ov2_log_cursor *cursor)
{
	struct ov2_log_entry entry;

	if (!ov2_log_read(&rig->ad, cursor, &entry))
		return 0;
	KUNIT_EXPECT_EQ(rig->test, entry.seq, cursor->next);
	ov2_log_entry_put(&entry);
	cursor->next++;
	return entry.seq;
}

static void log_keeps_the_last(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_null_miniport);
	struct ov2_log_cursor cursor = {};
	u64 seq;

	ov2_log_seek(&rig->ad, 0, &cursor);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), 0);
	add(rig, OV2_LOG_ENTRIES + 3);
	/* A reader gets only the entries that were there when it began. */
	KUNIT_EXPECT_EQ_MSG(test, next(rig, &cursor), 0,
			    "the entries came later");

	ov2_log_seek(&rig->ad, 0, &cursor);
	for (seq = 4; seq <= OV2_LOG_ENTRIES + 3; seq++)
		KUNIT_EXPECT_EQ(test, next(rig, &cursor), seq);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), 0);
	KUNIT_EXPECT_EQ(test, cursor.lost, 0);

	ov2_log_seek(&rig->ad, OV2_LOG_ENTRIES + 2, &cursor);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), OV2_LOG_ENTRIES + 2);
}

static void log_tells_what_was_lost(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_null_miniport);
	struct ov2_log_cursor cursor = {};

	add(rig, OV2_LOG_ENTRIES);
	ov2_log_seek(&rig->ad, 0, &cursor);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), 1);
	/* This overwrites only the entry that was read. */
	add(rig, 1);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), 2);
	KUNIT_EXPECT_EQ(test, cursor.lost, 0);
	add(rig, 9);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), 11);
	KUNIT_EXPECT_EQ(test, cursor.lost, 1);
	add(rig, OV2_LOG_ENTRIES);
	KUNIT_EXPECT_EQ(test, next(rig, &cursor), 0);
	KUNIT_EXPECT_EQ(test, cursor.lost, 2);
	KUNIT_EXPECT_EQ_MSG(test, next(rig, &cursor), 0, "read to the end");
	KUNIT_EXPECT_EQ(test, cursor.lost, 2);
}

/* KUnit runs tests in a kernel thread, so the log entry names no process. */
static void log_names_no_kernel_thread(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_null_miniport);
	struct ov2_log_cursor cursor = {};
	struct ov2_log_entry entry;

	add(rig, 1);
	ov2_log_seek(&rig->ad, 0, &cursor);
	KUNIT_ASSERT_TRUE(test, ov2_log_read(&rig->ad, &cursor, &entry));
	KUNIT_EXPECT_NULL(test, entry.pid);
	KUNIT_EXPECT_STREQ(test, entry.comm, "");
	KUNIT_EXPECT_EQ(test, (int)entry.reason, (int)OV2_CNT_SA_REFUSED_MODE);
	KUNIT_EXPECT_STREQ(test, entry.sentence, "sentence");
	KUNIT_EXPECT_EQ(test, entry.err, -EINVAL);
	KUNIT_EXPECT_EQ(test, entry.asked.priority, 1);
	ov2_log_entry_put(&entry);
}

static struct kunit_case log_cases[] = {
	KUNIT_CASE(log_keeps_the_last),
	KUNIT_CASE(log_tells_what_was_lost),
	KUNIT_CASE(log_names_no_kernel_thread),
	{ }
};

static struct kunit_suite log_suite = {
	.name = "ov2_log",
	.test_cases = log_cases,
};

kunit_test_suite(log_suite);
