// SPDX-License-Identifier: GPL-2.0
/*
 * The port knows its line only through struct ov2_line_ops.
 *
 * A second line, as small as the contract of line.h allows, takes the place of
 * the cable here.
 */
#include <linux/bottom_half.h>
#include <linux/rtnetlink.h>

#include "../../unit/rig/two_cards.h"
#include "../../watch/counters.h"
#include "../line.h"
#include "../rx.h"
#include "../sizes.h"

/**
 * struct wall - a line that ends at the test
 * @room: number of frames that each queue has room for
 * @unfit: why frames are not fit, or OV2_CNT_NONE
 * @reason: why frames are not taken, or OV2_CNT_NONE
 * @link: the device that the card is connected to
 * @puts: how often frames were taken
 * @put: number of frames that were taken
 * @put_queue: the queue of the last frame
 * @keep: frames that were taken are appended to this list, unless it is NULL
 * @woken: number of times that a receive queue made room
 * @woken_queue: the last receive queue that made room
 * @carriers: how often the port told the line to set the carrier
 */
static struct wall {
	int room;
	enum ov2_counter unfit;
	enum ov2_counter reason;
	struct net_device *link;
	unsigned int puts;
	unsigned int put;
	u16 put_queue;
	struct sk_buff_head *keep;
	unsigned int woken;
	u16 woken_queue;
	unsigned int carriers;
} wall;

static int wall_plug(struct ov2_port *port, struct net_device *target,
		     struct netlink_ext_ack *extack)
{
	return -EOPNOTSUPP;
}

static void wall_unplug(struct ov2_port *port)
{
	ASSERT_RTNL();
}

static struct net_device *wall_link(const struct ov2_port *port)
{
	return wall.link;
}

static void wall_carrier(struct ov2_port *port)
{
	ASSERT_RTNL();
	wall.carriers++;
}

static int wall_room(const struct ov2_port *port, u16 queue)
{
	return min(wall.room, ov2_ring_room(port, queue, NULL));
}

static enum ov2_counter wall_fit(struct ov2_port *port, struct sk_buff *skb)
{
	return wall.unfit;
}

static enum ov2_counter wall_put(struct ov2_port *port, u16 queue,
				 struct sk_buff_head *frames)
{
	if (wall.reason)
		return wall.reason;
	wall.puts++;
	wall.put += skb_queue_len(frames);
	wall.put_queue = queue;
	if (wall.keep)
		skb_queue_splice_tail_init(frames, wall.keep);
	else
		__skb_queue_purge(frames);
	return OV2_CNT_NONE;
}

static void wall_wake(struct ov2_port *port, u16 rx_queue)
{
	wall.woken++;
	wall.woken_queue = rx_queue;
}

static struct ov2_port *wall_far(const struct ov2_port *port)
{
	return NULL;
}

static const struct ov2_line_ops wall_line = {
	.name		= "wall",
	.plug		= wall_plug,
	.unplug		= wall_unplug,
	.link		= wall_link,
	.carrier	= wall_carrier,
	.room		= wall_room,
	.fit		= wall_fit,
	.put		= wall_put,
	.wake		= wall_wake,
	.far		= wall_far,
};

/* Connects both cards to the wall, instead of to each other. */
static struct ov2_cards *at_the_wall(struct kunit *test, unsigned int tx_queues,
				     unsigned int rx_queues)
{
	struct ov2_cards *cards = ov2_cards_new(test, tx_queues, rx_queues);

	ov2_cards_down(cards, cards->a);
	ov2_cards_down(cards, cards->b);
	rtnl_lock();
	cards->a->line->unplug(cards->a);
	rtnl_unlock();
	synchronize_net();
	memset(&wall, 0, sizeof(wall));
	wall.room = OV2_RING_FRAMES;
	cards->a->line = &wall_line;
	cards->b->line = &wall_line;
	ov2_cards_up(cards, cards->a);
	ov2_cards_up(cards, cards->b);
	return cards;
}

static void takes_frames(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 2, 1);

	KUNIT_EXPECT_TRUE(test, ov2_cards_send(cards, 1, false));
	KUNIT_EXPECT_EQ(test, wall.put, 1);
	KUNIT_EXPECT_EQ(test, wall.put_queue, 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets, 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_bytes,
			ETH_HLEN + OV2_CARDS_BODY);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 0);
}

/* If the line does not take a frame, the line says why. The port then drops and
 * counts the frame.
 */
static void refuses_frames(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);
	struct ov2_adapter *ad = &cards->a->ad;

	wall.unfit = OV2_CNT_WIRE_TX_DROP_TOO_LONG;
	ov2_cards_send(cards, 0, false);
	wall.unfit = OV2_CNT_NONE;
	wall.reason = OV2_CNT_WIRE_TX_DROP_UNPLUGGED;
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_EQ(test, wall.put, 0);
	KUNIT_EXPECT_EQ(test,
			ov2_counter_read(ad, OV2_CNT_WIRE_TX_DROP_TOO_LONG),
			1);
	KUNIT_EXPECT_EQ(test,
			ov2_counter_read(ad, OV2_CNT_WIRE_TX_DROP_UNPLUGGED),
			1);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets, 0);
}

