// SPDX-License-Identifier: GPL-2.0
/* A poll keeps to its budget, and brings frames up in their order. */
#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>

#include "../../compat/napi.h"
#include "../../unit/rig/two_cards.h"
#include "../../watch/counters.h"
#include "../unshare.h"

#define BUDGET	OV2_CARDS_BUDGET

/* Frames that the receiver's engine has */
static unsigned int held(const struct ov2_cards *cards)
{
	return ov2_hold_of(&cards->b->ad)->num_received;
}

/* Frames that the receiver has given to the stack */
static u64 received(const struct ov2_cards *cards)
{
	return ov2_cards_stats(cards->b).rx_packets;
}

static void send(struct ov2_cards *cards, unsigned int num)
{
	while (num--)
		ov2_cards_send(cards, 0, false);
}

/* Frame @first came up first, then the next one, and so on. */
static void expect_up(struct kunit *test, struct ov2_cards *cards, u32 first,
		      unsigned int num)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, cards->num_up, num);
	for (i = 0; i < num; i++)
		KUNIT_EXPECT_EQ_MSG(test, cards->up[i], first + i, "%u", i);
}

/* A poll brings up no more frames than its budget allows. */
static void budget(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	send(cards, 3 * BUDGET + 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), BUDGET);
	KUNIT_EXPECT_EQ(test, received(cards), BUDGET);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 2 * BUDGET + 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, 1), 1);
	KUNIT_EXPECT_EQ(test, received(cards), BUDGET + 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), BUDGET);
	/* The last frame of the ring uses up the budget, so the card polls once
	 * more.
	 */
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), BUDGET);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 0);
	expect_up(test, cards, 0, 3 * BUDGET + 1);
}

static void less_than_budget(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct rtnl_link_stats64 stats;

	ov2_hold_of(&cards->b->ad)->at_once = true;
	send(cards, 5);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 5);
	stats = ov2_cards_stats(cards->b);
	KUNIT_EXPECT_EQ(test, stats.rx_packets, 5);
	KUNIT_EXPECT_EQ(test, stats.rx_bytes, 5 * (ETH_HLEN + OV2_CARDS_BODY));
	KUNIT_EXPECT_EQ(test, stats.rx_dropped, 0);
	KUNIT_EXPECT_EQ(test, cards->b->rxqs[0].held, 0);
	expect_up(test, cards, 0, 5);
}

/* An engine that gives nothing back gets OV2_RX_HELD_MAX frames and no more.
 * The other frames stay on the ring.
 */
static void held_limit(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	send(cards, OV2_RX_HELD_MAX + 2 * BUDGET);
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, held(cards), OV2_RX_HELD_MAX);
	KUNIT_EXPECT_EQ(test, cards->b->rxqs[0].held, OV2_RX_HELD_MAX);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 2 * BUDGET);
	/* There is nothing to do until the engine gives something back. */
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 0);
	KUNIT_EXPECT_FALSE(test, ov2_cards_scheduled(cards, 0, false));

	ov2_hold_release_received(&cards->b->ad, 1);
	KUNIT_EXPECT_TRUE(test, ov2_cards_scheduled(cards, 0, true));
	/* This poll brings only one frame up. It returns the whole budget,
	 * because the engine can now take a frame from the ring. The next poll
	 * gives this frame to the engine.
	 */
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), BUDGET);
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, held(cards), OV2_RX_HELD_MAX);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 2 * BUDGET - 1);
	KUNIT_EXPECT_EQ(test, received(cards), 1);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	ov2_hold_release_received(&cards->b->ad, UINT_MAX);
	ov2_cards_poll_all(cards, 0);
	expect_up(test, cards, 0, OV2_RX_HELD_MAX + 2 * BUDGET);
	KUNIT_EXPECT_EQ(test, cards->b->rxqs[0].held, 0);
}

/* Between two polls, the engine gives back many frames. Each poll brings up
 * only as many of these frames as its budget allows.
 */
static void budget_of_indicated(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	send(cards, 3 * BUDGET);
	ov2_cards_poll_all(cards, 0);
	KUNIT_ASSERT_EQ(test, held(cards), 3 * BUDGET);
	ov2_hold_release_received(&cards->b->ad, UINT_MAX);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), BUDGET);
	KUNIT_EXPECT_EQ(test, received(cards), BUDGET);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, 10), 10);
	KUNIT_EXPECT_EQ(test, received(cards), BUDGET + 10);
	ov2_cards_poll_all(cards, 0);
	expect_up(test, cards, 0, 3 * BUDGET);
}

