# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# Making the test root: a Debian trixie tree with the stable and the newest kernel, their headers, a
# compiler, an emulator and tools. A new root is made beside the old one and then renamed, so that
# an interrupted run leaves no root that is half made.

# Raise this number when you change the recipe below in a way that the package list does not show.
recipe=6

# The space that a root needs while it is made. At first it holds the archives of the packages.
# These are deleted, and then its own image is added.
needed_mb=5000

root_key() {
	{ printf '%s\n' "$recipe"; grep -v '^#' "$here/packages" | grep .; } | sha256sum | cut -d' ' -f1
}

root_is_current() {
	[ "$(cat "$root/etc/testbed-key" 2>/dev/null)" = "$(root_key)" ]
}

packages_of() {
	awk -v suite="$1" '$1 == suite { print $2 }' "$here/packages"
}

archive_unreachable() {
	grep -q -e 'Temporary failure resolving\|Could not resolve\|Network is unreachable' \
		-e 'Could not connect\|Connection timed out\|Unable to connect' \
		-e 'Cannot initiate the connection' "$1"
}

# why_apt_failed LOG: says in one sentence what went wrong, from apt's log.
why_apt_failed() {
	local log=$1 package

	package=$(sed -n 's/^E: Unable to locate package \([^ ]*\).*/\1/p
		s/^E: Package .\([^ ]*\). has no installation candidate.*/\1/p' "$log" | tail -n 1)
	if [ -n "$package" ]; then
		echo "Debian has no package '$package' any more: change its line in tools/testbed.d/packages"
	elif grep -q 'No space left on device\|not have enough free space' "$log"; then
		echo "the disk under $cache is full: free 5 GB there, or set XDG_CACHE_HOME to a larger disk"
	elif archive_unreachable "$log"; then
		echo "the Debian archive cannot be reached: connect this machine to the network" \
			"(or set http_proxy) and run it again"
	elif grep -q 'NO_PUBKEY\|not signed\|EXPKEYSIG' "$log"; then
		echo "this machine's Debian keys do not know trixie:" \
			"update the package debian-archive-keyring and run it again"
	else
		echo "apt said '$(grep -m 1 '^E: ' "$log" || last_line "$log")': the whole log is $log"
	fi
}

check_disk() {
	local free_mb

	free_mb=$(df --output=avail -m "$cache" | tail -n 1 | tr -d ' ')
	[ "$free_mb" -ge "$needed_mb" ] ||
		die "the test root needs $needed_mb MB, and $cache has only $free_mb MB free:" \
			"free some, or set XDG_CACHE_HOME to a larger disk"
}

check_host() {
	[ "$(uname -m)" = x86_64 ] ||
		die "this machine is $(uname -m), and the test bed knows amd64 only: run it on an amd64 machine"
	command -v apt-get >/dev/null ||
		die "this machine does not run Debian: build by hand as the README shows under 'On your own kernel'"
	unshare --mount --propagation private --pid --fork true 2>/dev/null ||
		die "this machine does not let root make namespaces (a container without CAP_SYS_ADMIN?):" \
			"run it on the host or in a privileged container"
}

install_mmdebstrap() {
	local log=$1

	command -v mmdebstrap >/dev/null && return
	follow '[root] installing mmdebstrap on this machine' "$log" apt_progress \
		sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
			--no-install-recommends mmdebstrap debian-archive-keyring' ||
		die "mmdebstrap cannot be installed: $(why_apt_failed "$log")"
}

# Prints the proxy that this machine's apt uses. The root's apt shall use it, too.
host_proxy() {
	apt-config dump 2>/dev/null | grep '^Acquire::https\?::Proxy "[^"]'
}

base_tree() {
	local proxy=() line

	while read -r line; do
		proxy+=(--aptopt="$line")
	done < <(host_proxy)
	mmdebstrap --variant=apt --aptopt='Apt::Install-Recommends "false"' "${proxy[@]}" \
		--dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		trixie "$1"
}

mmdebstrap_progress() {
	sed -n 's/^I: //p' "$1" | tail -n 1
}

# The line of backports for apt is the root's own trixie line with another suite.
add_backports() {
	local tree=$1 list=$1/etc/apt/sources.list

	awk '$1 == "deb" && $0 ~ / trixie main/ {
		sub(/ trixie main/, " trixie-backports main"); print; exit }' "$list" \
		>"$tree/etc/apt/sources.list.d/backports.list"
	[ -s "$tree/etc/apt/sources.list.d/backports.list" ] || {
		echo "E: no trixie line in the new root's sources.list to derive the backports line from"
		return 1
	}
	(enter "$tree" -- apt-get update)
}

install_in() {
	local tree=$1 suite=$2 packages target=()

	mapfile -t packages < <(packages_of "$suite")
	[ "$suite" = stable ] || target=(-t trixie-backports)
	(enter "$tree" -- apt-get install -y "${target[@]}" "${packages[@]}")
}

