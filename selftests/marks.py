#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Output marks of states (XFRMA_SET_MARK) mean the same in software, crypto
mode and packet mode.

Outbound, the mark chooses the route of a tunnel's ESP (a rule for the mark
leads to another neighbour), and firewalls see the mark on the ESP. Inbound, a
packet that the state has decrypted gets the mark: the mark chooses the route of
the inner packet, and the socket is told the mark. Packet mode has one
exception: no firewall sees its ESP.
"""
import itertools
import select
import socket
import struct

from lib import ksft
from lib.bed import CARD, INNER, OUTER, Bed, Shape, family
from lib.cases import Cells, run_cells
from lib.nft import Rules

PORT = 7600
SO_MARK, SO_RCVMARK = 36, 75
TABLE, OUT_TABLE = 101, 102
# Marks of the two states, the mask of both, and the mark of a's socket
OUT_MARK, IN_MARK, MASK, OWN = 0x10, 0x20, 0xf0, 0x3
ELSEWHERE = {4: "192.0.2.77", 6: "2001:db8::77"}
ELSEWHERE_MAC = "02:00:00:00:0e:77"
# name: (ends that offload, mode)
HOWS = {"software": ("", "crypto"), "crypto": ("ab", "crypto"),
        "packet": ("ab", "packet"), "crypto-to-software": ("a", "crypto"),
        "software-to-packet": ("b", "packet")}


def rule(ns, fam, verb, words):
    """Run `ip` for a rule. Without -4 or -6, `ip -batch` would not know whether
    a rule is for IPv4 or for IPv6.
    """
    ns.command("ip", f"-{fam}", "rule", verb, *words.split())


def cells():
    return [(f"{shape} {how}", Shape.named(shape), how)
            for shape, how in itertools.product(
                ("ipv4-transport", "ipv6-transport", "ipv4-tunnel",
                 "ipv6-tunnel", "ipv4-tunnel-udp"), HOWS)
            if shape != "ipv4-tunnel-udp" or how in ("software", "crypto",
                                                     "packet")]


class Marks(Cells):
    def __init__(self):
        super().__init__(Bed())

    def sockets(self, shape):
        bed, fam = self.bed, family(shape.inner)
        sender = bed.a.socket(fam, socket.SOCK_DGRAM)
        sender.bind((bed.address("a", shape), 0))
        sender.setsockopt(socket.SOL_SOCKET, SO_MARK, OWN)
        receiver = bed.b.socket(fam, socket.SOCK_DGRAM)
        receiver.bind(("", PORT))
        receiver.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
        return sender, receiver

    @staticmethod
    def mark_of(receiver, what):
        """The mark of the next datagram."""
        ksft.check(select.select([receiver], [], [], ksft.patience(10))[0],
                   f"{what}: nothing was received")
        _, control, _, _ = receiver.recvmsg(64, socket.CMSG_SPACE(4))
        return next(struct.unpack("=I", data)[0] for level, kind, data in
                    control if (level, kind) == (socket.SOL_SOCKET, SO_MARK))

    def cell(self, shape, how):
        bed = self.bed
        offload, mode = HOWS[how]
        marks = tuple(f"output-mark {mark:#x} mask {MASK:#x}"
                      for mark in (OUT_MARK, IN_MARK))
        pair = bed.install(shape, offload=offload, how=mode, extra=marks)
        bed.check_offload_lines(pair)
        sender, receiver = self.sockets(shape)
        target = bed.address("b", shape), PORT
        try:
            self.received(sender, receiver, target, pair)
            if not (mode == "packet" and "a" in offload):
                self.seen_by_firewall(sender, receiver, target, shape)
            if shape.mode == "tunnel":
                self.routed_in(sender, receiver, target, shape)
                self.routed_out(sender, target, shape)
        finally:
            sender.close()
            receiver.close()
            bed.remove()

    def received(self, sender, receiver, target, pair):
        """b's socket gets the datagram with the mark of the inbound state."""
        bed = self.bed
        bed.mark()
        sender.sendto(b"marked", target)
        ksft.equal(self.mark_of(receiver, "first"), IN_MARK, "mark at b")
        for side, name in (("a", "ipsec_tx_pkts"), ("b", "ipsec_rx_pkts")):
            ksft.equal(bed.delta(side)[name], int(side in pair.offload), name)

    def seen_by_firewall(self, sender, receiver, target, shape):
        """The mask of the outbound state says which bits of the mark the state
        sets. The other bits of the mark come from the socket.
        """
        fam = shape.outer
        to_peer = f"{'ip' if fam == 4 else 'ip6'} daddr {OUTER['b'][fam]}"
        with Rules(self.bed.a, "chain post { type filter hook postrouting "
                   f"priority 0;\n{to_peer} meta mark {OUT_MARK | OWN:#x} "
                   "counter\n}\n") as rules:
            sender.sendto(b"marked", target)
            self.mark_of(receiver, "with a firewall")
            ksft.equal(rules.hits(), 1, "ESP with the mark, at a's firewall")

    def routed_in(self, sender, receiver, target, shape):
        """The inner address is local only for packets with the mark."""
        ns, fam = self.bed.b, shape.inner
        inner = f"{INNER['b'][fam]}/{32 if fam == 4 else 128}"
        rule(ns, fam, "add", f"fwmark {IN_MARK:#x}/{MASK:#x} lookup {TABLE} "
             "pref 5")
        ns.ip(f"addr del {inner} dev lo",
              f"route add local {inner} dev lo table {TABLE}")
        try:
            sender.sendto(b"routed", target)
            ksft.equal(self.mark_of(receiver, "routed by the mark"), IN_MARK,
                       "mark at b")
        finally:
            nodad = " nodad" if fam == 6 else ""
            rule(ns, fam, "del", "pref 5")
            ns.ip(f"route del local {inner} dev lo table {TABLE}",
                  f"addr add {inner} dev lo{nodad}")

    def routed_out(self, sender, target, shape):
        """Packets with the mark go to another neighbour."""
        bed, fam = self.bed, shape.outer
        card, via, peer = CARD["a"], ELSEWHERE[fam], OUTER["b"][fam]
        bed.a.ip(f"neigh replace {via} lladdr {ELSEWHERE_MAC} dev {card} "
                 "nud permanent",
                 f"route add {peer} via {via} dev {card} table {OUT_TABLE}")
        rule(bed.a, fam, "add", f"fwmark {OUT_MARK | OWN:#x} "
             f"lookup {OUT_TABLE} pref 6")
        try:
            bed.mark()
            sender.sendto(b"elsewhere", target)
            frames = ksft.wait_for("ESP of a", lambda: [
                frame for side, frame in bed.captured()
                if side == "a" and frame.esp is not None])
            ksft.equal({frame.raw[:6].hex(":") for frame in frames},
                       {ELSEWHERE_MAC}, "where ESP goes")
        finally:
            rule(bed.a, fam, "del", "pref 6")
            bed.a.ip(f"route del {peer} via {via} dev {card} "
                     f"table {OUT_TABLE}")


def main():
    run_cells(cells(), Marks)


if __name__ == "__main__":
    main()
