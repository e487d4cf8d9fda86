#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The queues of a card interrupt as napi_defer_hard_irqs, gro_flush_timeout and
busy polling allow, and lose nothing.

 each             by default, each datagram that comes alone has a poll of its
                  own
 bunches          with the two settings, datagrams come in bunches, one poll for
                  each turn of the kernel's timer
 threads          the same with threaded NAPI
 after the timer  when the timer has ended, a datagram interrupts
 down and up      a card goes down while datagrams wait for the timer, and works
                  when it is up again
 queues           the number of queues changes while datagrams wait for a timer
                  that does not end soon, and the datagrams arrive at once
 sender's queues  the number of the sender's queues grows while more datagrams
                  wait than the ring has places, and the datagrams arrive at once
 back to 0        the settings become 0 while datagrams wait
 full ring        more datagrams come than the ring has places
 netlink          one NAPI gets the settings, and its card does not
 busy poll        while a program prefers busy polling, nothing interrupts
"""
import importlib.util
import json
import socket
import time

from lib import ksft, module
from lib.polls import Line
from lib.ynl import Family, Refused

DATAGRAMS = 50
# After so many polls without work a queue would interrupt again. No case waits
# for so many polls
MANY = 100000
TURN, LONG = 0.05, 1000                 # seconds
SO_RCVBUFFORCE = 33
SO_BUSY_POLL, SO_PREFER_BUSY_POLL, SO_INCOMING_NAPI_ID = 46, 69, 56
SPEC = {
    "name": "netdev",
    "protocol": "genetlink",
    "doc": "Settings of NAPIs.",
    "attribute-sets": [{"name": "napi", "attributes": [
        {"name": "id", "type": "u32", "value": 2},
        {"name": "defer-hard-irqs", "type": "u32", "value": 5},
        {"name": "gro-flush-timeout", "type": "uint", "value": 6}]}],
    "operations": {"list": [{
        "name": "napi-set", "value": 14, "attribute-set": "napi",
        "doc": "Set the settings of a NAPI.",
        "do": {"request": {"attributes": ["id", "defer-hard-irqs",
                                          "gro-flush-timeout"]}}}]}}


def opened(defer, queues=1):
    """A line that carries nothing but the datagrams of the test."""
    line = Line(defer, queues)
    for ns in line.ns:
        ns.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
    shown = line.ns[1].command("ip", "-j", "link", "show", "ov1").stdout
    address = json.loads(shown)[0]["address"]
    line.ns[0].ip(f"neigh add 10.0.0.2 lladdr {address} dev ov0 nud permanent")
    open_quietly(line)
    return line


def reaches(line):
    """Send a datagram. Does it arrive soon? The socket may also have older
    datagrams.
    """
    got = []
    line.send(1)
    end = time.monotonic() + ksft.patience(0.05)
    while not line.take(got) or got[-1] != line.sent:
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def open_quietly(line):
    """Open ov1 again. ov0 loses datagrams until the kernel has seen that there
    is carrier.
    """
    line.reopen()
    ksft.wait_for("a datagram", lambda: reaches(line))


def poll_one(line):
    """Send a datagram, and wait until its poll has ended."""
    line.polls()
    line.expect(line.send(1))
    ksft.wait_for("the end of a poll",
                  lambda: any(poll.work for poll in line.polls()))


def wait_for_timer(line, polls, seconds):
    """Let the queue of a line interrupt for the last time: from now on, the
    kernel's timer polls it.
    """
    line.ns[1].defer_polls("ov1", 0, 0)
    poll_one(line)
    line.ns[1].defer_polls("ov1", polls, seconds)
    poll_one(line)


def ended(polls):
    """The polls after which the NAPI waited for an interrupt or the timer. A
    poll that uses up its budget is followed by another one at once.
    """
    return [poll for poll in polls if poll.work < poll.budget]


def expect_each(line):
    """Each datagram interrupts."""
    line.polls()
    for _ in range(DATAGRAMS):
        line.expect(line.send(1))
    polls = []
    # The last datagram may be here before the trace shows the end of its poll
    ksft.wait_for(f"{DATAGRAMS} polls of {DATAGRAMS} datagrams", lambda:
                  polls.extend(line.polls()) or len(polls) >= DATAGRAMS)


def expect_bunches(line, seconds):
    """The timer polls, and nobody else, so at least one turn of the timer lies
    between the ends of two polls. One more poll is allowed, because the trace
    may show a poll that ended just before the clock was read.
    """
    line.polls()
    start = time.monotonic()
    numbers = line.send(DATAGRAMS)
    line.expect(numbers)
    polls = line.polls()
    turns = (time.monotonic() - start) / seconds
    ksft.note(f"{DATAGRAMS} datagrams in {len(polls)} polls, "
              f"{turns:.1f} turns of the timer")
    ksft.check(len(ended(polls)) <= turns + 2,
               f"{len(ended(polls))} polls in {turns:.1f} turns of the timer")


def each(defer):
    expect_each(opened(defer))


def bunches(defer):
    line = opened(defer)
    wait_for_timer(line, MANY, TURN)
    for _ in range(5):
        expect_bunches(line, TURN)


def threads(defer):
    line = opened(defer)
    line.ns[1].napi_threads("ov1", 1)
    wait_for_timer(line, MANY, TURN)
    expect_bunches(line, TURN)
    line.ns[1].napi_threads("ov1", 0)
    expect_bunches(line, TURN)
    line.ns[1].defer_polls("ov1", 0, 0)
    line.expect(line.send(DATAGRAMS))


def after_timer(defer):
    """One poll without work ends the waiting, so each of these datagrams comes
    when no timer runs.
    """
    line = opened(defer)
    line.ns[1].defer_polls("ov1", 1, 0.001)
    for _ in range(DATAGRAMS):
        line.expect(line.send(1))
        ksft.wait_for("a poll without work",
                      lambda: any(not poll.work for poll in line.polls()))


def down_up(defer):
    line = opened(defer)
    for _ in range(5):
        wait_for_timer(line, MANY, LONG)
        line.send(DATAGRAMS)
        line.ns[1].ip("link set ov1 down")
        got = []
        line.take(got)
        ksft.equal(got, [], "datagrams that came before the timer")
        line.ns[1].defer_polls("ov1", MANY, TURN)
        open_quietly(line)
        line.expect(line.send(DATAGRAMS))


def queues_change(defer):
    line = opened(defer, 4)
    for count in (1, 4, 2, 3, 1):
        wait_for_timer(line, MANY, LONG)
        numbers = line.send(DATAGRAMS)
        line.ns[1].command("ethtool", "-L", "ov1", "combined", str(count))
        line.expect(numbers)
        line.ns[1].ip("link set ov1 down")
        line.ns[1].defer_polls("ov1", 0, 0)
        open_quietly(line)


def senders_queues(defer):
    """More datagrams wait than the ring has places, so the others wait in the
    queueing discipline of the sender.
    """
    line = opened(defer, 4)
    line.socks[1].setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
    line.ns[1].command("ethtool", "-G", "ov1", "rx", "64")
    for more in (0, 2, 0, 1, 0, 2):
        wait_for_timer(line, MANY, LONG)
        numbers = line.send(3 * DATAGRAMS)
        line.ns[0].command("ethtool", "-L", "ov0", "combined", "1", "tx",
                           str(more))
        if more:
            line.expect(numbers)
        line.ns[1].ip("link set ov1 down")
        line.ns[1].defer_polls("ov1", 0, 0)
        open_quietly(line)


def back_to_zero(defer):
    line = opened(defer)
    for _ in range(5):
        wait_for_timer(line, MANY, TURN)
        numbers = line.send(DATAGRAMS)
        line.ns[1].defer_polls("ov1", 0, 0)
        line.expect(numbers + line.send(DATAGRAMS))
    expect_each(line)


def full_ring(defer):
    line = opened(defer)
    line.socks[1].setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
    line.ns[1].command("ethtool", "-G", "ov1", "rx", "64")
    wait_for_timer(line, MANY, 0.002)
    got, numbers = [], []
    for _ in range(20):
        numbers += line.send(DATAGRAMS)
        line.take(got)
    ksft.wait_for(f"{len(numbers)} datagrams",
                  lambda: line.take(got) >= len(numbers))
    ksft.equal(got, numbers, "datagrams")


def incoming_napi(sock):
    number = sock.getsockopt(socket.SOL_SOCKET, SO_INCOMING_NAPI_ID)
    if not number:
        raise ksft.Skip("this kernel does not busy poll")
    return number


def netlink(defer):
    if not importlib.util.find_spec("pyynl"):
        raise ksft.Skip("needs pyynl, the kernel's netlink client")
    line = opened(defer)
    family = Family.of(line.ns[1], SPEC)
    defer(family.close)
    napi = incoming_napi(line.socks[1])
    try:
        family.napi_set({"id": napi, "defer-hard-irqs": MANY,
                         "gro-flush-timeout": int(TURN * 1e9)})
    except Refused as refused:
        raise ksft.Skip(f"no settings of a NAPI: {refused}") from None
    poll_one(line)
    expect_bunches(line, TURN)
    family.napi_set({"id": napi, "defer-hard-irqs": 0,
                     "gro-flush-timeout": 0})
    line.expect(line.send(DATAGRAMS))
    expect_each(line)


def busy_poll(defer):
    line = opened(defer)
    incoming_napi(line.socks[1])
    wait_for_timer(line, MANY, LONG)
    line.socks[1].setsockopt(socket.SOL_SOCKET, SO_PREFER_BUSY_POLL, 1)
    line.socks[1].setsockopt(socket.SOL_SOCKET, SO_BUSY_POLL, 50)
    for _ in range(DATAGRAMS):
        line.polls()
        numbers = line.send(1)
        ksft.equal(line.polls(), [], "polls before the program polled")
        line.expect(numbers)
        ksft.check(line.polls(), "the program did not poll")


CASES = [each, bunches, threads, ("after the timer", after_timer),
         ("down and up", down_up), ("queues", queues_change),
         ("sender's queues", senders_queues), ("back to 0", back_to_zero),
         ("full ring", full_ring), netlink, ("busy poll", busy_poll)]


def main():
    some = ksft.chosen(CASES)
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
