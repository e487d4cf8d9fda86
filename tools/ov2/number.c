// SPDX-License-Identifier: GPL-2.0
/* Numbers of the command line. */
#include <errno.h>
#include <stdlib.h>

#include "number.h"

/**
 * number_read() - read a number
 * @word: the number
 * @base: 10 for decimal numbers only; 0 for decimal, octal and hexadecimal (0x)
 * @value: filled in
 *
 * Return: false if the word is no number, or does not fit into @value.
 */
bool number_read(const char *word, int base, unsigned long long *value)
{
	char *end;

	errno = 0;
	*value = strtoull(word, &end, base);
	/* strtoull() would also take signs and blanks */
	return *word >= '0' && *word <= '9' && !*end && !errno;
}

/**
 * number_spi() - read an SPI
 * @word: the number, decimal, octal (0) or hexadecimal (0x)
 * @spi: filled in, in host byte order
 *
 * Return: STATUS_DONE, or STATUS_USAGE after an error message.
 */
enum status number_spi(const char *word, uint32_t *spi)
{
	unsigned long long value;

	if (!number_read(word, 0, &value) || value > UINT32_MAX)
		return wrong_use("'%s' is not an SPI, which is a number such as 0x1000",
				 word);
	*spi = value;
	return STATUS_DONE;
}
