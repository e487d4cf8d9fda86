#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
r"""At failover under traffic, a bond (active-backup) moves its SAs to its other
card, and no packet leaves in clear (crypto offload).

    a: bond0 of ov0 and ov4       w: bridge of ov1, ov5 and ov2       b: ov3
            ov0 ===== ov1, ov4 ===== ov5                ov2 ===== ov3

Linux 6.12 does not tell which card of the bond an SA is for. On this kernel the
SA falls back to software, the card counts the reason, and the failover works
without offload. Bulk TCP through the bond loses no packet, and uses no number
twice. If the bond changes its card while SAs are added, no SA is left on a card
in the end.
"""
import os
import re
import subprocess
import threading

from lib import ksft, module
from lib.bed import INFO_LINE, INNER, LINK_KIND, MAC, OUTER, Bed, Shape, Tap
from lib.flood import Flood
from lib.netns import Ethtool
from lib.reference import COUNTERS
from lib.traffic import Traffic

SHAPES = ("ipv4-transport", "ipv6-tunnel")
UDP_SHAPES = ("ipv4-transport-udp", "ipv4-tunnel-udp")
BOND, CARDS = "bond0", ("ov0", "ov4")
SA_COUNTS = ("ipsec_sa_add", "ipsec_sa_delete")
RACES = 60                      # how often states are added under changes
PORTS = dict(zip(CARDS, ("ov1", "ov5")))


class Taps:
    """The frames that come out of each cable of the bond."""

    def __init__(self, *taps):
        self.taps = taps

    def frames(self):
        return [raw for tap in self.taps for raw in tap.frames()]

    def close(self):
        for tap in self.taps:
            tap.close()


class BondBed(Bed):
    """a's addresses are on a bond of two cards, each with a cable to br0."""

    def make(self, mtu):
        super().make(mtu)
        error = self.a.ip_error(f"link add {BOND} type bond mode "
                                "active-backup miimon 20")
        if error:
            raise ksft.Skip(f"no bonding in this kernel: {error}")
        self.w.ip(f"link add ov4 type {LINK_KIND}",
                  f"link add ov5 link ov4 type {LINK_KIND}",
                  f"link set ov4 netns {self.a.name}",
                  f"link set ov5 mtu {mtu} master br0 up")
        Ethtool(self.w, "ov5").gro(False)
        self.tap["a"] = Taps(self.tap["a"], Tap(self.w, "ov5"))
        self.a.ip("addr flush dev ov0",
                  *(f"link set {dev} down" for dev in CARDS),
                  *(f"link set {dev} master {BOND}" for dev in CARDS))
        self.move_addresses()
        self.cards = {dev: Ethtool(self.a, dev) for dev in CARDS}
        ksft.wait_for("an active card", self.active, 30, 0.02)

    def move_addresses(self):
        lines = [f"link set {BOND} address {MAC['a']} up"]
        for fam, plen in ((4, 24), (6, 64)):
            near, far = OUTER["a"][fam], OUTER["b"][fam]
            inner, target = INNER["a"][fam], INNER["b"][fam]
            nodad = " nodad" if fam == 6 else ""
            lines += [f"addr add {near}/{plen} dev {BOND}{nodad}",
                      f"route replace {target} dev {BOND} src {inner}"]
            lines += [f"neigh replace {address} lladdr {MAC['b']} dev {BOND} "
                      "nud permanent" for address in (far, target)]
        self.a.ip(*lines)

    def active(self):
        """The card that the bond uses, or None."""
        with self.a.entered():
            with open(f"/proc/thread-self/net/bonding/{BOND}",
                      encoding="ascii") as f:
                found = re.search(r"Currently Active Slave: (ov\d)", f.read())
        return found and found.group(1)

    def install(self, *arguments, **keywords):
        """Install the SAs of both ends; the SAs of a are on the bond."""
        pair = super().install(*arguments, **keywords)
        self.a.ip("xfrm state flush", *(
            sa.line("a", True).replace("dev ov0", f"dev {BOND}")
            for sa in (pair.ab, pair.ba)))
        return pair

    def counts(self, name):
        """{card of the bond: its counter @name}"""
        return {dev: card.stats()[name] for dev, card in self.cards.items()}


def newer_core():
    """Since 6.16 the core says for which card of a bond an SA is."""
    release = [int(part) for part in
               re.findall(r"\d+", os.uname().release)[:2]]
    return release >= [6, 16]


def check_offloaded(bed, before):
    """The kernel shows that the SAs are offloaded to the bond. On Linux 6.12
    the SAs are in software, and the cards have counted the reason.
    """
    lines = bed.offload_lines("a")
    fallback = sum(bed.counts("ipsec_sa_fallback_bond").values()) - before
    if newer_core():
        ksft.equal(sorted(lines), [INFO_LINE.format(BOND, way, "crypto")
                                   for way in ("in", "out")], "offload lines")
        ksft.equal(fallback, 0, "fallbacks")
    else:
        ksft.equal(lines, [], "offload lines")
        ksft.equal(fallback, 2, "fallbacks counted")


def check_engine(bed, flood):
    """Only the active card's engine works, in both directions. If the SAs are
    in software, no engine works.
    """
    active = bed.active()
    for name in ("ipsec_tx_pkts", "ipsec_rx_pkts"):
        before = bed.counts(name)
        flood.wait_flow("ab", 20)
        moved = {dev: value - before[dev]
                 for dev, value in bed.counts(name).items()}
        for dev, value in moved.items():
            wanted = newer_core() and dev == active
            ksft.equal(value > 0, wanted, f"{name} of {dev} moves")


