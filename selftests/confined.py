#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
r"""Packets that a card decrypts stay on this host. If somebody sends ESP again
with another MAC address, a bridge above the card forwards the ESP packet, and
nobody decrypts it on the way.

                       namespace b                       namespace w
                +-------------------------+
    cable === ov3 ------- br1 ------- ov6 ========== ov7: nothing of what ov3
                | SAs, and the addresses  |               has decrypted must
                +-------------------------+               come out here
"""
import contextlib
import select
import socket
import struct

from lib import esp, ksft, module
from lib.bed import (ETH_P_ALL, LINK_KIND, MAC, SOL_PACKET, Bed, Shape, Tap,
                     family)
from lib.esp import ENCAP_PORT
from lib.netns import Ethtool
from lib.sealer import PORT, Sealer

SHAPES = ("ipv4-transport", "ipv6-transport", "ipv4-tunnel", "ipv6-tunnel",
          "ipv4-transport-udp")
PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC = 1, 1
# MAC addresses: own() gives BRIDGE to br1, SECOND is a second address of the
# card, and STATIC is the address of a static entry
BRIDGE, SECOND, STATIC = ("02:00:00:00:0b:01", "02:00:00:00:0b:02",
                          "02:00:00:00:0b:03")
# Source of this program's frames. The frames of a's kernel have another source
SENDER_MAC = "02:00:00:00:0d:00"
SENDER = bytes.fromhex(SENDER_MAC.replace(":", ""))
# {IP version: (address of the group, its MAC address)}
GROUPS = {4: ("239.1.2.3", "01:00:5e:01:02:03"),
          6: ("ff05::1:203", "33:33:00:01:02:03")}
# Every kind of destination except the card's own address
OTHERS = {
    "broadcast": "ff:ff:ff:ff:ff:ff",
    "a group": "01:00:5e:00:00:01",
    "nobody": "02:00:00:00:0e:0e",
    "another host": "02:00:00:00:0c:00",
}


class BridgeBed(Bed):
    """b's card is a port of a bridge. self.leak is a tap that shows the frames
    which leave by the other port.
    """

    def make(self, mtu):
        super().make(mtu)
        self.w.ip(f"link add ov6 type {LINK_KIND}",
                  f"link add ov7 link ov6 type {LINK_KIND}",
                  f"link set ov6 netns {self.b.name}",
                  "link set ov7 promisc on up")
        for name in ("all", "default"):
            self.b.sysctl(f"net.ipv4.conf.{name}.rp_filter", 0)
        self.b.sysctl("net.ipv4.conf.ov3.rp_filter", 0)
        self.b.ip(f"link add br1 address {MAC['b']} type bridge "
                  "mcast_snooping 0", "link set ov6 master br1 up",
                  "link set ov3 master br1", "link set br1 up")
        # Keep other frames off b's cable, because tests count filtered frames
        self.a.ip("link set ov0 down")
        self.leak = Tap(self.w, "ov7")
        self.wait_open()

    def wait_open(self):
        """A port of br1 begins to forward some time after it has carrier."""
        probe = b"\xff" * 6 + b"\x02" + bytes(5) + b"\x88\xb5" + bytes(46)

        def through():
            self.inject("b", probe)
            return probe in self.leak.frames()

        ksft.wait_for("frames to pass b's bridge", through, 30, 0.02)
        # br1 learns where the other host is
        host = bytes.fromhex(OTHERS["another host"].replace(":", ""))
        self.leak.send(b"\xff" * 6 + host + probe[12:])

    def take_out(self):
        """Take the card out of the bridge."""
        self.b.ip("link set ov3 nomaster")

    def put_in(self):
        self.b.ip("link set ov3 master br1")
        self.wait_open()

    def delete(self):
        if getattr(self, "leak", None):
            self.leak.close()
        super().delete()


