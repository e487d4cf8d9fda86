#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The receive filter lets in only frames to addresses that the stack asks for.

The test follows the kernel's own test of the same name, for a card with
IFF_UNICAST_FLT. It puts one frame on the cable for each kind of address. Each
case says for which of these addresses the card lets frames in. The card drops
all other frames, and counts them in wire_rx_filtered. The netdev's counters of
errors and drops do not move.
"""
import contextlib
import socket
import struct
import tempfile

from lib import esp, ksft, module
from lib.bed import CARD, LINK_KIND, MAC, Bed, Tap
from lib.netns import Ethtool, Netns

DEV = CARD["b"]
OWN, SECOND, NOBODY = MAC["b"], "02:00:00:00:0b:02", "02:00:00:00:0e:0e"
JOINED, OTHER_GROUP = "01:00:5e:01:02:03", "01:00:5e:01:02:04"
JOINED6, OTHER_GROUP6 = "33:33:00:01:02:03", "33:33:00:01:02:04"
BROADCAST = "ff:ff:ff:ff:ff:ff"
GROUP, GROUP6 = "239.1.2.3", "ff05::1:203"
ETH_P_TEST = 0x88b6
FILTERED = "wire_rx_filtered"

ALL = (OWN, SECOND, NOBODY, BROADCAST, JOINED, OTHER_GROUP, JOINED6,
       OTHER_GROUP6)
GROUPS = {mac for mac in ALL if int(mac[:2], 16) & 1}
ALWAYS = {OWN, BROADCAST}


class Filter:
    """A card, and the frames that it passes to its stack."""

    def __init__(self, ns, dev, wire):
        self.ns, self.wire = ns, wire
        self.card = Ethtool(ns, dev)
        self.serial = 0
        self.dev = dev
        # A packet socket alone does not make the card promiscuous
        self.sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with ns.entered():
            self.sock.bind((dev, ETH_P_TEST))
        self.sock.setblocking(False)

    def close(self):
        self.sock.close()

    def dropped(self):
        """The netdev's counters of errors and drops on receive."""
        with self.ns.entered():
            with open("/proc/thread-self/net/dev", encoding="ascii") as f:
                line = next(x for x in f if x.strip().startswith(
                    self.dev + ":"))
        return line.split(":")[1].split()[2:4]

    def takes(self, mac):
        """Does the card let in a frame to the address?"""
        self.serial += 1
        frame = (bytes.fromhex(mac.replace(":", "")) +
                 bytes.fromhex(MAC["a"].replace(":", "")) +
                 struct.pack("!HI", ETH_P_TEST, self.serial) + bytes(60))
        before, dropped = self.card.stats()[FILTERED], self.dropped()
        self.wire.send(frame)

        def fate():
            try:
                while self.sock.recv(2048) != frame:
                    pass
                return "in"
            except BlockingIOError:
                return self.card.stats()[FILTERED] > before and "filtered"

        what = ksft.wait_for(f"a frame to {mac} to come in or be filtered",
                             fate)
        filtered = self.card.stats()[FILTERED] - before
        ksft.equal(filtered, int(what != "in"), f"{FILTERED} of {mac}")
        ksft.equal(self.dropped(), dropped, "errors and drops of the netdev")
        return what == "in"

    def expect(self, macs, what):
        ksft.equal({mac for mac in ALL if self.takes(mac)}, set(macs),
                   f"addresses let in, {what}")


bed = None


def on_card(defer):
    ports = Filter(bed.b, DEV, bed.tap["b"])
    defer(ports.close)
    return ports


def own(defer):
    """Only the card's own address and broadcast are let in."""
    on_card(defer).expect(ALWAYS, "at first")


def changed(defer):
    """After a change of the card's address, only the new address and broadcast
    are let in.
    """
    ports = on_card(defer)
    defer(bed.b.ip, f"link set {DEV} address {OWN}")
    bed.b.ip(f"link set {DEV} address {SECOND}")
    ports.expect({SECOND, BROADCAST}, "with another address")


def macvlan(defer):
    """Frames to the address of a macvlan come in while the macvlan is up."""
    ports = on_card(defer)
    error = bed.b.ip_error(f"link add mv0 link {DEV} address {SECOND} type "
                           "macvlan mode private")
    if error:
        raise ksft.Skip(f"no macvlan: {error}")
    try:
        bed.b.ip("link set mv0 up")
        upper = Filter(bed.b, "mv0", bed.tap["b"])
        defer(upper.close)
        # The card, not the macvlan, counts filtered frames
        upper.card = ports.card
        ksft.check(upper.takes(SECOND), "the macvlan gets nothing")
        ksft.check(ports.takes(OWN), "the card gets nothing")
        ksft.check(not ports.takes(NOBODY), "a frame to nobody comes in")
        bed.b.ip("link set mv0 down")
        ports.expect(ALWAYS, "with the macvlan down")
    finally:
        bed.b.ip("link del mv0")


