#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packet offload makes the same outer header as software.

Card and kernel send the same inner packets, with all values of ECN and some of
DSCP, TTL and DF. FLAGS lists the flags that the SAs have. With each of these
flags, card and kernel must make the same outer headers. Then, in tunnel mode,
card and kernel receive the same packets with the same outer headers, and the
sockets must be told the same TOS.
"""
import itertools
import socket
import struct
from collections import namedtuple

from lib import esp, ksft
from lib.bed import MAC, OUTER, Bed, Shape, family
from lib.cases import run_cells

PORT = 7300
IPV6_UNICAST_HOPS, IPV6_RECVTCLASS, IPV6_TCLASS = 16, 66, 67
IP_TOS, IP_TTL, IP_MTU_DISCOVER, IP_RECVTOS = 1, 2, 10, 13
DO, DONT = 2, 0                 # of IP_MTU_DISCOVER

# Fields of the outer header, which card and software must set alike. label:
# does the outer header have the flow label of the inner packet?
Outer = namedtuple("Outer", "options tos ttl df label")
Inner = namedtuple("Inner", "tos ttl df")

SHAPES = ("ipv4-tunnel", "ipv6-tunnel", "ipv4-tunnel-udp", "ipv4-transport",
          "ipv6-transport", "ipv4-transport-udp")
TOS = (0, 1, 2, 3, 0xb8, 0xbb)
# Words of the sending SA, words of the receiving SA
FLAGS = {"plain": ("", ""),
         "noecn": ("flag noecn", "flag noecn"),
         "dscp": ("extra-flag dont-encap-dscp", "flag decap-dscp"),
         "nopmtudisc": ("flag nopmtudisc", "")}
INNER = ([Inner(tos, 64, tos & 1) for tos in range(4)] +
         [Inner(0xb8 | tos, 7, not tos & 1) for tos in range(4)] +
         [Inner(0x28, 1, True), Inner(0, 255, False)])


def cells():
    made = []
    for shape in map(Shape.named, SHAPES):
        for flags, words in FLAGS.items():
            if shape.mode == "tunnel" or flags == "plain":
                made.append((f"{shape.name} {flags}", shape, flags, words))
    return made


def outer_of(frame, plain):
    """The fields of a frame's outer header; plain is the packet inside."""
    ip, inner = frame.ip, plain.data
    if ip[0] >> 4 == 4:
        return Outer((ip[0] & 15) - 5, ip[1], ip[8], ip[6] & 0x40, None)
    word, = struct.unpack_from("!I", ip)
    label = None
    if plain.next_header == esp.IPV6_IN_IP:
        label = (word ^ struct.unpack_from("!I", inner)[0]) & 0xfffff == 0
    return Outer(0, word >> 20 & 0xff, ip[7], None, label)


