// SPDX-License-Identifier: GPL-2.0
/* A send queue stops when engine or ring is full. When there is room, the queue
 * is woken.
 */
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>

#include "../../unit/rig/two_cards.h"
#include "../../watch/counters.h"
#include "../line.h"
#include "../sizes.h"

#define HALF	(OV2_RING_FRAMES / 2)

/* The receiver takes @num frames from its ring. */
static void take(struct ov2_cards *cards, u16 queue, unsigned int num)
{
	KUNIT_ASSERT_EQ(cards->test, ov2_cards_poll(cards, queue, num), num);
}

static void at_once(struct ov2_cards *cards)
{
	ov2_hold_of(&cards->b->ad)->at_once = true;
}

/* A receiver that takes nothing stops the sender. When the receiver has taken
 * half a ring of frames, the sender is woken.
 */
static void ring_bounds(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	at_once(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, false),
			OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), OV2_RING_FRAMES);
	take(cards, 0, HALF - 1);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	take(cards, 0, 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, false), HALF);
}

/* Frames in the sender's engine count as if they were on the ring. Here no
 * frame reaches the ring, so only the engine can wake the queue.
 */
static void engine_wakes(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct ov2_adapter *ad = &cards->a->ad;

	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, true),
			OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, ov2_hold_of(ad)->num_sent, OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 0);
	ov2_hold_release_sent(ad, HALF - 1, OV2_STATUS_FAILURE);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	ov2_hold_release_sent(ad, 1, OV2_STATUS_FAILURE);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, HALF);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets, 0);
}

/* A frame that moves from the engine to the ring makes no room. */
static void engine_then_ring(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct ov2_adapter *ad = &cards->a->ad;

	at_once(cards);
	ov2_cards_send_until_stop(cards, 0, true);
	ov2_hold_release_sent(ad, UINT_MAX, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), OV2_RING_FRAMES);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	take(cards, 0, HALF);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets,
			OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_bytes,
			OV2_RING_FRAMES * (ETH_HLEN + OV2_CARDS_BODY));
}

/* Frames on the ring and frames in the engine count together. Here the receiver
 * empties the ring, but there is not enough room until the engine completes one
 * frame.
 */
static void ring_then_engine(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct ov2_adapter *ad = &cards->a->ad;

	at_once(cards);
	while (ov2_hold_of(ad)->num_sent < HALF + 1)
		ov2_cards_send(cards, 0, true);
	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, false),
			HALF - 1);
	take(cards, 0, HALF - 1);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	ov2_hold_release_sent(ad, 1, OV2_STATUS_FAILURE);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
}

/* Each segment of a large packet counts as one frame, both when the packet is
 * put on the ring and when it is taken off.
 */
static void large_packets(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	unsigned int sent = 0;
	struct sk_buff *skb;

	at_once(cards);
	do {
		skb = ov2_cards_skb(cards);
		skb_shinfo(skb)->gso_segs = 100;
		ov2_cards_xmit(cards, skb, 0);
		sent++;
	} while (!ov2_cards_stopped(cards, 0) && sent < OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, sent, DIV_ROUND_UP(OV2_RING_FRAMES, 100));
	KUNIT_EXPECT_EQ(test, cards->b->rxqs[0].segments, sent * 100);
	/* gso_segs may change while a packet is on the ring: the sender's
	 * kernel cuts the same bytes in another way, and sends them again.
	 */
	skb_queue_walk(&cards->b->rxqs[0].ring, skb)
		skb_shinfo(skb)->gso_segs = 1;
	take(cards, 0, 3);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	take(cards, 0, 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, cards->b->rxqs[0].segments, 0);
}

#define SHARERS	16

static void expect_drained(struct kunit *test, struct ov2_cards *cards)
{
	u16 queue;

	ov2_hold_release_sent(&cards->a->ad, UINT_MAX, OV2_STATUS_SUCCESS);
	ov2_cards_poll_all(cards, 0);
	for (queue = 0; queue < SHARERS; queue++)
		KUNIT_EXPECT_FALSE_MSG(test, ov2_cards_stopped(cards, queue),
				       "queue %u", queue);
}

/* Many send queues feed one ring. They stop when the ring has fewer free places
 * than there are send queues.
 */
