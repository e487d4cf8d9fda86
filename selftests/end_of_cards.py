#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""To delete many cards takes about as long as to delete the same number of veth
devices. One worker of the kernel, cleanup_net(), ends all namespaces, and does
much of this under RTNL. If the worker had to wait for each card under RTNL,
every other user of RTNL would have to wait for the worker.

    OV2_CARDS=200 end_of_cards.py       with 200 cards instead of 48

The cases print what they measured.
"""
import os
import subprocess
import sys
import time

from lib import ksft, module
from lib.netns import Netns
from lib.objects import Ledger
from lib.trace import Trace, root

CARDS = int(os.environ.get("OV2_CARDS", 48))
ROUNDS = 3

# A card must cost less than LIMIT times what another device costs. The ratio is
# 0.5 to 2.1 (Documentation/performance.rst). It was 7.1 when each card waited
# for grace periods.
LIMIT = 4

# Functions in which the kernel waits: for grace periods, callbacks, work
WAITS = ("synchronize_rcu", "synchronize_rcu_expedited", "rcu_barrier",
         "__flush_workqueue")


class Cleaner:
    """Measures how long cleanup_net() works."""

    def __init__(self):
        self.trace = Trace([], clock="mono")
        for event in ("start", "end"):
            self.trace.write(
                f"events/workqueue/workqueue_execute_{event}/enable", 1)
        self.begun = None

    def runs(self):
        """The seconds of each run that has ended since the last call."""
        for event in self.trace.read():
            if "function cleanup_net" not in event.text:
                continue
            at = float(event.text.split(": workqueue_")[0].split()[-1])
            if event.name.endswith("start"):
                self.begun = at
            elif self.begun is not None:
                yield at - self.begun
                self.begun = None

    def quiet(self):
        list(self.runs())
        ksft.wait_for("the end of older namespaces",
                      lambda: [list(self.runs()), self.begun is None][1], 60)

    def delete(self, ns):
        """Delete a namespace; return the seconds that the worker needs."""
        self.quiet()
        start = time.monotonic()
        ns.delete()
        took = sum(ksft.wait_for("the end of a namespace",
                                 lambda: list(self.runs()), 120))
        passed = time.monotonic() - start
        ksft.check(took <= passed, f"the worker needs {took} seconds, but only "
                   f"{passed} seconds have passed")
        return took

    def close(self):
        self.trace.close()


def make_cards(ns, number):
    ns.ip(*(line for i in range(0, number, 2) for line in (
        f"link add c{i} type ipsecov2",
        f"link add c{i + 1} link c{i} type ipsecov2")))


def make_veth(ns, number):
    ns.ip(*(f"link add c{i} type veth peer name c{i + 1}"
            for i in range(0, number, 2)))


def make_monitors(ns, number):
    ns.ip(*(f"link add c{i} type ipsecov2mon" for i in range(number)))


KINDS = {"cards": make_cards, "veth": make_veth}


def filled(defer, kind, up):
    """A namespace with CARDS devices of a kind, all up or all down."""
    ns = Netns(kind)
    defer(ns.delete)
    KINDS[kind](ns, CARDS)
    if up:
        ns.ip(*(f"link set c{i} up" for i in range(CARDS)))
    return ns


def compare(what, times, other="veth"):
    """Compare the best of some rounds, because disturbances only add time."""
    best = {kind: min(took) / CARDS * 1000 for kind, took in times.items()}
    ratio = best["cards"] / best[other]
    ksft.note(f"{what}, {CARDS} devices: a card {best['cards']:.3f} ms, "
              f"a {other} device {best[other]:.3f} ms, ratio {ratio:.2f}")
    ksft.check(ratio < LIMIT, f"{what}: a card costs {ratio:.1f} times "
               f"what a {other} device costs; the limit is {LIMIT} times")


def namespaces(defer, up, what):
    times = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in KINDS:
            times[kind].append(cleaner.delete(filled(defer, kind, up)))
    compare(what, times)


def namespace_of_cards_down(defer):
    namespaces(defer, False, "a namespace, all down")


def namespace_of_cards_up(defer):
    namespaces(defer, True, "a namespace, all up")


SENDER = r"""
import socket, sys
frame = b"\xff" * 6 + b"\2\0\0\0\0\1" + b"\x88\xb5" + bytes(50)
socks = []
for i in range(int(sys.argv[1])):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((f"p{i}", 0))
    sock.setblocking(False)
    socks.append(sock)
