// SPDX-License-Identifier: GPL-2.0
/* Names of interfaces and processes may have any byte. So may bytes of a name
 * that was cut off in the middle of a character. A control character, which a
 * terminal would obey, becomes '?', and so does a byte that is not UTF-8. The
 * control characters from U+0080 to U+009f are two bytes long in UTF-8, and
 * many terminals obey them: U+009b does the same as ESC [.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/**
 * text_read() - read a character of UTF-8
 * @text: begins with the character; not empty
 * @length: filled in with the number of its bytes; 1 if it is not UTF-8
 *
 * Return: the code point, or TEXT_BAD if @text does not begin with UTF-8.
 */
uint32_t text_read(const char *text, size_t *length)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	size_t more = (bytes[0] >= 0xc0) + (bytes[0] >= 0xe0) +
		      (bytes[0] >= 0xf0);
	uint32_t code = bytes[0] & (more ? 0x3f >> more : 0x7f);
	size_t i;

	*length = 1;
	if (bytes[0] < 0x80)
		return code;
	/* The 0 at the end of the text is no byte of a character, either. */
	for (i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return TEXT_BAD;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (!more || bytes[0] > 0xf4 || code < least[more] ||
	    code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return TEXT_BAD;
	*length = more + 1;
	return code;
}

bool text_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

void text_clean(char *text)
{
	char *to = text;
	uint32_t code;
	size_t length;

	for (; *text; text += length) {
		code = text_read(text, &length);
		if (code == TEXT_BAD || text_is_control(code)) {
			*to++ = '?';
		} else {
			memmove(to, text, length);
			to += length;
		}
	}
	*to = 0;
}

void text_put(const char *text)
{
	uint32_t code;
	size_t length;

	for (; *text; text += length) {
		code = text_read(text, &length);
		if (code == TEXT_BAD || text_is_control(code))
			putchar('?');
		else
			fwrite(text, 1, length, stdout);
	}
}
