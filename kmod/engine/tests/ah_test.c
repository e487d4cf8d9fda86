// SPDX-License-Identifier: GPL-2.0
/*
 * AH alone and AH around ESP protect the bytes that RFC 4302 names (INV-28).
 *
 * Frames go from one card to another. The tests show what the ICV covers, which
 * fields may change on the way, and which status a fault has
 * (Documentation/ipsecov2.rst 5.3).
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"

/* Values of slot 1 on receive (ipsecov2.rst 1.3) */
#define UNTOUCHED		0x00000000
#define ONE_GOOD		0x00000002
#define BOTH_GOOD		0x00000006
#define TRANSPORT_AH_BAD	0x00020002
#define TRANSPORT_ESP_BAD	0x00030002
#define TUNNEL_AH_BAD		0x00040002
#define TUNNEL_ESP_BAD		0x00050002
#define BAD_PROTOCOL		0x00070002

/* Bytes of AH in front of its ICV */
#define AH_FIXED	12
/* Bytes of the ESP header and the IV */
#define ESP_FRONT	16
#define GCM_ICV		16

/**
 * struct ah_param - an SA with AH
 * @name: for the log
 * @sa: the SA, without an algorithm of AH. ends_init() takes an algorithm that
 *	the kernel has
 */
struct ah_param {
	const char *name;
	struct ov2_rig_sa sa;
};

#define BUNDLE	.spi = 0x1000, .encr = OV2_ENCR_AES_GCM_128, .icv_len = GCM_ICV

static const struct ah_param shapes[] = {
	{ "AH", { .ah_only = true } },
	{ "AH IPv6", { .ah_only = true, .ipv6 = true } },
	{ "AH tunnel", { .ah_only = true, .tunnel = true } },
	{ "AH tunnel IPv6 ESN", { .ah_only = true, .tunnel = true,
				  .ipv6 = true, .esn = true, .window = 64 } },
	{ "AH and ESP", { BUNDLE } },
	{ "AH and ESP IPv6", { BUNDLE, .ipv6 = true } },
	{ "AH and ESP tunnel ESN", { BUNDLE, .tunnel = true, .esn = true,
				     .window = 64 } },
};

static void shape_name(const struct ah_param *param, char *desc)
{
	strscpy(desc, param->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

/**
 * struct ends - a sender, a receiver, and an SA with AH
 * @a: the sender
 * @b: the receiver
 * @sa: the SA
 * @ah: bytes from the start of a frame to its AH header
 * @ah_len: bytes of the AH header
 */
struct ends {
	struct ov2_rig *a;
	struct ov2_rig *b;
	struct ov2_rig_sa sa;
	unsigned int ah;
	unsigned int ah_len;
};

static void ends_init(struct kunit *test, struct ends *ends)
{
	const struct ov2_capabilities *caps;

	ends->a = ov2_rig_new(test, &ov2_engine_miniport);
	ends->b = ov2_rig_new(test, &ov2_engine_miniport);
	caps = &ends->a->ad.hardware->ipsec_v2;
	if (!caps->ah || !caps->auth)
		kunit_skip(test, "no AH in the capabilities");
	ends->sa.ah_spi = 0x2000;
	ends->sa.ah_auth = caps->auth & OV2_AUTH_SHA_256 ?
			   OV2_AUTH_SHA_256 : BIT(__ffs(caps->auth));
	ends->ah = ETH_HLEN + (ends->sa.ipv6 ? 40 : 20);
}

static void ends_add(struct kunit *test, struct ends *ends)
{
	const struct ah_param *param = test->param_value;

	ends->sa = param->sa;
	ends_init(test, ends);
	ov2_rig_add_outbound(ends->a, &ends->sa);
	ov2_rig_add_inbound(ends->b, &ends->sa);
}

/* Returns a frame of the SA as it leaves the engine. @clear is filled in with a
 * copy of the frame, made before the engine got the frame.
 */
static struct sk_buff *ends_send(struct ends *ends, unsigned int len,
				 struct sk_buff **clear)
{
	struct ov2_rig_frame frame = { .sa = &ends->sa, .seq = 1, .len = len };
	struct ov2_nbl *nbl = ov2_rig_frame(ends->a, &frame, 0);

	*clear = ov2_rig_keep_copy(ends->a, nbl->skb);
	ends->ah_len = (nbl->skb->data[ends->ah + 1] + 2) * 4;
	ov2_rig_send(ends->a, nbl);
	ov2_rig_wait_idle(ends->a);
	KUNIT_ASSERT_EQ(ends->a->test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	return ov2_rig_wire_first(ends->a);
}

/* Lets the receiver get a copy of @skb, and returns slot 1 of this copy. */
static u32 ends_word(struct ends *ends, const struct sk_buff *skb)
{
	return ov2_rig_inject(ends->b, skb, 0)->info[OV2_INFO_IPSEC];
}

static void skip_bytes(struct sk_buff *skb, unsigned int offset,
		       unsigned int len)
{
	memset(skb->data + offset, 0, len);
}

/* Zeroes the bytes that the engine has written (the ICVs and the IV), so that
 * the caller can compare all other bytes.
 */
static void blank_engine_bytes(const struct ends *ends, struct sk_buff *skb)
{
	unsigned int esp = ends->ah + ends->ah_len;

	skip_bytes(skb, ends->ah + AH_FIXED, ends->ah_len - AH_FIXED);
	if (ends->sa.ah_only)
		return;
	skip_bytes(skb, esp + 8, ESP_FRONT - 8);
	skip_bytes(skb, skb->len - GCM_ICV, GCM_ICV);
}

/* The receiver verifies the frame (INV-28). Lengths and headers stay as they
 * were, and the clear text stands where the ciphertext was (INV-39).
 */
static void ah_round_trip(struct kunit *test)
{
	struct sk_buff *skb, *clear;
	struct ov2_nbl *nbl;
	struct ends ends;

	ends_add(test, &ends);
	skb = ends_send(&ends, 101, &clear);
	/* SPI and sequence number are those that the engine got (INV-22) */
	KUNIT_EXPECT_MEMEQ(test, skb->data, clear->data, ends.ah + AH_FIXED);
	if (!ends.sa.ah_only)
		KUNIT_EXPECT_MEMNEQ(test, skb->data + skb->len - 100,
				    clear->data + skb->len - 100, 64);
	nbl = ov2_rig_inject(ends.b, skb, 0);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], ONE_GOOD);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.handle, ends.sa.in);
	KUNIT_ASSERT_EQ(test, nbl->skb->len, clear->len);
	blank_engine_bytes(&ends, nbl->skb);
	KUNIT_EXPECT_MEMEQ(test, nbl->skb->data, clear->data, clear->len);
}