class Attack:
    """A receiving SA of b, and a socket that gets the datagrams of this SA."""

    def __init__(self, bed, shape, how, gro):
        self.bed = bed
        shape = Shape.named(shape)
        bed.ethtool["b"].gro(gro)
        pair = bed.install(shape, offload="b", how=how)
        bed.check_offload_lines(pair)
        if shape.encap and how == "packet":
            # IKE daemons add a bypass like this. If the card does not decrypt a
            # packet of ESP in UDP, the packet is clear UDP for the policy.
            # Without the bypass the policy would drop the packet
            bed.b.ip("xfrm policy update src 0.0.0.0/0 dst 0.0.0.0/0 "
                     f"proto udp dport {ENCAP_PORT} dir in priority 1 "
                     "offload packet dev ov3")
        self.sa = pair.ab
        self.sealer = Sealer(bed, self.sa)
        # Each payload begins with the serial. The upper 16 bits of the serial
        # show the SA of the payload
        self.sealer.serial = (self.sa.spi & 0xffff) << 16
        self.sock = bed.b.socket(family(shape.inner), socket.SOCK_DGRAM)
        self.sock.bind((self.sealer.address["b"], PORT))
        bed.leak.frames()
        bed.mark()

    def close(self):
        self.sock.close()

    def moved(self, name):
        return self.bed.delta("b")[name]

    def build(self, mac):
        """(frame, its datagram), with the next number of the SA"""
        packet, payload = self.sealer.packet()
        frame = self.sealer.frame(packet, mac)
        return frame[:6] + SENDER + frame[12:], payload

    def send(self, mac):
        frame, payload = self.build(mac)
        self.bed.inject("b", frame)
        return frame, payload

    def expect_received(self, payload, what):
        """The stack also decrypts ESP that was sent to a broadcast address. So
        a late datagram of an earlier case may come first.
        """
        received = b""
        while received[:2] != payload[:2]:
            if not select.select([self.sock], [], [], ksft.patience(10))[0]:
                moved = {k: v for k, v in self.bed.delta("b").items() if v}
                raise ksft.Fail(f"{what} did not arrive; the card: {moved}")
            received = self.sock.recv(65536)
        ksft.equal(received, payload, what)

    def leaked(self, whole=()):
        """Have all frames of @whole come out? Any other frame of this program
        is a failure, and so is any clear text.
        """
        for raw in self.bed.leak.frames():
            if b"payload!" in raw:
                raise ksft.Fail(f"clear text came out: {ksft.show(raw)}")
            if raw[6:12] != SENDER:
                continue
            ksft.check(raw in whole, f"came out changed: {ksft.show(raw)}")
            self.seen.add(raw)
        return self.seen >= set(whole)

    def expect_flooded(self, frames, what):
        self.seen = set()
        ksft.wait_for(f"{what} to come out unchanged",
                      lambda: self.leaked(frames))

    def expect_no_leak(self):
        self.seen = set()
        self.leaked()


def others(attack):
    """Frames to the addresses in OTHERS reach the other port of the bridge as
    ESP, unchanged.
    """
    captured, payload = attack.send(MAC["b"])
    attack.expect_received(payload, "the first datagram")
    attack.expect_no_leak()
    decrypted = attack.moved("ipsec_rx_pkts")
    ksft.equal(decrypted, 1, "frames decrypted by the card")
    for what, mac in OTHERS.items():
        again = bytes.fromhex(mac.replace(":", "")) + captured[6:]
        attack.bed.inject("b", again)
        fresh, _ = attack.send(mac)
        attack.expect_flooded([again, fresh], f"ESP to {what}")
    ksft.equal(attack.moved("ipsec_rx_pkts"), decrypted,
               "frames decrypted by the card")


def own(attack):
    """The bridge above the card first has the card's MAC and then another MAC.
    The card does not know the other MAC, so the stack decrypts frames to this
    MAC.
    """
    bed = attack.bed
    for mac, by_card in ((MAC["b"], 1), (BRIDGE, 0)):
        bed.b.ip(f"link set br1 address {mac}")
        bed.mark()
        _, payload = attack.send(mac)
        attack.expect_received(payload, f"ESP to the bridge's MAC {mac}")
        ksft.equal(attack.moved("ipsec_rx_pkts"), by_card,
                   f"frames to {mac} that the card decrypted")
        _, payload = attack.send(MAC["b"])
        attack.expect_received(payload, "ESP to the card's own MAC")
        ksft.equal(attack.moved("ipsec_rx_pkts"), by_card + 1,
                   "frames that the card decrypted")
    attack.expect_no_leak()
    bed.b.ip(f"link set br1 address {MAC['b']}")