/* A card whose namespace is ending drops the frames that it gets. Frames of a
 * burst that began earlier still leave.
 */
static void silent_at_the_end(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);

	ov2_cards_send(cards, 0, false);
	ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	WRITE_ONCE(cards->a->ending, true);
	ov2_cards_send(cards, 0, false);
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_EQ(test, wall.put, 2);
	KUNIT_EXPECT_EQ(test,
			ov2_counter_read(&cards->a->ad,
					 OV2_CNT_WIRE_TX_DROP_NETNS), 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, 2);
}

/* When a burst ends, all its frames go to the line together. */
static void takes_bursts(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);
	int i;

	/* With the first frame, the queue finds out how much room there is. */
	ov2_cards_send(cards, 0, false);
	for (i = 0; i < 9; i++)
		ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	KUNIT_EXPECT_EQ(test, wall.put, 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets, 1);
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_EQ(test, wall.put, 11);
	KUNIT_EXPECT_EQ(test, wall.puts, 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets, 11);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_bytes,
			11 * (ETH_HLEN + OV2_CARDS_BODY));
}

/* If the last frame of a burst is dropped, the other frames still go to the
 * line.
 */
static void burst_ends_in_drop(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);

	ov2_cards_send(cards, 0, false);
	ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	wall.unfit = OV2_CNT_WIRE_TX_DROP_TOO_LONG;
	ov2_cards_send(cards, 0, false);
	KUNIT_EXPECT_EQ(test, wall.put, 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, 1);
}

/* A burst has at most as many frames as the line has room for. When the port or
 * other code stops a queue, the burst of the queue goes to the line.
 */
static void burst_ends_in_stop(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);
	struct netdev_queue *txq = netdev_get_tx_queue(cards->a->ad.dev, 0);
	int i;

	wall.room = 4;
	ov2_cards_send(cards, 0, false);
	for (i = 0; i < 2; i++)
		ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	KUNIT_EXPECT_EQ(test, wall.put, 1);
	wall.room = 0;
	ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	KUNIT_EXPECT_EQ(test, wall.put, 4);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));

	wall.room = OV2_RING_FRAMES;
	ov2_ring_wake_all(cards->a);
	ov2_cards_send(cards, 0, false);
	netif_tx_stop_queue(txq);
	ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	KUNIT_EXPECT_EQ(test, wall.put, 6);
}

/* During a burst, a send queue does not see the frames that other send queues
 * put on the same ring. So if send queues share a ring, each frame goes to the
 * line at once, and the queue then looks at the room of the ring.
 */
static void burst_of_sharers(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 2, 1);

	ov2_cards_send(cards, 0, false);
	ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	KUNIT_EXPECT_EQ(test, wall.put, 2);
}

/* A queue stops when the line has no room, and goes on when the line has enough
 * room.
 */
static void has_no_room(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 2, 1);

	wall.room = 0;
	KUNIT_EXPECT_FALSE(test, ov2_cards_send(cards, 0, false));
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 1));
	KUNIT_EXPECT_FALSE(test, ov2_cards_send(cards, 1, false));
	KUNIT_EXPECT_EQ(test, wall.put, 2);
	wall.room = 1;
	ov2_ring_wake_all(cards->a);
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 1));
	wall.room = OV2_RING_FRAMES;
	ov2_ring_wake_all(cards->a);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 1));
}

static void kept_end(void *data)
{
	__skb_queue_purge(data);
}

/* Sends frames of different lengths, and keeps what comes to the wall. The
 * third frame goes through the engine, and the fifth frame does not fit.
 */
static struct sk_buff_head *send_kept(struct kunit *test, bool more)
{
	struct sk_buff_head *kept = kunit_kzalloc(test, sizeof(*kept),
						  GFP_KERNEL);
	struct ov2_cards *cards = at_the_wall(test, 1, 1);
	struct sk_buff *skb;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	__skb_queue_head_init(kept);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, kept_end,
							   kept));
	wall.keep = kept;
	for (i = 0; i < 8; i++) {
		skb = ov2_cards_skb(cards);
		skb_trim(skb, skb->len - i);
		if (i == 2)
			ov2_cards_protect(cards, skb);
		wall.unfit = i == 4 ? OV2_CNT_WIRE_TX_DROP_TOO_LONG :
				      OV2_CNT_NONE;
		/* With the first frame, the queue finds out how much room there
		 * is.
		 */
		ov2_cards_xmit_more(cards, skb, 0, more && i && i < 7);
	}
	KUNIT_EXPECT_EQ(test, wall.puts, more ? 3 : 6);
	ov2_hold_release_sent(&cards->a->ad, 1, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_packets, 7);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, 1);
	wall.keep = NULL;
	return kept;
}

/* The frames of a burst come to the line with the same bytes, and in the same
 * order, as frames that are sent one by one.
 */
