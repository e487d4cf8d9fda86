#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The records of live packets are, bit by bit, the words that ipsecov2.rst
describes.

The words of slot 1 are the examples of Documentation/ipsecov2.rst 1.3. The
words of slot 12 have the layout of 1.5. All words are written out here and not
computed. records_words.c checks words that no live packet has.
"""
import atexit
import struct
import subprocess
from collections import namedtuple

from lib import esp, ksft, module
from lib.bed import Shape, shared
from lib.trace import Trace, number
from lib.traffic import PORT, Traffic


# A good packet: bytes of payload; the header words of both records, and the
# fields of these words
Good = namedtuple("Good", "shape length tx rx next_header pad offset")
# A bad packet: how it is spoiled; the word of its receive record, and the
# verdict of its event; the counters of card and xfrm that move
Bad = namedtuple("Bad", "shape spoil word verdict counter stat")


class Records:
    trace = None        # shared, because a new trace is slow to make

    def __init__(self, defer, shape, **options):
        self.bed = shared()
        if not Records.trace:
            Records.trace = Trace(["ov2_tx_record", "ov2_rx_record",
                                   "ov2_sa_add"])
            atexit.register(Records.trace.close)
        self.trace.read()
        self.shape = Shape.named(shape)
        self.pair = self.bed.install(self.shape, **options)
        self.talk = Traffic(self.bed, self.shape)
        defer(self.talk.close)
        self.handles = {(e.fields["dev"], number(e.fields["spi"])):
                        number(e.fields["handle"])
                        for e in self.trace.read() if e.name == "ov2_sa_add"}
        self.bed.mark()

    def records(self, count=1):
        """(transmit records at ov0, receive records at ov3) of a's packets."""
        events = []

        def enough():
            events.extend(self.trace.read())
            return len(self.of("ov3", "ov2_rx_record", events)) >= count

        ksft.wait_for(f"{count} receive records", enough, 5)
        return (self.of("ov0", "ov2_tx_record", events),
                self.of("ov3", "ov2_rx_record", events))

    @staticmethod
    def of(dev, name, events):
        return [e.fields for e in events
                if e.name == name and e.fields["dev"] == dev]

    def received(self, payload, proto=esp.ESP):
        """The receive record of an injected packet."""
        self.trace.read()
        self.bed.inject("b", self.bed.frame_to("b", proto, payload))
        return self.records()[1][0]


def expect(record, **fields):
    for name, expected in fields.items():
        if name in ("word", "header", "handle", "tunnel"):
            got = number(record[name])
        elif name in ("verdict", "dev"):
            got = record[name]
        else:
            got = number(record[name])
        shown = got
        if name in ("word", "header"):
            shown, expected = f"{got:#010x}", f"{expected:#010x}"
        ksft.equal(shown, expected, f"{name} of {record}")


def check_pair(test, row, frame, tx, rx):
    """Check one good packet's records at both ends. frame is this packet on the
    wire.
    """
    expect(tx, header=row.tx, next_header=row.next_header,
           pad_length=row.pad, ah_offset=0, esp_offset=row.offset, tunnel=0,
           seq=frame.seq, spi=test.pair.ab.spi, len=len(frame.raw),
           verdict="sent", handle=test.handles["ov0", test.pair.ab.spi])
    ksft.check(number(tx["handle"]), "handle is zero")
    expect(rx, word=0x00000002, header=row.rx, sa_delete_req=0,
           crypto_done=1, next_crypto_done=0, crypto_status=0,
           header_info_set=1, next_header=row.next_header, pad_length=row.pad,
           spi=test.pair.ab.spi, seq=frame.seq, len=len(frame.raw),
           verdict="success", handle=test.handles["ov3", test.pair.ab.spi])


def udp_records(defer, row):
    test = Records(defer, row.shape)
    test.talk.udp("a", [row.length])
    tx, rx = test.records()
    frame = test.talk.settle(test.pair).frames["a"][0]
    check_pair(test, row, frame, tx[0], rx[0])


