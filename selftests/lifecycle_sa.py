#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""While SAs end or change under traffic, no packet leaves in clear.

SAs are deleted, updated, flushed and replaced, and they expire. At the end no
object is left.
"""
from lib import ksft, module
from lib.bed import Bed, Sa, Shape
from lib.flood import Flood
from lib.objects import Ledger, unload_clean
from lib.xfrmnl import Expiries

SHAPES = (("ipv4-transport", "crypto"), ("ipv6-tunnel", "crypto"),
          ("ipv6-transport", "packet"), ("ipv4-tunnel", "packet"))
ROUNDS = 2


class Ends:
    """A bed, its pair of SAs, and a count of the module's objects."""

    def __init__(self):
        self.ledger = Ledger()
        self.bed = Bed()
        self.pair = None

    def install(self, shape, how):
        self.bed.remove()
        self.pair = self.bed.install(shape, how=how)
        self.bed.mark()

    def lines(self, side, verb="add"):
        return [sa.line(side, True, verb) for sa in (self.pair.ab,
                                                     self.pair.ba)]

    def all_offloaded(self):
        self.bed.check_offload_lines(self.pair)
        self.ledger.wait_count("assoc", 4)
        self.ledger.wait_count("sa", 4)
        for side in "ab":
            moved = self.bed.delta(side)
            ksft.equal(moved["ipsec_rx_auth_failed"], 0,
                       f"ICV failures at {side}")


def deleted(ends, flood):
    """The SA of one direction is deleted; the other direction goes on."""
    a, b, ab = ends.bed.a, ends.bed.b, ends.pair.ab
    for _ in range(ROUNDS):
        flood.wait_flow("ab")
        a.ip(f"xfrm state delete {ab.id}")
        flood.wait_silence("a")
        flood.wait_flow("a")
        ends.ledger.wait_count("assoc", 3)
        # New SAs at both ends, because the numbers begin again
        b.ip(f"xfrm state delete {ab.id}", ab.line("b", True))
        a.ip(ab.line("a", True))
    flood.wait_flow("ab")
    ends.all_offloaded()


def updated(ends, flood):
    """UPDSA makes a second SA, and soon deletes it. The first SA stays."""
    for _ in range(ROUNDS):
        for side in "ab":
            ends.bed.ns(side).ip(*ends.lines(side, "update"))
        flood.wait_flow("ab")
    ends.all_offloaded()


def flushed(ends, flood):
    for _ in range(ROUNDS):
        flood.wait_flow("ab")
        for side in "ab":
            ends.bed.ns(side).ip("xfrm state flush")
        flood.wait_silence("ab")
        ends.ledger.wait_gone("assoc", "sa")
        for side in "ba":
            ends.bed.ns(side).ip(*ends.lines(side))
    flood.wait_flow("ab")
    ends.all_offloaded()


def expire(ends, flood, limits):
    """a's sending SA ends by a limit; returns how many frames the SA sent."""
    a, b, ab = ends.bed.a, ends.bed.b, ends.pair.ab
    flood.wait_flow("ab")
    expiries = Expiries(a)
    a.ip(f"xfrm state delete {ab.id}")
    b.ip(f"xfrm state delete {ab.id}")
    flood.wait_silence("a")
    # Ask the card and not the tap, because a frame of the old SA may still be
    # on its way to the tap
    before = ends.bed.delta("a")["ipsec_tx_pkts"]
    late = a.xfrm_stat()["XfrmOutStateExpired"]
    extra = " ".join(f"limit {name} {value}" for name, value in limits)
    b.ip(ab.line("b", True))
    a.ip(ab.line("a", True, extra=extra))
    expiries.wait(ab.spi, hard=False)
    expiries.wait(ab.spi, hard=True)
    first = [e.hard for e in expiries.got if e.spi == ab.spi][0]
    ksft.equal(first, False, "hard expiry before the soft one")
    ends.ledger.wait_count("assoc", 3)
    flood.wait_silence("a")
    flood.wait_flow("a")                # the other direction goes on
    ksft.check(f"{ab.spi:#010x}" not in a.ip_output("xfrm state"),
               "the state is still there")
    sent = ends.bed.delta("a")["ipsec_tx_pkts"] - before
    if limits[0][0] != "time-soft":
        ksft.check(a.xfrm_stat()["XfrmOutStateExpired"] > late,
                   "no packet was counted in XfrmOutStateExpired")
    a.ip(ab.line("a", True))
    return sent


