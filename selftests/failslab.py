#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""When one allocation of an operation fails, nothing is left half made, and
nothing leaves in clear.

Each allocation of an operation fails once. In receive() and netns_delete() the
module's allocations fail at intervals instead.
"""
import errno
import os
import select
import socket
import struct

from lib import fault, ksft, module
from lib.bed import CARD, LINK_KIND, OTHER, OUTER, Bed, Shape
from lib.detour import tc, turn
from lib.flood import PORT, WireWatch, marked
from lib.objects import KINDS, Ledger, unload_clean
from lib.xfrmnl import (IN, INBOUND, NLM_F_CREATE, NLM_F_EXCL, OUT, Xfrm,
                        attribute, ifindex)

SHAPES = ("ipv4-transport", "ipv6-tunnel")
SPI = 0x7001
RTM_NEWLINK, IFLA_IFNAME, IFLA_LINK, IFLA_LINKINFO, INFO_KIND = \
    16, 3, 5, 18, 1
OURS, NO_MEMORY = "ipsecov2: ", "No memory for the state"
# For each of these numbers N, every Nth allocation of the module fails
INTERVALS = (1, 2, 3, 5, 7)


class Route(Xfrm):
    """Requests to rtnetlink. The base class sends them and reads the answers.
    """

    def __init__(self, ns):
        super().__init__(ns, socket.NETLINK_ROUTE)

    def link_add(self, name, plug=0):
        """Make a card. plug: the index of the card to plug it into, or 0."""
        body = bytes(16) + attribute(IFLA_IFNAME, name.encode() + b"\0")
        if plug:
            body += attribute(IFLA_LINK, struct.pack("=I", plug))
        body += attribute(IFLA_LINKINFO, attribute(
            INFO_KIND, LINK_KIND.encode() + b"\0"))
        return self.request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body)


def answer_to(request, *args, **kwargs):
    """The answer to a request; None if netlink itself had no memory for the
    request or the answer.
    """
    try:
        return request(*args, **kwargs)
    except OSError as error:
        if error.errno not in (errno.ENOMEM, errno.ENOBUFS):
            raise
        return None


def ask(request, *args, **kwargs):
    """The errno that a request gets; None if no answer comes."""
    answer = answer_to(request, *args, **kwargs)
    return answer and answer.errno


def agree(error, done, what):
    """If an answer came, compare it with what happened. @error is the answer's
    errno, or None if no answer came. @done: the kernel did what was asked.
    """
    if error is not None:
        ksft.equal(done, error == 0, f"{what} after the answer "
                   f"{os.strerror(error)}")


def armed(link):
    """Make an allocation fail in each send() of @link. Return the FailNth that
    says which allocation fails.
    """
    nth = fault.FailNth()
    link.sock = fault.Armed(link.sock, nth)
    return nth


def tell(nth, what):
    """Say how many allocations failed. One failed in each call of nth.run(),
    except in the last call.
    """
    ksft.note(f"{what}: {nth.nth - 1} allocations")
    ksft.check(nth.nth > 1, f"{what}: no allocation was made to fail")


def link_add(bed, ledger, plug):
    ns = bed.a
    if plug:
        ns.ip(f"link add ov7 type {LINK_KIND}")
    before = ledger.count("port")
    route = Route(ns)
    other = ifindex(ns, "ov7") if plug else 0
    nth = armed(route)
    for _ in nth.each():
        error = ask(route.link_add, "ov8", other)
        there = not ns.ip_error("link show dev ov8")
        agree(error, there, "the card is there")
        ledger.wait_count("port", before + there)
        ksft.check(there or nth.injected, "link add fails without a fault")
        if there:
            ns.ip("link del ov8")
            ledger.wait_count("port", before)
        if plug:
            line = ns.ip_output("link show dev ov7")
            ksft.check("ov7:" in line, f"ov7 is still plugged: {line}")
    tell(nth, "link add")
    if plug:
        ns.ip("link del ov7")


def link_add_alone(bed, ledger):
    link_add(bed, ledger, False)


def link_add_plugged(bed, ledger):
    link_add(bed, ledger, True)


class State:
    """The state that a test adds at a."""

    def __init__(self, bed, ledger, out):
        self.ns, self.ledger = bed.a, ledger
        near, far = OUTER["a"][4], OUTER["b"][4]
        self.src, self.dst = (near, far) if out else (far, near)
        self.dev = ifindex(bed.a, CARD["a"])
        self.out = out
        self.refused = 0                # adds that the card had no memory for

    def add(self, link):
        """The errno, or None as in ask(). A refusal of the card must say that
        it has no memory.
        """
        answer = answer_to(link.add, spi=SPI, src=self.src, dst=self.dst,
                           aead=("rfc4106(gcm(aes))", bytes(range(20)), 128),
                           window=0 if self.out else 32,
                           offload=(self.dev, 0 if self.out else INBOUND),
                           dir=OUT if self.out else IN)
        if answer and answer.text.startswith(OURS):
            ksft.equal(answer, (errno.ENOMEM, OURS + NO_MEMORY),
                       "what the card says")
            self.refused += 1
        return answer and answer.errno

    def delete(self, link):
        return ask(link.delete, spi=SPI, dst=self.dst)

    def there(self):
        """Is the state there? If it is there, check that it has its offload,
        its association (struct ov2_assoc) and its SA. If it is not there, check
        that these three are not there either.
        """
        text = self.ns.ip_output("xfrm state")
        there = f"spi {SPI:#010x}" in text
        ksft.equal("crypto offload" in text, there,
                   "the state is there, and has its offload")
        for kind in ("assoc", "sa"):
            self.ledger.wait_count(kind, int(there))
        return there


def sa_add(bed, ledger):
    plain = Xfrm(bed.a)
    for out in (True, False):
        state = State(bed, ledger, out)
        link = Xfrm(bed.a)
        nth = armed(link)
        for _ in nth.each():
            error = state.add(link)
            there = state.there()
            agree(error, there, "the state is there")
            ksft.check(there or nth.injected, "SA add fails without a fault")
            if there:
                ksft.equal(state.delete(plain), 0, "delete")
        tell(nth, f"SA add {'out' if out else 'in'}")
        ksft.note(f"the card had no memory for {state.refused} of these adds")
        ksft.check(state.refused > 2, f"only {state.refused} of the "
                   "card's own allocations failed")


def sa_delete(bed, ledger):
    plain = Xfrm(bed.a)
    state = State(bed, ledger, True)
    link = Xfrm(bed.a)
    nth = armed(link)
    for _ in nth.each():
        ksft.equal(state.add(plain), 0, "add")
        error = state.delete(link)
        there = state.there()
        agree(error, not there, "the state is gone")
        ksft.check(not there or nth.injected,
                   "SA delete fails without a fault")
        if there:
            ksft.equal(state.delete(plain), 0, "delete")
    tell(nth, "SA delete")


def sockets(bed, shape):
    socks = {}
    for side in "ab":
        fam = socket.AF_INET if shape.inner == 4 else socket.AF_INET6
        sock = bed.ns(side).socket(fam, socket.SOCK_DGRAM)
        sock.bind((bed.address(side, shape), PORT))
        sock.connect((bed.address(OTHER[side], shape), PORT))
        sock.setblocking(False)
        socks[side] = sock
    return socks


def drain(sock, first=0.05, more=0.02):
    """Wait @first seconds for a packet, and after each packet @more seconds for
    another one. Return the packets.
    """
    got = []
    wait = first
    while select.select([sock], [], [], ksft.patience(wait))[0]:
        try:
            got.append(sock.recv(65536))
        except OSError:
            break
        wait = more
    return got


def send(bed, _ledger):
    send_from(bed, "crypto")


def send_shared(bed, _ledger):
    """Send in packet mode, while a rule sends a copy of each packet to another
    device, which holds the copy. A packet shares its tag (a sec_path) with its
    copy. So before the card changes the tag, the card must allocate a tag of
    the packet's own.
    """
    ksft.with_defer(held_copies, bed)


def held_copies(defer, bed):
    a = bed.a
    a.ip("link add far0 type veth peer name far1", "link set far0 up",
         "link set far1 up")
    defer(a.ip, "link del far0")
    tc(a, "qdisc", "add", "dev", "far0", "root", "netem", "delay", "1000s")
    turn(a, defer, CARD["a"], "far0", "mirror")
    bed.mark()
    send_from(bed, "packet")
    ksft.check(bed.delta("a")["ipsec_tx_drop_alloc"], "no packet was "
               f"dropped, although memory was missing: {bed.moved('a')}")


def send_from(bed, how):
    for name in SHAPES:
        shape = Shape.named(name)
        bed.install(shape, how=how)
        socks, watch = sockets(bed, shape), WireWatch(bed)
        for length in (40, 1100):
            nth = fault.FailNth()
            for number in nth.each():
                data = marked(number, length)
                try:
                    nth.run(socks["a"].send, data)
                except OSError as error:
                    ksft.check(nth.injected,
                               f"send fails without a fault: {error}")
                got = drain(socks["b"], 0.02 if nth.injected else 2)
                ksft.check(got in ([], [data]), f"received: {got}")
                ksft.check(got or nth.injected,
                           "a packet is lost without a fault")
                watch.look()
                watch.check_clear()
            tell(nth, f"send {name}, {length} bytes")
        for sock in socks.values():
            sock.close()
    bed.remove()


def receive(bed, _ledger):
    """Only b offloads. FailNth works only in a thread of the test, but b
    receives in softirqs. So the call stack decides which allocations fail:
    those of the module.
    """
    fault.stack_needed()
    for name in SHAPES:
        shape = Shape.named(name)
        bed.install(shape, offload="b")
        socks, watch = sockets(bed, shape), WireWatch(bed)
        failures = 0
        for interval in INTERVALS:
            sent = [marked(number, 200) for number in range(30)]
            with fault.module_fails(interval) as failed:
                for data in sent:
                    socks["a"].send(data)
                    got = drain(socks["b"], 0.01, 0)
                    ksft.check(set(got) <= set(sent), f"received: {got}")
            failures += failed()
            drain(socks["b"])
            socks["a"].send(sent[0])
            ksft.equal(drain(socks["b"], 2)[:1], sent[:1],
                       "received after the failures")
            watch.look()
            watch.check_clear()
        ksft.note(f"receive {name}: {failures} allocations failed")
        ksft.check(failures, "no allocation was made to fail")
        for sock in socks.values():
            sock.close()
    bed.remove()


def netns_delete(_bed, ledger):
    """Workers, not a thread of the test, delete the cards, states and policies
    of a namespace. So the call stack decides which allocations fail, as in
    receive().
    """
    fault.stack_needed()
    before = ledger.count("port")
    for interval in INTERVALS:
        bed = Bed()
        bed.install(Shape.named("ipv4-transport"))
        with fault.module_fails(interval) as failed:
            bed.delete()
            ledger.wait_count("assoc", 0)
            ledger.wait_count("sa", 0)
            ledger.wait_count("port", before)
        ksft.note(f"{failed()} allocations failed")


CASES = (link_add_alone, link_add_plugged, sa_add, sa_delete, send,
         send_shared, receive, netns_delete)


def nothing_left(bed, ledger):
    bed.delete()
    ledger.wait_gone()
    ledger.close()
    unload_clean()


def main():
    some = ksft.chosen([*CASES, ("nothing is left", nothing_left)])
    fault.needed()
    module.load()
    ledger = Ledger((*KINDS, "nbl"))
    bed = Bed()

    def one(case):
        case(bed, ledger)
        if case is not nothing_left:
            ledger.wait_gone("assoc", "sa", "nbl")

    try:
        ksft.run(some, one)
    finally:
        bed.delete()
        ledger.close()


if __name__ == "__main__":
    main()
