/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_NULL_ENGINE_H
#define _OV2_NULL_ENGINE_H

#include "../ov2/miniport.h"

#define OV2_NULL_ASKED		32
#define OV2_NULL_CAPACITY	16

/**
 * struct ov2_null_asked - a request as the null engine remembers it
 * @oid: OV2_OID_*
 * @handle: what it named, or was given
 * @status: its final status
 */
struct ov2_null_asked {
	u32 oid;
	unsigned long handle;
	enum ov2_status status;
};

extern const struct ov2_miniport_ops ov2_null_miniport;

unsigned int ov2_null_num_asked(const struct ov2_adapter *ad);
struct ov2_null_asked ov2_null_asked(const struct ov2_adapter *ad,
				     unsigned int nth);

#endif /* _OV2_NULL_ENGINE_H */
