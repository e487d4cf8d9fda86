// SPDX-License-Identifier: GPL-2.0
/* ov2 log: what the cards refused, and what they left to software. */
#include <stdio.h>

#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "commands.h"
#include "entry.h"
#include "list.h"
#include "schema.h"
#include "table.h"
#include "text.h"

static const char *const titles[] = {
	"TIME", "CARD", "WHO ASKED", "OUTCOME", "WHAT", "WHY", NULL
};

static void log_cells(struct table *table, const struct nlattr **tb)
{
	char text[ENTRY_TEXT];

	table_cell(table, "%s", entry_time(tb, text));
	table_cell(table, "%s",
		   card_name(schema_number(tb[IPSECOV2_A_LOG_IFINDEX])));
	table_cell(table, "%s", entry_who(tb, text));
	table_cell(table, "%s",
		   schema_word_of(&schema_log[IPSECOV2_A_LOG_OUTCOME],
				  tb[IPSECOV2_A_LOG_OUTCOME]));
	table_cell(table, "%s", entry_what(tb, text));
	table_cell(table, "%s", schema_string(tb[IPSECOV2_A_LOG_SENTENCE]));
}

static void log_head(const struct nlattr **tb)
{
	char text[ENTRY_TEXT];

	text_put(card_name(schema_number(tb[IPSECOV2_A_LOG_IFINDEX])));
	printf(" %llu at %s", schema_number(tb[IPSECOV2_A_LOG_SEQ]),
	       entry_time(tb, text));
}

static const struct list list = {
	.command = IPSECOV2_CMD_LOG_GET,
	.set = schema_log,
	.ifindex = IPSECOV2_A_LOG_IFINDEX,
	.titles = titles,
	.cells = log_cells,
	.head = log_head,
	.in_head = UINT64_C(1) << IPSECOV2_A_LOG_IFINDEX |
		   UINT64_C(1) << IPSECOV2_A_LOG_SEQ |
		   UINT64_C(1) << IPSECOV2_A_LOG_TIME,
};

static enum status log_run(int count, char **words)
{
	return list_run(&list, count, words, NULL);
}

const struct command command_log = {
	.name = "log",
	.words = "[DEV]",
	.about = "what the cards refused or left to software; -v: with all attributes",
	.run = log_run,
};
