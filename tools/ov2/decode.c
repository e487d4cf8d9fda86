// SPDX-License-Identifier: GPL-2.0
/* ov2 decode: what a word of a record says. Needs no module and no card. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipsecov2.h>

#include "commands.h"
#include "decode.h"
#include "json.h"
#include "options.h"
#include "protocol.h"
#include "table.h"

#define MAX_FIELDS		8
#define TEXT_SIZE		160

/* Reads a field of @word. The bits of the field are the bits of @mask. */
static uint32_t field(uint32_t mask, unsigned long long word)
{
	return ((uint32_t)word & mask) / (mask & -mask);
}

/**
 * struct reading - what a word says in a certain slot
 * @text: the meaning, in words
 * @used: length of @text
 * @wrong: no card makes this word; @text says why
 * @fields: name and value of each field; a NULL name ends the list
 */
struct reading {
	char text[TEXT_SIZE];
	size_t used;
	bool wrong;
	struct {
		const char *name;
		unsigned long long value;
	} fields[MAX_FIELDS + 1];
};

/* Every text is shorter than TEXT_SIZE. The longest is the text of slot 1 on
 * receive, with all bits set except CryptoDone.
 */
static void __attribute__((format(printf, 2, 3)))
reading_say(struct reading *reading, const char *format, ...)
{
	size_t room = TEXT_SIZE - reading->used;
	va_list arguments;

	if (reading->used && room > 2) {
		strcpy(reading->text + reading->used, ", ");
		room -= 2;
	}
	va_start(arguments, format);
	vsnprintf(reading->text + TEXT_SIZE - room, room, format, arguments);
	va_end(arguments);
	reading->used = strlen(reading->text);
}

static unsigned long long
reading_field(struct reading *reading, const char *name,
	      unsigned long long value)
{
	unsigned int n = 0;

	while (reading->fields[n].name)
		n++;
	reading->fields[n].name = name;
	reading->fields[n].value = value;
	return value;
}

/* If bits are set that must be 0, says which bits */
static void reading_reserved(struct reading *reading, unsigned long long word,
			     unsigned long long mask)
{
	if (!(word & mask))
		return;
	reading->wrong = true;
	reading_say(reading, "reserved bits %#llx are set", word & mask);
}

static void say_next_header(struct reading *reading,
			    unsigned long long next_header)
{
	const char *name = protocol_name(next_header);

	if (name)
		reading_say(reading, "next header %llu (%s)",
			    next_header, name);
	else
		reading_say(reading, "next header %llu", next_header);
}

