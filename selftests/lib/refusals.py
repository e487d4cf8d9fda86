# SPDX-License-Identifier: GPL-2.0
"""Tables of requests that cannot be offloaded, and a card that gets such
requests.

    REFUSALS = [ours("mark", "mark", "Mark ... must be 0", mark=(1, 0xff)),
                core("unknown flag", "Unrecognized flags ...", flags=16)]

    class Requests(Asked):
        WHAT, OBJECTS = "policy", ("policy",)
        ...

    run(Requests, [(f"refused: {r.name}", Requests.refused, r) for r in ...])
"""
from collections import namedtuple

from . import ksft, module, xfrmnl
from .bed import Bed
from .objects import Ledger
from .trace import Trace

OURS = "ipsecov2: "
EINVAL = 22

# name: the case's name; asked: the arguments of the test's Requests.add();
# reason: the counter's name without PREFIX, or None if the core refuses; text:
# the sentence
Refusal = namedtuple("Refusal", "name asked reason text")


def ours(name, reason, text, **asked):
    """A request that the module refuses."""
    return Refusal(name, asked, reason, OURS + text)


def core(name, text, **asked):
    """A request that the core refuses before it asks the card."""
    return Refusal(name, asked, None, text)


class Asked:
    """The card of side a, and the requests to this card."""

    WHAT = ""                       # of `ip xfrm`: "state" or "policy"
    OBJECTS = ()                    # kinds of lib/objects.py
    EVENTS = ()                     # tracepoints; the first tells of refusals
    PREFIX = ""                     # of the counters of refusals

    def __init__(self):
        self.ledger = Ledger(self.OBJECTS)
        self.bed = Bed()
        self.link = xfrmnl.Xfrm(self.bed.a)
        self.index = xfrmnl.ifindex(self.bed.a, "ov0")
        self.trace = Trace(list(self.EVENTS))

    def close(self):
        self.trace.close()
        self.bed.delete()
        self.ledger.close()

    def flush(self):
        self.bed.a.ip(f"xfrm {self.WHAT} flush")

    def alone(self, function, *args):
        """Run a case, and clean up, so that the next case starts clean."""
        try:
            function(self, *args)
        finally:
            self.flush()

    def mark(self):
        self.bed.mark()
        self.trace.read()

    def moved(self):
        return self.bed.moved("a")

    def nothing_left(self):
        ksft.equal(self.bed.a.ip_output(f"xfrm {self.WHAT}").strip(), "",
                   f"what is left of xfrm {self.WHAT}")
        self.ledger.wait_gone()

    def is_refused(self, refusal, answer, errno=EINVAL, **fields):
        """Check sentence, errno, counter, and the event with its @fields."""
        ksft.equal(answer.text, refusal.text, "sentence")
        events = [(e.name, e.fields) for e in self.trace.read()]
        if not refusal.reason:
            ksft.check(answer.errno, "no error")
            ksft.equal(self.moved(), {}, "counters of the card")
            ksft.equal(events, [], "events")
            return
        name = self.PREFIX + refusal.reason
        ksft.equal(answer.errno, errno, "errno")
        ksft.equal(self.moved(), {name: 1}, "counters of the card")
        ksft.equal(events, [(self.EVENTS[0], {
            "dev": "ov0", "reason": name, "err": f"-{errno}", **fields})],
            "events")

    def all_are_tested(self, refusals, others):
        """Each counter of refusals has a row in @refusals, or is in @others."""
        names = {n.removeprefix(self.PREFIX)
                 for n in self.bed.ethtool["a"].stats()
                 if n.startswith(self.PREFIX)}
        tested = {r.reason for r in refusals if r.reason}
        ksft.equal(names, tested | others, "refusals of the card")
        ksft.equal(tested & others, set(), "refusals in both sets")


def run(kind, cases):
    """Make one object of the class @kind, a subclass of Asked. Run
    function(object, *args) for each chosen (name, function, *args).
    """
    some = ksft.chosen(cases)
    module.load()
    requests = kind()
    try:
        ksft.run(some, requests.alone)
    finally:
        requests.close()
