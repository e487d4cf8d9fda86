#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""rmmod does not wait for the pages of large sends: after the cards and the
module are gone, such pages can still be in a receiver's socket.
"""
import array
import fcntl
import os
import socket
import termios

from lib import ksft, module
from lib.bed import Bed, Shape
from lib.netns import Netns
from lib.objects import unload_clean
from lib.trace import Trace, number
from lib.traffic import Traffic, noise

LENGTH = 100000
RCVBUFFORCE = 33


def waiting(sock):
    """How many bytes wait in the socket until somebody reads them."""
    room = array.array("i", [0])
    fcntl.ioctl(sock, termios.FIONREAD, room)
    return room[0]


def fill(defer, talk):
    """Send data until all of it is in the receiving socket, and do not read it.
    Return (the sending socket, the receiving socket, the data).
    """
    talk.listeners["b"].setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, 4 << 20)
    near, far = talk.connect("a")
    defer(near.close)
    defer(far.close)
    data = noise(LENGTH)
    near.settimeout(ksft.patience(10))
    near.sendall(data)
    ksft.wait_for("the data", lambda: waiting(far) == LENGTH)
    return near, far, data


def read_all(sock):
    got = b""
    while waiting(sock):
        got += sock.recv(1 << 17)
    return got


def free_deferred(ns):
    """Let each CPU receive a packet, so that this CPU frees what other CPUs
    left to it.

    A CPU does not free a packet that another CPU has allocated. It leaves the
    packet to the other CPU (skb_attempt_defer_free()). The other CPU frees the
    packet later, when it receives another packet.
    """
    usual = os.sched_getaffinity(0)
    with ns.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        for cpu in usual:
            os.sched_setaffinity(0, {cpu})
            sock.sendto(b"x", sock.getsockname())
    os.sched_setaffinity(0, usual)


def releases(trace):
    """{pool: number of its pages in use}, for pools that the module gave up"""
    return {event.fields["page_pool"]: number(event.fields["inflight"])
            for event in trace.read()}


def outlive(defer, name, how):
    module.load()
    other = Netns("other")
    defer(other.delete)
    other.ip("link set lo up")
    bed = Bed()
    defer(bed.delete)
    shape = Shape.named(name)
    bed.install(shape, how=how)
    talk = Traffic(bed, shape)
    defer(talk.close)
    near, far, data = fill(defer, talk)

    trace = Trace(["page_pool_release"], "page_pool")
    defer(trace.close)
    unload_clean()
    held = {pool for pool, pages in releases(trace).items() if pages}
    ksft.check(held, "no page was in use when the module was gone")

    ksft.check(read_all(far) == data, "the data is not what was sent")
    near.close()
    far.close()

    def given_back():
        free_deferred(other)
        held.difference_update(
            pool for pool, pages in releases(trace).items() if not pages)
        return not held

    ksft.wait_for("the core to free the pools", given_back, 30, 0.1)


def main():
    ksft.main([(f"{how} {name}", outlive, name, how)
               for how in ("crypto", "packet")
               for name in ("ipv4-transport", "ipv6-tunnel")])


if __name__ == "__main__":
    main()
