# SPDX-License-Identifier: GPL-2.0
"""Traffic between the ends of a bed. The receiver and the oracle on the wire
compare each byte with what was sent.

    talk = Traffic(bed, shape)
    talk.udp("a", [1, 2, 3, 4])     # lengths; from a to b, in order
    talk.echo("a", [56])            # ICMP, answered by b's kernel
    talk.tcp("a", 5000, 3000)       # side a connects, sends 5000, gets 3000
    wire = talk.settle(pair)        # counters == wire, everything decrypted
    # What side a sent:
    wire.sent["a"]                  # the number of unfragmented ESP frames
    wire.pads["a"]                  # the pad lengths
    wire.plain["a"]                 # [(protocol, fragment, payload), ...]
    wire.engine["a"]                # the number of frames that a's engine sent

settle() is the proof that the offload did the work. At an end that offloads,
the counts of the engine equal the number of unfragmented ESP frames on the
wire. At any other end these counts are zero. (If ESP makes a datagram too big
for the wire, the stack encrypts the datagram, and then fragments it. No engine
counts it.)
"""
import os
import random
import select
import socket
import struct
from collections import defaultdict, namedtuple

from . import esp, ksft
from .algs import ALGS
from .bed import INNER, OTHER, OUTER, family

PORT = 7000
NOISE = os.urandom(1 << 17)
ICMP_ECHO = {4: (8, 0), 6: (128, 129)}

Wire = namedtuple("Wire", "frames sent fragments plain pads engine")


