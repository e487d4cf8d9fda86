// SPDX-License-Identifier: GPL-2.0
/*
 * In packet mode the headers and the trailer of ESP are right, byte by byte.
 *
 * Each byte that the bridge writes around a packet is compared with RFC 4303 2
 * and RFC 3948 2.1. The bytes of the packet inside must not change.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../../unit/rig/packet_shape.h"
#include "../../unit/rig/shown.h"
#include "../packet/protect.h"

#define SPI		0x12345678
#define SEQ		0x01020304
#define SPORT		4500
#define DPORT		4501
#define HOP_LIMIT	77
#define ALIGN_BYTES	16
#define ESP_HEADER	(sizeof(struct ip_esp_hdr) + OV2_SHAPE_IV_LEN)
#define COPY_MAX	256
#define OLD_BYTE	0xa5

/**
 * struct framed - a packet, and the ESP packet that it becomes
 * @shape: the packet
 * @body: bytes behind its IP header
 * @assoc: the association that protects the packet
 * @x: the state of @assoc
 * @skb: the packet, data at its IP header
 * @before: the bytes of the packet before it became an ESP packet
 * @len: number of bytes in @before
 * @next_header: the next header that ov2_frame_protect() returned
 */
struct framed {
	struct ov2_shape shape;
	unsigned int body;
	struct ov2_assoc assoc;
	struct xfrm_state *x;
	struct sk_buff *skb;
	u8 before[COPY_MAX];
	unsigned int len;
	u8 next_header;
};

static bool inner_is_ipv6(const struct ov2_shape *shape)
{
	return shape->tunnel ? shape->inner6 : shape->ipv6;
}

/* Returns a packet with @body bytes behind its IP header. Behind the packet
 * there are @more zero bytes.
 */
static struct sk_buff *packet_new(struct kunit *test, bool ipv6,
				  unsigned int body, unsigned int more)
{
	const struct ov2_shape shape = { .ipv6 = ipv6 };
	struct sk_buff *skb = ov2_shape_clear(test, &shape);

	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb_trim(skb, ov2_shape_ip_len(ipv6) + body);
	if (ipv6) {
		ipv6_hdr(skb)->payload_len = htons(body);
	} else {
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_send_check(ip_hdr(skb));
	}
	skb_put_zero(skb, more);
	return skb;
}

static void expect_trimmed(struct kunit *test, struct sk_buff *skb,
			   unsigned int len)
{
	KUNIT_EXPECT_TRUE(test, ov2_frame_trim(skb));
	KUNIT_EXPECT_EQ(test, skb->len, len);
}

/* Ethernet pads to 60 bytes. The trailer must not stand behind this padding. */
static void trim_padding(struct kunit *test)
{
	expect_trimmed(test, packet_new(test, false, 10, 16), 30);
	expect_trimmed(test, packet_new(test, false, 10, 0), 30);
	expect_trimmed(test, packet_new(test, true, 5, 1), 45);
	expect_trimmed(test, packet_new(test, true, 5, 0), 45);
}

/* The packet is one byte shorter than its header says, or ends inside its
 * header.
 */
static void trim_too_short(struct kunit *test)
{
	struct sk_buff *skb;
	int ipv6;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		skb = packet_new(test, ipv6, 10, 0);
		skb_trim(skb, skb->len - 1);
		KUNIT_EXPECT_FALSE(test, ov2_frame_trim(skb));
		skb = packet_new(test, ipv6, 0, 0);
		skb_trim(skb, skb->len - 1);
		KUNIT_EXPECT_FALSE(test, ov2_frame_trim(skb));
	}
	skb = packet_new(test, true, 0, 0);
	skb_trim(skb, sizeof(struct iphdr));
	KUNIT_EXPECT_FALSE(test, ov2_frame_trim(skb));
}

