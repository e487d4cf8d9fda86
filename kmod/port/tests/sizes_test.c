// SPDX-License-Identifier: GPL-2.0
/* An impossible size is refused with an error message. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "../../unit/rig/two_cards.h"
#include "../sizes.h"

/* The test's engine cannot change its capacity. An attempt is an error and
 * changes nothing.
 */
static void capacity_fixed(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	u32 before = ov2_sa_capacity(&cards->a->ad);
	struct netlink_ext_ack extack = {};

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, ov2_sizes_set_capacity(cards->a, 2, &extack),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ov2_sizes_set_capacity(cards->a, 2, NULL),
			-EOPNOTSUPP);
	rtnl_unlock();
	KUNIT_ASSERT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_STREQ(test, extack._msg,
			   "ipsecov2: The capacity of this engine is fixed");
	KUNIT_EXPECT_EQ(test, ov2_sa_capacity(&cards->a->ad), before);
}

static void ring_limits(struct kunit *test)
{
	static const struct {
		u32 size;
		int err;
	} rows[] = {
		{ 0, -ERANGE },
		{ 63, -ERANGE },
		{ 64, 0 },
		{ 8192, 0 },
		{ 8193, -ERANGE },
		{ U32_MAX, -ERANGE },
	};
	struct netlink_ext_ack extack;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		extack = (struct netlink_ext_ack){};
		KUNIT_EXPECT_EQ_MSG(test,
				    ov2_sizes_check_ring(rows[i].size, &extack),
				    rows[i].err, "%u", rows[i].size);
		KUNIT_EXPECT_EQ(test, !!extack._msg, !!rows[i].err);
	}
}

static struct kunit_case sizes_cases[] = {
	KUNIT_CASE(capacity_fixed),
	KUNIT_CASE(ring_limits),
	{}
};

static struct kunit_suite sizes_suite = {
	.name = "ov2_sizes",
	.test_cases = sizes_cases,
};

kunit_test_suite(sizes_suite);
