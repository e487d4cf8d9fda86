#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink family changes how many SAs a card can have, and how many frames
can wait on its rings.

ethtool can change the size of the rings, too. If a change is impossible, the
family and ethtool say why in a sentence.
"""
import errno
import json
import os
import re
import select
import socket
import struct
import subprocess
import threading

from lib import ksft, module, xfrmnl, ynl
from lib.netns import Netns, ethtool_stats
from lib.objects import clean_unload
from lib.xfrmnl import ifindex

# The sizes that a new card has, and their limits. The least capacity is 1
CAPACITY, MOST = 4096, 1000000
RING, SMALLEST, LARGEST = 512, 64, 8192
GCM = ("rfc4106(gcm(aes))", bytes(range(20)), 128)
STATE = ("src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1000 reqid 1 mode"
         " transport aead rfc4106(gcm(aes))"
         " 0x0102030405060708090a0b0c0d0e0f1011121314 128")
FULL = ("ipsecov2: The card's SA table is full, only crypto mode falls back to"
        " software")
CAPACITY_RANGE = f"ipsecov2: The capacity can be 1 to {MOST} SAs"
RING_RANGE = f"ipsecov2: A ring can have {SMALLEST} to {LARGEST} frames"
NOTHING = ("ipsecov2: There is nothing to set: give sa-capacity, rx-ring or"
           " both")
PORT, DATAGRAMS, ROUNDS = 7700, 3000, 20


def fewer(sas):
    return (f"ipsecov2: The capacity can't be less than the {sas} SAs on the"
            " card")


class Place:
    """A namespace with two cards and their cable."""

    def __init__(self, defer):
        self.ns = Netns("set")
        defer(self.ns.delete)
        self.ns.ip("link add ov0 type ipsecov2",
                   "link add ov1 link ov0 type ipsecov2",
                   "link set ov0 up", "link set ov1 up")
        self.index = ifindex(self.ns, "ov0")
        self.family = ynl.Family(self.ns)
        defer(self.family.close)
        self.link = xfrmnl.Xfrm(self.ns)

    def card(self, dev="ov0"):
        return self.family.card_get({"ifindex": ifindex(self.ns, dev)})

    def set(self, dev="ov0", **values):
        return self.family.card_set(self.request(dev, **values))

    def refused(self, **values):
        """errno, sentence and attribute of an impossible change"""
        error = ynl.refused(self.family.card_set, self.request(**values))
        return error.errno, error.text, error.attribute

    def request(self, dev="ov0", **values):
        return {"ifindex": ifindex(self.ns, dev),
                **{name.replace("_", "-"): value
                   for name, value in values.items()}}

    def sizes(self, dev="ov0"):
        """Capacity and ring. Check that all places that show them agree."""
        card, ethtool = self.card(dev), rings(self.ns, dev)
        ksft.equal(card["hardware"]["sa-capacity"], card["sa-capacity"],
                   "capacity of the engine")
        ksft.equal(ethtool["rx"], card["rx-ring"], "ethtool -g")
        return card["sa-capacity"], card["rx-ring"]

    def add(self, spi, packet=False):
        flags = xfrmnl.PACKET if packet else 0
        return self.link.add(spi, "10.0.0.1", "10.0.0.2", aead=GCM,
                             offload=(self.index, flags), dir=xfrmnl.OUT)

    def count(self, name):
        return ethtool_stats(self.ns, "ov0")[name]


def rings(ns, dev):
    return json.loads(ns.command("ethtool", "--json", "-g", dev).stdout)[0]


def resize(ns, dev, *words, check=True):
    return ns.command("ethtool", "-G", dev, *words, check=check)


# ---- what can be set

def new_card(defer):
    place = Place(defer)
    ksft.equal(place.sizes(), (CAPACITY, RING), "sizes of a new card")
    shown = rings(place.ns, "ov0")
    ksft.equal(shown["rx-max"], LARGEST, "largest ring")
    ksft.check(not shown.get("tx") and not shown.get("tx-max"),
               f"a card has no send rings: {shown}")


def one_or_both(defer):
    """A change of one size changes neither the other size nor the card at the
    other end of the cable.
    """
    place = Place(defer)
    place.set(sa_capacity=7)
    ksft.equal(place.sizes(), (7, RING), "after the capacity")
    place.set(rx_ring=100)
    ksft.equal(place.sizes(), (7, 100), "after the ring")
    place.set(sa_capacity=MOST, rx_ring=LARGEST)
    ksft.equal(place.sizes(), (MOST, LARGEST), "after both")
    place.set(sa_capacity=1, rx_ring=SMALLEST)
    ksft.equal(place.sizes(), (1, SMALLEST), "after the smallest values")
    ksft.equal(place.sizes("ov1"), (CAPACITY, RING), "the other end")


def counted(defer):
    """A change of the capacity is counted as a change of the configuration. A
    change of the ring is not.
    """
    place = Place(defer)
    before = place.count("ipsec_config_change")
    place.set(sa_capacity=5)
    ksft.equal(place.count("ipsec_config_change"), before + 1, "changes")
    place.set(rx_ring=200)
    ksft.equal(place.count("ipsec_config_change"), before + 1, "changes")


def ethtool_rings(defer):
    place = Place(defer)
    resize(place.ns, "ov0", "rx", "1024")
    ksft.equal(place.sizes(), (CAPACITY, 1024), "after ethtool -G")
    resize(place.ns, "ov0", "rx", str(SMALLEST))
    ksft.equal(place.sizes(), (CAPACITY, SMALLEST), "after ethtool -G")
    for words, sentence in (
            (("rx", str(SMALLEST - 1)), RING_RANGE),
            (("rx", "0"), RING_RANGE),
            (("rx", str(LARGEST + 1)), "requested ring size exceeds maximum"),
            (("tx", "64"), "requested ring size exceeds maximum")):
        done = resize(place.ns, "ov0", *words, check=False)
        ksft.check(done.returncode and sentence in done.stderr,
                   f"ethtool -G {words}: {done}")
        ksft.equal(place.sizes(), (CAPACITY, SMALLEST), f"after {words}")


class Monitor:
    """An `ethtool --monitor` that listens already."""

    def __init__(self, defer, ns):
        with ns.entered():
            # Without stdbuf, a pipe gets whole blocks only
            process = subprocess.Popen(
                ["stdbuf", "-oL", "ethtool", "--monitor"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        defer(process.wait)
        defer(process.kill)
        self.fd = process.stdout.fileno()
        self.said = ""
        self.read_until("listening...")

    def read_until(self, pattern, times=1):
        def enough():
            if select.select([self.fd], [], [], 0)[0]:
                data = os.read(self.fd, 65536).decode()
                ksft.check(data, f"ethtool ended: {self.said!r}")
                self.said += data
            return len(re.findall(pattern, self.said)) >= times
        try:
            ksft.wait_for(f"{times} times {pattern} of ethtool", enough)
        except ksft.Fail as error:
            raise ksft.Fail(f"{error}; this came: {self.said!r}") from None

    def rings(self, count):
        """Wait until ethtool has told @count sizes of ov0's rings; return them.
        """
        # A message has the largest size and the present size
        self.read_until(r"\nRX:\s+\d+\n", 2 * count)
        ksft.equal(self.said.count("Ring parameters for ov0:"), count,
                   f"messages of ov0 in {self.said!r}")
        return [int(size) for size in
                re.findall(r"\nRX:\s+(\d+)\n", self.said)[1::2]]


def ethtool_hears(defer):
    """The listeners of ethtool hear of a new size of the rings, set by ethtool
    or by the family. They hear nothing if the size stays the same.
    """
    place = Place(defer)
    monitor = Monitor(defer, place.ns)
    resize(place.ns, "ov0", "rx", "300")
    place.set(rx_ring=400)
    place.set(rx_ring=400)
    place.set(sa_capacity=7)
    place.refused(rx_ring=LARGEST + 1)
    place.set(sa_capacity=8, rx_ring=500)
    resize(place.ns, "ov0", "rx", "600")
    ksft.equal(monitor.rings(4), [300, 400, 500, 600], "rings")


def feature_off(defer):
    """The capacity can be changed while esp-hw-offload is off. When the feature
    is on again, the card has the new capacity.
    """
    place = Place(defer)
    place.ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    place.set(sa_capacity=9)
    card = place.card()
    ksft.equal((card["sa-capacity"], card["config"]["sa-capacity"],
                card["config"]["encr"]), (9, 0, set()), "while all is off")
    place.ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
    card = place.card()
    ksft.equal((card["sa-capacity"], card["config"]), (9, card["hardware"]),
               "while all is on")


def down_and_up(defer):
    place = Place(defer)
    place.ns.ip("link set ov0 down")
    place.set(sa_capacity=11, rx_ring=300)
    ksft.equal(place.sizes(), (11, 300), "of a card that is down")
    place.ns.ip("link set ov0 up")
    place.ns.command("ethtool", "--reset", "ov0", "all")
    ksft.equal(place.sizes(), (11, 300), "after up and reset")


def other_end(defer):
    """A card keeps its sizes when its other end moves to another namespace, and
    when a new other end is plugged.
    """
    place = Place(defer)
    there = Netns("there")
    defer(there.delete)
    place.set(sa_capacity=11, rx_ring=300)
    place.ns.ip(f"link set ov1 netns {there.name}")
    resize(there, "ov1", "rx", "70")
    ksft.equal(place.sizes(), (11, 300), "while the other end is elsewhere")
    there.ip("link del ov1")
    ksft.equal(place.sizes(), (11, 300), "without another end")
    place.ns.ip("link add ov1 link ov0 type ipsecov2")
    ksft.equal((place.sizes(), place.sizes("ov1")),
               ((11, 300), (CAPACITY, RING)), "with a new other end")


# ---- the table of SAs

def table_full(defer):
    """With a capacity of 1 the second SA finds the table full."""
    place = Place(defer)
    place.set(sa_capacity=1)
    ksft.equal(place.add(1).errno, 0, "the first SA")
    before = place.count("ipsec_sa_refused_full")
    ksft.equal(place.add(2, packet=True), (errno.ENOSPC, FULL),
               "the second SA, in packet mode")
    ksft.equal(place.count("ipsec_sa_refused_full"), before + 1, "refused")
    before = place.count("ipsec_sa_fallback_full")
    ksft.equal(place.add(2).errno, 0, "the second SA, in crypto mode")
    ksft.equal(place.count("ipsec_sa_fallback_full"), before + 1, "fell back")
    ksft.equal(place.card()["sas"], 1, "SAs on the card")
    place.set(sa_capacity=2)
    ksft.equal(place.add(3, packet=True).errno, 0, "an SA in the new place")
    ksft.equal(place.card()["sas"], 2, "SAs on the card")
    ksft.equal(place.add(4, packet=True), (errno.ENOSPC, FULL), "one more")


def below_the_sas(defer):
    """The capacity cannot be less than the number of SAs; no SA is lost."""
    place = Place(defer)
    for spi in (1, 2, 3):
        ksft.equal(place.add(spi, packet=spi == 3).errno, 0, "an SA")
    for capacity in (1, 2):
        ksft.equal(place.refused(sa_capacity=capacity),
                   (errno.EBUSY, fewer(3), ".sa-capacity"), f"{capacity}")
    ksft.equal((place.sizes()[0], place.card()["sas"]), (CAPACITY, 3),
               "capacity and SAs after the refusals")
    place.set(sa_capacity=3)
    ksft.equal(place.add(4, packet=True), (errno.ENOSPC, FULL), "the fourth")
    place.link.delete(1, "10.0.0.2")
    place.set(sa_capacity=2)
    ksft.equal((place.sizes()[0], place.card()["sas"]), (2, 2),
               "capacity and SAs after a delete")


def more_than_before(defer):
    """With a larger capacity a card takes more SAs than a new card does."""
    place = Place(defer)
    place.set(sa_capacity=CAPACITY + 10)
    for spi in range(1, CAPACITY + 11):
        ksft.equal(place.add(spi).errno, 0, f"SA {spi}")
    ksft.equal((place.card()["sas"], place.count("ipsec_sa_fallback_full")),
               (CAPACITY + 10, 0), "SAs on the card, and in software")
    ksft.equal(place.add(CAPACITY + 11, packet=True), (errno.ENOSPC, FULL),
               "one more")
    ksft.equal(place.refused(sa_capacity=CAPACITY),
               (errno.EBUSY, fewer(CAPACITY + 10), ".sa-capacity"),
               "the capacity of a new card")
    place.ns.ip("xfrm state flush")
    place.set(sa_capacity=CAPACITY)


def churn(defer):
    """SAs come and go while the capacity changes, and no place for an SA gets
    lost.
    """
    place = Place(defer)
    going = True
    results = []

    def add_and_delete():
        link = xfrmnl.Xfrm(place.ns)
        while going:
            for spi in range(0x100, 0x108):
                results.append(link.add(
                    spi, "10.0.0.1", "10.0.0.2", aead=GCM, dir=xfrmnl.OUT,
                    offload=(place.index, xfrmnl.PACKET)))
            for spi in range(0x100, 0x108):
                link.delete(spi, "10.0.0.2")

    other = threading.Thread(target=add_and_delete)
    other.start()
    try:
        for round_ in range(10 * ROUNDS):
            for capacity in (2, 4, 9):
                try:
                    place.set(sa_capacity=capacity)
                except ynl.Refused as error:
                    ksft.equal(error.errno, errno.EBUSY, f"round {round_}")
    finally:
        going = False
        other.join()
    wrong = [one for one in results
             if one.errno and one != (errno.ENOSPC, FULL)]
    ksft.equal(wrong[:1], [], "answers to the adds")
    ksft.check(any(one.errno for one in results) and
               any(not one.errno for one in results),
               "the adds were all refused, or none was")
    ksft.equal(place.card()["sas"], 0, "SAs at the end")
    place.set(sa_capacity=1)
    ksft.equal([place.add(spi, packet=True).errno for spi in (1, 2)],
               [0, errno.ENOSPC], "SAs that a card with one place takes")


# ---- the rings

ENDS = "192.0.2.1", "192.0.2.2"
MACS = "02:00:00:00:0a:00", "02:00:00:00:0b:00"


class Cable:
    """Two namespaces, a cable of one queue between them, and an SA for one way.
    how: "crypto", "packet", or "plain" for no SA.
    """

    def __init__(self, defer, how):
        self.error = None
        self.ns = [Netns("from"), Netns("to")]
        for ns in self.ns:
            defer(ns.delete)
        kind = "numtxqueues 1 numrxqueues 1 type ipsecov2"
        self.ns[0].ip(f"link add ov0 {kind}",
                      f"link add ov1 link ov0 {kind}",
                      f"link set ov1 netns {self.ns[1].name}")
        for n, ns in enumerate(self.ns):
            ns.ip(f"link set ov{n} address {MACS[n]} up",
                  f"addr add {ENDS[n]}/24 dev ov{n}",
                  # If the neighbour were unknown, the first packets would wait
                  # for it, and later packets would overtake them
                  f"neigh replace {ENDS[1 - n]} lladdr {MACS[1 - n]} dev ov{n}"
                  " nud permanent")
        for n, ns in enumerate(self.ns):
            # Until its state is UP, the card has a qdisc that drops every
            # packet and counts none
            ksft.wait_for(f"ov{n} to be up", lambda n=n, ns=ns: "state UP" in
                          ns.ip_output(f"link show dev ov{n}"))
        if how == "plain":
            return
        for n, way in enumerate(("out", "in")):
            offload = f"offload {how} dev ov{n}"
            self.ns[n].ip(
                f"xfrm state add {STATE} {offload} dir {way}",
                f"xfrm policy add src {ENDS[0]} dst {ENDS[1]} dir {way} tmpl"
                f" src {ENDS[0]} dst {ENDS[1]} proto esp reqid 1 mode"
                f" transport {offload if how == 'packet' else ''}")

    def send_all(self):
        """Send DATAGRAMS datagrams, as fast as the ring takes them. If a
        datagram cannot be sent, self.error says why.
        """
        sock = self.ns[0].socket(socket.AF_INET, socket.SOCK_DGRAM)
        # The sender waits when this buffer is full, so the qdisc never fills up
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 17)
        try:
            for number in range(DATAGRAMS):
                sock.sendto(struct.pack("!I", number) + bytes(200),
                            (ENDS[1], PORT))
        except OSError as error:
            self.error = error

    def receive_all(self, sink):
        """The numbers of all datagrams, in the order in which they came"""
        got = []
        while len(got) < DATAGRAMS:
            try:
                got.append(struct.unpack("!I", sink.recv(4096)[:4])[0])
            except TimeoutError:
                missing = set(range(DATAGRAMS)) - set(got)
                raise ksft.Fail(f"{len(got)} datagrams came, then no more; "
                                f"missing: {sorted(missing)[:9]}; "
                                f"{self.state()}") from None
        return got

    def state(self):
        """What helps to find a lost datagram: drops, sender's error, qdisc"""
        drops = [{name: moved for name, moved in
                  ethtool_stats(ns, f"ov{n}").items()
                  if "drop" in name and moved}
                 for n, ns in enumerate(self.ns)]
        qdisc = self.ns[0].command("tc", "-s", "qdisc", "show", "dev", "ov0")
        return f"drops {drops}, sender {self.error}, {qdisc.stdout.split()}"


