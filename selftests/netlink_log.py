#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The log of a card tells what the card refused or left to software, for which
reason, and who had asked for it.
"""
import errno
import os
import socket
import struct
import threading
import time

import refusals as of_states
import refusals_policy as of_policies
from lib import ksft, xfrmnl, ynl
from lib.bed import OUTER
from lib.netns import Netns
from lib.refusals import OURS
from lib.xfrmnl import IN, PACKET, POLICY_OUT, ifindex

ENTRIES = 256                           # OV2_LOG_ENTRIES
GCM = "rfc4106(gcm(aes))"
A, B = OUTER["a"][4], OUTER["b"][4]
CMD_LOG_GET, A_IFINDEX = 6, 1
NLMSG_DONE, NLM_F_REQUEST, NLM_F_DUMP, NLM_F_DUMP_INTR = 3, 1, 0x300, 0x10
ROOM = 4096                             # bytes of an answer


class Place:
    """A namespace with a card. The test reads the log of this card."""

    def __init__(self, defer):
        self.ns = Netns("log")
        defer(self.ns.delete)
        self.ns.ip("link add ov0 type ipsecov2", "link set ov0 up")
        self.link = xfrmnl.Xfrm(self.ns)
        self.index = ifindex(self.ns, "ov0")
        self.family = ynl.Family(self.ns)
        defer(self.family.close)

    def log(self, **request):
        return self.family.log_get({"ifindex": self.index, **request},
                                   dump=True)

    def refuse(self, count=1, spi=0x1000):
        """Make the card refuse @count states: packet mode without a reqid."""
        for number in range(count):
            answer = self.link.add(spi + number, A, B, reqid=0,
                                   aead=(GCM, bytes(20), 128), dir=xfrmnl.OUT,
                                   offload=(self.index, PACKET))
            ksft.equal(answer.text, OURS + of_states.REQID, "sentence")


def without(entry, *names):
    return {name: value for name, value in entry.items()
            if name not in names}


# ---- what is logged

def every_row(defer, rows, kind, prefix):
    """A refusal of the card is logged with its reason and sentence, and a
    refusal of the core is not logged.
    """
    requests = kind()
    defer(requests.close)
    family = ynl.Family(requests.bed.a)
    defer(family.close)
    seq, logged = 1, 0
    for refusal in rows:
        answer = requests.add(**refusal.asked)
        requests.flush()
        entries = family.log_get({"ifindex": requests.index, "seq": seq},
                                 dump=True)
        if not refusal.reason or answer.text != refusal.text:
            ksft.equal(entries, [], f"{refusal.name}: {answer}")
            continue
        ksft.equal([(one["seq"], one["reason"], OURS + one["sentence"],
                     one["errno"], one["outcome"]) for one in entries],
                   [(seq, prefix + refusal.reason, answer.text, answer.errno,
                     "refused")], refusal.name)
        seq, logged = seq + 1, logged + 1
    ksft.check(logged > 15, f"only {logged} refusals were logged")


def every_state(defer):
    every_row(defer, of_states.rows(), of_states.Requests, "ipsec_sa_refused_")


def every_policy(defer):
    every_row(defer, of_policies.REFUSALS, of_policies.Requests,
              "ipsec_policy_refused_")


def a_state(defer):
    """The entry of a refused state names the state, and has no keys."""
    place = Place(defer)
    before = time.time_ns()
    place.link.add(0x12345678, OUTER["a"][6], OUTER["b"][6], reqid=7,
                   mode=xfrmnl.TUNNEL, if_id=5, aead=(GCM, bytes(20), 128),
                   dir=xfrmnl.OUT, offload=(place.index, PACKET))
    place.link.add(0x1000, A, B, dir=IN, crypt=("cbc(aes)", bytes(16)),
                   auth_trunc=("hmac(sha256)", bytes(20), 128),
                   offload=(place.index, xfrmnl.INBOUND))
    after = time.time_ns()
    first, second = place.log()
    for one in (first, second):
        ksft.check(before <= one["time"] <= after, f"{one['time']} is not "
                   f"between {before} and {after}")
    with open("/proc/thread-self/comm", encoding="ascii") as f:
        asker = {"comm": f.read().strip(), "pid": os.getpid()}
    ksft.equal(without(first, "time"), {
        "ifindex": place.index, "seq": 1, **asker, "object": "state",
        "outcome": "refused", "reason": "ipsec_sa_refused_if_id",
        "sentence": "if_id can't be offloaded in packet mode, it must be 0",
        "errno": errno.EINVAL, "dir": "out", "offload": "packet",
        "mode": "tunnel", "family": socket.AF_INET6, "saddr": OUTER["a"][6],
        "daddr": OUTER["b"][6], "proto": 50, "spi": "0x12345678", "reqid": 7,
        "encr": GCM}, "the first")
    ksft.equal(without(second, "time"), {
        "ifindex": place.index, "seq": 2, **asker, "object": "state",
        "outcome": "refused", "reason": "ipsec_sa_refused_key",
        "sentence": of_states.KEY, "errno": errno.EINVAL, "dir": "in",
        "offload": "crypto", "mode": "transport",
        "family": socket.AF_INET, "saddr": A, "daddr": B, "proto": 50,
        "spi": "0x1000", "reqid": 1, "encr": "cbc(aes)",
        "auth": "hmac(sha256)"}, "the second")


def a_policy(defer):
    place = Place(defer)
    place.link.add_policy(
        POLICY_OUT, xfrmnl.selector("10.1.0.0", "10.2.0.0", prefix=16,
                                    proto=17, dport=(500, 0xffff)),
        xfrmnl.template("0.0.0.0", B, mode=xfrmnl.TUNNEL, reqid=9, spi=0x77),
        priority=4242, offload=(place.index, PACKET))
    place.link.add_policy(
        POLICY_OUT, xfrmnl.selector(A, B, proto=6, sport=(0x1200, 0xff00),
                                    dport=(9, 0)),
        mark=(1, 0xff), offload=(place.index, PACKET))
    first, second = place.log()
    same = {"ifindex": place.index, "object": "policy", "outcome": "refused",
            "errno": errno.EINVAL, "dir": "out",
            "offload": "packet", "family": socket.AF_INET}
    ksft.equal(without(first, "time", "comm", "pid"), {
        **same, "seq": 1, "reason": "ipsec_policy_refused_addr",
        "sentence": of_policies.ADDR, "mode": "tunnel", "saddr": "10.1.0.0",
        "daddr": "10.2.0.0", "prefixlen-s": 16, "prefixlen-d": 16,
        "proto": 17, "dport": 500, "dport-mask": "0xffff", "spi": "0x77",
        "reqid": 9, "priority": 4242,
        "tmpl-saddr": "0.0.0.0", "tmpl-daddr": B}, "the first")
    ksft.equal(without(second, "time", "comm", "pid"), {
        **same, "seq": 2, "reason": "ipsec_policy_refused_mark",
        "sentence": of_policies.MARK, "saddr": A, "daddr": B,
        "prefixlen-s": 32, "prefixlen-d": 32, "proto": 6, "sport": 0x1200,
        "sport-mask": "0xff00", "priority": 0}, "the second")


def fallback(defer):
    """The log explains a fallback in a sentence, though the user who adds the
    state gets no sentence.
    """
    place = Place(defer)
    place.ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    ksft.equal(place.link.add(1, A, B, aead=(GCM, bytes(20), 128),
                              dir=xfrmnl.OUT, offload=(place.index, 0)),
               (0, ""), "answer")
    counters = place.family.counter_get({"ifindex": place.index}, dump=True)
    name = "ipsec_sa_fallback_disabled"
    entry, = place.log()
    ksft.equal((entry["outcome"], entry["reason"], entry["sentence"],
                entry["errno"]),
               ("fell-back", name,
                next(one["explanation"] for one in counters
                     if one["name"] == name), errno.EOPNOTSUPP), "entry")


def nothing(defer):
    """A state that the card takes is not logged."""
    place = Place(defer)
    ksft.equal(place.link.add(1, A, B, aead=(GCM, bytes(20), 128),
                              dir=xfrmnl.OUT, offload=(place.index, 0)),
               (0, ""), "answer")
    ksft.equal(place.log(), [], "log")


# ---- the ring

def overwritten(defer):
    """The last 256 entries are there. Their numbers show how many older entries
    are lost.
    """
    place = Place(defer)
    place.refuse(ENTRIES + 40)
    entries = place.log()
    ksft.equal([(one["seq"], one["spi"]) for one in entries],
               [(40 + n, hex(0x1000 + 40 + n - 1))
                for n in range(1, ENTRIES + 1)], "entries")
    newest = entries[-1]["seq"]
    ksft.equal(place.log(seq=newest), entries[-1:], "the newest")
    ksft.equal(place.log(seq=newest + 1), [], "entries newer than the last")
    ksft.equal(place.log(seq=3), entries, "entries from 3 on")


def raw_dump(place, between, **request):
    """Read a dump buffer by buffer, and call @between after the first buffer.
    Return [(type, flag NLM_F_DUMP_INTR), ...] of the messages.
    """
    number = place.family.family.nlproto.family_id
    sock = place.ns.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                           ynl.NETLINK_GENERIC)
    body = struct.pack("=BBH", CMD_LOG_GET, 1, 0)
    if request:
        body += struct.pack("=HHI", 8, A_IFINDEX, request["ifindex"])
    sock.send(struct.pack("=IHHII", 16 + len(body), number,
                          NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body)
    kinds = []
    while NLMSG_DONE not in (kind for kind, _ in kinds):
        data = sock.recv(ROOM)
        if not kinds:
            between()
        kinds += [(kind, flags & NLM_F_DUMP_INTR)
                  for kind, flags, _ in xfrmnl.messages(data)]
    return kinds


def interrupted(defer):
    """If entries are overwritten before a dump has shown them, the dump says so
    (NLM_F_DUMP_INTR).
    """
    place = Place(defer)
    place.refuse(ENTRIES)
    for request in ({}, {"ifindex": place.index}):
        kinds = raw_dump(place, lambda: None, **request)
        ksft.equal(len(kinds), ENTRIES + 1, "messages")
        ksft.check(not any(flag for _, flag in kinds), "nothing was lost")
        kinds = raw_dump(place, lambda: place.refuse(1), **request)
        ksft.check(not any(flag for _, flag in kinds),
                   "the only entry that was lost had been shown before")
        # All entries but 6 are overwritten
        kinds = raw_dump(place, lambda: place.refuse(ENTRIES - 6), **request)
        ksft.check(any(flag for _, flag in kinds), "entries were lost")
        ksft.check(len(kinds) < ENTRIES, f"{len(kinds)} messages")
        kinds = raw_dump(place, lambda: place.refuse(2 * ENTRIES), **request)
        ksft.check(kinds[-1][1], "all the rest was lost")


def churn(defer):
    """While a card refuses states all the time, no dump has an entry twice, and
    the entries are in order.
    """
    place = Place(defer)
    more = threading.Event()

    def refuse():
        while not more.is_set():
            place.refuse()

    other = threading.Thread(target=refuse)
    other.start()
    defer(other.join)
    defer(more.set)
    last = 0

    def filled():
        nonlocal last
        numbers = [one["seq"] for one in place.log()]
        ksft.equal(numbers, sorted(set(numbers)), "each once, oldest first")
        ksft.check(len(numbers) <= ENTRIES, f"{len(numbers)} entries")
        ksft.check(not last or numbers[-1] >= last, "newer than before")
        last = numbers[-1] if numbers else 0
        return last > 2 * ENTRIES

    ksft.wait_for("the ring to go round twice", filled, seconds=60)


def many_cards(defer):
    place = Place(defer)
    place.ns.ip(*(f"link add many{n} type ipsecov2" for n in range(5)))
    expected = []
    for name in ("ov0", *(f"many{n}" for n in range(5))):
        place.index = ifindex(place.ns, name)
        place.refuse(40)
        expected += [(place.index, seq) for seq in range(1, 41)]
    entries = place.family.log_get({}, dump=True)
    ksft.equal([(one["ifindex"], one["seq"]) for one in entries],
               sorted(expected), "entries")


# ---- who may read the log, and where

def moved(defer):
    """A card that moves keeps its log. An entry of the log is shown only in the
    namespace where the card was when the entry was made.
    """
    place = Place(defer)
    place.refuse(2)
    there = Netns("there")
    defer(there.delete)
    elsewhere = ynl.Family(there)
    defer(elsewhere.close)
    place.ns.ip(f"link set ov0 netns {there.name}")
    ksft.equal(place.family.log_get({}, dump=True), [], "here")
    ksft.equal(elsewhere.log_get({}, dump=True), [], "there")
    place.index = ifindex(there, "ov0")
    place.link = xfrmnl.Xfrm(there)
    place.refuse()
    ksft.equal([one["seq"] for one in elsewhere.log_get({}, dump=True)], [3],
               "there, after a refusal there")
    there.ip(f"link set ov0 netns {place.ns.name}")
    ksft.equal([one["seq"] for one in place.family.log_get({}, dump=True)],
               [1, 2], "here again")


def itself():
    """The test's own process, with all privileges."""


