# SPDX-License-Identifier: GPL-2.0
r"""The bed: the namespaces, cards, cables and SAs of a test.

       namespace a           namespace w (the wire)          namespace b

    +---------------+    +--------------------------+    +---------------+
    |           ov0 =====| ov1 ---- bridge ---- ov2 |=====| ov3           |
    +---------------+    +--------------------------+    +---------------+
      SAs, policies        no SA: sees what is really      SAs, policies
      192.0.2.1            on the wire, and injects        192.0.2.2
      2001:db8::1          frames into either cable        2001:db8::2
      inner, on lo:                                        inner, on lo:
      198.51.100.1                                         203.0.113.1
      2001:db8:a::1                                        2001:db8:b::1

A packet tap on ov0 or ov3 sits above the engine of this card and would see
clear text. Therefore the taps are at ov1 (what ov0 sent) and ov2 (what ov3
sent).

    bed = shared()              # one bed for all cases of a program
    bed = Bed(); defer(bed.delete)      # a bed that a case may take apart
    pair = bed.install(Shape.named("ipv4-transport"), key_bits=128, icv=128,
                       esn=False, offload="ab",  # the ends that offload, or ""
                       how="crypto")             # or "packet"
    pair.ab, pair.ba            # Sa: spi, keymat, oracle() -> esp.EspKey
    bed.mark()                  # forget what was captured and counted
    ... traffic ...
    for side, frame in bed.captured(): ...       # esp.Frame, side "a" or "b"
    bed.delta("a")["ipsec_tx_pkts"]
    bed.inject("b", frame_bytes)                 # arrives at ov3
    bed.remove()                                 # all SAs and policies

bed.a, bed.b and bed.w are netns.Netns; a.card is "ov0", b.card is "ov3".
"""
import atexit
import itertools
import json
import mmap
import os
import socket
import struct
import time
from collections import namedtuple

from . import esp, ksft, xfrmnl
from .algs import ALGS
from .netns import Ethtool, Netns

LINK_KIND = "ipsecov2"
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
PACKET_IGNORE_OUTGOING = 23
SOL_PACKET, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION = 263, 5, 6, 10
TPACKET_V2, TP_STATUS_USER = 1, 1
ETH_P_ALL = 3
ETH_P_PROBE = 0x88b5
INFO_LINE = "crypto offload parameters: dev {} dir {} mode {}"


class Shape(namedtuple("Shape", "name outer mode inner encap")):
    """outer is the IP version (4 or 6) of the ESP packet, and inner is the IP
    version of the packet that it carries. encap is true if ESP is in UDP.
    """

    @staticmethod
    def named(name):
        return next(s for s in SHAPES if s.name == name)


SHAPES = [
    Shape("ipv4-transport", 4, "transport", 4, False),
    Shape("ipv6-transport", 6, "transport", 6, False),
    Shape("ipv4-tunnel", 4, "tunnel", 4, False),
    Shape("ipv6-tunnel", 6, "tunnel", 6, False),
    Shape("4in6-tunnel", 6, "tunnel", 4, False),
    Shape("6in4-tunnel", 4, "tunnel", 6, False),
    Shape("ipv4-transport-udp", 4, "transport", 4, True),
    Shape("ipv4-tunnel-udp", 4, "tunnel", 4, True),
]

OUTER = {"a": {4: "192.0.2.1", 6: "2001:db8::1"},
         "b": {4: "192.0.2.2", 6: "2001:db8::2"}}
INNER = {"a": {4: "198.51.100.1", 6: "2001:db8:a::1"},
         "b": {4: "203.0.113.1", 6: "2001:db8:b::1"}}
MAC = {"a": "02:00:00:00:0a:00", "b": "02:00:00:00:0b:00"}
OTHER = {"a": "b", "b": "a"}


def family(number):
    return socket.AF_INET if number == 4 else socket.AF_INET6


