# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# The files of the newest kernel's source that lint wants: the style checker, the configuration, and
# the rules of the selftests. If this source is in the cache, because a debug kernel is built from
# it, the files are read there. If not, they are taken from the source package, which is a large
# download for a few files.

# Raise this number when you change the patterns.
kernel_files_recipe=1

kernel_files_patterns=(scripts Makefile Kbuild 'arch/x86/Makefile*' arch/x86/configs
	include/linux/compiler-version.h
	'tools/testing/selftests/'{Makefile,lib.mk,'*.sh','*.h',kselftest})

fetch_kernel_files() {
	local version=$1 directory=$2

	# shellcheck disable=SC2016	# for the shell in the root
	(OV2_DIRECTORY=/fetched enter "$root" "$directory=/fetched" -- sh -euc '
		apt-get update
		apt-get download -t trixie-backports "linux-source-$1"
		shift
		dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards "*/linux-source-*.tar.xz" |
			tar -xJ --strip-components=1 --wildcards "*/Kconfig*" --no-wildcards-match-slash "$@"
		rm -f linux-source-*.deb
		rm -rf /var/lib/apt/lists/*' _ "$(cut -d. -f1,2 <<<"$version")" \
		"${kernel_files_patterns[@]/#/*/}")
}

# Prints the directory that has these files.
kernel_files() {
	local version place log=$logs/kernel-files.log

	version=$(kernels | tail -n 1)
	place=$(kernel_source "$version")
	[ -e "$place/scripts/checkpatch.pl" ] || place=$cache/kernel-files-$version-$kernel_files_recipe
	[ -e "$place" ] || hold_source
	if [ ! -e "$place" ]; then
		rm -rf "$place.new"
		mkdir "$place.new"
		: >"$log"
		follow "[kernel-files] fetching the source package of $version" "$log" apt_progress \
			fetch_kernel_files "$version" "$place.new" || {
			rm -rf "$place.new"
			die "no files of the kernel's source: $(why_apt_failed "$log")"
		}
		mv "$place.new" "$place"
	fi
	exec 4>&-
	printf '%s\n' "$place"
}
