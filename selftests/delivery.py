#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Frames that the card has decrypted go to xfrm, and nowhere else (crypto
offload).

Frames of each shape are put on the wire to b's card, with GRO and without. They
arrive even if there is no socket for UDP encapsulation, if a firewall rejects
the outer packet, or if the UDP checksum is wrong. No answer quotes them in
clear, and a tap sees only the packet inside. The cases header_csum and
inner_csum also run in packet mode.
"""
import os
import select
import socket
import struct

from lib import esp, ksft, module
from lib.bed import CARD, OUTER, SHAPES, Shape, Tap, family, shared
from lib.nft import Rules
from lib.sealer import PORT, Sealer, with_bad_icv
from lib.xfrmnl import Mapping, Mappings

REJECT = ("chain c { type filter hook input priority 0; "
          "udp dport 4500 counter reject; "
          "meta l4proto esp counter reject; };")
UNREACHABLE = {esp.ICMP: 3, esp.ICMPV6: 1}
HEADER_CSUM = 14 + 10       # offset of IPv4's checksum in a frame


class Receiver:
    """b, which receives frames of a shape."""

    def __init__(self, bed, defer, shape, gro, offload="b", how="crypto"):
        self.bed, self.shape = bed, shape
        bed.shape = None                # so install() adds policies
        self.pair = bed.install(shape, offload=offload, how=how)
        bed.check_offload_lines(self.pair)
        bed.ethtool["b"].gro(gro)
        defer(bed.ethtool["b"].gro, True)
        self.sealer = Sealer(bed, self.pair.ab)
        self.sock = bed.b.socket(family(shape.inner), socket.SOCK_DGRAM)
        defer(self.sock.close)
        self.sock.bind((self.sealer.address["b"], PORT))
        bed.mark()

    def inject(self, frame):
        self.bed.inject("b", frame)

    def back(self):
        """b's answers: errors, and any frame that shows the payload."""
        found = []
        for side, frame in self.bed.captured():
            if side == "b" and (b"payload!" in frame.raw or
                                UNREACHABLE.get(frame.proto, -1) ==
                                frame.payload[0]):
                found.append(frame)
        return found

    def arrived(self):
        return bool(select.select([self.sock], [], [], 0)[0])

    def expect(self, frame, payload, what):
        """The frame's datagram arrives, and nothing comes back."""
        self.inject(frame)
        ksft.wait_for(f"{what}, or an answer to it",
                      lambda: self.arrived() or self.back())
        for answer in self.back():
            ksft.check(b"payload!" not in answer.raw,
                       f"{what}: b's answer shows clear text: "
                       f"{ksft.show(answer.raw)}")
            raise ksft.Fail(f"{what}: b answers {ksft.show(answer.raw)}")
        ksft.equal(self.sock.recv(2000), payload, what)

    def expect_good(self, what="a good frame"):
        packet, payload = self.sealer.packet()
        self.expect(self.sealer.frame(packet), payload, what)

    def close_encap_socket(self):
        """Close b's socket on port 4500, as if there were no daemon."""
        index = next(i for i, s in enumerate(self.bed.encap_sockets)
                     if s in self.bed.b.sockets)
        sock = self.bed.encap_sockets[index]
        self.bed.b.sockets.remove(sock)
        sock.close()
        return index

    def open_encap_socket(self, index):
        self.bed.encap_sockets[index] = self.bed.encap_socket("b")


def udp_errors(ns, version=4):
    """How many UDP datagrams the stack has dropped for a wrong checksum."""
    kind = "snmp6" if version == 6 else "snmp"
    with ns.entered():
        with open(f"/proc/thread-self/net/{kind}", encoding="ascii") as f:
            lines = [line.split() for line in f]
    if version == 6:
        return int(dict(lines)["Udp6InCsumErrors"])
    names, values = [words for words in lines if words[0] == "Udp:"]
    return int(dict(zip(names, values))["InCsumErrors"])


# ---- cases: the last argument is gro (in header_csum(), inner_csum(): how)

