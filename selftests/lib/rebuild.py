# SPDX-License-Identifier: GPL-2.0
"""Puts a bed together again after a test has changed its parts."""
from . import ksft
from .bed import CARD, INNER, LINK_KIND, MAC, OTHER, OUTER, Tap
from .netns import Ethtool, Netns

WIRE = {"a": "ov1", "b": "ov2"}


def restore(bed, side):
    """Give a card what it loses by going down, and what a new card lacks."""
    ns, peer, card = bed.ns(side), OTHER[side], CARD[side]
    lines = [f"link set {card} address {MAC[side]} up"]
    for fam, plen, single in ((4, 24, 32), (6, 64, 128)):
        near, far = OUTER[side][fam], OUTER[peer][fam]
        inner, target = INNER[side][fam], INNER[peer][fam]
        nodad = " nodad" if fam == 6 else ""
        lines += [f"addr replace {near}/{plen} dev {card}{nodad}",
                  f"addr replace {inner}/{single} dev lo{nodad}",
                  f"route replace {target} dev {card} src {inner}"]
        lines += [f"neigh replace {at} lladdr {MAC[peer]} dev {card} "
                  "nud permanent" for at in (far, target)]
    ns.ip(*lines)
    bed.ethtool[side] = Ethtool(ns, card)


def new_namespace(bed, side):
    """Put an empty namespace in the place of a side's; return the old one."""
    old = bed.ns(side)
    ns = Netns(side)
    ns.card = CARD[side]
    for name in ("all", "default"):
        ns.sysctl(f"net.ipv6.conf.{name}.accept_dad", 0)
        ns.sysctl(f"net.ipv6.conf.{name}.router_solicitations", 0)
    setattr(bed, side, ns)
    return old


def new_wire(bed, side):
    """Plug a new card of the wire's into a side's, whose cable was pulled."""
    ns, card, wire = bed.ns(side), CARD[side], WIRE[side]
    ns.ip(f"link add {wire} link {card} type {LINK_KIND}",
          f"link set {wire} netns {bed.w.name}")
    bed.w.ip(f"link set {wire} master br0", f"link set {wire} up")
    retap(bed, side)


def new_card(bed, side):
    """Plug a new card of a side's into the wire, where one was deleted."""
    ns, card, wire = bed.ns(side), CARD[side], WIRE[side]
    bed.w.ip(f"link add {card} link {wire} type {LINK_KIND}",
             f"link set {card} netns {ns.name}")
    restore(bed, side)


def retap(bed, side):
    bed.tap.pop(side).close()
    bed.tap[side] = Tap(bed.w, WIRE[side])


def carrier(ns, dev):
    return "LOWER_UP" in ns.ip_output(f"link show dev {dev}")


def wait_carrier(ns, dev, on):
    ksft.wait_for(f"carrier of {dev} to be {'on' if on else 'off'}",
                  lambda: carrier(ns, dev) == on)
