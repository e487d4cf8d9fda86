# SPDX-License-Identifier: GPL-2.0
"""KTAP for a test program that is one long-lived python process.

    from lib import ksft

    def good(defer):                # its name is the name of the result
        defer(cleanup, argument)    # called at the end, last one first
        ksft.equal(counted, 3, "frames on the wire")
        ksft.check(flag, "what is wrong, or what was expected")

    ksft.main([good, ("other name", function, *arguments), ...])

A program that needs a bed for all its cases chooses its cases first, so that -h
and -l need neither root nor the module:

    some = ksft.chosen([...])
    module.load()
    bed = Bed()
    try:
        ksft.run(some)
    finally:
        bed.delete()

A case may raise Skip or XFail; any other exception makes it fail. Every case
runs, even if other cases fail. Exit status as in kselftest: 1 if a case failed,
else 0 if a case passed, else 2 if a failure was expected, else 4 because all
was skipped. The options are those of the kernel's own tests, net/lib/py/ksft.py
and kselftest_harness.h: see USAGE.
"""
import fnmatch
import getopt
import os
import sys
import time
import traceback

# Debug kernels and busy machines get more time: OV2_SLOW=4
SLOW = float(os.environ.get("OV2_SLOW", 1))

PASS, FAIL, XFAIL, SKIP = 0, 1, 2, 4


USAGE = """\
Usage: {program} [-h|-l] [-t|-T NAME]...
    -h       print this help
    -l       list the cases (those that -t and -T choose)
    -t NAME  run this case
    -T NAME  do not run this case

NAME may be a pattern: 'ipv6-*'. The first -t or -T that names a case decides.
If there is no -t, all cases run except those that a -T names.
"""


class Fail(AssertionError):
    """The tested thing is wrong."""


class Skip(Exception):
    """This kernel cannot run the case; the text says why."""


class XFail(Exception):
    """A documented limit; the text names it."""


def check(condition, message):
    if not condition:
        raise Fail(message)


def equal(got, expected, what):
    if got != expected:
        raise Fail(f"{what}: got {show(got)}, expected {show(expected)}")


def show(value):
    if isinstance(value, (bytes, bytearray)):
        text = bytes(value[:48]).hex()
        return f"{len(value)} bytes {text}{'...' if len(value) > 48 else ''}"
    return repr(value)


def patience(seconds):
    """How long a wait of @seconds may take on this machine."""
    return seconds * SLOW


def wait_for(what, condition, seconds=10.0, period=0.002):
    """Poll until condition() is true; return its value."""
    seconds = patience(seconds)
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Fail(f"waited {seconds} s in vain: {what}")
        time.sleep(period)


def note(text):
    for line in str(text).splitlines():
        print("# " + line, flush=True)


class Report:
    """Prints the number of results (the plan), and then each result."""

    def __init__(self, plan):
        self.count = {"pass": 0, "fail": 0, "xfail": 0, "skip": 0}
        self.number = 0
        self.plan = plan
        print("KTAP version 1", flush=True)
        print(f"1..{plan}", flush=True)

    def result(self, kind, name, reason=""):
        self.number += 1
        self.count[kind] += 1
        word = "not ok" if kind == "fail" else "ok"
        tail = {"xfail": f" # XFAIL {reason}",
                "skip": f" # SKIP {reason}"}.get(kind, "")
        print(f"{word} {self.number} {name}{tail}", flush=True)

    def run(self, name, function, *args):
        """Run one case; any exception becomes its result."""
        try:
            function(*args)
        except Skip as reason:
            self.result("skip", name, reason)
        except XFail as reason:
            self.result("xfail", name, reason)
        except Fail as error:
            where = traceback.extract_tb(error.__traceback__)
            for frame in where[-3:]:
                note(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}: "
                     f"{frame.line}")
            note(error)
            self.result("fail", name)
        except Exception:
            note(traceback.format_exc())
            self.result("fail", name)
        else:
            self.result("pass", name)

    def finish(self):
        """Print the totals, and end the program."""
        c = self.count
        if self.number != self.plan:
            note(f"planned {self.plan} results, got {self.number}")
            c["fail"] += 1
        print(f"# Totals: pass:{c['pass']} fail:{c['fail']} "
              f"xfail:{c['xfail']} xpass:0 skip:{c['skip']} error:0",
              flush=True)
        sys.exit(self.status())

    def status(self):
        c = self.count
        if c["fail"]:
            return FAIL
        if c["pass"]:
            return PASS
        return XFAIL if c["xfail"] else SKIP


