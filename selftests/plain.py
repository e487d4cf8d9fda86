#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Large packets, and packets whose checksum is left to the device, cross a
cable as they cross a veth. The cases "crosses", "forwarded" and "streams" run
over both kinds of device, and the same data must arrive.

 crosses      a packet socket puts frames of each kind on the device
 forwarded    most of these frames go on to a device without TSO and checksums
 streams      TCP sends from memory and from files, which stay as they were
 too_long     segments that are longer than the other end's MTU are dropped
 policies     a policy for one host does not make packets to other hosts small
"""
import errno
import socket
from collections import namedtuple

from lib import esp, ksft, module
from lib.bed import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET
from lib.gso import (ECN, NEEDS_CSUM, TCPV4, TCPV6, UDP, UDP_L4, VNET,
                     large_socket, unsummed)
from lib.netns import Ethtool, Netns, ethtool_stats
from lib.traffic import noise
from lib.writer import Writer, pages

KINDS = "ipsecov2", "veth"

GSO_TYPES = {"IPv4": TCPV4, "IPv6": TCPV6}

MAC = {name: f"02:00:00:00:09:0{n}" for n, name in enumerate(
    ("d0", "d1", "d2", "d3"))}
NET = {"IPv4": "10.9.{}.{}", "IPv6": "fd09:{}::{}"}
PREFIX = {"IPv4": 24, "IPv6": 64}
PORT = 7000

Sent = namedtuple("Sent", "name header frame")


class Chain:
    """src d0 ==== d1 mid d2 ==== d3 dst; mid forwards."""

    def __init__(self, defer, kind):
        self.kind = kind
        self.src, self.mid, self.dst = (Netns(f"{kind}-{label}") for label in
                                        ("src", "mid", "dst"))
        for ns in (self.dst, self.mid, self.src):
            defer(ns.delete)
            ns.sysctl("net.ipv6.conf.default.accept_ra", 0)
        self.pair(self.src, "d0", self.mid, "d1")
        self.pair(self.mid, "d2", self.dst, "d3")
        self.mid.sysctl("net.ipv4.ip_forward", 1)
        self.mid.sysctl("net.ipv6.conf.all.forwarding", 1)
        for fam, form in NET.items():
            for ns, dev, net, number in (
                    (self.src, "d0", 1, 1), (self.mid, "d1", 1, 2),
                    (self.mid, "d2", 2, 2), (self.dst, "d3", 2, 1)):
                nodad = " nodad" if fam == "IPv6" else ""
                ns.ip(f"addr add {form.format(net, number)}/{PREFIX[fam]} "
                      f"dev {dev}{nodad}")
            for ns, dev, net, peer in (
                    (self.src, "d0", 1, "d1"), (self.mid, "d2", 2, "d3"),
                    (self.dst, "d3", 2, "d2"), (self.mid, "d1", 1, "d0")):
                number = 2 if ns in (self.src, self.dst) else 1
                ns.ip(f"neigh replace {form.format(net, number)} lladdr "
                      f"{MAC[peer]} dev {dev} nud permanent")
            self.src.ip(f"route add {form.format(2, 0)}/{PREFIX[fam]} via "
                        f"{form.format(1, 2)}")
            self.dst.ip(f"route add {form.format(1, 0)}/{PREFIX[fam]} via "
                        f"{form.format(2, 2)}")

    def pair(self, ns, dev, other, peer):
        if self.kind == "veth":
            error = ns.ip_error(
                f"link add {dev} address {MAC[dev]} type veth peer name "
                f"{peer} address {MAC[peer]} netns {other.name}")
            if error:
                raise ksft.Skip(f"no veth: {error}")
        else:
            ns.ip(f"link add {dev} address {MAC[dev]} type {self.kind}",
                  f"link add {peer} address {MAC[peer]} link {dev} "
                  f"type {self.kind}",
                  f"link set {peer} netns {other.name}")
        # With GRO, segments might be merged again before the test sees them
        Ethtool(other, peer).gro(False)
        ns.ip(f"link set {dev} up")
        other.ip(f"link set {peer} up")

    def injector(self):
        return large_socket(self.src, "d0", 0)


class Tap:
    """Frames with their struct virtio_net_hdr, as they come in."""

    def __init__(self, ns, dev):
        self.sock = large_socket(ns, dev, ETH_P_ALL)
        self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.sock.setblocking(False)
        self.seen = []

    def frames(self):
        """[(header, frame), ...] of TCP and UDP, since the Tap was made."""
        while True:
            try:
                raw = self.sock.recv(1 << 17)
            except BlockingIOError:
                return self.seen
            flags, *header = VNET.unpack_from(raw)
            # One flag says that a sum is missing, and one flag says that a sum
            # is good. A veth carries both flags, and a cable carries only the
            # first one. So only the first flag is compared
            header = (flags & NEEDS_CSUM, *header)
            frame = raw[VNET.size:]
            if esp.Frame(frame).proto in (esp.TCP, esp.UDP):
                self.seen.append((header, frame))


def frame(name, fam, proto, net, length, sport, to="d1", **change):
    """A frame from src with a struct virtio_net_hdr, which leaves the sum to
    the device. The packet goes to mid if net is 1, and to dst if net is 2.
    change replaces fields of the struct. With flags=0, the sum is not left to
    the device.
    """
    src, dst = NET[fam].format(1, 1), NET[fam].format(net, 1 if net == 2 else 2)
    data, fields = unsummed(src, dst, proto, noise(length), sport, PORT)
    raw = esp.ipv4(src, dst, proto, data, frag=0x4000) if fam == "IPv4" else \
        esp.ipv6(src, dst, proto, data)
    return Sent(name, VNET.pack(*(fields | change).values()),
                esp.ethernet(MAC[to], MAC["d0"], raw))


def good_frames(net):
    made = []

    def add(name, fam, proto, length, **change):
        made.append(frame(name, fam, proto, net, length, 8000 + len(made),
                          **change))

    for fam, kind in GSO_TYPES.items():
        add(f"TCP over {fam}, large", fam, esp.TCP, 30000, type=kind, size=1400)
        add(f"TCP over {fam}, largest", fam, esp.TCP, 65000, type=kind,
            size=1400)
        add(f"TCP over {fam}, CWR", fam, esp.TCP, 5000, type=kind | ECN,
            size=1000)
        add(f"TCP over {fam}, small segments", fam, esp.TCP, 9001, type=kind,
            size=100)
        add(f"TCP over {fam}, no sum", fam, esp.TCP, 900)
        add(f"UDP over {fam}, large", fam, esp.UDP, 20000, type=UDP_L4,
            size=1300)
        add(f"UDP over {fam}, no sum", fam, esp.UDP, 1200)
    return made


def odd_frames():
    """Frames that a packet socket can ask for, though they make no sense."""
    made = []

    def add(name, fam, proto, length, **change):
        made.append(frame(name, fam, proto, 1, length, 8100 + len(made),
                          **change))

    add("a segment longer than the packet", "IPv4", esp.TCP, 500, type=TCPV4,
        size=1400)
    add("large without a size", "IPv4", esp.TCP, 5000, type=TCPV4)
    add("segments of one byte", "IPv4", esp.TCP, 600, type=TCPV4, size=1)
    add("a header of no length", "IPv4", esp.TCP, 5000, type=TCPV4, size=1000,
        hdr_len=0)
    add("a header as long as the frame", "IPv6", esp.TCP, 5000, type=TCPV6,
        size=1000, hdr_len=5074)
    add("no sum and large", "IPv4", esp.TCP, 5000, type=TCPV4, size=1000,
        flags=0)
    add("UDP that says TCP", "IPv4", esp.UDP, 5000, type=TCPV4, size=1000)
    add("TCP that says UDP", "IPv4", esp.TCP, 5000, type=UDP_L4, size=1000)
    add("IPv6 that says IPv4", "IPv6", esp.TCP, 5000, type=TCPV4, size=1000)
    add("UDP fragments", "IPv4", esp.UDP, 5000, type=UDP, size=1000)
    add("the sum at the end", "IPv4", esp.UDP, 1000, start=1040, offset=0)
    add("the sum behind the end", "IPv4", esp.UDP, 1000, start=1041, offset=6)
    add("the sum in the data", "IPv4", esp.UDP, 1000, start=100, offset=30)
    return made


class Injected:
    """Frames that were put on d0, and what a Tap saw of them."""

    def __init__(self, chain, tap, frames):
        self.tap, self.sent, self.refused = tap, frames, {}
        sock = chain.injector()
        for sent in frames:
            try:
                sock.send(sent.header + sent.frame)
            except OSError as error:
                # If the core drops a frame, only the sender on a veth gets
                # ENOMEM, because a veth has no qdisc. So ENOMEM is not compared
                if error.errno != errno.ENOMEM:
                    self.refused[sent.name] = errno.errorcode[error.errno]

    def arrived(self):
        """{name: errno, or [(header, frame), ...], sorted}"""
        came = self.tap.frames()
        outcome = {}
        for sent in self.sent:
            port = esp.Frame(sent.frame).payload[:2]
            outcome[sent.name] = self.refused.get(sent.name) or sorted(
                item for item in came if esp.Frame(item[1]).payload[:2] == port)
        return outcome


def outcomes(defer, frames, look, prepare=None):
    """Send frames over a card and over a veth. Both outcomes must be the same;
    return the card's.
    """
    both = []
    for kind in KINDS:
        chain = Chain(defer, kind)
        if prepare:
            prepare(chain)
        both.append(Injected(chain, look(chain), frames))
    card, veth = both
    try:
        ksft.wait_for("the same frames over card and veth", lambda:
                      card.arrived() == veth.arrived() and
                      any(veth.arrived().values()))
    except ksft.Fail:
        expected = veth.arrived()
        for name, came in card.arrived().items():
            ksft.equal(brief(came), brief(expected[name]), name)
            ksft.equal(came, expected[name], f"{name}, its bytes")
        raise
    return card.arrived()


def brief(came):
    return came if isinstance(came, str) else [
        (header, len(raw)) for header, raw in came]


def crosses(defer):
    frames = good_frames(1)
    card = outcomes(defer, frames + odd_frames(),
                    lambda chain: Tap(chain.mid, "d1"))
    for sent in frames:
        ksft.equal(len(card[sent.name]), 1, f"frames of {sent.name}")
        header, raw = card[sent.name][0]
        ksft.check(raw == sent.frame, f"{sent.name}: the bytes have changed")
        flags, kind, _, size, start, offset = VNET.unpack(sent.header)
        ksft.equal((header[0], header[1], *header[3:]),
                   (flags, kind, size, start, offset),
                   f"{sent.name}: header of virtio")


def forwarded(defer):
    """mid makes the segments and the checksums when it forwards."""
    frames = [sent for sent in good_frames(2) if "small" not in sent.name]
    card = outcomes(
        defer, frames, lambda chain: Tap(chain.dst, "d3"),
        lambda chain: Ethtool(chain.mid, "d2").tx_sums(False))
    for sent in frames:
        whole = esp.Frame(sent.frame)
        head = 20 if whole.proto == esp.TCP else 8
        data = whole.payload[head:]
        size = VNET.unpack(sent.header)[3] or len(data)
        ksft.equal(sorted(esp.Frame(raw).payload[head:]
                          for _, raw in card[sent.name]),
                   sorted(data[at:at + size]
                          for at in range(0, len(data), size)),
                   f"{sent.name}: the data")
        for header, raw in card[sent.name]:
            ksft.equal(header[1], 0, f"{sent.name}: type of GSO")
            ksft.check(sum_is_right(raw), f"{sent.name}: a wrong sum")


def sum_is_right(raw):
    got = esp.Frame(raw)
    ends = (raw[26:30], raw[30:34]) if raw[12] == 8 else (raw[22:38],
                                                         raw[38:54])
    return esp.transport_sum(*ends, got.proto, got.payload) == 0


def connect(chain, fam, ns, address):
    family = socket.AF_INET if fam == "IPv4" else socket.AF_INET6
    listener = ns.socket(family, socket.SOCK_STREAM)
    # An earlier connection to this port may be in TIME_WAIT at this end
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, PORT))
    listener.listen()
    near = chain.src.socket(family, socket.SOCK_STREAM)
    near.settimeout(ksft.patience(15))
    near.connect((address, PORT))
    far, _ = listener.accept()
    far.settimeout(ksft.patience(15))
    listener.close()
    near.setblocking(True)
    return near, far


def stream(near, far, data):
    """Send in pieces that the receiver has room for."""
    memory = pages(data)
    writer = Writer(memory)
    got = bytearray()
    sent = 0
    while sent < len(data):
        sent += writer.send(near, memoryview(memory)[sent:])
        while len(got) < sent:
            got += far.recv(1 << 17)
    ksft.check(got == data, "the stream is not what was sent")
    writer.close()


def is_large(came):
    return [header for header, raw in came if header[1] and len(raw) > 1514]


def streams(defer):
    for fam, form in NET.items():
        for kind in KINDS:
            chain = Chain(defer, kind)
            tap = Tap(chain.dst, "d3")
            near, far = connect(chain, fam, chain.dst, form.format(2, 1))
            stream(near, far, noise(600000))
            ksft.check(is_large(tap.frames()),
                       f"{kind}: no large packet of {fam} arrives")
            near.close()
            far.close()


def too_long(defer):
    """A card drops segments that are too long for the other end. A veth passes
    them.
    """
    chain = Chain(defer, "ipsecov2")
    chain.mid.ip("link set d1 mtu 1300")
    tap = Tap(chain.mid, "d1")
    frames = [frame(f"{length} bytes", "IPv4", esp.TCP, 1, 5000, 8200 + length,
                    type=TCPV4, size=length) for length in (1260, 1261)]
    injected = Injected(chain, tap, frames)
    ksft.wait_for("wire_tx_drop_too_long", lambda: ethtool_stats(
        chain.src, "d0")["wire_tx_drop_too_long"] == 1)
    ksft.wait_for("the packet that fits", lambda: injected.arrived()[
        frames[0].name])
    ksft.equal(injected.arrived()[frames[1].name], [],
               "large packets whose segments do not fit")


def policies(defer):
    """A policy protects packets to one host. Packets to another host stay large
    and clear.
    """
    chain = Chain(defer, "ipsecov2")
    policy = "xfrm policy {} src 10.9.1.1 dst 10.9.1.99 dir out"
    chain.src.ip(policy.format("add") + " tmpl proto esp reqid 1 mode "
                 "transport offload packet dev d0")
    data = noise(200000)
    for gone in (False, True):
        if gone:
            chain.src.ip(policy.format("delete"))
        tap = Tap(chain.mid, "d1")
        near, far = connect(chain, "IPv4", chain.mid, "10.9.1.2")
        stream(near, far, data)
        near.close()
        far.close()
        ksft.check(is_large(tap.frames()),
                   f"no packet is large, policy deleted: {gone}")


CASES = crosses, forwarded, streams, too_long, policies


def main():
    some = ksft.chosen(CASES)
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