/* If frames come back while the NAPI feeds the engine, the same poll brings
 * them up.
 */
static void no_second_poll(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_hold_of(&cards->b->ad)->at_once = true;
	send(cards, 1);
	KUNIT_EXPECT_TRUE(test, ov2_cards_scheduled(cards, 0, true));
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_scheduled(cards, 0, false));
	KUNIT_EXPECT_EQ(test, received(cards), 1);
}

/* Makes a frame whose destination is another host. */
static struct sk_buff *stranger(struct ov2_cards *cards)
{
	struct sk_buff *skb = ov2_cards_skb(cards);

	eth_hdr(skb)->h_dest[5] ^= 1;
	return skb;
}

/* Frames to other hosts do not go through the engine. They may overtake frames
 * that the engine has.
 */
static void others_pass_by(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	rtnl_lock();
	dev_set_promiscuity(cards->b->ad.dev, 1);
	rtnl_unlock();
	send(cards, 1);
	ov2_cards_xmit(cards, stranger(cards), 0);
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, held(cards), 1);
	KUNIT_EXPECT_EQ(test, received(cards), 1);
	expect_up(test, cards, 1, 1);
	rtnl_lock();
	dev_set_promiscuity(cards->b->ad.dev, -1);
	rtnl_unlock();
}

/* Frames that the engine does not want do not go through the engine, and do not
 * count as frames that it holds.
 */
static void plain_pass_by(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct ov2_hold_engine *hold = ov2_hold_of(&cards->b->ad);

	send(cards, 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	hold->idle = true;
	send(cards, OV2_RX_HELD_MAX + 1);
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, held(cards), 1);
	KUNIT_EXPECT_EQ(test, cards->b->rxqs[0].held, 1);
	expect_up(test, cards, 1, OV2_RX_HELD_MAX + 1);
	KUNIT_EXPECT_FALSE(test, ov2_cards_scheduled(cards, 0, false));

	ov2_hold_release_received(&cards->b->ad, 1);
	KUNIT_EXPECT_TRUE(test, ov2_cards_scheduled(cards, 0, true));
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, received(cards), OV2_RX_HELD_MAX + 2);
}

/* A frame that the card does not want is counted, but not as a drop. */
static void unwanted(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct rtnl_link_stats64 stats;

	ov2_cards_xmit(cards, stranger(cards), 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, held(cards), 0);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&cards->b->ad,
					       OV2_CNT_WIRE_RX_FILTERED), 1);
	stats = ov2_cards_stats(cards->b);
	KUNIT_EXPECT_EQ(test, stats.rx_packets, 0);
	KUNIT_EXPECT_EQ(test, stats.rx_dropped, 0);
	expect_up(test, cards, 0, 0);
}

/* A frame that is alone in its poll goes up without GRO, unless the user wants
 * GRO to hold frames for later polls. @plain: the engine does not want frames
 */
static void expect_gro(struct kunit *test, bool plain)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct ov2_hold_engine *hold = ov2_hold_of(&cards->b->ad);

	hold->at_once = true;
	hold->idle = plain;
	send(cards, 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, cards->num_at_once, 1);

	send(cards, 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 2);
	KUNIT_EXPECT_EQ(test, cards->num_at_once, 1);

	/* The second frame is alone in its poll, but GRO holds the first one.
	 */
	send(cards, 2);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, 1), 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, cards->num_at_once, 1);

	WRITE_ONCE(*ov2_gro_flush_timeout(&cards->b->rxqs[0].napi),
		   NSEC_PER_MSEC);
	send(cards, 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, cards->num_at_once, 1);
	expect_up(test, cards, 0, 6);
}

static void alone_without_gro(struct kunit *test)
{
	expect_gro(test, false);
}

static void plain_alone_without_gro(struct kunit *test)
{
	expect_gro(test, true);
}

static struct sk_buff *large_skb(struct ov2_cards *cards)
{
	struct sk_buff *skb = ov2_cards_skb(cards);

	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_shinfo(skb)->gso_size = 1;
	skb_shinfo(skb)->gso_segs = 2;
	return skb;
}

/* Sends a clone of a packet, as TCP does. Returns the packet. */
static struct sk_buff *send_clone(struct ov2_cards *cards, struct sk_buff *skb)
{
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(cards->test, clone);
	ov2_cards_xmit(cards, clone, 0);
	return skb;
}

static struct sk_buff *send_large(struct ov2_cards *cards)
{
	return send_clone(cards, large_skb(cards));
}

