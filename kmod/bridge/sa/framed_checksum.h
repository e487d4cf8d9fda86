/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FRAMED_CHECKSUM_H
#define _OV2_FRAMED_CHECKSUM_H

#include <linux/types.h>

#include "../../watch/counters.h"

struct ov2_assoc;
struct sk_buff;

bool ov2_checksum_can_wait(struct sk_buff *skb);
enum ov2_counter ov2_framed_checksum(struct sk_buff *skb,
				     const struct ov2_assoc *assoc,
				     u8 next_header, unsigned int trailer_len,
				     u32 *word);

#endif /* _OV2_FRAMED_CHECKSUM_H */
