#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A packet that a card in packet mode lets in must also satisfy the kernel's
other policies: policies in software, FWD policies and policies of sockets.

ESP is put on the wire in front of b's card. The packet inside reaches a socket,
is forwarded, or moves a counter of /proc/net/xfrm_stat. Each case except
traffic() runs twice: first all states and policies are in software, and then
b's state and the policies with offload=True are on the card. The result must be
the same, unless the case says otherwise.
"""
import select
import socket
import struct

from lib import esp, ksft, module
from lib.algs import ALGS
from lib.bed import (CARD, ETH_P_ALL, MAC, OUTER, UDP_ENCAP,
                     UDP_ENCAP_ESPINUDP, Bed, Sa, Shape, family)
from lib.spd import FULL, socket_policy
from lib.traffic import Traffic

# The reqid of b's state, a reqid that no state has, and the reqid of the state
# that inside() adds
OURS, OTHERS = 1, 77
INSIDE = 2
PORTS = range(7001, 7005)
ENCAP = 7009, 7010              # the ports of two sockets for ESP in UDP
IP_IN_IP = {4: esp.IPIP, 6: esp.IPV6_IN_IP}
ETHERTYPE = {4: esp.ETH_IPV4, 6: esp.ETH_IPV6}
GRE, OPTIONS6 = 47, 60
UDP_GRO = 104
DELIVERED, FORWARDED = "delivered", "forwarded"
BLOCKED, MISMATCH, NONE = ("XfrmInPolBlock", "XfrmInTmplMismatch",
                           "XfrmInNoPols")
SOFTWARE, PACKET = "software", "the card"
# A host behind b, and the device that it is on
BEHIND, STUB = {4: "203.0.113.77", 6: "2001:db8:b::77"}, "stub0"
# No packet is from or for these addresses. If a policy in software names one of
# them, software has a policy, but no packet matches the policy
NOWHERE = {4: "192.0.2.99", 6: "2001:db8::99"}


class End:
    """b with one inbound state, in software or in packet mode."""

    def __init__(self, bed, shape, who, defer, said):
        self.said = said                        # {port: fate in software}
        self.bed, self.shape, self.who = bed, shape, who
        self.fam, self.b = shape.inner, bed.b
        bed.remove()
        pair = bed.install(shape, offload="b" if who == PACKET else "",
                           how="packet")
        defer(bed.remove)
        bed.check_offload_lines(pair)
        self.b.ip("xfrm policy flush")
        self.key, self.inner_key, self.seq = pair.ab.oracle(), None, 0
        self.src, self.dst = (bed.address(side, shape) for side in "ab")
        self.socks = {port: self.socket_at(port, defer) for port in PORTS}
        self.stub = self.b.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        defer(self.stub.close)
        with self.b.entered():
            self.stub.bind((STUB, ETH_P_ALL))

    def socket_at(self, port, defer):
        sock = self.b.socket(family(self.fam), socket.SOCK_DGRAM)
        defer(sock.close)
        sock.bind((self.dst, port))
        return sock

    # ---- policies

    def template(self, reqid, mode=None):
        mode = mode or self.shape.mode
        ends = ""
        if mode == "tunnel":
            ends = f"src {OUTER['a'][self.fam]} dst {OUTER['b'][self.fam]} "
        return f"tmpl {ends}proto esp reqid {reqid} mode {mode}"

    def policy(self, *templates, port=None, priority=100, direction="in",
               offload=False, block=False, dst=None, proto="udp",
               verb="add"):
        full = FULL[self.fam]
        words = [f"xfrm policy {verb} src {self.src}/{full}",
                 f"dst {dst or self.dst}/{full}",
                 f"proto {proto}" if proto else "",
                 f"dport {port}" if port else "", f"dir {direction}",
                 "action block" if block else "", f"priority {priority}"]
        if offload and self.who == PACKET:
            words.append(f"offload packet dev {CARD['b']}")
        words += [one if isinstance(one, str) else self.template(one)
                  for one in templates]
        self.b.ip(" ".join(word for word in words if word))

    # ---- packets

    def inside(self):
        """Add a state for ESP in the tunnel: transport mode, in software."""
        shape = Shape.named(f"ipv{self.fam}-transport")
        sa = Sa(shape, "a", next(self.bed.spi), ALGS["aes128-gcm"], 128, False)
        sa.src, sa.dst = self.src, self.dst
        line = sa.line("b", False)
        ksft.check("reqid 1 " in line, line)
        self.b.ip(line.replace("reqid 1 ", f"reqid {INSIDE} "))
        self.inner_key = sa.oracle()

    def frame(self, port, dst, proto):
        """A frame of ESP, from a, that carries UDP to the port.

        If proto is ESP, the frame carries bytes that look like ESP instead. If
        inside() has added a state, the UDP is in ESP of this state.
        """
        dst = dst or self.dst
        data = esp.udp(self.src, dst, port, port, bytes(64))
        if proto == esp.ESP:
            data = bytes(range(1, 65))
        elif self.inner_key:
            data = self.inner_key.seal(self.seq, proto, data)
            proto = esp.ESP
        return self.sealed(dst, proto, data)

    def sealed(self, dst, proto, data):
        """A frame of ESP, from a, with the number self.seq."""
        if self.shape.mode == "tunnel":
            data = esp.ip(self.src, dst, proto, data)
            proto = IP_IN_IP[self.fam]
        packet = self.key.seal(self.seq, proto, data)
        proto = esp.ESP
        if self.shape.encap:
            proto, packet = esp.UDP, esp.udp_encap(packet)
        return self.bed.frame_to("b", proto, packet, self.shape)

    def fate(self, port, dst=None, proto=esp.UDP):
        """Inject a packet; return DELIVERED, FORWARDED, or the names of the
        counters of /proc/net/xfrm_stat that moved.
        """
        self.seq += 1
        before = self.b.xfrm_stat()
        self.bed.inject("b", self.frame(port, dst, proto))

        def outcome():
            moved = [name for name, value in self.b.xfrm_stat().items()
                     if value != before[name]]
            if moved:
                return " ".join(moved)
            if select.select([self.socks[port]], [], [], 0)[0]:
                self.socks[port].recv(100)
                return DELIVERED
            while select.select([self.stub], [], [], 0)[0]:
                data, (_, ethertype, *_) = self.stub.recvfrom(2048)
                if self.is_forwarded(data, ethertype):
                    return FORWARDED
            return None

        return ksft.wait_for(f"a packet's fate, {self.who}", outcome)

    def is_forwarded(self, data, ethertype):
        if ethertype not in (esp.ETH_IPV4, esp.ETH_IPV6):
            return False
        at = 12 if self.fam == 4 else 8
        src = esp.packed(self.src)
        return data[at:at + len(src)] == src

    def expect(self, *rows):
        """Check the fate of a packet to each port; rows: (port, fate), ..."""
        for port, fate in rows:
            ksft.equal(self.fate(port), fate, f"{self.who}, port {port}")

    def expect_same(self, port):
        """Kernels may differ here, but card and software must agree."""
        fate = self.fate(port)
        ksft.equal(fate, self.said.setdefault(port, fate),
                   f"{self.who}, port {port}")


# ---- cases: case(end, defer) is called for software and for the card

def beside(end, defer):
    """The policies on the card and in software are for different packets."""
    end.policy(OURS, port=7001, offload=True)
    end.policy(port=7002, block=True)
    end.policy(OTHERS, port=7003)
    end.expect((7001, DELIVERED), (7002, BLOCKED), (7003, MISMATCH),
               (7004, DELIVERED if end.shape.mode == "transport" else NONE))


def beside_forwarding(end, defer):
    """As beside(), on a machine that forwards."""
    forwards(end, defer)
    beside(end, defer)


def only_software(end, defer):
    """The state is on the card, and all policies are in software."""
    end.policy(OURS, port=7001)
    end.policy(port=7002)
    end.expect((7001, DELIVERED),
               (7002, MISMATCH if end.shape.mode == "tunnel" else DELIVERED))


def better_block(end, defer):
    """A policy in software, which has the better priority, blocks some packets
    that the card accepts.
    """
    end.policy(OURS, offload=True)
    end.policy(port=7002, block=True, priority=1)
    end.policy(OTHERS, port=7003, priority=1)
    end.expect((7001, DELIVERED), (7002, BLOCKED), (7003, MISMATCH),
               (7004, DELIVERED))


def better_block_before(end, defer):
    """As better_block(), but the card's policy is the newer one."""
    end.policy(port=7002, block=True, priority=1)
    end.policy(OURS, offload=True)
    end.expect((7001, DELIVERED))
    fate = end.fate(7002)
    end.policy(port=7002, block=True, priority=1, verb="update")
    ksft.equal(end.fate(7002), BLOCKED, f"{end.who}, updated")
    if end.who == PACKET and fate == DELIVERED:
        raise ksft.XFail("the core asks an offloaded policy before older ones "
                         "in software, whatever their priority: "
                         "xfrm_policy_insert_list()")
    ksft.equal(fate, BLOCKED, f"{end.who}, port 7002")


