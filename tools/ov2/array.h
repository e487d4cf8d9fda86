/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */
#ifndef OV2_ARRAY_H
#define OV2_ARRAY_H

#include <stddef.h>

void *array_grow(void *array, size_t count, size_t size);

#endif /* OV2_ARRAY_H */
