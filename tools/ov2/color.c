// SPDX-License-Identifier: GPL-2.0
/* Colour on stdout: --color, NO_COLOR (no-color.org), and terminals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "color.h"

static bool color_on;

/**
 * color_choose() - choose whether the output has colours
 * @when: "auto", "always" or "never"
 *
 * Return: false if @when is another word.
 */
bool color_choose(const char *when)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (!strcmp(when, "always"))
		color_on = true;
	else if (!strcmp(when, "never"))
		color_on = false;
	else if (!strcmp(when, "auto"))
		color_on = isatty(STDOUT_FILENO) && !(no && *no) &&
			   !(term && !strcmp(term, "dumb"));
	else
		return false;
	return true;
}

/* From here on the output has this colour. */
void color(enum color color)
{
	static const char *const codes[] = {
		[COLOR_END] = "\033[0m",
		[COLOR_TITLE] = "\033[1m",
		[COLOR_NAME] = "\033[1;36m",
		[COLOR_GOOD] = "\033[32m",
		[COLOR_BAD] = "\033[31m",
	};

	if (color_on)
		fputs(codes[color], stdout);
}
