# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# what is set here is used by the tools
#
# How the tools read their arguments. A tool includes this file after it has gone to the checkout.
# The usage of a tool is the comment at the top of the tool.

# wrong SENTENCE: says what is wrong with the arguments or with a variable, and ends the tool.
wrong() {
	printf '%s: %s (-h shows the use)\n' "${0##*/}" "$1" >&2
	exit 2
}

# read_arguments OPTIONS WORD ARGUMENT...: sets `options` to the options among the arguments, and
# `words` to the other arguments. OPTIONS has the options that the tool knows, with spaces between
# them. WORD says what the tool's other arguments are; if WORD is empty, there must be none. Prints
# the usage, and ends the tool, if an argument is -h or --help.
read_arguments() {
	local known=" $1 " word=$2 argument
	shift 2

	options=()
	words=()
	for argument; do
		case $argument in
		-h|--help)
			sed -n '4,/^$/s/^# \{0,1\}//p' "tools/${0##*/}"
			exit 0 ;;
		-*)
			[[ $known == *" $argument "* ]] || wrong "option '$argument' is unknown"
			options+=("$argument") ;;
		*)
			[ -n "$word" ] || wrong "'$argument' is one argument too many"
			words+=("$argument") ;;
		esac
	done
}

# need_number NAME VALUE: ends the tool if VALUE, which the user gave in NAME, is not a whole number
# from 1 on.
need_number() {
	[[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || wrong "$1 is '$2', and must be a whole number from 1 on"
}

# need_tests TEST...: ends the tool if a TEST is not in the list of selftests.
need_tests() {
	local test

	for test; do
		selftests/run.sh -l | sed 's/\.[a-z]*$//' | grep -xF -- "${test%.*}" >/dev/null ||
			wrong "there is no test '$test': selftests/run.sh -l lists the tests"
	done
}
