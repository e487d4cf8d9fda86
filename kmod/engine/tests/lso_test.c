// SPDX-License-Identifier: GPL-2.0
/*
 * A large send arrives as the segments that TCP would have sent (INV-25).
 *
 * The receiver checks each segment.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sizes.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "../../unit/rig/large_send.h"
#include "../../unit/rig/rig_flow.h"
#include "../../ov2/records.h"

#define IP	ETH_HLEN

/* Returns the sum of the pseudo header and of @len bytes from the TCP header
 * on. This sum is zero if the checksum is right.
 */
static __sum16 tcp_csum(const struct ov2_large *large,
			const struct sk_buff *skb, unsigned int len)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + IP);
	const struct iphdr *ip = (const void *)(skb->data + IP);
	__wsum sum = csum_partial(skb->data + ov2_large_tcp(large), len, 0);

	if (large->sa.ipv6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
				       IPPROTO_TCP, sum);
	return csum_tcpudp_magic(ip->saddr, ip->daddr, len, IPPROTO_TCP, sum);
}

static void expect_ip(struct kunit *test, const struct ov2_large *large,
		      const struct sk_buff *skb, unsigned int i)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + IP);
	const struct iphdr *ip = (const void *)(skb->data + IP);

	if (large->sa.ipv6) {
		KUNIT_EXPECT_EQ(test, ntohs(ip6->payload_len),
				skb->len - IP - sizeof(*ip6));
		return;
	}
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), skb->len - IP);
	KUNIT_EXPECT_EQ(test, ntohs(ip->id), (OV2_LARGE_IP_ID + i) & 0x7fff);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(ip, ip->ihl), 0);
}

static void expect_tcp(struct kunit *test, const struct ov2_large *large,
		       const struct sk_buff *skb, unsigned int i,
		       unsigned int num)
{
	const struct tcphdr *tcp = (const void *)(skb->data +
						  ov2_large_tcp(large));
	unsigned int from = i * large->mss;
	unsigned int len = min(large->mss, large->len - from);
	const u8 *p = (const u8 *)tcp + OV2_LARGE_TCP_LEN;
	unsigned int n;

	KUNIT_EXPECT_EQ(test, ntohl(tcp->seq), OV2_LARGE_TCP_SEQ + from);
	KUNIT_EXPECT_EQ(test, (bool)tcp->ack, true);
	KUNIT_EXPECT_EQ(test, (bool)tcp->fin, i + 1 == num);
	KUNIT_EXPECT_EQ(test, (bool)tcp->psh, i + 1 == num);
	KUNIT_EXPECT_EQ(test, (bool)tcp->cwr, !i);
	KUNIT_EXPECT_EQ(test, (__force u16)tcp_csum(large, skb,
						    OV2_LARGE_TCP_LEN + len),
			0);
	for (n = 0; n < len; n++)
		if (p[n] != ov2_large_byte(from + n))
			break;
	KUNIT_EXPECT_EQ_MSG(test, n, len, "payload of segment %u", i);
}

static void expect_trailer(struct kunit *test, const struct ov2_large *large,
			   const struct ov2_nbl *nbl, unsigned int i)
{
	unsigned int len = min(large->mss, large->len - i * large->mss);
	const struct sk_buff *skb = nbl->skb;
	struct ov2_rx_header hdr;
	unsigned int body;

	KUNIT_EXPECT_TRUE(test,
			  ov2_rx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER],
					       &hdr));
	KUNIT_EXPECT_EQ(test, hdr.next_header, IPPROTO_TCP);
	body = OV2_LARGE_TCP_LEN + len + hdr.pad_length + 2;
	KUNIT_EXPECT_EQ(test, body % 4, 0);
	KUNIT_EXPECT_LT(test, hdr.pad_length, 4);
	KUNIT_EXPECT_EQ(test, skb->len, ov2_large_tcp(large) + body +
			large->sa.icv_len);
}

