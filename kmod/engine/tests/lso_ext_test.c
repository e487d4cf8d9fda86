// SPDX-License-Identifier: GPL-2.0
/*
 * The engine cuts a large send of Linux into the same segments as
 * skb_gso_segment().
 *
 * The core cuts the clear packet, and the engine cuts a template that carries
 * the same packet. The test compares the bytes that the segments carry.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/gso.h>
#include <net/ip6_checksum.h>

#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_pair.h"
#include "../../unit/rig/seal_again.h"
#include "../../ov2/offload.h"
#include "../../ov2/records.h"

#define IP		ETH_HLEN
#define ESP_HDRS	16
#define TCP_LEN		32
#define IP_ID		0xfffe
#define MSS		100
#define ESP_SEQ		7

/**
 * struct ext_case - a large packet
 * @pair: the sender and the receiver of the packet
 * @sa: the SA that protects the packet
 * @inner_ipv6: the clear packet is IPv6
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @gso_type: further bits of the clear packet's type
 * @flags: TCP: FIN, PSH and CWR, as bits of the flag byte
 * @len: bytes of payload
 * @mss: bytes of payload in a segment
 * @seq: sequence number of ESP in the first segment
 * @clear: the clear packet
 * @nbl: the NBL with the template
 */
struct ext_case {
	struct ov2_pair pair;
	struct ov2_rig_sa sa;
	bool inner_ipv6;
	u8 proto;
	u32 gso_type;
	u8 flags;
	unsigned int len;
	u16 mss;
	u32 seq;
	struct sk_buff *clear;
	struct ov2_nbl *nbl;
};

static struct ext_case case_new(struct kunit *test)
{
	struct ext_case large = {
		.pair = ov2_pair_new(test),
		.sa = OV2_RIG_SA_GCM,
		.proto = IPPROTO_TCP,
		.flags = 0x89,
		.len = 2 * MSS + 37,
		.mss = MSS,
		.seq = ESP_SEQ,
	};

	return large;
}

static unsigned int ip_len(bool ipv6)
{
	return ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static unsigned int l4_header_len(const struct ext_case *large)
{
	return large->proto == IPPROTO_TCP ? TCP_LEN : sizeof(struct udphdr);
}

static unsigned int segments(const struct ext_case *large)
{
	return DIV_ROUND_UP(large->len, large->mss);
}

static void put_l4(const struct ext_case *large, void *header, __sum16 check,
		   unsigned int len)
{
	struct tcphdr *tcp = header;
	struct udphdr *udp = header;

	memset(header, 0, l4_header_len(large));
	tcp->source = htons(1);
	tcp->dest = htons(2);
	if (large->proto == IPPROTO_UDP) {
		udp->len = htons(len);
		udp->check = check;
		return;
	}
	tcp->seq = htonl(0xffffff80);
	tcp->ack_seq = htonl(5);
	tcp->doff = TCP_LEN / 4;
	((u8 *)header)[13] = 0x10 | large->flags;
	memset(tcp + 1, 1, TCP_LEN - sizeof(*tcp));
	tcp->check = check;
}

/* The pseudo header's sum, as CHECKSUM_PARTIAL wants it */
static __sum16 pseudo(const struct ext_case *large, const void *header,
		      unsigned int len)
{
	const struct ipv6hdr *ip6 = header;
	const struct iphdr *ip = header;

	if (large->inner_ipv6)
		return ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
					large->proto, 0);
	return ~csum_tcpudp_magic(ip->saddr, ip->daddr, len, large->proto, 0);
}

static u32 gso_type(const struct ext_case *large)
{
	if (large->proto == IPPROTO_UDP)
		return SKB_GSO_UDP_L4;
	return large->inner_ipv6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
}

static void clear_new(struct ext_case *large)
{
	unsigned int len = l4_header_len(large) + large->len;
	const struct ov2_rig_frame frame = {
		.len = len, .ipv6 = large->inner_ipv6, .proto = large->proto,
	};
	struct sk_buff *skb = ov2_rig_skb(large->pair.a, &frame);
	unsigned int l4 = IP + ip_len(large->inner_ipv6);
	struct iphdr *ip = (void *)skb->data + IP;

	if (!large->inner_ipv6) {
		ip->id = htons(IP_ID);
		ip->frag_off = htons(IP_DF);
	}
	put_l4(large, skb->data + l4, pseudo(large, ip, len), len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, IP);
	skb_set_transport_header(skb, l4);
	skb->dev = large->pair.a->ad.dev;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = large->proto == IPPROTO_TCP ?
			   offsetof(struct tcphdr, check) :
			   offsetof(struct udphdr, check);
	skb_shinfo(skb)->gso_type = gso_type(large) | large->gso_type;
	skb_shinfo(skb)->gso_size = large->mss;
	skb_shinfo(skb)->gso_segs = segments(large);
	large->clear = skb;
}

