#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A monitor shows each frame on both sides of the engine, with its records.

The monitor also shows each frame that the module's bridge (kmod/bridge/) drops,
with the counter of the drop. Frames that the monitor shows on the side of the
wire must be the frames that the taps on the wire have seen. A monitor shows a
payload only if the user who made the monitor asked for frames in clear.
"""
import errno
import json
import os
import socket
import struct
import time

from lib import detour, esp, ksft, module, ynl
from lib.bed import (CARD, ETH_P_ALL, MAC, PACKET_IGNORE_OUTGOING, SOL_PACKET,
                     Bed, Shape, delete_shared, shared)
from lib.monitor import (HEADER, KIND, ROUTE, RX_CLEAR, RX_DROP, RX_WIRE,
                         TX_CLEAR, TX_DROP, TX_WIRE, Monitor, new_link)
from lib.netns import Netns
from lib.objects import Ledger
from lib.spd import BLOCK, PROTECT, Card
from lib.traffic import PORT, Traffic
from lib.xfrmnl import ifindex

HOWS = ("crypto", "packet")
SHAPES = ("ipv4-transport", "ipv6-tunnel", "ipv4-transport-udp")
PAYLOAD = b"ov2-in-the-clear" * 20
ETHERNET, ESP_HEADER, UDP_HEADER = 14, 8, 8
LAST_NUMBER = 0xffffffff
IP_HEADER = {4: 20, 6: 40}
PACKET_QDISC_BYPASS = 20
PAIRS = 3                       # namespaces of a card and of its monitor


class Ends:
    """A monitor at each end of the shared bed."""

    def __init__(self, defer, shape, how, clear=False, **options):
        self.bed = shared()
        self.pair = self.bed.install(Shape.named(shape), how=how, **options)
        self.talk = Traffic(self.bed, self.pair.shape)
        defer(self.talk.close)
        self.bed.mark()
        self.sender = self.monitor(defer, "a", clear)
        self.receiver = self.monitor(defer, "b", clear)

    def monitor(self, defer, side, clear):
        monitor = Monitor(self.bed.ns(side), CARD[side], clear)
        defer(monitor.close)
        return monitor

    def datagram(self):
        """Send a datagram from a to b; return its frame on the wire."""
        self.talk.socks["a"].sendto(PAYLOAD, (self.talk.address["b"], PORT))
        ksft.wait_for("a frame on the wire", lambda: self.on_wire("a"))
        return self.on_wire("a")[0]

    def plug(self, defer, word):
        """Hold a's frames in a queue, or release them."""
        tc = "tc", "qdisc"
        where = "dev", CARD["a"], "root"
        if word == "block":
            self.bed.a.command(*tc, "replace", *where, "plug", "limit",
                               "1000000")
            defer(self.bed.a.command, *tc, "del", *where, check=False)
        self.bed.a.command(*tc, "change", *where, "plug", word)

    def on_wire(self, side):
        return [frame for sender, frame in self.bed.captured()
                if sender == side and frame.esp and
                frame.spi == self.pair.ab.spi]


def of(frames, point):
    """Return the only frame of @frames that was shown at @point."""
    found = [frame for frame in frames if frame.point == point]
    ksft.equal(len(found), 1, f"frames at point {point}")
    return found[0]


def check_named(ends, shown, seq=1):
    """Check the SPI, the number and the time that are shown of a frame."""
    ksft.equal((shown.spi, shown.seq), (ends.pair.ab.spi, seq),
               "SPI and number")
    age = time.time_ns() - shown.time
    ksft.check(0 <= age < 60 * 10 ** 9, f"a frame is {age} ns old")


