// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence numbers of states in packet mode: the replay window of those that
 * receive, the counter of those that send. They live in the state's own fields,
 * laid out as net/xfrm/xfrm_replay.c lays them out, so that dumps tell the
 * truth; its functions are not exported. Unlike there the number's high half
 * need not be guessed: the engine has verified it.
 */
#include <linux/math64.h>

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

/* The bit of a number that is in the window, and the word that it is in. The
 * small bitmap slides below its top, the large one is a ring. The ring's place
 * is taken of all 64 bits: the kernel takes it of the low half, which jumps
 * when that wraps, if the size is no power of two.
 */
static u32 *window_word(struct xfrm_state *x, u64 seq, u32 *bit)
{
	u32 place;

	if (is_legacy(x)) {
		*bit = 1U << (x->replay.seq - (u32)seq);
		return &x->replay.bitmap;
	}
	div_u64_rem(seq - 1, window_size(x), &place);
	*bit = 1U << (place % 32);
	return &x->replay_esn->bmp[place / 32];
}

/**
 * ov2_replay_check() - may a packet with this number be received?
 * @x: the state
 * @seq: the number, verified
 *
 * x->lock held. RFC 4303 section 3.4.3. What is too old, and what was seen
 * before, is counted in the state.
 *
 * Return: false if not.
 */
bool ov2_replay_check(struct xfrm_state *x, u64 seq)
{
	u32 size = window_size(x);
	u64 top = window_top(x);
	u32 bit, *word;

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

/* Forget what leaves the ring, as its places are those of what enters. */
static void turn_ring(struct xfrm_state *x, u64 seq)
{
	struct xfrm_replay_state_esn *esn = x->replay_esn;
	u64 top = window_top(x);
	u32 bit, *word;

	if (seq - top >= esn->replay_window) {
		memset(esn->bmp, 0, DIV_ROUND_UP(esn->replay_window, 32) *
				    sizeof(*esn->bmp));
	} else {
		while (++top < seq) {
			word = window_word(x, top, &bit);
			*word &= ~bit;
		}
	}
	esn->seq = lower_32_bits(seq);
	if (x->repl_mode == XFRM_REPLAY_MODE_ESN)
		esn->seq_hi = upper_32_bits(seq);
}

/**
 * ov2_replay_advance() - a packet with this number has been received
 * @x: the state
 * @seq: the number; ov2_replay_check() was true in this hold of the lock
 *
 * x->lock held.
 */
void ov2_replay_advance(struct xfrm_state *x, u64 seq)
{
	u32 bit, *word;

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

/* A wrap goes through 0, as in xfrm_replay_overflow(). */
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
 * ov2_replay_next() - count a packet that is to be sent
 * @x: the state
 * @seq: out: its number
 *
 * x->lock held. XFRM_SA_XFLAG_OSEQ_MAY_WRAP counts for numbers of 32 bits
 * only, as in the core. A number that is used again has another IV: the engine
 * does not make the IV of the number.
 *
 * Return: false if there is no number left (RFC 4303 section 3.3.3).
 */
bool ov2_replay_next(struct xfrm_state *x, u64 *seq)
{
	switch (x->repl_mode) {
	case XFRM_REPLAY_MODE_ESN:
		return next_extended(x->replay_esn, seq);
	case XFRM_REPLAY_MODE_BMP:
		return next_short(x, &x->replay_esn->oseq, seq);
	default:
		return next_short(x, &x->replay.oseq, seq);
	}
}
