#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run the selftests as root in a VM or on a test machine:
#
#   selftests/run.sh [-h|-l] [TEST...]
#
# TEST is a file name of this directory, with or without its ending. Without a
# TEST all tests run, in the order of the Makefile. -l lists them. `TEST.py -h`
# tells how to run some cases of a test. The module is taken from $OV2_KO,
# ../ipsecov2.ko or modprobe, and unloaded at the end. Prints KTAP: first the
# results of a test's cases, indented, and then the result of the test. A test
# also fails if it leaves a complaint in the kernel's log. Exit status: 1 if
# something failed, 4 if no case passed, else 0.

cd "$(dirname "$0")" || exit 1
# shellcheck source=selftests/lib.sh
. ./lib.sh

all_tests()
{
	sed -n 's/^TEST_\(GEN_\)\?PROGS [:+]= //p' Makefile
}

find_test()
{
	local path

	for path in "$1" "$1.py" "$1.sh"; do
		if [ -f "$path" ] && [ -x "$path" ]; then
			echo "$path"
			return 0
		fi
	done
	return 1
}

case ${1-} in
-h)
	sed -n '/^# Run/,/^$/s/^# \{0,1\}//p' run.sh
	exit 0
	;;
-l)
	all_tests
	exit 0
	;;
-*)
	echo "run.sh: option '$1' is unknown (-h shows the options)" >&2
	exit 1
	;;
esac

tests=()
if [ $# -gt 0 ]; then
	for name; do
		if ! test=$(find_test "$name"); then
			echo "no such test: $name (run.sh -l lists them)" >&2
			exit 1
		fi
		tests+=("$test")
	done
else
	mapfile -t tests < <(all_tests)
fi

if [ "$(id -u)" -ne 0 ]; then
	echo "the selftests need root" >&2
	exit 1
fi

pass=0 fail=0 xfail=0 skip=0 number=0

# kmemleak does not find lost memory at once, and the first scan may miss it. So
# leaks() waits, and scans twice. "clear" makes kmemleak ignore memory that was
# lost before the tests. Tests find the path of kmemleak's file in OV2_KMEMLEAK,
# which is empty if the kernel has no kmemleak.
kmemleak=/sys/kernel/debug/kmemleak
if ! { [ -w "$kmemleak" ] && echo scan >"$kmemleak" &&
       echo clear >"$kmemleak"; } 2>/dev/null; then
	kmemleak=
fi
export OV2_KMEMLEAK=$kmemleak

leaks()
{
	sleep 6
	echo scan >"$kmemleak"
	sleep 6
	echo scan >"$kmemleak"
	cat "$kmemleak"
}

result()
{
	local word=$1 name=$2 reason=${3-}

	number=$((number + 1))
	echo "$word $number $name${reason:+ # $reason}"
}

# totals PASS FAIL XFAIL SKIP: as ksft_print_cnts() of the kernel prints them
totals()
{
	echo "# Totals: pass:$1 fail:$2 xfail:$3 xpass:0 skip:$4 error:0"
}

echo "KTAP version 1"
echo "1..$((${#tests[@]} + 2 + 0${kmemleak:+1}))"

if ! error=$(module_load 2>&1); then
	echo "# ${error:-cannot load $OV2_MODULE}"
	result "not ok" load
	echo "Bail out! no module, no tests"
	totals 0 1 0 0
	exit "$KSFT_FAIL"
fi
result ok load
pass=$((pass + 1))
export OV2_LOADED=1

# Let RCU complain later, because a grace period may take long under emulation
stall=/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
[ ! -w "$stall" ] || echo 300 >"$stall"

for test in "${tests[@]}"; do
	begun=$SECONDS
	since=$(kernel_time)
	log=$(mktemp)
	if [ -x "./$test" ]; then
		"./$test" 2>&1 | tee "$log" | sed -u 's/^/    /'
		status=${PIPESTATUS[0]}
	else
		echo "    # $test is not there: make -C selftests"
		status=$KSFT_FAIL
	fi
	p=$(grep -cE '^ok [0-9]+' "$log")
	f=$(grep -cE '^not ok [0-9]+' "$log")
	x=$(grep -cE '^ok [0-9]+.*# XFAIL' "$log")
	s=$(grep -cE '^ok [0-9]+.*# SKIP' "$log")
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$log" | head -n 1)
	why=$(sed -n 's/^1\.\.0 # SKIP *//p' "$log" | head -n 1)
	rm -f "$log"
	verdict=ok reason=
	crashes=$(kernel_crashes "$since")
	if [ -n "$crashes" ]; then
		echo "    # the kernel log says:"
		echo "${crashes//$'\n'/$'\n    # '}" | sed '1s/^/    # /'
		verdict="not ok" f=$((f + 1))
	elif [ "$status" -eq "$KSFT_SKIP" ] && [ "$f" -eq 0 ] &&
	     [ "$p" -eq "${planned:-0}" ]; then
		reason="SKIP ${why:-see above}"
		# A test that was skipped as a whole counts as one skipped case
		[ "$s" -eq 0 ] && s=1 p=1
	elif [ "$status" -eq "$KSFT_XFAIL" ] && [ "$f" -eq 0 ] &&
	     [ "$x" -gt 0 ]; then
		reason="XFAIL see above"
	elif [ "$status" -ne 0 ] || [ "$f" -ne 0 ] ||
	     [ "$((p + f))" -ne "${planned:-0}" ]; then
		verdict="not ok"
		# The test died before it reported a failure
		if [ "$f" -eq 0 ]; then
			echo "    # ended with status $status after $p of" \
			     "${planned:-?} results"
			f=1
		fi
	fi
	pass=$((pass + p - x - s)) fail=$((fail + f))
	xfail=$((xfail + x)) skip=$((skip + s))
	echo "# $test: $((SECONDS - begun)) s"
	result "$verdict" "$test" "$reason"
done

since=$(kernel_time)
error=$(module_unload 2>&1)
status=$?
crashes=$(kernel_crashes "$since")
if [ "$status" -ne 0 ] || [ -n "$crashes" ]; then
	printf '# %s\n' "${error:-unloading}" "${crashes//$'\n'/$'\n# '}"
	result "not ok" unload
	fail=$((fail + 1))
else
	result ok unload
	pass=$((pass + 1))
fi

if [ -n "$kmemleak" ]; then
	leaks=$(leaks)
	if [ -n "$leaks" ]; then
		echo "# ${leaks//$'\n'/$'\n# '}"
		result "not ok" kmemleak
		fail=$((fail + 1))
	else
		result ok kmemleak
		pass=$((pass + 1))
	fi
fi

totals "$pass" "$fail" "$xfail" "$skip"
[ "$fail" -eq 0 ] || exit "$KSFT_FAIL"
[ "$pass" -gt $((2 + 0${kmemleak:+1})) ] || exit "$KSFT_SKIP"
exit "$KSFT_PASS"
