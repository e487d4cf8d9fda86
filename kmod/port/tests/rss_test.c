// SPDX-License-Identifier: GPL-2.0
/* A frame comes in on the queue that the table names for the hash of the frame.
 * The hash is computed from the fields that the user has chosen. The test
 * vectors of the hash are from the NDIS documentation.
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>

#include "../../unit/rig/two_cards.h"
#include "../channels.h"
#include "../port.h"
#include "../ring.h"
#include "../rss.h"

#define SD	(RXH_IP_SRC | RXH_IP_DST)
#define SDFN	(SD | RXH_L4_B_0_1 | RXH_L4_B_2_3)

/* The key of "Verifying the RSS Hash Calculation" in the NDIS documentation */
static const u8 key[OV2_RSS_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2,
	0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4,
	0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/**
 * struct rss_vector - a packet of the NDIS documentation
 * @saddr: source
 * @daddr: destination
 * @sport: source port
 * @dport: destination port
 * @addresses: the hash without ports
 * @ports: the hash with ports
 */
struct rss_vector {
	u8 saddr[16];
	u8 daddr[16];
	u16 sport;
	u16 dport;
	u32 addresses;
	u32 ports;
};

static const struct rss_vector ipv4[] = {
	{ { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766,
	  0x323e8fc2, 0x51ccc178 },
	{ { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739,
	  0xd718262a, 0xc626b0ea },
	{ { 24, 19, 198, 95 }, { 12, 22, 207, 184 }, 12898, 38024,
	  0xd2d0a5de, 0x5c2b394a },
};

static const struct rss_vector ipv6[] = {
	{ { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff,
	    0, 0, 0, 0, 0, 0, 0, 7 },
	  { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03,
	    0, 0, 0, 0, 0, 0, 0, 1 },
	  2794, 1766, 0x2cc18cd5, 0x40207d3d },
};

static struct ov2_rss *rss_new(struct kunit *test, unsigned int queues)
{
	struct ov2_rss *rss = ov2_rss_new(queues, NULL);

	KUNIT_ASSERT_NOT_NULL(test, rss);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, (void (*)(void *))kfree,
						  rss));
	ov2_rss_set_key(rss, key);
	return rss;
}

/* As ethtool -N rx-flow-hash for all types of flows */
static void hash_all(struct ov2_rss *rss, u8 fields)
{
	unsigned int type;

	for (type = 1; type < OV2_RSS_FLOWS; type++)
		if (ov2_rss_type(type) == type)
			ov2_rss_set_fields(rss, type,
					   fields & ov2_rss_may_hash(type));
}

static void put_ports(struct sk_buff *skb, const struct rss_vector *vec)
{
	*(__be16 *)skb_put(skb, 2) = htons(vec->sport);
	*(__be16 *)skb_put(skb, 2) = htons(vec->dport);
}

/* Append the rest of a frame to @skb, which has the Ethernet header and tags.
 */
static void put_ipv4(struct sk_buff *skb, const struct rss_vector *vec,
		     u8 proto)
{
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = proto;
	memcpy(&ip->saddr, vec->saddr, 4);
	memcpy(&ip->daddr, vec->daddr, 4);
	put_ports(skb, vec);
}

static void put_ipv6(struct sk_buff *skb, const struct rss_vector *vec,
		     u8 proto)
{
	struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 6;
	ip->nexthdr = proto;
	memcpy(&ip->saddr, vec->saddr, 16);
	memcpy(&ip->daddr, vec->daddr, 16);
	put_ports(skb, vec);
}

static void free_frame(void *skb)
{
	kfree_skb(skb);
}

static struct sk_buff *frame(struct kunit *test, u16 type)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_frame, skb));
	eth = skb_put_zero(skb, sizeof(*eth));
	eth->h_proto = htons(type);
	return skb;
}

static struct sk_buff *frame4(struct kunit *test, const struct rss_vector *vec,
			      u8 proto)
{
	struct sk_buff *skb = frame(test, ETH_P_IP);

	put_ipv4(skb, vec, proto);
	return skb;
}

static struct sk_buff *frame6(struct kunit *test, const struct rss_vector *vec,
			      u8 proto)
{
	struct sk_buff *skb = frame(test, ETH_P_IPV6);

	put_ipv6(skb, vec, proto);
	return skb;
}

