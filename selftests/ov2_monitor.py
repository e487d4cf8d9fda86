#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ov2 monitor` shows what happens, a line or a JSON object for each event.

netlink_events.py tests what the module tells. This test looks at how ov2 shows
what it hears.
"""
import json
import os
import re
import select
import signal
import socket
import time

from lib import ksft, module, ov2, ynl
from lib.netns import Netns
from netlink_events import A, B, POLICY, STATE, Place
from lib.xfrmnl import INBOUND

# Columns of /proc/PID/net/netlink
PROTOCOL, PORT, GROUPS, DROPS = 1, 2, 3, 8
LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{6} (.*)")


class Monitor:
    """A process of `ov2 monitor` that listens already."""

    def __init__(self, defer, ns, *words, **options):
        self.process = ov2.start(ns, *words, **options)
        defer(self.process.wait)
        defer(self.process.kill)
        self.json = "--json" in words
        self.ns = ns
        self.got = bytearray()
        # ov2 does not hear what happens before it listens
        ksft.wait_for("ov2 monitor to listen", self.listens)

    def listens(self):
        """Is a socket of the process in a multicast group?"""
        with open(f"/proc/{self.process.pid}/net/netlink",
                  encoding="ascii") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        return any(row[PROTOCOL] == str(ynl.NETLINK_GENERIC) and
                   row[PORT] == str(self.process.pid) and
                   int(row[GROUPS], 16) for row in rows)

    def lines(self, count, seconds=20):
        """Wait for @count more lines, and return them without their time, or as
        JSON objects.
        """
        fd = self.process.stdout.fileno()
        end = time.monotonic() + ksft.patience(seconds)
        while self.got.count(b"\n") < count:
            left = end - time.monotonic()
            ksft.check(left > 0 and select.select([fd], [], [], left)[0],
                       f"{count} lines were expected: {self.got.decode()!r}")
            data = os.read(fd, 65536)
            ksft.check(data, f"ov2 monitor ended: {self.got.decode()!r}")
            self.got += data
        lines = self.got.decode().splitlines()
        self.got.clear()
        if self.json:
            return [json.loads(line) for line in lines]
        return [LINE.fullmatch(line)[1] for line in lines]

    def end(self, number=signal.SIGINT):
        """Send a signal, and return the exit status and stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=ksft.patience(20))
        return self.process.returncode, err


# ---- what it shows

def text(defer):
    """Each event is a line, in words."""
    place = Place(defer, cards=2)
    ns = place.ns
    ns.ip("link set ov0 up")
    monitor = Monitor(defer, ns, "monitor")
    ns.ip("link set ov1 up", "link set ov1 name other", "link del other")
    ns.command("ethtool", "--reset", "ov0", "offload")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    ov2.run(ns, "set", "ov0", "capacity", "6")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
    ov2.run(ns, "set", "ov0", "capacity", "5")
    ns.command("ethtool", "-G", "ov0", "rx", "100")
    ksft.equal(monitor.lines(13), [
        "ov1: line up", "ov0: line up", "other: card changed",
        "other: line down", "ov0: line down", "other: card gone",
        "ov0: card changed", "ov0: engine reset",
        "ov0: offload is off, with room for 4096 SAs",
        "ov0: offload is off, with room for 6 SAs",
        "ov0: offload is on, with room for 6 SAs",
        "ov0: offload is on, with room for 5 SAs", "ov0: card changed"],
        "cards")
    name = f"out {A} > {B} esp spi 0x00001000"
    ns.ip(STATE.format(spi=0x1000, how="packet",
                       words="limit time-soft 1 limit time-hard 2"))
    ksft.equal(monitor.lines(4), [
        f"ov0: SA added: {name} transport packet rfc4106(gcm(aes))",
        f"ov0: SA has reached its soft limit: {name}",
        f"ov0: SA deleted: {name}, after 0 packets of 0 B",
        f"ov0: SA has reached its hard limit: {name}"], "an SA")
    ns.ip(POLICY.format(verb="add", way="out", words=""))
    index, = [one["index"] for one in place.family.policy_get({}, dump=True)]
    ns.ip("xfrm policy flush")
    name = f"out {A}/32 > {B}/32 priority 5 index {index}"
    ksft.equal(monitor.lines(2), [f"ov0: policy added: {name}",
                                  f"ov0: policy deleted: {name}"], "a policy")
    ns.ip_error(STATE.format(spi=7, how="packet", words="").replace(
        "reqid 1", "reqid 0"))
    ksft.equal(monitor.lines(1), [
        f"ov0: refused: state out {A} > {B} esp spi 0x00000007 transport"
        " rfc4106(gcm(aes)) offload packet: Packet offload needs a reqid, the"
        " same as its policy's"], "a refusal")
    ksft.equal(monitor.end(), (0, ""), "status and stderr")


