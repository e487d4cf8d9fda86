#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cards move to another namespace or are deleted under traffic, and no object
is left.

A card is deleted by `ip link del`, at the end of its namespace, or when the
module is unloaded.
"""
import errno

from lib import ksft, module
from lib.bed import Bed, Shape
from lib.flood import Flood, unload_under_traffic
from lib.objects import Ledger
from lib.rebuild import WIRE, new_card, new_namespace, restore, wait_carrier

SHAPE = Shape.named("ipv4-transport")


def fresh(defer):
    bed = Bed()
    defer(bed.delete)
    bed.install(SHAPE)
    return bed


def flows(bed):
    """Traffic flows with new SAs. Other tests check who encrypts."""
    bed.shape = None                    # the new namespace has no policies
    pair = bed.install(SHAPE)
    with Flood(bed, SHAPE) as flood:
        flood.wait_flow("ab")
    bed.check_offload_lines(pair)


def moved(defer, side):
    """The card moves: its SAs end, and its cable stays plugged."""
    bed = fresh(defer)
    other = "b" if side == "a" else "a"
    with Flood(bed, SHAPE) as flood:
        flood.wait_flow("ab")
        old = new_namespace(bed, side)
        defer(old.delete)
        old.ip(f"link set {old.card} netns {bed.ns(side).name}")
        ksft.equal(old.ip_output("xfrm state").strip(), "",
                   "states of the namespace that the card left")
        ledger.wait_count("assoc", 2)   # at the other end
        flood.wait_attempts(other, 20)
        flood.wait_silence(side)
    restore(bed, side)
    wait_carrier(bed.w, WIRE[side], True)
    bed.wait_ready()
    flows(bed)


def moved_a(defer):
    moved(defer, "a")


def moved_b(defer):
    moved(defer, "b")


def wire_moved(defer):
    """The far end of the cable moves: the SAs of the near end stay."""
    bed = fresh(defer)
    with Flood(bed, SHAPE) as flood:
        flood.wait_flow("ab")
        for _ in range(3):
            bed.w.ip("link set ov1 nomaster",
                     f"link set ov1 netns {bed.b.name}")
            wait_carrier(bed.a, "ov0", False)
            bed.b.ip(f"link set ov1 netns {bed.w.name}")
            bed.w.ip("link set ov1 master br0", "link set ov1 up")
            wait_carrier(bed.a, "ov0", True)
        flood.wait_flow("ab")
    ledger.wait_count("assoc", 4)


def card_deleted(defer, side):
    bed = fresh(defer)
    other = "b" if side == "a" else "a"
    ns = bed.ns(side)
    with Flood(bed, SHAPE) as flood:
        flood.wait_flow("ab")
        ns.ip(f"link del {ns.card}")
        wait_carrier(bed.w, WIRE[side], False)
        flood.wait_silence(side)
        flood.wait_attempts(other, 20)
        ledger.wait_count("port", 3)
        ledger.wait_count("assoc", 2)
        new_card(bed, side)
        bed.install(SHAPE)
        flood.wait_flow("ab")


def card_deleted_a(defer):
    card_deleted(defer, "a")


def card_deleted_b(defer):
    card_deleted(defer, "b")


def namespaces_deleted(defer, order):
    """The namespaces of both ends are deleted, one after the other. When one
    namespace is gone, the other end goes on sending.

    While a namespace ends, its sockets are closed already, so the kernel
    answers the other end with ICMP errors. No such error may leave in clear.
    The kernel answers each datagram here, so that mostly some errors come while
    the policies are gone, and the card is not.
    """
    bed = fresh(defer)
    for side in order:
        for name in ("ratelimit", "ratemask"):
            bed.ns(side).sysctl(f"net.ipv4.icmp_{name}", 0)
    left = 4                            # cards
    with Flood(bed, SHAPE, burst=16, period=0) as flood:
        flood.wait_flow("ab")
        for side in order:
            rest = "b" if side == "a" else "a"
            bed.ns(side).delete()
            left -= 1
            ledger.wait_count("port", left)
            if left == 3:
                wait_carrier(bed.w, WIRE[side], False)
                flood.wait_attempts(rest, 50)
        ledger.wait_gone("sa", "assoc")
    refused = {*flood.refused["a"], *flood.refused["b"]}
    ksft.check(errno.EBADF in refused,
               f"sockets outlived their namespace: {refused}")


def a_then_b_deleted(defer):
    namespaces_deleted(defer, "ab")


def b_then_a_deleted(defer):
    namespaces_deleted(defer, "ba")


def wire_deleted(defer):
    """Both cables lose their far ends at the same time."""
    bed = fresh(defer)
    with Flood(bed, SHAPE) as flood:
        flood.wait_flow("ab")
        flood.let_go_of_wire()
        bed.w.delete()
        for side in "ab":
            wait_carrier(bed.ns(side), bed.ns(side).card, False)
        flood.wait_attempts("a", 50)
        flood.wait_attempts("b", 50)
        ledger.wait_count("port", 2)
    bed.w = None


def module_unloaded(defer):
    """Unloading the module under traffic, with SAs, leaves nothing behind."""
    ledger.close()
    for _ in range(2):
        module.load()
        bed = fresh(defer)
        unload_under_traffic(bed, SHAPE)
        for side in "ab":
            ksft.equal(bed.ns(side).ip_output("xfrm state").strip(), "",
                       f"states of {side}")
        bed.delete()


def nothing_left(_defer):
    """No object of the module is left. Tracepoints tell this, so the module
    must still be loaded.
    """
    ledger.wait_gone()
    ledger.close()


CASES = (moved_a, moved_b, wire_moved, card_deleted_a, card_deleted_b,
         a_then_b_deleted, b_then_a_deleted, wire_deleted, nothing_left,
         module_unloaded)


if __name__ == "__main__":
    some = ksft.chosen(CASES)
    module.load()
    ledger = Ledger()
    try:
        ksft.run(some)
    finally:
        ledger.close()