def default_block(end, defer):
    """A packet has no policy, and the kernel's default is to block."""
    end.policy(OURS, port=7001, offload=True)
    end.b.ip("xfrm policy setdefault in block")
    defer(end.b.ip, "xfrm policy setdefault in accept")
    end.expect((7001, DELIVERED), (7002, NONE))


def overlapping(end, defer):
    """Policies overlap: the better priority wins, whichever policy the kernel
    got first.
    """
    narrow, wide = (lambda: end.policy(OURS, port=7001, priority=10,
                                       offload=True),
                    lambda: end.policy(OTHERS, offload=True))
    wide_block = lambda: end.policy(block=True, offload=True)
    for order, other in (((narrow, wide), MISMATCH),
                         ((wide, narrow), MISMATCH),
                         ((narrow, wide_block), BLOCKED),
                         ((wide_block, narrow), BLOCKED)):
        end.b.ip("xfrm policy flush")
        for policy in order:
            policy()
        end.expect((7001, DELIVERED), (7002, other))


def overlapping_beside(end, defer):
    """As overlapping(), but software has a policy, too, for other packets.

    Because of this policy the kernel checks each packet again after the card.
    Of the card's policies that match, the kernel takes the newest. The packet
    must pass both checks, so the fate of port 7001 depends on the order.
    """
    first = DELIVERED if end.who == SOFTWARE else MISMATCH
    end.policy(block=True, dst=NOWHERE[end.fam])
    end.policy(OURS, port=7001, priority=10, offload=True)
    end.policy(OTHERS, offload=True)
    end.expect((7001, first), (7002, MISMATCH))
    end.b.ip("xfrm policy flush")
    end.policy(block=True, dst=NOWHERE[end.fam])
    end.policy(OTHERS, offload=True)
    end.policy(OURS, port=7001, priority=10, offload=True)
    end.expect((7001, DELIVERED), (7002, MISMATCH))