/* Bytes from the frame's start to what ESP protects */
static unsigned int start(const struct ext_case *large)
{
	return IP + ip_len(large->sa.ipv6) + ESP_HDRS +
	       (large->sa.udp_esp ? sizeof(struct udphdr) : 0);
}

/* Bytes from the clear frame's start to what ESP protects */
static unsigned int clear_start(const struct ext_case *large)
{
	return large->sa.tunnel ? IP : IP + ip_len(large->inner_ipv6);
}

static void put_outermost(struct sk_buff *skb, const struct ext_case *large)
{
	struct ipv6hdr *ip6 = (void *)skb->data + IP;
	struct iphdr *ip = (void *)skb->data + IP;

	if (large->sa.ipv6) {
		ip6->payload_len = 0;
		return;
	}
	ip->tot_len = 0;
	ip->id = htons(IP_ID);
	ip->frag_off = htons(IP_DF);
}

/* Returns a template. It has the headers that the rig makes, and then the clear
 * packet. In transport mode the IP header of the clear packet is left out. If
 * @paged is true, the payload is in pages.
 */
static struct sk_buff *template_new(struct kunit *test,
				    const struct ext_case *large, bool paged)
{
	const struct ov2_rig_frame frame = {
		.sa = &large->sa, .seq = large->seq,
		.ipv6 = large->inner_ipv6, .proto = large->proto,
	};
	const struct sk_buff *head = ov2_rig_skb(large->pair.a, &frame);
	unsigned int at = clear_start(large);
	unsigned int len = large->clear->len - at;
	unsigned int linear = paged ? len - large->len : len;
	unsigned int data_len = len - linear;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(start(large) + linear, data_len, 0, &err,
				   GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, head->data, start(large));
	skb_put(skb, linear);
	skb->data_len = data_len;
	skb->len += data_len;
	KUNIT_ASSERT_EQ(test, 0, skb_store_bits(skb, start(large),
						large->clear->data + at, len));
	put_outermost(skb, large);
	skb->protocol = head->protocol;
	return skb;
}

static u8 next_header(const struct ext_case *large)
{
	if (!large->sa.tunnel)
		return large->proto;
	return large->inner_ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/* Make the template and the records as the bridge does. */
static void make(struct kunit *test, struct ext_case *large, bool paged)
{
	struct ov2_tx_header hdr = {
		.next_header = next_header(large),
		.esp_offset = start(large) - ESP_HDRS - IP,
	};
	struct ov2_tx_lso lso = {
		.mss = large->mss,
		.v2 = true,
		.ipv6 = large->sa.ipv6,
	};
	struct ov2_nbl *nbl;
	u32 word;

	clear_new(large);
	nbl = ov2_rig_nbl(large->pair.a, template_new(test, large, paged), 0);
	lso.tcp_offset = start(large) + IP + ip_len(large->inner_ipv6) -
			 clear_start(large);
	nbl->info[OV2_INFO_IPSEC] = large->sa.out;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_header_encode(&hdr, &word));
	nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_lso_encode(&lso, &word));
	nbl->info[OV2_INFO_LSO] = word;
	nbl->ext_lso.valid = true;
	nbl->ext_lso.proto = large->proto;
	nbl->ext_lso.segments = segments(large);
	large->nbl = nbl;
}

static void expect_lengths(struct kunit *test, const struct sk_buff *skb,
			   const struct ext_case *large)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + IP);
	const struct iphdr *ip = (const void *)(skb->data + IP);
	const struct udphdr *udp = (const void *)(ip + 1);

	if (large->sa.ipv6) {
		KUNIT_EXPECT_EQ(test, ntohs(ip6->payload_len),
				skb->len - IP - sizeof(*ip6));
		return;
	}
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), skb->len - IP);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(ip, ip->ihl), 0);
	if (!large->sa.udp_esp)
		return;
	KUNIT_EXPECT_EQ(test, ntohs(udp->len), skb->len - IP - sizeof(*ip));
	KUNIT_EXPECT_EQ(test, (__force u16)udp->check, 0);
}

