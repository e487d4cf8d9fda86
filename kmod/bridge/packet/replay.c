// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence numbers of states in packet mode: the replay window of inbound
 * states, and the counter of outbound states. Both live in the state's own
 * fields, in the layout of net/xfrm/xfrm_replay.c, so that a dump of the state
 * shows the real numbers. The functions of xfrm_replay.c are not exported.
 * Those functions have to guess the high half of a received number. In this
 * file the high half is known, because the engine has verified it.
 */
#include <linux/log2.h>
#include <linux/string.h>

#include "replay.h"

static bool is_legacy(const struct xfrm_state *x)
{
	return x->repl_mode == XFRM_REPLAY_MODE_LEGACY;
}

static u32 window_size(const struct xfrm_state *x)
{
	return is_legacy(x) ? x->props.replay_window :
			      x->replay_esn->replay_window;
}

static u64 window_top(const struct xfrm_state *x)
{
	const struct xfrm_replay_state_esn *esn = x->replay_esn;

	if (is_legacy(x))
		return x->replay.seq;
	return x->repl_mode == XFRM_REPLAY_MODE_ESN ?
		(u64)esn->seq_hi << 32 | esn->seq : esn->seq;
}

/* The number that is @diff below the top has a place in the ring. Returns this
 * place. The core computes the top's place from the low half alone, and counts
 * the other places from the top's place. Some packets of the state are left to
 * the core, for example fragments. So the places must be the same as in
 * xfrm_replay_check_esn().
 */
static u32 ring_place(const struct xfrm_replay_state_esn *esn, u32 diff)
{
	u32 top = (esn->seq - 1) % esn->replay_window;

	return top >= diff ? top - diff : top + esn->replay_window - diff;
}

/* Returns the word of the bitmap that has the bit of @seq, and fills in @bit.
 * @seq must be in the window. The bitmap of the legacy mode slides when the top
 * moves; the other modes have a ring.
 */
static u32 *window_word(struct xfrm_state *x, u64 seq, u32 *bit)
{
	u32 place;

	if (is_legacy(x)) {
		*bit = 1U << (x->replay.seq - (u32)seq);
		return &x->replay.bitmap;
	}
	place = ring_place(x->replay_esn, window_top(x) - seq);
	*bit = 1U << (place % 32);
	return &x->replay_esn->bmp[place / 32];
}

/**
 * ov2_replay_check() - may a packet with this number be received?
 * @x: the state
 * @seq: the number, verified
 *
 * RFC 4303 section 3.4.3. Numbers that are too old, and numbers that were seen
 * before, are counted in x->stats.
 *
 * Context: x->lock held.
 * Return: false if the packet must be dropped.
 */
bool ov2_replay_check(struct xfrm_state *x, u64 seq)
{
	u32 size = window_size(x);
	u64 top = window_top(x);
	u32 bit, *word;

	lockdep_assert_held(&x->lock);
	if (!size)
		return true;
	if (!seq)
		return false;
	if (seq > top)
		return true;

	if (top - seq >= size) {
		x->stats.replay_window++;
		return false;
	}
	word = window_word(x, seq, &bit);
	if (*word & bit) {
		x->stats.replay++;
		return false;
	}
	return true;
}

static void slide_bitmap(struct xfrm_state *x, u64 seq)
{
	u64 diff = seq - x->replay.seq;

	x->replay.bitmap = diff < window_size(x) ? x->replay.bitmap << diff : 0;
	x->replay.seq = seq;
}

static bool ring_test(const struct xfrm_replay_state_esn *esn, u32 place)
{
	return esn->bmp[place / 32] & 1U << (place % 32);
}

static void ring_put(struct xfrm_replay_state_esn *esn, u32 place, bool seen)
{
	if (seen)
		esn->bmp[place / 32] |= 1U << (place % 32);
	else
		esn->bmp[place / 32] &= ~(1U << (place % 32));
}

/* Reverse the order of the places from @from up to, but not including, @end. */
static void ring_reverse(struct xfrm_replay_state_esn *esn, u32 from, u32 end)
{
	bool first;

	for (; from + 1 < end; from++, end--) {
		first = ring_test(esn, from);
		ring_put(esn, from, ring_test(esn, end - 1));
		ring_put(esn, end - 1, first);
	}
}

/* Move the bit of every place to the place that is @by places further on. */
static void ring_rotate(struct xfrm_replay_state_esn *esn, u32 by)
{
	ring_reverse(esn, 0, esn->replay_window);
	ring_reverse(esn, 0, by);
	ring_reverse(esn, by, esn->replay_window);
}

static void ring_set_all(struct xfrm_replay_state_esn *esn, int byte)
{
	memset(esn->bmp, byte, DIV_ROUND_UP(esn->replay_window, 32) *
			       sizeof(*esn->bmp));
}

/* Move the top of the ring to @seq. The places of the numbers that enter the
 * window are cleared, because numbers that leave the window had these places.
 * The core computes the place of the top from the low half. If the size divides
 * 2^32, the next number always has the next place. With any other size, the
 * place of the top leaps when the low half passes zero, and at the very first
 * number. After a leap, this function moves the bits of all numbers by the
 * length of the leap.
 */
