#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic passes as ESP with every combination of shape, key, ICV and ESN,
with offload at one end or at both.

Every cell sends UDP both ways, ICMP echo and TCP. The UDP datagrams have such
lengths that ESP adds 0, 1, 2 and 3 bytes of padding. The receiver and an oracle
on the wire check each packet, and counters prove that the engines did the work
(lib/traffic.py, settle()).

    OV2_FULL=1 matrix.py    every cell also sends UDP of every length
"""
import itertools
import os
import random

from lib import ksft
from lib.bed import SHAPES, Bed
from lib.cases import Cells, run_cells
from lib.traffic import sweep_lengths

KEYS = (128, 192, 256)
ICVS = (64, 96, 128)
ENDS = {"ab": "both", "a": "a-only", "b": "b-only"}


def cells():
    """[(name, shape, key, icv, esn, offload), ...]

    With a-only, only a offloads, as the sender of a's packets and as the
    receiver of b's packets. With b-only, only b offloads.
    """
    return [(f"{shape.name} key-{key} icv-{icv} "
             f"{'esn' if esn else 'no-esn'} {ENDS[offload]}",
             shape, key, icv, esn, offload)
            for shape, key, icv, esn, offload in itertools.product(
                SHAPES, KEYS, ICVS, (False, True), ENDS)]


class Matrix(Cells):
    def __init__(self):
        super().__init__(Bed())

    def cell(self, shape, key, icv, esn, offload):
        pair = self.bed.install(shape, key, icv, esn, offload)
        self.bed.check_offload_lines(pair)
        talk = self.traffic(shape)
        self.bed.mark()
        for side in "ab":
            first = random.randrange(1, 1200)
            talk.udp(side, range(first, first + 4))
        talk.echo("a", [random.randrange(1, 1200)])
        talk.tcp("a", 5000, 5000)
        wire = talk.settle(pair)
        for side in "ab":
            ksft.equal(set(wire.pads[side]), {0, 1, 2, 3},
                       f"pad lengths that {side} sent")
        if os.environ.get("OV2_FULL"):
            self.sweep(pair, talk)

    def sweep(self, pair, talk):
        for side in "ab":
            talk.udp(side, sweep_lengths(pair))
            talk.settle(pair)


def main():
    run_cells(cells(), Matrix)


if __name__ == "__main__":
    main()
