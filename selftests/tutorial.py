#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The commands of the tutorial (Documentation/index.rst) print what it shows.

lib/page.py runs them and compares.
"""
import os
import subprocess
import tempfile
import time

from lib import ksft, module, ov2, page
from lib.trace import root

PAGE = "index.rst"
NAMESPACES = ("red", "wire", "blue")


def delete_namespaces():
    for name in NAMESPACES:
        subprocess.run(["ip", "netns", "del", name], check=False,
                       stderr=subprocess.DEVNULL)


def count_events(defer):
    """Let the trace give each event a number, and sort the events of all CPUs
    by this number. If it sorted by time, an event could stand before the event
    that led to it, because the clocks of two CPUs may differ.
    """
    def clock(name):
        with open(root() + "/trace_clock", "w", encoding="ascii") as f:
            f.write(name)

    clock("counter")
    defer(clock, "local")


def does_what_it_says(defer):
    for name in NAMESPACES:
        if os.path.exists(f"/run/netns/{name}"):
            raise ksft.Skip(f"a namespace {name} is there already")
    if not ov2.find():
        raise ksft.Skip("needs the ov2 command: make -C tools/ov2, or OV2_TOOL")
    defer(delete_namespaces)
    ov2.on_path(defer)
    count_events(defer)
    page.compare(PAGE, least=6)


def failure_ends(_):
    """A block that fails ends the page at once, even if another block has left
    a program in the background. This program is ended, too.
    """
    with tempfile.NamedTemporaryFile("r") as number:
        began = time.monotonic()
        try:
            page.run([[f"sleep 600 & echo $! >{number.name}", []],
                      ["false", []], ["true", []]])
        except ksft.Fail as error:
            ksft.equal(str(error), "block 2 ends with 1", "the failure")
        else:
            raise ksft.Fail("the page does not fail")
        ksft.check(time.monotonic() - began < ksft.patience(60),
                   "the page waits for a program")
        pid = number.read().strip()

    def ended():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                return not f.read()     # empty: it has ended, a zombie
        except (FileNotFoundError, ProcessLookupError):
            return True

    ksft.check(pid, "the first block did not run")
    ksft.wait_for("the program in the background to end", ended)


if __name__ == "__main__":
    some = ksft.chosen([does_what_it_says, failure_ends])
    page.need(PAGE)
    module.load()
    ksft.run(some)