/* Checks the identification of the outermost IPv4 header, which
 * expect_segment() does not compare with the segment of the core.
 */
static void expect_id(struct kunit *test, const struct sk_buff *skb,
		      const struct ext_case *large, unsigned int i)
{
	const struct iphdr *ip = (const void *)(skb->data + IP);
	u16 expected = large->nbl->ext_lso.same_id ? IP_ID : IP_ID + i;

	if (!large->sa.ipv6)
		KUNIT_EXPECT_EQ(test, ntohs(ip->id), expected);
}

static void expect_segment(struct kunit *test, struct ext_case *large,
			   struct sk_buff *core, unsigned int i)
{
	struct ov2_rig *b = large->pair.b;
	unsigned int at = clear_start(large);
	unsigned int len = core->len - at;
	unsigned int body = ALIGN(len + 2, 4);
	struct ov2_nbl *nbl;

	ov2_rig_loop(large->pair.a, b);
	nbl = ov2_rig_last_indicated(b);
	KUNIT_ASSERT_EQ(test, nbl->info[OV2_INFO_IPSEC], OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, large->seq + i);
	KUNIT_ASSERT_EQ(test, 0, skb_linearize(core));
	KUNIT_ASSERT_EQ(test, nbl->skb->len,
			start(large) + body + large->sa.icv_len);
	KUNIT_EXPECT_MEMEQ(test, nbl->skb->data + start(large),
			   core->data + at, len);
	KUNIT_EXPECT_EQ(test, nbl->skb->data[start(large) + body - 2],
			body - 2 - len);
	KUNIT_EXPECT_EQ(test, nbl->skb->data[start(large) + body - 1],
			next_header(large));
	expect_lengths(test, nbl->skb, large);
	expect_id(test, nbl->skb, large, i);
}

static void expect_segments(struct kunit *test, struct ext_case *large)
{
	struct sk_buff *list, *core;
	unsigned int i = 0;

	/* The core does not cut a packet of one segment. */
	if (segments(large) == 1)
		return;
	list = skb_gso_segment(large->clear, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(list));
	for (core = list; core; core = core->next)
		i++;
	KUNIT_EXPECT_EQ(test, i, segments(large));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&large->pair.a->wire), i);
	if (skb_queue_len(&large->pair.a->wire) == i)
		for (i = 0, core = list; core; core = core->next)
			expect_segment(test, large, core, i++);
	kfree_skb_list(list);
}

/* Sends the template, and returns the status with which it came back. */
static enum ov2_status send(struct ext_case *large)
{
	ov2_rig_send(large->pair.a, large->nbl);
	ov2_rig_wait_idle(large->pair.a);
	return ov2_rig_sent_status(large->nbl);
}

static void send_and_expect(struct kunit *test, struct ext_case *large,
			    bool paged)
{
	make(test, large, paged);
	large->nbl->ext_lso.same_id =
		!large->sa.tunnel && large->gso_type & SKB_GSO_TCP_FIXEDID;
	large->nbl->ext_lso.same_inner_id =
		large->sa.tunnel && large->gso_type & SKB_GSO_TCP_FIXEDID;
	KUNIT_ASSERT_EQ(test, (u32)send(large), (u32)OV2_STATUS_SUCCESS);
	expect_segments(test, large);
	ov2_rig_forget(large->pair.a);
	ov2_rig_forget(large->pair.b);
	large->seq += segments(large);
}

static void refused(struct kunit *test, struct ext_case *large)
{
	struct sk_buff *skb = large->nbl->skb;

	KUNIT_EXPECT_EQ(test, (u32)send(large), (u32)OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&large->pair.a->wire), 0);
	KUNIT_EXPECT_PTR_EQ(test, large->nbl->skb, skb);
}

/* Adds the SA, and sends TCP and UDP through it, linear and in pages. */
static void each_proto(struct kunit *test, struct ext_case *large)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	int i;

	ov2_pair_add(&large->pair, &large->sa);
	large->seq = ESP_SEQ;
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		large->proto = protos[i];
		send_and_expect(test, large, false);
		send_and_expect(test, large, true);
	}
	large->sa.spi++;
}

