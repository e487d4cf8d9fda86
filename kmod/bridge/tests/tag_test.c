// SPDX-License-Identifier: GPL-2.0
/*
 * A packet with a tag passes validate_xmit_xfrm() only at the card of its
 * state.
 *
 * packet/tag.c explains the tag.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <net/ip.h>

#include "../bridge.h"
#include "../packet/tag.h"

/**
 * struct tagged - a tagged packet of a card
 * @card: the state's device; the tests only compare pointers to it
 * @x: the state
 * @skb: the packet, with its Ethernet header
 */
struct tagged {
	struct net_device *card;
	struct xfrm_state *x;
	struct sk_buff *skb;
};

/* The tag names the CPU with this number. This machine has no such CPU. */
#define TAG_CPU	12345

static void skb_free(void *skb)
{
	kfree_skb(skb);
}

static struct sk_buff *packet_new(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(ETH_HLEN + 64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, skb_free,
							   skb));
	skb_reserve(skb, ETH_HLEN);
	skb_put_zero(skb, 64);
	skb_reset_network_header(skb);
	skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	return skb;
}

static struct tagged *tagged_new(struct kunit *test)
{
	struct tagged *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->card = kunit_kzalloc(test, sizeof(*t->card), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->card);
	t->x = kunit_kzalloc(test, sizeof(*t->x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->x);
	refcount_set(&t->x->refcnt, 1);
	t->x->xso.dev = t->card;
	t->x->xso.dir = XFRM_DEV_OFFLOAD_OUT;
	t->x->xso.type = XFRM_DEV_OFFLOAD_PACKET;
	t->skb = packet_new(test);
	KUNIT_ASSERT_TRUE(test, ov2_packet_tag(t->skb, t->x, TAG_CPU));
	return t;
}

/* Checks the fields that validate_xmit_xfrm() and __xfrm_policy_check2() read.
 */
static void expect_tag(struct kunit *test, const struct tagged *t,
		       struct sk_buff *skb, u32 xmit)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);

	KUNIT_ASSERT_NOT_NULL(test, xo);
	KUNIT_EXPECT_TRUE(test, ov2_packet_tagged(xo));
	KUNIT_EXPECT_FALSE(test, ov2_packet_tag_lost(skb));
	KUNIT_EXPECT_EQ(test, xo->flags, CRYPTO_DONE | xmit);
	KUNIT_EXPECT_TRUE(test, xo->status & CRYPTO_SUCCESS);
	KUNIT_EXPECT_EQ(test, skb_sec_path(skb)->len, 1);
	KUNIT_EXPECT_PTR_EQ(test, xfrm_input_state(skb), t->x);
	KUNIT_EXPECT_EQ(test, ov2_packet_cpu(skb), TAG_CPU);
}

/* At the card of the state, validate_xmit_xfrm() lets the packet pass. */
static void tag_passes(struct kunit *test)
{
	struct tagged *t = tagged_new(test);

	expect_tag(test, t, t->skb, 0);
	ov2_bridge_validate(t->card, t->skb);
	expect_tag(test, t, t->skb, XFRM_XMIT);
	ov2_bridge_validate(t->card, t->skb);
	expect_tag(test, t, t->skb, XFRM_XMIT);
	KUNIT_EXPECT_EQ(test, refcount_read(&t->x->refcnt), 2);

	/* A packet with a new tag cannot pass before ov2_bridge_validate() sees
	 * it again.
	 */
	KUNIT_ASSERT_TRUE(test, ov2_packet_tag(t->skb, t->x, TAG_CPU));
	expect_tag(test, t, t->skb, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&t->x->refcnt), 2);
}

/* A clone on its way to another device must not pass. */
static void tag_is_own(struct kunit *test)
{
	struct tagged *t = tagged_new(test);
	struct sk_buff *clone = skb_clone(t->skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, skb_free,
							   clone));
	ov2_bridge_validate(t->card, t->skb);
	expect_tag(test, t, t->skb, XFRM_XMIT);
	expect_tag(test, t, clone, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&t->x->refcnt), 3);
}

/* Another card is not the device of the state, so the packet must not pass
 * there.
 */
static void tag_of_other(struct kunit *test)
{
	struct tagged *t = tagged_new(test);
	struct net_device *other;

	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	ov2_bridge_validate(other, t->skb);
	expect_tag(test, t, t->skb, 0);
}

/* IP also calls ndo_features_check, before the packet has an Ethernet header.
 * The packet must not pass yet, because after IP it may still be redirected to
 * another device.
 */
static void tag_in_ip(struct kunit *test)
{
	struct tagged *t = tagged_new(test);

	skb_pull(t->skb, ETH_HLEN);
	ov2_bridge_validate(t->card, t->skb);
	expect_tag(test, t, t->skb, 0);
}

/* The core has cleared the device of the state. The packet passes, so that the
 * core itself does not turn it into ESP.
 */
static void tag_device_gone(struct kunit *test)
{
	struct tagged *t = tagged_new(test);

	t->x->xso.dev = NULL;
	t->x->xso.type = XFRM_DEV_OFFLOAD_UNSPECIFIED;
	ov2_bridge_validate(t->card, t->skb);
	expect_tag(test, t, t->skb, XFRM_XMIT);
}

/* A status that the core or a driver sets is not taken for a tag. The core and
 * drivers set 0 when a packet is sent in crypto mode, and at most 8 bits
 * otherwise.
 */