static void burst_is_as_single(struct kunit *test)
{
	struct sk_buff_head *single = send_kept(test, false);
	struct sk_buff_head *burst = send_kept(test, true);
	struct sk_buff *skb, *other;

	KUNIT_ASSERT_EQ(test, skb_queue_len(single), 7);
	KUNIT_ASSERT_EQ(test, skb_queue_len(burst), 7);
	skb_queue_walk(single, skb) {
		other = __skb_dequeue(burst);
		__skb_queue_tail(burst, other);
		KUNIT_ASSERT_EQ(test, skb->len, other->len);
		/* The addresses of cards are random. */
		KUNIT_EXPECT_MEMEQ(test, skb->data + 2 * ETH_ALEN,
				   other->data + 2 * ETH_ALEN,
				   skb->len - 2 * ETH_ALEN);
	}
}

/* The line has room for a whole ring, so a queue stops only because of the
 * frames that are in the engine.
 */
static void engine_stops(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);

	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, true),
			OV2_RING_FRAMES);
	KUNIT_EXPECT_EQ(test, wall.put, 0);
	ov2_hold_release_sent(&cards->a->ad, UINT_MAX, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, wall.put, OV2_RING_FRAMES);
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
}

/* Brings a frame from the line to a ring. Returns false if the card does not
 * take it.
 */
static bool comes_in(struct ov2_cards *cards, u16 rx_queue)
{
	struct sk_buff_head frames;
	bool taken;

	__skb_queue_head_init(&frames);
	__skb_queue_tail(&frames, ov2_cards_skb(cards));
	local_bh_disable();
	taken = ov2_rx_enqueue(&cards->b->rxqs[rx_queue], &frames);
	local_bh_enable();
	KUNIT_EXPECT_EQ(cards->test, skb_queue_empty(&frames), taken);
	__skb_queue_purge(&frames);
	return taken;
}

/* Frames from another line go the same way as frames from a cable. */
static void brings_frames(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 2);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	KUNIT_EXPECT_TRUE(test, comes_in(cards, 1));
	KUNIT_EXPECT_TRUE(test, comes_in(cards, 1));
	KUNIT_EXPECT_EQ(test, wall.woken, 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 1, OV2_CARDS_BUDGET), 2);
	KUNIT_EXPECT_EQ(test, wall.woken, 1);
	KUNIT_EXPECT_EQ(test, wall.woken_queue, 1);
	KUNIT_EXPECT_EQ(test, cards->num_up, 2);
	KUNIT_EXPECT_EQ(test, cards->up_queue, 1);
}

/* A card that goes down drops the frames on its rings, takes no more frames,
 * and tells the line that each ring has room.
 */
static void card_goes_down(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 2);

	KUNIT_EXPECT_TRUE(test, comes_in(cards, 0));
	ov2_cards_down(cards, cards->b);
	KUNIT_EXPECT_EQ(test, wall.woken, 2);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&cards->b->ad,
					       OV2_CNT_WIRE_RX_DROP_DOWN), 1);
	KUNIT_EXPECT_FALSE(test, comes_in(cards, 0));
}

/* The port tells the line that a card goes up or down. It does not set the
 * carrier itself.
 */
static void sets_carrier(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);

	KUNIT_EXPECT_EQ(test, wall.carriers, 2);
	ov2_cards_down(cards, cards->b);
	KUNIT_EXPECT_EQ(test, wall.carriers, 3);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(cards->a->ad.dev));
}

/* A card may give its rings another size even if no card is at the other end of
 * its line. The size does not limit what the card itself sends.
 */
static void resizes_rings(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);

	rtnl_lock();
	ov2_sizes_set_ring(cards->a, 64);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, cards->a->ring, 64);
	KUNIT_EXPECT_EQ(test, ov2_cards_send_until_stop(cards, 0, true),
			OV2_RING_FRAMES);
	ov2_hold_release_sent(&cards->a->ad, UINT_MAX, OV2_STATUS_SUCCESS);
}

/* IFLA_LINK is the device that the line names, or the card itself. */
static void names_its_link(struct kunit *test)
{
	struct ov2_cards *cards = at_the_wall(test, 1, 1);
	struct net_device *a = cards->a->ad.dev, *b = cards->b->ad.dev;

	KUNIT_EXPECT_EQ(test, dev_get_iflink(a), a->ifindex);
	wall.link = b;
	KUNIT_EXPECT_EQ(test, dev_get_iflink(a), b->ifindex);
	wall.link = NULL;
}

static struct kunit_case line_cases[] = {
	KUNIT_CASE(takes_frames),
	KUNIT_CASE(refuses_frames),
	KUNIT_CASE(silent_at_the_end),
	KUNIT_CASE(takes_bursts),
	KUNIT_CASE(burst_ends_in_drop),
	KUNIT_CASE(burst_ends_in_stop),
	KUNIT_CASE(burst_of_sharers),
	KUNIT_CASE(burst_is_as_single),
	KUNIT_CASE(has_no_room),
	KUNIT_CASE(engine_stops),
	KUNIT_CASE(brings_frames),
	KUNIT_CASE(card_goes_down),
	KUNIT_CASE(sets_carrier),
	KUNIT_CASE(resizes_rings),
	KUNIT_CASE(names_its_link),
	{}
};

static struct kunit_suite line_suite = {
	.name = "ov2_line",
	.test_cases = line_cases,
};

kunit_test_suite(line_suite);