/* Returns ends_word() with one bit of the byte @at flipped. */
static u32 flipped_word(struct ends *ends, struct sk_buff *skb,
			unsigned int at)
{
	u8 bit = BIT(at % 8);
	u32 word;

	ov2_rig_flip(skb, at, bit);
	word = ends_word(ends, skb);
	ov2_rig_flip(skb, at, bit);
	return word;
}

/* The engine checks the headers before the ICV of AH. So in a bundle, a wrong
 * SPI of ESP is an invalid protocol, and not a wrong ICV.
 */
static u32 flipped_expected(const struct ends *ends, unsigned int at)
{
	unsigned int esp = ends->ah + ends->ah_len;

	if (!ends->sa.ah_only && at >= esp && at < esp + 4)
		return BAD_PROTOCOL;
	return ends->sa.tunnel ? TUNNEL_AH_BAD : TRANSPORT_AH_BAD;
}

/* A flipped bit in any byte behind the SPI of AH is found (INV-33). With a
 * flipped bit in the SPI the frame stays untouched.
 */
static void ah_flipped(struct kunit *test)
{
	struct sk_buff *skb, *clear;
	struct ends ends;
	unsigned int at;

	ends_add(test, &ends);
	skb = ends_send(&ends, 20, &clear);
	for (at = ends.ah + 4; at < ends.ah + 8; at++)
		KUNIT_EXPECT_EQ_MSG(test, flipped_word(&ends, skb, at),
				    UNTOUCHED, "byte %u", at);
	for (at = ends.ah + 8; at < skb->len; at++)
		KUNIT_EXPECT_EQ_MSG(test, flipped_word(&ends, skb, at),
				    flipped_expected(&ends, at), "byte %u",
				    at);
	KUNIT_EXPECT_EQ(test, ends_word(&ends, skb), ONE_GOOD);
}

