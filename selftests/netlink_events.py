#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink family tells its listeners what happens to cards, SAs and
policies.

Each case causes events, and checks their messages. Most messages must have the
attributes that the family's answer to a request has. The kernel's own client
(YNL) hears the messages.
"""
import errno
import importlib.util
import os
import socket
import subprocess
import sys

import refusals as of_states
from lib import ksft, module, xfrmnl, ynl
from lib.bed import OUTER
from lib.netns import Netns, ethtool_stats
from lib.xfrmnl import IN, INBOUND, OUT, PACKET, ifindex

A, B = OUTER["a"][4], OUTER["b"][4]
GCM = ("rfc4106(gcm(aes))", bytes(20), 128)
PACKETS = 20
KEY = "0x0102030405060708090a0b0c0d0e0f1011121314"
STATE = (f"xfrm state add src {A} dst {B} proto esp spi {{spi}} reqid 1"
         f" mode transport aead rfc4106(gcm(aes)) {KEY} 128"
         " {words} offload {how} dev ov0 dir out")
POLICY = (f"xfrm policy {{verb}} src {A} dst {B} dir {{way}} priority 5"
          " {words} tmpl proto esp reqid 1 mode transport"
          " offload packet dev ov0")


class Place:
    """A namespace with one card or two, and a listener in multicast groups."""

    def __init__(self, defer, *groups, cards=1):
        self.ns = Netns("events")
        defer(self.ns.delete)
        self.ns.ip("link add ov0 type ipsecov2")
        if cards > 1:
            self.ns.ip("link add ov1 link ov0 type ipsecov2")
        self.index = ifindex(self.ns, "ov0")
        self.link = xfrmnl.Xfrm(self.ns)
        self.family = ynl.Family(self.ns)
        defer(self.family.close)
        self.events = ynl.Events(self.ns, *groups)
        defer(self.events.close)

    def card(self, dev="ov0"):
        return self.family.card_get({"ifindex": ifindex(self.ns, dev)})

    def sas(self):
        return self.family.sa_get({}, dump=True)


def without(message, *names):
    return {name: value for name, value in message.items()
            if name not in names}


# ---- cards

def come_and_go(defer):
    place = Place(defer, "cards")
    ns, events = place.ns, place.events
    ns.ip("link add ov1 link ov0 type ipsecov2")
    new = {"ifname": "ov1", "ifindex": ifindex(ns, "ov1")}
    _, there, here = events.expect(
        ("card-add-ntf", new), ("card-change-ntf", {"ifname": "ov0"}),
        ("card-change-ntf", new))
    ksft.equal(there, place.card(), "the card that was there")
    ksft.equal(here, place.card("ov1"), "the new card")
    ksft.equal(there["peer-ifindex"], new["ifindex"], "its other end")

    ns.ip("link set ov1 name other")
    changed, = events.expect(("card-change-ntf", {"ifname": "other"}))
    ksft.equal(changed, place.card("other"), "the card with another name")

    ns.ip("link del other")
    gone, left = events.expect(("card-del-ntf", {"ifname": "other"}),
                               ("card-change-ntf", {"ifname": "ov0"}))
    ksft.equal(gone, {"ifname": "other", "ifindex": new["ifindex"]}, "gone")
    ksft.equal(left, place.card(), "the card that is left")
    ksft.check("peer-ifindex" not in left, "the other end is gone")


def line(defer):
    """The line is up while both ends are up. For each change there is one
    message about each end.
    """
    place = Place(defer, "cards", cards=2)
    place.ns.ip("link set ov0 up")
    ksft.equal(place.events.read(), [], "messages while one end is up")
    for way, name in (("up", "card-up-ntf"), ("down", "card-down-ntf"),
                      ("up", "card-up-ntf")):
        place.ns.ip(f"link set ov1 {way}")
        for message in place.events.expect((name, {"ifname": "ov1"}),
                                           (name, {"ifname": "ov0"})):
            ksft.equal(message, place.card(message["ifname"]), name)
    place.ns.ip("link del ov1")
    place.events.expect(("card-down-ntf", {"ifname": "ov1"}),
                        ("card-down-ntf", {"ifname": "ov0"}),
                        ("card-del-ntf", {"ifname": "ov1"}),
                        ("card-change-ntf", {"ifname": "ov0"}))


def configuration(defer):
    place = Place(defer, "cards")
    for state, empty in (("off", True), ("on", False)):
        place.ns.command("ethtool", "-K", "ov0", "esp-hw-offload", state)
        message, = place.events.expect(("card-config-ntf", {}))
        ksft.equal(message, place.card(), f"the card with all {state}")
        ksft.equal(not message["config"]["encr"], empty,
                   f"the card has no ciphers with all {state}")
    place.ns.command("ethtool", "-K", "ov0", "rx-gro-list", "on")
    ksft.equal(place.events.read(), [], "messages about another feature")


def queues(defer):
    place = Place(defer, "cards")
    place.ns.ip("link del ov0",
                "link add ov0 numtxqueues 2 numrxqueues 2 type ipsecov2")
    place.events.expect(("card-del-ntf", {}), ("card-add-ntf", {}))
    place.ns.command("ethtool", "-L", "ov0", "combined", "1")
    message, = place.events.expect(("card-change-ntf", {"tx-queues": 1}))
    ksft.equal(message, place.card(), "the card")


def sizes(defer):
    """There is one message about a new capacity, and one message about a new
    size of the rings, no matter whether the family or ethtool has set the size.
    """
    place = Place(defer, "cards")
    request = {"ifindex": place.index}
    for change, name, expected in (
            ({"sa-capacity": 7}, "card-config-ntf", (7, 512)),
            ({"rx-ring": 100}, "card-change-ntf", (7, 100))):
        place.family.card_set(request | change)
        message, = place.events.expect((name, {}))
        ksft.equal(message, place.card(), f"the card after {change}")
        ksft.equal((message["sa-capacity"], message["rx-ring"]), expected,
                   f"sizes after {change}")
    place.ns.command("ethtool", "-G", "ov0", "rx", "200")
    place.events.expect(("card-change-ntf", {"rx-ring": 200}))
    # No message comes if the size stays the same, or if a size is refused
    place.family.card_set(request | {"rx-ring": 200})
    ynl.refused(place.family.card_set, request | {"rx-ring": 1})
    ynl.refused(place.family.card_set, request | {"sa-capacity": 0})
    place.family.card_set(request | {"sa-capacity": 9, "rx-ring": 64})
    place.events.expect(("card-config-ntf", {"sa-capacity": 9, "rx-ring": 200}),
                        ("card-change-ntf", {"sa-capacity": 9, "rx-ring": 64}))


def reset(defer):
    place = Place(defer, "cards")
    place.ns.ip("link set ov0 up")
    place.ns.command("ethtool", "--reset", "ov0", "offload")
    message, = place.events.expect(("card-reset-ntf", {}))
    ksft.equal(message, place.card(), "the card")


def moved(defer):
    """When a card moves, its old namespace hears that the card goes, and its
    new namespace hears that the card comes. The namespace of the other end of
    the cable hears where the card is.
    """
    place = Place(defer, "cards", cards=2)
    there = Netns("there")
    defer(there.delete)
    elsewhere = ynl.Events(there, "cards")
    defer(elsewhere.close)
    place.ns.ip(f"link set ov1 netns {there.name}")
    place.events.expect(("card-del-ntf", {"ifname": "ov1"}),
                        ("card-change-ntf", place.card()))
    ksft.check("peer-netns-id" in place.card(), "the other end is elsewhere")
    elsewhere.expect(("card-add-ntf", {"ifname": "ov1"}))
    # A listener's socket keeps its namespace alive
    elsewhere.close()
    there.delete()
    place.events.expect(("card-change-ntf", {"ifname": "ov0"}))


# ---- SAs

def added_and_deleted(defer, **asked):
    """A message about an SA equals the family's answer to a request for this
    SA.
    """
    place = Place(defer, "sas")
    place.ns.ip("link set ov0 up")
    flags = asked.pop("flags")
    src, dst = (A, B) if asked["family"] == 4 else (OUTER["a"][6],
                                                    OUTER["b"][6])
    del asked["family"]
    answer = place.link.add(0x1000, src, dst, aead=GCM,
                            offload=(place.index, flags), **asked)
    ksft.equal(answer, (0, ""), "answer")
    expected, = place.sas()
    message, = place.events.expect(("sa-add-ntf", {"spi": "0x1000"}))
    ksft.equal(message, expected, "the new SA")
    place.ns.ip("xfrm state flush")
    message, = place.events.expect(("sa-del-ntf", {"spi": "0x1000"}))
    ksft.equal(message, expected, "the SA that goes")


def counts_of_deleted(defer):
    """The message about an SA that goes has the SA's counts."""
    place = Place(defer, "sas", cards=2)
    send = sender(defer, place)
    place.ns.ip(STATE.format(spi=0x1000, how="crypto", words=""))
    send(PACKETS)
    before = ksft.wait_for("the packets to be sent", lambda: [
        one for one in place.sas() if one["packets"] == PACKETS])[0]
    place.ns.ip("xfrm state flush")
    _, message = place.events.expect(("sa-add-ntf", {}), ("sa-del-ntf", {}))
    ksft.equal(without(message, "last-use"), without(before, "last-use"),
               "the SA that goes")
    ksft.equal(message["seq"], PACKETS, "its number")


