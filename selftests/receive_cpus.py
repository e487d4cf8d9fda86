#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A card receives only on the CPUs that it may use, as the kernel's traces of
polls show.

 opener       a card uses the CPUs of the task that opens the card
 isolated     a card uses no isolated CPU, even if the opener has only such CPUs
 spread       a card with one queue is opened many times, and the queue does not
              get the same CPU each time
 queues       the queues of one card use more than one CPU
 offline      a queue whose CPU goes offline moves, and loses nothing
"""
import os
import re
import socket

from lib import ksft, module
from lib.bed import LINK_KIND
from lib.netns import Netns
from lib.trace import Trace

POLL = re.compile(r"\[(\d+)\].* napi_poll: .* napi struct (\S+) "
                  r"for device (\S+) ")
CGROUP = "/sys/fs/cgroup"
SYSTEM = "/sys/devices/system/cpu"
BTF = "/sys/kernel/btf/vmlinux"
PORT = 7000


def cpu_list(text):
    """Return {0, 2, 3} for "0,2-3"."""
    cpus = set()
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        cpus |= set(range(int(first), int(last or first) + 1))
    return cpus


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def online():
    return sorted(cpu_list(read(f"{SYSTEM}/online")))


def need_cpus(number):
    if len(online()) < number:
        raise ksft.Skip(f"{number} CPUs are needed, {len(online())} online")


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
                f"link add ov1 numrxqueues {queues} link ov0 type {LINK_KIND}",
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

    def open(self, *prefix):
        """Set ov1 down, and then up by a command that begins with @prefix."""
        self.ns[1].ip("link set ov1 down")
        self.ns[1].command(*prefix, "ip", "link", "set", "ov1", "up")
        # This frame asks for the neighbour, so that no later frame waits
        self.arrive(1)
        self.trace.read()

    def arrive(self, number):
        """Send from every CPU; the datagrams of each CPU arrive, in order."""
        got, expected = [], []
        try:
            for cpu in os.sched_getaffinity(0):
                os.sched_setaffinity(0, {cpu})
                for _ in range(number):
                    self.sent += 1
                    expected.append(self.sent)
                    self.socks[0].sendto(self.sent.to_bytes(4),
                                         ("10.0.0.2", PORT))
                ksft.wait_for(f"{len(expected)} datagrams, last CPU {cpu}",
                              lambda: self.take(got) == len(expected))
        finally:
            os.sched_setaffinity(0, self.allowed)
        ksft.equal(got, expected, "datagrams")

    def take(self, got):
        """Append the numbers that have arrived to @got. Return @got's length.
        """
        try:
            while True:
                got.append(int.from_bytes(self.socks[1].recv(16)))
        except BlockingIOError:
            return len(got)

    def polls(self):
        """(CPU, NAPI) of each poll of the receiver since the last call."""
        found = (POLL.search(event.text) for event in self.trace.read())
        return {(int(match.group(1)), match.group(2)) for match in found
                if match and match.group(3) == "ov1"}

    def polled(self):
        """CPUs that polled the receiver since the last call."""
        return {cpu for cpu, _ in self.polls()}


def opener(defer):
    need_cpus(2)
    line = Line(defer)
    for cpu in sorted(set(online()) - cpu_list(read(f"{SYSTEM}/isolated"))):
        line.open("taskset", "-c", str(cpu))
        line.arrive(20)
        ksft.equal(line.polled(), {cpu},
                   f"CPUs that polled a card opened on CPU {cpu}")


def partitions_count():
    """Does sysfs list the CPUs of isolated partitions as isolated?

    It does if the kernel has HK_TYPE_DOMAIN_BOOT. In older kernels
    HK_TYPE_DOMAIN has only the CPUs of isolcpus=.
    """
    try:
        with open(BTF, "rb") as file:
            return b"HK_TYPE_DOMAIN_BOOT" in file.read()
    except OSError as error:
        raise ksft.Skip(f"no isolcpus=, and {error}") from None


def isolate(defer):
    """(isolated CPUs, the words that run a command on them)"""
    cpus = cpu_list(read(f"{SYSTEM}/isolated"))
    if cpus:
        return cpus, ["taskset", "-c", ",".join(map(str, cpus))]
    cpu = online()[-1]
    group = f"{CGROUP}/ov2-{os.getpid()}"
    try:
        write(f"{CGROUP}/cgroup.subtree_control", "+cpuset")
        os.mkdir(group)
        defer(os.rmdir, group)
        write(f"{group}/cpuset.cpus", str(cpu))
        write(f"{group}/cpuset.cpus.partition", "isolated")
    except OSError as error:
        raise ksft.Skip("no isolcpus= and no partition of the cpuset "
                        f"controller: {error}") from None
    state = read(f"{group}/cpuset.cpus.partition").strip()
    if state != "isolated":
        raise ksft.Skip(f"no isolcpus=, and the partition is {state}")
    if not partitions_count():
        raise ksft.Skip("no isolcpus=, and this kernel does not count isolated "
                        "partitions among the isolated CPUs")
    return {cpu}, ["sh", "-c", f'echo $$ >{group}/cgroup.procs && exec "$@"',
                   "sh"]


def isolated(defer):
    need_cpus(2)
    line = Line(defer)
    cpus, prefix = isolate(defer)
    for start in ([], prefix, ["taskset", "-c", f"0-{online()[-1]}"]):
        line.open(*start)
        line.arrive(20)
        polled = line.polled()
        ksft.check(polled and not polled & cpus,
                   f"polled {sorted(polled)}, isolated {sorted(cpus)}")


def spread(defer):
    """A card with one queue is opened 32 times. With two CPUs, one run in 2^31
    fails by chance, because the queue gets the same CPU all 32 times.
    """
    need_cpus(2)
    line = Line(defer, 1)
    polled = set()
    for _ in range(32):
        line.open()
        line.arrive(1)
        polled |= line.polled()
        if len(polled) > 1:
            return
    raise ksft.Fail(f"a card was opened 32 times, and polled only on {polled}")


def queues(defer):
    """Neighbouring queues have different CPUs. The ports of a flow decide its
    queue. With two CPUs, one run in 2^63 fails by chance, because all 64 flows
    are on queues of one CPU.
    """
    need_cpus(2)
    line = Line(defer)
    line.open()
    number = 64
    socks = [line.ns[0].socket(socket.AF_INET, socket.SOCK_DGRAM)
             for _ in range(number)]
    for sock in socks:
        defer(sock.close)
        sock.sendto(bytes(4), ("10.0.0.2", PORT))
    got = []
    ksft.wait_for(f"{number} flows", lambda: line.take(got) == number)
    polls = line.polls()
    ksft.check(len({napi for _, napi in polls}) > 1,
               f"{number} flows came on one queue: {polls}")
    ksft.check(len({cpu for cpu, _ in polls}) > 1,
               f"all queues of a card polled on one CPU: {polls}")


def offline(defer):
    need_cpus(2)
    cpu = online()[-1]
    switch = f"{SYSTEM}/cpu{cpu}/online"
    if not os.path.exists(switch):
        raise ksft.Skip("this kernel takes no CPU offline")
    line = Line(defer)
    line.open("taskset", "-c", f"{online()[0]},{cpu}")
    defer(write, switch, "1")
    line.arrive(20)
    write(switch, "0")
    line.trace.read()
    line.arrive(50)
    polls = line.polls()
    ksft.check(cpu not in {at for at, _ in polls},
               f"CPU {cpu} polled while it was offline")
    # A queue moves only if it gets a frame while the CPU is offline. A queue
    # that got only ARP or IPv6 frames may get no frame in this time
    moved = {napi for _, napi in polls}
    ksft.check(moved, "nothing was polled")
    write(switch, "1")
    line.trace.read()
    line.arrive(50)
    ksft.check(not moved & {napi for at, napi in line.polls() if at == cpu},
               "a queue went back: its flows may be reordered twice")


def main():
    some = ksft.chosen([opener, isolated, spread, queues, offline])
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
