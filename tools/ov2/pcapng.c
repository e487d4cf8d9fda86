// SPDX-License-Identifier: GPL-2.0
/*
 * Writing pcapng. Each block is written by one write(), so that the file ends
 * with a whole block, no matter when the writer is stopped.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pcapng.h"

#define BLOCK_SECTION		0x0a0d0d0au
#define BLOCK_INTERFACE		1
#define BLOCK_PACKET		6
#define BYTE_ORDER_MAGIC	0x1a2b3c4du
#define LINK_ETHERNET		1

#define OPTION_END		0
#define OPTION_COMMENT		1
#define OPTION_APPLICATION	4	/* of a section */
#define OPTION_NAME		2	/* of an interface */
#define OPTION_DESCRIPTION	3	/* of an interface */
#define OPTION_RESOLUTION	9	/* of an interface */
#define OPTION_FLAGS		2	/* of a packet */
#define OPTION_CUSTOM		2989	/* binary; kept in copies of the file */
#define FLAG_INBOUND		1
#define FLAG_OUTBOUND		2
/* The project has no enterprise number of its own. This number is reserved for
 * documentation (RFC 5612).
 */
#define ENTERPRISE		32473u

#define BLOCK_SIZE		(256 * 1024)

/**
 * struct block - a block that is being made
 * @used: number of bytes so far; bytes that did not fit into @bytes are counted
 * @bytes: the block, without the bytes that did not fit
 */
struct block {
	size_t used;
	char bytes[BLOCK_SIZE] __attribute__((aligned(4)));
};

/* No more than one block is made at a time. */
static struct block block;

static void put(const void *from, size_t length)
{
	static const char zeros[4];
	size_t pad = -length & 3;

	if (block.used + length + pad <= sizeof(block.bytes)) {
		memcpy(block.bytes + block.used, from, length);
		memcpy(block.bytes + block.used + length, zeros, pad);
	}
	block.used += length + pad;
}

static void put32(uint32_t number)
{
	put(&number, sizeof(number));
}

static void put_option(uint16_t code, const void *value, size_t length)
{
	const uint16_t head[2] = { code, length };

	put(head, sizeof(head));
	put(value, length);
}

static void put_text(uint16_t code, const char *text)
{
	put_option(code, text, strlen(text));
}

static void block_begin(uint32_t type)
{
	block.used = 0;
	put32(type);
	put32(0);
}

static int block_write(int fd)
{
	uint32_t length;
	ssize_t done;

	put_option(OPTION_END, NULL, 0);
	length = block.used + sizeof(length);
	put32(length);
	if (block.used > sizeof(block.bytes))
		return -EMSGSIZE;
	memcpy(block.bytes + 4, &length, sizeof(length));
	do {
		done = write(fd, block.bytes, length);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	if ((size_t)done == length)
		return 0;
	/* The disk is full: cut off the half block. A pipe cannot be cut. */
	if (lseek(fd, -done, SEEK_CUR) >= 0 &&
	    ftruncate(fd, lseek(fd, 0, SEEK_CUR)))
		return -errno;
	return -ENOSPC;
}

/**
 * pcapng_begin() - begin a file
 * @file: filled in
 * @fd: where to write
 * @application: name of the program that writes the file
 *
 * Return: 0 or a negative errno.
 */
int pcapng_begin(struct pcapng *file, int fd, const char *application)
{
	const uint16_t version[2] = { 1, 0 };
	const int64_t unknown = -1;

	*file = (struct pcapng){ .fd = fd };
	block_begin(BLOCK_SECTION);
	put32(BYTE_ORDER_MAGIC);
	put(version, sizeof(version));
	put(&unknown, sizeof(unknown));
	put_text(OPTION_APPLICATION, application);
	return block_write(fd);
}

/**
 * pcapng_interface() - describe an interface before its first frame
 * @file: the file
 * @name: short name
 * @description: what it shows
 * @number: set to its number in the file
 *
 * Return: 0 or a negative errno.
 */
int pcapng_interface(struct pcapng *file, const char *name,
		     const char *description, uint32_t *number)
{
	const uint16_t link[2] = { LINK_ETHERNET, 0 };
	const uint8_t nanoseconds = 9;

	block_begin(BLOCK_INTERFACE);
	put(link, sizeof(link));
	put32(0);
	put_text(OPTION_NAME, name);
	put_text(OPTION_DESCRIPTION, description);
	put_option(OPTION_RESOLUTION, &nanoseconds, sizeof(nanoseconds));
	*number = file->interfaces++;
	return block_write(file->fd);
}

/* The enterprise number is the first part of the value. */
static void put_custom(const void *value, size_t length)
{
	const uint16_t head[2] = { OPTION_CUSTOM, sizeof(uint32_t) + length };

	put(head, sizeof(head));
	put32(ENTERPRISE);
	put(value, length);
}

/**
 * pcapng_frame() - write a frame
 * @file: the file
 * @frame: the frame
 *
 * Return: 0 or a negative errno.
 */
int pcapng_frame(struct pcapng *file, const struct pcapng_frame *frame)
{
	const uint32_t flags = frame->inbound ? FLAG_INBOUND : FLAG_OUTBOUND;

	block_begin(BLOCK_PACKET);
	put32(frame->interface);
	put32(frame->time >> 32);
	put32(frame->time);
	put32(frame->kept);
	put32(frame->length);
	put(frame->bytes, frame->kept);
	put_option(OPTION_FLAGS, &flags, sizeof(flags));
	put_text(OPTION_COMMENT, frame->comment);
	put_custom(frame->record, frame->record_length);
	return block_write(file->fd);
}
