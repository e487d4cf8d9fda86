// SPDX-License-Identifier: GPL-2.0
/* ov2 why: say of each state and policy of xfrm whether it is offloaded. If it
 * is not, say why, and what to do.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/ipsecov2_netlink.h>

#include "answer.h"
#include "card.h"
#include "color.h"
#include "commands.h"
#include "json.h"
#include "known.h"
#include "number.h"
#include "options.h"
#include "schema.h"
#include "text.h"
#include "units.h"
#include "why_advice.h"
#include "why_policy.h"
#include "why_state.h"

static const char *const verdicts[] = {
	[VERDICT_OFFLOADED] = "offloaded",
	[VERDICT_ELSEWHERE] = "elsewhere",
	[VERDICT_SOFTWARE] = "software",
	[VERDICT_NONE] = "none",
};

static void print_counts(const char *name, const struct schema_attr *set,
			 unsigned int last, const unsigned long long *counts)
{
	unsigned int type;

	json_open(name, '{');
	for (type = 1; type <= last; type++)
		if (counts[type])
			json_number(set[type].key, counts[type]);
	json_close('}');
}

static void print_json(const struct answer *answer, const char *object,
		       const struct state *state)
{
	char address[XFRM_ADDRESS_TEXT];

	json_open(NULL, '{');
	json_string("object", object);
	json_string("what", answer->what);
	if (state) {
		json_number("spi", state->spi);
		json_string("saddr", xfrm_address_text(state->info.family,
						       &state->info.saddr,
						       address));
		json_string("daddr", xfrm_address_text(state->info.family,
						       &state->info.id.daddr,
						       address));
	}
	json_string("verdict", verdicts[answer->verdict]);
	if (answer->ifindex) {
		json_string("ifname", card_name(answer->ifindex));
		json_string("offload", answer->packet ? "packet" : "crypto");
	}
	if (answer->counted) {
		json_number("packets", answer->packets);
		json_number("card_packets", answer->card_packets);
		json_number("software_at_least", answer->software);
	}
	if (answer->declined)
		print_counts("declined", schema_sa_declined,
			     IPSECOV2_A_SA_DECLINED_MAX, answer->declined);
	if (answer->frames)
		print_counts("software", schema_sa_software,
			     IPSECOV2_A_SA_SOFTWARE_MAX, answer->frames);
	if (answer->met)
		json_number("hits", answer->hits);
	json_string("text", answer->text);
	if (answer->todo[0])
		json_string("todo", answer->todo);
	json_close('}');
}

/* The answer has names of interfaces. */
static void print_text(const struct answer *answer)
{
	color(answer->verdict == VERDICT_OFFLOADED ? COLOR_GOOD : COLOR_BAD);
	text_put(answer->what);
	color(COLOR_END);
	fputs("\n  ", stdout);
	text_put(answer->text);
	puts(".");
	if (answer->todo[0]) {
		fputs("  What to do: ", stdout);
		text_put(answer->todo);
		puts(".");
	}
}

static void print(const struct answer *answer, const char *object,
		  const struct state *state)
{
	if (options.json)
		print_json(answer, object, state);
	else
		print_text(answer);
}

/**
 * struct asked - which answers the user asked for
 * @one: only the answers about @spi
 * @spi: in host byte order
 * @answers: how many answers were given
 */
struct asked {
	bool one;
	uint32_t spi;
	unsigned int answers;
};

/* Whether xfrm has the state or policy that a log entry is about. */
static bool exists(const struct xfrm *xfrm, const struct known_entry *entry)
{
	size_t i;

	for (i = 0; i < xfrm->state_count; i++)
		if (known_is_of_state(entry, &xfrm->states[i]))
			return true;
	for (i = 0; i < xfrm->policy_count; i++)
		if (known_is_of_policy(entry, &xfrm->policies[i]))
			return true;
	return false;
}

/* Whether a later entry of the same card is about the same request. */
static bool asked_again(const struct known *known, size_t at)
{
	const struct known_entry *entry = &known->entries[at];
	size_t i;

	for (i = at + 1; i < known->entry_count; i++)
		if (known->entries[i].ifindex == entry->ifindex &&
		    !strcmp(known->entries[i].what, entry->what))
			return true;
	return false;
}

/* A card refused the request, and xfrm has no such state or policy. */
static void why_refused(const struct known_entry *entry, struct answer *answer)
{
	unsigned long long now = time(NULL) * 1000ULL;
	unsigned long long then = entry->time / 1000000;
	char ago[UNIT_SIZE];

	answer_what(answer, "request for a %s", entry->what);
	answer->verdict = VERDICT_NONE;
	answer->ifindex = entry->ifindex;
	answer->packet = entry->packet;
	answer_say(answer, "It is not there, because %s refused it %s ago: %s",
		   card_name(entry->ifindex),
		   unit_ms(now > then ? now - then : 0, ago), entry->sentence);
	why_advice(entry, entry->policy ?
		   "add the policy again, or add it without `offload`" :
		   "add the state again, or add it without `offload`", answer);
}

static void why_requests(const struct xfrm *xfrm, const struct known *known,
			 struct asked *asked)
{
	size_t i;

	for (i = 0; i < known->entry_count; i++) {
		const struct known_entry *entry = &known->entries[i];
		struct answer answer = {};

		if (entry->fell_back || asked_again(known, i) ||
		    (asked->one && entry->spi != asked->spi) ||
		    exists(xfrm, entry))
			continue;
		why_refused(entry, &answer);
		print(&answer, "request", NULL);
		asked->answers++;
	}
}

static void why_all(const struct xfrm *xfrm, const struct known *known,
		    struct asked *asked)
{
	size_t i;

	for (i = 0; i < xfrm->state_count; i++) {
		const struct state *state = &xfrm->states[i];
		struct answer answer = {};

		if (asked->one && state->spi != asked->spi)
			continue;
		why_state(xfrm, known, state, &answer);
		print(&answer, "state", state);
		asked->answers++;
	}
	for (i = 0; i < xfrm->policy_count && !asked->one; i++) {
		struct answer answer = {};

		why_policy(xfrm, known, &xfrm->policies[i], &answer);
		print(&answer, "policy", NULL);
		asked->answers++;
	}
	why_requests(xfrm, known, asked);
}

static enum status why_run(int count, char **words)
{
	struct asked asked = { .one = count };
	enum status status = STATUS_DONE;
	struct known known = {};
	struct xfrm xfrm;

	if (count > 1)
		return wrong_use("'%s' is one word too many", words[1]);
	if (count)
		status = number_spi(words[0], &asked.spi);
	if (status)
		return status;
	status = xfrm_read(&xfrm);
	if (!status)
		status = known_read(&known);
	if (status)
		goto free;
	if (options.json)
		json_open(NULL, '[');
	why_all(&xfrm, &known, &asked);
	if (options.json)
		json_close(']');
	if (!asked.answers && asked.one)
		status = failed("there is no state of the SPI %#x here, and no card remembers that it refused one: `ip xfrm state` lists the states",
				asked.spi);
	else if (!asked.answers && !options.json)
		puts("There is no state and no policy in this network namespace, and no card remembers that it refused one.");
free:
	known_free(&known);
	xfrm_free(&xfrm);
	return status;
}

const struct command command_why = {
	.name = "why",
	.words = "[SPI]",
	.about = "why a state or policy is offloaded or not",
	.run = why_run,
};