/* Returns the hash of a frame, as if the user had chosen @fields for all types
 * of flows.
 */
static u32 hash_with(struct kunit *test, const struct sk_buff *skb, u8 fields)
{
	struct ov2_rss *rss = rss_new(test, 2);
	struct ov2_rss_flow flow;

	hash_all(rss, fields);
	KUNIT_EXPECT_TRUE(test, ov2_rss_read(rss, skb, &flow));
	return ov2_rss_hash(rss, &flow);
}

static u32 hash_of(struct kunit *test, const struct sk_buff *skb)
{
	return hash_with(test, skb, SDFN);
}

/* The hashes are those of the NDIS documentation. ESP packets have their SPI
 * where other packets have ports. If the SPI has the bytes of the two ports,
 * the hash is the same.
 */
static void vectors(struct kunit *test)
{
	const u8 with_ports[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
				  IPPROTO_ESP };
	unsigned int i, p;

	for (i = 0; i < ARRAY_SIZE(ipv4); i++) {
		for (p = 0; p < ARRAY_SIZE(with_ports); p++)
			KUNIT_EXPECT_EQ(test, ipv4[i].ports,
					hash_of(test, frame4(test, &ipv4[i],
							     with_ports[p])));
		KUNIT_EXPECT_EQ(test, ipv4[i].addresses,
				hash_of(test, frame4(test, &ipv4[i],
						     IPPROTO_ICMP)));
	}
	for (i = 0; i < ARRAY_SIZE(ipv6); i++) {
		for (p = 0; p < ARRAY_SIZE(with_ports); p++)
			KUNIT_EXPECT_EQ(test, ipv6[i].ports,
					hash_of(test, frame6(test, &ipv6[i],
							     with_ports[p])));
		KUNIT_EXPECT_EQ(test, ipv6[i].addresses,
				hash_of(test, frame6(test, &ipv6[i],
						     IPPROTO_DSTOPTS)));
	}
}

/* Only the fields that the user has chosen are hashed, and only in the types of
 * flows for which the user has chosen fields. Another value in a field that is
 * not hashed changes nothing.
 */
static void fields(struct kunit *test)
{
	struct sk_buff *esp = frame4(test, ipv4, IPPROTO_ESP);
	struct sk_buff *udp = frame4(test, ipv4, IPPROTO_UDP);
	struct ov2_rss *rss = rss_new(test, 2);
	struct rss_vector other = ipv4[0];
	struct ov2_rss_flow flow;

	KUNIT_EXPECT_EQ(test, hash_with(test, esp, SD), ipv4->addresses);
	other.daddr[0]++;
	other.dport++;
	KUNIT_EXPECT_EQ(test,
			hash_with(test, esp, RXH_IP_SRC | RXH_L4_B_0_1),
			hash_with(test, frame4(test, &other, IPPROTO_ESP),
				  RXH_IP_SRC | RXH_L4_B_0_1));
	KUNIT_EXPECT_NE(test, hash_with(test, esp, RXH_L4_B_2_3),
			hash_with(test, frame4(test, &other, IPPROTO_ESP),
				  RXH_L4_B_2_3));

	KUNIT_EXPECT_FALSE(test, rss->by_flow);
	KUNIT_EXPECT_FALSE(test, ov2_rss_read(rss, esp, &flow));
	ov2_rss_set_fields(rss, AH_ESP_V4_FLOW, SD);
	KUNIT_EXPECT_TRUE(test, rss->by_flow);
	KUNIT_EXPECT_TRUE(test, ov2_rss_read(rss, esp, &flow));
	KUNIT_EXPECT_FALSE(test, ov2_rss_read(rss, udp, &flow));
	ov2_rss_set_fields(rss, AH_ESP_V4_FLOW, 0);
	KUNIT_EXPECT_FALSE(test, rss->by_flow);
	KUNIT_EXPECT_EQ(test, ov2_rss_may_hash(IPV4_FLOW), SD);
	KUNIT_EXPECT_EQ(test, ov2_rss_type(ESP_V6_FLOW), AH_ESP_V6_FLOW);
	KUNIT_EXPECT_EQ(test, ov2_rss_type(ETHER_FLOW), 0);
}

/* ov2_rss_sharers() says how many send queues may feed one ring. The sender
 * stops in time only if this number is right.
 */
