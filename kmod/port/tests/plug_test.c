// SPDX-License-Identifier: GPL-2.0
/*
 * Two cards have a carrier while they are plugged together, and both are up.
 *
 * The tests are about the carrier, about announcements, and about the traces
 * of lost frames.
 */
#include <linux/rtnetlink.h>

#include "../../unit/rig/two_cards.h"
#include "../../watch/counters.h"
#include "../../watch/drop.h"
#include "../../watch/trace.h"
#include "../line.h"

/* There is carrier if and only if both ends are up. */
static void carrier(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *a = cards->a->ad.dev, *b = cards->b->ad.dev;

	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(a));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(b));
	ov2_cards_down(cards, cards->a);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(a));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(b));
	ov2_cards_down(cards, cards->b);
	ov2_cards_up(cards, cards->a);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(a));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(b));
	ov2_cards_up(cards, cards->b);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(a));
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(b));
}

/* A card that is plugged into nothing has no link and no carrier. */
static void unplug(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *a = cards->a->ad.dev, *b = cards->b->ad.dev;

	KUNIT_EXPECT_EQ(test, dev_get_iflink(a), b->ifindex);
	KUNIT_EXPECT_EQ(test, dev_get_iflink(b), a->ifindex);
	ov2_cards_down(cards, cards->b);
	rtnl_lock();
	cards->b->line->unplug(cards->b);
	cards->b->line->unplug(cards->b);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, dev_get_iflink(a), a->ifindex);
	KUNIT_EXPECT_EQ(test, dev_get_iflink(b), b->ifindex);
	ov2_cards_up(cards, cards->b);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(a));
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(b));
}

/**
 * struct news - counts how often the card announces a change of its link
 * @nb: the notifier that gets the announcements
 * @dev: the card
 * @num: number of announcements
 */
struct news {
	struct notifier_block nb;
	struct net_device *dev;
	unsigned int num;
};

static int news_heard(struct notifier_block *nb, unsigned long event,
		      void *info)
{
	struct news *news = container_of(nb, struct news, nb);

	if (event == NETDEV_CHANGEINFODATA &&
	    netdev_notifier_info_to_dev(info) == news->dev)
		news->num++;
	return NOTIFY_DONE;
}

/* IFLA_LINK of a card changes when another card is plugged into it, and when
 * this other card is unplugged. The card announces both changes.
 */
static void announced(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct news news = {
		.nb.notifier_call = news_heard,
		.dev = cards->a->ad.dev,
	};

	ov2_cards_down(cards, cards->b);
	KUNIT_ASSERT_EQ(test, register_netdevice_notifier(&news.nb), 0);
	rtnl_lock();
	cards->b->line->unplug(cards->b);
	KUNIT_EXPECT_EQ(test, news.num, 1);
	KUNIT_EXPECT_EQ(test, 0, cards->b->line->plug(cards->b, news.dev,
						      NULL));
	KUNIT_EXPECT_EQ(test, news.num, 2);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, unregister_netdevice_notifier(&news.nb), 0);
}

/**
 * struct drops - the ov2_drop events that came
 * @num: number of drops, on receive and on transmit
 * @wrong: number of drops whose reason names the other direction
 */
struct drops {
	unsigned int num[2];
	unsigned int wrong;
};

static void drops_see(void *data, const struct ov2_adapter *ad, bool tx,
		      const char *reason, unsigned int len)
{
	struct drops *drops = data;

	drops->num[tx]++;
	if (!strstr(reason, tx ? "_tx_" : "_rx_"))
		drops->wrong++;
}

static void drops_end(void *data)
{
	unregister_trace_ov2_drop(drops_see, data);
	tracepoint_synchronize_unregister();
}

static struct drops *drops_new(struct kunit *test)
{
	struct drops *drops = kunit_kzalloc(test, sizeof(*drops), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, drops);
	KUNIT_ASSERT_EQ(test, 0, register_trace_ov2_drop(drops_see, drops));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, drops_end, drops));
	return drops;
}

static void expect_drops(struct kunit *test, struct drops *drops,
			 unsigned int rx, unsigned int tx)
{
	KUNIT_EXPECT_EQ(test, drops->num[false], rx);
	KUNIT_EXPECT_EQ(test, drops->num[true], tx);
	KUNIT_EXPECT_EQ(test, drops->wrong, 0);
	memset(drops->num, 0, sizeof(drops->num));
}

/* A drop is traced with the direction that its counter names. */
static void drops_direction(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct drops *drops = drops_new(test);
	struct sk_buff *skb;

	ov2_drop_rx(&cards->a->ad, OV2_CNT_WIRE_RX_DROP_DOWN,
		    ov2_cards_skb(cards), 1);
	expect_drops(test, drops, 1, 0);
	ov2_drop_tx(&cards->a->ad, OV2_CNT_WIRE_TX_DROP_RUNT,
		    ov2_cards_skb(cards), 1);
	expect_drops(test, drops, 0, 1);

	/* A frame that the card does not want: the trace calls it a drop, but
	 * the statistics of the card do not.
	 */
	skb = ov2_cards_skb(cards);
	eth_hdr(skb)->h_dest[5] ^= 1;
	ov2_cards_xmit(cards, skb, 0);
	ov2_cards_poll_all(cards, 0);
	expect_drops(test, drops, 1, 0);

	/* Drops of frames on the ring */
	ov2_cards_send(cards, 0, false);
	ov2_cards_send(cards, 0, false);
	ov2_cards_down(cards, cards->b);
	expect_drops(test, drops, 2, 0);

	/* A drop of a frame that cannot be sent */
	ov2_cards_send(cards, 0, false);
	expect_drops(test, drops, 0, 1);
}

static struct kunit_case plug_cases[] = {
	KUNIT_CASE(carrier),
	KUNIT_CASE(unplug),
	KUNIT_CASE(announced),
	KUNIT_CASE(drops_direction),
	{}
};

static struct kunit_suite plug_suite = {
	.name = "ov2_plug",
	.test_cases = plug_cases,
};

kunit_test_suite(plug_suite);
