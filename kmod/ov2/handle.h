/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_HANDLE_H
#define _OV2_HANDLE_H

#include <linux/types.h>

struct ov2_adapter;

/**
 * struct ov2_handle - an SA bundle's place in the module's handle space
 * @value: what names it: generation and slot; never 0
 * @ad: the only card that it resolves on
 * @transport: whoever asked for the SA, found again through the handle
 *
 * Embedded in the engine's SA, which must be freed only a grace period after
 * ov2_handle_free().
 */
struct ov2_handle {
	unsigned long value;
	struct ov2_adapter *ad;
	void *transport;
};

int ov2_handle_alloc(struct ov2_handle *handle, struct ov2_adapter *ad,
		     void *transport);
void ov2_handle_free(struct ov2_handle *handle);
struct ov2_handle *ov2_handle_find(struct ov2_adapter *ad,
				   unsigned long value);
#ifdef OV2_UNIT
void ov2_handle_reuse(unsigned long value);
#endif

#endif /* _OV2_HANDLE_H */
