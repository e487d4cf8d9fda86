// SPDX-License-Identifier: GPL-2.0
/* Why a state of xfrm is offloaded or not. If the kernel does not tell the
 * reason, the answer says that the reason is unknown.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "card.h"
#include "esp_module.h"
#include "netdev.h"
#include "why_advice.h"
#include "why_packets.h"
#include "why_state.h"

static const char *mode_of(const struct xfrm_offload *offload)
{
	return offload->packet ? "packet" : "crypto";
}

static void name_state(const struct state *state, struct answer *answer)
{
	static const char *const dirs[] = { "", " in", " out" };
	char from[XFRM_ADDRESS_TEXT], to[XFRM_ADDRESS_TEXT];
	uint16_t family = state->info.family;

	answer_what(answer, "state%s %s > %s %s spi 0x%08x %s",
		    state->dir < 3 ? dirs[state->dir] : "",
		    xfrm_address_text(family, &state->info.saddr, from),
		    xfrm_address_text(family, &state->info.id.daddr, to),
		    xfrm_proto_text(state->info.id.proto), state->spi,
		    xfrm_mode_text(state->info.mode));
}

/* Say what goes wrong with packets of an offloaded state: the card found them
 * bad, they were replayed or too old, or no policy lets them in.
 */
static void say_trouble(const struct xfrm *xfrm, const struct state *state,
			const struct known_sa *sa, struct answer *answer)
{
	const struct xfrm_stats *stats = &state->info.stats;
	bool taken = false;
	unsigned int n;
	size_t i;

	if (sa->bad)
		answer_say(answer, ". The card found %llu bad (`ov2 -v sa spi %#x` shows how)",
			   sa->bad, state->spi);
	if (stats->replay)
		answer_say(answer, ". Replays that were dropped: %u",
			   stats->replay);
	if (stats->replay_window)
		answer_say(answer, ". Dropped because they were older than the replay window: %u",
			   stats->replay_window);
	if (state->dir != XFRM_SA_DIR_IN ||
	    state->info.mode != XFRM_MODE_TUNNEL)
		return;
	for (i = 0; i < xfrm->policy_count; i++) {
		const struct policy *policy = &xfrm->policies[i];

		for (n = 0; n < policy->template_count; n++)
			taken |= policy->info.dir != XFRM_POLICY_OUT &&
				 xfrm_template_takes(&policy->templates[n],
						     state);
	}
	if (!taken) {
		answer_say(answer, ". No policy with `dir in` or `dir fwd` has a template that this state fits, so the kernel drops what the state carries (XfrmInNoPols)");
		if (!answer->todo[0])
			answer_todo(answer, "add a policy with `dir in`, and one with `dir fwd` if this machine forwards");
	}
}

static void why_offloaded(const struct xfrm *xfrm, const struct known *known,
			  const struct state *state, struct answer *answer)
{
	const struct known_sa *sa = known_sa(known, state);
	uint32_t ifindex = state->offload.ifindex;

	answer->ifindex = ifindex;
	answer->packet = state->offload.packet;
	if (!sa && known_is_card(known, ifindex)) {
		answer->verdict = VERDICT_NONE;
		answer_say(answer, "The kernel says that %s has it, and the card does not know it: the state changed while `ov2` asked the two",
			   card_name(ifindex));
		answer_todo(answer, "ask again");
		return;
	}
	if (!sa) {
		answer->verdict = VERDICT_ELSEWHERE;
		answer_say(answer, "Offloaded in %s mode to %s",
			   mode_of(&state->offload), card_name(ifindex));
		answer_say(answer, ", which is no card of ipsecov2 in this network namespace, so what it does is unknown");
		answer_todo(answer, "`ethtool -S %s` shows what its driver counts",
			    card_name(ifindex));
		return;
	}
	answer->verdict = VERDICT_OFFLOADED;
	answer_say(answer, "Offloaded in %s mode on %s",
		   mode_of(&state->offload), card_name(sa->ifindex));
	if (sa->ifindex != ifindex)
		answer_say(answer, " below %s", card_name(ifindex));
	why_packets(known, state, sa, answer);
	say_trouble(xfrm, state, sa, answer);
}

/* Say which device the packets of a state take. The caller has found that this
 * device is no card.
 */
static void say_no_card(const struct known *known, uint32_t device,
			struct answer *answer)
{
	struct netdev_link link;
	uint32_t card;