def both_sides(defer, shape, how):
    ends = Ends(defer, shape, how)
    wire = ends.datagram()
    sent, received = ends.sender.shown(2), ends.receiver.shown(2)
    for shown in (*sent, *received):
        check_named(ends, shown)
    before, after = of(sent, TX_CLEAR), of(sent, TX_WIRE)
    arrived, opened = of(received, RX_WIRE), of(received, RX_CLEAR)

    ksft.equal(after.bytes, wire.raw, "the frame as it was sent")
    ksft.equal(arrived.bytes, wire.raw, "the frame as it arrived")
    ksft.equal((before.verdict, after.verdict), ("", "sent"), "verdicts")
    ksft.equal((arrived.verdict, opened.verdict), ("", "success"), "verdicts")
    ksft.equal(before.ifindex, ifindex(ends.bed.a, CARD["a"]), "card")
    ksft.equal(opened.ifindex, ifindex(ends.bed.b, CARD["b"]), "card")

    headers = wire.raw.index(struct.pack("!II", wire.spi, wire.seq)) + \
        ESP_HEADER
    for shown in (before, opened):
        ksft.check(shown.cut, "a clear frame is marked as cut")
        ksft.equal(len(shown.bytes), headers, "bytes of a frame that is cut")
        ksft.check(shown.length > headers + len(PAYLOAD),
                   f"a cut frame is shown with length {shown.length}, which is "
                   "shorter than the whole frame")
    for shown in (after, arrived):
        ksft.equal((shown.cut, shown.length), (False, len(wire.raw)),
                   "a frame of the wire is whole")


def records(defer, how):
    """The slots hold the words that sections 1.2, 1.3, 1.5 and 1.6 of
    Documentation/ipsecov2.rst describe.
    """
    ends = Ends(defer, "ipv4-transport", how)
    ends.datagram()
    sent, received = ends.sender.shown(2), ends.receiver.shown(2)
    pad = -(len(PAYLOAD) + 8 + 2) % 4
    for shown in (of(sent, TX_CLEAR), of(sent, TX_WIRE)):
        ksft.check(shown.handle, "a sent frame names its SA")
        ksft.equal(shown.info, (1 << 3 | 1 << 0, shown.handle, 0, 0,
                                5 << 24 | pad << 8 | esp.UDP), "slots")
    arrived, opened = of(received, RX_WIRE), of(received, RX_CLEAR)
    ksft.equal((arrived.handle, arrived.info), (0, (0,) * 5), "no records yet")
    ksft.check(opened.handle, "a received frame names its SA")
    ksft.equal(opened.info, (0, 2, 0, 0, 1 << 16 | pad << 8 | esp.UDP),
               "slots")


def high_half(defer, how):
    """With ESN the monitor also shows the high half of a number. For a received
    frame the high half is known only after the engine has opened the frame.
    """
    before = 5 << 32 | 6
    ends = Ends(defer, "ipv4-transport", how, esn=True, seq=before)
    ends.datagram()
    sent, received = ends.sender.shown(2), ends.receiver.shown(2)
    for shown in (of(sent, TX_CLEAR), of(sent, TX_WIRE),
                  of(received, RX_CLEAR)):
        check_named(ends, shown, before + 1)
    check_named(ends, of(received, RX_WIRE), (before + 1) & 0xffffffff)


def clear_if_allowed(defer, how):
    """A monitor that may show frames in clear shows them whole."""
    ends = Ends(defer, "ipv4-transport", how, clear=True)
    wire = ends.datagram()
    sent, received = ends.sender.shown(2), ends.receiver.shown(2)
    for shown in (of(sent, TX_CLEAR), of(received, RX_CLEAR)):
        ksft.check(PAYLOAD in shown.bytes, "the payload is readable")
        ksft.equal((shown.cut, len(shown.bytes)), (False, shown.length),
                   "the frame is whole")
    for shown in (of(sent, TX_WIRE), of(received, RX_WIRE)):
        ksft.equal(shown.bytes, wire.raw, "the frame of the wire")


def wrong_icv(defer):
    ends = Ends(defer, "ipv4-transport", "crypto")
    wire = ends.datagram()
    ends.receiver.shown(2)
    ends.bed.inject("b", wire.raw[:-1] + bytes([wire.raw[-1] ^ 1]))
    arrived, opened = ends.receiver.shown(4)[2:]
    ksft.equal((arrived.point, opened.point), (RX_WIRE, RX_CLEAR), "points")
    ksft.equal((opened.verdict, opened.cut),
               ("transport_esp_auth_failed", True), "verdict")
    ksft.equal(opened.info[1], 3 << 16 | 2, "slot 1")


