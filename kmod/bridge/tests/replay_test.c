// SPDX-License-Identifier: GPL-2.0
/*
 * The replay window of packet mode agrees with a model, and with the core.
 *
 * The model remembers every number. Card and core move the same window, because
 * the card leaves fragments to the core, and the core receives them through the
 * same states (net/xfrm/xfrm_replay.c).
 */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../../unit/rig/random_choice.h"
#include "../packet/replay.h"

#define RANGE	65536
#define STEPS	20000
#define BITMAP_MAX	4096

/**
 * struct replay_model - all that is known of a state's numbers
 * @x: the state
 * @base: lowest number that may come
 * @top: highest number so far
 * @window: size of the replay window
 * @seen: for each number from @base on, whether it was received
 * @old: how many numbers were too old
 * @again: how many numbers were seen before
 */
struct replay_model {
	struct xfrm_state *x;
	u64 base;
	u64 top;
	u32 window;
	bool *seen;
	u32 old;
	u32 again;
};

static bool locked_check(struct xfrm_state *x, u64 seq)
{
	bool accepts;

	spin_lock_bh(&x->lock);
	accepts = ov2_replay_check(x, seq);
	spin_unlock_bh(&x->lock);
	return accepts;
}

static void locked_advance(struct xfrm_state *x, u64 seq)
{
	spin_lock_bh(&x->lock);
	ov2_replay_advance(x, seq);
	spin_unlock_bh(&x->lock);
}

static void locked_received(struct xfrm_state *x, u32 *turn)
{
	spin_lock_bh(&x->lock);
	ov2_replay_received(x, turn);
	spin_unlock_bh(&x->lock);
}

static bool locked_next(struct xfrm_state *x, u64 *seq)
{
	bool is_left;

	spin_lock_bh(&x->lock);
	is_left = ov2_replay_next(x, seq);
	spin_unlock_bh(&x->lock);
	return is_left;
}

/* @top: the highest number that the state has received */
static struct xfrm_state *state_new(struct kunit *test,
				    enum xfrm_replay_mode mode, u64 top,
				    u32 window)
{
	struct xfrm_state *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	struct xfrm_replay_state_esn *esn;

	KUNIT_ASSERT_NOT_NULL(test, x);
	spin_lock_init(&x->lock);
	x->repl_mode = mode;
	if (mode == XFRM_REPLAY_MODE_LEGACY) {
		x->props.replay_window = window;
		x->replay.seq = top;
		return x;
	}

	esn = kunit_kzalloc(test, struct_size(esn, bmp, BITMAP_MAX / 32),
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, esn);
	x->replay_esn = esn;
	esn->bmp_len = BITMAP_MAX / 32;
	esn->replay_window = window;
	esn->seq = lower_32_bits(top);
	if (mode == XFRM_REPLAY_MODE_ESN) {
		x->props.flags = XFRM_STATE_ESN;
		esn->seq_hi = upper_32_bits(top);
	}
	return x;
}

static void model_init(struct kunit *test, struct replay_model *model,
		       enum xfrm_replay_mode mode, u64 base, u32 window)
{
	memset(model, 0, sizeof(*model));
	model->x = state_new(test, mode, base, window);
	model->base = base;
	model->top = base;
	model->window = window;
	model->seen = kunit_kzalloc(test, RANGE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model->seen);
}

static bool model_accepts(struct replay_model *model, u64 seq)
{
	if (!model->window)
		return true;
	if (!seq)
		return false;
	if (seq <= model->top && model->top - seq >= model->window) {
		model->old++;
		return false;
	}
	if (model->seen[seq - model->base]) {
		model->again++;
		return false;
	}
	return true;
}

/* Model and card receive one packet. */
static void model_step(struct kunit *test, struct replay_model *model, u64 seq)
{
	struct xfrm_state *x = model->x;
	bool accepts = model_accepts(model, seq);

	KUNIT_ASSERT_EQ_MSG(test, locked_check(x, seq), accepts,
			    "window %u base %llu top %llu seq %llu",
			    model->window, model->base, model->top, seq);
	KUNIT_ASSERT_EQ(test, x->stats.replay_window, model->old);
	KUNIT_ASSERT_EQ(test, x->stats.replay, model->again);
	if (!accepts)
		return;

	locked_advance(x, seq);
	model->seen[seq - model->base] = true;
	model->top = max(model->top, seq);
}

