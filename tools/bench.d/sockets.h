/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets in namespaces, for the programs of the guest. */
#include <stddef.h>
#include <sys/socket.h>

#define BLOCK		(128 * 1024)

struct address {
	struct sockaddr_storage at;
	socklen_t len;
};

/* The bytes that are sent, zeroes at first; read_all() writes here, too */
extern char block[BLOCK];

struct address address_of(const char *text);
int new_socket(const char *namespace, struct address *address, int type,
	       int protocol);
void bind_to(int fd, struct address *address);
void connect_to(int fd, struct address *address);
void write_all(int fd, long long bytes);
void read_all(int fd, long long bytes);
