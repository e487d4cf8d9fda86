// SPDX-License-Identifier: GPL-2.0
/* A received frame gets the right records, and a frame that matches no SA stays
 * untouched.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/random_choice.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_pair.h"
#include "../../unit/rig/rig_request.h"
#include "../crypt.h"
#include "../engine_miniport.h"
#include "../sa.h"
#include "../sa_table.h"
#include "../step.h"
#include "../../ov2/records.h"
#include "../../watch/counters.h"

#define IP		ETH_HLEN
#define ESP		(ETH_HLEN + 20)
#define ICV_LEN		16

/* Values of slot 1 on receive (ipsecov2.rst 1.3) */
#define UNTOUCHED	0x00000000
#define ONE_GOOD	0x00000002
#define BOTH_GOOD	0x00000006
#define TRANSPORT_BAD	0x00030002
#define TUNNEL_BAD	0x00050002
#define INNER_BAD	0x00030006
#define BAD_SYNTAX	0x00060002
#define BAD_PROTOCOL	0x00070002
#define INNER_SYNTAX	0x00060006
#define INNER_PROTOCOL	0x00070006

/* A frame that comes again is good again (INV-36), and a frame with a flipped
 * bit gets the right code (INV-33). Both frames are delivered whole (INV-39).
 */
static void receive_single(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };
	struct sk_buff *skb;
	struct ov2_nbl *nbl;

	ov2_pair_add(&pair, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
	nbl = ov2_rig_last_indicated(pair.b);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC_HEADER], 0x00010211);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.handle, sa.in);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, 1);
	KUNIT_EXPECT_EQ(test, nbl->skb->len, skb->len);

	KUNIT_EXPECT_EQ(test,
			ov2_pair_word_flipped(&pair, skb, skb->len - 1, 0x80),
			TRANSPORT_BAD);
	nbl = ov2_rig_last_indicated(pair.b);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC_HEADER], 0);
	KUNIT_EXPECT_EQ(test, nbl->skb->len, skb->len);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&pair.a->ad, OV2_CNT_TX_BYTES),
			skb->len);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&pair.b->ad, OV2_CNT_RX_PKTS),
			2);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&pair.b->ad, OV2_CNT_RX_BYTES),
			2 * skb->len);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&pair.b->ad,
					       OV2_CNT_RX_AUTH_FAILED), 1);
}

/* An SA that names a sender is only for the packets of this sender (INV-31).
 * The ICV does not prove the sender, because ESP does not cover the IP header.
 */
static void receive_source(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };
	struct ov2_rig_request *rr;
	struct sk_buff *skb;
	unsigned int src;
	int ipv6;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		sa.ipv6 = ipv6;
		ov2_pair_add(&pair, &sa);
		skb = ov2_pair_protect(&pair, &frame);
		src = IP + (ipv6 ? offsetof(struct ipv6hdr, saddr) + 15 :
				   offsetof(struct iphdr, saddr) + 3);
		KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
		KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, skb, src, 4),
				UNTOUCHED);
		ov2_rig_delete(pair.b, sa.in);

		/* Zero stands for any sender. */
		rr = ov2_rig_add_new(pair.b, &sa, true);
		memset(&rr->add.v6.src, 0, sizeof(rr->add.v6.src));
		if (!ipv6)
			rr->add.v4.dst = ov2_rig_ipv4(sa.net, 2);
		KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
				(u32)OV2_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, skb, src, 4),
				ONE_GOOD);
		ov2_rig_delete(pair.b, rr->add.handle);
	}
}

/* Only a verified number moves the window. If the engine moved the window for a
 * forged number that is far ahead, it would infer a wrong high half for the
 * next genuine number.
 */
static void receive_bad_moves_nothing(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1000, .len = 60 };
	struct sk_buff *skb;
	int i;

	sa.esn = true;
	ov2_pair_add(&pair, &sa);
	for (i = 0; i < 3; i++) {
		skb = ov2_pair_protect(&pair, &frame);
		KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
		KUNIT_EXPECT_EQ(test,
				ov2_rig_last_indicated(pair.b)->ext_rx.seq64,
				frame.seq);

		frame.seq += 0x90000000;
		skb = ov2_pair_protect(&pair, &frame);
		KUNIT_EXPECT_EQ(test,
				ov2_pair_word_flipped(&pair, skb, skb->len - 1,
						      1), TRANSPORT_BAD);
		frame.seq -= 0x90000000 - 1;
	}
}

/* With a flipped bit in sequence number, IV, ciphertext or ICV, slot 1 is
 * TRANSPORT_BAD (INV-33). With a flipped bit in the SPI the frame is left
 * untouched (INV-31).
 */
