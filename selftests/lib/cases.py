# SPDX-License-Identifier: GPL-2.0
"""Cells of a table that one bed serves, with its traffic and its ciphers."""
from . import crypto, ksft, module
from .traffic import Traffic


def run_cells(cells, make):
    """Run make().cell(*cell) for each chosen (name, *cell), and close what
    make() returned.
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
    """A bed, sockets for its present shape, and the kernel's ciphers."""

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
        if self.talk is None or self.talk.shape != shape:
            if self.talk:
                self.talk.close()
            self.talk = Traffic(self.bed, shape)
        self.talk.forget()
        return self.talk

    def need(self, alg):
        for name in alg.names:
            if name not in self.missing:
                try:
                    crypto.load(name)
                    self.missing[name] = None
                except ksft.Skip as skip:
                    self.missing[name] = skip
            if self.missing[name]:
                raise self.missing[name]
