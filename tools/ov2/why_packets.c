// SPDX-License-Identifier: GPL-2.0
/* Who encrypted or decrypted the packets of an offloaded state: the card, or
 * software. The card counts the packets that it declined. The kernel leaves
 * other packets to software without asking the card, and tells nobody which
 * packets. But the frames of these packets leave by the card. Some frames show
 * the reason, and the card has a counter for each of these reasons
 * (why_software.c). ov2 also looks at esp-hw-offload, the route and the MTU,
 * as the kernel does. If all this explains nothing, ov2 says that the reason is
 * unknown.
 */
#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "netdev.h"
#include "why_packets.h"
#include "why_software.h"

/**
 * why_device() - find the device that packets of a state should use
 * @state: the state
 *
 * Return: the device through which the packets leave, or from which they should
 * come; 0 if it is unknown.
 */
uint32_t why_device(const struct state *state)
{
	if (state->dir == XFRM_SA_DIR_IN)
		return netdev_route(state->info.family,
				    &state->info.id.daddr, &state->info.saddr);
	return netdev_route(state->info.family, &state->info.saddr,
			    &state->info.id.daddr);
}

/**
 * why_card_below() - find the card on which an interface stands
 * @known: what the cards know
 * @device: the interface, for example a VLAN on a card, or a bond
 * @link: from netdev_link() of @device
 *
 * Return: the card; 0 if there is no such card.
 */
uint32_t why_card_below(const struct known *known, uint32_t device,
			const struct netdev_link *link)
{
	struct netdev_link card;
	size_t i;

	if (known_is_card(known, link->lower))
		return link->lower;
	for (i = 0; i < known->card_count; i++) {
		netdev_link(known->cards[i].ifindex, &card);
		if (card.master == device)
			return known->cards[i].ifindex;
	}
	return 0;
}

/* Say which packets the card declined. Returns their number. */
static unsigned long long say_declined(const struct state *state,
				       const struct known_sa *sa,
				       struct answer *answer)
{
	static const char *const texts[] = {
		[IPSECOV2_A_SA_DECLINED_DIR] =
			"used this inbound SA for sending",
		[IPSECOV2_A_SA_DECLINED_HEADERS] =
			"had IP options or extension headers, or were fragments",
		[IPSECOV2_A_SA_DECLINED_LARGE] =
			"were large ones that the kernel would segment wrongly (ESP in UDP, IP in IP in transport mode, packets of guests)",
		[IPSECOV2_A_SA_DECLINED_WAY] =
			"had a route to another device, or were also protected by another SA",
		[IPSECOV2_A_SA_DECLINED_MEMORY] = "came when there was no memory",
	};
	unsigned long long sum = 0;
	unsigned int type;

	for (type = 1; type <= IPSECOV2_A_SA_DECLINED_MAX; type++)
		sum += sa->declined[type];
	if (!sum)
		return 0;
	answer->declined = sa->declined;
	answer_say(answer, ". The card declined %llu, which %s:", sum,
		   state->offload.packet ? "the stack dropped" :
					   "software encrypted");
	answer_counts(answer, sa->declined, texts, IPSECOV2_A_SA_DECLINED_MAX);
	return sum;
}

/* Does the route between the addresses of the state lead to another device? If
 * so, say it.
 */
static bool say_route(const struct known *known, const struct state *state,
		      struct answer *answer)
{
	uint32_t ifindex = state->offload.ifindex, device = why_device(state);
	struct netdev_link link;

	if (!device || device == ifindex)
		return false;
	answer_say(answer, ". The route between the two addresses leads through %s",
		   card_name(device));
	answer_say(answer, ", and the state is offloaded to %s",
		   card_name(ifindex));
	if (state->offload.packet && state->dir != XFRM_SA_DIR_IN)
		answer_say(answer, ", so the kernel drops its packets (XfrmOutError)");
	if (known_is_card(known, device)) {
		answer_todo(answer, "delete the state, and add it with `offload %s dev %s dir %s`; or ",
			    state->offload.packet ? "packet" : "crypto",
			    card_name(device),
			    state->dir == XFRM_SA_DIR_IN ? "in" : "out");
		answer_todo(answer, "let the route lead through %s",
			    card_name(ifindex));
		return true;
	}
	answer_todo(answer, "let the route lead through %s itself",
		    card_name(ifindex));
	netdev_link(device, &link);
	if (*link.kind && why_card_below(known, device, &link) == ifindex)
		answer_todo(answer, ", and not through the %s %s on it",
			    link.kind, card_name(device));
	return true;
}

/* The core offloads only packets that fit into the MTU. So if the card has
 * encrypted no packet, and an average packet does not fit, the MTU is the
 * reason.
 */
static bool say_mtu(const struct state *state, struct answer *answer)
{
	uint32_t ifindex = state->offload.ifindex;
	struct netdev_link link;
	unsigned long long mean;

	netdev_link(ifindex, &link);
	mean = state->info.curlft.bytes / answer->packets;
	if (answer->card_packets || !link.mtu || mean <= link.mtu)
		return false;
	answer_say(answer, ". They have %llu bytes on average, and the MTU of %s is %u: the kernel itself encrypts packets that do not fit",
		   mean, card_name(ifindex), link.mtu);
	answer_todo(answer, "let the sender make packets that fit, or give %s a larger MTU",
		    card_name(ifindex));
	return true;
}

