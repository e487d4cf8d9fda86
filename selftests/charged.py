#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cards, states and policies are charged to the memory cgroup of the user who
makes them, so the limit of a user stops only this user.
"""
import os
import subprocess

from lib import ksft, module
from lib.netns import IpBatch, Netns, ethtool_stats
from lib.objects import Ledger, complaints, kernel_log

CARDS, STATES, POLICIES = 40, 300, 300

# The least number of bytes that a state or a policy takes. A state has an SA in
# the engine, and structures that lead to this SA
STATE_BYTES, POLICY_BYTES = 500, 200


def mounted():
    """Where the unified hierarchy of cgroups is mounted; mount it if needed."""
    with open("/proc/mounts", encoding="ascii") as f:
        for line in f:
            words = line.split()
            if words[2] == "cgroup2":
                return words[1]
    path = "/run/ov2-cgroup"
    os.makedirs(path, exist_ok=True)
    done = subprocess.run(["mount", "-t", "cgroup2", "none", path],
                          capture_output=True, text=True)
    if done.returncode:
        ksft.skip_all(f"cgroup2 cannot be mounted: {done.stderr.strip()}")
    return path


class Cgroup:
    """Each case has a cgroup of its own: the kernel may still free the objects
    of one case while the next case measures how much its own objects take.
    """

    def __init__(self, top, number):
        with open(top + "/cgroup.controllers", encoding="ascii") as f:
            if "memory" not in f.read().split():
                raise ksft.Skip("this kernel has no memory controller here")
        with open(top + "/cgroup.subtree_control", "w",
                  encoding="ascii") as f:
            f.write("+memory")
        self.path = f"{top}/ov2-{os.getpid()}-{number}"
        os.mkdir(self.path)

    def write(self, name, value):
        with open(f"{self.path}/{name}", "w", encoding="ascii") as f:
            f.write(str(value))

    def read(self, name):
        with open(f"{self.path}/{name}", encoding="ascii") as f:
            return f.read()

    def table(self, name):
        return {key: int(value) for key, value in
                (line.split() for line in self.read(name).splitlines())}

    def delete(self):
        os.rmdir(self.path)


class Member(IpBatch):
    """An `ip` in the cgroup. The cgroup pays for what this `ip` makes."""

    def __init__(self, cgroup, ns):
        super().__init__()
        self.cgroup = cgroup
        self.ns = ns

    def start(self):
        with self.ns.entered():
            super().start()
        self.cgroup.write("cgroup.procs", self.process.pid)

    def make(self, lines):
        _, error = self.run(lines)
        ksft.equal(error, "", "what ip said")


def grown(cgroup, work, names):
    """{name: by how much this field of memory.stat grows while work() runs}"""
    before = cgroup.table("memory.stat")
    work()
    after = cgroup.table("memory.stat")
    return {name: after[name] - before[name] for name in names}


def cpus():
    """How many CPUs are possible: the kernel has per-CPU memory for each."""
    with open("/sys/devices/system/cpu/possible", encoding="ascii") as f:
        return int(f.read().split("-")[-1]) + 1


class Place:
    """A namespace with a card, and a Member that runs in the namespace."""

    def __init__(self, defer):
        self.ns = Netns("charged")
        defer(self.ns.delete)
        self.ns.ip("link add ov0 type ipsecov2",
                   "link add ov1 link ov0 type ipsecov2",
                   "addr add 10.1.0.1/16 dev ov0", "link set ov0 up",
                   "link set ov1 up")
        self.cgroup = Cgroup(top, len(cgroups))
        cgroups.append(self.cgroup)
        self.member = Member(self.cgroup, self.ns)
        defer(self.member.stop)
        self.member.make(["link show lo"])


def state(number, mode="crypto"):
    return ("xfrm state add src 10.1.0.1 dst 10.2.0.1 proto esp "
            f"spi {0x1000 + number} mode transport reqid 1 aead "
            f"rfc4106(gcm(aes)) 0x{'01' * 20} 128 "
            f"offload {mode} dev ov0 dir out")


def policy(number):
    a, b = divmod(number, 200)
    return (f"xfrm policy add src 10.1.0.1 dst 10.3.{a}.{b + 1} dir out "
            "offload packet dev ov0 tmpl src 10.1.0.1 dst 10.2.0.1 "
            "proto esp reqid 1 mode tunnel")


def cards_are_charged(defer):
    place = Place(defer)
    names = [name for name in ethtool_stats(place.ns, "ov0")
             if name.startswith(("ipsec_", "wire_"))]
    least = CARDS * len(names) * 8 * cpus()
    got = grown(place.cgroup, lambda: place.member.make(
        [f"link add c{i} type ipsecov2" for i in range(CARDS)]), ["percpu"])
    ksft.note(f"{CARDS} cards take {got['percpu']} bytes of per-CPU memory; "
              f"their counters alone take {least} bytes")
    ksft.check(got["percpu"] >= least, f"{CARDS} cards: {got['percpu']} "
               f"bytes charged, their counters take {least}")


def many(defer, what, number, line, size):
    """Make @number objects. Each must cost the cgroup @size bytes or more."""
    place = Place(defer)
    got = grown(place.cgroup, lambda: place.member.make(
        [line(i) for i in range(number)]), ["slab"])
    ksft.note(f"{number} {what}: {got['slab']} bytes slab")
    ksft.check(got["slab"] >= number * size, f"{number} {what}: "
               f"{got['slab']} bytes charged, and they take {size} each")


def states_are_charged(defer):
    # Each SA has, for its IVs, an array with 8 bytes for each CPU
    many(defer, "states", STATES, state, STATE_BYTES + 8 * cpus())


def policies_are_charged(defer):
    many(defer, "policies", POLICIES, policy, POLICY_BYTES)


def console_level(level):
    """Set the level of messages for the console; return the old level."""
    with open("/proc/sys/kernel/printk", "r+", encoding="ascii") as f:
        old = f.read().split()[0]
        f.seek(0)
        f.write(level)
    return old


def limit_of_one_user(defer):
    """When a cgroup reaches its limit, the kernel ends a process of this
    cgroup. No other user notices.
    """
    place = Place(defer)
    cgroup = place.cgroup
    # When the kernel ends the process, the kernel logs a stack. run.sh and the
    # test bed would report the stack as a fault. So this case checks the log
    # itself, also for the cases before it, and then clears the log.
    defer(console_level, console_level("1"))
    wanted = 4000
    limit = int(cgroup.read("memory.current")) + (1 << 20)
    cgroup.write("memory.max", limit)
    defer(cgroup.write, "memory.max", "max")
    try:
        _, error = place.member.run([state(i) for i in range(wanted)])
    except (BrokenPipeError, ksft.Fail) as gone:
        error = str(gone)
    made = place.ns.ip_output("xfrm state count").split()
    made = int(made[-1])
    events = cgroup.table("memory.events")
    ksft.note(f"{made} of {wanted} states made; "
              f"max {events['max']}, oom_kill {events['oom_kill']}; ip: "
              f"{error.splitlines()[:1]}")
    # All states would take twice the limit. The kernel charges in batches, so
    # the number of states at the limit is not exact.
    ksft.check(made < wanted * 3 // 4, f"{made} states made")
    ksft.check(events["max"], "the limit was not reached")

    found = complaints(log)
    ksft.check(not found, "the kernel: " + "; ".join(found))
    subprocess.run(["dmesg", "--clear"], check=True)

    # The limit does not stop another user
    other = Netns("other")
    defer(other.delete)
    other.ip("link add ov0 type ipsecov2",
             "addr add 10.1.0.1/16 dev ov0", "link set ov0 up",
             *(state(i) for i in range(20)), *(policy(i) for i in range(20)))


def given_back(_defer):
    """Objects that are freed are not charged any more."""
    ledger.wait_gone()

    def left(name):
        return max((cgroup.table("memory.stat")[name] for cgroup in cgroups),
                   default=0)

    ksft.wait_for("memory to be given back",
                  lambda: left("slab") < STATES * STATE_BYTES and
                  left("percpu") < STATES * 8, 60)
    ksft.note(f"left in a cgroup: at most {left('slab')} bytes slab, "
              f"{left('percpu')} bytes of per-CPU memory")


CASES = (cards_are_charged, states_are_charged, policies_are_charged,
         limit_of_one_user, given_back)


if __name__ == "__main__":
    some = ksft.chosen(CASES)
    module.load()
    top = mounted()
    log = kernel_log()
    cgroups = []
    ledger = Ledger(("port", "sa", "assoc", "policy"))
    try:
        ksft.run(some)
    finally:
        ledger.close()
        for made in cgroups:
            made.delete()