/* Returns the next number (half of the time), an old number (nearly as often),
 * one of the next eight numbers, or rarely a number far ahead.
 */
static u64 model_draw(const struct replay_model *model)
{
	u32 reach = 2 * max(model->window, 8U);
	u32 back = ov2_below(reach);

	switch (ov2_below(256)) {
	case 0:
		return model->top + back;
	case 1 ... 15:
		return model->top + 1 + ov2_below(8);
	case 16 ... 127:
		return model->top - min_t(u64, back, model->top - model->base);
	default:
		return model->top + 1;
	}
}

static u32 seen_bit(const struct replay_model *model, u64 diff)
{
	u64 at = model->top - model->base;

	return diff <= at && model->seen[at - diff];
}

/* A dump of the state shows these fields to `ip -s xfrm state` and to key
 * managers.
 */
static void expect_legacy_layout(struct kunit *test,
				 const struct replay_model *model)
{
	u32 diff;

	KUNIT_ASSERT_EQ(test, model->x->replay.seq, lower_32_bits(model->top));
	for (diff = 0; diff < model->window; diff++)
		KUNIT_ASSERT_EQ_MSG(test,
				    model->x->replay.bitmap >> diff & 1,
				    seen_bit(model, diff), "diff %u", diff);
}

/* The place of a number is computed as in xfrm_replay_check_esn(). */
static void expect_ring_layout(struct kunit *test,
			       const struct replay_model *model)
{
	const struct xfrm_replay_state_esn *esn = model->x->replay_esn;
	u32 pos = (esn->seq - 1) % esn->replay_window;
	u32 diff, bit;

	KUNIT_ASSERT_EQ(test, esn->seq, lower_32_bits(model->top));
	KUNIT_ASSERT_EQ(test, esn->seq_hi, upper_32_bits(model->top));
	for (diff = 0; diff < esn->replay_window; diff++) {
		bit = pos >= diff ? (pos - diff) % esn->replay_window :
				    esn->replay_window - (diff - pos);
		KUNIT_ASSERT_EQ_MSG(test, esn->bmp[bit >> 5] >> (bit & 31) & 1,
				    seen_bit(model, diff), "diff %u", diff);
	}
}

static void model_run(struct kunit *test, enum xfrm_replay_mode mode, u64 base,
		      u32 window)
{
	struct replay_model model;
	int step;
	u64 seq;

	model_init(test, &model, mode, base, window);
	for (step = 0; step < STEPS; step++) {
		seq = model_draw(&model);
		if (seq - base >= RANGE)
			break;
		model_step(test, &model, seq);
		if (step % 64)
			continue;
		if (mode == XFRM_REPLAY_MODE_LEGACY)
			expect_legacy_layout(test, &model);
		else
			expect_ring_layout(test, &model);
	}
	KUNIT_EXPECT_GT(test, model.old, 0);
	KUNIT_EXPECT_GT(test, model.again, 0);
	kunit_kfree(test, model.seen);
}

/*
 * The core's window, restated from net/xfrm/xfrm_replay.c of Linux 7.3. The
 * functions of that file are not exported.
 */

/* Returns the place at which xfrm_replay_check_esn() or xfrm_replay_check_bmp()
 * looks for a number.
 */
static u32 core_bit(const struct xfrm_replay_state_esn *esn, u32 diff)
{
	u32 pos = (esn->seq - 1) % esn->replay_window;

	if (pos >= diff)
		return (pos - diff) % esn->replay_window;
	return esn->replay_window - (diff - pos);
}

static bool core_seen(const struct xfrm_replay_state_esn *esn, u32 diff)
{
	u32 bit = core_bit(esn, diff);

	return esn->bmp[bit >> 5] & 1U << (bit & 0x1f);
}

static bool core_check_bmp(const struct xfrm_replay_state_esn *esn, u32 seq)
{
	if (!seq)
		return false;
	if (seq > esn->seq)
		return true;
	if (esn->seq - seq >= esn->replay_window)
		return false;
	return !core_seen(esn, esn->seq - seq);
}

