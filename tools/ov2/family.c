// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family of the module. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "family.h"

/* Is the module loaded? If a program asks for a family by name, the kernel
 * loads the module of this family. But a question should change nothing, so
 * before such a question ov2 calls this function. Without sysfs the function
 * returns true, because then only the kernel can tell.
 */
bool family_module_loaded(void)
{
	return access("/sys/module", F_OK) ||
	       !access("/sys/module/ipsecov2", F_OK);
}

/* Whether the module is there and is not being removed. Without sysfs nobody
 * can tell, and the answer is yes.
 */
bool family_module_live(void)
{
	FILE *state = fopen("/sys/module/ipsecov2/initstate", "r");
	char word[16] = "";
	bool live;

	if (!state)
		return access("/sys/module", F_OK);
	live = fgets(word, sizeof(word), state) && !strcmp(word, "live\n");
	fclose(state);
	return live;
}

/* Prints that the module is not loaded. */
enum status family_no_module(void)
{
	failed("the module ipsecov2 is not loaded: load it with `modprobe ipsecov2`, or make a card with `ip link add ov0 type ipsecov2`");
	return STATUS_NO_MODULE;
}

static void family_take_group(struct family *family, const struct nlattr *nest)
{
	struct family_group *group = family->groups;
	const struct nlattr *attr;

	while (group->name[0])
		group++;
	if (group == &family->groups[FAMILY_GROUPS - 1])
		return;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			snprintf(group->name, sizeof(group->name), "%s",
				 mnl_attr_get_str(attr));
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			group->id = mnl_attr_get_u32(attr);
			break;
		}
	}
}

static int family_take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct family *family = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			family->id = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				family_take_group(family, group);
			break;
		}
	}
	return 0;
}

/**
 * family_find() - open a socket of any generic netlink family
 * @family: filled in
 * @name: the family
 *
 * Return: 0, or a negative errno. After an error, family->nl.sentence says why.
 */
int family_find(struct family *family, const char *name)
{
	struct nlmsghdr *request;
	int error;

	memset(family, 0, sizeof(*family));
	error = nl_open(&family->nl, NETLINK_GENERIC);
	if (error) {
		snprintf(family->nl.sentence, sizeof(family->nl.sentence),
			 "%s", strerror(-error));
		return error;
	}
	family->id = GENL_ID_CTRL;
	request = family_request(family, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, name);
	error = nl_ask(&family->nl, request, NULL, family_take, family);
	if (error)
		family_close(family);
	return error;
}

/**
 * family_open() - open a socket of the module's family
 * @family: filled in
 *
 * Return: STATUS_DONE; another status after an error message.
 */
enum status family_open(struct family *family)
{
	int error;

	if (!family_module_loaded())
		return family_no_module();
	error = family_find(family, IPSECOV2_FAMILY_NAME);
	if (!error)
		return STATUS_DONE;
	/* A module that is being removed has no family any more. */
	if (error == -ENOENT && !family_module_live())
		return family_no_module();
	if (error == -ENOENT)
		return failed("the module that is loaded has no netlink family ipsecov2: it is older than this ov2, so load the module that came with this ov2");
	return failed("cannot find the netlink family ipsecov2: %s",
		      family->nl.sentence);
}

void family_close(struct family *family)
{
	nl_close(&family->nl);
}

/**
 * family_request() - begin a request
 * @family: the family; the new request overwrites the request before it
 * @command: a command of the family, for example IPSECOV2_CMD_CARD_GET
 * @flags: NLM_F_ACK or NLM_F_DUMP
 *
 * Return: the request. The caller can add attributes.
 */
struct nlmsghdr *family_request(struct family *family, uint8_t command,
				uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(family->room);
	struct genlmsghdr *header;

	request->nlmsg_type = family->id;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->cmd = command;
	header->version = IPSECOV2_FAMILY_VERSION;
	return request;
}

/**
 * family_ask() - send a request, and read its answer
 * @family: the family
 * @request: from family_request()
 * @set: names of the request's attributes, for error messages
 * @row: called for each message of the answer
 * @data: for @row
 *
 * If a dump changed while it was read, this function prints a warning.
 *
 * Return: STATUS_DONE, also after this warning; another status after an error
 * message.
 */
enum status family_ask(struct family *family, struct nlmsghdr *request,
		       const struct schema_attr *set, nl_row row, void *data)
{
	int error;

	if (request->nlmsg_flags & NLM_F_DUMP)
		error = nl_dump(&family->nl, request, set, row, data);
	else
		error = nl_ask(&family->nl, request, set, row, data);
	switch (-error) {
	case 0:
		break;
	case EPERM:
		return failed("%s: this needs root, or CAP_NET_ADMIN in the network namespace: use sudo",
			      family->nl.sentence);
	case EOPNOTSUPP:
		/* If the module does not have the command, the core answers
		 * and sends no sentence. If the module itself refuses the
		 * request, its answer has a sentence that says why.
		 */
		if (family->nl.explained)
			return failed("%s", family->nl.sentence);
		return failed("the module that is loaded does not know this request: `ov2 version` shows whether it is older than this ov2");
	case ENOENT:
	case EPROTONOSUPPORT:
		/* The module was removed after the socket was opened, or is
		 * being removed. A dump gets no reference to a module that is
		 * being removed (__netlink_dump_start()).
		 */
		if (!family_module_live())
			return family_no_module();
		return failed("%s", family->nl.sentence);
	default:
		return failed("%s", family->nl.sentence);
	}
	if (family->nl.interrupted)
		warn("this changed while it was read, so some of it may be missing or shown twice: ask again");
	return STATUS_DONE;
}

/* The number of a multicast group; 0 if there is no group of this name. */
uint32_t family_group(const struct family *family, const char *name)
{
	const struct family_group *group;

	for (group = family->groups; group->name[0]; group++)
		if (!strcmp(group->name, name))
			return group->id;
	return 0;
}
