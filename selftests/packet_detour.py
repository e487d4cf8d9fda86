#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A packet that the card must protect never leaves in clear by another device
(packet offload).

    namespace a                                  namespace w

    sockets -- xfrm -- ov0 ======================= ov1 (see lib/bed.py)
                        |
                     detour
                        |
                       far0 ------- veth --------- far1, with a tap

In each case, UDP and TCP flow from a to b (the namespace b of lib/bed.py), and
their payload is a marker. Most cases are a detour: before the packets reach the
card, a rule turns them to another device, mostly to far0, or to a device on
far0. No frame at far1 may show the marker. The core drops the packets, and the
other device counts them (tx_dropped). When the detour ends, the packets leave
by the card, as ESP. The other cases, straight() and hole(), give the card
another qdisc. hole() shows a known leak.
"""
import socket
import time

from lib import ksft
from lib.bed import MAC, Bed, Shape, Tap, family
from lib.cases import run_cells
from lib.detour import dropped, tc, turn
from lib.flood import MARKER, Flood, clear_text

SHAPES = [Shape.named(name) for name in ("ipv4-transport", "ipv6-transport",
                                         "ipv4-tunnel", "ipv6-tunnel")]
FAR, FAR_WIRE = "far0", "far1"
FAR_MAC = "02:00:00:00:0f:00"
TABLE = 77
# Marks. A packet passes the same rules of netfilter twice. Before xfrm the
# rules give it the mark PASSED. Behind xfrm they find this mark, and copy the
# packet or give it the mark AWAY
PASSED, AWAY = 16, 1
# A bucket so small that large sends must be cut
TBF = ("tbf", "rate", "200mbit", "burst", "1700", "latency", "1000ms")


def redirect(test, to=FAR, how="redirect"):
    """tc redirects packets before they come to the card's qdisc."""
    turn(test.bed.a, test.defer, "ov0", to, how)
    return to


def to_bridge(test):
    test.device("link add br1 type bridge mcast_snooping 0",
                f"link set {FAR} master br1")
    return redirect(test, "br1")


def to_macvlan(test):
    test.device(f"link add mac1 link {FAR} type macvlan mode bridge")
    return redirect(test, "mac1")


def to_vlan(test):
    test.device(f"link add vlan1 link {FAR} type vlan id 7")
    return redirect(test, "vlan1")


def to_bond(test):
    test.device("link add bond1 type bond mode active-backup",
                f"link set {FAR} down", f"link set {FAR} master bond1")
    return redirect(test, "bond1")


def to_macvlan_of_card(test):
    """tc redirects to a macvlan on the card; the state is on the card."""
    test.device("link add mac1 link ov0 type macvlan mode bridge")
    return redirect(test, "mac1")


def to_vlan_of_card(test):
    test.device("link add vlan1 link ov0 type vlan id 7")
    return redirect(test, "vlan1")


def to_card(test):
    """Packets go to another card, which has neither state nor policy."""
    test.bed.a.ip("link add ov4 type ipsecov2", "link set ov4 up")
    test.defer(test.bed.a.ip, "link del ov4")
    test.bed.a.ip("link add ov5 link ov4 type ipsecov2",
                  f"link set ov5 netns {test.bed.w.name}")
    test.defer(test.bed.w.ip, "link del ov5")
    test.bed.w.ip("link set ov5 up")
    test.tap_too("ov5")
    return redirect(test, "ov4")


def by_queue(test):
    """The filter that redirects is in the card's own qdisc."""
    test.tc("qdisc", "replace", "dev", "ov0", "root", "handle", "1:", "prio")
    test.defer(test.tc, "qdisc", "del", "dev", "ov0", "root")
    test.tc("filter", "add", "dev", "ov0", "parent", "1:", "matchall",
            "action", "mirred", "egress", "redirect", "dev", FAR)
    return FAR


def above_tbf(test):
    """The card's qdisc would cut large sends, but no packet reaches it."""
    test.tc("qdisc", "replace", "dev", "ov0", "root", *TBF)
    test.defer(test.tc, "qdisc", "del", "dev", "ov0", "root")
    return redirect(test)


