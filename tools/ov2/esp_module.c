// SPDX-License-Identifier: GPL-2.0
/* Without the module esp4_offload (for IPv6: esp6_offload) the kernel refuses
 * every offload. The kernel itself loads this module if it is installed.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "esp_module.h"

const char *esp_module_name(uint16_t family)
{
	return family == AF_INET6 ? "esp6_offload" : "esp4_offload";
}

/* Looks for the module in a list of modules in /lib/modules. */
static enum esp_module look_in(const char *list, const char *name)
{
	enum esp_module found = ESP_MODULE_MISSING;
	char path[512], line[1024], file[64];
	struct utsname kernel;
	FILE *stream;

	if (uname(&kernel))
		return ESP_MODULE_UNKNOWN;
	snprintf(path, sizeof(path), "/lib/modules/%s/%s", kernel.release,
		 list);
	snprintf(file, sizeof(file), "/%s.ko", name);
	stream = fopen(path, "r");
	if (!stream)
		return ESP_MODULE_UNKNOWN;
	/* A line of modules.dep begins with the module itself */
	while (found != ESP_MODULE_THERE && fgets(line, sizeof(line), stream)) {
		line[strcspn(line, ":\n")] = 0;
		if (strstr(line, file))
			found = ESP_MODULE_THERE;
	}
	fclose(stream);
	return found;
}

/* Whether the kernel has the module: loaded, built in, or as a file. */
enum esp_module esp_module(uint16_t family)
{
	const char *name = esp_module_name(family);
	enum esp_module builtin, file;
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (!access(path, F_OK))
		return ESP_MODULE_THERE;
	builtin = look_in("modules.builtin", name);
	file = look_in("modules.dep", name);
	if (builtin == ESP_MODULE_THERE || file == ESP_MODULE_THERE)
		return ESP_MODULE_THERE;
	if (builtin == ESP_MODULE_UNKNOWN || file == ESP_MODULE_UNKNOWN)
		return ESP_MODULE_UNKNOWN;
	return ESP_MODULE_MISSING;
}
