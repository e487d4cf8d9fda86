// SPDX-License-Identifier: GPL-2.0
/* ov2 capture: frames on both sides of the engine, with their records. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/ipsecov2.h>
#include <linux/ipsecov2_capture.h>

#include "capture.h"
#include "card.h"
#include "commands.h"
#include "family.h"
#include "json.h"
#include "monitor.h"
#include "options.h"
#include "pcapng.h"
#include "text.h"

/* Bytes of a header and of the largest frame behind it */
#define CAPTURE_PACKET	(128 * 1024)
#define CAPTURE_TEXT	512

/**
 * struct interface - a side of a card, as an interface of the file
 * @card: interface index of the card
 * @wire: true for the side of the wire; false for the side of the stack
 * @number: number of the interface in the file
 */
struct interface {
	uint32_t card;
	bool wire;
	uint32_t number;
};

/**
 * struct capture - a capture that is running
 * @filter: which frames are wanted
 * @monitor: where the frames come from
 * @signals: a signalfd, which tells when the user ends the capture
 * @out: the file, -1 if text is printed
 * @file: the writer of @out
 * @interfaces: the interfaces in @file so far
 * @count: number of @interfaces
 * @frames: how many frames were taken
 * @lost: how many frames the socket of the monitor had no room for
 */
struct capture {
	struct capture_filter filter;
	struct monitor monitor;
	int signals;
	int out;
	struct pcapng file;
	struct interface *interfaces;
	size_t count;
	unsigned long long frames;
	unsigned long long lost;
};

static bool is_rx(const struct ov2_capture_header *hdr)
{
	return hdr->point == OV2_CAPTURE_RX_WIRE ||
	       hdr->point == OV2_CAPTURE_RX_CLEAR ||
	       hdr->point == OV2_CAPTURE_RX_DROP;
}

static bool is_wire(const struct ov2_capture_header *hdr)
{
	return hdr->point == OV2_CAPTURE_TX_WIRE ||
	       hdr->point == OV2_CAPTURE_RX_WIRE;
}

/* Was the frame dropped? If the engine itself drops a frame to be sent, the
 * monitor shows the frame on the side of the wire, with another verdict than
 * "sent".
 */
static bool is_dropped(const struct ov2_capture_header *hdr)
{
	return hdr->point == OV2_CAPTURE_TX_DROP ||
	       hdr->point == OV2_CAPTURE_RX_DROP ||
	       (hdr->point == OV2_CAPTURE_TX_WIRE &&
		strcmp(hdr->verdict, "sent"));
}

static bool capture_wanted(const struct capture_filter *filter,
			   const struct ov2_capture_header *hdr)
{
	return (!filter->has_spi || be32toh(hdr->spi) == filter->spi) &&
	       (!filter->tx || !is_rx(hdr)) && (!filter->rx || is_rx(hdr)) &&
	       (!filter->wire || is_wire(hdr)) &&
	       (!filter->clear || !is_wire(hdr)) &&
	       (!filter->dropped || is_dropped(hdr));
}

/* Writes one line about a frame: its direction, its SA, what its record says,
 * and what became of the frame.
 */
static void capture_say(const struct ov2_capture_header *hdr, char *text,
			size_t size)
{
	char handle[32] = "", spi[64] = " no SPI", record[200] = "";
	const char *before = "";
	/* The words are in the order of their slots, and slot 12 is the last */
	uint64_t word = be64toh(hdr->info[4]);

	if (hdr->handle)
		snprintf(handle, sizeof(handle), " SA %#llx",
			 (unsigned long long)be64toh(hdr->handle));
	if (word) {
		strcpy(record, ": ");
		decode_say(is_rx(hdr), OV2_INFO_IPSEC_HEADER, word, record + 2,
			   sizeof(record) - 2);
	}
	if (hdr->spi)
		snprintf(spi, sizeof(spi), " spi %#x seq %llu",
			 be32toh(hdr->spi),
			 (unsigned long long)be64toh(hdr->seq));
	if (hdr->verdict[0])
		before = is_dropped(hdr) ? ": dropped: " : ": ";
	snprintf(text, size, "%s%s%s%s%s%.*s", is_rx(hdr) ? "rx" : "tx",
		 handle, spi, record, before, OV2_CAPTURE_VERDICT,
		 hdr->verdict);
	text_clean(text);
}

static const char *side_name(const struct ov2_capture_header *hdr)
{
	return is_wire(hdr) ? "wire" : "clear";
}