def under_traffic(defer, how):
    """A ring is resized again and again, and no frame gets lost."""
    cable = Cable(defer, how)
    family = ynl.Family(cable.ns[1])
    defer(family.close)
    sink = cable.ns[1].socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)    # RCVBUFFORCE
    sink.bind((ENDS[1], PORT))
    sink.settimeout(ksft.patience(30))
    index = ifindex(cable.ns[1], "ov1")
    sender = threading.Thread(target=cable.send_all)
    sender.start()
    changes = 0
    try:
        while sender.is_alive():
            for size in (SMALLEST, LARGEST, SMALLEST + 1, RING):
                family.card_set({"ifindex": index, "rx-ring": size})
                changes += 1
    finally:
        sender.join()
    got = cable.receive_all(sink)
    wrong = [pair for pair in enumerate(got) if pair[0] != pair[1]]
    ksft.equal(wrong[:3], [], "datagrams out of order")
    ksft.check(changes > 8, f"only {changes} changes while all were sent")
    for n, ns in enumerate(cable.ns):
        drops = {name: moved for name, moved in
                 ethtool_stats(ns, f"ov{n}").items()
                 if "drop" in name and moved}
        ksft.equal(drops, {}, f"drops of ov{n}")
    if how != "plain":
        ksft.check(ethtool_stats(cable.ns[1], "ov1")["ipsec_rx_pkts"] >=
                   DATAGRAMS, "the datagrams were not offloaded")


