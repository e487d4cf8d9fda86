// SPDX-License-Identifier: GPL-2.0
/*
 * Each card has a handle space of its own, so that no card can use up the
 * handles of another one. A handle consists of a slot of an xarray and of a
 * generation. With the slot the SA is found quickly. An NBL or bonding may
 * still hold a stale handle; the generation keeps this handle from naming a
 * newer SA. All cards count one generation together, so that a handle of
 * another card names nothing, either.
 *
 * The slot has 20 bits, so the generation has 44 bits, and a value comes again
 * after 2^44 adds: at a million adds a second this takes half a year. If a long
 * has 32 bits, the generation has only 12 bits, and a value may name another SA
 * after 4096 adds. So code that has kept a handle must check that the handle
 * leads to the SA that it was kept for.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>

#include "handle.h"

static atomic_long_t generation;

/**
 * ov2_handles_init() - make a handle space, empty
 * @handles: the handle space of a card. There is no function that frees it:
 *	once it is empty, it holds no memory
 *
 * Context: Any context.
 */
void ov2_handles_init(struct ov2_handles *handles)
{
	xa_init_flags(&handles->slots, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH |
		      XA_FLAGS_ACCOUNT);
	handles->next = 0;
}

/**
 * ov2_handle_alloc() - give an SA its handle
 * @handle: the handle of the SA; from now on ov2_handle_find() returns it
 * @handles: the card's handle space
 * @transport: see struct ov2_handle
 *
 * Context: Any context, BH are disabled inside.
 * Return: 0, -ENOMEM, or -EBUSY if every slot is taken. An engine with a
 * capacity of at most OV2_HANDLE_SLOTS SAs never meets -EBUSY.
 */
int ov2_handle_alloc(struct ov2_handle *handle, struct ov2_handles *handles,
		     void *transport)
{
	unsigned long gen = atomic_long_inc_return(&generation);
	u32 slot;
	int err;

	/* The value is complete before the handle can be found. */
	handle->handles = handles;
	handle->transport = transport;
	xa_lock_bh(&handles->slots);
	err = __xa_alloc_cyclic(&handles->slots, &slot, NULL,
				XA_LIMIT(1, OV2_HANDLE_SLOTS), &handles->next,
				GFP_ATOMIC);
	if (err >= 0) {
		handle->value = gen << OV2_HANDLE_SLOT_BITS | slot;
		__xa_store(&handles->slots, slot, handle, GFP_ATOMIC);
	}
	xa_unlock_bh(&handles->slots);
	return err < 0 ? err : 0;
}

/**
 * ov2_handle_free() - take the handle back
 * @handle: the handle of the SA. A reader that has found it before may use it
 *	for a grace period
 *
 * Context: Any context.
 */
void ov2_handle_free(struct ov2_handle *handle)
{
	xa_erase_bh(&handle->handles->slots, handle->value & OV2_HANDLE_SLOTS);
}

#ifdef OV2_UNIT
/**
 * ov2_handle_reuse() - for unit tests: let the next handle get a certain slot
 * @handles: the card's handle space
 * @value: a handle that was freed, and has the slot. Without this call the slot
 *	would be given again only after all other slots
 *
 * Context: Any context.
 */
void ov2_handle_reuse(struct ov2_handles *handles, unsigned long value)
{
	xa_lock_bh(&handles->slots);
	handles->next = value & OV2_HANDLE_SLOTS;
	xa_unlock_bh(&handles->slots);
}
#endif

/**
 * ov2_handle_find() - find the SA that a handle names
 * @handles: the handle space of the card
 * @value: the handle, any value
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the handle of a live SA of that card, or NULL.
 */
struct ov2_handle *ov2_handle_find(struct ov2_handles *handles,
				   unsigned long value)
{
	struct ov2_handle *handle;

	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(),
			 "the SA of a handle may be freed");
	handle = xa_load(&handles->slots, value & OV2_HANDLE_SLOTS);
	return handle && handle->value == value ? handle : NULL;
}
