#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink family shows every policy of a card, and how many packets met it.

What the family shows is compared with the policies that were added, with `ip -s
xfrm policy` and with the traffic that was sent.
"""
import errno
import re
import socket
import struct
import subprocess

from lib import ksft, ynl
from lib.bed import OTHER, Shape, shared
from lib.netns import Netns
from lib.traffic import Traffic
from lib.xfrmnl import ifindex

SHAPES = ("ipv4-transport", "ipv6-transport", "ipv4-tunnel", "ipv6-tunnel",
          "ipv4-tunnel-udp")
MANY = 120      # policies of each of CARDS cards: dumps need many messages
CARDS = 3
ATTR_IFINDEX = 1
# A tunnel, a block and a bypass. A case appends the name of the device to each
# of these lines
POLICIES = (
    "xfrm policy add src 10.1.0.0/16 dst 10.2.3.0/24 proto tcp sport 80"
    " dir out priority 7 tmpl src 10.0.0.1 dst 10.0.0.2 proto esp"
    " spi 0x77 reqid 5 mode tunnel offload packet dev",
    "xfrm policy add src 2001:db8::/32 dst ::/0 proto ipv6-icmp type 128"
    " dir in priority 8 action block offload packet dev",
    "xfrm policy add src 10.9.0.1 dst 10.9.0.2 dir out priority 9"
    " offload packet dev")


class Shown:
    """The policies of the shared bed, and the family at both ends."""

    def __init__(self, defer, shape="ipv4-transport", how="packet"):
        self.bed = shared()
        self.bed.remove()
        self.shape = Shape.named(shape)
        self.pair = self.bed.install(self.shape, how=how)
        self.family = {side: ynl.Family(self.bed.ns(side)) for side in "ab"}
        for family in self.family.values():
            defer(family.close)

    def traffic(self, defer):
        talk = Traffic(self.bed, self.shape)
        defer(talk.close)
        self.bed.mark()
        return talk

    def index(self, side):
        ns = self.bed.ns(side)
        return ifindex(ns, ns.card)

    def all(self, side):
        return self.family[side].policy_get({"ifindex": self.index(side)},
                                            dump=True)

    def by_dir(self, side):
        found = {one["dir"]: one for one in self.all(side)}
        ksft.equal(set(found), {"in", "out"}, f"policies at {side}")
        return found

    def hits(self, side):
        return {way: one["hits"] for way, one in self.by_dir(side).items()}


def indices(ns):
    """Return {direction: xfrm's number of the policy}."""
    text = ns.command("ip", "-s", "xfrm", "policy").stdout
    return {way: int(number) for way, number in
            re.findall(r"dir (in|out) .*?\bindex (\d+)", text)}


# ---- what a policy is

def shown(defer, shape):
    """Both policies of both ends are shown as they were added."""
    test = Shown(defer, shape)
    fam = socket.AF_INET if test.shape.inner == 4 else socket.AF_INET6
    outer = socket.AF_INET if test.shape.outer == 4 else socket.AF_INET6
    plen = 32 if test.shape.inner == 4 else 128
    for side in "ab":
        numbers = indices(test.bed.ns(side))
        for way, one in test.by_dir(side).items():
            src, dst = (side, OTHER[side]) if way == "out" else (OTHER[side],
                                                                 side)
            sa = test.pair.ab if src == "a" else test.pair.ba
            tmpl = {"mode": test.shape.mode, "proto": "esp", "reqid": 1}
            if test.shape.mode == "tunnel":
                tmpl |= {"family": outer, "saddr": sa.src, "daddr": sa.dst}
            ksft.equal(one, {
                "ifindex": test.index(side), "index": numbers[way],
                "dir": way, "family": fam,
                "saddr": test.bed.address(src, test.shape),
                "daddr": test.bed.address(dst, test.shape),
                "prefixlen-s": plen, "prefixlen-d": plen,
                "priority": 10, "action": "allow", "tmpl": tmpl, "hits": 0,
            }, f"policy {way} at {side}")
            ksft.equal(test.family[side].policy_get(
                {"ifindex": one["ifindex"], "index": one["index"]}), one,
                "the policy by its number")


def software(defer):
    """A policy that is not offloaded is on no card."""
    test = Shown(defer, how="crypto")
    for side in "ab":
        ksft.equal(test.all(side), [], f"policies at {side}")


def words(defer):
    """The family shows port, protocol, ICMP type (as sport) and prefixes. It
    also shows a block and a bypass.
    """
    ns = Netns("words")
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2", "link set ov0 up",
          *(f"{policy} ov0" for policy in POLICIES))
    family = ynl.Family(ns)
    defer(family.close)
    by_priority = {one["priority"]: one
                   for one in family.policy_get({}, dump=True)}
    tunnel, block, bypass = (by_priority[n] for n in (7, 8, 9))
    ksft.equal((tunnel["saddr"], tunnel["prefixlen-s"], tunnel["daddr"],
                tunnel["prefixlen-d"], tunnel["proto"], tunnel["sport"],
                tunnel["sport-mask"], "dport" in tunnel, tunnel["tmpl"]),
               ("10.1.0.0", 16, "10.2.3.0", 24, socket.IPPROTO_TCP, 80,
                "0xffff", False,
                {"mode": "tunnel", "proto": "esp", "reqid": 5, "spi": "0x77",
                 "family": socket.AF_INET, "saddr": "10.0.0.1",
                 "daddr": "10.0.0.2"}), "the tunnel")
    ksft.equal((block["action"], block["dir"], block["family"],
                block["prefixlen-s"], block["prefixlen-d"], block["proto"],
                block["sport"], "tmpl" in block),
               ("block", "in", socket.AF_INET6, 32, 0, 58, 128, False),
               "the block")
    ksft.equal((bypass["action"], "tmpl" in bypass, "proto" in bypass),
               ("allow", False, False), "the bypass")