def far_queue(test):
    """The other device has a qdisc, so the core checks the packets when they
    leave this qdisc.
    """
    test.tc("qdisc", "replace", "dev", FAR, "root", "pfifo")
    test.defer(test.tc, "qdisc", "del", "dev", FAR, "root")
    return redirect(test)


def mirror_late(test):
    """The core looks at the copy after the packet itself has left."""
    test.tc("qdisc", "replace", "dev", FAR, "root", "netem", "delay", "1ms",
            "duplicate", "50%")
    test.defer(test.tc, "qdisc", "del", "dev", FAR, "root")
    return redirect(test, how="mirror")


def nft_fwd(test):
    test.nft("table netdev t { chain c { type filter hook egress device ov0 "
             f"priority 0; fwd to {FAR}; }}; }}")
    return FAR


def nft_dup(test):
    test.nft("table netdev t { chain c { type filter hook egress device ov0 "
             f"priority 0; dup to {FAR}; }}; }}")
    return FAR


def nft_dup_ip(test):
    """A copy leaves by another route, after the packet has been through xfrm.
    (If the copy were made before xfrm, no state would be chosen for it yet. So
    the rule copies only packets with PASSED.)
    """
    test.far_route()
    fam, gate = test.shape.inner, test.bed.address("b", test.shape)
    test.nft(f"table {'ip' if fam == 4 else 'ip6'} t {{ chain c {{ "
             "type filter hook postrouting priority 0; "
             f"meta mark {PASSED} dup to {gate} device {FAR}; "
             f"meta mark 0 meta mark set {PASSED}; }}; }}")
    return FAR


def reroute(test):
    """Behind xfrm the packet gets a mark, and the mark gives it another route.
    """
    test.far_route()
    fam = test.shape.inner
    test.nft(f"table {'ip' if fam == 4 else 'ip6'} t {{ chain c {{ "
             "type route hook output priority mangle; "
             f"meta mark {PASSED} meta mark set {AWAY} accept; "
             f"meta mark 0 meta mark set {PASSED}; }}; }}")
    return FAR


# These detours take a copy away, and the packet itself goes on
COPIES = (mirror_late, nft_dup, nft_dup_ip)
DETOURS = (redirect, mirror_late, far_queue, by_queue, above_tbf,
           nft_fwd, nft_dup, nft_dup_ip, reroute, to_card, to_bridge,
           to_macvlan, to_vlan, to_bond, to_macvlan_of_card, to_vlan_of_card)
EVERYWHERE = (redirect, reroute)


def cells():
    """[(name, shape, method, what the method is given), ...]

    The shape decides who makes the Ethernet header and which route is looked
    up. The devices above far0 do the same for all shapes. So only the first
    shape runs all detours.
    """
    made = [(f"{shape.name} {detour.__name__.replace('_', '-')}", shape,
             "detour", detour)
            for shape in SHAPES
            for detour in (DETOURS if shape is SHAPES[0] else EVERYWHERE)]
    made += [(f"{shape.name} {name}", shape, "straight", words)
             for shape, queues in ((SHAPES[0], QUEUES),
                                   (SHAPES[3], ("noqueue",)))
             for name in queues for words in (QUEUES[name],)]
    made.append((f"{SHAPES[0].name} below-tbf", SHAPES[0], "hole", None))
    return made


# Qdiscs of the card: some cut large sends early, one has no queue
QUEUES = {"noqueue": ("noqueue",),
          "tbf": TBF,
          "netem": ("netem", "delay", "1ms", "corrupt", "0.1%"),
          "cake": ("cake", "bandwidth", "500mbit", "split-gso")}


