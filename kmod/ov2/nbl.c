// SPDX-License-Identifier: GPL-2.0
/* Frames with their records. */
#include <linux/slab.h>

#include "nbl.h"
#include "../watch/objects.h"

static struct kmem_cache *nbl_cache;

/**
 * ov2_nbl_alloc() - wrap a frame, with empty records
 * @skb: the frame; still belongs to the caller if this function fails
 * @queue: the card's queue that the frame came in on
 *
 * Context: Any context.
 * Return: the NBL, or NULL without memory.
 */
struct ov2_nbl *ov2_nbl_alloc(struct sk_buff *skb, u16 queue)
{
	struct ov2_nbl *nbl = kmem_cache_zalloc(nbl_cache, GFP_ATOMIC);

	if (!nbl)
		return NULL;

	nbl->skb = skb;
	nbl->queue = queue;
	INIT_LIST_HEAD(&nbl->link);
	ov2_object_created(OV2_OBJECT_NBL, nbl);
	return nbl;
}

/**
 * ov2_nbl_free() - free an NBL; its frames stay
 * @nbl: what ov2_nbl_alloc() returned
 *
 * Context: Any context.
 */
void ov2_nbl_free(struct ov2_nbl *nbl)
{
	ov2_object_freed(OV2_OBJECT_NBL, nbl);
	kmem_cache_free(nbl_cache, nbl);
}

/**
 * ov2_nbl_init() - make ready for ov2_nbl_alloc()
 *
 * Context: Process context, at module init.
 * Return: 0 or -ENOMEM.
 */
int ov2_nbl_init(void)
{
	/* NBLs are not charged to a memory cgroup, and neither are sk_buffs:
	 * an NBL lives as long as its frame is in the engine, and the rings
	 * bound the number of NBLs.
	 */
	nbl_cache = KMEM_CACHE(ov2_nbl, 0);
	return nbl_cache ? 0 : -ENOMEM;
}

/**
 * ov2_nbl_exit() - end of ov2_nbl_init(); every NBL has been freed
 *
 * Context: Process context, at module exit.
 */
void ov2_nbl_exit(void)
{
	kmem_cache_destroy(nbl_cache);
}
