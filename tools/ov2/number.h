/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of the command line. */
#ifndef OV2_NUMBER_H
#define OV2_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

bool number_read(const char *word, int base, unsigned long long *value);
enum status number_spi(const char *word, uint32_t *spi);

#endif /* OV2_NUMBER_H */
