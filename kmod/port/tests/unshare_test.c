// SPDX-License-Identifier: GPL-2.0
/* The receiver writes to no memory that a frame shares with its sender. */
#include <kunit/test.h>
#include <linux/skbuff.h>
#include <linux/skbuff_ref.h>

#include "../unshare.h"

#define HEAD_LEN	100
#define PAGE_LEN	500

static void fill(u8 *data, unsigned int len, u8 first)
{
	while (len--)
		*data++ = first++;
}

/* Returns a frame with data in the head and, if @paged, in a page. */
static struct sk_buff *frame_new(struct kunit *test, bool paged, u8 first)
{
	struct sk_buff *skb = alloc_skb(HEAD_LEN, GFP_KERNEL);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	fill(skb_put(skb, HEAD_LEN), HEAD_LEN, first);
	if (!paged)
		return skb;

	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	fill(page_address(page), PAGE_LEN, first + HEAD_LEN);
	skb_add_rx_frag(skb, 0, page, 0, PAGE_LEN, PAGE_SIZE);
	return skb;
}

static int unshare(struct sk_buff *skb)
{
	int err;

	local_bh_disable();
	err = ov2_unshare(skb);
	local_bh_enable();
	return err;
}

static void expect_bytes(struct kunit *test, const struct sk_buff *skb,
			 unsigned int len)
{
	u8 expected[HEAD_LEN + PAGE_LEN], got[HEAD_LEN + PAGE_LEN];

	KUNIT_ASSERT_EQ(test, skb->len, len);
	fill(expected, len, 0);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, got, len), 0);
	KUNIT_EXPECT_MEMEQ(test, got, expected, len);
}

/* The sender keeps a clone. The frame gets a head and shared info of its own.
 * The pages are marked in the frame, and not in the clone.
 */
static void clone_of_pages(struct kunit *test)
{
	struct sk_buff *skb = frame_new(test, true, 0);
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_ASSERT_EQ(test, unshare(skb), 0);
	KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
	KUNIT_EXPECT_PTR_NE(test, skb_shinfo(skb), skb_shinfo(clone));
	KUNIT_EXPECT_TRUE(test, skb_has_shared_frag(skb));
	KUNIT_EXPECT_FALSE(test, skb_has_shared_frag(clone));

	/* The test writes to the shared info, as GRO does. */
	memset(skb->data, 0xff, HEAD_LEN);
	skb_frag_unref(skb, 0);
	skb_shinfo(skb)->nr_frags = 0;
	skb->len = HEAD_LEN;
	skb->data_len = 0;
	kfree_skb(skb);
	expect_bytes(test, clone, HEAD_LEN + PAGE_LEN);
	kfree_skb(clone);
}

/* The frame is as skb_segment() makes it: not cloned, but its page may have
 * another user.
 */
static void own_head_shared_page(struct kunit *test)
{
	struct sk_buff *skb = frame_new(test, true, 0);
	const u8 *head = skb->head;

	KUNIT_ASSERT_EQ(test, unshare(skb), 0);
	KUNIT_EXPECT_PTR_EQ(test, (const u8 *)skb->head, head);
	KUNIT_EXPECT_TRUE(test, skb_has_shared_frag(skb));
	expect_bytes(test, skb, HEAD_LEN + PAGE_LEN);
	kfree_skb(skb);
}

/* A linear frame that shares nothing is not copied. The engine makes such
 * frames.
 */
static void own_linear(struct kunit *test)
{
	struct sk_buff *skb = frame_new(test, false, 0);
	const u8 *head = skb->head;

	KUNIT_ASSERT_EQ(test, unshare(skb), 0);
	KUNIT_EXPECT_PTR_EQ(test, (const u8 *)skb->head, head);
	KUNIT_EXPECT_FALSE(test, skb_shinfo(skb)->flags & SKBFL_SHARED_FRAG);
	expect_bytes(test, skb, HEAD_LEN);
	kfree_skb(skb);
}

/* Returns a frame whose list is @member; takes @member. */
static struct sk_buff *frame_with_list(struct kunit *test,
				       struct sk_buff *member)
{
	struct sk_buff *skb = frame_new(test, false, 0);

	skb_shinfo(skb)->frag_list = member;
	skb->len += member->len;
	skb->data_len += member->len;
	skb->truesize += member->truesize;
	return skb;
}

/* Others may hold the members of a list, so the bytes of the members are
 * copied.
 */
static void list_of_frames(struct kunit *test)
{
	struct sk_buff *member = frame_new(test, false, HEAD_LEN);
	struct sk_buff *skb = frame_with_list(test, skb_get(member));
	struct sk_buff *clone;

	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);

	KUNIT_ASSERT_EQ(test, unshare(skb), 0);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(skb));
	KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
	expect_bytes(test, skb, 2 * HEAD_LEN);
	memset(skb->data, 0xff, skb->len);
	kfree_skb(skb);
	expect_bytes(test, clone, 2 * HEAD_LEN);
	kfree_skb(clone);
	KUNIT_EXPECT_EQ(test, refcount_read(&member->users), 1);
	kfree_skb(member);
}

