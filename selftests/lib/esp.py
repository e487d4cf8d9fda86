# SPDX-License-Identifier: GPL-2.0
"""The oracle: the tests' own ESP, as RFC 4303 defines it. It seals and opens
with the algorithms of lib/algs.py.

The oracle uses no code of Linux' ESP. wire_oracle.py compares the oracle with
two other implementations.

    frame = Frame(bytes)                # Ethernet as captured
    frame.proto, frame.payload          # after the outer IP header
    if frame.esp: frame.spi, frame.seq ...
    key = EspKey(spi, keymat, icv_len, esn, seq=0, alg=...)
                                        # AES-GCM, if there is no alg
    plain = key.open(frame.esp)         # Plain(seq, next_header, pad, data, iv)
    esp = key.seal(seq, next_header, data)
    raw = ip_frame(src, dst, ESP, esp)  # to be injected
"""
import ipaddress
import os
import struct
from collections import namedtuple

from . import algs

ICMP, IPIP, TCP, UDP, IPV6_IN_IP, FRAGMENT6, ESP, AH, ICMPV6 = (
    1, 4, 6, 17, 41, 44, 50, 51, 58)
ETH_IPV4, ETH_IPV6 = 0x0800, 0x86dd
ENCAP_PORT = 4500

Plain = namedtuple("Plain", "seq next_header pad data iv")


class OracleError(Exception):
    """A packet on the wire is not as its SA says."""


def checksum(data):
    """The checksum of RFC 1071. Read the data as one large number. Its remainder
    modulo 0xffff is the ones' complement sum of its 16-bit words. If the
    remainder is 0, the sum is 0xffff, unless all words are 0.
    """
    if len(data) % 2:
        data += b"\0"
    total = int.from_bytes(data) % 0xffff
    if not total and any(data):
        total = 0xffff
    return ~total & 0xffff


class Frame:
    """An Ethernet frame, and the fields of its headers from Ethernet to ESP.
    ESP is behind the IP header, or in UDP behind the IP header.

    fragment is (id, offset, more) if the outer packet is a fragment. Otherwise
    fragment is None.
    """

    def __init__(self, raw):
        self.raw = raw
        self.esp = self.fragment = self.ip = None
        self.payload = b""
        self.encap = False
        self.ethertype, = struct.unpack_from("!H", raw, 12)
        if self.ethertype == ETH_IPV4:
            self.parse_ipv4(raw[14:])
        elif self.ethertype == ETH_IPV6:
            self.parse_ipv6(raw[14:])
        else:
            self.proto = None
            return
        self.find_esp()

    def parse_ipv4(self, ip):
        header = (ip[0] & 15) * 4
        total, ident, frag = struct.unpack_from("!HHH", ip, 2)
        if checksum(ip[:header]):
            raise OracleError("checksum of the outer IPv4 header")
        if total > len(ip):
            raise OracleError(f"IPv4 length {total}, frame has {len(ip)}")
        self.ip = ip[:total]
        self.proto = ip[9]
        self.src, self.dst = ip[12:16], ip[16:20]
        self.payload = ip[header:total]
        if frag & 0x3fff:
            self.fragment = (ident, (frag & 0x1fff) * 8, bool(frag & 0x2000))

    def parse_ipv6(self, ip):
        length, self.proto = struct.unpack_from("!HB", ip, 4)
        if 40 + length > len(ip):
            raise OracleError(f"IPv6 length {length}, frame has {len(ip)}")
        self.ip = ip[:40 + length]
        self.src, self.dst = ip[8:24], ip[24:40]
        self.payload = ip[40:40 + length]
        if self.proto == FRAGMENT6:
            self.proto, _, frag, ident = struct.unpack_from("!BBHI",
                                                            self.payload)
            self.fragment = (ident, frag & 0xfff8, bool(frag & 1))
            self.payload = self.payload[8:]

    def find_esp(self):
        if self.fragment:
            return
        data = self.payload
        if self.proto == UDP and len(data) >= 16:
            sport, dport, length, _ = struct.unpack_from("!HHHH", data)
            if ENCAP_PORT in (sport, dport) and data[8:12] != bytes(4):
                if length != len(data):
                    raise OracleError(f"UDP length {length}, "
                                      f"packet has {len(data)}")
                self.esp = data[8:]
                self.encap = True
        elif self.proto == ESP:
            self.esp = data
        if self.esp is not None:
            self.spi, self.seq = struct.unpack_from("!II", self.esp)

    @property
    def is_esp(self):
        return self.esp is not None


