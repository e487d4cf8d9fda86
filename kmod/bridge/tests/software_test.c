// SPDX-License-Identifier: GPL-2.0
/* If software encrypts a frame although the card has the SA, the counter of the
 * right reason moves.
 */
#include <kunit/test.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>

#include "../../unit/rig/packet_shape.h"
#include "../sa/assoc.h"
#include "../software.h"
#include "../../ov2/handle.h"

#define SPI_BYTES	"\x12\x34\x56\x78"
#define SPI		0x12345678
#define SADDR		0xc0000201
#define DADDR		0xc0000202

/**
 * struct shown_case - a frame, and what it shows
 * @name: a name for the frame, in messages
 * @ipv6: version
 * @tags: VLAN tags in the frame
 * @pppoe: a PPPoE header instead of tags
 * @ihl: words of the IPv4 header, 0 for 5
 * @proto: protocol of the IP header
 * @frag_off: IPv4 fragment offset and flags
 * @rest: the options of the IPv4 header, and the bytes behind the IP header
 * @len: number of the bytes behind the IP header
 * @other: ov2_software_read() returns false for the frame
 * @udp: the card has SAs for ESP in UDP
 * @shows: what the card reads from the frame
 */
struct shown_case {
	const char *name;
	bool ipv6;
	int tags;
	bool pppoe;
	u8 ihl;
	u8 proto;
	u16 frag_off;
	u8 rest[40];
	unsigned int len;
	bool other;
	bool udp;
	struct ov2_software_frame shows;
};

/* IPv6 extension headers. The last part of each name is the next header:
 * HOP_DEST is in front of destination options, the others in front of ESP.
 */
#define DEST_ESP	"\x32\0\1\4\0\0\0\0"
#define HOP_DEST	"\x3c\0\1\4\0\0\0\0"
#define ROUTING_ESP	"\x32\0\0\0\0\0\0\0"
#define LONG_ESP	"\x32\1\1\x0c\0\0\0\0\0\0\0\0\0\0\0\0"
#define FIRST_ESP	"\x32\0\0\1\0\0\0\1"
#define LATER_ESP	"\x32\0\0\x48\0\0\0\1"
#define AH_ESP		"\x32\1\0\0\0\0\0\1\0\0\0\1"
#define UDP_4501	"\x11\x94\x11\x95\0\0\0\0"

