// SPDX-License-Identifier: GPL-2.0
/* Why did software encrypt packets of an offloaded state? The frames of these
 * packets leave by the card. Some frames show the reason, and the card has a
 * counter for each of these reasons.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "netdev.h"
#include "why_software.h"

/* Say which reasons the frames show. If the kernel asked the card about packets
 * with options, the card declined these packets. Then say_declined() has named
 * them, so this function leaves them out. Returns the number of packets that
 * this function has named.
 */
static unsigned long long say_shown(const struct state *state,
				    const struct known_sa *sa,
				    struct answer *answer)
{
	static const char *const texts[] = {
		[IPSECOV2_A_SA_SOFTWARE_DISABLED] =
			"while esp-hw-offload was off",
		[IPSECOV2_A_SA_SOFTWARE_WAY] =
			"with a VLAN tag or a PPPoE header, so their route led to another device",
		[IPSECOV2_A_SA_SOFTWARE_FRAGMENT] =
			"in fragments, so they do not fit into the MTU",
		[IPSECOV2_A_SA_SOFTWARE_HEADERS] =
			"with IP options or extension headers, which the kernel does not offload",
	};
	static const char *const todos[] = {
		[IPSECOV2_A_SA_SOFTWARE_WAY] =
			"let the route lead through the card itself",
		[IPSECOV2_A_SA_SOFTWARE_FRAGMENT] =
			"let the sender make packets that fit, or give the card a larger MTU",
		[IPSECOV2_A_SA_SOFTWARE_HEADERS] =
			"let the sender leave out IP options and extension headers",
	};
	unsigned long long counts[IPSECOV2_A_SA_SOFTWARE_OTHER], sum = 0;
	unsigned long long asked = sa->declined[IPSECOV2_A_SA_DECLINED_HEADERS];
	unsigned int type;

	for (type = 1; type < IPSECOV2_A_SA_SOFTWARE_OTHER; type++) {
		counts[type] = sa->software[type];
		if (type == IPSECOV2_A_SA_SOFTWARE_HEADERS)
			counts[type] -= asked < counts[type] ? asked :
							       counts[type];
		sum += counts[type];
	}
	if (!sum)
		return 0;
	answer_say(answer, ". Of what software encrypted, these left by %s:",
		   card_name(state->offload.ifindex));
	answer_counts(answer, counts, texts, IPSECOV2_A_SA_SOFTWARE_OTHER - 1);
	for (type = 1; type < IPSECOV2_A_SA_SOFTWARE_OTHER; type++)
		if (counts[type] && todos[type] && !answer->todo[0])
			answer_todo(answer, "%s", todos[type]);
	return sum;
}

/* Kernel 7.3 looks at options and extension headers before it asks the card.
 * Kernel 6.12 does not look at them, and asks the card. The kernels between
 * these two were not tested; this function treats them like 6.12.
 */
static bool kernel_looks_at_headers(void)
{
	unsigned int major, minor;
	struct utsname name;

	return !uname(&name) &&
	       sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 7 || (major == 7 && minor >= 3));
}

/* xfrm_dev_offload_ok() has a few reasons to keep a packet from a card. ov2 can
 * see most of them in a frame, in the state, in the route, or in the numbers of
 * packets that the card declined. ov2 cannot see one reason: options or
 * extension headers that are inside the encrypted bytes. Returns whether this
 * reason alone is left.
 */
static bool only_headers_left(const struct state *state,
			      const struct known_sa *sa, uint32_t device)
{
	unsigned int type;

	for (type = 1; type <= IPSECOV2_A_SA_DECLINED_MAX; type++)
		if (sa->declined[type])
			return false;
	return (state->info.mode == XFRM_MODE_TUNNEL ||
		state->info.family == AF_INET6) &&
	       state->offload.ifindex == sa->ifindex &&
	       device == sa->ifindex &&
	       netdev_offload(sa->ifindex) == NETDEV_ON &&
	       kernel_looks_at_headers();
}

/**
 * why_software() - say why software encrypted packets of an offloaded state, as
 *	far as the frames show it
 * @state: the state, outbound in crypto mode
 * @sa: what the card knows of the state
 * @device: the device through which the packets leave now
 * @answer: gets further sentences
 *
 * Return: how many packets these sentences explain.
 */
unsigned long long why_software(const struct state *state,
				const struct known_sa *sa, uint32_t device,
				struct answer *answer)
{
	unsigned long long hidden = sa->software[IPSECOV2_A_SA_SOFTWARE_OTHER];
	unsigned long long shown = say_shown(state, sa, answer);

	if (!hidden || !only_headers_left(state, sa, device))
		return shown;
	answer_say(answer, ". %llu left by %s itself, whole and with nothing in front of ESP. So the packets inside ESP have IP options or extension headers. Nobody has seen these options or headers; this is inferred: if the route has not changed, the kernel has no other reason to keep these packets from the card",
		   hidden, card_name(sa->ifindex));
	if (!answer->todo[0])
		answer_todo(answer, "let the sender leave out IP options and extension headers");
	return shown + hidden;
}