static void receive_flipped(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 30 };
	struct sk_buff *skb;
	unsigned int at;

	ov2_pair_add(&pair, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	for (at = ESP; at < skb->len; at++)
		KUNIT_EXPECT_EQ_MSG(test,
				    ov2_pair_word_flipped(&pair, skb, at,
							  1 << at % 8),
				    at < ESP + 4 ? UNTOUCHED : TRANSPORT_BAD,
				    "byte %u", at);
}

/* A frame that is cut at any byte stays untouched. If the length in the IP
 * header is corrected, and the SPI is there, the frame has bad syntax or a
 * wrong ICV (INV-34).
 */
static void receive_cut(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 30 };
	unsigned int len, least = ESP + 8 + 8 + 2 + ICV_LEN;
	struct sk_buff *skb;
	struct iphdr *ip;
	u32 word;

	ov2_pair_add(&pair, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	ip = (struct iphdr *)(skb->data + IP);
	for (len = skb->len - 1; len > 0; len--) {
		ov2_rig_cut(skb, len);
		KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), UNTOUCHED);
		if (len < ESP)
			continue;
		ip->tot_len = htons(len - IP);
		word = ov2_pair_word(&pair, skb);
		/* The IP length is larger than the frame. */
		ip->tot_len = htons(1000);
		KUNIT_EXPECT_EQ_MSG(test, word, len < ESP + 4 ? UNTOUCHED :
				    len < least ? BAD_SYNTAX : TRANSPORT_BAD,
				    "cut to %u", len);
	}
}

static void nested_sas(struct ov2_rig_sa *outer, struct ov2_rig_sa *inner)
{
	*outer = (struct ov2_rig_sa)OV2_RIG_SA_GCM;
	outer->tunnel = true;
	*inner = (struct ov2_rig_sa)OV2_RIG_SA_GCM;
	inner->spi = 0x2000;
	inner->net = 1;
	inner->key = 7;
}

/* In a nested frame the engine checks both SAs (INV-28). The engine processes
 * every frame that matches an SA (INV-32). NextCryptoDone is set only if
 * CryptoDone is set (INV-2).
 */
static void receive_nested(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa outer, inner;
	struct ov2_rig_frame frame = {
		.sa = &inner, .tunnel = &outer, .seq = 5, .tunnel_seq = 9,
		.len = 40,
	};
	struct sk_buff *skb;
	struct ov2_nbl *nbl;

	nested_sas(&outer, &inner);
	ov2_pair_add(&pair, &outer);
	ov2_rig_add_outbound(pair.a, &inner);
	skb = ov2_pair_protect(&pair, &frame);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
	KUNIT_EXPECT_EQ(test,
			ov2_pair_word_flipped(&pair, skb, skb->len - 1, 1),
			TUNNEL_BAD);

	inner.key++;
	ov2_rig_add_inbound(pair.b, &inner);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), INNER_BAD);
	KUNIT_EXPECT_EQ(test,
			ov2_pair_word_flipped(&pair, skb, skb->len - 1, 1),
			TUNNEL_BAD);
	ov2_rig_delete(pair.b, inner.in);

	inner.key--;
	ov2_rig_add_inbound(pair.b, &inner);
	nbl = ov2_rig_inject(pair.b, skb, 0);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], BOTH_GOOD);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.handle, outer.in);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, 9);
	/* HeaderInfoSet is set, and the next header of the outer trailer is
	 * IPv4. The pad length is not compared.
	 */
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC_HEADER] & 0xff00ff,
			0x00010004);
}

/* Returns slot 1 of a frame that only the outer SA protects. The packet inside
 * the tunnel has the protocol @proto, and its bytes count up from @first.
 */
static u32 word_of_inner(struct ov2_pair *pair, struct ov2_rig_sa *outer,
			 u8 proto,
			 unsigned int len, u8 first)
{
	struct ov2_rig_frame frame = {
		.sa = outer, .seq = first, .len = len, .proto = proto,
	};

	return ov2_pair_word(pair, ov2_pair_protect(pair, &frame));
}

/* Slot 1 is right if the packet inside the tunnel has ESP that is too short,
 * ESP with a wrong ICV, AH with the SPI of an ESP SA, or UDP.
 */
