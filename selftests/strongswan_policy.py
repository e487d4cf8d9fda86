#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""strongSwan's policies work on cards in packet mode.

A policy for everything also covers IKE. strongSwan exempts IKE by policies of
its sockets, which no card can see. So strongSwan also adds bypasses for its
ports to each card in packet mode. Cases without these bypasses show that they
are needed. Other cases are about policies that the kernel deletes (link down),
about policies that no card can have (mixed families), and about marks.
"""
import struct
from contextlib import ExitStack

from lib import esp, ksft, module, swan
from lib.bed import CARD
from lib.flood import IKE_PORTS
from lib.ksft import wait_for
from lib.nft import Rules
from lib.swanbed import Link, SwanBed, WideBed
from lib.swansession import Test

# Kinds of IKE messages (RFC 7296 3.1), and their offset in a UDP datagram
INIT, AUTH, CREATE_CHILD, INFORMATIONAL = range(34, 38)
KIND_AT = 8 + 18
ALL_BYPASSES = 8                    # in and out, two ports, two families

WIDE = {fam: Link(fam, "tunnel", fam, "psk", fam == 6) for fam in (4, 6)}
NETS = Link(4, "tunnel", 4, "psk", False)
MIXED = [Link(4, "tunnel", 6, "psk", False),
         Link(6, "tunnel", 4, "psk", False)]
UNLIKE = "Tunnel must be of the same address family as the selector"


def spoken(bed):
    """The kinds of IKE messages in clear since mark(): {side: kinds}."""
    kinds = {"a": set(), "b": set()}
    for side, frame in bed.captured():
        if frame.proto == esp.UDP and not IKE_PORTS.isdisjoint(
                struct.unpack_from("!HH", frame.payload)):
            kinds[side].add(frame.payload[KIND_AT])
    return kinds


def protected(bed, side):
    return sum(sender == side and frame.esp is not None
               for sender, frame in bed.captured())


def refused_at_socket(ns):
    """How many packets a socket's policy has refused, because they came by an
    SA.
    """
    return ns.xfrm_stat()["XfrmInTmplMismatch"]


def check_bypasses(session, number):
    for side in "ab":
        ksft.equal(len(swan.bypasses(session.bed.ns(side))), number,
                   f"policies for IKE on the card of {side}")


def renewed(session):
    """Kill the daemons, delete all states and policies, and start the daemons
    again. This does not need IKE.
    """
    for side in "ab":
        session.charon[side].kill()
        session.bed.ns(side).ip("xfrm state flush", "xfrm policy flush")
        session.charon[side].start()


# ---- a policy for everything, in a WideBed

def with_bypass(session):
    """IKE goes in clear, all else as ESP."""
    bed = session.bed
    check_bypasses(session, ALL_BYPASSES)
    bed.mark()
    session.up()
    said = spoken(bed)
    for side in "ab":
        ksft.equal(said[side], {INIT, AUTH}, f"IKE of {side} at first")
        ksft.equal(protected(bed, side), 0, f"ESP of {side} at first")
    with bed.flood(session.link) as flood:
        session.rekey("a", flood)
        session.check_counts(flood)
    bed.mark()
    session.down()
    for side in "ab":
        ksft.equal(spoken(bed)[side], {INFORMATIONAL},
                   f"IKE of {side} at the end")


def without_bypass(session):
    """The answering end installs its policies first. So it protects its last
    answer by an SA that the other end does not have yet. The other end repeats
    its message in clear. The message reaches the daemon's socket, but each new
    answer is protected, too.
    """
    bed, b = session.bed, session.charon["b"]
    for side in "ab":
        ns = bed.ns(side)
        ns.ip(*(f"xfrm policy delete {one}" for one in swan.bypasses(ns)))
    bed.mark()
    session.load()
    session.charon["a"].begin()
    wait_for("b's daemon to get a repeated message", lambda:
             bed.delta("b")["ipsec_rx_clear_socket"], 60, 0.02)

    def answered():
        """b's card protects two answers or more. End a has no SA for them."""
        sent = protected(bed, "b")
        return sent > 1 and bed.delta("b")["ipsec_tx_pkts"] == sent and \
            bed.delta("a")["ipsec_rx_sadb_miss"] == sent

    wait_for("b's card to protect the answers", answered, 60, 0.02)
    ksft.equal([sa["state"] for sa in session.charon["a"].ike_sas()],
               ["CONNECTING"], "IKE_SAs of a")
    ksft.check(b.child(), "the daemon of b has no CHILD_SA")
    session.check_kernel("b")
    ksft.equal(swan.policies(bed.a), {}, "policies of a")
    ksft.equal(spoken(bed), {"a": {INIT, AUTH}, "b": {INIT}}, "IKE")
    ksft.equal(bed.delta("b")["ipsec_rx_drop_clear"], 0, "dropped by b's card")