	netdev_link(device, &link);
	card = why_card_below(known, device, &link);
	answer_say(answer, ". Its packets take %s, which is no card of ipsecov2",
		   card_name(device));
	if (card)
		answer_say(answer, ", but a device%s%s over the card %s,",
			   *link.kind ? " of type " : "", link.kind,
			   card_name(card));
	if (netdev_offload(device) == NETDEV_NEVER)
		answer_say(answer, " and offloads no ESP");
	else
		answer_end(answer, ',');
	if (card)
		answer_todo(answer, "let the route lead through %s itself, and name it with `offload`",
			    card_name(card));
	else
		answer_todo(answer, "let the route lead through a card (`ov2 show`), and name that card with `offload`");
}

/* No device offloads the state. The kernel does not remember whether a user
 * asked for the offload.
 */
static void why_software(const struct known *known, const struct state *state,
			 struct answer *answer)
{
	const char *dir = state->dir == XFRM_SA_DIR_IN ? "in" : "out";
	uint32_t device;

	answer_say(answer, "In software. ");
	if (esp_module(state->info.family) == ESP_MODULE_MISSING) {
		answer_say(answer, "This kernel has no %s, so it offloads no ESP",
			   esp_module_name(state->info.family));
		answer_todo(answer, "use a kernel with CONFIG_%s",
			    state->info.family == AF_INET6 ?
			    "INET6_ESP_OFFLOAD" : "INET_ESP_OFFLOAD");
		return;
	}
	if (!known->card_count) {
		answer_say(answer, "There is no card of ipsecov2 in this network namespace");
		answer_todo(answer, "`ip link add ov0 type ipsecov2` makes one; `ov2 -n NETNS why` asks elsewhere");
		return;
	}
	if (known->forgotten)
		answer_say(answer, "No card remembers a request to offload it. Either it was added without `offload`, or with another device, or a card's log has lost the request");
	else
		answer_say(answer, "No card was asked to offload it, so it was added without `offload`, or with another device (the kernel does not remember which of the two)");
	device = why_device(state);
	if (device && known_is_card(known, device)) {
		if (netdev_offload(device) == NETDEV_OFF) {
			answer_say(answer, ". esp-hw-offload of %s is off now",
				   card_name(device));
			answer_todo(answer, "`ethtool -K %s esp-hw-offload on`, then ",
				    card_name(device));
		}
		answer_todo(answer, "delete it, and add it with `offload crypto dev %s dir %s`; strongSwan: hw_offload = crypto",
			    card_name(device), dir);
		return;
	}
	if (!device) {
		answer_say(answer, ". There is no route between its addresses");
		return;
	}
	say_no_card(known, device, answer);
}

/* A card was asked for the state, and did not take it. */
static void why_not_taken(const struct known_entry *entry,
			  struct answer *answer)
{
	const char *card = card_name(entry->ifindex);

	if (entry->fell_back)
		answer_say(answer, "In software. %s was asked for it: %s", card,
			   entry->sentence);
	else
		answer_say(answer, "In software. Before, %s refused to offload it: %s",
			   card, entry->sentence);
	why_advice(entry, entry->fell_back ?
		   "delete this state and add it again" :
		   "delete this state and add it again with `offload`", answer);
}

/**
 * why_state() - say why a state is offloaded or not
 * @xfrm: all states and policies
 * @known: what the cards know
 * @state: the state
 * @answer: filled in; the caller has zeroed it
 */
void why_state(const struct xfrm *xfrm, const struct known *known,
	       const struct state *state, struct answer *answer)
{
	const struct known_entry *entry;

	name_state(state, answer);
	answer->verdict = VERDICT_SOFTWARE;
	if (state->larval) {
		answer->verdict = VERDICT_NONE;
		answer_say(answer, "It waits for a key manager, and has no keys that a card could have");
		answer_todo(answer, "see whether the IKE daemon runs, and what it says about this connection");
		return;
	}
	if (state->offload.ifindex) {
		why_offloaded(xfrm, known, state, answer);
		return;
	}
	if (state->info.id.proto != IPPROTO_ESP) {
		answer_say(answer, "In software. Linux offloads ESP only");
		return;
	}
	entry = known_entry(known, state, NULL);
	if (entry)
		why_not_taken(entry, answer);
	else
		why_software(known, state, answer);
}
