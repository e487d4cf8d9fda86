/* SPDX-License-Identifier: GPL-2.0 */
/* Asking the kernel by netlink, for any family. */
#ifndef OV2_NETLINK_H
#define OV2_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mnl_socket;
struct nlmsghdr;
struct schema_attr;

#define NL_REQUEST_SIZE	1024

/**
 * struct nl - a socket, and what the kernel said in its last answer
 * @socket: the socket
 * @seq: the number of the last request
 * @interrupted: the last dump changed while it was read
 * @explained: true if @sentence is from the kernel; false if @sentence is only
 *	the text of the errno
 * @sentence: what the kernel says about the last request that failed
 */
struct nl {
	struct mnl_socket *socket;
	unsigned int seq;
	bool interrupted;
	bool explained;
	char sentence[256];
};

/**
 * typedef nl_row - called for each message of an answer
 * @nlh: the message
 * @data: what the caller gave with the function
 *
 * Return: 0 to go on. At any other value nl_ask() and nl_dump() stop, and
 * return this value.
 */
typedef int (*nl_row)(const struct nlmsghdr *nlh, void *data);

int nl_open(struct nl *nl, int bus);
void nl_close(struct nl *nl);
int nl_receive(const struct nl *nl, void *buffer, size_t size);
int nl_ask(struct nl *nl, struct nlmsghdr *request,
	   const struct schema_attr *set, nl_row row, void *data);
int nl_dump(struct nl *nl, struct nlmsghdr *request,
	    const struct schema_attr *set, nl_row row, void *data);

#endif /* OV2_NETLINK_H */
