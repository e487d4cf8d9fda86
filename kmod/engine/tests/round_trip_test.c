// SPDX-License-Identifier: GPL-2.0
/* What one engine protects, another engine verifies and delivers. */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/unaligned.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../frame.h"

/**
 * struct pair - a sender, a receiver, and an SA between the two cards
 * @a: the sender
 * @b: the receiver
 * @sa: the SA, added at both
 * @seq: number of the last frame
 */
struct pair {
	struct ov2_rig *a;
	struct ov2_rig *b;
	struct ov2_rig_sa sa;
	u32 seq;
};

static void pair_init(struct kunit *test, struct pair *pair)
{
	pair->a = ov2_rig_new(test, &ov2_engine_miniport);
	pair->b = ov2_rig_new(test, &ov2_engine_miniport);
	pair->sa = (struct ov2_rig_sa)OV2_RIG_SA_GCM;
	pair->seq = 0;
	ov2_rig_add_outbound(pair->a, &pair->sa);
	ov2_rig_add_inbound(pair->b, &pair->sa);
}

static void pair_send(struct pair *pair, unsigned int len, u16 queue)
{
	struct ov2_rig_frame frame = {
		.sa = &pair->sa,
		.seq = ++pair->seq,
		.len = len,
	};
	struct ov2_nbl *nbl = ov2_rig_frame(pair->a, &frame, queue);

	ov2_rig_send(pair->a, nbl);
	ov2_rig_wait_idle(pair->a);
	KUNIT_ASSERT_EQ(pair->a->test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
}

/* Returns slot 1 of the frame that was received last. */
static unsigned long result_of(struct ov2_rig *rig)
{
	return ov2_rig_last_indicated(rig)->info[OV2_INFO_IPSEC];
}

/* SPI and number on the wire are those that the transport wrote (INV-22). */
static void wire_has_spi_and_seq(struct kunit *test)
{
	struct ov2_frame frame;
	struct pair pair;
	int i;

	pair_init(test, &pair);
	pair.seq = 0xfffffff0;
	for (i = 0; i < 8; i++) {
		pair_send(&pair, 10 * i, 0);
		ov2_frame_parse(pair.a->wire.prev, &frame);
		KUNIT_EXPECT_EQ(test, ntohl(frame.spi), pair.sa.spi);
		KUNIT_EXPECT_EQ(test, frame.seq, 0xfffffff1 + i);
	}
}

/* No frame is skipped because of its length (INV-32). */
static void every_frame_is_processed(struct kunit *test)
{
	struct pair pair;
	unsigned int len;

	pair_init(test, &pair);
	for (len = 0; len < 200; len++) {
		pair_send(&pair, len, len % OV2_RIG_QUEUES);
		ov2_rig_loop(pair.a, pair.b);
		KUNIT_EXPECT_EQ(test, result_of(pair.b), OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ(test,
				ov2_rig_last_indicated(pair.b)->ext_rx.seq64,
				pair.seq);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&pair.b->num_indicated), 200);
}

/* The engine delivers a replayed frame. To drop such a frame is the task of the
 * transport (INV-36).
 */
static void replay_is_delivered(struct kunit *test)
{
	struct pair pair;
	int i;

	pair_init(test, &pair);
	pair_send(&pair, 60, 0);
	for (i = 0; i < 3; i++) {
		ov2_rig_inject(pair.b, ov2_rig_wire_first(pair.a), 0);
		KUNIT_EXPECT_EQ(test, result_of(pair.b), OV2_RX_CRYPTO_DONE);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&pair.b->num_indicated), 3);
}

/* Received frames stay untouched while OFFLOAD_ENCAPSULATION is off (INV-41) or
 * OFFLOAD_PARAMETERS has disabled ESP.
 */