def static(attack):
    """A bridge that is not promiscuous adds its static entries to the filters
    of its ports. The card lets in frames to these addresses, but it does not
    decrypt them, because the addresses are not its own.
    """
    b = attack.bed.b
    ports = "ov3", "ov6"
    error = b.ip_error("link set br1 type bridge vlan_filtering 1")
    if error:
        raise ksft.Skip(f"no VLAN filter of bridges: {error}")

    def learning(word):
        b.ip(*(f"link set {dev} type bridge_slave learning {word} "
               f"flood {word}" for dev in ports))

    learning("off")
    b.command("bridge", "fdb", "add", STATIC, "dev", "ov6", "master",
              "static")
    try:
        shown = b.command("ip", "-d", "link", "show", "dev", "ov3").stdout
        ksft.check("promiscuity 0 " in shown,
                   f"the bridge makes the card promiscuous: {shown}")
        frame, _ = attack.send(STATIC)
        attack.expect_flooded([frame], "ESP to a static entry")
        ksft.equal(attack.moved("ipsec_rx_pkts"), 0,
                   "frames decrypted by the card")
        ksft.equal(attack.moved("wire_rx_filtered"), 0, "frames filtered")
        attack.send(OTHERS["nobody"])
        ksft.wait_for("the card's filter to drop a frame",
                      lambda: attack.moved("wire_rx_filtered") == 1)
        _, payload = attack.send(MAC["b"])
        attack.expect_received(payload, "ESP to the card")
        ksft.equal(attack.moved("ipsec_rx_pkts"), 1,
                   "frames decrypted by the card")
    finally:
        b.command("bridge", "fdb", "del", STATIC, "dev", "ov6", "master",
                  "static")
        learning("on")
        b.ip("link set br1 type bridge vlan_filtering 0")


def below(attack):
    """While the card is below a bridge, it does not decrypt frames to its
    second address.
    """
    bed = attack.bed
    bed.b.command("bridge", "fdb", "add", SECOND, "dev", "ov3", "self",
                  "permanent")
    try:
        frame, _ = attack.send(SECOND)
        attack.expect_flooded([frame], "ESP to a second address")
        ksft.equal(attack.moved("ipsec_rx_pkts"), 0,
                   "frames decrypted by the card")
        bed.take_out()
        attack.send(SECOND)
        ksft.wait_for("the card to decrypt a frame to its second address",
                      lambda: attack.moved("ipsec_rx_pkts") == 1)
        attack.expect_no_leak()
        bed.put_in()
        attack.bed.leak.frames()
        frame, _ = attack.send(SECOND)
        attack.expect_flooded([frame], "ESP to a second address")
        ksft.equal(attack.moved("ipsec_rx_pkts"), 1,
                   "frames decrypted by the card")
    finally:
        bed.b.command("bridge", "fdb", "del", SECOND, "dev", "ov3", "self")


@contextlib.contextmanager
def macvlan(bed, *lines):
    """The card leaves the bridge br1, and is below a macvlan with the address
    SECOND. Then `ip` gets @lines.
    """
    bed.take_out()
    try:
        error = bed.b.ip_error(f"link add mv0 link ov3 address {SECOND} type "
                               "macvlan mode private")
        if error:
            raise ksft.Skip(f"no macvlan: {error}")
        bed.b.ip("link set mv0 up", *lines)
        bed.b.sysctl("net.ipv4.conf.mv0.rp_filter", 0)
        bed.mark()
        yield
    finally:
        bed.b.ip_error("link del mv0")
        bed.put_in()


def second(attack):
    """Without a bridge, the card decrypts frames to its own address and to the
    address of a macvlan.
    """
    bed = attack.bed
    with macvlan(bed):
        for count, mac in ((1, SECOND), (2, MAC["b"])):
            _, payload = attack.send(mac)
            attack.expect_received(payload, f"ESP to {mac}")
            ksft.equal(attack.moved("ipsec_rx_pkts"), count,
                       "frames decrypted by the card")
        bed.b.ip("link del mv0")
        attack.send(SECOND)
        ksft.wait_for("the card's filter to drop a frame",
                      lambda: attack.moved("wire_rx_filtered") == 1)
        ksft.equal(attack.moved("ipsec_rx_pkts"), 2,
                   "frames decrypted by the card")


def above(attack):
    """The card is below a macvlan, and the macvlan joins and leaves a bridge.
    The card decrypts frames to the macvlan's address only while the macvlan is
    not in the bridge.
    """
    bed = attack.bed
    with macvlan(bed, "link set mv0 master br1"):
        attack.send(SECOND)
        attack.send(MAC["b"])
        ksft.wait_for("the card to decrypt a frame to its first address",
                      lambda: attack.moved("ipsec_rx_pkts"))
        ksft.equal(attack.moved("ipsec_rx_pkts"), 1,
                   "frames that the card decrypted below the bridge")
        attack.expect_no_leak()
        bed.b.ip("link set mv0 nomaster")
        attack.send(SECOND)
        ksft.wait_for("the card to decrypt a frame to its second address",
                      lambda: attack.moved("ipsec_rx_pkts") == 2)


