# SPDX-License-Identifier: GPL-2.0
"""A connection between two daemons, and a check that daemon, kernel, cards and
wire agree about it.

    test = Test(SwanBed); test.start()
    session = test.session(link, ("crypto", "no"))  # hw_offload of a and b
    session.up()                    # load, initiate, and check the SAs
    session.check_flow()            # nothing is lost, the counters are right
    session.down()
"""
import errno

from . import ksft, swan
from .bed import CARD, OTHER
from .ksft import wait_for
from .traffic import Traffic

PATIENCE = 60


def refusal_of_packet(ns, card):
    """Return why the card cannot do packet mode, or "" if it can."""
    ends = "src 192.0.2.1 dst 192.0.2.2"
    offload = f"offload packet dev {card}"
    refused = (
        ns.ip_error(f"xfrm state add {ends} proto esp spi 0x99 reqid 99 mode "
                    f"transport aead rfc4106(gcm(aes)) 0x{'5a' * 20} 128 "
                    f"sel {ends} {offload} dir out") or
        ns.ip_error(f"xfrm policy add {ends} dir out {offload} tmpl "
                    "proto esp reqid 99 mode transport"))
    ns.ip_error("xfrm state flush")
    ns.ip_error(f"xfrm policy delete {ends} dir out")
    return refused.split("\n")[0]


class Test:
    """The bed of most cases, and what its cards can do."""

    def __init__(self, kind):
        self.kind = kind
        self.bed = None
        self.no_packet = None

    def start(self):
        self.bed = self.kind()
        self.no_packet = refusal_of_packet(self.bed.a, CARD["a"])
        ksft.note("packet mode: " + (self.no_packet or "is there"))

    def delete(self):
        if self.bed:
            self.bed.delete()

    def check_mode(self, mode):
        if "packet" in mode and self.no_packet:
            raise ksft.Fail("no packet mode: " + self.no_packet)

    def session(self, link, mode, bed=None):
        self.check_mode(mode)
        best = "crypto" if self.no_packet else "packet"
        return Session(bed or self.bed, link, dict(zip("ab", mode)), best)


