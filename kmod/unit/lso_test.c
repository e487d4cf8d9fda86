// SPDX-License-Identifier: GPL-2.0
/*
 * Large send: what arrives at the other end, segment by segment, is what a
 * TCP that made the segments itself would have sent (4.4, INV-25, INV-26).
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "rig.h"
#include "../engine/engine.h"
#include "../engine/frame.h"
#include "../ov2/records.h"

#define IP		ETH_HLEN
#define ESP_HDRS	16
/* With SHA-1, in IPv4 and in IPv6 */
#define AH_LEN		24
#define MSS		100
#define TCP_SEQ		0xfffffff0
#define TCP_OPTIONS	12
#define TCP_LEN		(sizeof(struct tcphdr) + TCP_OPTIONS)
#define IP_ID		0x7ffe
#define ESP_SEQ		100

/**
 * struct large - a large send
 * @a: the sender
 * @b: the receiver
 * @sa: its SA
 * @len: TCP payload
 * @junk: bytes behind it
 * @mss: payload of a segment
 * @seq: number of the first ESP header
 * @nbl: what is sent
 */
struct large {
	struct ov2_rig *a;
	struct ov2_rig *b;
	struct ov2_rig_sa sa;
	unsigned int len;
	u8 junk;
	u32 mss;
	u32 seq;
	struct ov2_nbl *nbl;
};

static struct large large_new(struct kunit *test, unsigned int len)
{
	struct large large = {
		.a = ov2_rig_new(test, &ov2_engine_miniport),
		.b = ov2_rig_new(test, &ov2_engine_miniport),
		.sa = OV2_RIG_SA_GCM,
		.len = len,
		.mss = MSS,
		.seq = ESP_SEQ,
	};

	return large;
}

static void add_both(struct large *large)
{
	ov2_rig_add_outbound(large->a, &large->sa);
	ov2_rig_add_inbound(large->b, &large->sa);
}

static unsigned int ip_hdr_len(const struct large *large)
{
	return large->sa.ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static unsigned int ah_len(const struct large *large)
{
	return large->sa.ah_auth ? AH_LEN : 0;
}

static unsigned int tcp_offset(const struct large *large)
{
	return IP + ip_hdr_len(large) + ah_len(large) + ESP_HDRS +
	       (large->sa.udp_esp ? sizeof(struct udphdr) : 0);
}

static u8 payload_byte(unsigned int i)
{
	return i * 7 + i / 256;
}

/* The pseudo header without the length, not complemented (LSOv2) */
static __sum16 seed(const struct large *large, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + IP);
	const struct iphdr *ip = (const void *)(skb->data + IP);

	if (large->sa.ipv6)
		return ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr, 0,
					IPPROTO_TCP, 0);
	return ~csum_tcpudp_magic(ip->saddr, ip->daddr, 0, IPPROTO_TCP, 0);
}

static void put_tcp(struct sk_buff *skb)
{
	struct tcphdr *tcp = skb_put_zero(skb, TCP_LEN);

	tcp->source = htons(1);
	tcp->dest = htons(2);
	tcp->seq = htonl(TCP_SEQ);
	tcp->doff = TCP_LEN / 4;
	tcp->ack = 1;
	tcp->fin = 1;
	tcp->psh = 1;
	tcp->cwr = 1;
	memset(tcp + 1, 1, TCP_OPTIONS);
}

/* The rig's frame up to where its payload begins; then TCP, and no trailer. */
static struct sk_buff *template_new(struct large *large)
{
	const struct ov2_rig_frame frame = {
		.sa = &large->sa, .seq = large->seq,
	};
	unsigned int at = tcp_offset(large);
	struct sk_buff *rig, *skb;
	struct tcphdr *tcp;
	struct iphdr *ip;
	unsigned int i;
	u8 *p;

	rig = ov2_rig_skb(large->a, &frame);
	skb = alloc_skb(at + TCP_LEN + large->len + large->junk, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(large->a->test, skb);
	skb_put_data(skb, rig->data, at);
	put_tcp(skb);
	p = skb_put(skb, large->len);
	for (i = 0; i < large->len; i++)
		p[i] = payload_byte(i);
	memset(skb_put(skb, large->junk), 0x55, large->junk);

	ip = (struct iphdr *)(skb->data + IP);
	if (large->sa.ipv6) {
		((struct ipv6hdr *)ip)->payload_len = 0;
	} else {
		ip->tot_len = 0;
		ip->id = htons(IP_ID);
	}
	tcp = (struct tcphdr *)(skb->data + at);
	tcp->check = seed(large, skb);
	return skb;
}

static void large_make(struct large *large)
{
	struct ov2_tx_header hdr = {
		.next_header = IPPROTO_TCP,
		.pad_length = large->junk,
		.ah_offset = ah_len(large) ? ip_hdr_len(large) : 0,
		.esp_offset = tcp_offset(large) - ESP_HDRS - IP,
	};
	struct ov2_tx_lso lso = {
		.mss = large->mss,
		.tcp_offset = tcp_offset(large),
		.v2 = true,
		.ipv6 = large->sa.ipv6,
	};
	struct kunit *test = large->a->test;
	u32 word;

	large->nbl = ov2_rig_nbl(large->a, template_new(large), 0);
	large->nbl->info[OV2_INFO_IPSEC] = large->sa.out;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_header_encode(&hdr, &word));
	large->nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_lso_encode(&lso, &word));
	large->nbl->info[OV2_INFO_LSO] = word;
}

