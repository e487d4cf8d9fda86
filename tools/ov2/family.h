/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the module, by its generic netlink family. */
#ifndef OV2_FAMILY_H
#define OV2_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "netlink.h"

#define FAMILY_GROUPS	8

/**
 * struct family - a socket of the family
 * @nl: the socket
 * @id: number of the family
 * @groups: the multicast groups; an empty name ends the list
 * @room: the request that is being made
 */
struct family {
	struct nl nl;
	uint16_t id;
	struct family_group {
		char name[32];
		uint32_t id;
	} groups[FAMILY_GROUPS];
	char room[NL_REQUEST_SIZE] __attribute__((aligned(8)));
};

bool family_module_loaded(void);
bool family_module_live(void);
enum status family_no_module(void);
int family_find(struct family *family, const char *name);
enum status family_open(struct family *family);
void family_close(struct family *family);
struct nlmsghdr *family_request(struct family *family, uint8_t command,
				uint16_t flags);
enum status family_ask(struct family *family, struct nlmsghdr *request,
		       const struct schema_attr *set, nl_row row, void *data);
uint32_t family_group(const struct family *family, const char *name);

#endif /* OV2_FAMILY_H */
