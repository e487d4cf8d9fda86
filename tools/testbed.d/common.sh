# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# what is set here is used by the other parts
#
# What all parts of the test bed share: its directories, its messages, and the way into the root.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
cache=${XDG_CACHE_HOME:-$home/.cache}/ipsecov2
root=$cache/root
# The path of the image inside the root.
root_image=/guest.erofs
logs=$cache/logs

# The exit status if the test bed itself fails. The exit status of a COMMAND is passed on unchanged.
failure=125

say() {
	printf '%s\n' "$*" >&2
}

die() {
	printf 'testbed: %s\n' "$*" >&2
	exit "$failure"
}

need_root() {
	[ "$(id -u)" -eq 0 ] ||
		die "needs root, to mount and to chroot into the test root: run it as root or with sudo"
}

make_places() {
	mkdir -p "$cache" "$logs" "$cache/build" "$cache/runs" ||
		die "cannot write to $cache: make it writable or set XDG_CACHE_HOME to a directory with 5 GB free"
}

# last_line LOG: prints the last line that is not empty. If a tool has failed, this line often says
# why.
last_line() {
	grep -v '^[[:space:]]*$' "$1" | tail -n 1
}

# follow LABEL LOG COUNTER COMMAND...: runs COMMAND, appends its output to LOG, and shows from time
# to time that COMMAND still runs. COUNTER is a function that reads LOG and says in a few words how
# far COMMAND is.
follow() {
	local label=$1 log=$2 counter=$3 started=$SECONDS shown=-100 pause=15 pid status=0
	shift 3

	[ -t 2 ] && pause=1
	say "$label ..."
	# COMMAND gets a process group of its own, so that the trap can end all of its processes.
	set -m
	"$@" >>"$log" 2>&1 </dev/null &
	pid=$!
	set +m
	trap 'kill -TERM -- "-$pid"; sleep 0.5; kill -KILL -- "-$pid"; exit 130' INT TERM HUP
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.5
		if [ $((SECONDS - shown)) -ge "$pause" ] && [ $((SECONDS - started)) -ge 3 ]; then
			shown=$SECONDS
			if [ -t 2 ]; then
				printf '\r\033[K%s ... %s (%ss)' "$label" "$("$counter" "$log")" \
					"$((SECONDS - started))" >&2
			else
				say "$label ... $("$counter" "$log") ($((SECONDS - started))s)"
			fi
		fi
	done
	wait "$pid" || status=$?
	trap - INT TERM HUP
	[ -t 2 ] && printf '\r\033[K' >&2
	[ "$status" -eq 0 ] && say "$label: done in $((SECONDS - started))s"
	return "$status"
}

# What apt has done so far, from its log.
apt_progress() {
	awk '/newly installed/ { total = $3 }
	     /^Get:/ { got++ }
	     /^Unpacking / { unpacked++ }
	     /^Setting up / { set_up++ }
	     END {
		if (set_up)
			printf "set up %d of %d packages", set_up, total
		else if (unpacked)
			printf "unpacked %d of %d packages", unpacked, total
		else if (got)
			printf "fetched %d files", got
		else
			printf "reading package lists"
	     }' "$1"
}

make_progress() {
	printf '%d files built' "$(grep -c '^  *\(CC\|LD\|AR\|MODPOST\)' "$1")"
}

# enter TREE [DIRECTORY=PLACE]... -- COMMAND...: runs COMMAND with TREE as its root, in a mount and
# process namespace of its own: nothing stays mounted, and what COMMAND started ends with COMMAND.
# Each DIRECTORY is bound at PLACE in TREE. The process that calls this function becomes the program
# unshare. SIGKILL to this process ends all processes of the namespace.
enter() {
	exec unshare --mount --propagation private --pid --fork --kill-child=KILL \
		bash "$here/enter" "$@"
}

# The versions whose headers and image the root holds, oldest first.
kernels() {
	local image

	for image in "$root"/boot/vmlinuz-*; do
		[ -e "$image" ] && printf '%s\n' "${image##*/vmlinuz-}"
	done | sort -V
}

# Prints the one kernel whose name begins with the prefix, or the newest kernel for `newest`. The
# names of the debug kernels begin with um-.
kernel_of() {
	local prefix=$1 all found

	all=$(kernels)
	if [ "$prefix" = newest ]; then
		tail -n 1 <<<"$all"
		return
	fi
	[[ $prefix != um-* ]] || all=$(debug_kernels)
	found=$(grep -xF -- "$prefix" <<<"$all" || awk -v p="$prefix" 'index($0, p) == 1' <<<"$all")
	case $(printf '%s' "$found" | grep -c .) in
	1)	printf '%s\n' "$found" ;;
	0)	die "no kernel '$prefix' in the test root, which has: $(paste -sd' ' <<<"$all")" ;;
	*)	die "kernel '$prefix' may be any of several kernels: $(printf '%s' "$found" | paste -sd' ')" ;;
	esac
}