static enum ov2_status large_send(struct large *large)
{
	ov2_rig_send(large->a, large->nbl);
	ov2_rig_wait_idle(large->a);
	return ov2_rig_sent_status(large->nbl);
}

/* Over @len bytes from @tcp, with the pseudo header: zero if right */
static __sum16 tcp_csum(const struct large *large, const struct sk_buff *skb,
			unsigned int len)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + IP);
	const struct iphdr *ip = (const void *)(skb->data + IP);
	__wsum sum = csum_partial(skb->data + tcp_offset(large), len, 0);

	if (large->sa.ipv6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
				       IPPROTO_TCP, sum);
	return csum_tcpudp_magic(ip->saddr, ip->daddr, len, IPPROTO_TCP, sum);
}

static void expect_ip(struct kunit *test, const struct large *large,
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
	KUNIT_EXPECT_EQ(test, ntohs(ip->id), (IP_ID + i) & 0x7fff);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(ip, ip->ihl), 0);
}

static void expect_tcp(struct kunit *test, const struct large *large,
		       const struct sk_buff *skb, unsigned int i,
		       unsigned int num)
{
	const struct tcphdr *tcp = (const void *)(skb->data +
						  tcp_offset(large));
	unsigned int from = i * large->mss;
	unsigned int len = min(large->mss, large->len - from);
	const u8 *p = (const u8 *)tcp + TCP_LEN;
	unsigned int n;

	KUNIT_EXPECT_EQ(test, ntohl(tcp->seq), TCP_SEQ + from);
	KUNIT_EXPECT_EQ(test, (bool)tcp->ack, true);
	KUNIT_EXPECT_EQ(test, (bool)tcp->fin, i + 1 == num);
	KUNIT_EXPECT_EQ(test, (bool)tcp->psh, i + 1 == num);
	KUNIT_EXPECT_EQ(test, (bool)tcp->cwr, !i);
	KUNIT_EXPECT_EQ(test, (__force u16)tcp_csum(large, skb,
						    TCP_LEN + len), 0);
	for (n = 0; n < len; n++)
		if (p[n] != payload_byte(from + n))
			break;
	KUNIT_EXPECT_EQ_MSG(test, n, len, "payload of segment %u", i);
}

static void expect_trailer(struct kunit *test, const struct large *large,
			   const struct ov2_nbl *nbl, unsigned int i)
{
	unsigned int len = min(large->mss, large->len - i * large->mss);
	const struct sk_buff *skb = nbl->skb;
	struct ov2_rx_header hdr;
	unsigned int body;

	ov2_rx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr);
	KUNIT_EXPECT_EQ(test, hdr.next_header, IPPROTO_TCP);
	body = TCP_LEN + len + hdr.pad_length + 2;
	KUNIT_EXPECT_EQ(test, body % 4, 0);
	KUNIT_EXPECT_LT(test, hdr.pad_length, 4);
	KUNIT_EXPECT_EQ(test, skb->len, tcp_offset(large) + body +
			large->sa.icv_len);
}

static void expect_udp(struct kunit *test, const struct large *large,
		       const struct sk_buff *skb)
{
	const struct udphdr *udp = (const void *)(skb->data + IP +
						  ip_hdr_len(large));

	if (!large->sa.udp_esp)
		return;
	KUNIT_EXPECT_EQ(test, ntohs(udp->len), skb->len - IP -
			ip_hdr_len(large));
	KUNIT_EXPECT_EQ(test, (__force u16)udp->check, 0);
}

static void expect_ah(struct kunit *test, const struct large *large,
		      const struct sk_buff *skb, unsigned int i)
{
	const __be32 *ah = (const void *)(skb->data + IP + ip_hdr_len(large));

	if (!ah_len(large))
		return;
	KUNIT_EXPECT_EQ(test, ntohl(ah[1]), large->sa.ah_spi);
	KUNIT_EXPECT_EQ(test, ntohl(ah[2]), large->seq + i);
}