def as_json(defer):
    """Each event is a JSON object: what YNL hears, and the time."""
    place = Place(defer, "cards", "sas", cards=2)
    monitor = Monitor(defer, place.ns, "--json", "monitor")
    before = time.time_ns()
    place.ns.ip("link set ov0 up", STATE.format(spi=0x1000, how="crypto",
                                                words=""),
                POLICY.format(verb="add", way="in", words=""),
                "link set ov0 name ov0x", "xfrm state flush")
    place.ns.ip_error(STATE.format(spi=7, how="packet", words="").replace(
        "reqid 1", "reqid 0").replace("ov0", "ov0x"))
    names = ["sa-add", "policy-add", "card-change", "sa-del", "log"]
    heard = place.events.expect(*((f"{name}-ntf", {}) for name in names))
    shown = monitor.lines(len(names))
    after = time.time_ns()
    ksft.equal([one["event"] for one in shown], names, "events")
    for one, message in zip(shown, heard):
        ksft.check(before <= one["time"] <= after, f"time of {one}")
        expected = numbers(ov2.from_spec(message))
        for name in ("time", "event"):
            expected.pop(name, None)
            one.pop(name)
        if "ifname" not in expected:
            ksft.check(one.pop("ifname") in ("ov0", "ov0x"), "name of the card")
        ksft.equal(ov2.in_order(one), expected, "an event")


