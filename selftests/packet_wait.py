#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A packet that waits for a neighbour leaves protected, or does not leave
(packet offload).

A tunnel's next hop does not answer, so the card lets the packet wait for the
address of this hop. The neighbour entry later sends the packet again through
the card. Each case tries several things while a packet waits: nothing changes;
the policy is deleted, or the state, or both; all packets of the card are turned
to another device. The packet of a UDP socket has been through xfrm. A packet of
a packet socket, of a macvlan or of a bridge device has not been through xfrm.
"""
import socket

from lib import esp, ksft
from lib.bed import ETH_P_ALL, MAC, OUTER, Bed, Tap
from lib.detour import dropped, turn
from lib.flood import clear_text
from lib.spd import PROTECT, Talker, run_on_card

NO_POLICY, NO_SA = "ipsec_tx_drop_no_policy", "ipsec_tx_drop_no_sa"
# What happens while the packet waits, and the fate of the packet after this
FATES = (((), "esp"), (("policy",), NO_POLICY), (("state",), NO_SA),
         (("policy", "state"), NO_POLICY))


class Waiting:
    """Side a does not know the MAC of b's outer address, and asks in vain."""

    def __init__(self, card, defer):
        self.card, self.fam = card, card.fam
        self.far = OUTER["b"][card.fam]
        family = {4: "ipv4", 6: "ipv6"}[card.fam]
        # The kernel must not give up while the packet waits
        card.bed.a.sysctl(f"net.{family}.neigh.ov0.mcast_solicit", 10000)
        plen, nodad = {4: (24, ""), 6: (64, "nodad")}[card.fam]
        card.bed.b.ip(f"addr del {self.far}/{plen} dev ov3")
        defer(card.bed.b.ip, f"addr add {self.far}/{plen} dev ov3 {nodad}")
        defer(self.known)

    def policy(self, verb):
        return self.card.line("a", "out", self.card.pair_selector(), PROTECT,
                              verb=verb)

    def neighbour(self):
        return self.card.bed.a.ip_output(f"neigh show {self.far} dev ov0")

    def unknown(self):
        self.card.bed.a.ip(f"neigh del {self.far} dev ov0")

    def known(self):
        self.card.bed.a.ip(f"neigh replace {self.far} lladdr {MAC['b']} "
                           "dev ov0 nud permanent")

    def renew(self):
        """Install state and policy again, and make the neighbour unknown."""
        card = self.card
        card.bed.a.ip("xfrm policy flush", "xfrm state flush",
                      card.pair.ab.line("a", True), self.policy("add"))
        card.key = card.pair.ab.oracle()
        self.known()
        self.unknown()
        card.bed.mark()

    def send(self, send):
        send()
        ksft.wait_for("the next hop to be asked for",
                      lambda: "INCOMPLETE" in self.neighbour())

    def delete(self, what):
        a, ab = self.card.bed.a, self.card.pair.ab
        if what == "policy":
            a.ip(self.policy("delete"))
        else:
            a.ip(f"xfrm state delete {ab.id}")


def fates(card, defer, send, packet):
    waiting = Waiting(card, defer)
    for gone, fate in FATES:
        waiting.renew()
        waiting.send(send)
        for what in gone:
            waiting.delete(what)
        waiting.known()
        ksft.equal(card.wait_leave(packet), fate,
                   f"without {' and '.join(gone) or 'a change'}")
        moved = {k: v for k, v in card.bed.delta("a").items() if "_drop" in k
                 and v}
        ksft.equal(moved, {} if fate == "esp" else {fate: 1}, "drops")
    redirected(card, defer, waiting, send)


def redirected(card, defer, waiting, send):
    """The packet is turned to another device when it comes back."""
    a, w = card.bed.a, card.bed.w
    a.ip(f"link add far0 type veth peer name far1 netns {w.name}",
         "link set far0 up")
    defer(a.ip, "link del far0")
    w.ip("link set far1 up")
    tap = Tap(w, "far1")
    defer(tap.close)
    waiting.renew()
    waiting.send(send)
    turn(a, defer, "ov0", "far0")
    waiting.known()
    ksft.wait_for("the packet to be dropped at the other device",
                  lambda: dropped(a, "far0"))
    clear = [why for raw in tap.frames() if (why := clear_text(raw))]
    ksft.check(not clear, f"clear text at the other device: {clear}")


def ethernet(card):
    packet = card.packet(1, 1, esp.UDP, 7, 7)
    return packet, esp.ethernet(MAC["b"], MAC["a"], packet)


def by_packet_socket(card, defer):
    packet, frame = ethernet(card)
    fates(card, defer, lambda: card.raw["a"].send(frame), packet)


def by_macvlan(card, defer):
    a = card.bed.a
    error = a.ip_error("link add mac1 link ov0 type macvlan mode bridge")
    if error:
        raise ksft.Skip(f"no macvlan: {error}")
    defer(a.ip, "link del mac1")
    a.ip("link set mac1 up")
    sock = a.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    defer(sock.close)
    with a.entered():
        sock.bind(("mac1", ETH_P_ALL))
    packet, frame = ethernet(card)
    fates(card, defer, lambda: sock.send(frame), packet)


def by_bridge(card, defer):
    """The packet came in by another port of a bridge."""
    a, w = card.bed.a, card.bed.w
    a.ip(f"link add in0 type veth peer name in1 netns {w.name}",
         "link add br1 type bridge mcast_snooping 0")
    defer(a.ip, "link del br1", "link del in0")
    a.ip("link set in0 master br1 up", "link set ov0 master br1",
         "link set br1 up")
    w.ip("link set in1 up")
    tap = Tap(w, "in1")
    defer(tap.close)
    packet, frame = ethernet(card)
    fates(card, defer, lambda: tap.send(frame), packet)


def by_socket(card, defer):
    """A socket sent the packet, which has been through xfrm."""
    talker = Talker(card, defer)
    fates(card, defer, lambda: talker.sock.sendto(bytes(100), talker.to), None)


CASES = (by_packet_socket, by_macvlan, by_bridge, by_socket)


def main():
    run_on_card(CASES, Bed, ())


if __name__ == "__main__":
    main()
