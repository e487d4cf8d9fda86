# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# The debug kernels are user-mode Linux, which boots the root in seconds. The root's compiler builds
# them from the source packages of the root's kernels. Each is built once, and again only when its
# config, a patch, or the root's kernel, compiler or binutils change. A build is made beside its
# final place in the cache. kernels/list lists the debug kernels.

# Raise this number when you change the steps below so that all kernels must be built again. A change
# of a list, a config or a patch does this by itself.
kernel_recipe=1

# The space that a source tree and a build take.
kernel_needed_mb=4000

package_version() {
	dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Version}\n' "$@" 2>/dev/null
}

# version_of_series SERIES: prints the full version of a kernel of the root. SERIES is `stable` or
# `newest`, and tells which kernel.
version_of_series() {
	case $1 in
	stable)	kernels | head -n 1 ;;
	*)	kernels | tail -n 1 ;;
	esac
}

# series_of VERSION: prints the series of a kernel, e.g. 7.3 for 7.3.4+deb13-amd64. The name of the
# source package ends with the series: linux-source-7.3.
series_of() {
	cut -d. -f1,2 <<<"$1"
}

# name, version, fragments: one debug kernel a line.
debug_table() {
	local series fragments version

	while read -r series fragments; do
		version=$(version_of_series "$series")
		printf 'um-%s-%s\t%s\t%s\n' "$(series_of "$version")" "${fragments// /-}" \
			"$version" "base $fragments"
	done < <(grep -v '^#' "$here/kernels/list" | grep .)
}

debug_kernels() {
	debug_table | cut -f1
}

# kernel_field NAME N: prints field N of the line of debug_table for kernel NAME.
kernel_field() {
	debug_table | awk -F'\t' -v name="$1" -v n="$2" '$1 == name { print $n }'
}

kernel_config() {
	local fragment

	for fragment in $(kernel_field "$1" 3); do
		cat "$here/kernels/$fragment.config" || return
	done
}

kernel_key() {
	{
		printf '%s\n' "$kernel_recipe"
		kernel_config "$1" | grep '^CONFIG_\|is not set$' | sort -u
		cat "$here"/kernels/*.patch
		package_version "linux-image-$(kernel_field "$1" 2)"
		package_version 'gcc-[0-9]*' binutils
	} | sha256sum | cut -c1-12
}

kernel_place() {
	printf '%s/kernels/%s-%s\n' "$cache" "$1" "$(kernel_key "$1")"
}

# kernel_source VERSION: prints the directory of a source with the patches that concern it.
kernel_source() {
	printf '%s/source/%s-%s\n' "$cache" "$(package_version "linux-image-$1")" \
		"$(cat "$here"/kernels/*.patch | sha256sum | cut -c1-8)"
}

source_place() {
	kernel_source "$(kernel_field "$1" 2)"
}

# Debian's archive keeps one version of each package. When the version of the root's kernel is gone
# from the archive, this function fetches the version that is there. Large directories that no
# kernel here needs are not unpacked.
fetch_source() {
	local series=$1 version=$2 directory=$3

	# shellcheck disable=SC2016	# for the shell in the root
	(OV2_DIRECTORY=/fetched enter "$root" "$directory=/fetched" -- bash -euo pipefail -c '
		apt-get update
		apt-get download "linux-source-$1=$2" || apt-get download "linux-source-$1"
		rm -rf /var/lib/apt/lists/*
		dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards "*/linux-source-*.tar.xz" |
			tar -xJ --strip-components=1 --checkpoint=2000 --checkpoint-action=echo \
				--exclude="*/drivers/gpu/drm/amd/include" --exclude="*/Documentation/*/*" \
				--exclude="*/arch/*/boot/dts"
		rm -f linux-source-*.deb' _ "$series" "$version")
}

source_progress() {
	awk '/Read checkpoint/ { mb = $NF / 100 }
	     /^Get:/ { got++ }
	     END {
		if (mb)
			printf "unpacked %d MB", mb
		else if (got)
			printf "fetching"
		else
			printf "reading package lists"
	     }' "$1"
}

# A patch concerns only sources that have the first file of the patch. If a patch does not fit, the
# source gets no part of it, and the other patches follow.
patch_source() {
	local directory=$1 patch status=0

	for patch in "$here"/kernels/*.patch; do
		[ -e "$directory/$(sed -n 's|^+++ b/||p' "$patch" | head -n 1)" ] || continue
		# shellcheck disable=SC2016	# for the shell in the root
		(OV2_DIRECTORY=/source enter "$root" "$directory=/source" "$here/kernels=/patches" -- \
			sh -c 'busybox patch --dry-run -p1 -i "$1" && busybox patch -p1 -i "$1"' \
			_ "/patches/${patch##*/}") || status=1
	done
	return "$status"
}

