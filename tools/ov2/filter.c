// SPDX-License-Identifier: GPL-2.0
/* The words of `ov2 capture --filter`. */
#include <string.h>

#include "capture.h"
#include "number.h"

#define FILTER_TEXT	256

static enum status filter_spi(const char *word, struct capture_filter *filter)
{
	if (!word)
		return wrong_use("--filter: spi needs a number");
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
	const struct {
		const char *word;
		bool *wanted;
	} words[] = {
		{ "tx", &filter->tx },
		{ "rx", &filter->rx },
		{ "wire", &filter->wire },
		{ "clear", &filter->clear },
		{ "dropped", &filter->dropped },
	};
	char copy[FILTER_TEXT], *word, *rest;
	enum status status;
	unsigned int i;

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
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (!strcmp(word, words[i].word))
				break;
		if (i == sizeof(words) / sizeof(words[0]))
			return wrong_use("--filter: '%s' is none of spi, tx, rx, wire, clear and dropped",
					 word);
		*words[i].wanted = true;
	}
	if ((filter->tx && filter->rx) || (filter->wire && filter->clear))
		return wrong_use("--filter: no frame is both '%s' and '%s'",
				 filter->tx && filter->rx ? "tx" : "wire",
				 filter->tx && filter->rx ? "rx" : "clear");
	return STATUS_DONE;
}