static void receive_nested_structure(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa outer, inner;
	unsigned int len;

	nested_sas(&outer, &inner);
	ov2_pair_add(&pair, &outer);
	/* The network that rig_frame.c uses for packets inside a tunnel */
	inner.net = 200;
	/* word_of_inner() makes bytes that count up from 0x11 here */
	inner.spi = 0x11121314;
	ov2_rig_add_inbound(pair.b, &inner);
	for (len = 0; len < 60; len++)
		KUNIT_EXPECT_EQ_MSG(test,
				    word_of_inner(&pair, &outer, IPPROTO_ESP,
						  len, 0x11),
				    len < 4 ? ONE_GOOD :
				    len < 34 ? INNER_SYNTAX : INNER_BAD,
				    "%u bytes", len);
	/* The SPI of AH is behind next header, length and reserved */
	KUNIT_EXPECT_EQ(test, word_of_inner(&pair, &outer, IPPROTO_AH, 40,
					    0x0d), INNER_PROTOCOL);
	KUNIT_EXPECT_EQ(test, word_of_inner(&pair, &outer, IPPROTO_UDP, 40,
					    0x11), ONE_GOOD);
}

/* NextCryptoDone is not set if a tunnel is inside a tunnel, or if the add of
 * one of the SAs says "single".
 */
static void receive_never_nested(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa outer, inner;
	struct ov2_rig_frame frame = {
		.sa = &inner, .tunnel = &outer, .seq = 5, .len = 40,
	};
	struct ov2_rig_request *rr;
	struct sk_buff *skb;

	nested_sas(&outer, &inner);
	ov2_pair_add(&pair, &outer);
	ov2_rig_add_outbound(pair.a, &inner);
	skb = ov2_pair_protect(&pair, &frame);

	inner.tunnel = true;
	ov2_rig_add_inbound(pair.b, &inner);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
	ov2_rig_delete(pair.b, inner.in);

	inner.tunnel = false;
	rr = ov2_rig_add_new(pair.b, &inner, true);
	rr->ext.single = true;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
	ov2_rig_delete(pair.b, rr->add.handle);

	ov2_rig_add_inbound(pair.b, &inner);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), BOTH_GOOD);
	ov2_rig_delete(pair.b, outer.in);
	rr = ov2_rig_add_new(pair.b, &outer, true);
	rr->ext.single = true;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), ONE_GOOD);
}

/* If the add names no mode, the engine derives the mode from the last good
 * frame, and uses this mode for the status of bad frames (Q2).
 */
static void receive_mode_derived(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 40 };
	struct ov2_rig_request *rr;
	struct sk_buff *tunnel, *transport;

	ov2_rig_add_outbound(pair.a, &sa);
	transport = ov2_pair_protect(&pair, &frame);
	sa.tunnel = true;
	tunnel = ov2_pair_protect(&pair, &frame);
	rr = ov2_rig_add_new(pair.b, &sa, true);
	rr->ext.mode = OV2_SA_MODE_UNKNOWN;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
			(u32)OV2_STATUS_SUCCESS);

	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, tunnel, ESP + 9, 1),
			TRANSPORT_BAD);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, tunnel), ONE_GOOD);
	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, tunnel, ESP + 9, 1),
			TUNNEL_BAD);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, transport), ONE_GOOD);
	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, tunnel, ESP + 9, 1),
			TRANSPORT_BAD);
}

/* AH that has the SPI of an ESP SA is an invalid protocol (INV-35). */
static void receive_ah_on_esp(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa ah = {
		.ah_only = true, .ah_auth = OV2_AUTH_SHA_1, .ah_spi = 0x1000,
	};
	struct ov2_rig_frame frame = { .sa = &ah, .len = 40 };

	ov2_rig_add_inbound(pair.b, &sa);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, ov2_rig_skb(pair.b, &frame)),
			BAD_PROTOCOL);
	ah.ah_spi++;
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, ov2_rig_skb(pair.b, &frame)),
			UNTOUCHED);
}

/* ESP that has the SPI of an AH SA is an invalid protocol, too. For the second
 * frame the engine finds the SA in the memo of the queue (sa_memo.c).
 */
static void receive_esp_on_ah(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa ah = {
		.ah_only = true, .ah_auth = OV2_AUTH_SHA_1, .ah_spi = 0x1000,
	};
	struct ov2_rig_frame frame = { .sa = &sa, .len = 40 };
	int i;

	ov2_rig_add_inbound(pair.b, &ah);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test,
				ov2_pair_word(&pair,
					      ov2_rig_skb(pair.b, &frame)),
				BAD_PROTOCOL);
}