static void sharers(struct kunit *test)
{
	struct ov2_rss *rss = rss_new(test, 3);

	KUNIT_EXPECT_EQ(test, ov2_rss_sharers(rss, 1), 1);
	KUNIT_EXPECT_EQ(test, ov2_rss_sharers(rss, 3), 1);
	KUNIT_EXPECT_EQ(test, ov2_rss_sharers(rss, 8), 3);
	rss->table[1] = 0;
	rss->table[2] = 0;
	KUNIT_EXPECT_EQ(test, ov2_rss_sharers(rss, 3), 3);
	ov2_rss_set_fields(rss, TCP_V4_FLOW, SDFN);
	KUNIT_EXPECT_EQ(test, ov2_rss_sharers(rss, 2), 2);
}

/* The hash of a fragment is computed from its addresses only. If the user has
 * not chosen addresses for its protocol, the fragment has no hash.
 */
static void fragments6(struct kunit *test)
{
	struct sk_buff *whole = frame6(test, ipv6, IPPROTO_UDP);
	struct sk_buff *skb = frame(test, ETH_P_IPV6);
	struct ov2_rss *rss = rss_new(test, 2);
	struct ov2_rss_flow flow;
	struct frag_hdr *part;

	put_ipv6(skb, ipv6, IPPROTO_FRAGMENT);
	skb_trim(skb, skb->len - 4);
	part = skb_put_zero(skb, sizeof(*part));
	part->nexthdr = IPPROTO_UDP;
	part->frag_off = htons(IP6_MF);
	put_ports(skb, ipv6);

	KUNIT_EXPECT_EQ(test, hash_of(test, skb), ipv6->addresses);
	KUNIT_EXPECT_EQ(test, hash_of(test, whole), ipv6->ports);
	KUNIT_EXPECT_EQ(test, hash_with(test, skb, SD),
			hash_with(test, whole, SD));

	ov2_rss_set_fields(rss, TCP_V6_FLOW, SD);
	KUNIT_EXPECT_FALSE(test, ov2_rss_read(rss, skb, &flow));
	ov2_rss_set_fields(rss, UDP_V6_FLOW, SD);
	KUNIT_EXPECT_TRUE(test, ov2_rss_read(rss, skb, &flow));
}

/* Only the first fragment has ports, so the ports of fragments are not hashed.
 * If only addresses are hashed, fragments and whole packets have the same hash.
 */
static void fragments(struct kunit *test)
{
	const u16 parts[] = { IP_MF, IP_MF | 100, 100 };
	struct sk_buff *skb = frame4(test, ipv4, IPPROTO_UDP);
	struct iphdr *ip = (struct iphdr *)(skb->data + ETH_HLEN);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ip->frag_off = htons(parts[i]);
		KUNIT_EXPECT_EQ(test, hash_of(test, skb), ipv4->addresses);
	}
	ip->frag_off = htons(IP_MF);
	KUNIT_EXPECT_EQ(test, hash_with(test, skb, SD), ipv4->addresses);
	ip->frag_off = htons(IP_DF);
	KUNIT_EXPECT_EQ(test, hash_with(test, skb, SD), ipv4->addresses);
	KUNIT_EXPECT_EQ(test, hash_of(test, skb), ipv4->ports);
}

/* The ports are behind the options of IPv4. */
static void options(struct kunit *test)
{
	struct sk_buff *skb = frame(test, ETH_P_IP);
	struct iphdr *ip;

	put_ipv4(skb, ipv4, IPPROTO_TCP);
	ip = (struct iphdr *)(skb->data + ETH_HLEN);
	ip->ihl = 6;
	put_ports(skb, ipv4);
	memset(ip + 1, 0, 4);
	KUNIT_EXPECT_EQ(test, hash_of(test, skb), ipv4->ports);
}

/* The packet is behind two VLAN tags. */
static void tags(struct kunit *test)
{
	struct sk_buff *skb = frame(test, ETH_P_8021AD);
	struct vlan_hdr *tag;

	tag = skb_put_zero(skb, sizeof(*tag));
	tag->h_vlan_encapsulated_proto = htons(ETH_P_8021Q);
	tag = skb_put_zero(skb, sizeof(*tag));
	tag->h_vlan_encapsulated_proto = htons(ETH_P_IP);
	put_ipv4(skb, ipv4, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, hash_of(test, skb), ipv4->ports);
}

