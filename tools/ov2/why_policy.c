// SPDX-License-Identifier: GPL-2.0
/* Why a policy of xfrm is offloaded or not, and whether a state serves it. */
#include <stdio.h>
#include <string.h>

#include "card.h"
#include "selector.h"
#include "why_policy.h"

/* Policies of sockets have the directions 3 and above */
#define SOCKET_POLICY	3

/**
 * struct servants - the states that may serve a template
 * @all: number of these states
 * @larval: how many of them wait for a key manager
 * @packet: how many of them are in packet mode; if the policy has a device,
 *	only states on that device are counted
 * @crypto: how many of them are in crypto mode
 * @device: the device of the first state that @packet counts
 * @turned: a state that could serve the template, but has the wrong direction;
 *	or NULL. It is in no number
 */
struct servants {
	unsigned int all;
	unsigned int larval;
	unsigned int packet;
	unsigned int crypto;
	uint32_t device;
	const struct state *turned;
};

static void name_policy(const struct policy *policy, struct answer *answer)
{
	static const char *const dirs[] = { "in", "out", "fwd" };
	char text[SELECTOR_TEXT];

	answer_what(answer, "policy%s %s %s priority %u",
		    policy->info.dir >= SOCKET_POLICY ? " of a socket" : "",
		    dirs[policy->info.dir % SOCKET_POLICY],
		    selector_text(&policy->info.sel, text),
		    policy->info.priority);
}

/* Is the address in the prefix of @length bits? */
static bool in_prefix(const xfrm_address_t *address,
		      const xfrm_address_t *prefix, unsigned int length)
{
	const uint8_t *a = (const uint8_t *)address;
	const uint8_t *p = (const uint8_t *)prefix;

	return !memcmp(a, p, length / 8) &&
	       (!(length % 8) ||
		!((a[length / 8] ^ p[length / 8]) >> (8 - length % 8)));
}

/* Can packets that the policy selects have the addresses of the state? In
 * transport mode they must, because the kernel compares the addresses of the
 * state with those of the packet. In tunnel mode the template has the addresses
 * of the state.
 */
static bool addresses_fit(const struct xfrm_selector *sel,
			  const struct state *state)
{
	const struct xfrm_usersa_info *info = &state->info;

	if (info->mode != XFRM_MODE_TRANSPORT || !sel->family)
		return true;
	return sel->family == info->family &&
	       in_prefix(&info->saddr, &sel->saddr, sel->prefixlen_s) &&
	       in_prefix(&info->id.daddr, &sel->daddr, sel->prefixlen_d);
}

/* The states that may serve the template in the direction of the policy. */
static struct servants servants_of(const struct xfrm *xfrm,
				   const struct policy *policy,
				   const struct xfrm_user_tmpl *template)
{
	bool out = policy->info.dir % SOCKET_POLICY == XFRM_POLICY_OUT;
	struct servants found = {};
	size_t i;

	for (i = 0; i < xfrm->state_count; i++) {
		const struct state *state = &xfrm->states[i];

		if (!xfrm_template_takes(template, state) ||
		    !addresses_fit(&policy->info.sel, state))
			continue;
		if (state->dir == (out ? XFRM_SA_DIR_IN : XFRM_SA_DIR_OUT)) {
			found.turned = state;
			continue;
		}
		found.all++;
		found.larval += state->larval;
		if (!state->offload.ifindex)
			continue;
		if (!state->offload.packet) {
			found.crypto++;
		} else if (!policy->offload.ifindex ||
			   policy->offload.ifindex == state->offload.ifindex) {
			if (!found.packet++)
				found.device = state->offload.ifindex;
		}
	}
	return found;
}

/* Say that the state for the template has the wrong direction. The kernel looks
 * at the direction after it has chosen a state for a policy. It chooses a state
 * in packet mode only for a policy on the same device.
 */
static void say_turned(const struct policy *policy, const struct state *state,
		       struct answer *answer)
{
	bool out = policy->info.dir % SOCKET_POLICY == XFRM_POLICY_OUT;
	uint32_t device = state->offload.packet ? state->offload.ifindex : 0;

	answer->verdict = VERDICT_NONE;
	answer_say(answer, "the state for its template, spi 0x%08x, has the wrong direction (%s), so the kernel drops its packets",
		   state->spi, out ? "in" : "out");
	if (!out)
		answer_say(answer, " (XfrmInStateDirError)");
	else if (device == policy->offload.ifindex)
		answer_say(answer, " (XfrmOutStateDirError)");
	answer_todo(answer, "delete this state, and add it with `dir %s`",
		    out ? "out" : "in");
}

