// SPDX-License-Identifier: GPL-2.0
/* Selector and template of a policy as text. xfrm, the cards and the logs of
 * the cards give policies in different forms, but ov2 makes the same text of
 * each form.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/ipsecov2_netlink.h>

#include "card.h"
#include "protocol.h"
#include "schema.h"
#include "selector.h"
#include "xfrm.h"

static void __attribute__((format(printf, 2, 3)))
selector_add(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, SELECTOR_TEXT - used, format, arguments);
	va_end(arguments);
}

static void selector_add_port(char *text, const char *name, __be16 port,
			      __be16 mask)
{
	if (!mask)
		return;
	selector_add(text, " %s %u", name, ntohs(port));
	if (ntohs(mask) != 0xffff)
		selector_add(text, "/%#x", ntohs(mask));
}

/* The selector of a policy that a card has */
void selector_of_policy(const struct nlattr **tb, struct xfrm_selector *sel)
{
	*sel = (struct xfrm_selector){
		.family = schema_number(tb[IPSECOV2_A_POLICY_FAMILY]),
		.prefixlen_s = schema_number(tb[IPSECOV2_A_POLICY_PREFIXLEN_S]),
		.prefixlen_d = schema_number(tb[IPSECOV2_A_POLICY_PREFIXLEN_D]),
		.proto = schema_number(tb[IPSECOV2_A_POLICY_PROTO]),
		.sport = schema_number(tb[IPSECOV2_A_POLICY_SPORT]),
		.sport_mask = schema_number(tb[IPSECOV2_A_POLICY_SPORT_MASK]),
		.dport = schema_number(tb[IPSECOV2_A_POLICY_DPORT]),
		.dport_mask = schema_number(tb[IPSECOV2_A_POLICY_DPORT_MASK]),
		.ifindex = schema_number(tb[IPSECOV2_A_POLICY_SEL_IFINDEX]),
	};
	xfrm_address_take(tb[IPSECOV2_A_POLICY_SADDR], &sel->saddr);
	xfrm_address_take(tb[IPSECOV2_A_POLICY_DADDR], &sel->daddr);
}

/* Writes into @text which packets a policy is for. @text has SELECTOR_TEXT
 * bytes.
 */
const char *selector_text(const struct xfrm_selector *sel, char *text)
{
	char from[XFRM_ADDRESS_TEXT], to[XFRM_ADDRESS_TEXT];
	const char *name = protocol_name(sel->proto);

	text[0] = 0;
	selector_add(text, "%s/%u > %s/%u",
		     xfrm_address_text(sel->family, &sel->saddr, from),
		     sel->prefixlen_s,
		     xfrm_address_text(sel->family, &sel->daddr, to),
		     sel->prefixlen_d);
	if (sel->ifindex)
		selector_add(text, " dev %s", card_name(sel->ifindex));
	if (sel->proto)
		selector_add(text, " proto %u", sel->proto);
	if (sel->proto && name)
		selector_add(text, " (%s)", name);
	selector_add_port(text, "sport", sel->sport, sel->sport_mask);
	selector_add_port(text, "dport", sel->dport, sel->dport_mask);
	return text;
}

/* Writes into @text which states can serve a policy. @text has SELECTOR_TEXT
 * bytes. A template without a family names no addresses.
 */
const char *selector_template_text(const struct xfrm_user_tmpl *template,
				   char *text)
{
	char from[XFRM_ADDRESS_TEXT], to[XFRM_ADDRESS_TEXT];
	uint16_t family = template->family;

	text[0] = 0;
	if (family)
		selector_add(text, "%s > %s ",
			     xfrm_address_text(family, &template->saddr, from),
			     xfrm_address_text(family, &template->id.daddr,
					       to));
	selector_add(text, "%s %s reqid %u",
		     xfrm_proto_text(template->id.proto),
		     xfrm_mode_text(template->mode), template->reqid);
	if (template->id.spi)
		selector_add(text, " spi 0x%08x", ntohl(template->id.spi));
	return text;
}