/* Every segment is received, and is what it should be. IVs all differ. */
static void expect_segments(struct kunit *test, struct large *large)
{
	unsigned int num = large->len ? DIV_ROUND_UP(large->len, large->mss) :
					1;
	unsigned int iv = tcp_offset(large) - 8;
	u8 last_iv[8] = {};
	struct ov2_nbl *nbl;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, skb_queue_len(&large->a->wire), num);
	for (i = 0; i < num; i++) {
		ov2_rig_loop(large->a, large->b);
		nbl = ov2_rig_last_indicated(large->b);
		KUNIT_ASSERT_EQ(test, nbl->info[OV2_INFO_IPSEC], 2);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, large->seq + i);
		KUNIT_EXPECT_MEMNEQ(test, nbl->skb->data + iv, last_iv, 8);
		memcpy(last_iv, nbl->skb->data + iv, 8);
		expect_ip(test, large, nbl->skb, i);
		expect_ah(test, large, nbl->skb, i);
		expect_udp(test, large, nbl->skb);
		expect_tcp(test, large, nbl->skb, i, num);
		expect_trailer(test, large, nbl, i);
	}
}

static void send_and_expect(struct kunit *test, struct large *large)
{
	large_make(large);
	KUNIT_ASSERT_EQ(test, (u32)large_send(large),
			(u32)OV2_STATUS_SUCCESS);
	expect_segments(test, large);
}

/* Last segments of every length, and a single one */
static void lso_lengths(struct kunit *test)
{
	struct large large = large_new(test, 0);

	add_both(&large);
	for (large.len = 0; large.len <= 3 * MSS + 1; large.len += 7)
		send_and_expect(test, &large);
	for (large.len = 2 * MSS - 2; large.len <= 2 * MSS + 2; large.len++)
		send_and_expect(test, &large);
	large.len = 60000;
	large.mss = 1400;
	send_and_expect(test, &large);
}

static void lso_ipv6(struct kunit *test)
{
	struct large large = large_new(test, 250);

	large.sa.ipv6 = true;
	add_both(&large);
	send_and_expect(test, &large);
}

static void lso_udp_esp(struct kunit *test)
{
	struct large large = large_new(test, 250);

	large.sa.udp_esp = OV2_UDP_ESP_TRANSPORT;
	add_both(&large);
	send_and_expect(test, &large);
}

/* AH in front of ESP: a number and an ICV for each segment, there too */
static void lso_bundle(struct kunit *test)
{
	struct large large = large_new(test, 250);

	if (!large.a->ad.hardware->ipsec_v2.ah_esp_combined)
		kunit_skip(test, "no AH");
	large.sa.ah_auth = OV2_AUTH_SHA_1;
	large.sa.ah_spi = 0x3000;
	add_both(&large);
	send_and_expect(test, &large);
	large.junk = 33;
	send_and_expect(test, &large);
	large.sa.ipv6 = true;
	add_both(&large);
	send_and_expect(test, &large);
}

/* PadLength counts bytes that are not sent (Q19). */
static void lso_junk(struct kunit *test)
{
	struct large large = large_new(test, 250);

	large.junk = 33;
	add_both(&large);
	send_and_expect(test, &large);
	large.junk = 255;
	large.len = 0;
	send_and_expect(test, &large);
}

/* The IP length may be there, if it is right. */
static void lso_ip_length(struct kunit *test)
{
	struct large large = large_new(test, 250);
	struct iphdr *ip;

	add_both(&large);
	large_make(&large);
	ip = (struct iphdr *)(large.nbl->skb->data + IP);
	ip->tot_len = htons(large.nbl->skb->len - IP);
	KUNIT_EXPECT_EQ(test, (u32)large_send(&large),
			(u32)OV2_STATUS_SUCCESS);
	expect_segments(test, &large);
}

static void expect_refused(struct kunit *test, struct large *large)
{
	struct sk_buff *skb = large->nbl->skb;

	KUNIT_EXPECT_EQ(test, (u32)large_send(large),
			(u32)OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&large->a->wire), 0);
	/* The frame comes back, not what became of it */
	KUNIT_EXPECT_PTR_EQ(test, large->nbl->skb, skb);
}

static u32 with_mss(u32 word, u32 mss)
{
	return (word & ~OV2_TX_LSO_MSS) | mss;
}

/* Wrong words in slot 2 and 12 */
static void lso_records_wrong(struct kunit *test)
{
	static const u32 flips[] = {
		OV2_TX_LSO_V2, OV2_TX_LSO_IPV6, 1 << 20, 4 << 20, 0x10000000,
	};
	struct large large = large_new(test, 250);
	int i;

	add_both(&large);
	for (i = 0; i < ARRAY_SIZE(flips); i++) {
		large_make(&large);
		large.nbl->info[OV2_INFO_LSO] ^= flips[i];
		expect_refused(test, &large);
	}
	large_make(&large);
	large.nbl->info[OV2_INFO_LSO] =
		with_mss(large.nbl->info[OV2_INFO_LSO], 0);
	expect_refused(test, &large);
	large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC_HEADER] ^= 1;
	expect_refused(test, &large);
	large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC] = 0;
	expect_refused(test, &large);
}

