/* SPDX-License-Identifier: GPL-2.0 */
/* Which frames a capture takes. */
#ifndef OV2_CAPTURE_H
#define OV2_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "decode.h"
#include "error.h"

/**
 * struct capture_filter - what --filter asks for; a frame must meet all of this
 * @has_spi: @spi was named
 * @spi: the SPI
 * @tx: frames that are sent
 * @rx: frames that are received
 * @wire: frames on the side of the wire
 * @clear: frames on the side of the stack
 * @dropped: frames that the card drops
 */
struct capture_filter {
	bool has_spi;
	uint32_t spi;
	bool tx;
	bool rx;
	bool wire;
	bool clear;
	bool dropped;
};

enum status capture_filter(const char *text, struct capture_filter *filter);
enum status capture_filter_whole(const char *text, int count, char **words);

#endif /* OV2_CAPTURE_H */
