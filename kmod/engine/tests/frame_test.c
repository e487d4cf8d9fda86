// SPDX-License-Identifier: GPL-2.0
/* The engine finds ESP in a frame, and finds nothing behind the end of a frame
 * that is cut.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "../frame.h"

#define SPI	0x12345678
#define SEQ	0x9abcdef0
#define BODY	64

static struct sk_buff *frame_new(struct kunit *test, u16 h_proto)
{
	struct sk_buff *skb = kunit_zalloc_skb(test, 256, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_trim(skb, 0);
	eth = skb_put_zero(skb, sizeof(*eth));
	eth->h_proto = htons(h_proto);
	return skb;
}

static void put_body(struct sk_buff *skb)
{
	__be32 *esp = skb_put_zero(skb, BODY);

	esp[0] = htonl(SPI);
	esp[1] = htonl(SEQ);
}

static struct sk_buff *frame_ipv4(struct kunit *test, u8 protocol)
{
	struct sk_buff *skb = frame_new(test, ETH_P_IP);
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = protocol;
	ip->saddr = htonl(0x0a000001);
	ip->daddr = htonl(0x0a000002);
	put_body(skb);
	ip->tot_len = htons(skb->len - ETH_HLEN);
	return skb;
}

static struct sk_buff *frame_ipv6(struct kunit *test, u8 nexthdr)
{
	struct sk_buff *skb = frame_new(test, ETH_P_IPV6);
	struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 6;
	ip->nexthdr = nexthdr;
	ip->payload_len = htons(BODY);
	put_body(skb);
	return skb;
}

static struct iphdr *ipv4_of(struct sk_buff *skb)
{
	return (struct iphdr *)(skb->data + ETH_HLEN);
}

/* Offsets and lengths are right in IPv4 and IPv6. */
static void frame_esp(struct kunit *test)
{
	struct ov2_frame frame;

	ov2_frame_parse(frame_ipv4(test, IPPROTO_ESP), &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_ESP);
	KUNIT_EXPECT_EQ(test, frame.ipsec, 20);
	KUNIT_EXPECT_EQ(test, frame.ip_len, 20 + BODY);
	KUNIT_EXPECT_EQ(test, ntohl(frame.spi), SPI);
	KUNIT_EXPECT_EQ(test, frame.seq, SEQ);
	KUNIT_EXPECT_EQ(test, ntohl(frame.dst.s6_addr32[0]), 0x0a000002);

	ov2_frame_parse(frame_ipv6(test, IPPROTO_ESP), &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_ESP);
	KUNIT_EXPECT_TRUE(test, frame.ipv6);
	KUNIT_EXPECT_EQ(test, frame.ipsec, 40);
	KUNIT_EXPECT_EQ(test, frame.ip_len, 40 + BODY);
}

/* The engine opens neither fragments nor packets with IPv4 options. If another
 * protocol than ESP or AH stands behind an IPv6 extension header, the packet
 * counts as a packet without IPsec.
 */
static void frame_incapable(struct kunit *test)
{
	struct sk_buff *skb = frame_ipv4(test, IPPROTO_ESP);
	struct ov2_frame frame;

	ipv4_of(skb)->frag_off = htons(IP_MF);
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_INCAPABLE);

	ipv4_of(skb)->frag_off = htons(1);
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_INCAPABLE);

	ipv4_of(skb)->frag_off = 0;
	ipv4_of(skb)->ihl = 6;
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_INCAPABLE);

	ov2_frame_parse(frame_ipv6(test, IPPROTO_HOPOPTS), &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_OTHER);
}

/* The engine finds ESP in UDP. It finds no ESP in IKE (a zero marker), behind a
 * UDP header with a wrong length, or in a keepalive of one byte (RFC 3948).
 */
static void frame_udp(struct kunit *test)
{
	struct sk_buff *skb = frame_ipv4(test, IPPROTO_UDP);
	__be32 *words = (__be32 *)(skb->data + ETH_HLEN + 20);
	struct ov2_frame frame;

	/* Length and checksum of UDP, and the SPI behind them */
	words[1] = htonl(BODY << 16);
	words[2] = htonl(SPI);
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_UDP_ESP);
	KUNIT_EXPECT_EQ(test, frame.ipsec, 28);

	words[2] = 0;
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_OTHER);

	words[2] = htonl(SPI);
	words[1] = htonl((BODY - 1) << 16);
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_OTHER);
	words[1] = htonl((8 + 1) << 16);
	words[2] = htonl(0xff000000);
	ipv4_of(skb)->tot_len = htons(20 + 8 + 1);
	ov2_frame_parse(skb, &frame);
	KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_OTHER);
}

/* A cut frame has ESP only if the length in the IP header fits the cut. The SPI
 * is read only if all its bytes are there.
 */
