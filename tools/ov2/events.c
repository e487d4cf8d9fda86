// SPDX-License-Identifier: GPL-2.0
/* ov2 monitor: what happens to the cards, their SAs and their policies. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>
#include <linux/netlink.h>

#include "card.h"
#include "color.h"
#include "commands.h"
#include "entry.h"
#include "family.h"
#include "json.h"
#include "options.h"
#include "schema.h"
#include "selector.h"
#include "text.h"
#include "units.h"
#include "xfrm.h"

/* Bytes of the socket's buffer, which must hold a burst of messages */
#define EVENTS_BUFFER	(1024 * 1024)
#define EVENTS_SIZE	(64 * 1024)

/**
 * struct kind - a kind of event
 * @name: its name in JSON; NULL if no event has this number
 * @words: the words in its line that stand directly behind the name of the card
 * @set: the attributes of its message
 * @ifindex: the attribute of @set that has the interface index of the card
 * @rest: prints the rest of its line, or NULL
 */
struct kind {
	const char *name;
	const char *words;
	const struct schema_attr *set;
	unsigned int ifindex;
	void (*rest)(const struct nlattr **tb);
};

static void rest_offload(const struct nlattr **tb)
{
	const struct nlattr *config[SCHEMA_ATTRS];

	schema_parse_nest(tb[IPSECOV2_A_CARD_CONFIG], config);
	printf("%s, with room for %llu SAs",
	       schema_number(config[IPSECOV2_A_OFFLOAD_ENCR]) ? "on" : "off",
	       schema_number(tb[IPSECOV2_A_CARD_SA_CAPACITY]));
}

static const char *sa_word(const struct nlattr **tb, unsigned int type)
{
	return schema_word_of(&schema_sa[type], tb[type]);
}

static void rest_name(const struct nlattr **tb)
{
	char from[XFRM_ADDRESS_TEXT], to[XFRM_ADDRESS_TEXT];

	printf("%s %s > %s %s spi 0x%08x", sa_word(tb, IPSECOV2_A_SA_DIR),
	       schema_address(tb[IPSECOV2_A_SA_SADDR], from, sizeof(from)),
	       schema_address(tb[IPSECOV2_A_SA_DADDR], to, sizeof(to)),
	       sa_word(tb, IPSECOV2_A_SA_PROTO),
	       ntohl(schema_number(tb[IPSECOV2_A_SA_SPI])));
}

static void rest_added(const struct nlattr **tb)
{
	rest_name(tb);
	printf(" %s %s ", sa_word(tb, IPSECOV2_A_SA_MODE),
	       sa_word(tb, IPSECOV2_A_SA_OFFLOAD));
	text_put(schema_string(tb[IPSECOV2_A_SA_ENCR]));
	if (tb[IPSECOV2_A_SA_AUTH]) {
		putchar(' ');
		text_put(schema_string(tb[IPSECOV2_A_SA_AUTH]));
	}
}

static void rest_deleted(const struct nlattr **tb)
{
	char unit[UNIT_SIZE];

	rest_name(tb);
	unit_bytes(schema_number(tb[IPSECOV2_A_SA_BYTES]), unit);
	printf(", after %llu packets of %s",
	       schema_number(tb[IPSECOV2_A_SA_PACKETS]), unit);
}

static void rest_limit(const struct nlattr **tb)
{
	printf("%s limit: ", sa_word(tb, IPSECOV2_A_SA_LIMIT));
	rest_name(tb);
}

static void rest_told(const struct nlattr **tb)
{
	rest_name(tb);
	fputs(": ", stdout);
	text_put(schema_string(tb[IPSECOV2_A_SA_EXPLANATION]));
}

static void rest_policy(const struct nlattr **tb)
{
	struct xfrm_selector sel;
	char text[SELECTOR_TEXT];

	selector_of_policy(tb, &sel);
	printf("%s ", schema_word_of(&schema_policy[IPSECOV2_A_POLICY_DIR],
				     tb[IPSECOV2_A_POLICY_DIR]));
	/* A selector may have the name of an interface. */
	text_put(selector_text(&sel, text));
	printf(" priority %llu index %llu",
	       schema_number(tb[IPSECOV2_A_POLICY_PRIORITY]),
	       schema_number(tb[IPSECOV2_A_POLICY_INDEX]));
}

static void rest_policy_limit(const struct nlattr **tb)
{
	printf("%s limit: ",
	       schema_word_of(&schema_policy[IPSECOV2_A_POLICY_LIMIT],
			      tb[IPSECOV2_A_POLICY_LIMIT]));
	rest_policy(tb);
}

