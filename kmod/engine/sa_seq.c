// SPDX-License-Identifier: GPL-2.0
/* The high half of sequence numbers: authenticated, but never sent. */
#include "sa.h"
#include "sa_seq.h"
#include "../ov2/nbl.h"

/**
 * ov2_sa_seq_tx() - the 64-bit number of a frame to be sent
 * @sa: an outbound SA
 * @member: the member of @sa that the ESP or AH header is for
 * @ext: the frame's extension
 * @seq_lo: the number in the header
 *
 * Without the extension the engine takes the high half that the add or the last
 * update of the SA has set. IPsecOV2 itself has no other way to give the high
 * half to the engine.
 *
 * Context: Any context.
 * Return: the number; its high half is 0 without ESN.
 */
u64 ov2_sa_seq_tx(struct ov2_sa *sa, const struct ov2_member *member,
		  const struct ov2_ext_tx *ext, u32 seq_lo)
{
	u64 seq;

	if (!member->esn)
		return seq_lo;
	if (ext->valid)
		return (u64)ext->seq_hi << 32 | seq_lo;

	spin_lock_bh(&sa->lock);
	seq = member->seq;
	spin_unlock_bh(&sa->lock);
	return (u64)upper_32_bits(seq) << 32 | seq_lo;
}

/* Assume that the number lies in the window that ends at the highest verified
 * number, or after this window (RFC 4303 appendix A2.2).
 */
static u32 infer_seq_hi(u64 highest, u32 window, u32 seq_lo)
{
	u32 top_lo = lower_32_bits(highest);
	u32 top_hi = upper_32_bits(highest);
	u32 bottom = top_lo - window + 1;

	if (!window || top_lo >= window - 1)
		return seq_lo >= bottom ? top_hi : top_hi + 1;
	return seq_lo >= bottom ? top_hi - 1 : top_hi;
}

/**
 * ov2_sa_seq_rx() - the 64-bit number of a received frame, not verified yet
 * @sa: an inbound SA
 * @member: the member of @sa that the ESP or AH header is for
 * @seq_lo: the number in this header
 *
 * Context: Any context.
 * Return: the number; its high half is 0 without ESN.
 */
u64 ov2_sa_seq_rx(struct ov2_sa *sa, const struct ov2_member *member,
		  u32 seq_lo)
{
	u32 seq_hi;

	if (!member->esn)
		return seq_lo;

	spin_lock_bh(&sa->lock);
	seq_hi = infer_seq_hi(member->seq, sa->window, seq_lo);
	spin_unlock_bh(&sa->lock);
	return (u64)seq_hi << 32 | seq_lo;
}

/**
 * ov2_sa_seq_verified() - note the number of a received frame whose ICV was
 *	right
 * @sa: an inbound SA
 * @member: the member of @sa that verified the frame
 * @seq: the frame's number, from ov2_sa_seq_rx()
 *
 * Only verified numbers move the window, because anybody can send a frame with
 * any number. An update may have set the number of the SA after @seq was
 * inferred. If the low half of @seq would now lead to another high half, @seq
 * is ignored, so that it does not undo the update.
 *
 * Context: Any context.
 */
void ov2_sa_seq_verified(struct ov2_sa *sa, struct ov2_member *member,
			 u64 seq)
{
	if (!member->esn)
		return;

	spin_lock_bh(&sa->lock);
	if (seq > member->seq &&
	    infer_seq_hi(member->seq, sa->window, lower_32_bits(seq)) ==
	    upper_32_bits(seq))
		member->seq = seq;
	spin_unlock_bh(&sa->lock);
}
