/* SPDX-License-Identifier: GPL-2.0 */
/* What a word of a record says, for other commands than decode. */
#ifndef OV2_DECODE_H
#define OV2_DECODE_H

#include <stdbool.h>
#include <stddef.h>

void decode_say(bool rx, unsigned int slot, unsigned long long word, char *text,
		size_t size);

#endif /* OV2_DECODE_H */
