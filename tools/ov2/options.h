/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line asks for, besides the command and its words. */
#ifndef OV2_OPTIONS_H
#define OV2_OPTIONS_H

#include <stdbool.h>

/**
 * struct options - options of all commands
 * @json: print JSON
 * @verbose: show more
 * @nonzero: stats: only the counters that are not 0
 * @watch: stats: seconds between two looks, or 0 to look once
 * @write: capture: the file to write, or NULL
 * @quiet: capture: say nothing on stderr if all is well
 * @filter: capture: which frames, or NULL
 * @clear: capture: do not cut off the payload of clear frames
 * @wireshark: keys: in the form of Wireshark
 * @count: capture: how many frames, or 0 for no end
 */
struct options {
	bool json;
	bool verbose;
	bool nonzero;
	double watch;
	const char *write;
	bool quiet;
	bool wireshark;
	const char *filter;
	bool clear;
	unsigned long long count;
};

extern struct options options;

#endif /* OV2_OPTIONS_H */
