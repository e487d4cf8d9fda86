# SPDX-License-Identifier: GPL-2.0
"""Two cards, and the kernel's traces of the polls of one of them.

    line = Line(defer)
    line.open()                         # ov1 goes up
    line.arrive(20)                     # from every CPU; all arrive, in order
    for poll in line.polls():           # since the last call
        poll.cpu, poll.napi, poll.work
"""
import os
import re
import socket
from collections import namedtuple

from . import ksft
from .bed import LINK_KIND
from .netns import Netns
from .trace import Trace

Poll = namedtuple("Poll", "cpu napi work budget")
POLL = re.compile(r"\[(\d+)\].* napi_poll: .* napi struct (\S+) "
                  r"for device (\S+) work (\d+) budget (\d+)")
PORT = 7000


class Line:
    """ov0 in one namespace sends to ov1 in another one. At first ov1 is down.
    """

    def __init__(self, defer, queues=4):
        self.trace = Trace(["napi_poll"], "napi")
        defer(self.trace.close)
        self.ns = [Netns("send"), Netns("take")]
        for ns in self.ns:
            defer(ns.delete)
        send, take = self.ns
        send.ip(f"link add ov0 numtxqueues {queues} type {LINK_KIND}",
                f"link add ov1 numtxqueues {queues} numrxqueues {queues} "
                f"link ov0 type {LINK_KIND}",
                f"link set ov1 netns {take.name}")
        for number, ns in enumerate(self.ns):
            ns.ip(f"addr add 10.0.0.{number + 1}/24 dev ov{number}")
        send.ip("link set ov0 up")
        self.socks = [ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
                      for ns in self.ns]
        self.socks[1].bind(("10.0.0.2", PORT))
        self.socks[1].setblocking(False)
        self.sent = 0
        # arrive() restores this affinity. It is read here, because an isolated
        # partition or CPU hotplug may take CPUs away later
        self.allowed = os.sched_getaffinity(0)

    def reopen(self, *prefix):
        """Set ov1 down, and then up by a command that begins with @prefix."""
        self.ns[1].ip("link set ov1 down")
        self.ns[1].command(*prefix, "ip", "link", "set", "ov1", "up")

    def open(self, *prefix):
        """As reopen(). Then wait until ov0 knows its neighbour."""
        self.reopen(*prefix)
        # This frame asks for the neighbour, so that no later frame waits
        self.arrive(1)
        self.trace.read()

    def arrive(self, number):
        """Send from every CPU; the datagrams of each CPU arrive, in order."""
        got, expected = [], []
        try:
            for cpu in os.sched_getaffinity(0):
                os.sched_setaffinity(0, {cpu})
                expected += self.send(number)
                ksft.wait_for(f"{len(expected)} datagrams, last CPU {cpu}",
                              lambda: self.take(got) == len(expected))
        finally:
            os.sched_setaffinity(0, self.allowed)
        ksft.equal(got, expected, "datagrams")

    def send(self, number):
        """Send datagrams; return the numbers that are in them."""
        first = self.sent + 1
        for _ in range(number):
            self.sent += 1
            self.socks[0].sendto(self.sent.to_bytes(4), ("10.0.0.2", PORT))
        return list(range(first, self.sent + 1))

    def expect(self, numbers):
        """Wait until these datagrams have arrived, in order."""
        got = []
        ksft.wait_for(f"{len(numbers)} datagrams",
                      lambda: self.take(got) >= len(numbers))
        ksft.equal(got, numbers, "datagrams")

    def take(self, got):
        """Append the numbers that have arrived to @got. Return @got's length.
        """
        try:
            while True:
                got.append(int.from_bytes(self.socks[1].recv(16)))
        except BlockingIOError:
            return len(got)

    def polls(self):
        """Each Poll of the receiver since the last call, oldest first."""
        found = (POLL.search(event.text) for event in self.trace.read())
        return [Poll(int(cpu), napi, int(work), int(budget))
                for cpu, napi, dev, work, budget in
                (match.groups() for match in found if match) if dev == "ov1"]