def no_sa(defer):
    ends = Ends(defer, "ipv4-transport", "crypto")
    payload = struct.pack("!II", 0x5eed, 7) + bytes(64)
    ends.bed.inject("b", ends.bed.frame_to("b", esp.ESP, payload))
    arrived, opened = ends.receiver.shown(2)
    ksft.equal((arrived.point, opened.point), (RX_WIRE, RX_CLEAR), "points")
    ksft.equal((arrived.spi, arrived.seq), (0x5eed, 7), "SPI and number")
    ksft.equal((opened.handle, opened.verdict), (0, "untouched"), "no SA")


def large_send(defer, how):
    """The monitor shows the template (the large packet) before the engine cuts
    this packet, and then each segment.
    """
    ends = Ends(defer, "ipv4-transport", how)
    ends.talk.tcp("a", 20000, 0)
    ksft.wait_for("a template", lambda: any(
        shown.point == TX_CLEAR and shown.info[2] and shown.length > 1514
        for shown in ends.sender.read()))
    wire = [frame.raw for frame in ends.talk.settle(ends.pair).frames["a"]]
    segments = [shown.bytes for shown in ends.sender.read()
                if shown.point == TX_WIRE]
    ksft.equal([len(segment) for segment in segments],
               [len(frame) for frame in wire], "lengths of the segments")
    ksft.check(segments == wire, "the segments are the frames of the wire")
    ksft.check(max(map(len, segments)) <= 1514, "each segment fits the MTU")


# ---- frames that the bridge drops

class Dropped:
    """A card with policies, and what its monitor shows of a drop."""

    def __init__(self, defer, side, fam=4, clear=False):
        self.card = Card(shared(), fam)
        defer(self.card.close)
        self.monitor = Monitor(self.card.bed.ns(side), CARD[side], clear)
        defer(self.monitor.close)
        self.packet = self.card.packet(1, 1, esp.UDP, 7, 7)
        self.frame = esp.ethernet(MAC["b"], MAC["a"], self.packet)
        self.headers = ETHERNET + IP_HEADER[fam]

    def policy(self, side, direction, fate):
        self.card.policy(side, direction, self.card.pair_selector(), fate)


def check_drop(shown, counter, spi, seq, cut, data):
    """data: what is shown of the frame"""
    ksft.equal((shown.verdict, shown.spi, shown.seq),
               (f"ipsec_{counter}", spi, seq), "verdict, SPI and number")
    ksft.equal((shown.cut, shown.bytes.hex()), (cut, data.hex()),
               "what is shown of the frame")


def refused(defer, fam, clear):
    """A policy blocks the packet before the engine gets it."""
    test = Dropped(defer, "a", fam, clear)
    test.policy("a", "out", BLOCK)
    ksft.equal(test.card.leaves(test.packet), "ipsec_tx_drop_blocked", "fate")
    shown, = test.monitor.shown(1)
    ksft.equal(shown.point, TX_DROP, "point")
    ksft.equal((shown.length, shown.handle, shown.info),
               (len(test.frame), 0, (0,) * 5), "length, handle, slots")
    check_drop(shown, "tx_drop_blocked", 0, 0, not clear,
               test.frame if clear else test.frame[:test.headers])


def refused_malformed(defer):
    """The packet ends within its IP header, so only the Ethernet header is
    shown.
    """
    test = Dropped(defer, "a")
    test.policy("a", "out", BLOCK)
    test.card.leaves(test.packet[:12])
    shown, = test.monitor.shown(1)
    check_drop(shown, "tx_drop_malformed", 0, 0, True, test.frame[:ETHERNET])


def refused_on_the_way(defer, fam):
    """The card has begun with the packet: it has taken the Ethernet header off
    and found the state. But the state has no number left.
    """
    test = Dropped(defer, "a", fam, clear=True)
    test.policy("a", "out", PROTECT)
    ab = test.card.pair.ab
    ab.seq = LAST_NUMBER
    test.card.bed.a.ip(f"xfrm state delete {ab.id}", ab.line("a", True))
    ksft.equal(test.card.leaves(test.packet), "ipsec_tx_drop_sequence", "fate")
    shown, = test.monitor.shown(1)
    check_drop(shown, "tx_drop_sequence", 0, 0, False, test.frame)


