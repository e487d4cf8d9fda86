// SPDX-License-Identifier: GPL-2.0
/* A frame that the cable cannot carry is dropped, and its reason is counted. */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>

#include "../../unit/rig/two_cards.h"
#include "../../watch/counters.h"
#include "../line.h"

static void expect_dropped(struct kunit *test, struct ov2_cards *cards,
			   struct sk_buff *skb, enum ov2_counter reason)
{
	struct ov2_adapter *ad = &cards->a->ad;
	u64 before = ov2_cards_stats(cards->a).tx_dropped;
	u64 counted = ov2_counter_read(ad, reason);
	unsigned int ring = ov2_cards_ring(cards, 0);

	ov2_cards_xmit(cards, skb, 0);
	KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(ad, reason), counted + 1,
			    "%s", ov2_counter_name(reason));
	KUNIT_EXPECT_EQ(test, ov2_cards_stats(cards->a).tx_dropped, before + 1);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), ring);
}

/* Returns a frame of @len bytes with the ethertype @proto. */
static struct sk_buff *skb_of(struct ov2_cards *cards, unsigned int len,
			      u16 proto)
{
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(cards->test, skb);
	eth = skb_put_zero(skb, len);
	if (len >= ETH_HLEN) {
		ether_addr_copy(eth->h_dest, cards->b->ad.dev->dev_addr);
		eth->h_proto = htons(proto);
	}
	skb->dev = cards->a->ad.dev;
	skb->protocol = htons(proto);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, min_t(unsigned int, len, ETH_HLEN));
	return skb;
}

/* The cable carries frames of the greatest length, with and without a VLAN tag,
 * and a frame of the least length. A frame that is one byte too long or too
 * short is dropped.
 */
static void lengths(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	unsigned int max = cards->b->ad.dev->mtu + ETH_HLEN;

	expect_dropped(test, cards, skb_of(cards, ETH_HLEN - 1, 0),
		       OV2_CNT_WIRE_TX_DROP_RUNT);
	expect_dropped(test, cards, skb_of(cards, max + 1, OV2_CARDS_ETHERTYPE),
		       OV2_CNT_WIRE_TX_DROP_TOO_LONG);
	expect_dropped(test, cards, skb_of(cards, max + VLAN_HLEN + 1,
					   ETH_P_8021Q),
		       OV2_CNT_WIRE_TX_DROP_TOO_LONG);
	ov2_cards_xmit(cards, skb_of(cards, ETH_HLEN, OV2_CARDS_ETHERTYPE), 0);
	ov2_cards_xmit(cards, skb_of(cards, max, OV2_CARDS_ETHERTYPE), 0);
	ov2_cards_xmit(cards, skb_of(cards, max + VLAN_HLEN, ETH_P_8021Q), 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 3);
	ov2_cards_xmit(cards, skb_of(cards, max + VLAN_HLEN, ETH_P_8021AD), 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 4);
}

/* A TCP packet of three segments, each of which makes a frame of @max bytes */
static struct sk_buff *large(struct ov2_cards *cards, unsigned int max,
			     u16 proto)
{
	unsigned int vlan = proto == ETH_P_8021Q ? VLAN_HLEN : 0;
	unsigned int start = ETH_HLEN + vlan + sizeof(struct iphdr);
	unsigned int head = start + sizeof(struct tcphdr);
	struct sk_buff *skb = skb_of(cards, head + 3 * (max - head), proto);

	skb_set_transport_header(skb, start);
	tcp_hdr(skb)->doff = sizeof(struct tcphdr) / 4;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_shinfo(skb)->gso_size = max - head;
	skb_shinfo(skb)->gso_segs = 3;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	return skb;
}

/* Each segment of a large packet may make a frame of the greatest length. The
 * packet crosses the cable in one piece.
 */
static void large_lengths(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	unsigned int max = cards->b->ad.dev->mtu + ETH_HLEN;
	const struct sk_buff *skb;
	u16 start;

	expect_dropped(test, cards, large(cards, max + 1, ETH_P_IP),
		       OV2_CNT_WIRE_TX_DROP_TOO_LONG);
	expect_dropped(test, cards, large(cards, max + VLAN_HLEN + 1,
					  ETH_P_8021Q),
		       OV2_CNT_WIRE_TX_DROP_TOO_LONG);
	ov2_cards_xmit(cards, large(cards, max + VLAN_HLEN, ETH_P_8021Q), 0);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 1);
	ov2_cards_xmit(cards, large(cards, max, ETH_P_IP), 0);
	KUNIT_ASSERT_EQ(test, ov2_cards_ring(cards, 0), 2);

	skb = skb_peek_tail(&cards->b->rxqs[0].ring);
	start = ETH_HLEN + sizeof(struct iphdr);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_segs, 3);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb), start);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_PARTIAL);
	KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(skb), start);
}

/* A frame is dropped if the other end is down, or if there is no other end. */
static void unplugged(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);

	ov2_cards_down(cards, cards->b);
	expect_dropped(test, cards, ov2_cards_skb(cards),
		       OV2_CNT_WIRE_TX_DROP_UNPLUGGED);
	rtnl_lock();
	cards->b->line->unplug(cards->b);
	rtnl_unlock();
	synchronize_net();
	expect_dropped(test, cards, ov2_cards_skb(cards),
		       OV2_CNT_WIRE_TX_DROP_UNPLUGGED);
}

static struct kunit_case cable_limits_cases[] = {
	KUNIT_CASE(lengths),
	KUNIT_CASE(large_lengths),
	KUNIT_CASE(unplugged),
	{}
};

static struct kunit_suite cable_limits_suite = {
	.name = "ov2_cable_limits",
	.test_cases = cable_limits_cases,
};

kunit_test_suite(cable_limits_suite);
