# SPDX-License-Identifier: GPL-2.0
"""The frames that must leave a card, from the packets that it was given.

    given = given_by(tap, how)      # [gso.Large, ...], how: crypto or packet
    check(pair, given, frames)      # frames: what side a sent on the wire

The outer headers are those that the core makes (esp_output(),
xfrm4_tunnel_encap_add(), xfrm6_tunnel_encap_add()).
"""
import struct
from collections import namedtuple

from . import esp, gso, ksft, lifetime
from .bed import MAC, OUTER

ENDS = {4: 20, 6: 40}                   # length of an IP header
ICV = 16
DF = 0x4000
CE, ECT0 = 3, 2
TTL = 64                                # of outer headers, by default
LABEL = 0xfffff
LOW = 0xffffffff                        # the low half of a number

# ethernet and ip are headers; the lengths and the checksum in ip are not right
# yet. data is what ESP carries, and proto is the next header in its trailer. If
# free is true, ip may have any identification. number is the low half of the
# sequence number; in packet mode it is None, because the card draws the number
Wanted = namedtuple("Wanted", "ethernet ip data proto free number")


def given_by(tap, how):
    """[Large(size, frame), ...] that a card was given to protect."""
    found = []
    for one in tap.read():
        packet = one.raw[14:]
        if packet[0] >> 4 == 6:
            proto = packet[6]
        elif packet[0] >> 4 == 4:
            proto = packet[9]
        else:
            continue
        expected = (esp.ESP,) if how == "crypto" else (esp.TCP, esp.UDP)
        if proto in expected:
            found.append(one)
    return found


def tunnel_header(shape, inner):
    """The outer header of a's tunnel for one inner packet of the same family.
    Without DF it may have any identification.
    """
    src, dst = (OUTER[side][shape.outer] for side in "ab")
    word, = struct.unpack_from("!I", inner)
    tos = word >> (16 if shape.inner == 4 else 20) & 0xff
    if tos & CE == CE:
        tos = tos & ~CE | ECT0          # RFC 3168 9.1.1
    if shape.outer == 6:
        return esp.ipv6(src, dst, esp.ESP, b"", TTL, tos, word & LABEL)
    frag, = struct.unpack_from("!H", inner, 6)
    return esp.ipv4(src, dst, esp.UDP if shape.encap else esp.ESP, b"",
                    frag=frag & DF, ttl=TTL, tos=tos)


def cut_packet(shape, one):
    """Return [Wanted, ...] of a packet that has no ESP header yet when the card
    gets it.
    """
    made = []
    at = ENDS[shape.outer]
    for segment in gso.cut(one.raw[14:], one.size):
        if shape.mode == "tunnel":
            ethernet = esp.ethernet(MAC["b"], MAC["a"], segment)[:14]
            ip = tunnel_header(shape, segment)
            made.append(Wanted(ethernet, ip, segment, carried(shape),
                               not ip[6] & DF >> 8, None))
            continue
        ip = bytearray(segment[:at])
        where = 6 if shape.outer == 6 else 9
        proto = ip[where]
        ip[where] = esp.UDP if shape.encap else esp.ESP
        made.append(Wanted(one.raw[:14], bytes(ip), segment[at:], proto,
                           False, None))
    return made


def carried(shape):
    """The next header of ESP in tunnel mode."""
    return esp.IPIP if shape.inner == 4 else esp.IPV6_IN_IP


def cut_crypto(shape, one):
    """Return the same as cut_packet(), but for a packet to which the core has
    added an ESP header. A large packet has no trailer yet. Any other packet has
    a trailer. In transport mode the packets are TCP.
    """
    at = 14 + ENDS[shape.outer]
    # 16 bytes are SPI, number and IV
    ip, data = one.raw[14:at], one.raw[at + 16:]
    first, = struct.unpack_from("!I", one.raw, at + 4)
    if not one.size:
        data = data[:-ICV]
        data = data[:-2 - data[-2]]
    if shape.mode == "tunnel":
        proto = carried(shape)
        inner = gso.cut(data, one.size)
    else:
        proto = esp.TCP
        src, dst = ((ip[12:16], ip[16:20]) if shape.outer == 4 else
                    (ip[8:24], ip[24:40]))
        inner = gso.cut_transport(src, dst, proto, data, one.size)
    return [Wanted(one.raw[:14], gso.numbered(ip, n), segment, proto, False,
                   (first + n) & LOW) for n, segment in enumerate(inner)]


