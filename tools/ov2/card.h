/* SPDX-License-Identifier: GPL-2.0 */
/* The card that a user names. */
#ifndef OV2_CARD_H
#define OV2_CARD_H

#include <stdint.h>

#include "error.h"
#include "family.h"

enum status card_choose(int count, char **words, uint32_t *ifindex);
enum status card_open(struct family *family, int count, char **words,
		      uint32_t *ifindex);
const char *card_name(uint32_t ifindex);

#endif /* OV2_CARD_H */
