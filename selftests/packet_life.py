#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""States and policies of packet offload come and go, and routes change, but no
packet leaves in clear.

Some cases are about the first packet, which makes the kernel ask for a state,
and about neighbours that move. In other cases, cards go down under traffic, are
deleted, move to another namespace, and end with their namespace or with the
module. lifecycle_sa.py tests how states end while their card stays.
"""
import fcntl
import os
import socket
import struct
import subprocess
import termios

from lib import ksft, module
from lib.bed import CARD, MAC, OTHER, OUTER, Bed, Shape, family
from lib.flood import Flood, WireWatch, unload_under_traffic
from lib.objects import Ledger
from lib.rebuild import WIRE, new_card, restore, wait_carrier
from lib.traffic import Traffic
from lib.xfrmnl import Acquires

KINDS = ("port", "sa", "assoc", "policy")
SHAPES = {"host": Shape.named("ipv4-transport"),
          "net": Shape.named("ipv6-tunnel")}
PORT = 7600
OTHER_MAC = "02:00:00:00:0c:00"


def fresh(defer, what="host", **how):
    """A bed with states and policies of packet mode at both ends."""
    bed = Bed()
    defer(bed.delete)
    bed.install(SHAPES[what], how="packet", **how)
    bed.check_offload_lines(bed.pair)
    bed.mark()
    return bed


def again(bed):
    """Install new states and policies, and check that they work."""
    shape, bed.shape = bed.pair.shape, None
    bed.install(shape, how="packet")
    bed.check_offload_lines(bed.pair)
    with Flood(bed, shape) as flood:
        flood.wait_flow("ab")


def nothing_installed(ns, what):
    for kind in ("state", "policy"):
        ksft.equal(ns.ip_output(f"xfrm {kind}").strip(), "",
                   f"{kind} of xfrm {what}")


# ---- acquire

class Talker:
    """A socket at a that sends, and a socket at b that receives."""

    def __init__(self, bed, defer):
        shape = bed.pair.shape
        self.near, self.far = (bed.ns(side).socket(
            family(shape.inner), socket.SOCK_DGRAM) for side in "ab")
        self.to = (bed.address("b", shape), PORT)
        self.near.bind((bed.address("a", shape), PORT))
        self.far.bind(self.to)
        self.far.setblocking(False)
        for sock in (self.near, self.far):
            defer(sock.close)

    def send(self, data):
        try:
            self.near.sendto(data, self.to)
        except OSError:
            pass

    def got(self):
        data = []
        try:
            while True:
                data.append(self.far.recv(2000))
        except BlockingIOError:
            return data

    def wait(self, data):
        ksft.wait_for("a datagram", lambda: data in self.got())


def acquire(defer, what, larval_drop):
    """The first packet asks for a state, and later packets use this state."""
    bed = fresh(defer, what)
    a, ab = bed.a, bed.pair.ab
    a.sysctl("net.core.xfrm_larval_drop", larval_drop)
    a.ip(f"xfrm state delete {ab.id}")
    talker, acquires = Talker(bed, defer), Acquires(a)
    defer(acquires.close)
    bed.mark()
    talker.send(b"first")
    acquires.wait(ab.src, ab.dst)
    ksft.equal(len(bed.offload_lines("a")), 2, "states, one of them larval")
    talker.send(b"second")
    ksft.equal(talker.got(), [], "received without a state")
    a.ip(ab.line("a", True))
    if not larval_drop:
        talker.wait(b"first")
    talker.send(b"third")
    talker.wait(b"third")
    bed.check_offload_lines(bed.pair)           # no larval state
    watch = WireWatch(bed)
    watch.look()
    watch.check_clear()
    ksft.equal(watch.esp["a"], bed.delta("a")["ipsec_tx_pkts"], "ESP of a")


def acquire_host(defer):
    acquire(defer, "host", 1)


def acquire_net(defer):
    acquire(defer, "net", 1)


def acquire_queued(defer):
    """The kernel keeps the first packet until a state is there.

    Linux 6.12 to 7.3 loses a route whenever a packet waits like this, with or
    without a card. xfrm_create_dummy_bundle() also stores the route in the
    member "child" of the bundle, and takes a reference for this. But
    dst_destroy() puts this reference only if the bundle has a state.
    """
    if os.environ.get("OV2_KMEMLEAK"):
        raise ksft.Skip("kmemleak would find the route that Linux loses if a "
                        "packet waits for a state")
    acquire(defer, "net", 0)


def acquire_in_vain(defer):
    """If nobody answers, the larval state ends, and a later packet asks again.
    """
    bed = fresh(defer)
    a, ab = bed.a, bed.pair.ab
    a.sysctl("net.core.xfrm_acq_expires", 1)
    a.ip("xfrm state flush")
    talker, acquires = Talker(bed, defer), Acquires(a)
    defer(acquires.close)
    for number in (1, 2):
        talker.send(b"x")
        ksft.wait_for("an acquire", lambda: len(acquires.read()) >= number)
        ksft.wait_for("the larval state to go", lambda:
                      not a.ip_output("xfrm state").strip(), 30, 0.05)
    bed.mark()
    acquires.close()
    talker.send(b"x")                           # no key manager can be asked
    ksft.wait_for("a drop", lambda: a.xfrm_stat()["XfrmOutNoStates"])
    a.ip(ab.line("a", True))
    talker.send(b"y")
    talker.wait(b"y")


# ---- ways

def destination(bed, talker):
    """The destination MAC of a's next ESP frame."""
    bed.mark()
    talker.send(b"where to")
    frame = ksft.wait_for("an ESP frame of a", lambda: next(
        (f for side, f in bed.captured() if side == "a" and f.is_esp), None))
    return frame.raw[:6].hex(":")