def choose(bed, card):
    """Tell the bond to use this card."""
    bed.a.ip(f"link set {BOND} type bond active_slave {card}")


def pull(bed, card):
    """Pull the active card's cable. Wait until the bond uses @card instead, and
    then plug the cable in again.
    """
    other = bed.active()
    bed.w.ip(f"link set {PORTS[other]} down")
    ksft.wait_for(f"{card} to be used", lambda: bed.active() == card, 30, 0.02)
    bed.w.ip(f"link set {PORTS[other]} up")


def fail_over(bed, shape):
    before = sum(bed.counts("ipsec_sa_fallback_bond").values())
    bed.remove()
    bed.install(shape)
    bed.mark()
    check_offloaded(bed, before)
    with Flood(bed, shape) as flood:
        flood.wait_flow("ab")
        check_engine(bed, flood)
        for how in (choose, choose, pull, pull):
            card = next(dev for dev in CARDS if dev != bed.active())
            how(bed, card)
            ksft.equal(bed.active(), card, "active card")
            flood.wait_flow("ab")
            check_engine(bed, flood)


def bulk(bed, shape):
    """The bond offers NETIF_F_GSO_PARTIAL. So the core cuts a large packet into
    a first part, whose data is a multiple of the MSS, and a small rest. The
    card gets the first part as a large packet that has an ESP header. The core
    cuts ESP in UDP wrongly and cannot ask the card, so it keeps such SAs.
    """
    fallbacks = sum(bed.counts("ipsec_sa_fallback_bond").values())
    bed.remove()
    bed.install(shape)
    fallbacks = sum(bed.counts("ipsec_sa_fallback_bond").values()) - fallbacks
    if newer_core():
        ksft.equal(fallbacks, int(shape.encap), "fallbacks counted")
    repeated = bed.b.xfrm_stat()["XfrmInStateSeqError"]
    names = [name for name in COUNTERS if name.startswith("ipsec_tx_drop")]
    before = {name: bed.counts(name) for name in names}
    sent = bed.counts("ipsec_tx_pkts")
    talk = Traffic(bed, shape)
    talk.tcp("a", 300000, 0)
    ksft.equal({name: bed.counts(name) for name in names}, before,
               "frames that the cards dropped")
    moved = sum(bed.counts("ipsec_tx_pkts").values()) - sum(sent.values())
    ksft.check(moved >= 200 or not newer_core() or shape.encap,
               f"only {moved} packets were sealed by the cards")
    ksft.equal(bed.b.xfrm_stat()["XfrmInStateSeqError"], repeated,
               "numbers that came twice")
    talk.close()


def race(bed, shape):
    """States are added while the bond changes its card. Bonding may then forget
    which card has a state. But when the states are gone, no card has an SA.
    """
    bed.remove()
    bed.a.ip("xfrm state flush")
    for card in CARDS:
        ksft.wait_for(f"{card} to be up in the bond", lambda card=card:
                      not bed.a.ip_error(f"link set {BOND} type bond "
                                         f"active_slave {card}"))
    before = {name: bed.counts(name) for name in SA_COUNTS}
    stop = threading.Event()
    changes, errors = [], []

    def change():
        lines = [f"link set {BOND} type bond active_slave {card}"
                 for card in CARDS] * 5
        while not stop.is_set() and not errors:
            done = subprocess.run(["ip", "-n", bed.a.name, "-batch", "-"],
                                  input="\n".join(lines), text=True,
                                  capture_output=True, check=False)
            (errors if done.returncode else changes).append(done.stderr)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for turn in range(RACES):
            spi = range(0x2000, 0x2000 + 20)
            bed.a.ip(*(f"xfrm state add src {OUTER['b'][shape.outer]} "
                       f"dst {OUTER['a'][shape.outer]} proto esp spi {n} "
                       f"reqid 1 mode {shape.mode} "
                       f"aead rfc4106(gcm(aes)) 0x{'01' * 20} 128 "
                       f"offload dev {BOND} dir in" for n in spi))
            if turn % 2:
                bed.a.ip("xfrm state flush")
            else:
                bed.a.ip(*(f"xfrm state delete dst {OUTER['a'][shape.outer]} "
                           f"proto esp spi {n}" for n in spi))
    finally:
        stop.set()
        changer.join()
    ksft.equal(errors, [], "errors of ip while the bond changed its card")
    ksft.check(changes, "the bond did not change its card")
    moved = {name: {dev: count - before[name][dev]
                    for dev, count in bed.counts(name).items()}
             for name in SA_COUNTS}
    ksft.equal(moved["ipsec_sa_delete"], moved["ipsec_sa_add"],
               "SAs deleted and added")
    ksft.equal(any(moved["ipsec_sa_add"].values()), newer_core(),
               "a card has had an SA")


def main():
    made = []

    def one(function, shape):
        if not made:
            made.append(BondBed())
        function(made[0], shape)

    cases = [(name, one, fail_over, Shape.named(name)) for name in SHAPES]
    cases += [(f"{name} bulk TCP", one, bulk, Shape.named(name))
              for name in SHAPES + UDP_SHAPES]
    cases += [("race", one, race, Shape.named(SHAPES[0]))]
    some = ksft.chosen(cases)
    module.load()
    try:
        ksft.run(some, ksft.without_defer)
    finally:
        for bed in made:
            bed.remove()
            bed.delete()


if __name__ == "__main__":
    main()
