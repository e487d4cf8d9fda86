// SPDX-License-Identifier: GPL-2.0
/* ESP is taken off packets of all shapes, and a malformed packet is refused. */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

#include "../../unit/rig/packet_shape.h"
#include "../packet/decap.h"
#include "../../ov2/records.h"

static void frame_received(struct kunit *test, struct sk_buff *skb)
{
	ov2_shape_receive(skb, ov2_shape_device(test));
}

/* Returns a copy of @from. The first @linear bytes of the copy are in its
 * linear part, and the other bytes are in a page.
 */
static struct sk_buff *frame_in_pages(struct kunit *test, struct sk_buff *from,
				      unsigned int linear)
{
	struct sk_buff *skb = kunit_zalloc_skb(test, OV2_SHAPE_ROOM,
					       GFP_KERNEL);
	unsigned int rest = from->len - linear;
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_NOT_NULL(test, page);
	skb_trim(skb, 0);
	skb_put_data(skb, from->data, linear);
	memcpy(page_address(page), from->data + linear, rest);
	skb_add_rx_frag(skb, 0, page, 0, rest, PAGE_SIZE);
	return skb;
}

static void expect_ipv4(struct kunit *test, const struct sk_buff *skb)
{
	KUNIT_EXPECT_EQ(test, (int)ip_hdr(skb)->version, 4);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->protocol, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), skb->len);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(ip_hdr(skb), 5), 0);
}

static void expect_ipv6(struct kunit *test, const struct sk_buff *skb)
{
	KUNIT_EXPECT_EQ(test, (int)ipv6_hdr(skb)->version, 6);
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len),
			skb->len - sizeof(struct ipv6hdr));
}

static void expect_ethernet(struct kunit *test, const struct sk_buff *skb,
			    const struct ov2_shape *shape)
{
	const struct ethhdr *eth = eth_hdr(skb);

	KUNIT_EXPECT_PTR_EQ(test, skb_mac_header(skb) + ETH_HLEN, skb->data);
	KUNIT_EXPECT_PTR_EQ(test, skb_network_header(skb), skb->data);
	KUNIT_EXPECT_EQ(test, eth->h_proto, skb->protocol);
	KUNIT_EXPECT_TRUE(test,
			  ether_addr_equal(eth->h_source, ov2_shape_peer_mac));
	if (shape->tunnel) {
		KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth->h_dest,
							 ov2_shape_own_mac));
		KUNIT_EXPECT_EQ(test, (int)skb->pkt_type, PACKET_HOST);
	} else {
		KUNIT_EXPECT_EQ(test, (int)skb->pkt_type, PACKET_MULTICAST);
	}
}

static void expect_clear(struct kunit *test, const struct sk_buff *skb,
			 const struct ov2_shape *shape)
{
	bool ipv6 = shape->tunnel ? shape->inner6 : shape->ipv6;
	u8 body[OV2_SHAPE_BODY];
	int i;

	expect_ethernet(test, skb, shape);
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol),
			ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	KUNIT_ASSERT_EQ(test, skb->len,
			ov2_shape_ip_len(ipv6) + OV2_SHAPE_BODY);
	if (ipv6)
		expect_ipv6(test, skb);
	else
		expect_ipv4(test, skb);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, ov2_shape_ip_len(ipv6), body,
					    sizeof(body)), 0);
	for (i = 0; i < OV2_SHAPE_BODY; i++)
		KUNIT_ASSERT_EQ(test, body[i], i);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed,
			shape->udp && !shape->tunnel ? CHECKSUM_UNNECESSARY :
						       CHECKSUM_NONE);
}

static struct sk_buff *decapsulated(struct kunit *test,
				    const struct ov2_shape *shape,
				    struct sk_buff *skb)
{
	struct xfrm_state *x = ov2_shape_state(test, shape);
	struct ov2_decap decap;

	frame_received(test, skb);
	ov2_decap_read(skb, x, OV2_SHAPE_ICV_LEN, 0, &decap);
	KUNIT_ASSERT_EQ(test, decap.len, ov2_shape_len(shape));
	KUNIT_ASSERT_EQ(test, decap.next_header, ov2_shape_next_header(shape));
	KUNIT_ASSERT_TRUE(test, ov2_decap(skb, x, &decap));
	return skb;
}

