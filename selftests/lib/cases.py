# SPDX-License-Identifier: GPL-2.0
"""Runs the cells (cases) of a test's matrix, all with one test object."""
from . import crypto, ksft, module
from .traffic import Traffic


def run_cells(cells, make):
    """Run the cells that the command line chooses. @cells is a list of (name,
    *arguments).

    make() returns the test object. Its method cell(*arguments) runs one cell,
    and its method close() is called after the last cell.
    """
    some = ksft.chosen([tuple(cell) for cell in cells])
    module.load()
    test = make()
    try:
        ksft.run([(name, test.cell, *cell) for name, *cell in some],
                 ksft.without_defer)
    finally:
        test.close()


class Cells:
    """A bed, its sockets, and the algorithms that the kernel lacks.

    missing is a dictionary whose keys are names of algorithms. The value of a
    key is None if the kernel has this algorithm. Otherwise the value is a Skip,
    which says why the kernel lacks the algorithm.
    """

    def __init__(self, bed):
        self.bed = bed
        self.talk = None
        self.missing = {}

    def close(self):
        if self.talk:
            self.talk.close()
            self.talk = None
        if self.bed:
            self.bed.delete()
            self.bed = None

    def traffic(self, shape):
        """Return the Traffic of a shape. If the last call had the same shape,
        return the same Traffic.
        """
        if self.talk is None or self.talk.shape != shape:
            if self.talk:
                self.talk.close()
            self.talk = Traffic(self.bed, shape)
        self.talk.forget()
        return self.talk

    def need(self, alg):
        """Load the algorithms that alg needs, or skip the cell."""
        for name in alg.names:
            if name not in self.missing:
                try:
                    crypto.load(name)
                    self.missing[name] = None
                except ksft.Skip as skip:
                    self.missing[name] = skip
            if self.missing[name]:
                raise self.missing[name]
