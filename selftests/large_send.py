#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Large sends leave as the segments that the core would make.

A tap on the card shows the packets that the card is given. lib/gso.py cuts the
large packets among them. The ESP packets on the wire must carry, byte for byte,
these segments and the packets that were not large. Most cases also switch the
card's segmentation off and send again: then the core cuts, and no packet is
large. ESP is in software at the other end. This test sends no large packets of
UDP, because the core lets no socket send such packets through IPsec
(udp_send_skb()). The unit tests ov2_lso_ext test these packets.
"""
import contextlib
import struct

from lib import esp, fault, gso, ksft, lifetime, module
from lib.bed import SHAPES, Bed, Shape
from lib.cases import Cells, run_cells
from lib.netns import ethtool_stats
from lib.trace import Trace
from lib.traffic import noise

STREAM = 200000                         # bytes
SWITCHES = ("tcp-segmentation-offload", "tx-udp-segmentation",
            "tx-esp-segmentation")
ENDS = {4: 20, 6: 40}                   # length of an IP header
ICV = 16
DF = 0x4000
LIMIT = 25                              # packets in the life of an SA
WRAP = 1 << 32


class LargeSend(Cells):
    """A bed, and a tap on a's card."""

    def __init__(self):
        super().__init__(None)
        self.open()

    def open(self):
        self.bed = Bed()
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
        """
        try:
            self.sent(shape, how, esn, seq, True)
            for names in (SWITCHES[-1:], SWITCHES):
                self.switch(False, names)
                self.sent(shape, how, esn, seq, False,
                          how == "packet" and names != SWITCHES)
        finally:
            self.switch(True)

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

    def sent(self, shape, how, esn, seq, large, either=False, lack=False):
        """Compare what leaves with what the card was given. If @large is true,
        the card must be given large packets; if not, it must be given none. If
        @either is true, both are right. @seq is the SA's last number. If @lack
        is true, the module gets only single pages while it sends. The SAs are
        made before the sending, because in a debug kernel an SA needs several
        pages at once. A frame for which there is no memory is dropped, and TCP
        sends the frame's data again.
        """
        pair = self.bed.install(shape, esn=esn, offload="a", how=how, seq=seq)
        talk = self.traffic(shape)
        self.tap.read()
        self.bed.mark()
        before = self.dropped()
        with contextlib.ExitStack() as stack:
            if lack:
                failed = stack.enter_context(fault.module_lacks_pages())
            talk.tcp("a", STREAM, 0)
            wire = talk.settle(pair, 20)
            ksft.check(not lack or failed(), "no allocation of pages failed")
        given = self.given(how)
        if not either:
            ksft.equal(any(one.size for one in given), large,
                       "the card was given large packets")
        key = pair.ab.oracle()
        plains = [key.accept(frame.esp) for frame in wire.frames["a"]]
        numbers = [plain.seq for plain in plains]
        drops = self.dropped() - before
        ksft.check(lack or not drops, f"{drops} frames without memory")
        drawn = range(seq + 1, seq + 1 + len(numbers) + drops)
        left = sorted(set(drawn) & set(numbers))
        ksft.equal(numbers, left, "numbers")
        expected = [packet for one in given
                    for packet in EXPECT[how](shape, one)]
        ksft.equal(len(expected), len(drawn), "packets that got a number")
        self.compare(shape, [expected[number - seq - 1] for number in numbers],
                     wire.frames["a"], plains)
        if how == "packet":
            stat = lifetime.of(self.bed.a, pair.ab)
            ksft.equal((stat.packets, stat.bytes), (len(expected), sum(
                len(data) for data, _ in expected)),
                       "packets and bytes that the state counts")

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

    def given(self, how):
        """[Large(size, IP packet), ...] that the card was given to protect."""
        found = []
        for one in self.tap.read():
            packet = one.raw[14:]
            if packet[0] >> 4 == 6:
                proto = packet[6]
            elif packet[0] >> 4 == 4:
                proto = packet[9]
            else:
                continue
            expected = (esp.ESP,) if how == "crypto" else (esp.TCP, esp.UDP)
            if proto in expected:
                found.append(gso.Large(one.size, packet))
        return found

    def compare(self, shape, expected, frames, plains):
        # Offset of the TCP checksum in the data that ESP carries
        at = 16 + (ENDS[shape.inner] if shape.mode == "tunnel" else 0)
        for frame, plain, (data, ident) in zip(frames, plains, expected):
            ksft.equal(one_zero(plain.data, at), one_zero(data, at),
                       "what a packet carries")
            if shape.outer == 4:
                self.compare_outer(frame, ident)

    @staticmethod
    def compare_outer(frame, ident):
        """Check the identification of the outermost IPv4 header. If @ident is
        None, the header has DF, and the identification is 0.
        """
        got, flags = struct.unpack_from("!HH", frame.ip, 4)
        if ident is None:
            ksft.equal(flags, DF, "DF")
            ident = 0
        ksft.equal(got, ident, "identification")


def one_zero(data, at):
    """Return the data. If the TCP checksum at offset @at is 0, replace it by
    0xffff. Zero has two forms (RFC 1071), and the core writes both:
    tcp_gso_segment() writes 0, and skb_checksum_help() writes 0xffff.
    """
    if data[at:at + 2] == b"\0\0":
        return data[:at] + b"\xff\xff" + data[at + 2:]
    return data


def expect_packet(shape, one):
    """[(bytes that ESP carries, identification of the outermost header), ...]

    The identification is None in tunnel mode, where the card makes the outer
    header.
    """
    segments = gso.cut(one.raw, one.size)
    if shape.mode == "tunnel":
        return [(segment, None) for segment in segments]
    at = ENDS[shape.outer]
    return [(segment[at:], struct.unpack_from("!H", segment, 4)[0])
            for segment in segments]


def expect_crypto(shape, one):
    """Return the same as expect_packet(), but for a packet to which the core
    has added an ESP header. A large packet has no trailer yet. Any other packet
    has a trailer.
    """
    at = ENDS[shape.outer]
    # 16 bytes are SPI, number and IV
    outer, data = one.raw[:at], one.raw[at + 16:]
    if not one.size:
        data = data[:-ICV]
        data = data[:-2 - data[-2]]
    if shape.mode == "tunnel":
        inner = gso.cut(data, one.size)
    else:
        src, dst = ((outer[12:16], outer[16:20]) if shape.outer == 4 else
                    (outer[8:24], outer[24:40]))
        inner = gso.cut_transport(src, dst, esp.TCP, data, one.size)
    ident, = struct.unpack_from("!H", outer, 4)
    return [(segment, (ident + number) & 0xffff)
            for number, segment in enumerate(inner)]


EXPECT = {"crypto": expect_crypto, "packet": expect_packet}


def possible(shape, how):
    """Can the card be given a large packet of this shape? In crypto mode the
    stack itself cuts ESP in UDP (large_sends() in sweep.py). Packet mode has no
    tunnels of mixed families.
    """
    return not shape.encap if how == "crypto" else shape.outer == shape.inner


def cells():
    made = []
    for how in EXPECT:
        for shape in SHAPES:
            if possible(shape, how):
                made += [(f"{how} {shape.name} {'esn' if esn else 'no-esn'}",
                          LargeSend.large, shape, how, esn)
                         for esn in (False, True)]
        made.append((f"{how} ipv4-transport traced", LargeSend.traced,
                     Shape.named("ipv4-transport"), how))
        made.append((f"{how} ipv4-transport without pages",
                     LargeSend.without_pages, Shape.named("ipv4-transport"),
                     how))
        for name in ("ipv4-transport", "ipv6-tunnel"):
            made.append((f"{how} {name} wraps", LargeSend.large,
                         Shape.named(name), how, True, WRAP - 70))
    for name in ("ipv4-transport", "ipv6-tunnel"):
        made.append((f"limit {name}", LargeSend.limit, Shape.named(name),
                     f"limit packet-hard {LIMIT}"))
    return made


def main():
    run_cells(cells(), LargeSend)


if __name__ == "__main__":
    main()
