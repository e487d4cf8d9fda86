#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The card gives the right verdict on each bad packet, and goes on working.

Bad frames are put on the cable to b's card. A good frame follows each of them
and must arrive. The test checks the verdict in every receive record, in the
order of the frames. For every group of frames it also checks exactly which
counters of the card and of /proc/net/xfrm_stat moved. The card has one queue,
so that the records have the order of the frames on the wire.
"""
import select
import socket
import struct
from collections import Counter, namedtuple

from lib import esp, ksft, module
from lib.bed import INNER, MAC, OUTER, OneQueueBed, Shape, family
from lib.netns import Ethtool
from lib.sealer import PORT, Sealer
from lib.trace import Trace

DEST_OPTIONS, HOP_BY_HOP, NO_NEXT_HEADER = 60, 0, 59

ANY = object()

# verdict: in the frame's record, or None if the frame gets no record; counter:
# the card's counter that moves; stat: the counter of xfrm_stat that moves, or
# ANY if it is not known; arrives: the frame's datagram arrives
Expect = namedtuple("Expect", "verdict counter stat arrives",
                    defaults=(None, None, None, False))
Item = namedtuple("Item", "label frame expect payload", defaults=(b"",))

GOOD = Expect("success", "ipsec_rx_pkts", None, True)
MISS = Expect("untouched", "ipsec_rx_sadb_miss", "XfrmInNoStates")
SYNTAX = Expect("invalid_packet_syntax", "ipsec_rx_bad_syntax",
                "XfrmInBufferError")
# The card passes these frames as good, and the stack refuses them
REPLAYED = Expect("success", "ipsec_rx_pkts", "XfrmInStateSeqError")
NOTHING_IN_IT = Expect("success", "ipsec_rx_pkts", "XfrmInStateProtoError")
# The card leaves these frames encrypted, and the stack decrypts them
SOFTWARE = Expect(None, "ipsec_rx_not_capable", None, True)
UNSEEN = Expect()

# (shape, ICV, ESN). Each length of ICV is here; two setups have ESN
SETUPS = [
    ("ipv4-transport", 128, False),
    ("ipv6-transport", 96, True),
    ("ipv4-tunnel", 64, True),
    ("ipv6-tunnel", 128, False),
    ("ipv4-transport-udp", 128, False),
]


class Receiver(Sealer):
    """b as the receiver: its SA, its socket, and frames that are sent to b."""

    def __init__(self, bed, name, icv, esn):
        self.icv, self.esn = icv, esn
        pair = bed.install(Shape.named(name), icv=icv, esn=esn)
        bed.check_offload_lines(pair)
        self.sa = pair.ab
        super().__init__(bed, self.sa)
        self.sock = bed.b.socket(family(self.shape.inner), socket.SOCK_DGRAM)
        self.sock.bind((self.address["b"], PORT))
        self.trace = Trace(["ov2_rx_record"])
        self.auth_failed = Expect(f"{self.shape.mode}_esp_auth_failed",
                                  "ipsec_rx_auth_failed",
                                  "XfrmInStateProtoError")
        # For the card, UDP is ESP only if an SA fits the frame. So the card
        # does not count ESP in UDP for which there is no SA
        self.miss = (Expect(None, None, "XfrmInNoStates")
                     if self.shape.encap else MISS)

    def close(self):
        self.sock.close()
        self.trace.close()

    def gro(self, on):
        self.bed.ethtool["b"].gro(on)

    # ---- building packets

    def good(self):
        packet, payload = self.packet()
        return Item("good", self.frame(packet), GOOD, payload)

    @property
    def header(self):
        """The number of bytes in front of ESP."""
        return (14 + (20 if self.shape.outer == 4 else 40) +
                (8 if self.shape.encap else 0))

    # ---- sending them and looking

    def run(self, items):
        """Send each item when it is made, and a good frame after each item."""
        self.gro(True)
        base_card = self.bed.ethtool["b"].stats()
        base_stat = self.bed.b.xfrm_stat()
        self.trace.read()
        sent = []
        for item in items:
            sent += [item, self.good()]
            for each in sent[-2:]:
                self.bed.inject("b", each.frame)
        ksft.check(sent, "nothing to send")
        self.expect_arrivals(sent)
        self.expect_records(sent)
        self.expect_counts("counters of the card",
                           lambda: self.moved(base_card),
                           [i.expect.counter for i in sent])
        if not any(i.expect.stat is ANY for i in sent):
            self.expect_counts("xfrm_stat",
                               lambda: self.stat_moved(base_stat),
                               [i.expect.stat for i in sent])

    def moved(self, base):
        """The counters that moved, without the counters of bytes. Two more
        counters are left out: ipsec_tx_pkts counts b's answers, and
        wire_rx_filtered counts a's packets to groups that b has not joined.
        """
        return {k: v - base[k] for k, v in self.bed.ethtool["b"].stats().
                items() if v != base[k] and not k.endswith("_bytes") and
                k not in ("ipsec_tx_pkts", "wire_rx_filtered")}

    def stat_moved(self, base):
        return {k: v - base[k] for k, v in self.bed.b.xfrm_stat().items()
                if v != base[k]}

    @staticmethod
    def expect_counts(what, read, expected):
        expected = dict(Counter(name for name in expected if name))
        try:
            ksft.wait_for(what, lambda: read() == expected, 5, 0.01)
        except ksft.Fail:
            ksft.equal(read(), expected, what)

    def expect_arrivals(self, sent):
        missing = {i.payload: i.label for i in sent if i.expect.arrives}
        while missing:
            if not select.select([self.sock], [], [], ksft.patience(10))[0]:
                raise ksft.Fail(
                    f"{len(missing)} datagrams did not arrive; the first of "
                    f"them is '{next(iter(missing.values()))}'; all sent: "
                    f"{[i.label for i in sent][:40]}")
            data = self.sock.recv(65536)
            label = missing.pop(data, None)
            ksft.check(label, f"arrived, but should not: {ksft.show(data)}")

    def expect_records(self, sent):
        expected = [i for i in sent if i.expect.verdict]
        events = [e for e in self.trace.wait("ov2_rx_record", len(expected))
                  if e.fields["dev"] == "ov3"]
        for item, event in zip(expected, events):
            ksft.equal(event.fields["verdict"], item.expect.verdict,
                       f"verdict of {item.label} ({event.text.strip()})")
        ksft.equal(len(events), len(expected), "number of receive records")


# ---- kinds of bad packets: generators of items

def flips(rx, places, expect):
    """Yield a packet for each place. In the byte at this place, one bit is
    flipped.
    """
    length = len(rx.packet()[0])
    for number, place in enumerate(places(length, rx.icv // 8)):
        packet = bytearray(rx.packet()[0])
        packet[place] ^= 1 << number % 8
        yield Item(f"byte {place} of {length} flipped",
                          rx.frame(bytes(packet)), expect)


def flipped_spi(rx):
    return flips(rx, lambda n, icv: range(4), rx.miss)


def flipped_sequence(rx):
    return flips(rx, lambda n, icv: range(4, 8), rx.auth_failed)


def flipped_iv(rx):
    return flips(rx, lambda n, icv: range(8, 16), rx.auth_failed)


def flipped_ciphertext(rx):
    return flips(rx, lambda n, icv: [16, 17, 31, 32, n // 2, n - icv - 5],
                 rx.auth_failed)


def flipped_trailer(rx):
    return flips(rx, lambda n, icv: [n - icv - 2, n - icv - 1],
                 rx.auth_failed)


def flipped_icv(rx):
    return flips(rx, lambda n, icv: range(n - icv, n), rx.auth_failed)


def pad_length(rx):
    """The trailer claims more padding than the packet has."""
    data, proto, _ = rx.inner()
    pad = -(len(data) + 2) % 4
    room = len(data) + pad          # the longest padding that fits
    for claimed, expect in ((room + 1, SYNTAX), (255, SYNTAX),
                            (room, NOTHING_IN_IT)):
        trailer = bytes(range(1, pad + 1)) + bytes([claimed, proto])
        packet, _ = rx.packet(trailer=trailer)
        yield Item(f"pad length {claimed} of {room}",
                          rx.frame(packet), expect)


def dummy_packet(rx):
    packet, _ = rx.packet(proto=NO_NEXT_HEADER)
    yield Item("next header 59", rx.frame(packet), NOTHING_IN_IT)


def truncated(rx):
    """Packets cut at every length, with an IP header that says this length."""
    whole = len(rx.packet()[0])
    least = 16 + 2 + rx.icv // 8
    for length in range(whole):
        if length < 4:
            # There is no whole SPI. For the card, such UDP is not ESP
            expect = UNSEEN if rx.shape.encap else Expect(
                None, "ipsec_rx_sadb_miss", "XfrmInHdrError")
        elif length < least:
            expect = SYNTAX
        else:
            expect = rx.auth_failed
        yield Item(f"ESP cut to {length} of {whole}",
                          rx.frame(rx.packet()[0][:length]), expect)


def cut_off(rx):
    """Frames cut at every length; the IP header keeps the whole length.

    The card leaves such a frame alone. The GRO of IP gives the frame to the GRO
    of ESP, which finds that the ICV is wrong. But if the ESP header is not
    whole, or if ESP is in UDP, the frame does not come to ESP. Then IP drops
    the frame.
    """
    whole = len(rx.frame(rx.packet()[0]))
    for length in range(14, whole):
        rest = length - rx.header
        stat = None
        if not rx.shape.encap and rest >= 8:
            stat = "XfrmInStateProtoError"
        yield Item(f"frame cut to {length} of {whole}",
                   rx.frame(rx.packet()[0])[:length], Expect(stat=stat))


def unknown_spi(rx):
    for spi in (1, 255, 256, rx.sa.spi + 0x10000, 0xffffffff):
        packet = struct.pack("!I", spi) + rx.packet()[0][4:]
        yield Item(f"SPI {spi:#x}", rx.frame(packet), rx.miss)


def wrong_destination(rx):
    """The SPI is right, but the packet goes to another address of b."""
    packet, _ = rx.packet()
    proto = esp.ESP
    if rx.shape.encap:
        proto, packet = esp.UDP, esp.udp_encap(packet)
    frame = esp.ip_frame(OUTER["a"][rx.shape.outer],
                         INNER["b"][rx.shape.outer], proto, packet,
                         MAC["b"], MAC["a"])
    yield Item("to another address of b", frame, rx.miss)


def another_mac(rx):
    """The card's filter drops a frame to another MAC; no engine sees it."""
    frame = bytearray(rx.frame(rx.packet()[0]))
    frame[5] ^= 0x40
    yield Item("to another MAC", bytes(frame), UNSEEN)