def neighbour_moves(defer, what):
    """When the outer destination gets another next hop, the card follows."""
    bed = fresh(defer, what)
    fam = bed.pair.shape.outer
    a, far = bed.a, OUTER["b"][fam]
    talker = Talker(bed, defer)
    near = f"neigh replace {far} dev {CARD['a']} lladdr"
    for mac in (MAC["b"], OTHER_MAC, MAC["b"]):
        a.ip(f"{near} {mac} nud permanent")
        ksft.equal(destination(bed, talker), mac, "destination")
    # The neighbour is unknown: the kernel asks for it, and the packet waits
    a.ip(f"neigh del {far} dev {CARD['a']}")
    ksft.equal(destination(bed, talker), MAC["b"], "after an answer")
    talker.wait(b"where to")
    # A gateway that answers nobody, but has a permanent neighbour entry
    gate, plen = (("192.0.2.77", 32) if fam == 4 else ("2001:db8::77", 128))
    a.ip(f"neigh add {gate} dev {CARD['a']} lladdr {OTHER_MAC} nud permanent",
         f"route add {far}/{plen} via {gate} dev {CARD['a']}")
    ksft.equal(destination(bed, talker), OTHER_MAC, "by a gateway")
    a.ip(f"route del {far}/{plen} via {gate} dev {CARD['a']}")
    ksft.equal(destination(bed, talker), MAC["b"], "without the gateway")


def neighbour_moves_host(defer):
    neighbour_moves(defer, "host")


def neighbour_moves_net(defer):
    neighbour_moves(defer, "net")


def no_way(defer):
    """Packets are dropped if no route to the tunnel's end uses the card."""
    bed = fresh(defer, "net")
    a, far = bed.a, OUTER["b"][6]
    talker = Talker(bed, defer)
    # As soon as the core uses the new route, the core drops packets. The card
    # drops the packets that the core gave it earlier
    for line in (f"route add unreachable {far}/128",
                 f"route add {far}/128 dev lo"):
        a.ip(line)
        bed.mark()
        for _ in range(20):
            talker.send(b"nowhere")
        a.ip(line.replace("add", "del"))
        watch = WireWatch(bed)
        watch.look()
        watch.check_clear()
        ksft.equal(watch.esp["a"], 0, f"ESP with {line}")
    ksft.equal(destination(bed, talker), MAC["b"], "afterwards")


# ---- ends