static void print_json(const struct ov2_capture_header *hdr, const char *text)
{
	json_open(NULL, '{');
	json_number("time", be64toh(hdr->time));
	json_string("ifname", card_name(be32toh(hdr->ifindex)));
	json_string("direction", is_rx(hdr) ? "rx" : "tx");
	json_string("side", side_name(hdr));
	json_number("handle", be64toh(hdr->handle));
	json_number("spi", be32toh(hdr->spi));
	json_number("seq", be64toh(hdr->seq));
	json_number("queue", be16toh(hdr->queue));
	json_number("length", be32toh(hdr->frame));
	json_string("verdict", hdr->verdict);
	json_bool("dropped", is_dropped(hdr));
	json_string("text", text);
	json_close('}');
}

static void print_line(const struct ov2_capture_header *hdr, const char *text)
{
	time_t seconds = be64toh(hdr->time) / 1000000000;
	char clock[16];

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&seconds));
	printf("%s.%06llu ", clock,
	       (unsigned long long)be64toh(hdr->time) % 1000000000 / 1000);
	text_put(card_name(be32toh(hdr->ifindex)));
	printf(" %-5s %5u bytes  %s\n", side_name(hdr), be32toh(hdr->frame),
	       text);
}

/* Set @number to the number of the file's interface for this side of the card.
 * If the file has no interface for this side yet, add the interface.
 */
static int capture_interface(struct capture *capture,
			     const struct ov2_capture_header *hdr,
			     uint32_t *number)
{
	uint32_t card = be32toh(hdr->ifindex);
	struct interface *interface;
	char name[64], about[128];
	size_t n;

	for (n = 0; n < capture->count; n++) {
		interface = &capture->interfaces[n];
		if (interface->card == card &&
		    interface->wire == is_wire(hdr)) {
			*number = interface->number;
			return 0;
		}
	}
	interface = realloc(capture->interfaces, (n + 1) * sizeof(*interface));
	if (!interface)
		return -ENOMEM;
	capture->interfaces = interface;
	snprintf(name, sizeof(name), "%s %s", card_name(card), side_name(hdr));
	snprintf(about, sizeof(about), "%s of the engine of the card %s",
		 is_wire(hdr) ? "line side" : "stack side", card_name(card));
	interface[n] = (struct interface){ .card = card, .wire = is_wire(hdr) };
	capture->count++;
	*number = n;
	return pcapng_interface(&capture->file, name, about,
				&interface[n].number);
}

static int capture_write(struct capture *capture,
			 const struct ov2_capture_header *hdr, size_t kept,
			 const char *text)
{
	struct pcapng_frame frame = {
		.time = be64toh(hdr->time),
		.inbound = is_rx(hdr),
		.bytes = (const char *)hdr + hdr->length,
		.kept = kept,
		.length = be32toh(hdr->frame),
		.comment = text,
		.record = hdr,
		.record_length = hdr->length,
	};
	int error = capture_interface(capture, hdr, &frame.interface);

	return error ? error : pcapng_frame(&capture->file, &frame);
}

/* Take one packet of the monitor. Returns 0 or a negative errno. */
static int capture_packet(struct capture *capture, const void *packet,
			  size_t length)
{
	const struct ov2_capture_header *hdr = packet;
	char text[CAPTURE_TEXT];

	/* Another program can send any bytes on the monitor. */
	if (length < sizeof(*hdr) || hdr->version < OV2_CAPTURE_VERSION ||
	    hdr->length < sizeof(*hdr) || hdr->length > length ||
	    !memchr(hdr->verdict, 0, sizeof(hdr->verdict)) ||
	    !capture_wanted(&capture->filter, hdr))
		return 0;
	capture->frames++;
	capture_say(hdr, text, sizeof(text));
	if (capture->out >= 0)
		return capture_write(capture, hdr, length - hdr->length, text);
	if (options.json)
		print_json(hdr, text);
	else
		print_line(hdr, text);
	/* The reader of a pipe wants to see each frame when it comes. */
	return fflush(stdout) ? -errno : 0;
}

static bool capture_enough(const struct capture *capture)
{
	return options.count && capture->frames >= options.count;
}

/* Take all packets that wait. Returns 0 or a negative errno. */
static int capture_drain(struct capture *capture)
{
	static char packet[CAPTURE_PACKET] __attribute__((aligned(8)));
	ssize_t length;
	int error;

	while (!capture_enough(capture)) {
		length = recv(capture->monitor.socket, packet, sizeof(packet),
			      MSG_DONTWAIT);
		if (length < 0 && errno == EAGAIN)
			return 0;
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		error = capture_packet(capture, packet, length);
		if (error)
			return error;
	}
	return 0;
}

