#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""When something fails, no packet that should be protected leaves in clear.

Traffic runs while SAs, features, qdiscs, cables and namespaces are taken away.
Its payload is a marker. No frame on the wire may show the marker, and packets
between the ends must be ESP (lib/flood.py names the exceptions).
"""
import json
import os
import select
import socket
import threading

from lib import ksft, module
from lib.bed import Bed, Shape, Tap, family
from lib.detour import turn
from lib.flood import MARKER, Flood
from lib.rebuild import WIRE, new_wire, restore, wait_carrier

SHAPES = [Shape.named(name) for name in ("ipv4-transport", "ipv6-tunnel")]
TCP_PORT = 7101


class Stream(threading.Thread):
    """A TCP stream from a to b. Its data is the marker, over and over. With
    offload the stack sends the data in large packets.
    """

    def __init__(self, bed, shape):
        super().__init__(daemon=True)
        fam = family(shape.inner)
        address = {s: bed.address(s, shape) for s in "ab"}
        self.listener = bed.b.socket(fam, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address["b"], TCP_PORT))
        self.listener.listen(1)
        self.near = bed.a.socket(fam, socket.SOCK_STREAM)
        self.near.settimeout(ksft.patience(10))
        self.near.connect((address["b"], TCP_PORT))
        self.far, _ = self.listener.accept()
        for sock in (self.near, self.far):
            sock.setblocking(False)
        self.got = 0
        self.going = True

    def run(self):
        data = MARKER * 4096
        while self.going:
            readable, writable, _ = select.select([self.far], [self.near], [],
                                                  0.05)
            if writable:
                self.near.send(data)
            if readable:
                self.got += len(self.far.recv(1 << 20))

    def wait_flow(self, number):
        """Wait until b has received @number more bytes."""
        goal = self.got + number
        ksft.wait_for("the TCP stream to go on", lambda: self.got >= goal, 60)

    def stop(self):
        self.going = False
        self.join()
        for sock in (self.near, self.far, self.listener):
            sock.close()


class Test:
    def __init__(self, shape):
        self.shape = shape
        self.bed = Bed()
        self.pair = None

    def renew(self):
        """Make the bed ready for a case, whatever the case before has done.
        Afterwards both ends exist, their esp-hw-offload is on, and they have
        their usual qdisc and new SAs.
        """
        if self.bed.a.fd < 0 or self.bed.b.fd < 0:
            self.bed.delete()
            self.bed = Bed()
        for side in "ab":
            ns = self.bed.ns(side)
            ns.command("tc", "qdisc", "del", "dev", ns.card, "root",
                       check=False)
            ns.command("ethtool", "-K", ns.card, "esp-hw-offload", "on")
        self.install("ab")

    def install(self, offload):
        self.bed.remove()
        self.pair = self.bed.install(self.shape, offload=offload)
        self.bed.check_offload_lines(self.pair)
        self.bed.mark()
        return self.pair

    def flood(self, **how):
        return Flood(self.bed, self.shape, **how)

    def qdisc(self, side, *words):
        """Replace the root qdisc of a side's card."""
        ns = self.bed.ns(side)
        done = ns.command("tc", "qdisc", "replace", "dev", ns.card, "root",
                          *words, check=False)
        if done.returncode:
            raise ksft.Skip(f"no qdisc {words[0]}: {done.stderr.strip()}")

    def stream(self, defer):
        stream = Stream(self.bed, self.shape)
        defer(stream.stop)
        stream.start()
        return stream


def noqueue(test, defer, offload):
    """Without a qdisc the core may hand a packet to the card before the core
    has encrypted the packet.
    """
    test.install(offload)
    for side in "ab":
        test.qdisc(side, "noqueue")
    with test.flood() as flood:
        stream = test.stream(defer)
        flood.wait_flow("ab", 100)
        stream.wait_flow(500000)
    for side in offload:
        ksft.check(test.bed.delta(side)["ipsec_tx_pkts"] >= 100,
                   f"the card of {side} did not encrypt: {flood.account()}")


def noqueue_offloaded(test, defer):
    noqueue(test, defer, "ab")


def noqueue_software(test, defer):
    noqueue(test, defer, "")


