#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The audit log names the SPI and the sequence number of a bad IPsec packet.

Frames with a wrong ICV and repeated frames come to b's card. In crypto mode
they come in each shape, with GRO and without. In packet mode they come in each
shape that the card takes, always with GRO. They are sent in two ways: either
the sender's kernel reads the protocol from the frame, or the test tells it the
wrong protocol 0x88b5 (sll_protocol). With the wrong protocol the skb has other
header offsets. In packet mode the log also names a sending state that has no
number left.
"""
import os
import re
import select
import socket
import struct
import time

from lib import ksft, module
from lib.bed import ETH_P_PROBE, SHAPES, Shape, family, shared
from lib.sealer import PORT, Sealer, with_bad_icv

NETLINK_AUDIT, AUDIT_NLGRP_READLOG = 9, 1
AUDIT_GET, AUDIT_SET, AUDIT_MAC_IPSEC_EVENT = 1000, 1001, 1415
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
STATUS = struct.Struct("=IIIIIIIIII")       # struct audit_status
# A bit of the mask in struct audit_status: the request sets "enabled"
STATUS_ENABLED = 1
WORDS = re.compile(r"(\w+)=(\S+)")
ICV_FAILURE, REPLAYED = "SA-icv-failure", "SA-replayed-pkt"
OVERFLOW, ADDED = "SA-replay-overflow", "SAD-add"


class Audit:
    """Messages of the kernel's audit log about IPsec."""

    def __init__(self):
        try:
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                      NETLINK_AUDIT)
        except OSError as error:
            ksft.skip_all(f"this kernel has no audit: {error}")
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 20)  # RCVBUFFORCE
        self.sock.bind((0, 1 << (AUDIT_NLGRP_READLOG - 1)))
        self.was_enabled = self.status()
        self.enable(1)

    def close(self):
        self.enable(self.was_enabled)
        self.sock.close()

    def request(self, kind, body):
        """Return the data of the answer of kind @kind, or None for an ack."""
        flags = NLM_F_REQUEST | NLM_F_ACK
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                           NETLINK_AUDIT) as sock:
            sock.settimeout(ksft.patience(10))
            sock.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0)
                      + body)
            answer = None
            while True:
                data = sock.recv(65536)
                got, = struct.unpack_from("=H", data, 4)
                if got == kind:
                    answer = data[16:]
                elif got == NLMSG_ERROR:
                    error, = struct.unpack_from("=i", data, 16)
                    if error:
                        ksft.skip_all("audit cannot be set here: "
                                      + os.strerror(-error))
                if got == NLMSG_ERROR and (kind != AUDIT_GET or answer):
                    return answer
                if got == kind == AUDIT_GET:
                    return answer

    def status(self):
        """The kernel's "enabled" of the audit log: 0, 1 or 2 (locked)."""
        return STATUS.unpack_from(self.request(AUDIT_GET, b""))[1]

    def enable(self, value):
        self.request(AUDIT_SET, STATUS.pack(STATUS_ENABLED, value,
                                            *(0,) * 8))

    def events(self):
        """The events that have come: [{word: value}, ...]"""
        found = []
        while select.select([self.sock], [], [], 0)[0]:
            data = self.sock.recv(65536)
            kind, = struct.unpack_from("=H", data, 4)
            if kind == AUDIT_MAC_IPSEC_EVENT:
                text = data[16:].decode(errors="replace")
                found.append(dict(WORDS.findall(text)))
        return found

    def wait(self, op, count):
        """Return at least the next @count events of one operation. Drop all
        other events.
        """
        found = []
        end = time.monotonic() + ksft.patience(10)
        while len(found) < count:
            left = end - time.monotonic()
            if left < 0 or not select.select([self.sock], [], [], left)[0]:
                raise ksft.Fail(f"{len(found)} events {op}, expected {count}")
            found += [e for e in self.events() if e["op"] == op]
        return found

    def is_written(self):
        """Does the log name an added state? Only with CONFIG_AUDITSYSCALL."""
        try:
            self.wait(ADDED, 1)
        except ksft.Fail:
            return False
        return True