def with_its_card(defer):
    """When a card is deleted, the message about its SA comes before the message
    about the card.
    """
    place = Place(defer, "sas", "cards")
    place.ns.ip("link set ov0 up",
                STATE.format(spi=1, how="crypto", words=""), "link del ov0")
    place.events.expect(("sa-add-ntf", {}), ("sa-del-ntf", {}),
                        ("card-del-ntf", {}))


def limits(defer):
    """An SA reaches its soft limit, and then its hard limit."""
    place = Place(defer, "sas")
    place.ns.ip("link set ov0 up", STATE.format(
        spi=0x77, how="packet", words="limit time-soft 1 limit time-hard 3"))
    added, soft, _, hard = place.events.expect(
        ("sa-add-ntf", {}), ("sa-expire-ntf", {"limit": "soft"}),
        ("sa-del-ntf", {}), ("sa-expire-ntf", {"limit": "hard"}), seconds=30)
    for message in (soft, hard):
        ksft.equal(without(message, "limit"), {
            name: added[name] for name in (
                "ifindex", "handle", "dir", "proto", "spi", "family", "saddr",
                "daddr", "reqid")}, "what names the SA")


def software(defer):
    """No message tells of a state or a policy that is not offloaded."""
    place = Place(defer, "sas")
    expiries = xfrmnl.Expiries(place.ns)
    place.ns.ip("link set ov0 up", f"xfrm state add src {A} dst {B} proto esp"
                f" spi 1 mode transport aead rfc4106(gcm(aes)) {KEY} 128"
                " limit time-hard 1",
                f"xfrm policy add src {A} dst {B} dir out limit time-hard 1"
                " tmpl proto esp mode transport")
    expiries.wait(1, hard=True)
    ksft.wait_for("the policy to expire", lambda: not place.ns.ip_output(
        "xfrm policy").strip())
    ksft.equal(place.events.read(), [], "messages")