/* Say what happens to the packets of a policy that no state can serve. */
static void say_no_state(const struct policy *policy,
			 const struct xfrm_user_tmpl *template,
			 const struct servants *found, struct answer *answer)
{
	bool out = policy->info.dir % SOCKET_POLICY == XFRM_POLICY_OUT;
	char text[SELECTOR_TEXT];

	if (found->turned) {
		say_turned(policy, found->turned, answer);
		return;
	}
	answer->verdict = VERDICT_NONE;
	selector_template_text(template, text);
	if (found->larval)
		answer_say(answer, "%s of its template (%s) waits for a key manager",
			   found->larval == 1 ? "the only state" : "every state",
			   text);
	else
		answer_say(answer, "no state is there for its template (%s)",
			   text);
	if (out)
		answer_say(answer, ", so the kernel drops its packets and asks a key manager for a state");
	else
		answer_say(answer, ", so no packet that arrives can satisfy it");
	/* In transport mode the kernel compares the addresses of a state with
	 * those of the packet, and not with those of the template.
	 */
	if (template->mode == XFRM_MODE_TRANSPORT)
		answer_todo(answer, "add the state, or see what the IKE daemon says; the state needs the reqid and the mode of the template, and the addresses of the packets");
	else
		answer_todo(answer, "add the state, or see what the IKE daemon says; the state needs the reqid, the mode and the addresses of the template");
}

static void why_on_card(const struct policy *policy,
			const struct xfrm_user_tmpl *template,
			const struct servants *found, struct answer *answer)
{
	if (found->all == found->larval) {
		answer_say(answer, ", but ");
		say_no_state(policy, template, found, answer);
	} else if (!found->packet) {
		char text[SELECTOR_TEXT];

		answer->verdict = VERDICT_NONE;
		answer_say(answer, ", but no state of its template (%s) is offloaded in packet mode to the same device, and the kernel takes no other state for an offloaded policy: its packets are dropped",
			   selector_template_text(template, text));
		answer_todo(answer, "delete the state, and add it with `offload packet dev %s`; or repeat the policy without `offload`, with `ip xfrm policy update`",
			    card_name(policy->offload.ifindex));
	} else {
		answer_say(answer, ", and %u of its %u state%s %s there, too",
			   found->packet, found->all,
			   found->all == 1 ? "" : "s",
			   found->packet == 1 ? "is" : "are");
	}
}

static void why_in_software(const struct policy *policy,
			    const struct xfrm_user_tmpl *template,
			    const struct servants *found,
			    struct answer *answer)
{
	if (found->all == found->larval) {
		answer_say(answer, "In software, and ");
		say_no_state(policy, template, found, answer);
	} else if (found->packet == found->all) {
		answer->verdict = VERDICT_NONE;
		answer_say(answer, "In software, but its states are offloaded in packet mode, and the kernel does not take such a state for a policy in software");
		answer_todo(answer, "repeat the policy with `offload packet dev %s`, with `ip xfrm policy update`",
			    card_name(found->device));
	} else if (found->crypto) {
		answer_say(answer, "In software, as is right for crypto mode: %u of its %u state%s %s offloaded",
			   found->crypto, found->all,
			   found->all == 1 ? "" : "s",
			   found->crypto == 1 ? "is" : "are");
	} else {
		answer_say(answer, "In software, and none of its states is offloaded in crypto mode: the answers about them say why");
	}
}

/* If a card has the policy, say how many packets met the policy there. If
 * software has the policy, say why a card refused the policy before.
 */
static void say_known(const struct known *known, const struct policy *policy,
		      struct answer *answer)
{
	const struct known_policy *there = known_policy(known, policy);
	const struct known_entry *entry;

	if (there) {
		answer->met = true;
		answer->hits = there->hits;
		answer_say(answer, "; %llu packet%s met it there", there->hits,
			   there->hits == 1 ? "" : "s");
	} else if (!policy->offload.ifindex) {
		entry = known_entry(known, NULL, policy);
		if (entry)
			answer_say(answer, ". Before, %s refused to offload it: %s",
				   card_name(entry->ifindex), entry->sentence);
	}
}

/**
 * why_policy() - say why a policy is offloaded or not
 * @xfrm: all states and policies
 * @known: what the cards know
 * @policy: the policy
 * @answer: filled in; the caller has zeroed it
 */
void why_policy(const struct xfrm *xfrm, const struct known *known,
		const struct policy *policy, struct answer *answer)
{
	const struct xfrm_user_tmpl *template = &policy->templates[0];
	uint32_t ifindex = policy->offload.ifindex;
	struct servants found;

	name_policy(policy, answer);
	answer->verdict = VERDICT_SOFTWARE;
	if (ifindex) {
		bool card = known_is_card(known, ifindex);

		answer->verdict = card ? VERDICT_OFFLOADED : VERDICT_ELSEWHERE;
		answer->ifindex = ifindex;
		answer->packet = true;
		answer_say(answer, "Offloaded on %s", card_name(ifindex));
		if (!card)
			answer_say(answer, ", which is no card of ipsecov2 in this network namespace");
	}
	if (policy->info.action == XFRM_POLICY_BLOCK ||
	    !policy->template_count) {
		answer_say(answer, "%s: it %s, so it needs no state",
			   ifindex ? "" : "In software",
			   policy->info.action == XFRM_POLICY_BLOCK ?
			   "blocks" : "lets packets pass as they are");
		say_known(known, policy, answer);
		return;
	}
	found = servants_of(xfrm, policy, template);
	if (ifindex)
		why_on_card(policy, template, &found, answer);
	else
		why_in_software(policy, template, &found, answer);
	say_known(known, policy, answer);
}
