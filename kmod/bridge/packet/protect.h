/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PROTECT_H
#define _OV2_PROTECT_H

#include "../sa/assoc.h"
#include "outer.h"

unsigned int ov2_ip_header_len(const struct sk_buff *skb);
bool ov2_frame_trim(struct sk_buff *skb);
bool ov2_frame_protect(struct sk_buff *skb, const struct ov2_assoc *assoc,
		       const struct xfrm_state *x, u32 seq,
		       const struct ov2_outer *outer, u8 *next_header);

#endif /* _OV2_PROTECT_H */