static bool core_check_esn(const struct xfrm_replay_state_esn *esn, u32 seq)
{
	u32 top = esn->seq;
	u32 bottom = top - esn->replay_window + 1;
	u32 diff = top - seq;

	if (!seq && !esn->seq_hi && top < esn->replay_window - 1)
		return false;
	if (top >= esn->replay_window - 1) {
		if (seq > top || seq < bottom)
			return true;
	} else {
		if (seq > top && seq < bottom)
			return true;
		if (seq >= bottom)
			diff = ~seq + top + 1;
	}
	if (diff >= esn->replay_window)
		return false;
	return !core_seen(esn, diff);
}

/* If the core infers a wrong high half of a number, the ICV does not fit, so
 * the core does not accept the number.
 */
static bool core_accepts(struct xfrm_state *x, u64 seq)
{
	u32 low = lower_32_bits(seq);

	if (x->repl_mode == XFRM_REPLAY_MODE_BMP)
		return core_check_bmp(x->replay_esn, low);
	return xfrm_replay_seqhi(x, htonl(low)) == upper_32_bits(seq) &&
	       core_check_esn(x->replay_esn, low);
}

/* Moves the window as xfrm_replay_advance_esn() and xfrm_replay_advance_bmp()
 * do. With extended numbers the core calls the card
 * (xdo_dev_state_advance_esn), and the card calls ov2_replay_received() with
 * @turn.
 */
static void core_advance(struct xfrm_state *x, u64 seq, u32 *turn)
{
	struct xfrm_replay_state_esn *esn = x->replay_esn;
	bool extended = x->repl_mode == XFRM_REPLAY_MODE_ESN;
	u32 pos = (esn->seq - 1) % esn->replay_window;
	u32 low = lower_32_bits(seq);
	u32 diff = low - esn->seq;
	int wrap = 0;
	u32 bit, i;

	if (extended)
		wrap = xfrm_replay_seqhi(x, htonl(low)) - esn->seq_hi;
	if ((!wrap && low > esn->seq) || wrap > 0) {
		for (i = 1; i < diff && diff < esn->replay_window; i++) {
			bit = (pos + i) % esn->replay_window;
			esn->bmp[bit >> 5] &= ~(1U << (bit & 0x1f));
		}
		if (diff >= esn->replay_window)
			memset(esn->bmp, 0, BITMAP_MAX / 8);
		bit = (pos + diff) % esn->replay_window;
		esn->seq = low;
		esn->seq_hi += wrap > 0;
	} else {
		bit = core_bit(esn, esn->seq - low);
	}
	if (extended)
		locked_received(x, turn);
	esn->bmp[bit >> 5] |= 1U << (bit & 0x1f);
}

/* The window of xfrm_replay_state, at the smallest numbers and near the largest
 * number
 */
static void replay_legacy(struct kunit *test)
{
	static const u32 windows[] = { 1, 5, 20, 31, 32 };
	int i;

	ov2_random_start(test);
	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		model_run(test, XFRM_REPLAY_MODE_LEGACY, 0, windows[i]);
		model_run(test, XFRM_REPLAY_MODE_LEGACY, U32_MAX - RANGE,
			  windows[i]);
	}
}

static const u32 ring_windows[] = { 1, 32, 33, 64, 100, 128, 1000, 1024, 4096 };

/* The window of xfrm_replay_state_esn without ESN, at the smallest numbers and
 * near the largest number
 */
static void replay_bitmap(struct kunit *test)
{
	int i;

	ov2_random_start(test);
	for (i = 0; i < ARRAY_SIZE(ring_windows); i++) {
		model_run(test, XFRM_REPLAY_MODE_BMP, 0, ring_windows[i]);
		model_run(test, XFRM_REPLAY_MODE_BMP, U32_MAX - RANGE,
			  ring_windows[i]);
	}
}

/* The window with ESN: at the smallest numbers, when the low half passes zero,
 * and near the largest number
 */