# ---- what a card refuses, and what it leaves to software

def refused(defer):
    """A message has all attributes of the log's entry except comm and pid,
    which tell who asked.
    """
    place = Place(defer, "sas")
    place.ns.ip("link set ov0 up")
    place.link.add(0x1234, A, B, reqid=0, aead=GCM, dir=OUT,
                   offload=(place.index, PACKET))
    place.link.add_policy(xfrmnl.POLICY_OUT, xfrmnl.selector(A, B),
                          mark=(1, 0xff), offload=(place.index, PACKET))
    place.ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    place.ns.ip(STATE.format(spi=2, how="crypto", words=""))
    messages = place.events.expect(
        ("log-ntf", {"object": "state", "outcome": "refused", "spi": "0x1234",
                     "sentence": of_states.REQID}),
        ("log-ntf", {"object": "policy", "outcome": "refused"}),
        ("log-ntf", {"object": "state", "outcome": "fell-back",
                     "reason": "ipsec_sa_fallback_disabled"}))
    entries = place.family.log_get({}, dump=True)
    ksft.equal(messages, [without(one, "comm", "pid") for one in entries],
               "messages and log")
    ksft.check(all("pid" in one for one in entries), "the log has who asked")


def sender(defer, place):
    """Set up ov0 to send from A to B under a policy. Return a function that
    sends @count packets.
    """
    place.ns.ip("link set ov0 up", "link set ov1 up",
                f"address add {A}/24 dev ov0",
                f"neigh replace {B} lladdr 02:00:00:00:00:0b dev ov0",
                f"xfrm policy add src {A} dst {B} dir out tmpl proto esp"
                " reqid 1 mode transport")
    sock = place.ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    defer(sock.close)

    def send(count):
        for _ in range(count):
            sock.sendto(b"data", (B, 4500))
    return send


