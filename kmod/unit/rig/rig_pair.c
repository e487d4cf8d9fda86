// SPDX-License-Identifier: GPL-2.0
/* Two rigs: one rig protects a frame, and the other rig receives the frame. */
#include <kunit/test.h>

#include "rig_add.h"
#include "rig_flow.h"
#include "rig_frame.h"
#include "rig_pair.h"
#include "rig_request.h"
#include "../../engine/engine_miniport.h"

/**
 * ov2_pair_new() - make a sender and a receiver
 * @test: the test
 *
 * Return: sender and receiver.
 */
struct ov2_pair ov2_pair_new(struct kunit *test)
{
	struct ov2_pair pair = {
		.a = ov2_rig_new(test, &ov2_engine_miniport),
		.b = ov2_rig_new(test, &ov2_engine_miniport),
	};

	return pair;
}

/**
 * ov2_pair_add() - add an SA from the sender to the receiver
 * @pair: sender and receiver
 * @sa: the SA; its two handles are filled in
 */
void ov2_pair_add(struct ov2_pair *pair, struct ov2_rig_sa *sa)
{
	ov2_rig_add_outbound(pair->a, sa);
	ov2_rig_add_inbound(pair->b, sa);
}

/**
 * ov2_pair_protect() - send a frame through its SA, to the wire
 * @pair: sender and receiver
 * @frame: the frame
 *
 * Return: the frame on the wire, which the sender still owns.
 */
struct sk_buff *ov2_pair_protect(struct ov2_pair *pair,
				 const struct ov2_rig_frame *frame)
{
	struct ov2_nbl *nbl = ov2_rig_frame(pair->a, frame, 0);

	ov2_rig_send(pair->a, nbl);
	ov2_rig_wait_idle(pair->a);
	KUNIT_ASSERT_EQ(pair->a->test, (u32)ov2_rig_sent_status(nbl),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_FALSE(pair->a->test, skb_queue_empty(&pair->a->wire));
	return skb_peek_tail(&pair->a->wire);
}

/**
 * ov2_pair_word() - receive a copy of a frame, and read its slot 1
 * @pair: sender and receiver
 * @skb: the frame
 *
 * Return: the word.
 */
u32 ov2_pair_word(struct ov2_pair *pair, const struct sk_buff *skb)
{
	return ov2_rig_inject(pair->b, skb, 0)->info[OV2_INFO_IPSEC];
}

/**
 * ov2_pair_word_flipped() - ov2_pair_word() with some bits of a byte flipped
 * @pair: sender and receiver
 * @skb: the frame; unchanged when the function returns
 * @offset: the byte
 * @bits: its bits
 *
 * Return: the word.
 */
u32 ov2_pair_word_flipped(struct ov2_pair *pair, struct sk_buff *skb,
			  unsigned int offset, u8 bits)
{
	u32 word;

	ov2_rig_flip(skb, offset, bits);
	word = ov2_pair_word(pair, skb);
	ov2_rig_flip(skb, offset, bits);
	return word;
}
