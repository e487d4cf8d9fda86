/* SPDX-License-Identifier: GPL-2.0 */
/* The cards of the network namespace, and their SAs. */
#ifndef OV2_KNOWN_H
#define OV2_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "xfrm.h"

/**
 * struct known_sa - an SA of a card
 * @ifindex: the card
 * @spi: in host byte order
 * @dir: XFRM_SA_DIR_IN or XFRM_SA_DIR_OUT
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @family: of @daddr
 * @daddr: its destination
 * @packets: packets that the engine sealed, or opened and found good
 * @bad: packets that the engine found bad
 */
struct known_sa {
	uint32_t ifindex;
	uint32_t spi;
	uint8_t dir;
	uint8_t proto;
	uint16_t family;
	xfrm_address_t daddr;
	unsigned long long packets;
	unsigned long long bad;
};

/**
 * struct known - all that the cards know
 * @cards: their numbers
 * @sas: their SAs, sorted by SPI
 */
struct known {
	uint32_t *cards;
	size_t card_count;
	struct known_sa *sas;
	size_t sa_count;
};

enum status known_read(struct known *known);
void known_free(struct known *known);
bool known_is_card(const struct known *known, uint32_t ifindex);
const struct known_sa *known_sa(const struct known *known,
				const struct state *state);

#endif /* OV2_KNOWN_H */
