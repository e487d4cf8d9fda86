#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Nothing is lost while one of these changes: the number of queues, the queue
of a flow, the thread of a NAPI, or the time that a NAPI waits.

In packet mode, each flow and each SA also keeps its order meanwhile. Other
cases prove what ethtool answers about channels, the indirection table and the
hash.
"""
import contextlib
import os
import re
import socket
import threading

from lib import esp, ksft
from lib.bed import CARD, Bed, Shape, family
from lib.cases import run_cells
from lib.trace import Trace, number

QUEUES = 8
PORT = 7700
FLOWS = 8
# The largest number of datagrams that are on their way at a time. The queueing
# disciplines of the two cards in the middle have room for them. A queueing
# discipline without room would drop datagrams while a queue is stopped.
WINDOW = 160
# So many rounds of Flows are enough for all flows to go on after a change. A
# flow that has stopped needs no time, so its rounds are short
ROUNDS = 50
# under_traffic() calls change() with each of these numbers, in this order
COUNTS = (1, 5, 2, 8, 3, 4, 1, 8)
# The largest number of TCP's bytes that are on their way at a time. With more,
# the capture of the wire would not keep up
TCP_WINDOW = 1 << 17
SHAPES = ("ipv4-tunnel", "ipv6-transport")
KINDS = [kind + version for kind in ("tcp", "udp", "sctp", "esp")
         for version in "46"]
PORTS = ("L4 bytes 0 & 1 [TCP/UDP src port] "
         "L4 bytes 2 & 3 [TCP/UDP dst port]")
SO_INCOMING_NAPI_ID = 56
# A kernel for one CPU has no RPS (receive packet steering).
RPS = os.path.exists("/sys/class/net/lo/queues/rx-0")
# Size of the replay window. In crypto mode the core draws a number before it
# puts the packet into a queue. If the scheduler stops the sender in between,
# many packets of other senders overtake this packet. When it arrives, its
# number must still be in the window.
REPLAY = 4096


class ManyQueues(Bed):
    queues = f"numtxqueues {QUEUES} numrxqueues {QUEUES}"


class Flows:
    """UDP flows from a to b in a thread, with a count in each datagram.

    The thread also watches the sequence numbers of all SAs on the wire. No
    number comes twice. In packet mode the numbers rise. In crypto mode the core
    draws a number before it puts the packet into a queue. So this packet may
    be overtaken by a packet that another sender sends through the same SA,
    even if no queue changes (the case "still").
    """

    def __init__(self, bed, shape, how):
        self.senders, self.receivers = [], []
        self.bed, self.shape, self.how = bed, shape, how
        self.numbers = {}
        self.sent, self.got = [0] * FLOWS, [0] * FLOWS
        # Numbers that came while a smaller number was missing. In packet mode
        # no such number comes
        self.early = [set() for _ in range(FLOWS)]
        self.rounds = 0                 # how often run() sent and received
        self.error = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        with contextlib.ExitStack() as failed:
            failed.callback(self.end)
            self.begin()
            failed.pop_all()
        return self

    def __exit__(self, kind, *_):
        self.end()
        if not kind and self.error:
            raise self.error

    def begin(self):
        for side, made in (("a", self.senders), ("b", self.receivers)):
            for n in range(FLOWS):
                sock = self.bed.host(side).socket(family(self.shape.inner),
                                                  socket.SOCK_DGRAM)
                sock.bind((self.bed.address(side, self.shape), PORT + n))
                made.append(sock)
        for n, sock in enumerate(self.senders):
            sock.connect((self.bed.address("b", self.shape), PORT + n))
        for sock in self.receivers:
            sock.setblocking(False)
        self.thread.start()
        ksft.wait_for("the first datagrams",
                      lambda: min(self.got) or self.error)

    def end(self):
        self.done.set()
        if self.thread.ident:           # it was started
            self.thread.join()
        for sock in self.senders + self.receivers:
            sock.close()

    def take(self):
        for n, sock in enumerate(self.receivers):
            try:
                while True:
                    self.take_number(n, int.from_bytes(sock.recv(64)[:4]))
            except BlockingIOError:
                pass

    def take_number(self, n, number):
        """Check the count in a datagram of flow @n. In packet mode a flow
        keeps its order. In crypto mode xfrm_input() hands a packet on through a
        queue of the CPU (gro_cells). If the NAPI moves to another CPU, packets
        in the old CPU's queue are overtaken.
        """
        ksft.check(number >= self.got[n] and number not in self.early[n] and
                   (self.how == "crypto" or number == self.got[n]),
                   f"number of flow {n}: {number} after {self.got[n]}")
        self.early[n].add(number)
        while self.got[n] in self.early[n]:
            self.early[n].remove(self.got[n])
            self.got[n] += 1

    def watch_wire(self):
        for tap in self.bed.tap.values():
            for frame in map(esp.Frame, tap.frames()):
                if frame.is_esp:
                    self.watch_number(frame.spi, frame.seq)

    def watch_number(self, spi, seq):
        seen, last = self.numbers.setdefault(spi, (set(), [0]))
        ksft.check(seq not in seen, f"SPI {spi:#x}: number {seq} twice")
        seen.add(seq)
        ksft.check(seq > last[0] or self.how == "crypto",
                   f"SPI {spi:#x}: number {seq} after {last[0]} on the wire")
        last[0] = seq

    def run(self):
        try:
            while not self.done.is_set():
                self.watch_wire()
                for n, sock in enumerate(self.senders):
                    if self.sent[n] - self.got[n] < WINDOW // FLOWS:
                        sock.send(self.sent[n].to_bytes(4) + bytes(36))
                        self.sent[n] += 1
                self.take()
                self.rounds += 1
            ksft.wait_for("the last datagrams",
                          lambda: self.take() or self.got == self.sent)
            self.watch_wire()
        except (ksft.Fail, OSError) as error:
            self.error = error

    def go_on(self):
        """Wait until every flow goes on after the last change.

        self.sent has, for each flow, the number of datagrams that side a has
        counted when the wait begins. Side b must get two more of each flow.
        Side a may have sent the first of these two before the change, because
        it counts a datagram after it has sent it. Side a has sent the second
        after the change.
        """
        want = [sent + 2 for sent in self.sent]
        enough = self.rounds + ROUNDS
        for attempt in range(6):
            try:
                ksft.wait_for("all flows to go on", lambda: self.error or all(
                    got >= n for got, n in zip(self.got, want)))
                break
            except ksft.Fail as error:
                # On a busy machine, so much time may be only a few rounds
                if self.rounds >= enough or attempt == 5:
                    raise ksft.Fail(f"{error}\n{self.fate()}") from error
        if self.error:
            raise self.error

    def fate(self):
        """Where the datagrams are, as far as the counters tell."""
        xfrm = {name: count for name, count in self.bed.b.xfrm_stat().items()
                if count}
        return (f"sent {self.sent}, got {self.got}, came too early "
                f"{[len(early) for early in self.early]}, rounds {self.rounds},"
                f" xfrm of b {xfrm}, b moved {self.bed.moved('b')}")


class Stream:
    """TCP from a to b in two threads, compared byte by byte.

    The stream sends at most one block in each round of the flows. So the
    capture of the wire keeps up with the stream. There is a second reason: a
    datagram gets its sequence number before it is on the wire. If the stream
    sent too many packets in between, the datagram's number would be below the
    replay window when the datagram arrives.
    """

    def __init__(self, bed, shape, flows):
        self.flows = flows
        listener = bed.b.socket(family(shape.inner), socket.SOCK_STREAM)
        listener.bind((bed.address("b", shape), PORT))
        listener.listen(1)
        self.sender = bed.a.socket(family(shape.inner), socket.SOCK_STREAM)
        self.sender.settimeout(ksft.patience(60))
        self.sender.connect((bed.address("b", shape), PORT))
        self.receiver, _ = listener.accept()
        self.receiver.settimeout(ksft.patience(60))
        listener.close()
        self.data = os.urandom(1 << 16)
        self.sent = self.got = 0
        self.error = None
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.watch, args=(part,))
                        for part in (self.send, self.receive)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()
        self.sender.close()
        self.receiver.close()
        if not kind and self.error:
            raise self.error

    def watch(self, part):
        try:
            part()
        except (ksft.Fail, OSError) as error:
            self.error = error

    def send(self):
        last = 0
        while not self.done.wait(0.002):
            rounds = self.flows.rounds
            if rounds > last and self.sent - self.got < TCP_WINDOW:
                last = rounds
                self.sender.sendall(self.data)
                self.sent += len(self.data)
        self.sender.shutdown(socket.SHUT_WR)

    def receive(self):
        while True:
            part = self.receiver.recv(1 << 16)
            if not part:
                return
            at = self.got % len(self.data)
            ksft.check((self.data + self.data)[at:at + len(part)] == part,
                       f"other bytes at {self.got}")
            self.got += len(part)


def channels(bed, side, count):
    """Set the number of queues that a side's card uses."""
    bed.host(side).command("ethtool", "-L", CARD[side], "combined", str(count))


