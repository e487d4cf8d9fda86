// SPDX-License-Identifier: GPL-2.0
/* ov2 set: change the sizes of a card. */
#include <stdbool.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "commands.h"
#include "family.h"
#include "json.h"
#include "number.h"
#include "options.h"
#include "schema.h"

/**
 * struct size - a size that can be set
 * @word: its name on the command line
 * @type: its attribute
 * @given: the command line has it
 * @value: the new value
 */
struct size {
	const char *word;
	unsigned int type;
	bool given;
	uint32_t value;
};

static struct size sizes[] = {
	{ .word = "capacity", .type = IPSECOV2_A_CARD_SA_CAPACITY },
	{ .word = "ring", .type = IPSECOV2_A_CARD_RX_RING },
};

#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))

static struct size *find_size(const char *word)
{
	unsigned int i;

	for (i = 0; i < SIZES; i++)
		if (!strcmp(sizes[i].word, word))
			return &sizes[i];
	return NULL;
}

/* Take capacity N and ring N, in any order. Only the kernel checks whether a
 * card can have these values.
 */
static enum status set_sizes(int count, char **words)
{
	unsigned long long value;
	struct size *size;
	int i;

	if (!count)
		return wrong_use("set needs capacity N or ring N behind the card");
	for (i = 0; i < count; i += 2) {
		size = find_size(words[i]);
		if (!size)
			return wrong_use("'%s' is neither capacity nor ring",
					 words[i]);
		if (size->given)
			return wrong_use("%s is there twice", size->word);
		if (i + 1 == count)
			return wrong_use("%s needs a number behind it",
					 size->word);
		if (!number_read(words[i + 1], 10, &value) ||
		    value > UINT32_MAX)
			return wrong_use("'%s' is not a number for %s, such as 1024",
					 words[i + 1], size->word);
		size->given = true;
		size->value = value;
	}
	return STATUS_DONE;
}

static int set_row(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	json_open(NULL, '{');
	schema_json(schema_card, nlh);
	json_close('}');
	return 0;
}

/* With --json, show the card as it is now. */
static enum status set_show(struct family *family, uint32_t ifindex)
{
	struct nlmsghdr *request;
	enum status status;

	request = family_request(family, IPSECOV2_CMD_CARD_GET, NLM_F_ACK);
	mnl_attr_put_u32(request, IPSECOV2_A_CARD_IFINDEX, ifindex);
	json_open(NULL, '[');
	status = family_ask(family, request, schema_card, set_row, NULL);
	json_close(']');
	return status;
}

static enum status set_run(int count, char **words)
{
	struct nlmsghdr *request;
	struct family family;
	enum status status;
	uint32_t ifindex;
	unsigned int i;

	if (!count)
		return wrong_use("set needs a card, and capacity N or ring N");
	status = set_sizes(count - 1, words + 1);
	if (status)
		return status;
	status = card_open(&family, 1, words, &ifindex);
	if (status)
		return status;
	request = family_request(&family, IPSECOV2_CMD_CARD_SET, NLM_F_ACK);
	mnl_attr_put_u32(request, IPSECOV2_A_CARD_IFINDEX, ifindex);
	for (i = 0; i < SIZES; i++)
		if (sizes[i].given)
			mnl_attr_put_u32(request, sizes[i].type,
					 sizes[i].value);
	status = family_ask(&family, request, schema_card, NULL, NULL);
	if (!status && options.json)
		status = set_show(&family, ifindex);
	family_close(&family);
	return status;
}

const struct command command_set = {
	.name = "set",
	.words = "DEV [capacity N] [ring N]",
	.about = "change how many SAs a card takes, and how many frames can wait",
	.run = set_run,
};
