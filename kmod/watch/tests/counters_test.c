// SPDX-License-Identifier: GPL-2.0
/* The rows of OV2_COUNTERS have the right names, order, SNMP counters, reasons
 * and sentences.
 */
#include <kunit/test.h>
#include <linux/ctype.h>
#include <linux/snmp.h>
#include <linux/string.h>

#include "../counters.h"

/**
 * struct row - a whole row of OV2_COUNTERS
 * @id: the identifier, without OV2_CNT_
 * @name: the name for users
 * @mib: the SNMP counter of xfrm, or 0
 * @reason: the drop reason, or 0
 * @sentence: what happened
 */
struct row {
	const char *id;
	const char *name;
	int mib;
	enum skb_drop_reason reason;
	const char *sentence;
};

#define ROW(id, name, mib, reason, sentence) \
	{ #id, name, mib, reason, sentence },

/* rows[i] is the row of counter i + 1, because OV2_CNT_NONE has no row. */
static const struct row rows[] = {
	OV2_COUNTERS(ROW)
};

static bool is_wire(const struct row *row)
{
	return str_has_prefix(row->id, "WIRE_");
}

static bool is_drop(const struct row *row)
{
	return strstr(row->id, "_DROP_");
}

/* The name is the identifier in small letters. Counters of bridge and engine
 * have "ipsec_" in front of the identifier.
 */
static bool names_agree(const struct row *row)
{
	const char *id = row->id, *name = row->name;

	if (!is_wire(row)) {
		if (!str_has_prefix(name, "ipsec_"))
			return false;
		name += strlen("ipsec_");
	}
	for (; *id && *name; id++, name++)
		if (tolower(*id) != *name)
			return false;
	return !*id && !*name;
}

static void counters_names(struct kunit *test)
{
	int i, j;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(rows), OV2_COUNTERS_SHOWN);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_TRUE_MSG(test, names_agree(&rows[i]), "%s: %s",
				      rows[i].id, rows[i].name);
		KUNIT_EXPECT_STREQ(test, ov2_counter_name(i + 1), rows[i].name);
		/* A name and the 0 behind it fit into ETH_GSTRING_LEN. */
		KUNIT_EXPECT_LT_MSG(test, strlen(rows[i].name), 32, "%s",
				    rows[i].name);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, rows[i].name, rows[j].name);
	}
}

/* First come the counters of engine and bridge: transmit, receive, and all
 * others. Then come the counters of the port: transmit and receive.
 */
static void counters_order(struct kunit *test)
{
	int i, rank, last = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rank = 3;
		if (str_has_prefix(rows[i].name, "ipsec_tx_"))
			rank = 1;
		else if (str_has_prefix(rows[i].name, "ipsec_rx_"))
			rank = 2;
		else if (str_has_prefix(rows[i].name, "wire_tx_"))
			rank = 4;
		else if (str_has_prefix(rows[i].name, "wire_rx_"))
			rank = 5;
		KUNIT_EXPECT_GE_MSG(test, rank, last, "%s", rows[i].name);
		last = rank;
	}
}

static bool is_specific(enum skb_drop_reason reason)
{
	return reason > SKB_DROP_REASON_NOT_SPECIFIED &&
	       reason < SKB_DROP_REASON_MAX;
}

/* Each counter of drops has a drop reason of the core. Other counters have no
 * drop reason, except the counter of frames that the filter does not want. The
 * reason of these frames is SKB_CONSUMED.
 */
static void counters_reasons(struct kunit *test)
{
	enum skb_drop_reason reason;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		reason = ov2_counter_row(i + 1)->reason;
		KUNIT_EXPECT_EQ(test, reason, rows[i].reason);
		if (i + 1 == OV2_CNT_WIRE_RX_FILTERED)
			KUNIT_EXPECT_EQ(test, reason, SKB_CONSUMED);
		else if (is_drop(&rows[i]))
			KUNIT_EXPECT_TRUE_MSG(test, is_specific(reason), "%s",
					      rows[i].name);
		else
			KUNIT_EXPECT_EQ_MSG(test, reason, SKB_NOT_DROPPED_YET,
					    "%s", rows[i].name);
	}
}

static void counters_mibs(struct kunit *test)
{
	int i, mib;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		mib = ov2_counter_row(i + 1)->mib;
		KUNIT_EXPECT_EQ(test, mib, rows[i].mib);
		KUNIT_EXPECT_GE(test, mib, 0);
		KUNIT_EXPECT_LT_MSG(test, mib, __LINUX_MIB_XFRMMAX, "%s",
				    rows[i].name);
		if (mib)
			KUNIT_EXPECT_TRUE_MSG(test,
					      strstr(rows[i].name, "_tx_") ||
					      strstr(rows[i].name, "_rx_"),
					      "%s", rows[i].name);
	}
}

static void counters_sentences(struct kunit *test)
{
	const char *sentence;
	size_t len;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		sentence = rows[i].sentence;
		len = strlen(sentence);
		KUNIT_EXPECT_TRUE_MSG(test, len > 10 && isupper(*sentence) &&
				      sentence[len - 1] != '.' &&
				      !strstr(sentence, "  ") &&
				      !strstr(sentence, ". "),
				      "%s: %s", rows[i].name, sentence);
	}
}

static struct kunit_case counters_cases[] = {
	KUNIT_CASE(counters_names),
	KUNIT_CASE(counters_order),
	KUNIT_CASE(counters_reasons),
	KUNIT_CASE(counters_mibs),
	KUNIT_CASE(counters_sentences),
	{ }
};

static struct kunit_suite counters_suite = {
	.name = "ov2_counters",
	.test_cases = counters_cases,
};

kunit_test_suite(counters_suite);