def largest_datagram(shape, icv, mtu=1500, alg=ALGS["aes128-gcm"]):
    """The longest UDP payload that fits into an ESP packet of @mtu bytes."""
    outer = 20 if shape.outer == 4 else 40
    inner = 0 if shape.mode == "transport" else 20 if shape.inner == 4 else 40
    room = (mtu - outer - (8 if shape.encap else 0) - 8 - alg.iv_len -
            icv // 8)
    return room // alg.align * alg.align - 2 - inner - 8


def sweep_lengths(pair):
    return range(1, largest_datagram(pair.shape, pair.ab.icv) + 1)


def noise(length):
    """@length random bytes; if NOISE is shorter, its bytes are repeated."""
    at = random.randrange(len(NOISE) - length) if length < len(NOISE) else 0
    data = NOISE[at:at + length]
    while len(data) < length:
        data += NOISE[:length - len(data)]
    return data


def drain(sock):
    """Read all datagrams that wait in a socket; return their number."""
    count = 0
    while select.select([sock], [], [], 0)[0]:
        sock.recv(65536)
        count += 1
    return count


def check_ivs(alg, ivs):
    """Check the IVs of all frames that an engine sent through one SA.

    No IV comes twice. A CPU draws a range of 256 numbers, and takes the IVs of
    a counter mode from this range. IVs of CBC are random, so no two of them lie
    in the same range.
    """
    if not alg.iv_len:
        return
    ksft.equal(len(set(ivs)), len(ivs), "different IVs")
    ranges = len({iv >> 8 for iv in ivs})
    if alg.iv_random:
        ksft.equal(ranges, len(ivs), "ranges of the random IVs")
    else:
        most = len(ivs) // 256 + 2 * os.cpu_count()
        ksft.check(ranges <= most, f"{len(ivs)} IVs of a counter come "
                   f"from {ranges} ranges, expected at most {most}")


class Traffic:
    def __init__(self, bed, shape):
        self.bed, self.shape = bed, shape
        self.fam = family(shape.inner)
        self.address = {side: bed.address(side, shape) for side in "ab"}
        self.socks = {side: self.bound(side, socket.SOCK_DGRAM, PORT)
                      for side in "ab"}
        self.ping = {}
        for side in "ab":
            sock = self.socks[side]
            sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # RCVBUFFORCE
            sock.setsockopt(socket.SOL_SOCKET, 32, 16 << 20)  # SNDBUFFORCE
        self.listeners = {side: self.bound(side, socket.SOCK_STREAM, PORT + 1)
                          for side in "ab"}
        for sock in self.listeners.values():
            sock.listen(8)
            sock.setblocking(False)
        self.keys = None
        self.forget()

    def close(self):
        for sock in (*self.socks.values(), *self.ping.values(),
                     *self.listeners.values()):
            sock.close()

    def bound(self, side, kind, port):
        sock = self.bed.host(side).socket(self.fam, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.address[side], port))
        return sock

    def forget(self):
        """Forget the packets that are expected on the wire.

        Also drop the packets that a failed case left in the sockets.
        """
        for sock in (*self.socks.values(), *self.ping.values()):
            drain(sock)
        self.datagrams = {"a": [], "b": []}
        self.echoes = {"a": [], "b": []}
        self.streams = {"a": {}, "b": {}}

    # ---- sending and receiving

    def peer(self, side, port=PORT):
        return (self.address[OTHER[side]], port)

    def udp(self, side, lengths, burst=16, seconds=10):
        """Send datagrams from side, a few at a time, and receive them."""
        for at in range(0, len(lengths), burst):
            batch = [noise(n) for n in lengths[at:at + burst]]
            for data in batch:
                self.socks[side].sendto(data, self.peer(side))
            self.expect_datagrams(side, batch, seconds)

    def expect_datagrams(self, side, batch, seconds=10):
        """The datagrams that @side sent arrive unchanged.

        compare() checks the order on the wire. Behind the card xfrm hands
        decrypted packets to per-CPU queues (gro_cells). When the card's NAPI
        moves to another CPU, packets in the new CPU's queue may overtake
        packets in the old CPU's queue. So if the order at the socket differs
        from the order of sending, the test prints a note, and does not fail.
        """
        receiver = self.socks[OTHER[side]]
        got = []
        for data in batch:
            if not select.select([receiver], [], [],
                                 ksft.patience(seconds))[0]:
                raise ksft.Fail(f"{len(data)} bytes of UDP from {side} did "
                                f"not arrive\n{self.why_lost()}")
            got.append(receiver.recv(65536))
        if got != batch:
            for one, data in zip(sorted(got), sorted(batch)):
                ksft.equal(one, data, f"{len(data)} bytes of UDP from {side}")
            ksft.note(f"UDP from {side} was received in another order")
        self.datagrams[side] += batch

    def why_lost(self):
        """Counters that moved, for a message."""
        text = []
        for side in "ab":
            moved = {k: v for k, v in self.bed.delta(side).items() if v}
            xfrm = {k: v for k, v in self.bed.ns(side).xfrm_stat().items()
                    if v}
            text.append(f"{side}: card {moved} xfrm since boot {xfrm}")
        text.append(f"frames on the wire: {len(self.bed.captured())}")
        return "\n".join(text)

    def ping_socket(self, side):
        if side not in self.ping:
            proto = (socket.IPPROTO_ICMP if self.shape.inner == 4
                     else socket.IPPROTO_ICMPV6)
            sock = self.bed.host(side).socket(self.fam, socket.SOCK_RAW, proto)
            sock.bind((self.address[side], 0))
            self.ping[side] = sock
        return self.ping[side]

    def echo(self, side, lengths, seconds=10):
        sock = self.ping_socket(side)
        request, reply = ICMP_ECHO[self.shape.inner]
        for number, length in enumerate(lengths, 1):
            body = struct.pack("!HH", os.getpid() & 0xffff, number) + \
                noise(length)
            head = struct.pack("!BB", request, 0)
            total = 0       # for IPv6 the kernel fills in the checksum
            if self.shape.inner == 4:
                total = esp.checksum(head + b"\0\0" + body)
            sock.sendto(head + struct.pack("!H", total) + body,
                        (self.address[OTHER[side]], 0))
            self.echoes[side].append((request, body))
            self.echoes[OTHER[side]].append((reply, body))
            self.expect_reply(sock, reply, body, seconds)

    def expect_reply(self, sock, reply, body, seconds):
        while True:
            if not select.select([sock], [], [],
                                 ksft.patience(seconds))[0]:
                raise ksft.Fail(f"no echo reply of {len(body) - 4} bytes\n"
                                f"{self.why_lost()}")
            got = sock.recv(65536)
            if self.shape.inner == 4:
                got = got[(got[0] & 15) * 4:]
            if got[0] == reply:
                ksft.equal(got[4:], body, "echo reply")
                return

    def connect(self, side):
        """Connect from @side; return both sockets, set to non-blocking."""
        near = self.bed.host(side).socket(self.fam, socket.SOCK_STREAM)
        near.bind((self.address[side], 0))
        near.setblocking(False)
        near.connect_ex(self.peer(side, PORT + 1))
        listener = self.listeners[OTHER[side]]
        if not select.select([listener], [], [], ksft.patience(15))[0]:
            raise ksft.Fail(f"TCP from {side} does not connect\n"
                            f"{self.why_lost()}")
        far, _ = listener.accept()
        far.setblocking(False)
        return near, far

    def tcp(self, side, there, back=0, send=None):
        """TCP both ways on one connection, which both ends close cleanly.

        If @send is given, send(sock, data) is called in place of
        sock.send(data). It returns how many bytes it has sent.
        """
        near, far = self.connect(side)
        port = near.getsockname()[1]
        data = {near: noise(there), far: noise(back)}
        self.streams[side][port] = data[near]
        self.streams[OTHER[side]][port] = data[far]
        try:
            self.transfer(near, far, data, send)
        finally:
            near.close()
            far.close()

    def transfer(self, near, far, data, send=None):
        """Send data[near] and data[far] at the same time, each to the other
        socket.
        """
        def some(sock):
            """Send a piece. There may be no room for the piece, even if
            select() calls the socket writable.
            """
            piece = left[sock][:65536]
            try:
                done = send(sock, piece) if send else sock.send(piece)
            except BlockingIOError:
                done = 0
            left[sock] = left[sock][done:]

        other = {near: far, far: near}
        left = {sock: memoryview(data[sock]) for sock in data}
        got = {near: bytearray(), far: bytearray()}
        reading = {near, far}
        writing = set()
        for sock in data:
            if left[sock]:
                writing.add(sock)
            elif sock is near:
                sock.shutdown(socket.SHUT_WR)
        while reading:
            ready, able, _ = select.select(reading, writing, [],
                                              ksft.patience(15))
            if not ready and not able:
                raise ksft.Fail("TCP stalls\n" + self.why_lost())
            for sock in able:
                some(sock)
                if not left[sock]:
                    writing.discard(sock)
                    if sock is near:
                        sock.shutdown(socket.SHUT_WR)
            for sock in ready:
                try:
                    piece = sock.recv(65536)
                except BlockingIOError:
                    # There is no data: select() has seen the kernel's notice
                    # that a zero-copy send is complete
                    sock.recvmsg(0, 1024, socket.MSG_ERRQUEUE)
                    continue
                got[sock] += piece
                if not piece:
                    reading.discard(sock)
                    if sock is far:
                        # far ends its stream after near. When near reads the
                        # end of far's stream, near has acknowledged all
                        # earlier packets of far. So no packet is on its way
                        # when tcp() closes both sockets.
                        while left[far]:
                            select.select([], [far], [], ksft.patience(15))
                            some(far)
                        writing.discard(far)
                        far.shutdown(socket.SHUT_WR)
        for sock in data:
            ksft.equal(bytes(got[other[sock]]), data[sock][:], "TCP stream")

    # ---- the wire

    def settle(self, pair, seconds=5, mixed=False):
        """Check everything since bed.mark(), as described at the head of this
        file. Then mark again, and return the Wire.

        mixed: at an end that offloads, the stack may have encrypted some of
        the packets. In this case the caller checks wire.engine. The engines
        must decrypt all received packets in any case.
        """
        def counts_agree():
            wire = self.read_wire()
            return self.count_errors(pair, wire, mixed) is None and wire

        try:
            wire = ksft.wait_for("counters", counts_agree, seconds, 0.02)
        except ksft.Fail:
            wire = self.read_wire()
            raise ksft.Fail(f"{self.count_errors(pair, wire, mixed)}\n"
                            f"{self.why_lost()}") from None
        self.decrypt(pair, wire, mixed)
        self.compare(wire)
        self.forget()
        self.bed.mark()
        return wire

    def read_wire(self):
        """The Wire since bed.mark(); decrypt() fills in plain and pads."""
        frames = {"a": [], "b": []}
        sent = {"a": 0, "b": 0}
        fragments = {"a": 0, "b": 0}
        together = esp.Reassembler()
        for side, frame in self.bed.captured():
            if frame.is_esp:
                sent[side] += 1
                frames[side].append(frame)
            elif frame.fragment and frame.proto in (esp.ESP, esp.UDP):
                fragments[side] += 1
                whole = together.add(frame)
                if whole:
                    frames[side].append(whole)
            else:
                self.check_harmless(side, frame)
        return Wire(frames, sent, fragments, {"a": [], "b": []},
                    {"a": [], "b": []},
                    {side: self.bed.delta(side).get("ipsec_tx_pkts")
                     for side in "ab"})

    @staticmethod
    def check_harmless(side, frame):
        """Fails if the frame is clear text from or to one of the ends."""
        if frame.ip is None:
            return
        known = {esp.packed(a) for table in (OUTER, INNER)
                 for end in table.values() for a in end.values()}
        if frame.src in known or frame.dst in known:
            raise ksft.Fail(f"clear text from {side} on the wire: protocol "
                            f"{frame.proto}, {ksft.show(frame.ip)}")

    def count_errors(self, pair, wire, mixed=False):
        """How the engines' counts differ from the wire, or None."""
        for side in "ab":
            delta = self.bed.delta(side)
            offloads = side in pair.offload
            for name, frames in (("ipsec_tx_pkts", wire.sent[side]),
                                 ("ipsec_rx_pkts", wire.sent[OTHER[side]])):
                expected = frames if offloads else 0
                got = delta.get(name)
                if mixed and offloads and name == "ipsec_tx_pkts" and \
                        got is not None and got <= frames:
                    continue
                if got != expected:
                    return (f"{name} of {side} is {got}, "
                            f"expected {expected} (offload at "
                            f"'{pair.offload}')")
        return None

    def decrypt(self, pair, wire, mixed=False):
        """The oracle opens every ESP frame, and checks the rules of ESP."""
        if self.keys is None or self.keys[0] is not pair:
            self.keys = (pair, pair.ab.oracle(), pair.ba.oracle())
        for side, key in (("a", self.keys[1]), ("b", self.keys[2])):
            ivs = []
            for frame in wire.frames[side]:
                # In Linux 6.12 to 7.3, esp6_xmit() gives a TCP segment and
                # the next packet the same IV. So only IVs that the engine has
                # made are checked.
                plain = key.accept(frame.esp, side in pair.offload)
                if frame.encap != self.shape.encap:
                    raise ksft.Fail("a frame's UDP encapsulation is wrong")
                ivs.append(int.from_bytes(plain.iv))
                wire.pads[side].append(plain.pad)
                wire.plain[side].append(self.inner(side, frame, plain))
            if side in pair.offload and not wire.fragments[side] and \
                    not mixed:
                check_ivs(key.alg, ivs)

    def inner(self, side, frame, plain):
        """(protocol, fragment, payload) that the ESP packet carries."""
        if self.shape.mode == "transport":
            return plain.next_header, None, plain.data
        expected = esp.IPIP if self.shape.inner == 4 else esp.IPV6_IN_IP
        ksft.equal(plain.next_header, expected, "next header of the tunnel")
        ethertype = (esp.ETH_IPV4 if self.shape.inner == 4 else esp.ETH_IPV6)
        packet = esp.Frame(bytes(12) + struct.pack("!H", ethertype) +
                           plain.data)
        ksft.equal(len(packet.ip), len(plain.data), "inner packet's length")
        ksft.equal(packet.src, esp.packed(self.address[side]), "inner source")
        return packet.proto, packet.fragment, packet.payload

    def compare(self, wire):
        """The oracle must have read exactly the packets that were sent."""
        for side in "ab":
            datagrams, echoes = [], []
            streams = defaultdict(dict)
            parts = {}
            for proto, fragment, data in wire.plain[side]:
                if fragment:
                    data = self.inner_whole(parts, fragment, data)
                    if data is None:
                        continue
                if proto == esp.UDP:
                    datagrams.append(data[8:])
                elif proto == esp.TCP:
                    self.take_segment(streams, side, data)
                elif proto in (esp.ICMP, esp.ICMPV6) and \
                        data[0] in ICMP_ECHO[self.shape.inner]:
                    echoes.append((data[0], data[4:]))
            ksft.equal(len(datagrams), len(self.datagrams[side]),
                       f"datagrams of {side} on the wire")
            # The stack encrypts a datagram that is too big for the wire. A
            # small datagram, which the engine encrypts, may overtake it. So
            # the order is not compared
            if wire.fragments[side]:
                datagrams.sort()
                self.datagrams[side].sort()
            for got, data in zip(datagrams, self.datagrams[side]):
                ksft.equal(got, data, f"datagram of {side} on the wire")
            ksft.equal(echoes, self.echoes[side], f"echoes of {side}")
            for port, data in self.streams[side].items():
                self.compare_stream(streams[port], data, side)

    @staticmethod
    def inner_whole(parts, fragment, data):
        """Join fragments of an inner packet; None until all are there."""
        ident, offset, more = fragment
        pieces = parts.setdefault(ident, {})
        pieces[offset] = (data, more)
        whole = b""
        while len(whole) in pieces:
            data, more = pieces[len(whole)]
            whole += data
            if not more:
                del parts[ident]
                return whole
        return None

    @staticmethod
    def take_segment(streams, side, segment):
        """Note the data of a TCP segment: {port: {number: data}}."""
        sport, dport, seq = struct.unpack_from("!HHI", segment)
        data = segment[(segment[12] >> 4) * 4:]
        port = dport if sport == PORT + 1 else sport
        if segment[13] & 2:
            streams[port]["start"] = seq + 1
        # When TCP sends data again, it may cut the data in other places
        if len(data) > len(streams[port].get(seq, b"")):
            streams[port][seq] = data

    @staticmethod
    def compare_stream(pieces, data, side):
        """The segments on the wire make up the stream that was sent."""
        start = pieces.pop("start", None)
        ksft.check(start is not None, f"no SYN of {side} on the wire")
        whole = bytearray(len(data))
        covered = bytearray(len(data))
        for seq, piece in pieces.items():
            at = (seq - start) & 0xffffffff
            whole[at:at + len(piece)] = piece
            covered[at:at + len(piece)] = b"\1" * len(piece)
        ksft.check(all(covered), f"TCP stream of {side} has a hole on the "
                   "wire")
        ksft.equal(bytes(whole), bytes(data), f"TCP stream of {side} on the "
                   "wire")
