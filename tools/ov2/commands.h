/* SPDX-License-Identifier: GPL-2.0 */
/* The list of commands. Each has a file of its own. */
#ifndef OV2_COMMANDS_H
#define OV2_COMMANDS_H

#include "error.h"

/**
 * struct command - a command of ov2
 * @name: the first word
 * @words: the words that can follow, for the help
 * @about: what it does, in one line
 * @run: called with the words that follow; the options are in `options`
 */
struct command {
	const char *name;
	const char *words;
	const char *about;
	enum status (*run)(int count, char **words);
};

extern const struct command command_capture;
extern const struct command command_decode;
extern const struct command command_keys;
extern const struct command command_monitor;
extern const struct command command_log;
extern const struct command command_policy;
extern const struct command command_sa;
extern const struct command command_set;
extern const struct command command_show;
extern const struct command command_stats;
extern const struct command command_version;
extern const struct command command_why;

#endif /* OV2_COMMANDS_H */