static void rests_when_off(struct kunit *test)
{
	struct pair pair;

	pair_init(test, &pair);
	pair_send(&pair, 60, 0);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_encapsulation(pair.b,
							 OV2_ENCAPSULATION_OFF),
			(u32)OV2_STATUS_SUCCESS);
	ov2_rig_inject(pair.b, ov2_rig_wire_first(pair.a), 0);
	KUNIT_EXPECT_EQ(test, result_of(pair.b), 0);
	ov2_rig_parameter(pair.b, OV2_PARAMETER_ESP_ENABLED);
	ov2_rig_inject(pair.b, ov2_rig_wire_first(pair.a), 0);
	KUNIT_EXPECT_EQ(test, result_of(pair.b), 0);

	ov2_rig_encapsulation(pair.b, OV2_ENCAPSULATION_ON);
	ov2_rig_inject(pair.b, ov2_rig_wire_first(pair.a), 0);
	KUNIT_EXPECT_EQ(test, result_of(pair.b), OV2_RX_CRYPTO_DONE);
	ov2_rig_parameter(pair.b, OV2_PARAMETER_DISABLED);
	ov2_rig_inject(pair.b, ov2_rig_wire_first(pair.a), 0);
	KUNIT_EXPECT_EQ(test, result_of(pair.b), 0);
}

/* Numbers, keys and handles are the same before and after a pause, at both ends
 * (INV-44).
 */
static void sa_outlives_pause(struct kunit *test)
{
	struct pair pair;
	int i;

	pair_init(test, &pair);
	for (i = 0; i < 3; i++) {
		pair_send(&pair, 60, 0);
		ov2_rig_loop(pair.a, pair.b);
		KUNIT_EXPECT_EQ(test, result_of(pair.b), OV2_RX_CRYPTO_DONE);
		ov2_rig_pause(pair.a);
		ov2_rig_pause(pair.b);
		ov2_rig_restart(pair.a);
		ov2_rig_restart(pair.b);
	}
}

#define SEVERAL		5
#define IV_FRAMES	64
#define IV_ADDS		4
#define IV_ALL		(IV_FRAMES * IV_ADDS)

static u64 iv_of(struct sk_buff *skb)
{
	struct ov2_frame frame;

	ov2_frame_parse(skb, &frame);
	return get_unaligned((u64 *)(skb->data + frame.ip + frame.ipsec + 8));
}

/* Each call sends the same numbers under the same key. Each number is sent
 * twice, because a packet may be duplicated below the transport.
 */
static void collect_ivs(struct pair *pair, u64 *ivs)
{
	int i;

	for (i = 0; i < IV_FRAMES; i++) {
		if (i == IV_FRAMES / 2) {
			ov2_rig_pause(pair->a);
			ov2_rig_restart(pair->a);
		}
		pair->seq = i / 2;
		pair_send(pair, 20, i % OV2_RIG_QUEUES);
		ivs[i] = iv_of(pair->a->wire.prev);
	}
	ov2_rig_forget(pair->a);
}

/* No IV comes twice under one key (INV-30), even with several queues, after a
 * pause, when numbers come again, and when the SA is added again.
 */
static void iv_never_repeats(struct kunit *test)
{
	u64 *ivs = kunit_kcalloc(test, IV_ALL, sizeof(*ivs), GFP_KERNEL);
	struct pair pair;
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, ivs);
	pair_init(test, &pair);
	for (i = 0; i < IV_ADDS; i++) {
		collect_ivs(&pair, ivs + i * IV_FRAMES);
		ov2_rig_delete(pair.a, pair.sa.out);
		ov2_rig_add_outbound(pair.a, &pair.sa);
	}
	for (i = 0; i < IV_ALL; i++)
		for (j = 0; j < i; j++)
			KUNIT_ASSERT_NE(test, ivs[i], ivs[j]);
}

/* Returns an NBL of several frames. The frame with the index @spoilt has a
 * wrong SPI; if @spoilt is 0, all frames have the right SPI.
 */
