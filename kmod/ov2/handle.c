// SPDX-License-Identifier: GPL-2.0
/*
 * Each card has a handle space of its own, so that no card can use up the
 * handles of another card. A handle consists of two numbers: a slot of an
 * xarray and a generation. The slot leads to the SA quickly. After an SA is
 * deleted, an NBL or bonding may still hold the old handle. A newer SA in the
 * same slot has another generation, so the old handle does not name the newer
 * SA. All cards share one counter of generations, so that a handle of one card
 * names no SA of another card.
 *
 * If a long has 64 bits, the slot takes 20 of them and the generation takes 44.
 * Then a value comes again after 2^44 adds: at a million adds a second this
 * takes half a year. If a long has 32 bits, the generation has only 12 bits,
 * and a value may name another SA after 4096 adds. So code that has kept the
 * handle of an SA must check that the handle leads to this SA.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>

#include "handle.h"

static atomic_long_t generation;

/**
 * ov2_handles_init() - make an empty handle space
 * @handles: the handle space of a card. No function frees it, because an empty
 *	handle space holds no memory
 *
 * Context: Any context.
 */
void ov2_handles_init(struct ov2_handles *handles)
{
	xa_init_flags(&handles->slots, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH |
		      XA_FLAGS_ACCOUNT);
	handles->next = 0;
	handles->version = 0;
}

/* The writer holds the lock. For each change it first writes the slot, with
 * release, and then the version. So if a walk has read a changed slot, and then
 * reads the version (ov2_handles_version()), the version counts all earlier
 * changes. The version may not count the change of this slot yet.
 */
static void handles_changed(struct ov2_handles *handles)
{
	lockdep_assert_held(&handles->slots.xa_lock);
	WRITE_ONCE(handles->version, handles->version + 1);
}

/**
 * ov2_handle_alloc() - give an SA its handle
 * @handle: filled in; after success ov2_handle_find() finds it
 * @handles: the card's handle space
 * @transport: see struct ov2_handle
 *
 * Context: Any context except hard interrupts.
 * Return: 0, -ENOMEM, or -EBUSY if every slot is taken. An engine with a
 * capacity of at most OV2_HANDLE_SLOTS SAs never meets -EBUSY.
 */
int ov2_handle_alloc(struct ov2_handle *handle, struct ov2_handles *handles,
		     void *transport)
{
	unsigned long gen = atomic_long_inc_return(&generation);
	u32 slot;
	int err;

	/* All members are set before the handle can be found. */
	handle->handles = handles;
	handle->transport = transport;
	xa_lock_bh(&handles->slots);
	err = __xa_alloc_cyclic(&handles->slots, &slot, NULL,
				XA_LIMIT(1, OV2_HANDLE_SLOTS), &handles->next,
				GFP_ATOMIC);
	if (err >= 0) {
		handle->value = gen << OV2_HANDLE_SLOT_BITS | slot;
		__xa_store(&handles->slots, slot, handle, GFP_ATOMIC);
		handles_changed(handles);
	}
	xa_unlock_bh(&handles->slots);
	return err < 0 ? err : 0;
}

/**
 * ov2_handle_free() - take the handle back
 * @handle: the handle of the SA. A reader that has already found the handle may
 *	use it until a grace period has passed
 *
 * Context: Any context except hard interrupts.
 */
void ov2_handle_free(struct ov2_handle *handle)
{
	struct ov2_handles *handles = handle->handles;

	xa_lock_bh(&handles->slots);
	__xa_erase(&handles->slots, handle->value & OV2_HANDLE_SLOTS);
	handles_changed(handles);
	xa_unlock_bh(&handles->slots);
}

#ifdef OV2_UNIT
/**
 * ov2_handle_reuse() - for unit tests: let the next handle get a certain slot
 * @handles: the card's handle space
 * @value: a handle that was freed; the next new handle gets the slot of @value.
 *	Without this call all other slots would be given before this slot
 *
 * Context: Any context except hard interrupts.
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

/**
 * ov2_handle_next() - walk over the handles of a card
 * @handles: the handle space of the card
 * @slot: where to begin, 0 for all handles; filled in with the slot of the
 *	handle that was found
 *
 * A walk goes on with *@slot + 1, at any later time. A handle that lives during
 * the whole walk is met once, even if other handles come and go.
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the value of the handle, or 0 if there is no further handle.
 */
unsigned long ov2_handle_next(struct ov2_handles *handles, unsigned long *slot)
{
	struct ov2_handle *handle;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the SA may be freed");
	handle = xa_find(&handles->slots, slot, OV2_HANDLE_SLOTS, XA_PRESENT);
	return handle ? handle->value : 0;
}

/**
 * ov2_handles_version() - read a number that rises with each change of handles
 * @handles: the handle space of a card
 *
 * If the version is the same before and after a walk, the walk has met exactly
 * the handles that the card had at one moment.
 *
 * Context: Any context.
 * Return: the number.
 */
u32 ov2_handles_version(const struct ov2_handles *handles)
{
	/* Read the version after the slots that a walk has read. Pairs with
	 * handles_changed().
	 */
	smp_rmb();
	/* Read the version before the slots that a walk will read. */
	return smp_load_acquire(&handles->version);
}
