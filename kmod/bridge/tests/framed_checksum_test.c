// SPDX-License-Identifier: GPL-2.0
/*
 * If the stack has left a checksum of TCP or UDP to the card, slot 0 asks the
 * engine for it. The bridge completes other sums.
 *
 * The tests compare slot 0 with numbers, and do not use
 * ov2_tx_checksum_encode(). The packets have each family, with and without a
 * tunnel, and with and without UDP in front of ESP.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/esp.h>
#include <net/ip.h>

#include "../../unit/rig/packet_shape.h"
#include "../../ov2/offload.h"
#include "../sa/assoc.h"
#include "../sa/framed_checksum.h"

#define TRAILER_LEN	(2 + OV2_SHAPE_ICV_LEN)
#define ANY_PROTO	253

/**
 * struct sum_case - a framed packet that lacks its checksum
 * @shape: the packet
 * @hardware: what the engine can do
 * @ad: the card
 * @assoc: the association of the packet
 * @skb: the packet, without pad bytes
 * @payload: bytes from its start to what ESP protects
 * @l4: bytes from its start to TCP, UDP or another protocol
 * @trailer_len: bytes of trailer and ICV
 */
struct sum_case {
	struct ov2_shape shape;
	struct ov2_offload hardware;
	struct ov2_adapter ad;
	struct ov2_assoc assoc;
	struct sk_buff *skb;
	unsigned int payload;
	unsigned int l4;
	unsigned int trailer_len;
};

static struct sum_case *sum_new(struct kunit *test,
				const struct ov2_shape *shape)
{
	struct sum_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int esp = ETH_HLEN + ov2_shape_ip_len(shape->ipv6);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->shape = *shape;
	c->hardware.flags = OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE |
			    OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE;
	c->ad.hardware = &c->hardware;
	c->assoc.ad = &c->ad;
	c->assoc.iv_len = OV2_SHAPE_IV_LEN;
	c->assoc.udp_encap = shape->udp;
	c->trailer_len = TRAILER_LEN;
	c->skb = ov2_shape_frame(test, shape);
	skb_set_network_header(c->skb, ETH_HLEN);
	skb_set_transport_header(c->skb, esp);
	c->payload = esp + (shape->udp ? sizeof(struct udphdr) : 0) +
		     sizeof(struct ip_esp_hdr) + OV2_SHAPE_IV_LEN;
	c->l4 = c->payload +
		(shape->tunnel ? ov2_shape_ip_len(shape->inner6) : 0);
	c->skb->ip_summed = CHECKSUM_PARTIAL;
	c->skb->csum_start = skb_headroom(c->skb) + c->l4;
	c->skb->csum_offset = shape->proto == IPPROTO_UDP ?
			      offsetof(struct udphdr, check) :
			      offsetof(struct tcphdr, check);
	return c;
}

static enum ov2_counter ask(struct sum_case *c, u32 *word)
{
	enum ov2_counter reason;

	*word = U32_MAX;
	local_bh_disable();
	reason = ov2_framed_checksum(c->skb, &c->assoc,
				     ov2_shape_next_header(&c->shape),
				     c->trailer_len, word);
	local_bh_enable();
	return reason;
}

static u8 *copy_of(struct kunit *test, const struct sum_case *c)
{
	u8 *copy = kunit_kmalloc(test, c->skb->len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, c->skb->data, c->skb->len);
	return copy;
}

