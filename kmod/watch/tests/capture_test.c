// SPDX-License-Identifier: GPL-2.0
/* The memory of the copies that wait in monitors is limited. */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "../../unit/rig/shown.h"
#include "../capture.h"

#define FRAME	(60 * 1024)
/* A copy needs more memory than its frame has bytes */
#define MANY	(OV2_CAPTURE_WAITING / FRAME + 1)

static struct sk_buff *frame_new(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(FRAME, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, FRAME);
	return skb;
}

static u64 dropped(struct ov2_shown *shown)
{
	struct rtnl_link_stats64 stats;

	return dev_get_stats(shown->tap.dev, &stats)->rx_dropped;
}

/* Shows frames while no NAPI can run. Returns how many copies @shown dropped
 * meanwhile.
 */
static u64 show(struct ov2_shown *shown, struct sk_buff *skb, int frames)
{
	static struct ov2_adapter ad;
	const struct ov2_captured captured = { .skb = skb, .verdict = "" };
	u64 before = dropped(shown);

	ad.dev = shown->tap.dev;
	while (frames--)
		ov2_capture(&ad, &captured);
	return dropped(shown) - before;
}

/* A monitor drops the copies for which it has no room. When its NAPI has run,
 * it has room again.
 */
static void capture_one(struct kunit *test)
{
	struct ov2_shown *shown = ov2_shown_new(test);
	struct sk_buff *skb = frame_new(test);
	unsigned int copies;
	u64 lost;

	local_bh_disable();
	lost = show(shown, skb, MANY);
	copies = skb_queue_len(&shown->tap.copies);
	KUNIT_EXPECT_GT(test, lost, 0);
	KUNIT_EXPECT_EQ(test, copies + lost, MANY);
	KUNIT_EXPECT_GT(test, shown->tap.waiting,
			OV2_CAPTURE_WAITING - 4 * FRAME);
	KUNIT_EXPECT_LE(test, shown->tap.waiting, OV2_CAPTURE_WAITING);
	local_bh_enable();

	ov2_shown_settle(shown);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&shown->frames), copies);
	KUNIT_EXPECT_EQ(test, shown->tap.waiting, 0);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, show(shown, skb, 1), 0);
	local_bh_enable();
	kfree_skb(skb);
}

/* Many monitors together drop the copies for which there is no room. */
static void capture_all(struct kunit *test)
{
	struct ov2_shown *shown[OV2_CAPTURE_WAITING_ALL / OV2_CAPTURE_WAITING +
				1];
	struct sk_buff *skb = frame_new(test);
	long waiting = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(shown); i++)
		shown[i] = ov2_shown_new(test);

	/* Each call shows the frames to all monitors. */
	local_bh_disable();
	show(shown[0], skb, MANY);
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		waiting += shown[i]->tap.waiting;
	KUNIT_EXPECT_GT(test, waiting, OV2_CAPTURE_WAITING_ALL - 4 * FRAME);
	KUNIT_EXPECT_LE(test, waiting, OV2_CAPTURE_WAITING_ALL);
	KUNIT_EXPECT_EQ(test, show(shown[0], skb, 1), 1);
	local_bh_enable();

	for (i = 0; i < ARRAY_SIZE(shown); i++)
		ov2_shown_settle(shown[i]);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, show(shown[0], skb, 1), 0);
	local_bh_enable();
	kfree_skb(skb);
}

static struct kunit_case capture_cases[] = {
	KUNIT_CASE(capture_one),
	KUNIT_CASE(capture_all),
	{}
};

static struct kunit_suite capture_suite = {
	.name = "ov2_capture_memory",
	.test_cases = capture_cases,
};

kunit_test_suite(capture_suite);