static void framed_init(struct kunit *test, struct framed *f)
{
	struct xfrm_state *x = ov2_shape_state(test, &f->shape);

	write_pnet(&x->xs_net, &init_net);
	x->id.spi = htonl(SPI);
	x->id.daddr.a4 = htonl(0xc0000202);
	x->props.saddr.a4 = htonl(0xc0000201);
	if (x->encap) {
		x->encap->encap_sport = htons(SPORT);
		x->encap->encap_dport = htons(DPORT);
	}
	f->x = x;
	f->assoc.spi = x->id.spi;
	f->assoc.icv_len = OV2_SHAPE_ICV_LEN;
	f->assoc.iv_len = OV2_SHAPE_IV_LEN;
	f->assoc.align = ALIGN_BYTES;
	f->assoc.udp_encap = f->shape.udp;
	f->skb = packet_new(test, inner_is_ipv6(&f->shape), f->body, 0);
	f->len = f->skb->len;
	KUNIT_ASSERT_LE(test, f->len, COPY_MAX);
	memcpy(f->before, f->skb->data, f->len);
}

static bool protect(struct framed *f)
{
	const struct ov2_outer outer = { .hop_limit = HOP_LIMIT };
	bool done;

	local_bh_disable();
	done = ov2_frame_protect(f->skb, &f->assoc, f->x, SEQ, &outer,
				 &f->next_header);
	local_bh_enable();
	return done;
}

static u8 expected_next_header(const struct framed *f)
{
	if (!f->shape.tunnel)
		return IPPROTO_TCP;
	return f->shape.inner6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/* In transport mode, addresses, TTL and identification stay as they were. In
 * tunnel mode, TTL and destination are those of the tunnel.
 */
static void expect_header4(struct kunit *test, const struct framed *f)
{
	const struct iphdr *before = (const struct iphdr *)f->before;
	const struct iphdr *ip = ip_hdr(f->skb);

	KUNIT_EXPECT_EQ(test, (int)ip->version, 4);
	KUNIT_EXPECT_EQ(test, (int)ip->ihl, 5);
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), f->skb->len);
	KUNIT_EXPECT_EQ(test, ip->protocol,
			f->shape.udp ? IPPROTO_UDP : IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(ip, ip->ihl), 0);
	if (f->shape.tunnel) {
		KUNIT_EXPECT_EQ(test, ip->ttl, HOP_LIMIT);
		KUNIT_EXPECT_EQ(test, ip->daddr, f->x->id.daddr.a4);
		return;
	}
	KUNIT_EXPECT_EQ(test, ip->ttl, before->ttl);
	KUNIT_EXPECT_EQ(test, ip->saddr, before->saddr);
	KUNIT_EXPECT_EQ(test, ip->daddr, before->daddr);
	KUNIT_EXPECT_EQ(test, ip->id, before->id);
}

static void expect_header6(struct kunit *test, const struct framed *f)
{
	const struct ipv6hdr *ip = ipv6_hdr(f->skb);

	KUNIT_EXPECT_EQ(test, (int)ip->version, 6);
	KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len),
			f->skb->len - sizeof(*ip));
	KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_ESP);
	if (f->shape.tunnel)
		KUNIT_EXPECT_EQ(test, ip->hop_limit, HOP_LIMIT);
	else
		KUNIT_EXPECT_MEMEQ(test, &ip->saddr,
				   f->before +
				   offsetof(struct ipv6hdr, saddr),
				   2 * sizeof(ip->saddr));
}

/* Returns where ESP begins. */
static unsigned int expect_udp(struct kunit *test, const struct framed *f,
			       unsigned int at)
{
	struct udphdr udp;

	if (!f->shape.udp)
		return at;
	KUNIT_ASSERT_EQ(test, skb_copy_bits(f->skb, at, &udp, sizeof(udp)), 0);
	KUNIT_EXPECT_EQ(test, ntohs(udp.source), SPORT);
	KUNIT_EXPECT_EQ(test, ntohs(udp.dest), DPORT);
	KUNIT_EXPECT_EQ(test, ntohs(udp.len), f->skb->len - at);
	KUNIT_EXPECT_EQ(test, udp.check, 0);
	return at + sizeof(udp);
}