/* A frame that is not IP, or that ends inside its IP header, has no hash. If a
 * packet ends inside its ports, only its addresses are hashed.
 */
static void no_hash(struct kunit *test)
{
	struct sk_buff *skb = frame(test, ETH_P_ARP);
	struct ov2_rss *rss = rss_new(test, 2);
	struct ov2_rss_flow flow;

	hash_all(rss, SDFN);
	put_ipv4(skb, ipv4, IPPROTO_TCP);
	KUNIT_EXPECT_FALSE(test, ov2_rss_read(rss, skb, &flow));
	skb = frame4(test, ipv4, IPPROTO_TCP);
	skb_trim(skb, ETH_HLEN + sizeof(struct iphdr) + 3);
	KUNIT_EXPECT_EQ(test, hash_of(test, skb), ipv4->addresses);
	skb_trim(skb, ETH_HLEN + sizeof(struct iphdr) - 1);
	KUNIT_EXPECT_FALSE(test, ov2_rss_read(rss, skb, &flow));
	skb = frame(test, ETH_P_8021Q);
	KUNIT_EXPECT_FALSE(test, ov2_rss_read(rss, skb, &flow));
}

/* The low bits of the hash choose the entry of the table. All queues have about
 * the same number of entries.
 */
static void table(struct kunit *test)
{
	struct ov2_rss *rss = rss_new(test, 3);
	unsigned int used[3] = {};
	unsigned int i;

	for (i = 0; i < OV2_RSS_TABLE; i++)
		used[ov2_rss_queue(rss, 0xabc00 + i)]++;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_GE(test, used[i], OV2_RSS_TABLE / 3);
	rss->table[5] = 2;
	KUNIT_EXPECT_EQ(test, ov2_rss_queue(rss, OV2_RSS_TABLE + 5), 2);
}

/* When queues go away, only their packets move to other queues. When queues
 * are added, packets move only to these queues.
 */
static void fold(struct kunit *test)
{
	u16 used, more, queue, packets[16] = {}, few, many;

	for (used = 1; used <= 16; used++)
		for (queue = 0; queue < used; queue++)
			KUNIT_EXPECT_EQ(test, queue,
					ov2_channels_fold(queue, used));
	for (used = 1; used <= 16; used++)
		for (more = used + 1; more <= 16; more++)
			for (queue = 0; queue < 16; queue++) {
				few = ov2_channels_fold(queue, used);
				many = ov2_channels_fold(queue, more);
				KUNIT_EXPECT_LT(test, few, used);
				KUNIT_EXPECT_LT(test, many, more);
				if (many != few)
					KUNIT_EXPECT_GE(test, many, used);
			}
	for (queue = 0; queue < 16; queue++)
		packets[ov2_channels_fold(queue, 4)]++;
	for (queue = 0; queue < 16; queue++)
		KUNIT_EXPECT_EQ(test, packets[queue], queue < 4 ? 4 : 0);
}

/* Send one burst of @num TCP frames, whose source ports count up from 0. */
static void send_flows(struct ov2_cards *cards, unsigned int num)
{
	struct rss_vector vec = ipv4[0];
	struct sk_buff *skb;

	for (vec.sport = 0; vec.sport < num; vec.sport++) {
		skb = ov2_cards_skb(cards);
		skb_trim(skb, ETH_HLEN);
		((struct ethhdr *)skb->data)->h_proto = htons(ETH_P_IP);
		put_ipv4(skb, &vec, IPPROTO_TCP);
		ov2_cards_xmit_more(cards, skb, 0, vec.sport + 1 < num);
	}
}

/* Each frame of a burst goes to the ring that the table names for its flow.
 * The frames of each ring are in order.
 */
static void burst_by_flow(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 2);
	struct ov2_rss *rss = rcu_access_pointer(cards->b->rss);
	struct ov2_rss_flow flow;
	struct sk_buff *skb;
	u16 ring, port, last;
	unsigned int i;

	hash_all(rss, SDFN);
	ov2_cards_send(cards, 0, false);
	send_flows(cards, 60);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0) +
			      ov2_cards_ring(cards, 1), 61);
	for (ring = 0; ring < 2; ring++) {
		last = 0;
		skb_queue_walk(&cards->b->rxqs[ring].ring, skb) {
			if (!ov2_rss_read(rss, skb, &flow))
				continue;
			KUNIT_EXPECT_EQ(test, ring,
					ov2_rss_queue(rss,
						      ov2_rss_hash(rss,
								   &flow)));
			/* The source port, behind the two addresses */
			port = flow.input[8] << 8 | flow.input[9];
			KUNIT_EXPECT_GE(test, port, last);
			last = port;
		}
		KUNIT_EXPECT_GT(test, last, 0);
	}

	for (i = 0; i < OV2_RSS_TABLE; i++)
		rss->table[i] = 1;
	i = ov2_cards_ring(cards, 1);
	send_flows(cards, 30);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 1), i + 30);
}