static void shared_ring(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, SHARERS, 1);
	unsigned int sent = 0;
	u16 queue;

	at_once(cards);
	for (queue = 0; queue < SHARERS; queue++)
		sent += ov2_cards_send_until_stop(cards, queue, false);
	KUNIT_EXPECT_LE(test, sent, OV2_RING_FRAMES);
	KUNIT_EXPECT_GE(test, sent, OV2_RING_FRAMES - SHARERS);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), sent);
	expect_drained(test, cards);
}

/* All send queues of one ring take turns, and send one frame each. Together
 * they send no more frames than the ring has places.
 */
static void shared_ring_by_turns(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, SHARERS, 1);
	bool some = true;
	u16 queue;

	at_once(cards);
	while (some) {
		some = false;
		for (queue = 0; queue < SHARERS; queue++)
			if (!ov2_cards_stopped(cards, queue))
				some |= ov2_cards_send(cards, queue, false);
		if (ov2_cards_ring(cards, 0) > 2 * OV2_RING_FRAMES)
			break;
	}
	KUNIT_EXPECT_LE(test, ov2_cards_ring(cards, 0), OV2_RING_FRAMES);
	expect_drained(test, cards);
}

/* The frames of all send queues of one ring wait in the engine. The engine gets
 * at most as many frames as the ring has places. The ring may be full already
 * when the engine gives these frames to it. So the ring gets at most twice as
 * many frames as it has places.
 */
static void shared_ring_of_engines(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, SHARERS, 1);
	struct ov2_adapter *ad = &cards->a->ad;
	unsigned int held = 0;
	u16 queue;

	at_once(cards);
	for (queue = 0; queue < SHARERS; queue++)
		held += ov2_cards_send_until_stop(cards, queue, true);
	KUNIT_EXPECT_LE(test, held, OV2_RING_FRAMES);
	KUNIT_EXPECT_GE(test, held, HALF);
	ov2_hold_release_sent(ad, UINT_MAX, OV2_STATUS_SUCCESS);
	for (queue = 0; queue < SHARERS; queue++)
		ov2_cards_send_until_stop(cards, queue, true);
	ov2_hold_release_sent(ad, UINT_MAX, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_LE(test, ov2_cards_ring(cards, 0), 2 * OV2_RING_FRAMES);
	expect_drained(test, cards);
}

/* Each send queue feeds one of two rings. It does not stop because of frames on
 * the ring that it does not feed.
 */
static void own_rings(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 4, 2);

	at_once(cards);
	ov2_cards_send_until_stop(cards, 0, false);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 1), 0);
	KUNIT_EXPECT_TRUE(test, ov2_cards_send(cards, 1, false));
	KUNIT_EXPECT_TRUE(test, ov2_cards_send(cards, 3, false));
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 1), 2);
	KUNIT_EXPECT_FALSE(test, ov2_cards_send(cards, 2, false));
	/* When frames leave a ring, all queues that feed it are woken. */
	take(cards, 1, 2);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	take(cards, 0, HALF);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 2));
}

/* No sender waits for a receiver that is down. */
static void down_wakes(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_cards_send_until_stop(cards, 0, false);
	ov2_cards_down(cards, cards->b);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 0);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&cards->b->ad,
					       OV2_CNT_WIRE_RX_DROP_DOWN),
			OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->b).rx_dropped,
			OV2_RING_FRAMES);
}

/* If a receiver with two rings goes down, all send queues that wait for either
 * ring are woken.
 */
static void down_wakes_all(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 4, 2);
	u16 queue;

	for (queue = 0; queue < 4; queue++) {
		ov2_cards_send_until_stop(cards, queue, false);
		KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, queue));
	}
	ov2_cards_down(cards, cards->b);
	for (queue = 0; queue < 4; queue++)
		KUNIT_EXPECT_FALSE_MSG(test, ov2_cards_stopped(cards, queue),
				       "queue %u", queue);
}

/* The queues of a sender that is down stay stopped until the sender is opened.
 */
static void down_is_not_woken(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	at_once(cards);
	ov2_cards_send_until_stop(cards, 0, false);
	WRITE_ONCE(cards->a->up, false);
	take(cards, 0, HALF);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	WRITE_ONCE(cards->a->up, true);
	take(cards, 0, 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
}

/* A queue that is held stays stopped until it is released, even if the receiver
 * takes frames, and even if ov2_ring_wake_all() is called.
 */
static void held_stays_stopped(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 2, 1);

	at_once(cards);
	ov2_cards_send(cards, 1, false);
	rtnl_lock();
	ov2_ring_hold(cards->a, 1, 2);
	take(cards, 0, 1);
	ov2_ring_wake_all(cards->a);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 1));
	ov2_ring_release(cards->a, 1, 2);
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 1));
}

