/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the kernel has the module that it needs to offload ESP. */
#ifndef OV2_ESP_MODULE_H
#define OV2_ESP_MODULE_H

#include <stdint.h>

enum esp_module {
	ESP_MODULE_UNKNOWN,
	ESP_MODULE_MISSING,
	ESP_MODULE_THERE,
};

const char *esp_module_name(uint16_t family);
enum esp_module esp_module(uint16_t family);

#endif /* OV2_ESP_MODULE_H */
