// SPDX-License-Identifier: GPL-2.0
/*
 * The engine completes the checksum of TCP or UDP if slot 0 of the NBL asks for
 * this (INV-27).
 *
 * The tests send IPv4 and IPv6 packets without a tunnel, in an IPv4 tunnel, and
 * in an IPv6 tunnel. A send whose slot 0 does not fit the bytes is refused.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../../ov2/records.h"

#define IP		ETH_HLEN
/* ESP header and IV */
#define ESP_LEN		16
/* With this length there are two pad bytes. */
#define LEN		48U

/**
 * struct csum_case - a frame to be sent
 * @from: the sender
 * @to: the receiver
 * @sa: the SA that protects the frame; the outermost IP header has the family
 *	of the SA
 * @inner6: the packet inside a tunnel is IPv6
 * @proto: IPPROTO_UDP or IPPROTO_TCP
 * @csum: what slot 0 asks for
 */
struct csum_case {
	struct ov2_rig *from;
	struct ov2_rig *to;
	struct ov2_rig_sa sa;
	bool inner6;
	u8 proto;
	struct ov2_tx_checksum csum;
};

static unsigned int ip_len(bool ipv6)
{
	return ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/* Is the packet with TCP or UDP an IPv6 packet? */
static bool l4_ipv6(const struct csum_case *c)
{
	return c->sa.tunnel ? c->inner6 : c->sa.ipv6;
}

/* Bytes from the start of the frame to what ESP protects */
static unsigned int esp_payload(const struct csum_case *c)
{
	return IP + ip_len(c->sa.ipv6) + ESP_LEN;
}

/* Bytes from the start of the frame to the IP header in front of TCP or UDP */
static unsigned int ip_at(const struct csum_case *c)
{
	return c->sa.tunnel ? esp_payload(c) : IP;
}

static unsigned int l4_at(const struct csum_case *c)
{
	return esp_payload(c) + (c->sa.tunnel ? ip_len(c->inner6) : 0);
}

static unsigned int field_at(const struct csum_case *c)
{
	return l4_at(c) + (c->proto == IPPROTO_TCP ?
			   offsetof(struct tcphdr, check) :
			   offsetof(struct udphdr, check));
}

/* Returns the checksum of the pseudo header and @sum: folded and complemented.
 */
static __sum16 l4_sum(const struct csum_case *c, const struct sk_buff *skb,
		      __wsum sum)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + ip_at(c));
	const struct iphdr *ip = (const void *)(skb->data + ip_at(c));

	if (l4_ipv6(c))
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, LEN, c->proto,
				       sum);
	return csum_tcpudp_magic(ip->saddr, ip->daddr, LEN, c->proto, sum);
}

/* Returns an NBL as a transport makes it: the checksum field has the sum of the
 * pseudo header.
 */
static struct ov2_nbl *csum_nbl(struct csum_case *c)
{
	const struct ov2_rig_frame frame = {
		.sa = &c->sa,
		.seq = 1,
		.len = LEN,
		.ipv6 = c->inner6,
		.proto = c->proto,
	};
	struct ov2_nbl *nbl = ov2_rig_frame(c->from, &frame, 0);
	__sum16 sum = ~l4_sum(c, nbl->skb, 0);
	u32 word;

	memcpy(nbl->skb->data + field_at(c), &sum, sizeof(sum));
	KUNIT_ASSERT_EQ(c->from->test, 0,
			ov2_tx_checksum_encode(&c->csum, &word));
	nbl->info[OV2_INFO_CHECKSUM] = word;
	return nbl;
}

/* Sends an NBL, and returns the status with which it came back. */
static u32 status_of(struct csum_case *c, struct ov2_nbl *nbl)
{
	ov2_rig_send(c->from, nbl);
	ov2_rig_wait_idle(c->from);
	return ov2_rig_sent_status(nbl);
}

/* Returns the bytes of the frame as the receiver has opened it. */
static const u8 *received(struct csum_case *c)
{
	struct kunit *test = c->from->test;

	ov2_rig_loop(c->from, c->to);
	KUNIT_ASSERT_EQ(test, OV2_RX_CRYPTO_DONE,
			ov2_rig_last_indicated(c->to)->info[OV2_INFO_IPSEC]);
	return ov2_rig_last_indicated(c->to)->skb->data;
}

