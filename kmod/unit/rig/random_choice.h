/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RANDOM_CHOICE_H
#define _OV2_RANDOM_CHOICE_H

#include <kunit/test.h>

void ov2_random_start(struct kunit *test);
void ov2_random_start_at(struct kunit *test, u32 seed);
u32 ov2_below(u32 ceiling);

#endif /* _OV2_RANDOM_CHOICE_H */
