// SPDX-License-Identifier: GPL-2.0
/* Numbers with units, for people. JSON has the plain numbers. */
#include <stdio.h>

#include "units.h"

/* A number of bytes with a decimal unit (1 kB is 1000 B), in @text, which has
 * UNIT_SIZE bytes.
 */
const char *unit_bytes(unsigned long long bytes, char *text)
{
	static const char units[] = "kMGTPE";
	const char *unit = units;
	double value = bytes;

	if (bytes < 10000) {
		snprintf(text, UNIT_SIZE, "%llu B", bytes);
		return text;
	}
	for (value /= 1000; value >= 1000 && unit[1]; value /= 1000)
		unit++;
	snprintf(text, UNIT_SIZE, "%.*f %cB", value < 100 ? 1 : 0, value,
		 *unit);
	return text;
}

/* A time in the largest unit that is exact enough, in @text, which has
 * UNIT_SIZE bytes.
 */
const char *unit_ms(unsigned long long milliseconds, char *text)
{
	unsigned long long seconds = milliseconds / 1000;

	if (seconds < 10)
		snprintf(text, UNIT_SIZE, "%.1f s", milliseconds / 1000.0);
	else if (seconds < 120)
		snprintf(text, UNIT_SIZE, "%llu s", seconds);
	else if (seconds < 7200)
		snprintf(text, UNIT_SIZE, "%llu min", seconds / 60);
	else if (seconds < 172800)
		snprintf(text, UNIT_SIZE, "%llu h", seconds / 3600);
	else
		snprintf(text, UNIT_SIZE, "%llu days", seconds / 86400);
	return text;
}
