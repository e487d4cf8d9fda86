#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A tunnel's packets take the same way in packet offload as in software.

Software and the card send the same packets, under the same rules and routes.
The neighbours of a are b and two gateways. No host has the gateways' addresses,
but the destination MAC of an ESP packet tells which way the packet took.
"""
import os
import socket
from collections import namedtuple

from lib import ksft
from lib.bed import INNER, MAC, OUTER, Bed, Shape, family
from lib.cases import run_cells
from lib.tunnels import NET, Tunnels

PORT = 7500
TABLE, VRF_TABLE = 100, 101
IP_TOS, IPV6_TCLASS = 1, 67
GATES = {4: ("192.0.2.101", "192.0.2.102"),
         6: ("2001:db8::101", "2001:db8::102")}
GATE_MAC = ("02:00:00:00:0c:01", "02:00:00:00:0c:02")
NAMES = {**{mac: f"gate {n}" for n, mac in enumerate(GATE_MAC, 1)},
         MAC["b"]: "direct"}

# tos, mark and device are what the socket sets. uid is the user that makes the
# socket. omark is the state's output mark
Flow = namedtuple("Flow", "tos uid mark device omark",
                  defaults=(0, 0, 0, "", ""))

# shape, rule, flow, way. The rules see the ESP packet, which the kernel sends
# as user 0, even if another user made the socket
RULES = (
    ("ipv4-tunnel", "ipproto esp", Flow(), "gate 1"),
    ("ipv6-tunnel", "ipproto esp", Flow(), "gate 1"),
    ("ipv4-tunnel", "ipproto udp", Flow(), "direct"),
    ("ipv6-tunnel", "ipproto udp", Flow(), "direct"),
    ("ipv4-tunnel-udp", "ipproto udp", Flow(), "gate 1"),
    ("ipv4-tunnel-udp", "ipproto esp", Flow(), "direct"),
    ("ipv4-tunnel-udp", "sport 4500", Flow(), "gate 1"),
    ("ipv4-tunnel-udp", "dport 4500", Flow(), "gate 1"),
    ("ipv4-tunnel-udp", f"dport {PORT}", Flow(), "direct"),
    ("ipv4-tunnel", "tos 0x10", Flow(tos=0x10), "gate 1"),
    ("ipv4-tunnel", "tos 0x10", Flow(tos=0x11), "gate 1"),
    ("ipv4-tunnel", "dscp 46", Flow(tos=0xb8), "gate 1"),
    ("ipv6-tunnel", "dscp 46", Flow(tos=0xb8), "direct"),
    ("ipv4-tunnel", "tos 0x10", Flow(), "direct"),
    ("ipv4-tunnel", "tos 0x08", Flow(tos=0x10), "direct"),
    ("ipv6-tunnel", "tos 0x10", Flow(tos=0x10), "direct"),
    ("ipv4-tunnel", "uidrange 0-0", Flow(uid=1000), "gate 1"),
    ("ipv6-tunnel", "uidrange 0-0", Flow(uid=1000), "gate 1"),
    ("ipv4-tunnel", "uidrange 1000-1000", Flow(uid=1000), "direct"),
    ("ipv6-tunnel", "uidrange 1000-1000", Flow(uid=1000), "direct"),
    ("ipv4-tunnel", "fwmark 5", Flow(mark=5), "direct"),
    ("ipv6-tunnel", "fwmark 5", Flow(mark=5), "direct"),
    ("ipv4-tunnel", "fwmark 5", Flow(omark="5"), "gate 1"),
    ("ipv6-tunnel", "fwmark 5", Flow(omark="5"), "gate 1"),
    ("ipv4-tunnel", "fwmark 7", Flow(mark=2, omark="5 mask 5"), "gate 1"),
    ("ipv4-tunnel", "oif ov0", Flow(device="ov0"), "direct"),
    ("ipv6-tunnel", "oif ov0", Flow(device="ov0"), "direct"),
)


def cells():
    made = []
    for shape, rule, flow, way in RULES:
        words = " ".join(f"{name}={value}" for name, value in
                         flow._asdict().items() if value)
        made.append((" ".join(f"{shape} {rule} {words}".split()),
                     Routes.by_rule, shape, rule, flow, way))
    for shape, policy in (("ipv4-tunnel", 0), ("ipv6-tunnel", 0),
                          ("ipv4-tunnel-udp", 1)):
        made.append((f"{shape} multipath hash policy {policy}",
                     Routes.by_multipath, shape, policy))
    made += [(f"{shape} vrf", Routes.by_vrf, shape)
             for shape in ("ipv4-tunnel", "ipv6-tunnel")]
    return made


def neighbours(fam):
    return [f"neigh replace {gate} lladdr {mac} dev ov0 nud permanent"
            for gate, mac in zip(GATES[fam], GATE_MAC)]


def way_of(frame):
    return NAMES[frame.raw[:6].hex(":")]


class Routes:
    def __init__(self):
        self.make()

    def make(self):
        self.bed = Bed()
        for fam in (4, 6):
            self.bed.a.ip(*neighbours(fam))

    def cell(self, case, *args):
        ksft.with_defer(lambda defer: case(self, defer, *args))

    def rule(self, fam, verb, rule):
        self.bed.a.command("ip", f"-{fam}", "rule", verb, *rule.split(),
                           "table", str(TABLE), "pref", "100")

    def send(self, shape, flow, target):
        bed, fam = self.bed, family(shape.inner)
        with bed.a.entered():
            os.seteuid(flow.uid)
            try:
                sock = socket.socket(fam, socket.SOCK_DGRAM)
            finally:
                os.seteuid(0)
        with sock:
            if flow.device:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                                flow.device.encode())
            if flow.mark:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, flow.mark)
            sock.setsockopt(*((socket.IPPROTO_IP, IP_TOS) if shape.inner == 4
                              else (socket.IPPROTO_IPV6, IPV6_TCLASS)),
                            flow.tos)
            sock.bind((INNER["a"][shape.inner], PORT))
            sock.sendto(bytes(100), (target, PORT))

    def esp_frames(self, number):
        def frames():
            got = [frame for side, frame in self.bed.captured()
                   if side == "a" and frame.is_esp]
            return len(got) >= number and got

        return ksft.wait_for(f"{number} ESP packets on the wire, drops: "
                             f"{self.bed.moved('a')}", frames)

    def way(self, shape, flow, offload):
        """Which way a packet takes from a to b."""
        bed = self.bed
        omark = f"output-mark {flow.omark}" if flow.omark else ""
        pair = bed.install(shape, offload=offload, how="packet",
                           extra=(omark, ""))
        bed.check_offload_lines(pair)
        bed.mark()
        self.send(shape, flow, bed.address("b", shape))
        frame, = self.esp_frames(1)
        pair.ab.oracle().accept(frame.esp)
        ksft.equal(bed.delta("a")["ipsec_tx_pkts"], 1 if offload else 0,
                   "sent by the card")
        return way_of(frame)

    def ways(self, shape, flow, way):
        ksft.equal(self.way(shape, flow, ""), way, "way of software")
        ksft.equal(self.way(shape, flow, "a"), way, "way of the card")

    # ---- cells

    def by_rule(self, defer, shape, rule, flow, way):
        shape, a = Shape.named(shape), self.bed.a
        fam = shape.outer
        detour = (f"route add {OUTER['b'][fam]} via {GATES[fam][0]} dev ov0 "
                  f"table {TABLE}")
        a.ip(detour)
        defer(a.ip, detour.replace("add", "del"))
        self.rule(fam, "add", rule)
        defer(self.rule, fam, "del", rule)
        self.ways(shape, flow, way)

    def by_vrf(self, defer, shape):
        """The card uses the routes of its L3 master."""
        shape, bed = Shape.named(shape), self.bed
        fam = shape.outer
        error = bed.a.ip_error(f"link add vrf0 type vrf table {VRF_TABLE}")
        if error:
            raise ksft.Skip(f"no vrf: {error}")
        defer(self.renew)
        defer(bed.a.ip, "link del vrf0")
        plen, full, nodad = {4: (24, 32, ""), 6: (64, 128, "nodad")}[fam]
        inner, own = INNER["a"][fam], OUTER["a"][fam]
        bed.a.ip("link set vrf0 up", "link set ov0 master vrf0",
                 f"addr del {inner}/{full} dev lo",
                 f"addr add {inner}/{full} dev vrf0 {nodad}",
                 f"addr replace {own}/{plen} dev ov0 {nodad}",
                 *neighbours(fam),
                 f"route replace {OUTER['b'][fam]} via {GATES[fam][1]} "
                 f"dev ov0 table {VRF_TABLE}",
                 f"route replace {INNER['b'][fam]} dev ov0 src {inner} "
                 f"table {VRF_TABLE}",
                 f"route add unreachable {OUTER['b'][fam]}")
        self.ways(shape, Flow(device="vrf0"), "gate 2")

    def close(self):
        self.bed.delete()

    def renew(self):
        self.close()
        self.make()

    def by_multipath(self, defer, shape, policy):
        """A tunnel has two next hops, and the card chooses the same hop as
        software.
        """
        shape, bed = Shape.named(shape), self.bed
        fam = shape.outer
        name = f"net.ipv{fam}.fib_multipath_hash_policy"
        bed.a.sysctl(name, policy)
        defer(bed.a.sysctl, name, 0)
        tunnels = Tunnels(bed, defer, fam)
        hops = " ".join(f"nexthop via {gate} dev ov0" for gate in GATES[fam])
        error = bed.a.ip_error(f"route add {NET[fam]} {hops}")
        if error:
            raise ksft.Skip(f"no multipath routes: {error}")
        defer(bed.a.ip, f"route del {NET[fam]}")
        software = self.spread(shape, tunnels, "")
        ksft.equal(set(software), {"gate 1", "gate 2"}, "ways of software")
        ksft.equal(self.spread(shape, tunnels, "packet"), software,
                   "ways of the card")

    def spread(self, shape, tunnels, how):
        """The way of a packet in each of the tunnels."""
        sas = tunnels.install(shape, how)
        for host in tunnels.hosts:
            self.send(shape, Flow(), host)
        way = {frame.spi: way_of(frame)
               for frame in self.esp_frames(len(sas))}
        return [way[sa.spi] for sa in sas]


def main():
    run_cells(cells(), Routes)


if __name__ == "__main__":
    main()
