// SPDX-License-Identifier: GPL-2.0
/* Sockets in namespaces. Each function ends the program if it fails. */
#define _GNU_SOURCE
#include <netdb.h>

#include "program.h"
#include "sockets.h"

/* Bytes of a receive buffer */
#define ROOM		(1 << 20)
/* Seconds of the guest until a packet counts as lost */
#define PATIENCE	2

char block[BLOCK];

struct address address_of(const char *text)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	struct address address = { 0 };
	struct addrinfo *found;

	errno = 0;
	if (getaddrinfo(text, NULL, &hints, &found))
		die("%s is no address", text);
	memcpy(&address.at, found->ai_addr, found->ai_addrlen);
	address.len = found->ai_addrlen;
	freeaddrinfo(found);
	return address;
}

/* Enter @namespace and stay there; the socket has the family of @address. */
int new_socket(const char *namespace, struct address *address, int type,
	       int protocol)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd, room = ROOM;

	enter(namespace);
	fd = socket(address->at.ss_family, type, protocol);
	if (fd < 0)
		die("socket");
	if (type == SOCK_STREAM)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("setsockopt");
	return fd;
}

/* Bind to any port, and leave the port in @address. */
void bind_to(int fd, struct address *address)
{
	if (bind(fd, (struct sockaddr *)&address->at, address->len) ||
	    getsockname(fd, (struct sockaddr *)&address->at, &address->len))
		die("bind");
}

void connect_to(int fd, struct address *address)
{
	if (connect(fd, (struct sockaddr *)&address->at, address->len))
		die("connect");
}

void write_all(int fd, long long bytes)
{
	ssize_t done;

	for (; bytes > 0; bytes -= done) {
		done = write(fd, block, bytes < BLOCK ? bytes : BLOCK);
		if (done <= 0)
			die("write");
	}
}

void read_all(int fd, long long bytes)
{
	ssize_t done;

	for (; bytes > 0; bytes -= done) {
		done = read(fd, block, bytes < BLOCK ? bytes : BLOCK);
		if (done <= 0)
			die("read");
	}
}