class Sa:
    """One direction of a pair. sender is "a" or "b"; icv is a length in bits;
    seq is the number that was used last.
    """

    def __init__(self, shape, sender, spi, alg, icv, esn, seq=0,
                 how="crypto", window=32):
        self.shape, self.sender, self.spi = shape, sender, spi
        self.alg, self.icv, self.esn, self.seq = alg, icv, esn, seq
        self.how, self.window = how, window
        self.keymat = os.urandom(alg.key_len)
        self.src = OUTER[sender][shape.outer]
        self.dst = OUTER[OTHER[sender]][shape.outer]

    @property
    def receiver(self):
        return OTHER[self.sender]

    @property
    def id(self):
        """The words that name the SA for `ip xfrm state get` and `delete`."""
        return f"src {self.src} dst {self.dst} proto esp spi {self.spi:#x}"

    def oracle(self):
        return esp.EspKey(self.spi, self.keymat, self.icv // 8, self.esn,
                          self.seq, self.alg)

    def line(self, side, offload, verb="add", extra=""):
        """The line for `ip` that adds or updates (@verb) the SA at one side."""
        out = side == self.sender
        words = [f"xfrm state {verb}", self.id, "reqid 1",
                 f"mode {self.shape.mode}"]
        low, high = self.seq & 0xffffffff, self.seq >> 32
        # The kernel refuses a sending SA that has a direction and a window, so
        # only the receiving SA gets a window
        if out:
            if low:
                words.append(f"replay-oseq {low:#x}")
            if high:
                words.append(f"replay-oseq-hi {high:#x}")
        else:
            words.append(f"replay-window {self.window}")
            if low:
                words.append(f"replay-seq {low:#x}")
            if high:
                words.append(f"replay-seq-hi {high:#x}")
        if self.esn:
            words.append("flag esn")
        if self.shape.mode == "tunnel":
            words.append("flag af-unspec")
        words.append(self.alg.words(self.keymat, self.icv))
        if self.shape.encap:
            words.append(f"encap espinudp {esp.ENCAP_PORT} {esp.ENCAP_PORT} "
                         "0.0.0.0")
        words.append(extra)
        direction = "out" if out else "in"
        if offload:
            words.append(f"offload {self.how} dev {CARD[side]} "
                         f"dir {direction}")
        else:
            words.append(f"dir {direction}")
        return " ".join(w for w in words if w)


CARD = {"a": "ov0", "b": "ov3"}
Pair = namedtuple("Pair", "shape ab ba offload how")


def transport(frame):
    """The protocol in the first IP header of a frame."""
    return frame[23 if frame[12:14] == b"\x08\0" else 20]


