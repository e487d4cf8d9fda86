// SPDX-License-Identifier: GPL-2.0
/* Packets that wait for a neighbour leave in order, from a work item. */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <net/neighbour.h>

#include "../packet/pending.h"

/* The age of neigh->used before a packet comes, in jiffies. neigh_event_send()
 * sets neigh->used to now.
 */
#define LONG_AGO	(100 * HZ)

/**
 * struct waiting - a neighbour that notes the packets that it gets
 * @pending: the list
 * @neigh: the neighbour. Its address is known, so asking only sets the time at
 *	which the neighbour was used last
 * @got: the packets, in the order in which they came
 * @asked: number of packets that came soon after neigh_event_send()
 * @outside: number of packets that came in a context in which an output
 *	function must not be called
 * @began: the first packet is here
 * @slow: the neighbour takes a while for each packet
 * @ended: number of packets that were handled
 */
struct waiting {
	struct ov2_pending pending;
	struct neighbour neigh;
	struct sk_buff_head got;
	int asked;
	int outside;
	struct completion began;
	bool slow;
	int ended;
};

static int waiting_output(struct neighbour *neigh, struct sk_buff *skb)
{
	struct waiting *w = container_of(neigh, struct waiting, neigh);

	w->asked += time_after(neigh->used, jiffies - LONG_AGO / 2);
	w->outside += !in_softirq() || !rcu_read_lock_held();
	neigh->used = jiffies - LONG_AGO;
	complete(&w->began);
	if (w->slow)
		mdelay(100);
	__skb_queue_tail(&w->got, skb);
	w->ended++;
	return 0;
}

static void waiting_end(void *data)
{
	struct waiting *w = data;

	__skb_queue_purge(&w->got);
}

static struct waiting *waiting_new(struct kunit *test)
{
	struct waiting *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	__skb_queue_head_init(&w->got);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, waiting_end, w));
	init_completion(&w->began);
	refcount_set(&w->neigh.refcnt, 1);
	rwlock_init(&w->neigh.lock);
	w->neigh.nud_state = NUD_PERMANENT;
	w->neigh.output = waiting_output;
	w->neigh.used = jiffies - LONG_AGO;
	ov2_pending_init(&w->pending);
	return w;
}

/* Returns packet @number of a test. The control block is not 0, because other
 * code may have used it before.
 */
static struct sk_buff *packet_new(struct kunit *test, u32 number)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->mark = number;
	memset(skb->cb, 0x5a, sizeof(skb->cb));
	return skb;
}

static bool cb_is(const struct sk_buff *skb, u8 byte)
{
	return !memchr_inv(skb->cb, byte, sizeof(skb->cb));
}

/* The work runs on the CPU that adds the packets, so it cannot run between two
 * adds. Returns how many packets were taken; the others stay in @skbs.
 */
static int add_at_once(struct waiting *w, struct sk_buff **skbs, int number)
{
	int taken = 0;
	int i;

	local_bh_disable();
	for (i = 0; i < number; i++) {
		if (!ov2_pending_add(&w->pending, skbs[i], &w->neigh))
			continue;
		skbs[i] = NULL;
		taken++;
	}
	local_bh_enable();
	return taken;
}

static void add_one(struct kunit *test, struct waiting *w, u32 number)
{
	struct sk_buff *skb = packet_new(test, number);

	KUNIT_ASSERT_EQ(test, 1, add_at_once(w, &skb, 1));
}

/* All packets that the list took came to the neighbour, in order. The list has
 * left nothing in the control blocks of the packets, and holds no reference to
 * the neighbour any more.
 */
static void expect_got(struct kunit *test, struct waiting *w, int number)
{
	struct sk_buff *skb;
	u32 next = 0;

	flush_work(&w->pending.work);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&w->got), number);
	skb_queue_walk(&w->got, skb) {
		KUNIT_EXPECT_EQ(test, skb->mark, next++);
		KUNIT_EXPECT_TRUE(test, cb_is(skb, 0));
	}
	KUNIT_EXPECT_EQ(test, w->asked, number);
	KUNIT_EXPECT_EQ(test, w->outside, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&w->neigh.refcnt), 1);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&w->pending.packets));
}

