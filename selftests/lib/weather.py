# SPDX-License-Identifier: GPL-2.0
"""Bad weather: netem on every hop of a bed, in both directions.

     ov0 =near=> ov1 -- bridge -- ov2 =far=> ov3     what a sends
     ov0 <=far== ov1 -- bridge -- ov2 <=near= ov3    what b sends

near is the sender's own card, which protects the packets that netem has let
through. far is on the wire. A test must let netem corrupt packets at near or at
far, never at both: a checksum of TCP or UDP detects one flipped bit, but may
miss two.

    weather = Weather(bed)
    weather.set("loss")                 # at all four hops
    weather.set("corrupt", "far")
    weather.passed()                    # what the hops have counted: (packets,
                                        # drops)
    weather.calm()
"""
import itertools
import json

from . import ksft

KINDS = {
    "delay": "delay 4ms 3ms",           # 3ms is jitter, which reorders
    "loss": "loss 3%",
    "duplicate": "duplicate 20%",
    "reorder": "delay 4ms reorder 30% 50%",
    "corrupt": "corrupt 3%",
    "storm": "delay 3ms 2ms loss 1% duplicate 5%",
}
# In these kinds of weather every packet that was sent arrives in the end
LOSSLESS = ("delay", "duplicate", "reorder")
SEED = 20


class Weather:
    def __init__(self, bed):
        self.hops = {"near": [(bed.a, "ov0"), (bed.b, "ov3")],
                     "far": [(bed.w, "ov2"), (bed.w, "ov1")]}
        self.rough = False
        # The MAC addresses of both ends differ in one bit only. If netem flips
        # this bit in the source of a frame, the bridge would learn that the
        # other end is on this side, and would deliver nothing to the other end
        # until the other end sends again
        bed.w.ip(*(f"link set {dev} type bridge_slave learning off"
                   for _, dev in self.hops["far"]))

    def set(self, kind, hop=None):
        for name, places in self.hops.items():
            for number, (ns, dev) in enumerate(places):
                words = KINDS[kind] if hop in (None, name) else ""
                done = ns.command(
                    "tc", "qdisc", "replace", "dev", dev, "root", "netem",
                    "limit", "10000", *words.split(), "seed",
                    str(SEED + number), check=False)
                if done.returncode:
                    raise ksft.Skip(f"no netem: {done.stderr.strip()}")
        self.rough = True

    def passed(self):
        """(packets, drops) of all hops together."""
        stats = [json.loads(ns.command("tc", "-s", "-j", "qdisc", "show",
                                       "dev", dev, "root").stdout)[0]
                 for ns, dev in itertools.chain(*self.hops.values())]
        return (sum(row["packets"] for row in stats),
                sum(row["drops"] for row in stats))

    def calm(self):
        if self.rough:
            for ns, dev in itertools.chain(*self.hops.values()):
                ns.command("tc", "qdisc", "del", "dev", dev, "root")
            self.rough = False