def listener(attack):
    """A promiscuous socket sees frames to the addresses in OTHERS as ESP."""
    bed = attack.bed
    bed.take_out()
    try:
        sock = bed.b.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with bed.b.entered():
            sock.bind(("ov3", ETH_P_ALL))
            index = socket.if_nametoindex("ov3")
        sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, struct.pack(
            "=iHH8s", index, PACKET_MR_PROMISC, 0, b""))
        frames = {attack.send(mac)[0] for mac in OTHERS.values()}

        def seen():
            if select.select([sock], [], [], 0)[0]:
                frames.discard(sock.recv(2048))
            return not frames

        ksft.wait_for("the frames to be seen unchanged", seen)
        ksft.equal(attack.moved("ipsec_rx_pkts"), 0,
                   "frames decrypted by the card")
        sock.close()
    finally:
        bed.put_in()


def group(attack):
    """The card decrypts ESP to a group only while there is no bridge above,
    because a bridge floods frames to groups.
    """
    bed = attack.bed
    to, mac = GROUPS[attack.sa.shape.outer]
    # `ip` exits after a line with maddr, so this line gets a call of its own
    bed.b.ip(f"maddr add {mac} dev ov3")
    bed.b.ip(attack.sa.line("b", True).replace(f"dst {attack.sa.dst} ",
                                               f"dst {to} "))

    def build(mac):
        return esp.ip_frame(attack.sa.src, to, esp.ESP,
                            attack.sealer.packet()[0], mac, SENDER_MAC)

    try:
        frame = build(mac)
        bed.inject("b", frame)
        attack.expect_flooded([frame], "ESP to a group")
        ksft.equal(attack.moved("ipsec_rx_pkts"), 0,
                   "frames decrypted by the card")
        bed.take_out()
        for count, ether in ((1, mac), (2, OTHERS["broadcast"])):
            bed.inject("b", build(ether))
            ksft.wait_for(f"the card to decrypt a frame to {ether}",
                          lambda count=count:
                          attack.moved("ipsec_rx_pkts") == count)
    finally:
        bed.b.ip(f"maddr del {mac} dev ov3")
        bed.put_in()


def core(attack):
    """With GRO, the attack can succeed on a device that is not a card."""
    bed = attack.bed
    error = bed.b.ip_error("link add in1 type veth peer name out1 netns "
                           f"{bed.w.name}")
    if error:
        raise ksft.Skip(f"no veth: {error}")
    try:
        # A veth does GRO for frames from a peer without TSO
        Ethtool(bed.b, "in1").gro(True)
        Ethtool(bed.w, "out1").tso(False)
        bed.w.ip("link set out1 up")
        bed.b.ip("link set in1 master br1 up")
        wire = bed.w.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with bed.w.entered():
            wire.bind(("out1", 0))

        def fate():
            wire.send(attack.build(OTHERS["nobody"])[0])
            for raw in bed.leak.frames():
                if raw[6:12] == SENDER:
                    return "clear" if b"payload!" in raw else "ESP"
            return None

        if ksft.wait_for("a frame of the bridge", fate) == "clear":
            raise ksft.XFail("the core unpacks ESP of any host in GRO, and "
                             "bridges flood it: esp4_gro_receive(), "
                             "esp6_gro_receive()")
    finally:
        bed.b.ip("link del in1")


CASES = (others, own, static, below, second, above, listener)


def main():
    cells = [(f"{shape} {how} GRO {'on' if gro else 'off'} {case.__name__}",
              shape, how, gro, case)
             for shape in SHAPES for how in ("crypto", "packet")
             for gro in (True, False) for case in CASES]
    cells += [(f"{shape} core with GRO", shape, "crypto", True, core)
              for shape in SHAPES[:2]]
    cells += [(f"{shape} {how} group", shape, how, True, group)
              for shape in SHAPES[:2] for how in ("crypto", "packet")]
    some = ksft.chosen(cells)
    module.load()
    bed = BridgeBed()

    def run(shape, how, gro, case):
        attack = Attack(bed, shape, how, gro)
        try:
            case(attack)
        finally:
            attack.close()

    try:
        ksft.run([(name, run, *cell) for name, *cell in some],
                 ksft.without_defer)
    finally:
        bed.delete()


if __name__ == "__main__":
    main()
