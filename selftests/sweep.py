#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packets of every length and every kind of skb arrive whole, in each shape.

 lengths     UDP payloads from 1 byte to what fills the MTU, both ways
 fragments   longer UDP, with offload at both ends, only at a, only at b
 buffers     page fragments, zero-copy and page-cache pages: the packets must be
             right, and the sender's memory must not change
 large_sends TCP as fast as it goes: no number and no IV may be used twice
 clones      a packet tap on the card and one on the wire hold clones: no
             engine may write into memory that a tap still shows
"""
import mmap
import os
import socket

from lib import esp, ksft, module
from lib.bed import ETH_P_ALL, SHAPES, shared
from lib.traffic import Traffic, largest_datagram, noise, sweep_lengths

SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
ENDS = {"ab": "both", "a": "a-only", "b": "b-only"}


class Sweep:
    """One bed for all cases; each case makes new SAs."""

    def __init__(self):
        self.bed = shared()
        self.talk = None

    def start(self, shape, offload="ab"):
        if self.talk:
            self.talk.close()
        pair = self.bed.install(shape, offload=offload)
        self.bed.check_offload_lines(pair)
        self.talk = Traffic(self.bed, shape)
        self.bed.mark()
        return pair, self.talk

    def lengths(self, shape):
        pair, talk = self.start(shape)
        for side in "ab":
            talk.udp(side, sweep_lengths(pair), burst=64)
            wire = talk.settle(pair)
            ksft.equal(wire.fragments[side], 0, "fragments")
            ksft.equal(wire.sent[side], len(sweep_lengths(pair)),
                       "ESP frames")
            longest = max(len(frame.ip) for frame in wire.frames[side])
            ksft.check(1496 <= longest <= 1500, "the longest packet should "
                       f"fill the MTU, and has {longest} bytes")

    def fragments(self, shape, offload):
        pair, talk = self.start(shape, offload)
        largest = largest_datagram(shape, 128)
        for side in "ab":
            for length in (*range(largest + 1, largest + 10), 1472, 1473,
                           3000, 8000, 32768, 65000):
                talk.udp(side, [length])
            wire = talk.settle(pair, mixed=True)
            inside = sum(bool(fragment)
                         for _, fragment, _ in wire.plain[side])
            ksft.check(wire.fragments[side] or inside,
                       "nothing was fragmented")
            # A long IPv6 packet is cut into fragments before it enters a
            # tunnel. The core (in 6.12 the card) leaves packets with a fragment
            # header to software
            if side in offload:
                ksft.equal(wire.engine[side], wire.sent[side] - inside,
                           "ESP frames of the engine")

    def buffers(self, shape):
        pair, talk = self.start(shape)
        size = 150000
        data = mmap.mmap(-1, size)
        data.write(noise(size))
        before = data[:]
        file = os.memfd_create("ov2")
        os.write(file, before)

        def zerocopy(sock, piece):
            return sock.send(piece, MSG_ZEROCOPY)

        def from_file(sock, piece):
            at = sent[0] % size
            done = os.sendfile(sock.fileno(), file, at, len(piece))
            sent[0] += done
            return done

        sent = [0]

        for side in "ab":
            self.stream(talk, side, data, zerocopy)
            self.stream(talk, side, data, from_file)
            self.pieces(talk, side)
            self.datagrams_of_pages(talk, side, file, before)
        talk.settle(pair, 20)
        ksft.check(data[:] == before, "the sender's memory has changed")
        ksft.check(os.pread(file, size, 0) == before,
                   "the sender's file has changed")
        os.close(file)

    @staticmethod
    def stream(talk, side, data, send):
        near, far = talk.connect(side)
        near.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
        port = near.getsockname()[1]
        talk.streams[side][port] = data[:]
        talk.transfer(near, far, {near: data, far: b""}, send)
        near.close()
        far.close()

    @staticmethod
    def pieces(talk, side):
        """Datagrams that are each put together from several writes."""
        sock = talk.socks[side]
        for sizes in ((1, 1, 1), (500, 3, 800), (100,) * 11):
            parts = [noise(n) for n in sizes]
            for part in parts[:-1]:
                sock.sendto(part, socket.MSG_MORE, talk.peer(side))
            sock.sendto(parts[-1], talk.peer(side))
            talk.expect_datagrams(side, [b"".join(parts)])

    @staticmethod
    def datagrams_of_pages(talk, side, file, content):
        """Datagrams whose payload is page-cache pages."""
        sock = talk.socks[side]
        # sendfile() needs a connected socket. Such a socket goes on receiving
        # the datagrams of its peer
        sock.connect(talk.peer(side))
        for at, length in ((0, 100), (4090, 1000), (8191, 1300)):
            sent = os.sendfile(sock.fileno(), file, at, length)
            ksft.equal(sent, length, "bytes sent from the file")
        wanted = [content[0:100], content[4090:5090], content[8191:9491]]
        receiver = talk.socks["b" if side == "a" else "a"]
        receiver.settimeout(ksft.patience(10))
        for whole in wanted:
            got = b""
            # Some kernels send one datagram for each page, other kernels send
            # one datagram for all pages
            while len(got) < len(whole):
                piece = receiver.recv(65536)
                talk.datagrams[side].append(piece)
                got += piece
            ksft.equal(got, whole, "datagram of pages")
        receiver.settimeout(None)

    def large_sends(self, shape):
        """TCP in large packets, which the engine or the stack has to cut.

        If ESP is in UDP and a card encrypts, esp4_gso_segment() forgets the 8
        bytes of the UDP header (Linux 6.12 to 7.3). Then bytes of the payload
        are taken for TCP options, and the core reserves one number too few for
        the segments. The card must leave such packets to software, which cuts
        them correctly. So the engine makes only some of the frames.
        """
        pair, talk = self.start(shape)
        for side in "ab":
            self.bed.ns(side).ip(f"link set {self.bed.ns(side).card} "
                                 "gso_max_segs 65535")
        try:
            talk.tcp("a", 300000, 300000)
            wire = talk.settle(pair, 20, mixed=shape.encap)
            for side in "ab":
                ksft.check(wire.engine[side], "the engine sent nothing")
        finally:
            # This makes the next install() set policies and gso_max_segs anew
            self.bed.shape = None

    def clones(self, shape):
        """Taps hold clones of what the engine encrypts.

        Here the card neither cuts packets nor completes checksums, so that the
        tap shows the bytes that the wire must carry. large_send.py looks at
        large packets, which the tap shows whole.
        """
        pair, talk = self.start(shape)
        self.offload_more("off")
        try:
            self.look_at_clones(pair, talk)
        finally:
            self.offload_more("on")

    def offload_more(self, word):
        self.bed.a.command("ethtool", "-K", "ov0", "tx-esp-segmentation", word,
                           "esp-tx-csum-hw-offload", word)

    def look_at_clones(self, pair, talk):
        card = self.plain_tap(self.bed.a, "ov0")
        wire_tap = self.plain_tap(self.bed.w, "ov1")
        talk.udp("a", range(1, 1300, 100))
        talk.echo("a", [56, 1000])
        talk.tcp("a", 30000, 0)
        wire = talk.settle(pair)
        shown = {(frame.spi, frame.seq): frame.raw
                 for frame in map(esp.Frame, received(wire_tap))
                 if frame.is_esp}
        for frame in wire.frames["a"]:
            ksft.equal(shown.get((frame.spi, frame.seq)), frame.raw,
                       "frame that a tap on the wire holds")
        key = pair.ab.oracle()
        clear = [esp.Frame(raw) for raw in received(card)]
        clear = {frame.seq: frame.esp for frame in clear
                 if frame.is_esp and frame.spi == pair.ab.spi}
        for frame in wire.frames["a"]:
            plain = key.open(frame.esp)
            kept = clear.get(plain.seq)
            ksft.check(kept is not None, f"no clone of number {plain.seq}")
            # The packet is behind SPI, number and IV
            ksft.equal(kept[16:16 + len(plain.data)], plain.data,
                       "packet that a tap on the card holds")
        card.close()
        wire_tap.close()

    @staticmethod
    def plain_tap(ns, dev):
        sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # RCVBUFFORCE
        with ns.entered():
            sock.bind((dev, ETH_P_ALL))
        sock.setblocking(False)
        return sock


def received(sock):
    frames = []
    while True:
        try:
            frames.append(sock.recv(65536 + 64))
        except BlockingIOError:
            return frames


def main():
    cells = []
    for shape in SHAPES:
        cells.append((f"lengths {shape.name}", Sweep.lengths, shape))
        cells += [(f"fragments {shape.name} {ends}", Sweep.fragments, shape,
                   offload) for offload, ends in ENDS.items()]
        cells += [(f"{case.__name__} {shape.name}", case, shape)
                  for case in (Sweep.buffers, Sweep.large_sends, Sweep.clones)]
    some = ksft.chosen(cells)
    module.load()
    sweep = Sweep()
    ksft.run([(name, case, sweep, *cell) for name, case, *cell in some],
             ksft.without_defer)


if __name__ == "__main__":
    main()
