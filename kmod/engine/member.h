/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_MEMBER_H
#define _OV2_MEMBER_H

#include <linux/types.h>

#include "transform.h"

/**
 * struct ov2_member - one member of an SA: its ESP or its AH
 * @operation: enum ov2_operation
 * @spi: network order
 * @esn: extended sequence numbers
 * @transform: the algorithms of the member, with their keys
 * @seq: a sequence number, which the add or the last update has set. In an
 *	inbound SA with @esn, it then rises to the highest number that was
 *	verified. In an outbound SA, only its high half is used. ov2_sa.lock
 *	protects @seq
 */
struct ov2_member {
	u32 operation;
	__be32 spi;
	bool esn;
	struct ov2_transform transform;
	u64 seq;
};

#endif /* _OV2_MEMBER_H */
