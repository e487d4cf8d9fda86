// SPDX-License-Identifier: GPL-2.0
/* The engine is told when a user switches esp-hw-offload, which packet mode
 * needs.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "../../bridge/bridge.h"
#include "../../bridge/packet/packet.h"
#include "../../unit/rig/two_cards.h"
#include "../features.h"

/* The engine is told when esp-hw-offload changes, and at no other time. */
static void feature(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *dev = cards->a->ad.dev;
	netdev_features_t on = dev->features;
	struct ov2_hold_engine *hold = ov2_hold_of(&cards->a->ad);

	rtnl_lock();
	KUNIT_EXPECT_TRUE(test, on & NETIF_F_HW_ESP);
	KUNIT_EXPECT_EQ(test, ov2_features_fix(dev, 0), 0);
	hold->esp = 0xff;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, on ^ NETIF_F_SG), 0);
	KUNIT_EXPECT_EQ(test, hold->esp, 0xff);
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, on ^ NETIF_F_HW_ESP), 0);
	KUNIT_EXPECT_EQ(test, hold->esp, OV2_PARAMETER_DISABLED);
	dev->features ^= NETIF_F_HW_ESP;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, on), 0);
	KUNIT_EXPECT_EQ(test, hold->esp, OV2_PARAMETER_ESP_ENABLED);
	dev->features = on;
	rtnl_unlock();
}

/* A state or policy in packet mode can be added only while esp-hw-offload is
 * on, and keeps it on. If the engine refuses to switch, nothing changes.
 */
static void feature_packet_mode(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *dev = cards->a->ad.dev;
	netdev_features_t on = dev->features;
	netdev_features_t off = on & ~NETIF_F_HW_ESP;
	struct ov2_hold_engine *hold = ov2_hold_of(&cards->a->ad);
	struct ov2_bridge *bridge = ov2_bridge_of(&cards->a->ad);

	rtnl_lock();
	KUNIT_EXPECT_TRUE(test, ov2_packet_mode_enter(bridge));
	KUNIT_EXPECT_TRUE(test, ov2_features_fix(dev, off) & NETIF_F_HW_ESP);
	hold->esp = 0xff;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, off), -EBUSY);
	KUNIT_EXPECT_EQ(test, hold->esp, 0xff);
	KUNIT_EXPECT_TRUE(test, ov2_packet_mode_enter(bridge));
	ov2_packet_mode_leave(bridge);
	ov2_packet_mode_leave(bridge);

	hold->keeps_esp = true;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, off), -EIO);
	KUNIT_EXPECT_TRUE(test, ov2_packet_mode_enter(bridge));
	ov2_packet_mode_leave(bridge);

	/* The core has not cleared the feature yet. */
	hold->keeps_esp = false;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, off), 0);
	KUNIT_EXPECT_FALSE(test, ov2_packet_mode_enter(bridge));
	dev->features = off;
	KUNIT_EXPECT_EQ(test, ov2_features_fix(dev, off), off);
	KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(&cards->a->ad));

	hold->keeps_esp = true;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, on), -EIO);
	KUNIT_EXPECT_FALSE(test, ov2_packet_mode_enter(bridge));
	hold->keeps_esp = false;
	KUNIT_EXPECT_EQ(test, ov2_features_set(dev, on), 0);
	KUNIT_EXPECT_TRUE(test, ov2_packet_mode_enter(bridge));
	ov2_packet_mode_leave(bridge);
	dev->features = on;
	rtnl_unlock();
}

static struct kunit_case features_cases[] = {
	KUNIT_CASE(feature),
	KUNIT_CASE(feature_packet_mode),
	{}
};

static struct kunit_suite features_suite = {
	.name = "ov2_features",
	.test_cases = features_cases,
};

kunit_test_suite(features_suite);