class Reassembler:
    """Joins the fragments of outer packets."""

    def __init__(self):
        self.parts = {}

    def add(self, frame):
        """Return the whole frame when all its parts are there, or else None."""
        ident, offset, more = frame.fragment
        key = (frame.src, frame.dst, frame.proto, ident)
        parts = self.parts.setdefault(key, {})
        parts[offset] = (frame.payload, more)
        data, at = b"", 0
        while at in parts:
            piece, more = parts[at]
            data += piece
            at += len(piece)
            if not more:
                del self.parts[key]
                return Frame(ip_frame(frame.src, frame.dst, frame.proto,
                                      data))
        return None


class EspKey:
    """The key of one direction, and the last sequence number.

    keymat has the parts that lib/algs.py names; seq is the last number used.
    """

    def __init__(self, spi, keymat, icv_len, esn=False, seq=0, alg=None):
        self.spi = spi
        self.alg = alg or algs.gcm_of(keymat)
        self.keymat = keymat
        self.icv_len = icv_len
        self.esn = esn
        self.top = seq
        self.seen = set()
        self.ivs = set()

    def full_number(self, low):
        """Of all numbers with the low half @low, return the number that is
        nearest to self.top.
        """
        if not self.esn:
            return low
        high = self.top >> 32
        if low < (self.top & 0xffffffff) - (1 << 31):
            high += 1
        elif low > (self.top & 0xffffffff) + (1 << 31) and high:
            high -= 1
        return high << 32 | low

    def number(self, seq):
        return algs.Number(self.spi, seq, self.esn)

    def open(self, esp):
        """Verify and decrypt; raise OracleError if a rule is broken."""
        start = 8 + self.alg.iv_len
        if len(esp) < start + 4 + self.icv_len:
            raise OracleError(f"ESP of {len(esp)} bytes is too short")
        spi, low = struct.unpack_from("!II", esp)
        if spi != self.spi:
            raise OracleError(f"SPI {spi:#x}, expected {self.spi:#x}")
        seq = self.full_number(low)
        iv, body = esp[8:start], esp[start:]
        if (len(body) - self.icv_len) % self.alg.align:
            raise OracleError(f"encrypted part of {len(body) - self.icv_len} "
                              f"bytes is not a multiple of {self.alg.align}")
        try:
            clear = self.alg.open(self.keymat, self.number(seq), iv, body,
                                  self.icv_len)
        except algs.BadIcv:
            raise OracleError(f"ICV is wrong (number {seq:#x})") from None
        pad, next_header = clear[-2], clear[-1]
        if pad + 2 > len(clear):
            raise OracleError(f"pad length {pad} in {len(clear)} bytes")
        padding = clear[len(clear) - 2 - pad:-2]
        if padding != bytes(range(1, pad + 1)):
            raise OracleError(f"pad bytes {padding.hex()}")
        return Plain(seq, next_header, pad, clear[:len(clear) - 2 - pad], iv)

    def accept(self, esp, check_iv=True):
        """Do what open() does, and check three things: the number is new, the
        IV is new, and the padding is the shortest that the algorithm permits.
        """
        plain = self.open(esp)
        if plain.pad >= self.alg.align:
            raise OracleError(f"pad length {plain.pad}, "
                              f"{self.alg.align - 1} is enough")
        if plain.seq in self.seen:
            raise OracleError(f"number {plain.seq:#x} was sent twice")
        if check_iv and plain.iv and plain.iv in self.ivs:
            raise OracleError(f"IV {plain.iv.hex()} was used twice")
        # The order of numbers is not checked. A packet gets its number before
        # it waits in the card's queue. With several CPUs, an ACK that has a
        # higher number may come to the queue before data with a lower number
        self.seen.add(plain.seq)
        self.ivs.add(plain.iv)
        self.top = max(self.top, plain.seq)
        return plain

    def seal(self, seq, next_header, data, iv=None, pad=None, trailer=None):
        """Build ESP from SPI to ICV. pad and trailer are for bad packets."""
        if iv is None:
            iv = os.urandom(self.alg.iv_len)
        if pad is None:
            pad = -(len(data) + 2) % self.alg.align
        if trailer is None:
            trailer = bytes(range(1, pad + 1)) + bytes([pad, next_header])
        number = self.number(seq)
        return number.header + iv + self.alg.seal(
            self.keymat, number, iv, data + trailer, self.icv_len)