# ---- what is refused

def nothing_changes(defer):
    """If one of two values is impossible, neither of them is set."""
    place = Place(defer)
    for spi in (1, 2):
        place.add(spi)
    for values, answer in (
            ({"sa_capacity": 5, "rx_ring": 1},
             (errno.ERANGE, RING_RANGE, ".rx-ring")),
            ({"sa_capacity": 0, "rx_ring": 100},
             (errno.ERANGE, CAPACITY_RANGE, ".sa-capacity")),
            ({"sa_capacity": 1, "rx_ring": 100},
             (errno.EBUSY, fewer(2), ".sa-capacity"))):
        ksft.equal(place.refused(**values), answer, f"{values}")
        ksft.equal(place.sizes(), (CAPACITY, RING), f"sizes after {values}")


def limits(defer):
    place = Place(defer)
    for capacity in (0, MOST + 1, (1 << 32) - 1):
        ksft.equal(place.refused(sa_capacity=capacity),
                   (errno.ERANGE, CAPACITY_RANGE, ".sa-capacity"),
                   f"capacity {capacity}")
    for size in (0, SMALLEST - 1, LARGEST + 1, (1 << 32) - 1):
        ksft.equal(place.refused(rx_ring=size),
                   (errno.ERANGE, RING_RANGE, ".rx-ring"), f"ring {size}")
    ksft.equal(place.refused(), (errno.EINVAL, NOTHING, None), "nothing")
    ksft.equal(place.sizes(), (CAPACITY, RING), "sizes")