static void pending_one(struct kunit *test)
{
	struct waiting *w = waiting_new(test);

	add_one(test, w, 0);
	expect_got(test, w, 1);
	ov2_pending_destroy(&w->pending);
}

/* The work item asks for the neighbour's address, and sends the packets. The
 * caller does neither, because it holds the lock of a send queue.
 */
static void pending_not_by_caller(struct kunit *test)
{
	struct waiting *w = waiting_new(test);
	struct sk_buff *skb = packet_new(test, 0);

	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, ov2_pending_add(&w->pending, skb, &w->neigh));
	KUNIT_EXPECT_EQ(test, w->ended, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&w->neigh.refcnt), 2);
	local_bh_enable();
	expect_got(test, w, 1);
	ov2_pending_destroy(&w->pending);
}

/* The list takes OV2_PENDING_MAX packets, and leaves the others to the caller.
 */
static void pending_limit(struct kunit *test)
{
	struct waiting *w = waiting_new(test);
	struct sk_buff **skbs;
	int round, i;

	skbs = kunit_kcalloc(test, OV2_PENDING_MAX + 2, sizeof(*skbs),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skbs);
	KUNIT_ASSERT_EQ(test, OV2_PENDING_MAX, 128);
	/* There is room again when the packets are gone */
	for (round = 1; round <= 2; round++) {
		for (i = 0; i < OV2_PENDING_MAX + 2; i++)
			skbs[i] = packet_new(test, w->ended + i);
		KUNIT_EXPECT_EQ(test, add_at_once(w, skbs, OV2_PENDING_MAX + 2),
				OV2_PENDING_MAX);
		for (i = 0; i < OV2_PENDING_MAX + 2; i++) {
			KUNIT_EXPECT_EQ(test, !skbs[i], i < OV2_PENDING_MAX);
			/* A refused packet is unchanged */
			if (skbs[i])
				KUNIT_EXPECT_TRUE(test, cb_is(skbs[i], 0x5a));
			kfree_skb(skbs[i]);
		}
		expect_got(test, w, round * OV2_PENDING_MAX);
	}
	ov2_pending_destroy(&w->pending);
}

/* A packet leaves even if it is added while the work item is running. */
static void pending_while_working(struct kunit *test)
{
	struct waiting *w = waiting_new(test);
	u32 i;

	w->slow = true;
	for (i = 0; i < 4; i++)
		add_one(test, w, i);
	wait_for_completion(&w->began);
	add_one(test, w, 4);
	expect_got(test, w, 5);
	ov2_pending_destroy(&w->pending);
}

/* ov2_pending_destroy() waits until the work item has returned. This wait is
 * necessary, because the netdev may be freed as soon as its last neighbour is
 * gone, and the work item may still be running then.
 */
static void pending_end(struct kunit *test)
{
	struct waiting *w = waiting_new(test);

	w->slow = true;
	add_one(test, w, 0);
	wait_for_completion(&w->began);
	ov2_pending_destroy(&w->pending);
	KUNIT_EXPECT_EQ(test, w->ended, 1);
	KUNIT_EXPECT_FALSE(test, work_busy(&w->pending.work));
	expect_got(test, w, 1);
}

static struct kunit_case pending_cases[] = {
	KUNIT_CASE(pending_one),
	KUNIT_CASE(pending_not_by_caller),
	KUNIT_CASE(pending_limit),
	KUNIT_CASE(pending_while_working),
	KUNIT_CASE(pending_end),
	{}
};

static struct kunit_suite pending_suite = {
	.name = "ov2_pending",
	.test_cases = pending_cases,
};

kunit_test_suite(pending_suite);