class Defer:
    """Calls that are made at the end of a case, the last one first."""

    def __init__(self):
        self.calls = []

    def __call__(self, function, *args, **kwargs):
        self.calls.append((function, args, kwargs))

    def run(self):
        """Run all calls, also when one fails; raise the first failure. A call
        that raises Skip or XFail has failed.
        """
        failure = None
        while self.calls:
            function, args, kwargs = self.calls.pop()
            try:
                function(*args, **kwargs)
            except (Skip, XFail) as error:
                failure = failure or Fail(f"at the end of the case: {error}")
            except Exception as error:
                failure = failure or error
        if failure:
            raise failure


def with_defer(function, *args):
    """Call function(defer, *args), and then what it has deferred. If both fail,
    raise the failure of the function.
    """
    defer = Defer()
    try:
        function(defer, *args)
    except (Skip, XFail):
        defer.run()
        raise
    except BaseException:
        try:
            defer.run()
        except Exception as error:
            note(f"a deferred call fails, too: {error}")
        raise
    defer.run()


def skip_all(reason):
    print("KTAP version 1")
    print(f"1..0 # SKIP {reason}", flush=True)
    sys.exit(SKIP)


def usage_error(text):
    print(f"{program()}: {text} (-h shows the options)", file=sys.stderr)
    sys.exit(FAIL)


def program():
    return os.path.basename(sys.argv[0])


def options():
    """What the command line says: (-l was given, [(included, pattern), ...]).
    """
    try:
        got, rest = getopt.gnu_getopt(sys.argv[1:], "hlt:T:")
    except getopt.GetoptError as error:
        usage_error(error)
    if rest:
        usage_error(f"'{rest[0]}' is no option: a case is chosen by -t")
    if ("-h", "") in got:
        about = sys.modules["__main__"].__doc__ or ""
        print(about.strip().split("\n\n")[0] + "\n\n"
              + USAGE.format(program=program()), end="")
        sys.exit(PASS)
    return (("-l", "") in got,
            [(option == "-t", value) for option, value in got
             if option in ("-t", "-T")])


def name_of(case):
    return case[0] if isinstance(case, tuple) else case.__name__


def is_chosen(name, filters):
    for included, pattern in filters:
        if name == pattern or fnmatch.fnmatchcase(name, pattern):
            return included
    return not any(included for included, _ in filters)


def chosen(cases):
    """Return those of @cases that the command line asks for. A case is a
    function or a tuple (name, ...).

    If an option is -h, -l or wrong, chosen() prints a text and ends the
    program.
    """
    listed, filters = options()
    names = [name_of(case) for case in cases]
    for _, pattern in filters:
        if not any(is_chosen(name, [(True, pattern)]) for name in names):
            usage_error(f"no case is named '{pattern}' (-l lists them)")
    some = [case for case in cases if is_chosen(name_of(case), filters)]
    if listed:
        print("\n".join(name_of(case) for case in some))
        sys.exit(PASS)
    if not some:
        usage_error("the options leave no case")
    return some


def without_defer(function, *args):
    function(*args)


def run(cases, call=with_defer):
    """Run @cases, and end the program. A case is a function or a tuple (name,
    function, *args).

    call(function, *args) runs one case. with_defer() calls the function with a
    new Defer in front of the args.
    """
    report = Report(len(cases))
    for case in cases:
        function, *args = case[1:] if isinstance(case, tuple) else (case,)
        report.run(name_of(case), call, function, *args)
    report.finish()


def main(cases):
    """Run the cases that the command line asks for, and end the program."""
    run(chosen(cases))
