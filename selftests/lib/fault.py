# SPDX-License-Identifier: GPL-2.0
"""Allocations that fail, in a kernel with fault injection.

    nth = FailNth()                     # allocations of this thread
    for _ in nth.each():                # until each allocation has failed once
        nth.run(sock.send, data)        # one of the allocations fails
    with module_fails(interval) as failed:      # any allocation of the module
        ...
    failed()                                    # how many failed
    with module_lacks_pages() as failed:    # the module gets only single pages
        ...

needed() skips the program in a kernel without fault injection. stack_needed()
skips the case in a kernel that cannot choose allocations by their call stack.
"""
import contextlib
import itertools
import os

from . import ksft, module

FAILSLAB = "/sys/kernel/debug/failslab/"
FAIL_PAGES = "/sys/kernel/debug/fail_page_alloc/"
DEFAULTS = (("probability", 0), ("interval", 1), ("times", 0), ("space", 0),
            ("verbose", 0), ("ignore-gfp-wait", "N"), ("task-filter", "N"))
# No operation makes as many allocations as this. A test fails if it counts more
# than LIMIT allocations in one operation
LIMIT = 2000
# The file "times" gets this number when a test begins to inject faults. The
# kernel subtracts 1 for each fault
OFTEN = 1 << 20


def write(name, value, where=FAILSLAB):
    with open(where + name, "w", encoding="ascii") as f:
        f.write(f"{value}\n")


def read(name, where=FAILSLAB):
    with open(where + name, encoding="ascii") as f:
        return int(f.read())


def needed():
    """Skip the program if this kernel cannot inject faults. If it can, set the
    fault injection to DEFAULTS, which inject nothing.
    """
    if not os.path.isdir(FAILSLAB) or \
            not os.path.exists("/proc/thread-self/fail-nth"):
        ksft.skip_all("this kernel has no fault injection (CONFIG_FAILSLAB, "
                      "CONFIG_FAULT_INJECTION_DEBUG_FS)")
    for name, value in DEFAULTS:
        write(name, value)


class FailNth:
    """Makes the Nth allocation of this thread fail, counted from the start of
    run(). injected tells whether an allocation failed in the last run().
    """

    def __init__(self):
        self.fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        self.nth = 0
        self.injected = False

    def each(self):
        """Yield N = 1, 2, ... until run() makes fewer than N allocations."""
        for self.nth in itertools.count(1):
            self.injected = False
            yield self.nth
            if not self.injected:
                return
            if self.nth > LIMIT:
                raise ksft.Fail(f"more than {LIMIT} allocations")

    def run(self, function, *args):
        os.pwrite(self.fd, b"%d" % self.nth, 0)
        try:
            return function(*args)
        finally:
            self.injected = int(os.pread(self.fd, 16, 0)) == 0
            os.pwrite(self.fd, b"0", 0)


class Armed:
    """A socket whose send() runs in nth.run(), so that an allocation fails."""

    def __init__(self, sock, nth):
        self.sock, self.nth = sock, nth

    def send(self, data):
        return self.nth.run(self.sock.send, data)

    def recv(self, length):
        return self.sock.recv(length)


def text_of_module():
    """Return where the module's code begins, and an address behind its end."""
    with open("/proc/modules", encoding="ascii") as f:
        for line in f:
            words = line.split()
            if words[0] == module.NAME:
                return int(words[5], 16), int(words[5], 16) + int(words[1])
    raise ksft.Fail(f"no {module.NAME} in /proc/modules")


def stack_needed(where=FAILSLAB):
    if not os.path.exists(where + "require-start"):
        raise ksft.Skip("this kernel cannot choose by the stack "
                        "(CONFIG_FAULT_INJECTION_STACKTRACE_FILTER)")


@contextlib.contextmanager
def module_fails(interval, where=FAILSLAB):
    """Let every @interval-th allocation of the module fail. The call stack
    shows which allocations are the module's.

    This works in any context, also in softirqs and workers, where FailNth does
    not work. A test must run stack_needed() before it uses this function.
    """
    start, end = text_of_module()
    for name, value in (("require-start", start), ("require-end", end),
                        ("interval", interval), ("times", OFTEN),
                        ("probability", 100)):
        write(name, value, where)
    left = []
    try:
        yield lambda: OFTEN - (left[0] if left else read("times", where))
    finally:
        write("probability", 0, where)
        left.append(read("times", where))
        write("require-end", (1 << 64) - 1, where)
        write("require-start", 0, where)


@contextlib.contextmanager
def module_lacks_pages(order=1):
    """Each request of the module for 2^@order pages or more fails. Without
    @order the module gets single pages only.
    """
    stack_needed(FAIL_PAGES)
    for name, value in (*DEFAULTS, ("min-order", order)):
        write(name, value, FAIL_PAGES)
    with module_fails(1, FAIL_PAGES) as failed:
        yield failed
