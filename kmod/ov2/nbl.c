// SPDX-License-Identifier: GPL-2.0
/* Frames with their records. */
#include <linux/bottom_half.h>
#include <linux/cpumask.h>
/* Up to 6.12 local_lock.h uses what interrupt.h declares */
#include <linux/interrupt.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "nbl.h"
#include "../watch/objects.h"

/* A poll of NAPI hands at most this many NBLs to the engine. */
#define STOCK_NBLS	64

/**
 * struct nbl_stock - NBLs that a CPU keeps for the frames that come next
 * @bh_lock: protects the other members. It locks only with PREEMPT_RT. Without
 *	PREEMPT_RT it is enough that BH are disabled
 * @num: number of NBLs in @nbls
 * @nbls: the NBLs. The last one was freed last, so it is in the cache of the
 *	CPU and is used next
 */
struct nbl_stock {
	local_lock_t bh_lock;
	unsigned int num;
	struct ov2_nbl *nbls[STOCK_NBLS];
};

static DEFINE_PER_CPU(struct nbl_stock, nbl_stock) = {
	.bh_lock = INIT_LOCAL_LOCK(bh_lock),
};

static struct kmem_cache *nbl_cache;

/* With KASAN the stock is not used, because KASAN reports the use of a freed
 * NBL only if the NBL is back in the slab.
 */
static bool stock_usable(void)
{
	return !IS_ENABLED(CONFIG_KASAN) && likely(softirq_count());
}

static struct ov2_nbl *stock_take(void)
{
	struct ov2_nbl *nbl = NULL;
	struct nbl_stock *stock;

	local_lock_nested_bh(&nbl_stock.bh_lock);
	stock = this_cpu_ptr(&nbl_stock);
	if (likely(stock->num))
		nbl = stock->nbls[--stock->num];
	local_unlock_nested_bh(&nbl_stock.bh_lock);
	return nbl;
}

/* Returns false if the stock is full. */
static bool stock_give(struct ov2_nbl *nbl)
{
	struct nbl_stock *stock;
	bool room;

	local_lock_nested_bh(&nbl_stock.bh_lock);
	stock = this_cpu_ptr(&nbl_stock);
	room = stock->num < STOCK_NBLS;
	if (likely(room))
		stock->nbls[stock->num++] = nbl;
	local_unlock_nested_bh(&nbl_stock.bh_lock);
	return room;
}

/**
 * ov2_nbl_alloc() - make an NBL with empty records for a frame
 * @skb: the frame; still belongs to the caller if this function fails
 * @queue: number of the receive queue that the frame came in on, or of the send
 *	queue that the frame leaves by
 *
 * Context: Any context except hard interrupts; cheapest with BH disabled.
 * Return: the NBL, or NULL if there is no memory.
 */
struct ov2_nbl *ov2_nbl_alloc(struct sk_buff *skb, u16 queue)
{
	struct ov2_nbl *nbl = stock_usable() ? stock_take() : NULL;

	if (!nbl)
		nbl = kmem_cache_alloc(nbl_cache, GFP_ATOMIC);
	if (!nbl)
		return NULL;

	nbl->skb = skb;
	nbl->queue = queue;
	nbl->frames = 1;
	memset(nbl->info, 0, sizeof(nbl->info));
	nbl->ext_tx = (struct ov2_ext_tx){};
	nbl->ext_lso = (struct ov2_ext_lso){};
	nbl->ext_rx = (struct ov2_ext_rx){};
	nbl->reason = OV2_CNT_NONE;
	INIT_LIST_HEAD(&nbl->link);
	ov2_object_created(OV2_OBJECT_NBL, nbl);
	return nbl;
}

/**
 * ov2_nbl_free() - free an NBL; its frames stay
 * @nbl: what ov2_nbl_alloc() returned
 *
 * Context: Any context except hard interrupts; cheapest with BH disabled.
 */
void ov2_nbl_free(struct ov2_nbl *nbl)
{
	ov2_object_freed(OV2_OBJECT_NBL, nbl);
	if (!stock_usable() || !stock_give(nbl))
		kmem_cache_free(nbl_cache, nbl);
}

/**
 * ov2_nbl_init() - make the slab of the NBLs
 *
 * Context: Process context, at module init.
 * Return: 0 or -ENOMEM.
 */
int ov2_nbl_init(void)
{
	/* Like sk_buffs, NBLs are not charged to a memory cgroup. An NBL lives
	 * only while its frame is in the engine, and the rings limit the number
	 * of NBLs. All cards share the NBLs that a CPU keeps.
	 */
	nbl_cache = KMEM_CACHE(ov2_nbl, 0);
	return nbl_cache ? 0 : -ENOMEM;
}

/**
 * ov2_nbl_exit() - undo ov2_nbl_init(); every NBL has been freed
 *
 * Context: Process context, at module exit.
 */
void ov2_nbl_exit(void)
{
	struct nbl_stock *stock;
	int cpu;

	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(&nbl_stock, cpu);
		while (stock->num)
			kmem_cache_free(nbl_cache, stock->nbls[--stock->num]);
	}
	kmem_cache_destroy(nbl_cache);
}