static void expect_esp(struct kunit *test, const struct framed *f,
		       unsigned int at)
{
	struct ip_esp_hdr esp;

	KUNIT_ASSERT_EQ(test, skb_copy_bits(f->skb, at, &esp, sizeof(esp)), 0);
	KUNIT_EXPECT_EQ(test, ntohl(esp.spi), SPI);
	KUNIT_EXPECT_EQ(test, ntohl(esp.seq_no), SEQ);
}

/* The padding is no longer than the alignment needs, and its bytes are 1, 2, 3
 * and so on (RFC 4303 2.4). Behind the trailer there is room for the ICV.
 */
static void expect_trailer(struct kunit *test, const struct framed *f,
			   unsigned int payload, unsigned int protected)
{
	unsigned int at = payload + protected;
	unsigned int tail = f->skb->len - at - OV2_SHAPE_ICV_LEN;
	u8 trailer[2 * ALIGN_BYTES];
	int i;

	KUNIT_ASSERT_GE(test, tail, 2);
	KUNIT_ASSERT_LT(test, tail, ALIGN_BYTES + 2);
	KUNIT_EXPECT_EQ(test, (protected + tail) % ALIGN_BYTES, 0);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(f->skb, at, trailer, tail), 0);
	for (i = 0; i < tail - 2; i++)
		KUNIT_EXPECT_EQ(test, trailer[i], i + 1);
	KUNIT_EXPECT_EQ(test, trailer[tail - 2], tail - 2);
	KUNIT_EXPECT_EQ(test, trailer[tail - 1], expected_next_header(f));
	KUNIT_EXPECT_EQ(test, f->next_header, expected_next_header(f));
}

static void expect_framed(struct kunit *test, const struct framed *f)
{
	unsigned int outer = ov2_shape_ip_len(f->shape.ipv6);
	unsigned int skipped = f->shape.tunnel ? 0 : outer;
	unsigned int protected = f->len - skipped;
	unsigned int payload;
	u8 got[COPY_MAX];

	KUNIT_EXPECT_EQ(test, skb_network_offset(f->skb), 0);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(f->skb), outer);
	if (f->shape.ipv6)
		expect_header6(test, f);
	else
		expect_header4(test, f);
	payload = expect_udp(test, f, outer);
	expect_esp(test, f, payload);
	payload += ESP_HEADER;
	KUNIT_ASSERT_EQ(test, skb_copy_bits(f->skb, payload, got, protected),
			0);
	KUNIT_EXPECT_MEMEQ(test, got, f->before + skipped, protected);
	expect_trailer(test, f, payload, protected);
	/* The caller pushes the Ethernet header */
	KUNIT_EXPECT_GE(test, skb_headroom(f->skb), ETH_HLEN);
}

static const struct ov2_shape shapes[] = {
	{},
	{ .udp = true },
	{ .ipv6 = true },
	{ .tunnel = true },
	{ .tunnel = true, .udp = true },
	{ .tunnel = true, .inner6 = true },
	{ .tunnel = true, .ipv6 = true },
	{ .tunnel = true, .ipv6 = true, .inner6 = true },
};

static void shape_name(const struct ov2_shape *shape, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%s, IPv%d%s",
		 shape->tunnel ? "tunnel" : "transport", shape->ipv6 ? 6 : 4,
		 shape->udp ? ", UDP" : shape->inner6 ? ", IPv6 inside" : "");
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

/* Every length of padding occurs. The shortest packet is only a header. */
static void protect_bytes(struct kunit *test)
{
	const struct ov2_shape *shape = test->param_value;
	unsigned int body;

	for (body = 0; body <= 2 * ALIGN_BYTES; body++) {
		struct framed f = { .shape = *shape, .body = body };

		framed_init(test, &f);
		KUNIT_ASSERT_TRUE(test, protect(&f));
		expect_framed(test, &f);
	}
}

