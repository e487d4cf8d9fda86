// SPDX-License-Identifier: GPL-2.0
/* ov2 version: the versions of the tool and of the module. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ipsecov2_netlink.h>

#include "commands.h"
#include "family.h"
#include "json.h"
#include "options.h"
#include "schema.h"

struct version {
	char text[64];
};

static int version_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[SCHEMA_ATTRS];
	struct version *module = data;

	schema_parse(nlh, tb);
	snprintf(module->text, sizeof(module->text), "%s",
		 schema_string(tb[IPSECOV2_A_MODULE_VERSION]));
	return 0;
}

static enum status version_ask(struct version *module)
{
	struct family family;
	enum status status;

	status = family_open(&family);
	if (status)
		return status;
	status = family_ask(&family,
			    family_request(&family, IPSECOV2_CMD_MODULE_GET,
					   NLM_F_ACK),
			    schema_module, version_row, module);
	family_close(&family);
	return status;
}

/* Is the module "older" or "newer" than ov2? NULL if it is neither. Numbers
 * with dots between them are compared one after the other.
 */
static const char *version_compare(const char *module, const char *tool)
{
	while (*module && *tool) {
		char *module_end, *tool_end;
		unsigned long m = strtoul(module, &module_end, 10);
		unsigned long t = strtoul(tool, &tool_end, 10);

		if (m != t)
			return m < t ? "older" : "newer";
		if (module_end == module || tool_end == tool)
			break;
		module = module_end + (*module_end == '.');
		tool = tool_end + (*tool_end == '.');
	}
	if (!strcmp(module, tool))
		return NULL;
	return *tool ? "older" : "newer";
}

static enum status version_run(int count, char **words)
{
	struct version module = { "" };
	enum status status;
	const char *differ;
	bool loaded;

	if (count)
		return wrong_use("version takes no word, and got '%s'",
				 words[0]);
	loaded = family_module_loaded();
	if (loaded) {
		status = version_ask(&module);
		if (status)
			return status;
	}
	differ = loaded ? version_compare(module.text, OV2_VERSION) : NULL;
	if (options.json) {
		json_open(NULL, '[');
		json_open(NULL, '{');
		json_string("tool", OV2_VERSION);
		if (loaded)
			json_string("module", module.text);
		else
			json_null("module");
		json_close('}');
		json_close(']');
		return STATUS_DONE;
	}
	printf("ov2 %s\n", OV2_VERSION);
	if (!loaded)
		puts("module ipsecov2 is not loaded: `modprobe ipsecov2` loads it");
	else
		printf("module ipsecov2 %s\n", module.text);
	if (differ)
		printf("The module is %s than ov2: ov2 shows what both know. Install both from one version.\n",
		       differ);
	return STATUS_DONE;
}

const struct command command_version = {
	.name = "version",
	.words = "",
	.about = "the versions of ov2 and of the module",
	.run = version_run,
};
