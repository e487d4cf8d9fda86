/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LARGE_H
#define _OV2_LARGE_H

#include "../../ov2/nbl.h"
#include "../sa/assoc.h"

/**
 * struct ov2_large - a large packet, which the engine cuts into segments
 * @headers: bytes of the headers that each segment has, from the IP header on
 * @payload: bytes that are divided among the segments
 * @mss: payload of a segment; the last one may have less
 * @segments: number of segments
 */
struct ov2_large {
	unsigned int headers;
	unsigned int payload;
	unsigned int mss;
	u16 segments;
};

bool ov2_large_read(const struct sk_buff *skb, bool tunnel,
		    struct ov2_large *large);
u64 ov2_large_bytes(const struct ov2_large *large, unsigned int skip);
void ov2_large_set_ids(const struct sk_buff *skb, const struct xfrm_state *x,
		       struct ov2_ext_lso *ext);

#endif /* _OV2_LARGE_H */
