/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FRAMED_H
#define _OV2_FRAMED_H

#include "../../ov2/nbl.h"
#include "../../watch/counters.h"

struct ov2_assoc;

u8 ov2_large_proto(const struct sk_buff *skb);
enum ov2_counter ov2_framed_nbl(struct sk_buff *skb, u16 queue,
				const struct ov2_assoc *assoc, u8 next_header,
				struct ov2_nbl **nbl);

#endif /* _OV2_FRAMED_H */
