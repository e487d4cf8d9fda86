# SPDX-License-Identifier: GPL-2.0
"""Which cases a test is to run: all, or those named on its command line."""
import sys

from . import crypto, ksft
from .traffic import Traffic


def chosen(cases):
    names = set(sys.argv[1:])
    unknown = names - {case.__name__ for case in cases}
    if unknown:
        sys.exit(f"no case {', '.join(sorted(unknown))}; there are: "
                 f"{', '.join(case.__name__ for case in cases)}")
    return [case for case in cases if not names or case.__name__ in names]


def with_words(cases, parts=str):
    """Those (name, ...) whose name has every word of the command line; with
    str.split, as one of its own words.
    """
    words = sys.argv[1:]
    some = [case for case in cases
            if all(word in parts(case[0]) for word in words)]
    if not some:
        sys.exit(f"no case has all of: {' '.join(words)}")
    return some


def run_cells(cells, make):
    """make().cell(*cell) for each (name, *cell) that is chosen; closes what it
    has made.
    """
    some = with_words(cells)
    test = make()
    try:
        report = ksft.Report(len(some))
        for name, *cell in some:
            report.run(name, test.cell, *cell)
        report.finish()
    finally:
        test.close()


class Cells:
    """A bed, the sockets of the shape that it has, and the kernel's ciphers."""

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