# The kernel's own netlink client and generator, with the schemas of its specs. Debian has no
# package of them, so they are taken from the source package of the newest kernel.
install_ynl() {
	local tree=$1 series

	series=$(cd "$tree/boot" && printf '%s\n' vmlinuz-* | sed 's/^vmlinuz-//' | sort -V | tail -n 1 |
		cut -d. -f1,2)
	# shellcheck disable=SC2016	# for the shell in the root
	(enter "$tree" -- sh -euc '
		cd /tmp
		apt-get download -t trixie-backports "linux-source-$1"
		mkdir ynl
		dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards "*/linux-source-*.tar.xz" |
			tar -xJ -C ynl --strip-components=1 --wildcards --no-wildcards-match-slash \
				"*/tools/net/ynl/pyynl" "*/Documentation/netlink/*.yaml"
		mv ynl/tools/net/ynl/pyynl /usr/lib/python3/dist-packages
		mkdir -p /usr/share/ynl
		mv ynl/Documentation/netlink/*.yaml /usr/share/ynl
		rm -rf ynl linux-source-*.deb' _ "$series")
}

# A boot under emulation spends a third of its time on things that no test needs: loading drivers
# for the emulator's disks and keyboards, and making the files of daemons. So only one rule of udev
# is left, for the ports that virtme-ng talks through. Without the other rules udev also leaves the
# names and addresses of the tests' network cards alone.
quieten_boot() {
	local tree=$1 file

	for file in "$tree"/usr/lib/udev/rules.d/*.rules; do
		ln -sfT /dev/null "$tree/etc/udev/rules.d/${file##*/}"
	done
	# shellcheck disable=SC2016	# $attr is for udev
	echo 'SUBSYSTEM=="virtio-ports", KERNEL=="vport*", ATTR{name}=="?*",' \
		'SYMLINK+="virtio-ports/$attr{name}"' \
		>"$tree/etc/udev/rules.d/10-virtio-ports.rules"
	for file in "$tree"/usr/lib/tmpfiles.d/*.conf; do
		ln -sfT /dev/null "$tree/etc/tmpfiles.d/${file##*/}"
	done
}

# kbuild asks scripts/checker-valid.sh whether sparse is new enough. Debian's headers come without
# that script, and then C=1 checks nothing. The root's sparse is new enough, so the script that is
# written here says yes.
allow_sparse() {
	local scripts

	for scripts in "$1"/usr/src/linux-headers-*-common/scripts; do
		[ -e "$scripts/checker-valid.sh" ] && continue
		printf '#!/bin/sh\necho 1\n' >"$scripts/checker-valid.sh"
		chmod +x "$scripts/checker-valid.sh"
	done
}

tidy() {
	quieten_boot "$1"
	allow_sparse "$1"
	(enter "$1" -- apt-get clean) && rm -rf "$1"/var/lib/apt/lists/*
}

# The image that a guest runs from, without the files that only building and booting need.
make_image() {
	(enter "$1" -- mkfs.erofs --quiet \
		--exclude-regex='^(boot/(vmlinuz|initrd|System)|usr/src/|(dev|proc|run|sys|tmp)/.)' \
		--exclude-path="${root_image#/}" "$root_image" /)
}

give_up() {
	rm -rf --one-file-system "$1"
	die "no test root was made: ${*:2}"
}

make_root() {
	local new=$cache/root.new log=$logs/root.log key

	# The key is taken before the list of packages is read. If the list changes after that, the
	# next run makes a new root.
	key=$(root_key)
	check_host
	check_disk
	: >"$log"
	rm -rf --one-file-system "$new"
	install_mmdebstrap "$log"

	say "[root] making the test root in $root (once; the log is $log)"
	follow '[root] 1/7 base system' "$log" mmdebstrap_progress base_tree "$new" ||
		give_up "$new" "$(why_apt_failed "$log")"
	follow '[root] 2/7 package lists' "$log" apt_progress add_backports "$new" ||
		give_up "$new" "$(why_apt_failed "$log")"
	: >"$log.2"
	follow '[root] 3/7 stable kernel, compiler, emulator and tools' "$log.2" apt_progress \
		install_in "$new" stable || give_up "$new" "$(why_apt_failed "$log.2")"
	: >"$log.3"
	follow '[root] 4/7 newest kernel' "$log.3" apt_progress \
		install_in "$new" newest || give_up "$new" "$(why_apt_failed "$log.3")"
	: >"$log.4"
	follow '[root] 5/7 netlink client of the newest kernel' "$log.4" apt_progress \
		install_ynl "$new" || give_up "$new" "$(why_apt_failed "$log.4")"
	cat "$log.2" "$log.3" "$log.4" >>"$log"
	rm -f "$log.2" "$log.3" "$log.4"
	follow '[root] 6/7 tidying' "$log" apt_progress tidy "$new" ||
		give_up "$new" "$(why_apt_failed "$log")"
	follow '[root] 7/7 image for the guests' "$log" apt_progress make_image "$new" ||
		give_up "$new" "its image cannot be made, the log is $log"

	[ "$(find "$new/boot" -name 'vmlinuz-*' | wc -l)" -ge 2 ] ||
		give_up "$new" "the kernels of trixie and of its backports are the same just now;" \
			"edit tools/testbed.d/packages"
	printf '%s\n' "$key" >"$new/etc/testbed-key"
	swap_root "$new"
}

# Each command of the test bed holds the lock as a reader. The rename takes the lock as a writer, so
# it waits for all such commands.
swap_root() {
	local new=$1

	exec 8>"$cache/root.lock"
	flock -n 8 || {
		say "[root] waiting for the builds and boots that use the old root"
		flock 8
	}
	rm -rf --one-file-system "$cache/root.old"
	[ ! -e "$root" ] || mv "$root" "$cache/root.old"
	mv "$new" "$root"
	# As soon as the lock is free, other runs build for the new root.
	rm -rf --one-file-system "$cache/build"/*
	exec 8>&-
	rm -rf --one-file-system "$cache/root.old"
}

# Makes the root if it is not current, and then holds it until this process ends.
hold_root() {
	need_root
	make_places
	if ! root_is_current; then
		exec 7>"$cache/making.lock"
		flock -n 7 || {
			say "[root] waiting for another run that is making the test root"
			flock 7
		}
		root_is_current || make_root
		exec 7>&-
	fi
	exec 9>"$cache/root.lock"
	flock -s 9
}
