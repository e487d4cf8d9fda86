// SPDX-License-Identifier: GPL-2.0
/* The words of `ov2 capture --filter`. */
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "capture.h"
#include "number.h"

#define FILTER_TEXT	256

/* The words that stand alone, and where struct capture_filter keeps them. */
static const struct {
	const char *word;
	size_t wanted;
} filter_words[] = {
	{ "tx", offsetof(struct capture_filter, tx) },
	{ "rx", offsetof(struct capture_filter, rx) },
	{ "wire", offsetof(struct capture_filter, wire) },
	{ "clear", offsetof(struct capture_filter, clear) },
	{ "dropped", offsetof(struct capture_filter, dropped) },
};

/* The member of @filter that the word sets; NULL if it is another word. */
static bool *filter_wanted(struct capture_filter *filter, const char *word)
{
	unsigned int i;

	for (i = 0; i < sizeof(filter_words) / sizeof(filter_words[0]); i++)
		if (!strcmp(word, filter_words[i].word))
			return (bool *)((char *)filter +
					filter_words[i].wanted);
	return NULL;
}

static enum status filter_spi(const char *word, struct capture_filter *filter)
{
	if (!word)
		return wrong_use("--filter: spi needs a number in the same quotes, as in --filter 'spi 0x1001'");
	filter->has_spi = true;
	return number_spi(word, &filter->spi);
}

/**
 * capture_filter() - read a filter
 * @text: the words, or NULL for all frames
 * @filter: filled in
 *
 * Return: STATUS_DONE, or STATUS_USAGE after an error message.
 */
enum status capture_filter(const char *text, struct capture_filter *filter)
{
	char copy[FILTER_TEXT], *word, *rest;
	enum status status;
	bool *wanted;

	*filter = (struct capture_filter){};
	if (!text)
		return STATUS_DONE;
	if (strlen(text) >= sizeof(copy))
		return wrong_use("--filter takes fewer than %zu bytes",
				 sizeof(copy));
	strcpy(copy, text);
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (!strcmp(word, "and"))
			continue;
		if (!strcmp(word, "spi")) {
			status = filter_spi(strtok_r(NULL, " ", &rest), filter);
			if (status)
				return status;
			continue;
		}
		wanted = filter_wanted(filter, word);
		if (!wanted)
			return wrong_use("--filter: '%s' is none of spi, tx, rx, wire, clear and dropped",
					 word);
		*wanted = true;
	}
	if ((filter->tx && filter->rx) || (filter->wire && filter->clear))
		return wrong_use("--filter: no frame is both '%s' and '%s'",
				 filter->tx && filter->rx ? "tx" : "wire",
				 filter->tx && filter->rx ? "rx" : "clear");
	return STATUS_DONE;
}

/**
 * capture_filter_whole() - refuse words of the filter that are outside of it
 * @text: the value of --filter, or NULL
 * @count: how many words there are
 * @words: the words of the command, of which the shell may have made some from
 *	a filter without quotes
 *
 * Return: STATUS_DONE, or STATUS_USAGE after an error message.
 */
enum status capture_filter_whole(const char *text, int count, char **words)
{
	struct capture_filter filter;
	int i;

	for (i = 0; text && i < count; i++)
		if ((filter_wanted(&filter, words[i]) ||
		     !strcmp(words[i], "and") || !strcmp(words[i], "spi")) &&
		    !if_nametoindex(words[i]))
			return wrong_use("a filter of several words needs quotes, as in --filter '%s %s'",
					 text, words[i]);
	return STATUS_DONE;
}