class Stream:
    """One connection from a to b that sends as much as TCP allows."""

    def __init__(self, bed, shape):
        fam, to = family(shape.inner), bed.address("b", shape)
        self.listener = bed.b.socket(fam, socket.SOCK_STREAM)
        self.listener.bind((to, 0))
        self.listener.listen(1)
        self.near = bed.a.socket(fam, socket.SOCK_STREAM)
        self.near.settimeout(ksft.patience(10))
        self.near.connect((to, self.listener.getsockname()[1]))
        self.far, _ = self.listener.accept()
        for sock in (self.near, self.far):
            sock.setblocking(False)
        self.got = 0

    def close(self):
        for sock in (self.near, self.far, self.listener):
            sock.close()

    def push(self):
        """Write as much as fits, so that the stack makes large packets."""
        try:
            while self.near.send(MARKER * 2048):
                pass
        except BlockingIOError:
            pass

    def pull(self):
        try:
            while piece := self.far.recv(1 << 20):
                self.got += len(piece)
        except BlockingIOError:
            pass

    def flow(self, number=50000):
        goal = self.got + number

        def done():
            self.push()
            self.pull()
            return self.got >= goal

        ksft.wait_for("the stream to go on", done, 60)


def keep_hooks(ns):
    """Add filters that see no packet. While these filters are there, the
    kernel's hooks that the detours use stay switched on.

    Otherwise the kernel would patch its own code at each detour, to switch a
    hook on or off, while the other CPU sends. A patch puts a breakpoint into
    the code for a moment. In one run, the emulator executed such a breakpoint
    although the kernel had already taken it away, and the guest ended (Oops:
    int3 in __dev_queue_xmit).
    """
    ns.command("tc", "qdisc", "add", "dev", "lo", "clsact", check=False)
    for table, hook in (("netdev", "filter hook egress device lo"),
                        ("ip", "filter hook postrouting"),
                        ("ip6", "filter hook postrouting"),
                        ("ip", "route hook output"),
                        ("ip6", "route hook output")):
        ns.command("nft", f"table {table} keep {{ chain {hook.split()[2]} {{ "
                   f"type {hook} priority 0; }}; }}", check=False)