def numbers(value):
    """A message of YNL as ov2 prints it: hexadecimal text becomes a number."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    if isinstance(value, str) and re.fullmatch("0x[0-9a-f]+", value):
        return int(value, 16)
    return value


def groups(defer):
    """`monitor cards` and `monitor sas` each show events of one group."""
    place = Place(defer)
    cards = Monitor(defer, place.ns, "monitor", "cards")
    sas = Monitor(defer, place.ns, "monitor", "sas")
    place.ns.ip("link set ov0 up", STATE.format(spi=1, how="crypto", words=""))
    line, = sas.lines(1)
    ksft.check(line.startswith("ov0: SA added: "), f"of SAs: {line}")
    place.ns.ip("link set ov0 name new", "link del new")
    ksft.equal(cards.lines(2), ["new: card changed", "new: card gone"],
               "of cards")


def declined(defer):
    """The line about a declined packet ends with the explanation of the counter
    that counts the packet.
    """
    place = Place(defer, cards=2)
    ns = place.ns
    ns.ip("link set ov0 up", "link set ov1 up", f"address add {A}/24 dev ov0",
          f"neigh replace {B} lladdr 02:00:00:00:00:0b dev ov0",
          f"xfrm policy add src {A} dst {B} dir out tmpl proto esp reqid 1"
          " mode transport")
    place.link.add(0x2000, A, B, aead=("rfc4106(gcm(aes))", bytes(20), 128),
                   offload=(place.index, INBOUND))
    monitor = Monitor(defer, ns, "monitor", "sas")
    sock = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.sendto(b"data", (B, 4500))
    explained = next(
        one["explanation"] for one in
        place.family.counter_get({"ifindex": place.index}, dump=True)
        if one["name"] == "ipsec_tx_fallback_dir")
    ksft.equal(monitor.lines(1), [
        f"ov0: packet declined: in {A} > {B} esp spi 0x00002000: {explained}"],
        "line")


# ---- how it ends

def signals(defer):
    ns = Netns("signals")
    defer(ns.delete)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        monitor = Monitor(defer, ns, "monitor")
        ksft.equal(monitor.end(number), (0, ""), f"status after {number}")


def broken_pipe(defer):
    """`ov2 monitor` ends when its reader ends, even if no event comes."""
    ns = Netns("pipe")
    defer(ns.delete)
    monitor = Monitor(defer, ns, "monitor")
    monitor.process.stdout.close()
    ksft.equal(monitor.process.wait(ksft.patience(20)), -signal.SIGPIPE,
               "status")
    ksft.equal(monitor.process.stderr.read(), "", "stderr")


def lost(defer):
    """If events come too fast, `ov2 monitor` says that some are lost."""
    place = Place(defer)
    place.ns.ip("link set ov0 up")
    monitor = Monitor(defer, place.ns, "monitor", "sas")
    monitor.process.send_signal(signal.SIGSTOP)

    def overrun():
        for spi in range(1, 400):
            place.ns.ip(STATE.format(spi=spi, how="crypto", words=""))
        place.ns.ip("xfrm state flush")
        with open(f"/proc/{monitor.process.pid}/net/netlink",
                  encoding="ascii") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        return any(row[PORT] == str(monitor.process.pid) and int(row[DROPS])
                   for row in rows)

    ksft.wait_for("the socket to be full", overrun, 120)
    monitor.process.send_signal(signal.SIGCONT)
    fd = monitor.process.stderr.fileno()
    got = b""
    while not got.endswith(b"\n"):
        # Read the lines, too, because ov2 waits while nobody reads them
        ready = select.select([fd, monitor.process.stdout], [], [],
                              ksft.patience(30))[0]
        ksft.check(ready, f"ov2 monitor says nothing: {got}")
        if fd in ready:
            got += os.read(fd, 4096)
        else:
            os.read(monitor.process.stdout.fileno(), 65536)
    ksft.equal(got.decode(), "ov2: events came faster than they were read,"
               " and some are lost: `ov2 show`, `ov2 sa` and `ov2 policy`"
               " tell what is there now\n", "stderr")


def module_gone(defer):
    defer(module.load)
    place = Place(defer)
    monitor = Monitor(defer, place.ns, "monitor")
    module.remove()
    out, err = monitor.process.communicate(timeout=ksft.patience(20))
    ksft.equal([LINE.fullmatch(line)[1] for line in out.splitlines()],
               ["ov0: card gone"], "output")
    ksft.equal((monitor.process.returncode, err),
               (3, "ov2: the module ipsecov2 was unloaded, so nothing more"
                " happens\n"), "status and stderr")


# ---- who may listen

def privilege(defer):
    place = Place(defer)
    nobody = ov2.as_nobody(defer)
    for words in (["monitor"], ["monitor", "sas"]):
        ksft.equal(ov2.refused(place.ns, *words, status=1, **nobody),
                   "the events of the group sas need root, or CAP_NET_ADMIN in the network"
                   " namespace: use sudo, or `ov2 monitor cards`", words)
    monitor = Monitor(defer, place.ns, "monitor", "cards", **nobody)
    place.ns.ip("link set ov0 name new")
    ksft.equal(monitor.lines(1), ["new: card changed"], "heard as nobody")


def wrong_use(defer):
    ns = Netns("wrong")
    defer(ns.delete)
    for words, sentence in (
            (["monitor", "x"], "'x' is neither cards nor sas: `ov2 help` shows"
             " the commands"),
            (["monitor", "cards", "sas"], "'sas' is one word too many: `ov2"
             " help` shows the commands")):
        ksft.equal(ov2.refused(ns, *words, status=2), sentence, words)


def namespaces(defer):
    """-n listens in another namespace."""
    place = Place(defer)
    there = Netns("there")
    defer(there.delete)
    there.ip("link add ov7 type ipsecov2")
    monitor = Monitor(defer, None, "-n", there.name, "monitor", "cards")
    place.ns.ip("link set ov0 name new")
    there.ip("link set ov7 name ov8")
    ksft.equal(monitor.lines(1), ["ov8: card changed"], "lines")


def forged(defer):
    """A message that another process sends is no event. If the namespace is in
    a user namespace of its own, any user can send such a message.
    """
    place = Place(defer)
    monitor = Monitor(defer, place.ns, "monitor", "cards")
    sock = place.ns.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                           ynl.NETLINK_GENERIC)
    defer(sock.close)
    sock.bind((0, 0))
    sock.settimeout(ksft.patience(20))
    sock.setsockopt(ynl.SOL_NETLINK, ynl.NETLINK_ADD_MEMBERSHIP,
                    ynl.group_id(place.family.family, "cards"))
    place.ns.ip("link set ov0 name real")
    message = sock.recv(65536)
    ksft.equal(monitor.lines(1), ["real: card changed"], "an event")
    ksft.check(b"real" in message, f"{message}")
    sock.sendto(message.replace(b"real", b"fake"), (monitor.process.pid, 0))
    place.ns.ip("link set real name last")
    ksft.equal(monitor.lines(1), ["last: card changed"], "the next event")


if __name__ == "__main__":
    SOME = ksft.chosen([
        text, as_json, groups, declined, signals, broken_pipe, lost,
        module_gone, privilege, wrong_use, namespaces, forged])
    module.load()
    ynl.need()
    ov2.need()
    ksft.run(SOME)