static const struct shown_case shown_cases[] = {
	{ "IPv4", .proto = IPPROTO_ESP, .rest = SPI_BYTES, .len = 8 },
	{ "IPv6", .ipv6 = true, .proto = IPPROTO_ESP, .rest = SPI_BYTES,
	  .len = 8 },
	{ "IPv4 options", .proto = IPPROTO_ESP, .ihl = 6,
	  .rest = "\1\1\1\0" SPI_BYTES, .len = 8,
	  .shows.headers = true },
	{ "first fragment", .proto = IPPROTO_ESP, .frag_off = IP_MF,
	  .rest = SPI_BYTES, .len = 8, .shows.fragment = true },
	{ "not to be fragmented", .proto = IPPROTO_ESP, .frag_off = IP_DF,
	  .rest = SPI_BYTES, .len = 8 },
	{ "last fragment", .proto = IPPROTO_ESP, .frag_off = 100,
	  .rest = SPI_BYTES, .len = 8, .other = true },
	{ "fragment with options", .proto = IPPROTO_ESP, .ihl = 6,
	  .frag_off = IP_MF, .rest = "\1\1\1\0" SPI_BYTES, .len = 8,
	  .shows = { .fragment = true, .headers = true } },
	{ "destination options", .ipv6 = true, .proto = NEXTHDR_DEST,
	  .rest = DEST_ESP SPI_BYTES, .len = 12, .shows.headers = true },
	{ "two headers", .ipv6 = true, .proto = NEXTHDR_HOP,
	  .rest = HOP_DEST DEST_ESP SPI_BYTES, .len = 20,
	  .shows.headers = true },
	{ "routing header", .ipv6 = true, .proto = NEXTHDR_ROUTING,
	  .rest = ROUTING_ESP SPI_BYTES, .len = 12, .shows.headers = true },
	{ "long header", .ipv6 = true, .proto = NEXTHDR_HOP,
	  .rest = LONG_ESP SPI_BYTES, .len = 20, .shows.headers = true },
	{ "IPv6 first fragment", .ipv6 = true, .proto = NEXTHDR_FRAGMENT,
	  .rest = FIRST_ESP SPI_BYTES, .len = 12, .shows.fragment = true },
	{ "IPv6 later fragment", .ipv6 = true, .proto = NEXTHDR_FRAGMENT,
	  .rest = LATER_ESP SPI_BYTES, .len = 12, .other = true },
	{ "AH in front of ESP", .ipv6 = true, .proto = NEXTHDR_AUTH,
	  .rest = AH_ESP SPI_BYTES, .len = 16, .other = true },
	{ "tag", .tags = 1, .proto = IPPROTO_ESP, .rest = SPI_BYTES, .len = 8,
	  .shows.wrapped = true },
	{ "two tags", .ipv6 = true, .tags = 2, .proto = IPPROTO_ESP,
	  .rest = SPI_BYTES, .len = 8, .shows.wrapped = true },
	{ "PPPoE", .pppoe = true, .proto = IPPROTO_ESP, .rest = SPI_BYTES,
	  .len = 8, .shows.wrapped = true },
	{ "UDP", .proto = IPPROTO_UDP, .rest = UDP_4501 SPI_BYTES, .len = 12,
	  .udp = true, .shows.dport = htons(4501) },
	{ "UDP, no SA with ESP in UDP", .proto = IPPROTO_UDP,
	  .rest = UDP_4501 SPI_BYTES, .len = 12, .other = true },
	{ "IKE", .proto = IPPROTO_UDP, .rest = UDP_4501 "\0\0\0\0", .len = 12,
	  .udp = true, .other = true },
	{ "UDP cut off", .proto = IPPROTO_UDP, .rest = UDP_4501, .len = 11,
	  .udp = true, .other = true },
	{ "TCP", .proto = IPPROTO_TCP, .rest = SPI_BYTES, .len = 20,
	  .udp = true, .other = true },
	{ "ESP cut off", .proto = IPPROTO_ESP, .rest = SPI_BYTES, .len = 3,
	  .other = true },
	{ "options cut off", .ipv6 = true, .proto = NEXTHDR_HOP,
	  .rest = HOP_DEST, .len = 7, .other = true },
};