static void ext_transport(struct kunit *test)
{
	struct ext_case large = case_new(test);

	each_proto(test, &large);
	large.sa.udp_esp = OV2_UDP_ESP_TRANSPORT;
	each_proto(test, &large);
	large.sa.udp_esp = 0;
	large.sa.ipv6 = true;
	large.inner_ipv6 = true;
	each_proto(test, &large);
}

static void ext_tunnel(struct kunit *test)
{
	struct ext_case large = case_new(test);
	int i;

	large.sa.tunnel = true;
	for (i = 0; i < 4; i++) {
		large.sa.ipv6 = i & 1;
		large.inner_ipv6 = i & 2;
		each_proto(test, &large);
	}
	large.sa.ipv6 = false;
	large.inner_ipv6 = false;
	large.sa.udp_esp = OV2_UDP_ESP_TUNNEL;
	each_proto(test, &large);
}

/* With ESN a segment is sealed with a number of 64 bits, and the frame shows
 * only the low half. Each segment must be sealed with its own number.
 */
static void ext_esn(struct kunit *test)
{
	struct ext_case large = case_new(test);

	large.sa.esn = true;
	each_proto(test, &large);
}

/* With a cipher that ends later, the segments are the same, and leave in order.
 */
static void ext_late(struct kunit *test)
{
	struct ext_case large;
	int i;

	ov2_late_aead(test);
	large = case_new(test);
	for (i = 0; i < 3; i++)
		each_proto(test, &large);
}

#define FORMS	8

/* Returns a large packet of the form @form, and adds its SA. The packet is in
 * transport mode, or in a tunnel whose inner packet has the other family.
 */
static struct ext_case form_new(struct kunit *test, unsigned int form)
{
	struct ext_case large = case_new(test);

	large.sa.tunnel = form & 1;
	large.sa.ipv6 = form & 2;
	large.inner_ipv6 = large.sa.tunnel ^ large.sa.ipv6;
	large.proto = form & 4 ? IPPROTO_UDP : IPPROTO_TCP;
	large.sa.esn = form & 1;
	large.sa.seq_hi = large.sa.esn ? 5 : 0;
	ov2_pair_add(&large.pair, &large.sa);
	return large;
}