def down_and_up(defer):
    """States and policies end with `down`, and do not come back with `up`."""
    for what in ("host", "net"):
        bed = fresh(defer, what)
        with Flood(bed, bed.pair.shape, sides="b") as flood:
            flood.wait_flow("a")
            bed.a.ip(f"link set {CARD['a']} down")
            nothing_installed(bed.a, "after down")
            ledger.wait_count("assoc", 2)
            ledger.wait_count("policy", 2)
            flood.wait_attempts("b", 20)
            # `down` has also deleted a's IPv6 addresses, so a answers nothing
            bed.a.ip(f"link set {CARD['a']} up")
            wait_carrier(bed.a, CARD["a"], True)
            nothing_installed(bed.a, "after up")
        restore(bed, "a")
        nothing_installed(bed.a, "when all is restored")
        again(bed)
        bed.delete()


def switched_off(defer):
    """The feature stays on while a state or a policy needs the card."""
    bed = fresh(defer)
    ethtool = ("ethtool", "-K", CARD["a"], "esp-hw-offload")

    def is_off():
        said = bed.a.command("ethtool", "-k", CARD["a"]).stdout
        return "esp-hw-offload: off" in said

    def off():
        return bed.a.command(*ethtool, "off", check=False)

    def busy():
        """The request is refused with a sentence, and not carried out later."""
        done = off()
        ksft.check(done.returncode and "esp-hw-offload: on [requested off]"
                   in done.stdout, f"ethtool says {done}")
        ksft.check(not is_off(), "switched off")
        for word in ("off", "on"):
            bed.a.command("ethtool", "-K", CARD["a"], "gro", word)
            ksft.check(not is_off(), f"switched off with gro {word}")

    busy()
    with Flood(bed, bed.pair.shape) as flood:
        flood.wait_flow("ab")
    bed.a.ip("xfrm state flush")
    busy()
    bed.a.ip("xfrm policy flush")
    bed.a.command("ethtool", "-K", CARD["a"], "gro", "off")
    bed.a.command("ethtool", "-K", CARD["a"], "gro", "on")
    ksft.check(not is_off(), "a refused request was carried out")
    ksft.wait_for("esp-hw-offload to go off",
                  lambda: not off().returncode, 30, 0.1)
    ksft.check(is_off(), "not switched off")
    bed.a.command(*ethtool, "on")
    again(bed)


def card_deleted(defer, side):
    bed = fresh(defer)
    ns, other = bed.ns(side), OTHER[side]
    with Flood(bed, bed.pair.shape) as flood:
        flood.wait_flow("ab")
        ns.ip(f"link del {ns.card}")
        wait_carrier(bed.w, WIRE[side], False)
        nothing_installed(ns, "without the card")
        flood.wait_attempts(other, 20)
        ledger.wait_count("port", 3)
        ledger.wait_count("assoc", 2)
        ledger.wait_count("policy", 2)
    new_card(bed, side)
    nothing_installed(ns, "with a new card")
    again(bed)


def card_deleted_a(defer):
    card_deleted(defer, "a")


def card_deleted_b(defer):
    card_deleted(defer, "b")


def card_moves(defer):
    """The card moves to another namespace: its states and policies end."""
    bed = fresh(defer, "net")
    with Flood(bed, bed.pair.shape) as flood:
        flood.wait_flow("ab")
        bed.a.ip(f"link set {CARD['a']} netns {bed.w.name}")
        nothing_installed(bed.a, "without the card")
        ledger.wait_count("policy", 2)
        ledger.wait_count("assoc", 2)
        flood.wait_attempts("b", 20)


def namespaces_deleted(defer):
    """The namespaces of both ends are deleted one after the other. While the
    first one goes, the other end still sends.
    """
    for order in ("ab", "ba"):
        bed = fresh(defer)
        with Flood(bed, bed.pair.shape) as flood:
            flood.wait_flow("ab")
            for side, left in zip(order, (3, 2)):
                bed.ns(side).delete()
                ledger.wait_count("port", left)
                wait_carrier(bed.w, WIRE[side], False)
                flood.wait_attempts(OTHER[side], 50)
            ledger.wait_gone("sa", "assoc", "policy")
        bed.delete()