make_source() {
	local name=$1 place=$2 series version log

	series=$(series_of "$(kernel_field "$name" 2)")
	version=$(package_version "linux-image-$(kernel_field "$name" 2)")
	log=$logs/source-$series.log
	: >"$log"
	rm -rf "$place.new"
	mkdir -p "$place.new"
	follow "[kernel] source of Linux $series" "$log" source_progress \
		fetch_source "$series" "$version" "$place.new" || {
		rm -rf "$place.new"
		die "no source of Linux $series: $(why_apt_failed "$log")"
	}
	patch_source "$place.new" >>"$log" 2>&1 ||
		say "[kernel] a patch of tools/testbed.d/kernels does not fit Linux $series ($log):" \
			"going on without it"
	mv "$place.new" "$place"
}

# Takes the lock for fetching a source package, because the apt of the root serves one run at a time.
# The lock is held until file descriptor 4 is closed.
hold_source() {
	exec 4>"$cache/source.lock"
	flock -n 4 || {
		say "[kernel] waiting for another run that is fetching a source"
		flock 4
	}
}

# need_source NAME: makes the source tree of debug kernel NAME, if it is not there.
need_source() {
	local name=$1 place

	place=$(source_place "$name")
	# The new time keeps prune_kernels() of another run from removing the source.
	[ -e "$place" ] && touch "$place" && return
	hold_source
	[ -e "$place" ] || make_source "$name" "$place"
	exec 4>&-
}

# Runs in the root, with the source at /source and the build at /kernel.
configure_and_make() {
	local name=$1 directory=$2 source=$3

	kernel_config "$name" >"$directory/fragment" || return
	# shellcheck disable=SC2016	# for the shell in the root
	(OV2_DIRECTORY=/kernel enter "$root" "$source=/source" "$directory=/kernel" -- \
		bash -euo pipefail -c '
		make -C /source O=/kernel ARCH=um defconfig
		KCONFIG_CONFIG=.config /source/scripts/kconfig/merge_config.sh -m .config fragment >merge.log
		make ARCH=um olddefconfig
		missing=$(sed "/^# optional/,\$d" fragment | grep "^CONFIG_" | grep -vxFf .config || true)
		[ -z "$missing" ] || { echo "MISSING: $(echo $missing)"; exit 1; }
		make ARCH=um -j"$(nproc)" linux modules
		find . \( -name "*.o" -o -name "*.a" -o -name "vmlinux*" -o -name ".tmp_vmlinux*" \) \
			! -path "./scripts/*" -type f -delete')
}

why_kernel_failed() {
	local log=$1

	if grep -q '^MISSING: ' "$log"; then
		echo "its source does not know or allow $(sed -n 's/^MISSING: //p' "$log"):" \
			"change its config in tools/testbed.d/kernels"
	elif grep -q 'No space left on device' "$log"; then
		echo "the disk under $cache is full: free 4 GB there, or set XDG_CACHE_HOME to a larger disk"
	else
		echo "make said '$(grep -m 1 -E 'error:|Error [0-9]|\*\*\*' "$log" ||
			last_line "$log")': the whole log is $log"
	fi
}

# remove_old DIRECTORY...: removes what is in DIRECTORY and was not used for more than a week. It is
# renamed first: if this is interrupted, nobody takes what is left of a kernel for the whole kernel.
remove_old() {
	mkdir -p "$cache/removed"
	find "$@" -mindepth 1 -maxdepth 1 -mtime +7 \
		-exec mv --backup=numbered -t "$cache/removed" {} +
	rm -rf --one-file-system "$cache/removed"
}

# Kernels and sources that no checkout has used for more than a week are removed.
prune_kernels() {
	remove_old "$cache/kernels" "$cache/source"
}

make_kernel() {
	local name=$1 place=$2 log=$logs/kernel-$1.log free_mb

	free_mb=$(df --output=avail -m "$cache" | tail -n 1 | tr -d ' ')
	[ "$free_mb" -ge "$kernel_needed_mb" ] ||
		die "a debug kernel needs $kernel_needed_mb MB, and $cache has only $free_mb MB free:" \
			"free some, or set XDG_CACHE_HOME to a larger disk"
	need_source "$name"
	: >"$log"
	rm -rf "$place.new"
	mkdir -p "$place.new"
	follow "[kernel] $name (once; the log is $log)" "$log" make_progress \
		configure_and_make "$name" "$place.new" "$(source_place "$name")" || {
		rm -rf "$place.new"
		die "$name was not built: $(why_kernel_failed "$log")"
	}
	mv "$place.new" "$place"
}

# hold_kernel NAME: takes the lock for making kernel NAME, so that only one run makes it. The lock
# is held until file descriptor 5 is closed.
hold_kernel() {
	mkdir -p "$cache/kernels" "$cache/source"
	exec 5>"$cache/kernel-$1.lock"
	flock -n 5 || {
		say "[kernel] waiting for another run that is making $1"
		flock 5
	}
}

# need_kernel NAME: builds debug kernel NAME, if it is not there.
need_kernel() {
	local name=$1 place

	place=$(kernel_place "$name")
	if [ ! -e "$place/linux" ]; then
		hold_kernel "$name"
		[ -e "$place/linux" ] || make_kernel "$name" "$place"
		prune_kernels
		exec 5>&-
	fi
	touch "$place"
	need_source "$name"
}