def tapped(defer, bed, shape, gro):
    """A tap on the card sees the packet inside once, and never ESP."""
    rx = Receiver(bed, defer, shape, gro)
    tap = Tap(bed.b, "ov3")
    defer(tap.close)
    rx.expect_good()
    frames = [esp.Frame(raw) for raw in tap.frames()]
    ksft.check(not any(frame.is_esp for frame in frames), "the tap saw ESP")
    seen = [frame for frame in frames if b"payload!" in frame.raw]
    ksft.equal([frame.proto for frame in seen], [esp.UDP],
               "protocols of what the tap could read")


def firewall(defer, bed, shape, gro):
    """A firewall that rejects ESP sees only the ESP that software decrypts."""
    rx = Receiver(bed, defer, shape, gro)
    with Rules(bed.b, REJECT) as rules:
        for _ in range(3):
            rx.expect_good("a packet whose ESP a firewall would reject")
        ksft.equal(rules.hits(), 0, "packets that the firewall saw")
    if gro:
        return
    # Do the rules work? Without an offload they must reject the same frames
    rx.sock.close()
    rx = Receiver(bed, defer, shape, gro, "")
    with Rules(bed.b, REJECT) as rules:
        rx.inject(rx.sealer.frame(rx.sealer.packet()[0]))
        ksft.wait_for("the firewall to reject a frame", rules.hits)
        ksft.check(not rx.arrived(), "a frame passed the firewall")


def no_socket(defer, bed, shape, gro):
    """ESP in UDP arrives even if port 4500 has no socket and no policy lets
    the outer packet in.
    """
    rx = Receiver(bed, defer, shape, gro)
    index = rx.close_encap_socket()
    defer(rx.open_encap_socket, index)
    bed.shape = None
    bed.b.ip("xfrm policy flush", *(
        line for line in bed.policy_lines(shape, "b")
        if str(esp.ENCAP_PORT) not in line))
    for _ in range(3):
        rx.expect_good("a frame that no socket waits for")


def checksums(defer, bed, shape, gro):
    """ESP in UDP arrives with any UDP checksum, or none (RFC 3948 2.1)."""
    rx = Receiver(bed, defer, shape, gro)
    errors = udp_errors(bed.b)
    packet, payload = rx.sealer.packet()
    frame = rx.sealer.frame(packet, udp_sum=None)
    rx.expect(frame, payload, "a frame with the right UDP checksum")
    right, = struct.unpack_from("!H", frame, 14 + 20 + 6)
    ksft.check(right, "the right checksum is 0, which means no checksum")
    for udp_sum, word in ((right ^ 0x1234 or 1, "a wrong"), (0, "no")):
        packet, payload = rx.sealer.packet()
        rx.expect(rx.sealer.frame(packet, udp_sum=udp_sum), payload,
                  f"a frame with {word} UDP checksum")
    ksft.equal(udp_errors(bed.b) - errors, 0, "UdpInCsumErrors")


def moved(defer, bed, shape, gro):
    """When a NAT gives the sender another port, the key manager is told."""
    rx = Receiver(bed, defer, shape, gro)
    mappings = Mappings(bed.b)
    defer(mappings.sock.close)
    packet, payload = rx.sealer.packet()
    rx.expect(rx.sealer.frame(packet, sport=esp.ENCAP_PORT + 1), payload,
              "a frame from another port")
    mappings.wait_for(Mapping(rx.pair.ab.spi, OUTER["a"][4],
                              esp.ENCAP_PORT + 1))


def bad_icv(defer, bed, shape, gro):
    """xfrm drops the frame and counts it, and no answer comes back."""
    rx = Receiver(bed, defer, shape, gro)
    base = bed.b.xfrm_stat()
    with Rules(bed.b, REJECT) as rules:
        for _ in range(3):
            packet, _ = rx.sealer.packet()
            rx.inject(rx.sealer.frame(with_bad_icv(packet)))
        rx.expect_good()
        ksft.equal(rules.hits(), 0, "packets that the firewall saw")
    now = bed.b.xfrm_stat()
    ksft.equal({k: now[k] - base[k] for k in now if now[k] != base[k]},
               {"XfrmInStateProtoError": 3}, "xfrm_stat")
    stats = bed.b.command("ip", "-s", "xfrm", "state", "get",
                          *rx.pair.ab.id.split()).stdout
    ksft.check("failed 3" in stats, f"integrity failures of the state: {stats}")


