#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every algorithm works with ESN and without, with offload at one end or at
both.

Each cell uses one shape, and sends UDP and TCP both ways. End a also sends ICMP
echo requests. The UDP datagrams have so many lengths that the padding of ESP
has every length that the algorithm permits. An oracle opens each frame on the
wire (lib/algs.py), and counters prove that the engines did the work
(lib/traffic.py, settle()). An end that does not offload uses Linux' own
software ESP. If b offloads, b also gets frames in which one bit was changed.
The ICV does not fit these frames, so b's engine rejects them.
"""
import random

from lib import ksft
from lib.algs import ALGS, CIPHERS, MACS
from lib.bed import SHAPES, Bed
from lib.cases import Cells, run_cells

# The ends that offload, and the word for them in the name of a cell
ENDS = {"ab": "both", "a": "a-only", "b": "b-only"}
# (ends that offload, ESN) of the cells of each algorithm
ROUNDS = [("ab", False), ("a", True), ("b", False), ("ab", True)]


def names():
    """Every AEAD; null encryption and AES-CBC-128, each with every MAC; every
    other cipher with one MAC.
    """
    chosen = [name for name in ALGS if name.startswith("chacha") or
              name.endswith(("-gcm", "-ccm", "-gmac"))]
    macs = list(MACS)
    for number, cipher in enumerate(CIPHERS):
        some = macs if cipher in ("null", "aes128-cbc") else \
            [macs[number % len(macs)]]
        chosen += [f"{cipher}-{mac}" for mac in some]
    return chosen


def cells():
    """[(name, algorithm, shape, icv, esn, offload), ...]"""
    made = []
    for number, name in enumerate(names()):
        alg = ALGS[name]
        for turn, (offload, esn) in enumerate(ROUNDS):
            shape = SHAPES[(number + 3 * turn) % len(SHAPES)]
            icv = alg.icvs[(number + turn) % len(alg.icvs)]
            made.append((f"{name} {shape.name} icv-{icv} "
                         f"{'esn' if esn else 'no-esn'} {ENDS[offload]}",
                         alg, shape, icv, esn, offload))
    # Cells of one shape run one after the other, because new policies and new
    # sockets take longer than new SAs
    return sorted(made, key=lambda cell: cell[2].name)


class Algorithms(Cells):
    def __init__(self):
        super().__init__(Bed())

    def cell(self, alg, shape, icv, esn, offload):
        self.need(alg)
        pair = self.bed.install(shape, alg=alg, icv=icv, esn=esn,
                                offload=offload)
        self.bed.check_offload_lines(pair)
        talk = self.traffic(shape)
        self.bed.mark()
        for side in "ab":
            first = random.randrange(1, 1200)
            talk.udp(side, range(first, first + alg.align))
        talk.echo("a", [random.randrange(1, 1200)])
        talk.tcp("a", 3000, 3000)
        wire = talk.settle(pair)
        for side in "ab":
            ksft.equal(set(wire.pads[side]), set(range(alg.align)),
                       f"pad lengths that {side} sent")
        if "b" in offload:
            self.bits_count(pair, wire.frames["a"][0])

    def bits_count(self, pair, frame):
        """a's first frame comes to b again, and b's engine opens it. Then b
        gets copies, each with one changed bit. b's engine rejects all copies.
        """
        start = len(frame.raw) - len(frame.esp)
        # A byte of the number, the byte in front of the ciphertext, the first
        # and last byte of the ciphertext, the last byte of the ICV
        spoilt = [start + at for at in
                  (5, 7 + pair.ab.alg.iv_len, 8 + pair.ab.alg.iv_len,
                   len(frame.esp) - 1 - pair.ab.icv // 8,
                   len(frame.esp) - 1)]
        self.bed.mark()
        self.bed.inject("b", frame.raw)
        for at in spoilt:
            raw = bytearray(frame.raw)
            raw[at] ^= 1 << random.randrange(8)
            self.bed.inject("b", bytes(raw))

        def counts():
            delta = self.bed.delta("b")
            return (delta["ipsec_rx_pkts"], delta["ipsec_rx_auth_failed"])

        ksft.wait_for("the engine to judge the frames",
                      lambda: sum(counts()) == 1 + len(spoilt), 5, 0.02)
        ksft.equal(counts(), (1, len(spoilt)), "good frames, and others")
        self.bed.mark()


def main():
    run_cells(cells(), Algorithms)


if __name__ == "__main__":
    main()
