#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A CPU sends through the SA that is for this CPU (RFC 9611), and on a queue of
its own. A CPU without such an SA uses the SA that is for all CPUs.
"""
import errno
import os
import socket
import struct

from lib import esp, ksft, xfrmnl
from lib.algs import ALGS
from lib.bed import CARD, INNER, MAC, OUTER, Bed, Sa, Shape, family
from lib.cases import run_cells
from lib.trace import Trace, number

PORT = 7900
SHAPES = ("ipv4-tunnel", "ipv6-tunnel", "ipv4-transport", "ipv6-transport")
GCM = "rfc4106(gcm(aes))"
ALL = None                              # an SA that is for all CPUs
NO_SA = "ipsec_tx_drop_no_sa"
# struct xfrm_user_acquire, after the header of the message
ACQUIRE_LEN = 280
# After an acquire for a CPU, packets of this CPU may fail until it has an SA
LATER = (errno.EAGAIN, errno.ENOBUFS)


class CpuAcquires(xfrmnl.Listener):
    """Hears which CPU each acquire is for: a number, or ALL if the acquire
    names no CPU.
    """

    def __init__(self, ns):
        super().__init__(ns, xfrmnl.XFRMGRP_ACQUIRE, xfrmnl.XFRM_MSG_ACQUIRE)

    @staticmethod
    def parse(data):
        length, = struct.unpack_from("=I", data)
        at = 16 + ACQUIRE_LEN
        while at + 4 <= length:
            size, kind = struct.unpack_from("=HH", data, at)
            if kind == xfrmnl.ATTRIBUTE["pcpu"]:
                return struct.unpack_from("=I", data, at + 4)[0]
            at += (size + 3) & ~3
        return ALL


def cells():
    made = []
    for how in ("crypto", "packet"):
        for shape in map(Shape.named, SHAPES):
            made += [(f"{how} {shape.name} {what.__name__}", what, how, shape)
                     for what in (Cpus.own, Cpus.fallback, Cpus.acquire)]
            if how == "packet":
                made += [(f"{how} {shape.name} {what.__name__}", what, how,
                          shape) for what in (Cpus.moves, Cpus.frames)]
    return made


class Cpus:
    """Side a sends to side b. Each SA is at both ends, and is for the same CPU
    at both.
    """

    def __init__(self):
        self.allowed = os.sched_getaffinity(0)
        if len(self.allowed) < 2:
            ksft.skip_all("needs two CPUs")
        self.cpus = sorted(self.allowed)[:2]
        self.bed = Bed()
        self.trace = Trace(["ov2_tx_record"])
        self.links = {side: xfrmnl.Xfrm(self.bed.ns(side)) for side in "ab"}

    def cell(self, case, how, shape):
        self.how, self.shape = how, shape
        self.sas = {}
        try:
            ksft.with_defer(lambda defer: case(self, defer))
        finally:
            os.sched_setaffinity(0, self.allowed)
            self.bed.remove()

    def close(self):
        self.trace.close()
        self.bed.delete()

    # ---- states and policies

    def policies(self, flags=0):
        """flags: of a's outbound policy."""
        bed, shape = self.bed, self.shape
        packet = self.how == "packet"
        for side in "ab":
            for line in bed.policy_lines(shape, side, packet):
                if side != "a" or "dir out" not in line:
                    bed.ns(side).ip(line)
        ends = ((OUTER["a"][shape.outer], OUTER["b"][shape.outer])
                if shape.mode == "tunnel" else
                (("0.0.0.0",) * 2 if shape.outer == 4 else ("::",) * 2))
        offload = {"offload": (xfrmnl.ifindex(bed.a, CARD["a"]),
                               xfrmnl.PACKET)} if packet else {}
        ksft.equal(self.links["a"].add_policy(
            xfrmnl.POLICY_OUT, xfrmnl.selector(bed.address("a", shape),
                                               bed.address("b", shape)),
            xfrmnl.template(*ends, mode=self.mode()), flags=flags,
            priority=10, **offload), (0, ""), "the outbound policy")

    def mode(self):
        return (xfrmnl.TUNNEL if self.shape.mode == "tunnel" else
                xfrmnl.TRANSPORT)

    def add(self, cpu):
        """Add a sending SA at side a, and its receiving SA at side b. Both are
        for @cpu, which is a number or ALL. Return the SA.
        """
        sa = Sa(self.shape, "a", next(Bed.spi), ALGS["aes128-gcm"], 128, False,
                how=self.how)
        packet = xfrmnl.PACKET if self.how == "packet" else 0
        for side, direction, flags in (("b", xfrmnl.IN, xfrmnl.INBOUND),
                                       ("a", xfrmnl.OUT, 0)):
            device = xfrmnl.ifindex(self.bed.ns(side), CARD[side])
            more = {} if cpu is ALL else {"pcpu": cpu}
            answer = self.links[side].add(
                sa.spi, sa.src, sa.dst, mode=self.mode(), dir=direction,
                aead=(GCM, sa.keymat, 128), offload=(device, flags | packet),
                window=32 if side == "b" else 0, **more)
            ksft.equal(answer, (0, ""), f"SA of CPU {cpu} at {side}")
        self.sas[cpu] = sa
        return sa

    def delete(self, cpu):
        sa = self.sas.pop(cpu)
        ksft.equal(self.links["a"].delete(sa.spi, sa.dst).errno, 0, "delete")

    # ---- packets

    def pair(self, defer):
        fam, socks = family(self.shape.inner), []
        for side in "ab":
            sock = self.bed.ns(side).socket(fam, socket.SOCK_DGRAM)
            defer(sock.close)
            sock.bind((self.bed.address(side, self.shape), PORT))
            sock.settimeout(ksft.patience(10))
            socks.append(sock)
        return socks

    @staticmethod
    def run_on(cpu):
        os.sched_setaffinity(0, {cpu})

    def to(self):
        return self.bed.address("b", self.shape), PORT

    def taken(self, send, cpu):
        """The SPI and the queue of the packet that send() sends on a CPU."""
        self.bed.mark()
        self.trace.read()
        self.run_on(cpu)
        send()
        events = []

        def traced():
            events.extend(e.fields for e in self.trace.read()
                          if e.fields["dev"] == CARD["a"])
            return events

        ksft.wait_for("a packet of the card", traced)

        def seen():
            return [frame.spi for side, frame in self.bed.captured()
                    if side == "a" and frame.is_esp]

        spis = ksft.wait_for("a packet on the wire", seen)
        ksft.equal((len(events), len(spis)), (1, 1), "packets")
        ksft.equal(number(events[0]["spi"]), spis[0], "SPI on the wire")
        return spis[0], number(events[0]["queue"])

    def takes(self, socks, cpu, sa, what, connected=False):
        """Send a datagram on @cpu. Check that the datagram leaves through the
        SA of @sa, and that b accepts it. @sa is a CPU or ALL. Return the queue
        of the datagram.
        """
        near, far = socks
        spi, queue = self.taken(
            (lambda: near.send(bytes(40))) if connected else
            (lambda: near.sendto(bytes(40), self.to())), cpu)
        ksft.equal(spi, self.sas[sa].spi, f"SPI, {what}, CPU {cpu}")
        ksft.equal(len(far.recv(100)), 40, "bytes at b")
        return queue

    # ---- cells

    def own(self, defer):
        """Each CPU takes its SA and its queue, and it does not matter in which
        order the SAs were added.
        """
        first, second = self.cpus
        for order in ((ALL, first, second), (second, first, ALL)):
            self.bed.remove()
            self.policies()
            for cpu in order:
                self.add(cpu)
            socks = self.pair(defer)
            for cpu in (first, second, second, first):
                ksft.equal(self.takes(socks, cpu, cpu, f"order {order}"), cpu,
                           f"queue of CPU {cpu}")
            for sock in socks:
                sock.close()

    def fallback(self, defer):
        """A CPU whose SA is deleted uses the SA of all CPUs, and not the SA of
        another CPU. A CPU that gets an SA uses this SA.
        """
        first, second = self.cpus
        self.policies()
        for cpu in (ALL, first, second):
            self.add(cpu)
        socks = self.pair(defer)
        self.takes(socks, second, second, "with its own SA")
        self.delete(second)
        self.takes(socks, second, ALL, "after the delete")
        if self.how == "crypto":
            # The core goes on with a state that the policy has used
            # (state_cache_list in xfrm_state_find()), so use a new policy
            for side in "ab":
                self.bed.ns(side).ip("xfrm policy flush")
            self.policies()
        self.takes(socks, first, first, "after the delete")
        self.add(second)
        self.takes(socks, second, second, "with its new SA")
        self.delete(ALL)
        self.takes(socks, second, second, "without an SA for all CPUs")
        self.takes(socks, first, first, "without an SA for all CPUs")

    def acquire(self, defer):
        """A CPU without an SA sends a packet. The kernel asks for an SA of this
        CPU, and the packet leaves through the SA of all CPUs. Later packets of
        the CPU may fail until the CPU has an SA.
        """
        first, second = self.cpus
        listener = CpuAcquires(self.bed.a)
        defer(listener.sock.close)
        self.policies(xfrmnl.CPU_ACQUIRE)
        for cpu in (ALL, first):
            self.add(cpu)
        socks = self.pair(defer)
        self.takes(socks, first, first, "with its own SA")
        ksft.equal(listener.read(), [], "acquires")
        self.takes(socks, second, ALL, "the packet that asks")
        listener.wait_for(second)
        ksft.equal(listener.read(), [second], "acquires")
        self.run_on(second)
        socks[0].setblocking(False)
        try:
            socks[0].sendto(bytes(40), self.to())
        except OSError as error:
            ksft.check(error.errno in LATER, f"a packet that waits: {error}")
        socks[0].settimeout(ksft.patience(10))
        self.takes(socks, first, first, "while another CPU waits")
        self.add(second)
        self.takes(socks, second, second, "after the answer")
        ksft.equal(listener.read(), [second], "acquires")

    def moves(self, defer):
        """The core keeps using the state that it has found for a socket, even
        if the sender moves to another CPU. But the card takes the state of the
        CPU that sends.
        """
        first, second = self.cpus
        self.policies()
        for cpu in (ALL, first, second):
            self.add(cpu)
        socks = self.pair(defer)
        self.run_on(first)
        socks[0].connect(self.to())
        for cpu in (first, second, first):
            ksft.equal(self.takes(socks, cpu, cpu, "a socket", True), cpu,
                       "queue")
        self.delete(second)
        self.takes(socks, second, ALL, "without its own SA", True)
        self.delete(ALL)
        self.takes(socks, first, first, "with its own SA", True)
        # The second CPU has no state now, and there is no state for all CPUs.
        # The core goes on with the state of the first CPU
        ksft.equal(self.takes(socks, second, first, "with the only SA", True),
                   first, "queue")
        self.add(second)
        self.takes(socks, second, second, "with its own SA again", True)

    def frames(self, defer):
        """The core finds no state for a frame of a packet socket, so the card
        alone chooses the state.
        """
        first, second = self.cpus
        self.policies()
        for cpu in (ALL, first, second):
            self.add(cpu)
        raw = self.bed.a.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        defer(raw.close)
        with self.bed.a.entered():
            raw.bind((CARD["a"], 0))
        table = OUTER if self.shape.mode == "transport" else INNER
        src, dst = (table[side][self.shape.inner] for side in "ab")
        frame = esp.ip_frame(src, dst, esp.UDP,
                             esp.udp(src, dst, PORT, PORT, bytes(40)),
                             MAC["b"], MAC["a"])
        for cpu in (first, second, first):
            ksft.equal(self.taken(lambda: raw.send(frame), cpu)[0],
                       self.sas[cpu].spi, f"SPI of CPU {cpu}")
        self.delete(second)
        ksft.equal(self.taken(lambda: raw.send(frame), second)[0],
                   self.sas[ALL].spi, "SPI without its own SA")
        self.delete(ALL)
        self.bed.mark()
        self.run_on(second)
        raw.send(frame)
        ksft.wait_for(NO_SA, lambda: self.bed.delta("a")[NO_SA])
        ksft.equal(self.taken(lambda: raw.send(frame), first)[0],
                   self.sas[first].spi, "SPI of the first CPU")


def main():
    run_cells(cells(), Cpus)


if __name__ == "__main__":
    main()
