#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink family shows every SA of a card, and what the SA has counted.

What the family shows is compared with the states that were added, with `ip -s
xfrm state`, with the card's counters and with the traffic that was sent.

    OV2_SAS=100000 netlink_sa.py -t many -t churn   dumps of 100,000 SAs
"""
import atexit
import errno
import os
import re
import socket
import struct
import subprocess
import time

from lib import esp, ksft, module, ynl
from lib.algs import ALGS
from lib.bed import Shape, shared
from lib.netns import Netns
from lib.traffic import PORT, Traffic
from lib.xfrmnl import (NLM_F_ACK, NLM_F_REQUEST, OUT, TUNNEL, Xfrm,
                        ifindex)

SHAPES = ("ipv4-transport", "ipv6-transport", "ipv4-tunnel", "ipv6-tunnel",
          "4in6-tunnel", "ipv4-transport-udp", "ipv4-tunnel-udp")
HOWS = ("crypto", "packet")
NO_PACKET = "4in6-tunnel"       # packet mode refuses two address families
WRAP = 1 << 32
# SAS is the number of SAs to make. A dump of them needs many messages. Each of
# CARDS cards has MANY SAs, because a new card has room for 4096 SAs only
MOST = 4000
SAS = int(os.environ.get("OV2_SAS", 450))
CARDS = max(3, -(-SAS // MOST))
MANY = -(-SAS // CARDS)
# How many SAs each card of a small crowd has
FEW = 150
# The more SAs there are, the more buffers a dump has. The test would take too
# long if SAs came and went after each buffer. So they come and go only after
# every CHANGE_EVERY-th buffer
CHANGE_EVERY = max(1, SAS // 500)
# The first SPI of the SAs that come and go during a dump
PASSING = 0x100000
STATE = ("xfrm state add src 192.0.2.1 dst {} proto esp spi {} mode tunnel"
         f" aead rfc4106(gcm(aes)) 0x{bytes(range(20)).hex()} 128"
         " offload dev {} dir out")
GCM = ("rfc4106(gcm(aes))", bytes(range(20)), 128)


class Shown:
    """A pair of SAs on the shared bed, and the family at both ends."""

    def __init__(self, defer, shape="ipv4-transport", **kwargs):
        self.bed = shared()
        self.shape = Shape.named(shape)
        self.pair = self.bed.install(self.shape, **kwargs)
        self.family = {side: ynl.Family(self.bed.ns(side)) for side in "ab"}
        for family in self.family.values():
            defer(family.close)
        self.talk = Traffic(self.bed, self.shape)
        defer(self.talk.close)
        self.bed.mark()
        self.before = self.bed.base

    def counted(self, sa, side):
        """Packets and bytes that the card has counted in the direction of @sa.
        """
        now = self.bed.ethtool[side].stats()
        way = "tx" if side == sa.sender else "rx"
        return tuple(now[name] - self.before[side][name] for name in
                     (f"ipsec_{way}_pkts", f"ipsec_{way}_bytes"))

    def index(self, side):
        ns = self.bed.ns(side)
        return ifindex(ns, ns.card)

    def all(self, side):
        return self.family[side].sa_get({"ifindex": self.index(side)},
                                        dump=True)

    def of(self, sa, side):
        """What is shown of an SA at one side."""
        shown = [one for one in self.all(side)
                 if int(one["spi"], 16) == sa.spi]
        ksft.equal(len(shown), 1, f"SAs of SPI {sa.spi:#x} at {side}")
        return shown[0]

    def xfrm(self, sa, side):
        """`ip -s xfrm state get`"""
        return self.bed.ns(side).command("ip", "-s", "xfrm", "state", "get",
                                         *sa.id.split()).stdout


def number_in(text, name):
    """Return the number behind @name in the replay context. The lines above the
    context have a seq, too.
    """
    text = text.split("anti-replay esn context:")[1]
    return int(re.search(rf"\b{name} (0x[0-9a-f]+)", text).group(1), 16)


# ---- what an SA is

def expected_of(test, sa, side):
    """The attributes that never change. Their values are those with which the
    SA was added.
    """
    out = side == sa.sender
    expected = {
        "ifindex": test.index(side),
        "dir": "out" if out else "in",
        "proto": "esp",
        "family": socket.AF_INET if sa.shape.outer == 4 else socket.AF_INET6,
        "saddr": sa.src, "daddr": sa.dst,
        "mode": sa.shape.mode, "offload": sa.how,
        "encr": "rfc4106(gcm(aes))", "encr-id": {"aes-gcm-256"},
        "icv-len": 16, "reqid": 1, "esn": True, "seq-hi": 0,
        "replay-window": 0 if out else 32,
    }
    if sa.shape.encap:
        expected |= {"encap-type": "esp-in-udp",
                     "encap-sport": esp.ENCAP_PORT,
                     "encap-dport": esp.ENCAP_PORT}
    return expected


COUNTED = {"handle", "spi", "seq", "packets", "bytes", "last-use",
           "verified-seq"}


def one_sa(test, sa, side, packets):
    shown = test.of(sa, side)
    out = side == sa.sender
    constant = {name: value for name, value in shown.items()
                if name not in COUNTED}
    ksft.equal(constant, expected_of(test, sa, side), f"SA at {side}")
    ksft.equal((shown["packets"], shown["bytes"]), test.counted(sa, side),
               f"what {side} counted")
    ksft.equal(shown["packets"], packets, f"packets at {side}")
    text = test.xfrm(sa, side)
    ksft.equal(shown["seq"], number_in(text, "oseq" if out else "seq"),
               f"number at {side}")
    ksft.equal(shown["seq"], packets, f"number at {side}")
    ksft.equal(shown.get("verified-seq"), None if out else packets,
               f"number that the engine of {side} follows")
    ksft.check(shown["last-use"] < ksft.patience(60) * 1000,
               f"not used for {shown['last-use']} ms")


def shown(defer, shape, how):
    """Both SAs of both ends are shown. Before use, their counts are 0. After
    use, all their attributes are right.
    """
    test = Shown(defer, shape, key_bits=256, esn=True, how=how)
    for side in "ab":
        for one in test.all(side):
            ksft.equal((one["packets"], one["bytes"], one["seq"]), (0, 0, 0),
                       "an SA that nobody has used")
            ksft.check("last-use" not in one and "failures" not in one,
                       f"an SA that nobody has used: {one}")
    test.talk.udp("a", [1, 100, 1000, 64, 64, 64, 64])
    test.talk.udp("b", [500, 700, 900])
    test.talk.settle(test.pair)
    for side in "ab":
        one_sa(test, test.pair.ab, side, 7)
        one_sa(test, test.pair.ba, side, 3)


def large(defer, how):
    """Each segment of a large send is counted as one packet."""
    test = Shown(defer, how=how)
    test.talk.tcp("a", 200000, 1000)
    test.talk.settle(test.pair)
    for side in "ab":
        for sa in (test.pair.ab, test.pair.ba):
            one = test.of(sa, side)
            ksft.equal((one["packets"], one["bytes"]), test.counted(sa, side),
                       f"SA at {side}")
    ksft.check(test.of(test.pair.ab, "a")["packets"] > 130, "segments of a")


ALGORITHMS = {
    "aes192-gcm": {"encr": "rfc4106(gcm(aes))", "encr-id": {"aes-gcm-192"},
                   "icv-len": 16},
    "aes128-cbc-sha256": {"encr": "cbc(aes)", "auth": "hmac(sha256)",
                          "encr-id": {"aes-cbc-128"}, "auth-id": {"sha-256"},
                          "icv-len": 16},
    "aes256-gmac": {"encr": "ecb(cipher_null)", "auth": "rfc4543(gcm(aes))",
                    "encr-id": {"none"}, "auth-id": {"aes-gmac-256"},
                    "icv-len": 16},
    "chacha20-poly1305": {"encr": "rfc7539esp(chacha20,poly1305)",
                          "encr-id": {"chacha20-poly1305"}, "icv-len": 16},
}
NAMES = ("auth", "encr", "auth-id", "encr-id", "icv-len")


def algorithms(defer):
    test = Shown(defer)
    for name, expected in ALGORITHMS.items():
        alg = ALGS[name]
        test.pair = test.bed.install(test.shape, alg=alg, icv=alg.icvs[-1])
        one = test.of(test.pair.ab, "a")
        ksft.equal({key: one[key] for key in NAMES if key in one}, expected,
                   name)


def high_half(defer, how):
    """After the numbers have passed 2^32, both halves are right."""
    test = Shown(defer, esn=True, seq=WRAP - 3, how=how)
    ksft.equal(test.of(test.pair.ab, "b")["verified-seq"], WRAP - 3, "before")
    test.talk.udp("a", [100] * 5)
    test.talk.settle(test.pair)
    for side in "ab":
        one = test.of(test.pair.ab, side)
        text = test.xfrm(test.pair.ab, side)
        name = "oseq" if side == "a" else "seq"
        ksft.equal((one["seq-hi"], one["seq"]), (1, 2), f"number at {side}")
        ksft.equal((one["seq-hi"], one["seq"]),
                   (number_in(text, f"{name}-hi"), number_in(text, name)),
                   f"number at {side}")
    ksft.equal(one["verified-seq"], WRAP + 2, "number that the engine knows")


def owner(defer):
    """if_id and mark are shown; a card accepts a mark in outbound SAs only."""
    test = Shown(defer, extra=("if_id 0x77 mark 0x50 mask 0xf0", ""))
    names = ("reqid", "if-id", "mark", "mark-mask")
    sender, receiver = (test.of(test.pair.ab, side) for side in "ab")
    ksft.equal([sender.get(name) for name in names], [1, 0x77, 0x50, 0xf0],
               "the SA that sends")
    ksft.equal([receiver.get(name) for name in names], [1, None, None, None],
               "the SA that receives")
    # xfrm finds a marked state only by a mark that equals the state's mark in
    # the bits of the state's mask: 0x51 & 0xf0 is 0x50
    spec = named(test.pair.ab, "a")
    ksft.equal(ynl.refused(test.family["a"].sa_get, spec).errno, errno.ENOENT,
               "errno without the mark")
    ksft.equal(test.family["a"].sa_get(spec | {"mark": 0x51}), sender,
               "the SA by its mark")


# ---- what went wrong

def failures(defer, shape, how):
    """A bad frame counts as a failure, and not as a packet. Failures are
    counted separately for each status.
    """
    test = Shown(defer, shape, how=how)
    sa, key = test.pair.ab, test.pair.ab.oracle()
    source, target = test.talk.address["a"], test.talk.address["b"]
    data, proto = esp.udp(source, target, PORT, PORT, b"bad"), esp.UDP
    if test.shape.mode == "tunnel":
        data, proto = esp.ip(source, target, esp.UDP, data), esp.IPIP
    body = key.seal(1, proto, data)
    bad = body[:-1] + bytes([body[-1] ^ 1])
    for _ in range(3):
        test.bed.inject("b", test.bed.frame_to("b", esp.ESP, bad))
    test.bed.inject("b", test.bed.frame_to("b", esp.ESP, body[:20]))
    expected = {f"{test.shape.mode}-esp-auth-failed": 3,
                "invalid-packet-syntax": 1}
    ksft.wait_for("the failures to be counted",
                  lambda: test.of(sa, "b").get("failures") == expected)
    one = test.of(sa, "b")
    ksft.equal((one["packets"], one["bytes"], "last-use" in one),
               (0, 0, False), "good packets")
    ksft.check("failures" not in test.of(test.pair.ba, "b"), "the other SA")
    test.talk.udp("a", [10])
    one = test.of(sa, "b")
    ksft.equal((one["packets"], one["failures"]), (1, expected),
               "a good packet after the bad ones")


def last_use(defer):
    """The time since the last packet rises, and begins anew with each packet.
    """
    test = Shown(defer)
    tick = 20                           # the largest error of the time, in ms

    def use():
        """The milliseconds that are shown, and the most that may be shown."""
        return (test.of(test.pair.ab, "b")["last-use"],
                (time.monotonic() - sent) * 1000 + tick)

    for _ in range(2):
        sent = time.monotonic()
        test.talk.udp("a", [10])
        arrived = time.monotonic()
        shown_ms, most = use()
        ksft.check(shown_ms <= most, f"{shown_ms} ms, sent {most} ms ago")
        shown_ms, most = ksft.wait_for("the time to pass", lambda: (
            time.monotonic() - arrived > 0.4 and use()))
        ksft.check(400 - tick <= shown_ms <= most,
                   f"{shown_ms} ms, at least 400 and at most {most}")


# ---- one by one

def named(sa, side):
    """The attributes by which the family at @side finds an SA."""
    return {"spi": sa.spi, "daddr": sa.dst, "proto": "esp",
            "dir": "out" if side == sa.sender else "in"}


def without_time(one):
    return {name: value for name, value in one.items() if name != "last-use"}


def one_by_one(defer, shape):
    test = Shown(defer, shape)
    test.talk.udp("a", [10])
    for side in "ab":
        family = test.family[side]
        for sa in (test.pair.ab, test.pair.ba):
            one = without_time(test.of(sa, side))
            index = {"ifindex": test.index(side)}
            spec = named(sa, side)
            for request in ({"handle": one["handle"]} | index, spec,
                            spec | index):
                ksft.equal(without_time(family.sa_get(request)), one,
                           f"{request}")
            other = spec | {"dir": "in" if spec["dir"] == "out" else "out"}
            error = ynl.refused(family.sa_get, other)
            ksft.equal((error.errno, error.attribute, error.text),
                       (errno.ENOENT, ".spi",
                        "ipsecov2: There is no such SA on a card"),
                       "the other direction")
    # On another card, and in software, there is no such SA
    ns = test.bed.a
    ns.ip("link add spare type ipsecov2")
    defer(ns.ip, "link del spare")
    error = ynl.refused(test.family["a"].sa_get, named(test.pair.ab, "a") |
                        {"ifindex": ifindex(ns, "spare")})
    ksft.equal(error.errno, errno.ENOENT, "errno on another card")
    software = test.bed.install(test.shape, offload="")
    error = ynl.refused(test.family["a"].sa_get, named(software.ab, "a"))
    ksft.equal(error.errno, errno.ENOENT, "errno in software")


def stale_handle(defer):
    test = Shown(defer)
    index = {"ifindex": test.index("a")}
    stale = test.of(test.pair.ab, "a")["handle"]
    test.pair = test.bed.install(test.shape)
    error = ynl.refused(test.family["a"].sa_get, {"handle": stale} | index)
    ksft.equal((error.errno, error.attribute), (errno.ENOENT, ".handle"),
               "a handle that was deleted")
    new = test.of(test.pair.ab, "a")["handle"]
    ksft.check(new != stale, "the handle came again")


def wrong(defer):
    test = Shown(defer)
    family, spec = test.family["a"], named(test.pair.ab, "a")
    index = {"ifindex": test.index("a")}
    for name in spec:
        less = {key: value for key, value in spec.items() if key != name}
        error = ynl.refused(family.sa_get, less)
        ksft.equal((error.errno, error.attribute), (errno.EINVAL, name),
                   f"without {name}")
    error = ynl.refused(family.sa_get, {"handle": 1})
    ksft.equal((error.errno, error.attribute), (errno.EINVAL, "ifindex"),
               "a handle without its card")
    for change, number, attribute in (
            ({"ifindex": 99999}, errno.ENODEV, ".ifindex"),
            ({"ifindex": ifindex(test.bed.a, "lo")}, errno.ENODEV, ".ifindex"),
            ({"handle": 5} | index, errno.EINVAL, ".spi"),
            ({"daddr": "2001:db8::77"}, errno.ENOENT, ".spi"),
            ({"proto": "ah"}, errno.ENOENT, ".spi"),
            ({"spi": 1}, errno.ENOENT, ".spi")):
        error = ynl.refused(family.sa_get, spec | change)
        ksft.equal((error.errno, error.attribute), (number, attribute),
                   f"{change}")
    error = ynl.refused(family.sa_get, {"handle": 1 << 62} | index)
    ksft.equal((error.errno, error.attribute), (errno.ENOENT, ".handle"),
               "a handle that names nothing")
    error = ynl.refused(family.sa_get, {"ifindex": 99999}, dump=True)
    ksft.equal((error.errno, error.attribute), (errno.ENODEV, ".ifindex"),
               "a dump of no card")
    short_address(test)


def short_address(test):
    """An address of 5 bytes, which YNL cannot make, is refused."""
    # Attributes 5, 8, 4 and 3: spi, daddr, proto and dir
    spec = struct.pack("=HHI", 8, 5, test.pair.ab.spi)
    spec += struct.pack("=HH5s3x", 9, 8, bytes(5))
    spec += struct.pack("=HHBxxx", 5, 4, 50)
    spec += struct.pack("=HHBxxx", 5, 3, 2)
    sock = test.bed.a.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                             ynl.NETLINK_GENERIC)
    number = test.family["a"].family.nlproto.family_id
    command = test.family["a"].family.ops["sa-get"].req_value
    body = struct.pack("=BBH", command, 1, 0) + spec
    sock.send(struct.pack("=IHHII", 16 + len(body), number,
                          NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
    ksft.equal(-struct.unpack_from("=i", sock.recv(65536), 16)[0],
               errno.EINVAL, "errno of an address of 5 bytes")


# ---- by whom, and from where

def refusals_of(family):
    """Ask for a dump, and for one SA. Return the errno of each, or 0."""
    answers = []
    for request, dump in (({}, True), ({"ifindex": 1, "handle": 1}, False)):
        try:
            family.sa_get(request, dump=dump)
            answers.append(0)
        except ynl.Refused as error:
            answers.append(error.errno)
    return answers


def unprivileged(defer):
    """Only a user with CAP_NET_ADMIN in the namespace sees SAs."""
    test = Shown(defer)
    for become in (ynl.nobody, ynl.own_user_namespace):
        ksft.equal(ynl.asked_by(become, test.bed.a, refusals_of),
                   [errno.EPERM, errno.EPERM], become.__name__)


def sas_of_its_own(family):
    """Add an SA to a card in the present namespace, and return all SPIs."""
    subprocess.run(["ip", "-batch", "-"], check=True, text=True,
                   input="link add ov0 type ipsecov2\nlink set ov0 up\n"
                   "xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 7"
                   " mode transport aead rfc4106(gcm(aes))"
                   " 0x0102030405060708090a0b0c0d0e0f1011121314 128"
                   " offload dev ov0 dir out\n")
    return [one["spi"] for one in family.sa_get({}, dump=True)]


def own_network(defer):
    """Root of a user namespace sees the SAs in its network namespace."""
    ns = Netns("start")
    defer(ns.delete)
    ksft.equal(ynl.asked_by(ynl.root_of_its_own, ns, sas_of_its_own), ["0x7"],
               "what root of a user namespace sees")


def elsewhere(defer):
    test = Shown(defer)
    there = Netns("there")
    defer(there.delete)
    family = ynl.Family(there)
    defer(family.close)
    ksft.equal(family.sa_get({}, dump=True), [], "SAs elsewhere")
    error = ynl.refused(family.sa_get, named(test.pair.ab, "a"))
    ksft.equal(error.errno, errno.ENOENT, "errno elsewhere")
    ksft.equal(len(test.family["a"].sa_get({}, dump=True)), 2, "SAs here")


# ---- many

class Crowd:
    """Cards in one namespace, each with @each SAs."""

    def __init__(self, cards, each):
        began = time.monotonic()
        self.ns = Netns("many")
        self.cards = [f"card{n}" for n in range(cards)]
        self.ns.ip(*(f"link add {card} type ipsecov2" for card in self.cards),
                   *(f"link set {card} up" for card in self.cards))
        self.index = {card: ifindex(self.ns, card) for card in self.cards}
        self.family = ynl.Family(self.ns)
        self.link = Xfrm(self.ns)
        self.spis = set()
        for n, card in enumerate(self.cards):
            spis = range(0x1000 * (n + 1), 0x1000 * (n + 1) + each)
            self.ns.ip(*(STATE.format(self.peer(spi), spi, card)
                         for spi in spis))
            self.spis |= set(spis)
        ksft.note(f"{len(self.spis)} SAs of {cards} cards were added in"
                  f" {time.monotonic() - began:.1f} s")

    def close(self):
        self.family.close()
        self.ns.delete()

    @staticmethod
    def peer(spi):
        """The destination of an SA. Each SA has a destination of its own,
        because xfrm adds slowly if many SAs have the same destination.
        """
        return socket.inet_ntoa(struct.pack("!I", 10 << 24 | spi))

    def add(self, card, spi):
        answer = self.link.add(spi, "192.0.2.1", self.peer(spi), mode=TUNNEL,
                               aead=GCM, dir=OUT,
                               offload=(self.index[card], 0))
        ksft.equal(answer, (0, ""), "answer to an add")
        return spi

    def delete(self, spi):
        ksft.equal(self.link.delete(spi, self.peer(spi)), (0, ""),
                   "answer to a delete")

    def dump(self, attributes=b""):
        return ynl.RawDump(self.ns, self.family, "sa-get", attributes)


_crowd = None


def crowd_of_all():
    """Return the crowd that several cases share, because to make a crowd takes
    long. Each of these cases leaves the crowd as it was.
    """
    global _crowd
    if _crowd is None:
        _crowd = Crowd(CARDS, MANY)
        atexit.register(delete_crowd)
    return _crowd


def delete_crowd():
    global _crowd
    if _crowd:
        _crowd.close()
        _crowd = None


def small_crowd(defer):
    """Delete the crowd that several cases share. Return a new crowd, which this
    case may change.
    """
    delete_crowd()
    crowd = Crowd(3, FEW)
    defer(crowd.close)
    return crowd


def spi_of(message):
    return struct.unpack("!I", message.attributes["spi"])[0]


def many(_):
    """A dump of many buffers shows every SA once, without NLM_F_DUMP_INTR."""
    crowd = crowd_of_all()
    began = time.monotonic()
    dump = crowd.dump()
    shown = [spi_of(message) for message in dump]
    ksft.note(f"a dump of {len(shown)} SAs took "
              f"{time.monotonic() - began:.1f} s")
    ksft.equal((dump.error, dump.interrupted), (0, False), "end of the dump")
    ksft.equal(len(shown), len(crowd.spis), "SAs")
    ksft.equal(set(shown), crowd.spis, "their SPIs")
    for n, card in list(enumerate(crowd.cards))[::CARDS // 3]:
        some = crowd.family.sa_get({"ifindex": crowd.index[card]}, dump=True)
        ksft.equal({int(one["spi"], 16) for one in some},
                   {0x1000 * (n + 1) + i for i in range(MANY)},
                   f"SAs of {card}")


def interrupted(_):
    """A dump gets NLM_F_DUMP_INTR if SAs came or went meanwhile, and only then.
    """
    crowd = crowd_of_all()
    for change, card in ((lambda: crowd.add("card0", PASSING), "card0"),
                         (lambda: crowd.delete(PASSING), "card0"),
                         (lambda: crowd.add("card2", PASSING + 1), "card2")):
        for only in (False, True):
            dump = crowd.dump(struct.pack("=HHI", 8, 1, crowd.index["card0"])
                              if only else b"")
            shown = [spi_of(message) for message in dump.buffer()]
            if not only:
                change()
            shown += [spi_of(message) for message in dump]
            ksft.equal(dump.error, 0, "end of the dump")
            ksft.equal(dump.interrupted, not only, "NLM_F_DUMP_INTR")
            ksft.equal(len(set(shown)), len(shown), "no SA comes twice")
            ksft.check(only or crowd.spis <= set(shown),
                       "an SA that stayed is missing")
    crowd.delete(PASSING + 1)


def churn(_):
    """While SAs come and go, each dump has all other SAs, each exactly once."""
    crowd = crowd_of_all()
    some = crowd.cards[::CARDS // 3]
    for round_ in range(10 if SAS < MOST else 2):
        began = time.monotonic()
        dump = crowd.dump()
        shown, buffers, changes = [], 0, 0
        while dump.error is None:
            shown += [spi_of(message) for message in dump.buffer()]
            buffers += 1
            if buffers % CHANGE_EVERY:
                continue
            changes += 1
            for n, card in enumerate(some):
                crowd.add(card, PASSING + n)
            for n, card in enumerate(some):
                crowd.delete(PASSING + n)
        ksft.note(f"round {round_}: {buffers} buffers, and {len(some)} SAs came"
                  f" and went {changes} times, in"
                  f" {time.monotonic() - began:.1f} s")
        ksft.check(changes > 10, f"only {changes} changes")
        ksft.equal((dump.error, dump.interrupted), (0, True), "end of the dump")
        stayed = [spi for spi in shown if spi < PASSING]
        ksft.equal((len(stayed), set(stayed)), (len(crowd.spis), crowd.spis),
                   f"SAs that stayed, in round {round_}")


def card_gone(defer):
    """If a card is deleted during a dump, the dump still shows all SAs of the
    other cards.
    """
    crowd = small_crowd(defer)
    dump = crowd.dump()
    shown = [spi_of(message) for message in dump.buffer()]
    ksft.check(0 < len(shown) < FEW, f"{len(shown)} SAs in the first buffer")
    crowd.ns.ip("link del card0")
    shown += [spi_of(message) for message in dump]
    ksft.equal((dump.error, dump.interrupted), (0, True), "end of the dump")
    later = {spi for spi in crowd.spis if spi >= 0x2000}
    ksft.equal({spi for spi in shown if spi >= 0x2000}, later,
               "SAs of the other cards")
    # A dump of one card ends with an error when this card is deleted
    crowd.ns.ip("link add card0 type ipsecov2")
    dump = crowd.dump(struct.pack("=HHI", 8, 1, crowd.index["card1"]))
    ksft.check(list(dump.buffer()), "no SA")
    crowd.ns.ip("link del card1")
    # The kernel has filled one more buffer already
    ksft.check(len(list(dump)) < FEW / 2, "the dump goes on")
    ksft.equal(dump.error, errno.ENODEV, "end of the dump")


def module_stays(defer):
    """The module cannot be removed before a dump of its SAs has ended."""
    crowd = small_crowd(defer)
    dump = crowd.dump()
    ksft.check(list(dump.buffer()), "no SA")
    done = subprocess.run(["rmmod", "ipsecov2"], capture_output=True, text=True)
    ksft.check("in use" in done.stderr, f"rmmod: {done.stderr or 'removed'}")
    ksft.equal((len(list(dump)) > FEW, dump.error), (True, 0), "the rest")
    crowd.ns.ip("xfrm state flush")
    module.remove()
    module.load()


def main():
    cases = [(f"shown {shape} {how}",
              lambda defer, s=shape, h=how: shown(defer, s, h))
             for shape in SHAPES for how in HOWS
             if (shape, how) != (NO_PACKET, "packet")]
    cases += [(f"large {how}", lambda defer, h=how: large(defer, h))
              for how in HOWS]
    cases += [algorithms]
    cases += [(f"high_half {how}", lambda defer, h=how: high_half(defer, h))
              for how in HOWS]
    cases += [owner]
    cases += [(f"failures {shape} {how}",
               lambda defer, s=shape, h=how: failures(defer, s, h))
              for shape in ("ipv4-transport", "ipv4-tunnel") for how in HOWS]
    cases += [last_use]
    cases += [(f"one_by_one {shape}",
               lambda defer, s=shape: one_by_one(defer, s))
              for shape in ("ipv4-transport", "ipv6-tunnel")]
    cases += [stale_handle, wrong, unprivileged, own_network, elsewhere, many,
              interrupted, churn, card_gone, module_stays]
    ynl.run(cases)


if __name__ == "__main__":
    main()