static void read_tx_checksum(unsigned long long word, struct reading *reading)
{
	unsigned long long offset = reading_field(reading, "tcp_offset",
					field(OV2_TX_CSUM_TCP_OFFSET, word));
	const struct {
		const char *name;
		uint32_t bit;
		const char *text;
	} bits[] = {
		{ "ipv4", OV2_TX_CSUM_IPV4, "IPv4" },
		{ "ipv6", OV2_TX_CSUM_IPV6, "IPv6" },
		{ "tcp", OV2_TX_CSUM_TCP, "TCP checksum" },
		{ "udp", OV2_TX_CSUM_UDP, "UDP checksum" },
		{ "ip_header", OV2_TX_CSUM_IP_HEADER, "IP header checksum" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (reading_field(reading, bits[i].name,
				  field(bits[i].bit, word)))
			reading_say(reading, "%s", bits[i].text);
	if (offset)
		reading_say(reading, "TCP header at %llu", offset);
	if (!word)
		reading_say(reading, "no checksum");
	reading_reserved(reading, word, OV2_TX_CSUM_RESERVED);
}

static void read_tx_handle(unsigned long long word, struct reading *reading)
{
	reading_field(reading, "handle", word);
	if (word)
		reading_say(reading, "SA of handle %#llx", word);
	else
		reading_say(reading, "no SA: the engine leaves the frame alone");
}

static void read_tx_tunnel(unsigned long long word, struct reading *reading)
{
	reading_field(reading, "handle", word);
	if (word)
		reading_say(reading, "tunnel SA of handle %#llx", word);
	else
		reading_say(reading, "no tunnel SA around the SA of slot 1");
}

static void read_tx_lso(unsigned long long word, struct reading *reading)
{
	unsigned long long mss = reading_field(reading, "mss",
				     field(OV2_TX_LSO_MSS, word));
	unsigned long long offset = reading_field(reading, "tcp_offset",
					field(OV2_TX_LSO_TCP_OFFSET, word));

	if (!word) {
		reading_say(reading, "no large send");
		return;
	}
	reading_say(reading, "large send");
	if (reading_field(reading, "v2", field(OV2_TX_LSO_V2, word)))
		reading_say(reading, "version 2");
	if (reading_field(reading, "ipv6", field(OV2_TX_LSO_IPV6, word)))
		reading_say(reading, "IPv6");
	else
		reading_say(reading, "IPv4");
	reading_say(reading, "MSS %llu", mss);
	reading_say(reading, "TCP header at %llu", offset);
}

static void read_tx_header(unsigned long long word, struct reading *reading)
{
	unsigned long long next_header, pad, ah, esp;

	next_header = reading_field(reading, "next_header",
				    field(OV2_TX_HDR_NEXT_HEADER, word));
	pad = reading_field(reading, "pad_length",
			    field(OV2_TX_HDR_PAD_LENGTH, word));
	ah = reading_field(reading, "ah_offset",
			   4 * field(OV2_TX_HDR_AH_OFFSET, word));
	esp = reading_field(reading, "esp_offset",
			    4 * field(OV2_TX_HDR_ESP_OFFSET, word));
	if (!word) {
		reading_say(reading, "no AH and no ESP");
		return;
	}
	if (esp || next_header || pad) {
		say_next_header(reading, next_header);
		reading_say(reading, "pad %llu", pad);
	}
	if (ah)
		reading_say(reading, "AH at %llu", ah);
	if (esp)
		reading_say(reading, "ESP at %llu", esp);
	if (!ah && !esp) {
		reading->wrong = true;
		reading_say(reading, "neither AH nor ESP has an offset");
	}
}

static const char *status_text(unsigned long long status)
{
	static const char *const texts[OV2_CRYPTO_STATUS_MAX] = {
		[OV2_CRYPTO_SUCCESS] = "good",
		[OV2_CRYPTO_GENERIC_ERROR] = "it failed for a reason not listed",
		[OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED] =
			"the ICV of AH is wrong (transport mode)",
		[OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED] =
			"the ICV of ESP is wrong (transport mode)",
		[OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED] =
			"the ICV of AH is wrong (tunnel mode)",
		[OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED] =
			"the ICV of ESP is wrong (tunnel mode)",
		[OV2_CRYPTO_INVALID_PACKET_SYNTAX] =
			"one of its lengths is wrong",
		[OV2_CRYPTO_INVALID_PROTOCOL] =
			"it has another protocol than the SA",
	};

	return status < OV2_CRYPTO_STATUS_MAX ? texts[status] : NULL;
}

static void read_rx_result(unsigned long long word, struct reading *reading)
{
	bool request = reading_field(reading, "sa_delete_req",
				     field(OV2_RX_SA_DELETE_REQ, word));
	bool done = reading_field(reading, "crypto_done",
				  field(OV2_RX_CRYPTO_DONE, word));
	bool next = reading_field(reading, "next_crypto_done",
				  field(OV2_RX_NEXT_CRYPTO_DONE, word));
	unsigned long long status = reading_field(reading, "crypto_status",
					field(OV2_RX_CRYPTO_STATUS, word));

	if (!done)
		reading_say(reading, "untouched");
	else if (next)
		reading_say(reading, "checked, tunnel and transport");
	else
		reading_say(reading, "checked");
	if (done && status_text(status)) {
		reading_say(reading, "%s", status_text(status));
	} else if (status) {
		reading->wrong = true;
		reading_say(reading, done ? "there is no status %llu" :
			    "status %llu means nothing without CryptoDone",
			    status);
	}
	if (request)
		reading_say(reading, "the engine asks to delete this SA");
	if (next && !done) {
		reading->wrong = true;
		reading_say(reading, "NextCryptoDone without CryptoDone");
	}
	reading_reserved(reading, word, OV2_RX_RESERVED);
}

static void read_rx_header(unsigned long long word, struct reading *reading)
{
	unsigned long long next_header, pad;

	next_header = reading_field(reading, "next_header",
				    field(OV2_RX_HDR_NEXT_HEADER, word));
	pad = reading_field(reading, "pad_length",
			    field(OV2_RX_HDR_PAD_LENGTH, word));
	if (!reading_field(reading, "header_info_set",
			   field(OV2_RX_HDR_INFO_SET, word))) {
		reading_say(reading, "the engine found no ESP trailer");
		if (word & (OV2_RX_HDR_NEXT_HEADER | OV2_RX_HDR_PAD_LENGTH)) {
			reading->wrong = true;
			reading_say(reading, "but next header or pad is set without HeaderInfoSet");
		}
	} else {
		say_next_header(reading, next_header);
		reading_say(reading, "pad %llu", pad);
	}
	reading_reserved(reading, word, OV2_RX_HDR_RESERVED);
}

static void read_rx_zero(unsigned long long word, struct reading *reading)
{
	if (!word) {
		reading_say(reading, "nothing, as always on receive");
		return;
	}
	reading->wrong = true;
	reading_say(reading, "this slot is 0 on receive");
}

/* The places where a word may stand. If the user gives a word without SLOT, the
 * word is read in each place, except in places that are always 0.
 */
static const struct place {
	const char *direction;
	unsigned int slot;
	bool zero;	/* the slot is 0 always */
	bool wide;	/* the slot has 64 bits */
	void (*read)(unsigned long long word, struct reading *reading);
} places[] = {
	{ "tx", OV2_INFO_CHECKSUM, false, false, read_tx_checksum },
	{ "tx", OV2_INFO_IPSEC, false, true, read_tx_handle },
	{ "tx", OV2_INFO_LSO, false, false, read_tx_lso },
	{ "tx", OV2_INFO_IPSEC_TUNNEL, false, true, read_tx_tunnel },
	{ "tx", OV2_INFO_IPSEC_HEADER, false, false, read_tx_header },
	{ "rx", OV2_INFO_CHECKSUM, true, false, read_rx_zero },
	{ "rx", OV2_INFO_IPSEC, false, false, read_rx_result },
	{ "rx", OV2_INFO_LSO, true, false, read_rx_zero },
	{ "rx", OV2_INFO_IPSEC_TUNNEL, true, false, read_rx_zero },
	{ "rx", OV2_INFO_IPSEC_HEADER, false, false, read_rx_header },
};

#define PLACES	(sizeof(places) / sizeof(places[0]))

/**
 * decode_say() - say what the word of a slot means
 * @rx: the record is of a received frame
 * @slot: the slot
 * @word: the word
 * @text: filled in
 * @size: bytes of @text
 */
void decode_say(bool rx, unsigned int slot, unsigned long long word, char *text,
		size_t size)
{
	struct reading reading = {};
	unsigned int i;

	for (i = 0; i < PLACES; i++)
		if (places[i].slot == slot &&
		    !strcmp(places[i].direction, rx ? "rx" : "tx"))
			places[i].read(word, &reading);
	snprintf(text, size, "%s%s", reading.wrong ? "not valid: " : "",
		 reading.text);
}

/**
 * struct wanted - a word, and where it may stand
 * @word: the word
 * @direction: "tx", "rx", or NULL for both
 * @slot: the slot, or -1 for all
 */
struct wanted {
	unsigned long long word;
	const char *direction;
	int slot;
};

static void decode_json(const struct wanted *wanted, const struct place *place,
			const struct reading *reading)
{
	unsigned int n;

	json_open(NULL, '{');
	json_number("word", wanted->word);
	json_string("direction", place->direction);
	json_number("slot", place->slot);
	json_bool("valid", !reading->wrong);
	json_open("fields", '{');
	for (n = 0; reading->fields[n].name; n++)
		json_number(reading->fields[n].name, reading->fields[n].value);
	json_close('}');
	json_string("text", reading->text);
	json_close('}');
}

static void decode_word(struct table *table, const struct wanted *wanted)
{
	unsigned int i;

	for (i = 0; i < PLACES; i++) {
		const struct place *place = &places[i];
		struct reading reading = {};

		if (wanted->direction &&
		    strcmp(wanted->direction, place->direction))
			continue;
		if (wanted->slot < 0 ? place->zero :
		    place->slot != (unsigned int)wanted->slot)
			continue;
		if (wanted->word > UINT32_MAX && !place->wide) {
			reading.wrong = true;
			reading_say(&reading, "this slot has 32 bits");
		} else {
			place->read(wanted->word, &reading);
		}
		if (options.json) {
			decode_json(wanted, place, &reading);
			continue;
		}
		table_cell(table, "0x%08llx", wanted->word);
		table_cell(table, "%s", place->direction);
		table_cell(table, "%u", place->slot);
		table_cell(table, "%s%s", reading.wrong ? "not valid: " : "",
			   reading.text);
		table_row_end(table);
	}
}

/* Take [SLOT:]WORD. */
static enum status decode_take(const char *text, struct wanted *wanted)
{
	const char *colon = strchr(text, ':'), *word = text;
	unsigned long slot;
	char *end;
	unsigned int i;

	wanted->slot = -1;
	if (colon) {
		slot = strtoul(text, &end, 10);
		for (i = 0; i < PLACES; i++)
			if (slot == places[i].slot)
				wanted->slot = slot;
		if (end != colon || end == text || wanted->slot < 0)
			return wrong_use("the slot in '%s' is none of 0, 1, 2, 11 and 12",
					 text);
		word = colon + 1;
	}
	errno = 0;
	wanted->word = strtoull(word, &end, 0);
	/* strtoull() would also take signs and blanks */
	if (*word < '0' || *word > '9' || *end)
		return wrong_use("'%s' is not a word of a record, which is a number such as 0x05000206",
				 text);
	if (errno)
		return wrong_use("'%s' does not fit into 64 bits", text);
	return STATUS_DONE;
}

static enum status decode_run(int count, char **words)
{
	static const char *const titles[] = {
		"WORD", "DIRECTION", "SLOT", "MEANING", NULL
	};
	struct wanted wanted = { .direction = NULL };
	static struct table table;
	enum status status;
	int i, first = 0;

	if (count && (!strcmp(words[0], "tx") || !strcmp(words[0], "rx")))
		wanted.direction = words[first++];
	if (first == count)
		return wrong_use("decode needs a word");
	/* Nothing is printed if one of the words is wrong */
	for (i = first; i < count; i++) {
		status = decode_take(words[i], &wanted);
		if (status)
			return status;
	}
	table_begin(&table, titles, 1U << 2);
	if (options.json)
		json_open(NULL, '[');
	for (i = first; i < count; i++) {
		decode_take(words[i], &wanted);
		decode_word(&table, &wanted);
	}
	if (options.json)
		json_close(']');
	else
		table_end(&table);
	return STATUS_DONE;
}

const struct command command_decode = {
	.name = "decode",
	.words = "[tx|rx] [SLOT:]WORD...",
	.about = "what a word of a record says",
	.run = decode_run,
};
