/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers with units, for people. */
#ifndef OV2_UNITS_H
#define OV2_UNITS_H

#include <stdint.h>

#define UNIT_SIZE	32

const char *unit_bytes(unsigned long long bytes, char *text);
const char *unit_ms(unsigned long long milliseconds, char *text);

#endif /* OV2_UNITS_H */
