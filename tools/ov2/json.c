// SPDX-License-Identifier: GPL-2.0
/* Writes JSON to stdout: commas and quotes. If the outer value is an array,
 * each of its members has a line; any other outer value is one line.
 */
#include <stdio.h>

#include "json.h"
#include "text.h"

static struct {
	unsigned int depth;	/* brackets that are open */
	bool first;		/* the innermost open bracket is still empty */
	bool lines;		/* the outer value is an array */
} json = { .first = true };

/* JSON must be UTF-8, so a byte that is not UTF-8 becomes U+fffd, the character
 * that stands for an unknown one.
 */
static void json_quoted(const char *text)
{
	uint32_t code;
	size_t length;

	putchar('"');
	for (; *text; text += length) {
		code = text_read(text, &length);
		if (code == TEXT_BAD)
			fputs("\\ufffd", stdout);
		else if (code == '"' || code == '\\')
			printf("\\%c", *text);
		else if (text_is_control(code))
			printf("\\u%04x", code);
		else
			fwrite(text, 1, length, stdout);
	}
	putchar('"');
}

static void json_begin(const char *key)
{
	if (json.depth && !json.first)
		putchar(',');
	if (json.depth == 1 && json.lines)
		putchar('\n');
	json.first = false;
	if (key) {
		json_quoted(key);
		putchar(':');
	}
}

void json_open(const char *key, char bracket)
{
	if (!json.depth)
		json.lines = bracket == '[';
	json_begin(key);
	putchar(bracket);
	json.depth++;
	json.first = true;
}

void json_close(char bracket)
{
	json.depth--;
	if (!json.depth && json.lines && !json.first)
		putchar('\n');
	json.first = false;
	putchar(bracket);
	if (!json.depth)
		putchar('\n');
}

void json_string(const char *key, const char *value)
{
	json_begin(key);
	json_quoted(value);
}

void json_number(const char *key, unsigned long long value)
{
	json_begin(key);
	printf("%llu", value);
}

void json_signed(const char *key, long long value)
{
	json_begin(key);
	printf("%lld", value);
}

void json_bool(const char *key, bool value)
{
	json_begin(key);
	fputs(value ? "true" : "false", stdout);
}

void json_null(const char *key)
{
	json_begin(key);
	fputs("null", stdout);
}
