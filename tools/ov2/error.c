// SPDX-License-Identifier: GPL-2.0
/* Error messages and warnings on stderr. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

static void sentence(const char *format, va_list arguments, const char *end)
{
	/* A terminal must first show the earlier output, and then this
	 * sentence
	 */
	fflush(stdout);
	fputs("ov2: ", stderr);
	vfprintf(stderr, format, arguments);
	fputs(end, stderr);
}

/* Prints a warning; the command goes on. */
void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	sentence(format, arguments, "\n");
	va_end(arguments);
}

/* Prints why a command failed. */
enum status failed(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	sentence(format, arguments, "\n");
	va_end(arguments);
	return STATUS_FAILED;
}

/* Prints what is wrong with the command line. */
enum status wrong_use(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	sentence(format, arguments, ": `ov2 help` shows the commands\n");
	va_end(arguments);
	return STATUS_USAGE;
}

/* Prints that nothing more can be written to stdout. errno has the reason. */
enum status output_failed(void)
{
	int error = errno;

	/* The bytes that are still in the buffer of stdout are lost */
	fprintf(stderr, "ov2: cannot write the whole output%s%s\n",
		error ? ": " : "", error ? strerror(error) : "");
	return STATUS_FAILED;
}