static void send_pinned(struct kunit *test, struct ext_case *large, bool paged)
{
	make(test, large, paged);
	ov2_seal_reset_ivs(large->pair.a, &large->sa);
	KUNIT_ASSERT_EQ(test, (u32)send(large), (u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_EQ(test, skb_queue_len(&large->pair.a->wire),
			segments(large));
}

/* A linear template, a template in pages, segments that are sealed one by one,
 * and a cipher that ends later give the same bytes, IV and ICV included.
 */
static void ext_same_bytes(struct kunit *test)
{
	int cpu = ov2_seal_on_one_cpu(test);
	struct ext_case *large, late;
	struct sk_buff_head *first;
	unsigned int i;

	large = kunit_kcalloc(test, FORMS, sizeof(*large), GFP_KERNEL);
	first = kunit_kcalloc(test, FORMS, sizeof(*first), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_ASSERT_NOT_NULL(test, first);
	for (i = 0; i < FORMS; i++) {
		large[i] = form_new(test, i);
		send_pinned(test, &large[i], false);
		skb_queue_head_init(&first[i]);
		skb_queue_splice_init(&large[i].pair.a->wire, &first[i]);
		send_pinned(test, &large[i], true);
		ov2_seal_expect_same(large[i].pair.a, &first[i]);
		ov2_seal_alone(&large[i].pair, &large[i].sa,
			       start(&large[i]) - ESP_HDRS, &first[i]);
		ov2_seal_expect_same(large[i].pair.a, &first[i]);
	}
	ov2_late_aead_on(test, cpu);
	for (i = 0; i < FORMS; i++) {
		late = form_new(test, i);
		send_pinned(test, &late, i & 1);
		ov2_seal_expect_same(late.pair.a, &first[i]);
		skb_queue_splice(&first[i], &large[i].pair.a->kept);
	}
}

/* With payloads of many lengths, the last segments and their trailers have many
 * lengths, too.
 */
static void ext_lengths(struct kunit *test)
{
	struct ext_case large = case_new(test);

	ov2_pair_add(&large.pair, &large.sa);
	for (large.len = MSS + 1; large.len <= 2 * MSS; large.len += 3)
		send_and_expect(test, &large, large.len & 1);
	large.mss = MSS + 1;
	for (large.len = MSS + 2; large.len <= 2 * MSS; large.len += 7)
		send_and_expect(test, &large, large.len & 1);
	large.len = 60000;
	large.mss = 1400;
	send_and_expect(test, &large, true);
}

/* The flags FIN, PSH and CWR of the segments are right. With
 * SKB_GSO_TCP_FIXEDID the IPv4 identification of the segments is right, too.
 */
static void ext_flags(struct kunit *test)
{
	static const u8 flags[] = { 0, 0x01, 0x08, 0x80, 0x89 };
	struct ext_case large = case_new(test);
	int i;

	ov2_pair_add(&large.pair, &large.sa);
	large.gso_type = SKB_GSO_TCP_ECN;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		large.flags = flags[i];
		send_and_expect(test, &large, false);
	}
	large.gso_type = SKB_GSO_TCP_FIXEDID;
	send_and_expect(test, &large, false);
	large.sa.tunnel = true;
	large.sa.spi++;
	ov2_pair_add(&large.pair, &large.sa);
	send_and_expect(test, &large, false);
}

#ifdef OV2_HAVE_GSO_ACCECN
/* With AccECN all segments keep the flag CWR. */
static void ext_accecn(struct kunit *test)
{
	struct ext_case large = case_new(test);

	ov2_pair_add(&large.pair, &large.sa);
	large.gso_type = SKB_GSO_TCP_ACCECN;
	make(test, &large, false);
	large.nbl->ext_lso.keep_cwr = true;
	KUNIT_ASSERT_EQ(test, (u32)send(&large), (u32)OV2_STATUS_SUCCESS);
	expect_segments(test, &large);
}
#endif

/* The engine refuses a tunnel without the extension (INV-26), another number of
 * segments than the extension says, and a wrong next header. An engine that
 * does not advertise the extension refuses a large send with the extension.
 */
static void ext_refused(struct kunit *test)
{
	struct ext_case large = case_new(test);
	const struct ov2_offload *had = large.pair.a->ad.hardware;
	struct ov2_offload hardware = *had;

	large.sa.tunnel = true;
	ov2_pair_add(&large.pair, &large.sa);
	make(test, &large, false);
	large.nbl->ext_lso.valid = false;
	refused(test, &large);
	make(test, &large, false);
	large.nbl->ext_lso.segments++;
	refused(test, &large);
	make(test, &large, false);
	large.nbl->info[OV2_INFO_IPSEC_HEADER] ^= IPPROTO_IPIP ^ IPPROTO_TCP;
	refused(test, &large);

	make(test, &large, false);
	hardware.extensions = 0;
	large.pair.a->ad.hardware = &hardware;
	refused(test, &large);
	large.pair.a->ad.hardware = had;
}

/* A template that lacks its last bytes is refused, and the engine reads nothing
 * beyond the bytes that are there.
 */
static void ext_cut(struct kunit *test)
{
	struct ext_case large = case_new(test);
	unsigned int len;

	large.sa.tunnel = true;
	ov2_pair_add(&large.pair, &large.sa);
	make(test, &large, false);
	len = large.nbl->skb->len;
	/* The last segment has 37 bytes of payload, and each template is cut by
	 * 37 bytes or more. So each template has fewer segments than the
	 * extension says.
	 */
	for (len -= 37; len > 0; len--) {
		make(test, &large, false);
		ov2_rig_cut(large.nbl->skb, len);
		refused(test, &large);
		ov2_rig_forget(large.pair.a);
	}
}

static struct kunit_case lso_ext_cases[] = {
	KUNIT_CASE(ext_transport),
	KUNIT_CASE(ext_tunnel),
	KUNIT_CASE(ext_esn),
	KUNIT_CASE(ext_late),
	KUNIT_CASE(ext_same_bytes),
	KUNIT_CASE(ext_lengths),
	KUNIT_CASE(ext_flags),
#ifdef OV2_HAVE_GSO_ACCECN
	KUNIT_CASE(ext_accecn),
#endif
	KUNIT_CASE(ext_refused),
	KUNIT_CASE(ext_cut),
	{}
};

static struct kunit_suite lso_ext_suite = {
	.name = "ov2_lso_ext",
	.test_cases = lso_ext_cases,
};

kunit_test_suite(lso_ext_suite);