static struct ov2_nbl *several_frames(struct pair *pair, int spoilt)
{
	struct ov2_rig_frame frame = { .sa = &pair->sa, .len = 100 };
	struct ov2_nbl *nbl = ov2_rig_frame(pair->a, &frame, 0);
	struct sk_buff **link = &nbl->skb->next;
	int i;

	for (i = 1; i < SEVERAL; i++) {
		frame.seq = i;
		*link = skb_copy(ov2_rig_skb(pair->a, &frame), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(pair->a->test, *link);
		skb_set_network_header(*link, ETH_HLEN);
		if (i == spoilt)
			ov2_rig_flip(*link, ETH_HLEN + 20, 1);
		link = &(*link)->next;
	}
	return nbl;
}

/* All frames of an NBL are sent, in order (INV-24). */
static void all_frames_of_an_nbl(struct kunit *test)
{
	struct ov2_nbl *nbl;
	struct pair pair;
	int i;

	pair_init(test, &pair);
	nbl = several_frames(&pair, 0);
	ov2_rig_send(pair.a, nbl);
	ov2_rig_wait_idle(pair.a);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_EQ(test, atomic_read(&pair.a->num_wire), SEVERAL);
	for (i = 0; i < SEVERAL; i++) {
		ov2_rig_loop(pair.a, pair.b);
		KUNIT_EXPECT_EQ(test, result_of(pair.b), OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ(test,
				ov2_rig_last_indicated(pair.b)->ext_rx.seq64,
				i);
	}
}

/* If one frame of an NBL cannot be protected, no frame leaves (INV-29). */
static void all_frames_or_none(struct kunit *test)
{
	struct ov2_nbl *nbl;
	struct pair pair;
	int spoilt;

	pair_init(test, &pair);
	for (spoilt = 1; spoilt < SEVERAL; spoilt++) {
		nbl = several_frames(&pair, spoilt);
		ov2_rig_send(pair.a, nbl);
		ov2_rig_wait_idle(pair.a);
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_sent_status(nbl),
				(u32)OV2_STATUS_FAILURE);
		KUNIT_EXPECT_EQ(test, atomic_read(&pair.a->num_wire), 0);
	}
}

/* A bundle of AH and ESP counts once against the SA capacity (INV-15). */
static void bundle_takes_one_place(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_request *last;
	struct ov2_offload *hardware;
	struct ov2_rig_sa sa = {
		.spi = 0x1000, .ah_spi = 0x2000, .encr = OV2_ENCR_AES_GCM_128,
		.icv_len = 16, .ah_auth = OV2_AUTH_SHA_256,
	};
	int i;

	hardware = kunit_kmalloc(test, sizeof(*hardware), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, hardware);
	*hardware = *rig->ad.hardware;
	if (!hardware->ipsec_v2.ah_esp_combined)
		kunit_skip(test, "no bundles in the capabilities");
	hardware->ipsec_v2.sa_capacity = 3;
	rig->ad.hardware = hardware;
	for (i = 0; i < 3; i++, sa.spi++, sa.ah_spi++)
		ov2_rig_add_outbound(rig, &sa);
	last = ov2_rig_add_new(rig, &sa, false);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, last),
			(u32)OV2_STATUS_RESOURCES);
}

static struct kunit_case round_trip_cases[] = {
	KUNIT_CASE(wire_has_spi_and_seq),
	KUNIT_CASE(every_frame_is_processed),
	KUNIT_CASE(replay_is_delivered),
	KUNIT_CASE(rests_when_off),
	KUNIT_CASE(sa_outlives_pause),
	KUNIT_CASE(iv_never_repeats),
	KUNIT_CASE(all_frames_of_an_nbl),
	KUNIT_CASE(all_frames_or_none),
	KUNIT_CASE(bundle_takes_one_place),
	{}
};

static struct kunit_suite round_trip_suite = {
	.name = "ov2_round_trip",
	.test_cases = round_trip_cases,
};

kunit_test_suite(round_trip_suite);