def tcp_records(defer, row):
    """Check the records of segments with row.length bytes of data."""
    test = Records(defer, row.shape)
    test.talk.tcp("a", row.length, 0)
    wire = test.talk.settle(test.pair)
    tx, rx = test.records(len(wire.frames["a"]))
    key = test.pair.ab.oracle()
    ksft.equal(len(tx), len(wire.frames["a"]), "transmit records")
    rx = {number(record["seq"]): record for record in rx}
    found = 0
    for record in tx:
        frame = next(f for f in wire.frames["a"]
                     if f.seq == number(record["seq"]))
        segment = key.open(frame.esp).data
        if len(segment) - (segment[12] >> 4) * 4 != row.length:
            continue
        check_pair(test, row, frame, record, rx[frame.seq])
        found += 1
    ksft.check(found, "no such segment was sent")


def bad_records(defer, row):
    # Load ah4, because its handler counts an AH packet with the SPI of an ESP
    # SA
    subprocess.run(["modprobe", "-q", "ah4"], check=False)
    test = Records(defer, row.shape)
    good = test.pair.ab.oracle().seal(
        1, esp.UDP, esp.udp(test.talk.address["a"], test.talk.address["b"],
                            PORT, PORT, b"x" * 40))
    before = test.bed.b.xfrm_stat()[row.stat]
    record = test.received(*row.spoil(good))
    expect(record, word=row.word, header=0, header_info_set=0,
           crypto_done=row.word >> 1 & 1, crypto_status=row.word >> 16,
           verdict=row.verdict)
    ksft.wait_for(f"{row.counter} to be 1", lambda: test.bed.delta("b")[
        row.counter] == 1, 3)
    ksft.equal(test.bed.delta("b")["ipsec_rx_pkts"], 0, "ipsec_rx_pkts")
    ksft.wait_for(f"{row.stat} to be 1 more", lambda: test.bed.b.xfrm_stat()[
        row.stat] == before + 1, 3)


def bad_icv(good):
    return (good[:-1] + bytes([good[-1] ^ 0x80]),)


def too_short(good):
    return (good[:20],)


def unknown_spi(good):
    return (struct.pack("!I", 0xdead0001) + good[4:],)


def as_ah(good):
    """AH with the SPI of an ESP SA."""
    return (struct.pack("!BBH", esp.UDP, 4, 0) + good[:8] + bytes(12) +
            bytes(48), esp.AH)


def esn_number(defer):
    """With ESN, the receive record has all 64 bits of the number."""
    test = Records(defer, "ipv4-transport", esn=True, seq=(7 << 32) + 41)
    test.talk.udp("a", [6])
    tx, rx = test.records()
    expect(tx[0], seq=(7 << 32) + 42, verdict="sent")
    expect(rx[0], seq=(7 << 32) + 42, word=0x00000002, verdict="success")
    test.talk.settle(test.pair)


def software_has_none(defer):
    """A frame that software encrypted has no transmit record."""
    test = Records(defer, "ipv4-transport", offload="b")
    test.talk.udp("a", [6])
    tx, rx = test.records()
    ksft.equal(tx, [], "transmit records of a card without SAs")
    expect(rx[0], word=0x00000002, verdict="success")
    test.talk.settle(test.pair)


