/* SPDX-License-Identifier: GPL-2.0 */
/* The cards of the network namespace: what they have, and what they refused. */
#ifndef OV2_KNOWN_H
#define OV2_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entry.h"
#include "error.h"
#include "schema.h"
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
 * @declined: for each reason, the number of packets that the card declined. The
 *	index is IPSECOV2_A_SA_DECLINED_...
 * @software: for each reason, the number of frames that software encrypted and
 *	the card sent. The index is IPSECOV2_A_SA_SOFTWARE_...
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
	unsigned long long declined[SCHEMA_ATTRS];
	unsigned long long software[SCHEMA_ATTRS];
};

/**
 * struct known_card - a card, and the received ESP that it left to software
 * @ifindex: the card
 * @not_capable: number of frames that were fragments, or that had IP options or
 *	extension headers
 * @disabled: number of frames that came while esp-hw-offload was off
 */
struct known_card {
	uint32_t ifindex;
	unsigned long long not_capable;
	unsigned long long disabled;
};

/**
 * struct known_policy - a policy of a card
 * @ifindex: the card
 * @index: the number that xfrm has given the policy
 * @hits: how often a packet met the policy
 */
struct known_policy {
	uint32_t ifindex;
	uint32_t index;
	unsigned long long hits;
};

/**
 * struct known_entry - an entry of a card's log
 * @ifindex: the card
 * @policy: the entry is about a policy; else about a state
 * @fell_back: the card left the state to software; else the card refused it
 * @packet: packet mode was asked for
 * @dir: IPSECOV2_DIRECTION_...
 * @spi: in host byte order, or 0
 * @sel: selector of the policy, or the addresses of the state
 * @time: when it happened, in ns since 1970
 * @reason: name of the counter that moved
 * @what: what was asked for, in words
 * @sentence: why the card did not do it
 */
struct known_entry {
	uint32_t ifindex;
	bool policy;
	bool fell_back;
	bool packet;
	uint8_t dir;
	uint32_t spi;
	struct xfrm_selector sel;
	unsigned long long time;
	char reason[48];
	char what[ENTRY_TEXT];
	char sentence[256];
};

/**
 * struct known - all that the cards know
 * @cards: the cards themselves
 * @sas: their SAs, sorted by SPI
 * @policies: their policies
 * @entries: entries of their logs. The entries of one card stand together, the
 *	oldest first
 * @forgotten: the first entries of a log are missing, because the log was full,
 *	or because the card was in another network namespace at that time
 */
struct known {
	struct known_card *cards;
	size_t card_count;
	struct known_sa *sas;
	size_t sa_count;
	struct known_policy *policies;
	size_t policy_count;
	struct known_entry *entries;
	size_t entry_count;
	bool forgotten;
};

enum status known_read(struct known *known);
void known_free(struct known *known);
const struct known_card *known_card(const struct known *known,
				    uint32_t ifindex);
bool known_is_card(const struct known *known, uint32_t ifindex);
const struct known_sa *known_sa(const struct known *known,
				const struct state *state);
const struct known_policy *known_policy(const struct known *known,
					const struct policy *policy);
bool known_is_of_state(const struct known_entry *entry,
		       const struct state *state);
bool known_is_of_policy(const struct known_entry *entry,
			const struct policy *policy);
const struct known_entry *known_entry(const struct known *known,
				      const struct state *state,
				      const struct policy *policy);

#endif /* OV2_KNOWN_H */
