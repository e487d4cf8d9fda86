// SPDX-License-Identifier: GPL-2.0
/*
 * Each way to seal a frame gives the same bytes.
 *
 * The fast way cuts a large send, and seals its segments in place, with a
 * cipher that completes at once. The slow ways are a large send in pieces, a
 * large send with a cipher that completes later, a large send that a monitor
 * shows, and the segments one by one, as frames of their own. The segments of
 * one of the shapes get no memory from the page pool. All ways have the same
 * IVs, because the test resets the SA's counter before each way. AES-CBC is
 * missing here, because its IVs are random.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "../../unit/rig/large_send.h"
#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../../unit/rig/seal_again.h"
#include "../../unit/rig/shown.h"

#define SEGMENTS	4
#define ESP_HDRS	16
/* How many bytes ov2_large_in_pieces() may put into pages */
#define PIECES_MAX	2000U
/* A CPU does not keep the crypt (struct ov2_crypt) of a frame with this many
 * fragments, because this crypt is too large: it has a struct scatterlist, of
 * at least 16 bytes, for each fragment.
 */
#define MANY		300

/**
 * struct same_shape - what the frames look like
 * @name: for messages
 * @ipv6: the family
 * @esn: extended sequence numbers
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @encr: OV2_ENCR_*; default AES-GCM-128
 * @ah_auth: OV2_AUTH_* of AH, or 0
 * @mss: bytes of payload in a segment; default OV2_LARGE_MSS
 */
struct same_shape {
	const char *name;
	bool ipv6;
	bool esn;
	u32 udp_esp;
	u32 encr;
	u32 ah_auth;
	u32 mss;
};

static const struct same_shape shapes[] = {
	{ .name = "IPv4" },
	{ .name = "IPv6", .ipv6 = true },
	{ .name = "ESP in UDP", .udp_esp = OV2_UDP_ESP_TRANSPORT },
	{ .name = "ESN", .esn = true },
	{ .name = "AES-256", .encr = OV2_ENCR_AES_GCM_256 },
	{ .name = "ChaCha20", .encr = OV2_EXT_ENCR_CHACHA20_POLY1305 },
	{ .name = "AH", .ah_auth = OV2_AUTH_SHA_1 },
	{ .name = "AH, IPv6, ESN", .ipv6 = true, .esn = true,
	  .ah_auth = OV2_AUTH_SHA_1 },
	/* A page of the pool is too short for such a segment. */
	{ .name = "no page pool", .mss = SZ_32K },
};

static struct ov2_large large_new(struct kunit *test,
				  const struct same_shape *shape)
{
	u32 mss = shape->mss ?: OV2_LARGE_MSS;
	struct ov2_large large = ov2_large_new(test, SEGMENTS * mss - 37);

	large.mss = mss;
	large.sa.ipv6 = shape->ipv6;
	large.sa.esn = shape->esn;
	large.sa.seq_hi = shape->esn ? 5 : 0;
	large.sa.udp_esp = shape->udp_esp;
	if (shape->encr)
		large.sa.encr = shape->encr;
	large.sa.ah_auth = shape->ah_auth;
	large.sa.ah_spi = large.sa.spi;
	ov2_large_add(&large);
	return large;
}

static unsigned int esp_offset(const struct ov2_large *large)
{
	return ov2_large_tcp(large) - ESP_HDRS;
}

/* Sends the large send; its segments are on the wire of the sender then. */
static void send(struct kunit *test, struct ov2_large *large)
{
	ov2_seal_reset_ivs(large->a, &large->sa);
	KUNIT_ASSERT_EQ(test, (u32)ov2_large_send(large),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_EQ(test, skb_queue_len(&large->a->wire), SEGMENTS);
}

/* Sends the template in one piece. If @used is true, the engine's part of the
 * NBL (ov2_nbl.miniport) has bytes that are not 0, as if an earlier frame has
 * left them.
 */
static void send_fast(struct kunit *test, struct ov2_large *large, bool used)
{
	const struct sk_buff *skb;

	ov2_large_make(large);
	if (used)
		memset(large->nbl->miniport, 0xa5,
		       sizeof(large->nbl->miniport));
	send(test, large);
	/* The mark says that the memory of a frame came from the page pool. */
	skb_queue_walk(&large->a->wire, skb)
		KUNIT_EXPECT_EQ(test, (bool)skb->pp_recycle,
				large->mss < SZ_32K || PAGE_SIZE > SZ_32K);
}

static void send_pieces(struct kunit *test, struct ov2_large *large)
{
	unsigned int linear = ov2_large_tcp(large) + OV2_LARGE_TCP_LEN + 50;

	ov2_large_make(large);
	linear = max(linear, large->nbl->skb->len - PIECES_MAX);
	ov2_large_in_pieces(large, linear);
	KUNIT_ASSERT_NE(test, large->nbl->skb->data_len, 0);
	send(test, large);
}

/* One way after the other, with one SA */
static void same_bytes(struct kunit *test)
{
	struct sk_buff_head first;
	struct ov2_large large;
	struct ov2_pair pair;
	int i;

	ov2_seal_on_one_cpu(test);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		kunit_info(test, "%s\n", shapes[i].name);
		large = large_new(test, &shapes[i]);
		pair.a = large.a;
		pair.b = large.b;
		send_fast(test, &large, false);
		skb_queue_head_init(&first);
		skb_queue_splice_init(&large.a->wire, &first);

		send_pieces(test, &large);
		ov2_seal_expect_same(large.a, &first);
		send_fast(test, &large, true);
		ov2_seal_expect_same(large.a, &first);
		ov2_seal_alone(&pair, &large.sa, esp_offset(&large), &first);
		ov2_seal_expect_same(large.a, &first);
		skb_queue_splice(&first, &large.a->kept);
	}
}