def refused_framed(defer, shape):
    """The packet has its ESP header, and waits in a queue. Then its state is
    deleted.
    """
    ends = Ends(defer, shape, "crypto")
    bed, spi = ends.bed, ends.pair.ab.spi
    ends.plug(defer, "block")
    ends.talk.socks["a"].sendto(PAYLOAD, (ends.talk.address["b"], PORT))
    bed.a.ip(f"xfrm state delete {ends.pair.ab.id}")
    ends.plug(defer, "release_indefinite")
    shown, = ends.sender.shown(1)
    ksft.equal((shown.point, shown.verdict, shown.spi, shown.seq, shown.cut),
               (TX_DROP, "ipsec_tx_drop_no_state", spi, 1, True),
               "point, verdict, SPI, number, cut")
    ksft.check(shown.bytes.endswith(struct.pack("!II", spi, 1)),
               f"the frame is cut behind its ESP header: {shown.bytes.hex()}")


def protected_is_clear(defer, clear):
    """A packet is in clear although a policy wants it protected."""
    test = Dropped(defer, "b", 4, clear)
    test.policy("b", "in", PROTECT)
    ksft.equal(test.card.arrives(test.packet), "ipsec_rx_drop_clear", "fate")
    shown, = test.monitor.shown(1)
    ksft.equal((shown.point, shown.handle, shown.info), (RX_DROP, 0, (0,) * 5),
               "point, handle, slots")
    check_drop(shown, "rx_drop_clear", 0, 0, not clear,
               test.frame if clear else test.frame[:test.headers])


def replayed(defer, shape):
    """The number came before, so the bridge drops the frame while the frame
    still has its ESP header.
    """
    ends = Ends(defer, shape, "packet")
    wire = ends.datagram()
    opened = of(ends.receiver.shown(2), RX_CLEAR)
    ends.bed.inject("b", wire.raw)
    again, dropped = ends.receiver.shown(5)[3:]
    ksft.equal((again.point, again.verdict), (RX_CLEAR, "success"), "engine")
    ksft.equal((dropped.point, dropped.handle, dropped.info, dropped.queue),
               (RX_DROP, opened.handle, opened.info, again.queue),
               "point, handle, slots, queue")
    check_drop(dropped, "rx_drop_replay", ends.pair.ab.spi, 1, True,
               opened.bytes)


def wrong_icv_in_packet_mode(defer):
    ends = Ends(defer, "ipv4-transport", "packet", clear=True)
    wire = ends.datagram()
    ends.receiver.shown(2)
    raw = wire.raw[:-1] + bytes([wire.raw[-1] ^ 1])
    ends.bed.inject("b", raw)
    opened, dropped = ends.receiver.shown(5)[3:]
    check_drop(dropped, "rx_drop_auth", ends.pair.ab.spi, 1, False,
               opened.bytes)


def unpacked(defer, fam, clear):
    """ESP is taken off a packet that came in a tunnel, and then a policy blocks
    this packet.
    """
    test = Dropped(defer, "b", fam, clear)
    test.policy("b", "in", BLOCK)
    ksft.equal(test.card.arrives(test.packet, sealed=True),
               "ipsec_rx_drop_block", "fate")
    shown = test.monitor.shown(3)[2]
    ksft.equal(shown.point, RX_DROP, "point")
    check_drop(shown, "rx_drop_block", test.card.pair.ab.spi, 1, not clear,
               test.frame if clear else test.frame[:test.headers])


def unpacked_in_transport_mode(defer, shape):
    """ESP is taken off a packet in transport mode, and then a policy blocks
    this packet. The IP header is shown, and nothing behind it.
    """
    ends = Ends(defer, shape, "packet")
    bed, fam = ends.bed, ends.pair.shape.inner
    near, far = (bed.address(side, ends.pair.shape) for side in "ab")
    bed.b.ip(f"xfrm policy delete src {near} dst {far} dir in",
             f"xfrm policy add src {near} dst {far} dir in action block "
             f"offload packet dev {CARD['b']}")
    bed.shape = None
    ends.datagram()
    _, opened, dropped = ends.receiver.shown(3)
    ksft.equal(dropped.point, RX_DROP, "point")
    ksft.equal((dropped.verdict, dropped.spi, dropped.seq, dropped.cut),
               ("ipsec_rx_drop_block", ends.pair.ab.spi, 1, True),
               "verdict, SPI, number, cut")
    ksft.equal((dropped.length, len(dropped.bytes)),
               (ETHERNET + IP_HEADER[fam] + UDP_HEADER + len(PAYLOAD),
                ETHERNET + IP_HEADER[fam]),
               "length of the frame, and bytes that are shown")
    ksft.equal(opened.verdict, "success", "verdict of the engine")