def header_csum(defer, bed, shape, how):
    """The card drops a packet whose IP header is damaged. Without an offload,
    IP would drop the packet, and xfrm would not see it.
    """
    rx = Receiver(bed, defer, shape, True, how=how)
    damaged = bytearray(rx.sealer.frame(rx.sealer.packet()[0]))
    damaged[HEADER_CSUM] ^= 1
    rx.inject(bytes(damaged))
    rx.expect_good()
    ksft.equal(bed.delta("b")["ipsec_rx_drop_ip_csum"], 1,
               "ipsec_rx_drop_ip_csum")


def nested(defer, bed, shape, gro):
    """ESP carries ESP, both in transport mode, and software opens the inner
    ESP. The packet then goes to its socket, which is bound to the card.
    """
    rx = Receiver(bed, defer, shape, gro)
    rx.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                       CARD["b"].encode())
    keymat, spi = os.urandom(20), 0x777
    bed.b.ip(f"xfrm state add src {rx.pair.ab.src} dst {rx.pair.ab.dst} proto "
             f"esp spi {spi:#x} reqid 2 mode transport aead "
             f"rfc4106(gcm(aes)) 0x{keymat.hex()} 128")
    data, proto, payload = rx.sealer.inner()
    inner = esp.EspKey(spi, keymat, 16).seal(1, proto, data)
    outer = rx.sealer.key.seal(1, esp.ESP, inner)
    rx.expect(rx.sealer.frame(outer), payload, "ESP in ESP")


def inner_csum(defer, bed, shape, how):
    """The stack drops a decrypted datagram whose UDP checksum is wrong, because
    a right ICV says nothing about the checksum. But in transport mode behind
    NAT the stack does not look at the checksum (RFC 3948 3.1.2).
    """
    rx = Receiver(bed, defer, shape, True, how=how)
    errors = udp_errors(bed.b, shape.inner)
    data, proto, payload = rx.sealer.inner()
    at = data.index(payload) - 2
    data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
    rx.sealer.seq += 1
    frame = rx.sealer.frame(rx.sealer.key.seal(rx.sealer.seq, proto, data))
    if shape.encap and shape.mode == "transport":
        rx.expect(frame, payload, "a wrong checksum behind NAT")
        return
    rx.inject(frame)
    ksft.wait_for("the stack to drop the datagram, or to deliver it",
                  lambda: rx.arrived() or
                  udp_errors(bed.b, shape.inner) > errors)
    ksft.check(not rx.arrived(), "a datagram with a wrong checksum arrived")
    rx.expect_good()


def cases():
    """[(name, function(defer, bed, *args), *args), ...]"""
    got = []

    def add(function, shape, third, word):
        name = f"{shape.name} {word} {function.__name__}"
        got.append((name, function, shape, third))

    for shape in SHAPES:
        for gro in (True, False):
            word = f"gro-{'on' if gro else 'off'}"
            kinds = [tapped, firewall, bad_icv]
            if shape.encap:
                kinds += [no_socket, checksums, moved]
            elif shape.mode == "transport":
                kinds.append(nested)
            for kind in kinds:
                add(kind, shape, gro, word)
    for name in ("ipv4-transport", "ipv4-tunnel", "ipv4-tunnel-udp"):
        for how in ("crypto", "packet"):
            add(header_csum, Shape.named(name), how, how)
    for shape in SHAPES:
        for how in ("crypto", "packet"):
            # The card takes no tunnel of two families in packet mode
            if how == "crypto" or shape.inner == shape.outer:
                add(inner_csum, shape, how, how)
    return got


def main():
    some = ksft.chosen(cases())
    module.load()
    bed = shared()
    ksft.run([(name, case, bed, *args) for name, case, *args in some])


if __name__ == "__main__":
    main()
