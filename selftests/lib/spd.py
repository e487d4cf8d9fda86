# SPDX-License-Identifier: GPL-2.0
"""The fate of a packet at a card with policies.

    card = Card(bed, fam); defer(card.close)    # SAs in tunnel mode, no policy
    card.policy("a", "out", "dst 203.0.113.0/28 proto 17", PROTECT, 10)
    card.leaves(card.packet(1, 7, UDP, 53, 53))     # "esp", "clear", or names
    card.arrives(packet)                            # "passes", or names
    card.arrives(packet, sealed=True)

If the packet is dropped, the answer is the names of the drop counters that
moved. leaves() puts the packet into a frame, and hands this frame directly to
the card of side a. The frame does not go through xfrm, so the card alone
decides. arrives() puts such a frame on the wire in front of the card of side b.
packet(1, 7, ...) is from host 1 behind side a to host 7 behind side b. Talker
sends from a socket, so its packets go through xfrm before they come to the
card.
"""
import socket
import struct

from . import esp, ksft, module
from .bed import (CARD, ETH_P_ALL, MAC, OTHER, OUTER, PACKET_IGNORE_OUTGOING,
                  SOL_PACKET, Shape, family)

PORT = 7400
PROTECT, BLOCK, BYPASS = "protect", "block", "bypass"
NET = {"a": {4: "198.51.100.{}", 6: "2001:db8:a::{:x}"},
       "b": {4: "203.0.113.{}", 6: "2001:db8:b::{:x}"}}
FULL = {4: 32, 6: 128}
IP_XFRM_POLICY = {4: (socket.IPPROTO_IP, 17), 6: (socket.IPPROTO_IPV6, 35)}


def host(side, fam, number):
    """The address of a host behind a side."""
    return NET[side][fam].format(number)


def tcp(src, dst, sport, dport):
    """A SYN."""
    head = struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 0x50, 2, 1024, 0, 0)
    total = esp.transport_sum(src, dst, esp.TCP, head)
    return head[:16] + struct.pack("!H", total) + head[18:]


def icmp(src, dst, kind, code):
    proto = esp.ICMP if len(esp.packed(src)) == 4 else esp.ICMPV6
    body = struct.pack("!BBHHH", kind, code, 0, 1, 1) + bytes(8)
    total = (esp.checksum(body) if proto == esp.ICMP else
             esp.transport_sum(src, dst, proto, body))
    return body[:2] + struct.pack("!H", total) + body[4:]


def socket_policy(sock, fam, direction, template=None, src=None, block=False):
    """Give a socket a policy of its own, as IKE daemons do.

    template: (source, destination, is it a tunnel, reqid). Without a template
    the policy is a block or a bypass. src: the policy is only for packets from
    this address.
    """
    info = bytearray(168)                       # struct xfrm_userpolicy_info
    struct.pack_into("=H", info, 40, family(fam))
    if src:
        info[16:16 + len(esp.packed(src))] = esp.packed(src)
        info[43] = FULL[fam]
    struct.pack_into("=4Q", info, 56, *[(1 << 64) - 1] * 4)
    info[160:162] = direction == "out", block
    if template:
        src, dst, tunnel, reqid = template
        info += struct.pack("=16s4xB3xH2x16sIBBBx3I", esp.packed(dst),
                            esp.ESP, family(fam), esp.packed(src), reqid,
                            tunnel, 0, 0, *[(1 << 32) - 1] * 3)
    sock.setsockopt(*IP_XFRM_POLICY[fam], bytes(info))