/* Frames of all four forms of UDP-ESP (ipsecov2.rst 2.9) are opened. */
static void receive_udp_esp(struct kunit *test)
{
	static const u32 types[][3] = {
		/* Type of the outermost SA, type of the SA inside the tunnel
		 * (~0U = no such SA), word of slot 1
		 */
		{ OV2_UDP_ESP_TRANSPORT, ~0U, ONE_GOOD },
		{ OV2_UDP_ESP_TUNNEL, ~0U, ONE_GOOD },
		{ OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL, 0, BOTH_GOOD },
		{ 0, OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL, BOTH_GOOD },
	};
	struct ov2_rig_sa outer, inner;
	struct ov2_rig_frame frame;
	struct ov2_pair pair;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		pair = ov2_pair_new(test);
		nested_sas(&outer, &inner);
		outer.udp_esp = types[i][0];
		outer.tunnel = outer.udp_esp != OV2_UDP_ESP_TRANSPORT;
		frame = (struct ov2_rig_frame){ .sa = &outer, .len = 50 };
		ov2_pair_add(&pair, &outer);
		if (types[i][1] != ~0U) {
			inner.udp_esp = types[i][1];
			ov2_pair_add(&pair, &inner);
			frame.sa = &inner;
			frame.tunnel = &outer;
		}
		skb = ov2_pair_protect(&pair, &frame);
		KUNIT_EXPECT_EQ_MSG(test, ov2_pair_word(&pair, skb),
				    types[i][2], "type %d", i);
	}
}

/* UDP-ESP of the type OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL belongs inside a
 * tunnel. An outermost packet with UDP does not match an SA of this type.
 */
static void receive_udp_outermost(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 50 };
	struct sk_buff *skb;

	sa.udp_esp = OV2_UDP_ESP_TRANSPORT;
	ov2_rig_add_outbound(pair.a, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	sa.udp_esp = OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL;
	ov2_rig_add_inbound(pair.b, &sa);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), UNTOUCHED);
}

/* A frame that was sent comes back with the records of the send. No handle is
 * left in the records of receive (INV-7).
 */
static void receive_reflected(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_frame frame = { .len = 40 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);
	int i;

	for (i = 0; i < OV2_INFO_MAX; i++)
		nbl->info[i] = 0xdead0000 + i;
	ov2_rig_receive(rig, nbl);
	ov2_rig_wait_idle(rig);
	for (i = 0; i < OV2_INFO_MAX; i++)
		KUNIT_EXPECT_EQ(test, nbl->info[i], 0);
}

/* NBLs come back in the order of the queue, whichever cipher completes first.
 * Both headers of each frame are verified.
 */
static void receive_late(struct kunit *test)
{
	struct ov2_rig_sa outer, inner;
	struct ov2_rig_frame frame = {
		.sa = &inner, .tunnel = &outer, .len = 40,
	};
	struct ov2_nbl *nbl;
	struct ov2_pair pair;
	u32 n;

	ov2_late_aead(test);
	pair = ov2_pair_new(test);
	nested_sas(&outer, &inner);
	ov2_pair_add(&pair, &outer);
	ov2_pair_add(&pair, &inner);
	for (n = 1; n <= 200; n++) {
		frame.seq = n;
		frame.tunnel_seq = n;
		ov2_rig_send(pair.a, ov2_rig_frame(pair.a, &frame, 0));
	}
	ov2_rig_wait_idle(pair.a);
	KUNIT_ASSERT_EQ(test, skb_queue_len(&pair.a->wire), 200);
	while (!skb_queue_empty(&pair.a->wire))
		ov2_rig_receive(pair.b,
				ov2_rig_nbl(pair.b,
					    skb_dequeue(&pair.a->wire), 0));
	ov2_rig_wait_idle(pair.b);

	n = 0;
	list_for_each_entry(nbl, &pair.b->indicated, link) {
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], BOTH_GOOD);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, ++n);
	}
	KUNIT_EXPECT_EQ(test, n, 200);
}

#define WAYS_ROUNDS	300

/* Seals a frame with the pad length @pad, which may be wrong. The send path
 * would drop a frame with a wrong pad length, so this function does not use the
 * send path.
 */
static struct sk_buff *sealed_with_pad(struct ov2_pair *pair,
				       const struct ov2_rig_frame *frame,
				       u8 pad)
{
	struct ov2_nbl *nbl = ov2_rig_frame(pair->a, frame, 0);
	struct ov2_job job = {
		.nbl = nbl,
		.skb = nbl->skb,
		.ip = IP,
		.header = ESP,
		.end = nbl->skb->len,
		.seq = (u64)frame->sa->seq_hi << 32 | frame->seq,
	};

	nbl->skb->data[job.end - ICV_LEN - 2] = pad;
	local_bh_disable();
	job.member = ov2_sa_find(&pair->a->ad, frame->sa->out)->member;
	KUNIT_EXPECT_EQ(pair->a->test, ov2_step_seal(&job), 0);
	local_bh_enable();
	return nbl->skb;
}