/* The sums are right at the other end, and no other byte is changed. */
static void expect_right(struct csum_case *c)
{
	struct kunit *test = c->from->test;
	struct ov2_nbl *nbl = csum_nbl(c);
	struct sk_buff *before = ov2_rig_keep_copy(c->from, nbl->skb);
	__wsum body;
	const u8 *p;

	KUNIT_ASSERT_EQ(test, status_of(c, nbl), OV2_STATUS_SUCCESS);
	p = received(c);
	body = csum_partial(p + l4_at(c), LEN, 0);
	KUNIT_EXPECT_EQ_MSG(test, (__force u16)l4_sum(c, before, body), 0,
			    "IPv%d in IPv%d, tunnel %d, protocol %u",
			    l4_ipv6(c) ? 6 : 4, c->sa.ipv6 ? 6 : 4,
			    c->sa.tunnel, c->proto);
	if (!c->sa.ipv6)
		KUNIT_EXPECT_EQ(test, 0, (__force u16)
				ip_fast_csum(p + IP, sizeof(struct iphdr) / 4));
	memcpy(before->data + field_at(c), p + field_at(c), 2);
	KUNIT_EXPECT_MEMEQ(test, p, before->data, IP + ip_len(c->sa.ipv6));
	KUNIT_EXPECT_MEMEQ(test, p + esp_payload(c),
			   before->data + esp_payload(c),
			   l4_at(c) - esp_payload(c) + LEN);
}

