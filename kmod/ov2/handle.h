/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_HANDLE_H
#define _OV2_HANDLE_H

#include <linux/types.h>
#include <linux/xarray.h>

/* A card's handle space has the slots 1 to OV2_HANDLE_SLOTS, so at most this
 * many SAs have a handle at a time. OV2_HANDLE_SLOTS is also the mask for those
 * bits of a handle that hold the slot.
 */
#define OV2_HANDLE_SLOT_BITS	20
#define OV2_HANDLE_SLOTS	((1U << OV2_HANDLE_SLOT_BITS) - 1)

/**
 * struct ov2_handles - the handle space of a card
 * @slots: the handles; the index is the slot
 * @next: where the search for a free slot begins; under the lock of @slots
 * @version: rises with each handle that comes or goes; written under the lock
 *	of @slots
 */
struct ov2_handles {
	struct xarray slots;
	u32 next;
	u32 version;
};

/**
 * struct ov2_handle - an SA bundle's place in its card's handle space
 * @value: the number that names the SA: generation and slot; never 0
 * @handles: the handle space that the SA bundle is in
 * @transport: the pointer that the bridge gave with the add. With the handle
 *	the bridge finds this pointer again
 *
 * The structure is embedded in the engine's SA. After ov2_handle_free() the
 * engine must wait for a grace period before it frees the SA.
 */
struct ov2_handle {
	unsigned long value;
	struct ov2_handles *handles;
	void *transport;
};

void ov2_handles_init(struct ov2_handles *handles);
int ov2_handle_alloc(struct ov2_handle *handle, struct ov2_handles *handles,
		     void *transport);
void ov2_handle_free(struct ov2_handle *handle);
struct ov2_handle *ov2_handle_find(struct ov2_handles *handles,
				   unsigned long value);
unsigned long ov2_handle_next(struct ov2_handles *handles,
			      unsigned long *slot);
u32 ov2_handles_version(const struct ov2_handles *handles);
#ifdef OV2_UNIT
void ov2_handle_reuse(struct ov2_handles *handles, unsigned long value);
#endif

#endif /* _OV2_HANDLE_H */
