#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Large packets that do not come from TCP or UDP of the card's host leave as
the segments that the core would make.

 datagrams  a packet socket sends a large packet of UDP (UDP_L4)
 flags      a packet socket sends a large packet of TCP, with CWR, PSH and FIN
 stream     a client behind the card's host sends TCP. The path from the card
            to b has a small MTU

In transport mode the packet socket is on the card. In tunnel mode it is on the
device of a client, and the card's host forwards the packet (lib/clients.py).
The packets of a packet socket are sent in packet mode only. In crypto mode the
card declines them, and software encrypts them (gso_goes_wrong() in
kmod/bridge/xdo.c). A tap shows the packets that the card is given;
lib/segments.py makes the frames that must be on the wire.
"""
import json

from lib import esp, gso, ksft, segments
from lib.bed import MAC, OUTER, Bed, Shape
from lib.cases import Cells, run_cells
from lib.clients import ClientBed
from lib.traffic import PORT, noise

SHAPES = {"crypto": ("ipv4-tunnel", "ipv6-tunnel", "4in6-tunnel",
                     "6in4-tunnel"),
          "packet": ("ipv4-tunnel", "ipv6-tunnel", "ipv4-tunnel-udp")}
INJECTED = ("ipv4-transport", "ipv6-transport", "ipv4-transport-udp",
            *SHAPES["packet"])
STREAM = 200000                         # bytes
LENGTH, SIZE = 10507, 1000              # of a large packet, and of its segments
NARROW = 1403                           # MTU of a path; IPv6 needs 1280 inside
# Fields of an injected packet. The low two bits of TOS are CE, and the tunnel
# must not copy CE
TOS, TTL, LABEL = 0x4b, 33, 0x12345
FLAGS = gso.CWR | gso.PSH | gso.FIN | gso.ACK | gso.RST


class LargeForwarded(Cells):
    """The bed that the last cell needed, and a tap on a's card."""

    def __init__(self):
        super().__init__(None)
        self.tap = None

    def close(self):
        if self.tap:
            self.tap.close()
            self.tap = None
        super().close()

    def cell(self, function, shape, *args):
        kind = Bed if shape.mode == "transport" else ClientBed
        if type(self.bed) is not kind:
            self.close()
            self.bed = kind()
            self.tap = gso.LargeTap(self.bed.a, "ov0")
        function(self, shape, *args)

    def start(self, shape, how):
        pair = self.bed.install(shape, offload="a", how=how)
        talk = self.traffic(shape)
        self.tap.read()
        self.bed.mark()
        return pair, talk

    def finish(self, pair, talk):
        """Compare the wire with what the card was given. Returns (what the card
        was given, frames on the wire).
        """
        frames = talk.settle(pair, 20).frames["a"]
        given = segments.given_by(self.tap, pair.how)
        wanted = segments.check(pair, given, frames)
        if pair.how == "packet":
            segments.check_state(self.bed.a, pair, wanted)
        return given, frames

    def inject(self, shape, proto, payload, kind, df=True, flags=0):
        """A packet socket sends a large packet to b, or to client b."""
        ns, dev, macs = self.bed.a, "ov0", (MAC["b"], MAC["a"])
        if shape.mode == "tunnel":
            ns, dev = self.bed.host("a"), "eth0"
            macs = [mac(*where) for where in ((self.bed.a, "in0"), (ns, dev))]
        src, dst = (self.bed.address(side, shape) for side in "ab")
        data, fields = gso.unsummed(src, dst, proto, payload, PORT, PORT, flags)
        fields |= {"type": kind, "size": SIZE}
        if shape.inner == 4:
            packet = esp.ipv4(src, dst, proto, data, ident=0xfffe, ttl=TTL,
                              tos=TOS, frag=segments.DF if df else 0)
        else:
            packet = esp.ipv6(src, dst, proto, data, TTL, TOS, LABEL)
        with gso.large_socket(ns, dev, 0) as sock:
            sock.send(gso.VNET.pack(*fields.values()) +
                      esp.ethernet(*macs, packet))

    def datagrams(self, shape, df):
        pair, talk = self.start(shape, "packet")
        data = noise(LENGTH)
        self.inject(shape, esp.UDP, data, gso.UDP_L4, df)
        talk.expect_datagrams("a", [data[at:at + SIZE]
                                    for at in range(0, LENGTH, SIZE)])
        given, frames = self.finish(pair, talk)
        ksft.equal([one.size for one in given], [SIZE], "sizes of segments")
        if not df:
            idents = {frame.ip[4:6] for frame in frames}
            ksft.equal(len(idents), len(frames), "identifications")

    def flags(self, shape):
        """b does not answer, because the packet also has the flag RST."""
        pair, talk = self.start(shape, "packet")
        kind = gso.TCPV4 if shape.inner == 4 else gso.TCPV6
        self.inject(shape, esp.TCP, noise(LENGTH), kind | gso.ECN, flags=FLAGS)
        count = -(-LENGTH // SIZE)
        ksft.wait_for(f"{count} segments", lambda: self.bed.delta("a")[
            "ipsec_tx_pkts"] == count)
        given, _ = self.finish(pair, talk)
        ksft.equal([one.size for one in given], [SIZE], "sizes of segments")

    def stream(self, shape, how):
        far = OUTER["b"][shape.outer]
        self.bed.a.ip(f"route add {far} dev ov0 mtu {NARROW}")
        try:
            pair, talk = self.start(shape, how)
            talk.tcp("a", STREAM, 0)
            given, frames = self.finish(pair, talk)
        finally:
            self.bed.a.ip(f"route del {far} dev ov0")
        ksft.check(any(one.size for one in given), "no large packet")
        # The lengths of all headers and of what is encrypted are multiples of 4
        ksft.equal(max(len(frame.ip) for frame in frames), NARROW // 4 * 4,
                   "bytes of the longest packet")


def mac(ns, dev):
    link, = json.loads(ns.command("ip", "-j", "link", "show", dev).stdout)
    return link["address"]


def cells():
    made = []
    for shape in map(Shape.named, INJECTED):
        for df in (True, False) if shape.inner == 4 else (True,):
            made.append((f"datagrams {shape.name}{'' if df else ' no-df'}",
                         LargeForwarded.datagrams, shape, df))
        made.append((f"flags {shape.name}", LargeForwarded.flags, shape))
    return made + [(f"stream {how} {name}", LargeForwarded.stream,
                    Shape.named(name), how)
                   for how, names in SHAPES.items() for name in names]


def main():
    run_cells(cells(), LargeForwarded)


if __name__ == "__main__":
    main()
