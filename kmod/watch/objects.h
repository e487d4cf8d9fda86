/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_OBJECTS_H
#define _OV2_OBJECTS_H

/**
 * enum ov2_object - the kinds of objects that are counted
 * @OV2_OBJECT_PORT: a card
 * @OV2_OBJECT_SA: the engine's SA
 * @OV2_OBJECT_ASSOC: the bridge's association of an xfrm state with an SA
 * @OV2_OBJECT_POLICY: an offloaded policy
 * @OV2_OBJECT_NBL: one or more frames with their records
 * @OV2_OBJECT_MAX: number of kinds
 */
enum ov2_object {
	OV2_OBJECT_PORT,
	OV2_OBJECT_SA,
	OV2_OBJECT_ASSOC,
	OV2_OBJECT_POLICY,
	OV2_OBJECT_NBL,
	OV2_OBJECT_MAX,
};

void ov2_object_created(enum ov2_object kind, const void *object);
void ov2_object_freed(enum ov2_object kind, const void *object);
void ov2_objects_check_none(void);

#endif /* _OV2_OBJECTS_H */
