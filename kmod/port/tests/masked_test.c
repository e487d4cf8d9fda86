// SPDX-License-Identifier: GPL-2.0
/* A queue that has interrupted does not interrupt again before the core allows
 * it, and no frame that comes meanwhile is forgotten.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/rtnetlink.h>

#include "../../compat/napi.h"
#include "../../unit/rig/two_cards.h"
#include "../channels.h"
#include "../rx_irq.h"

#define BUDGET	OV2_CARDS_BUDGET

/* The timer of the core does not end before the test does. */
#define FOREVER	(10000 * NSEC_PER_SEC)

/* Set what the files napi_defer_hard_irqs and gro_flush_timeout set. */
static void defer(struct ov2_cards *cards, u32 polls, unsigned long timeout)
{
	u16 index;

	for (index = 0; index < cards->b->ad.rx_queues; index++) {
		struct napi_struct *napi = &cards->b->rxqs[index].napi;

		WRITE_ONCE(*ov2_defer_hard_irqs(napi), polls);
		WRITE_ONCE(*ov2_gro_flush_timeout(napi), timeout);
	}
}

/* Returns two cards whose first queue is masked: it has interrupted, and its
 * poll has brought up the first frame.
 */
static struct ov2_cards *masked_cards(struct kunit *test, u32 polls)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 2);

	defer(cards, polls, FOREVER);
	ov2_hold_of(&cards->b->ad)->at_once = true;
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_TRUE(test, ov2_cards_scheduled(cards, 0, true));
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	return cards;
}

static bool is_masked(const struct ov2_rxq *rxq)
{
	return atomic_read(&rxq->masked);
}

static void expect_waits(struct ov2_cards *cards)
{
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_FALSE(cards->test, ov2_cards_scheduled(cards, 0, false));
}

static void expect_interrupts(struct ov2_cards *cards)
{
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_TRUE(cards->test, ov2_cards_scheduled(cards, 0, true));
}

/* After a poll with work, as many polls without work must follow as the user
 * has set in napi_defer_hard_irqs. Only then does a frame interrupt.
 */
static void frame_waits(struct kunit *test)
{
	struct ov2_cards *cards = masked_cards(test, 2);

	expect_waits(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 0);
	expect_waits(cards);
	expect_waits(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 0);
	expect_interrupts(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, cards->num_up, 5);
}

/* A frame that the engine has finished waits, too. */
static void nbl_waits(struct kunit *test)
{
	struct ov2_cards *cards = masked_cards(test, 1);

	ov2_hold_of(&cards->b->ad)->at_once = false;
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	ov2_hold_release_received(&cards->b->ad, 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_scheduled(cards, 0, false));
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, cards->num_up, 2);
}

/* By default, each poll that has no more to do unmasks the queue, so the next
 * frame interrupts. But while a poll is due, further frames do not interrupt.
 */
