#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packet offload protects traffic in every shape that a card takes, by several
algorithms, with and without ESN, and with offload at one end or at both ends.

Every cell sends UDP both ways, ICMP echo and TCP. Some UDP packets fill the
link's MTU, and the padding of ESP has each length that it can have. The
receiver and an oracle on the wire check each packet. The engines must count
as many frames as there are ESP frames on the wire (lib/traffic.py, settle()),
and nothing may be in clear. In a cell with one offloading end the other end
uses Linux' own software ESP. `ip -s xfrm state` must show the bytes and packets
of the wire at both ends. After TCP, the state of a software sender is not
compared, because this state counts a large send as one packet.

The ends themselves send the traffic, or forward it from clients behind them.
"""
import itertools
import random

from lib import ksft, lifetime
from lib.algs import ALGS
from lib.bed import CARD, OTHER, Bed, Shape
from lib.cases import Cells, run_cells
from lib.clients import ClientBed
from lib.traffic import largest_datagram

ALGORITHMS = [("aes128-gcm", 64), ("aes256-gcm", 96), ("aes128-gcm", 128),
              ("aes128-gmac", 128), ("chacha20-poly1305", 128),
              ("aes128-cbc-sha256", 128), ("null-sha1", 96)]
# In packet mode the card refuses the other shapes of lib/bed.py
SHAPES = [Shape.named(name) for name in (
    "ipv4-transport", "ipv6-transport", "ipv4-tunnel", "ipv6-tunnel",
    "ipv4-transport-udp", "ipv4-tunnel-udp")]
ENDS = [("ab", "both"), ("a", "a-only"), ("b", "b-only")]
FORWARDED = [shape for shape in SHAPES if shape.mode == "tunnel"]
LOCAL, CLIENTS, DAEMON = "local", "forwarded", "daemon's"
# Cells with states like those of the daemon libreswan. (strongswan.py tests the
# states of strongSwan.) libreswan uses ESN if the peer supports ESN. Its states
# for received packets have a window of 128, and its states for sent packets
# have no window. All its states have the flag af-unspec. lib/bed.py sets this
# flag in tunnel mode only, so UNSPEC adds the flag in transport mode
DAEMONS = [(shape, name) for shape in (
    "ipv4-transport", "ipv6-transport", "ipv4-tunnel", "ipv6-tunnel")
    for name in ("aes256-gcm", "aes128-ccm")]
UNSPEC = {"transport": "flag af-unspec", "tunnel": ""}
TCP_HEADER = 32                 # with timestamps


def cells():
    """[(name, whose traffic, shape, algorithm, icv, esn, ends), ...]

    With a-only, only a offloads, as the sender of a's packets and as the
    receiver of b's packets. With b-only, only b offloads.

    Local traffic has one cell for each pair of a shape and an algorithm. The
    cells of one shape together have all ENDS and both values of esn. So do the
    cells of one algorithm.
    """
    made = []
    for row, shape in enumerate(SHAPES):
        for column, (name, icv) in enumerate(ALGORITHMS):
            ends = ENDS[(row + column) % 3]
            made.append((LOCAL, shape, name, icv, (row + column) // 3 % 2,
                         ends))
    for row, shape in enumerate(FORWARDED):
        for column, ends in enumerate(ENDS):
            name, icv = ALGORITHMS[(2 * row + 3 * column) %
                                   len(ALGORITHMS)]
            made.append((CLIENTS, shape, name, icv, (row + column) % 2, ends))
    return [(f"{whose} {shape.name} {name} icv-{icv} "
             f"{'esn' if esn else 'no-esn'} {word}", whose, shape,
             ALGS[name], icv, bool(esn), ends)
            for whose, shape, name, icv, esn, (ends, word) in made] + [
            (f"{DAEMON} {shape} {name} icv-128 esn window-128 {word}", DAEMON,
             Shape.named(shape), ALGS[name], 128, True, ends)
            for (shape, name), (ends, word) in zip(
                DAEMONS, itertools.cycle(ENDS))]


class Matrix(Cells):
    def __init__(self):
        super().__init__(None)
        self.seen = None                # bytes and packets that each end sent

    def choose_bed(self, whose):
        kind = ClientBed if whose == CLIENTS else Bed
        if type(self.bed) is not kind:  # ClientBed is a Bed, too
            self.close()
            self.bed = kind()

    def cell(self, whose, shape, alg, icv, esn, ends):
        self.need(alg)
        self.choose_bed(whose)
        words = {}
        if whose == DAEMON:
            words = {"window": 128, "extra": 2 * (UNSPEC[shape.mode],)}
        pair = self.bed.install(shape, alg=alg, icv=icv, esn=esn,
                                offload=ends, how="packet", **words)
        self.bed.check_offload_lines(pair)
        self.check_policy_lines(ends)
        talk = self.traffic(shape)
        self.bed.mark()
        largest = largest_datagram(shape, icv, alg=alg)
        for side in "ab":
            first = random.randrange(1, 1200)
            talk.udp(side, [*range(first, first + alg.align), largest - 1,
                            largest])
        talk.echo("a", [random.randrange(1, 1200)])
        wire = talk.settle(pair)
        for side in "ab":
            ksft.equal(wire.fragments[side], 0, f"fragments of {side}")
            ksft.equal(set(wire.pads[side]), set(range(alg.align)),
                       f"pad lengths that {side} sent")
            longest = max(len(frame.ip) for frame in wire.frames[side])
            ksft.check(1500 - alg.align < longest <= 1500,
                       f"the longest packet of {side} has {longest} bytes")
        self.seen = {"a": (0, 0), "b": (0, 0)}
        self.count(pair, wire)
        self.check_lifetimes(pair, "ab")
        talk.tcp("a", 5000, 60000)
        # A sender in software counts a large send once: xfrm_output_one()
        self.settle_lifetimes(pair, talk, ends)
        if whose == LOCAL:
            self.beyond(pair, talk, largest)

    def check_policy_lines(self, ends):
        for side in "ab":
            ksft.equal(self.bed.offload_lines(side, "policy"),
                       2 * [f"crypto offload parameters: dev {CARD[side]} "
                            "mode packet"] * (side in ends),
                       f"offload lines of `ip xfrm policy` at {side}")

    def settle_lifetimes(self, pair, talk, senders):
        """Check the counts of the states; a late packet is no failure.

        The test's count misses a packet that comes while the test reads the
        wire: an ACK, or data that TCP repeats because the ACK is late. The
        states count this packet. So a wrong count is checked up to two more
        times, and the last time the states may count four packets more.
        """
        header = {4: 20, 6: 40}[talk.shape.inner]
        ack = TCP_HEADER + (header if talk.shape.mode == "tunnel" else 0)
        for uncounted in (0, 0, 4):
            self.count(pair, talk.settle(pair))
            try:
                return self.check_lifetimes(pair, senders, ack, uncounted)
            except ksft.Fail:
                if uncounted:
                    raise

    def count(self, pair, wire):
        """Add the wire's bytes and packets to self.seen, the counts that the
        states should have.
        """
        for sa in (pair.ab, pair.ba):
            frames = wire.frames[sa.sender]
            overhead = 8 + sa.alg.iv_len + 2 + sa.icv // 8
            bytes_, packets = self.seen[sa.sender]
            bytes_ += sum(len(frame.esp) - overhead - pad for frame, pad in
                          zip(frames, wire.pads[sa.sender]))
            self.seen[sa.sender] = bytes_, packets + len(frames)

    def check_lifetimes(self, pair, senders, ack=0, uncounted=0):
        """Check that the states of receivers, and of the senders in @senders,
        count all packets. They may count up to @uncounted packets more, each
        with @ack bytes or more.
        """
        for sa in (pair.ab, pair.ba):
            for side in "ab":
                stat = lifetime.of(self.bed.ns(side), sa)
                what = "sent" if side == sa.sender else "received"
                if side == sa.receiver or side in senders:
                    bytes_, packets = self.seen[sa.sender]
                    more = min(max(stat[1] - packets, 0), uncounted)
                    ksft.equal(stat.packets, packets + more,
                               f"packets {what} by {side}")
                    ksft.check(more * ack <= stat.bytes - bytes_ <= more * 1500,
                               f"bytes {what} by {side}: got {stat.bytes}, "
                               f"expected {bytes_} and {more} packets more")
                ksft.equal(stat[2:], (0, 0, 0), "stats of the state")

    def beyond(self, pair, talk, largest):
        """A datagram is too long for one packet of ESP: IP makes fragments, or
        the core drops the datagram.

        Only ESP that the card makes may leave. No ESP packet may leave in
        fragments, because only the core makes fragments, and the core never
        sees the card's ESP.
        """
        for side in pair.offload:
            self.bed.mark()
            host, talker = self.bed.ns(side), talk.socks[side]
            before = host.xfrm_stat()["XfrmOutError"]
            length = largest + pair.ab.alg.align
            try:
                talker.sendto(bytes(length), talk.peer(side))
            except OSError:
                pass
            dropped = host.xfrm_stat()["XfrmOutError"] - before
            if not dropped:
                receiver = talk.socks[OTHER[side]]
                receiver.settimeout(ksft.patience(10))
                ksft.equal(receiver.recv(65536), bytes(length),
                           "a datagram that is too large for one packet")
                receiver.settimeout(None)
            wire = talk.read_wire()
            left = any(len(frame.ip) > 1000 for frame in wire.frames[side])
            ksft.equal((dropped, wire.fragments[side]), (int(not left), 0),
                       "drops, fragments of ESP")
            talk.forget()


def main():
    run_cells(cells(), Matrix)


if __name__ == "__main__":
    main()
