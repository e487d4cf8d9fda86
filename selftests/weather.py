#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""While netem delays, loses, duplicates, reorders or corrupts packets, TCP
delivers all bytes, and UDP delivers only datagrams that were sent.

lib/weather.py controls netem. The packets are plain, in crypto mode or in
packet mode.

The test writes to TCP in many ways, in both directions at once (lib/writer.py).
It sends UDP datagrams one by one. It also sends them by UDP_SEGMENT if the core
allows this. All payload has MARKER in it, so clear text on the wire cannot
hide.

    OV2_FULL=1 weather.py           all shapes, with and without GRO and GSO
"""
import errno
import itertools
import os
import random
import select
import socket
import struct

from lib import ksft
from lib.bed import CARD, OTHER, Bed, Shape
from lib.cases import Cells, run_cells
from lib.flood import MARKER, clear_text
from lib.weather import KINDS, LOSSLESS, Weather
from lib.writer import Writer, pages

MODES = ("plain", "crypto", "packet")
SHAPES = [Shape.named(name) for name in (
    "ipv4-transport", "ipv6-tunnel", "ipv6-transport", "ipv4-tunnel",
    "ipv4-transport-udp")]
UDP_SEGMENT, UDP_GRO = 103, 104
SEGMENT, LAST = 1000, 0xffffffff
BYTES = 150000
# Size of the replay window. Fewer packets than this overtake a late packet, so
# the number of the late packet is in the window
WINDOW = 256


def cells():
    """[(name, mode, kind, hop, shape, gro, segments), ...]"""
    if os.environ.get("OV2_FULL"):
        made = list(itertools.product(MODES, KINDS, SHAPES, (True, False),
                                      (65535, 1)))
    else:
        made = [(mode, kind, SHAPES[(row + column) % 2],
                 (row + column) // 2 % 2 == 0, (65535, 1)[row % 2])
                for column, mode in enumerate(MODES)
                for row, kind in enumerate(KINDS)]
    for mode, kind, shape, gro, segments in made:
        # Only one of the two hops corrupts, see lib/weather.py
        hops = ["near", "far"] if kind == "corrupt" else [None]
        if kind == "corrupt" and mode != "plain" and shape.encap:
            # A packet that is corrupt before the card encrypts it would arrive,
            # because behind NAT only the ICV is checked (RFC 3948 3.1.2)
            hops.remove("near")
        for hop in hops:
            name = " ".join(word for word in (
                mode, kind, hop, shape.name, "gro" if gro else "no-gro",
                "single" if segments == 1 else "large") if word)
            yield name, mode, kind, hop, shape, gro, segments


def stream(length):
    """Blocks. Each has MARKER, the offset of the block, and noise."""
    noise = random.Random(length)
    blocks = (MARKER + struct.pack("!QQ", at, noise.getrandbits(64))
              for at in range(0, length, 32))
    return b"".join(blocks)[:length]


def datagram(number, length):
    return struct.pack("!II", number, length) + stream(length - 8)


class Skies(Cells):
    def __init__(self):
        super().__init__(Bed())
        self.weather = Weather(self.bed)
        self.marked = 0                 # plain frames with MARKER

    def cell(self, mode, kind, hop, shape, gro, segments):
        """A socket counts the memory of the packets that it sends. When netem
        delays a packet, it subtracts the packet's bytes from this count. If the
        core then adds ESP's header and trailer for a card in crypto mode,
        esp_output_head() adds the bytes of the trailer to the count, and
        nothing subtracts these bytes again. So Linux 6.12 to 7.3 never frees
        the socket.
        """
        if (os.environ.get("OV2_KMEMLEAK") and mode == "crypto" and
                "delay" in KINDS[kind]):
            raise ksft.Skip("kmemleak would find the sockets that Linux loses "
                            "if netem delays packets in crypto mode")
        self.bed.remove()
        talk = self.traffic(shape)
        pair = None
        if mode != "plain":
            # In crypto mode netem also flips bits of sequence numbers, because
            # the core has written them already, and the card seals what it
            # gets. A large number would move the window beyond all packets
            # that follow, and TCP would stall
            flips = mode == "crypto" and kind == "corrupt" and hop == "near"
            pair = self.bed.install(shape, how=mode,
                                    window=0 if flips else WINDOW)
        if shape.encap and mode == "crypto":
            segments = 1                # see Bed.install()
        for side in "ab":
            self.bed.ns(side).ip(f"link set {CARD[side]} "
                                 f"gso_max_segs {segments}")
            self.bed.ethtool[side].gro(gro)
        self.bed.mark()
        self.marked = 0
        self.weather.set(kind, hop)
        try:
            for side in "ab":
                self.datagrams(talk, side, mode, kind)
                self.look(mode, kind)
            self.streams(talk, mode, kind)
            packets, drops = self.weather.passed()
            ksft.check(packets > 500 and bool(drops) == (
                kind in ("loss", "storm")), f"the weather was not {kind}: "
                f"{packets} packets, {drops} drops")
        finally:
            self.weather.calm()
            talk.forget()
        self.look(mode, kind)
        if pair:
            self.check_counters(kind)
        else:
            ksft.check(self.marked > 100, "the wire shows no marker, even in "
                       "clear text")

    # ---- UDP

    def datagrams(self, talk, side, mode, kind):
        """Only datagrams that were sent arrive. If netem loses nothing, all of
        them arrive, else more than half of them.
        """
        sock, receiver = talk.socks[side], talk.socks[OTHER[side]]
        receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        sent = {}
        for number in range(60):
            length = (16, 40, 200, 1100, 1300)[number % 5]
            sent[number] = datagram(number, length)
            sock.sendto(sent[number], talk.peer(side))
        for first in range(100, 140, 10):
            whole = {number: datagram(number, SEGMENT)
                     for number in range(first, first + 10)}
            if self.send_segments(sock, talk.peer(side), whole, mode):
                sent |= whole
        missing = set(sent)
        strangers = []

        def take():
            for data in received(receiver):
                number, = struct.unpack_from("!I", data)
                if number == LAST:
                    last_came.append(number)
                elif sent.get(number) != data:
                    strangers.append(data)
                missing.discard(number)

        last_came = []

        def arrived():
            take()
            if kind in LOSSLESS:
                return not missing
            # This datagram is sent after all others. When it arrives, the
            # datagrams that are still missing are lost
            sock.sendto(datagram(LAST, 100), talk.peer(side))
            return last_came

        ksft.wait_for(f"UDP from {side}, {len(sent)} datagrams", arrived, 15,
                      0.01)
        ksft.check(not strangers, f"{len(strangers)} datagrams that nobody "
                   f"sent: {[ksft.show(data) for data in strangers[:2]]}")
        ksft.check(len(missing) < len(sent) / 2,
                   f"{len(missing)} of {len(sent)} datagrams are missing")

    @staticmethod
    def send_segments(sock, peer, whole, mode):
        """Send datagrams by UDP_SEGMENT, and return whether the core permits
        this. The core refuses it for a packet that xfrm handles.
        """
        try:
            sock.sendmsg([*whole.values()], [
                (socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", SEGMENT))],
                0, peer)
        except OSError as error:
            if mode == "plain" or error.errno != errno.EIO:
                raise
            return False
        return True

    # ---- TCP

    def streams(self, talk, mode, kind):
        near, far = talk.connect("a")
        for sock in (near, far):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = {near: pages(stream(BYTES)), far: pages(stream(BYTES // 2))}
        writers = {sock: Writer(data[sock]) for sock in data}

        def send(sock, piece):
            self.look(mode, kind)
            return writers[sock].send(sock, piece)

        try:
            talk.transfer(near, far, data, send)
        finally:
            near.close()
            far.close()
            for writer in writers.values():
                writer.close()

    # ---- the wire and the cards

    def look(self, mode, kind):
        """Fail if the wire shows clear text. In mode plain, count the frames
        with MARKER instead. A corrupt frame may look like any protocol, so only
        MARKER is looked for in it.
        """
        for side, tap in self.bed.tap.items():
            for raw in tap.frames():
                if mode == "plain":
                    self.marked += MARKER in raw
                    continue
                ksft.check(MARKER not in raw, f"clear text from {side}: "
                           f"{ksft.show(raw)}")
                why = kind != "corrupt" and clear_text(raw)
                ksft.check(not why, f"clear text from {side}: {why}")

    def check_counters(self, kind):
        for side in "ab":
            moved = self.bed.delta(side)
            for name in ("ipsec_tx_pkts", "ipsec_rx_pkts"):
                ksft.check(moved[name] > 100, f"{name} of {side} is "
                           f"{moved[name]}")
            if kind == "corrupt":
                continue
            lost = {name: count for name, count in moved.items()
                    if count and ("drop" in name or "failed" in name or
                                  "bad" in name)}
            # In packet mode the card itself counts duplicates
            lost.pop("ipsec_rx_drop_replay", None)
            ksft.equal(lost, {}, f"counters of {side}")


def received(sock):
    """Yield the datagrams that wait; those that GRO has merged are split."""
    while select.select([sock], [], [], 0)[0]:
        data, notes, _, _ = sock.recvmsg(65536, 64)
        size = len(data)
        for level, kind, value in notes:
            if (level, kind) == (socket.IPPROTO_UDP, UDP_GRO):
                size, = struct.unpack_from("=i", value)
        for at in range(0, len(data), size):
            yield data[at:at + size]


def main():
    run_cells(cells(), Skies)


if __name__ == "__main__":
    main()
