#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The statistics of the queues tell what each queue has sent, received and
dropped, and together they are the statistics of the card.
"""
import contextlib
import socket

from lib import ksft, qstats
from lib.bed import INNER, OUTER, Bed, Shape
from lib.cases import run_cells
from lib.netns import ethtool_stats
from lib.traffic import Traffic

QUEUES = 4
PORT = 7800
FLOWS = 16
EACH = 5
STREAM = 300000
SHAPES = ("ipv4-tunnel", "ipv6-transport")
BOTH = ("packets", "bytes")
# All statistics that a card has of each queue
KNOWN = {"rx": {"packets", "bytes", "alloc-fail", "hw-drops"},
         "tx": {"packets", "bytes", "hw-drops", "hw-gso-packets",
                "hw-gso-wire-packets", "hw-gso-wire-bytes", "stop", "wake"}}


class ManyQueues(Bed):
    queues = f"numtxqueues {QUEUES} numrxqueues {QUEUES}"


def cells():
    made = [("known", QueueStats.known), ("each queue", QueueStats.each_queue),
            ("channels", QueueStats.channels), ("drops", QueueStats.drops),
            ("stop and wake", QueueStats.stop_and_wake),
            ("plain large sends", QueueStats.plain_large)]
    for how in ("crypto", "packet"):
        for name in SHAPES:
            made.append((f"{how} {name} large sends",
                         QueueStats.large_sends, how, Shape.named(name)))
            made.append((f"{how} {name} sums", QueueStats.sums, how,
                         Shape.named(name)))
    return made


class QueueStats:
    def __init__(self):
        qstats.need()
        self.bed = ManyQueues()
        self.stats = {ns: qstats.QueueStats(ns)
                      for ns in (self.bed.a, self.bed.b, self.bed.w)}

    def cell(self, case, *args):
        self.bed.remove()
        ksft.with_defer(lambda defer: case(self, defer, *args))

    def close(self):
        for stats in self.stats.values():
            stats.close()
        self.bed.delete()

    def cards(self):
        yield from ((self.bed.a, "ov0"), (self.bed.w, "ov1"),
                    (self.bed.w, "ov2"), (self.bed.b, "ov3"))

    def send(self, count=EACH, ends=None):
        """Send @count datagrams of each flow from a, and wait for each at b."""
        src, dst = ends or (OUTER["a"][4], OUTER["b"][4])
        fam = socket.AF_INET6 if ":" in dst else socket.AF_INET
        self.bed.mark()
        with self.bed.b.socket(fam, socket.SOCK_DGRAM) as far:
            far.bind((dst, PORT))
            far.settimeout(ksft.patience(10))
            for flow in range(FLOWS):
                with self.bed.a.socket(fam, socket.SOCK_DGRAM) as near:
                    near.bind((src, PORT + 1 + flow))
                    for _ in range(count):
                        near.sendto(bytes(100), (dst, PORT))
                        far.recv(200)

    def settled(self, ns, dev):
        """Wait until a card is at rest. Return what it has counted: the
        statistics of the link, the kernel's sum over all queues, the test's sum
        over the queues in use, and the number of filtered frames.
        """
        stats, seen = self.stats[ns], []

        def still():
            seen.append((stats.link(dev), stats.card(dev), stats.total(dev),
                         ethtool_stats(ns, dev)["wire_rx_filtered"]))
            return seen[-1] in seen[-2:-1] and seen[-1]

        return ksft.wait_for(f"{dev} to rest", still)

    def check_sums(self, all_in_use=True):
        for ns, dev in self.cards():
            link, card, total, _ = self.settled(ns, dev)
            wanted = {name: value for name, value in link.items()
                      if not name.endswith("dropped")}
            for what, got in (("card", card),
                              *((("queues", total),) if all_in_use else ())):
                ksft.equal({name: got[name] for name in wanted}, wanted,
                           f"{what} of {dev}")
            ksft.equal(card["tx-hw-drops"], link["tx-dropped"],
                       f"tx-hw-drops of {dev}")
            if all_in_use:
                ksft.equal(total, card, f"sum over the queues of {dev}")

    # ---- cells

    def known(self, defer):
        for ns, dev in self.cards():
            for kind, queues in self.stats[ns].queues(dev).items():
                ksft.equal(len(queues), QUEUES, f"{kind} queues of {dev}")
                for counts in queues:
                    ksft.equal(set(counts), KNOWN[kind], f"{kind} of {dev}")
            ksft.equal(set(self.stats[ns].card(dev)),
                       {f"{kind}-{name}" for kind, names in KNOWN.items()
                        for name in names}, dev)

    def each_queue(self, defer):
        """The qdisc of each send queue, and the queue at the other end of the
        cable, have counted the same packets.
        """
        def look():
            sent = self.stats[self.bed.a].queues("ov0")["tx"]
            got = self.stats[self.bed.w].queues("ov1")["rx"]
            return [[tuple(counts[name] for name in BOTH) for counts in side]
                    for side in (sent, got)]

        def moved(now, then):
            return [tuple(x - y for x, y in zip(*pair))
                    for pair in zip(now, then)]

        def both():
            """Return the counts of the qdiscs and of look() at one moment, or
            False if a packet was sent meanwhile.
            """
            qdisc, seen = self.bed.queue_packets(QUEUES), look()
            return qdisc == self.bed.queue_packets(QUEUES) and (qdisc, seen)

        self.settled(self.bed.w, "ov1")
        qdisc, before = ksft.wait_for("the cards to rest", both)
        self.send()
        self.settled(self.bed.w, "ov1")
        last, now = ksft.wait_for("the cards to rest again", both)
        sent, got = (moved(*pair) for pair in zip(now, before))
        ksft.equal([packets for packets, _ in sent],
                   [x - y for x, y in zip(last, qdisc)],
                   "packets of each qdisc")
        ksft.check(sum(packets > 0 for packets, _ in sent) > 1,
                   f"one queue has sent all: {sent}")
        ksft.equal(got, sent, "queues at the other end")

    def channels(self, defer):
        """The card keeps the counts of queues that go away."""
        for ns, dev in self.cards():
            defer(ns.command, "ethtool", "-L", dev, "combined", str(QUEUES))
        self.send()
        before = {dev: self.settled(ns, dev)[1] for ns, dev in self.cards()}
        for count in (1, 2, QUEUES):
            for ns, dev in self.cards():
                ns.command("ethtool", "-L", dev, "combined", str(count))
                now = self.settled(ns, dev)[1]
                ksft.check(all(now[name] >= value for name, value
                               in before[dev].items()),
                           f"{dev}, a count fell: {before[dev]} to {now}")
                queues = self.stats[ns].queues(dev)
                ksft.equal([len(queues[kind]) for kind in ("rx", "tx")],
                           [count] * 2, f"queues of {dev}")
            self.send()
            self.check_sums(all_in_use=count == QUEUES)
            if count == 1:
                ksft.check(self.stats[self.bed.a].total("ov0")["tx-packets"] <
                           self.stats[self.bed.a].card("ov0")["tx-packets"],
                           "no queue that went away had sent anything")

    def drops(self, defer):
        """A queue counts its drops: a frame that is too long for the other end,
        a frame for another host, and an ESP packet with a wrong ICV.
        """
        a, b = self.bed.a, self.bed.b
        pair = self.bed.install(Shape.named("ipv4-transport"), offload="b",
                                how="packet")
        defer(self.bed.w.ip, "link set ov1 mtu 1500")
        self.bed.w.ip("link set ov1 mtu 1000")
        self.bed.mark()
        before = {dev: self.settled(ns, dev) for ns, dev in self.cards()}
        with a.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(bytes(1200), (INNER["b"][4], PORT))
        ksft.wait_for("the long frame to be dropped",
                      lambda: self.bed.delta("a")["wire_tx_drop_too_long"])
        other = bytearray(self.bed.frame_to("b", 17, bytes(30)))
        other[0:6] = b"\x02\x00\x00\x00\x0c\x00"
        self.bed.inject("b", bytes(other))
        wrong = pair.ab.oracle().seal(1, 17, bytes(16))
        self.bed.inject("b", self.bed.frame_to("b", 50, wrong[:-1] + bytes(
            [wrong[-1] ^ 1])))
        ksft.wait_for("the wrong frame to be dropped", lambda: self.settled(
            b, "ov3")[0]["rx-dropped"] > before["ov3"][0]["rx-dropped"])

        link, card, total, filtered = (
            self.minus(*pair) for pair in zip(self.settled(b, "ov3"),
                                              before["ov3"]))
        ksft.equal(link["rx-dropped"], 1, "frames that ov3 has dropped")
        ksft.check(filtered, "no frame was filtered")
        for got in (card, total):
            ksft.equal(got["rx-hw-drops"], 1 + filtered, "rx-hw-drops of ov3")
        link, card, total, _ = self.settled(a, "ov0")
        for got in (card, total):
            ksft.equal(got["tx-hw-drops"], link["tx-dropped"],
                       "tx-hw-drops of ov0")
        ksft.check(link["tx-dropped"] > before["ov0"][0]["tx-dropped"],
                   "ov0 dropped nothing")

    @staticmethod
    def minus(now, then):
        if isinstance(now, int):
            return now - then
        return {name: value - then[name] for name, value in now.items()}

    def stop_and_wake(self, defer):
        """A queue stops while the ring at the other end is full, and a wake
        follows each stop. The card at the other end receives in a thread.
        Without this thread the ring would never be full on a machine with one
        CPU.
        """
        defer(self.bed.w.command, "ethtool", "-G", "ov1", "rx", "512")
        self.bed.w.command("ethtool", "-G", "ov1", "rx", "64")
        defer(self.bed.w.napi_threads, "ov1", 0)
        self.bed.w.napi_threads("ov1", 1)

        def stopped():
            with contextlib.closing(Traffic(
                    self.bed, Shape.named("ipv4-transport"))) as talk:
                talk.tcp("a", STREAM, 0)
            return self.settled(self.bed.a, "ov0")[1]["tx-stop"]

        ksft.wait_for("a full ring", stopped, 60)
        _, card, total, _ = self.settled(self.bed.a, "ov0")
        ksft.equal((total["tx-stop"], total["tx-wake"]),
                   (card["tx-stop"],) * 2, "stops and wakes")

    def plain_large(self, defer):
        """A large packet that crosses the cable whole is no large send."""
        talk = Traffic(self.bed, Shape.named("ipv4-transport"))
        defer(talk.close)
        before = self.settled(self.bed.a, "ov0")[1]
        talk.tcp("a", STREAM, 0)
        now = self.settled(self.bed.a, "ov0")[1]
        for name in ("packets", "wire-packets", "wire-bytes"):
            ksft.equal(now[f"tx-hw-gso-{name}"], before[f"tx-hw-gso-{name}"],
                       name)

    def large_sends(self, defer, how, shape):
        """The queues count the frames that the wire shows. Most of these frames
        are segments of large sends.
        """
        self.bed.install(shape, how=how)
        talk = Traffic(self.bed, shape)
        defer(talk.close)
        before = self.settled(self.bed.a, "ov0")[1]
        talk.udp("a", [100])
        now = self.settled(self.bed.a, "ov0")[1]
        ksft.equal(now["tx-hw-gso-packets"], before["tx-hw-gso-packets"],
                   "tx-hw-gso-packets after a small packet")
        self.bed.mark()
        before = now
        talk.tcp("a", STREAM, 0)
        now = self.settled(self.bed.a, "ov0")[1]
        moved = self.minus(now, before)
        frames = [frame for side, frame in self.bed.captured() if side == "a"]
        ksft.equal(moved["tx-packets"], len(frames), "tx-packets")
        ksft.equal(moved["tx-bytes"], sum(len(frame.raw) for frame in frames),
                   "tx-bytes")
        large, segments, length = (moved[f"tx-hw-gso-{name}"] for name in (
            "packets", "wire-packets", "wire-bytes"))
        ksft.check(0 < 2 * large <= segments <= len(frames),
                   f"{large} large sends, {segments} segments, "
                   f"{len(frames)} frames")
        ksft.check(segments * 1000 < length <= moved["tx-bytes"],
                   f"{segments} segments of {length} bytes")
        # Small packets, such as the SYN, are no segments
        ksft.check(segments * 2 > len(frames),
                   f"{segments} segments in {len(frames)} frames")

    def sums(self, defer, how, shape):
        """The sums are right for traffic that engines protect, both ways."""
        self.bed.install(shape, how=how)
        talk = Traffic(self.bed, shape)
        defer(talk.close)
        for side in "ab":
            talk.udp(side, list(range(1, 40)))
            talk.tcp(side, STREAM // 4, 1000)
        self.check_sums()


def main():
    run_cells(cells(), QueueStats)


if __name__ == "__main__":
    main()
