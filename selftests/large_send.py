#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Large sends leave as the segments that the core would make.

A tap on the card shows the packets that the card is given. lib/gso.py cuts the
large packets among them into segments. The frames on the wire must carry these
segments, and the packets that were not large, byte for byte. The headers and
trailers of the frames must be those that the core makes (lib/segments.py). Most
cases also switch the card's segmentation off and send again: then the core
cuts, and no packet is large. The cases without ESN also send without offload:
Linux' own ESP must make the same headers, and segments of the same length. ESP
is in software at the other end.

This test sends no large packets of UDP, because the core lets no UDP socket
send such packets through IPsec (udp_send_skb()). large_forwarded.py sends them
from a packet socket.
"""
import collections
import contextlib
import json
import socket
import struct

from lib import esp, fault, gso, ksft, module, segments
from lib.bed import MAC, OUTER, SHAPES, Bed, Shape
from lib.cases import Cells, run_cells
from lib.netns import ethtool_stats
from lib.trace import Trace
from lib.traffic import noise

STREAM, SHORT = 200000, 50000           # bytes
SWITCHES = ("tcp-segmentation-offload", "tx-udp-segmentation",
            "tx-esp-segmentation")
# Options of sockets, which make headers that differ from the default
IP_TOS, IP_TTL, IPV6_UNICAST_HOPS, IPV6_TCLASS = 1, 2, 16, 67
TOS, TTL = 0x48, 33
BIGGEST = 65536                         # bytes; IPv4 and IPv6 without BIG TCP
LIMIT = 25                              # packets in the life of an SA
WRAP = 1 << 32
NARROW = 1403                           # MTU of a path; IPv6 needs 1280 inside
ROUTER = {4: "192.0.2.99", 6: "2001:db8::99"}

# headers: the headers that most of the longest frames have (segments.common()),
# as hexadecimal digits. length: how many bytes their outer packets have
Usual = collections.namedtuple("Usual", "headers length")


class LargeSend(Cells):
    """A bed, and a tap on a's card."""

    def __init__(self):
        super().__init__(None)
        self.open()

    def open(self):
        self.bed = Bed()
        for ns in (self.bed.a, self.bed.b):
            ns.sysctl("net.ipv4.tcp_ecn", 1)
        self.tap = gso.LargeTap(self.bed.a, "ov0")

    def close(self):
        self.tap.close()
        super().close()

    def switch(self, on, names=SWITCHES):
        word = "on" if on else "off"
        self.bed.a.command("ethtool", "-K", "ov0",
                           *(part for name in names for part in (name, word)))

    def cell(self, function, *args):
        function(self, *args)

    def large(self, shape, how, esn, seq=0):
        """Send three times. First the card cuts. Then tx-esp-segmentation is
        off: in crypto mode the core cuts, and in packet mode the core or the
        card cuts. The third time all SWITCHES are off, and the core cuts.
        Without ESN, also send without offload.
        """
        try:
            ways = [self.sent(shape, how, esn, seq, True)]
            for names in (SWITCHES[-1:], SWITCHES):
                self.switch(False, names)
                ways.append(self.sent(shape, how, esn, seq, False,
                                      how == "packet" and names != SWITCHES))
        finally:
            self.switch(True)
        if not esn:
            ways.append(self.in_software(shape, how))
        for way in ways[1:]:
            ksft.equal(ways[0], way, "the usual frame of a large send")

    def narrow(self, shape, how, learned):
        """The path to b has an MTU that is smaller than the card's. The card is
        given large packets, and their segments are as long as this path
        permits. If @learned is true, a router has told the MTU to a. Otherwise
        the route has the MTU.
        """
        far = OUTER["b"][shape.outer]
        mtu = "" if learned else f"mtu {NARROW}"
        self.bed.a.ip(f"route add {far} dev ov0 {mtu}")
        try:
            if learned:
                self.learn(shape, how, far)
            card = self.sent(shape, how, False, 0, True, length=SHORT)
            ksft.equal(card, self.in_software(shape, how),
                       "the usual frame on a narrow path")
        finally:
            self.bed.a.ip(f"route del {far} dev ov0")
        # The lengths of all headers and of what is encrypted are multiples of 4
        ksft.equal(card.length, NARROW // 4 * 4, "bytes of a packet")

    def learn(self, shape, how, far):
        """A router tells a that a packet of its SA was too long for the path to
        the address @far.
        """
        pair = self.bed.install(shape, offload="a", how=how)
        near, router = OUTER["a"][shape.outer], ROUTER[shape.outer]
        part = esp.ip(near, far, esp.ESP,
                      struct.pack("!II", pair.ab.spi, 1) + bytes(16))
        if shape.outer == 4:
            proto = esp.ICMP
            error = struct.pack("!BBHHH", 3, 4, 0, 0, NARROW) + part
            total = esp.checksum(error)
        else:
            proto = esp.ICMPV6
            error = struct.pack("!BBHI", 2, 0, 0, NARROW) + part
            total = esp.transport_sum(router, near, proto, error)
        error = error[:2] + struct.pack("!H", total) + error[4:]
        self.bed.inject("a", esp.ip_frame(router, near, proto, error, MAC["a"],
                                          MAC["b"]))
        ksft.wait_for("a to learn the MTU of the path", lambda: f"mtu {NARROW}"
                      in self.bed.a.ip_output(f"route get {far}"))

    def no_big_tcp(self):
        """No packet can be larger than 64 KiB."""
        def sizes():
            link, = json.loads(self.bed.a.command(
                "ip", "-d", "-j", "link", "show", "ov0").stdout)
            return [link[name] for name in ("tso_max_size", *names)]

        names = "gso_max_size", "gso_ipv4_max_size"
        ksft.equal(sizes(), [BIGGEST] * 3, "sizes of large packets")
        for name in names:
            line = f"link set ov0 {name} {BIGGEST + 1}"
            ksft.check(self.bed.a.ip_error(line), f"{line}: not refused")
        ksft.equal(sizes(), [BIGGEST] * 3, "sizes of large packets afterwards")

    def traced(self, shape, how):
        """While all events are traced, the same segments leave."""
        trace = Trace()
        try:
            self.large(shape, how, True)
            seen = {event.name for event in trace.read()}
        finally:
            trace.close()
        for name in ("ov2_tx_record", "ov2_rx_record"):
            ksft.check(name in seen, f"{name} was traced")

    def without_pages(self, shape, how):
        """The module gets only single pages. The page pools are empty, and they
        get nothing, because they ask for several pages at once. The same
        segments leave. Afterwards the pools get pages.
        """
        fault.stack_needed(fault.FAIL_PAGES)
        self.close()
        module.remove()
        ksft.equal(module.insert(), None, "what insmod says")
        self.open()
        trace = Trace(["page_pool_state_hold"], "page_pool")
        try:
            self.sent(shape, how, True, 0, True, lack=True)
            ksft.equal(len(trace.read()), 0, "pages that the pools got")
            self.sent(shape, how, True, 0, True)
            ksft.check(trace.read(), "the pools got no page afterwards")
        finally:
            trace.close()

    def sent(self, shape, how, esn, seq, large, either=False, lack=False,
             length=STREAM):
        """Compare what leaves with what the card was given. If @large is true,
        the card must be given large packets; if not, it must be given none. If
        @either is true, both are right. The first number of the SA is @seq + 1.
        If @lack is true, the module gets only single pages while it sends. The
        SAs are made before the sending, because in a debug kernel an SA needs
        several pages at once. A frame for which there is no memory is dropped,
        and TCP sends the frame's data again. Return the Usual frame.
        """
        pair = self.bed.install(shape, esn=esn, offload="a", how=how, seq=seq)
        talk = self.traffic(shape)
        self.tap.read()
        self.bed.mark()
        before = self.dropped()
        with contextlib.ExitStack() as stack:
            if lack:
                failed = stack.enter_context(fault.module_lacks_pages())
            talk.tcp("a", length, 0, marked)
            wire = talk.settle(pair, 20)
            ksft.check(not lack or failed(), "no allocation of pages failed")
        given = segments.given_by(self.tap, how)
        if not either:
            ksft.equal(any(one.size for one in given), large,
                       "the card was given large packets")
        drops = self.dropped() - before
        ksft.check(lack or not drops, f"{drops} frames without memory")
        wanted = segments.check(pair, given, wire.frames["a"], drops)
        if how == "packet":
            segments.check_state(self.bed.a, pair, wanted)
        return usual(wire.frames["a"])

    def in_software(self, shape, how):
        """Send without offload. Return the Usual frame."""
        pair = self.bed.install(shape, offload="", how=how)
        talk = self.traffic(shape)
        self.bed.mark()
        talk.tcp("a", SHORT, 0, marked)
        return usual(talk.settle(pair, 20).frames["a"])

    def dropped(self):
        """The number of frames that a's card dropped for want of memory."""
        return ethtool_stats(self.bed.a, "ov0")["ipsec_tx_drop_alloc"]

    def limit(self, shape, limit):
        """A lifetime ends inside a large packet: only LIMIT packets leave."""
        pair = self.bed.install(shape, offload="a", how="packet",
                                extra=(limit, ""))
        talk = self.traffic(shape)
        self.bed.mark()
        near, far = talk.connect("a")

        def dropped():
            try:
                near.send(noise(STREAM))
            except BlockingIOError:
                pass
            return self.bed.delta("a")["ipsec_tx_drop_expired"]

        ksft.wait_for("segments to be dropped", dropped)
        near.close()
        far.close()

        def left():
            return [frame for side, frame in self.bed.captured()
                    if side == "a" and frame.is_esp]

        # When the card counts the drop, some of the earlier packets may not be
        # on the wire yet
        ksft.wait_for(f"{LIMIT} packets", lambda: len(left()) >= LIMIT)
        key = pair.ab.oracle()
        ksft.equal([key.accept(frame.esp).seq for frame in left()],
                   list(range(1, LIMIT + 1)), "numbers")


def marked(sock, data):
    """Send @data in packets that have the values TOS and TTL."""
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, IP_TOS, TOS)
        sock.setsockopt(socket.IPPROTO_IP, IP_TTL, TTL)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_TCLASS, TOS)
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL)
    return sock.send(data)


