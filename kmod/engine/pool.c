// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers for the segments of large sends. The buffers come from page pools.
 * When the receiver has read all segments of a page, the page comes back and is
 * used again. A new page costs more, because many kernels zero it
 * (init_on_alloc).
 *
 * Each CPU has a pool, and all cards share the pools. A page may stay in a
 * receiver's socket after the card, or even this module, is gone. So
 * page_pool_destroy() leaves the pool to the core until the last page is back.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/local_lock.h>
#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <net/page_pool/helpers.h>

#include "pool.h"

/* Several segments share a page, as with netdev_alloc_skb(). */
#define POOL_ORDER	get_order(SZ_32K)
#define POOL_PAGE_SIZE	(PAGE_SIZE << POOL_ORDER)
/* The ring of a pool keeps returned pages, with at most this number of bytes in
 * all. In addition, the cache of the pool may keep the same number of bytes.
 */
#define POOL_KEEPS	SZ_1M
/* These flags keep the pages of the memory reserves out of the pools. A
 * receiver's sockets would drop all segments that share such a page.
 */
#define POOL_GFP	(GFP_ATOMIC | __GFP_NOWARN | __GFP_NOMEMALLOC)

/**
 * struct segment_pool - gives memory for the segments that one CPU cuts
 * @bh_lock: protects the pages that @pool gives. With PREEMPT_RT it is a real
 *	lock. Without PREEMPT_RT it does nothing, because disabled BH are enough
 * @pool: the pool
 */
struct segment_pool {
	local_lock_t bh_lock;
	struct page_pool *pool;
};

static DEFINE_PER_CPU(struct segment_pool, segment_pool) = {
	.bh_lock = INIT_LOCAL_LOCK(bh_lock),
};

static struct sk_buff *pool_build(struct page_pool *pool, unsigned int size)
{
	unsigned int offset;
	struct sk_buff *skb;
	struct page *page;

	if (unlikely(size > POOL_PAGE_SIZE))
		return NULL;
	page = page_pool_alloc_frag(pool, &offset, size, POOL_GFP);
	if (unlikely(!page))
		return NULL;
	skb = napi_build_skb(page_address(page) + offset, size);
	if (unlikely(!skb)) {
		page_pool_put_full_page(pool, page, false);
		return NULL;
	}
	skb_mark_for_recycle(skb);
	return skb;
}

/**
 * ov2_pool_skb() - make an empty frame
 * @dev: the card
 * @len: bytes that the frame has room for, from its Ethernet header on
 *
 * GRO can merge such frames without a copy. If the pool has no page, or the
 * frame is longer than a page, the frame comes from netdev_alloc_skb().
 *
 * Context: BH disabled.
 * Return: the frame, with NET_SKB_PAD + NET_IP_ALIGN bytes of headroom, or NULL
 * if there is no memory.
 */
struct sk_buff *ov2_pool_skb(struct net_device *dev, unsigned int len)
{
	unsigned int headroom = NET_SKB_PAD + NET_IP_ALIGN;
	struct sk_buff *skb;

	lockdep_assert_in_softirq();
	local_lock_nested_bh(&segment_pool.bh_lock);
	skb = pool_build(this_cpu_read(segment_pool.pool),
			 SKB_HEAD_ALIGN(headroom + len));
	local_unlock_nested_bh(&segment_pool.bh_lock);
	if (unlikely(!skb))
		return netdev_alloc_skb_ip_align(dev, len);

	skb_reserve(skb, headroom);
	skb->dev = dev;
	return skb;
}

/**
 * ov2_pool_init() - make the pools that ov2_pool_skb() uses
 *
 * Context: Process context, at module init.
 * Return: 0 or a negative errno.
 */
int ov2_pool_init(void)
{
	const struct page_pool_params params = {
		.order = POOL_ORDER,
		.pool_size = POOL_KEEPS / POOL_PAGE_SIZE,
		.nid = NUMA_NO_NODE,
	};
	struct page_pool *pool;
	int cpu;

	for_each_possible_cpu(cpu) {
		pool = page_pool_create(&params);
		if (IS_ERR(pool)) {
			ov2_pool_exit();
			return PTR_ERR(pool);
		}
		per_cpu(segment_pool, cpu).pool = pool;
	}
	return 0;
}

/**
 * ov2_pool_exit() - undo ov2_pool_init(); no card is left
 *
 * Context: Process context.
 */
void ov2_pool_exit(void)
{
	int cpu;

	/* If ov2_pool_init() has failed, some pools are NULL, which
	 * page_pool_destroy() accepts.
	 */
	for_each_possible_cpu(cpu)
		page_pool_destroy(per_cpu(segment_pool, cpu).pool);
}