/* The frame is tried with linear parts of many lengths. The linear parts end
 * within headers and between headers.
 */
static void decap_all_splits(struct kunit *test, const struct ov2_shape *shape)
{
	struct sk_buff *skb = ov2_shape_frame(test, shape);
	struct sk_buff *paged;
	unsigned int linear;

	for (linear = ETH_HLEN; linear < skb->len; linear += 9) {
		paged = frame_in_pages(test, skb, linear);
		expect_clear(test, decapsulated(test, shape, paged), shape);
	}
	expect_clear(test, decapsulated(test, shape, skb), shape);
}

static void decap_shapes(struct kunit *test)
{
	struct ov2_shape shape;
	int bits;

	for (bits = 0; bits < 16; bits++) {
		shape = (struct ov2_shape) {
			.ipv6 = bits & 1,
			.tunnel = bits & 2,
			.udp = bits & 4,
			.inner6 = bits & 8,
			.pad = bits * 16,
		};
		if (shape.inner6 && !shape.tunnel)
			continue;
		decap_all_splits(test, &shape);
	}
}

/* If a frame has a clone, for example for a capture, the card does not write to
 * the bytes of the clone.
 */
static void decap_spares_clones(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct sk_buff *skb = ov2_shape_frame(test, &shape);
	u8 *before = kunit_kmalloc(test, OV2_SHAPE_ROOM, GFP_KERNEL);
	struct sk_buff *clone;

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, skb->data, skb->len);
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	decapsulated(test, &shape, skb);
	KUNIT_EXPECT_MEMEQ(test, clone->data, before, clone->len);
	kfree_skb(clone);
}

static u8 ce_of(u8 inner)
{
	return INET_ECN_is_not_ect(inner) ? inner : inner | INET_ECN_CE;
}

static u8 inner_tos(const struct sk_buff *skb, bool ipv6)
{
	return ipv6 ? ipv6_get_dsfield(ipv6_hdr(skb)) : ip_hdr(skb)->tos;
}

/* As in net/xfrm/xfrm_input.c: CE is copied unless the state has
 * XFRM_STATE_NOECN, and DSCP is copied if the state has XFRM_STATE_DECAP_DSCP.
 */
static u8 tos_expected(const struct ov2_shape *shape)
{
	u8 tos = shape->inner_tos;

	if (shape->flags & XFRM_STATE_DECAP_DSCP)
		tos = (tos & INET_ECN_MASK) |
		      (shape->outer_tos & ~INET_ECN_MASK);
	if (!(shape->flags & XFRM_STATE_NOECN) &&
	    INET_ECN_is_ce(shape->outer_tos))
		tos = ce_of(tos);
	return tos;
}

static void decap_tos_one(struct kunit *test, struct ov2_shape *shape)
{
	static const u8 flags[] = {
		0, XFRM_STATE_NOECN, XFRM_STATE_DECAP_DSCP,
		XFRM_STATE_NOECN | XFRM_STATE_DECAP_DSCP,
	};
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		shape->flags = flags[i];
		skb = decapsulated(test, shape, ov2_shape_frame(test, shape));
		expect_clear(test, skb, shape);
		KUNIT_EXPECT_EQ_MSG(test, inner_tos(skb, shape->inner6),
				    tos_expected(shape),
				    "outer %#x inner %#x flags %#x",
				    shape->outer_tos, shape->inner_tos,
				    shape->flags);
	}
}

static void decap_tos(struct kunit *test)
{
	struct ov2_shape shape = { .tunnel = true };
	int bits;

	for (bits = 0; bits < 64; bits++) {
		shape.ipv6 = bits & 1;
		shape.inner6 = bits & 2;
		shape.outer_tos = 0xb8 | (bits >> 2 & INET_ECN_MASK);
		shape.inner_tos = 0x28 | (bits >> 4 & INET_ECN_MASK);
		decap_tos_one(test, &shape);
	}
}

/* Returns how many bytes ESP carries, or a negative errno if there is nothing
 * to deliver.
 */
