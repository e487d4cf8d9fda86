# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154	# common.sh sets the places
#
# Boots one of the kernels of the test root, with the test root as its file system, and runs a
# command in it.

# Both limits are in seconds from the start of the guest. The guest must start the command within
# boot_limit, and the command must end within run_limit. The limits are for emulation on a loaded
# machine.
boot_limit=300
run_limit=3000

cpus=2
memory=2G
icount=
one_thread=
shares=()

# The kernel must not take slow emulation for a stall or a lockup. An oops ends the guest, because
# a test that runs after an oops proves nothing.
kernel_arguments='rcupdate.rcu_cpu_stall_timeout=300 rcupdate.rcu_exp_cpu_stall_timeout=0'
kernel_arguments+=' watchdog_thresh=60 oops=panic'
# Mitigations are off: the guest has nothing to hide from its own users, and an emulated retpoline
# takes much time.
kernel_arguments+=' mitigations=off'

# On some machines /dev/kvm opens, but a guest that uses it hangs. So one boot tries it, and the
# result is kept for this host kernel and CPU.
kvm_works() {
	local version=$1 verdict machine limit=60

	[ -c /dev/kvm ] || return 1
	machine=$(uname -r)-$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1 |
		tr -c 'A-Za-z0-9.\n' _)
	verdict=$cache/kvm-$machine
	if [ ! -e "$verdict" ]; then
		say "[kvm] trying whether a guest boots under KVM (once, at most ${limit}s) ..."
		if (enter "$root" -- timeout -s KILL "$limit" \
			vng --force-9p -r "/boot/vmlinuz-$version" --cpus 1 --memory 1G -- true) \
			>/dev/null 2>&1 </dev/null |
			cat && [ "${PIPESTATUS[0]}" -eq 0 ]; then
			echo works >"$verdict"
		else
			echo hangs >"$verdict"
		fi
		say "[kvm] it $(cat "$verdict")"
	fi
	[ "$(cat "$verdict")" = works ]
}

# The image lies in the root itself, and all guests share it, because they only read it.
root_disk="-drive file=$root_image,if=none,id=root,format=raw,readonly=on"
root_disk+=" -device virtio-blk-pci,drive=root"

# choose_machine VERSION: sets vng_arguments for the kernel. A debug kernel boots without virtme-ng.
choose_machine() {
	local version=$1 cpu=max emulated=

	if [[ $version == um-* ]]; then
		[ -z "$icount" ] ||
			die "--icount is for the emulator, and $version runs without it: choose another kernel"
		return
	fi

	vng_arguments=(--force-9p -r "/boot/vmlinuz-$version" --memory "$memory"
		--append "$kernel_arguments")
	if [ -n "$icount" ]; then
		cpus=1
		vng_arguments+=("--qemu-opts=-icount shift=0,sleep=off")
	fi
	if [ -n "$icount" ] || ! kvm_works "$version"; then
		# Without these features the kernel copies by other instructions than rep movs and
		# rep stos. The emulator runs rep movs and rep stos one byte at a time, and icount
		# counts an instruction for each byte.
		cpu=max,-erms,-fsrm,-fsrs
		vng_arguments+=(--disable-kvm)
		emulated=yes
	fi
	if [ -n "$emulated" ] && [ -z "$icount" ]; then
		# AppArmor has no profiles here, and takes time at each system call. Zeroing each
		# allocation takes time, too, and the zeros would hide that code reads memory that
		# nobody has written. With --icount both stay on, as on a user's machine.
		vng_arguments+=(--append "apparmor=0 init_on_alloc=0")
		# One thread of the emulator runs the CPUs in turns. A CPU that gets an interrupt is
		# the next to run.
		[ -z "$one_thread" ] || vng_arguments+=("--qemu-opts=-accel tcg,thread=single")
	fi
	vng_arguments+=(--cpus "$cpus" "--qemu-opts=-cpu $cpu")
}

