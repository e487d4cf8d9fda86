// SPDX-License-Identifier: GPL-2.0
/* ov2 sa: the SAs that the cards have. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "commands.h"
#include "list.h"
#include "number.h"
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
 * struct wanted - which SAs are shown
 * @has_spi: show only the SAs with @spi
 * @spi: in host byte order
 */
struct wanted {
	bool has_spi;
	uint32_t spi;
};

static const char *word_of(const struct nlattr **tb, unsigned int type)
{
	return schema_word_of(&schema_sa[type], tb[type]);
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

static void sa_cells(struct table *table, const struct nlattr **tb)
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
}

static void sa_head(const struct nlattr **tb)
{
	text_put(card_name(schema_number(tb[IPSECOV2_A_SA_IFINDEX])));
	printf(" SPI 0x%08x", ntohl(schema_number(tb[IPSECOV2_A_SA_SPI])));
}

static bool sa_wanted(const struct nlattr **tb, const void *filter)
{
	const struct wanted *wanted = filter;

	return !wanted->has_spi ||
	       ntohl(schema_number(tb[IPSECOV2_A_SA_SPI])) == wanted->spi;
}

static enum status sa_none(const void *filter, const char *where)
{
	const struct wanted *wanted = filter;

	if (!wanted->has_spi)
		return STATUS_DONE;
	return failed("there is no SA of the SPI %#x on %s: `ov2 sa` lists the SAs, and `ov2 why %#x` says whether xfrm has the state",
		      wanted->spi, where, wanted->spi);
}

static const struct list list = {
	.command = IPSECOV2_CMD_SA_GET,
	.set = schema_sa,
	.ifindex = IPSECOV2_A_SA_IFINDEX,
	.titles = titles,
	.right = RIGHT,
	.wanted = sa_wanted,
	.none = sa_none,
	.cells = sa_cells,
	.head = sa_head,
	.in_head = UINT64_C(1) << IPSECOV2_A_SA_IFINDEX |
		   UINT64_C(1) << IPSECOV2_A_SA_SPI,
	/* Captures and trace events show handles in this form, too */
	.hex = UINT64_C(1) << IPSECOV2_A_SA_HANDLE,
};

static enum status sa_run(int count, char **words)
{
	struct wanted wanted = {};
	enum status status;

	if (count && !strcmp(words[count - 1], "spi"))
		return wrong_use("spi needs a number behind it");
	if (count >= 2 && !strcmp(words[count - 2], "spi")) {
		status = number_spi(words[count - 1], &wanted.spi);
		if (status)
			return status;
		wanted.has_spi = true;
		count -= 2;
	}
	return list_run(&list, count, words, &wanted);
}

const struct command command_sa = {
	.name = "sa",
	.words = "[DEV] [spi SPI]",
	.about = "the SAs of the cards; -v: with all attributes",
	.run = sa_run,
};
