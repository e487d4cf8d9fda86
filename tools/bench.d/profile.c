// SPDX-License-Identifier: GPL-2.0
/*
 * Samples of what CPU 0 does, by perf's software clock.
 *
 * Traffic repeats itself, so a single period could meet the same place again and
 * again. Therefore many clocks run at once, each with a prime period of its own.
 * A clock interrupts the CPU. So a sample of code that runs with interrupts off
 * is taken only where this code turns interrupts on again.
 *
 * The file has a line for each sample: the kernel's addresses in hex, the
 * innermost first. The line is empty if the CPU was in user space.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "profile.h"
#include "program.h"

#define CLOCKS		16
/*
 * Nanoseconds, each of which is an instruction here. The period is long, because
 * a sample itself costs some 10,000 instructions.
 */
#define PERIOD		800000
#define PAGE		4096ul
#define RING		(512 * PAGE)

static struct {
	int fd;
	char *ring;
} clocks[CLOCKS];
static FILE *out;

static unsigned long prime_from(unsigned long n)
{
	unsigned long d;

	for (n |= 1;; n += 2) {
		for (d = 3; d * d <= n && n % d; d += 2)
			;
		if (d * d > n)
			return n;
	}
}

void profile_open(const char *path)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_type = PERF_SAMPLE_CALLCHAIN,
		.disabled = 1,
		.exclude_callchain_user = 1,
		.sample_period = PERIOD,
	};
	int i;

	out = fopen(path, "w");
	if (!out)
		die("%s", path);
	for (i = 0; i < CLOCKS; i++) {
		attr.sample_period = prime_from(attr.sample_period + 1000);
		clocks[i].fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1,
				       PERF_FLAG_FD_CLOEXEC);
		if (clocks[i].fd < 0)
			die("perf_event_open");
		clocks[i].ring = mmap(NULL, PAGE + RING,
				      PROT_READ | PROT_WRITE, MAP_SHARED,
				      clocks[i].fd, 0);
		if (clocks[i].ring == MAP_FAILED)
			die("mmap");
	}
}

void profile_start(void)
{
	int i;

	for (i = 0; out && i < CLOCKS; i++)
		if (ioctl(clocks[i].fd, PERF_EVENT_IOC_ENABLE, 0))
			die("PERF_EVENT_IOC_ENABLE");
}

/* A record that begins near the end of the ring goes on at the ring's beginning. */
static void read_ring(void *to, const char *ring, uint64_t at, size_t len)
{
	size_t first = RING - at % RING;

	if (first > len)
		first = len;
	memcpy(to, ring + at % RING, first);
	memcpy((char *)to + first, ring, len - first);
}

static void write_samples(const char *ring)
{
	const struct perf_event_mmap_page *page = (const void *)ring;
	struct perf_event_header header;
	uint64_t at, number, words[1024], i;

	for (at = 0; at < page->data_head; at += header.size) {
		read_ring(&header, ring + PAGE, at, sizeof(header));
		if (header.type == PERF_RECORD_LOST) {
			fprintf(stderr, "samples were lost\n");
			exit(1);
		}
		if (header.type != PERF_RECORD_SAMPLE ||
		    header.size > sizeof(words))
			continue;
		read_ring(words, ring + PAGE, at + sizeof(header),
			  header.size - sizeof(header));
		number = words[0];
		/* Values from PERF_CONTEXT_MAX on are marks, and not addresses. */
		for (i = 1; i <= number; i++)
			if (words[i] < PERF_CONTEXT_MAX)
				fprintf(out, "%llx ",
					(unsigned long long)words[i]);
		fputc('\n', out);
	}
}

void profile_stop(void)
{
	int i;

	for (i = 0; out && i < CLOCKS; i++)
		ioctl(clocks[i].fd, PERF_EVENT_IOC_DISABLE, 0);
	for (i = 0; out && i < CLOCKS; i++)
		write_samples(clocks[i].ring);
	if (out && fclose(out))
		die("profile");
}