class Tap:
    """Shows the frames that one cable brings into the wire namespace.

    A tap has a ring, because the kernel copies a frame into a ring at once. A
    packet socket without a ring would keep a clone, which shares its pages with
    the frame. If the frame is ESP in UDP, Linux' own ESP may decrypt the frame
    in place. This would change the pages of the clone.
    """

    SLOT, SLOTS, BLOCK = 2048, 8192, 65536  # bytes, number of slots, bytes
    HEADER = struct.Struct("=IIIHH")        # struct tpacket2_hdr up to tp_net

    def __init__(self, ns, dev, slot=SLOT):
        self.slot = slot
        self.next = 0
        self.sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.sock.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        size = slot * self.SLOTS
        self.sock.setsockopt(SOL_PACKET, PACKET_RX_RING, struct.pack(
            "IIII", self.BLOCK, size // self.BLOCK, slot, self.SLOTS))
        self.ring = mmap.mmap(self.sock.fileno(), size)
        # User-mode Linux cannot copy this memory for a child process
        self.ring.madvise(mmap.MADV_DONTFORK)
        with ns.entered():
            self.sock.bind((dev, ETH_P_ALL))

    def close(self):
        """Close the socket and unmap the ring. A ring that is still mapped
        would keep its namespace alive.
        """
        self.sock.close()
        self.ring.close()

    def frames(self):
        """The frames that came out of the cable since the last call."""
        got = []
        while True:
            at = self.next * self.slot
            status, length, kept, mac, _ = self.HEADER.unpack_from(self.ring,
                                                                   at)
            if not status & TP_STATUS_USER:
                break
            frame = self.ring[at + mac:at + mac + kept]
            # If a frame is longer than the slot, the end of the frame is
            # missing. Only a large packet of TCP or UDP may be so long
            if kept < length and transport(frame) not in (esp.TCP, esp.UDP):
                raise ksft.Fail(f"the capture cut a frame of {length} bytes")
            got.append(frame)
            self.ring[at:at + 4] = bytes(4)
            self.next = (self.next + 1) % self.SLOTS
        drops = struct.unpack("II", self.sock.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))[1]
        if drops:
            raise ksft.Fail(f"the capture lost {drops} frames")
        return got

    def send(self, frame):
        self.sock.send(frame)


def silence(ns):
    """Stop IPv6 from looking for routers and for duplicate addresses."""
    for name in ("all", "default"):
        ns.sysctl(f"net.ipv6.conf.{name}.accept_dad", 0)
        ns.sysctl(f"net.ipv6.conf.{name}.router_solicitations", 0)


class Bed:
    spi = itertools.count(0x1000)
    queues = ""
    # mark() looks at most LOOKS times, BETWEEN_LOOKS seconds apart
    LOOKS, BETWEEN_LOOKS = 20, 0.002

    def __init__(self, mtu=1500):
        self.a = self.b = self.w = None
        self.shape = None
        self.packet = ""                # ends whose policies are offloaded
        self.pair = None
        self.listed = set()     # sides whose offloads `ip` has listed
        try:
            self.make(mtu)
        except BaseException:
            self.delete()
            raise

    def make(self, mtu):
        self.w, self.a, self.b = Netns("w"), Netns("a"), Netns("b")
        self.a.card, self.b.card = CARD["a"], CARD["b"]
        for ns in (self.a, self.b, self.w):
            silence(ns)
        for name in ("all", "default"):
            self.w.sysctl(f"net.ipv6.conf.{name}.disable_ipv6", 1)
        self.make_cables()
        self.w.ip("link add br0 type bridge mcast_snooping 0",
                  "link set ov1 master br0", "link set ov2 master br0",
                  *(f"link set {dev} mtu {mtu} up"
                    for dev in ("ov1", "ov2", "br0")))
        for side in "ab":
            self.configure(side, mtu)
        for dev in ("ov1", "ov2"):
            Ethtool(self.w, dev).gro(False)
        self.ethtool = {side: Ethtool(self.ns(side), CARD[side])
                        for side in "ab"}
        slot = Tap.SLOT if mtu <= 1500 else 16384
        self.tap = {"a": Tap(self.w, "ov1", slot),
                    "b": Tap(self.w, "ov2", slot)}
        self.wait_ready()
        self.encap_sockets = [self.encap_socket(side) for side in "ab"]
        self.mark()

    def make_cables(self):
        kind = f"{self.queues} type {LINK_KIND}"
        self.w.ip(f"link add ov0 {kind}", f"link add ov1 link ov0 {kind}",
                  f"link add ov2 {kind}", f"link add ov3 link ov2 {kind}",
                  f"link set ov0 netns {self.a.name}",
                  f"link set ov3 netns {self.b.name}")

    def configure(self, side, mtu):
        ns, peer, card = self.ns(side), OTHER[side], CARD[side]
        lines = [f"link set {card} address {MAC[side]} mtu {mtu} up"]
        for fam, plen in ((4, 24), (6, 64)):
            near, far = OUTER[side][fam], OUTER[peer][fam]
            inner, target = INNER[side][fam], INNER[peer][fam]
            nodad = " nodad" if fam == 6 else ""
            lines += [
                f"addr add {near}/{plen} dev {card}{nodad}",
                f"addr add {inner}/{32 if fam == 4 else 128} dev lo{nodad}",
                f"route add {target} dev {card} src {inner}",
            ]
            lines += [f"neigh replace {address} lladdr {MAC[peer]} "
                      f"dev {card} nud permanent" for address in (far, target)]
        ns.ip(*lines)

    def ns(self, side):
        return {"a": self.a, "b": self.b, "w": self.w}[side]

    def host(self, side):
        """The namespace whose sockets send the packets that a side protects."""
        return self.ns(side)

    def queue_packets(self, queues):
        """Return a list of numbers, one for each of the first @queues send
        queues of a's card. The number says how many packets the qdisc of the
        queue has sent.
        """
        done = self.a.command("tc", "-s", "-j", "qdisc", "show", "dev",
                              CARD["a"])
        found = {q["parent"]: q["packets"] for q in json.loads(done.stdout)
                 if "parent" in q}
        return [found[f":{n:x}"] for n in range(1, queues + 1)]

    def wait_ready(self):
        """Wait until frames pass from each end to the other.

        A port of br0 has carrier for a while before it begins to forward.
        """
        probe = (b"\xff" * 6 + b"\x02" + bytes(5) +
                 struct.pack("!H", ETH_P_PROBE) + bytes(46))
        raw = {}
        for side in "ab":
            raw[side] = self.ns(side).socket(socket.AF_PACKET,
                                             socket.SOCK_RAW, 0)
            with self.ns(side).entered():
                raw[side].bind((CARD[side], ETH_P_PROBE))
            raw[side].setblocking(False)

        def through(side):
            try:
                raw[side].send(probe)
                raw[OTHER[side]].recv(100)
            except OSError:
                return False
            return True

        for side in "ab":
            ksft.wait_for(f"frames from {side} to pass the wire",
                          lambda: through(side), 30, 0.02)
        for sock in raw.values():
            sock.close()

    def encap_socket(self, side):
        """Open the socket through which the stack of a side gets ESP in UDP."""
        sock = self.ns(side).socket(socket.AF_INET, socket.SOCK_DGRAM)
        with self.ns(side).entered():
            sock.bind(("0.0.0.0", esp.ENCAP_PORT))
        sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
        return sock

    # ---- SAs and policies

    def address(self, side, shape):
        """The address from which a side sends packets in this shape."""
        table = OUTER if shape.mode == "transport" else INNER
        return table[side][shape.inner]

    def policy_lines(self, shape, side, packet=False):
        """The lines for `ip` that add a side's policies. @packet tells whether
        the policies are offloaded to the side's card.
        """
        peer = OTHER[side]
        offload = f" offload packet dev {CARD[side]}" if packet else ""
        own, far = self.address(side, shape), self.address(peer, shape)
        tmpl = {"out": (OUTER[side], OUTER[peer]),
                "in": (OUTER[peer], OUTER[side])}
        lines = []
        for direction, (src, dst) in (("out", (own, far)),
                                      ("in", (far, own))):
            ends = "src 0.0.0.0 dst 0.0.0.0" if shape.outer == 4 else \
                "src :: dst ::"
            if shape.mode == "tunnel":
                ends = (f"src {tmpl[direction][0][shape.outer]} "
                        f"dst {tmpl[direction][1][shape.outer]}")
            lines.append(f"xfrm policy add src {src} dst {dst} "
                         f"dir {direction} priority 10 tmpl {ends} "
                         f"proto esp reqid 1 mode {shape.mode}{offload}")
            if shape.encap and shape.mode == "transport" and not packet:
                # A bypass for UDP that carries ESP. So this UDP reaches the
                # socket of encap_socket()
                lines.append(f"xfrm policy add src {src} dst {dst} proto udp "
                             f"sport {esp.ENCAP_PORT} dport {esp.ENCAP_PORT} "
                             f"dir {direction} priority 1")
        return lines

    def install(self, shape, key_bits=128, icv=128, esn=False, offload="ab",
                seq=0, extra=("", ""), alg=None, how="crypto", window=32):
        """Install new SAs in both directions, in place of the old SAs.

        If this call has the shape of the last call, and policies are offloaded
        at the same ends as before, the policies of the last call stay. Without
        alg the algorithm is AES-GCM with key_bits. extra: two strings with more
        words for `ip`, the first for sending SAs, and the second for receiving
        SAs.
        """
        alg = alg or ALGS[f"aes{key_bits}-gcm"]
        ab, ba = (Sa(shape, sender, next(self.spi), alg, icv, esn, seq, how,
                     window) for sender in "ab")
        self.pair = Pair(shape, ab, ba, offload, how)
        packet = offload if how == "packet" else ""
        for side in "ab":
            lines = ["xfrm state flush"]
            if shape != self.shape or packet != self.packet:
                # If ESP is in UDP and a card encrypts, the stack of Linux 6.12
                # to 7.3 cuts large TCP packets wrongly: see large_sends() in
                # sweep.py
                segments = 1 if shape.encap and how == "crypto" else 65535
                lines.append(f"link set {CARD[side]} gso_max_segs {segments}")
                lines += ["xfrm policy flush", *self.policy_lines(
                    shape, side, side in packet)]
            lines += [sa.line(side, side in offload,
                              extra=extra[side != sa.sender])
                      for sa in (ab, ba)]
            self.ns(side).ip(*lines)
        self.shape, self.packet = shape, packet
        return self.pair

    def remove(self):
        for side in "ab":
            self.ns(side).ip("xfrm state flush", "xfrm policy flush")
        self.shape = self.pair = None

    def offload_lines(self, side, what="state"):
        """The lines about offload in `ip xfrm state`, or `ip xfrm policy`."""
        return [line.strip().rstrip("\0") for line in
                self.ns(side).ip_output(f"xfrm {what}").splitlines()
                if "offload" in line]

    def dumped_offload_lines(self, side):
        """Return the same as offload_lines() for states. After `ip` has listed
        states, it exits, and a new `ip` for each check takes long. So this
        method asks the kernel itself.
        """
        card = xfrmnl.ifindex(self.ns(side), CARD[side])
        return [INFO_LINE.format(
            CARD[side] if offload.ifindex == card else offload.ifindex,
            "in" if offload.flags & xfrmnl.INBOUND else "out",
            "packet" if offload.flags & xfrmnl.PACKET else "crypto")
            for offload in xfrmnl.offloads(self.ns(side))]

    def check_offload_lines(self, pair):
        """Both SAs of an offloading end show the offload; no other SA does. The
        first check of a bed looks at the listing of `ip`.
        """
        for side in "ab":
            expected = [INFO_LINE.format(CARD[side], d, pair.how)
                        for d in ("in", "out")] if side in pair.offload else []
            lines = (self.dumped_offload_lines if side in self.listed
                     else self.offload_lines)
            ksft.equal(sorted(lines(side)), expected,
                       f"offload lines of `ip xfrm state` at {side}")
            self.listed.add(side)

    # ---- counters and the wire

    def mark(self):
        """Begin to count and to capture anew.

        A receiver counts a frame a little after the frame has passed a tap. So
        mark() looks again until, between two looks, no counter has moved and no
        frame has come. If traffic goes on in the background, mark() ends after
        LOOKS looks.
        """
        self.base = None
        for _ in range(self.LOOKS):
            passed = [tap.frames() for tap in self.tap.values()]
            base = {side: self.ethtool[side].stats() for side in "ab"}
            still = base == self.base and not any(passed)
            self.base = base
            if still:
                break
            time.sleep(self.BETWEEN_LOOKS)
        self.held = []

    def delta(self, side):
        """How far each counter of a side's card has moved since mark()."""
        now = self.ethtool[side].stats()
        base = self.base[side]
        return {name: value - base.get(name, 0)
                for name, value in now.items()}

    def moved(self, side):
        """The counters of delta() that moved. wire_rx_filtered is left out,
        because it also moves when the kernel of the other end sends multicast
        packets.
        """
        return {name: value for name, value in self.delta(side).items()
                if value and name != "wire_rx_filtered"}

    def captured(self):
        """All frames since mark(): [(side that sent it, Frame), ...]."""
        for side, tap in self.tap.items():
            self.held += [(side, esp.Frame(raw)) for raw in tap.frames()]
        return self.held

    def inject(self, side, frame):
        """Put a frame on the cable so that it arrives at a side's card."""
        self.tap[side].send(frame)

    def frame_to(self, side, proto, payload, shape=None):
        """An Ethernet frame from the other end; shape gives the outer
        addresses.
        """
        shape = shape or self.shape
        peer = OTHER[side]
        return esp.ip_frame(OUTER[peer][shape.outer], OUTER[side][shape.outer],
                            proto, payload, MAC[side], MAC[peer])

    def close_taps(self):
        for tap in self.tap.values():
            tap.close()
        self.tap = {}

    def delete(self):
        self.close_taps()
        for ns in (self.a, self.b, self.w):
            if ns:
                ns.delete()


class OneQueueBed(Bed):
    """A bed whose cards have one queue. So frames arrive in the order in which
    they passed the wire.
    """

    queues = "numtxqueues 1 numrxqueues 1"


_shared = None


def shared():
    """One bed for all cases of a program, because making a bed is slow."""
    global _shared
    if _shared is None:
        _shared = Bed()
        atexit.register(delete_shared)
    return _shared


def delete_shared():
    global _shared
    if _shared:
        _shared.delete()
        _shared = None