def usual(frames):
    """Return the Usual frame: the most common headers of the longest frames.
    Not all of these frames have the same headers, because a packet that TCP
    sends again does not have the usual ECN bits.
    """
    length = max(len(frame.ip) for frame in frames)
    heads = collections.Counter(segments.common(frame) for frame in frames
                                if len(frame.ip) == length)
    (head, _), = heads.most_common(1)
    return Usual(head.hex(), length)


def possible(shape, how):
    """Can the card be given a large packet of this shape? In crypto mode the
    stack itself cuts ESP in UDP (large_sends() in sweep.py). Packet mode has no
    tunnels of mixed families.
    """
    return not shape.encap if how == "crypto" else shape.outer == shape.inner


def cells():
    made = []
    for how in segments.CUT:
        for shape in SHAPES:
            if possible(shape, how):
                made += [(f"{how} {shape.name} {'esn' if esn else 'no-esn'}",
                          LargeSend.large, shape, how, esn)
                         for esn in (False, True)]
                made.append((f"{how} {shape.name} narrow path",
                             LargeSend.narrow, shape, how, False))
        made.append((f"{how} ipv4-transport traced", LargeSend.traced,
                     Shape.named("ipv4-transport"), how))
        made.append((f"{how} ipv4-transport without pages",
                     LargeSend.without_pages, Shape.named("ipv4-transport"),
                     how))
        for name in ("ipv4-transport", "ipv6-tunnel"):
            shape = Shape.named(name)
            made.append((f"{how} {name} wraps", LargeSend.large, shape, how,
                         True, WRAP - 70))
            made.append((f"{how} {name} learned path", LargeSend.narrow, shape,
                         how, True))
    for name in ("ipv4-transport", "ipv6-tunnel"):
        made.append((f"limit {name}", LargeSend.limit, Shape.named(name),
                     f"limit packet-hard {LIMIT}"))
    return made + [("no BIG TCP", LargeSend.no_big_tcp)]


def main():
    run_cells(cells(), LargeSend)


if __name__ == "__main__":
    main()
