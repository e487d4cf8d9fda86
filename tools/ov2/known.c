// SPDX-License-Identifier: GPL-2.0
/* Reads what the cards know, for `ov2 why`. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "array.h"
#include "family.h"
#include "known.h"
#include "schema.h"

static int take_card(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct known *known = data;

	schema_parse(nlh, tb);
	known->cards = array_grow(known->cards, known->card_count,
				  sizeof(*known->cards));
	known->cards[known->card_count++] = (struct known_card){
		.ifindex = schema_number(tb[IPSECOV2_A_CARD_IFINDEX]),
	};
	return 0;
}

/* The cards were read before their counters, so a counter may be of a new card
 * that is not in @data.
 */
static int take_counter(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct known *known = data;
	unsigned long long value;
	const char *name;
	uint32_t ifindex;
	size_t i;

	schema_parse(nlh, tb);
	ifindex = schema_number(tb[IPSECOV2_A_COUNTER_IFINDEX]);
	name = schema_string(tb[IPSECOV2_A_COUNTER_NAME]);
	value = schema_number(tb[IPSECOV2_A_COUNTER_VALUE]);
	for (i = 0; i < known->card_count; i++) {
		if (known->cards[i].ifindex != ifindex)
			continue;
		if (!strcmp(name, "ipsec_rx_not_capable"))
			known->cards[i].not_capable = value;
		else if (!strcmp(name, "ipsec_rx_disabled"))
			known->cards[i].disabled = value;
	}
	return 0;
}

static int take_sa(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS], *bad[SCHEMA_ATTRS];
	const struct nlattr *declined[SCHEMA_ATTRS], *software[SCHEMA_ATTRS];
	struct known *known = data;
	struct known_sa *sa;
	unsigned int type;

	schema_parse(nlh, tb);
	known->sas = array_grow(known->sas, known->sa_count,
				sizeof(*known->sas));
	sa = &known->sas[known->sa_count++];
	memset(sa, 0, sizeof(*sa));
	sa->ifindex = schema_number(tb[IPSECOV2_A_SA_IFINDEX]);
	sa->spi = ntohl(schema_number(tb[IPSECOV2_A_SA_SPI]));
	sa->dir = schema_number(tb[IPSECOV2_A_SA_DIR]);
	sa->proto = schema_number(tb[IPSECOV2_A_SA_PROTO]);
	sa->family = schema_number(tb[IPSECOV2_A_SA_FAMILY]);
	xfrm_address_take(tb[IPSECOV2_A_SA_DADDR], &sa->daddr);
	sa->packets = schema_number(tb[IPSECOV2_A_SA_PACKETS]);
	schema_parse_nest(tb[IPSECOV2_A_SA_FAILURES], bad);
	for (type = 1; type < SCHEMA_ATTRS; type++)
		sa->bad += schema_number(bad[type]);
	schema_parse_nest(tb[IPSECOV2_A_SA_DECLINED], declined);
	for (type = 1; type < SCHEMA_ATTRS; type++)
		sa->declined[type] = schema_number(declined[type]);
	schema_parse_nest(tb[IPSECOV2_A_SA_SOFTWARE], software);
	for (type = 1; type < SCHEMA_ATTRS; type++)
		sa->software[type] = schema_number(software[type]);
	return 0;
}

static int take_policy(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct known *known = data;

	schema_parse(nlh, tb);
	known->policies = array_grow(known->policies, known->policy_count,
				     sizeof(*known->policies));
	known->policies[known->policy_count++] = (struct known_policy){
		.ifindex = schema_number(tb[IPSECOV2_A_POLICY_IFINDEX]),
		.index = schema_number(tb[IPSECOV2_A_POLICY_INDEX]),
		.hits = schema_number(tb[IPSECOV2_A_POLICY_HITS]),
	};
	return 0;
}

