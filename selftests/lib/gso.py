# SPDX-License-Identifier: GPL-2.0
"""Large packets (GSO): a tap shows them on the sending card, and cut() makes
the segments that must leave.

    tap = LargeTap(ns, "ov0")
    for large in tap.read():        # Large(size, raw): size of a segment, or 0
        ...
    cut(packet, size)               # [IP packets], as skb_gso_segment() cuts

    # A packet socket sends a header for virtio, and then a frame
    data, fields = unsummed(src, dst, esp.UDP, payload, 7000, 7000)
    ... fields is a dictionary for VNET.pack(*fields.values())
"""
import socket
import struct
from collections import namedtuple

from . import esp
from .bed import ETH_P_ALL, SOL_PACKET

PACKET_VNET_HDR, RCVBUFFORCE = 15, 33
# struct virtio_net_hdr
VNET = struct.Struct("=BBHHHH")
GSO_NONE = 0
# Other values in this struct
NEEDS_CSUM = 1
TCPV4, UDP, TCPV6, UDP_L4, ECN = 1, 3, 4, 5, 0x80
FIN, RST, PSH, ACK, CWR = 0x01, 0x04, 0x08, 0x10, 0x80

Large = namedtuple("Large", "size raw")


def large_socket(ns, dev, protocol):
    """Return a packet socket. A struct virtio_net_hdr is in front of each frame
    that this socket sends or receives, so frames can be large.
    """
    sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, 64 << 20)
    with ns.entered():
        sock.bind((dev, protocol))
    return sock


class LargeTap:
    """A packet socket that shows large packets whole, with the size of their
    segments.
    """

    def __init__(self, ns, dev):
        self.sock = large_socket(ns, dev, ETH_P_ALL)
        self.sock.setblocking(False)

    def read(self):
        """The packets that the card was given to send since the last call."""
        got = []
        while True:
            try:
                data, address = self.sock.recvfrom(1 << 17)
            except BlockingIOError:
                return got
            if address[2] != socket.PACKET_OUTGOING:
                continue
            _, kind, _, size, _, _ = VNET.unpack_from(data)
            got.append(Large(size if kind != GSO_NONE else 0,
                             data[VNET.size:]))

    def close(self):
        self.sock.close()


def unsummed(src, dst, proto, payload, sport, dport, flags=PSH | ACK):
    """Make TCP or UDP whose checksum is left to the device. Return (the bytes
    of TCP or UDP, the fields of the struct virtio_net_hdr). The packet must
    have no IP options. The fields say that the packet is not large. For a large
    packet the caller changes the fields "type" and "size".
    """
    if proto == esp.TCP:
        at = 16
        head = bytearray(struct.pack("!HHIIBBHHH", sport, dport, 1000, 2000,
                                     0x50, flags, 1024, 0, 0))
    else:
        at = 6
        head = bytearray(struct.pack("!HHHH", sport, dport, 8 + len(payload),
                                     0))
    struct.pack_into("!H", head, at, partial_sum(src, dst, proto,
                                                 len(head) + len(payload)))
    start = 14 + (20 if len(esp.packed(src)) == 4 else 40)
    return bytes(head) + payload, {
        "flags": NEEDS_CSUM, "type": GSO_NONE, "hdr_len": start + len(head),
        "size": 0, "start": start, "offset": at}


def partial_sum(src, dst, proto, length):
    """Return the sum of the pseudo header. A device adds the bytes of TCP or
    UDP to this sum. The sum of the pseudo header depends on the length of TCP
    or UDP, but not on the bytes.
    """
    return ~esp.transport_sum(src, dst, proto, bytes(length)) & 0xffff


def with_sum(src, dst, proto, segment):
    """Fill in the checksum of TCP or UDP. In UDP, 0xffff stands for 0, because
    0 means that there is no checksum.
    """
    at = 16 if proto == esp.TCP else 6
    zero = segment[:at] + b"\0\0" + segment[at + 2:]
    total = esp.transport_sum(src, dst, proto, zero)
    if proto == esp.UDP:
        total = total or 0xffff
    return zero[:at] + struct.pack("!H", total) + zero[at + 2:]


def tcp_header(header, number, at, last):
    """As tcp_gso_segment(): only the first segment keeps CWR, and only the last
    one keeps FIN and PSH.
    """
    seq, = struct.unpack_from("!I", header, 4)
    flags = header[13]
    if number:
        flags &= ~CWR
    if not last:
        flags &= ~(FIN | PSH)
    return (header[:4] + struct.pack("!I", (seq + at) & 0xffffffff) +
            header[8:13] + bytes([flags]) + header[14:])


def cut_transport(src, dst, proto, data, size):
    """The segments of TCP, or the datagrams of UDP; only one if size is 0."""
    head = (data[12] >> 4) * 4 if proto == esp.TCP else 8
    header, payload = data[:head], data[head:]
    starts = range(0, len(payload), size) if size and payload else (0,)
    segments = []
    for number, at in enumerate(starts):
        piece = payload[at:at + size] if size else payload
        if proto == esp.TCP:
            made = tcp_header(header, number, at,
                              at + len(piece) == len(payload))
        else:
            made = header[:4] + struct.pack("!HH", 8 + len(piece), 0)
        segments.append(with_sum(src, dst, proto, made + piece))
    return segments


def for_payload(header, length):
    """Return the IP header @header, changed for @length bytes of payload: its
    length, and in IPv4 its checksum.
    """
    header = bytearray(header)
    if header[0] >> 4 == 6:
        struct.pack_into("!H", header, 4, length)
        return bytes(header)
    struct.pack_into("!H", header, 2, len(header) + length)
    header[10:12] = b"\0\0"
    struct.pack_into("!H", header, 10, esp.checksum(header))
    return bytes(header)


def numbered(header, number):
    """Return the IP header @header for segment @number of a large packet. In
    IPv4 the identification grows by 1 from segment to segment.
    """
    if header[0] >> 4 == 6:
        return header
    ident, = struct.unpack_from("!H", header, 4)
    return (header[:4] + struct.pack("!H", (ident + number) & 0xffff) +
            header[6:])


def cut(packet, size):
    """Cut a large packet into its segments, and return them as IP packets. The
    large packet must not have IP options.
    """
    at = 40 if packet[0] >> 4 == 6 else 20
    header, data = packet[:at], packet[at:]
    proto, src, dst = ((header[6], header[8:24], header[24:40]) if at == 40 else
                       (header[9], header[12:16], header[16:20]))
    return [for_payload(numbered(header, number), len(segment)) + segment
            for number, segment in enumerate(cut_transport(src, dst, proto,
                                                           data, size))]
