// SPDX-License-Identifier: GPL-2.0
/* An engine accepts the frames and requests of the rig, and the rig gets all of
 * them back.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>

#include "rig.h"
#include "rig_add.h"
#include "rig_flow.h"
#include "rig_frame.h"
#include "rig_request.h"
#include "../../engine/engine_miniport.h"
#include "../../engine/frame.h"

static const struct ov2_rig_sa shapes[] = {
	{ .spi = 0x100, .encr = OV2_ENCR_AES_GCM_128, .icv_len = 16 },
	{ .spi = 0x101, .encr = OV2_ENCR_AES_GCM_192, .icv_len = 12,
	  .ipv6 = true },
	{ .spi = 0x102, .encr = OV2_ENCR_AES_GCM_256, .icv_len = 8,
	  .tunnel = true, .esn = true, .window = 64 },
	{ .spi = 0x103, .encr = OV2_ENCR_AES_GCM_128, .icv_len = 16,
	  .tunnel = true, .ipv6 = true },
	{ .spi = 0x104, .encr = OV2_ENCR_AES_GCM_128, .icv_len = 16,
	  .udp_esp = OV2_UDP_ESP_TRANSPORT },
};

/* The test copies the frame before the engine encrypts it, and compares the
 * received frame with this copy. In the copy, IV and ICV are zeroes.
 */
static void clear_iv_and_icv(struct sk_buff *skb, const struct ov2_rig_sa *sa)
{
	struct ov2_frame frame;

	ov2_frame_parse(skb, &frame);
	memset(skb->data + frame.ip + frame.ipsec + 8, 0, 8);
	memset(skb_tail_pointer(skb) - sa->icv_len, 0, sa->icv_len);
}

static void round_trip(struct kunit *test, struct ov2_rig_sa sa)
{
	struct ov2_rig *a = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig *b = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 101 };
	struct sk_buff *clear;
	struct ov2_nbl *nbl;

	ov2_rig_add_outbound(a, &sa);
	ov2_rig_add_inbound(b, &sa);
	nbl = ov2_rig_frame(a, &frame, 1);
	clear = ov2_rig_keep_copy(a, nbl->skb);
	ov2_rig_send(a, nbl);
	ov2_rig_wait_idle(a);
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_MEMNEQ(test, ov2_rig_wire_first(a)->data, clear->data,
			    clear->len);

	ov2_rig_loop(a, b);
	nbl = ov2_rig_last_indicated(b);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.handle, sa.in);
	KUNIT_ASSERT_EQ(test, nbl->skb->len, clear->len);
	clear_iv_and_icv(nbl->skb, &sa);
	KUNIT_EXPECT_MEMEQ(test, nbl->skb->data, clear->data, clear->len);
}

static void rig_round_trip(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		round_trip(test, shapes[i]);
}

static void rig_plain_frames(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_frame frame = { .len = 7, .seq = 0x41 };
	struct sk_buff *skb = ov2_rig_skb(rig, &frame);

	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + 20 + 7);
	KUNIT_EXPECT_MEMEQ(test, skb->data + ETH_HLEN + 20, "ABCDEFG", 7);
	frame.ipv6 = true;
	skb = ov2_rig_skb(rig, &frame);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + 40 + 7);
	ov2_rig_inject(rig, skb, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_indicated), 1);
}

/* One SA protects a packet, and the tunnel of another SA carries this packet.
 * For a payload of any length, the frame is padded to whole words of 4 bytes.
 */
static void rig_nested_frames(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa outer = OV2_RIG_SA_GCM;
	struct ov2_rig_sa inner = {
		.spi = 0x200, .ah_spi = 0x201, .net = 1,
		.encr = OV2_ENCR_AES_CBC_128, .auth = OV2_AUTH_SHA_1,
		.ah_auth = OV2_AUTH_SHA_256,
	};
	struct ov2_rig_frame frame = { .sa = &inner, .tunnel = &outer };
	struct ov2_frame parsed;
	struct sk_buff *skb;

	outer.tunnel = true;
	for (frame.len = 0; frame.len < 40; frame.len++) {
		skb = ov2_rig_skb(rig, &frame);
		ov2_frame_parse(skb, &parsed);
		KUNIT_EXPECT_EQ(test, (u32)parsed.kind, (u32)OV2_FRAME_ESP);
		KUNIT_EXPECT_EQ(test, ntohl(parsed.spi), outer.spi);
		KUNIT_EXPECT_EQ(test, parsed.ip_len % 4, 0);
		/* Outer: IP, ESP, IV of GCM; inner: IP, AH, ESP, IV of CBC,
		 * ICV; outer: padding, ICV, pad length and next header
		 */
		KUNIT_EXPECT_EQ(test, ALIGN(frame.len + 2, 16),
				parsed.ip_len - 20 - 8 - 8 - 20 - 28 - 8 - 16 -
				12 - 2 - 16 - 2);
	}
}

/* The rig sees an NBL that comes back twice. */
static void rig_sees_twice(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_frame frame = {};
	struct ov2_nbl *nbl;

	nbl = ov2_rig_inject(rig, ov2_rig_skb(rig, &frame), 0);
	rig->ad.ops->indicate(&rig->ad, nbl);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->twice), 1);
	rig->ad.ops->send_complete(&rig->ad, nbl, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->twice), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_indicated), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_sent), 0);
	atomic_set(&rig->twice, 0);
}

static struct kunit_case rig_cases[] = {
	KUNIT_CASE(rig_round_trip),
	KUNIT_CASE(rig_plain_frames),
	KUNIT_CASE(rig_nested_frames),
	KUNIT_CASE(rig_sees_twice),
	{}
};

static struct kunit_suite rig_suite = {
	.name = "ov2_rig",
	.test_cases = rig_cases,
};

kunit_test_suite(rig_suite);