def wait_carrier(ns, dev):
    ksft.wait_for(f"carrier of {dev}",
                  lambda: "LOWER_UP" in ns.ip_output(f"link show dev {dev}"))


def fdb(verb, mac, dev=DEV):
    bed.b.command("bridge", "fdb", verb, mac, "dev", dev, "self",
                  *(["permanent"] if verb == "add" else []))


def fdb_self(defer):
    """An address added by `bridge fdb` is let in, also after down and up."""
    ports = on_card(defer)
    fdb("add", SECOND)
    ports.expect(ALWAYS | {SECOND}, "with a second address")
    bed.b.ip(f"link set {DEV} down", f"link set {DEV} up")
    wait_carrier(bed.b, DEV)
    on_card(defer).expect(ALWAYS | {SECOND}, "after down and up")
    bed.b.ip(f"link set {DEV} down")
    fdb("del", SECOND)
    bed.b.ip(f"link set {DEV} up")
    wait_carrier(bed.b, DEV)
    on_card(defer).expect(ALWAYS, "without the second address")


def many(defer):
    """A thousand addresses are added and let in; every 37th of them is tried.
    """
    ports = on_card(defer)
    macs = [f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}" for n in range(1000)]

    def batch(verb):
        with tempfile.NamedTemporaryFile("w") as f:
            f.writelines(f"fdb {verb} {mac} dev {DEV} self"
                         f"{' permanent' if verb == 'add' else ''}\n"
                         for mac in macs)
            f.flush()
            bed.b.command("bridge", "-batch", f.name)

    batch("add")
    for mac in macs[::37]:
        ksft.check(ports.takes(mac), f"{mac} is not let in")
    ports.expect(ALWAYS, "beside the thousand")
    batch("del")
    for mac in macs[::37]:
        ksft.check(not ports.takes(mac), f"{mac} is let in")


@contextlib.contextmanager
def membership():
    with bed.b.entered():
        index = socket.if_nametoindex(DEV)
    sock4 = bed.b.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock6 = bed.b.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock4.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     struct.pack("=4s4si", esp.packed(GROUP), bytes(4),
                                 index))
    sock6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                     struct.pack("=16si", esp.packed(GROUP6), index))
    yield
    sock4.close()
    sock6.close()


def groups(defer):
    """A group is let in while a socket is a member of the group."""
    ports = on_card(defer)
    with membership():
        ports.expect(ALWAYS | {JOINED, JOINED6}, "joined")
    ports.expect(ALWAYS, "left")


def maddr(defer):
    """A group that `ip maddr` adds is let in; a unicast address is not."""
    ports = on_card(defer)
    # `ip` exits after a line with maddr, so each line is a call of its own
    for mac in (JOINED, SECOND):
        bed.b.ip(f"maddr add {mac} dev {DEV}")
    ports.expect(ALWAYS | {JOINED}, "with a group")
    for mac in (JOINED, SECOND):
        bed.b.ip(f"maddr del {mac} dev {DEV}")
    ports.expect(ALWAYS, "without the group")


def allmulti(defer):
    """allmulticast lets in every group, but no additional unicast address."""
    ports = on_card(defer)
    bed.b.ip(f"link set {DEV} allmulticast on")
    ports.expect(ALWAYS | GROUPS, "allmulti")
    bed.b.ip(f"link set {DEV} allmulticast off")
    ports.expect(ALWAYS, "no longer")


def promisc(defer):
    """A promiscuous card lets in all frames."""
    ports = on_card(defer)
    bed.b.ip(f"link set {DEV} promisc on")
    ports.expect(ALL, "promiscuous")
    bed.b.ip(f"link set {DEV} promisc off")
    ports.expect(ALWAYS, "no longer")


def namespace(defer):
    """When a card moves to another namespace, the stack and the card forget the
    addresses that were added.
    """
    home, away = Netns("home"), Netns("away")
    home.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
    defer(away.delete)
    defer(home.delete)
    home.ip(f"link add ov0 address {OWN} type {LINK_KIND}",
            f"link add ov1 link ov0 type {LINK_KIND}", "link set ov1 up",
            "link set ov0 up")
    home.command("bridge", "fdb", "add", SECOND, "dev", "ov0", "self",
                 "permanent")
    wire = Tap(home, "ov1")
    defer(wire.close)
    before = Filter(home, "ov0", wire)
    before.expect(ALWAYS | {SECOND}, "before")
    before.close()
    home.ip(f"link set ov0 netns {away.name}")
    away.ip("link set ov0 up")
    after = Filter(away, "ov0", wire)
    wait_carrier(away, "ov0")
    after.expect(ALWAYS, "after")


CASES = (own, changed, macvlan, fdb_self, many, groups, maddr, allmulti,
         promisc, namespace)


def main():
    global bed
    some = ksft.chosen(CASES)
    module.load()
    bed = Bed()
    # Side a must send nothing, because its frames would move the counter
    bed.a.ip(f"link set {CARD['a']} down")
    try:
        ksft.run(some)
    finally:
        bed.delete()


if __name__ == "__main__":
    main()
