#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""No explicit IV is used twice with one key, even if sequence numbers repeat.

In crypto mode the stack gives a packet its number, and code below xfrm can send
the packet twice, with the same number. In each case the oracle opens every ESP
frame from end a (lib/bed.py), and all IVs of these frames are different. If end
b offloads, b's card opens as many frames as the oracle.
"""
import select
import struct
from collections import Counter

from lib import ksft, xfrmnl
from lib.algs import ALGS
from lib.bed import Bed, Shape
from lib.cases import Cells, run_cells
from lib.rebuild import wait_carrier
from lib.traffic import check_ivs, drain

WRAP = 1 << 32
LENGTHS = range(40, 60)

# Ciphers of all counter modes, and the shape in which each is tested
CIPHERS = (("aes128-gcm", "ipv4-transport"),
           ("aes256-gcm", "ipv6-tunnel"),
           ("aes128-ccm", "ipv6-transport"),
           ("aes128-gmac", "ipv4-tunnel"),
           ("chacha20-poly1305", "ipv4-transport"),
           ("aes128-ctr-sha256", "ipv6-transport"))


class Nonces(Cells):
    def __init__(self):
        super().__init__(Bed())

    def cell(self, case, *args):
        a = self.bed.a
        try:
            case(self, *args)
        finally:
            for kind in ("root", "clsact"):
                a.command("tc", "qdisc", "del", "dev", a.card, kind,
                          check=False)

    def tc(self, *words):
        done = self.bed.a.command("tc", *words, check=False)
        if done.returncode:
            raise ksft.Skip(f"tc {' '.join(words)}: {done.stderr.strip()}")

    def install(self, shape, alg="aes128-gcm", **how):
        """Install a pair and sockets for its traffic, and begin to count anew.
        """
        alg = ALGS[alg]
        self.need(alg)
        shape = Shape.named(shape)
        pair = self.bed.install(shape, alg=alg, icv=alg.icvs[-1], **how)
        self.bed.check_offload_lines(pair)
        talk = self.traffic(shape)
        self.bed.mark()
        return pair, talk

    def opened(self, pair, least):
        """Wait until a has sent @least frames or more. If b offloads, wait
        until b's card has opened all of them. The oracle must open all of a's
        frames, and their IVs must differ. Return what the oracle opened.
        """
        def all_there():
            frames = [frame for side, frame in self.bed.captured()
                      if side == "a" and frame.is_esp]
            sent = self.bed.delta("a")["ipsec_tx_pkts"]
            received = self.bed.delta("b")["ipsec_rx_pkts"]
            if "b" not in pair.offload:
                received = sent
            return least <= sent == received == len(frames) and frames

        try:
            frames = ksft.wait_for("frames", all_there, 10, 0.02)
        except ksft.Fail:
            raise ksft.Fail(f"fewer than {least} frames were sent, or not all "
                            "were on the wire and received\n"
                            f"{self.talk.why_lost()}") from None
        key = pair.ab.oracle()
        plains = [key.open(frame.esp) for frame in frames]
        check_ivs(pair.ab.alg, [int.from_bytes(p.iv) for p in plains])
        return plains

    def twice(self, pair, talk):
        """Each datagram, and some segments of TCP, are on the wire at least
        twice with the same number.
        """
        talk.udp("a", LENGTHS)
        plains = self.opened(pair, 2 * len(LENGTHS))
        times = Counter(plain.seq for plain in plains)
        ksft.equal(len(times), len(LENGTHS), "numbers")
        ksft.check(min(times.values()) >= 2, "a number came only once")
        talk.tcp("a", 30000, 30000)
        plains = self.opened(pair, len(plains) + 20)
        numbers = [plain.seq for plain in plains if plain.seq not in times]
        ksft.check(len(set(numbers)) < len(numbers),
                   "no number of TCP came twice")


def received(talk, number):
    """Receive @number datagrams, in any order."""
    got = []
    while len(got) < number:
        if not select.select([talk.socks["b"]], [], [], ksft.patience(10))[0]:
            raise ksft.Fail(f"{len(got)} of {number} datagrams arrived\n"
                            f"{talk.why_lost()}")
        got.append(talk.socks["b"].recv(65536))
    return got


def duplicated(test, alg, shape):
    """netem duplicates packets that have their number already."""
    pair, talk = test.install(shape, alg)
    test.tc("qdisc", "replace", "dev", "ov0", "root", "netem", "duplicate",
            "100%")
    test.twice(pair, talk)


def duplicated_packet(test, shape):
    """In packet mode netem duplicates packets before the card numbers them."""
    pair, talk = test.install(shape, how="packet")
    test.tc("qdisc", "replace", "dev", "ov0", "root", "netem", "duplicate",
            "100%")
    for length in LENGTHS:
        talk.socks["a"].sendto(bytes(length), talk.peer("a"))
    plains = test.opened(pair, 2 * len(LENGTHS))
    ksft.equal(sorted(plain.seq for plain in plains),
               list(range(1, 2 * len(LENGTHS) + 1)), "numbers")
    got = received(talk, 2 * len(LENGTHS))
    ksft.equal(Counter(map(len, got)), Counter(2 * list(LENGTHS)),
               "lengths of datagrams")


def mirrored(test, shape):
    """tc takes a copy of each packet of the card, and sends the copy to the
    card, too. In Linux 6.12, this is repeated until tc detects the loop. The
    copy goes through another device, because Linux 7.3 does not mirror a packet
    to its own device.
    """
    a = test.bed.a
    pair, talk = test.install(shape)
    a.ip("link add ov4 type ipsecov2", "link add ov5 link ov4 type ipsecov2",
         "link set ov5 up", "link set ov4 up")
    try:
        wait_carrier(a, "ov4", True)
        for dev, action, to in (("ov4", "redirect", "ov0"),
                                ("ov0", "mirror", "ov4")):
            test.tc("qdisc", "add", "dev", dev, "clsact")
            test.tc("filter", "add", "dev", dev, "egress", "matchall",
                    "action", "mirred", "egress", action, "dev", to)
        test.twice(pair, talk)
    finally:
        a.ip("link del ov4", "link del ov5")


def set_back(test, shape):
    """A key manager sets the number back (XFRM_MSG_NEWAE)."""
    pair, talk = test.install(shape, window=0)
    link = xfrmnl.Xfrm(test.bed.a)
    for _ in range(3):
        talk.udp("a", LENGTHS)
        ksft.equal(link.set_number(pair.ab.spi, pair.ab.dst, 0), (0, ""),
                   "answer to XFRM_MSG_NEWAE")
    numbers = [plain.seq for plain in test.opened(pair, 3 * len(LENGTHS))]
    # a's kernel may send packets of its own between the datagrams, so only two
    # things are known: each number is 1 or follows the number before it, and
    # three numbers are 1
    expected = [1 if seq == 1 else before + 1
                for before, seq in zip([0] + numbers, numbers)]
    ksft.equal(numbers, expected, "numbers")
    ksft.equal(numbers.count(1), 3, "how often the number is 1")


def wraps(test, shape, how, offload, window):
    """oseq-may-wrap: after 2^32 - 1 the numbers go on with 0. From then on a
    receiver with a window drops all packets, and a receiver without a window
    takes all packets.
    """
    before, after = 5, 9
    pair, talk = test.install(shape, how=how, offload=offload, window=window,
                              seq=WRAP - 1 - before,
                              extra=("extra-flag oseq-may-wrap", ""))
    rejected = test.bed.b.xfrm_stat()["XfrmInStateSeqError"]
    for number in range(before + after):
        talk.socks["a"].sendto(struct.pack("!I", number), talk.peer("a"))
    plains = test.opened(pair, before + after)
    ksft.equal(sorted(plain.seq for plain in plains),
               sorted((WRAP - before + n) % WRAP
                      for n in range(before + after)), "numbers on the wire")
    expected = before if window else before + after
    got = received(talk, expected)
    ksft.equal(sorted(struct.unpack("!I", data)[0] for data in got),
               list(range(expected)), "datagrams")
    ksft.wait_for("the window to reject the others", lambda:
                  test.bed.b.xfrm_stat()["XfrmInStateSeqError"] - rejected ==
                  before + after - expected)
    ksft.equal(drain(talk.socks["b"]), 0, "additional datagrams")


def wraps_tcp(test, shape, how):
    """As wraps(), with the segments of large sends, both ways."""
    pair, talk = test.install(shape, how=how, window=0, seq=WRAP - 20,
                              extra=("extra-flag oseq-may-wrap", ""))
    talk.tcp("a", 60000, 60000)
    wire = talk.settle(pair)
    for side in "ab":
        low = [frame.seq for frame in wire.frames[side]]
        ksft.check(0 in low and WRAP - 1 in low and 1 in low,
                   f"numbers of {side} do not wrap")


def cells():
    made = [(f"duplicated {alg} {shape}", duplicated, alg, shape)
            for alg, shape in CIPHERS]
    for shape in ("ipv4-transport", "ipv6-tunnel"):
        made += [(f"duplicated packet {shape}", duplicated_packet, shape),
                 (f"mirrored {shape}", mirrored, shape),
                 (f"set_back {shape}", set_back, shape)]
        for how in ("crypto", "packet"):
            for offload, peer in (("a", "software"), ("ab", "card")):
                made += [(f"wraps {how} {shape} to {peer} window-{window}",
                          wraps, shape, how, offload, window)
                         for window in (0, 32)]
            made.append((f"wraps_tcp {how} {shape}", wraps_tcp, shape, how))
    return made


def main():
    run_cells(cells(), Nonces)


if __name__ == "__main__":
    main()