static enum status capture_ended(int error)
{
	switch (error) {
	case -EPIPE:
		/* The reader of the pipe has ended. */
		return STATUS_DONE;
	case -ENETDOWN:
	case -ENXIO:
		if (family_module_live())
			return failed("the monitor is gone: it was deleted, or its card was deleted or has left the network namespace");
		failed("the module ipsecov2 was unloaded, so the capture ends");
		return STATUS_NO_MODULE;
	default:
		return failed("the capture ends: %s", strerror(-error));
	}
}

static enum status capture_run_loop(struct capture *capture)
{
	struct pollfd fds[] = {
		{ .fd = capture->monitor.socket, .events = POLLIN },
		{ .fd = capture->signals, .events = POLLIN },
	};
	int error = 0;

	while (!capture_enough(capture) && !error) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return failed("poll: %s", strerror(errno));
		if (fds[1].revents)
			break;
		if (fds[0].revents)
			error = capture_drain(capture);
	}
	capture->lost = monitor_lost(&capture->monitor);
	return error ? capture_ended(error) : STATUS_DONE;
}

static bool to_stdout(void)
{
	return !strcmp(options.write, "-");
}

static enum status capture_may_write(void)
{
	if (!options.write)
		return STATUS_DONE;
	if (options.json)
		return wrong_use("-w and --json exclude each other: -w writes pcapng to a file, and --json prints JSON");
	if (to_stdout() && isatty(STDOUT_FILENO))
		return failed("-w - would write pcapng to the terminal: name a file, or pipe it into a program");
	return STATUS_DONE;
}

/* Call this when the monitor is there, because a capture that is refused must
 * leave an older file as it is. A capture may hold clear text, so nobody but
 * the owner of a new file may read the file. A file that exists already keeps
 * its permissions.
 */
static enum status capture_open_file(struct capture *capture)
{
	int error;

	if (!options.write)
		return STATUS_DONE;
	if (to_stdout()) {
		capture->out = STDOUT_FILENO;
	} else {
		capture->out = open(options.write, O_WRONLY | O_CREAT |
				    O_TRUNC | O_CLOEXEC, 0600);
		if (capture->out < 0)
			return failed("cannot write %s: %s", options.write,
				      strerror(errno));
	}
	error = pcapng_begin(&capture->file, capture->out, "ov2 " OV2_VERSION);
	if (error)
		return failed("cannot write %s: %s", options.write,
			      strerror(-error));
	return STATUS_DONE;
}

/* Catch the signals that would end the process, so that the capture can delete
 * its monitor first.
 */
static enum status capture_take_signals(struct capture *capture)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	capture->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (capture->signals < 0)
		return failed("no signalfd: %s", strerror(errno));
	return STATUS_DONE;
}

static enum status capture_monitor(struct capture *capture, uint32_t card)
{
	enum status status;

	status = monitor_open(&capture->monitor, card, options.clear);
	if (status)
		return status;
	status = capture_open_file(capture);
	if (status) {
		monitor_close(&capture->monitor);
		return status;
	}
	if (options.write && !options.quiet)
		fprintf(stderr, "ov2: capturing on %s; Ctrl-C ends it\n",
			capture->monitor.name);
	if (options.json)
		json_open(NULL, '[');
	status = capture_run_loop(capture);
	if (options.json)
		json_close(']');
	monitor_close(&capture->monitor);
	if ((options.write && !options.quiet) || capture->lost)
		fprintf(stderr, "ov2: %llu frames captured, %llu lost\n",
			capture->frames, capture->lost);
	return status;
}

static enum status capture_run(int count, char **words)
{
	struct capture capture = { .out = -1 };
	enum status status;
	uint32_t card;

	status = capture_filter(options.filter, &capture.filter);
	if (!status)
		status = capture_filter_whole(options.filter, count, words);
	if (!status)
		status = capture_may_write();
	/* Look for the module first. Without the module, a command with DEV
	 * would only say that there is no such card (card_choose()), and a
	 * command without DEV would make the kernel load the module
	 * (capture_monitor()).
	 */
	if (!status && !family_module_loaded())
		status = family_no_module();
	if (!status)
		status = card_choose(count, words, &card);
	if (!status)
		status = capture_take_signals(&capture);
	if (!status)
		status = capture_monitor(&capture, card);
	if (capture.out > STDOUT_FILENO && close(capture.out) && !status)
		status = failed("cannot write %s: %s", options.write,
				strerror(errno));
	free(capture.interfaces);
	return status;
}

const struct command command_capture = {
	.name = "capture",
	.words = "[DEV]",
	.about = "frames on both sides of the engine",
	.run = capture_run,
};
