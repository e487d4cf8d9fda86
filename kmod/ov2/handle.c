// SPDX-License-Identifier: GPL-2.0
/*
 * One handle space for the module. A handle is a slot of an xarray and a
 * generation: the slot makes it cheap to resolve, the generation keeps a
 * stale one, that an NBL or bonding still holds, from naming a newer SA. With
 * 20 bits of slot a value comes again after 2^44 adds: at a million a second
 * that takes half a year in which nobody may have looked at it.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/xarray.h>

#include "handle.h"

#define OV2_SLOT_BITS	20
#define OV2_SLOT_MASK	GENMASK(OV2_SLOT_BITS - 1, 0)

static DEFINE_XARRAY_FLAGS(handles, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH);
static atomic_long_t generation;
static u32 next_slot;

/**
 * ov2_handle_alloc() - give an SA its handle
 * @handle: the SA's; from now on ov2_handle_find() returns it
 * @ad: the card
 * @transport: see struct ov2_handle
 *
 * Any context, BH are disabled inside.
 *
 * Return: 0, -ENOMEM, or -EBUSY if every slot is taken.
 */
int ov2_handle_alloc(struct ov2_handle *handle, struct ov2_adapter *ad,
		     void *transport)
{
	unsigned long gen = atomic_long_inc_return(&generation);
	u32 slot;
	int err;

	/* The value is complete before the handle can be found. */
	handle->ad = ad;
	handle->transport = transport;
	xa_lock_bh(&handles);
	err = __xa_alloc_cyclic(&handles, &slot, NULL,
				XA_LIMIT(1, OV2_SLOT_MASK), &next_slot,
				GFP_ATOMIC);
	if (err >= 0) {
		handle->value = gen << OV2_SLOT_BITS | slot;
		__xa_store(&handles, slot, handle, GFP_ATOMIC);
	}
	xa_unlock_bh(&handles);
	return err < 0 ? err : 0;
}

/**
 * ov2_handle_free() - take the handle back
 * @handle: the SA's; whoever found it before may use it for a grace period
 *
 * Any context.
 */
void ov2_handle_free(struct ov2_handle *handle)
{
	xa_erase_bh(&handles, handle->value & OV2_SLOT_MASK);
}

#ifdef OV2_UNIT
/**
 * ov2_handle_reuse() - for unit tests: have a slot given again
 * @value: a handle that was freed; the next one gets its slot, where others
 *	would come only when 2^20 have been given
 *
 * Any context.
 */
void ov2_handle_reuse(unsigned long value)
{
	xa_lock_bh(&handles);
	next_slot = value & OV2_SLOT_MASK;
	xa_unlock_bh(&handles);
}
#endif

/**
 * ov2_handle_find() - what does a handle name?
 * @ad: the card that is asked
 * @value: the handle, any value
 *
 * Under rcu_read_lock(), any context.
 *
 * Return: the handle of a live SA of @ad, or NULL.
 */
struct ov2_handle *ov2_handle_find(struct ov2_adapter *ad,
				   unsigned long value)
{
	struct ov2_handle *handle = xa_load(&handles, value & OV2_SLOT_MASK);

	if (!handle || handle->value != value || handle->ad != ad)
		return NULL;
	return handle;
}