static int decap_len(struct kunit *test, struct sk_buff *skb, u32 header_word)
{
	const struct ov2_shape shape = {};
	struct ov2_decap decap;

	ov2_decap_read(skb, ov2_shape_state(test, &shape), OV2_SHAPE_ICV_LEN,
		       header_word,
		       &decap);
	return decap.len;
}

static u32 header_word(u8 next_header, u8 pad_length)
{
	const struct ov2_rx_header hdr = { next_header, pad_length, true };

	return ov2_rx_header_encode(&hdr);
}

/* If the record and the bytes of the trailer differ, the record is used. */
static void read_trailer_record(struct kunit *test)
{
	const struct ov2_shape shape = { .pad = 4 };
	struct sk_buff *skb = ov2_shape_frame(test, &shape);

	frame_received(test, skb);
	KUNIT_EXPECT_EQ(test, decap_len(test, skb, 0), OV2_SHAPE_BODY);
	KUNIT_EXPECT_EQ(test, decap_len(test, skb, header_word(IPPROTO_TCP, 5)),
			OV2_SHAPE_BODY - 1);
}

/* A packet is refused if its padding leaves no payload, as in
 * esp_remove_trailer().
 */
static void read_garbage(struct kunit *test)
{
	const struct ov2_shape shape = { .pad = 4 };
	struct sk_buff *skb = ov2_shape_frame(test, &shape);
	int pad;

	frame_received(test, skb);
	for (pad = 0; pad < 256; pad++)
		KUNIT_EXPECT_EQ(test, decap_len(test, skb,
						header_word(IPPROTO_TCP, pad)),
				pad < OV2_SHAPE_BODY + 4 ?
				OV2_SHAPE_BODY + 4 - pad : -EINVAL);
}

/* A dummy packet (RFC 4303 2.6) has nothing to deliver, whatever it carries. */
static void read_dummy(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct sk_buff *skb = ov2_shape_frame(test, &shape);

	frame_received(test, skb);
	KUNIT_EXPECT_EQ(test, decap_len(test, skb,
					header_word(IPPROTO_NONE, 0)), -EINVAL);
}

/* A packet is refused if it is cut so far that no payload is left. */
static void read_cut(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct sk_buff *skb = ov2_shape_frame(test, &shape);
	unsigned int start = sizeof(struct iphdr) + sizeof(struct ip_esp_hdr) +
			     OV2_SHAPE_IV_LEN;

	frame_received(test, skb);
	while (skb->len) {
		skb_trim(skb, skb->len - 1);
		if (skb->len > start + 2 + OV2_SHAPE_ICV_LEN)
			continue;
		KUNIT_EXPECT_EQ(test, decap_len(test, skb, 0), -EINVAL);
		KUNIT_EXPECT_EQ(test, decap_len(test, skb,
						header_word(IPPROTO_TCP, 0)),
				-EINVAL);
	}
}

/* The tunnel carries no IP packet, or a packet without a whole IP header. */
static void decap_no_packet(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct xfrm_state *x = ov2_shape_state(test, &shape);
	struct sk_buff *skb = ov2_shape_frame(test, &shape);
	struct ov2_decap decap;

	frame_received(test, skb);
	ov2_decap_read(skb, x, OV2_SHAPE_ICV_LEN, header_word(IPPROTO_TCP, 0),
		       &decap);
	KUNIT_EXPECT_FALSE(test, ov2_decap(skb, x, &decap));

	decap.next_header = IPPROTO_IPIP;
	decap.len = sizeof(struct iphdr) - 1;
	KUNIT_EXPECT_FALSE(test, ov2_decap(skb, x, &decap));
}

static struct kunit_case decap_cases[] = {
	KUNIT_CASE(decap_shapes),
	KUNIT_CASE(decap_spares_clones),
	KUNIT_CASE(decap_tos),
	KUNIT_CASE(read_trailer_record),
	KUNIT_CASE(read_garbage),
	KUNIT_CASE(read_dummy),
	KUNIT_CASE(read_cut),
	KUNIT_CASE(decap_no_packet),
	{}
};

static struct kunit_suite decap_suite = {
	.name = "ov2_decap",
	.test_cases = decap_cases,
};

kunit_test_suite(decap_suite);
