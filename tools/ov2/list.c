// SPDX-License-Identifier: GPL-2.0
/* Show a dump of the family as a table; with -v, all attributes of each object;
 * with --json, JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "card.h"
#include "color.h"
#include "family.h"
#include "json.h"
#include "list.h"
#include "options.h"
#include "schema.h"

/**
 * struct listing - a list that is being shown
 * @list: what it shows
 * @filter: for list->wanted
 * @table: for text
 * @count: how many objects were shown
 */
struct listing {
	const struct list *list;
	const void *filter;
	struct table table;
	unsigned int count;
};

/* Is an attribute shown? "family" is not shown, because the addresses show the
 * family.
 */
static bool list_shows(const struct schema_attr *attr, const struct nlattr *nla)
{
	return nla && attr->name && strcmp(attr->name, "family");
}

static void list_show_value(const struct schema_attr *attr,
			    const struct nlattr *nla, int indent, bool hex)
{
	printf("%*s%-*s ", indent, "", 15 - indent, attr->name);
	if (hex)
		printf("%#llx", schema_number(nla));
	else
		schema_text(attr, nla);
	putchar('\n');
}

static void list_show_nest(const struct schema_attr *attr,
			   const struct nlattr *nla)
{
	const struct nlattr *nest[SCHEMA_ATTRS];
	unsigned int type;

	printf("  %s\n", attr->name);
	schema_parse_nest(nla, nest);
	for (type = 1; type < SCHEMA_ATTRS; type++)
		if (list_shows(&attr->nest[type], nest[type]))
			list_show_value(&attr->nest[type], nest[type], 4,
					false);
}

/* Shows the head of an object, and then each attribute that is not in the head.
 * Each attribute is shown with its name from the spec.
 */
static void list_show_all(const struct list *list, const struct nlattr **tb)
{
	unsigned int type;

	color(COLOR_NAME);
	list->head(tb);
	color(COLOR_END);
	putchar('\n');
	for (type = 1; type < SCHEMA_ATTRS; type++) {
		const struct schema_attr *attr = &list->set[type];
		uint64_t bit = UINT64_C(1) << type;

		if (!list_shows(attr, tb[type]) || list->in_head & bit)
			continue;
		if (attr->kind == SCHEMA_NEST)
			list_show_nest(attr, tb[type]);
		else
			list_show_value(attr, tb[type], 2, list->hex & bit);
	}
}

static int list_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct listing *listing = data;
	const struct list *list = listing->list;

	schema_parse(nlh, tb);
	if (list->wanted && !list->wanted(tb, listing->filter))
		return 0;
	listing->count++;
	if (options.json) {
		json_open(NULL, '{');
		json_string("ifname",
			    card_name(schema_number(tb[list->ifindex])));
		schema_json(list->set, nlh);
		json_close('}');
	} else if (options.verbose) {
		if (listing->count > 1)
			putchar('\n');
		list_show_all(list, tb);
	} else {
		list->cells(&listing->table, tb);
		table_row_end(&listing->table);
	}
	return ferror(stdout) ? -EIO : 0;
}

/**
 * list_run() - show what the cards of the network namespace have
 * @list: what is shown, and how
 * @count: how many words there are
 * @words: the card, or nothing for all cards
 * @filter: for list->wanted and list->none
 *
 * Return: STATUS_DONE, or another status after an error message.
 */
enum status list_run(const struct list *list, int count, char **words,
		     const void *filter)
{
	static struct listing listing;
	struct nlmsghdr *request;
	struct family family;
	enum status status;
	uint32_t ifindex;

	status = card_open(&family, count, words, &ifindex);
	if (status)
		return status;
	listing.list = list;
	listing.filter = filter;
	request = family_request(&family, list->command, NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(request, list->ifindex, ifindex);
	table_begin(&listing.table, list->titles, list->right);
	if (options.json)
		json_open(NULL, '[');
	status = family_ask(&family, request, list->set, list_row, &listing);
	if (options.json)
		json_close(']');
	else
		table_end(&listing.table);
	family_close(&family);
	if (!status && !listing.count && list->none)
		status = list->none(filter, count ? words[0] : "a card here");
	return status;
}