static void expect_udp(struct kunit *test, const struct ov2_large *large,
		       const struct sk_buff *skb)
{
	const struct udphdr *udp = (const void *)(skb->data + IP +
						  ov2_large_ip_len(large));

	if (!large->sa.udp_esp)
		return;
	KUNIT_EXPECT_EQ(test, ntohs(udp->len), skb->len - IP -
			ov2_large_ip_len(large));
	KUNIT_EXPECT_EQ(test, (__force u16)udp->check, 0);
}

static void expect_ah(struct kunit *test, const struct ov2_large *large,
		      const struct sk_buff *skb, unsigned int i)
{
	const __be32 *ah = (const void *)(skb->data + IP +
					  ov2_large_ip_len(large));

	if (!ov2_large_ah_len(large))
		return;
	KUNIT_EXPECT_EQ(test, ntohl(ah[1]), large->sa.ah_spi);
	KUNIT_EXPECT_EQ(test, ntohl(ah[2]), large->seq + i);
}

/* Every segment is received with the right bytes, and all IVs differ. */
static void expect_segments(struct kunit *test, struct ov2_large *large)
{
	unsigned int num = large->len ? DIV_ROUND_UP(large->len, large->mss) :
					1;
	unsigned int iv = ov2_large_tcp(large) - 8;
	struct ov2_nbl *nbl;
	unsigned int i, j;
	u64 *ivs;

	KUNIT_ASSERT_EQ(test, skb_queue_len(&large->a->wire), num);
	ivs = kunit_kcalloc(test, num, sizeof(*ivs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ivs);
	for (i = 0; i < num; i++) {
		ov2_rig_loop(large->a, large->b);
		nbl = ov2_rig_last_indicated(large->b);
		KUNIT_ASSERT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, large->seq + i);
		memcpy(&ivs[i], nbl->skb->data + iv, sizeof(*ivs));
		for (j = 0; j < i; j++)
			KUNIT_ASSERT_NE(test, ivs[i], ivs[j]);
		expect_ip(test, large, nbl->skb, i);
		expect_ah(test, large, nbl->skb, i);
		expect_udp(test, large, nbl->skb);
		expect_tcp(test, large, nbl->skb, i, num);
		expect_trailer(test, large, nbl, i);
	}
}

static void send_and_expect(struct kunit *test, struct ov2_large *large)
{
	ov2_large_make(large);
	KUNIT_ASSERT_EQ(test, (u32)ov2_large_send(large),
			(u32)OV2_STATUS_SUCCESS);
	expect_segments(test, large);
}

/* Payloads of many lengths: no payload, some bytes, about two segments, and
 * many segments.
 */
static void lso_lengths(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 0);

	ov2_large_add(&large);
	for (large.len = 0; large.len <= 3 * OV2_LARGE_MSS + 1; large.len += 7)
		send_and_expect(test, &large);
	for (large.len = 2 * OV2_LARGE_MSS - 2;
	     large.len <= 2 * OV2_LARGE_MSS + 2; large.len++)
		send_and_expect(test, &large);
	large.len = 60000;
	large.mss = 1400;
	send_and_expect(test, &large);
}

static void lso_ipv6(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);

	large.sa.ipv6 = true;
	ov2_large_add(&large);
	send_and_expect(test, &large);
}

static void lso_udp_esp(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);

	large.sa.udp_esp = OV2_UDP_ESP_TRANSPORT;
	ov2_large_add(&large);
	send_and_expect(test, &large);
}

/* With AH in front of ESP, each segment has an AH header with its own number
 * and ICV.
 */
static void lso_bundle(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);

	if (!large.a->ad.hardware->ipsec_v2.ah_esp_combined)
		kunit_skip(test, "no AH");
	large.sa.ah_auth = OV2_AUTH_SHA_1;
	large.sa.ah_spi = 0x3000;
	ov2_large_add(&large);
	send_and_expect(test, &large);
	large.junk = 33;
	send_and_expect(test, &large);
	large.sa.ipv6 = true;
	ov2_large_add(&large);
	send_and_expect(test, &large);
}

