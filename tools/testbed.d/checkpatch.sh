# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# The kernel's own style checker, taken from the source package of the newest kernel when it is first asked for: it
# is a large download for three files, and only lint wants them. Where the source is there for a debug kernel, from it.

checkpatch_files=(scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch)

fetch_checkpatch() {
	local version=$1 directory=$2

	# shellcheck disable=SC2016	# for the shell in the root
	(OV2_DIRECTORY=/fetched enter "$root" "$directory=/fetched" -- sh -euc '
		apt-get update
		apt-get download -t trixie-backports "linux-source-$1"
		shift
		dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards "*/linux-source-*.tar.xz" |
			tar -xJ --strip-components=1 --wildcards $(printf "*/%s\n" "$@")
		rm -f linux-source-*.deb
		rm -rf /var/lib/apt/lists/*' _ "$(cut -d. -f1,2 <<<"$version")" "${checkpatch_files[@]}")
}

# Prints the path of checkpatch.pl.
checkpatch() {
	local version place log=$logs/checkpatch.log

	version=$(kernels | tail -n 1)
	place=$cache/source/$(package_version "linux-image-$version")
	[ -e "$place/scripts/checkpatch.pl" ] || place=$cache/checkpatch-$version
	if [ ! -e "$place" ]; then
		rm -rf "$place.new"
		mkdir "$place.new"
		: >"$log"
		follow "[checkpatch] fetching the source package of $version" "$log" apt_progress \
			fetch_checkpatch "$version" "$place.new" || {
			rm -rf "$place.new"
			die "no checkpatch.pl: $(why_apt_failed "$log")"
		}
		mv "$place.new" "$place"
	fi
	printf '%s\n' "$place/scripts/checkpatch.pl"
}