static int take_entry(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct known *known = data;
	struct known_entry *entry;

	schema_parse(nlh, tb);
	known->entries = array_grow(known->entries, known->entry_count,
				    sizeof(*known->entries));
	entry = &known->entries[known->entry_count];
	*entry = (struct known_entry){
		.ifindex = schema_number(tb[IPSECOV2_A_LOG_IFINDEX]),
		.policy = schema_number(tb[IPSECOV2_A_LOG_OBJECT]) ==
			  IPSECOV2_OBJECT_POLICY,
		.fell_back = schema_number(tb[IPSECOV2_A_LOG_OUTCOME]) ==
			     IPSECOV2_OUTCOME_FELL_BACK,
		.packet = schema_number(tb[IPSECOV2_A_LOG_OFFLOAD]) ==
			  IPSECOV2_OFFLOAD_MODE_PACKET,
		.dir = schema_number(tb[IPSECOV2_A_LOG_DIR]),
		.spi = ntohl(schema_number(tb[IPSECOV2_A_LOG_SPI])),
		.time = schema_number(tb[IPSECOV2_A_LOG_TIME]),
	};
	entry_selector(tb, &entry->sel);
	entry_what(tb, entry->what);
	snprintf(entry->reason, sizeof(entry->reason), "%s",
		 schema_string(tb[IPSECOV2_A_LOG_REASON]));
	snprintf(entry->sentence, sizeof(entry->sentence), "%s",
		 schema_string(tb[IPSECOV2_A_LOG_SENTENCE]));
	/* If the first entry of a card does not have the number 1, older
	 * entries are missing
	 */
	if ((!known->entry_count || entry[-1].ifindex != entry->ifindex) &&
	    schema_number(tb[IPSECOV2_A_LOG_SEQ]) > 1)
		known->forgotten = true;
	known->entry_count++;
	return 0;
}

static int by_spi(const void *a, const void *b)
{
	const struct known_sa *first = a, *second = b;

	return (first->spi > second->spi) - (first->spi < second->spi);
}

static enum status known_dump(struct family *family, uint8_t command,
			      const struct schema_attr *set, nl_row row,
			      struct known *known)
{
	return family_ask(family, family_request(family, command, NLM_F_DUMP),
			  set, row, known);
}

/**
 * known_read() - read what the cards of the network namespace know
 * @known: filled in; known_free() frees it, also after a failure
 *
 * Without the module there is no card, and that is no failure.
 *
 * Return: STATUS_DONE; another status after an error message.
 */
enum status known_read(struct known *known)
{
	struct family family;
	enum status status;

	memset(known, 0, sizeof(*known));
	if (!family_module_loaded())
		return STATUS_DONE;
	status = family_open(&family);
	if (status)
		return status;
	status = known_dump(&family, IPSECOV2_CMD_CARD_GET, schema_card,
			    take_card, known);
	if (!status)
		status = known_dump(&family, IPSECOV2_CMD_COUNTER_GET,
				    schema_counter, take_counter, known);
	if (!status)
		status = known_dump(&family, IPSECOV2_CMD_SA_GET, schema_sa,
				    take_sa, known);
	if (!status)
		status = known_dump(&family, IPSECOV2_CMD_POLICY_GET,
				    schema_policy, take_policy, known);
	if (!status)
		status = known_dump(&family, IPSECOV2_CMD_LOG_GET, schema_log,
				    take_entry, known);
	/* known_sa() searches the sorted SAs, because it is called for many
	 * states
	 */
	if (known->sa_count)
		qsort(known->sas, known->sa_count, sizeof(*known->sas), by_spi);
	family_close(&family);
	return status;
}

void known_free(struct known *known)
{
	free(known->cards);
	free(known->sas);
	free(known->policies);
	free(known->entries);
}

/* A card of the network namespace, or NULL. */
const struct known_card *known_card(const struct known *known,
				    uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < known->card_count; i++)
		if (known->cards[i].ifindex == ifindex)
			return &known->cards[i];
	return NULL;
}

bool known_is_card(const struct known *known, uint32_t ifindex)
{
	return known_card(known, ifindex);
}

