// SPDX-License-Identifier: GPL-2.0
/* ov2: see and steer the cards of the module ipsecov2. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "commands.h"
#include "extcap.h"
#include "netns.h"
#include "number.h"
#include "options.h"

struct options options;

static const struct command *const commands[] = {
	&command_show,
	&command_why,
	&command_sa,
	&command_policy,
	&command_log,
	&command_stats,
	&command_set,
	&command_monitor,
	&command_capture,
	&command_keys,
	&command_decode,
	&command_version,
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void help(void)
{
	unsigned int i;

	puts("Usage: ov2 [OPTION]... COMMAND [WORD]...\n");
	for (i = 0; i < COMMANDS; i++)
		printf("  %-8s %-28s %s\n", commands[i]->name,
		       commands[i]->words, commands[i]->about);
	puts("  extcap   OPTION...                    what Wireshark asks of an extcap\n"
	     "  help                                  this text\n\n"
	     "  -j, --json             print JSON\n"
	     "  -n, --netns NETNS      look into the network namespace NETNS\n"
	     "  -v, --verbose          show more\n"
	     "      --color=WHEN       auto (on a terminal), always or never\n"
	     "      --nonzero          stats: only the counters that are not 0\n"
	     "      --watch[=SECONDS]  stats: look again and again, and show what has moved\n"
	     "  -w, --write FILE       capture: write pcapng to FILE, - for stdout\n"
	     "  -c, --count N          capture: end after N frames\n"
	     "      --filter 'WORDS'   capture: spi N, tx, rx, wire, clear, dropped\n"
	     "      --clear            capture: do not cut off the payload of clear frames\n"
	     "      --wireshark        keys: as Wireshark's table of ESP SAs\n\n"
	     "Exit status: 0 done, 1 failed, 2 wrong use, 3 the module is not loaded.\n"
	     "ov2(8) has the rest.");
}

enum {
	OPTION_COLOR = 256,
	OPTION_NONZERO,
	OPTION_WATCH,
	OPTION_FILTER,
	OPTION_CLEAR,
	OPTION_WIRESHARK,
};

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "netns", required_argument, NULL, 'n' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "nonzero", no_argument, NULL, OPTION_NONZERO },
	{ "watch", optional_argument, NULL, OPTION_WATCH },
	{ "write", required_argument, NULL, 'w' },
	{ "count", required_argument, NULL, 'c' },
	{ "filter", required_argument, NULL, OPTION_FILTER },
	{ "clear", no_argument, NULL, OPTION_CLEAR },
	{ "wireshark", no_argument, NULL, OPTION_WIRESHARK },
	{ NULL, 0, NULL, 0 }
};

static enum status take_watch(const char *seconds)
{
	char *end;

	options.watch = 1;
	if (!seconds)
		return STATUS_DONE;
	options.watch = strtod(seconds, &end);
	if (end == seconds || *end || !(options.watch >= 0.01) ||
	    options.watch > 86400)
		return wrong_use("--watch=%s is not between 0.01 and 86400 seconds",
				 seconds);
	return STATUS_DONE;
}

static enum status take_count(const char *text)
{
	if (!number_read(text, 10, &options.count) || !options.count)
		return wrong_use("-c %s is not a number of frames from 1 on",
				 text);
	return STATUS_DONE;
}

/**
 * struct line - what the command line says
 * @command: the command; NULL if none was named
 * @netns: the network namespace that -n names, or NULL
 * @only: an option that only one command has, or NULL
 * @only_for: the command that has @only
 */
struct line {
	const char *command;
	const char *netns;
	const char *only;
	const struct command *only_for;
};

static void belongs_to(struct line *line, const struct command *command,
		       const char *option)
{
	line->only = option;
	line->only_for = command;
}

static enum status take_option(struct line *line, int option, char **argv)
{
	switch (option) {
	case 'j':
		options.json = true;
		return STATUS_DONE;
	case 'v':
		options.verbose = true;
		return STATUS_DONE;
	case 'n':
		line->netns = optarg;
		return STATUS_DONE;
	case 'h':
		line->command = "help";
		return STATUS_DONE;
	case 'V':
		line->command = "version";
		return STATUS_DONE;
	case OPTION_COLOR:
		if (!color_choose(optarg))
			return wrong_use("--color=%s is none of auto, always and never",
					 optarg);
		return STATUS_DONE;
	case OPTION_NONZERO:
		belongs_to(line, &command_stats, "--nonzero");
		options.nonzero = true;
		return STATUS_DONE;
	case OPTION_WATCH:
		belongs_to(line, &command_stats, "--watch");
		return take_watch(optarg);
	case 'w':
		belongs_to(line, &command_capture, "-w");
		options.write = optarg;
		return STATUS_DONE;
	case 'c':
		belongs_to(line, &command_capture, "-c");
		return take_count(optarg);
	case OPTION_FILTER:
		belongs_to(line, &command_capture, "--filter");
		options.filter = optarg;
		return STATUS_DONE;
	case OPTION_CLEAR:
		belongs_to(line, &command_capture, "--clear");
		options.clear = true;
		return STATUS_DONE;
	case OPTION_WIRESHARK:
		belongs_to(line, &command_keys, "--wireshark");
		options.wireshark = true;
		return STATUS_DONE;
	case ':':
		return wrong_use("%s needs a value", argv[optind - 1]);
	default:
		/* If optopt is a letter of an option that exists, the user gave
		 * a value to the long form of this option, as in --json=x
		 */
		if (optopt && !strchr("jnvhVwc", optopt) &&
		    optopt < OPTION_COLOR)
			return wrong_use("there is no option -%c", optopt);
		return wrong_use("option %s is unknown, or takes no value",
				 argv[optind - 1]);
	}
}

static const struct command *find_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static enum status run(int argc, char **argv)
{
	const struct command *command;
	struct line line = {};
	enum status status;
	int option;

	/* In Wireshark's extcap directory ov2 is called ov2-extcap. Wireshark
	 * starts it without a command, and with options that no command has.
	 */
	if (!strcmp(basename(argv[0]), "ov2-extcap"))
		return extcap_run(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "extcap"))
		return extcap_run(argc - 1, argv + 1);
	color_choose("auto");
	while ((option = getopt_long(argc, argv, ":jn:vhVw:c:", long_options,
				     NULL)) != -1) {
		status = take_option(&line, option, argv);
		if (status)
			return status;
	}
	if (!line.command && optind < argc)
		line.command = argv[optind++];
	if (!line.command)
		return wrong_use("no command");
	if (!strcmp(line.command, "help")) {
		help();
		return STATUS_DONE;
	}
	command = find_command(line.command);
	if (!command)
		return wrong_use("there is no command '%s'", line.command);
	if (line.only && command != line.only_for)
		return wrong_use("%s is for `ov2 %s`", line.only,
				 line.only_for->name);
	if (line.netns) {
		status = netns_enter(line.netns);
		if (status)
			return status;
	}
	return command->run(argc - optind, argv + optind);
}

int main(int argc, char **argv)
{
	enum status status;

	/* The reader of a pipe may end before the end of a long list. Then ov2
	 * ends like any other program, even if its parent ignores SIGPIPE.
	 */
	signal(SIGPIPE, SIG_DFL);
	status = run(argc, argv);
	errno = 0;
	/* Perhaps a full disk is noticed only here */
	if ((fflush(stdout) || ferror(stdout) || fclose(stdout)) &&
	    status == STATUS_DONE)
		status = output_failed();
	return status;
}
