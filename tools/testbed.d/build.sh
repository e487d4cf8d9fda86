# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# Building the module with the root's compiler: for a kernel of the root, for a debug kernel, for a
# kernel of another architecture, or for a kernel of which only the headers are there. For each
# checkout and each kernel the cache has a directory of its own, with links to the sources. So
# objects of two kernels never mix, and the checkout stays clean.

from_nothing=
# `unit-` if the KUnit tests are built in, else empty.
unit=
# How many seconds each part of the concurrency test of KUnit takes. A build with this setting has a
# directory of its own.
stress=${OV2_STRESS_SECONDS:-}
# The seed for what the KUnit tests choose at random. A build with this setting has a directory of
# its own, too.
seed=${OV2_MODEL_SEED:-}
# A directory of files. Each of them is used instead of the file of the checkout that has the same
# path. The module is built in .build of this directory.
with=

# Prints the directory for the builds of this checkout. Removes the builds of checkouts that are
# gone.
build_place() {
	local place known

	for known in "$cache"/build/*/checkout; do
		[ -e "$known" ] && [ ! -e "$(cat "$known")" ] && rm -rf --one-file-system "${known%/*}"
	done
	place=$cache/build/$(printf '%s' "$checkout" | sha256sum | cut -c1-12)
	mkdir -p "$place"
	# The file gets its name only when it is complete. A build that saw it empty would think
	# that the checkout is gone.
	if [ ! -e "$place/checkout" ]; then
		printf '%s\n' "$checkout" >"$place/checkout.$$"
		mv "$place/checkout.$$" "$place/checkout"
	fi
	printf '%s\n' "$place"
}

source_of() {
	if [ -n "$with" ] && [ -e "$with/$1" ]; then
		printf '%s\n' "$with/$1"
	else
		printf '%s\n' "$checkout/$1"
	fi
}

link_sources() {
	local tree=$1 file

	[ -e "$checkout/Kbuild" ] || die "there is no Kbuild in $checkout: it is not a whole checkout"
	while read -r file; do
		[ -L "$tree/$file" ] && continue
		mkdir -p "$tree/${file%/*}"
		ln -sfT "$(source_of "$file")" "$tree/$file"
	done < <(cd "$checkout" && echo ./Kbuild && find ./kmod ./uapi -type f \
		\( -name '*.[ch]' -o -name 'Kbuild*' -o -name 'Makefile*' -o -name '*.sh' \) ! -name '*.mod.c')
	# Delete links to sources that are gone from the checkout.
	find "$tree" -xtype l -delete
}

# start_from BASE TREE: copies the objects of the checkout's own build, BASE, to TREE, so that make
# builds only what differs. The replacements get a new time, because they may be older than these
# objects.
start_from() {
	local base=$1 tree=$2 file

	[ -e "$base/ipsecov2.ko" ] || return 0
	(flock -s 6 && cp -a "$base/." "$tree") 6>"$base.lock" || die "cannot copy $base to $tree"
	while read -r file; do
		ln -sfT "$with/$file" "$tree/$file"
		touch "$with/$file"
	done < <(cd "$with" && find . -path ./.build -prune -o -type f -print)
}

# build_module VERSION [MAKE ARGUMENT]...: prints the path of the built module; warnings and errors
# go to stderr. lint sets OV2_BUILD, the name of the directory in build_place; without OV2_BUILD the
# name is the version, with `unit-` and the like in front if KUnit tests are built in.
build_module() {
	local version=$1 kind=$unit tree base log
	shift

	[[ $version != um-* ]] || need_kernel "$version"
	! is_foreign "$version" || need_foreign "$version"
	if [ -n "$unit" ]; then
		set -- OV2_UNIT=1 "$@"
		if [ -n "$stress" ]; then
			set -- OV2_STRESS_SECONDS="$stress" "$@"
			kind+=stress$stress-
		fi
		if [ -n "$seed" ]; then
			set -- OV2_MODEL_SEED="$seed" "$@"
			kind+=seed$seed-
		fi
	fi
	tree=$(build_place)/${OV2_BUILD:-$kind$version}
	if [ -n "$with" ]; then
		base=$tree
		tree=$with/.build
	fi
	[ -z "$with" ] || [ -e "$tree" ] || { mkdir "$tree" && start_from "$base" "$tree"; }
	mkdir -p "$tree"
	exec 6>"$tree.lock"
	flock 6
	[ -z "$from_nothing" ] || find "$tree" -mindepth 1 -delete
	log=$tree/build.log
	link_sources "$tree"
	: >"$log"
	if ! follow "[build] ipsecov2.ko for $version${unit:+ with its unit tests}" "$log" \
		make_progress make_in_root "$tree" "$version" "$@"; then
		grep -E '(error|warning|undefined|fatal):?|^make|\*\*\*' "$log" >&2 || tail -n 20 "$log" >&2
		die "the module does not build for $version: the errors are above, the whole log is $log"
	fi
	grep -E '(warning|WARNING):' "$log" >&2
	exec 6>&-
	printf '%s\n' "$tree/ipsecov2.ko"
}

make_in_root() {
	local tree=$1 version=$2 arguments
	shift 2

	if is_foreign "$version"; then
		read -ra arguments < <(foreign_arguments "$version")
		(enter "$root" "$tree=/build" "$checkout=$checkout" "${bound[@]}" \
			"$(foreign_place "$version")=/kernel" "$(source_place "$(newest_debug_kernel)")=/source" -- \
			make -C /kernel "${arguments[@]}" M=/build -j"$(nproc)" KBUILD_MODPOST_WARN=1 "$@" modules)
		return
	fi
	case $version in
	um-*)
		(enter "$root" "$tree=/build" "$checkout=$checkout" "${bound[@]}" \
			"$(kernel_place "$version")=/kernel" "$(source_place "$version")=/source" -- \
			make -C /kernel ARCH=um M=/build -j"$(nproc)" "$@" modules) ;;
	*)
		if [ -e "$cache/headers/$version" ]; then
			# Another compiler built this kernel, so its headers may use attributes
			# that the root's gcc does not know. This is no fault, so gcc does not warn.
			(enter "$root" "$tree=/build" "$checkout=$checkout" "${bound[@]}" \
				"$cache/headers/$version=$headers_seen" -- \
				make -C "$headers_seen/usr/src/linux-headers-${version%%_*}" M=/build -j"$(nproc)" CC=gcc \
				KCFLAGS=-Wno-attributes "$@" modules)
			return
		fi
		(enter "$root" "$tree=/build" "$checkout=$checkout" "${bound[@]}" -- \
			make -C "/lib/modules/$version/build" M=/build -j"$(nproc)" "$@" modules) ;;
	esac
}