def cells():
    made = [("numbers", Channels.numbers), ("refused", Channels.refused),
            ("one direction", Channels.one_direction),
            ("table", Channels.table),
            ("table keeps queues", Channels.table_keeps),
            ("fields", Channels.fields), ("fragments", Channels.fragments)]
    for how in ("crypto", "packet"):
        for name in SHAPES:
            shape = Shape.named(name)
            made += [(f"{how} {name} {what.__name__}", what, how, shape)
                     for what in (Channels.still, Channels.sender,
                                  Channels.receiver, Channels.steered,
                                  Channels.hashed_anew, Channels.threaded,
                                  Channels.deferred)]
    return made


class Channels:
    def __init__(self):
        self.bed = ManyQueues()
        self.hashing = set()            # (side, type) whose fields are set

    def cell(self, case, *args):
        for side in "ab":
            self.ethtool(side, "-X", CARD[side], "default")
            channels(self.bed, side, QUEUES)
        self.middle(QUEUES)
        for side, kind in tuple(self.hashing):
            self.set_hash(kind, "", side=side)
        case(self, *args)

    def close(self):
        self.bed.delete()

    def middle(self, count):
        """Set the number of queues of the card that sends to b's card."""
        self.bed.w.command("ethtool", "-L", "ov2", "combined", str(count))

    def ethtool(self, side, *words, check=True):
        return self.bed.host(side).command("ethtool", *words, check=check)

    def shown(self, side="a"):
        """The numbers of queues in use, and the largest possible numbers, each
        as {"RX": n, "TX": n, "Combined": n}.
        """
        text = self.ethtool(side, "-l", CARD[side]).stdout
        most, now = text.split("Current hardware settings:")
        find = r"^(RX|TX|Combined):\s+(\d+)"
        return [{name: int(value) for name, value in
                 re.findall(find, part, re.M)} for part in (now, most)]

    def entries(self, side="b"):
        """The queues in the indirection table of a side's card."""
        text = self.ethtool(side, "-x", CARD[side]).stdout
        rows = re.findall(r"^\s*\d+:\s+((?:\d+\s*)+)$", text, re.M)
        return [int(n) for row in rows for n in row.split()]

    def sysfs(self, side):
        """(receive queues, send queues) in sysfs. A kernel without RPS shows no
        receive queues.
        """
        # `ip netns exec` mounts the sysfs of the namespace
        done = self.bed.host(side).command(
            "ip", "netns", "exec", self.bed.host(side).name, "ls",
            f"/sys/class/net/{CARD[side]}/queues")
        names = done.stdout.split()
        return tuple(sum(name.startswith(kind) for name in names)
                     for kind in ("rx-", "tx-"))

    @staticmethod
    def came_on(trace):
        """Return the queues on which ESP came to b's card since the last read
        of @trace.
        """
        seen = set()

        def some():
            seen.update(number(event.fields["queue"])
                        for event in trace.read()
                        if event.fields["dev"] == CARD["b"])
            return seen

        return ksft.wait_for("a received record", some)

    def under_traffic(self, how, shape, change):
        """Calls change() for each of COUNTS while all flows go on."""
        pair = self.bed.install(shape, how=how, window=REPLAY)
        self.bed.mark()
        with Flows(self.bed, shape, how) as flows:
            with Stream(self.bed, shape, flows) as stream:
                for count in COUNTS:
                    change(count)
                    flows.go_on()
        ksft.check(stream.got, "TCP got nothing")
        ksft.equal(set(flows.numbers), {pair.ab.spi, pair.ba.spi},
                   "SAs on the wire")
        for side in "ab":
            lost = {name: value for name, value in
                    self.bed.moved(side).items() if "drop" in name}
            ksft.equal(lost, {}, f"drops at {side}")

    # ---- cells

    def numbers(self):
        for count in COUNTS:
            channels(self.bed, "a", count)
            now, most = self.shown()
            ksft.equal((now["Combined"], most["Combined"]), (count, QUEUES),
                       "channels")
            ksft.equal(self.sysfs("a"), (count if RPS else 0, count),
                       "queues in sysfs")
            ksft.equal(set(self.entries("a")), set(range(count)),
                       "queues in the table")

    def refused(self):
        for words, sentence in (
                (("combined", QUEUES + 1), "exceeds maximum"),
                (("rx", 1), "exceeds maximum"),
                (("combined", 0), "no RX or TX channel")):
            done = self.ethtool("a", "-L", CARD["a"], *map(str, words),
                                check=False)
            ksft.check(done.returncode and sentence in done.stderr,
                       f"-L {words}: {done.stderr!r}")
        for words in (("hfunc", "xor"), ("weight", *["1"] * (QUEUES + 1)),
                      ("equal", str(QUEUES + 1)), ("hkey", "01:02")):
            done = self.ethtool("a", "-X", CARD["a"], *words, check=False)
            ksft.check(done.returncode and done.stderr,
                       f"-X {words}: {done.stderr!r}")
        ksft.equal(self.shown()[0]["Combined"], QUEUES, "channels")
        ksft.equal(set(self.entries("a")), set(range(QUEUES)), "table")

    def one_direction(self):
        """A card may have more queues of one direction than of the other. For
        ethtool the additional queues are RX channels or TX channels. They do
        not count as combined channels.
        """
        ns = self.bed.a
        ns.ip("link add odd0 numtxqueues 2 numrxqueues 5 type ipsecov2")
        try:
            ns.command("ethtool", "-L", "odd0", "combined", "1", "rx", "2")
            done = ns.command("ip", "netns", "exec", ns.name, "ls",
                              "/sys/class/net/odd0/queues").stdout.split()
            receive = ["rx-0", "rx-1", "rx-2"] if RPS else []
            ksft.equal(sorted(done), receive + ["tx-0"], "queues")
        finally:
            ns.ip("link del odd0")

    def table(self):
        """The table decides on which queue the packets of an SA come in. A new
        key does not change the table. `ethtool -X ... default` brings the
        default table back.
        """
        shape = Shape.named("ipv4-tunnel")
        self.bed.install(shape)
        for queue in (3, 0, 6):
            self.ethtool("b", "-X", CARD["b"], "start", str(queue), "equal",
                         "1")
            ksft.equal(set(self.entries()), {queue}, "table")
            with contextlib.closing(Trace(["ov2_rx_record"])) as trace:
                with Flows(self.bed, shape, "crypto"):
                    pass
                ksft.equal(self.came_on(trace), {queue}, "queues of the SA")
        key = ":".join(["6d", "5a"] * 20)
        self.ethtool("b", "-X", CARD["b"], "hkey", key)
        ksft.check(key in self.ethtool("b", "-x", CARD["b"]).stdout, "no key")
        ksft.equal(set(self.entries()), {6}, "table after a new key")
        self.ethtool("b", "-X", CARD["b"], "default")
        ksft.equal(set(self.entries()), set(range(QUEUES)), "default table")

    def table_keeps(self):
        """A card keeps the user's table, and every queue that the table names.
        """
        self.ethtool("b", "-X", CARD["b"], "equal", "3")
        channels(self.bed, "b", 4)
        ksft.equal(set(self.entries()), {0, 1, 2}, "table")
        done = self.ethtool("b", "-L", CARD["b"], "combined", "2", check=False)
        ksft.check(done.returncode and "indirection table" in done.stderr,
                   f"a queue of the table went away: {done.stderr!r}")
        self.ethtool("b", "-X", CARD["b"], "default")
        ksft.equal(set(self.entries()), set(range(4)), "default table")
        channels(self.bed, "b", 2)
        ksft.equal(set(self.entries()), {0, 1}, "default table")

    def hashed(self, kind, side="b"):
        """The fields that are hashed for a type of flows, as ethtool names
        them.
        """
        text = self.ethtool(side, "-n", CARD[side], "rx-flow-hash", kind)
        return " ".join(text.stdout.split("flow key:")[1].split())

    def set_hash(self, kind, fields, check=True, side="b"):
        done = self.ethtool(side, "-N", CARD[side], "rx-flow-hash", kind,
                            fields, check=check)
        if not fields:
            self.hashing.discard((side, kind))
        elif not done.returncode:
            self.hashing.add((side, kind))
        return done

    def fields(self):
        """Each type of flow has its own fields to hash. At first no fields are
        set.
        """
        for kind in KINDS:
            ksft.equal(self.hashed(kind), "None", f"hashed of {kind}")
            for fields, text in (("sd", "IP SA IP DA"),
                                 ("sfn", "IP SA " + PORTS), ("", "None")):
                self.set_hash(kind, fields)
                ksft.equal(self.hashed(kind), text, f"hashed of {kind}")
        for kind, fields, error in (("udp4", "v", "Invalid argument"),
                                    ("ether", "m", "not supported")):
            done = self.set_hash(kind, fields, check=False)
            ksft.check(done.returncode and error in done.stderr,
                       f"{kind} {fields}: {done.stderr!r}")

    def napis(self, shape):
        """Return two sets of NAPIs of b's card: the NAPIs that handled whole
        datagrams of several flows, and the NAPIs that handled fragmented
        datagrams.
        """
        found = []
        for length in (40, 4000):
            ids = set()
            for n in range(2 * FLOWS):
                with self.flow(shape, PORT + n) as (near, far):
                    near.send(bytes(length))
                    ksft.equal(len(far.recv(length + 1)), length, "bytes")
                    ids.add(far.getsockopt(socket.SOL_SOCKET,
                                           SO_INCOMING_NAPI_ID))
            ksft.check(0 not in ids, "no NAPI was noted")
            found.append(ids)
        return found

    @contextlib.contextmanager
    def flow(self, shape, port):
        """Two connected sockets: one at side a with this port, one at side b.
        """
        fam = family(shape.inner)
        ends = [(self.bed.address("a", shape), port),
                (self.bed.address("b", shape), PORT - 1)]
        with self.bed.a.socket(fam, socket.SOCK_DGRAM) as near, \
             self.bed.b.socket(fam, socket.SOCK_DGRAM) as far:
            for sock, own, peer in ((near, *ends), (far, *ends[::-1])):
                sock.bind(own)
                sock.connect(peer)
            far.settimeout(ksft.patience(10))
            yield near, far

    def fragments(self):
        """If the card hashes only addresses, whole and fragmented datagrams
        come in on the same queue. If it also hashes ports, whole datagrams come
        in on several queues.
        """
        self.bed.remove()
        for kind, name in (("udp4", "ipv4-transport"),
                           ("udp6", "ipv6-transport")):
            shape = Shape.named(name)
            self.set_hash(kind, "sd")
            whole, parts = self.napis(shape)
            ksft.equal((len(whole), whole), (1, parts),
                       f"NAPIs with {kind} hashed by sd")
            self.set_hash(kind, "sdfn")
            whole, parts = self.napis(shape)
            ksft.check(len(whole) > 1,
                       f"only one NAPI with {kind} hashed by sdfn")
            ksft.equal(len(parts), 1,
                       f"NAPIs of fragments with {kind} hashed by sdfn")
            self.set_hash(kind, "")

    def still(self, how, shape):
        """Nothing changes."""
        self.under_traffic(how, shape, lambda count: None)

    def sender(self, how, shape):
        """The number of queues of a's card changes. So the packets of the SA
        come to namespace w on another queue. If the card that sends to b had
        several queues, the packets would also leave w by another queue, and
        could overtake older packets in the old queue. So this card has only one
        queue.
        """
        self.middle(1)
        self.under_traffic(how, shape,
                           lambda count: channels(self.bed, "a", count))

    def receiver(self, how, shape):
        """The number of queues of b's card changes."""
        self.under_traffic(how, shape,
                           lambda count: channels(self.bed, "b", count))

    def steered(self, how, shape):
        """b's table names one queue, and after each change another queue."""
        self.under_traffic(how, shape, lambda count: self.ethtool(
            "b", "-X", CARD["b"], "start", str(count - 1), "equal", "1"))

    def hashed_anew(self, how, shape):
        """After each change, b's card hashes other fields of ESP."""
        kind = "esp" + str(shape.outer)
        self.under_traffic(how, shape, lambda count: self.set_hash(
            kind, ("sdfn", "", "sd")[count % 3]))

    def threaded(self, how, shape):
        """The NAPIs of b's card get threads of their own, and lose them."""
        def change(count):
            self.bed.b.napi_threads(CARD["b"], count % 2)

        try:
            self.under_traffic(how, shape, change)
        finally:
            change(0)

    def deferred(self, how, shape):
        """Each change sets how many queues b's card has, and whether these
        queues wait for the kernel's timer.
        """
        def change(count):
            self.bed.b.defer_polls(CARD["b"], 100 * (count % 2),
                                   count % 4 / 1000)
            channels(self.bed, "b", count)

        try:
            self.under_traffic(how, shape, change)
        finally:
            self.bed.b.defer_polls(CARD["b"], 0, 0)


def main():
    run_cells(cells(), Channels)


if __name__ == "__main__":
    main()