# Sets up the directory that host and guest share. The guest sees the checkout and each share at the
# path that they have on the host.
share_directories() {
	local shared=$1 number=0 directory

	bound=("$shared=/run/testbed" "$checkout=/run/testbed-dir0")
	vng_arguments+=(--rwdir=/run/testbed=/run/testbed --rodir=/run/testbed-dir0=/run/testbed-dir0)
	printf '%s\t%s\n' /run/testbed-dir0 "$checkout" >"$shared/directories"
	for directory in "${shares[@]}"; do
		number=$((number + 1))
		bound+=("$directory=/run/testbed-dir$number")
		vng_arguments+=("--rwdir=/run/testbed-dir$number=/run/testbed-dir$number")
		printf '%s\t%s\n' "/run/testbed-dir$number" "$directory" >>"$shared/directories"
	done
	# The root of a debug kernel is read-only, so the guest cannot make mount points there.
	# This function makes them in the test root.
	while read -r _ directory; do
		case $directory in
		/tmp/*|/run/*|/dev/*|/proc/*|/sys/*) ;;
		*) mkdir -p "$root$directory" ;;
		esac
	done <"$shared/directories"
}

# start_guest VERSION SHARED: boots the guest. The output of the command and the console go to the
# pipes SHARED.out and SHARED.console.
start_guest() {
	local version=$1 shared=$2 arguments

	case $version in
	um-*)
		read -ra arguments <<<"$kernel_arguments"
		# More than one CPU (ncpus) needs seccomp=on. A kernel that supports only one CPU
		# knows neither setting. When user-mode Linux panics, it ends its whole process
		# group, so setsid gives it a group of its own. When it has shut down, it kills itself
		# with a signal. The first process of a namespace would ignore this signal, so
		# the first process is bash.
		(enter "$root" "$(kernel_place "$version")=/kernel" "${bound[@]}" -- env TMPDIR=/tmp \
			bash -c 'setsid --wait "$@"; exit' _ /kernel/linux "mem=$memory" seccomp=on \
			"ncpus=$cpus" root=/dev/root rootfstype=hostfs rootflags=/ ro \
			init=/run/testbed/um-init con=null con0=null,fd:1 con1=null,fd:3 "${arguments[@]}") \
			</dev/null 3>"$shared.out" >"$shared.console" 2>&1 & ;;
	*)
		(enter "$root" "${bound[@]}" -- vng --verbose "${vng_arguments[@]}" "--qemu-opts=$root_disk" \
			-- bash /run/testbed/guest-root) \
			</dev/null >"$shared.out" 2>"$shared.console" & ;;
	esac
	guest=$!
}

# The lines of the kernel in the console log, without the lines of the guest's init and the
# emulator.
kernel_lines() {
	tr -d '\r' <"$1" | grep -aE '^(<[0-9]+>)?\[ *[0-9]+\.[0-9]+\]' | grep -avE '\] virtme-init: '
}

crash_lines() {
	kernel_lines "$1" | grep -aFf <(grep -v '^#' "$here/crash-patterns")
}

# Whether the guest ended because the emulator ran a breakpoint that the kernel had already removed.
# While the kernel changes an instruction, it puts a breakpoint in the place of the first byte. The
# emulator sometimes runs this breakpoint after the kernel has removed it. "Code:" shows the bytes
# that the kernel's code has now. A breakpoint is the byte cc. So the breakpoint was gone already if
# the byte before the byte in <> is not cc.
stale_breakpoint() {
	kernel_lines "$1" | grep -aA20 -m 1 'Oops: int3:' | grep -am 1 '\bCode: ' |
		grep -aE ' [0-9a-f]{2} <' | grep -qav ' cc <'
}

end_guest() {
	[ -n "${guest:-}" ] && kill -KILL "$guest" 2>/dev/null
	[ -n "${shared:-}" ] && rm -rf --one-file-system "$shared" "$shared.out" "$shared.console"
}

# Waits for the guest. Ends a guest that is late, and says why in $late. This function is not called
# in a subshell, so that the traps for signals run at once.
wait_for_guest() {
	local started=$SECONDS

	while kill -0 "$guest" 2>/dev/null; do
		if [ ! -e "$shared/started" ] && [ $((SECONDS - started)) -ge "$boot_limit" ]; then
			kill -KILL "$guest"
			late="the guest did not boot in ${boot_limit}s"
			return
		fi
		if [ $((SECONDS - started)) -ge "$run_limit" ]; then
			kill -KILL "$guest"
			late="the command did not end in ${run_limit}s (--timeout gives it longer)"
			return
		fi
		sleep 0.3
	done
}

# run_command VERSION MODULE COMMAND...
run_command() {
	local version=$1 module=$2 console crash copiers=()
	shift 2

	shared=$(mktemp -d "$cache/runs/run.XXXXXX") || die "cannot write to $cache/runs"
	trap end_guest EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	console=$logs/console-$version-$(date +%Y%m%d-%H%M%S)-$$.log
	find "$logs" -name 'console-*.log' -mtime +7 -delete

	cp "$module" "$shared/ipsecov2.ko" || exit "$failure"
	cp "$here/guest" "$here/guest-root" "$here/um-init" "$shared"
	printf 'cd %q && exec' "$checkout" >"$shared/command"
	printf ' %q' "$@" >>"$shared/command"
	choose_machine "$version"
	share_directories "$shared"

	say "[run] booting $version (kernel console: $console)"
	mkfifo "$shared.out" "$shared.console"
	cat "$shared.out" &
	copiers+=($!)
	cat "$shared.console" >"$console" &
	copiers+=($!)
	start_guest "$version" "$shared"
	late=
	wait_for_guest
	wait "$guest" 2>/dev/null
	guest=
	wait "${copiers[@]}"

	crash=$(crash_lines "$console")
	if [ -n "$crash" ]; then
		say "$crash"
		! stale_breakpoint "$console" ||
			die "the emulator ran a breakpoint that the kernel had taken away: its console is $console"
		die "the kernel of the guest complained: the lines are above, its console is $console"
	fi
	[ -z "$late" ] || die "$late: its console is $console"
	[ ! -e "$shared/trouble" ] || die "$(cat "$shared/trouble")"
	if [ ! -e "$shared/status" ]; then
		tail -n 5 "$console" >&2
		[ -e "$shared/started" ] ||
			die "the guest did not boot: its last lines are above, its console is $console"
		die "the guest ended before the command did: its last lines are above, its console is $console"
	fi
	return "$(cat "$shared/status")"
}

# shell_in VERSION MODULE: an interactive shell in the guest.
shell_in() {
	local version=$1 module=$2 directory

	[[ $version != um-* ]] || die "the debug kernel $version has no shell: use run, or another kernel"
	shared=$(mktemp -d "$cache/runs/run.XXXXXX") || die "cannot write to $cache/runs"
	trap end_guest EXIT
	cp "$module" "$shared/ipsecov2.ko" || exit "$failure"
	choose_machine "$version"
	share_directories "$shared"
	# With `run`, the program in the guest that starts COMMAND mounts the shared directories at
	# their paths. A shell starts without this program, so vng mounts them.
	for directory in "${shares[@]}"; do
		bound+=("$directory=$directory")
		vng_arguments+=("--rwdir=$directory=$directory")
	done
	say "[shell] booting $version; the module: insmod \$OV2_KO; leave with ctrl-d"
	# A setting on the command line that the kernel does not know goes into the environment of
	# the guest's init.
	(OV2_DIRECTORY=$checkout enter "$root" "${bound[@]}" "$checkout=$checkout" -- \
		vng "${vng_arguments[@]}" --append OV2_KO=/run/testbed/ipsecov2.ko)
}