/* Say why software decrypted packets of an inbound state. The card has counters
 * of the frames that it leaves to software. But these counters are for all SAs
 * together, because the card does not look for the SA of such frames.
 */
static void say_why_received(const struct known *known,
			     const struct known_sa *sa, struct answer *answer)
{
	const struct known_card *card = known_card(known, sa->ifindex);
	bool told = card && (card->not_capable || card->disabled);

	if (!told) {
		answer_say(answer, ". The reason is unknown: perhaps they came through another device, or they were ESP in UDP in fragments or with IP options. The card does not count such packets");
		return;
	}
	answer_say(answer, ". For all SAs together, %s left these frames to software:",
		   card_name(sa->ifindex));
	if (card->not_capable)
		answer_say(answer, " %llu with IP options or extension headers or in fragments,",
			   card->not_capable);
	if (card->disabled)
		answer_say(answer, " %llu while esp-hw-offload was off,",
			   card->disabled);
	answer_end(answer, ',');
}

/* Say why the core itself encrypts or decrypts packets of an offloaded state.
 */
static void say_why_software(const struct known *known,
			     const struct state *state,
			     const struct known_sa *sa, struct answer *answer)
{
	uint32_t ifindex = state->offload.ifindex;
	unsigned long long explained;

	if (netdev_offload(ifindex) == NETDEV_OFF) {
		answer_say(answer, ". esp-hw-offload of %s is off now",
			   card_name(ifindex));
		answer_todo(answer, "`ethtool -K %s esp-hw-offload on`",
			    card_name(ifindex));
		return;
	}
	if (say_route(known, state, answer))
		return;
	if (state->dir == XFRM_SA_DIR_IN) {
		say_why_received(known, sa, answer);
		return;
	}
	explained = why_software(state, sa, why_device(state), answer);
	if (sa->declined[IPSECOV2_A_SA_DECLINED_LARGE]) {
		answer_say(answer, ". The kernel counts each segment of a large packet that the card declined");
		return;
	}
	if (explained >= answer->software || (!explained &&
					      say_mtu(state, answer)))
		return;
	answer_say(answer, ". The reason %sis unknown: the kernel encrypts some packets without asking the card and does not tell which, and the frames that left by the card do not show it",
		   explained || answer->declined ?
		   "why software encrypted the others " : "");
	answer_todo(answer, "compare with a packet without options that fits into the MTU");
}

/* Returns how many packets software has encrypted or decrypted at least: the
 * larger one of two numbers. The first number is the kernel's count minus the
 * card's count. It may be too small, even negative, because the kernel counts a
 * large packet once, but the card counts each segment of the packet. The second
 * number is how many frames software encrypted and the card sent.
 */
static unsigned long long done_by_software(const struct known_sa *sa,
					   struct answer *answer)
{
	unsigned long long frames = 0, missing = 0;
	unsigned int type;

	for (type = 1; type <= IPSECOV2_A_SA_SOFTWARE_MAX; type++)
		frames += sa->software[type];
	if (frames)
		answer->frames = sa->software;
	if (answer->card_packets < answer->packets)
		missing = answer->packets - answer->card_packets;
	return frames > missing ? frames : missing;
}

/**
 * why_packets() - say how many packets of a state went through the engine of
 *	the card, and why the others did not
 * @known: what the cards know
 * @state: the state
 * @sa: what the card knows of the state
 * @answer: has the beginning of a sentence; this function adds the rest
 */
void why_packets(const struct known *known, const struct state *state,
		 const struct known_sa *sa, struct answer *answer)
{
	unsigned long long kernel = state->info.curlft.packets;
	unsigned long long card = sa->packets, declined;

	answer->counted = true;
	answer->packets = kernel;
	answer->card_packets = card;
	if (!kernel && !card)
		answer_say(answer, ", and no packet has used it");
	else
		answer_say(answer, "; the card did %llu packet%s", card,
			   card == 1 ? "" : "s");
	if (state->offload.packet) {
		if (kernel || card)
			answer_say(answer, ", and in packet mode software does none");
		say_declined(state, sa, answer);
		if (state->dir != XFRM_SA_DIR_IN)
			say_route(known, state, answer);
		return;
	}
	answer->software = done_by_software(sa, answer);
	if (answer->software) {
		answer_say(answer, ", and at least %llu of the %llu that the kernel counts were ",
			   answer->software, kernel);
		answer_say(answer, state->dir == XFRM_SA_DIR_IN ?
			   "decrypted by software" :
			   "encrypted by software, or were lost before the card");
	} else if (card) {
		answer_say(answer, ", and no counter shows that software did any (the kernel counts %llu, each large packet as one)",
			   kernel);
	}
	declined = say_declined(state, sa, answer);
	if (declined < answer->software)
		say_why_software(known, state, sa, answer);
}
