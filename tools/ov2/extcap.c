// SPDX-License-Identifier: GPL-2.0
/*
 * ov2 as an extcap of Wireshark: the cards stand in Wireshark's list of
 * interfaces. Wireshark starts each program in its extcap directory with the
 * options below (doc/extcap.adoc of Wireshark).
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "commands.h"
#include "extcap.h"
#include "family.h"
#include "options.h"
#include "schema.h"

/* The card itself stands in Wireshark's list under its own name, so the entry
 * for a capture by ov2 needs another name.
 */
#define EXTCAP_PREFIX	"ipsecov2-"

enum {
	EXTCAP_INTERFACES = 1,
	EXTCAP_INTERFACE,
	EXTCAP_DLTS,
	EXTCAP_CONFIG,
	EXTCAP_CAPTURE,
	EXTCAP_FIFO,
	EXTCAP_FILTER,
	EXTCAP_VERSION,
	EXTCAP_CLEAR,
};

static const struct option extcap_options[] = {
	{ "extcap-interfaces", no_argument, NULL, EXTCAP_INTERFACES },
	{ "extcap-interface", required_argument, NULL, EXTCAP_INTERFACE },
	{ "extcap-dlts", no_argument, NULL, EXTCAP_DLTS },
	{ "extcap-config", no_argument, NULL, EXTCAP_CONFIG },
	{ "extcap-version", optional_argument, NULL, EXTCAP_VERSION },
	{ "extcap-capture-filter", required_argument, NULL, EXTCAP_FILTER },
	{ "capture", no_argument, NULL, EXTCAP_CAPTURE },
	{ "fifo", required_argument, NULL, EXTCAP_FIFO },
	{ "clear", no_argument, NULL, EXTCAP_CLEAR },
	{ NULL, 0, NULL, 0 }
};

static int extcap_card(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	const char *name;

	(void)data;
	schema_parse(nlh, tb);
	name = schema_string(tb[IPSECOV2_A_CARD_IFNAME]);
	/* To Wireshark, a brace in the name would be the end of the value. */
	if (!strpbrk(name, "{}"))
		printf("interface {value=" EXTCAP_PREFIX "%s}{display=%s, both sides of its IPsec engine}\n",
		       name, name);
	return 0;
}

/* Without the module there is no interface. This is no error, because Wireshark
 * asks at each start, also on a machine that never loads the module.
 */
static enum status extcap_list(void)
{
	struct family family;
	enum status status;

	printf("extcap {version=%s}{display=Cards of ipsecov2}\n",
	       OV2_VERSION);
	if (!family_module_loaded())
		return STATUS_DONE;
	status = family_open(&family);
	if (status)
		return status;
	status = family_ask(&family,
			    family_request(&family, IPSECOV2_CMD_CARD_GET,
					   NLM_F_DUMP),
			    schema_card, extcap_card, NULL);
	family_close(&family);
	return status;
}

static enum status extcap_capture(char *interface)
{
	const size_t prefix = strlen(EXTCAP_PREFIX);

	if (!interface || !options.write)
		return wrong_use("--capture needs --extcap-interface and --fifo");
	if (strncmp(interface, EXTCAP_PREFIX, prefix))
		return wrong_use("'%s' is no interface of `ov2 extcap --extcap-interfaces`",
				 interface);
	interface += prefix;
	options.quiet = true;
	return command_capture.run(1, &interface);
}

/**
 * extcap_run() - do what Wireshark asks for
 * @argc: number of @argv
 * @argv: the name of the program or the word "extcap", and then the options
 *
 * Return: the exit status.
 */
enum status extcap_run(int argc, char **argv)
{
	char *interface = NULL;
	int option, wanted = 0;

	optind = 1;
	while ((option = getopt_long(argc, argv, ":", extcap_options,
				     NULL)) != -1) {
		switch (option) {
		case EXTCAP_INTERFACE:
			interface = optarg;
			break;
		case EXTCAP_FIFO:
			options.write = optarg;
			break;
		case EXTCAP_CLEAR:
			options.clear = true;
			break;
		case EXTCAP_FILTER:
			options.filter = optarg;
			break;
		case EXTCAP_VERSION:
			break;
		case ':':
		case '?':
			return wrong_use("extcap does not know %s",
					 argv[optind - 1]);
		default:
			wanted = option;
		}
	}

	switch (wanted) {
	case EXTCAP_INTERFACES:
		return extcap_list();
	case EXTCAP_DLTS:
		puts("dlt {number=1}{name=EN10MB}{display=Ethernet}");
		return STATUS_DONE;
	case EXTCAP_CONFIG:
		puts("arg {number=0}{call=--clear}{display=Do not cut off the payload of clear frames}{type=boolflag}{default=false}");
		return STATUS_DONE;
	case EXTCAP_CAPTURE:
		return extcap_capture(interface);
	default:
		return wrong_use("extcap is for Wireshark: it needs --extcap-interfaces or another option of an extcap");
	}
}
