// SPDX-License-Identifier: GPL-2.0
/* What an entry of a card's log says, as text. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/ipsecov2_netlink.h>

#include "entry.h"
#include "schema.h"
#include "xfrm.h"

static const char *word_of(const struct nlattr **tb, unsigned int type)
{
	return schema_word_of(&schema_log[type], tb[type]);
}

/* Read the selector of the policy that an entry is about. If the entry is about
 * a state, only the family and the addresses in @sel mean something.
 */
void entry_selector(const struct nlattr **tb, struct xfrm_selector *sel)
{
	*sel = (struct xfrm_selector){
		.family = schema_number(tb[IPSECOV2_A_LOG_FAMILY]),
		.prefixlen_s = schema_number(tb[IPSECOV2_A_LOG_PREFIXLEN_S]),
		.prefixlen_d = schema_number(tb[IPSECOV2_A_LOG_PREFIXLEN_D]),
		.proto = schema_number(tb[IPSECOV2_A_LOG_PROTO]),
		.sport = schema_number(tb[IPSECOV2_A_LOG_SPORT]),
		.sport_mask = schema_number(tb[IPSECOV2_A_LOG_SPORT_MASK]),
		.dport = schema_number(tb[IPSECOV2_A_LOG_DPORT]),
		.dport_mask = schema_number(tb[IPSECOV2_A_LOG_DPORT_MASK]),
	};
	xfrm_address_take(tb[IPSECOV2_A_LOG_SADDR], &sel->saddr);
	xfrm_address_take(tb[IPSECOV2_A_LOG_DADDR], &sel->daddr);
}

/* The local time of an entry, in @text. */
const char *entry_time(const struct nlattr **tb, char *text)
{
	unsigned long long ns = schema_number(tb[IPSECOV2_A_LOG_TIME]);
	time_t seconds = ns / 1000000000;
	struct tm when;

	text[0] = 0;
	if (localtime_r(&seconds, &when))
		strftime(text, ENTRY_TEXT, "%F %T", &when);
	return text;
}

/* Who asked, in @text; "-" if the kernel does not tell. */
const char *entry_who(const struct nlattr **tb, char *text)
{
	if (!tb[IPSECOV2_A_LOG_COMM])
		return "-";
	snprintf(text, ENTRY_TEXT, "%s[%llu]",
		 schema_string(tb[IPSECOV2_A_LOG_COMM]),
		 schema_number(tb[IPSECOV2_A_LOG_PID]));
	return text;
}

static int what_policy(const struct nlattr **tb, char *text)
{
	struct xfrm_selector sel;
	char packets[SELECTOR_TEXT];

	entry_selector(tb, &sel);
	return snprintf(text, ENTRY_TEXT, "policy %s %s priority %llu",
			word_of(tb, IPSECOV2_A_LOG_DIR),
			selector_text(&sel, packets),
			schema_number(tb[IPSECOV2_A_LOG_PRIORITY]));
}

static int what_state(const struct nlattr **tb, char *text)
{
	const char *encr = schema_string(tb[IPSECOV2_A_LOG_ENCR]);
	const char *auth = schema_string(tb[IPSECOV2_A_LOG_AUTH]);
	unsigned long long proto = schema_number(tb[IPSECOV2_A_LOG_PROTO]);
	char from[XFRM_ADDRESS_TEXT], to[XFRM_ADDRESS_TEXT];

	return snprintf(text, ENTRY_TEXT,
			"state %s %s > %s %s spi 0x%08x %s%s%s%s%s",
			word_of(tb, IPSECOV2_A_LOG_DIR),
			schema_address(tb[IPSECOV2_A_LOG_SADDR], from,
				       sizeof(from)),
			schema_address(tb[IPSECOV2_A_LOG_DADDR], to,
				       sizeof(to)),
			xfrm_proto_text(proto),
			ntohl(schema_number(tb[IPSECOV2_A_LOG_SPI])),
			word_of(tb, IPSECOV2_A_LOG_MODE), *encr ? " " : "",
			encr, *auth ? " " : "", auth);
}

/* What was asked for, in @text. */
const char *entry_what(const struct nlattr **tb, char *text)
{
	int used;

	if (schema_number(tb[IPSECOV2_A_LOG_OBJECT]) == IPSECOV2_OBJECT_POLICY)
		used = what_policy(tb, text);
	else
		used = what_state(tb, text);
	if (used < ENTRY_TEXT)
		snprintf(text + used, ENTRY_TEXT - used, " offload %s",
			 word_of(tb, IPSECOV2_A_LOG_OFFLOAD));
	return text;
}
