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
	KUNIT_CASE(no_nbl_comes_twice),
	{}
};

static struct kunit_suite nbl_suite = {
	.name = "ov2_nbl",
	.test_cases = nbl_cases,
};

kunit_test_suite(nbl_suite);