# ---- the monitor as a device

def a_card(defer, name="card"):
    """A namespace with two cards and a cable between them."""
    ns = Netns(name)
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2", "link add ov1 link ov0 type ipsecov2")
    return ns


def exists(ns, dev):
    return not ns.ip_error(f"link show {dev}")


def all_cards(defer):
    """Without a link a monitor shows all cards of its namespace."""
    bed = Bed()
    defer(bed.delete)
    pair = bed.install(Shape.named("ipv4-transport"))
    monitor = Monitor(bed.a)
    talk = Traffic(bed, pair.shape)
    defer(talk.close)
    talk.udp("a", [100])
    talk.udp("b", [100])
    points = {shown.point for shown in monitor.shown(4)}
    ksft.equal(points, {TX_CLEAR, TX_WIRE, RX_WIRE, RX_CLEAR}, "points")
    ksft.equal({shown.ifindex for shown in monitor.got},
               {ifindex(bed.a, CARD["a"])}, "cards")
    monitor.close()


def made_by_hand(defer):
    ns = a_card(defer)
    ns.ip(f"link add mon0 link ov0 type {KIND}", "link set mon0 up")
    text = ns.command("ip", "-d", "link", "show", "mon0").stdout
    ksft.check(KIND in text and "mon0@ov0" in text,
               f"ip shows kind and link: {text}")


def monitor_at_a_lock(defer, hook):
    """A monitor's user can send each copy back to the card. The send queue of
    the card has a lock, and the card drops the frame, so shows it, under this
    lock. If the copy went back at once, the CPU would wait for its own lock.

    With an option of the packet socket the frame takes the lock without the
    qdisc. A copy that goes back comes through the qdisc. The core knows the
    circle only in cards without qdisc.
    """
    ns = Netns("circle")
    defer(ns.delete)
    ns.ip("link add ov0 numtxqueues 1 type ipsecov2",
          "link add ov1 link ov0 type ipsecov2", "link set ov1 promisc on up",
          "link set ov0 up", "xfrm policy add dir out src 0/0 dst 10.9.9.9/32 "
          "action block offload packet dev ov0")
    detour.tc(ns, "qdisc", "replace", "dev", "ov0", "root", "pfifo")
    monitor = Monitor(ns, "ov0")
    defer(monitor.close)
    detour.tc(ns, "qdisc", "add", "dev", monitor.name, "clsact")
    detour.tc(ns, "filter", "add", "dev", monitor.name, hook, "matchall",
              "action", "mirred", "egress", "redirect", "dev", "ov0")
    frame = esp.ethernet(MAC["b"], MAC["a"], esp.ipv4(
        "10.9.9.8", "10.9.9.9", esp.UDP, bytes(64)))
    with ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as far:
        far.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        with ns.entered():
            far.bind(("ov1", ETH_P_ALL))
        with ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
            sock.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
            with ns.entered():
                sock.bind(("ov0", 0))
            sock.send(frame)
        shown, = monitor.shown(1)
        ksft.equal((shown.point, shown.verdict),
                   (TX_DROP, "ipsec_tx_drop_blocked"), "point and verdict")
        if hook == "ingress":
            far.settimeout(ksft.patience(10))
            ksft.check(frame[:ETHERNET] in far.recv(2000),
                       "the copy leaves through the card")
            return
        far.setblocking(False)
        try:
            ksft.check(False, f"a copy was sent: {far.recv(2000).hex()}")
        except BlockingIOError:
            pass


def statistics(defer):
    """A monitor counts the copies as received, and what others send on it as
    dropped. A copy is for packet sockets only, so nobody drops it.
    """
    test = Dropped(defer, "a")
    test.policy("a", "out", BLOCK)
    test.card.leaves(test.packet)
    shown, = test.monitor.shown(1)
    with test.monitor.sock.dup() as sock:
        sock.send(bytes(60))
    stats, = json.loads(test.monitor.ns.command(
        "ip", "-s", "-s", "-j", "link", "show", test.monitor.name).stdout)
    rx, tx = stats["stats64"]["rx"], stats["stats64"]["tx"]
    ksft.equal((rx["packets"], rx["bytes"], rx["dropped"],
                rx.get("nohandler", 0)),
               (1, HEADER.size + len(shown.bytes), 0, 0), "received")
    ksft.equal((tx["packets"], tx["dropped"]), (0, 1), "sent")