def own_pid_namespace():
    """Go on in a new pid namespace, as a child, because the process that makes
    the namespace stays outside.
    """
    os.unshare(os.CLONE_NEWPID)
    child = os.fork()
    if child:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def own_everything():
    """Get all privileges in a user namespace and a network namespace, both new.
    """
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def errno_of_log(family):
    try:
        family.log_get({}, dump=True)
    except ynl.Refused as error:
        return error.errno
    return 0


def privilege(defer):
    place = Place(defer)
    place.refuse()
    for become, expected in ((itself, 0), (ynl.nobody, errno.EPERM),
                             (ynl.own_user_namespace, errno.EPERM),
                             (own_everything, 0)):
        ksft.equal(ynl.asked_by(become, place.ns, errno_of_log), expected,
                   f"errno for {become.__name__}")


def pid_namespaces(defer):
    """An entry shows the process that asked, with its pid in the reader's pid
    namespace. If this namespace does not have the process, the entry has no pid
    and no name.
    """
    if not os.path.exists("/proc/self/ns/pid"):
        raise ksft.Skip("this kernel has no pid namespaces")
    place = Place(defer)
    place.refuse()

    def seen(family):
        place.link = xfrmnl.Xfrm(place.ns)
        place.refuse()
        return [os.getpid(), family.log_get({}, dump=True)]

    number, inside = ynl.asked_by(own_pid_namespace, place.ns, seen)
    outside = place.log()
    ksft.equal([one.get("pid") for one in inside], [None, number],
               "pids, read inside")
    ksft.equal(["comm" in one for one in inside], [False, True],
               "names, read inside")
    ksft.equal(outside[0]["pid"], os.getpid(), "pid of this program")
    ksft.check(outside[1]["pid"] not in (number, os.getpid()),
               f"pid of the child: {outside[1].get('pid')}")


def wrong(defer):
    place = Place(defer)
    for request, expected in (
            ({"seq": 1}, (errno.EINVAL, "ifindex")),
            ({"ifindex": 0}, (errno.ERANGE, ".ifindex")),
            ({"ifindex": 99999}, (errno.ENODEV, ".ifindex")),
            ({"ifindex": ifindex(place.ns, "lo")},
             (errno.ENODEV, ".ifindex")),
            ({"ifindex": place.index, "reason": "x"}, (errno.EINVAL,
                                                       ".reason"))):
        try:
            place.family.log_get(request, dump=True)
        except ynl.Refused as error:
            ksft.equal((error.errno, error.attribute), expected, request)
        else:
            raise ksft.Fail(f"{request} was answered")


if __name__ == "__main__":
    ynl.run([
        every_state, every_policy, a_state, a_policy, fallback, nothing,
        overwritten, interrupted, churn, many_cards, moved, privilege,
        pid_namespaces, wrong])