static void expect_refused(struct csum_case *c, struct ov2_nbl *nbl)
{
	KUNIT_EXPECT_EQ(c->from->test, status_of(c, nbl), OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(c->from->test, skb_queue_len(&c->from->wire), 0);
}

static struct csum_case *case_new(struct kunit *test)
{
	struct csum_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->from = ov2_rig_new(test, &ov2_engine_miniport);
	c->to = ov2_rig_new(test, &ov2_engine_miniport);
	return c;
}

/* Each shape has an SA of its own, because family and mode belong to the SA. */
static void case_shape(struct csum_case *c, bool ipv6, bool tunnel,
		       bool inner6, u8 proto)
{
	const struct ov2_rig_sa gcm = OV2_RIG_SA_GCM;
	u32 spi = c->sa.spi ? c->sa.spi + 1 : gcm.spi;

	c->sa = gcm;
	c->sa.spi = spi;
	c->sa.net = 1;
	c->sa.ipv6 = ipv6;
	c->sa.tunnel = tunnel;
	c->inner6 = inner6;
	c->proto = proto;
	ov2_rig_add_outbound(c->from, &c->sa);
	ov2_rig_add_inbound(c->to, &c->sa);
	c->csum = (struct ov2_tx_checksum) {
		.ipv4 = !l4_ipv6(c),
		.ipv6 = l4_ipv6(c),
		.udp = proto == IPPROTO_UDP,
		.tcp = proto == IPPROTO_TCP,
		.tcp_offset = proto == IPPROTO_TCP ? l4_at(c) : 0,
	};
}

static void csum_all(struct kunit *test, void (*one)(struct csum_case *c))
{
	struct csum_case *c = case_new(test);
	u8 proto;
	int bits;

	for (bits = 0; bits < 16; bits++) {
		if (bits & 4 && !(bits & 2))
			continue;
		proto = bits & 8 ? IPPROTO_TCP : IPPROTO_UDP;
		case_shape(c, bits & 1, bits & 2, bits & 4, proto);
		one(c);
	}
}

static void right_one(struct csum_case *c)
{
	expect_right(c);
	c->csum.ip_header = true;
	expect_right(c);
}

/* The checksums are right, whether slot 0 asks for the checksum of the
 * outermost IP header or not.
 */
static void csum_right(struct kunit *test)
{
	csum_all(test, right_one);
}

/* A send is refused if its record names no family, both families, or the wrong
 * family. The record must name the family of the packet with TCP or UDP. In a
 * tunnel this is the inner packet.
 */
static void family_one(struct csum_case *c)
{
	c->csum.ipv4 = !c->csum.ipv4;
	expect_refused(c, csum_nbl(c));
	c->csum.ipv6 = !c->csum.ipv6;
	expect_refused(c, csum_nbl(c));
	c->csum.ipv4 = !c->csum.ipv4;
	expect_refused(c, csum_nbl(c));
}

static void csum_family(struct kunit *test)
{
	csum_all(test, family_one);
}

/* A send is refused if its record says UDP for a packet with TCP, or TCP for a
 * packet with UDP, or has a wrong offset of TCP.
 */
static void protocol_one(struct csum_case *c)
{
	if (c->csum.tcp) {
		c->csum.tcp_offset += 4;
		expect_refused(c, csum_nbl(c));
		c->csum.tcp_offset -= 4;
	}
	swap(c->csum.tcp, c->csum.udp);
	c->csum.tcp_offset = c->csum.tcp ? l4_at(c) : 0;
	expect_refused(c, csum_nbl(c));
}

static void csum_protocol(struct kunit *test)
{
	csum_all(test, protocol_one);
}

static struct iphdr *inner4(struct csum_case *c, struct ov2_nbl *nbl)
{
	return (void *)(nbl->skb->data + ip_at(c));
}

static struct ipv6hdr *inner6(struct csum_case *c, struct ov2_nbl *nbl)
{
	return (void *)(nbl->skb->data + ip_at(c));
}

/* The IP header inside a tunnel must fit the packet behind it. */
static void csum_inner_ipv4(struct kunit *test)
{
	struct csum_case *c = case_new(test);
	struct ov2_nbl *nbl;

	case_shape(c, true, true, false, IPPROTO_UDP);
	nbl = csum_nbl(c);
	inner4(c, nbl)->version = 6;
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner4(c, nbl)->ihl = 4;
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner4(c, nbl)->frag_off = htons(IP_MF);
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner4(c, nbl)->frag_off = htons(1);
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner4(c, nbl)->tot_len = htons(sizeof(struct iphdr) + LEN + 1);
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner4(c, nbl)->tot_len = htons(sizeof(struct iphdr) - 1);
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner4(c, nbl)->tot_len = htons(sizeof(struct iphdr) +
					sizeof(struct udphdr) - 1);
	expect_refused(c, nbl);
}

static void csum_inner_ipv6(struct kunit *test)
{
	struct csum_case *c = case_new(test);
	struct ov2_nbl *nbl;

	case_shape(c, false, true, true, IPPROTO_UDP);
	nbl = csum_nbl(c);
	inner6(c, nbl)->version = 4;
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner6(c, nbl)->payload_len = htons(LEN + 1);
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner6(c, nbl)->payload_len = htons(sizeof(struct udphdr) - 1);
	expect_refused(c, nbl);
	nbl = csum_nbl(c);
	inner6(c, nbl)->nexthdr = IPPROTO_HOPOPTS;
	expect_refused(c, nbl);
}

/* UDP sends a sum of zero as 0xffff, because zero means "no checksum" in UDP.
 */
static void zero_one(struct csum_case *c)
{
	struct ov2_nbl *nbl = csum_nbl(c);
	u8 *p = nbl->skb->data;
	__sum16 sum;

	/* The last word is set so that the sum is zero */
	*(__sum16 *)(p + l4_at(c) + LEN - 2) = 0;
	sum = csum_fold(csum_partial(p + l4_at(c), LEN, 0));
	*(__sum16 *)(p + l4_at(c) + LEN - 2) = sum;
	KUNIT_ASSERT_EQ(c->from->test, status_of(c, nbl), OV2_STATUS_SUCCESS);
	sum = *(const __sum16 *)(received(c) + field_at(c));
	KUNIT_EXPECT_EQ(c->from->test, (__force u16)sum,
			c->proto == IPPROTO_UDP ? 0xffff : 0);
}

static void csum_zero(struct kunit *test)
{
	csum_all(test, zero_one);
}

static struct kunit_case engine_checksum_cases[] = {
	KUNIT_CASE(csum_right),
	KUNIT_CASE(csum_family),
	KUNIT_CASE(csum_protocol),
	KUNIT_CASE(csum_inner_ipv4),
	KUNIT_CASE(csum_inner_ipv6),
	KUNIT_CASE(csum_zero),
	{}
};

static struct kunit_suite engine_checksum_suite = {
	.name = "ov2_engine_checksum",
	.test_cases = engine_checksum_cases,
};

kunit_test_suite(engine_checksum_suite);
