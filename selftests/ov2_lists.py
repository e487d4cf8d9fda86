#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ov2 policy` and `ov2 log` show what the module's netlink family tells.

Answers in JSON are compared with those of the kernel's own client (YNL). Tables
are compared with what was added and what was refused.
"""
import re
import time

from lib import ksft, module, ov2, xfrmnl, ynl
from lib.bed import Bed, Shape
from lib.netns import Netns
from lib.traffic import Traffic
from netlink_policy import POLICIES
from ov2_command import REFUSED, lines
from refusals import ICV
from refusals_policy import MARK

MARKED = ("xfrm policy add src 10.1.0.1 dst 10.2.0.0/16 proto udp dport 53"
          " dir out mark 1 mask 0xff priority 4 tmpl proto esp reqid 9"
          " mode transport offload packet dev ov0")


class Place:
    """Two cards, and the family."""

    def __init__(self, defer):
        self.ns = Netns("lists")
        defer(self.ns.delete)
        self.ns.ip("link add ov0 type ipsecov2",
                   "link add ov1 link ov0 type ipsecov2",
                   "link set ov0 up", "link set ov1 up")
        self.family = ynl.Family(self.ns)
        defer(self.family.close)

    def same(self, ask, *words):
        """What ov2 says in JSON is what the family says."""
        expected = numbers(ov2.from_spec(ask({}, dump=True)))
        ksft.check(expected, f"nothing to compare {words} with")
        answer = ov2.ask(self.ns, *words)
        for row in answer:
            ksft.check(row.pop("ifname") in ("ov0", "ov1"), "ifname")
        ksft.equal(answer, expected, f"{words}")

    def refuse(self, count=1):
        """Ask for @count states that the card refuses, because they are in
        packet mode and have no reqid.
        """
        link = xfrmnl.Xfrm(self.ns)
        for number in range(count):
            ksft.check(link.add(
                0x2000 + number, "10.0.0.1", "10.0.0.2", reqid=0,
                dir=xfrmnl.OUT, aead=("rfc4106(gcm(aes))", bytes(20), 128),
                offload=(xfrmnl.ifindex(self.ns, "ov0"), xfrmnl.PACKET)).errno,
                "a wrong state was taken")

    def shown(self, *words):
        return lines(ov2.run(self.ns, *words).stdout)


def numbers(value):
    """An answer of YNL as ov2 prints it: hexadecimal text becomes a number."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [numbers(one) for one in value]
    if isinstance(value, str) and re.fullmatch("0x[0-9a-f]+", value):
        return int(value, 16)
    return value


def three_policies(defer):
    place = Place(defer)
    place.ns.ip(*(f"{policy} {dev}" for policy, dev in
                  zip(POLICIES, ("ov0", "ov0", "ov1"))))
    return place


# ---- policy

def policy_json(defer):
    place = three_policies(defer)
    place.same(place.family.policy_get, "policy")
    index = {row["priority"]: row["index"]
             for row in ov2.ask(place.ns, "policy")}
    for words, priorities in (
            (("ov0",), [7, 8]), (("ov1",), [9]), (("dir", "in"), [8]),
            (("dir", "out"), [7, 9]), (("ov0", "dir", "out"), [7]),
            (("index", f"{index[9]}"), [9]),
            (("ov0", "index", f"{index[7]}", "dir", "out"), [7])):
        ksft.equal(sorted(row["priority"] for row in
                          ov2.ask(place.ns, "policy", *words)), priorities,
                   f"priorities of policy {words}")
    for words, number, where in (
            ((), max(index.values()) + 8, "on a card here"),
            (("ov0",), index[9], "on ov0"),
            (("dir", "in"), index[7], "and this direction on a card here")):
        ksft.equal(ov2.refused(place.ns, "policy", *words, "index",
                               f"{number}", status=1),
                   f"there is no policy of the index {number} {where}: `ov2"
                   " policy` lists the policies of the cards",
                   f"policy {words} index {number}")
    place.ns.ip("xfrm policy flush")
    ksft.equal(ov2.ask(place.ns, "policy", "dir", "in"), [], "no policy")


