// SPDX-License-Identifier: GPL-2.0
/*
 * Random choices that a later run can repeat.
 *
 * A test that compares the module with a model chooses its next step at random,
 * and prints its seed. With this seed the test takes the same steps again:
 * make modules OV2_UNIT=1 OV2_MODEL_SEED=...
 */
#include <linux/prandom.h>
#include <linux/random.h>

#include "random_choice.h"

/* KUnit runs one case at a time. */
static struct rnd_state choices;

/**
 * ov2_random_start() - begin a sequence of choices
 * @test: the test; its log gets the seed, which differs from run to run unless
 *	OV2_MODEL_SEED is given
 */
void ov2_random_start(struct kunit *test)
{
#ifdef OV2_MODEL_SEED
	ov2_random_start_at(test, OV2_MODEL_SEED);
#else
	ov2_random_start_at(test, get_random_u32());
#endif
}

/**
 * ov2_random_start_at() - begin a sequence of choices that is always the same
 * @test: the test; its log gets the seed
 * @seed: the seed
 */
void ov2_random_start_at(struct kunit *test, u32 seed)
{
	kunit_info(test, "seed %u\n", seed);
	prandom_seed_state(&choices, seed);
}

/**
 * ov2_below() - the next choice
 * @ceiling: number of possibilities, not 0
 *
 * Return: 0 to @ceiling - 1.
 */
u32 ov2_below(u32 ceiling)
{
	return prandom_u32_state(&choices) % ceiling;
}