sent = 0
while True:
    for sock in socks:
        try:
            sent += sock.send(frame) > 0
        except OSError:
            pass
    if sent >= 20 * len(socks):
        sent = -1 << 62
        print("flows", flush=True)
"""


def loaded(defer, kind):
    """The peers of the devices, in another namespace, send all the time."""
    ends = Netns(kind)
    defer(ends.delete)
    peers = Netns("peers")
    defer(peers.delete)
    for i in range(CARDS):
        if kind == "veth":
            ends.ip(f"link add c{i} type veth peer name p{i} "
                    f"netns {peers.name}")
        else:
            ends.ip(f"link add c{i} type ipsecov2",
                    f"link add p{i} link c{i} type ipsecov2",
                    f"link set p{i} netns {peers.name}")
    ends.ip(*(f"link set c{i} up" for i in range(CARDS)))
    peers.ip(*(f"link set p{i} up" for i in range(CARDS)))
    with peers.entered():
        sender = subprocess.Popen([sys.executable, "-c", SENDER, str(CARDS)],
                                  stdout=subprocess.PIPE)
    defer(sender.wait)
    defer(sender.kill)
    ksft.equal(sender.stdout.readline(), b"flows\n", "what the sender printed")
    return ends, peers, sender


def namespace_under_traffic(defer):
    times = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in KINDS:
            ends, peers, sender = loaded(defer, kind)
            times[kind].append(cleaner.delete(ends))
            ksft.check(sender.poll() is None, "the sender ended early")
            sender.kill()
            sender.wait()
            sender.stdout.close()
            peers.delete()
    compare("a namespace, under traffic", times)


def one_by_one(defer):
    """Each card is deleted alone, and compared with a dummy device, because
    `ip link del` deletes two veth devices at a time.
    """
    ns = Netns("single")
    defer(ns.delete)
    times = {"cards": [], "dummy": []}
    for _ in range(ROUNDS):
        make_cards(ns, CARDS)
        ns.ip(*(f"link add d{i} type dummy" for i in range(CARDS)))
        for kind, letter in (("cards", "c"), ("dummy", "d")):
            start = time.monotonic()
            ns.ip(*(f"link del {letter}{i}" for i in range(CARDS)))
            times[kind].append(time.monotonic() - start)
    compare("one by one", times, "dummy")


class Waits:
    """Counts how often the kernel waits, by kprobes on WAITS."""

    def __init__(self):
        self.file = root() + "/kprobe_events"
        if not os.path.exists(self.file):
            raise ksft.Skip("this kernel has no kprobe events")
        self.group = f"ov2_{os.getpid()}"
        for name in WAITS:
            self.control(f"p:{self.group}/{name} {name}")
        self.trace = Trace(WAITS, system=self.group)

    def control(self, line):
        # open() with mode "w" would delete other programs' probes, because it
        # sets O_TRUNC. Mode "a" would fail, because it seeks to the end of the
        # file.
        file = os.open(self.file, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, line.encode() + b"\n")
        finally:
            os.close(file)

    def of(self, work):
        """How often the kernel waits while work() runs."""
        self.trace.read()
        work()
        return len(self.trace.read())

    def close(self):
        self.trace.close()
        for name in WAITS:
            self.control(f"-:{self.group}/{name}")


def no_wait_for_each_card(defer):
    """40 additional cards or monitors cause few additional waits. Waits are
    counted, because their number differs less from run to run than a time does.
    """
    waits = Waits()
    defer(waits.close)

    def counted(make, number):
        ns = Netns("waits")
        defer(ns.delete)
        make(ns, number)
        ns.ip(*(f"link set c{i} up" for i in range(number)))
        return waits.of(lambda: cleaner.delete(ns))

    for kind, make in (*KINDS.items(), ("monitors", make_monitors)):
        few, many = (min(counted(make, number) for _ in range(ROUNDS))
                     for number in (2, 42))
        ksft.note(f"waits at the end of a namespace: 2 {kind}: {few}, "
                  f"42 {kind}: {many}")
        ksft.check(many - few < 20,
                   f"40 more {kind} cause {many - few} more waits")


def nothing_left(_defer):
    ledger.wait_gone()


CASES = (namespace_of_cards_down, namespace_of_cards_up,
         namespace_under_traffic, one_by_one, no_wait_for_each_card,
         nothing_left)


if __name__ == "__main__":
    some = ksft.chosen(CASES)
    module.load()
    ledger = Ledger()
    cleaner = Cleaner()
    try:
        ksft.run(some)
    finally:
        cleaner.close()
        ledger.close()