/* The SA that a card has for a state. This function does not compare the card
 * with the device that the state names, because the card may be below this
 * device, for example if the device is a bond.
 */
const struct known_sa *known_sa(const struct known *known,
				const struct state *state)
{
	size_t size = xfrm_address_size(state->info.family), i = 0;
	size_t end = known->sa_count;

	/* The first SA of this SPI */
	while (i < end) {
		size_t middle = i + (end - i) / 2;

		if (known->sas[middle].spi < state->spi)
			i = middle + 1;
		else
			end = middle;
	}
	for (; i < known->sa_count && known->sas[i].spi == state->spi; i++) {
		const struct known_sa *sa = &known->sas[i];

		if (sa->family == state->info.family &&
		    sa->proto == state->info.id.proto &&
		    (!state->dir || sa->dir == state->dir) &&
		    !memcmp(&sa->daddr, &state->info.id.daddr, size))
			return sa;
	}
	return NULL;
}

/* The policy that a card has for a policy of xfrm. */
const struct known_policy *known_policy(const struct known *known,
					const struct policy *policy)
{
	size_t i;

	for (i = 0; i < known->policy_count; i++)
		if (known->policies[i].ifindex == policy->offload.ifindex &&
		    known->policies[i].index == policy->info.index)
			return &known->policies[i];
	return NULL;
}

/* Whether a log entry is about a state with the SPI and addresses of @state. */
bool known_is_of_state(const struct known_entry *entry,
		       const struct state *state)
{
	const struct xfrm_usersa_info *info = &state->info;
	size_t size = xfrm_address_size(info->family);

	return !entry->policy && entry->spi == state->spi &&
	       entry->sel.family == info->family &&
	       !memcmp(&entry->sel.daddr, &info->id.daddr, size) &&
	       !memcmp(&entry->sel.saddr, &info->saddr, size);
}

/* Whether a log entry is about a policy with the selector and the direction of
 * @policy. If the mask of a port is 0, the port means nothing, and the log does
 * not have the port. The directions of xfrm begin with XFRM_POLICY_IN, which is
 * 0. The directions of the log begin with IPSECOV2_DIRECTION_IN, which is 1.
 */
bool known_is_of_policy(const struct known_entry *entry,
			const struct policy *policy)
{
	const struct xfrm_selector *sel = &policy->info.sel;
	size_t size = xfrm_address_size(sel->family);

	return entry->policy && entry->sel.family == sel->family &&
	       entry->dir == policy->info.dir + IPSECOV2_DIRECTION_IN &&
	       entry->sel.prefixlen_s == sel->prefixlen_s &&
	       entry->sel.prefixlen_d == sel->prefixlen_d &&
	       entry->sel.proto == sel->proto &&
	       entry->sel.sport_mask == sel->sport_mask &&
	       entry->sel.sport == (sel->sport_mask ? sel->sport : 0) &&
	       entry->sel.dport_mask == sel->dport_mask &&
	       entry->sel.dport == (sel->dport_mask ? sel->dport : 0) &&
	       !memcmp(&entry->sel.daddr, &sel->daddr, size) &&
	       !memcmp(&entry->sel.saddr, &sel->saddr, size);
}

/**
 * known_entry() - find the newest log entry about a state or a policy
 * @known: what the cards know
 * @state: the state, or NULL
 * @policy: the policy, if @state is NULL
 *
 * Return: the entry, or NULL.
 */
const struct known_entry *known_entry(const struct known *known,
				      const struct state *state,
				      const struct policy *policy)
{
	const struct known_entry *newest = NULL;
	size_t i;

	for (i = 0; i < known->entry_count; i++) {
		const struct known_entry *entry = &known->entries[i];

		if ((state ? known_is_of_state(entry, state) :
			     known_is_of_policy(entry, policy)) &&
		    (!newest || entry->time > newest->time))
			newest = entry;
	}
	return newest;
}