def another_card(test, defer):
    """Another card sends the packets of ov0's SA, as ESP."""
    a, w, shape = test.bed.a, test.bed.w, test.shape
    a.ip("link add ov4 type ipsecov2", "link set ov4 up")
    a.ip("link add ov5 link ov4 type ipsecov2",
         f"link set ov5 netns {w.name}")
    defer(a.ip_error, "link del ov4")
    # A card takes only frames to its own address, and these frames are for ov3
    w.ip("link set ov5 promisc on up")
    defer(w.ip_error, "link del ov5")
    wait_carrier(a, "ov4", True)
    tap = Tap(w, "ov5")
    defer(tap.close)
    turn(a, defer, "ov0", "ov4")
    for qdisc in (None, "noqueue"):
        if qdisc:
            a.command("tc", "qdisc", "replace", "dev", "ov4", "root", qdisc)
        with test.flood(sides="a") as flood:
            flood.bed.tap["a"], saved = tap, flood.bed.tap["a"]
            try:
                flood.wait_attempts("a", 100)
                flood.wait(f"ESP of {shape.name} on the other cable",
                           lambda: flood.esp["a"] >= 50)
                flood.stop()
            finally:
                flood.bed.tap["a"] = saved
    ksft.equal(test.bed.delta("a")["ipsec_tx_pkts"], 0,
               "frames that ov0 encrypted")


def by_cards(test):
    """How many frames each card has encrypted and decrypted: two numbers of
    a's card, followed by two numbers of b's card.
    """
    return [test.bed.delta(side)[f"ipsec_{way}_pkts"]
            for side in "ab" for way in ("tx", "rx")]


def feature_off(test, defer):
    """esp-hw-offload goes off and on while SAs live. The traffic goes on as
    ESP. While the feature is off, software encrypts and decrypts all of it.
    """
    with test.flood() as flood:
        flood.wait_flow("ab", 50)
        for _ in range(2):
            for word in ("off", "on"):
                for side in "ab":
                    ns = test.bed.ns(side)
                    ns.command("ethtool", "-K", ns.card, "esp-hw-offload",
                               word)
                    flood.wait_flow("ab", 20)
                # All frames that were on their way have arrived by now
                before = by_cards(test)
                flood.wait_flow("ab", 50)
                moved = [n - m for n, m in zip(by_cards(test), before)]
                if word == "off":
                    ksft.equal(moved, [0] * 4,
                               "frames of the cards while offload is off")
                else:
                    ksft.check(min(moved) > 0, f"cards do not work: {moved}")
        test.bed.check_offload_lines(test.pair)


def plug(test, word):
    """Hold the packets that are queued at a's card, or let them go."""
    test.bed.a.command("tc", "qdisc", "change", "dev", "ov0", "root", "plug",
                       word)


