# SPDX-License-Identifier: GPL-2.0
"""Two namespaces and one link of any kind, with no namespace in between.

    namespace a                  namespace b
    +---------+                  +---------+
    |     ov0 ==================== ov3     |
    +---------+                  +---------+

Names, addresses, states and policies are as in the bed of the selftests.
"""
import re

from lib import ksft
from lib.bed import CARD, Bed, silence
from lib.netns import Netns, ethtool_stats


class Direct(Bed):
    def __init__(self, kind, mtu):
        self.kind = kind
        self.sent = 0                   # frames that a's card has encrypted
        super().__init__(mtu)

    def make(self, mtu):
        self.tap = {}
        self.a, self.b = Netns("a"), Netns("b")
        for side in "ab":
            self.ns(side).card = CARD[side]
            silence(self.ns(side))
        self.make_cables()
        for side in "ab":
            self.configure(side, mtu)
        self.wait_ready()

    def make_cables(self):
        if self.kind == "veth":
            self.a.ip("link add ov0 type veth peer name ov3")
        else:
            self.a.ip(f"link add ov0 type {self.kind}",
                      f"link add ov3 link ov0 type {self.kind}")
        self.a.ip(f"link set ov3 netns {self.b.name}")

    def check_protected(self, how):
        """Checks that both ends used states. a's card must have encrypted if @how is set, and
        must not have encrypted if @how is empty.
        """
        for side in "ab":
            text = self.ns(side).command("ip", "-s", "xfrm", "state").stdout
            ksft.check(re.search(r"[1-9]\d*\(packets\)", text),
                       f"no state of {side} has seen a packet")
        if self.kind == "veth":
            return
        sent = ethtool_stats(self.a, CARD["a"])["ipsec_tx_pkts"]
        ksft.equal(sent > self.sent, bool(how), "the card has encrypted")
        self.sent = sent