/* PadLength is the number of bytes behind the payload. These bytes are not sent
 * (Q19).
 */
static void lso_junk(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);

	large.junk = 33;
	ov2_large_add(&large);
	send_and_expect(test, &large);
	large.junk = 255;
	large.len = 0;
	send_and_expect(test, &large);
}

/* In the other cases the length in the template's IP header is 0. A length that
 * is not 0 is accepted, too, if it is right.
 */
static void lso_ip_length(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);
	struct iphdr *ip;

	ov2_large_add(&large);
	ov2_large_make(&large);
	ip = (struct iphdr *)(large.nbl->skb->data + IP);
	ip->tot_len = htons(large.nbl->skb->len - IP);
	KUNIT_EXPECT_EQ(test, (u32)ov2_large_send(&large),
			(u32)OV2_STATUS_SUCCESS);
	expect_segments(test, &large);
}

/* A large send is refused if its numbers would wrap (ipsecov2.rst 4.4). */
static void lso_seq_wrap(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 3 * OV2_LARGE_MSS);

	ov2_large_add(&large);
	large.seq = 0xfffffffd;
	send_and_expect(test, &large);
	large.seq++;
	ov2_large_make(&large);
	ov2_large_refused(&large);
}

/* A large send may have OV2_LSO_SEGMENTS_MAX segments (1024), and no more. */
static void lso_too_many(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 1024);

	ov2_large_add(&large);
	large.mss = 1;
	ov2_large_make(&large);
	KUNIT_EXPECT_EQ(test, (u32)ov2_large_send(&large),
			(u32)OV2_STATUS_SUCCESS);
	expect_segments(test, &large);
	large.len++;
	ov2_large_make(&large);
	ov2_large_refused(&large);
}

/* The template is in pieces: some segments lie in one piece, and others begin
 * in one piece and end in the next.
 */
static void lso_pieces(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 1300);
	/* Where the pieces begin, seen from the start of the payload */
	const int behind[] = { 0, 50, OV2_LARGE_MSS, -36 };
	unsigned int payload, i;

	ov2_large_add(&large);
	payload = ov2_large_tcp(&large) + OV2_LARGE_TCP_LEN;
	for (i = 0; i < ARRAY_SIZE(behind); i++) {
		ov2_large_make(&large);
		ov2_large_in_pieces(&large, payload + behind[i]);
		KUNIT_ASSERT_EQ(test, (u32)ov2_large_send(&large),
				(u32)OV2_STATUS_SUCCESS);
		expect_segments(test, &large);
	}
}

/* The memory of segments comes from a page pool. If a segment is longer than a
 * page of the pool, its memory comes from elsewhere. In both cases the bytes of
 * the segment are right.
 */
static void lso_pool(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 60000);

	ov2_large_add(&large);
	large.mss = 1400;
	ov2_large_make(&large);
	KUNIT_ASSERT_EQ(test, (u32)ov2_large_send(&large),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, skb_peek(&large.a->wire)->pp_recycle);
	expect_segments(test, &large);

	large.mss = 40000;
	ov2_large_make(&large);
	KUNIT_ASSERT_EQ(test, (u32)ov2_large_send(&large),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (bool)skb_peek(&large.a->wire)->pp_recycle,
			PAGE_SIZE > SZ_32K);
	expect_segments(test, &large);
}

static struct kunit_case lso_cases[] = {
	KUNIT_CASE(lso_lengths),
	KUNIT_CASE(lso_ipv6),
	KUNIT_CASE(lso_udp_esp),
	KUNIT_CASE(lso_bundle),
	KUNIT_CASE(lso_junk),
	KUNIT_CASE(lso_ip_length),
	KUNIT_CASE(lso_seq_wrap),
	KUNIT_CASE(lso_too_many),
	KUNIT_CASE(lso_pieces),
	KUNIT_CASE(lso_pool),
	{}
};

static struct kunit_suite lso_suite = {
	.name = "ov2_lso",
	.test_cases = lso_cases,
};

kunit_test_suite(lso_suite);
