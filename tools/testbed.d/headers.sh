# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# Headers of kernels that the root does not have: one kernel for each development suite of Debian.
# The module is built for these kernels, and nothing boots them. The packages of headers are
# unpacked into the cache and bound below /tmp of the root. The libc and the compiler of the root
# are enough: kbuild's programs need no newer libc, and the compiler ignores attributes that only a
# newer compiler knows (build.sh turns off the warnings).

development_suites='forky sid experimental'

# The exit status if there is nothing to build for: if the archive cannot be reached, or if the
# suite has no kernel just now.
no_headers=4

# Where the headers are in the root. The absolute paths in their Makefiles are changed to this
# place.
headers_seen=/tmp/headers

is_suite() {
	[[ " $development_suites " == *" $1 "* ]]
}

# This machine's apt may be set to accept an archive that has not changed for long, e.g. a snapshot.
# The root's apt gets the same setting.
host_dates() {
	apt-config dump 2>/dev/null | sed -n 's/^\(Acquire::Check-[A-Za-z-]*\) "\(.*\)";$/-o\n\1=\2/p'
}

# fetch_headers SUITE DIRECTORY: writes the file `version` to DIRECTORY, with the versions of the
# kernel and of its package, e.g. 7.3-amd64_7.3~rc7-1~exp1. Unpacks the packages beside it if the
# cache has no headers of this version. The line of the suite for apt is made from the root's own
# trixie line. Apt's lists and states of SUITE are kept out of the root.
fetch_headers() {
	local suite=$1 directory=$2 dates

	mapfile -t dates < <(host_dates)
	# shellcheck disable=SC2016	# for the shell in the root
	(OV2_DIRECTORY=/tmp/fetched enter "$root" "$directory=/tmp/fetched" \
		"$cache/headers=/tmp/known" -- bash -euo pipefail -c '
		mkdir -p apt/lists/partial apt/archives/partial
		sed -n "s/ trixie main/ $1 main/p" /etc/apt/sources.list | head -n 1 >apt/sources.list
		options=(-o Dir::Etc::SourceList="$PWD/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
			-o Dir::State="$PWD/apt" -o Dir::State::status=/dev/null -o Dir::Cache="$PWD/apt"
			-o APT::Sandbox::User=root "${@:3}")
		depends_of() {
			apt-cache "${options[@]}" depends --important "$1" | sed -n "s/^ *Depends: //p"
		}

		apt-get "${options[@]}" -o APT::Update::Error-Mode=any update
		apt-cache "${options[@]}" pkgnames linux-headers-amd64 | grep -qx linux-headers-amd64 ||
			{ echo "NO KERNEL"; exit 1; }
		headers=$(depends_of linux-headers-amd64 | grep "^linux-headers-")
		packages=$(depends_of "$headers" | grep -E "^linux-(headers|kbuild)-")
		version=$(apt-cache "${options[@]}" policy "$headers" | sed -n "s/^ *Candidate: //p")
		echo "${headers#linux-headers-}_$version" >version
		[ -e "/tmp/known/$(cat version)" ] || {
			apt-get "${options[@]}" download "$headers" $packages
			for package in ./*.deb; do
				dpkg-deb -x "$package" .
			done
			sed -i "s,/usr/src/,$2/usr/src/," "usr/src/$headers/Makefile"
			rm -rf ./*.deb usr/share
		}
		rm -rf apt' _ "$suite" "$headers_seen" "${dates[@]}")
}

# Headers that no checkout has used for more than a week are removed.
prune_headers() {
	remove_old "$cache/headers"
}

# need_headers SUITE: makes $cache/headers/VERSION for the kernel that SUITE has now, and prints
# VERSION.
need_headers() {
	local suite=$1 version new=$cache/headers/$1.new log=$logs/headers-$1.log

	mkdir -p "$cache/headers"
	exec 5>"$cache/headers.lock"
	flock 5
	: >"$log"
	rm -rf "$new"
	mkdir "$new"
	follow "[headers] the kernel of $suite" "$log" apt_progress fetch_headers "$suite" "$new" || {
		rm -rf "$new"
		if grep -qx 'NO KERNEL' "$log"; then
			say "testbed: $suite has no kernel just now"
			exit "$no_headers"
		fi
		say "testbed: no headers of $suite: $(why_apt_failed "$log")"
		exit "$(archive_unreachable "$log" && echo "$no_headers" || echo "$failure")"
	}
	version=$(cat "$new/version")
	[ ! -d "$new/usr" ] || mv -T "$new" "$cache/headers/$version"
	rm -rf "$new"
	touch "$cache/headers/$version"
	prune_headers
	exec 5>&-
	printf '%s\n' "$version"
}
