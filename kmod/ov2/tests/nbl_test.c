// SPDX-License-Identifier: GPL-2.0
/* An NBL that is used again has nothing left of its earlier frame. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/string.h>

#include "../nbl.h"

#define NBLS	200

static bool nbl_is_empty(const struct ov2_nbl *nbl)
{
	return !memchr_inv(nbl->info, 0, sizeof(nbl->info)) &&
	       !nbl->ext_tx.valid && !nbl->ext_tx.seq_hi &&
	       !nbl->ext_rx.handle && !nbl->ext_rx.seq64 &&
	       nbl->reason == OV2_CNT_NONE && list_empty(&nbl->link);
}

/* A CPU keeps freed NBLs, and ov2_nbl_alloc() gives a kept NBL to the next
 * frame. The members that were set for the earlier frame are zero again.
 */
static void kept_nbl_is_empty(struct kunit *test)
{
	struct ov2_nbl *nbl;
	int i;

	local_bh_disable();
	for (i = 0; i < 3; i++) {
		nbl = ov2_nbl_alloc(NULL, i);
		if (!nbl)
			break;
		KUNIT_EXPECT_EQ(test, nbl->queue, i);
		KUNIT_EXPECT_TRUE(test, nbl_is_empty(nbl));
		memset(nbl, 0xff, sizeof(*nbl));
		ov2_nbl_free(nbl);
	}
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, i, 3);
}

/* Compares the members that ov2_nbl_alloc() promises to set. ov2_nbl.miniport
 * is not compared, because it is undefined in a new NBL and in a kept NBL.
 */
static void expect_same(struct kunit *test, const struct ov2_nbl *a,
			const struct ov2_nbl *b)
{
	KUNIT_EXPECT_PTR_EQ(test, a->skb, b->skb);
	KUNIT_EXPECT_EQ(test, a->queue, b->queue);
	KUNIT_EXPECT_EQ(test, a->frames, b->frames);
	KUNIT_EXPECT_MEMEQ(test, a->info, b->info, sizeof(a->info));
	KUNIT_EXPECT_EQ(test, a->ext_tx.seq_hi, b->ext_tx.seq_hi);
	KUNIT_EXPECT_EQ(test, a->ext_tx.valid, b->ext_tx.valid);
	KUNIT_EXPECT_EQ(test, a->ext_lso.valid, b->ext_lso.valid);
	KUNIT_EXPECT_EQ(test, a->ext_lso.keep_cwr, b->ext_lso.keep_cwr);
	KUNIT_EXPECT_EQ(test, a->ext_lso.same_id, b->ext_lso.same_id);
	KUNIT_EXPECT_EQ(test, a->ext_lso.same_inner_id,
			b->ext_lso.same_inner_id);
	KUNIT_EXPECT_EQ(test, a->ext_lso.proto, b->ext_lso.proto);
	KUNIT_EXPECT_EQ(test, a->ext_lso.segments, b->ext_lso.segments);
	KUNIT_EXPECT_EQ(test, a->ext_rx.handle, b->ext_rx.handle);
	KUNIT_EXPECT_EQ(test, a->ext_rx.seq64, b->ext_rx.seq64);
	KUNIT_EXPECT_EQ(test, a->reason, b->reason);
	KUNIT_EXPECT_TRUE(test, list_empty(&a->link));
	KUNIT_EXPECT_TRUE(test, list_empty(&b->link));
}

/* With BH disabled, ov2_nbl_alloc() gives an NBL that the CPU keeps, if there
 * is one. With BH enabled, it gives a new NBL from the slab.
 */
static void kept_nbl_is_as_new(struct kunit *test)
{
	struct ov2_nbl *fresh, *kept, *given;
	static struct sk_buff skb;

	fresh = ov2_nbl_alloc(&skb, 7);
	local_bh_disable();
	given = ov2_nbl_alloc(&skb, 7);
	if (given) {
		memset(given, 0xff, sizeof(*given));
		ov2_nbl_free(given);
	}
	kept = ov2_nbl_alloc(&skb, 7);
	local_bh_enable();

	if (fresh && kept)
		expect_same(test, fresh, kept);
	KUNIT_EXPECT_NOT_NULL(test, fresh);
	KUNIT_EXPECT_NOT_NULL(test, kept);
	/* With KASAN, a freed NBL goes back to the slab. */
	if (!IS_ENABLED(CONFIG_KASAN))
		KUNIT_EXPECT_PTR_EQ(test, kept, given);
	if (fresh)
		ov2_nbl_free(fresh);
	if (kept)
		ov2_nbl_free(kept);
}

/* No NBL is given twice, even if more NBLs are freed than a CPU keeps. */
static void no_nbl_comes_twice(struct kunit *test)
{
	struct ov2_nbl **nbls = kunit_kcalloc(test, NBLS, sizeof(*nbls),
					      GFP_KERNEL);
	int round, i, twice = 0, got = 0;

	KUNIT_ASSERT_NOT_NULL(test, nbls);
	local_bh_disable();
	for (round = 0; round < 2; round++) {
		for (i = 0; i < NBLS; i++) {
			nbls[i] = ov2_nbl_alloc(NULL, i);
			got += !!nbls[i];
		}
		for (i = 0; i < NBLS; i++) {
			twice += nbls[i] && nbls[i]->queue != i;
			if (nbls[i])
				ov2_nbl_free(nbls[i]);
		}
	}
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, twice, 0);
	KUNIT_EXPECT_EQ(test, got, 2 * NBLS);
}

static struct kunit_case nbl_cases[] = {
	KUNIT_CASE(kept_nbl_is_empty),
	KUNIT_CASE(kept_nbl_is_as_new),
	KUNIT_CASE(no_nbl_comes_twice),
	{}
};

static struct kunit_suite nbl_suite = {
	.name = "ov2_nbl",
	.test_cases = nbl_cases,
};

kunit_test_suite(nbl_suite);
