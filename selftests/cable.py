#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A cable carries bytes: neither what the sender's kernel knows of a frame,
nor memory that the sender's kernel still uses, reaches the receiver.

 late_acks    TCP sends again what the receiver's GRO has merged already
"""
import select
import socket
import time

from lib import cases, ksft, module
from lib.bed import OneQueueBed, Shape
from lib.traffic import Traffic, noise

PLAIN = Shape.named("ipv4-transport")


class Tc:
    """Qdiscs of a namespace's card, gone at the end of the case."""

    def __init__(self, defer, ns, dev):
        self.ns, self.dev = ns, dev
        defer(ns.command, "tc", "qdisc", "del", "dev", dev, "root",
              check=False)

    def netem(self, *words):
        done = self.ns.command("tc", "qdisc", "replace", "dev", self.dev,
                               "root", "netem", *words, check=False)
        if done.returncode:
            raise ksft.Skip(f"no netem: {done.stderr.strip()}")


def late_acks(defer):
    """Corrupts memory within seconds if frames share anything with TCP's
    retransmit queue: single segments are clones of what waits there, and
    without ACKs they are sent again.
    """
    bed = OneQueueBed()
    defer(bed.delete)
    talk = Traffic(bed, PLAIN)
    bed.a.ip("link set ov0 gso_max_segs 1")
    bed.close_taps()
    Tc(defer, bed.a, "ov0").netem("delay", "20ms", "limit", "10000")
    acks = Tc(defer, bed.b, "ov3")
    near, far = talk.connect("a")
    seconds = 8                         # of traffic; it used to take 2
    begun = time.monotonic()
    sent, got = 0, bytearray()
    data = noise(1 << 17)
    lost = False
    while time.monotonic() - begun < seconds:
        late = (time.monotonic() - begun) % 1.3 > 0.4
        if late != lost:
            lost = late
            acks.netem("loss", "100%" if lost else "0%")
        ready, able, _ = select.select([far], [near], [], 0.05)
        if able:
            at = sent % len(data)
            sent += near.send(data[at:at + 65536])
        if ready:
            got += far.recv(1 << 20)
    acks.netem("loss", "0%")
    near.shutdown(socket.SHUT_WR)
    while select.select([far], [], [], ksft.patience(15))[0]:
        piece = far.recv(1 << 20)
        if not piece:
            break
        got += piece
    ksft.note(f"{sent} bytes in {seconds} s")
    ksft.equal(len(got), sent, "bytes received")
    whole = bytes(data) * (sent // len(data) + 1)
    ksft.check(got == whole[:sent], "the stream is not what was sent")


CASES = (late_acks,)


def main():
    module.load()
    ksft.main(cases.chosen(CASES))


if __name__ == "__main__":
    main()
