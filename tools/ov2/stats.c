// SPDX-License-Identifier: GPL-2.0
/* ov2 stats: what the cards have counted, and which counters move. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "commands.h"
#include "family.h"
#include "json.h"
#include "options.h"
#include "schema.h"
#include "table.h"

/**
 * struct look - one look at the counters, and what the previous look has seen
 * @table: for text
 * @seconds: since the previous look; 0 at the first look
 * @values: with --watch: the values of the previous look, in the order of the
 *	dump
 * @count: number of @values
 * @next: index of the value that probably comes next
 */
struct look {
	struct table table;
	double seconds;
	struct value {
		uint32_t ifindex;
		char name[32];
		unsigned long long value;
	} *values;
	size_t count;
	size_t next;
};

static const char *const titles[] = {
	"CARD", "COUNTER", "VALUE", "WHAT HAS HAPPENED", NULL
};

static const char *const watch_titles[] = {
	"CARD", "COUNTER", "VALUE", "PER SECOND", NULL
};

/* Returns the place of a counter in the values of the previous look. This is
 * the next place, unless cards came or went between the two looks. A new
 * counter gets a place at the end, with the value 0.
 */
static struct value *look_place(struct look *look, uint32_t ifindex,
				const char *name)
{
	struct value *value;
	size_t i;

	for (i = 0; i < look->count; i++) {
		value = &look->values[(look->next + i) % look->count];
		if (value->ifindex == ifindex && !strcmp(value->name, name)) {
			look->next = value - look->values + 1;
			return value;
		}
	}
	if (!(look->count & (look->count - 1))) {
		size_t room = look->count ? 2 * look->count : 1;

		value = realloc(look->values, room * sizeof(*value));
		if (!value)
			return NULL;
		look->values = value;
	}
	value = &look->values[look->count++];
	look->next = look->count;
	value->ifindex = ifindex;
	snprintf(value->name, sizeof(value->name), "%s", name);
	value->value = 0;
	return value;
}

static int stats_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct look *look = data;
	const char *name;
	uint32_t ifindex;
	unsigned long long value;

	schema_parse(nlh, tb);
	ifindex = schema_number(tb[IPSECOV2_A_COUNTER_IFINDEX]);
	name = schema_string(tb[IPSECOV2_A_COUNTER_NAME]);
	value = schema_number(tb[IPSECOV2_A_COUNTER_VALUE]);
	if (options.watch) {
		struct value *before = look_place(look, ifindex, name);

		if (!before)
			return -ENOMEM;
		before->value = value;
	}
	if (options.nonzero && !value)
		return 0;
	if (options.json) {
		json_open(NULL, '{');
		json_string("ifname", card_name(ifindex));
		schema_json(schema_counter, nlh);
		json_close('}');
		return 0;
	}
	table_cell(&look->table, "%s", card_name(ifindex));
	table_cell(&look->table, "%s", name);
	table_cell(&look->table, "%llu", value);
	table_cell(&look->table, "%s",
		   schema_string(tb[IPSECOV2_A_COUNTER_EXPLANATION]));
	table_row_end(&look->table);
	return 0;
}

/* Show a counter if it moved since the previous look. */
static int watch_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct look *look = data;
	struct value *before;
	unsigned long long value, more;

	schema_parse(nlh, tb);
	before = look_place(look,
			    schema_number(tb[IPSECOV2_A_COUNTER_IFINDEX]),
			    schema_string(tb[IPSECOV2_A_COUNTER_NAME]));
	if (!before)
		return -ENOMEM;
	value = schema_number(tb[IPSECOV2_A_COUNTER_VALUE]);
	/* A new card may have the index of a card that is gone. */
	more = value < before->value ? value : value - before->value;
	before->value = value;
	if (!more)
		return 0;
	if (options.json) {
		json_open(NULL, '{');
		json_string("ifname", card_name(before->ifindex));
		json_number("ifindex", before->ifindex);
		json_string("name", before->name);
		json_number("value", value);
		json_number("increase", more);
		json_number("milliseconds", look->seconds * 1000);
		json_close('}');
		return 0;
	}
	table_cell(&look->table, "%s", card_name(before->ifindex));
	table_cell(&look->table, "%s", before->name);
	table_cell(&look->table, "%llu", value);
	table_cell(&look->table, "+%.*f", look->seconds < 1 ? 0 : 1,
		   more / look->seconds);
	table_row_end(&look->table);
	return 0;
}

static enum status look_once(struct family *family, uint32_t ifindex,
			     struct look *look)
{
	struct nlmsghdr *request;
	enum status status;
	bool watching = look->seconds > 0;

	request = family_request(family, IPSECOV2_CMD_COUNTER_GET, NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(request, IPSECOV2_A_COUNTER_IFINDEX, ifindex);
	look->next = 0;
	table_begin(&look->table, watching ? watch_titles : titles,
		    watching ? 1U << 2 | 1U << 3 : 1U << 2);
	status = family_ask(family, request, schema_counter,
			    watching ? watch_row : stats_row, look);
	if (!options.json)
		table_end(&look->table);
	return status;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void rest(double seconds)
{
	struct timespec time = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - (time_t)seconds) * 1e9,
	};

	nanosleep(&time, NULL);
}

/* Looks until something fails, or nothing more can be written to stdout. */
static enum status stats_watch(struct family *family, uint32_t ifindex,
			       struct look *look)
{
	double before = now(), begun;
	enum status status = STATUS_DONE;

	while (!status && !fflush(stdout)) {
		rest(options.watch);
		begun = now();
		look->seconds = begun - before;
		before = begun;
		status = look_once(family, ifindex, look);
	}
	return status;
}

static enum status stats_run(int count, char **words)
{
	static struct look look;
	struct family family;
	enum status status;
	uint32_t ifindex;

	status = card_open(&family, count, words, &ifindex);
	if (status)
		return status;
	/* With --watch, JSON is one object a line and has no end */
	if (options.json && !options.watch)
		json_open(NULL, '[');
	status = look_once(&family, ifindex, &look);
	if (options.json && !options.watch)
		json_close(']');
	if (!status && options.watch)
		status = stats_watch(&family, ifindex, &look);
	free(look.values);
	family_close(&family);
	return status;
}

const struct command command_stats = {
	.name = "stats",
	.words = "[DEV]",
	.about = "what the cards have counted",
	.run = stats_run,
};