static void replay_extended(struct kunit *test)
{
	static const u64 bases[] = {
		0, (1ULL << 32) - RANGE / 4, (7ULL << 32) - 1, 7ULL << 32,
		(7ULL << 32) + 5000, U64_MAX - RANGE,
	};
	int i, j;

	ov2_random_start(test);
	for (i = 0; i < ARRAY_SIZE(ring_windows); i++)
		for (j = 0; j < ARRAY_SIZE(bases); j++)
			model_run(test, XFRM_REPLAY_MODE_ESN, bases[j],
				  ring_windows[i]);
}

/* From the fields that the card sets, the core infers the right high half. */
static void replay_kernel_agrees(struct kunit *test)
{
	struct xfrm_state *x;
	u64 seq, top;

	x = state_new(test, XFRM_REPLAY_MODE_ESN, (3ULL << 32) - 100, 64);
	for (top = (3ULL << 32) - 99; top < (3ULL << 32) + 200; top++) {
		KUNIT_ASSERT_TRUE(test, locked_check(x, top));
		locked_advance(x, top);
		for (seq = top - 63; seq < top + 64; seq++)
			KUNIT_ASSERT_EQ(test, upper_32_bits(seq),
					xfrm_replay_seqhi(x, htonl((u32)seq)));
	}
}

/* Expects that card and core would accept the same numbers. */
static void expect_one_mind(struct kunit *test, struct replay_model *model)
{
	u32 diffs[] = {
		0, 1, 2, 3, 31, 32, 33, model->window / 2, model->window - 2,
		model->window - 1, model->window, model->window + 1,
		ov2_below(model->window),
		ov2_below(model->window),
	};
	u64 seq;
	int i;

	for (i = 0; i < ARRAY_SIZE(diffs); i++) {
		seq = model->top - diffs[i];
		/* With ESN the card never takes number 0, but the core
		 * sometimes does.
		 */
		if (model->top - model->base < diffs[i] ||
		    (!seq && model->x->repl_mode == XFRM_REPLAY_MODE_ESN))
			continue;
		KUNIT_ASSERT_EQ_MSG(test, locked_check(model->x, seq),
				    core_accepts(model->x, seq),
				    "window %u top %llu seq %llu",
				    model->window, model->top, seq);
	}
}

/* One number arrives, either at the card or at the core. Together they take
 * each number at most once, and they take each number above the top.
 */
static void shared_step(struct kunit *test, struct replay_model *model, u64 seq,
			bool by_core, u32 *turn)
{
	struct xfrm_state *x = model->x;
	bool takes = by_core ? core_accepts(x, seq) : locked_check(x, seq);
	bool *seen = &model->seen[seq - model->base];

	KUNIT_ASSERT_FALSE_MSG(test, takes && *seen,
			       "window %u top %llu seq %llu again by the %s",
			       model->window, model->top, seq,
			       by_core ? "core" : "card");
	if (seq > model->top)
		KUNIT_ASSERT_TRUE_MSG(test, takes,
				      "window %u top %llu seq %llu refused",
				      model->window, model->top, seq);
	if (!takes)
		return;

	if (by_core)
		core_advance(x, seq, turn);
	else
		locked_advance(x, seq);
	*seen = true;
	model->top = max(model->top, seq);
	expect_one_mind(test, model);
}

#define SHARED_STEPS	48

/* @cores: how many of 8 numbers the core receives; the card receives the others
 */
static void shared_run(struct kunit *test, enum xfrm_replay_mode mode, u64 base,
		       u32 window, u32 cores, bool *seen)
{
	struct replay_model model = {
		.base = base, .top = base, .window = window, .seen = seen,
	};
	u32 turn;
	u64 seq;
	int i;

	memset(seen, 0, RANGE);
	model.x = state_new(test, mode, base, window);
	turn = ov2_replay_turn(model.x);
	for (i = 0; i < SHARED_STEPS; i++) {
		seq = model_draw(&model);
		if (!seq || seq - base >= RANGE)
			continue;
		shared_step(test, &model, seq,
			    ov2_below(8) < cores, &turn);
	}
	kunit_kfree(test, model.x->replay_esn);
	kunit_kfree(test, model.x);
}

