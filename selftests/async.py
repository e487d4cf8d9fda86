#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Flows stay in order although a cipher completes later and on other CPUs.

pcrypt(DRIVER) runs requests on several CPUs and completes them from a
workqueue. If pcrypt cannot do so, it completes a request at once, so both kinds
of completion occur. The engine asks for the name "rfc4106(gcm(aes))" and gets
pcrypt, because the priority of pcrypt is the highest of all algorithms with
this name. While packets flow, both ends offload, so pcrypt works for the
engines only. To prove that completion was asynchronous, the test checks that
the serializer of padata (on which pcrypt is built) ran in its workqueue.
"""
import errno
import os
import socket

from lib import crypto, esp, ksft, module
from lib.bed import CARD, OTHER, Shape, delete_shared, shared
from lib.netns import Netns
from lib.trace import Trace, number
from lib.traffic import Traffic, drain

NAME = "rfc4106(gcm(aes))"
DATAGRAMS = 1000


def make_pcrypt():
    """Make pcrypt, unless an earlier case has made it; return its driver. The
    last case removes pcrypt.
    """
    crypto.load(NAME)
    under = crypto.best(NAME)["driver"]
    if under.startswith("pcrypt("):
        return under
    driver = f"pcrypt({under})"
    crypto.add(driver, crypto.AEAD)
    ksft.equal(crypto.best(NAME)["driver"], driver, f"driver of {NAME}")
    return driver


def users(driver):
    return int(crypto.by_driver(driver)["refcnt"])


class Async:
    def __init__(self, defer, shape, offload="ab", esn=True):
        self.driver = make_pcrypt()
        self.bed = shared()
        defer(self.bed.remove)
        self.shape = Shape.named(shape)
        self.pair = self.bed.install(self.shape, 128, 128, esn, offload)
        self.talk = Traffic(self.bed, self.shape)
        defer(self.talk.close)
        self.out_of_window = {
            side: self.bed.ns(OTHER[side]).xfrm_stat()["XfrmInStateSeqError"]
            for side in "ab"}
        self.bed.mark()

    def flood(self, side, count, length=600):
        """Send as fast as the socket accepts; do not wait for the receiver."""
        sock = self.talk.socks[side]
        sent = []
        for index in range(count):
            data = index.to_bytes(4) + bytes([index & 255]) * length
            sock.sendto(data, self.talk.peer(side))
            sent.append(data)
        return sent

    def check_order(self, side, sent, records):
        """The engines of both cards lost no packet, and kept the order.

        The packets that one process sends on one socket are a flow. Their
        numbers have the order in which the process sent them.
        """
        receiver = CARD[OTHER[side]]
        self.talk.expect_datagrams(side, sent)
        wire = self.talk.settle(self.pair, 20)
        key = (self.pair.ab if side == "a" else self.pair.ba).oracle()
        last = 0
        for frame in wire.frames[side]:
            seq = key.open(frame.esp).seq
            ksft.check(seq > last, f"number {seq} left {side} after {last}")
            last = seq
        numbers = [number(event.fields["seq"]) for event in records.read()
                   if event.fields["dev"] == receiver]
        ksft.equal(len(numbers), len(sent), "receive records")
        for before, after in zip(numbers, numbers[1:]):
            ksft.check(before < after, f"{receiver} gave number {after} to "
                       f"the stack after {before}")
        stat = self.bed.ns(OTHER[side]).xfrm_stat()
        ksft.equal(stat["XfrmInStateSeqError"], self.out_of_window[side],
                   "packets outside the replay window")


def padata_work(trace):
    """How often the serializer of padata completed a batch."""
    return sum("padata_serial_worker" in event.text
               for event in trace.read())


def flow_in_order(defer, shape):
    test = Async(defer, shape)
    trace = Trace(["workqueue_execute_start"], "workqueue", 32768)
    defer(trace.close)
    records = Trace(["ov2_rx_record"])
    defer(records.close)
    for side in "ab":
        trace.read()
        records.read()
        sent = test.flood(side, DATAGRAMS)
        test.check_order(side, sent, records)
        work = padata_work(trace)
        ksft.note(f"{side}: {len(sent)} datagrams, {work} batches "
                  "completed asynchronously")
        ksft.check(work > 0, "no completion was asynchronous")


def trace_in_order(defer):
    """A trace shows events of several CPUs in the order in which they occurred.
    flow_in_order relies on this.
    """
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise ksft.Skip("this machine has one CPU")
    defer(os.sched_setaffinity, 0, cpus)
    trace = Trace([])
    defer(trace.close)
    for index in range(200):
        os.sched_setaffinity(0, {cpus[index % 2]})
        trace.write("trace_marker", f"mark {index}")
    got = [int(event.text.split()[-1]) for event in trace.read()]
    ksft.equal(got, list(range(200)), "marks")


def engine_uses_it(defer):
    """The transform of a new offloaded SA is an instance of pcrypt."""
    test = Async(defer, "ipv4-transport", offload="")
    software = users(test.driver)
    # The kernel frees the states later. Until then their transforms count, too
    test.bed.remove()
    ksft.wait_for("the transforms of 4 states to be freed",
                  lambda: users(test.driver) <= software - 4)
    test.bed.install(test.shape, offload="ab")
    ksft.wait_for(f"the engine to use pcrypt ({users(test.driver)} users, and "
                  f"{software} users while ESP was in software)",
                  lambda: users(test.driver) > software, 10, 0.05)


def tcp_both_ways(defer, shape):
    test = Async(defer, shape)
    test.talk.tcp("a", 400000, 400000)
    test.talk.tcp("b", 400000, 400000)
    test.talk.settle(test.pair, 20)


def bad_between_good(defer):
    """Every fifth frame has a wrong ICV and fails; all other frames arrive."""
    test = Async(defer, "ipv4-transport")
    key = test.pair.ab.oracle()
    data, frames = [], []
    for seq in range(1, 401):
        payload = seq.to_bytes(4) * 50
        body = key.seal(seq, esp.UDP, esp.udp(
            test.talk.address["a"], test.talk.address["b"], 7000, 7000,
            payload))
        if seq % 5 == 0:
            body = body[:-1] + bytes([body[-1] ^ 1])
        else:
            data.append(payload)
        frames.append(test.bed.frame_to("b", esp.ESP, body))
    for frame in frames:
        test.bed.inject("b", frame)
    test.talk.expect_datagrams("a", data)
    ksft.wait_for("ipsec_rx_auth_failed to be 80", lambda: test.bed.delta(
        "b")["ipsec_rx_auth_failed"] == 80)
    ksft.equal(test.bed.delta("b")["ipsec_rx_pkts"], 320, "ipsec_rx_pkts")


def delete_while_busy(defer):
    """SAs are deleted again and again while pcrypt works on their packets."""
    test = Async(defer, "ipv4-transport")
    for _ in range(20):
        test.flood("a", 50)
        test.flood("b", 50)
        test.pair = test.bed.install(test.shape, esn=True, offload="ab")
    ksft.wait_for("the receivers to be empty", lambda: not any(
        drain(sock) for sock in test.talk.socks.values()), 20, 0.2)
    test.talk.forget()
    test.bed.mark()
    test.talk.udp("a", range(1, 50))
    test.talk.settle(test.pair)


def receive_on_every_cpu(sock):
    """Receive on each CPU, because a CPU frees the packets that sockets have
    consumed only when this CPU receives again. Until then the sec_path of such
    a packet holds the state.
    """
    allowed = os.sched_getaffinity(0)
    for cpu in allowed:
        os.sched_setaffinity(0, {cpu})
        sock.sendto(b"x", sock.getsockname())
        sock.recv(1)
    os.sched_setaffinity(0, allowed)


def every_transform_is_freed(defer):
    """When the last SA is gone, pcrypt has no user any more.

    This takes a moment, because workqueues free the states and transforms.
    """
    driver = make_pcrypt()
    delete_shared()
    ns = Netns("lo")
    defer(ns.delete)
    sock = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def removed():
        receive_on_every_cpu(sock)
        return crypto.delete(driver, crypto.AEAD) in (0, errno.ENOENT)

    try:
        ksft.wait_for(f"{driver} to be free", removed, 60, 0.1)
    except ksft.Fail as failure:
        used = [f"{a['driver']}: {a['refcnt']} references"
                for a in crypto.algorithms() if driver in a["driver"]]
        raise ksft.Fail("\n".join([str(failure), *used])) from None


def main():
    some = ksft.chosen([
        trace_in_order,
        engine_uses_it,
        *((f"flow_in_order {shape}",
           lambda defer, shape=shape: flow_in_order(defer, shape))
          for shape in ("ipv4-transport", "ipv6-tunnel",
                        "ipv4-transport-udp")),
        *((f"tcp_both_ways {shape}",
           lambda defer, shape=shape: tcp_both_ways(defer, shape))
          for shape in ("ipv4-tunnel", "ipv6-transport")),
        bad_between_good,
        delete_while_busy,
        every_transform_is_freed,
    ])
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
