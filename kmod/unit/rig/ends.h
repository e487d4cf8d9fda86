/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ENDS_H
#define _OV2_ENDS_H

#include "rig.h"

/**
 * struct ov2_ends - a sender and a receiver, both with the engine
 * @a: the sender
 * @b: the receiver
 */
struct ov2_ends {
	struct ov2_rig *a;
	struct ov2_rig *b;
};

struct ov2_ends ov2_ends_new(struct kunit *test);
void ov2_ends_add(struct ov2_ends *ends, struct ov2_rig_sa *sa);
struct sk_buff *ov2_ends_protect(struct ov2_ends *ends,
				 const struct ov2_rig_frame *frame);
u32 ov2_ends_word(struct ov2_ends *ends, const struct sk_buff *skb);
u32 ov2_ends_word_flipped(struct ov2_ends *ends, struct sk_buff *skb,
			  unsigned int offset, u8 bits);

#endif /* _OV2_ENDS_H */