static void default_unmasks(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	expect_interrupts(cards);
	expect_waits(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 2);
	expect_interrupts(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
}

/* The user sets both settings to 0 while the queue is masked. The timer still
 * runs, and its poll unmasks the queue.
 */
static void settings_end(struct kunit *test)
{
	struct ov2_cards *cards = masked_cards(test, 3);

	defer(cards, 0, 0);
	expect_waits(cards);
	KUNIT_EXPECT_TRUE(test,
			  hrtimer_active(&cards->b->rxqs[0].napi.timer));
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	expect_interrupts(cards);
}

/* A card goes down while a queue is masked, and a late sender masks another
 * queue while the card is down. When the card is up again, both queues are
 * unmasked.
 */
static void up_again(struct kunit *test)
{
	struct ov2_cards *cards = masked_cards(test, 3);
	u16 queue;

	ov2_cards_down(cards, cards->b);
	local_bh_disable();
	ov2_rx_irq_raise(&cards->b->rxqs[1]);
	local_bh_enable();
	ov2_cards_up(cards, cards->b);
	for (queue = 0; queue < 2; queue++)
		KUNIT_EXPECT_FALSE(test, is_masked(&cards->b->rxqs[queue]));
	expect_interrupts(cards);
}

static void send_spare(struct ov2_cards *cards)
{
	ov2_cards_xmit(cards, cards->spare, 0);
}

/* A frame comes after the poll has looked at the ring for the last time, and
 * before the poll unmasks the queue. GRO makes this moment: it brings up the
 * frames of the poll when the poll completes, and the first of these frames
 * sends another frame.
 */
static void frame_in_between(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	ov2_cards_send(cards, 0, false);
	ov2_cards_send(cards, 0, false);
	cards->spare = ov2_cards_skb(cards);
	cards->on_up = send_spare;
	ov2_cards_let_core_poll(cards);
	ov2_cards_wait_up(cards, 3);
	KUNIT_EXPECT_EQ(test, cards->num_at_once, 1);
}

static void indicate_one(struct ov2_cards *cards)
{
	ov2_hold_release_received(&cards->b->ad, 1);
}

/* As in frame_in_between(), but at this moment the engine gives back a frame
 * that it held.
 */
static void nbl_in_between(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	int i;

	for (i = 0; i < 3; i++)
		ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 3);
	ov2_hold_release_received(&cards->b->ad, 2);
	cards->on_up = indicate_one;
	ov2_cards_let_core_poll(cards);
	ov2_cards_wait_up(cards, 3);
}

static void wait_for_unmask(struct kunit *test, const struct ov2_rxq *rxq)
{
	unsigned long end = jiffies + 10 * HZ;

	while (is_masked(rxq) && !time_after(jiffies, end))
		usleep_range(1000, 2000);
	KUNIT_EXPECT_FALSE(test, is_masked(rxq));
}

/* The timer of the core brings up what waits, as often as needed. When it has
 * polled without work, a frame interrupts again.
 */
static void timer_polls(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	unsigned int i;

	ov2_hold_of(&cards->b->ad)->at_once = true;
	defer(cards, 1, NSEC_PER_MSEC);
	ov2_cards_let_core_poll(cards);
	for (i = 1; i <= 20; i++) {
		ov2_cards_send(cards, 0, false);
		ov2_cards_wait_up(cards, i);
	}
	wait_for_unmask(test, &cards->b->rxqs[0]);
	defer(cards, 0, 0);
	ov2_cards_send(cards, 0, false);
	ov2_cards_wait_up(cards, i);
}

/* A full ring stops its sender. The timer of the core brings up the frames, so
 * the sender goes on.
 */
static void full_ring(struct kunit *test)
{
	struct ov2_cards *cards = masked_cards(test, 5);

	ov2_cards_let_core_poll(cards);
	ov2_cards_send_until_stop(cards, 0, false);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	hrtimer_start(&cards->b->rxqs[0].napi.timer, ms_to_ktime(1),
		      HRTIMER_MODE_REL_PINNED);
	ov2_cards_wait_up(cards, cards->serial);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
}

/* Frames wait for a timer that is very long. When the number of queues changes,
 * the queues run empty at once.
 */
static void queues_change(struct kunit *test)
{
	struct ov2_cards *cards = masked_cards(test, 5);
	int err;

	ov2_cards_let_core_poll(cards);
	ov2_cards_send(cards, 0, false);
	ov2_cards_wait_up(cards, 1);
	ov2_cards_send(cards, 0, false);
	rtnl_lock();
	err = ov2_channels_set(cards->b, 1, 1);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
	ov2_cards_wait_up(cards, 3);
}

static struct kunit_case masked_cases[] = {
	KUNIT_CASE(frame_waits),
	KUNIT_CASE(nbl_waits),
	KUNIT_CASE(default_unmasks),
	KUNIT_CASE(settings_end),
	KUNIT_CASE(up_again),
	KUNIT_CASE(frame_in_between),
	KUNIT_CASE(nbl_in_between),
	KUNIT_CASE(timer_polls),
	KUNIT_CASE(full_ring),
	KUNIT_CASE(queues_change),
	{}
};

static struct kunit_suite masked_suite = {
	.name = "ov2_masked",
	.test_cases = masked_cases,
};

kunit_test_suite(masked_suite);