def policy_text(defer):
    place = three_policies(defer)
    index = {row["priority"]: row["index"]
             for row in ov2.ask(place.ns, "policy")}
    shown = place.shown("policy")
    ksft.equal(shown[0], "CARD DIR INDEX PRIORITY HITS ACTION PACKETS"
               " PROTECTED BY", "titles")
    ksft.equal(sorted(shown[1:]), sorted([
        f"ov0 out {index[7]} 7 0 allow 10.1.0.0/16 > 10.2.3.0/24 proto 6"
        " (TCP) sport 80 10.0.0.1 > 10.0.0.2 esp tunnel reqid 5 spi"
        " 0x00000077",
        f"ov0 in {index[8]} 8 0 block 2001:db8::/32 > ::/0 proto 58 (ICMPv6)"
        " sport 128 -",
        f"ov1 out {index[9]} 9 0 allow 10.9.0.1/32 > 10.9.0.2/32 -"]), "rows")
    shown = place.shown("-v", "policy", "index", f"{index[7]}")
    ksft.equal(shown[0], f"ov0 policy {index[7]}", "title")
    ksft.equal(shown[shown.index("tmpl"):],
               ["tmpl", "mode tunnel", "proto esp", "reqid 5",
                "spi 0x00000077", "saddr 10.0.0.1", "daddr 10.0.0.2",
                "hits 0"], "template")
    for line in ("prefixlen-s 16", "prefixlen-d 24", "sport 80", "dir out"):
        ksft.check(line in shown, f"no {line} in {shown}")


def policy_hits(defer):
    """Packets count as hits; a template of transport mode has no addresses."""
    bed = Bed()
    defer(bed.delete)
    shape = Shape.named("ipv4-transport")
    bed.install(shape, how="packet")
    talk = Traffic(bed, shape)
    defer(talk.close)
    talk.udp("a", [10] * 6)
    row, = ov2.ask(bed.a, "policy", "dir", "out")
    ksft.equal((row["hits"], row["tmpl"]), (6, {
        "mode": "transport", "proto": "esp", "reqid": 1}), "of the sender")
    shown = lines(ov2.run(bed.a, "policy", "dir", "out").stdout)
    ksft.check(shown[1].endswith("esp transport reqid 1"), shown[1])
    ksft.equal(shown[1].split()[4], "6", "hits")


def without_packet_mode(defer):
    """On cards without policies and refusals the lists are empty."""
    place = Place(defer)
    ksft.equal(ov2.ask(place.ns, "policy"), [], "--json policy")
    ksft.equal(ov2.run(place.ns, "policy").stdout, "", "policy")
    ksft.equal(ov2.ask(place.ns, "log"), [], "--json log")
    ksft.equal(ov2.run(place.ns, "log").stdout, "", "log")


# ---- log

def three_entries(place):
    """A state and a policy that ov0 refuses, and a state that it leaves to
    software.
    """
    for line in (REFUSED, MARKED):
        ksft.check(place.ns.ip_error(line), f"taken: {line}")
    place.ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    place.ns.ip("xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x3000"
                " reqid 1 mode transport aead rfc4106(gcm(aes))"
                " 0x0102030405060708090a0b0c0d0e0f1011121314 128"
                " offload dev ov0 dir out")


def log_json(defer):
    place = Place(defer)
    three_entries(place)
    place.same(place.family.log_get, "log")
    ksft.equal([(row["object"], row["outcome"])
                for row in ov2.ask(place.ns, "log", "ov0")],
               [("state", "refused"), ("policy", "refused"),
                ("state", "fell-back")], "of ov0")
    ksft.equal(ov2.ask(place.ns, "log", "ov1"), [], "of ov1")


def log_text(defer):
    place = Place(defer)
    before = time.time()
    three_entries(place)
    after = time.time()
    rows = ov2.ask(place.ns, "log")
    shown = place.shown("log")
    ksft.equal(shown[0], "TIME CARD WHO ASKED OUTCOME WHAT WHY", "titles")
    what = ("state out 10.0.0.1 > 10.0.0.2 esp spi 0x00002000 transport"
            " cbc(aes) hmac(sha256) offload crypto",
            "policy out 10.1.0.1/32 > 10.2.0.0/16 proto 17 (UDP) dport 53"
            " priority 4 offload packet",
            "state out 10.0.0.1 > 10.0.0.2 esp spi 0x00003000 transport"
            " rfc4106(gcm(aes)) offload crypto")
    for line, row, text in zip(shown[1:], rows, what, strict=True):
        when = line[:19]
        ksft.equal(line[20:], f"ov0 ip[{row['pid']}] {row['outcome']} {text}"
                   f" {row['sentence']}", "row")
        ksft.check(int(before) <= time.mktime(time.strptime(
            when, "%Y-%m-%d %H:%M:%S")) <= after, f"{when} is not now")
    ksft.equal((ICV in shown[1], MARK in shown[2]), (True, True),
               "sentences")
    shown = place.shown("-v", "log")
    ksft.check(shown[0].startswith("ov0 1 at "), f"title {shown[0]!r}")
    for line in ("reason ipsec_sa_fallback_disabled", "outcome fell-back",
                 "prefixlen-d 16", "dport 53", "spi 0x00002000"):
        ksft.check(line in shown, f"no {line} in {shown}")


