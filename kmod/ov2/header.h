/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_HEADER_H
#define _OV2_HEADER_H

#include <linux/types.h>

#define OV2_OBJECT_TYPE_DEFAULT	0x80
#define OV2_REVISION_1		1

/**
 * struct ov2_object_header - NDIS_OBJECT_HEADER
 * @type: OV2_OBJECT_TYPE_*
 * @revision: OV2_REVISION_1, or a later revision that begins in the same way
 * @size: bytes of the structure that begins with this header, header included
 */
struct ov2_object_header {
	u8 type;
	u8 revision;
	u16 size;
};

#endif /* _OV2_HEADER_H */
