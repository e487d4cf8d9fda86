// SPDX-License-Identifier: GPL-2.0
/* The texts of an answer grow piece by piece. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"

static void append(char *text, size_t size, const char *format,
		   va_list arguments)
{
	size_t used = strlen(text);

	vsnprintf(text + used, size - used, format, arguments);
}

void answer_what(struct answer *answer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(answer->what, sizeof(answer->what), format, arguments);
	va_end(arguments);
}

void answer_say(struct answer *answer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(answer->text, sizeof(answer->text), format, arguments);
	va_end(arguments);
}

void answer_todo(struct answer *answer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append(answer->todo, sizeof(answer->todo), format, arguments);
	va_end(arguments);
}

/* Say each number of @counts that is not 0, and its text: " 3 TEXT; 4 TEXT".
 * The indexes of @counts and @texts go from 1 to @max.
 */
void answer_counts(struct answer *answer, const unsigned long long *counts,
		   const char *const *texts, unsigned int max)
{
	unsigned int type;

	for (type = 1; type <= max; type++)
		if (counts[type])
			answer_say(answer, " %llu %s;", counts[type],
				   texts[type]);
	answer_end(answer, ';');
}

/* End a list in the text: remove the separator @last, which stands behind the
 * last member of the list.
 */
void answer_end(struct answer *answer, char last)
{
	size_t used = strlen(answer->text);

	if (used && answer->text[used - 1] == last)
		answer->text[used - 1] = 0;
}