static void put_type(struct sk_buff *skb, const struct shown_case *c)
{
	__be16 type = htons(c->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	struct ethhdr *eth = skb_put_zero(skb, sizeof(*eth));
	struct vlan_hdr *tag;
	__be16 *last = &eth->h_proto;
	int i;

	for (i = 0; i < c->tags; i++) {
		*last = htons(ETH_P_8021Q);
		tag = skb_put_zero(skb, sizeof(*tag));
		last = &tag->h_vlan_encapsulated_proto;
	}
	if (c->pppoe) {
		*last = htons(ETH_P_PPP_SES);
		skb_put_data(skb, c->ipv6 ? "\x11\0\0\1\0\0\0\x57" :
			     "\x11\0\0\1\0\0\0\x21", 8);
	} else {
		*last = type;
	}
}

static struct sk_buff *frame_of(struct kunit *test, const struct shown_case *c,
				struct net_device *dev)
{
	struct sk_buff *skb = alloc_skb(OV2_SHAPE_ROOM, GFP_KERNEL);
	unsigned int options = c->ihl ? (c->ihl - 5) * 4 : 0;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->dev = dev;
	put_type(skb, c);
	if (c->ipv6) {
		struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

		ip->version = 6;
		ip->nexthdr = c->proto;
		ip->saddr.s6_addr32[3] = htonl(SADDR);
		ip->daddr.s6_addr32[3] = htonl(DADDR);
	} else {
		struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

		ip->version = 4;
		ip->ihl = c->ihl ?: 5;
		ip->frag_off = htons(c->frag_off);
		ip->protocol = c->proto;
		ip->saddr = htonl(SADDR);
		ip->daddr = htonl(DADDR);
	}
	skb_put_data(skb, c->rest, options + c->len);
	return skb;
}

static void expect_shown(struct kunit *test, const struct shown_case *c,
			 const struct sk_buff *skb)
{
	const struct ov2_software_frame *want = &c->shows;
	struct ov2_software_frame got;
	bool read = ov2_software_read(skb, c->udp, &got);

	KUNIT_ASSERT_EQ_MSG(test, read, !c->other, "%s", c->name);
	if (c->other)
		return;
	KUNIT_EXPECT_EQ_MSG(test, got.family, c->ipv6 ? AF_INET6 : AF_INET,
			    "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, ntohl(got.saddr.a6[c->ipv6 ? 3 : 0]), SADDR,
			    "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, ntohl(got.daddr.a6[c->ipv6 ? 3 : 0]), DADDR,
			    "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, ntohl(got.spi), SPI, "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, ntohs(got.dport), ntohs(want->dport), "%s",
			    c->name);
	KUNIT_EXPECT_EQ_MSG(test, got.wrapped, want->wrapped, "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, got.fragment, want->fragment, "%s", c->name);
	KUNIT_EXPECT_EQ_MSG(test, got.headers, want->headers, "%s", c->name);
}

/* ov2_software_read() reads the right fields from each frame of the table, or
 * returns false.
 */
static void software_shows(struct kunit *test)
{
	struct net_device *dev = ov2_shape_device(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(shown_cases); i++) {
		struct sk_buff *skb = frame_of(test, &shown_cases[i], dev);

		expect_shown(test, &shown_cases[i], skb);
		kfree_skb(skb);
	}
}

/* A frame that ends within its Ethernet header is not ESP. */
static void software_short(struct kunit *test)
{
	struct ov2_software_frame got;
	struct sk_buff *skb = alloc_skb(ETH_HLEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, ETH_HLEN - 1);
	KUNIT_EXPECT_FALSE(test, ov2_software_read(skb, true, &got));
	kfree_skb(skb);
}

/**
 * struct counting - a card with one outbound SA
 * @ad: the card
 * @assoc: the association of @x
 * @hdl: the handle of the SA
 * @x: the state
 * @frame: a frame of the state
 */
struct counting {
	struct ov2_adapter ad;
	struct ov2_assoc assoc;
	struct ov2_handle hdl;
	struct xfrm_state *x;
	struct ov2_software_frame frame;
};

static void counting_end(void *data)
{
	struct counting *count = data;

	ov2_handle_free(&count->hdl);
	synchronize_rcu();
	ov2_counters_free(&count->ad);
}

static struct counting *counting_new(struct kunit *test)
{
	struct counting *count = kunit_kzalloc(test, sizeof(*count),
					       GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, count);
	count->x = ov2_shape_state(test, &(struct ov2_shape){ .udp = true });
	count->x->encap->encap_dport = htons(4501);
	count->x->props.saddr.a4 = htonl(SADDR);
	count->ad.dev = ov2_shape_device(test);
	count->ad.dev->features |= NETIF_F_HW_ESP;
	ov2_handles_init(&count->ad.handles);
	KUNIT_ASSERT_EQ(test, 0, ov2_counters_alloc(&count->ad));
	count->assoc.sends = true;
	RCU_INIT_POINTER(count->assoc.x, count->x);
	KUNIT_ASSERT_EQ(test, 0, ov2_handle_alloc(&count->hdl,
						  &count->ad.handles,
						  &count->assoc));
	count->x->xso.offload_handle = count->hdl.value;
	count->frame = (struct ov2_software_frame){
		.family = AF_INET,
		.saddr.a4 = htonl(SADDR),
		.spi = htonl(SPI),
		.dport = htons(4501),
	};
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, counting_end,
							   count));
	return count;
}