# ---- packets

def hits(defer, shape):
    """Each packet meets one policy at each end."""
    test = Shown(defer, shape)
    talk = test.traffic(defer)
    talk.udp("a", [100] * 7)
    talk.udp("b", [200] * 3)
    ksft.equal((test.hits("a"), test.hits("b")),
               ({"out": 7, "in": 3}, {"out": 3, "in": 7}), "hits")
    talk.settle(test.pair)


def clear(defer):
    """A packet in clear that a policy keeps out is a hit of this policy."""
    test = Shown(defer)
    test.bed.a.ip("xfrm state flush", "xfrm policy flush")
    defer(test.bed.remove)
    sender = test.bed.a.socket(socket.AF_INET, socket.SOCK_DGRAM)
    target = (test.bed.address("b", test.shape), 7000)
    for _ in range(4):
        sender.sendto(b"clear", target)
    ksft.wait_for("4 packets to meet the policy",
                  lambda: test.hits("b") == {"in": 4, "out": 0})


def replaced(defer):
    """After an update, a policy counts its hits from 0."""
    test = Shown(defer)
    talk = test.traffic(defer)
    talk.udp("a", [100] * 2)
    line = next(line for line in test.bed.policy_lines(test.shape, "a", True)
                if "dir out" in line).replace("policy add", "policy update")
    before = test.by_dir("a")["out"]
    test.bed.a.ip(line.replace("priority 10", "priority 11"))
    after = test.by_dir("a")["out"]
    ksft.equal((before["hits"], after["hits"], after["priority"]), (2, 0, 11),
               "hits before and after")
    ksft.equal(len(test.all("a")), 2, "policies of a")
    test.bed.remove()


# ---- wrong requests, other users, other namespaces

def wrong(defer):
    test = Shown(defer)
    family, index = test.family["a"], {"ifindex": test.index("a")}
    for request, number, attribute in (
            ({}, errno.EINVAL, "ifindex"),
            ({"index": 1}, errno.EINVAL, "ifindex"),
            (index, errno.EINVAL, "index"),
            (index | {"index": 0}, errno.ERANGE, ".index"),
            (index | {"index": 77777777}, errno.ENOENT, ".index"),
            ({"ifindex": 99999, "index": 1}, errno.ENODEV, ".ifindex"),
            ({"ifindex": ifindex(test.bed.a, "lo"), "index": 1},
             errno.ENODEV, ".ifindex")):
        error = ynl.refused(family.policy_get, request)
        ksft.equal((error.errno, error.attribute), (number, attribute),
                   f"{request}")
    error = ynl.refused(family.policy_get, {"ifindex": 99999}, dump=True)
    ksft.equal((error.errno, error.attribute), (errno.ENODEV, ".ifindex"),
               "a dump of no card")


def errnos_of(family):
    answers = []
    for request, dump in (({}, True), ({"ifindex": 1, "index": 1}, False)):
        try:
            family.policy_get(request, dump=dump)
            answers.append(0)
        except ynl.Refused as error:
            answers.append(error.errno)
    return answers


def unprivileged(defer):
    """Only a user who may administrate the namespace sees policies."""
    test = Shown(defer)
    for become in (ynl.nobody, ynl.own_user_namespace):
        ksft.equal(ynl.asked_by(become, test.bed.a, errnos_of),
                   [errno.EPERM, errno.EPERM], become.__name__)


def policies_of_its_own(family):
    """Add a policy to a card in the present namespace; return what is shown."""
    subprocess.run(["ip", "-batch", "-"], check=True, text=True,
                   input="link add ov0 type ipsecov2\nlink set ov0 up\n"
                   f"{POLICIES[2]} ov0\n")
    return [one["priority"] for one in family.policy_get({}, dump=True)]