def packed(address):
    if isinstance(address, bytes):
        return address
    return ipaddress.ip_address(address).packed


def ipv4(src, dst, proto, payload, ident=0, frag=0, ttl=64, options=b"", tos=0):
    header = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, tos,
                         20 + len(options) + len(payload), ident, frag, ttl,
                         proto, 0, packed(src), packed(dst)) + options
    return (header[:10] + struct.pack("!H", checksum(header)) + header[12:] +
            payload)


def ipv6(src, dst, proto, payload, hops=64, tos=0, label=0):
    return struct.pack("!IHBB16s16s", 6 << 28 | tos << 20 | label, len(payload),
                       proto, hops, packed(src), packed(dst)) + payload


def ip(src, dst, proto, payload):
    build = ipv4 if len(packed(src)) == 4 else ipv6
    return build(src, dst, proto, payload)


def in_two(src, dst, proto, payload, ident):
    """A packet as two fragments; the first one has 16 bytes of payload."""
    parts = payload[:16], payload[16:]
    if len(packed(src)) == 4:
        return [ipv4(src, dst, proto, part, ident=ident, frag=frag)
                for part, frag in zip(parts, (0x2000, 2))]
    return [ipv6(src, dst, FRAGMENT6,
                 struct.pack("!BBHI", proto, 0, frag, ident) + part)
            for part, frag in zip(parts, (1, 16))]


def ethernet(dst_mac, src_mac, packet):
    ethertype = ETH_IPV4 if packet[0] >> 4 == 4 else ETH_IPV6
    return (bytes.fromhex(dst_mac.replace(":", "")) +
            bytes.fromhex(src_mac.replace(":", "")) +
            struct.pack("!H", ethertype) + packet)


def ip_frame(src, dst, proto, payload, dst_mac="02:00:00:00:00:00",
             src_mac="02:00:00:00:00:00"):
    return ethernet(dst_mac, src_mac, ip(src, dst, proto, payload))


def transport_sum(src, dst, proto, segment):
    """The checksum over pseudo header and segment. The segment must have 0 in
    its checksum field.
    """
    src, dst = packed(src), packed(dst)
    if len(src) == 4:
        pseudo = src + dst + struct.pack("!BBH", 0, proto, len(segment))
    else:
        pseudo = src + dst + struct.pack("!II", len(segment), proto)
    return checksum(pseudo + segment)


def udp(src, dst, sport, dport, data):
    """A UDP datagram with its checksum."""
    head = struct.pack("!HHH", sport, dport, 8 + len(data))
    total = transport_sum(src, dst, UDP, head + b"\0\0" + data)
    return head + struct.pack("!H", total or 0xffff) + data


def udp_encap(esp, sport=ENCAP_PORT, dport=ENCAP_PORT):
    return struct.pack("!HHHH", sport, dport, 8 + len(esp), 0) + esp
