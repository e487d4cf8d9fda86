// SPDX-License-Identifier: GPL-2.0
/*
 * Frames with AH alone, and frames with AH and ESP, give the right records.
 *
 * The tests are about good frames (INV-28), frames with a flipped bit (INV-33),
 * frames that are cut (INV-34), and frames that have the SPI of an SA of the
 * other protocol (INV-35).
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_pair.h"
#include "../../unit/rig/rig_request.h"

/* The tests compare slot 1 with values of ipsecov2.rst 1.3: 2 means that one SA
 * was checked, and 6 means that two SAs were checked. The upper half is the
 * CryptoStatus.
 */

#define AH_SPI	0x3000

static struct ov2_pair pair_with_ah(struct kunit *test)
{
	struct ov2_pair pair = ov2_pair_new(test);

	if (!pair.a->ad.hardware->ipsec_v2.ah_esp_combined)
		kunit_skip(test, "no AH");
	return pair;
}

static struct ov2_rig_sa bundle(bool ah_only, bool tunnel, bool ipv6)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	sa.ah_only = ah_only;
	sa.ah_auth = OV2_AUTH_SHA_1;
	sa.ah_spi = AH_SPI;
	sa.tunnel = tunnel;
	sa.ipv6 = ipv6;
	return sa;
}

/* Bytes from the frame's start to the outermost AH header */
static unsigned int ah_at(const struct ov2_rig_sa *sa)
{
	return ETH_HLEN + (sa->ipv6 ? sizeof(struct ipv6hdr) :
				      sizeof(struct iphdr));
}

/* The receiver gets a good frame. Then it gets copies of this frame, and in
 * each copy a bit of a different field is flipped. NextCryptoDone stays 0,
 * because a bundle is one SA.
 */
static void expect_rows(struct kunit *test, struct ov2_rig_sa sa)
{
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };
	u32 bad = sa.tunnel ? 0x00040002 : 0x00020002;
	struct ov2_pair pair = pair_with_ah(test);
	struct sk_buff *skb;
	struct ov2_nbl *nbl;

	ov2_pair_add(&pair, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	nbl = ov2_rig_inject(pair.b, skb, 0);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], 0x00000002);
	KUNIT_EXPECT_EQ(test, !nbl->info[OV2_INFO_IPSEC_HEADER], sa.ah_only);
	KUNIT_EXPECT_EQ(test, nbl->skb->len, skb->len);
	/* AH covers the last byte of the frame and AH's sequence number */
	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, skb, skb->len - 1,
						    1), bad);
	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, skb, ah_at(&sa) + 11,
						    1), bad);
	/* With another SPI no SA is found, so the frame stays untouched */
	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, skb, ah_at(&sa) + 7,
						    1), 0);
	/* A wrong length of AH is invalid packet syntax */
	KUNIT_EXPECT_EQ(test,
			ov2_pair_word_flipped(&pair, skb, ah_at(&sa) + 1, 1),
			0x00060002);
	/* The next header of AH is changed. In a bundle the engine then finds
	 * no ESP, which is an invalid protocol. With AH alone the ICV is wrong,
	 * because AH covers the field.
	 */
	KUNIT_EXPECT_EQ(test, ov2_pair_word_flipped(&pair, skb, ah_at(&sa), 1),
			sa.ah_only ? bad : 0x00070002);
}

/* AH alone and a bundle, in both modes and both families */
static void bundle_rows(struct kunit *test)
{
	int i;

	for (i = 0; i < 8; i++)
		expect_rows(test, bundle(i & 1, i & 2, i & 4));
}

/* AH and ESP of one frame have different numbers. The engine tells the
 * transport the number of AH, because AH is the outermost header.
 */
static void bundle_two_numbers(struct kunit *test)
{
	struct ov2_rig_frame frame = { .seq = 7, .len = 60 };
	struct ov2_pair pair = pair_with_ah(test);
	struct ov2_rig_sa sa;
	struct ov2_nbl *nbl;
	__be32 *esp;
	int ipv6;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		sa = bundle(false, false, ipv6);
		frame.sa = &sa;
		ov2_pair_add(&pair, &sa);
		nbl = ov2_rig_frame(pair.a, &frame, 0);
		/* 12 bytes of AH's header, 12 of its ICV */
		esp = (__be32 *)(nbl->skb->data + ah_at(&sa) + 24);
		KUNIT_ASSERT_EQ(test, ntohl(esp[0]), sa.spi);
		KUNIT_ASSERT_EQ(test, ntohl(esp[1]), 7);
		esp[1] = htonl(9);
		ov2_rig_send(pair.a, nbl);
		ov2_rig_wait_idle(pair.a);
		KUNIT_ASSERT_EQ(test, (u32)ov2_rig_sent_status(nbl),
				(u32)OV2_STATUS_SUCCESS);
		nbl = ov2_rig_inject(pair.b, skb_peek_tail(&pair.a->wire), 0);
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], 2);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, 7);
		ov2_rig_delete(pair.b, sa.in);
	}
}

/* The ICV of AH is right. The ICV of ESP is wrong, because the receiver has
 * another key for ESP.
 */
