/* SPDX-License-Identifier: GPL-2.0 */
/* Colour on stdout. */
#ifndef OV2_COLOR_H
#define OV2_COLOR_H

#include <stdbool.h>

enum color {
	COLOR_END,
	COLOR_TITLE,
	COLOR_NAME,
	COLOR_GOOD,
	COLOR_BAD,
};

bool color_choose(const char *when);
void color(enum color color);

#endif /* OV2_COLOR_H */