def declined(defer):
    """For each SA and reason, a message tells of the first packet that the card
    declines. The other packets are only counted. Here the core sends through a
    state that is offloaded inbound; see declined.py.
    """
    place = Place(defer, "sas", cards=2)
    send = sender(defer, place)

    def both_ways(spi):
        """Add a state that has no SA direction, and is offloaded as inbound."""
        ksft.equal(place.link.add(spi, A, B, aead=GCM,
                                  offload=(place.index, INBOUND)), (0, ""),
                   "answer")

    both_ways(0x1000)
    send(PACKETS)
    name = "ipsec_tx_fallback_dir"
    explained = {one["name"]: one["explanation"] for one in
                 place.family.counter_get({"ifindex": place.index}, dump=True)}
    added, told = place.events.expect(
        ("sa-add-ntf", {}), ("sa-fallback-ntf", {
            "reason": name, "explanation": explained[name]}))
    ksft.equal(without(told, "reason", "explanation"), {
        name: added[name] for name in (
            "ifindex", "handle", "dir", "proto", "spi", "family", "saddr",
            "daddr", "reqid")}, "what names the SA")
    ksft.equal(ethtool_stats(place.ns, "ov0")[name], PACKETS, "counted")
    place.ns.ip("xfrm state flush")
    both_ways(0x1001)
    send(1)
    place.events.expect(
        ("sa-del-ntf", {}), ("sa-add-ntf", {}),
        ("sa-fallback-ntf", {"reason": name, "spi": "0x1001"}))


# ---- policies

def policies(defer):
    """When a policy is added or deleted, the message equals the family's answer
    to a request for this policy. An update is told as a delete and an add.
    """
    place = Place(defer, "sas")
    place.ns.ip("link set ov0 up")
    for way in ("out", "in"):
        place.ns.ip(POLICY.format(verb="add", way=way, words=""))
        expected, = place.family.policy_get({}, dump=True)
        message, = place.events.expect(("policy-add-ntf", {"dir": way}))
        ksft.equal(message, expected, "the new policy")
        same = {"index": expected["index"]}
        place.ns.ip(POLICY.format(verb="update", way=way, words=""))
        place.events.expect(("policy-del-ntf", same), ("policy-add-ntf", same))
        place.ns.ip("xfrm policy flush")
        message, = place.events.expect(("policy-del-ntf", {"dir": way}))
        ksft.equal(message, expected, "the policy that goes")


