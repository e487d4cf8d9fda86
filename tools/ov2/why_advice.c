// SPDX-License-Identifier: GPL-2.0
/* What to do about a request that a card refused or left to software. The
 * reason of the log entry decides this.
 */
#include <string.h>

#include "card.h"
#include "netdev.h"
#include "why_advice.h"

/**
 * enum cure - what makes a card take the same request
 * @CURE_REQUEST: another request; the card's sentence says what is wrong
 * @CURE_SWITCH: esp-hw-offload must be on
 * @CURE_ROOM: the table of SAs must have room
 * @CURE_ALGORITHM: the engine needs an algorithm that it has
 * @CURE_TIME: the reason is over soon
 */
enum cure {
	CURE_REQUEST,
	CURE_SWITCH,
	CURE_ROOM,
	CURE_ALGORITHM,
	CURE_TIME,
};

/* Each reason that has another cure than CURE_REQUEST. */
static const struct {
	const char *reason;
	enum cure cure;
} cures[] = {
	{ "ipsec_sa_fallback_disabled", CURE_SWITCH },
	{ "ipsec_sa_refused_disabled", CURE_SWITCH },
	{ "ipsec_policy_refused_disabled", CURE_SWITCH },
	{ "ipsec_sa_fallback_full", CURE_ROOM },
	{ "ipsec_sa_refused_full", CURE_ROOM },
	{ "ipsec_sa_refused_alg", CURE_ALGORITHM },
	{ "ipsec_sa_refused_reset", CURE_TIME },
	{ "ipsec_sa_refused_no_memory", CURE_TIME },
	{ "ipsec_policy_refused_no_memory", CURE_TIME },
};

static enum cure cure_of(const char *reason)
{
	unsigned int i;

	for (i = 0; i < sizeof(cures) / sizeof(cures[0]); i++)
		if (!strcmp(cures[i].reason, reason))
			return cures[i].cure;
	return CURE_REQUEST;
}

/**
 * why_advice() - say what to do so that a card takes what it did not take
 * @entry: the entry of the card's log
 * @again: how to repeat the request
 * @answer: gets the advice; if esp-hw-offload of the card is off or was the
 *	reason, also gets a sentence about it
 */
void why_advice(const struct known_entry *entry, const char *again,
		struct answer *answer)
{
	const char *card = card_name(entry->ifindex);
	enum cure cure = cure_of(entry->reason);

	if (netdev_offload(entry->ifindex) == NETDEV_OFF) {
		answer_say(answer, cure == CURE_SWITCH ?
			   ". It is off now, too" :
			   ". And esp-hw-offload is off now");
		answer_todo(answer, "`ethtool -K %s esp-hw-offload on`, then ",
			    card);
	} else if (cure == CURE_SWITCH) {
		answer_say(answer, ". It is on now");
	}
	switch (cure) {
	case CURE_REQUEST:
		answer_todo(answer, "change the request as %s says, then ",
			    card);
		break;
	case CURE_ROOM:
		answer_todo(answer, "give %s room for more SAs (`ov2 set %s capacity N`), or delete states that %s need not have; then ",
			    card, card, card);
		break;
	case CURE_ALGORITHM:
		answer_todo(answer, "choose an algorithm that %s has (`ov2 -v show %s` lists them), then ",
			    card, card);
		break;
	case CURE_SWITCH:
	case CURE_TIME:
		break;
	}
	answer_todo(answer, "%s", again);
}