UDP_CASES = (
    # pad depends on how many bytes ESP carries: the payload, the 8 bytes of the
    # UDP header and, in a tunnel, the inner IP header
    Good("ipv4-transport", length=2, tx=0x05000011, rx=0x00010011,
         next_header=esp.UDP, pad=0, offset=20),
    Good("ipv4-transport", length=1, tx=0x05000111, rx=0x00010111,
         next_header=esp.UDP, pad=1, offset=20),
    Good("ipv4-transport", length=4, tx=0x05000211, rx=0x00010211,
         next_header=esp.UDP, pad=2, offset=20),
    Good("ipv4-transport", length=3, tx=0x05000311, rx=0x00010311,
         next_header=esp.UDP, pad=3, offset=20),
    Good("ipv6-transport", length=2, tx=0x0a000011, rx=0x00010011,
         next_header=esp.UDP, pad=0, offset=40),
    Good("ipv4-tunnel", length=4, tx=0x05000204, rx=0x00010204,
         next_header=esp.IPIP, pad=2, offset=20),
    Good("ipv6-tunnel", length=2, tx=0x0a000029, rx=0x00010029,
         next_header=esp.IPV6_IN_IP, pad=0, offset=40),
    Good("4in6-tunnel", length=1, tx=0x0a000104, rx=0x00010104,
         next_header=esp.IPIP, pad=1, offset=40),
    Good("6in4-tunnel", length=3, tx=0x05000329, rx=0x00010329,
         next_header=esp.IPV6_IN_IP, pad=3, offset=20),
    Good("ipv4-transport-udp", length=2, tx=0x07000011, rx=0x00010011,
         next_header=esp.UDP, pad=0, offset=28),
    Good("ipv4-tunnel-udp", length=4, tx=0x07000204, rx=0x00010204,
         next_header=esp.IPIP, pad=2, offset=28),
)

TCP_CASES = (
    Good("ipv4-transport", length=4, tx=0x05000206, rx=0x00010206,
         next_header=esp.TCP, pad=2, offset=20),
    Good("ipv4-transport-udp", length=3, tx=0x07000306, rx=0x00010306,
         next_header=esp.TCP, pad=3, offset=28),
    Good("ipv6-transport", length=2, tx=0x0a000006, rx=0x00010006,
         next_header=esp.TCP, pad=0, offset=40),
)

BAD_CASES = (
    Bad("ipv4-transport", bad_icv, word=0x00030002,
        verdict="transport_esp_auth_failed",
        counter="ipsec_rx_auth_failed", stat="XfrmInStateProtoError"),
    Bad("ipv6-transport", bad_icv, word=0x00030002,
        verdict="transport_esp_auth_failed",
        counter="ipsec_rx_auth_failed", stat="XfrmInStateProtoError"),
    Bad("ipv4-tunnel", bad_icv, word=0x00050002,
        verdict="tunnel_esp_auth_failed",
        counter="ipsec_rx_auth_failed", stat="XfrmInStateProtoError"),
    Bad("4in6-tunnel", bad_icv, word=0x00050002,
        verdict="tunnel_esp_auth_failed",
        counter="ipsec_rx_auth_failed", stat="XfrmInStateProtoError"),
    Bad("ipv4-transport", too_short, word=0x00060002,
        verdict="invalid_packet_syntax",
        counter="ipsec_rx_bad_syntax", stat="XfrmInBufferError"),
    Bad("ipv6-tunnel", too_short, word=0x00060002,
        verdict="invalid_packet_syntax",
        counter="ipsec_rx_bad_syntax", stat="XfrmInBufferError"),
    Bad("ipv4-transport", unknown_spi, word=0x00000000,
        verdict="untouched",
        counter="ipsec_rx_sadb_miss", stat="XfrmInNoStates"),
    Bad("ipv4-transport", as_ah, word=0x00070002,
        verdict="invalid_protocol",
        counter="ipsec_rx_bad_protocol", stat="XfrmInStateProtoError"),
)


def main():
    some = ksft.chosen([
        *((f"UDP {row.shape} {row.tx:#010x}", udp_records, row)
          for row in UDP_CASES),
        *((f"TCP {row.shape} {row.tx:#010x}", tcp_records, row)
          for row in TCP_CASES),
        *((f"{row.spoil.__name__} {row.shape} {row.word:#010x}", bad_records,
           row) for row in BAD_CASES),
        esn_number, software_has_none])
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
