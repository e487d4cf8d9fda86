# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of ov2 for bash. `make install` puts this file where bash-completion looks.

# Offer those of the words $1 that begin with $2. Names of cards and namespaces have no blanks, but
# may have any other character, and whoever may make cards in a namespace chooses them. So
# compgen -W must not see them, because it expands its words: with the name $(reboot) it would run
# reboot. For the same reason a name is offered quoted, because the user may press Enter next.
_ov2_words() {
	local word words

	COMPREPLY=()
	read -r -d '' -a words <<<"$1"
	for word in "${words[@]}"; do
		[[ $word != "$2"* ]] || COMPREPLY+=("$(printf %q "$word")")
	done
}

# The cards of the namespace that the command line names.
_ov2_cards() {
	ov2 ${1:+-n "$1"} --json show 2>/dev/null |
		sed -n 's/.*"ifname":"\([^"]*\)".*/\1/p'
}

# ov2 set DEV [capacity N] [ring N]: a number behind capacity or ring is not completed.
_ov2_set() {
	case $1 in
	set)		_ov2_words "$(_ov2_cards "$2")" "$3" ;;
	capacity|ring)	;;
	*)		_ov2_words "capacity ring" "$3" ;;
	esac
}

_ov2() {
	local word=$2 before=$3 command='' netns='' is_value='' option i

	# bash splits --OPTION=VALUE into three words. The second word is "=". If nothing follows "=",
	# bash gives "" as the word.
	[ "${COMP_WORDS[COMP_CWORD]}" != = ] || is_value=yes
	if [ "$before" = = ]; then
		is_value=yes
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $before in
	-n|--netns)
		_ov2_words "$(ip netns list 2>/dev/null | cut -d' ' -f1)" "$word"
		return ;;
	--color)
		_ov2_words "auto always never" "$word"
		return ;;
	-w|--write)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null	# fails if a test calls this function
		return ;;
	-c|--count|--filter)
		return ;;
	--watch)	# the value is optional, so a command may follow
		[ -z "$is_value" ] || return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		option=${COMP_WORDS[i]}
		case $option in
		-n|--netns|--color|-w|--write|-c|--count|--filter)
			((i++))
			[ "${COMP_WORDS[i]}" != = ] || ((i++))
			case $option in -n|--netns) netns=${COMP_WORDS[i]} ;; esac ;;
		=)	((i++)) ;;	# --watch=SECONDS
		-*)	;;
		*)	command=$option; break ;;
		esac
	done
	case $word in
	-*)
		_ov2_words "--json --netns --verbose --color --nonzero --watch --write --count --filter --clear --wireshark --help --version" "$word"
		return ;;
	esac
	case $command in
	'')		_ov2_words "$(ov2 help | sed -n 's/^  \([a-z]\+\) .*/\1/p')" "$word" ;;
	set)		_ov2_set "$before" "$netns" "$word" ;;
	show|stats|log|capture) _ov2_words "$(_ov2_cards "$netns")" "$word" ;;
	sa)		[ "$before" = spi ] || _ov2_words "spi $(_ov2_cards "$netns")" "$word" ;;
	policy)		case $before in
			dir)	_ov2_words "in out" "$word" ;;
			index)	;;
			*)	_ov2_words "dir index $(_ov2_cards "$netns")" "$word" ;;
			esac ;;
	why)		_ov2_words "$(ov2 ${netns:+-n "$netns"} --json sa 2>/dev/null |
				sed -n 's/.*"spi":\([0-9]*\),.*/\1/p')" "$word" ;;
	monitor)	[ "$before" != monitor ] || _ov2_words "cards sas" "$word" ;;
	decode)		[ "$before" != decode ] || _ov2_words "tx rx" "$word" ;;
	esac
}

complete -F _ov2 ov2