def own_network(defer):
    """Root of a user namespace sees the policies in its network namespace."""
    ns = Netns("start")
    defer(ns.delete)
    ksft.equal(ynl.asked_by(ynl.root_of_its_own, ns, policies_of_its_own), [9],
               "what root of a user namespace sees")


def elsewhere(defer):
    Shown(defer)
    there = Netns("there")
    defer(there.delete)
    family = ynl.Family(there)
    defer(family.close)
    ksft.equal(family.policy_get({}, dump=True), [], "policies elsewhere")


# ---- many

class Crowd:
    """CARDS cards in one namespace, each with MANY policies."""

    def __init__(self, defer):
        self.ns = Netns("many")
        defer(self.ns.delete)
        self.cards = [f"card{n}" for n in range(CARDS)]
        self.ns.ip(*(f"link add {card} type ipsecov2" for card in self.cards),
                   *(f"link set {card} up" for card in self.cards))
        self.index = [ifindex(self.ns, card) for card in self.cards]
        self.family = ynl.Family(self.ns)
        defer(self.family.close)
        self.ns.ip(*(self.line("add", n, i) for n in range(CARDS)
                     for i in range(MANY)))
        self.sources = {self.source(n, i) for n in range(CARDS)
                        for i in range(MANY)}

    @staticmethod
    def source(card, number):
        return f"10.{card}.{number // 250}.{number % 250}"

    def line(self, verb, card, number):
        offload = f" offload packet dev {self.cards[card]}"
        return (f"xfrm policy {verb} src {self.source(card, number)} "
                "dst 10.200.0.1 dir out" +
                (offload if verb == "add" else ""))

    def change(self, verb, card, number):
        self.ns.ip(self.line(verb, card, number))

    def dump(self, card=None):
        only = b"" if card is None else struct.pack("=HHI", 8, ATTR_IFINDEX,
                                                    self.index[card])
        return ynl.RawDump(self.ns, self.family, "policy-get", only)


def source_of(message):
    return socket.inet_ntoa(message.attributes["saddr"])


def many(defer):
    crowd = Crowd(defer)
    dump = crowd.dump()
    shown_sources = [source_of(message) for message in dump]
    ksft.equal((dump.error, dump.interrupted), (0, False), "end of the dump")
    ksft.equal(len(shown_sources), len(crowd.sources), "policies")
    ksft.equal(set(shown_sources), crowd.sources, "their sources")
    dump = crowd.dump(1)
    ksft.equal({source_of(message) for message in dump},
               {crowd.source(1, i) for i in range(MANY)}, "of one card")


def interrupted(defer):
    """If policies come or go during a dump of all cards, the dump says so
    (NLM_F_DUMP_INTR). A dump of one card says nothing when the policies of
    another card change.
    """
    crowd = Crowd(defer)
    for verb, card, number in (("add", 0, MANY), ("delete", 0, MANY),
                               ("add", 2, MANY), ("delete", 2, MANY)):
        dump = crowd.dump()
        seen = [source_of(message) for message in dump.buffer()]
        crowd.change(verb, card, number)
        seen += [source_of(message) for message in dump]
        ksft.equal((dump.error, dump.interrupted), (0, True),
                   f"end of the dump: {verb} at {card}")
        ksft.equal(len(set(seen)), len(seen), "no policy comes twice")
        ksft.check(crowd.sources <= set(seen),
                   "a policy that stayed is missing")
    dump = crowd.dump(1)
    ksft.check(list(dump.buffer()), "no policy")
    crowd.change("add", 0, MANY)
    ksft.equal((len(list(dump)) > 0, dump.error, dump.interrupted),
               (True, 0, False), "a change of another card")


def card_gone(defer):
    crowd = Crowd(defer)
    dump = crowd.dump()
    seen = [source_of(message) for message in dump.buffer()]
    ksft.check(0 < len(seen) < MANY, f"{len(seen)} in the first buffer")
    crowd.ns.ip("link del card0")
    seen += [source_of(message) for message in dump]
    ksft.equal((dump.error, dump.interrupted), (0, True), "end of the dump")
    ksft.equal({source for source in seen if not source.startswith("10.0.")},
               {crowd.source(n, i) for n in (1, 2) for i in range(MANY)},
               "policies of the other cards")


def main():
    cases = [(f"shown {shape}", lambda defer, s=shape: shown(defer, s))
             for shape in SHAPES]
    cases += [software, words]
    cases += [(f"hits {shape}", lambda defer, s=shape: hits(defer, s))
              for shape in SHAPES]
    cases += [clear, replaced, wrong, unprivileged, own_network, elsewhere,
              many, interrupted, card_gone]
    ynl.run(cases)


if __name__ == "__main__":
    main()
