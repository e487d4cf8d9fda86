# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# Kernels of other architectures, for which the module is built: one has 32 bits, one is big-endian.
# Nothing boots these kernels. Each is the source of the newest kernel, configured with the options
# in the `module` rows of tools/kernel-options and a few others (foreign_options()), and prepared
# for building modules. This takes some seconds, once. No vmlinux is built, so modpost cannot tell
# which symbols there are.

# Raise this number when you change the steps below.
foreign_recipe=1

# name, ARCH, prefix of the compiler's name; gcc itself builds for i386.
foreign_table() {
	printf '%s\n' 'i386 i386' 's390x s390 s390x-linux-gnu-'
}

foreign_kernels() {
	foreign_table | cut -d' ' -f1
}

is_foreign() {
	foreign_kernels | grep -qxF -- "$1"
}

# foreign_arguments NAME: prints the arguments of make for the architecture of foreign kernel NAME.
foreign_arguments() {
	foreign_table | awk -v name="$1" '$1 == name { print "ARCH=" $2, "CROSS_COMPILE=" $3 }'
}

# Prints the debug kernel of the newest series, which is made from the same source as the foreign
# kernels.
newest_debug_kernel() {
	debug_table | awk -F'\t' -v version="$(version_of_series newest)" \
		'$2 == version { print $1; exit }'
}

# The options in the `module` rows, SMP, and a tracer: TRACEPOINTS has no prompt of its own, so the
# tracer selects it.
foreign_options() {
	sed -n 's/^\([A-Z0-9_]*\)\t[ym]\tmodule\t.*/CONFIG_\1=y/p' "$checkout/tools/kernel-options"
	printf 'CONFIG_%s=y\n' SMP FTRACE ENABLE_DEFAULT_TRACERS
}

foreign_place() {
	local key

	key=$({
		printf '%s\n' "$foreign_recipe"
		foreign_options
		cat "$here"/kernels/*.patch
		package_version "linux-image-$(version_of_series newest)" 'gcc-[0-9]*' binutils sparse
	} | sha256sum | cut -c1-12)
	printf '%s/kernels/%s-%s\n' "$cache" "$1" "$key"
}

# Runs in the root, with the source at /source and the build at /kernel.
prepare_foreign() {
	local name=$1 directory=$2 source=$3 arguments

	foreign_options >"$directory/fragment" || return
	read -ra arguments < <(foreign_arguments "$name")
	# shellcheck disable=SC2016	# for the shell in the root
	(OV2_DIRECTORY=/kernel enter "$root" "$source=/source" "$directory=/kernel" -- \
		bash -euo pipefail -c '
		make -C /source O=/kernel "$@" KCONFIG_ALLCONFIG=/kernel/fragment allnoconfig
		missing=$(grep -vxFf .config fragment || true)
		[ -z "$missing" ] || { echo "MISSING: $(echo $missing)"; exit 1; }
		make "$@" -j"$(nproc)" modules_prepare' _ "${arguments[@]}")
}

# need_foreign NAME: makes foreign kernel NAME, if it is not there.
need_foreign() {
	local name=$1 place source log=$logs/kernel-$1.log

	place=$(foreign_place "$name")
	if [ ! -e "$place" ]; then
		hold_kernel "$name"
		if [ ! -e "$place" ]; then
			need_source "$(newest_debug_kernel)"
			source=$(source_place "$(newest_debug_kernel)")
			: >"$log"
			rm -rf "$place.new"
			mkdir -p "$place.new"
			follow "[kernel] what is needed to build for $name (once)" "$log" make_progress \
				prepare_foreign "$name" "$place.new" "$source" || {
				rm -rf "$place.new"
				die "nothing can be built for $name: $(why_kernel_failed "$log")"
			}
			mv "$place.new" "$place"
		fi
		prune_kernels
		exec 5>&-
	fi
	touch "$place" "$(source_place "$(newest_debug_kernel)")"
}
