// SPDX-License-Identifier: GPL-2.0
/* Names and numbers of cards. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "card.h"
#include "netdev.h"

/**
 * card_choose() - take the optional DEV of a command
 * @count: how many words there are
 * @words: the words of the command; only one is allowed
 * @ifindex: set to the number of the card, or to 0 if there is no word
 *
 * Return: STATUS_DONE, or another status after an error message.
 */
enum status card_choose(int count, char **words, uint32_t *ifindex)
{
	struct netdev_link link;

	*ifindex = 0;
	if (!count)
		return STATUS_DONE;
	if (count > 1)
		return wrong_use("'%s' is one word too many", words[1]);
	*ifindex = if_nametoindex(words[0]);
	if (!*ifindex)
		return failed("there is no interface '%s' here: `ov2 show` lists the cards, and -n NETNS looks into another network namespace",
			      words[0]);
	netdev_link(*ifindex, &link);
	if (strcmp(link.kind, "ipsecov2"))
		return failed("the interface '%s' is not of type ipsecov2: `ov2 show` lists the cards",
			      words[0]);
	return STATUS_DONE;
}

/**
 * card_open() - open the family for a command with an optional DEV
 * @family: filled in; if this function succeeds, the caller must close @family
 * @count: how many words there are
 * @words: the words of the command; only one is allowed
 * @ifindex: set to the number of the card, or to 0 if there is no word
 *
 * Return: STATUS_DONE, or another status after an error message.
 */
enum status card_open(struct family *family, int count, char **words,
		      uint32_t *ifindex)
{
	enum status status = family_open(family);

	if (status)
		return status;
	status = card_choose(count, words, ifindex);
	if (status)
		family_close(family);
	return status;
}

/* The name of an interface, or its number if the interface was deleted. The
 * text is valid until the next call.
 */
const char *card_name(uint32_t ifindex)
{
	static char name[IF_NAMESIZE];

	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "if%u", ifindex);
	return name;
}