static void rest_log(const struct nlattr **tb)
{
	char text[ENTRY_TEXT];

	printf("%s: ", schema_word_of(&schema_log[IPSECOV2_A_LOG_OUTCOME],
				      tb[IPSECOV2_A_LOG_OUTCOME]));
	text_put(entry_what(tb, text));
	fputs(": ", stdout);
	text_put(schema_string(tb[IPSECOV2_A_LOG_SENTENCE]));
}

#define CARD(name, words, rest) \
	{ name, words, schema_card, IPSECOV2_A_CARD_IFINDEX, rest }
#define SA(name, words, rest) \
	{ name, words, schema_sa, IPSECOV2_A_SA_IFINDEX, rest }
#define POLICY(name, words, rest) \
	{ name, words, schema_policy, IPSECOV2_A_POLICY_IFINDEX, rest }

static const struct kind kinds[IPSECOV2_CMD_MAX + 1] = {
	[IPSECOV2_CMD_CARD_ADD_NTF] = CARD("card-add", "card made", NULL),
	[IPSECOV2_CMD_CARD_DEL_NTF] = CARD("card-del", "card gone", NULL),
	[IPSECOV2_CMD_CARD_CHANGE_NTF] =
		CARD("card-change", "card changed", NULL),
	[IPSECOV2_CMD_CARD_CONFIG_NTF] =
		CARD("card-config", "offload is ", rest_offload),
	[IPSECOV2_CMD_CARD_RESET_NTF] =
		CARD("card-reset", "engine reset", NULL),
	[IPSECOV2_CMD_CARD_UP_NTF] = CARD("card-up", "line up", NULL),
	[IPSECOV2_CMD_CARD_DOWN_NTF] = CARD("card-down", "line down", NULL),
	[IPSECOV2_CMD_SA_ADD_NTF] = SA("sa-add", "SA added: ", rest_added),
	[IPSECOV2_CMD_SA_DEL_NTF] = SA("sa-del", "SA deleted: ", rest_deleted),
	[IPSECOV2_CMD_SA_EXPIRE_NTF] =
		SA("sa-expire", "SA has reached its ", rest_limit),
	[IPSECOV2_CMD_SA_DELETE_REQ_NTF] =
		SA("sa-delete-req", "engine wants an SA deleted: ", rest_told),
	[IPSECOV2_CMD_SA_FALLBACK_NTF] =
		SA("sa-fallback", "packet declined: ", rest_told),
	[IPSECOV2_CMD_POLICY_ADD_NTF] =
		POLICY("policy-add", "policy added: ", rest_policy),
	[IPSECOV2_CMD_POLICY_DEL_NTF] =
		POLICY("policy-del", "policy deleted: ", rest_policy),
	[IPSECOV2_CMD_POLICY_EXPIRE_NTF] =
		POLICY("policy-expire", "policy has reached its ",
		       rest_policy_limit),
	[IPSECOV2_CMD_LOG_NTF] = {
		"log", "", schema_log, IPSECOV2_A_LOG_IFINDEX, rest_log
	},
};

static const char *event_card(const struct kind *kind, const struct nlattr **tb)
{
	/* If a card is gone, only the message still has its name */
	if (kind->set == schema_card)
		return schema_string(tb[IPSECOV2_A_CARD_IFNAME]);
	return card_name(schema_number(tb[kind->ifindex]));
}

static void event_json(const struct kind *kind, const struct timespec *now,
		       const struct nlattr **tb, const struct nlmsghdr *nlh)
{
	json_open(NULL, '{');
	/* An entry of a log has its own time */
	if (kind->set != schema_log)
		json_number("time", now->tv_sec * 1000000000ULL + now->tv_nsec);
	json_string("event", kind->name);
	if (kind->set != schema_card)
		json_string("ifname", event_card(kind, tb));
	schema_json(kind->set, nlh);
	json_close('}');
}

static void event_text(const struct kind *kind, const struct timespec *now,
		       const struct nlattr **tb)
{
	char text[16] = "";
	struct tm when;

	if (localtime_r(&now->tv_sec, &when))
		strftime(text, sizeof(text), "%T", &when);
	printf("%s.%06ld ", text, now->tv_nsec / 1000);
	color(COLOR_NAME);
	text_put(event_card(kind, tb));
	color(COLOR_END);
	printf(": %s", kind->words);
	if (kind->rest)
		kind->rest(tb);
	putchar('\n');
}

static void event_show(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[SCHEMA_ATTRS];
	const struct kind *kind;
	struct timespec now;

	if (header->cmd > IPSECOV2_CMD_MAX || !kinds[header->cmd].name) {
		warn("the module tells an event (%u) that this ov2 does not know: `ov2 version` shows whether ov2 is older",
		     header->cmd);
		return;
	}
	kind = &kinds[header->cmd];
	schema_parse(nlh, tb);
	clock_gettime(CLOCK_REALTIME, &now);
	if (options.json)
		event_json(kind, &now, tb, nlh);
	else
		event_text(kind, &now, tb);
}