/* AH does not cover the fields that routers change (RFC 4302 3.3.3.1). */
static void ah_mutable_fields(struct kunit *test)
{
	struct sk_buff *skb, *clear;
	struct ends ends;
	u32 bad;

	ends_add(test, &ends);
	bad = ends.sa.tunnel ? TUNNEL_AH_BAD : TRANSPORT_AH_BAD;
	skb = ends_send(&ends, 20, &clear);
	if (ends.sa.ipv6) {
		ov2_rig_flip(skb, ETH_HLEN, 0x05);
		ov2_rig_flip(skb, ETH_HLEN + 1, 0xff);
		ov2_rig_flip(skb, ETH_HLEN + 3, 0xff);
		ov2_rig_flip(skb, ETH_HLEN + 7, 0xff);
		KUNIT_EXPECT_EQ(test, ends_word(&ends, skb), ONE_GOOD);
		return;
	}
	ov2_rig_flip(skb, ETH_HLEN + offsetof(struct iphdr, tos), 0xff);
	ov2_rig_flip(skb, ETH_HLEN + offsetof(struct iphdr, ttl), 0xff);
	ov2_rig_flip(skb, ETH_HLEN + offsetof(struct iphdr, check), 0xff);
	KUNIT_EXPECT_EQ(test, ends_word(&ends, skb), ONE_GOOD);
	ov2_rig_flip(skb, ETH_HLEN + offsetof(struct iphdr, id), 0xff);
	KUNIT_EXPECT_EQ(test, ends_word(&ends, skb), bad);
}

/* If the ICV of AH is right and the ICV of ESP inside is wrong, the status says
 * that ESP failed, and in which mode.
 */
static void bundle_esp_bad(struct kunit *test)
{
	const struct ah_param *param = test->param_value;
	struct ends ends = { .sa = param->sa };
	struct ov2_rig_request *rr;
	struct sk_buff *clear;

	if (param->sa.ah_only)
		kunit_skip(test, "AH alone, without ESP");
	ends_init(test, &ends);
	ov2_rig_add_outbound(ends.a, &ends.sa);
	rr = ov2_rig_add_new(ends.b, &ends.sa, true);
	rr->keys[rr->add.sec_assoc[0].encr.key_offset] ^= 1;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(ends.b, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ends_word(&ends, ends_send(&ends, 20, &clear)),
			ends.sa.tunnel ? TUNNEL_ESP_BAD : TRANSPORT_ESP_BAD);
}

/* An SA with AH and ESP is inside a tunnel with AH alone, or an SA with AH
 * alone is inside a tunnel with AH and ESP. The receiver verifies all headers.
 */
static void ah_nested(struct kunit *test)
{
	const struct ah_param *param = test->param_value;
	struct ends ends = { .sa = param->sa };
	struct ov2_rig_sa outer = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = {
		.sa = &ends.sa, .tunnel = &outer, .len = 77,
	};
	struct ov2_nbl *nbl;

	if (param->sa.tunnel)
		kunit_skip(test, "the inner SA is never a tunnel");
	ends_init(test, &ends);
	if (!ends.a->ad.hardware->ipsec_v2.transport_tunnel_combined)
		kunit_skip(test, "no nesting in the capabilities");
	ends.sa.net = 1;
	outer.spi = 0x3000;
	outer.ah_spi = 0x4000;
	outer.tunnel = true;
	outer.key = 5;
	outer.ah_only = !ends.sa.ah_only;
	outer.ah_auth = ends.sa.ah_auth;
	ov2_rig_add_outbound(ends.a, &ends.sa);
	ov2_rig_add_outbound(ends.a, &outer);
	ov2_rig_add_inbound(ends.b, &ends.sa);
	ov2_rig_add_inbound(ends.b, &outer);

	nbl = ov2_rig_frame(ends.a, &frame, 0);
	ov2_rig_send(ends.a, nbl);
	ov2_rig_wait_idle(ends.a);
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ends_word(&ends, ov2_rig_wire_first(ends.a)),
			BOTH_GOOD);
}

/* ESP that has the SPI of an AH SA is an invalid protocol (INV-35). */
static void esp_on_ah_sa(struct kunit *test)
{
	struct ends ends = { .sa = { .ah_only = true } };
	struct ov2_rig_sa esp = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &esp, .len = 20 };

	ends_init(test, &ends);
	ov2_rig_add_inbound(ends.b, &ends.sa);
	esp.spi = ends.sa.ah_spi;
	KUNIT_EXPECT_EQ(test, ends_word(&ends, ov2_rig_skb(ends.a, &frame)),
			BAD_PROTOCOL);
}

static struct kunit_case ah_cases[] = {
	KUNIT_CASE_PARAM(ah_round_trip, shape_gen_params),
	KUNIT_CASE_PARAM(ah_flipped, shape_gen_params),
	KUNIT_CASE_PARAM(ah_mutable_fields, shape_gen_params),
	KUNIT_CASE_PARAM(bundle_esp_bad, shape_gen_params),
	KUNIT_CASE_PARAM(ah_nested, shape_gen_params),
	KUNIT_CASE(esp_on_ah_sa),
	{}
};

static struct kunit_suite ah_suite = {
	.name = "ov2_ah",
	.test_cases = ah_cases,
};

kunit_test_suite(ah_suite);
