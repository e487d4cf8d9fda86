# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For run.sh and for tests written in shell:
#
#   . "$(dirname "$0")/lib.sh"
#   module_file                 prints the path of the module's file, if any
#   module_load                 insmod $OV2_KO or ../ipsecov2.ko, or modprobe
#   module_unload
#   kernel_time                 prints the time of the last kernel message
#   kernel_crashes SINCE        prints crash lines that are newer than SINCE

# shellcheck disable=SC2034	# used by scripts that include this file
KSFT_PASS=0 KSFT_FAIL=1 KSFT_XFAIL=2 KSFT_SKIP=4

OV2_MODULE=ipsecov2
OV2_SELFTESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# What a kernel says when something is wrong with it. Some patterns are in the
# first line of a report, others in a later line: one match is enough.
CRASH_PATTERN='BUG:|WARNING:|Oops|general protection fault|Kernel panic'
CRASH_PATTERN+='|KASAN|UBSAN|KCSAN|KFENCE|\] RIP: |Call Trace:'
CRASH_PATTERN+='|ref_tracker: .* users at|reference already released'
CRASH_PATTERN+='|unreferenced object 0x|ODEBUG|DEBUG_LOCKS_WARN'
CRASH_PATTERN+='|possible circular locking|possible recursive locking'
CRASH_PATTERN+='|inconsistent lock state|lock held when returning'
CRASH_PATTERN+='|suspicious RCU usage|sleeping function called'
CRASH_PATTERN+='|scheduling while atomic|refcount_t: |list_(add|del) corrupt'
CRASH_PATTERN+='|blocked for more than|soft lockup|rcu.*stall'
CRASH_PATTERN+='|unregister_netdevice: waiting for|leaked reference'

module_file()
{
	local path

	for path in "${OV2_KO-}" "$OV2_SELFTESTS/../$OV2_MODULE.ko"; do
		if [ -n "$path" ] && [ -e "$path" ]; then
			echo "$path"
			return
		fi
	done
}

module_load()
{
	local file

	[ -d "/sys/module/$OV2_MODULE" ] && return 0
	file=$(module_file)
	if [ -n "$file" ]; then
		insmod "$file"
	else
		modprobe "$OV2_MODULE"
	fi
}

module_unload()
{
	[ -d "/sys/module/$OV2_MODULE" ] || return 0
	rmmod "$OV2_MODULE"
}

kernel_time()
{
	# Only the first line of a message has a time
	dmesg --kernel | tail -n 200 | sed -n 's/^\[ *\([0-9.]*\)\].*/\1/p' | tail -n 1
}

kernel_crashes()
{
	dmesg --kernel | awk -v since="${1:-0}" \
		'match($0, /^\[ *[0-9.]+\]/) {
			t = substr($0, 2, RLENGTH - 2) + 0
			if (t > since + 0) print
		}' | grep -E "$CRASH_PATTERN"
}
