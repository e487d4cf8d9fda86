// SPDX-License-Identifier: GPL-2.0
/* Names of interfaces and processes may have any byte. A control character,
 * which a terminal would obey, becomes '?'.
 */
#include <ctype.h>
#include <stdio.h>

#include "text.h"

void text_clean(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

void text_put(const char *text)
{
	for (; *text; text++)
		putchar(iscntrl((unsigned char)*text) ? '?' : *text);
}