class Card:
    def __init__(self, bed, fam):
        self.bed, self.fam = bed, fam
        self.pair = bed.install(Shape.named(f"ipv{fam}-tunnel"), how="packet")
        for side in "ab":
            bed.ns(side).ip("xfrm policy flush")
        bed.shape = None                        # so install() adds policies
        self.key = self.pair.ab.oracle()
        self.source = OUTER["a"][fam]           # of sealed packets
        self.seq = 0
        self.raw = {side: self.packet_socket(side) for side in "ab"}
        bed.mark()

    def close(self):
        for sock in self.raw.values():
            sock.close()

    def packet_socket(self, side):
        ns = self.bed.ns(side)
        sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        with ns.entered():
            sock.bind((CARD[side], ETH_P_ALL))
        sock.setblocking(False)
        return sock

    # ---- policies

    def template(self, side, direction):
        ends = side, OTHER[side]
        src, dst = ends if direction == "out" else ends[::-1]
        return (f"tmpl src {OUTER[src][self.fam]} dst {OUTER[dst][self.fam]} "
                "proto esp reqid 1 mode tunnel")

    def line(self, side, direction, selector, fate, priority=10, verb="add",
             offload=True):
        words = [f"xfrm policy {verb} {selector} dir {direction}"]
        if verb != "delete":
            if fate == BLOCK:
                words.append("action block")
            words.append(f"priority {priority}")
            if offload:
                words.append(f"offload packet dev {CARD[side]}")
            if fate == PROTECT:
                words.append(self.template(side, direction))
        return " ".join(words)

    def policy(self, side, *args, **kwargs):
        self.bed.ns(side).ip(self.line(side, *args, **kwargs))

    def pair_selector(self, near=1, far=1):
        """The selector of packets from host @near behind side a to host @far
        behind side b.
        """
        full = FULL[self.fam]
        return (f"src {host('a', self.fam, near)}/{full} "
                f"dst {host('b', self.fam, far)}/{full}")

    # ---- packets

    def packet(self, near, far, proto, one=0, two=0, part=None):
        """An IP packet from host @near behind side a to host @far behind side
        b.

        @one and @two are the ports, or type and code of ICMP. @part: 0 for the
        first of two fragments; 1 for the last fragment, which shows no ports.
        """
        src, dst = host("a", self.fam, near), host("b", self.fam, far)
        if proto == esp.UDP:
            data = esp.udp(src, dst, one, two, bytes(64))
        elif proto == esp.TCP:
            data = tcp(src, dst, one, two)
        else:
            data = icmp(src, dst, one, two)
        if part is None:
            return esp.ip(src, dst, proto, data)
        return esp.in_two(src, dst, proto, data, 9)[part]

    # ---- the fate of packets

    def drops(self, side):
        return [k for k, v in self.bed.delta(side).items()
                if v and "_drop_" in k]

    def leaves(self, packet, wrap=bytes):
        """Give the packet to a's card, and return its fate. wrap() may change
        the packet's Ethernet frame before the card gets it.
        """
        self.bed.mark()
        self.raw["a"].send(wrap(esp.ethernet(MAC["b"], MAC["a"], packet)))
        return self.wait_leave(packet)

    def wait_leave(self, packet=None):
        """Wait until @packet leaves or is dropped, and return its fate. If
        @packet is None, wait for any packet since bed.mark().
        """
        def fate():
            for side, frame in self.bed.captured():
                if side != "a":
                    continue
                if packet and frame.raw.endswith(packet):
                    return "clear"
                if frame.is_esp:
                    plain = self.key.accept(frame.esp)
                    if packet and plain.data != packet:
                        raise ksft.Fail("ESP carries another packet: "
                                        f"{ksft.show(plain.data)}")
                    return "esp"
                if not packet and frame.proto == esp.UDP:
                    return "clear"
            drops = self.drops("a")
            return drops and " ".join(drops)

        return ksft.wait_for("a packet to leave, or to be dropped", fate)

    def arrives(self, packet, sealed=False, wrap=bytes):
        """Inject the packet towards b's card, and return its fate. If @sealed
        is true, inject ESP that carries the packet. wrap() is as in leaves().
        """
        inner = packet
        if sealed:
            self.seq += 1
            inner = self.key.seal(self.seq, esp.IPIP if self.fam == 4 else
                                  esp.IPV6_IN_IP, packet)
            inner = esp.ip(self.source, OUTER["b"][self.fam], esp.ESP, inner)
        self.empty()
        self.bed.mark()
        self.bed.inject("b", wrap(esp.ethernet(MAC["b"], MAC["a"], inner)))

        def fate():
            # The stack removes the outer VLAN tag before it shows the frame
            if any(got.endswith(packet) for got in self.received()):
                return "passes"
            drops = self.drops("b")
            return drops and " ".join(drops)

        return ksft.wait_for("a packet to arrive, or to be dropped", fate)

    def received(self):
        """IP packets that b's card gave to b's stack."""
        got = []
        try:
            while True:
                got.append(self.raw["b"].recv(2048)[14:])
        except BlockingIOError:
            return got

    empty = received


class Talker:
    """A socket of host 1 behind side a, and the fate of its datagrams."""

    def __init__(self, card, defer, port=PORT, to=PORT):
        fam = card.fam
        self.card = card
        self.to = (host("b", fam, 1), to)
        self.sock = card.bed.a.socket(family(fam), socket.SOCK_DGRAM)
        defer(self.sock.close)
        self.sock.bind((host("a", fam, 1), port))

    def fate(self):
        """Send a datagram. Return "esp", "clear", or the names of the drop
        counters that moved. These are counters of the card or of xfrm.
        """
        card = self.card
        before = card.bed.a.xfrm_stat()
        card.bed.mark()
        try:
            self.sock.sendto(bytes(100), self.to)
        except OSError:
            pass
        moved = [k for k, v in card.bed.a.xfrm_stat().items()
                 if v != before[k]]
        if moved and not card.drops("a"):
            ksft.equal(card.bed.delta("a")["ipsec_tx_pkts"], 0,
                       f"frames of the card, in spite of {moved}")
            return " ".join(moved)
        return card.wait_leave()


def run_on_card(cases, make, only_ipv4):
    """Run case(card, defer) of the chosen cases on one bed.

    Every case runs with IPv4. The cases that are not in @only_ipv4 also run
    with IPv6.
    """
    def one(defer, case, fam):
        card = Card(bed, fam)
        defer(card.close)
        case(card, defer)

    some = ksft.chosen([(f"ipv{fam} {case.__name__}", one, case, fam)
                        for fam in (4, 6) for case in cases
                        if fam == 4 or case not in only_ipv4])
    module.load()
    bed = make()
    try:
        ksft.run(some)
    finally:
        bed.delete()