/* A large packet of TCP that is alone in its poll keeps the head that it shares
 * with the sender. Two packets in one poll go through GRO, which may write to
 * their heads. So each of them gets a head of its own.
 */
static void shared_without_gro(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct sk_buff *kept[3];
	unsigned int i;

	ov2_hold_of(&cards->b->ad)->idle = true;
	kept[0] = send_large(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, cards->num_up, 1);
	KUNIT_EXPECT_EQ(test, cards->num_shared, OV2_MAY_SHARE);

	kept[1] = send_large(cards);
	kept[2] = send_large(cards);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 2);
	KUNIT_EXPECT_EQ(test, cards->num_up, 3);
	KUNIT_EXPECT_EQ(test, cards->num_shared, OV2_MAY_SHARE);
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		kfree_skb(kept[i]);
}

/**
 * struct alone - the headers of a frame that is alone in its poll
 * @name: for the log of KUnit
 * @type: protocol of Ethernet
 * @head: the first bytes behind the Ethernet header; the other bytes are zero
 * @in_page: the bytes behind the IP header are in a page
 * @maybe_esp: the frame could be ESP
 */
struct alone {
	const char *name;
	u16 type;
	u8 head[28];
	bool in_page;
	bool maybe_esp;
};

/* 0x1194 is 4500, the port of ESP in UDP. */
static const struct alone alones[] = {
	{
		.name = "TCP from port 4500",
		.type = ETH_P_IP,
		.head = { 0x45, [9] = IPPROTO_TCP, [20] = 0x11, 0x94 },
	},
	{
		.name = "UDP",
		.type = ETH_P_IP,
		.head = { 0x45, [9] = IPPROTO_UDP, [20] = 0x11, 0x93, 0x94,
			  0x11 },
	},
	{
		.name = "UDP from port 4500",
		.type = ETH_P_IP,
		.head = { 0x45, [9] = IPPROTO_UDP, [20] = 0x11, 0x94 },
		.maybe_esp = true,
	},
	{
		.name = "UDP to port 4500",
		.type = ETH_P_IP,
		.head = { 0x45, [9] = IPPROTO_UDP, [22] = 0x11, 0x94 },
		.maybe_esp = true,
	},
	{
		.name = "UDP behind options that look like port 4500",
		.type = ETH_P_IP,
		.head = { 0x46, [9] = IPPROTO_UDP, [20] = 0x11, 0x94, 0x11,
			  0x94 },
	},
	{
		.name = "UDP behind options, to port 4500",
		.type = ETH_P_IP,
		.head = { 0x46, [9] = IPPROTO_UDP, [26] = 0x11, 0x94 },
		.maybe_esp = true,
	},
	{
		.name = "UDP to port 4500 in a page",
		.type = ETH_P_IP,
		.head = { 0x45, [9] = IPPROTO_UDP, [22] = 0x11, 0x94 },
		.in_page = true,
		.maybe_esp = true,
	},
	{
		.name = "ESP",
		.type = ETH_P_IP,
		.head = { 0x45, [9] = IPPROTO_ESP },
		.maybe_esp = true,
	},
	{
		.name = "UDP over IPv6",
		.type = ETH_P_IPV6,
		.head = { 0x60, [6] = IPPROTO_UDP },
	},
	{
		.name = "TCP over IPv6, like UDP from port 4500 over IPv4",
		.type = ETH_P_IPV6,
		.head = { 0x65, [6] = IPPROTO_TCP, [9] = IPPROTO_UDP,
			  [20] = 0x11, 0x94 },
	},
	{
		.name = "extension header of IPv6",
		.type = ETH_P_IPV6,
		.head = { 0x60, [6] = NEXTHDR_HOP },
		.maybe_esp = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(alone, alones, name);

/**
 * struct seen - what the stack gets
 * @type: what the stack calls
 * @num: number of packets
 * @shared: number of packets with a head that they share with the sender
 */
struct seen {
	struct packet_type type;
	unsigned int num;
	unsigned int shared;
};

static int see(struct sk_buff *skb, struct net_device *dev,
	       struct packet_type *type, struct net_device *orig_dev)
{
	struct seen *seen = container_of(type, struct seen, type);

	seen->num++;
	seen->shared += skb_cloned(skb);
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

static void see_end(void *data)
{
	struct seen *seen = data;

	dev_remove_pack(&seen->type);
}

/* Moves what is behind the IP header to a page. */
static void move_to_page(struct kunit *test, struct sk_buff *skb)
{
	const unsigned int len = ETH_HLEN + sizeof(struct iphdr);
	unsigned int rest = skb->len - len;
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), skb->data + len, rest);
	memset(skb->data + len, 0, rest);
	skb_trim(skb, len);
	skb_add_rx_frag(skb, 0, page, 0, rest, PAGE_SIZE);
}

/* If a large packet could be ESP, it goes through GRO although it is alone in
 * its poll. So it gets a head of its own. Other packets keep the head that they
 * share with the sender.
 */
static void unshared_for_esp(struct kunit *test)
{
	const struct alone *alone = test->param_value;
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct sk_buff *kept, *skb = large_skb(cards);
	struct seen *seen;

	seen = kunit_kzalloc(test, sizeof(*seen), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	seen->type.type = htons(alone->type);
	seen->type.dev = cards->b->ad.dev;
	seen->type.func = see;
	dev_add_pack(&seen->type);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, see_end, seen),
			0);

	eth_hdr(skb)->h_proto = htons(alone->type);
	memcpy(skb_network_header(skb), alone->head, sizeof(alone->head));
	if (alone->in_page)
		move_to_page(test, skb);
	ov2_hold_of(&cards->b->ad)->idle = true;
	kept = send_clone(cards, skb);
	KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, 0, BUDGET), 1);
	KUNIT_EXPECT_EQ(test, seen->num, 1);
	KUNIT_EXPECT_EQ(test, seen->shared, !alone->maybe_esp);
	kfree_skb(kept);
}