/* Slot 0 has this word, and the bytes of the packet are unchanged. */
static void expect_word(struct kunit *test, struct sum_case *c, u32 expected)
{
	u8 *before = copy_of(test, c);
	u32 word;

	KUNIT_ASSERT_EQ(test, (int)ask(c, &word), OV2_CNT_NONE);
	KUNIT_EXPECT_EQ_MSG(test, word, expected,
			    "IPv%d, tunnel %d, inner IPv%d, UDP %d, protocol %d",
			    c->shape.ipv6 ? 6 : 4, c->shape.tunnel,
			    c->shape.inner6 ? 6 : 4, c->shape.udp,
			    c->shape.proto);
	KUNIT_EXPECT_EQ(test, (int)c->skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_MEMEQ(test, c->skb->data, before, c->skb->len);
}

/* Slot 0 is zero, and the packet has the right checksum of the bytes from
 * csum_start to the trailer. No other byte is changed.
 */
static void expect_summed(struct kunit *test, struct sum_case *c)
{
	u8 *before = copy_of(test, c);
	unsigned int start = skb_checksum_start_offset(c->skb);
	unsigned int field = start + c->skb->csum_offset;
	unsigned int len = c->skb->len - c->trailer_len - start;
	__sum16 sum;
	u32 word;

	sum = csum_fold(csum_partial(before + start, len, 0));
	KUNIT_ASSERT_EQ(test, (int)ask(c, &word), OV2_CNT_NONE);
	KUNIT_EXPECT_EQ(test, word, 0);
	KUNIT_EXPECT_EQ(test, (int)c->skb->ip_summed, CHECKSUM_NONE);
	memcpy(before + field, &sum, sizeof(sum));
	KUNIT_EXPECT_MEMEQ(test, c->skb->data, before, c->skb->len);
}

static void for_all_shapes(struct kunit *test, u8 proto,
			   void (*one)(struct kunit *test, struct sum_case *c))
{
	struct ov2_shape shape = { .proto = proto };
	int bits;

	for (bits = 0; bits < 16; bits++) {
		shape.ipv6 = bits & 1;
		shape.udp = bits & 2;
		shape.tunnel = bits & 4;
		shape.inner6 = bits & 8;
		if (shape.tunnel || !shape.inner6)
			one(test, sum_new(test, &shape));
	}
}

static bool l4_is_ipv6(const struct sum_case *c)
{
	return c->shape.tunnel ? c->shape.inner6 : c->shape.ipv6;
}

static void tcp_one(struct kunit *test, struct sum_case *c)
{
	expect_word(test, c, (l4_is_ipv6(c) ? 0x6 : 0x5) | c->l4 << 16);
}

static void udp_one(struct kunit *test, struct sum_case *c)
{
	expect_word(test, c, l4_is_ipv6(c) ? 0xa : 0x9);
}

/* Slot 0 says whether the checksum belongs to TCP or to UDP, and which version
 * the IP header in front of TCP or UDP has. For TCP, slot 0 also says where TCP
 * begins.
 */
static void checksum_asks(struct kunit *test)
{
	for_all_shapes(test, IPPROTO_TCP, tcp_one);
	for_all_shapes(test, IPPROTO_UDP, udp_one);
}

static void complete_one(struct kunit *test, struct sum_case *c)
{
	c->hardware.flags = 0;
	expect_summed(test, c);
}

/* The bridge completes the checksum if the engine does not offer to do it. */
static void checksum_not_offered(struct kunit *test)
{
	struct ov2_shape shape = { .proto = IPPROTO_UDP };
	struct sum_case *c;

	for_all_shapes(test, IPPROTO_TCP, complete_one);
	for_all_shapes(test, IPPROTO_UDP, complete_one);

	c = sum_new(test, &shape);
	c->hardware.flags = OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE;
	expect_summed(test, c);
	shape.proto = IPPROTO_TCP;
	c = sum_new(test, &shape);
	c->hardware.flags = OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE;
	expect_summed(test, c);
}

static void other_protocol(struct kunit *test, struct sum_case *c)
{
	c->skb->csum_offset = offsetof(struct udphdr, check);
	expect_summed(test, c);
}

static void other_field(struct kunit *test, struct sum_case *c)
{
	c->skb->csum_offset += 2;
	expect_summed(test, c);
}

static void other_start(struct kunit *test, struct sum_case *c)
{
	c->skb->csum_start += 4;
	expect_summed(test, c);
}

/* The body has 19 bytes. The header of TCP would have 20 bytes. */
static void short_header(struct kunit *test, struct sum_case *c)
{
	unsigned int cut = OV2_SHAPE_BODY - (sizeof(struct tcphdr) - 1);
	struct iphdr *ip = (void *)(c->skb->data + c->payload);
	struct ipv6hdr *ip6 = (void *)ip;

	c->trailer_len += cut;
	if (c->shape.tunnel && c->shape.inner6)
		ip6->payload_len = htons(OV2_SHAPE_BODY - cut);
	else if (c->shape.tunnel)
		ip->tot_len = htons(sizeof(*ip) + OV2_SHAPE_BODY - cut);
	expect_summed(test, c);
}

/* The bridge completes checksums that slot 0 cannot ask for. */
static void checksum_of_others(struct kunit *test)
{
	for_all_shapes(test, ANY_PROTO, other_protocol);
	for_all_shapes(test, IPPROTO_TCP, other_field);
	for_all_shapes(test, IPPROTO_UDP, other_field);
	for_all_shapes(test, IPPROTO_TCP, other_start);
	for_all_shapes(test, IPPROTO_UDP, other_start);
	for_all_shapes(test, IPPROTO_TCP, short_header);
}

/* Inside a tunnel the engine refuses a header that does not fit the packet, so
 * the bridge does not ask.
 */
static void checksum_inner_ipv4(struct kunit *test)
{
	const struct ov2_shape shape = {
		.tunnel = true,
		.proto = IPPROTO_UDP,
	};
	struct sum_case *c;
	struct iphdr *ip;
	int what;

	for (what = 0; what < 7; what++) {
		c = sum_new(test, &shape);
		ip = (void *)(c->skb->data + c->payload);
		switch (what) {
		case 0:
			ip->version = 6;
			break;
		case 1:
			ip->ihl = 6;
			break;
		case 2:
			ip->frag_off = htons(IP_MF);
			break;
		case 3:
			ip->frag_off = htons(1);
			break;
		case 4:
			be16_add_cpu(&ip->tot_len, 1);
			break;
		case 5:
			be16_add_cpu(&ip->tot_len, -1);
			break;
		case 6:
			ip->ihl = 0;
			c->skb->csum_start -= sizeof(*ip);
			break;
		}
		expect_summed(test, c);
	}
}

static void checksum_inner_ipv6(struct kunit *test)
{
	const struct ov2_shape shape = {
		.tunnel = true,
		.inner6 = true,
		.proto = IPPROTO_TCP,
	};
	struct ipv6hdr *ip6;
	struct sum_case *c;
	int what;

	for (what = 0; what < 4; what++) {
		c = sum_new(test, &shape);
		ip6 = (void *)(c->skb->data + c->payload);
		switch (what) {
		case 0:
			ip6->version = 4;
			break;
		case 1:
			ip6->nexthdr = IPPROTO_HOPOPTS;
			break;
		case 2:
			be16_add_cpu(&ip6->payload_len, 1);
			break;
		case 3:
			be16_add_cpu(&ip6->payload_len, -1);
			break;
		}
		expect_summed(test, c);
	}
}

static void expect_drop(struct kunit *test, struct sum_case *c)
{
	u32 word;

	KUNIT_EXPECT_EQ(test, (int)ask(c, &word), OV2_CNT_TX_DROP_CSUM);
	KUNIT_EXPECT_EQ(test, (int)c->skb->ip_summed, CHECKSUM_PARTIAL);
}

static void start_in_front(struct kunit *test, struct sum_case *c)
{
	u8 *before = copy_of(test, c);
	unsigned int back;

	for (back = 1; back <= c->payload; back++) {
		c->skb->csum_start = skb_headroom(c->skb) + c->payload - back;
		c->skb->csum_offset = 0;
		expect_drop(test, c);
	}
	KUNIT_EXPECT_MEMEQ(test, c->skb->data, before, c->skb->len);
}

/* The packet is dropped if the sum begins in front of the payload. Else the sum
 * could overwrite the number in the ESP header.
 */
static void checksum_in_headers(struct kunit *test)
{
	for_all_shapes(test, IPPROTO_TCP, start_in_front);
	for_all_shapes(test, IPPROTO_UDP, start_in_front);
}

/* The packet is dropped if the field of its checksum is not in the payload, or
 * if the checksum is the CRC of SCTP. If the trailer is longer than the packet,
 * the packet has no payload, so it is dropped, too.
 */
static void checksum_dropped(struct kunit *test)
{
	const struct ov2_shape shape = { .proto = IPPROTO_TCP };
	struct sum_case *c = sum_new(test, &shape);

	c->skb->csum_offset = OV2_SHAPE_BODY - 1;
	expect_drop(test, c);
	KUNIT_EXPECT_TRUE(test, ov2_checksum_can_wait(c->skb));
	c->skb->csum_offset = OV2_SHAPE_BODY - 2;
	expect_summed(test, c);

	c = sum_new(test, &shape);
	c->trailer_len = c->skb->len + 1;
	expect_drop(test, c);
#if IS_ENABLED(CONFIG_IP_SCTP)
	c = sum_new(test, &shape);
	KUNIT_EXPECT_TRUE(test, ov2_checksum_can_wait(c->skb));
	c->skb->csum_not_inet = 1;
	KUNIT_EXPECT_FALSE(test, ov2_checksum_can_wait(c->skb));
	expect_drop(test, c);
#endif
}

static void complete_sum(struct kunit *test, struct sum_case *c)
{
	c->skb->ip_summed = CHECKSUM_NONE;
	expect_word(test, c, 0);
}

/* Nothing is asked for if the checksum is complete. */
static void checksum_complete_already(struct kunit *test)
{
	for_all_shapes(test, IPPROTO_TCP, complete_sum);
	for_all_shapes(test, IPPROTO_UDP, complete_sum);
}

static struct kunit_case framed_checksum_cases[] = {
	KUNIT_CASE(checksum_asks),
	KUNIT_CASE(checksum_not_offered),
	KUNIT_CASE(checksum_of_others),
	KUNIT_CASE(checksum_inner_ipv4),
	KUNIT_CASE(checksum_inner_ipv6),
	KUNIT_CASE(checksum_in_headers),
	KUNIT_CASE(checksum_dropped),
	KUNIT_CASE(checksum_complete_already),
	{}
};

static struct kunit_suite framed_checksum_suite = {
	.name = "ov2_framed_checksum",
	.test_cases = framed_checksum_cases,
};

kunit_test_suite(framed_checksum_suite);
