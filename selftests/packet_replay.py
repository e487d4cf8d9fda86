#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""In packet offload the replay window works as in software.

For each size of window, with ESN and without, software and the card receive the
same frames: new, old, too old and repeated. Both must take the frames that a
model of RFC 4303 3.4.3 takes, and `ip -s xfrm state` must show the same window,
numbers and statistics.

The card leaves fragments to software. Card and software share the window, so
that each number is taken only once.
"""
import itertools
import random
import re
import select
import socket
import struct
from collections import namedtuple

from lib import esp, ksft, lifetime, module
from lib.bed import MAC, OUTER, OneQueueBed, Shape, family

PORT = 7500
WINDOWS = (32, 64, 1024, 4096)
FRAMES = 75
HIGH = 1 << 32
IDENT = itertools.count(1)
# Sizes of windows that card and software share. Neither divides 2^32
SHARED = (100, 33)
# What `ip xfrm state` shows of window and numbers
CONTEXT = re.compile(r"anti-replay|seq-hi|replay_window|^\s*[0-9a-f]{8}\b")

# The numbers that were taken; what lib/lifetime.py says of the state; how many
# frames xfrm_stat counts as rejected; the lines of `ip xfrm state`
Outcome = namedtuple("Outcome", "taken stat rejected context")


class Model:
    """Which numbers a receiver takes, if all frames are genuine."""

    def __init__(self, window, top):
        self.window, self.top = window, top
        self.seen = set()

    def take(self, seq):
        if seq <= 0 or seq in self.seen or seq <= self.top - self.window:
            return False
        self.seen.add(seq)
        self.top = max(self.top, seq)
        return True


def unruly(rand, sent, top, window):
    """Append FRAMES numbers to sent, in an order that an unruly network may
    produce. Return the highest number.
    """
    for _ in range(FRAMES):
        kind = rand.random()
        if kind < .35 or not sent:
            seq = top + 1
        elif kind < .45:
            seq = top + rand.randrange(1, window // 2)
        elif kind < .48:
            seq = top + rand.choice((window - 1, window, window + 1,
                                     2 * window))
        elif kind < .7:
            seq = rand.choice(sent[-40:])
        elif kind < .8:
            seq = top - rand.randrange(window)
        elif kind < .9:
            # This number has the place in the window that an older number had
            seq = rand.choice([old + window for old in sent
                               if old + window <= top] or sent)
        else:
            seq = top - window + rand.choice((-2, -1, 0, 1, 2))
        seq = max(seq, 1)
        top = max(top, seq)
        sent.append(seq)
    return top


def edge(sent, top, window):
    """Append numbers to sent that test the edge of the window.

    First comes a leap, then the number just outside the window and the number
    just inside it. The next number moves the window by one. The number that was
    just inside comes again, and then the new number just inside comes twice.
    Return the number to which the leap goes.
    """
    top += 2 * window
    last = top - window + 1
    sent += [top, last - 1, last, top + 1, last, last + 1, last + 1]
    return top


def numbers(window):
    """Return a list of numbers, and the top of a window.

    The list has numbers in an unruly order, then numbers that test the edge of
    a window, and then both kinds once more. The returned top is the number to
    which the leap of the first edge() goes. All numbers are 1 or more, and the
    last number is new.
    """
    rand, sent = random.Random(window), []
    middle = edge(sent, unruly(rand, sent, 0, window), window)
    top = edge(sent, unruly(rand, sent, middle + 1, window), window)
    return sent + [top + 2], middle


def cells():
    made = []
    for number, window in enumerate(WINDOWS):
        for esn in (False, True):
            fam = 4 + 2 * ((number + esn) % 2)
            for mode in ("transport", "tunnel")[esn:esn + 1]:
                shape = Shape.named(f"ipv{fam}-{mode}")
                made.append((f"window-{window} {'esn' if esn else 'no-esn'} "
                             f"{shape.name}", Replay.cell, shape, window, esn))
    for fam in (4, 6):
        shape = Shape.named(f"ipv{fam}-transport")
        for window in SHARED:
            made.append((f"window-{window} esn {shape.name} fragments",
                         Replay.shared, shape, window))
    return made


class Replay:
    def __init__(self):
        self.bed = OneQueueBed()
        self.key = self.sock = None

    def cell(self, shape, window, esn):
        plan, middle = numbers(window)
        # With ESN the low half wraps within the window whose top is @middle
        start = HIGH + window // 2 - middle if esn else 0
        plan = [start + seq for seq in plan]
        model = Model(window, start)
        expected = [seq for seq in plan if model.take(seq)]
        software = self.run(shape, window, esn, start, plan, "")
        card = self.run(shape, window, esn, start, plan, "b")
        for who, outcome in (("software", software), ("the card", card)):
            ksft.equal(outcome.taken, expected, f"numbers taken by {who}")
            ksft.equal(outcome.rejected, len(plan) - len(expected),
                       f"frames rejected by {who}, as xfrm_stat says")
        ksft.equal(card.context, software.context,
                   "window and numbers of `ip xfrm state`")
        ksft.equal(card.stat[:2], software.stat[:2], "bytes and packets")
        # Each rejected frame is in one of the statistics. With ESN an old
        # number may count as a bad ICV: it is tried with the next high half
        for stat in (card.stat, software.stat):
            ksft.equal(sum(stat[2:]), len(plan) - len(expected),
                       f"rejected frames in the state's statistics {stat}")
        ksft.equal(card.stat, software.stat, "statistics of the state")
        ksft.check(card.stat.replay, "no frame was rejected as a replay")

    def install(self, shape, window, esn, start, offload):
        pair = self.bed.install(shape, esn=esn, seq=start, window=window,
                                offload=offload, how="packet")
        self.bed.check_offload_lines(pair)
        self.key = pair.ab.oracle()
        self.sock = self.bed.b.socket(family(shape.inner), socket.SOCK_DGRAM)
        self.sock.bind((self.bed.address("b", shape), PORT))
        self.sock.settimeout(ksft.patience(10))
        return pair

    def run(self, shape, window, esn, start, plan, offload):
        bed = self.bed
        pair = self.install(shape, window, esn, start, offload)
        before = self.rejects()
        for seq in plan:
            bed.inject("b", *self.frames(shape, self.key, seq))
        taken = []
        while plan[-1] not in taken:
            taken += struct.unpack("!Q", self.sock.recv(100))
        self.sock.close()
        context = [re.sub(r"\s+", " ", line).strip() for line in
                   bed.b.ip_output(f"xfrm state get {pair.ab.id}").splitlines()
                   if CONTEXT.search(line)]
        ksft.check(context, "no line of the window")
        return Outcome(taken, lifetime.of(bed.b, pair.ab),
                       self.rejects() - before, context)

    def shared(self, shape, window):
        """Each number comes to card and software, and is taken once only."""
        for start, leaps in ((HIGH + 1000, False), (HIGH - 3, True)):
            self.install(shape, window, True, start, "b")
            fates = []
            for seq in range(start + 1, start + 8):
                # When the top of the window passes 2^32, the kernel loses track
                # of the numbers that it has seen, and the card does not. So
                # near 2^32 software gets each number first, and moves the top
                whole = seq % 2 and not leaps
                fates += [self.fate(shape, seq, whole),
                          self.fate(shape, seq, not whole),
                          self.fate(shape, seq, whole)]
            for seq in range(start + 1, start + 8):
                fates += [self.fate(shape, seq, True),
                          self.fate(shape, seq, False)]
            ksft.equal(fates, ["taken", "refused", "refused"] * 7 +
                       ["refused"] * 14, f"numbers from {start + 1:#x} on")
            self.sock.close()

    def fate(self, shape, seq, whole):
        """The fate of one number. A whole frame goes to the card. If @whole is
        False, two fragments are sent instead, and they go to software.
        """
        before = self.rejects()
        self.bed.mark()
        for frame in self.frames(shape, self.key, seq, whole):
            self.bed.inject("b", frame)

        def outcome():
            if self.rejects() != before:
                return "refused"
            return select.select([self.sock], [], [], 0)[0] and "taken"

        fate = ksft.wait_for("a packet to be taken or refused", outcome)
        if fate == "taken":
            ksft.equal(self.sock.recv(100), struct.pack("!Q", seq), "number")
        ksft.equal(self.bed.delta("b")["ipsec_rx_pkts"], int(whole),
                   "packets of the card")
        return fate

    def rejects(self):
        stat = self.bed.b.xfrm_stat()
        return stat["XfrmInStateSeqError"] + stat["XfrmInStateProtoError"]

    def frames(self, shape, key, seq, whole=True):
        """[the frame with this number], or [its two fragments]"""
        src, dst = (self.bed.address(side, shape) for side in "ab")
        data = esp.udp(src, dst, PORT, PORT, struct.pack("!Q", seq))
        proto = esp.UDP
        if shape.mode == "tunnel":
            data = esp.ip(src, dst, esp.UDP, data)
            proto = esp.IPIP if shape.inner == 4 else esp.IPV6_IN_IP
        sealed = key.seal(seq, proto, data)
        if whole:
            return [self.bed.frame_to("b", esp.ESP, sealed, shape)]
        ends = [OUTER[side][shape.outer] for side in "ab"]
        return [esp.ethernet(MAC["b"], MAC["a"], part)
                for part in esp.in_two(*ends, esp.ESP, sealed, next(IDENT))]


def main():
    some = ksft.chosen(cells())
    module.load()
    replay = Replay()
    try:
        ksft.run([(name, run, replay, *cell) for name, run, *cell in some],
                 ksft.without_defer)
    finally:
        replay.bed.delete()


if __name__ == "__main__":
    main()
