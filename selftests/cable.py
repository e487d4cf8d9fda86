#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A cable carries bytes only. What the sender's kernel knows about a frame
stays at the sender. The receiver writes to no memory that the sender uses.

 late_acks    TCP repeats segments that the receiver's GRO has merged
 mirror       a stream arrives while clones of its frames leave by another card
 duplicates   software ESP decrypts a frame; another frame has the same pages
 scrubbed     mark and priority stay at the sender, in each mode
 copies       a cable does not carry netem's note that a frame is a copy
 times        a socket gets one transmit time for a frame that two cards send
"""
import json
import select
import socket
import struct
import time

from lib import ksft, module
from lib.bed import (CARD, ETH_P_PROBE, LINK_KIND, MAC, OneQueueBed, Shape,
                     shared)
from lib.esp import Frame
from lib.traffic import Traffic, noise

PLAIN = Shape.named("ipv4-transport")
SO_MARK, SO_PRIORITY, SO_TIMESTAMPING = 36, 12, 37
TX_SOFTWARE, SOFTWARE, OPT_TSONLY = 1 << 1, 1 << 4, 1 << 11
RCVBUFFORCE = 33


def netem(defer, ns, dev, *words):
    """Add a netem qdisc, which stays until the end of the case."""
    defer(ns.command, "tc", "qdisc", "del", "dev", dev, "root", check=False)
    change_netem(ns, dev, *words)


def change_netem(ns, dev, *words):
    done = ns.command("tc", "qdisc", "replace", "dev", dev, "root", "netem",
                      *words, check=False)
    if done.returncode:
        raise ksft.Skip(f"no netem: {done.stderr.strip()}")


def bed_without_sas(defer):
    bed = shared()
    bed.remove()
    talk = Traffic(bed, PLAIN)
    defer(talk.close)
    return bed, talk


def late_acks(defer):
    """TCP repeats segments that the receiver's GRO has merged.

    The frame of a single segment is a clone of an skb in TCP's retransmit
    queue. TCP sends this skb again when no ACK comes. If the receiver wrote to
    memory that the clone shares with the skb, the kernel's memory would be
    corrupted within seconds.
    """
    bed = OneQueueBed()
    defer(bed.delete)
    talk = Traffic(bed, PLAIN)
    bed.a.ip("link set ov0 gso_max_segs 1")
    bed.close_taps()
    change_netem(bed.a, "ov0", "delay", "20ms", "limit", "10000")
    near, far = talk.connect("a")
    seconds = 8                         # a fault shows after 2 seconds
    begun = time.monotonic()
    sent, got = 0, bytearray()
    data = noise(1 << 17)
    lost = False
    while time.monotonic() - begun < seconds:
        # ACKs are lost in the last 0.9 s of each 1.3 s
        late = (time.monotonic() - begun) % 1.3 > 0.4
        if late != lost:
            lost = late
            change_netem(bed.b, "ov3", "loss", "100%" if lost else "0%")
        ready, able, _ = select.select([far], [near], [], 0.05)
        if able:
            at = sent % len(data)
            sent += near.send(data[at:at + 65536])
        if ready:
            got += far.recv(1 << 20)
    change_netem(bed.b, "ov3", "loss", "0%")
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


def mirror(defer):
    """A mirror sends clones of frames through a second cable. At the end of the
    second cable GRO merges the clones, while the frames still go to b.
    """
    bed, talk = bed_without_sas(defer)
    w = bed.w
    w.ip(f"link add ov4 type {LINK_KIND}",
         f"link add ov5 link ov4 type {LINK_KIND}",
         "link set ov4 up", "link set ov5 promisc on up")
    defer(w.ip, "link del ov4", "link del ov5")
    for words in (("qdisc", "add", "dev", "ov1", "clsact"),
                  ("filter", "add", "dev", "ov1", "ingress", "matchall",
                   "action", "mirred", "egress", "mirror", "dev", "ov4")):
        done = w.command("tc", *words, check=False)
        if done.returncode:
            raise ksft.Skip(f"tc {' '.join(words)}: {done.stderr.strip()}")
    defer(w.command, "tc", "qdisc", "del", "dev", "ov1", "clsact")
    before = received_by(w, "ov5")
    # First there are no large packets, then the card gets large packets, and
    # then the stack cuts them. The next install() sets gso_max_segs anew
    defer(bed.ethtool["a"].tso, True)
    for segments, tso in ((1, True), (65535, True), (65535, False)):
        bed.a.ip(f"link set ov0 gso_max_segs {segments}")
        bed.ethtool["a"].tso(tso)
        talk.tcp("a", 400000, 1000)
    ksft.check(received_by(w, "ov5") - before > 1200000,
               "the mirror shows too few bytes")


def received_by(ns, dev):
    """How many bytes a device has received."""
    link, = json.loads(ns.command("ip", "-s", "-j", "link", "show", "dev",
                                  dev).stdout)
    return link["stats64"]["rx"]["bytes"]


def duplicates(defer):
    """Each frame comes twice, and both must be good. The second frame shares
    its pages with the first frame, which is decrypted by then. A packet socket
    on the wire holds a clone, which shares the same pages.
    """
    bed = shared()
    count = 20
    for name in ("ipv4-transport", "ipv6-transport", "ipv4-transport-udp"):
        shape = Shape.named(name)
        pair = bed.install(shape, offload="", window=0)
        talk = Traffic(bed, shape)
        defer(talk.close)
        netem(defer, bed.a, "ov0", "duplicate", "100%")
        tap = bed.w.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        tap.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, 32 << 20)
        with bed.w.entered():
            tap.bind(("ov1", 3))
        tap.setblocking(False)
        sent = [noise(length) for length in range(1000, 1000 + count)]
        # After MSG_MORE, the second sendto() adds its data to the same packet,
        # in pages
        for data in sent:
            talk.socks["a"].sendto(data[:100], socket.MSG_MORE,
                                   talk.peer("a"))
            talk.socks["a"].sendto(data[100:], talk.peer("a"))
        receiver = talk.socks["b"]
        receiver.settimeout(ksft.patience(10))
        got = []
        try:
            for _ in range(2 * count):
                got.append(receiver.recv(65536))
        except TimeoutError:
            raise ksft.Fail(f"{name}: {len(got)} datagrams of {2 * count}\n"
                            f"{talk.why_lost()}") from None
        ksft.equal(sorted(got), sorted(2 * sent), f"datagrams, {name}")
        key = pair.ab.oracle()
        shown = [Frame(raw) for raw in drain_raw(tap)]
        shown = [key.open(frame.esp).seq for frame in shown if frame.is_esp
                 and frame.spi == pair.ab.spi]
        ksft.equal(len(shown), 2 * count, f"frames that a tap shows, {name}")
        tap.close()
        talk.close()


def drain_raw(sock):
    frames = []
    while True:
        try:
            frames.append(sock.recv(65536))
        except BlockingIOError:
            return frames


RULES = {"all": "", "marked": "meta mark != 0",
         "of a priority": "meta priority != 0"}


def scrubbed(defer):
    """nftables at the receiving card counts the frames that have a mark, and
    the frames that have a priority.
    """
    bed = shared()
    chain = "chain netdev ov2 in { type filter hook ingress device ov1 " \
        "priority 0; }"
    for line in ("table netdev ov2", chain):
        done = bed.w.command("nft", "add " + line, check=False)
        if done.returncode:
            raise ksft.Skip(f"nft: {done.stderr.strip()}")
    defer(bed.w.command, "nft", "delete table netdev ov2")
    for how in ("plain", "crypto", "packet"):
        bed.remove()
        if how != "plain":
            bed.install(PLAIN, how=how)
        bed.w.command("nft", "flush chain netdev ov2 in")
        for match in RULES.values():
            bed.w.command("nft", "add rule netdev ov2 in ether saddr "
                          f"{MAC['a']} meta protocol ip {match} counter")
        talk = Traffic(bed, PLAIN)
        defer(talk.close)
        sock = talk.socks["a"]
        sock.setsockopt(socket.SOL_SOCKET, SO_MARK, 77)
        sock.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, 5)
        talk.udp("a", [1, 100, 1000])
        listing = json.loads(bed.w.command(
            "nft", "-j", "list chain netdev ov2 in").stdout)["nftables"]
        counted = [expr["counter"]["packets"] for item in listing
                   for expr in item.get("rule", {}).get("expr", ())
                   if "counter" in expr]
        ksft.equal(dict(zip(RULES, counted)),
                   {"all": 3, "marked": 0, "of a priority": 0},
                   f"frames of {how} datagrams with mark and priority")
        talk.close()


def raw_socket(ns, dev):
    sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    with ns.entered():
        sock.bind((dev, ETH_P_PROBE))
    sock.setblocking(False)
    return sock


def copies(defer):
    """netem does not copy its own copies. A cable does not carry the note that
    a frame is a copy, so netem on two hops makes four frames of one.
    """
    bed, _ = bed_without_sas(defer)
    near, far = raw_socket(bed.a, CARD["a"]), raw_socket(bed.b, CARD["b"])
    defer(near.close)
    defer(far.close)
    for ns, dev in ((bed.a, "ov0"), (bed.w, "ov2")):
        netem(defer, ns, dev, "duplicate", "100%")
    frame = b"\xff" * 6 + b"\x02" + bytes(5) + struct.pack(
        "!H", ETH_P_PROBE) + b"copies" + bytes(40)
    near.send(frame)
    last = b"\xff" * 6 + b"\x02" + bytes(5) + struct.pack(
        "!H", ETH_P_PROBE) + b"last" + bytes(42)
    near.send(last)
    got = []

    def ended():
        got.extend(drain_raw(far))
        return last in got

    ksft.wait_for("the frame behind the copies", ended, 10)
    ksft.equal(got.count(frame), 4, "copies of a frame")


def times(defer):
    """A socket that asks for transmit times gets one time for a datagram."""
    bed, talk = bed_without_sas(defer)
    sock = talk.socks["a"]
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING,
                    TX_SOFTWARE | SOFTWARE | OPT_TSONLY)
    for number in range(1, 4):
        talk.udp("a", [100 * number])
        # By now the frame has passed all cards. Two cards have sent it
        told = 0
        while True:
            try:
                sock.recvmsg(0, 1024, socket.MSG_ERRQUEUE)
            except BlockingIOError:
                break
            told += 1
        ksft.equal(told, 1, "transmit times of a datagram")


CASES = (late_acks, mirror, duplicates, scrubbed, copies, times)


def main():
    some = ksft.chosen(CASES)
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
