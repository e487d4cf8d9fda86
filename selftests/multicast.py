#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""SAs of multicast groups, as OSPF uses them (RFC 4552), protect packets from
any host to the group, in transport mode.

In every cell both ends send UDP to the group. Each end has an SA with an SPI
and a reqid of its own: with equal reqids the core might send through the SA of
the other end. An oracle reads the wire. The member at the other end gets every
datagram, and the card's counters say who did the work. In packet mode the
datagrams also come back to members on the sender's host. In crypto mode and in
software the core does not bring them back. At an end that offloads, clear text
to the group is dropped.
"""
import os
import select
import socket
import struct

from lib import esp, ksft
from lib.bed import CARD, INFO_LINE, MAC, OTHER, OUTER, Bed, Pair, Sa, Shape
from lib.bed import family
from lib.cases import Cells, run_cells
from lib.algs import ALGS

PORT = 7500
GROUP = {4: "224.0.0.5", 6: "ff02::5"}
GROUP_MAC = {4: "01:00:5e:00:00:05", 6: "33:33:00:00:00:05"}
ANY = {4: "0.0.0.0", 6: "::"}
LENGTHS = (1, 2, 3, 4, 100, 1000)
# The counter, of the card or of xfrm, that counts dropped clear text
CLEAR = {"packet": "ipsec_rx_drop_clear", "crypto": "XfrmInTmplMismatch"}


class GroupSa(Sa):
    """The SA of one sender, for packets from any address to the group."""

    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        self.src, self.dst = ANY[self.shape.outer], GROUP[self.shape.outer]
        self.reqid = {"a": 1, "b": 2}[self.sender]

    def line(self, *args, **keywords):
        return super().line(*args, **keywords).replace(
            "reqid 1", f"reqid {self.reqid}")

    def policy(self, side, offload):
        """The line for ip that adds the policy at one side."""
        way = "out" if side == self.sender else "in"
        words = f" offload packet dev {CARD[side]}" if offload else ""
        return (f"xfrm policy add dst {self.dst} dir {way} tmpl proto esp "
                f"reqid {self.reqid} mode transport{words}")


def cells():
    return [(f"ipv{fam} {how} {'esn' if esn else 'no-esn'} "
             f"{ {'ab': 'both', 'a': 'a-only', 'b': 'b-only'}[ends]}",
             fam, how, esn, ends)
            for fam in (4, 6) for how in ("crypto", "packet")
            for esn, ends in ((False, "ab"), (True, "ab"), (False, "a"),
                              (False, "b"))]


class Multicast(Cells):
    def __init__(self):
        super().__init__(Bed())
        self.fam = self.pair = None

    def install(self, how, esn, ends):
        bed, fam = self.bed, self.fam
        bed.remove()
        shape = Shape.named(f"ipv{fam}-transport")
        ab, ba = (GroupSa(shape, side, next(bed.spi), ALGS["aes128-gcm"], 128,
                          esn, how=how) for side in "ab")
        self.pair = Pair(shape, ab, ba, ends, how)
        for side in "ab":
            packet = how == "packet" and side in ends
            for sa in (ab, ba):
                bed.ns(side).ip(sa.policy(side, packet),
                                sa.line(side, side in ends))
            ksft.equal(sorted(bed.offload_lines(side)),
                       [INFO_LINE.format(CARD[side], way, how) for way in
                        ("in", "out")] if side in ends else [],
                       "offload lines")

    def member(self, defer, side):
        """Make a socket at a side. The socket is a member of the group, and can
        send to the group.
        """
        fam, ns = self.fam, self.bed.ns(side)
        sock = ns.socket(family(fam), socket.SOCK_DGRAM)
        defer(sock.close)
        with ns.entered():
            index = socket.if_nametoindex(CARD[side])
        group = socket.inet_pton(family(fam), GROUP[fam])
        if fam == 4:
            where = struct.pack("=4s4si", group, bytes(4), index)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, where)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, where)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                            group + struct.pack("=i", index))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                            index)
        sock.bind((ANY[fam], PORT))
        sock.settimeout(ksft.patience(10))
        return sock

    def cell(self, fam, how, esn, ends):
        ksft.with_defer(self.one, fam, how, esn, ends)

    def one(self, defer, fam, how, esn, ends):
        self.fam = fam
        self.install(how, esn, ends)
        members = {side: self.member(defer, side) for side in "ab"}
        for sa in (self.pair.ab, self.pair.ba):
            local = how == "packet" and sa.sender in ends
            self.group_gets(members, sa, local)
        for side in ends:
            self.refuses_clear(members[side], side, how)

    def group_gets(self, members, sa, local):
        bed, sender, receiver = self.bed, sa.sender, sa.receiver
        bed.mark()
        sent = [os.urandom(length) for length in LENGTHS]
        for data in sent:
            members[sender].sendto(data, (GROUP[self.fam], PORT))
            ksft.equal(members[receiver].recv(2000), data,
                       f"what the member at {receiver} gets")
            if local:
                ksft.equal(members[sender].recv(2000), data,
                           f"what the member at {sender}, the sender, gets")
        for side in "ab":
            ksft.equal(self.pending(members[side]), b"",
                       f"what else the member at {side} gets")
        self.read_wire(sa, sent)
        for side, name in ((sender, "ipsec_tx_pkts"),
                           (receiver, "ipsec_rx_pkts")):
            ksft.equal(bed.delta(side)[name],
                       len(sent) if side in self.pair.offload else 0,
                       f"{name} of {side}")

    @staticmethod
    def pending(sock):
        return sock.recv(2000) if select.select([sock], [], [], 0)[0] else b""

    def read_wire(self, sa, sent):
        """Each packet to the group is ESP, has the group's Ethernet address,
        and carries what was sent.
        """
        key, got = sa.oracle(), []
        to = bytes.fromhex(GROUP_MAC[self.fam].replace(":", ""))
        for side, frame in self.bed.captured():
            if side != sa.sender or frame.ip is None or \
                    frame.dst != esp.packed(GROUP[self.fam]):
                continue
            ksft.check(frame.is_esp, f"clear: {ksft.show(frame.ip)}")
            ksft.equal(frame.raw[:6], to, "Ethernet address of the group")
            plain = key.accept(frame.esp, side in self.pair.offload)
            ksft.equal(plain.next_header, esp.UDP, "next header")
            got.append(plain.data[8:])
        ksft.equal(got, sent, "on the wire")

    def refuses_clear(self, sock, side, how):
        bed, peer = self.bed, OTHER[side]
        src, dst = OUTER[peer][self.fam], GROUP[self.fam]
        bed.mark()
        before = bed.ns(side).xfrm_stat()
        bed.inject(side, esp.ip_frame(
            src, dst, esp.UDP, esp.udp(src, dst, PORT, PORT, b"clear"),
            GROUP_MAC[self.fam], MAC[peer]))
        name = CLEAR[how]

        def dropped():
            return (bed.delta(side).get(name, 0) +
                    bed.ns(side).xfrm_stat().get(name, 0) -
                    before.get(name, 0))

        ksft.wait_for(f"{name} at {side}", dropped)
        ksft.equal(self.pending(sock), b"", f"clear text at {side}")


def main():
    run_cells(cells(), Multicast)


if __name__ == "__main__":
    main()
