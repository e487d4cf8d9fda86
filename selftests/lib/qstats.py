# SPDX-License-Identifier: GPL-2.0
"""The statistics of a card's queues, through the kernel's own Python client.

    stats = QueueStats(ns)          # a socket in that namespace
    stats.card("ov0")["tx-packets"]             # the kernel's sum
    stats.queues("ov0")["tx"][3]["packets"]     # one queue
    stats.total("ov0")["tx-packets"]            # the sum over the queues in use
    stats.link("ov0")["tx-packets"]             # what `ip -s link` shows

The client is tools/net/ynl/pyynl of a kernel tree. The spec is the part of
the kernel's netdev.yaml that is needed here.
"""
import importlib.util
import json

from . import ksft
from .xfrmnl import ifindex
from .ynl import Family

COUNTS = {8: "rx-packets", 9: "rx-bytes", 10: "tx-packets", 11: "tx-bytes",
          12: "rx-alloc-fail", 13: "rx-hw-drops", 24: "tx-hw-drops",
          28: "tx-hw-gso-packets", 30: "tx-hw-gso-wire-packets",
          31: "tx-hw-gso-wire-bytes", 33: "tx-stop", 34: "tx-wake"}
NUMBERS = range(8, 35)
SPEC = {
    "name": "netdev",
    "protocol": "genetlink",
    "doc": "Statistics of queues.",
    "definitions": [
        {"type": "enum", "name": "queue-type", "entries": ["rx", "tx"]},
        {"type": "flags", "name": "qstats-scope", "entries": ["queue"]}],
    "attribute-sets": [{"name": "qstats", "attributes": [
        {"name": "ifindex", "type": "u32", "value": 1},
        {"name": "queue-type", "type": "u32", "enum": "queue-type",
         "value": 2},
        {"name": "queue-id", "type": "u32", "value": 3},
        {"name": "scope", "type": "uint", "enum": "qstats-scope", "value": 4},
        *({"name": f"count-{number}", "type": "uint", "value": number}
          for number in NUMBERS)]}],
    "operations": {"list": [{
        "name": "qstats-get", "value": 12, "attribute-set": "qstats",
        "doc": "Get statistics.",
        "dump": {"request": {"attributes": ["ifindex", "scope"]},
                 "reply": {"attributes": ["ifindex", "queue-type", "queue-id",
                                          *(f"count-{number}"
                                            for number in NUMBERS)]}}}]}}


def need():
    """Skips everything if the client is missing."""
    if not importlib.util.find_spec("pyynl"):
        ksft.skip_all("needs pyynl, the kernel's netlink client")


def named(entry):
    """The counts of an answer: {name: value}."""
    found = {}
    for number in NUMBERS:
        value = entry.get(f"count-{number}")
        if value is not None:
            found[COUNTS.get(number, f"count-{number}")] = value
    return found


class QueueStats:
    def __init__(self, ns):
        self.ns = ns
        self.family = Family.of(ns, SPEC)

    def close(self):
        self.family.close()

    def card(self, dev):
        answers = self.family.qstats_get({"ifindex": ifindex(self.ns, dev)},
                                         dump=True)
        ksft.equal(len(answers), 1, f"answers about {dev}")
        return named(answers[0])

    def queues(self, dev):
        """{"rx": [{name: value} of each queue], "tx": ...}. The names do not
        begin with "rx-" or "tx-".
        """
        found = {"rx": [], "tx": []}
        for entry in self.family.qstats_get(
                {"ifindex": ifindex(self.ns, dev), "scope": {"queue"}},
                dump=True):
            kind = entry["queue-type"]
            ksft.equal(entry["queue-id"], len(found[kind]),
                       f"id of the next {kind} queue")
            found[kind].append({name[len(kind) + 1:]: value for name, value
                                in named(entry).items()})
        return found

    def total(self, dev):
        sums = {}
        for kind, queues in self.queues(dev).items():
            for counts in queues:
                for name, value in counts.items():
                    name = f"{kind}-{name}"
                    sums[name] = sums.get(name, 0) + value
        return sums

    def link(self, dev):
        stats = json.loads(self.ns.command("ip", "-s", "-j", "link", "show",
                                           dev).stdout)[0]["stats64"]
        return {f"{kind}-{name}": stats[kind][name] for kind in ("rx", "tx")
                for name in ("packets", "bytes", "dropped")}