def deleted_while_queued(test, defer):
    """An SA is deleted while packets that have its ESP header wait in a queue.
    These packets are dropped and counted.
    """
    queued = 40
    test.qdisc("a", "plug", "limit", "10000000")
    plug(test, "release_indefinite")
    with test.flood(sides="") as flood:
        flood.send("a")
        flood.wait("the first packets to pass", lambda:
                   flood.esp["a"] == flood.burst)
        plug(test, "block")
        for _ in range(queued // flood.burst):
            flood.send("a")
        ksft.equal(flood.sent["a"], flood.burst + queued,
                   "accepted from the socket")
        test.bed.a.ip(f"xfrm state delete {test.pair.ab.id}")
        ksft.equal(test.bed.delta("a")["ipsec_tx_pkts"], flood.burst,
                   "encrypted before the delete")
        plug(test, "release_indefinite")
        flood.wait("the queued packets to be dropped", lambda:
                   test.bed.delta("a")["ipsec_tx_drop_no_state"] == queued)
        flood.look()
        ksft.equal(flood.esp["a"], flood.burst, "ESP on the wire")


def flushed_while_queued(test, defer):
    """The link goes down while packets that have an ESP header wait in a queue.
    These packets do not leave. The kernel frees their SA at once.
    """
    test.qdisc("a", "plug", "limit", "10000000")
    plug(test, "release_indefinite")
    with test.flood() as flood:
        flood.wait_flow("ab")
        plug(test, "block")
        flood.wait_attempts("a", 40)
        test.bed.a.ip("link set ov0 down")
        restore(test.bed, "a")
        plug(test, "release_indefinite")
        flood.wait_silence("a")


def sa_deleted_under_load(test, defer):
    """The SAs of each end are deleted while both ends send without a pause, so
    that queues, engine and ring have frames of these SAs.
    """
    for _ in range(3):
        with test.flood(burst=32, period=0) as flood:
            flood.wait_flow("ab", 100)
            test.bed.a.ip("xfrm state flush")
            flood.wait_silence("a", 200)
            test.bed.b.ip("xfrm state flush")
            flood.wait_silence("b", 200)
        test.install("ab")


def carrier_lost(test, defer):
    bed = test.bed
    with test.flood() as flood:
        for _ in range(3):
            flood.wait_flow("ab")
            bed.w.ip("link set ov1 down")
            wait_carrier(bed.a, "ov0", False)
            flood.wait_attempts("a", 50)
            bed.w.ip("link set ov1 up")
            wait_carrier(bed.a, "ov0", True)
        flood.wait_flow("ab")
        bed.check_offload_lines(test.pair)


def unplugged_and_replugged(test, defer):
    """The SAs stay when their cable goes away, and work with a new cable."""
    bed = test.bed
    with test.flood() as flood:
        for side in "ab":
            flood.wait_flow("ab")
            bed.w.ip(f"link del {WIRE[side]}")
            wait_carrier(bed.ns(side), bed.ns(side).card, False)
            flood.wait_attempts(side, 50)
            flood.look()
            with flood.lock:
                new_wire(bed, side)
            wait_carrier(bed.ns(side), bed.ns(side).card, True)
        flood.wait_flow("ab")
        bed.check_offload_lines(test.pair)


def queue_full(test, defer):
    """A receiver gets no CPU. Its sender waits, and no frame is lost.

    The receiver's NAPI becomes a thread that runs only when nobody else wants
    the CPU. The sender runs on the same CPU all the time.
    """
    bed, number = test.bed, 1400
    a_wire = WIRE["a"]
    defer(bed.w.napi_threads, a_wire, 0)
    pids = threaded_napi(bed.w, a_wire)
    cpu = min(os.sched_getaffinity(0))
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    defer(os.sched_setaffinity, 0, everywhere)
    for pid in pids:
        os.sched_setaffinity(pid, {cpu})
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    bed.a.ip("link set ov0 txqueuelen 2000")
    # fq_codel, which Debian uses, drops packets that wait too long
    for ns, dev in ((bed.a, "ov0"), (bed.w, WIRE["b"])):
        ns.command("tc", "qdisc", "replace", "dev", dev, "root", "pfifo",
                   "limit", "2000")
    with test.flood(sides="", burst=number) as flood:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        try:
            flood.send("a")
        finally:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        stats = json.loads(bed.a.command("tc", "-s", "-j", "qdisc", "show",
                                         "dev", "ov0").stdout)[0]
        flood.wait("all datagrams to arrive", lambda:
                   flood.received["b"] >= flood.sent["a"], 60)
    ksft.equal((flood.sent["a"], flood.received["b"], flood.esp["a"]),
               (number, number, number), "sent, received, seen on the wire")
    ksft.check(stats["requeues"] or stats["backlog"] or stats["qlen"],
               f"the queue was never stopped: {stats}")
    drops = {k: v for k, v in bed.delta("a").items() if "drop" in k and v}
    ksft.equal(drops, {}, "drops")


def threaded_napi(ns, dev):
    """Make a card poll in threads, and return the pids of these threads."""
    ns.napi_threads(dev, 1)
    pids = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as f:
                if f.read().startswith(f"napi/{dev}-"):
                    pids.append(int(pid))
        except OSError:
            pass
    ksft.check(pids, "no threads of NAPI")
    return pids


def ends_deleted(test, order):
    """The namespaces of both ends are deleted, one after the other, while the
    traffic goes on.

    The core deletes the policies of a namespace before it takes its devices
    away (xfrm_net_pre_exit()). Between these two steps the card still decrypts
    packets, but the sockets are closed, and no policy protects an answer. So
    the card must drop the errors with which the stack answers.
    """
    with test.flood() as flood:
        flood.wait_flow("ab", 50)
        for side in order:
            test.bed.ns(side).delete()
            wait_carrier(test.bed.w, WIRE[side], False)
            flood.wait_attempts("b" if side == "a" else "a", 50)


def a_then_b_deleted(test, defer):
    ends_deleted(test, "ab")


def b_then_a_deleted(test, defer):
    ends_deleted(test, "ba")


# The last two cases delete both ends, so renew() has to make a new bed
CASES = (noqueue_offloaded, noqueue_software, another_card, feature_off,
         deleted_while_queued, flushed_while_queued, sa_deleted_under_load,
         carrier_lost, unplugged_and_replugged, queue_full, a_then_b_deleted,
         b_then_a_deleted)


def main():
    tests = {}

    def one(defer, case, shape):
        if shape not in tests:
            for test in tests.values():
                test.bed.delete()
            tests.clear()
            tests[shape] = Test(shape)
        tests[shape].renew()
        case(tests[shape], defer)

    some = ksft.chosen([(f"{shape.name} {case.__name__}", one, case, shape)
                        for shape in SHAPES for case in CASES])
    module.load()
    # On a slow machine the captures are read late, and a stream at full speed
    # would fill a small ring
    Tap.SLOTS *= 4
    try:
        ksft.run(some)
    finally:
        for test in tests.values():
            test.bed.delete()


if __name__ == "__main__":
    main()
