// SPDX-License-Identifier: GPL-2.0
/* The engine is told when a user switches esp-hw-offload. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

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

static struct kunit_case features_cases[] = {
	KUNIT_CASE(feature),
	{}
};

static struct kunit_suite features_suite = {
	.name = "ov2_features",
	.test_cases = features_cases,
};

kunit_test_suite(features_suite);