static void bundle_esp_bad(struct kunit *test)
{
	struct ov2_rig_sa sa = bundle(false, false, false);
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };
	struct ov2_pair pair = pair_with_ah(test);
	struct ov2_rig_request *rr;
	struct sk_buff *skb;

	ov2_rig_add_outbound(pair.a, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	rr = ov2_rig_add_new(pair.b, &sa, true);
	/* The key area begins with ESP's key */
	rr->keys[0] ^= 1;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), 0x00030002);
	ov2_rig_delete(pair.b, rr->add.handle);
	sa.tunnel = true;
	rr = ov2_rig_add_new(pair.b, &sa, true);
	rr->keys[0] ^= 1;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(pair.b, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), 0x00050002);
}

/* A frame of a bundle is cut at any byte behind the IP header. The frame has
 * bad syntax, fails AH's check, or is left untouched (INV-34).
 */
static void bundle_cut(struct kunit *test)
{
	struct ov2_rig_sa sa = bundle(false, false, false);
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 20 };
	unsigned int at = ah_at(&sa), esp = at + 24;
	struct ov2_pair pair = pair_with_ah(test);
	struct sk_buff *skb;
	struct iphdr *ip;
	unsigned int len;

	ov2_pair_add(&pair, &sa);
	skb = ov2_pair_protect(&pair, &frame);
	ip = (struct iphdr *)(skb->data + ETH_HLEN);
	for (len = skb->len - 1; len >= at; len--) {
		ov2_rig_cut(skb, len);
		KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, skb), 0);
		ip->tot_len = htons(len - ETH_HLEN);
		KUNIT_EXPECT_EQ_MSG(test, ov2_pair_word(&pair, skb),
				    len < at + 12 ? 0 :
				    len < esp + 8 + 8 + 2 + 16 ? 0x00060002 :
				    0x00020002, "cut to %u", len);
		/* The IP length is larger than the frame. */
		ip->tot_len = htons(1000);
	}
}

/* An ESP SA and an AH SA share an SPI. The engine prefers the SA of the frame's
 * protocol. If only the SA of the other protocol is there, the frame gets the
 * code for an invalid protocol (INV-35).
 */
static void bundle_spi_shared(struct kunit *test)
{
	struct ov2_rig_sa ah = bundle(true, false, false);
	struct ov2_rig_sa esp = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &ah, .seq = 1, .len = 60 };
	struct ov2_pair pair = pair_with_ah(test);
	struct sk_buff *with_ah, *with_esp;

	esp.spi = AH_SPI;
	ov2_pair_add(&pair, &esp);
	ov2_rig_add_outbound(pair.a, &ah);
	with_ah = ov2_pair_protect(&pair, &frame);
	frame.sa = &esp;
	with_esp = ov2_pair_protect(&pair, &frame);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, with_ah), 0x00070002);
	ov2_rig_add_inbound(pair.b, &ah);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, with_ah), 0x00000002);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, with_esp), 0x00000002);
	ov2_rig_delete(pair.b, esp.in);
	KUNIT_EXPECT_EQ(test, ov2_pair_word(&pair, with_esp), 0x00070002);
}

/* The inner SA and the outer SA are each AH, ESP or both. The test tries all
 * nine forms (INV-28). First the receiver has no inner SA, then an inner SA
 * with a wrong key, and then the right inner SA. Last, a bit of the frame is
 * flipped, and the outer SA finds this.
 */
static void bundle_nested(struct kunit *test)
{
	struct ov2_rig_sa inner, outer;
	struct ov2_rig_frame frame = {
		.sa = &inner, .tunnel = &outer, .seq = 3, .tunnel_seq = 4,
		.len = 60,
	};
	struct sk_buff *skb;
	struct ov2_pair pair;
	int i;

	for (i = 0; i < 9; i++) {
		pair = pair_with_ah(test);
		inner = bundle(i % 3 == 1, false, i & 1);
		outer = bundle(i / 3 == 1, true, i & 2);
		if (i % 3 == 2)
			inner.ah_auth = 0;
		if (i / 3 == 2)
			outer.ah_auth = 0;
		inner.net = 1;
		inner.key = 5;
		ov2_pair_add(&pair, &outer);
		ov2_rig_add_outbound(pair.a, &inner);
		skb = ov2_pair_protect(&pair, &frame);
		KUNIT_EXPECT_EQ_MSG(test, ov2_pair_word(&pair, skb), 2,
				    "form %d", i);
		inner.key++;
		ov2_rig_add_inbound(pair.b, &inner);
		KUNIT_EXPECT_EQ_MSG(test, ov2_pair_word(&pair, skb),
				    inner.ah_auth ? 0x00020006 : 0x00030006,
				    "form %d", i);
		ov2_rig_delete(pair.b, inner.in);
		inner.key--;
		ov2_rig_add_inbound(pair.b, &inner);
		KUNIT_EXPECT_EQ_MSG(test, ov2_pair_word(&pair, skb), 6,
				    "form %d", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    ov2_pair_word_flipped(&pair, skb,
							  skb->len - 1, 1),
				    outer.ah_auth ? 0x00040002 : 0x00050002,
				    "form %d", i);
	}
}

static struct kunit_case bundle_cases[] = {
	KUNIT_CASE(bundle_rows),
	KUNIT_CASE(bundle_two_numbers),
	KUNIT_CASE(bundle_esp_bad),
	KUNIT_CASE(bundle_cut),
	KUNIT_CASE(bundle_spi_shared),
	KUNIT_CASE(bundle_nested),
	{}
};

static struct kunit_suite bundle_suite = {
	.name = "ov2_bundle",
	.test_cases = bundle_cases,
};

kunit_test_suite(bundle_suite);