static bool counted(struct counting *count)
{
	bool did;

	rcu_read_lock();
	did = ov2_software_count(&count->ad, count->x, &count->frame);
	rcu_read_unlock();
	return did;
}

/* The frame is counted on the card and in the association, for this reason
 * alone.
 */
static void expect_reason(struct kunit *test, struct counting *count,
			  enum ov2_counter reason)
{
	u64 card[OV2_SOFTWARE], sa[OV2_SOFTWARE];
	int i;

	for (i = 0; i < OV2_SOFTWARE; i++) {
		card[i] = ov2_counter_read(&count->ad, OV2_SOFTWARE_FIRST + i);
		sa[i] = atomic64_read(&count->assoc.software[i]);
	}
	KUNIT_EXPECT_TRUE(test, counted(count));
	for (i = 0; i < OV2_SOFTWARE; i++) {
		bool one = OV2_SOFTWARE_FIRST + i == reason;
		const char *name = ov2_counter_name(OV2_SOFTWARE_FIRST + i);

		KUNIT_EXPECT_EQ_MSG(test, card[i] + one,
				    ov2_counter_read(&count->ad,
						     OV2_SOFTWARE_FIRST + i),
				    "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, sa[i] + one,
				    atomic64_read(&count->assoc.software[i]),
				    "%s", name);
	}
}

/* If a frame shows several reasons, the reason that the core looks at first is
 * counted.
 */
static void software_reason(struct kunit *test)
{
	struct counting *count = counting_new(test);

	expect_reason(test, count, OV2_CNT_TX_SOFTWARE_OTHER);
	count->frame.headers = true;
	expect_reason(test, count, OV2_CNT_TX_SOFTWARE_HEADERS);
	count->frame.fragment = true;
	expect_reason(test, count, OV2_CNT_TX_SOFTWARE_FRAGMENT);
	count->frame.wrapped = true;
	expect_reason(test, count, OV2_CNT_TX_SOFTWARE_WAY);
	count->ad.dev->features &= ~NETIF_F_HW_ESP;
	expect_reason(test, count, OV2_CNT_TX_SOFTWARE_DISABLED);
}

/* A frame is counted only if it belongs to an outbound SA of this card in
 * crypto mode.
 */
static void software_whose(struct kunit *test)
{
	struct counting *count = counting_new(test);

	count->assoc.sends = false;
	KUNIT_EXPECT_FALSE(test, counted(count));
	count->assoc.sends = true;
	count->frame.saddr.a4 = htonl(SADDR + 1);
	KUNIT_EXPECT_FALSE(test, counted(count));
	count->x->props.saddr.a4 = 0;
	KUNIT_EXPECT_TRUE(test, counted(count));
	count->frame.dport = htons(4500);
	KUNIT_EXPECT_FALSE(test, counted(count));
	count->frame.dport = 0;
	KUNIT_EXPECT_FALSE(test, counted(count));
	count->x->encap = NULL;
	KUNIT_EXPECT_TRUE(test, counted(count));
	count->frame.dport = htons(4501);
	KUNIT_EXPECT_FALSE(test, counted(count));
	count->frame.dport = 0;
	/* The handle of the state does not lead to the state any more */
	RCU_INIT_POINTER(count->assoc.x, NULL);
	KUNIT_EXPECT_FALSE(test, counted(count));
}

static struct kunit_case software_cases[] = {
	KUNIT_CASE(software_shows),
	KUNIT_CASE(software_short),
	KUNIT_CASE(software_reason),
	KUNIT_CASE(software_whose),
	{}
};

static struct kunit_suite software_suite = {
	.name = "ov2_software",
	.test_cases = software_cases,
};

kunit_test_suite(software_suite);
