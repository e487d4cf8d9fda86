#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A card's policies also apply to IP behind VLAN tags and PPPoE headers.

If a policy protects or blocks such a packet, the card drops the packet, both on
send and on receive. All other frames pass as they are. The test gives frames to
send directly to the card, and puts frames to receive on the wire.
"""
import struct

from lib import esp, ksft
from lib.bed import CARD, OUTER, Bed
from lib.spd import BLOCK, BYPASS, PROTECT, Talker, host, run_on_card

DOT1Q, DOT1AD, PPP_SESSION = 0x8100, 0x88a8, 0x8864
UDP = esp.UDP
PPP = {esp.ETH_IPV4: b"\x00\x21", esp.ETH_IPV6: b"\x00\x57"}

WRAPPED = {"out": "ipsec_tx_drop_wrapped", "in": "ipsec_rx_drop_wrapped"}
BLOCKED = {"out": "ipsec_tx_drop_blocked", "in": "ipsec_rx_drop_block"}


def tag(frame, proto=DOT1Q, vid=5):
    return frame[:12] + struct.pack("!HH", proto, vid) + frame[12:]


def pppoe(frame, short=False):
    ethertype, = struct.unpack_from("!H", frame, 12)
    ppp = PPP[ethertype][short:]
    body = ppp + frame[14:]
    return (frame[:12] + struct.pack("!HBBHH", PPP_SESSION, 0x11, 0, 1,
                                     len(body)) + body)


WRAPS = {
    "802.1Q": tag,
    "priority tag": lambda f: tag(f, vid=0),
    "802.1ad": lambda f: tag(f, DOT1AD),
    "802.1ad and 802.1Q": lambda f: tag(tag(f), DOT1AD),
    "802.1Q twice": lambda f: tag(tag(f)),
    "three tags": lambda f: tag(tag(tag(f), DOT1AD)),
    "PPPoE": pppoe,
    "PPPoE, short protocol": lambda f: pppoe(f, True),
    "802.1Q and PPPoE": lambda f: tag(pppoe(f)),
}


def packets(card, side, direction):
    """Add policies; return [(packet, the fate that a policy gives it), ...]."""
    for far, what in ((1, PROTECT), (2, BLOCK), (3, BYPASS)):
        card.policy(side, direction, card.pair_selector(1, far), what)
    inner = esp.ip(OUTER["a"][card.fam], OUTER["b"][card.fam], esp.ESP,
                   struct.pack("!II", 0x99, 1) + bytes(56))
    return [(card.packet(1, 1, UDP, 9, 9), PROTECT),
            (card.packet(1, 1, UDP, 9, 9, 1), PROTECT),
            (card.packet(1, 2, UDP, 9, 9), BLOCK),
            (card.packet(1, 3, UDP, 9, 9), BYPASS),
            (card.packet(1, 4, UDP, 9, 9), None), (inner, None)]


def sent(card, defer):
    """The card gets frames below xfrm, as from a bridge device, so the card
    alone decides.
    """
    for name, wrap in WRAPS.items():
        packet = card.packet(1, 1, UDP, 9, 9)
        ksft.equal(card.leaves(packet, wrap), "clear",
                   f"without a policy, {name}")
    what = {PROTECT: WRAPPED["out"], BLOCK: BLOCKED["out"]}
    for packet, fate in packets(card, "a", "out"):
        for name, wrap in WRAPS.items():
            ksft.equal(card.leaves(packet, wrap), what.get(fate, "clear"),
                       f"{fate}, {name}, {ksft.show(packet)}")
    ksft.equal(card.leaves(card.packet(1, 1, UDP, 9, 9)), "esp", "not wrapped")


def received(card, defer):
    """Frames come from the wire, and xfrm_stat counts what the card drops."""
    for name, wrap in WRAPS.items():
        packet = card.packet(1, 1, UDP, 9, 9)
        ksft.equal(card.arrives(packet, wrap=wrap), "passes",
                   f"without a policy, {name}")
    what = {PROTECT: WRAPPED["in"], BLOCK: BLOCKED["in"]}
    stat = {PROTECT: "XfrmInTmplMismatch", BLOCK: "XfrmInPolBlock"}
    for packet, fate in packets(card, "b", "in"):
        for name, wrap in WRAPS.items():
            before = card.bed.b.xfrm_stat()
            ksft.equal(card.arrives(packet, wrap=wrap),
                       what.get(fate, "passes"),
                       f"{fate}, {name}, {ksft.show(packet)}")
            if fate in stat:
                ksft.equal(card.bed.b.xfrm_stat()[stat[fate]],
                           before[stat[fate]] + 1, stat[fate])
    ksft.equal(card.arrives(card.packet(1, 1, UDP, 9, 9)),
               "ipsec_rx_drop_clear", "not wrapped")


def cut(card, defer):
    """Frames that are cut off within their tags do no harm: afterwards the card
    still protects a packet.
    """
    packets(card, "a", "out")
    packets(card, "b", "in")
    for name, wrap in WRAPS.items():
        whole = wrap(esp.ethernet("02:00:00:00:0b:00", "02:00:00:00:0a:00",
                                  card.packet(1, 1, UDP, 9, 9)))
        tags = len(whole) - len(card.packet(1, 1, UDP, 9, 9))
        for length in range(14, tags + 1):
            card.bed.mark()
            card.raw["a"].send(whole[:length].ljust(15, b"\0"))
            card.bed.inject("b", whole[:length].ljust(15, b"\0"))
    ksft.equal(card.leaves(card.packet(1, 1, UDP, 9, 9)), "esp", "afterwards")


def upper_device(card, defer):
    """The route of packets leads to a VLAN on the card. If the route to the
    other end of the tunnel leads to the card, the packets are protected. If
    this route leads to the VLAN, too, the core drops the packets.
    """
    a, far = card.bed.a, OUTER["b"][card.fam]
    for proto in ("802.1Q", "802.1ad"):
        error = a.ip_error(f"link add v0 link {CARD['a']} type vlan "
                           f"proto {proto} id 5")
        if error:
            raise ksft.Skip(f"no VLAN: {error}")
        to = host("b", card.fam, 1)
        try:
            a.ip("link set v0 up", f"route replace {to} dev v0",
                 f"neigh replace {to} lladdr 02:00:00:00:0b:00 dev v0 "
                 "nud permanent")
            talker = Talker(card, defer)
            card.policy("a", "out", card.pair_selector(), PROTECT)
            ksft.equal(talker.fate(), "esp", f"by a {proto} device")
            a.ip(f"route add {far} dev v0", f"neigh replace {far} lladdr "
                 "02:00:00:00:0b:00 dev v0 nud permanent")
            ksft.equal(talker.fate(), "XfrmOutError",
                       f"the tunnel by a {proto} device, too")
            talker.sock.close()
            card.policy("a", "out", card.pair_selector(), None,
                        verb="delete")
        finally:
            a.ip("link del v0")
            a.ip(f"route replace {to} dev {CARD['a']} "
                 f"src {host('a', card.fam, 1)}")


if __name__ == "__main__":
    run_on_card((sent, received, cut, upper_device), Bed, ())