def fragments(rx):
    packet, payload = rx.packet()
    proto = esp.ESP
    first, last = SOFTWARE._replace(arrives=False), SOFTWARE
    if rx.shape.encap:
        # The card leaves all fragments of UDP to the stack
        proto, packet = esp.UDP, esp.udp_encap(packet)
        first, last = UNSEEN, Expect(arrives=True)
    src, dst = OUTER["a"][rx.shape.outer], OUTER["b"][rx.shape.outer]
    parts = []
    for offset, piece in ((0, packet[:48]), (48, packet[48:])):
        more = offset == 0
        if rx.shape.outer == 4:
            whole = esp.ipv4(src, dst, proto, piece, ident=rx.serial,
                             frag=offset // 8 | (0x2000 if more else 0))
        else:
            head = struct.pack("!BBHI", proto, 0, offset | more, rx.serial)
            whole = esp.ipv6(src, dst, esp.FRAGMENT6, head + piece)
        parts.append(esp.ethernet(MAC["b"], MAC["a"], whole))
    yield Item("first fragment", parts[0], first)
    yield Item("last fragment", parts[1], last, payload)


def ip_options(rx):
    """IPv4 options, or an IPv6 extension header, stand before ESP."""
    src, dst = OUTER["a"][rx.shape.outer], OUTER["b"][rx.shape.outer]
    if rx.shape.encap:
        expect, proto = Expect(arrives=True), esp.UDP
    else:
        expect, proto = SOFTWARE, esp.ESP
    forms = ("one", "many") if rx.shape.outer == 4 else (DEST_OPTIONS,
                                                         HOP_BY_HOP)
    for form in forms:
        packet, payload = rx.packet()
        if rx.shape.encap:
            packet = esp.udp_encap(packet)
        if rx.shape.outer == 4:
            nop = b"\1" * (4 if form == "one" else 40)
            whole = esp.ipv4(src, dst, proto, packet, options=nop)
        else:
            header = struct.pack("!BBBB4x", proto, 0, 1, 4)     # PadN
            whole = esp.ipv6(src, dst, form, header + packet)
        yield Item(f"options {form}", esp.ethernet(
            MAC["b"], MAC["a"], whole), expect, payload)


def authentication_header(rx):
    """AH with the SPI of an ESP SA gets status 7 (INVALID_PROTOCOL). The card
    leaves AH with any other SPI alone.
    """
    known = has_ah(rx)
    for spi, expect in (
            (rx.sa.spi, Expect("invalid_protocol", "ipsec_rx_bad_protocol",
                               "XfrmInStateProtoError")),
            (rx.sa.spi + 0x10000, MISS._replace(
                stat="XfrmInNoStates" if known else ANY))):
        header = struct.pack("!BBHII", esp.UDP, 4, 0, spi, 1) + bytes(12)
        yield Item(f"AH with SPI {spi:#x}", rx.bed.frame_to(
            "b", esp.AH, header + rx.inner()[0]), expect)


def has_ah(rx):
    """Does this kernel have AH? Adding an SA of AH loads the modules of AH."""
    src, dst = OUTER["a"][rx.shape.outer], OUTER["b"][rx.shape.outer]
    name = f"src {src} dst {dst} proto ah spi 0x77777"
    error = rx.bed.b.ip_error(f"xfrm state add {name} mode transport auth "
                              f"hmac(sha1) 0x{bytes(20).hex()}")
    if error:
        ksft.note(f"no AH in this kernel, AH is not checked: {error}")
        return False
    rx.bed.b.ip(f"xfrm state delete {name}")
    return True


def replayed(rx):
    """A packet comes again. Another packet has a number below the window."""
    sent = []
    for _ in range(20):
        sent.append(rx.good())
        yield sent[-1]
    yield Item("the last item again", sent[-1].frame, REPLAYED)
    yield Item("an older item again", sent[-10].frame, REPLAYED)
    # With ESN the engine infers the next high half for a number below the
    # window, so the ICV is wrong
    below = rx.auth_failed if rx.esn else REPLAYED
    yield Item("below the window", rx.frame(rx.packet(seq=rx.seq - 32)[0]),
               below)


def padded(rx):
    """Ethernet pads short frames, so only the IP length counts."""
    for extra in (1, 4, 18, 400):
        packet, payload = rx.packet()
        yield Item(f"{extra} bytes behind the IP packet",
                          rx.frame(packet) + b"\xa5" * extra, GOOD, payload)


COMMON = [flipped_spi, flipped_sequence, flipped_iv, flipped_ciphertext,
          flipped_trailer, flipped_icv, pad_length, dummy_packet, truncated,
          cut_off, unknown_spi, wrong_destination, another_mac, fragments,
          ip_options, authentication_header, replayed, padded]


# ---- cases that are not a list of frames

def jumbo(rx):
    """The cable drops a frame that is longer than the receiver's MTU."""
    bed = rx.bed
    wire = Ethtool(bed.w, "ov2")
    bed.w.ip("link set ov2 mtu 9000")
    try:
        before = wire.stats()["wire_tx_drop_too_long"]
        frame = rx.frame(rx.packet()[0]) + bytes(3000)
        for number in range(1, 4):
            rx.run([Item("jumbo", frame, UNSEEN)])
            ksft.equal(wire.stats()["wire_tx_drop_too_long"] - before, number,
                       "wire_tx_drop_too_long of the sending card")
    finally:
        bed.w.ip("link set ov2 mtu 1500")


def not_esp_in_udp(rx):
    """On the port of ESP in UDP the socket gets IKE, but no NAT keepalive."""
    ike = bed_socket(rx)
    read_all(ike)
    for data, kept in ((bytes(4) + b"\x11" * 100, True), (bytes(4), True),
                       (b"\xff", False)):
        packet = struct.pack("!HHHH", esp.ENCAP_PORT, esp.ENCAP_PORT,
                             8 + len(data), 0) + data
        rx.run([Item(f"{len(data)} bytes of UDP", rx.bed.frame_to(
            "b", esp.UDP, packet), UNSEEN)])
        ksft.equal(read_all(ike), [data] if kept else [], "at IKE's socket")


def read_all(sock):
    got = []
    while select.select([sock], [], [], 0)[0]:
        got.append(sock.recv(2000))
    return got


def bed_socket(rx):
    """b's socket on the port of ESP in UDP, which the bed has opened."""
    return next(s for s in rx.bed.encap_sockets
                if s in rx.bed.b.sockets)


def results():
    """[(name, function, setup), ...]"""
    found = []
    for setup in SETUPS:
        kinds = [(kind, lambda rx, kind=kind: rx.run(kind(rx)))
                 for kind in COMMON]
        kinds.append((jumbo, jumbo))
        if setup[0].endswith("udp"):
            kinds.append((not_esp_in_udp, not_esp_in_udp))
        found += [(f"{setup[0]} {kind.__name__}", run, setup)
                  for kind, run in kinds]
    return found


def main():
    some = ksft.chosen(results())
    module.load()
    bed = OneQueueBed()
    rx = current = None

    def one(run, setup):
        nonlocal rx, current
        if current != setup:
            if rx:
                rx.close()
            rx, current = Receiver(bed, *setup), setup
        # If this case fails, the next case makes a new Receiver, because
        # frames that are left over must not spoil the result of the next case
        current = None
        run(rx)
        current = setup

    try:
        ksft.run(some, one)
    finally:
        if rx:
            rx.close()
        bed.delete()


if __name__ == "__main__":
    main()