/* Wrong bytes: header lengths, IP length, padding beyond the payload */
static void lso_bytes_wrong(struct kunit *test)
{
	struct large large = large_new(test, 250);
	struct tcphdr *tcp;
	struct iphdr *ip;

	add_both(&large);
	large_make(&large);
	ip = (struct iphdr *)(large.nbl->skb->data + IP);
	ip->tot_len = htons(large.nbl->skb->len - IP - 1);
	expect_refused(test, &large);

	large_make(&large);
	tcp = (struct tcphdr *)(large.nbl->skb->data + tcp_offset(&large));
	tcp->doff = 4;
	expect_refused(test, &large);

	large.len = 0;
	large_make(&large);
	tcp = (struct tcphdr *)(large.nbl->skb->data + tcp_offset(&large));
	tcp->doff = 15;
	expect_refused(test, &large);
	large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC_HEADER] |= 1 << 8;
	expect_refused(test, &large);
}

/* Cut anywhere: whatever becomes of it, nothing beyond the end is read. */
static void lso_cut(struct kunit *test)
{
	struct large large = large_new(test, 50);
	unsigned int len;

	add_both(&large);
	for (len = tcp_offset(&large) + TCP_LEN - 1; len > 0; len--) {
		large_make(&large);
		ov2_rig_cut(large.nbl->skb, len);
		expect_refused(test, &large);
	}
}

/* 4.4: the numbers of one large send do not wrap. */
static void lso_seq_wrap(struct kunit *test)
{
	struct large large = large_new(test, 3 * MSS);

	add_both(&large);
	large.seq = 0xfffffffd;
	send_and_expect(test, &large);
	large.seq++;
	large_make(&large);
	expect_refused(test, &large);
}

static void lso_too_many(struct kunit *test)
{
	struct large large = large_new(test, 1024);

	add_both(&large);
	large.mss = 1;
	large_make(&large);
	KUNIT_EXPECT_EQ(test, (u32)large_send(&large),
			(u32)OV2_STATUS_SUCCESS);
	expect_segments(test, &large);
	large.len++;
	large_make(&large);
	expect_refused(test, &large);
}

/* A segment that is no IP packet */
static void lso_too_long(struct kunit *test)
{
	struct large large = large_new(test, 70000);

	add_both(&large);
	large.mss = 65500;
	large_make(&large);
	expect_refused(test, &large);
}

/* INV-26; and an NBL of several frames, of which none leaves */
static void lso_forms_wrong(struct kunit *test)
{
	struct large large = large_new(test, 250);
	struct ov2_rig_sa tunnel = OV2_RIG_SA_GCM;

	tunnel.tunnel = true;
	tunnel.spi++;
	add_both(&large);
	ov2_rig_add_outbound(large.a, &tunnel);
	large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC_TUNNEL] = tunnel.out;
	expect_refused(test, &large);
	large_make(&large);
	large.nbl->skb->next = template_new(&large);
	expect_refused(test, &large);

	large.sa.tunnel = true;
	large.sa.spi += 2;
	add_both(&large);
	large_make(&large);
	expect_refused(test, &large);
}

/* INV-26: what is not advertised is not done. */
static void lso_not_capable(struct kunit *test)
{
	struct large large = large_new(test, 250);
	const struct ov2_offload *had = large.a->ad.hardware;
	struct ov2_offload hardware = *had;

	add_both(&large);
	large_make(&large);
	hardware.ipsec_v2.lso = false;
	large.a->ad.hardware = &hardware;
	expect_refused(test, &large);
	large.a->ad.hardware = had;
}

static struct kunit_case lso_cases[] = {
	KUNIT_CASE(lso_lengths),
	KUNIT_CASE(lso_ipv6),
	KUNIT_CASE(lso_udp_esp),
	KUNIT_CASE(lso_bundle),
	KUNIT_CASE(lso_junk),
	KUNIT_CASE(lso_ip_length),
	KUNIT_CASE(lso_records_wrong),
	KUNIT_CASE(lso_bytes_wrong),
	KUNIT_CASE(lso_cut),
	KUNIT_CASE(lso_seq_wrap),
	KUNIT_CASE(lso_too_many),
	KUNIT_CASE(lso_too_long),
	KUNIT_CASE(lso_forms_wrong),
	KUNIT_CASE(lso_not_capable),
	{}
};

static struct kunit_suite lso_suite = {
	.name = "ov2_lso",
	.test_cases = lso_cases,
};

kunit_test_suite(lso_suite);