static void tag_by_chance(struct kunit *test)
{
	struct xfrm_offload xo = { .flags = XFRM_XMIT };
	struct sk_buff *skb = packet_new(test);
	int type;

	KUNIT_EXPECT_FALSE(test, ov2_packet_tagged(&xo));
	xo.flags = CRYPTO_DONE;
	for (xo.status = 0; xo.status <= 0xff; xo.status++)
		KUNIT_EXPECT_FALSE(test, ov2_packet_tagged(&xo));
	for (type = PACKET_HOST; type <= PACKET_LOOPBACK; type++) {
		skb->pkt_type = type;
		KUNIT_EXPECT_FALSE(test, ov2_packet_tag_lost(skb));
	}
	ov2_bridge_validate(NULL, skb);
	KUNIT_EXPECT_NULL(test, skb_sec_path(skb));
}

static u32 hash_of(struct kunit *test, struct sk_buff *skb)
{
	u32 hash = 0;

	KUNIT_EXPECT_TRUE(test, ov2_bridge_hash(skb, &hash));
	return hash;
}

/* The hash chooses the send queue. States that replace each other have the same
 * hash, and other states have another hash.
 */
static void hash_of_tagged(struct kunit *test)
{
	struct tagged *t = tagged_new(test);
	struct xfrm_state *x = t->x;
	u32 hash;

	x->props.family = AF_INET;
	x->props.mode = XFRM_MODE_TUNNEL;
	x->props.reqid = 1;
	x->id.spi = htonl(1000);
	hash = hash_of(test, t->skb);
	x->id.spi = htonl(1001);
	x->id.daddr.a6[1] = htonl(1);
	x->props.saddr.a6[1] = htonl(1);
	KUNIT_EXPECT_EQ(test, hash_of(test, t->skb), hash);
	ov2_bridge_validate(t->card, t->skb);
	KUNIT_EXPECT_EQ(test, hash_of(test, t->skb), hash);

	x->props.reqid = 2;
	KUNIT_EXPECT_NE(test, hash_of(test, t->skb), hash);
	x->props.reqid = 1;
	x->id.daddr.a4 = htonl(1);
	KUNIT_EXPECT_NE(test, hash_of(test, t->skb), hash);
	x->id.daddr.a4 = 0;
	x->props.saddr.a4 = htonl(1);
	KUNIT_EXPECT_NE(test, hash_of(test, t->skb), hash);
	x->props.saddr.a4 = 0;
	x->props.mode = XFRM_MODE_TRANSPORT;
	KUNIT_EXPECT_NE(test, hash_of(test, t->skb), hash);
	x->props.mode = XFRM_MODE_TUNNEL;
	KUNIT_EXPECT_EQ(test, hash_of(test, t->skb), hash);
	x->props.family = AF_INET6;
	KUNIT_EXPECT_NE(test, hash_of(test, t->skb), hash);
}

/* In crypto mode the hash is made from the SPI, before and after
 * validate_xmit_xfrm().
 */
static void hash_of_crypto(struct kunit *test)
{
	struct tagged *t = tagged_new(test);
	struct xfrm_offload *xo = xfrm_offload(t->skb);
	u32 hash;

	xo->status = 0;
	xo->flags = 0;
	t->x->id.spi = htonl(1000);
	hash = hash_of(test, t->skb);
	xo->flags = XFRM_XMIT;
	t->x->props.reqid = 1;
	KUNIT_EXPECT_EQ(test, hash_of(test, t->skb), hash);
	t->x->id.spi = htonl(1001);
	KUNIT_EXPECT_NE(test, hash_of(test, t->skb), hash);
}

/* All other packets get no hash here, so their flow chooses the queue. Among
 * these are packets that were received and are forwarded.
 */
static void hash_of_others(struct kunit *test)
{
	struct tagged *t = tagged_new(test);
	struct xfrm_offload *xo = xfrm_offload(t->skb);
	u32 hash;

	xo->status = CRYPTO_SUCCESS;
	KUNIT_EXPECT_FALSE(test, ov2_bridge_hash(t->skb, &hash));
	xo->flags = XFRM_GRO;
	KUNIT_EXPECT_FALSE(test, ov2_bridge_hash(t->skb, &hash));
	secpath_reset(t->skb);
	KUNIT_EXPECT_FALSE(test, ov2_bridge_hash(t->skb, &hash));
}

/* If there was no memory for a packet's own copy of the tag, the packet gets a
 * packet type that user space cannot set.
 */
static void tag_lost(struct kunit *test)
{
	struct sk_buff *skb = packet_new(test);

	skb->pkt_type = PACKET_USER;
	KUNIT_EXPECT_FALSE(test, ov2_packet_tag_lost(skb));
	skb->pkt_type = PACKET_KERNEL;
	KUNIT_EXPECT_TRUE(test, ov2_packet_tag_lost(skb));
}

static struct kunit_case tag_cases[] = {
	KUNIT_CASE(tag_passes),
	KUNIT_CASE(tag_is_own),
	KUNIT_CASE(tag_of_other),
	KUNIT_CASE(tag_in_ip),
	KUNIT_CASE(tag_device_gone),
	KUNIT_CASE(tag_by_chance),
	KUNIT_CASE(tag_lost),
	KUNIT_CASE(hash_of_tagged),
	KUNIT_CASE(hash_of_crypto),
	KUNIT_CASE(hash_of_others),
	{}
};

static struct kunit_suite tag_suite = {
	.name = "ov2_tag",
	.test_cases = tag_cases,
};

kunit_test_suite(tag_suite);