def wrong_cards(defer):
    place = Place(defer)
    error = ynl.refused(place.family.card_set, {"sa-capacity": 5})
    ksft.equal((error.errno, error.attribute), (errno.EINVAL, "ifindex"),
               "no card")
    for index, sentence in (
            (99999, "ipsecov2: There is no interface of this index"),
            (ifindex(place.ns, "lo"),
             "ipsecov2: The interface is not of type ipsecov2")):
        error = ynl.refused(place.family.card_set,
                            {"ifindex": index, "sa-capacity": 5})
        ksft.equal((error.errno, error.text, error.attribute),
                   (errno.ENODEV, sentence, ".ifindex"), f"card {index}")


def wrong_attributes(defer):
    """An attribute that cannot be set is refused, and the answer names it."""
    place = Place(defer)
    for name, value in (("sas", 1), ("ifname", "new"), ("tx-queues", 2)):
        error = ynl.refused(place.family.card_set,
                            {"ifindex": place.index, name: value,
                             "sa-capacity": 5})
        ksft.equal((error.errno, error.attribute), (errno.EINVAL, f".{name}"),
                   f"{name}: {error.text}")
    number = place.family.family.nlproto.family_id
    command = place.family.family.ops["card-set"].req_value
    sock = place.ns.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                           ynl.NETLINK_GENERIC)
    kinds = {name: attr.value for name, attr in
             place.family.family.attr_sets["card"].items()}
    index = struct.pack("=HHI", 8, kinds["ifindex"], place.index)
    capacity, ring = kinds["sa-capacity"], kinds["rx-ring"]
    for payload, what in (
            (struct.pack("=HHHxx", 6, capacity, 5), "a short capacity"),
            (struct.pack("=HHHxx", 6, ring, 100), "a short ring"),
            (struct.pack("=HHI", 8, kinds["sas"], 5), "a number of SAs"),
            (struct.pack("=HHI", 8, 99, 5), "an unknown attribute"),
            (struct.pack("=HHI", 60, ring, 100), "a length too long")):
        body = struct.pack("=BBH", command, 1, 0) + index + payload
        sock.send(struct.pack(
            "=IHHII", 16 + len(body), number,
            xfrmnl.NLM_F_REQUEST | xfrmnl.NLM_F_ACK, 1, 0) + body)
        answer = -struct.unpack_from("=i", sock.recv(65536), 16)[0]
        ksft.check(answer in (errno.EINVAL, errno.ERANGE), f"{what}: {answer}")
    ksft.equal(place.sizes(), (CAPACITY, RING), "sizes")


