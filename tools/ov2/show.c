// SPDX-License-Identifier: GPL-2.0
/* ov2 show: what the cards are, and what they can do. */
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "color.h"
#include "commands.h"
#include "family.h"
#include "json.h"
#include "options.h"
#include "schema.h"
#include "text.h"

/* Prints the title at the beginning of an output line. */
static void show_title(const char *title)
{
	printf("  %-13s ", title);
}

static void show_line(const struct nlattr **tb)
{
	const struct nlattr *peer = tb[IPSECOV2_A_CARD_PEER_IFINDEX];
	const struct nlattr *netns = tb[IPSECOV2_A_CARD_PEER_NETNS_ID];

	show_title("line");
	text_put(schema_string(tb[IPSECOV2_A_CARD_LINE]));
	if (!peer) {
		fputs(", nothing at its other end", stdout);
	} else if (netns) {
		printf(" to interface %llu", schema_number(peer));
		printf(" of the network namespace with the id %lld",
		       schema_signed(netns));
	} else {
		fputs(" to ", stdout);
		text_put(card_name(schema_number(peer)));
	}
	putchar('\n');
}

/* Prints the names of the bits that @hardware has and @config lacks. */
static void show_missing(const struct nlattr **hardware,
			 const struct nlattr **config)
{
	const char *before = ", without ";
	unsigned int type;

	for (type = 1; type < SCHEMA_ATTRS; type++) {
		const struct schema_attr *attr = &schema_offload[type];
		uint32_t missing = schema_number(hardware[type]) &
				   ~schema_number(config[type]);

		if (!attr->flags || !missing)
			continue;
		fputs(before, stdout);
		schema_flags(stdout, attr, missing, ", ");
		before = ", ";
	}
}

static void show_config(const struct nlattr **tb)
{
	const struct nlattr *hardware[SCHEMA_ATTRS], *config[SCHEMA_ATTRS];

	schema_parse_nest(tb[IPSECOV2_A_CARD_HARDWARE], hardware);
	schema_parse_nest(tb[IPSECOV2_A_CARD_CONFIG], config);
	show_title("offload");
	if (schema_number(config[IPSECOV2_A_OFFLOAD_ENCR]) ||
	    schema_number(config[IPSECOV2_A_OFFLOAD_AUTH])) {
		color(COLOR_GOOD);
		fputs("on", stdout);
		color(COLOR_END);
		show_missing(hardware, config);
	} else {
		color(COLOR_BAD);
		fputs("off", stdout);
		color(COLOR_END);
		fputs(": `ethtool -K ", stdout);
		text_put(schema_string(tb[IPSECOV2_A_CARD_IFNAME]));
		fputs(" esp-hw-offload on` switches it on", stdout);
	}
	putchar('\n');
}

static void show_offload(const char *title, const struct nlattr *nest)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	unsigned int type;

	schema_parse_nest(nest, tb);
	printf("  %s\n", title);
	for (type = 1; type < SCHEMA_ATTRS; type++) {
		const struct schema_attr *attr = &schema_offload[type];

		if (!tb[type] || !attr->name)
			continue;
		printf("    %-11s ", attr->name);
		if (!attr->flags)
			printf("%llu", schema_number(tb[type]));
		else if (!schema_number(tb[type]))
			putchar('-');
		else
			schema_flags(stdout, attr, schema_number(tb[type]),
				     " ");
		putchar('\n');
	}
}

static void show_card(const struct nlattr **tb)
{
	const struct nlattr *hardware[SCHEMA_ATTRS];

	color(COLOR_NAME);
	text_put(schema_string(tb[IPSECOV2_A_CARD_IFNAME]));
	color(COLOR_END);
	putchar('\n');
	show_line(tb);
	show_title("engine");
	text_put(schema_string(tb[IPSECOV2_A_CARD_ENGINE]));
	putchar('\n');
	show_title("queues");
	printf("%llu to send, %llu to receive\n",
	       schema_number(tb[IPSECOV2_A_CARD_TX_QUEUES]),
	       schema_number(tb[IPSECOV2_A_CARD_RX_QUEUES]));
	if (tb[IPSECOV2_A_CARD_RX_RING]) {
		show_title("ring");
		printf("%llu frames for each receive queue\n",
		       schema_number(tb[IPSECOV2_A_CARD_RX_RING]));
	}
	schema_parse_nest(tb[IPSECOV2_A_CARD_HARDWARE], hardware);
	show_title("SAs");
	printf("%llu of %llu\n",
	       schema_number(tb[IPSECOV2_A_CARD_SAS]),
	       schema_number(hardware[IPSECOV2_A_OFFLOAD_SA_CAPACITY]));
	if (tb[IPSECOV2_A_CARD_POLICIES]) {
		show_title("policies");
		printf("%llu\n", schema_number(tb[IPSECOV2_A_CARD_POLICIES]));
	}
	show_config(tb);
	if (options.verbose) {
		show_offload("the engine can do", tb[IPSECOV2_A_CARD_HARDWARE]);
		show_offload("on now", tb[IPSECOV2_A_CARD_CONFIG]);
	}
}

static int show_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	unsigned int *cards = data;

	if (options.json) {
		json_open(NULL, '{');
		schema_json(schema_card, nlh);
		json_close('}');
		return 0;
	}
	if ((*cards)++)
		putchar('\n');
	schema_parse(nlh, tb);
	show_card(tb);
	return 0;
}

static enum status show_run(int count, char **words)
{
	struct nlmsghdr *request;
	unsigned int cards = 0;
	struct family family;
	enum status status;
	uint32_t ifindex;

	status = card_open(&family, count, words, &ifindex);
	if (status)
		return status;
	request = family_request(&family, IPSECOV2_CMD_CARD_GET,
				 ifindex ? NLM_F_ACK : NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(request, IPSECOV2_A_CARD_IFINDEX, ifindex);
	if (options.json)
		json_open(NULL, '[');
	status = family_ask(&family, request, schema_card, show_row, &cards);
	if (options.json)
		json_close(']');
	else if (!status && !cards)
		puts("There is no card in this network namespace: `ip link add ov0 type ipsecov2` makes one.");
	family_close(&family);
	return status;
}

const struct command command_show = {
	.name = "show",
	.words = "[DEV]",
	.about = "what the cards are; -v: what they can do",
	.run = show_run,
};