def replaced(defer):
    """Policies and states are replaced again and again under traffic: no object
    is lost, and nothing is in clear.
    """
    bed = fresh(defer)
    shape = bed.pair.shape
    with Flood(bed, shape) as flood:
        for _ in range(5):
            flood.wait_flow("ab")
            for side in "ab":
                lines = bed.policy_lines(shape, side, True)
                bed.ns(side).ip(*(line.replace("policy add", "policy update")
                                  for line in lines))
            bed.install(shape, how="packet")
        flood.wait_flow("ab")
    ledger.wait_count("policy", 4)
    ledger.wait_count("assoc", 4)


class Remembered:
    """A connection that is silent. Its socket at side a remembers the policy
    until the socket sends again. Until then the core does not free the policy.
    """
    def __init__(self, bed, defer):
        talk = Traffic(bed, bed.pair.shape)
        defer(talk.close)
        self.near, self.far = talk.connect("a")
        defer(self.close)
        self.near.send(b"hello")
        self.receive(self.far)
        self.far.send(b"you")
        self.receive(self.near)
        ksft.wait_for("the last ACK", lambda: not unacknowledged(self.far))

    def close(self):
        self.near.close()
        self.far.close()

    @staticmethod
    def receive(sock):
        sock.settimeout(ksft.patience(10))
        ksft.check(sock.recv(100), "the connection has ended")

    def ends(self, what, *command):
        """The command must end by itself. If not, close the sockets."""
        with subprocess.Popen(command) as process:
            try:
                process.wait(ksft.patience(20))
            except subprocess.TimeoutExpired:
                self.close()
                raise ksft.Fail(f"{what} waits for a silent socket") from None
        ksft.equal(process.returncode, 0, what)


def unacknowledged(sock):
    """How many bytes the other end has not yet acknowledged."""
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)))[0]


def card_deleted_silent(defer):
    """A card can be deleted although a silent socket remembers a policy of the
    card. In some rounds the policy is still installed when the card is deleted.
    In the other rounds a flush, or setting the card down, has deleted the
    policy before.
    """
    for what in ("host", "net"):
        for first in ((), ("xfrm policy flush",),
                      (f"link set {CARD['a']} down",)):
            bed = fresh(defer, what)
            socks = Remembered(bed, defer)
            bed.a.ip(*first)
            if first:
                ksft.check(ledger.count("policy") > 2, "the socket remembers "
                           "no policy")
            socks.ends("ip link del", "ip", "-n", bed.a.name, "link", "del",
                       CARD["a"])
            ledger.wait_count("policy", 2)
            nothing_installed(bed.a, "without the card")
            new_card(bed, "a")
            again(bed)
            socks.close()
            bed.delete()


def nothing_left(_defer):
    """No object of the module is left. Tracepoints tell this, so the module
    must still be loaded.
    """
    ledger.wait_gone()
    ksft.check(ledger.made["policy"], f"seen: {ledger.made}")
    ledger.close()


def module_unloaded(defer):
    """Unloading the module under traffic ends cards, states and policies."""
    ledger.close()
    for what in ("host", "net"):
        module.load()
        bed = fresh(defer, what)
        unload_under_traffic(bed, bed.pair.shape)
        for side in "ab":
            nothing_installed(bed.ns(side), "without the module")
        bed.delete()


def module_unloaded_silent(defer):
    """The module can be removed although silent sockets remember policies."""
    for what in ("host", "net"):
        module.load()
        bed = fresh(defer, what)
        socks = Remembered(bed, defer)
        socks.ends("rmmod", "rmmod", module.NAME)
        for side in "ab":
            nothing_installed(bed.ns(side), "without the module")
        module.load()
        socks.close()
        bed.delete()


CASES = (acquire_host, acquire_net, acquire_queued, acquire_in_vain,
         neighbour_moves_host, neighbour_moves_net, no_way, down_and_up,
         switched_off, card_deleted_a, card_deleted_b, card_deleted_silent,
         card_moves, namespaces_deleted, replaced, nothing_left,
         module_unloaded, module_unloaded_silent)


if __name__ == "__main__":
    some = ksft.chosen(CASES)
    module.load()
    ledger = Ledger(KINDS)
    try:
        ksft.run(some)
    finally:
        ledger.close()