static void resize(struct ov2_port *port, u32 size)
{
	rtnl_lock();
	ov2_sizes_set_ring(port, size);
	rtnl_unlock();
}

/* If a ring gets fewer places than it has frames, no frame is lost. The sender
 * waits until half of the new ring is free.
 */
static void ring_smaller(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	at_once(cards);
	ov2_cards_send_until_stop(cards, 0, false);
	resize(cards->b, 64);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), OV2_RING_FRAMES);
	/* In two steps, because a poll takes at most OV2_RX_HELD_MAX frames */
	take(cards, 0, HALF);
	take(cards, 0, HALF - 33);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 33);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	take(cards, 0, 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, false), 32);
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, cards->num_up, OV2_RING_FRAMES + 32);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->b).rx_dropped, 0);
}

/* A ring that is made larger wakes its senders. */
static void ring_larger(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 2, 1);

	at_once(cards);
	ov2_cards_send_until_stop(cards, 0, false);
	ov2_cards_send_until_stop(cards, 1, false);
	resize(cards->b, 2 * OV2_RING_FRAMES);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 1));
	ov2_cards_send_until_stop(cards, 0, false);
	KUNIT_EXPECT_GE(test, ov2_cards_ring(cards, 0),
			2 * OV2_RING_FRAMES - 2);
	KUNIT_EXPECT_LE(test, ov2_cards_ring(cards, 0), 2 * OV2_RING_FRAMES);
}

/* A ring of the smallest size gets no more frames than its size allows, even if
 * many queues send to it. All these queues are woken when the ring is empty.
 */
static void ring_smallest_shared(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, SHARERS, 1);
	u16 queue;

	at_once(cards);
	resize(cards->b, OV2_RING_FRAMES_MIN);
	for (queue = 0; queue < SHARERS; queue++)
		ov2_cards_send_until_stop(cards, queue, false);
	KUNIT_EXPECT_LE(test, ov2_cards_ring(cards, 0), OV2_RING_FRAMES_MIN);
	KUNIT_EXPECT_GE(test, ov2_cards_ring(cards, 0),
			OV2_RING_FRAMES_MIN - SHARERS);
	expect_drained(test, cards);
}

/* The size of a ring belongs to its receiver. The size does not limit what the
 * receiver itself sends. If the size is set while the cable is pulled, it is
 * used when the cable is plugged again.
 */
static void ring_of_receiver(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	at_once(cards);
	resize(cards->a, 64);
	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, false),
			OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, cards->b->limit, 64);
	KUNIT_EXPECT_EQ(test, cards->b->ring, OV2_RING_FRAMES);
	rtnl_lock();
	cards->b->line->unplug(cards->b);
	ov2_sizes_set_ring(cards->a, 128);
	KUNIT_EXPECT_EQ(test, cards->b->line->plug(cards->b, cards->a->ad.dev,
						   NULL), 0);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, cards->b->limit, 128);
	KUNIT_EXPECT_EQ(test, cards->a->limit, OV2_RING_FRAMES);
	ov2_cards_poll_all(cards, 0);
}

static struct kunit_case back_pressure_cases[] = {
	KUNIT_CASE(ring_bounds),
	KUNIT_CASE(engine_wakes),
	KUNIT_CASE(engine_then_ring),
	KUNIT_CASE(ring_then_engine),
	KUNIT_CASE(large_packets),
	KUNIT_CASE(shared_ring),
	KUNIT_CASE(shared_ring_by_turns),
	KUNIT_CASE(shared_ring_of_engines),
	KUNIT_CASE(own_rings),
	KUNIT_CASE(down_wakes),
	KUNIT_CASE(down_wakes_all),
	KUNIT_CASE(down_is_not_woken),
	KUNIT_CASE(held_stays_stopped),
	KUNIT_CASE(ring_smaller),
	KUNIT_CASE(ring_larger),
	KUNIT_CASE(ring_smallest_shared),
	KUNIT_CASE(ring_of_receiver),
	{}
};

static struct kunit_suite back_pressure_suite = {
	.name = "ov2_back_pressure",
	.test_cases = back_pressure_cases,
};

kunit_test_suite(back_pressure_suite);