/* Move the bytes of the packet, so that @room bytes are left behind it. */
static void move_back(struct kunit *test, struct framed *f, unsigned int room)
{
	struct sk_buff *skb = f->skb;

	skb_trim(skb, 0);
	KUNIT_ASSERT_GE(test, skb_tailroom(skb), f->len + room);
	skb_reserve(skb, skb_tailroom(skb) - f->len - room);
	skb_put_data(skb, f->before, f->len);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
}

/* There is room for all of the trailer and the ICV behind the packet, or only
 * for a part of them.
 */
static void protect_room(struct kunit *test)
{
	const struct ov2_shape *shape = test->param_value;
	unsigned int room;

	for (room = 0; room <= ALIGN_BYTES + 2 + OV2_SHAPE_ICV_LEN; room++) {
		struct framed f = { .shape = *shape, .body = 50 };

		framed_init(test, &f);
		move_back(test, &f, room);
		KUNIT_ASSERT_TRUE(test, protect(&f));
		KUNIT_EXPECT_TRUE(test, skb_tail_pointer(f.skb) <=
					skb_end_pointer(f.skb));
		expect_framed(test, &f);
	}
}

/* A program that captures packets has a clone of each packet. The bytes of the
 * clone must not change.
 */
static void protect_clone(struct kunit *test)
{
	const struct ov2_shape *shape = test->param_value;
	struct framed f = { .shape = *shape, .body = 50 };
	struct sk_buff *clone;

	framed_init(test, &f);
	clone = skb_clone(f.skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_EXPECT_TRUE(test, protect(&f));
	expect_framed(test, &f);
	KUNIT_EXPECT_EQ(test, clone->len, f.len);
	KUNIT_EXPECT_MEMEQ(test, clone->data, f.before, f.len);
	kfree_skb(clone);
}

/* TCP keeps the payload of each packet, and sends clones. Headers may be
 * written in front of the payload, but the payload must not change. Nor must
 * the bytes behind it, where the trailer of another clone may be.
 */
static void protect_clone_of_tcp(struct kunit *test)
{
	const struct ov2_shape *shape = test->param_value;
	struct framed f = { .shape = *shape, .body = 50 };
	struct sk_buff *kept;
	u8 behind[8];

	framed_init(test, &f);
	/* Much room on both sides, so nothing else makes the packet move. */
	move_back(test, &f, ALIGN_BYTES + 2 + OV2_SHAPE_ICV_LEN);
	kept = f.skb;
	KUNIT_ASSERT_GE(test, skb_headroom(kept), 100);
	memset(behind, 0xa5, sizeof(behind));
	memcpy(skb_tail_pointer(kept), behind, sizeof(behind));
	__skb_header_release(kept);
	f.skb = skb_clone(kept, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f.skb);
	KUNIT_EXPECT_FALSE(test, skb_header_cloned(f.skb));
	KUNIT_EXPECT_TRUE(test, protect(&f));
	expect_framed(test, &f);
	KUNIT_EXPECT_MEMEQ(test, skb_tail_pointer(kept) - f.body,
			   f.before + f.len - f.body, f.body);
	KUNIT_EXPECT_MEMEQ(test, skb_tail_pointer(kept), behind,
			   sizeof(behind));
	kfree_skb(f.skb);
}

/* The packet is as sendfile() makes it. The trailer must not be written into
 * the page of the file.
 */
static void protect_page(struct kunit *test)
{
	struct framed f = { .body = 80 };
	struct page *page;
	u8 *bytes;
	int i;

	framed_init(test, &f);
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, page);
	bytes = page_address(page);
	memcpy(bytes, f.before + f.len - 40, 40);
	get_page(page);
	skb_trim(f.skb, f.len - 40);
	skb_add_rx_frag(f.skb, 0, page, 0, 40, 40);
	skb_shinfo(f.skb)->flags |= SKBFL_SHARED_FRAG;

	KUNIT_EXPECT_TRUE(test, protect(&f));
	expect_framed(test, &f);
	KUNIT_EXPECT_MEMEQ(test, bytes, f.before + f.len - 40, 40);
	for (i = 40; i < 100; i++)
		KUNIT_EXPECT_EQ(test, bytes[i], 0);
	put_page(page);
}