# ---- by whom, and from where

def change(family, index):
    try:
        family.card_set({"ifindex": index, "sa-capacity": 5})
        return 0
    except ynl.Refused as error:
        return error.errno


def unprivileged(defer):
    """Changes need CAP_NET_ADMIN in the namespace of the card."""
    place = Place(defer)
    for become in (ynl.nobody, ynl.own_user_namespace):
        ksft.equal(ynl.asked_by(become, place.ns,
                                lambda family: change(family, place.index)),
                   errno.EPERM, become.__name__)
    ksft.equal(place.sizes(), (CAPACITY, RING), "sizes")


def card_of_its_own(family):
    subprocess.run(["ip", "link", "add", "ov0", "type", "ipsecov2"],
                   check=True)
    index = socket.if_nametoindex("ov0")
    subprocess.run(["ethtool", "-G", "ov0", "rx", "99"], check=True)
    answer = change(family, index)
    card = family.card_get({"ifindex": index})
    return [answer, card["sa-capacity"], card["rx-ring"]]


def own_network(defer):
    """Root of a user namespace may change the cards in its network namespace.
    """
    ns = Netns("start")
    defer(ns.delete)
    ksft.equal(ynl.asked_by(ynl.root_of_its_own, ns, card_of_its_own),
               [0, 5, 99], "what root of a user namespace may change")