class Headers:
    def __init__(self):
        self.bed = Bed()
        self.socks = []

    def close(self):
        self.bed.delete()

    def cell(self, shape, flags, words):
        try:
            self.sending(shape, flags, words)
            if shape.mode == "tunnel" and flags != "nopmtudisc":
                self.receiving(shape, flags, words)
        finally:
            for sock in self.socks:
                sock.close()
            self.socks = []

    def socket(self, side, shape):
        fam = family(shape.inner)
        sock = self.bed.ns(side).socket(fam, socket.SOCK_DGRAM)
        sock.bind((self.bed.address(side, shape), PORT))
        sock.settimeout(ksft.patience(10))
        if shape.inner == 4:
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVTOS, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
        self.socks.append(sock)
        return sock

    # ---- from a to the wire

    def sending(self, shape, flags, words):
        software = self.sent(shape, words, "")
        card = self.sent(shape, words, "a")
        for inner, one, other in zip(INNER, card, software):
            ksft.equal(one, other, f"outer header of {inner}")
        self.plausible(shape, flags, card)

    def sent(self, shape, words, offload):
        """The outer headers of the packets in INNER."""
        bed = self.bed
        pair = bed.install(shape, extra=words, offload=offload, how="packet")
        bed.check_offload_lines(pair)
        near, far = self.socket("a", shape), self.socket("b", shape)
        bed.mark()
        for inner in INNER:
            if shape.inner == 4:
                for option, value in (
                        (IP_TOS, inner.tos), (IP_TTL, inner.ttl),
                        (IP_MTU_DISCOVER, DO if inner.df else DONT)):
                    near.setsockopt(socket.IPPROTO_IP, option, value)
            else:
                for option, value in ((IPV6_TCLASS, inner.tos),
                                      (IPV6_UNICAST_HOPS, inner.ttl)):
                    near.setsockopt(socket.IPPROTO_IPV6, option, value)
            data = bytes(inner.tos for _ in range(100))
            near.sendto(data, (bed.address("b", shape), PORT))
            ksft.equal(far.recv(1000), data, f"datagram of {inner}")
        near.close()
        far.close()
        moved = bed.delta("a")["ipsec_tx_pkts"]
        ksft.equal(moved, len(INNER) if offload else 0, "sent by the card")
        key = pair.ab.oracle()
        frames = [frame for side, frame in bed.captured()
                  if side == "a" and frame.is_esp]
        ksft.equal(len(frames), len(INNER), "ESP frames")
        self.identities(shape, frames)
        return [outer_of(frame, key.accept(frame.esp)) for frame in frames]

    @staticmethod
    def identities(shape, frames):
        """IPv4 packets that may be fragmented have different IDs: RFC 6864 4.3.
        """
        if shape.outer == 4:
            idents = [frame.ip[4:6] for frame in frames
                      if not frame.ip[6] & 0x40]
            ksft.equal(len(set(idents)), len(idents), "identities without DF")

    @staticmethod
    def plausible(shape, flags, headers):
        """Check each header by itself, because card and software could both be
        wrong in the same way.
        """
        tunnel = shape.mode == "tunnel"
        for inner, outer in zip(INNER, headers):
            tos, ttl = inner.tos, 64 if tunnel else inner.ttl
            if tunnel and tos & 3 == 3:
                tos -= 1                        # RFC 3168 9.1.1, INET_ECN_CE
            if flags == "noecn":
                tos &= ~3
            if flags == "dscp":
                tos &= 3
            ksft.equal((outer.tos, outer.ttl), (tos, ttl),
                       f"outer TOS and TTL of {inner}")
            df = inner.df and flags != "nopmtudisc"
            if shape.outer == 4 and shape.inner == 4:
                ksft.equal(bool(outer.df), df, f"outer DF of {inner}")
            ksft.check(outer.label is not False, "flow label of the outer "
                       "header is not the inner one's")

    # ---- from the wire to b

    def receiving(self, shape, flags, words):
        software = self.received(shape, words, "")
        card = self.received(shape, words, "b")
        ksft.equal(card, software, "{(inner, outer): TOS at the socket}")
        dscp = flags == "dscp"
        for (inner, outer), got in card.items():
            ecn = inner & 3
            if flags != "noecn" and outer & 3 == 3 and ecn:
                ecn = 3
            ksft.equal(got, (outer if dscp else inner) & ~3 | ecn,
                       f"TOS at the socket, {inner:#x} in {outer:#x}")

    def received(self, shape, words, offload):
        """{(inner TOS, outer TOS): TOS that the socket is told}"""
        bed = self.bed
        pair = bed.install(shape, extra=words, offload=offload, how="packet")
        sock, key = self.socket("b", shape), pair.ab.oracle()
        got = {}
        for number, tos in enumerate(itertools.product(TOS, TOS), 1):
            data = struct.pack("!I", number)
            bed.inject("b", self.frame(shape, key, number, tos, data))
            payload, told, _, _ = sock.recvmsg(100, 100)
            ksft.equal(payload, data, f"datagram of {tos}")
            got[tos] = told[0][2][0]
        sock.close()
        return got

    def frame(self, shape, key, number, tos, data):
        """A frame from a's end with the inner and outer TOS that are wanted."""
        src, dst = (self.bed.address(side, shape) for side in "ab")
        inner = self.header(src, dst, esp.UDP,
                            esp.udp(src, dst, PORT, PORT, data), tos[0])
        packet = key.seal(number, esp.IPIP if shape.inner == 4 else
                          esp.IPV6_IN_IP, inner)
        proto = esp.ESP
        if shape.encap:
            proto, packet = esp.UDP, esp.udp_encap(packet)
        return esp.ethernet(MAC["b"], MAC["a"], self.header(
            OUTER["a"][shape.outer], OUTER["b"][shape.outer], proto, packet,
            tos[1]))

    @staticmethod
    def header(src, dst, proto, payload, tos):
        packet = bytearray(esp.ip(src, dst, proto, payload))
        if packet[0] >> 4 == 4:
            packet[1] = tos
            packet[10:12] = bytes(2)
            packet[10:12] = struct.pack("!H", esp.checksum(packet[:20]))
        else:
            packet[0] |= tos >> 4
            packet[1] |= tos << 4 & 0xf0
        return bytes(packet)


def main():
    run_cells(cells(), Headers)


if __name__ == "__main__":
    main()
