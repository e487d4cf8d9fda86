/* SPDX-License-Identifier: GPL-2.0 */
/* Printing text that other programs or users chose. */
#ifndef OV2_TEXT_H
#define OV2_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not a code point: what text_read() returns for a byte that is not UTF-8 */
#define TEXT_BAD	UINT32_MAX

uint32_t text_read(const char *text, size_t *length);
bool text_is_control(uint32_t code);
void text_clean(char *text);
void text_put(const char *text);

#endif /* OV2_TEXT_H */