def ends_with_its_card(defer):
    ns = a_card(defer)
    ns.ip(f"link add mon0 link ov0 type {KIND}",
          f"link add mon1 type {KIND}", "link set mon0 up", "link set mon1 up",
          "link del ov0")
    ksft.equal((exists(ns, "mon0"), exists(ns, "mon1")), (False, True),
               "monitors that are left")


def ends_with_its_card_in_one_request(defer):
    """One request can delete a card and its monitor. The second monitor is not
    in the group, so the module must still delete it.
    """
    ns = Netns("group")
    defer(ns.delete)
    ns.ip("link add ov0 group 7 type ipsecov2",
          f"link add mon0 link ov0 group 7 type {KIND}",
          f"link add mon1 link ov0 type {KIND}", "link set mon0 up",
          "link set mon1 up", "link del group 7")
    ksft.equal([dev for dev in ("ov0", "mon0", "mon1") if exists(ns, dev)], [],
               "devices that are left")


def ends_with_its_card_in_another_namespace(defer):
    """The namespace of a card and the namespace to which its monitor has moved
    can end together.

    The kernel's worker cleanup_net() takes all namespaces that have lost their
    last user, the latest first, and deletes their devices in one batch. Then it
    looks for more namespaces. The program lets go of all namespaces within
    microseconds, and a batch takes milliseconds. So at most one pair is split
    between two batches: the pair of which the program has let go only one half
    when the worker begins.
    """
    ledger = Ledger(("port",))
    defer(ledger.close)
    spaces = []
    for _ in range(PAIRS):
        left, other = Netns("left"), Netns("other")
        defer(left.delete)
        defer(other.delete)
        left.ip("link add ov0 type ipsecov2",
                f"link add mon0 link ov0 type {KIND}",
                f"link set mon0 netns {other.name}")
        other.ip("link set mon0 up")
        spaces += [other, left]         # the worker takes left before other
    last = [os.dup(ns.fd) for ns in spaces]
    for ns in spaces:
        ns.delete()
    ksft.equal(ledger.count("port"), PAIRS, "cards before the end")
    for fd in last:
        os.close(fd)
    ledger.wait_gone()


def ends_when_its_card_moves(defer):
    ns, other = a_card(defer), Netns("other")
    defer(other.delete)
    ns.ip(f"link add mon0 link ov0 type {KIND}", "link set mon0 up",
          f"link set ov0 netns {other.name}")
    ksft.check(not exists(ns, "mon0"), "the monitor is gone")


def moved_monitor_is_blind(defer):
    """A monitor that moves to another namespace shows nothing, because a user
    there may have no rights over the card.
    """
    bed = Bed()
    defer(bed.delete)
    pair = bed.install(Shape.named("ipv4-transport"))
    other = Netns("other")
    defer(other.delete)
    stays = Monitor(bed.a, CARD["a"], name="mon0")
    bed.a.ip(f"link add mon1 link {CARD['a']} type {KIND}",
             f"link set mon1 netns {other.name}")
    other.ip("link set mon1 up")
    with other.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        with other.entered():
            sock.bind(("mon1", 3))
        sock.setblocking(False)
        talk = Traffic(bed, pair.shape)
        defer(talk.close)
        talk.udp("a", [100])
        stays.shown(2)
        try:
            ksft.check(False, f"a frame is shown: {sock.recv(200).hex()}")
        except BlockingIOError:
            pass
    stays.close()


def moved_monitor_names_its_card(defer):
    """A monitor that has moved names its card by the card's index, and says in
    which namespace this index counts. A monitor of all cards names no card.
    """
    ns, other = a_card(defer), Netns("other")
    defer(other.delete)
    ns.ip(f"link add mon0 link ov0 type {KIND}", f"link add mon1 type {KIND}",
          f"link add mon2 link ov0 type {KIND}",
          f"link set mon0 netns {other.name}",
          f"link set mon1 netns {other.name}")
    card = ifindex(ns, "ov0")
    for where, name, index, elsewhere in ((other, "mon0", card, True),
                                          (other, "mon1", None, False),
                                          (ns, "mon2", None, False)):
        said = json.loads(where.command("ip", "-json", "link", "show",
                                        name).stdout)[0]
        ksft.equal((said.get("link_index"), "link_netnsid" in said),
                   (index, elsewhere), f"link of {name}")


