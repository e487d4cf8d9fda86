// SPDX-License-Identifier: GPL-2.0
/*
 * A sec_path that a CPU keeps is as new, and no two packets have it at the same
 * time. Without this, a packet could be taken for a packet of another SA.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/bottom_half.h>
#include <linux/skbuff.h>

#include "../sa/spare_path.h"
#include "../../compat/xfrm.h"

/**
 * struct spare - packets of one SA
 * @x: the state. The test has one reference
 * @skbs: packets without extensions
 */
struct spare {
	struct xfrm_state *x;
	struct sk_buff *skbs[3];
};

static void spare_skb_free(void *skb)
{
	kfree_skb(skb);
}

/* Forgets what this CPU keeps. */
static void spare_drop(struct sk_buff *skb)
{
	ov2_spare_path_use(skb);
	secpath_reset(skb);
}

static struct spare *spare_new(struct kunit *test)
{
	struct spare *spare = kunit_kzalloc(test, sizeof(*spare), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, spare);
	spare->x = kunit_kzalloc(test, sizeof(*spare->x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, spare->x);
	refcount_set(&spare->x->refcnt, 1);
	for (i = 0; i < ARRAY_SIZE(spare->skbs); i++) {
		spare->skbs[i] = alloc_skb(64, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, spare->skbs[i]);
		KUNIT_ASSERT_EQ(test, 0,
				kunit_add_action_or_reset(test, spare_skb_free,
							  spare->skbs[i]));
	}
	return spare;
}

/* Puts a sec_path on a packet, as the core does. All its fields are set. */
static struct skb_ext *path_set(struct spare *spare, struct sk_buff *skb)
{
	struct sec_path *sp = secpath_set(skb);

	if (!sp)
		return NULL;
	refcount_inc(&spare->x->refcnt);
	sp->xvec[sp->len++] = spare->x;
	memset(&sp->ovec[sp->olen++], 0xff, sizeof(*sp->ovec));
	sp->verified_cnt = 1;
	return skb->extensions;
}

/* The next packet gets the sec_path, which is empty. secpath_set() takes it,
 * though secpath_set() clears no sec_path that a packet has already.
 */
static void kept_path_is_as_new(struct kunit *test)
{
	const struct xfrm_offload none = {};
	struct spare *spare = spare_new(test);
	struct sk_buff **skbs = spare->skbs;
	struct skb_ext *ext;
	struct sec_path *sp;
	bool used, again;

	local_bh_disable();
	spare_drop(skbs[1]);
	ext = path_set(spare, skbs[0]);
	ov2_spare_path_keep(skbs[0]);
	used = ov2_spare_path_use(skbs[1]);
	again = ov2_spare_path_use(skbs[2]);
	local_bh_enable();

	KUNIT_ASSERT_NOT_NULL(test, ext);
	KUNIT_EXPECT_FALSE(test, again);
	KUNIT_EXPECT_FALSE(test, skb_has_extensions(skbs[2]));
	/* With KASAN nothing is kept. */
	KUNIT_ASSERT_EQ(test, used, !IS_ENABLED(CONFIG_KASAN));
	if (!used)
		return;
	KUNIT_EXPECT_FALSE(test, skb_has_extensions(skbs[0]));
	KUNIT_EXPECT_EQ(test, refcount_read(&spare->x->refcnt), 1);
	KUNIT_EXPECT_PTR_EQ(test, skbs[1]->extensions, ext);
	KUNIT_EXPECT_TRUE(test, skbs[1]->slow_gro);
	KUNIT_EXPECT_NULL(test, xfrm_offload(skbs[1]));
	sp = secpath_set(skbs[1]);
	KUNIT_ASSERT_NOT_NULL(test, sp);
	KUNIT_EXPECT_PTR_EQ(test, skbs[1]->extensions, ext);
	KUNIT_EXPECT_EQ(test, sp->len, 0);
	KUNIT_EXPECT_EQ(test, sp->olen, 0);
	KUNIT_EXPECT_EQ(test, sp->verified_cnt, 0);
	KUNIT_EXPECT_MEMEQ(test, &sp->ovec[0], &none, sizeof(none));
}

/* A CPU keeps only one sec_path. The second one is freed, with its reference to
 * the state.
 */
static void one_path_is_kept(struct kunit *test)
{
	struct spare *spare = spare_new(test);
	struct sk_buff **skbs = spare->skbs;
	struct skb_ext *first;
	bool used, again;

	local_bh_disable();
	spare_drop(skbs[2]);
	first = path_set(spare, skbs[0]);
	path_set(spare, skbs[1]);
	ov2_spare_path_keep(skbs[0]);
	ov2_spare_path_keep(skbs[1]);
	used = ov2_spare_path_use(skbs[2]);
	again = ov2_spare_path_use(skbs[1]);
	local_bh_enable();

	KUNIT_EXPECT_FALSE(test, again);
	KUNIT_ASSERT_EQ(test, used, !IS_ENABLED(CONFIG_KASAN));
	if (!used)
		return;
	KUNIT_EXPECT_PTR_EQ(test, skbs[2]->extensions, first);
	KUNIT_EXPECT_EQ(test, refcount_read(&spare->x->refcnt), 1);
}

/* @skb keeps what it has, and the next packet gets nothing. */
static void expect_not_kept(struct kunit *test, struct spare *spare,
			    struct sk_buff *skb)
{
	struct skb_ext *ext = skb->extensions;
	u8 active = skb->active_extensions;
	bool used;