/* If the size of the window does not divide 2^32, the core puts the first
 * number of a state in the wrong place. With extended numbers the card repairs
 * this. Without extended numbers nothing repairs this. So if the core takes
 * part in a run without extended numbers, the state has already received number
 * 1 when the run starts.
 */
static void replay_shared(struct kunit *test)
{
	bool *seen = kunit_kzalloc(test, RANGE, GFP_KERNEL);
	u64 wrap = 5ULL << 32;
	u32 window, cores;

	ov2_random_start(test);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (window = 1; window <= BITMAP_MAX; window++) {
		for (cores = 0; cores <= 4; cores += 4) {
			shared_run(test, XFRM_REPLAY_MODE_BMP, !!cores, window,
				   cores, seen);
			shared_run(test, XFRM_REPLAY_MODE_ESN, 0, window, cores,
				   seen);
			shared_run(test, XFRM_REPLAY_MODE_ESN, wrap - 8,
				   window, cores, seen);
			shared_run(test, XFRM_REPLAY_MODE_ESN,
				   wrap + 1000 - window, window, cores, seen);
		}
		cond_resched();
	}
}

/* A number that the card has taken is not taken again by the core. An earlier
 * version of the module failed here, for numbers beyond 2^32 in a window whose
 * size does not divide 2^32.
 */
static void replay_again_by_core(struct kunit *test)
{
	u64 base = (1ULL << 32) + 1000;
	struct xfrm_state *x;
	u64 seq;

	x = state_new(test, XFRM_REPLAY_MODE_ESN, base, 100);
	for (seq = base + 1; seq <= base + 3; seq++) {
		KUNIT_ASSERT_TRUE(test, locked_check(x, seq));
		locked_advance(x, seq);
		KUNIT_EXPECT_FALSE(test, core_accepts(x, seq));
	}
}

/* With a window the card refuses number 0, which a sender uses only if the
 * receiver has no window (RFC 4303 section 3.3.3). No counter moves.
 */
static void replay_zero(struct kunit *test)
{
	struct xfrm_state *x;
	int mode;

	for (mode = XFRM_REPLAY_MODE_LEGACY; mode <= XFRM_REPLAY_MODE_ESN;
	     mode++) {
		x = state_new(test, mode, 0, 32);
		KUNIT_EXPECT_FALSE(test, locked_check(x, 0));
		KUNIT_EXPECT_EQ(test, x->stats.replay + x->stats.replay_window,
				0);
		KUNIT_EXPECT_TRUE(test, locked_check(x, 1));
	}
}

/* Without a window the card takes each number, and remembers none. */
static void replay_no_window(struct kunit *test)
{
	struct xfrm_state *x;
	int mode;

	for (mode = XFRM_REPLAY_MODE_LEGACY; mode <= XFRM_REPLAY_MODE_ESN;
	     mode++) {
		x = state_new(test, mode, 100, 0);
		KUNIT_EXPECT_TRUE(test, locked_check(x, 5));
		locked_advance(x, 500);
		KUNIT_EXPECT_TRUE(test, locked_check(x, 500));
		KUNIT_EXPECT_EQ(test, mode == XFRM_REPLAY_MODE_LEGACY ?
				x->replay.seq : x->replay_esn->seq, 100);
	}
}

/* With each size of the window, the number of a state's first packet is not
 * accepted a second time.
 */
static void replay_first_again(struct kunit *test)
{
	struct xfrm_state *x;
	int i;

	for (i = 0; i < ARRAY_SIZE(ring_windows); i++) {
		x = state_new(test, XFRM_REPLAY_MODE_BMP, 0, ring_windows[i]);
		locked_advance(x, 1);
		KUNIT_EXPECT_FALSE(test, locked_check(x, 1));
	}
}