def by_socket(end, defer):
    """A socket has an inbound policy of its own, beside the card's policy.

    The card lets the packets of a state share a sec_path. The core's check for
    port 7001 writes into this sec_path. So each other port gets one packet
    before this check and one after it.
    """
    end.policy(OURS, offload=True)
    mode = end.shape.mode
    ends = (OUTER["a"][end.fam], OUTER["b"][end.fam], mode == "tunnel")
    socket_policy(end.socks[7001], end.fam, "in", (*ends, OURS))
    socket_policy(end.socks[7002], end.fam, "in", (*ends, OTHERS))
    socket_policy(end.socks[7003], end.fam, "in")
    end.expect(*2 * ((7004, DELIVERED), (7002, MISMATCH),
                     (7003, MISMATCH if mode == "tunnel" else DELIVERED),
                     (7001, DELIVERED)))


def forwards(end, defer):
    for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
        end.b.sysctl(name, 1)
        defer(end.b.sysctl, name, 0)


def forwarded(end, defer):
    """A packet for a host behind b must satisfy the card's policy, and a FWD
    policy, too.
    """
    forwards(end, defer)
    behind = BEHIND[end.fam]
    end.policy(OURS, offload=True, dst=behind)
    end.policy(OURS, direction="fwd", port=7001, dst=behind)
    end.policy(direction="fwd", port=7002, dst=behind, block=True)
    end.policy(OTHERS, direction="fwd", port=7003, dst=behind)
    for port, fate in ((7001, FORWARDED), (7002, BLOCKED), (7003, MISMATCH),
                       (7004, NONE)):
        ksft.equal(end.fate(port, behind), fate, f"{end.who}, port {port}")


def forwarded_only(end, defer):
    """As forwarded(), without any inbound policy."""
    forwards(end, defer)
    behind = BEHIND[end.fam]
    ksft.equal(end.fate(7001, behind), NONE, f"{end.who}, no policy")
    end.policy(OURS, direction="fwd", port=7001, dst=behind)
    ksft.equal(end.fate(7001, behind), FORWARDED, end.who)