/* Each ring is polled by its own NAPI, and each frame that comes up names its
 * queue.
 */
static void queues(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 4, 2);
	const u16 fed[] = { 0, 1, 0, 1 };
	u16 queue;

	ov2_hold_of(&cards->b->ad)->at_once = true;
	for (queue = 0; queue < ARRAY_SIZE(fed); queue++) {
		ov2_cards_send(cards, queue, false);
		KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, fed[queue]), 1);
		KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, !fed[queue]), 0);
		KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, !fed[queue],
						     BUDGET), 0);
		KUNIT_EXPECT_EQ(test, ov2_cards_poll(cards, fed[queue],
						     BUDGET), 1);
		KUNIT_EXPECT_EQ(test, cards->up_queue, fed[queue]);
	}
}

/* A card that goes down drops and counts the frames on its rings. When it goes
 * up again, its rings are empty.
 */
static void goes_down(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	send(cards, 10);
	ov2_cards_down(cards, cards->b);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&cards->b->ad,
					       OV2_CNT_WIRE_RX_DROP_DOWN), 10);
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->b).rx_dropped, 10);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 0);
	ov2_cards_up(cards, cards->b);
	send(cards, OV2_RX_HELD_MAX);
	ov2_cards_poll_all(cards, 0);
	KUNIT_EXPECT_EQ(test, held(cards), OV2_RX_HELD_MAX);
	KUNIT_EXPECT_EQ(test, received(cards), 0);
}

/* Before a frame goes to the engine, the plain frames of its burst go to the
 * line. Software may have encrypted some of them for the same SA, and the frame
 * must not overtake these.
 */
static void burst_before_engine(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct sk_buff *skb;

	ov2_cards_send(cards, 0, false);
	ov2_cards_xmit_more(cards, ov2_cards_skb(cards), 0, true);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 1);
	skb = ov2_cards_skb(cards);
	ov2_cards_protect(cards, skb);
	ov2_cards_xmit_more(cards, skb, 0, true);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 2);
}

static struct kunit_case poll_cases[] = {
	KUNIT_CASE(budget),
	KUNIT_CASE(less_than_budget),
	KUNIT_CASE(held_limit),
	KUNIT_CASE(budget_of_indicated),
	KUNIT_CASE(no_second_poll),
	KUNIT_CASE(others_pass_by),
	KUNIT_CASE(plain_pass_by),
	KUNIT_CASE(unwanted),
	KUNIT_CASE(alone_without_gro),
	KUNIT_CASE(plain_alone_without_gro),
	KUNIT_CASE(shared_without_gro),
	KUNIT_CASE_PARAM(unshared_for_esp, alone_gen_params),
	KUNIT_CASE(queues),
	KUNIT_CASE(goes_down),
	KUNIT_CASE(burst_before_engine),
	{}
};

static struct kunit_suite poll_suite = {
	.name = "ov2_poll",
	.test_cases = poll_cases,
};

kunit_test_suite(poll_suite);
