// SPDX-License-Identifier: GPL-2.0
/* ov2 policy: the policies of packet mode that the cards have. */
#include <stdio.h>
#include <string.h>

#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "commands.h"
#include "list.h"
#include "number.h"
#include "schema.h"
#include "selector.h"
#include "table.h"
#include "text.h"
#include "xfrm.h"

static const char *const titles[] = {
	"CARD", "DIR", "INDEX", "PRIORITY", "HITS", "ACTION", "PACKETS",
	"PROTECTED BY", NULL
};

/* The columns with numbers: INDEX, PRIORITY and HITS */
#define RIGHT	0x1c

/**
 * struct wanted - which policies are shown
 * @dir: only the policies of this direction, or 0 for both directions
 * @index: only the policy with this index, or 0 for all
 */
struct wanted {
	uint32_t dir;
	unsigned long long index;
};

static const char *word_of(const struct nlattr **tb, unsigned int type)
{
	return schema_word_of(&schema_policy[type], tb[type]);
}

static const char *policy_template(const struct nlattr **tb, char *text)
{
	const struct nlattr *nest[SCHEMA_ATTRS];
	struct xfrm_user_tmpl template = {};

	if (!tb[IPSECOV2_A_POLICY_TMPL])
		return "-";
	schema_parse_nest(tb[IPSECOV2_A_POLICY_TMPL], nest);
	template.mode = schema_number(nest[IPSECOV2_A_POLICY_TMPL_MODE]);
	template.id.proto = schema_number(nest[IPSECOV2_A_POLICY_TMPL_PROTO]);
	template.id.spi = schema_number(nest[IPSECOV2_A_POLICY_TMPL_SPI]);
	template.reqid = schema_number(nest[IPSECOV2_A_POLICY_TMPL_REQID]);
	template.family = schema_number(nest[IPSECOV2_A_POLICY_TMPL_FAMILY]);
	xfrm_address_take(nest[IPSECOV2_A_POLICY_TMPL_SADDR], &template.saddr);
	xfrm_address_take(nest[IPSECOV2_A_POLICY_TMPL_DADDR],
			  &template.id.daddr);
	return selector_template_text(&template, text);
}

static void policy_cells(struct table *table, const struct nlattr **tb)
{
	struct xfrm_selector sel;
	char text[SELECTOR_TEXT];

	selector_of_policy(tb, &sel);
	table_cell(table, "%s",
		   card_name(schema_number(tb[IPSECOV2_A_POLICY_IFINDEX])));
	table_cell(table, "%s", word_of(tb, IPSECOV2_A_POLICY_DIR));
	table_cell(table, "%llu", schema_number(tb[IPSECOV2_A_POLICY_INDEX]));
	table_cell(table, "%llu",
		   schema_number(tb[IPSECOV2_A_POLICY_PRIORITY]));
	table_cell(table, "%llu", schema_number(tb[IPSECOV2_A_POLICY_HITS]));
	table_cell(table, "%s", word_of(tb, IPSECOV2_A_POLICY_ACTION));
	table_cell(table, "%s", selector_text(&sel, text));
	table_cell(table, "%s", policy_template(tb, text));
}

static void policy_head(const struct nlattr **tb)
{
	text_put(card_name(schema_number(tb[IPSECOV2_A_POLICY_IFINDEX])));
	printf(" policy %llu", schema_number(tb[IPSECOV2_A_POLICY_INDEX]));
}

static bool policy_wanted(const struct nlattr **tb, const void *filter)
{
	const struct wanted *wanted = filter;

	return (!wanted->dir ||
		wanted->dir == schema_number(tb[IPSECOV2_A_POLICY_DIR])) &&
	       (!wanted->index ||
		wanted->index == schema_number(tb[IPSECOV2_A_POLICY_INDEX]));
}

static enum status policy_none(const void *filter, const char *where)
{
	const struct wanted *wanted = filter;

	if (!wanted->index)
		return STATUS_DONE;
	return failed("there is no policy of the index %llu%s on %s: `ov2 policy` lists the policies of the cards",
		      wanted->index, wanted->dir ? " and this direction" : "",
		      where);
}

static const struct list list = {
	.command = IPSECOV2_CMD_POLICY_GET,
	.set = schema_policy,
	.ifindex = IPSECOV2_A_POLICY_IFINDEX,
	.titles = titles,
	.right = RIGHT,
	.wanted = policy_wanted,
	.none = policy_none,
	.cells = policy_cells,
	.head = policy_head,
	.in_head = UINT64_C(1) << IPSECOV2_A_POLICY_IFINDEX |
		   UINT64_C(1) << IPSECOV2_A_POLICY_INDEX,
};

static enum status take_filter(const char *name, const char *value,
			       struct wanted *wanted)
{
	if (!strcmp(name, "index")) {
		if (number_read(value, 10, &wanted->index) && wanted->index)
			return STATUS_DONE;
		return wrong_use("'%s' is not the index of a policy, which is a number from 1 on",
				 value);
	}
	if (!strcmp(value, "in"))
		wanted->dir = IPSECOV2_DIRECTION_IN;
	else if (!strcmp(value, "out"))
		wanted->dir = IPSECOV2_DIRECTION_OUT;
	else
		return wrong_use("'%s' is not a direction of a card's policy: in or out",
				 value);
	return STATUS_DONE;
}

static bool is_filter(const char *word)
{
	return !strcmp(word, "index") || !strcmp(word, "dir");
}

static enum status policy_run(int count, char **words)
{
	struct wanted wanted = {};
	enum status status;

	if (count && is_filter(words[count - 1]))
		return wrong_use("%s needs a value behind it",
				 words[count - 1]);
	for (; count >= 2 && is_filter(words[count - 2]); count -= 2) {
		status = take_filter(words[count - 2], words[count - 1],
				     &wanted);
		if (status)
			return status;
	}
	return list_run(&list, count, words, &wanted);
}

const struct command command_policy = {
	.name = "policy",
	.words = "[DEV] [dir DIR] [index N]",
	.about = "the policies of packet mode; -v: with all attributes",
	.run = policy_run,
};