class Sender:
    """Sends frames to b's card."""

    def __init__(self, bed, defer):
        self.bed = bed
        self.sock = bed.w.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        defer(self.sock.close)

    def send(self, frame, wrong):
        """If @wrong is true, the test tells the sender's kernel the wrong
        protocol ETH_P_PROBE. If it is false, the kernel reads the protocol from
        the frame.
        """
        if wrong:
            self.sock.sendto(frame, ("ov2", ETH_P_PROBE))
        else:
            self.bed.inject("b", frame)


def wanted(sa, seq):
    """What an event must say of a packet of an SA."""
    return {"src": full(sa.src), "dst": full(sa.dst),
            "spi": f"{sa.spi}({sa.spi:#x})", "seqno": str(seq)}


def full(address):
    """Return an IPv6 address as %pI6 prints it. Return any IPv4 address as it
    is.
    """
    if ":" not in address:
        return address
    packed = socket.inet_pton(socket.AF_INET6, address)
    return ":".join(packed[at:at + 2].hex() for at in range(0, 16, 2))


def expect(audit, op, sa, numbers):
    for event, seq in zip(audit.wait(op, len(numbers)), numbers):
        want = wanted(sa, seq)
        ksft.equal({k: event.get(k) for k in want}, want, op)


# ---- cases

def received(defer, audit, bed, shape, how, gro):
    """A wrong ICV is logged, and so is a good frame that comes again."""
    bed.shape = None                # so install() adds policies
    pair = bed.install(shape, how=how, offload="b")
    bed.check_offload_lines(pair)
    bed.ethtool["b"].gro(gro)
    defer(bed.ethtool["b"].gro, True)
    sender, sealer = Sender(bed, defer), Sealer(bed, pair.ab)
    audit.events()
    numbers = []
    for wrong in (False, True) * 2:
        sealer.seq += 0x100
        packet, _ = sealer.packet()
        numbers.append(sealer.seq)
        sender.send(sealer.frame(with_bad_icv(packet)), wrong)
        expect(audit, ICV_FAILURE, pair.ab, numbers[-1:])
        good = sealer.frame(sealer.packet()[0])
        for _ in range(2):
            sender.send(good, wrong)
        expect(audit, REPLAYED, pair.ab, [sealer.seq])


def sent(defer, audit, bed, shape):
    """In packet mode, a packet for which no number is left is dropped and
    logged.
    """
    bed.shape = None                # so install() adds policies
    pair = bed.install(shape, how="packet", seq=0xfffffffe)
    bed.check_offload_lines(pair)
    sock = bed.a.socket(family(shape.inner), socket.SOCK_DGRAM)
    defer(sock.close)
    audit.events()
    for _ in range(2):
        sock.sendto(b"data", (bed.address("b", shape), PORT))
    event, = audit.wait(OVERFLOW, 1)
    want = wanted(pair.ab, 0)
    del want["seqno"]
    ksft.equal({k: event.get(k) for k in want}, want, OVERFLOW)


def cases():
    """[(name, function(defer, audit, bed, *args), *args), ...]"""
    got = []
    for how in ("crypto", "packet"):
        for shape in SHAPES:
            if how == "packet" and shape.inner != shape.outer:
                continue            # packet mode refuses such a shape
            for gro in (True, False) if how == "crypto" else (True,):
                name = f"{how} {shape.name} gro-{'on' if gro else 'off'}"
                got.append((name, received, shape, how, gro))
    for name in ("ipv4-transport", "ipv6-transport"):
        got.append((f"packet {name} without a number",
                    sent, Shape.named(name)))
    return got


def main():
    some = ksft.chosen(cases())
    module.load()
    bed, audit = shared(), Audit()
    try:
        bed.install(SHAPES[0])
        if not audit.is_written():
            ksft.skip_all("this kernel's audit log has nothing of xfrm "
                          "(CONFIG_AUDITSYSCALL)")
        ksft.run([(name, case, audit, bed, *args)
                  for name, case, *args in some])
    finally:
        audit.close()


if __name__ == "__main__":
    main()