def elsewhere(defer):
    """The family finds no interface of an unknown index, and changes only cards
    of its own network namespace.
    """
    place = Place(defer)
    there = Netns("there")
    defer(there.delete)
    family = ynl.Family(there)
    defer(family.close)
    error = ynl.refused(family.card_set,
                        {"ifindex": place.index + 1000, "sa-capacity": 5})
    ksft.equal((error.errno, error.attribute), (errno.ENODEV, ".ifindex"),
               "a card elsewhere")
    there.ip("link add ov0 type ipsecov2")
    family.card_set({"ifindex": ifindex(there, "ov0"), "sa-capacity": 5})
    ksft.equal(place.sizes(), (CAPACITY, RING), "the card here")


# ---- while other things happen

def during_resets(defer):
    """During a reset, a change waits. It does not fail."""
    place = Place(defer)
    with place.ns.entered():
        other = subprocess.Popen(
            ["sh", "-c", "while ethtool --reset ov0 all; do :; done"],
            stdout=subprocess.DEVNULL)
    defer(other.wait)
    defer(other.kill)
    for number in range(1, 10 * ROUNDS):
        place.set(sa_capacity=number, rx_ring=SMALLEST + number)
        ksft.equal(place.sizes(), (number, SMALLEST + number), "sizes")
    ksft.equal(other.poll(), None, "status of ethtool --reset")


