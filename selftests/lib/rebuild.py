# SPDX-License-Identifier: GPL-2.0
"""Repairs a bed (lib/bed.py) after a test has deleted or moved its parts.

A side is "a" or "b". It has a namespace, with a card in it. The cable of this
card ends at another card, WIRE[side], which is in the wire's namespace.
"""
from . import ksft
from .bed import CARD, INNER, LINK_KIND, MAC, OTHER, OUTER, Tap
from .netns import Ethtool, Netns

WIRE = {"a": "ov1", "b": "ov2"}


def restore(bed, side):
    """Set up the card of a side after the card was down or was made anew."""
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
    """Give a side a new, empty namespace, and return its old namespace."""
    old = bed.ns(side)
    ns = Netns(side)
    ns.card = CARD[side]
    for name in ("all", "default"):
        ns.sysctl(f"net.ipv6.conf.{name}.accept_dad", 0)
        ns.sysctl(f"net.ipv6.conf.{name}.router_solicitations", 0)
    setattr(bed, side, ns)
    return old


def new_wire(bed, side):
    """Make WIRE[side] anew after it was deleted, and plug it into the card."""
    ns, card, wire = bed.ns(side), CARD[side], WIRE[side]
    ns.ip(f"link add {wire} link {card} type {LINK_KIND}",
          f"link set {wire} netns {bed.w.name}")
    bed.w.ip(f"link set {wire} master br0", f"link set {wire} up")
    retap(bed, side)


def new_card(bed, side):
    """Make the card of a side anew after it was deleted, and set it up."""
    ns, card, wire = bed.ns(side), CARD[side], WIRE[side]
    bed.w.ip(f"link add {card} link {wire} type {LINK_KIND}",
             f"link set {card} netns {ns.name}")
    restore(bed, side)


def retap(bed, side):
    """Give a side a new tap, because its WIRE[side] is another device now."""
    bed.tap.pop(side).close()
    bed.tap[side] = Tap(bed.w, WIRE[side])


def carrier(ns, dev):
    return "LOWER_UP" in ns.ip_output(f"link show dev {dev}")


def wait_carrier(ns, dev, on):
    ksft.wait_for(f"carrier of {dev} to be {'on' if on else 'off'}",
                  lambda: carrier(ns, dev) == on)