class Detours:
    def __init__(self):
        self.bed = Bed()
        self.shape = None
        self.taps = []
        self.defer = None
        bed = self.bed
        bed.a.ip(f"link add {FAR} type veth peer name {FAR_WIRE} netns "
                 f"{bed.w.name}", f"link set {FAR} address {FAR_MAC} up")
        bed.w.ip(f"link set {FAR_WIRE} up")
        keep_hooks(bed.w)
        bed.a.sysctl("net.ipv4.conf.all.rp_filter", 0)

    def close(self):
        self.bed.delete()

    # ---- what a detour is made of

    def tc(self, *words):
        tc(self.bed.a, *words)

    def nft(self, rules):
        done = self.bed.a.command("nft", rules, check=False)
        if done.returncode:
            raise ksft.Skip(f"nft: {done.stderr.strip()}")
        self.defer(self.bed.a.command, "nft", "delete", "table",
                   rules.split()[1], "t")

    def device(self, add, *more):
        """Make a device by a line of ip, set it up, and defer its deletion."""
        a, name = self.bed.a, add.split()[2]
        error = a.ip_error(add)
        if error:
            raise ksft.Skip(f"{add}: {error}")
        self.defer(a.ip, f"link del {name}", f"link set {FAR} up")
        a.ip(*more, f"link set {name} up", f"link set {FAR} up")

    def far_route(self):
        """Let packets with the mark AWAY leave to b by the far device."""
        fam, to = self.shape.inner, self.bed.address("b", self.shape)
        rule = ("fwmark", str(AWAY), "table", str(TABLE), "priority", "10")
        a = self.bed.a
        a.command("ip", f"-{fam}", "rule", "add", *rule)
        self.defer(a.command, "ip", f"-{fam}", "rule", "del", *rule)
        a.ip(f"route add {to} dev {FAR} table {TABLE}",
             f"neigh replace {to} lladdr {MAC['b']} dev {FAR} nud permanent")
        self.defer(a.ip, f"route del {to} dev {FAR} table {TABLE}",
                   f"neigh del {to} dev {FAR}")

    def tap_too(self, dev):
        tap = Tap(self.bed.w, dev, 1 << 14)
        self.taps.append(tap)
        self.defer(self.untap, tap)

    def untap(self, tap):
        self.taps.remove(tap)
        tap.close()

    # ---- what is seen

    def far_frames(self):
        return [raw for tap in self.taps for raw in tap.frames()]

    def check_far(self):
        clear = [why for raw in self.far_frames() if (why := clear_text(raw))]
        ksft.check(not clear, f"clear text at the other device, {len(clear)} "
                   f"frames: {clear[:2]}")

    # ---- cases

    def cell(self, shape, way, what):
        ksft.with_defer(self.one, shape, way, what)

    def one(self, defer, shape, way, what):
        self.shape, self.defer = shape, defer
        pair = self.bed.install(shape, how="packet")
        self.bed.check_offload_lines(pair)
        self.bed.mark()
        self.tap_too(FAR_WIRE)
        stream = Stream(self.bed, shape)
        defer(stream.close)
        with Flood(self.bed, shape, sides="a") as flood:
            flood.wait_flow("b")
            stream.flow()
            getattr(self, way)(flood, stream, what)
            self.check_far()

    def detour(self, flood, stream, detour):
        """While the detour is installed, no clear text is on the cable or at
        far1. When the detour ends, the traffic reaches b again.
        """
        ksft.with_defer(self.turned, flood, stream, detour)
        flood.wait_flow("b")
        stream.flow()

    def turned(self, defer, flood, stream, detour):
        self.defer = defer
        try:
            self.watch(flood, stream, detour(self), detour in COPIES)
        finally:
            self.check_far()

    def watch(self, flood, stream, dev, copies):
        """Wait until side a has tried to send 60 datagrams, and the core has
        dropped 20 packets at @dev. If @copies is true, these were only copies,
        and the packets themselves must leave by the card.
        """
        before = dropped(self.bed.a, dev)
        goal = flood.attempts("a") + 60

        def done():
            stream.push()
            stream.pull()
            return (flood.attempts("a") >= goal and
                    dropped(self.bed.a, dev) - before >= 20)

        ksft.wait_for(f"packets to be dropped at {dev}", done, 60)
        if copies:
            self.sends_on(flood, stream, 20)

    def sends_on(self, flood, stream, number):
        """@number more ESP packets leave, among them large sends of TCP."""
        goal = self.esp_sent() + number

        def done():
            stream.push()
            stream.pull()
            return self.esp_sent() >= goal

        ksft.wait_for("the card to send on", done, 60)
        flood.wait_flow("b")
        stream.flow()

    def esp_sent(self):
        return self.bed.delta("a")["ipsec_tx_pkts"]

    def straight(self, flood, stream, words):
        """With this qdisc all packets leave by the card, and are protected."""
        self.tc("qdisc", "replace", "dev", "ov0", "root", *words)
        self.defer(self.tc, "qdisc", "del", "dev", "ov0", "root")
        self.sends_on(flood, stream, 300)

    def hole(self, flood, stream, _):
        """The upper qdisc cuts packets. A filter of the lower qdisc redirects
        them.
        """
        self.tc("qdisc", "replace", "dev", "ov0", "root", "handle", "1:",
                *TBF)
        self.defer(self.tc, "qdisc", "del", "dev", "ov0", "root")
        self.tc("qdisc", "add", "dev", "ov0", "parent", "1:1", "handle", "2:",
                "prio")
        try:
            ksft.wait_for("clear text", lambda: self.cut_and_redirected(stream),
                          60)
        except ksft.Fail:
            raise ksft.Fail("nothing leaks: packet-offload.rst is wrong about "
                            "tbf") from None
        raise ksft.XFail("cut by tbf, then redirected by a filter below it: "
                         "Documentation/packet-offload.rst")

    def cut_and_redirected(self, stream):
        """Clear text that leaks while the filter is there.

        The filter takes all packets of TCP, so TCP soon stops making large
        sends. Therefore each filter stays for one second only.
        """
        stream.flow()
        self.tc("filter", "add", "dev", "ov0", "parent", "2:", "matchall",
                "action", "mirred", "egress", "redirect", "dev", FAR)
        end = time.monotonic() + 1
        found = []
        while not found and time.monotonic() < end:
            stream.push()
            found += [raw for raw in self.far_frames() if clear_text(raw)]
        self.tc("filter", "del", "dev", "ov0", "parent", "2:")
        return found


def main():
    run_cells(cells(), Detours)


if __name__ == "__main__":
    main()
