# SPDX-License-Identifier: GPL-2.0
"""Makes ESP packets for side b, as if side a had sent datagrams.

    sealer = Sealer(bed, pair.ab)
    packet, payload = sealer.packet()   # ESP, and the payload that arrives
    frame = sealer.frame(packet)        # a frame to b
    # If the shape has ESP in UDP: from port 4501, with the right UDP checksum
    frame = sealer.frame(packet, sport=4501, udp_sum=None)
    with_bad_icv(packet)
"""
import struct

from . import esp
from .bed import MAC

PORT = 7200


def with_bad_icv(packet):
    return packet[:-1] + bytes([packet[-1] ^ 1])


class Sealer:
    def __init__(self, bed, sa):
        self.bed, self.shape, self.outer = bed, sa.shape, (sa.src, sa.dst)
        self.key = sa.oracle()
        self.seq = self.serial = 0
        self.address = {s: bed.address(s, sa.shape) for s in "ab"}

    def inner(self):
        """(what ESP carries, its next header, the payload that arrives)"""
        self.serial += 1
        payload = struct.pack("!I", self.serial) + b"payload!" * 5
        src, dst = self.address["a"], self.address["b"]
        data = esp.udp(src, dst, PORT, PORT, payload)
        if self.shape.mode == "transport":
            return data, esp.UDP, payload
        proto = esp.IPIP if self.shape.inner == 4 else esp.IPV6_IN_IP
        return esp.ip(src, dst, esp.UDP, data), proto, payload

    def packet(self, seq=None, **bad):
        """An ESP packet with the next number, and the payload that arrives."""
        if seq is None:
            self.seq += 1
            seq = self.seq
        data, proto, payload = self.inner()
        return self.key.seal(seq, bad.pop("proto", proto), data,
                             **bad), payload

    def frame(self, packet, mac=MAC["b"], **udp):
        """A frame to b. ESP is in UDP if the shape says so. @mac is the frame's
        destination.
        """
        proto = esp.ESP
        if self.shape.encap:
            proto, packet = esp.UDP, self.encap(packet, **udp)
        frame = self.bed.frame_to("b", proto, packet, self.shape)
        return bytes.fromhex(mac.replace(":", "")) + frame[6:]

    def encap(self, packet, sport=esp.ENCAP_PORT, udp_sum=0):
        """udp_sum: the UDP checksum; None for the right checksum."""
        if udp_sum is None:
            return esp.udp(*self.outer, sport, esp.ENCAP_PORT, packet)
        udp = esp.udp_encap(packet, sport)
        return udp[:6] + struct.pack("!H", udp_sum) + udp[8:]