def expired_by_time(ends, flood):
    # The limits are far apart. With limits close together, a timer that is late
    # would find only the hard limit
    sent = expire(ends, flood, [("time-soft", 1), ("time-hard", 6)])
    ksft.check(sent, "nothing was sent before the end")


def expired_by_packets(ends, flood):
    sent = expire(ends, flood, [("packet-soft", 20), ("packet-hard", 40)])
    ksft.equal(sent, 40, "frames sent by the SA")


def expired_by_bytes(ends, flood):
    sent = expire(ends, flood, [("byte-soft", 4000), ("byte-hard", 9000)])
    # A datagram has 40 to 1100 bytes of payload. The limit includes the headers
    ksft.check(9 <= sent <= 9000 // 40, f"{sent} frames sent by the SA")


def rekeyed(ends, flood):
    """New SAs come, then the old SAs end, and no packet is lost."""
    bed = ends.bed
    for _ in range(ROUNDS):
        flood.wait_flow("ab")
        old, shape = ends.pair, ends.pair.shape
        new = old._replace(**{name: Sa(shape, sa.sender, next(bed.spi), sa.alg,
                                       sa.icv, sa.esn, how=sa.how)
                              for name, sa in (("ab", old.ab),
                                               ("ba", old.ba))})
        for sa in (new.ab, new.ba):
            bed.ns(sa.receiver).ip(sa.line(sa.receiver, True))
        for sa in (new.ab, new.ba):
            bed.ns(sa.sender).ip(sa.line(sa.sender, True))
        flood.wait_flow("ab")
        for sa in (old.ab, old.ba):
            bed.ns(sa.sender).ip(f"xfrm state delete {sa.id}")
        # After this wait, all packets of the old SAs have arrived
        flood.wait_flow("ab")
        for sa in (old.ab, old.ba):
            bed.ns(sa.receiver).ip(f"xfrm state delete {sa.id}")
        ends.pair = new
        for sa in (old.ab, old.ba):
            seen = flood.spis[sa.sender][sa.spi.to_bytes(4, "big")]
            ksft.check(seen, f"{sa.spi:#x} was never used")
    flood.wait_flow("ab")
    ends.all_offloaded()
    flood.stop()
    ksft.equal((flood.received["b"], flood.received["a"]),
               (flood.sent["a"], flood.sent["b"]),
               "datagrams received at b and at a")


CASES = (deleted, updated, flushed, expired_by_time, expired_by_packets,
         expired_by_bytes, rekeyed)


def main():
    def one(shape, how, case):
        ends.install(shape, how)
        with Flood(ends.bed, shape) as flood:
            flood.wait_flow("ab")
            case(ends, flood)

    def nothing_left():
        ends.bed.delete()
        ends.ledger.wait_gone()
        # Every case but this one makes more than two SAs
        ksft.check(ends.ledger.made["sa"] >= 2 * (len(some) - 1),
                   f"too few SAs were seen: {ends.ledger.made}")
        ends.ledger.close()
        unload_clean()

    some = ksft.chosen([(f"{name} {how} {case.__name__}", one,
                         Shape.named(name), how, case)
                        for name, how in SHAPES for case in CASES]
                       + [("nothing is left", nothing_left)])
    module.load()
    ends = Ends()
    try:
        ksft.run(some, ksft.without_defer)
    finally:
        ends.bed.delete()
        ends.ledger.close()


if __name__ == "__main__":
    main()
