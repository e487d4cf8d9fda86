/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LATE_CIPHER_H
#define _OV2_LATE_CIPHER_H

#include <kunit/test.h>

void ov2_late_aead(struct kunit *test);
void ov2_late_aead_on(struct kunit *test, int cpu);

#endif /* _OV2_LATE_CIPHER_H */