static void send_each(struct kunit *test, struct ov2_large *large)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		large[i] = large_new(test, &shapes[i]);
		send_fast(test, &large[i], false);
	}
}

/* Makes the large sends of send_each() again, from other cards with other SAs.
 * Expects that the bytes are the same.
 */
static void expect_each(struct kunit *test, struct ov2_large *large)
{
	struct ov2_large other;
	int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		kunit_info(test, "%s\n", shapes[i].name);
		other = large_new(test, &shapes[i]);
		send_fast(test, &other, true);
		ov2_seal_expect_same(other.a, &large[i].a->wire);
	}
}

static struct ov2_large *larges_new(struct kunit *test)
{
	struct ov2_large *large = kunit_kcalloc(test, ARRAY_SIZE(shapes),
						sizeof(*large), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, large);
	return large;
}

/* Sends first with a cipher that completes at once, and then with a cipher that
 * completes later. Only AES-GCM is late.
 */
static void same_bytes_late(struct kunit *test)
{
	struct ov2_large *large = larges_new(test);
	int cpu = ov2_seal_on_one_cpu(test);

	send_each(test, large);
	ov2_late_aead_on(test, cpu);
	expect_each(test, large);
}

/* Sends first without a monitor, and then with a monitor. The monitor shows the
 * template and each segment.
 */
static void same_bytes_shown(struct kunit *test)
{
	struct ov2_large *large = larges_new(test);
	struct ov2_shown *shown;

	ov2_seal_on_one_cpu(test);
	send_each(test, large);
	shown = ov2_shown_new(test);
	expect_each(test, large);
	ov2_shown_settle(shown);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&shown->frames),
			ARRAY_SIZE(shapes) * (1 + SEGMENTS));
}

/* Moves the end of a frame into many fragments. */
static void in_fragments(struct kunit *test, struct sk_buff *skb,
			 unsigned int linear)
{
	unsigned int len = (skb->len - linear) / MANY;
	struct sk_buff **next = &skb_shinfo(skb)->frag_list;
	unsigned int at = linear;
	struct sk_buff *frag;
	int i;

	for (i = 0; i < MANY; i++) {
		if (i == MANY - 1)
			len = skb->len - at;
		frag = alloc_skb(len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, frag);
		skb_put_data(frag, skb->data + at, len);
		at += len;
		*next = frag;
		next = &frag->next;
	}
	skb->data_len = skb->len - linear;
	skb->truesize += skb->data_len;
	skb->tail -= skb->data_len;
}

/* Sends a frame whose crypt is so large that the CPU does not keep it. The CPU
 * frees its smaller crypt before this frame, so afterwards it keeps no crypt.
 */
static void empty_stock(struct kunit *test, struct ov2_large *large)
{
	const struct ov2_rig_frame frame = {
		.sa = &large->sa, .len = 4 * MANY,
	};
	struct ov2_nbl *nbl = ov2_rig_frame(large->a, &frame, 0);

	in_fragments(test, nbl->skb, ov2_large_tcp(large));
	ov2_rig_send(large->a, nbl);
	ov2_rig_wait_idle(large->a);
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	skb_queue_purge(&large->a->wire);
}

/* The first frame after empty_stock() gets a new crypt. Later frames get the
 * crypt that the frames of other SAs have used. The frames of each SA have
 * numbers of their own, and all SAs have one SPI.
 */
static void same_bytes_stock(struct kunit *test)
{
	struct ov2_large *large = larges_new(test);
	struct sk_buff_head *fresh;
	int i, j;

	ov2_seal_on_one_cpu(test);
	fresh = kunit_kcalloc(test, ARRAY_SIZE(shapes), sizeof(*fresh),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fresh);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		large[i] = large_new(test, &shapes[i]);
		large[i].seq += SEGMENTS * i;
		skb_queue_head_init(&fresh[i]);
		empty_stock(test, &large[i]);
		send_fast(test, &large[i], false);
		skb_queue_splice_init(&large[i].a->wire, &fresh[i]);
	}
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		for (j = 0; j < ARRAY_SIZE(shapes); j++) {
			send_fast(test, &large[j], false);
			ov2_seal_expect_same(large[j].a, &fresh[j]);
			send_fast(test, &large[i], false);
			ov2_seal_expect_same(large[i].a, &fresh[i]);
		}
	}
	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		skb_queue_splice(&fresh[i], &large[i].a->kept);
}

static struct kunit_case same_bytes_cases[] = {
	KUNIT_CASE(same_bytes),
	KUNIT_CASE(same_bytes_late),
	KUNIT_CASE(same_bytes_shown),
	KUNIT_CASE(same_bytes_stock),
	{}
};

static struct kunit_suite same_bytes_suite = {
	.name = "ov2_same_bytes",
	.test_cases = same_bytes_cases,
};

kunit_test_suite(same_bytes_suite);