/* The memory around the packet had other bytes before. */
static void fill_around(struct sk_buff *skb)
{
	memset(skb->head, OLD_BYTE, skb_headroom(skb));
	memset(skb_tail_pointer(skb), OLD_BYTE, skb_tailroom(skb));
}

/* @at, @len: the room in the ESP packet that must have no old bytes */
static void expect_zero(struct kunit *test, const struct framed *f,
			unsigned int at, unsigned int len)
{
	static const u8 zero[COPY_MAX];
	u8 got[COPY_MAX];

	KUNIT_ASSERT_LE(test, len, COPY_MAX);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(f->skb, at, got, len), 0);
	KUNIT_EXPECT_MEMEQ(test, got, zero, len);
}

static void expect_zero_iv(struct kunit *test, const struct framed *f)
{
	unsigned int esp = skb_transport_offset(f->skb) +
			   (f->shape.udp ? sizeof(struct udphdr) : 0);

	expect_zero(test, f, esp + sizeof(struct ip_esp_hdr),
		    OV2_SHAPE_IV_LEN);
}

/* A monitor may show the packet before the engine writes IV and ICV. So until
 * then, their room must not hold what the memory held before.
 */
static void protect_shows_no_old_bytes(struct kunit *test)
{
	const struct ov2_shape *shape = test->param_value;
	unsigned int room;

	ov2_shown_new(test);
	for (room = 0; room <= ALIGN_BYTES + 2 + OV2_SHAPE_ICV_LEN; room++) {
		struct framed f = { .shape = *shape, .body = 50 };

		framed_init(test, &f);
		move_back(test, &f, room);
		fill_around(f.skb);
		KUNIT_ASSERT_TRUE(test, protect(&f));
		expect_framed(test, &f);
		expect_zero_iv(test, &f);
		expect_zero(test, &f, f.skb->len - OV2_SHAPE_ICV_LEN,
			    OV2_SHAPE_ICV_LEN);
	}
}

/* The template of a large send has room for the IV, and none for the ICV. */
static void protect_large_shows_no_old_bytes(struct kunit *test)
{
	const struct ov2_shape *shape = test->param_value;
	struct framed f = { .shape = *shape, .body = 50 };

	ov2_shown_new(test);
	framed_init(test, &f);
	skb_shinfo(f.skb)->gso_size = 20;
	fill_around(f.skb);
	KUNIT_ASSERT_TRUE(test, protect(&f));
	expect_zero_iv(test, &f);
}

static struct kunit_case esp_frame_cases[] = {
	KUNIT_CASE(trim_padding),
	KUNIT_CASE(trim_too_short),
	KUNIT_CASE_PARAM(protect_bytes, shape_gen_params),
	KUNIT_CASE_PARAM(protect_room, shape_gen_params),
	KUNIT_CASE_PARAM(protect_clone, shape_gen_params),
	KUNIT_CASE_PARAM(protect_clone_of_tcp, shape_gen_params),
	KUNIT_CASE(protect_page),
	KUNIT_CASE_PARAM(protect_shows_no_old_bytes, shape_gen_params),
	KUNIT_CASE_PARAM(protect_large_shows_no_old_bytes, shape_gen_params),
	{}
};

static struct kunit_suite esp_frame_suite = {
	.name = "ov2_esp_frame",
	.test_cases = esp_frame_cases,
};

kunit_test_suite(esp_frame_suite);