static void turn_ring(struct xfrm_state *x, u64 seq)
{
	struct xfrm_replay_state_esn *esn = x->replay_esn;
	u32 size = esn->replay_window;
	u64 diff = seq - window_top(x);
	u32 at = ring_place(esn, 0);
	u32 i, leap;

	if (diff >= size) {
		ring_set_all(esn, 0);
		diff = 0;
	}
	for (i = 0; i < diff; i++) {
		at = at + 1 < size ? at + 1 : 0;
		ring_put(esn, at, false);
	}

	esn->seq = lower_32_bits(seq);
	if (x->repl_mode == XFRM_REPLAY_MODE_ESN)
		esn->seq_hi = upper_32_bits(seq);
	leap = (ring_place(esn, 0) + size - at) % size;
	if (diff && leap)
		ring_rotate(esn, leap);
}

/**
 * ov2_replay_advance() - mark the number of a received packet as seen
 * @x: the state
 * @seq: the number; ov2_replay_check() has returned true for it, and the lock
 *	has been held since then
 *
 * Context: x->lock held.
 */
void ov2_replay_advance(struct xfrm_state *x, u64 seq)
{
	u32 bit, *word;

	lockdep_assert_held(&x->lock);
	if (!window_size(x))
		return;

	if (seq > window_top(x)) {
		if (is_legacy(x))
			slide_bitmap(x, seq);
		else
			turn_ring(x, seq);
	}
	word = window_word(x, seq, &bit);
	*word |= bit;
}

/**
 * ov2_replay_turn() - how often have the numbers of a state passed 2^32?
 * @x: the state
 *
 * Context: x->lock held, or no other CPU can find the state yet.
 * Return: the count, or U32_MAX before the first number. So the returned value
 * also changes at the first number. Callers need this change, because the ring
 * leaps at the first number.
 */
u32 ov2_replay_turn(const struct xfrm_state *x)
{
	return upper_32_bits(window_top(x) - 1);
}

/**
 * ov2_replay_received() - correct the ring after the core has received a packet
 * @x: the state, with extended numbers and a window
 * @turn: what ov2_replay_turn() returned at the last call, or when the state
 *	was added; updated
 *
 * When the low half passes zero, the core leaves the ring as it is. But from
 * then on the core looks for every number at another place, unless the size
 * divides 2^32. So the core would accept numbers a second time. Therefore this
 * function marks all numbers of the window as seen. If turn_ring() has moved
 * the ring past zero since the last call, the ring is right already. But this
 * function does not know that, so it marks all numbers in this case, too.
 *
 * Context: x->lock held, in xfrm_replay_advance_esn().
 */
void ov2_replay_received(struct xfrm_state *x, u32 *turn)
{
	u32 now = ov2_replay_turn(x);

	lockdep_assert_held(&x->lock);
	if (*turn == now)
		return;

	*turn = now;
	if (!is_power_of_2(window_size(x)))
		ring_set_all(x->replay_esn, 0xff);
}

/* The number after U32_MAX is 0, as in xfrm_replay_overflow(). */
static bool next_short(const struct xfrm_state *x, u32 *last, u64 *seq)
{
	if (*last == U32_MAX &&
	    !(x->props.extra_flags & XFRM_SA_XFLAG_OSEQ_MAY_WRAP))
		return false;

	*seq = ++*last;
	return true;
}

static bool next_extended(struct xfrm_replay_state_esn *esn, u64 *seq)
{
	u64 last = (u64)esn->oseq_hi << 32 | esn->oseq;

	if (last == U64_MAX)
		return false;

	*seq = last + 1;
	esn->oseq = lower_32_bits(*seq);
	esn->oseq_hi = upper_32_bits(*seq);
	return true;
}

/**
 * ov2_replay_next() - take the number of a packet that is to be sent
 * @x: the state
 * @seq: filled in with the number
 *
 * As in the core, XFRM_SA_XFLAG_OSEQ_MAY_WRAP has an effect only on numbers of
 * 32 bits. If a number is used again, the second packet has another IV, because
 * the engine does not derive the IV from the number.
 *
 * Context: x->lock held.
 * Return: true, or false if no number is left (RFC 4303 section 3.3.3).
 */
bool ov2_replay_next(struct xfrm_state *x, u64 *seq)
{
	lockdep_assert_held(&x->lock);
	switch (x->repl_mode) {
	case XFRM_REPLAY_MODE_ESN:
		return next_extended(x->replay_esn, seq);
	case XFRM_REPLAY_MODE_BMP:
		return next_short(x, &x->replay_esn->oseq, seq);
	default:
		return next_short(x, &x->replay.oseq, seq);
	}
}

static bool many_short(u32 *last, u16 count, u64 *seq)
{
	if (*last > U32_MAX - count)
		return false;

	*seq = *last + 1;
	*last += count;
	return true;
}

static bool many_extended(struct xfrm_replay_state_esn *esn, u16 count,
			  u64 *seq)
{
	if (!many_short(&esn->oseq, count, seq))
		return false;

	*seq |= (u64)esn->oseq_hi << 32;
	return true;
}

/**
 * ov2_replay_next_many() - take the numbers of the segments of a large packet
 * @x: the state
 * @count: how many
 * @seq: filled in with the number of the first segment; the next segments have
 *	the next numbers
 *
 * Context: x->lock held.
 * Return: true, or false if the low half would pass 2^32. Then nothing is
 * taken, and the caller must take the number of each segment with
 * ov2_replay_next().
 */
bool ov2_replay_next_many(struct xfrm_state *x, u16 count, u64 *seq)
{
	lockdep_assert_held(&x->lock);
	switch (x->repl_mode) {
	case XFRM_REPLAY_MODE_ESN:
		return many_extended(x->replay_esn, count, seq);
	case XFRM_REPLAY_MODE_BMP:
		return many_short(&x->replay_esn->oseq, count, seq);
	default:
		return many_short(&x->replay.oseq, count, seq);
	}
}
