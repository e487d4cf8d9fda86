// SPDX-License-Identifier: GPL-2.0
/* Requests and dumps by netlink, and what the kernel says of an error. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "netlink.h"
#include "schema.h"

/* A dump that changes each time is read at most this many times */
#define DUMP_TRIES	4
/* A dump of more bytes than this is printed while it is read, and is not read
 * again
 */
#define DUMP_KEPT	(1024 * 1024)
#define RECEIVE_SIZE	(64 * 1024)

/**
 * nl_open() - open a socket in the network namespace of this process
 * @nl: filled in
 * @bus: NETLINK_GENERIC and the like
 *
 * Return: 0 or a negative errno.
 */
int nl_open(struct nl *nl, int bus)
{
	const int on = 1;

	memset(nl, 0, sizeof(*nl));
	nl->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;

		nl_close(nl);
		return error;
	}
	/* Without these options the kernel does not say what is wrong */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, (void *)&on,
			      sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_GET_STRICT_CHK, (void *)&on,
			      sizeof(on));
	return 0;
}

void nl_close(struct nl *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}

/* The type of the attribute at @offset of the request, or 0. */
static unsigned int nl_attr_at(const struct nlmsghdr *request, uint32_t offset)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, sizeof(struct genlmsghdr))
		if ((const char *)attr - (const char *)request == (long)offset)
			return mnl_attr_get_type(attr);
	return 0;
}

/* Fill in nl->sentence from the attributes of an extended acknowledgment, which
 * are the @length bytes at @from. If no attribute has a text, the sentence is
 * the text of the errno @error.
 */
static void nl_sentence(struct nl *nl, const struct nlmsghdr *request,
			const struct schema_attr *set, int error,
			const void *from, size_t length)
{
	const char *text = NULL, *what = "attribute", *name = NULL;
	const struct nlattr *attr;
	unsigned int type = 0;

	mnl_attr_for_each_payload(from, length) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			text = mnl_attr_get_str(attr);
			break;
		case NLMSGERR_ATTR_OFFS:
			type = nl_attr_at(request, mnl_attr_get_u32(attr));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			type = mnl_attr_get_u32(attr);
			what = "missing attribute";
			break;
		}
	}
	if (set && type)
		name = schema_name(set, type);
	if (text && !strncmp(text, "ipsecov2: ", 10))
		text += 10;
	nl->explained = text;
	if (!text)
		text = strerror(error);
	if (name)
		snprintf(nl->sentence, sizeof(nl->sentence), "%s (%s %s)",
			 text, what, name);
	else
		snprintf(nl->sentence, sizeof(nl->sentence), "%s", text);
}

/* Returns the error of NLMSG_ERROR or NLMSG_DONE, or 0. Sets nl->sentence if
 * there is an error.
 */
static int nl_status(struct nl *nl, const struct nlmsghdr *request,
		     const struct schema_attr *set, const struct nlmsghdr *nlh)
{
	size_t skip = sizeof(int), length = mnl_nlmsg_get_payload_len(nlh);
	const char *payload = mnl_nlmsg_get_payload(nlh);
	const struct nlmsgerr *message = (const void *)payload;
	int error;

	if (length < sizeof(int))
		return 0;
	memcpy(&error, payload, sizeof(error));
	if (error >= 0)
		return 0;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		skip = sizeof(*message);
		/* The kernel sends back the whole request, or only its header
		 * (NLM_F_CAPPED)
		 */
		if (length >= skip && !(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += MNL_ALIGN(message->msg.nlmsg_len) -
				MNL_ALIGN(sizeof(message->msg));
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip > length)
		skip = length;
	nl_sentence(nl, request, set, -error, payload + skip, length - skip);
	return error;
}

static int nl_send(struct nl *nl, struct nlmsghdr *request)
{
	request->nlmsg_seq = ++nl->seq;
	nl->interrupted = false;
	nl->explained = false;
	if (mnl_socket_sendto(nl->socket, request, request->nlmsg_len) < 0) {
		int error = errno;

		snprintf(nl->sentence, sizeof(nl->sentence), "%s",
			 strerror(error));
		return -error;
	}
	return 0;
}

/**
 * nl_receive() - wait for messages of the kernel
 * @nl: the socket
 * @buffer: filled in
 * @size: bytes of @buffer
 *
 * Whoever has CAP_NET_ADMIN in the network namespace can send messages to this
 * socket, for example any user whose user namespace has the network namespace.
 * Such messages could have any text for the terminal of this process. So only
 * the kernel is heard.
 *
 * Return: the bytes in @buffer, 0 if another process sent them; or a negative
 * errno.
 */
int nl_receive(const struct nl *nl, void *buffer, size_t size)
{
	struct sockaddr_nl from = {};
	struct iovec room = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &room,
		.msg_iovlen = 1,
	};
	ssize_t length;

	length = recvmsg(mnl_socket_get_fd(nl->socket), &message, 0);
	if (length < 0)
		return -errno;
	if (from.nl_pid)
		return 0;
	return message.msg_flags & MSG_TRUNC ? -ENOSPC : length;
}