def limits_of_policies(defer):
    place = Place(defer, "sas")
    place.ns.ip("link set ov0 up", POLICY.format(
        verb="add", way="out", words="limit time-soft 1 limit time-hard 3"))
    added, soft, _, hard = place.events.expect(
        ("policy-add-ntf", {}), ("policy-expire-ntf", {"limit": "soft"}),
        ("policy-del-ntf", {}), ("policy-expire-ntf", {"limit": "hard"}),
        seconds=30)
    for message in (soft, hard):
        ksft.equal(without(message, "limit"),
                   without(added, "action", "tmpl", "hits"),
                   "what names the policy")


def failed(defer):
    """If the core cannot add a policy, listeners hear nothing. If the core
    cannot add a state, they hear of an add and of a delete.
    """
    place = Place(defer, "sas")
    place.ns.ip("link set ov0 up", POLICY.format(verb="add", way="out",
                                                 words=""))
    place.events.expect(("policy-add-ntf", {}))
    error = place.ns.ip_error(POLICY.format(verb="add", way="out", words=""))
    ksft.check("File exists" in error, f"the same policy again: {error}")
    state = STATE.format(spi=7, how="packet", words="")
    place.ns.ip(state)
    place.events.expect(("sa-add-ntf", {}))
    ksft.check("File exists" in place.ns.ip_error(state), "the same state")
    # The core first gives the state to the card, and then finds an equal state
    place.events.expect(("sa-add-ntf", {}), ("sa-del-ntf", {}))
    ksft.equal(len(place.sas()), 1, "SAs")


# ---- who hears it

def itself():
    """The test's own process, with all privileges."""


def own_everything():
    """Get all privileges in a user namespace and a network namespace, both new.
    """
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def joined(family):
    """Join each group. Return {group: 0, or the errno}."""
    answers = {}
    for group in ("cards", "sas"):
        try:
            family.family.sock.setsockopt(
                ynl.SOL_NETLINK, ynl.NETLINK_ADD_MEMBERSHIP,
                ynl.group_id(family.family, group))
            answers[group] = 0
        except OSError as error:
            answers[group] = error.errno
    return answers


def privilege(defer):
    place = Place(defer)
    for become, expected in ((itself, 0), (ynl.nobody, errno.EPERM),
                             (ynl.own_user_namespace, errno.EPERM),
                             (own_everything, 0)):
        ksft.equal(ynl.asked_by(become, place.ns, joined),
                   {"cards": 0, "sas": expected},
                   f"groups that {become.__name__} may join")


def elsewhere(defer):
    """Another namespace hears nothing, and each group hears only of its own
    objects.
    """
    place = Place(defer, "cards", "sas")
    there = Netns("there")
    defer(there.delete)
    others = {name: ynl.Events(ns, group) for name, ns, group in (
        ("cards elsewhere", there, "cards"), ("SAs elsewhere", there, "sas"),
        ("cards", place.ns, "cards"), ("SAs", place.ns, "sas"))}
    for other in others.values():
        defer(other.close)
    place.ns.ip("link add ov1 link ov0 type ipsecov2", "link set ov1 up",
                "link set ov0 up", STATE.format(spi=1, how="packet", words=""),
                POLICY.format(verb="add", way="out", words=""), "link del ov0")
    place.ns.ip_error(STATE.format(spi=1, how="crypto", words=""))
    heard = {name: {kind.split("-")[0] for kind, _ in one.read()}
             for name, one in others.items()}
    ksft.equal(heard, {"cards elsewhere": set(), "SAs elsewhere": set(),
                       "cards": {"card"}, "SAs": {"sa", "policy"}}, "heard")