def module_gone(defer):
    """The module goes while a program changes a card all the time."""
    place = Place(defer)
    errors, done = [], []

    def change_all_the_time():
        while not errors:
            number = len(done) % 100 + 1
            try:
                place.family.card_set({"ifindex": place.index,
                                       "sa-capacity": number,
                                       "rx-ring": SMALLEST + number})
                done.append(number)
            except ynl.Refused as error:
                errors.append(error)

    other = threading.Thread(target=change_all_the_time)
    other.start()
    ksft.wait_for("some changes", lambda: len(done) > 20 or errors)
    ksft.equal(errors, [], "errors while the module is there")
    with clean_unload():
        module.remove()
    defer(module.load)
    other.join(ksft.patience(30))
    ksft.check(not other.is_alive(), "the program hangs")
    ksft.equal([error.errno for error in errors], [errno.ENOENT],
               "errno without the module")


def main():
    cases = [new_card, one_or_both, counted, ethtool_rings, ethtool_hears,
             feature_off, down_and_up, other_end, table_full, below_the_sas,
             more_than_before, churn]
    cases += [(f"under_traffic {how}",
               lambda defer, h=how: under_traffic(defer, h))
              for how in ("plain", "crypto", "packet")]
    cases += [nothing_changes, limits, wrong_cards, wrong_attributes,
              unprivileged, own_network, elsewhere, during_resets,
              module_gone]
    ynl.run(cases)


if __name__ == "__main__":
    main()
