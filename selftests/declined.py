#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Software sends correctly the packets that the card declines in crypto mode.

If ESP in transport mode were left to the card, the core would cut a large
packet of an ipip, sit or ip6tnl device wrongly. So the card declines such a
packet. The core then cuts the packet and encrypts the segments in software.
OSPF uses one manual SA for both ways (RFC 4552): the SA is offloaded for one
way, and software uses the SA for the other way. Nothing leaves in clear.
"""
import errno
import os
import socket
import sys

from lib import esp, ksft, xfrmnl
from lib.bed import CARD, INNER, OTHER, OUTER, Bed, Shape, family
from lib.cases import Cells, run_cells
from lib.traffic import Traffic

GRE = 47
# Families of the outer and the inner packet, protocol number, words for `ip`
TUNNELS = {
    "ipip": (4, 4, esp.IPIP, "type ipip"),
    "sit": (4, 6, esp.IPV6_IN_IP, "type sit"),
    "gre": (4, 4, GRE, "type gre"),
    "ip6ip6": (6, 6, esp.IPV6_IN_IP,
               "type ip6tnl mode ip6ip6 encaplimit none"),
    "ipip6": (6, 4, esp.IPIP, "type ip6tnl mode ipip6 encaplimit none"),
}
# The core cuts large packets of these devices before ESP. GRE does not need
# this
BY_SOFTWARE = ("ipip", "sit", "ip6ip6", "ipip6")
LARGE = 100000

PORT = 7600
GROUP = {4: "224.0.0.5", 6: "ff02::5"}
ANY = {4: "0.0.0.0", 6: "::"}
LENGTHS = (1, 2, 3, 4, 100, 1000)
SPI = 0x4552


def drops(bed, side):
    """The drop counters of a side that have changed since bed.mark()."""
    return {name: count for name, count in bed.moved(side).items()
            if "drop" in name}


class Declined(Cells):
    def __init__(self):
        super().__init__(Bed())

    def cell(self, case, *args):
        ksft.with_defer(case, self, *args)


# ---- tunnel devices

def make_tunnel(test, defer, name):
    """Make a device t0 at both ends, with the routes to the inner addresses."""
    bed = test.bed
    outer, inner, _, words = TUNNELS[name]
    for side in "ab":
        ns, peer = bed.ns(side), OTHER[side]
        near, far = OUTER[side][outer], OUTER[peer][outer]
        target, src = INNER[peer][inner], INNER[side][inner]
        error = ns.ip_error(f"link add t0 {words} local {near} remote {far}")
        if error:
            raise ksft.Skip(f"no {name} here: {error}")
        defer(ns.ip, "link del t0",
              f"route replace {target} dev {CARD[side]} src {src}")
        ns.ip("link set t0 mtu 1300 up",
              f"route replace {target} dev t0 src {src}")


def protect_outer(bed, defer, shape):
    """In tunnel mode, the policies get the outer addresses, because the packets
    of t0 have these addresses.
    """
    if shape.mode != "tunnel":
        return
    defer(bed.remove)
    for side in "ab":
        near, far = OUTER[side][shape.outer], OUTER[OTHER[side]][shape.outer]
        bed.ns(side).ip("xfrm policy flush", *(
            f"xfrm policy add src {src} dst {dst} dir {way} "
            f"tmpl src {src} dst {dst} proto esp reqid 1 mode tunnel"
            for way, src, dst in (("out", near, far), ("in", far, near))))


def carried(plain, shape):
    """ESP carries a packet of the tunnel device. Return the protocol of this
    packet.
    """
    if shape.mode == "transport":
        return plain.next_header
    return esp.Frame(bytes(12) + (b"\x08\x00" if shape.outer == 4 else
                                  b"\x86\xdd") + plain.data).proto


def check_wire(test, pair, proto):
    """Each frame is harmless, or is ESP with a packet of the tunnel device.

    Returns the number of ESP frames of each side.
    """
    keys = {"a": pair.ab.oracle(), "b": pair.ba.oracle()}
    frames = {"a": 0, "b": 0}
    for side, frame in test.bed.captured():
        if not frame.is_esp:
            Traffic.check_harmless(side, frame)
            continue
        # Linux' own esp6_xmit() may use an IV twice (6.12 to 7.3)
        plain = keys[side].accept(frame.esp, False)
        ksft.equal(carried(plain, pair.shape), proto, "protocol in ESP")
        frames[side] += 1
    return frames


def tunnel(defer, test, name, mode, how):
    """TCP flows both ways in large packets, and no packet is lost."""
    bed = test.bed
    outer, inner, proto, _ = TUNNELS[name]
    shape = Shape.named(f"ipv{outer}-{mode}")
    pair = bed.install(shape, how=how)
    bed.check_offload_lines(pair)
    protect_outer(bed, defer, shape)
    make_tunnel(test, defer, name)
    talk = Traffic(bed, Shape(name, outer, "tunnel", inner, False))
    defer(talk.close)
    talk.udp("a", [100])
    bed.mark()
    talk.tcp("a", LARGE, LARGE)
    by_software = mode == "transport" and how == "crypto" and \
        name in BY_SOFTWARE

    def settled():
        sent = {side: bed.delta(side)["ipsec_tx_pkts"] for side in "ab"}
        frames = check_wire(test, pair, proto)
        came = {side: bed.delta(OTHER[side])["ipsec_rx_pkts"]
                for side in "ab"}
        return frames == came and (by_software or sent == frames) and \
            (sent, frames)

    # The last segments of TCP may still be on their way.
    sent, frames = ksft.wait_for("each engine to receive what the other end "
                                 "sent", settled)
    for side in "ab":
        ksft.equal(drops(bed, side), {}, f"drops at {side}")
        if by_software:
            ksft.check(0 < sent[side] < frames[side],
                       f"{side}'s engine sent {sent[side]} of {frames[side]}")
        large = bed.delta(side)["ipsec_tx_fallback_large"]
        ksft.equal(large > 0, by_software,
                   f"{large} large packets of {side} were declined")


# ---- one SA for both ways

class Group:
    """Both ends have the same SA to a group, and both offload it."""

    def __init__(self, defer, test, fam, how, direction):
        self.bed, self.fam, self.how = test.bed, fam, how
        self.bed.remove()
        defer(self.bed.remove)
        self.keymat = os.urandom(20)
        for side in "ab":
            self.install(side, direction)
        self.members = {side: self.member(defer, side) for side in "ab"}
        self.bed.mark()

    def install(self, side, direction):
        ns, fam = self.bed.ns(side), self.fam
        flags = (xfrmnl.INBOUND if direction == "in" else 0) | \
            (xfrmnl.PACKET if self.how == "packet" else 0)
        words = "offload packet dev " + CARD[side] if flags & xfrmnl.PACKET \
            else ""
        ns.ip(*(f"xfrm policy add dst {GROUP[fam]} dir {way} tmpl proto esp "
                f"reqid 1 mode transport {words}" for way in ("in", "out")))
        link = xfrmnl.Xfrm(ns)
        answer = link.add(SPI, ANY[fam], GROUP[fam], window=0,
                          aead=("rfc4106(gcm(aes))", self.keymat, 128),
                          offload=(xfrmnl.ifindex(ns, CARD[side]), flags))
        ksft.equal(answer, (0, ""), f"answer to the add at {side}")

    def member(self, defer, side):
        """A socket of a side that has joined the group, and sends to it."""
        fam, ns = self.fam, self.bed.ns(side)
        sock = ns.socket(family(fam), socket.SOCK_DGRAM)
        defer(sock.close)
        index = xfrmnl.ifindex(ns, CARD[side])
        group = socket.inet_pton(family(fam), GROUP[fam])
        if fam == 4:
            where = group + bytes(4) + index.to_bytes(4, sys.byteorder)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, where)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, where)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                            group + index.to_bytes(4, sys.byteorder))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                            index)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        sock.bind((ANY[fam], PORT))
        sock.settimeout(ksft.patience(10))
        return sock

    def talk(self, side):
        """The member at the other end gets what @side sends to the group."""
        sent = [os.urandom(length) for length in LENGTHS]
        for data in sent:
            self.members[side].sendto(data, (GROUP[self.fam], PORT))
            try:
                got = self.members[OTHER[side]].recv(2000)
            except TimeoutError:
                raise ksft.Fail(f"nothing from {side} arrives: {self.why()}"
                                ) from None
            ksft.equal(got, data, f"what {side} sent")
        return sent

    def why(self):
        return "; ".join(f"{side}: {self.bed.moved(side)}" for side in "ab")

    def check_wire(self, side, sent):
        """Each frame from @side to the group is ESP. Together these frames
        carry the datagrams of @sent.
        """
        key = esp.EspKey(SPI, self.keymat, 16)
        got = []
        for sender, frame in self.bed.captured():
            if sender == side and frame.ip is not None and \
                    frame.dst == esp.packed(GROUP[self.fam]):
                ksft.check(frame.is_esp, f"clear: {ksft.show(frame.ip)}")
                got.append(key.accept(frame.esp, False).data[8:])
        ksft.equal(got, sent, f"what {side} sent on the wire")


def one_sa(defer, test, fam, direction):
    """The card handles the offloaded direction, and software handles the other
    direction.
    """
    group = Group(defer, test, fam, "crypto", direction)
    for side in "ab":
        group.check_wire(side, group.talk(side))
        ksft.equal(test.bed.delta(side)["ipsec_tx_pkts"],
                   0 if direction == "in" else len(LENGTHS),
                   f"sent by {side}'s engine")
        ksft.equal(test.bed.delta(side)["ipsec_tx_fallback_dir"],
                   len(LENGTHS) if direction == "in" else 0,
                   f"declined by {side}'s card")
    for side in "ab":
        ksft.equal(test.bed.delta(side)["ipsec_rx_pkts"],
                   len(LENGTHS) if direction == "in" else 0,
                   f"received by {side}'s engine")


def one_sa_packet(defer, test, fam, direction):
    """If the SA is offloaded for received packets, no packet is sent, because
    packet mode has no fallback to software. If the SA is offloaded for sent
    packets, the sender's card seals the packets, and software decrypts them at
    the receiver.
    """
    group = Group(defer, test, fam, "packet", direction)
    bed = test.bed
    if direction == "out":
        for side in "ab":
            group.check_wire(side, group.talk(side))
            ksft.equal(bed.delta(side)["ipsec_tx_pkts"], len(LENGTHS),
                       f"sent by {side}'s engine")
        return
    for side in "ab":
        before = bed.ns(side).xfrm_stat()["XfrmOutError"]
        try:
            group.members[side].sendto(b"to nobody", (GROUP[fam], PORT))
            raise ksft.Fail(f"{side} could send")
        except OSError as error:
            ksft.equal(error.errno, errno.EHOSTUNREACH, "sendto()")
        ksft.equal(bed.ns(side).xfrm_stat()["XfrmOutError"], before + 1,
                   f"XfrmOutError at {side}")
        ksft.equal(bed.delta(side)["ipsec_tx_refused_dir"], 1,
                   f"declined by {side}'s card")
        group.check_wire(side, [])


def cells():
    made = [(f"tunnel {name} transport crypto", tunnel, name, "transport",
             "crypto") for name in TUNNELS]
    for name in ("ipip", "ip6ip6"):
        made += [(f"tunnel {name} {mode} {how}", tunnel, name, mode, how)
                 for mode, how in (("tunnel", "crypto"),
                                   ("transport", "packet"))]
    for direction in ("in", "out"):
        for fam in (4, 6):
            made += [(f"one_sa {direction} ipv{fam}", one_sa, fam, direction),
                     (f"one_sa_packet {direction} ipv{fam}", one_sa_packet,
                      fam, direction)]
    return made


def main():
    run_cells(cells(), Declined)


if __name__ == "__main__":
    main()