CUT = {"crypto": cut_crypto, "packet": cut_packet}


def check(pair, given, frames, drops=0):
    """Check that the frames of side a on the wire are those that a's card must
    make of the packets in @given, in the same order. Exactly @drops of these
    frames must be missing. (In crypto mode the core draws the numbers. If it
    does so on several CPUs, the packets may come to the card in another order
    than their numbers.) Return [Wanted, ...].
    """
    key, seq = pair.ab.oracle(), pair.ab.seq
    wanted = [segment for one in given
              for segment in CUT[pair.how](pair.shape, one)]
    plains = [key.accept(frame.esp) for frame in frames]
    drawn = [number & LOW for number in
             range(seq + 1, seq + 1 + len(plains) + drops)]
    ksft.equal(len(wanted), len(drawn), "packets that got a number")
    if pair.how == "packet":
        wanted = [one._replace(number=number)
                  for one, number in zip(wanted, drawn)]
    by_number = {one.number: one for one in wanted}
    ksft.equal(sorted(by_number), sorted(drawn), "numbers that were drawn")
    numbers = [plain.seq & LOW for plain in plains]
    left = set(numbers)
    ksft.equal(numbers, [number for number in by_number if number in left],
               "numbers on the wire")
    for frame, plain, number in zip(frames, plains, numbers):
        check_frame(pair.shape, frame, plain, by_number[number])
    return wanted


def check_state(ns, pair, wanted):
    """In packet mode a state counts what leaves by it."""
    stat = lifetime.of(ns, pair.ab)
    ksft.equal((stat.packets, stat.bytes),
               (len(wanted), sum(len(one.data) for one in wanted)),
               "packets and bytes that the state counts")


def check_frame(shape, frame, plain, wanted):
    """Check that @frame is the frame that @wanted describes, byte for byte. The
    oracle has already opened the frame, and checked the number, the pad bytes
    and the ICV (EspKey.accept()).
    """
    ip = wanted.ip
    if shape.outer == 4 and wanted.free:
        ip = ip[:4] + frame.ip[4:6] + ip[6:]
    rest = esp.udp_encap(frame.esp) if shape.encap else frame.esp
    # Compare with frame.raw and not with frame.ip, so that a frame with bytes
    # behind the packet is found, too
    head = wanted.ethernet + gso.for_payload(ip, len(rest)) + \
        rest[:len(rest) - len(frame.esp)]
    same(frame.raw[:-len(frame.esp)], head, "the headers of a frame")
    ksft.equal(plain.next_header, wanted.proto, "next header")
    at = (ENDS[shape.inner] if shape.mode == "tunnel" else 0) + 16
    same(one_zero(plain.data, at), one_zero(wanted.data, at),
         "what a packet carries")


def same(got, expected, what):
    """As ksft.equal(), but show where long bytes begin to differ."""
    if got == expected:
        return
    at = next((n for n, (one, other) in enumerate(zip(got, expected))
               if one != other), min(len(got), len(expected)))
    raise ksft.Fail(f"{what}, byte {at}: got {ksft.show(got[at:])}, expected "
                    f"{ksft.show(expected[at:])}")


def one_zero(data, at):
    """Return the data. If the TCP checksum at offset @at is 0, replace it by
    0xffff. Zero has two forms (RFC 1071), and the core writes both:
    tcp_gso_segment() writes 0, and skb_checksum_help() writes 0xffff.
    """
    if data[at:at + 2] == b"\0\0":
        return data[:at] + b"\xff\xff" + data[at + 2:]
    return data


def common(frame):
    """The headers of a frame in front of ESP, but with 0 in each field that
    differs from packet to packet or from connection to connection: lengths,
    identification, checksum and flow label.
    """
    head = bytearray(frame.raw[:-len(frame.esp)])
    if head[14] >> 4 == 4:
        fields = [(16, 20), (24, 26)]
        fields += [(38, 40)] if frame.encap else []
    else:
        fields = [(16, 20)]
        head[15] &= 0xf0
    for start, end in fields:
        head[start:end] = bytes(end - start)
    return bytes(head)