static void frame_cut_everywhere(struct kunit *test)
{
	struct sk_buff *skb = frame_ipv4(test, IPPROTO_ESP);
	struct ov2_frame frame;
	unsigned int len;

	for (len = skb->len; len > 0; len--) {
		skb_trim(skb, len);
		ov2_frame_parse(skb, &frame);
		KUNIT_EXPECT_EQ(test, frame.kind == OV2_FRAME_ESP,
				len == ETH_HLEN + 20 + BODY);
		if (len < ETH_HLEN + 20)
			continue;
		ipv4_of(skb)->tot_len = htons(len - ETH_HLEN);
		ov2_frame_parse(skb, &frame);
		KUNIT_EXPECT_EQ(test, (int)frame.kind, (int)OV2_FRAME_ESP);
		KUNIT_EXPECT_EQ(test, ntohl(frame.spi),
				len >= ETH_HLEN + 24 ? SPI : 0);
		ipv4_of(skb)->tot_len = htons(20 + BODY);
	}
}

static void expect_same(struct kunit *test, const struct ov2_frame *a,
			const struct ov2_frame *b)
{
	KUNIT_EXPECT_EQ(test, (int)a->kind, (int)b->kind);
	KUNIT_EXPECT_EQ(test, a->ipv6, b->ipv6);
	KUNIT_EXPECT_MEMEQ(test, &a->src, &b->src, sizeof(a->src));
	KUNIT_EXPECT_MEMEQ(test, &a->dst, &b->dst, sizeof(a->dst));
	KUNIT_EXPECT_EQ(test, a->ip, b->ip);
	KUNIT_EXPECT_EQ(test, a->limit, b->limit);
	KUNIT_EXPECT_EQ(test, a->ip_len, b->ip_len);
	KUNIT_EXPECT_EQ(test, a->inner, b->inner);
	KUNIT_EXPECT_EQ(test, a->template, b->template);
	KUNIT_EXPECT_EQ(test, a->ipsec, b->ipsec);
	KUNIT_EXPECT_EQ(test, a->ah_len, b->ah_len);
	KUNIT_EXPECT_EQ(test, a->ah_next, b->ah_next);
	KUNIT_EXPECT_EQ(test, a->spi, b->spi);
	KUNIT_EXPECT_EQ(test, a->seq, b->seq);
	KUNIT_EXPECT_EQ(test, a->udp_dport, b->udp_dport);
}

/* A common frame is read in a shorter way. The shorter way finds the same as
 * the long way, even if a bit of the frame is flipped, or the frame is cut.
 */
static void frame_ways_agree(struct kunit *test)
{
	struct sk_buff *skb = frame_ipv4(test, IPPROTO_ESP);
	unsigned int at, len = skb->len;
	struct ov2_frame frame, any;
	u8 *head = skb->data;
	int bit;

	for (; skb->len > 0; skb_trim(skb, skb->len - 1)) {
		/* In every other round, the length in the IP header fits the
		 * cut.
		 */
		if (skb->len >= ETH_HLEN + 20 && skb->len % 2)
			ipv4_of(skb)->tot_len = htons(skb->len - ETH_HLEN);
		for (at = 0; at < 8 * min(len, ETH_HLEN + 28U); at++) {
			bit = 1 << at % 8;
			head[at / 8] ^= bit;
			memset(&frame, 0xff, sizeof(frame));
			ov2_frame_parse(skb, &frame);
			ov2_frame_parse_any(skb, &any);
			head[at / 8] ^= bit;
			expect_same(test, &frame, &any);
		}
		ipv4_of(skb)->tot_len = htons(len - ETH_HLEN);
	}
}

/* The length of payload and trailer is the length of the packet without IP
 * header, ESP header, IV and ICV. It is 0 if the packet has no room for a
 * trailer.
 */
static void frame_payload_len(struct kunit *test)
{
	struct ov2_frame frame = { .ipsec = 20 };
	unsigned int len;

	for (len = 0; len < 200; len++) {
		unsigned int around = 20 + 8 + 8 + 16;

		frame.ip_len = len;
		KUNIT_EXPECT_EQ(test, ov2_frame_esp_payload_len(&frame, 8, 16),
				len < around + 2 ? 0 : len - around);
	}
}

static struct kunit_case frame_cases[] = {
	KUNIT_CASE(frame_esp),
	KUNIT_CASE(frame_incapable),
	KUNIT_CASE(frame_udp),
	KUNIT_CASE(frame_cut_everywhere),
	KUNIT_CASE(frame_ways_agree),
	KUNIT_CASE(frame_payload_len),
	{}
};

static struct kunit_suite frame_suite = {
	.name = "ov2_frame",
	.test_cases = frame_cases,
};

kunit_test_suite(frame_suite);
