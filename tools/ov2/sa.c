// SPDX-License-Identifier: GPL-2.0
/* ov2 sa: the SAs that the cards have. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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
#include "number.h"
#include "options.h"
#include "schema.h"
#include "table.h"
#include "text.h"
#include "units.h"

static const char *const titles[] = {
	"CARD", "DIR", "SPI", "FROM", "TO", "MODE", "OFFLOAD", "ALGORITHM",
	"PACKETS", "BYTES", "BAD", "LAST USE", NULL
};

/* The columns with numbers, from PACKETS on */
#define RIGHT	0xf00

/**
 * struct list - the SAs that are shown
 * @table: for text
 * @has_spi: show only the SAs with @spi
 * @spi: in host byte order
 * @count: how many were shown
 */
struct list {
	struct table table;
	bool has_spi;
	uint32_t spi;
	unsigned int count;
};

/* The name of the value of an attribute of an SA. */
static const char *word_of(const struct nlattr **tb, unsigned int type)
{
	const char *word;

	if (!tb[type])
		return "-";
	word = schema_word(&schema_sa[type], schema_number(tb[type]));
	return word ? word : "?";
}

/* The algorithms as `ip xfrm` names them: a combined mode, or cipher and
 * integrity.
 */
static const char *algorithms(const struct nlattr **tb)
{
	const char *encr = schema_string(tb[IPSECOV2_A_SA_ENCR]);
	const char *auth = schema_string(tb[IPSECOV2_A_SA_AUTH]);
	static char text[160];

	snprintf(text, sizeof(text), "%s%s%s", encr,
		 *encr && *auth ? " " : "", auth);
	return text;
}

static unsigned long long failures(const struct nlattr **tb)
{
	const struct nlattr *nest[SCHEMA_ATTRS];
	unsigned int type;
	unsigned long long sum = 0;

	schema_parse_nest(tb[IPSECOV2_A_SA_FAILURES], nest);
	for (type = 1; type < SCHEMA_ATTRS; type++)
		sum += schema_number(nest[type]);
	return sum;
}

static void show_row(struct table *table, const struct nlattr **tb)
{
	char address[INET6_ADDRSTRLEN];
	char unit[UNIT_SIZE];

	table_cell(table, "%s",
		   card_name(schema_number(tb[IPSECOV2_A_SA_IFINDEX])));
	table_cell(table, "%s", word_of(tb, IPSECOV2_A_SA_DIR));
	table_cell(table, "0x%08x",
		   ntohl(schema_number(tb[IPSECOV2_A_SA_SPI])));
	table_cell(table, "%s", schema_address(tb[IPSECOV2_A_SA_SADDR],
					       address, sizeof(address)));
	table_cell(table, "%s", schema_address(tb[IPSECOV2_A_SA_DADDR],
					       address, sizeof(address)));
	table_cell(table, "%s", word_of(tb, IPSECOV2_A_SA_MODE));
	table_cell(table, "%s", word_of(tb, IPSECOV2_A_SA_OFFLOAD));
	table_cell(table, "%s", algorithms(tb));
	table_cell(table, "%llu", schema_number(tb[IPSECOV2_A_SA_PACKETS]));
	unit_bytes(schema_number(tb[IPSECOV2_A_SA_BYTES]), unit);
	table_cell(table, "%s", unit);
	table_cell(table, "%llu", failures(tb));
	if (tb[IPSECOV2_A_SA_LAST_USE])
		table_cell(table, "%s ago",
			   unit_ms(schema_number(tb[IPSECOV2_A_SA_LAST_USE]),
				   unit));
	else
		table_cell(table, "never");
	table_row_end(table);
}

static void show_value(const struct schema_attr *attr, const struct nlattr *nla)
{
	printf("  %-13s ", attr->name);
	schema_text(attr, nla);
	putchar('\n');
}

/* All that the card knows of an SA, as the spec names it. */
static void show_all(const struct nlattr **tb)
{
	const struct nlattr *nest[SCHEMA_ATTRS];
	unsigned int type, inner;

	color(COLOR_NAME);
	text_put(card_name(schema_number(tb[IPSECOV2_A_SA_IFINDEX])));
	printf(" SPI 0x%08x", ntohl(schema_number(tb[IPSECOV2_A_SA_SPI])));
	color(COLOR_END);
	putchar('\n');
	for (type = 1; type < SCHEMA_ATTRS; type++) {
		const struct schema_attr *attr = &schema_sa[type];

		if (!tb[type] || !attr->name || type == IPSECOV2_A_SA_IFINDEX ||
		    type == IPSECOV2_A_SA_SPI || type == IPSECOV2_A_SA_FAMILY)
			continue;
		if (attr->kind != SCHEMA_NEST) {
			show_value(attr, tb[type]);
			continue;
		}
		schema_parse_nest(tb[type], nest);
		for (inner = 1; inner < SCHEMA_ATTRS; inner++)
			if (nest[inner] && attr->nest[inner].name)
				show_value(&attr->nest[inner], nest[inner]);
	}
}

static int sa_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct list *list = data;
	uint32_t ifindex;

	schema_parse(nlh, tb);
	ifindex = schema_number(tb[IPSECOV2_A_SA_IFINDEX]);
	if (list->has_spi &&
	    ntohl(schema_number(tb[IPSECOV2_A_SA_SPI])) != list->spi)
		return 0;
	list->count++;
	if (options.json) {
		json_open(NULL, '{');
		json_string("ifname", card_name(ifindex));
		schema_json(schema_sa, nlh);
		json_close('}');
	} else if (options.verbose) {
		if (list->count > 1)
			putchar('\n');
		show_all(tb);
	} else {
		show_row(&list->table, tb);
	}
	return ferror(stdout) ? -EIO : 0;
}

/* Take [DEV] [spi SPI]. */
static enum status sa_words(int count, char **words, uint32_t *ifindex,
			    struct list *list)
{
	enum status status;

	if (count && !strcmp(words[count - 1], "spi"))
		return wrong_use("spi needs a number behind it");
	if (count >= 2 && !strcmp(words[count - 2], "spi")) {
		status = number_spi(words[count - 1], &list->spi);
		if (status)
			return status;
		list->has_spi = true;
		count -= 2;
	}
	return card_choose(count, words, ifindex);
}

static enum status sa_run(int count, char **words)
{
	static struct list list;
	struct nlmsghdr *request;
	struct family family;
	enum status status;
	uint32_t ifindex;

	status = family_open(&family);
	if (status)
		return status;
	status = sa_words(count, words, &ifindex, &list);
	if (status)
		goto close;
	request = family_request(&family, IPSECOV2_CMD_SA_GET, NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(request, IPSECOV2_A_SA_IFINDEX, ifindex);
	table_begin(&list.table, titles, RIGHT);
	if (options.json)
		json_open(NULL, '[');
	status = family_ask(&family, request, schema_sa, sa_row, &list);
	if (options.json)
		json_close(']');
	else
		table_end(&list.table);
close:
	family_close(&family);
	return status;
}

const struct command command_sa = {
	.name = "sa",
	.words = "[DEV] [spi SPI]",
	.about = "the SAs of the cards; -v: all of each",
	.run = sa_run,
};
