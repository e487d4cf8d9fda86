// SPDX-License-Identifier: GPL-2.0
/* The engine looks at IPsec, and lets all other frames pass. */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <net/ipv6.h>

#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"

static bool wanted(struct ov2_rig *rig, const struct sk_buff *skb)
{
	bool yes;

	local_bh_disable();
	yes = rig->ad.miniport->wants(&rig->ad, skb);
	local_bh_enable();
	return yes;
}

/* Without an SA, the engine wants ESP and AH, and no other protocol. */
static void by_protocol(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	const struct {
		u8 proto;
		bool wanted;
	} rows[] = {
		{ IPPROTO_TCP, false }, { IPPROTO_UDP, false },
		{ IPPROTO_ICMPV6, false }, { IPPROTO_ESP, true },
		{ IPPROTO_AH, true },
	};
	struct sk_buff *skb;
	int i, ipv6;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (ipv6 = 0; ipv6 <= 1; ipv6++) {
			struct ov2_rig_frame frame = {
				.len = 100, .ipv6 = ipv6,
				.proto = rows[i].proto,
			};

			skb = ov2_rig_skb(rig, &frame);
			KUNIT_EXPECT_EQ_MSG(test, wanted(rig, skb),
					    rows[i].wanted, "%u, IPv6 %d",
					    rows[i].proto, ipv6);
		}
}

/* The engine wants ESP behind an extension header, so that it counts the frame.
 * It does not want TCP behind an extension header.
 */
static void behind_extension(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_frame frame = {
		.len = 100, .ipv6 = true, .proto = NEXTHDR_DEST,
	};
	struct sk_buff *skb = ov2_rig_skb(rig, &frame);
	u8 *header = skb->data + ETH_HLEN + sizeof(struct ipv6hdr);

	header[0] = NEXTHDR_TCP;
	header[1] = 0;
	KUNIT_EXPECT_FALSE(test, wanted(rig, skb));
	header[0] = NEXTHDR_ESP;
	KUNIT_EXPECT_TRUE(test, wanted(rig, skb));
}

/* The engine wants ESP in UDP only while it has an SA for ESP in UDP. */
static void udp_with_sa(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa other = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 100 };
	struct ov2_rig_frame plain = { .len = 100 };
	struct sk_buff *skb;

	sa.udp_esp = OV2_UDP_ESP_TRANSPORT;
	skb = ov2_rig_skb(rig, &frame);
	KUNIT_EXPECT_FALSE(test, wanted(rig, skb));
	/* An SA without UDP takes no UDP packet. */
	other.spi++;
	ov2_rig_add_inbound(rig, &other);
	KUNIT_EXPECT_FALSE(test, wanted(rig, skb));
	ov2_rig_add_inbound(rig, &sa);
	KUNIT_EXPECT_TRUE(test, wanted(rig, skb));
	KUNIT_EXPECT_FALSE(test, wanted(rig, ov2_rig_skb(rig, &plain)));

	/* The engine wants no large packet, because such a packet may carry
	 * many ESP packets in UDP.
	 */
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	skb_shinfo(skb)->gso_size = 50;
	KUNIT_EXPECT_FALSE(test, wanted(rig, skb));
	skb_gso_reset(skb);

	ov2_rig_delete(rig, sa.in);
	KUNIT_EXPECT_FALSE(test, wanted(rig, skb));
}

static struct kunit_case wants_cases[] = {
	KUNIT_CASE(by_protocol),
	KUNIT_CASE(behind_extension),
	KUNIT_CASE(udp_with_sa),
	{}
};

static struct kunit_suite wants_suite = {
	.name = "ov2_wants",
	.test_cases = wants_cases,
};

kunit_test_suite(wants_suite);
