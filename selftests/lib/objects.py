# SPDX-License-Identifier: GPL-2.0
"""Checks that no object of the module is left, and that the kernel's log has no
complaint.

    ledger = Ledger()               # before the objects are made
    ...
    ledger.wait_gone("sa")          # until all SAs made above are freed
    ledger.close()
    unload_clean()                  # rmmod, and the kernel has no complaint

A Ledger looks at the objects of KINDS, unless it is given other kinds. NBLs are
not among KINDS, because there are as many NBLs as packets.
"""
import contextlib
import re
import subprocess
import time

from . import ksft, module
from .trace import Trace

COMPLAINT = re.compile(r"WARNING:|BUG:|Oops|general protection|objects left|"
                       r"unregister_netdevice: waiting|leaked reference|"
                       r"blocked for more than|possible .* locking")
KINDS = ("port", "sa", "assoc")
EVENTS = ("ov2_object_create", "ov2_object_free")


class Ledger:
    """The objects that are made and not freed, as tracepoints tell."""

    def __init__(self, kinds=KINDS):
        self.trace = Trace([])
        for event in EVENTS:
            where = f"events/ipsecov2/{event}/"
            self.trace.write(where + "filter", " || ".join(
                f'kind == "{kind}"' for kind in kinds))
            self.trace.write(where + "enable", 1)
        self.kinds = kinds
        self.alive = set()
        self.seen = set()
        self.made = {kind: 0 for kind in kinds}

    def read(self):
        wrong = []
        for event in self.trace.read():
            kind, address = event.fields["kind"], event.fields["object"]
            made = event.name == "ov2_object_create"
            if not made and address not in self.seen:
                continue                # an object of an earlier program
            self.seen.add(address)
            if ((kind, address) in self.alive) == made:
                wrong.append(event.text.strip())
            if made:
                self.alive.add((kind, address))
                self.made[kind] += 1
            else:
                self.alive.discard((kind, address))
        ksft.check(not wrong, f"made twice, or freed twice: {wrong[:3]}")

    def count(self, kind):
        self.read()
        return sum(k == kind for k, _ in self.alive)

    def wait_count(self, kind, number, seconds=30):
        """Wait for this number of objects. Objects are freed late: after grace
        periods and the core's own work.
        """
        seconds = ksft.patience(seconds)
        end = time.monotonic() + seconds
        while self.count(kind) != number:
            if time.monotonic() > end:
                raise ksft.Fail(f"{self.count(kind)} objects of kind {kind} "
                                f"after {seconds} s, expected {number}")
            time.sleep(0.02)

    def wait_gone(self, *kinds):
        for kind in kinds or self.kinds:
            self.wait_count(kind, 0)

    def close(self):
        self.trace.close()


def kernel_log():
    return subprocess.run(["dmesg", "--kernel"], capture_output=True,
                          text=True, check=True).stdout.splitlines()


def complaints(before):
    """Lines of the log that are a complaint and were not there before."""
    old = set(before)
    return [line for line in kernel_log()
            if line not in old and COMPLAINT.search(line)]


@contextlib.contextmanager
def clean_unload():
    """The caller unloads the module in this context. The module then counts its
    objects, and warns if an object is left. The kernel's log must have no
    complaint.
    """
    before = kernel_log()
    yield
    found = complaints(before)
    ksft.check(not found, "the kernel at rmmod: " + "; ".join(found))


def unload_clean():
    with clean_unload():
        module.remove()