/**
 * nl_ask() - send a request, and read its answer to the end
 * @nl: the socket
 * @request: a request with NLM_F_ACK or NLM_F_DUMP
 * @set: names of the request's attributes, for error messages; or NULL
 * @row: called for each message of the answer
 * @data: for @row
 *
 * Return: 0; or what @row returned, if that was not 0; or a negative errno, and
 * then nl->sentence says why.
 */
int nl_ask(struct nl *nl, struct nlmsghdr *request,
	   const struct schema_attr *set, nl_row row, void *data)
{
	char buffer[RECEIVE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh;
	int error, length;

	error = nl_send(nl, request);
	if (error)
		return error;
	for (;;) {
		length = nl_receive(nl, buffer, sizeof(buffer));
		if (length == -EINTR)
			continue;
		if (length < 0) {
			snprintf(nl->sentence, sizeof(nl->sentence), "%s",
				 strerror(-length));
			return length;
		}
		for (nlh = (void *)buffer; mnl_nlmsg_ok(nlh, length);
		     nlh = mnl_nlmsg_next(nlh, &length)) {
			/* This message is left from an earlier dump that was
			 * not read to its end
			 */
			if (nlh->nlmsg_seq != nl->seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				nl->interrupted = true;
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE)
				return nl_status(nl, request, set, nlh);
			if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !row)
				continue;
			error = row(nlh, data);
			if (error)
				return error;
		}
	}
}

/**
 * struct nl_kept - messages that wait until the dump has ended or is too long
 * @row: the caller's function
 * @data: for @row
 * @messages: the messages that were not given to @row yet
 * @used: bytes of @messages
 * @streaming: the dump is too long to be kept
 */
struct nl_kept {
	nl_row row;
	void *data;
	char *messages;
	size_t used;
	bool streaming;
};

static int nl_release(struct nl_kept *kept)
{
	const struct nlmsghdr *nlh;
	size_t at;
	int error = 0;

	for (at = 0; at < kept->used && !error;
	     at += MNL_ALIGN(nlh->nlmsg_len)) {
		nlh = (const void *)(kept->messages + at);
		error = kept->row(nlh, kept->data);
	}
	kept->used = 0;
	return error;
}

static int nl_keep(const struct nlmsghdr *nlh, void *data)
{
	size_t length = MNL_ALIGN(nlh->nlmsg_len);
	struct nl_kept *kept = data;
	int error;

	if (!kept->streaming && kept->used + length > DUMP_KEPT) {
		kept->streaming = true;
		error = nl_release(kept);
		if (error)
			return error;
	}
	if (kept->streaming)
		return kept->row(nlh, kept->data);
	memcpy(kept->messages + kept->used, nlh, nlh->nlmsg_len);
	kept->used += length;
	return 0;
}

/**
 * nl_dump() - as nl_ask(), but read a dump again if it changed during reading
 * @nl: the socket
 * @request: a request with NLM_F_DUMP
 * @set: names of the request's attributes, for error messages; or NULL
 * @row: called for each message
 * @data: for @row
 *
 * A long dump is given to @row while it is read, so it is read only once. If a
 * dump changed each time, @row gets the messages of the last try, and
 * nl->interrupted is set.
 *
 * Return: as nl_ask().
 */
int nl_dump(struct nl *nl, struct nlmsghdr *request,
	    const struct schema_attr *set, nl_row row, void *data)
{
	struct nl_kept kept = { .row = row, .data = data };
	int tries = DUMP_TRIES, error, end;

	kept.messages = malloc(DUMP_KEPT);
	if (!kept.messages) {
		snprintf(nl->sentence, sizeof(nl->sentence), "%s",
			 strerror(ENOMEM));
		return -ENOMEM;
	}
	do {
		kept.used = 0;
		error = nl_ask(nl, request, set, nl_keep, &kept);
	} while (!error && nl->interrupted && !kept.streaming && --tries);
	/* The messages that came before an error are shown */
	end = nl_release(&kept);
	free(kept.messages);
	return error ? error : end;
}
