#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The packets of one SA keep the order of their numbers, even if many CPUs and
flows send them, so that a small replay window loses nothing.
"""
import os
import socket
import threading

from lib import ksft
from lib.bed import INNER, OUTER, Bed, Shape, family
from lib.cases import run_cells
from lib.trace import Trace, number
from lib.tunnels import Tunnels

QUEUES = 8
PORT = 7600
FLOWS = 16
# The send buffer of each flow. A full buffer makes the sender wait, but a full
# qdisc drops packets. So all buffers together must fit into a qdisc (1,000
# packets)
SEND_BUFFER = 16 * 1024
WINDOW, PACKETS = 32, 4000


class ManyQueues(Bed):
    queues = f"numtxqueues {QUEUES} numrxqueues {QUEUES}"


def cells():
    made = []
    for how in ("crypto", "packet"):
        for shape in map(Shape.named, ("ipv4-tunnel", "ipv6-tunnel",
                                       "ipv4-transport", "ipv6-transport")):
            made.append((f"{how} {shape.name} one SA", Queues.one_sa, how,
                         shape))
            if shape.mode == "tunnel":
                made.append((f"{how} {shape.name} several SAs",
                             Queues.several_sas, how, shape))
    for shape in map(Shape.named, ("ipv4-tunnel", "ipv6-transport")):
        made.append((f"packet {shape.name} SA is replaced", Queues.replaced,
                     shape))
        made.append((f"packet {shape.name} window", Queues.window, shape))
    made.append(("plain", Queues.plain))
    return made


class Queues:
    def __init__(self):
        self.bed = ManyQueues()
        self.trace = Trace(["ov2_tx_record"])

    def cell(self, case, *args):
        self.trace.read()
        ksft.with_defer(lambda defer: case(self, defer, *args))

    def close(self):
        self.trace.close()
        self.bed.delete()

    def socket(self, defer, shape, port):
        sock = self.bed.a.socket(family(shape.inner), socket.SOCK_DGRAM)
        defer(sock.close)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        sock.bind((self.bed.address("a", shape), port))
        return sock

    def send_from_all_cpus(self, defer, shape, packets):
        """Sends packets, each CPU with its own flows; returns how many."""
        cpus = sorted(os.sched_getaffinity(0))
        to = self.bed.address("b", shape), PORT
        socks = [self.socket(defer, shape, PORT + n) for n in range(FLOWS)]

        def run(cpu, own):
            os.sched_setaffinity(0, [cpu])
            for _ in range(packets // FLOWS):
                for sock in own:
                    sock.sendto(bytes(40), to)

        parts = min(FLOWS, 2 * len(cpus))
        threads = [threading.Thread(target=run, args=(
            cpus[n % len(cpus)], socks[n::parts])) for n in range(parts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return packets // FLOWS * FLOWS

    def used(self, packets):
        """The queues that packets of a's card take: {SPI: queues}."""
        events = []

        def enough():
            events.extend(e.fields for e in self.trace.read()
                          if e.fields["dev"] == "ov0")
            return len(events) >= packets

        ksft.wait_for(f"{packets} packets of the card", enough)
        found = {}
        for fields in events:
            found.setdefault(number(fields["spi"]), set()).add(
                number(fields["queue"]))
        return found

    # ---- cells

    def one_sa(self, defer, how, shape):
        pair = self.bed.install(shape, how=how)
        sent = self.send_from_all_cpus(defer, shape, 4 * FLOWS)
        used = self.used(sent)
        ksft.equal(list(used), [pair.ab.spi], "SAs")
        ksft.equal(len(used[pair.ab.spi]), 1, "queues of one SA")

    def several_sas(self, defer, how, shape):
        tunnels = Tunnels(self.bed, defer, shape.outer)
        sas = tunnels.install(shape, how)
        sock = self.socket(defer, shape, PORT)
        for host in tunnels.hosts:
            sock.sendto(bytes(40), (host, PORT))
        used = self.used(len(sas))
        ksft.equal(sorted(used), [sa.spi for sa in sas], "SAs")
        queues = set.union(*used.values())
        ksft.check(len(queues) > QUEUES // 2,
                   f"{len(sas)} SAs use {len(queues)} queues only")

    def replaced(self, defer, shape):
        """A connected socket keeps the old state, and the core uses this state.
        The card uses the new state. The packets of the new state use the old
        state's queue.
        """
        pair = self.bed.install(shape, how="packet")
        far = self.bed.b.socket(family(shape.inner), socket.SOCK_DGRAM)
        defer(far.close)
        far.bind((self.bed.address("b", shape), PORT))
        sock = self.socket(defer, shape, PORT)
        sock.connect((self.bed.address("b", shape), PORT))
        sock.send(bytes(40))
        old = self.used(1)[pair.ab.spi]
        pair.ab.spi = next(Bed.spi)
        self.bed.a.ip(pair.ab.line("a", True))
        sock.send(bytes(40))
        with self.socket(defer, shape, PORT + 1) as other:
            other.sendto(bytes(40), (self.bed.address("b", shape), PORT))
        ksft.equal(self.used(2), {pair.ab.spi: old}, "queues of the new SA")

    def window(self, defer, shape):
        self.bed.install(shape, how="packet", window=WINDOW)
        self.bed.mark()
        sent = self.send_from_all_cpus(defer, shape, PACKETS)

        def arrived():
            moved = self.bed.delta("b")
            late = moved["ipsec_rx_drop_replay"]
            return moved["ipsec_rx_pkts"] + late >= sent and (late,)

        late, = ksft.wait_for(f"{sent} packets to arrive", arrived, 30)
        ksft.equal(late, 0, f"packets beyond a window of {WINDOW}")
        self.trace.read()

    def plain(self, defer):
        """Each flow keeps to one queue, and the flows use several queues."""
        self.bed.remove()
        sent, used = 50, set()
        for n in range(FLOWS):
            before = self.bed.queue_packets(QUEUES)
            with self.bed.a.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((INNER["a"][4], PORT + n))
                for _ in range(sent):
                    sock.sendto(bytes(40), (OUTER["b"][4], PORT))
            after = self.bed.queue_packets(QUEUES)
            moved = [now - then for now, then in zip(after, before)]
            ksft.check(max(moved) >= sent, "a flow left its queue, packets of "
                       f"each queue: {moved}")
            used.add(moved.index(max(moved)))
        ksft.check(len(used) > QUEUES // 4, f"{FLOWS} flows use {len(used)} "
                   "queues only")


def main():
    run_cells(cells(), Queues)


if __name__ == "__main__":
    main()