def hiding(end):
    """[(what, protocol, bytes), ...]: packets that hide an ESP header. Its
    number is far ahead of the window of b's state, and nobody has sealed it.
    The first packets are UDP, one for each port of ENCAP.
    """
    bogus = struct.pack("!II", 0x4321, 0xff0000) + bytes(8) + 24 * b"\1\1\1\4"
    inside = esp.ip(end.src, end.dst, esp.ESP, bogus)
    made = [("UDP", esp.UDP, esp.udp(end.src, end.dst, port, port, bogus))
            for port in ENCAP]
    made += [("IP in IP", IP_IN_IP[end.fam], inside),
             ("GRE", GRE, struct.pack("!HH", 0, ETHERTYPE[end.fam]) + inside)]
    if end.fam == 6:
        options = struct.pack("!BBBB", esp.ESP, 0, 1, 4) + bytes(4)
        fragment = struct.pack("!BBHI", OPTIONS6, 0, 0, 1)
        made.append(("a fragment", esp.FRAGMENT6, fragment + options + bogus))
    return made


def slip(end, what, proto, data):
    """Inject a packet that hides an ESP header. After it, a good packet still
    comes in.
    """
    end.seq += 1
    end.bed.inject("b", end.sealed(end.dst, proto, data))
    end.seq += 1
    end.bed.inject("b", end.frame(7001, None, esp.UDP))
    ksft.wait_for(f"a packet after ESP in {what}, {end.who}",
                  lambda: select.select([end.socks[7001]], [], [], 0)[0])
    end.socks[7001].recv(100)


def hidden_esp(end, defer):
    """The packets inside ESP hide an ESP header, which GRO or the core may find.
    The core must not take it for the header that the card has verified. If it
    did, the window of b's state would move, and no later packet would come in.

    There are two sockets for ESP in UDP. The first one uses GRO. The second one
    has a policy of its own, like the socket of an IKE daemon. When each socket
    asks for ESP, the queue has just seen its flow.
    """
    end.policy(OURS, offload=True, proto=None)
    if end.shape.encap:
        # In transport mode the ESP packet itself has these addresses, too
        end.policy(port=esp.ENCAP_PORT, priority=1, offload=True)
    gro(end, defer, True)
    # Frames that are alone in their polls go through GRO, too
    defer(end.b.defer_polls, CARD["b"], 0, 0)
    end.b.defer_polls(CARD["b"], 0, 1e-4)
    for port in ENCAP:
        end.socks[port] = end.socket_at(port, defer)
    socket_policy(end.socks[ENCAP[1]], end.fam, "in")
    end.expect((7001, DELIVERED))
    packets = hiding(end)
    before = end.b.xfrm_stat()["XfrmInStateMismatch"]
    end.expect((ENCAP[0], DELIVERED))
    for name, value in (UDP_ENCAP, UDP_ENCAP_ESPINUDP), (UDP_GRO, 1):
        end.socks[ENCAP[0]].setsockopt(socket.IPPROTO_UDP, name, value)
    slip(end, *packets[0])
    # The core has not taken the ESP in UDP for ESP of the state
    ksft.equal(end.b.xfrm_stat()["XfrmInStateMismatch"], before,
               f"XfrmInStateMismatch, {end.who}")
    if end.shape.mode == "transport":
        end.expect((ENCAP[1], DELIVERED))
        end.socks[ENCAP[1]].setsockopt(socket.IPPROTO_UDP, UDP_ENCAP,
                                       UDP_ENCAP_ESPINUDP)
    for packet in packets[1:] + packets[:1]:
        slip(end, *packet)
    ksft.check(end.shape.mode == "transport" or
               end.b.xfrm_stat()["XfrmInStateMismatch"] == before,
               f"XfrmInStateMismatch, {end.who}")


def merged(end, defer):
    """The card gives datagrams to GRO, if their socket wants GRO."""
    count, size = 20, 64
    end.policy(OURS, offload=True, proto=None)
    gro(end, defer, True)
    # GRO holds datagrams for this time
    defer(end.b.defer_polls, CARD["b"], 0, 0)
    end.b.defer_polls(CARD["b"], 0, 0.05)
    sock = end.socks[7001]
    sock.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    sock.settimeout(ksft.patience(10))
    for _ in range(count):
        end.seq += 1
        end.bed.inject("b", end.frame(7001, None, esp.UDP))
    sizes = []
    while sum(sizes) < count * size:
        sizes.append(len(sock.recv(2 * count * size)))
    ksft.equal(sum(sizes), count * size, "bytes")
    if end.who == PACKET:
        ksft.check(max(sizes) > size, f"the socket got pieces of {sizes}")