def refusals(defer):
    ns, other = a_card(defer), a_card(defer, "other")
    ns.ip("link add dummy0 type dummy")
    ksft.check("Link names a device that is not of type ipsecov2" in
               ns.ip_error(f"link add mon0 link dummy0 type {KIND}"),
               "a device of another kind is refused with its sentence")
    ksft.check("A monitor must be in the network namespace of its card" in
               ns.ip_error(f"link add mon0 link-netns {other.name} link ov0 "
                           f"netns {ns.name} type {KIND}"),
               "a card of another namespace is refused with its sentence")
    ksft.check("A monitor must be in the network namespace of its card" in
               ns.ip_error(f"link add mon0 link ov0 netns {other.name} "
                           f"type {KIND}"),
               "a monitor of another namespace is refused with its sentence")
    ksft.equal((exists(ns, "mon0"), exists(other, "mon0")), (False, False),
               "monitors that are left")


def unprivileged_users_are_refused(defer):
    """Only a user who administers the namespace can make monitors."""
    ns = a_card(defer)

    def errno_of_link():
        with socket.socket(*ROUTE) as sock:
            return new_link(sock, "mon0")

    for become in (ynl.nobody, ynl.own_user_namespace):
        ksft.equal(ynl.answer_in(become, ns, errno_of_link), errno.EPERM,
                   f"errno of a new monitor: {become.__name__}")
    ksft.check(not exists(ns, "mon0"), "no monitor is left")


def module_unloads_under_a_monitor(defer):
    """rmmod deletes monitors that are up and listened to."""
    delete_shared()
    ns = a_card(defer)
    monitor = Monitor(ns, "ov0")
    defer(monitor.sock.close)
    defer(module.load)
    module.remove()
    ksft.check(not exists(ns, "mon0"), "the monitor is gone")


CASES = [
    *((f"{how} {shape}", both_sides, shape, how)
      for how in HOWS for shape in SHAPES),
    *((f"records {how}", records, how) for how in HOWS),
    *((f"high_half {how}", high_half, how) for how in HOWS),
    *((f"clear_if_allowed {how}", clear_if_allowed, how) for how in HOWS),
    wrong_icv,
    no_sa,
    *((f"large_send {how}", large_send, how) for how in HOWS),
    *((f"refused ipv{fam}{' clear' * clear}", refused, fam, clear)
      for fam in (4, 6) for clear in (False, True)),
    refused_malformed,
    *((f"refused_on_the_way ipv{fam}", refused_on_the_way, fam)
      for fam in (4, 6)),
    *((f"refused_framed {shape}", refused_framed, shape) for shape in SHAPES),
    *((f"protected_is_clear{' clear' * clear}", protected_is_clear, clear)
      for clear in (False, True)),
    *((f"replayed {shape}", replayed, shape) for shape in SHAPES),
    wrong_icv_in_packet_mode,
    *((f"unpacked ipv{fam}{' clear' * clear}", unpacked, fam, clear)
      for fam in (4, 6) for clear in (False, True)),
    *((f"unpacked_in_transport_mode {shape}", unpacked_in_transport_mode,
       shape) for shape in ("ipv4-transport", "ipv6-transport",
                            "ipv4-transport-udp")),
    all_cards,
    made_by_hand,
    *((f"monitor_at_a_lock {hook}", monitor_at_a_lock, hook)
      for hook in ("egress", "ingress")),
    statistics,
    ends_with_its_card,
    ends_with_its_card_in_one_request,
    ends_with_its_card_in_another_namespace,
    ends_when_its_card_moves,
    moved_monitor_is_blind,
    moved_monitor_names_its_card,
    refusals,
    unprivileged_users_are_refused,
    module_unloads_under_a_monitor,
]

some = ksft.chosen(CASES)
module.load()
ksft.run(some)
