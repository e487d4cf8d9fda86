# SPDX-License-Identifier: GPL-2.0
"""The measurements of all rows, and the costs and ratios that follow from them.

    results = Results()
    results.add("tcp/crypto", took, idle, units)
    result = results["tcp/crypto"]      # a Result, or None if nothing was measured
    result.cost                         # instructions that a unit costs (median)
    results.ratio("tcp/crypto")         # cost of its base / cost of the row, or None
"""
import statistics
from collections import namedtuple

from rows import ROWS


class Result(namedtuple("Result", "costs idles")):
    @property
    def cost(self):
        return statistics.median(self.costs)

    @property
    def spread(self):
        """The largest minus the smallest, as a share of the median."""
        return (max(self.costs) - min(self.costs)) / self.cost

    @property
    def idle(self):
        """The largest share of idle time, or None if it is not known."""
        return max(self.idles, default=None)


class Results:
    def __init__(self):
        self.all = {}

    def add(self, name, took, idle, units):
        result = self.all.setdefault(name, Result([], []))
        result.costs.append(took / units)
        if idle is not None:
            result.idles.append(idle / took)

    def __getitem__(self, name):
        return self.all.get(name)

    def ratio(self, name):
        got, base = self[name], self[ROWS[name].base]
        return base.cost / got.cost if got and base else None