/* A large packet gets a head of its own, and its list stays shared with the
 * sender, because 64 KiB in one piece are hard to get.
 */
static void large_list(struct kunit *test)
{
	struct sk_buff *member = frame_new(test, false, HEAD_LEN);
	struct sk_buff *skb = frame_with_list(test, member);
	struct sk_buff *clone;

	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_shinfo(skb)->gso_size = HEAD_LEN;
	skb_shinfo(skb)->gso_segs = 2;
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);

	KUNIT_ASSERT_EQ(test, unshare(skb), 0);
	KUNIT_EXPECT_PTR_EQ(test, skb_shinfo(skb)->frag_list, member);
	KUNIT_EXPECT_TRUE(test, skb_shared(member));
	KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
	KUNIT_EXPECT_TRUE(test, skb_has_shared_frag(skb));
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_type, SKB_GSO_TCPV4);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_size, HEAD_LEN);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_segs, 2);
	memset(skb->data, 0xff, skb_headlen(skb));
	kfree_skb(skb);
	expect_bytes(test, clone, 2 * HEAD_LEN);
	kfree_skb(clone);
}

/* The frame loses the fields of the shared info that the sender set. The clone
 * keeps them.
 */
static void scrubbed(struct kunit *test)
{
	struct sk_buff *skb = frame_new(test, false, 0);
	struct skb_shared_info *info = skb_shinfo(skb);
	struct sk_buff *clone;

	info->gso_type = SKB_GSO_TCPV4 | SKB_GSO_TCP_ECN;
	info->gso_segs = 1;
	info->tx_flags = SKBTX_SW_TSTAMP;
	info->tskey = 7;
	info->meta_len = 4;
	info->hwtstamps.hwtstamp = 1000;
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);

	KUNIT_ASSERT_EQ(test, unshare(skb), 0);
	info = skb_shinfo(skb);
	KUNIT_EXPECT_EQ(test, info->gso_type, 0);
	KUNIT_EXPECT_EQ(test, info->gso_segs, 0);
	KUNIT_EXPECT_EQ(test, info->tx_flags, 0);
	KUNIT_EXPECT_EQ(test, info->tskey, 0);
	KUNIT_EXPECT_EQ(test, info->meta_len, 0);
	KUNIT_EXPECT_EQ(test, info->hwtstamps.hwtstamp, 0);
	KUNIT_EXPECT_EQ(test, skb_shinfo(clone)->tx_flags, SKBTX_SW_TSTAMP);
	KUNIT_EXPECT_EQ(test, skb_shinfo(clone)->hwtstamps.hwtstamp, 1000);
	kfree_skb(skb);
	kfree_skb(clone);
}

/* Returns a large packet as TCP makes it, and a clone of it. */
static struct sk_buff *large_tcp(struct kunit *test, struct sk_buff **clone)
{
	struct sk_buff *skb = frame_new(test, true, 0);

	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN;
	skb_shinfo(skb)->gso_size = HEAD_LEN;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(PAGE_LEN, HEAD_LEN);
	*clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, *clone);
	return skb;
}

/* A clone of a large packet of TCP may stay shared. If one property differs,
 * the packet may not.
 */
static void may_stay_shared(struct kunit *test)
{
	struct sk_buff *clone, *skb = large_tcp(test, &clone);
	struct skb_shared_info *info = skb_shinfo(skb);

	KUNIT_EXPECT_EQ(test, ov2_may_stay_shared(skb), OV2_MAY_SHARE);

	info->gso_size = 0;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->gso_size = HEAD_LEN;
	info->gso_type |= SKB_GSO_DODGY;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->gso_type = SKB_GSO_TCPV4 | SKB_GSO_UDP_TUNNEL;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->gso_type = SKB_GSO_UDP_L4;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->gso_type = SKB_GSO_TCPV4;
	info->tx_flags = SKBTX_SW_TSTAMP;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->tx_flags = 0;
	info->meta_len = 4;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->meta_len = 0;
	info->hwtstamps.hwtstamp = 1;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->hwtstamps.hwtstamp = 0;
	info->frag_list = clone;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	info->frag_list = NULL;
	/* Only compared with NULL */
	skb->sk = (struct sock *)skb;
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	skb->sk = NULL;

	KUNIT_EXPECT_EQ(test, ov2_may_stay_shared(skb), OV2_MAY_SHARE);
	kfree_skb(clone);
	KUNIT_EXPECT_FALSE(test, ov2_may_stay_shared(skb));
	kfree_skb(skb);
}

static struct kunit_case unshare_cases[] = {
	KUNIT_CASE(clone_of_pages),
	KUNIT_CASE(own_head_shared_page),
	KUNIT_CASE(own_linear),
	KUNIT_CASE(list_of_frames),
	KUNIT_CASE(large_list),
	KUNIT_CASE(scrubbed),
	KUNIT_CASE(may_stay_shared),
	{}
};

static struct kunit_suite unshare_suite = {
	.name = "ov2_unshare",
	.test_cases = unshare_cases,
};

kunit_test_suite(unshare_suite);