class Session:
    """A connection between the daemons, over a link."""

    def __init__(self, bed, link, asked, best):
        self.bed, self.link, self.asked = bed, link, asked
        self.charon = bed.charon
        self.frames = {}
        self.kind = {side: best if value == "auto" else value
                     for side, value in asked.items()}

    def load(self, trap=False):
        self.bed.load(self.link, self.asked, trap)

    def up(self):
        self.load()
        self.charon["a"].initiate()
        self.check_up()

    def down(self):
        """End the connection, and wait until both ends have forgotten it."""
        for side in "ab":
            self.charon[side].unload()
        if self.charon["a"].ike_sas():
            self.charon["a"].terminate()
        self.wait_gone()

    def clean(self):
        """Clean up after a case that may have ended at any point."""
        for side in "ab":
            charon = self.charon[side]
            if not charon.running():
                charon.start()
            charon.forget()
            self.bed.ns(side).ip("xfrm state flush")

    def wait_gone(self):
        for side in "ab":
            ns, charon = self.bed.ns(side), self.charon[side]
            wait_for(f"{side} to forget its SAs", lambda ns=ns, charon=charon:
                     not (charon.ike_sas() or swan.states(ns) or
                          swan.policies(ns)), PATIENCE, 0.02)

    def wait_states_gone(self):
        for side in "ab":
            ns = self.bed.ns(side)
            wait_for(f"{side} to delete its states", lambda ns=ns:
                     not swan.states(ns), PATIENCE, 0.02)

    # ---- daemon and kernel

    def check_up(self):
        for side in "ab":
            self.wait_child(side)
            self.check_kernel(side)

    def wait_child(self, side, other_than=None):
        """Wait until the daemon has only one CHILD_SA, and the kernel has the
        states of this CHILD_SA and no others. Return the CHILD_SA.

        other_than: an inbound SPI that this CHILD_SA must not have.
        """
        def agreed():
            child = self.charon[side].child()
            held = swan.states(self.bed.ns(side))
            return (child and child["spi-in"] != other_than and
                    {s.spi for s in held} == self.spis(child) and child)

        try:
            return wait_for(f"daemon and kernel of {side} to hold one "
                            "CHILD_SA", agreed, PATIENCE, 0.02)
        except ksft.Fail as failure:
            raise ksft.Fail(
                f"{failure}\ndaemon: {self.charon[side].children()}\n"
                f"kernel: {swan.states(self.bed.ns(side))}\n"
                f"{self.charon[side].log()}") from None

    def spi_of(self, side):
        """The inbound SPI of the daemon's CHILD_SA."""
        return self.wait_child(side)["spi-in"]

    def rekey(self, side, flood):
        """Rekey under traffic; wait until only the new CHILD_SA is left."""
        flood.wait_flow("ab")
        old = {end: self.spi_of(end) for end in "ab"}
        self.charon[side].rekey()
        for end in "ab":
            self.wait_child(end, old[end])
        flood.wait_flow("ab")

    @staticmethod
    def spis(child):
        return {int(child["spi-in"], 16), int(child["spi-out"], 16)}

    def check_kernel(self, side):
        """The kernel has the CHILD_SA's states and policies; their offload is
        as asked.
        """
        child, ns = self.charon[side].child(), self.bed.ns(side)
        kind, card = self.kind[side], CARD[side]
        encap = child.get("encap") == "yes"
        for held in swan.states(ns):
            way = "in" if held.spi == int(child["spi-in"], 16) else "out"
            expected = swan.State(
                held.id, held.spi, self.link.mode, self.link.esn, encap,
                None if kind == "no" else (card, way, kind))
            ksft.equal(held, expected, f"state of {side}")
        ksft.equal(child.get("esn") == "1", self.link.esn, f"ESN at {side}")
        ksft.equal(child["mode"].lower(), self.link.mode, f"mode at {side}")
        self.check_policies(swan.policies(ns), kind, card)

    def check_policies(self, held, kind, card):
        """The IN and OUT policies are offloaded in packet mode, and only in
        packet mode. A tunnel also has a FWD policy, which is never offloaded.
        """
        for way in ("in", "out"):
            ksft.equal(held.get(way, "none"), (card, None, "packet")
                       if kind == "packet" else None, f"{way} policy")
        ksft.equal(held.get("fwd", "none"),
                   None if self.link.mode == "tunnel" else "none",
                   "fwd policy")

    # ---- cards and wire

    def counts(self, flood):
        """Return how cards and wire disagree, or None if they agree."""
        for side in "ab":
            moved = self.bed.delta(side)
            for name, frames in (("ipsec_tx_pkts", flood.esp[side]),
                                 ("ipsec_rx_pkts", flood.esp[OTHER[side]])):
                wanted = 0 if self.kind[side] == "no" else frames
                if moved[name] != wanted:
                    return f"{name} of {side}: {moved[name]}, not {wanted}"
        return None

    def check_counts(self, flood, lost=lambda side: 0):
        """End the flood. Check that nothing was lost, except as many datagrams
        as @lost says for their sender, and that the engines handled exactly the
        frames that they should handle.
        """
        try:
            flood.finish(lost)
        except ksft.Fail as failure:
            raise ksft.Fail(f"{failure}\n{flood.account()}") from None
        try:
            wait_for("counters", lambda: self.counts(flood) is None, 5, 0.02)
        except ksft.Fail:
            raise ksft.Fail(f"{self.counts(flood)}\n"
                            f"{flood.account()}") from None
        for side in "ab":
            ksft.check(flood.esp[side], f"no ESP came from {side}")
            missing = flood.sent[side] - flood.received[OTHER[side]]
            ksft.check(0 <= missing <= lost(side), f"{missing} of "
                       f"{flood.sent[side]} datagrams of {side} are missing")
            # A state may end after a packet has found it. Then send() fails
            # (XfrmOutStateInvalid), with offload and without
            ksft.check(set(flood.refused[side]) <= {errno.EINVAL},
                       f"refused at {side}: {flood.refused[side]}")

    def check_flow(self, number=10):
        """Datagrams pass both ways, and the counts agree."""
        with self.bed.flood(self.link) as flood:
            flood.wait_flow("ab", number)
            self.check_counts(flood)
        self.frames = flood.esp

    def check_daemon_counts(self):
        """Check that the daemon has counted the packets of check_flow(). The
        caller has run check_flow() once for this CHILD_SA.

        The packets must not be TCP, because a state without offload may count a
        large packet as one packet.
        """
        for side in "ab":
            child = self.charon[side].child()
            for name, sender in (("packets-out", side),
                                 ("packets-in", OTHER[side])):
                ksft.equal(int(child[name]), self.frames[sender],
                           f"{name} of {side}")

    def stream(self, there=30000, back=20000):
        """Send TCP both ways, because TCP makes large packets. The stack may
        give these packets to the card uncut.
        """
        talk = Traffic(self.bed.talkers(self.link),
                       self.bed.shape_of(self.link))
        try:
            talk.tcp("a", there, back)
        finally:
            talk.close()
