/* SPDX-License-Identifier: GPL-2.0 */
/* What `ov2 why` says about one state, policy or request. */
#ifndef OV2_ANSWER_H
#define OV2_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "known.h"
#include "xfrm.h"

/**
 * enum verdict - the answer in one word
 * @VERDICT_OFFLOADED: a card has the state or policy
 * @VERDICT_ELSEWHERE: a device that is no card of ipsecov2 has it
 * @VERDICT_SOFTWARE: software has it
 * @VERDICT_NONE: nobody has it, or nobody can use it
 */
enum verdict {
	VERDICT_OFFLOADED,
	VERDICT_ELSEWHERE,
	VERDICT_SOFTWARE,
	VERDICT_NONE,
};

/**
 * struct answer - an answer
 * @verdict: the answer in one word
 * @what: what the answer is about
 * @text: the answer, in a sentence
 * @todo: what the user can do, or ""
 * @ifindex: the device that has the state or policy, or 0
 * @packet: the state or policy is in packet mode
 * @counted: @packets, @card_packets and @software are known
 * @packets: packets that the kernel counted
 * @card_packets: packets that the card sealed or opened
 * @software: at least this number of packets did not go through the card's
 *	engine. The counters show these packets; there can be more
 * @declined: points to known_sa.declined, which has for each reason the number
 *	of packets that the card declined; NULL if the card declined no packet
 * @frames: points to known_sa.software, which has for each reason the number of
 *	frames that software encrypted and the card sent; NULL if there was no
 *	such frame
 * @met: @hits is known
 * @hits: how often a packet met the policy on the card
 */
struct answer {
	enum verdict verdict;
	char what[640];
	char text[1536];
	char todo[320];
	uint32_t ifindex;
	bool packet;
	bool counted;
	unsigned long long packets;
	unsigned long long card_packets;
	unsigned long long software;
	const unsigned long long *declined;
	const unsigned long long *frames;
	bool met;
	unsigned long long hits;
};

void answer_what(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void answer_say(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void answer_todo(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void answer_counts(struct answer *answer, const unsigned long long *counts,
		   const char *const *texts, unsigned int max);
void answer_end(struct answer *answer, char last);

#endif /* OV2_ANSWER_H */