/* After the largest number of 32 bits, no number is left. */
static void next_short(struct kunit *test)
{
	struct xfrm_state *x;
	u64 seq;
	u32 *low;
	int mode;

	for (mode = XFRM_REPLAY_MODE_LEGACY; mode <= XFRM_REPLAY_MODE_BMP;
	     mode++) {
		x = state_new(test, mode, 0, 32);
		low = mode == XFRM_REPLAY_MODE_LEGACY ? &x->replay.oseq :
							&x->replay_esn->oseq;
		KUNIT_EXPECT_TRUE(test, locked_next(x, &seq));
		KUNIT_EXPECT_EQ(test, seq, 1);
		*low = U32_MAX - 1;
		KUNIT_EXPECT_TRUE(test, locked_next(x, &seq));
		KUNIT_EXPECT_EQ(test, seq, U32_MAX);
		KUNIT_EXPECT_FALSE(test, locked_next(x, &seq));
		KUNIT_EXPECT_FALSE(test, locked_next(x, &seq));
		KUNIT_EXPECT_EQ(test, *low, U32_MAX);
	}
}

/* With oseq-may-wrap, 0 follows the largest number, as in
 * xfrm_replay_overflow().
 */
static void next_may_wrap(struct kunit *test)
{
	static const u64 expected[] = { U32_MAX, 0, 1, 2 };
	struct xfrm_state *x;
	int mode, i;
	u32 *low;
	u64 seq;

	for (mode = XFRM_REPLAY_MODE_LEGACY; mode <= XFRM_REPLAY_MODE_BMP;
	     mode++) {
		x = state_new(test, mode, 0, 32);
		low = mode == XFRM_REPLAY_MODE_LEGACY ? &x->replay.oseq :
							&x->replay_esn->oseq;
		x->props.extra_flags = XFRM_SA_XFLAG_OSEQ_MAY_WRAP;
		*low = U32_MAX - 1;
		for (i = 0; i < ARRAY_SIZE(expected); i++) {
			KUNIT_EXPECT_TRUE(test, locked_next(x, &seq));
			KUNIT_EXPECT_EQ(test, seq, expected[i]);
			KUNIT_EXPECT_EQ(test, *low, (u32)expected[i]);
		}
	}

	/* A number of 64 bits never wraps */
	x = state_new(test, XFRM_REPLAY_MODE_ESN, 0, 32);
	x->props.extra_flags = XFRM_SA_XFLAG_OSEQ_MAY_WRAP;
	x->replay_esn->oseq = U32_MAX;
	x->replay_esn->oseq_hi = U32_MAX;
	KUNIT_EXPECT_FALSE(test, locked_next(x, &seq));
}

/* With ESN the count goes on into the high half. After the largest number of 64
 * bits, no number is left.
 */
static void next_extended(struct kunit *test)
{
	struct xfrm_state *x = state_new(test, XFRM_REPLAY_MODE_ESN, 0, 32);
	struct xfrm_replay_state_esn *esn = x->replay_esn;
	u64 seq;

	KUNIT_EXPECT_TRUE(test, locked_next(x, &seq));
	KUNIT_EXPECT_EQ(test, seq, 1);

	esn->oseq = U32_MAX;
	esn->oseq_hi = 4;
	KUNIT_EXPECT_TRUE(test, locked_next(x, &seq));
	KUNIT_EXPECT_EQ(test, seq, 5ULL << 32);
	KUNIT_EXPECT_EQ(test, esn->oseq, 0);
	KUNIT_EXPECT_EQ(test, esn->oseq_hi, 5);

	esn->oseq = U32_MAX;
	esn->oseq_hi = U32_MAX;
	KUNIT_EXPECT_FALSE(test, locked_next(x, &seq));
	KUNIT_EXPECT_EQ(test, esn->oseq, U32_MAX);
	KUNIT_EXPECT_EQ(test, esn->oseq_hi, U32_MAX);
}

static struct kunit_case replay_cases[] = {
	KUNIT_CASE(replay_legacy),
	KUNIT_CASE(replay_bitmap),
	KUNIT_CASE(replay_extended),
	KUNIT_CASE(replay_kernel_agrees),
	KUNIT_CASE_SLOW(replay_shared),
	KUNIT_CASE(replay_again_by_core),
	KUNIT_CASE(replay_zero),
	KUNIT_CASE(replay_no_window),
	KUNIT_CASE(replay_first_again),
	KUNIT_CASE(next_short),
	KUNIT_CASE(next_may_wrap),
	KUNIT_CASE(next_extended),
	{}
};

static struct kunit_suite replay_suite = {
	.name = "ov2_replay",
	.test_cases = replay_cases,
};

kunit_test_suite(replay_suite);