/* Until a user sets the fields of the hash, all frames of a send queue go to
 * one ring. The table names this ring.
 */
static void by_send_queue(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 3, 2);
	struct ov2_rss *rss = rcu_access_pointer(cards->b->rss);

	send_flows(cards, 20);
	ov2_cards_send(cards, 1, false);
	ov2_cards_send(cards, 2, false);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 0), 21);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 1), 1);
	rss->table[2] = 1;
	ov2_cards_send(cards, 2, false);
	KUNIT_EXPECT_EQ(test, ov2_cards_ring(cards, 1), 2);
}

/* Returns a TCP frame whose destination port brings the frame to @ring. */
static struct sk_buff *frame_to(struct kunit *test, struct ov2_cards *cards,
				u16 ring)
{
	struct ov2_rss *rss = rcu_access_pointer(cards->b->rss);
	struct rss_vector vec = ipv4[0];
	struct ov2_rss_flow flow;
	struct sk_buff *skb;

	do {
		vec.dport++;
		skb = frame4(test, &vec, IPPROTO_TCP);
		ov2_rss_read(rss, skb, &flow);
	} while (ov2_rss_queue(rss, ov2_rss_hash(rss, &flow)) != ring);
	return skb;
}

/* A send queue that feeds two rings stops when the fuller ring has no room.
 * This is so even if the last frame of the queue went to the other ring.
 */
static void fullest_ring_stops(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 2);
	struct sk_buff *full, *skb, *other;
	unsigned int i;

	hash_all(rcu_access_pointer(cards->b->rss), SDFN);
	full = frame_to(test, cards, 1);
	other = frame_to(test, cards, 0);
	for (i = 1; i <= 2 * OV2_RING_FRAMES; i++) {
		skb = skb_copy(i % OV2_RING_BURST ? full : other, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		ov2_cards_xmit_more(cards, skb, 0, false);
		if (ov2_cards_stopped(cards, 0))
			break;
	}
	KUNIT_EXPECT_TRUE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_LE(test, ov2_cards_ring(cards, 1), OV2_RING_FRAMES);
	KUNIT_EXPECT_LT(test, ov2_cards_ring(cards, 0), 10);
}

/* ov2_channels_steer() waits until the rings are empty. If this takes too long,
 * the function fails, and the old table stays in use.
 */
static void steer_waits(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 2, 2);
	struct ov2_rss *old = rcu_access_pointer(cards->b->rss);
	struct ov2_rss *rss = ov2_rss_new(1, old);

	KUNIT_ASSERT_NOT_NULL(test, rss);
	ov2_cards_send(cards, 0, false);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, ov2_channels_steer(cards->b, rss), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(cards->b->rss), old);
	rtnl_unlock();
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 0));
	KUNIT_EXPECT_FALSE(test, ov2_cards_stopped(cards, 1));

	ov2_cards_down(cards, cards->b);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, ov2_channels_steer(cards->b, rss), 0);
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(cards->b->rss), rss);
	rtnl_unlock();
}

static struct kunit_case rss_cases[] = {
	KUNIT_CASE(vectors),
	KUNIT_CASE(fields),
	KUNIT_CASE(fragments),
	KUNIT_CASE(fragments6),
	KUNIT_CASE(options),
	KUNIT_CASE(tags),
	KUNIT_CASE(no_hash),
	KUNIT_CASE(table),
	KUNIT_CASE(fold),
	KUNIT_CASE(sharers),
	KUNIT_CASE(by_send_queue),
	KUNIT_CASE(fullest_ring_stops),
	KUNIT_CASE(burst_by_flow),
	KUNIT_CASE(steer_waits),
	{}
};

static struct kunit_suite rss_suite = {
	.name = "ov2_rss",
	.test_cases = rss_cases,
};

kunit_test_suite(rss_suite);