def log_odd_name(defer):
    """The name of a process cannot break the JSON or reach the terminal raw."""
    place = Place(defer)
    with open("/proc/self/comm", "r+", encoding="utf-8") as comm:
        before = comm.read().strip()
        comm.seek(0)
        comm.write('a\x1b[1m"\\')
    try:
        place.refuse()
    finally:
        with open("/proc/self/comm", "w", encoding="utf-8") as comm:
            comm.write(before)
    row, = ov2.ask(place.ns, "log")
    ksft.equal(row["comm"], 'a\x1b[1m"\\', "name in JSON")
    for words in (("log",), ("-v", "log")):
        shown = ov2.run(place.ns, *words).stdout
        ksft.check('a?[1m"\\' in shown and "\x1b" not in shown, shown)


def log_many(defer):
    """All entries of a full log come, the oldest first."""
    place = Place(defer)
    place.refuse(300)
    rows = ov2.ask(place.ns, "log")
    ksft.equal([row["spi"] for row in rows],
               [0x2000 + n for n in range(300 - 256, 300)], "SPIs")
    ksft.equal(len(place.shown("log")), 257, "lines")


# ---- who asks, and what is wrong

def unprivileged(defer):
    place = three_policies(defer)
    for words in (("policy",), ("log",), ("--json", "policy")):
        answer = ov2.call(place.ns, *words, **ov2.as_nobody(defer))
        ksft.equal((answer.returncode, answer.stderr),
                   (1, "ov2: Operation not permitted: this needs root, or"
                    " CAP_NET_ADMIN in the network namespace: use sudo\n"),
                   f"{words} as the user nobody")
        ksft.check("10." not in answer.stdout, answer.stdout)


def wrong(defer):
    place = Place(defer)
    for words, sentence in (
            (("policy", "dir"), "dir needs a value behind it"),
            (("policy", "ov0", "index"), "index needs a value behind it"),
            (("policy", "dir", "fwd"), "'fwd' is not a direction of a card's"
             " policy: in or out"),
            (("policy", "index", "0"), "'0' is not the index of a policy,"
             " which is a number from 1 on"),
            (("policy", "index", "x"), "'x' is not the index of a policy,"
             " which is a number from 1 on"),
            (("policy", "ov0", "ov1"), "'ov1' is one word too many"),
            (("log", "ov0", "ov1"), "'ov1' is one word too many")):
        ksft.equal(ov2.refused(place.ns, *words, status=2),
                   f"{sentence}: `ov2 help` shows the commands", f"{words}")
    for words in (("policy", "lo"), ("log", "lo")):
        ksft.equal(ov2.refused(place.ns, *words, status=1),
                   "the interface 'lo' is not of type ipsecov2: `ov2 show`"
                   " lists the cards", f"{words}")
        ksft.check("there is no interface 'nothing' here" in ov2.refused(
            place.ns, words[0], "nothing", status=1), "no such interface")


def no_module(defer):
    module.remove()
    defer(module.load)
    for words in (("policy",), ("log",), ("--json", "policy"),
                  ("--json", "log")):
        ksft.check("the module ipsecov2 is not loaded" in
                   ov2.refused(None, *words, status=3), f"{words}")


if __name__ == "__main__":
    SOME = ksft.chosen([
        policy_json, policy_text, policy_hits, without_packet_mode, log_json,
        log_text, log_odd_name, log_many, unprivileged, wrong, no_module])
    module.load()
    ov2.need()
    ynl.need()
    ksft.run(SOME)