/* Changes something in half of the frames. In case 3 the frame stays good,
 * because Ethernet may pad a frame behind the IP packet.
 */
static void spoil_received(struct sk_buff *skb)
{
	struct iphdr *ip = (void *)skb->data + IP;

	switch (ov2_below(8)) {
	case 0:
		ov2_rig_flip(skb, ESP + ov2_below(skb->len - ESP),
			     1 << ov2_below(8));
		break;
	case 1:
		ov2_rig_flip(skb, ov2_below(ESP), 1 << ov2_below(8));
		break;
	case 2:
		ip->tot_len = htons(ntohs(ip->tot_len) - ov2_below(60));
		break;
	case 3:
		skb_put_zero(skb, min(skb_tailroom(skb),
				      1 + (int)ov2_below(18)));
		break;
	}
}

static void ways_agree(struct kunit *test, bool cbc)
{
	struct ov2_rig *long_way = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_pair pair = ov2_pair_new(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa };
	struct ov2_nbl *nbl, *other;
	struct ov2_rig_request *rr;
	struct sk_buff *skb;
	int i, n;

	sa.tunnel = true;
	sa.esn = ov2_below(2);
	if (cbc) {
		sa.encr = OV2_ENCR_AES_CBC_128;
		sa.auth = OV2_AUTH_SHA_256;
	}
	ov2_rig_add_outbound(pair.a, &sa);
	rr = ov2_rig_add_new(pair.b, &sa, true);
	rr->ext.single = true;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
			(u32)OV2_STATUS_SUCCESS);
	/* Without "single" the engine looks for an SA inside the tunnel. */
	ov2_rig_add_inbound(long_way, &sa);

	for (n = 0; n < WAYS_ROUNDS; n++) {
		frame.seq = n + 1;
		frame.len = ov2_below(100);
		skb = sealed_with_pad(&pair, &frame,
				      ov2_below(8) << ov2_below(6));
		spoil_received(skb);
		nbl = ov2_rig_inject(pair.b, skb, 0);
		other = ov2_rig_inject(long_way, skb, 0);
		for (i = 0; i < OV2_INFO_MAX; i++)
			KUNIT_EXPECT_EQ(test, nbl->info[i], other->info[i]);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, other->ext_rx.seq64);
		KUNIT_ASSERT_EQ(test, nbl->skb->len, other->skb->len);
		KUNIT_EXPECT_MEMEQ(test, nbl->skb->data, other->skb->data,
				   skb->len);
	}
	for (i = OV2_CNT_NONE + 1; i < OV2_CNT_MAX; i++)
		KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(&pair.b->ad, i),
				    ov2_counter_read(&long_way->ad, i), "%s",
				    ov2_counter_name(i));
	KUNIT_EXPECT_NE(test, ov2_counter_read(&long_way->ad, OV2_CNT_RX_PKTS),
			0);
	KUNIT_EXPECT_NE(test, ov2_counter_read(&long_way->ad,
					       OV2_CNT_RX_BAD_SYNTAX), 0);
}

/* If the add of an ESP SA says "single", the frames of the SA go a shorter way.
 * The records, bytes and counters are the same as on the long way.
 */
static void receive_ways_agree(struct kunit *test)
{
	ov2_random_start(test);
	ways_agree(test, false);
	ways_agree(test, true);
}

static struct kunit_case engine_receive_cases[] = {
	KUNIT_CASE(receive_single),
	KUNIT_CASE(receive_source),
	KUNIT_CASE(receive_bad_moves_nothing),
	KUNIT_CASE(receive_flipped),
	KUNIT_CASE(receive_cut),
	KUNIT_CASE(receive_nested),
	KUNIT_CASE(receive_nested_structure),
	KUNIT_CASE(receive_never_nested),
	KUNIT_CASE(receive_mode_derived),
	KUNIT_CASE(receive_ah_on_esp),
	KUNIT_CASE(receive_esp_on_ah),
	KUNIT_CASE(receive_udp_esp),
	KUNIT_CASE(receive_udp_outermost),
	KUNIT_CASE(receive_reflected),
	KUNIT_CASE(receive_late),
	KUNIT_CASE(receive_ways_agree),
	{}
};

static struct kunit_suite engine_receive_suite = {
	.name = "ov2_engine_receive",
	.test_cases = engine_receive_cases,
};

kunit_test_suite(engine_receive_suite);
