// SPDX-License-Identifier: GPL-2.0
/* The statistics of a queue count each event on this queue exactly once. */
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <net/netdev_queues.h>

#include "../../unit/rig/two_cards.h"

#define LEN	(ETH_HLEN + OV2_CARDS_BODY)

static struct netdev_queue_stats_tx tx_of(struct ov2_cards *cards, u16 queue)
{
	struct net_device *dev = cards->a->ad.dev;
	struct netdev_queue_stats_tx stats = {};

	dev->stat_ops->get_queue_stats_tx(dev, queue, &stats);
	return stats;
}

static struct netdev_queue_stats_rx rx_of(struct ov2_cards *cards, u16 queue)
{
	struct net_device *dev = cards->b->ad.dev;
	struct netdev_queue_stats_rx stats = {};

	dev->stat_ops->get_queue_stats_rx(dev, queue, &stats);
	return stats;
}

static void expect_sent(struct kunit *test, struct ov2_cards *cards, u16 queue,
			u64 packets, u64 drops)
{
	struct netdev_queue_stats_tx stats = tx_of(cards, queue);

	KUNIT_EXPECT_EQ(test, stats.packets, packets);
	KUNIT_EXPECT_EQ(test, stats.bytes, packets * LEN);
	KUNIT_EXPECT_EQ(test, stats.hw_drops, drops);
	KUNIT_EXPECT_EQ(test, stats.hw_gso_packets, 0);
	KUNIT_EXPECT_EQ(test, stats.hw_gso_wire_packets, 0);
}

/* Each queue counts its own frames, also frames that the engine completes
 * later.
 */
static void stats_of_each_queue(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 2, 2);
	struct ov2_adapter *ad = &cards->a->ad;
	int i;

	ov2_hold_of(&cards->b->ad)->at_once = true;
	for (i = 0; i < 3; i++)
		ov2_cards_send(cards, 0, false);
	for (i = 0; i < 5; i++)
		ov2_cards_send(cards, 1, true);
	expect_sent(test, cards, 0, 3, 0);
	expect_sent(test, cards, 1, 0, 0);
	ov2_hold_release_sent(ad, 4, OV2_STATUS_SUCCESS);
	ov2_hold_release_sent(ad, 1, OV2_STATUS_FAILURE);
	expect_sent(test, cards, 0, 3, 0);
	expect_sent(test, cards, 1, 4, 1);

	ov2_cards_poll_all(cards, 0);
	ov2_cards_poll_all(cards, 1);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 0).packets, 3);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 0).bytes, 3 * LEN);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 1).packets, 4);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 1).bytes, 4 * LEN);
}

static void expect_stops(struct kunit *test, struct ov2_cards *cards,
			 u64 stops, u64 wakes)
{
	KUNIT_EXPECT_EQ(test, tx_of(cards, 0).stop, stops);
	KUNIT_EXPECT_EQ(test, tx_of(cards, 0).wake, wakes);
}

/* A queue counts its stops for lack of room, and its wakes. It does not count a
 * stop that is caused by a change of the number of queues.
 */
static void stats_of_stops(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	ov2_cards_send_until_stop(cards, 0, false);
	expect_stops(test, cards, 1, 0);
	ov2_cards_poll_all(cards, 0);
	expect_stops(test, cards, 1, 1);
	rtnl_lock();
	ov2_ring_hold(cards->a, 0, 1);
	ov2_ring_release(cards->a, 0, 1);
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	expect_stops(test, cards, 1, 1);
	ov2_cards_send_until_stop(cards, 0, false);
	expect_stops(test, cards, 2, 1);
	ov2_cards_poll_all(cards, 0);
	expect_stops(test, cards, 2, 2);
	/* The queue was full when the card went down. It is woken when the
	 * card goes up again.
	 */
	ov2_cards_send_until_stop(cards, 0, false);
	ov2_cards_down(cards, cards->a);
	ov2_cards_poll_all(cards, 0);
	expect_stops(test, cards, 3, 2);
	ov2_cards_up(cards, cards->a);
	expect_stops(test, cards, 3, 3);
}

/* Frames that wait when the card goes down count as drops of their queue. */
static void stats_of_drops(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 2, 2);

	ov2_cards_send(cards, 1, false);
	ov2_cards_down(cards, cards->b);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 0).hw_drops, 0);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 1).hw_drops, 1);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 1).alloc_fail, 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->b).rx_dropped, 1);
	KUNIT_EXPECT_EQ(test, rx_of(cards, 1).packets, 0);
}

static struct kunit_case queue_stats_cases[] = {
	KUNIT_CASE(stats_of_each_queue),
	KUNIT_CASE(stats_of_stops),
	KUNIT_CASE(stats_of_drops),
	{}
};

static struct kunit_suite queue_stats_suite = {
	.name = "ov2_queue_stats",
	.test_cases = queue_stats_cases,
};

kunit_test_suite(queue_stats_suite);