	local_bh_disable();
	spare_drop(spare->skbs[2]);
	ov2_spare_path_keep(skb);
	used = ov2_spare_path_use(spare->skbs[2]);
	local_bh_enable();

	KUNIT_EXPECT_FALSE(test, used);
	KUNIT_EXPECT_PTR_EQ(test, skb->extensions, ext);
	KUNIT_EXPECT_EQ(test, skb->active_extensions, active);
	KUNIT_EXPECT_EQ(test, refcount_read(&spare->x->refcnt), 2);
}

/* A clone on its way to another device has the same sec_path. */
static void shared_path_is_not_kept(struct kunit *test)
{
	struct spare *spare = spare_new(test);
	struct sk_buff *clone;

	KUNIT_ASSERT_NOT_NULL(test, path_set(spare, spare->skbs[0]));
	clone = skb_clone(spare->skbs[0], GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, spare_skb_free,
							   clone));
	expect_not_kept(test, spare, spare->skbs[0]);
	KUNIT_EXPECT_PTR_EQ(test, xfrm_input_state(clone), spare->x);
}

/* Other extensions belong to the packet, and would come to another packet. */
static void other_extension_is_not_kept(struct kunit *test)
{
	const u8 other = BIT((SKB_EXT_SEC_PATH + 1) % 8);
	struct spare *spare = spare_new(test);
	struct sk_buff *skb = spare->skbs[0];

	KUNIT_ASSERT_NOT_NULL(test, path_set(spare, skb));
	skb->active_extensions |= other;
	expect_not_kept(test, spare, skb);
	skb->active_extensions &= ~other;
}

/* Another extension was taken off the packet. Its bytes are still there. */
static void old_extension_is_not_kept(struct kunit *test)
{
	const int other = SKB_EXT_SEC_PATH ? 0 : 1;
	struct spare *spare = spare_new(test);
	struct sk_buff *skb = spare->skbs[0];

	if (SKB_EXT_NUM < 2)
		kunit_skip(test, "this kernel has only one kind of extension");
	KUNIT_ASSERT_NOT_NULL(test, path_set(spare, skb));
	KUNIT_ASSERT_NOT_NULL(test, skb_ext_add(skb, other));
	skb_ext_del(skb, other);
	expect_not_kept(test, spare, skb);
}

/* A packet that has extensions keeps them. */
static void packet_with_extensions_uses_none(struct kunit *test)
{
	struct spare *spare = spare_new(test);
	struct sk_buff **skbs = spare->skbs;
	struct skb_ext *ext;
	bool used, left;

	local_bh_disable();
	spare_drop(skbs[2]);
	path_set(spare, skbs[0]);
	ext = path_set(spare, skbs[1]);
	ov2_spare_path_keep(skbs[0]);
	used = ov2_spare_path_use(skbs[1]);
	left = ov2_spare_path_use(skbs[2]);
	local_bh_enable();

	KUNIT_EXPECT_FALSE(test, used);
	KUNIT_EXPECT_EQ(test, left, !IS_ENABLED(CONFIG_KASAN));
	KUNIT_EXPECT_PTR_EQ(test, skbs[1]->extensions, ext);
	KUNIT_EXPECT_PTR_EQ(test, xfrm_input_state(skbs[1]), spare->x);
}

static struct kunit_case spare_path_cases[] = {
	KUNIT_CASE(kept_path_is_as_new),
	KUNIT_CASE(one_path_is_kept),
	KUNIT_CASE(shared_path_is_not_kept),
	KUNIT_CASE(other_extension_is_not_kept),
	KUNIT_CASE(old_extension_is_not_kept),
	KUNIT_CASE(packet_with_extensions_uses_none),
	{}
};

static struct kunit_suite spare_path_suite = {
	.name = "ov2_spare_path",
	.test_cases = spare_path_cases,
};

kunit_test_suite(spare_path_suite);