def bypass_lost(session):
    """A bypass is lost while the connection is up: IKE goes by the SA, and the
    peer's socket drops it. When the bypass is back, IKE works again.
    """
    bed, fam = session.bed, session.link.outer
    session.up()
    old = {side: session.spi_of(side) for side in "ab"}
    lost = next(one for one in swan.bypasses(bed.a)
                if one.endswith("dir out") and "sport 500 " in one and
                (":" in one) == (fam == 6))
    bed.a.ip(f"xfrm policy delete {lost}")
    before = refused_at_socket(bed.b)
    bed.mark()
    session.charon["a"].rekey()
    wait_for("the kernel of b to refuse IKE of a", lambda:
             refused_at_socket(bed.b) > before, 60, 0.02)
    ksft.equal(spoken(bed), {"a": set(), "b": set()}, "IKE in clear")
    ksft.equal(session.charon["b"].child()["spi-in"], old["b"], "SA of b")
    ksft.check(bed.delta("b")["ipsec_rx_pkts"], "b's card verified nothing")
    bed.a.ip(f"xfrm policy add {lost} priority 32 offload packet "
             f"dev {CARD['a']}")
    for side in "ab":
        session.wait_child(side, old[side])
    session.check_up()
    session.check_flow()
    session.down()


# ---- policies that the kernel deletes

def link_down(session):
    """The kernel deletes the states and policies of the card. The daemon
    installs only its bypasses again, because it does not notice that its
    CHILD_SA is gone from the kernel. So traffic leaves in clear.
    """
    bed, charon = session.bed, session.charon["a"]

    def check_deleted():
        ksft.equal(swan.states(bed.a), [], "states")
        ksft.equal(swan.policies(bed.a), {"fwd": None}, "policies")
        ksft.equal(charon.child()["spi-in"], spi, "the daemon's SPI")

    session.up()
    spi = session.spi_of("a")
    bed.down_and_up("a", check_deleted)
    wait_for("the daemon to see the link", lambda:
             len(swan.bypasses(bed.a)) == ALL_BYPASSES, 60, 0.02)
    with bed.flood(session.link, sides="a") as flood:
        flood.wait("clear text of a", lambda: len(flood.clear) > 20)
        flood.stop()
        ksft.equal(flood.received["b"], 0, "let in by b")
        ksft.equal(bed.delta("b")["ipsec_rx_drop_clear"], flood.sent["a"],
                   "dropped by b's card")
        flood.clear = []
    check_deleted()
    charon.terminate()
    session.wait_gone()
    charon.initiate()
    session.check_up()
    session.check_flow()
    session.down()


# ---- policies that no card can have

def mixed_packet(session):
    """The answering end installs policies first, and its card refuses them."""
    session.load()
    session.bed.mark()
    try:
        session.charon["a"].initiate()
    except ksft.Fail:
        pass
    else:
        raise ksft.Fail("the daemon has a mixed tunnel in packet mode")
    log = session.charon["b"].log()
    for word in (UNLIKE, "unable to install IPsec policies"):
        ksft.check(word in log, f"not in b's log: {word}\n{log}")
    ksft.equal(session.bed.delta("b")["ipsec_policy_refused_family"], 2,
               "policies refused by b's card")
    session.wait_gone()


def mixed_auto(session):
    """States are in packet mode, and policies are in software. The kernel does
    not use such states for such policies, and the daemon does not notice this.
    In crypto mode the connection works (strongswan.py).
    """
    bed, charon = session.bed, session.charon["a"]
    session.load()
    charon.initiate()
    for side in "ab":
        session.wait_child(side)
        ksft.equal(swan.policies(bed.ns(side)),
                   {"in": None, "out": None, "fwd": None},
                   f"policies of {side}")
        ksft.equal([held.offload[2] for held in swan.states(bed.ns(side))],
                   ["packet"] * 2, f"modes of {side}'s states")
    with bed.flood(session.link, sides="a") as flood:
        flood.wait("a to find no state", lambda:
                   bed.a.xfrm_stat()["XfrmOutNoStates"] > 20)
        flood.stop()
        ksft.equal(flood.esp["a"], 0, "ESP of a")
        ksft.equal(flood.received["b"], 0, "received by b")
    # The larval state that the packets asked for outlives this case
    bed.a.ip("xfrm state flush proto esp")
    charon.terminate()
    session.wait_gone()


