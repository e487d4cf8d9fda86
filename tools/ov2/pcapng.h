/* SPDX-License-Identifier: GPL-2.0 */
/* A writer of pcapng files (draft-ietf-opsawg-pcapng). */
#ifndef OV2_PCAPNG_H
#define OV2_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct pcapng - a file that is being written
 * @fd: the file
 * @interfaces: how many interfaces the file has so far
 */
struct pcapng {
	int fd;
	uint32_t interfaces;
};

/**
 * struct pcapng_frame - a frame with what belongs to it
 * @interface: number of the interface, as pcapng_interface() gave it
 * @time: nanoseconds since 1970
 * @inbound: the frame was received
 * @bytes: the frame
 * @kept: bytes of the frame that are in the file
 * @length: bytes of the whole frame
 * @comment: a line that Wireshark shows
 * @record: bytes of the custom option
 * @record_length: number of bytes in @record
 */
struct pcapng_frame {
	uint32_t interface;
	uint64_t time;
	bool inbound;
	const void *bytes;
	size_t kept;
	size_t length;
	const char *comment;
	const void *record;
	size_t record_length;
};

int pcapng_begin(struct pcapng *file, int fd, const char *application);
int pcapng_interface(struct pcapng *file, const char *name,
		     const char *description, uint32_t *number);
int pcapng_frame(struct pcapng *file, const struct pcapng_frame *frame);

#endif /* OV2_PCAPNG_H */