/* Does the kernel tell that the module's family is gone? */
static bool event_is_end(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != GENL_ID_CTRL ||
	    header->cmd != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*header))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME)
			return !strcmp(schema_string(attr),
				       IPSECOV2_FAMILY_NAME);
	return false;
}

static enum status events_receive(const struct family *family, bool *end)
{
	char buffer[EVENTS_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh = (void *)buffer;
	int length;

	length = nl_receive(&family->nl, buffer, sizeof(buffer));
	if (length == -ENOBUFS) {
		warn("events came faster than they were read, and some are lost: `ov2 show`, `ov2 sa` and `ov2 policy` tell what is there now");
		return STATUS_DONE;
	}
	if (length == -EINTR)
		return STATUS_DONE;
	if (length < 0)
		return failed("cannot read the events: %s", strerror(-length));
	for (; mnl_nlmsg_ok(nlh, length); nlh = mnl_nlmsg_next(nlh, &length)) {
		if (event_is_end(nlh)) {
			*end = true;
			failed("the module ipsecov2 was unloaded, so nothing more happens");
			return STATUS_NO_MODULE;
		}
		if (nlh->nlmsg_type == family->id)
			event_show(nlh);
	}
	return STATUS_DONE;
}

/* Show what happens until a signal comes. */
static enum status events_loop(const struct family *family, int signals)
{
	struct pollfd fds[] = {
		{ .fd = mnl_socket_get_fd(family->nl.socket),
		  .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	enum status status = STATUS_DONE;
	bool end = false;

	while (!status && !end) {
		if (fflush(stdout))
			return STATUS_DONE;	/* main() says why */
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return failed("poll: %s", strerror(errno));
		if (fds[1].revents)
			break;
		/* The reader of the pipe has ended. ov2 would notice this only
		 * when it writes to the pipe, and perhaps it has nothing to
		 * write any more
		 */
		if (fds[2].revents & POLLERR)
			raise(SIGPIPE);
		if (fds[0].revents)
			status = events_receive(family, &end);
	}
	return status;
}

static enum status events_join(const struct family *family, const char *name)
{
	uint32_t group = family_group(family, name);

	if (!group)
		return failed("the module that is loaded has no multicast group '%s': it is older than this ov2",
			      name);
	if (!mnl_socket_setsockopt(family->nl.socket, NETLINK_ADD_MEMBERSHIP,
				   &group, sizeof(group)))
		return STATUS_DONE;
	if (errno == EPERM)
		return failed("the events of the group %s need root, or CAP_NET_ADMIN in the network namespace: use sudo, or `ov2 monitor %s`",
			      name, IPSECOV2_MCGRP_CARDS);
	return failed("cannot get the events of the group %s: %s", name,
		      strerror(errno));
}

static enum status events_listen(struct family *family, const char *only)
{
	static const char *const groups[] = {
		IPSECOV2_MCGRP_CARDS, IPSECOV2_MCGRP_SAS
	};
	int fd = mnl_socket_get_fd(family->nl.socket), size = EVENTS_BUFFER;
	/* The only multicast group of nlctrl has the number of nlctrl itself */
	uint32_t control = GENL_ID_CTRL;
	enum status status;
	unsigned int i;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (only && strcmp(only, groups[i]))
			continue;
		status = events_join(family, groups[i]);
		if (status)
			return status;
	}
	mnl_socket_setsockopt(family->nl.socket, NETLINK_ADD_MEMBERSHIP,
			      &control, sizeof(control));
	return STATUS_DONE;
}

static enum status events_run(int count, char **words)
{
	const char *only = count ? words[0] : NULL;
	struct family family;
	enum status status;
	sigset_t set;
	int signals;

	if (count > 1)
		return wrong_use("'%s' is one word too many", words[1]);
	if (only && strcmp(only, IPSECOV2_MCGRP_CARDS) &&
	    strcmp(only, IPSECOV2_MCGRP_SAS))
		return wrong_use("'%s' is neither cards nor sas", only);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		return failed("no signalfd: %s", strerror(errno));
	status = family_open(&family);
	if (!status) {
		status = events_listen(&family, only);
		if (!status)
			status = events_loop(&family, signals);
		family_close(&family);
	}
	close(signals);
	return status;
}

const struct command command_monitor = {
	.name = "monitor",
	.words = "[cards|sas]",
	.about = "what happens to cards, SAs and policies",
	.run = events_run,
};