# ---- marks

SET_MARKS = {"set_mark_in": "0x20/0xf0", "set_mark_out": "0x10/0xf0"}
POLICY_MARKS = {"mark_out": "0x5", "mark_in": "0x6", "set_mark_in": "0x6"}
# Marks the packets that come from behind a gateway
MARK_OUTGOING = """chain pre { type filter hook prerouting priority 0;
iifname "h0" meta mark set 0x5
}
"""


def up_and_flow(session, words, check):
    """Bring a connection with these words up, check it, and end it."""
    bed = session.bed
    bed.child_words = words
    try:
        session.load()
        session.charon["a"].initiate()
        for side in "ab":
            session.wait_child(side)
            check(side)
        session.check_flow()
        session.down()
    finally:
        bed.child_words = {}


def set_marks(session):
    """States with output marks work with each setting of hw_offload."""
    def check(side):
        session.check_kernel(side)
        held = session.bed.ns(side).ip_output("xfrm state")
        for mark in ("0x20/0xf0", "0x10/0xf0"):
            ksft.equal(held.count(f"output-mark {mark}"), 1, mark)

    up_and_flow(session, SET_MARKS, check)


def policy_marks(session):
    """The card takes no policies with marks. The sending state has a mark, so
    with auto it is in crypto mode. The receiving state has no mark, so with
    auto it is in packet mode.
    """
    modes = {"no": None, "crypto": {"in": "crypto", "out": "crypto"},
             "auto": {"in": "packet", "out": "crypto"}}[session.asked["a"]]

    def check(side):
        ns = session.bed.ns(side)
        ksft.equal(swan.policies(ns), {"in": None, "out": None, "fwd": None},
                   f"policies of {side}")
        got = [held.offload for held in swan.states(ns)]
        if modes:
            got = {way: mode for _, way, mode in got}
        ksft.equal(got, modes or [None, None], f"states of {side}")

    with ExitStack() as stack:
        for side in "ab":
            stack.enter_context(Rules(session.bed.ns(side), MARK_OUTGOING))
        up_and_flow(session, POLICY_MARKS, check)


# (bed, hw_offload of both ends, case, link)
CASES = (
    (WideBed, "packet", with_bypass, WIDE[4]),
    (WideBed, "packet", with_bypass, WIDE[6]),
    (WideBed, "packet", bypass_lost, WIDE[4]),
    (WideBed, "packet", without_bypass, WIDE[4]),
    (SwanBed, "packet", link_down, NETS),
    (SwanBed, "packet", mixed_packet, MIXED[0]),
    (SwanBed, "packet", mixed_packet, MIXED[1]),
    *((SwanBed, asked, set_marks, NETS)
      for asked in ("no", "crypto", "packet", "auto")),
    *((SwanBed, asked, policy_marks, NETS)
      for asked in ("no", "crypto", "auto")),
    (SwanBed, "auto", mixed_auto, MIXED[0]),
    (SwanBed, "auto", mixed_auto, MIXED[1]),
)


class Tests:
    """Keeps a bed as long as the next case needs the same kind of bed."""

    def __init__(self):
        self.test = None

    def of(self, kind):
        if self.test and self.test.kind is not kind:
            self.delete()
        if not self.test:
            self.test = Test(kind)
            self.test.start()
        return self.test

    def delete(self):
        if self.test:
            self.test.delete()
            self.test = None


def run(defer, tests, kind, asked, function, link):
    test = tests.of(kind)
    test.check_mode("packet")
    session = test.session(link, (asked, asked))
    if function is without_bypass:
        defer(renewed, session)
    else:
        defer(session.clean)
    function(session)


def main():
    tests = Tests()
    some = ksft.chosen([
        (f"ipv{link.outer} {asked} {function.__name__}", run, tests, kind,
         asked, function, link) for kind, asked, function, link in CASES])
    module.load()
    if not swan.daemon():
        ksft.skip_all("strongSwan's charon is not here (charon-systemd)")
    try:
        ksft.run(some)
    finally:
        tests.delete()


if __name__ == "__main__":
    main()