def no_room(defer):
    """A listener that does not read is told that it has lost messages."""
    place = Place(defer)
    sock = place.ns.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                           ynl.NETLINK_GENERIC)
    defer(sock.close)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.bind((0, 0))
    sock.setsockopt(ynl.SOL_NETLINK, ynl.NETLINK_ADD_MEMBERSHIP,
                    ynl.group_id(place.family.family, "sas"))
    sock.setblocking(False)
    place.ns.ip("link set ov0 up")
    for spi in range(1, 41):
        place.ns.ip(STATE.format(spi=spi, how="crypto", words=""))
    got = []
    while not got or not isinstance(got[-1], BlockingIOError):
        try:
            got.append(sock.recv(65536))
        except OSError as error:
            got.append(error)
    errors = [one.errno for one in got if isinstance(one, OSError)]
    ksft.equal(sorted(errors), sorted([errno.ENOBUFS, errno.EAGAIN]),
               "errors")
    ksft.check(len(got) - 2 < 40, "nothing was lost")
    place.ns.ip(STATE.format(spi=100, how="crypto", words=""))
    ksft.check(sock.recv(65536), "the listener hears again")


def cli(defer):
    """The kernel's tree has a program that knows nothing but the spec. This
    program hears a message.
    """
    place = Place(defer)
    with place.ns.entered():
        program = subprocess.Popen(
            [sys.executable, "-u", importlib.util.find_spec("pyynl.cli").origin,
             "--no-schema", "--spec", ynl.find_spec(), "--subscribe", "cards",
             "--duration", str(int(ksft.patience(60)))],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    defer(program.wait)
    defer(program.kill)
    os.set_blocking(program.stdout.fileno(), False)
    said = bytearray()

    def heard():
        # Rename again and again, because perhaps the program does not listen
        # yet
        place.ns.ip("link set ov0 name ov0x", "link set ov0x name ov0")
        said.extend(program.stdout.read() or b"")
        ksft.check(program.poll() is None,
                   f"the program ended: {said.decode()}")
        return b"card-change-ntf" in said

    # Do not rename too often, because the program has room for few messages
    ksft.wait_for("pyynl.cli to hear of a new name", heard, 40, period=0.5)


# ---- the module comes and goes

def module_gone(defer):
    """When the module is removed, there is one message for each card that goes.
    The groups go, too: a listener must join them again when the module is back.
    """
    defer(module.load)
    place = Place(defer, "cards", "sas", cards=2)
    place.ns.ip("link set ov0 up", "link set ov1 up",
                STATE.format(spi=1, how="crypto", words=""))
    place.events.read()
    module.remove()
    names = [(name, one.get("ifname")) for name, one in place.events.read()]
    ksft.equal(names, [("card-del-ntf", "ov0"), ("card-del-ntf", "ov1")],
               "messages")
    module.load()
    place.ns.ip("link add ov0 type ipsecov2")
    ksft.equal(place.events.read(), [], "messages to the old listener")
    again = ynl.Events(place.ns, "cards")
    defer(again.close)
    place.ns.ip("link add ov1 type ipsecov2")
    again.expect(("card-add-ntf", {"ifname": "ov1"}))


KINDS = [
    ("crypto out", {"family": 4, "flags": 0, "dir": OUT}),
    ("crypto in ipv6", {"family": 6, "flags": INBOUND, "dir": IN,
                        "mode": xfrmnl.TUNNEL}),
    ("packet out", {"family": 4, "flags": PACKET, "dir": OUT,
                    "mode": xfrmnl.TUNNEL, "inner": A}),
    ("packet in", {"family": 4, "flags": PACKET | INBOUND, "dir": IN}),
    ("mark", {"family": 4, "flags": 0, "dir": OUT, "mark": (5, 0xf)}),
]


def one_kind(defer, kind):
    added_and_deleted(defer, **kind)


if __name__ == "__main__":
    ynl.run([
        come_and_go, line, configuration, queues, sizes, reset, moved,
        *((f"added_and_deleted {name}", one_kind, kind)
          for name, kind in KINDS),
        counts_of_deleted, with_its_card, limits, software, refused, declined,
        policies, limits_of_policies, failed, privilege, elsewhere, no_room,
        cli, module_gone])
