// SPDX-License-Identifier: GPL-2.0
/*
 * A handle space for each card, so that nobody can take another's. A handle is
 * a slot of an xarray and a generation: the slot makes it cheap to resolve, the
 * generation keeps a stale one, that an NBL or bonding still holds, from naming
 * a newer SA. All cards draw from one generation, so that a handle of another
 * card names nothing either. With 20 bits of slot a value comes again after
 * 2^44 adds: at a million a second that takes half a year in which nobody may
 * have looked at it. Where a long has 32 bits only 12 are left, and a value may
 * name another SA after 4096 adds: who has kept a handle has to look whether it
 * leads to what he means.
 */
#include <linux/atomic.h>
#include <linux/bits.h>

#include "handle.h"
#include "miniport.h"

#define OV2_SLOT_BITS	20
#define OV2_SLOT_MASK	GENMASK(OV2_SLOT_BITS - 1, 0)

static_assert(OV2_HANDLE_SLOTS == OV2_SLOT_MASK);

static atomic_long_t generation;

/**
 * ov2_handles_init() - make a handle space, empty
 * @handles: that of a card. Empty again, it needs no end
 *
 * Context: Any.
 */
void ov2_handles_init(struct ov2_handles *handles)
{
	xa_init_flags(&handles->slots, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH |
		      XA_FLAGS_ACCOUNT);
	handles->next = 0;
}

/**
 * ov2_handle_alloc() - give an SA its handle
 * @handle: the SA's; from now on ov2_handle_find() returns it
 * @ad: the card
 * @transport: see struct ov2_handle
 *
 * Any context, BH are disabled inside.
 *
 * Return: 0, -ENOMEM, or -EBUSY if every slot is taken: an engine with a smaller
 * capacity sees to it that this cannot be.
 */
int ov2_handle_alloc(struct ov2_handle *handle, struct ov2_adapter *ad,
		     void *transport)
{
	unsigned long gen = atomic_long_inc_return(&generation);
	struct ov2_handles *handles = &ad->handles;
	u32 slot;
	int err;

	/* The value is complete before the handle can be found. */
	handle->ad = ad;
	handle->transport = transport;
	xa_lock_bh(&handles->slots);
	err = __xa_alloc_cyclic(&handles->slots, &slot, NULL,
				XA_LIMIT(1, OV2_SLOT_MASK), &handles->next,
				GFP_ATOMIC);
	if (err >= 0) {
		handle->value = gen << OV2_SLOT_BITS | slot;
		__xa_store(&handles->slots, slot, handle, GFP_ATOMIC);
	}
	xa_unlock_bh(&handles->slots);
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
	xa_erase_bh(&handle->ad->handles.slots, handle->value & OV2_SLOT_MASK);
}

#ifdef OV2_UNIT
/**
 * ov2_handle_reuse() - for unit tests: have a slot given again
 * @ad: the card
 * @value: a handle that was freed; the card's next one gets its slot, where
 *	others would come only when 2^20 have been given
 *
 * Any context.
 */
void ov2_handle_reuse(struct ov2_adapter *ad, unsigned long value)
{
	xa_lock_bh(&ad->handles.slots);
	ad->handles.next = value & OV2_SLOT_MASK;
	xa_unlock_bh(&ad->handles.slots);
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
	struct ov2_handle *handle = xa_load(&ad->handles.slots,
					    value & OV2_SLOT_MASK);

	return handle && handle->value == value ? handle : NULL;
}
