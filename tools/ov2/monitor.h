/* SPDX-License-Identifier: GPL-2.0 */
/* A monitor: the device that shows frames with their records. */
#ifndef OV2_MONITOR_H
#define OV2_MONITOR_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/**
 * struct monitor - a monitor that this process made
 * @index: the number of the device, or 0 if there is no device
 * @name: the device's name when it was made; somebody may change it
 * @socket: a packet socket on it, or -1
 */
struct monitor {
	int index;
	char name[IF_NAMESIZE];
	int socket;
};

enum status monitor_open(struct monitor *monitor, uint32_t card, bool clear);
void monitor_close(struct monitor *monitor);
unsigned int monitor_lost(const struct monitor *monitor);

#endif /* OV2_MONITOR_H */
