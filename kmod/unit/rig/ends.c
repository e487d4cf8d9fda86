// SPDX-License-Identifier: GPL-2.0
/* Two rigs: what one protects, the other is given. */
#include <kunit/test.h>

#include "ends.h"
#include "../../engine/engine.h"

/**
 * ov2_ends_new() - a sender and a receiver
 * @test: the test
 *
 * Return: both.
 */
struct ov2_ends ov2_ends_new(struct kunit *test)
{
	struct ov2_ends ends = {
		.a = ov2_rig_new(test, &ov2_engine_miniport),
		.b = ov2_rig_new(test, &ov2_engine_miniport),
	};

	return ends;
}

/**
 * ov2_ends_add() - an SA from the sender to the receiver
 * @ends: both
 * @sa: the SA; its handles are set
 */
void ov2_ends_add(struct ov2_ends *ends, struct ov2_rig_sa *sa)
{
	ov2_rig_add_outbound(ends->a, sa);
	ov2_rig_add_inbound(ends->b, sa);
}

/**
 * ov2_ends_protect() - what leaves on the wire for a frame
 * @ends: both
 * @frame: the frame
 *
 * Return: it; the sender's.
 */
struct sk_buff *ov2_ends_protect(struct ov2_ends *ends,
				 const struct ov2_rig_frame *frame)
{
	struct ov2_nbl *nbl = ov2_rig_frame(ends->a, frame, 0);

	ov2_rig_send(ends->a, nbl);
	ov2_rig_wait_idle(ends->a);
	KUNIT_ASSERT_EQ(ends->a->test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_FALSE(ends->a->test, skb_queue_empty(&ends->a->wire));
	return skb_peek_tail(&ends->a->wire);
}

/**
 * ov2_ends_word() - slot 1 of a frame when the receiver has it
 * @ends: both
 * @skb: the frame; a copy is taken
 *
 * Return: the word.
 */
u32 ov2_ends_word(struct ov2_ends *ends, const struct sk_buff *skb)
{
	return ov2_rig_inject(ends->b, skb, 0)->info[OV2_INFO_IPSEC];
}

/**
 * ov2_ends_word_flipped() - ov2_ends_word() with some bits of a byte flipped
 * @ends: both
 * @skb: the frame, as it was when this returns
 * @offset: the byte
 * @bits: its bits
 *
 * Return: the word.
 */
u32 ov2_ends_word_flipped(struct ov2_ends *ends, struct sk_buff *skb,
			  unsigned int offset, u8 bits)
{
	u32 word;

	ov2_rig_flip(skb, offset, bits);
	word = ov2_ends_word(ends, skb);
	ov2_rig_flip(skb, offset, bits);
	return word;
}
