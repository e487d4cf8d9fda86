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
import socket

from lib import ksft, module
from lib.polls import PORT, Line

CGROUP = "/sys/fs/cgroup"
SYSTEM = "/sys/devices/system/cpu"
BTF = "/sys/kernel/btf/vmlinux"


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


def polled(line):
    """CPUs that polled the receiver since the last look at the polls."""
    return {poll.cpu for poll in line.polls()}


def opener(defer):
    need_cpus(2)
    line = Line(defer)
    for cpu in sorted(set(online()) - cpu_list(read(f"{SYSTEM}/isolated"))):
        line.open("taskset", "-c", str(cpu))
        line.arrive(20)
        ksft.equal(polled(line), {cpu},
                   f"CPUs that polled a card opened on CPU {cpu}")


def partitions_count():
    """Does HK_TYPE_DOMAIN leave out the CPUs of isolated partitions?

    It does if the kernel has HK_TYPE_DOMAIN_BOOT, too. In older kernels
    HK_TYPE_DOMAIN leaves out only the CPUs of isolcpus=.
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
        used = polled(line)
        ksft.check(used and not used & cpus,
                   f"polled {sorted(used)}, isolated {sorted(cpus)}")


def spread(defer):
    """A card with one queue is opened 32 times. With two CPUs, one run in 2^31
    fails by chance, because the queue gets the same CPU all 32 times.
    """
    need_cpus(2)
    line = Line(defer, 1)
    used = set()
    for _ in range(32):
        line.open()
        line.arrive(1)
        used |= polled(line)
        if len(used) > 1:
            return
    raise ksft.Fail(f"a card was opened 32 times, and polled only on {used}")


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
    ksft.check(len({poll.napi for poll in polls}) > 1,
               f"{number} flows came on one queue: {polls}")
    ksft.check(len({poll.cpu for poll in polls}) > 1,
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
    ksft.check(cpu not in {poll.cpu for poll in polls},
               f"CPU {cpu} polled while it was offline")
    # A queue moves only if it gets a frame while the CPU is offline. A queue
    # that got only ARP or IPv6 frames may get no frame in this time
    moved = {poll.napi for poll in polls}
    ksft.check(moved, "nothing was polled")
    write(switch, "1")
    line.trace.read()
    line.arrive(50)
    ksft.check(not moved & {poll.napi for poll in line.polls()
                            if poll.cpu == cpu},
               "a queue went back: its flows may be reordered twice")


def main():
    some = ksft.chosen([opener, isolated, spread, queues, offline])
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