def gro(end, defer, on):
    """Switch GRO at b on or off. With GRO the core forgets the tunnel's state
    when ESP is inside the tunnel, also if the tunnel is in software:
    esp4_gro_receive().
    """
    end.bed.ethtool["b"].gro(on)
    defer(end.bed.ethtool["b"].gro, True)


def forwarded_esp(end, defer):
    """The tunnel carries ESP for a host behind b."""
    forwards(end, defer)
    behind = BEHIND[end.fam]
    end.policy(OURS, offload=True, dst=behind)
    gro(end, defer, True)
    ksft.equal(end.fate(7001, behind, esp.ESP), FORWARDED,
               f"{end.who}, no FWD, GRO")
    gro(end, defer, False)
    ksft.equal(end.fate(7001, behind, esp.ESP), NONE, f"{end.who}, no FWD")
    end.policy(OURS, direction="fwd", dst=behind, proto="esp")
    ksft.equal(end.fate(7001, behind, esp.ESP), FORWARDED, end.who)


def nested(end, defer):
    """The tunnel carries ESP for b itself. The policy of port 7001 names both
    states, and the policy of port 7002 names only the inner state. The policy
    of port 7003 names the inner state and a reqid that no state has.
    """
    end.inside()
    inner = end.template(INSIDE, "transport")
    end.policy(inner, end.template(OURS), port=7001)
    end.policy(inner, port=7002)
    end.policy(inner, end.template(OTHERS), port=7003)
    end.policy(OURS, proto="esp")
    gro(end, defer, False)
    end.expect((7001, DELIVERED), (7003, MISMATCH), (7004, NONE))
    # Whether the packet arrives depends on the kernel: newer kernels remember
    # that the tunnel's policy was checked when the ESP came to b
    end.expect_same(7002)
    gro(end, defer, True)
    end.expect((7001, MISMATCH), (7002, DELIVERED), (7003, MISMATCH),
               (7004, DELIVERED))


# Cases for transport and tunnel mode, and cases for tunnel mode only
BOTH = (beside, beside_forwarding, only_software, better_block,
        better_block_before, default_block, overlapping, overlapping_beside,
        by_socket, hidden_esp)
TUNNEL = (forwarded, forwarded_only, forwarded_esp, nested)


def compared(defer, bed, shape, case):
    said = {}
    for who in (SOFTWARE, PACKET):
        ksft.with_defer(lambda inner: case(End(bed, shape, who, inner, said),
                                           inner))


def traffic(defer, bed, shape):
    """Software has a policy, too, so the kernel checks each packet again after
    the card. UDP, ICMP and TCP pass nevertheless.
    """
    bed.remove()
    pair = bed.install(shape, how="packet")
    defer(bed.remove)
    for ns in (bed.a, bed.b):
        ns.ip(f"xfrm policy add src {NOWHERE[shape.inner]} dir in "
              "action block")
    talk = Traffic(bed, shape)
    defer(talk.close)
    bed.mark()
    for side in "ab":
        talk.udp(side, [1, 100, 1000])
        talk.echo(side, [56])
        talk.tcp(side, 200000, 50000)
    talk.settle(pair)


def add_stub(bed):
    b = bed.b
    b.ip(f"link add {STUB} type dummy", f"link set {STUB} up",
         *(f"route add {address} dev {STUB}" for address in BEHIND.values()),
         *(f"neigh replace {address} lladdr {MAC['a']} dev {STUB} "
           "nud permanent" for address in BEHIND.values()))


def cases():
    made = []
    for name in ("ipv4-transport", "ipv4-tunnel", "ipv6-transport",
                 "ipv6-tunnel"):
        shape = Shape.named(name)
        some = BOTH + (TUNNEL if shape.mode == "tunnel" else ())
        made += [(f"{name} {case.__name__}", compared, shape, case)
                 for case in some]
        made.append((f"{name} traffic", traffic, shape))
        # For IPv4, GRO of older kernels wants IDs that grow
        if shape.inner == 6:
            made.append((f"{name} merged", compared, shape, merged))
    for name in ("ipv4-transport-udp", "ipv4-tunnel-udp"):
        made.append((f"{name} hidden_esp", compared, Shape.named(name),
                     hidden_esp))
    return made


def main():
    some = ksft.chosen(cases())
    module.load()
    bed = Bed()
    add_stub(bed)
    try:
        ksft.run([(name, run, bed, *arguments)
                  for name, run, *arguments in some])
    finally:
        bed.delete()


if __name__ == "__main__":
    main()
