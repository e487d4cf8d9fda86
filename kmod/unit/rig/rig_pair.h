/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_PAIR_H
#define _OV2_RIG_PAIR_H

#include "rig.h"
#include "rig_add.h"
#include "rig_frame.h"

/**
 * struct ov2_pair - a sender and a receiver, both with the engine
 * @a: the sender
 * @b: the receiver
 */
struct ov2_pair {
	struct ov2_rig *a;
	struct ov2_rig *b;
};

struct ov2_pair ov2_pair_new(struct kunit *test);
void ov2_pair_add(struct ov2_pair *pair, struct ov2_rig_sa *sa);
struct sk_buff *ov2_pair_protect(struct ov2_pair *pair,
				 const struct ov2_rig_frame *frame);
u32 ov2_pair_word(struct ov2_pair *pair, const struct sk_buff *skb);
u32 ov2_pair_word_flipped(struct ov2_pair *pair, struct sk_buff *skb,
			  unsigned int offset, u8 bits);

#endif /* _OV2_RIG_PAIR_H */
