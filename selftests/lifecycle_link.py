#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A card can be made, plugged, shown, tuned, renamed and taken down like any
other link.
"""
import json
import os
import re
import select
import socket
import struct
import subprocess

from lib import fault, ksft, module, trace
from lib.bed import Bed, Shape
from lib.flood import Flood
from lib.netns import Netns, ethtool_stats
from lib.objects import Ledger, unload_clean
from lib.rebuild import restore, wait_carrier
from lib.reference import COUNTERS, EVENTS

KIND = "ipsecov2"
ETH_P_TEST = 0x88b5
HEADER = 14


def home(defer):
    """A namespace, deleted at the end of the case."""
    ns = Netns("link")
    defer(ns.delete)
    return ns


def cable(defer, options=""):
    """Two cards in one namespace, plugged together and up."""
    ns = home(defer)
    ns.ip(f"link add ova {options} type {KIND}",
          f"link add ovb link ova {options} type {KIND}",
          "link set ova up", "link set ovb up")
    wait_carrier(ns, "ova", True)
    return ns


def show(ns, dev):
    """What `ip -s -d link` says of a device."""
    out = ns.command("ip", "-n", ns.name, "-json", "-s", "-d", "link", "show",
                     "dev", dev).stdout
    return json.loads(out)[0]


def raw_socket(ns, dev):
    sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    with ns.entered():
        sock.bind((dev, ETH_P_TEST))
    return sock


def raw_frame(length):
    return (b"\xff" * 6 + b"\x02" + bytes(5) + struct.pack("!H", ETH_P_TEST) +
            os.urandom(length - HEADER))


def passes(sender, receiver, frame):
    """Send a frame, and wait until it arrives."""
    sender.send(frame)
    while True:
        if not select.select([receiver], [], [], ksft.patience(5))[0]:
            raise ksft.Fail(f"a frame of {len(frame)} bytes did not arrive")
        if receiver.recv(20000) == frame:
            return


def refused(ns, line, text):
    error = ns.ip_error(line)
    ksft.check(text in error, f"{line}: got {error!r}, expected {text!r}")


# ---- cases

def alias(defer):
    """The module has the alias by which `ip link add` loads the module."""
    out = subprocess.run(["modinfo", "-F", "alias", module.file() or KIND],
                         capture_output=True, text=True, check=True).stdout
    ksft.check(f"rtnl-link-{KIND}" in out.split(), f"aliases: {out.split()}")


def identity(defer):
    """`ethtool` -i, -k and -S show driver, version, features and counters. A
    counter tells how often esp-hw-offload was switched.
    """
    ns = cable(defer)
    info = ns.command("ethtool", "-i", "ova").stdout
    ksft.check(f"driver: {KIND}\n" in info, info)
    with open(f"/sys/module/{KIND}/version", encoding="ascii") as file:
        version = file.read().strip()
    ksft.check(re.fullmatch(r"\d+(\.\d+)+", version), version)
    ksft.check(f"\nversion: {version}\n" in info, info)
    features = dict(line.strip().split(": ", 1) for line in ns.command(
        "ethtool", "-k", "ova").stdout.splitlines()[1:])
    for name in ("esp-hw-offload", "esp-tx-csum-hw-offload",
                 "tx-esp-segmentation", "tx-tcp-segmentation",
                 "tx-udp-segmentation"):
        ksft.equal(features[name], "on", name)
    stats = ns.command("ethtool", "-S", "ova").stdout
    for name in ("ipsec_tx_pkts", "ipsec_rx_sadb_miss",
                 "wire_tx_drop_unplugged"):
        ksft.check(f" {name}: 0\n" in stats, f"{name} in {stats}")
    ksft.equal(re.findall(r"^ +(\w+): \d+$", stats, re.M), list(COUNTERS),
               "counters")
    changes = ethtool_stats(ns, "ova")["ipsec_config_change"]
    for word in ("off", "on"):
        ns.command("ethtool", "-K", "ova", "esp-hw-offload", word)
        out = ns.command("ethtool", "-k", "ova").stdout
        ksft.check(f"esp-hw-offload: {word}\n" in out, out)
        changes += 1
        ksft.equal(ethtool_stats(ns, "ova")["ipsec_config_change"], changes,
                   "changes of the configuration")


def events(_defer):
    """The module has the events and fields that the page about events lists."""
    place = f"{trace.root()}/events/{KIND}"
    there = {}
    for name in sorted(os.listdir(place)):
        if os.path.isdir(f"{place}/{name}"):
            with open(f"{place}/{name}/format", encoding="utf-8") as file:
                there[name] = re.findall(r"(\w+)=(?:0x)?%", file.read())
    ksft.equal(there, dict(sorted(EVENTS.items())), "events")


def queues(defer):
    """A card has one queue per CPU, up to 16, unless `ip link add` asks for
    other numbers of queues.
    """
    ns = home(defer)
    default = min(os.cpu_count(), 16)
    for options, tx, rx in (("", default, default),
                            ("numtxqueues 3 numrxqueues 2", 3, 2),
                            ("numtxqueues 1 numrxqueues 5", 1, 5)):
        ns.ip(f"link add ovq {options} type {KIND}")
        said = show(ns, "ovq")
        # A kernel for one CPU does not tell the number of receive queues
        ksft.equal((said["num_tx_queues"], said.get("num_rx_queues", rx)),
                   (tx, rx), f"queues of '{options}'")
        shown = ns.command("ethtool", "-l", "ovq").stdout
        now = dict(re.findall(r"(\w+):\t+(\d+)$", shown.split("Current")[1],
                              re.M))
        both = int(now["Combined"])
        ksft.equal((both + int(now.get("TX", 0)), both + int(now.get("RX", 0))),
                   (tx, rx), f"channels of '{options}'")
        ns.ip(f"link add ovp link ovq {options} type {KIND}",
              "link set ovq up", "link set ovp up")
        wait_carrier(ns, "ovq", True)
        near, far = raw_socket(ns, "ovq"), raw_socket(ns, "ovp")
        for length in range(60, 80):
            passes(near, far, raw_frame(length))
        ns.ip("link del ovq", "link del ovp")


def queues_need_no_large_blocks(defer):
    """A card with many queues can be made when memory has no blocks of 16 pages
    or more.
    """
    ns = home(defer)
    many = "numtxqueues 1024 numrxqueues 1024"
    with fault.module_lacks_pages(4) as failed:
        ns.ip(f"link add ovq {many} type {KIND}")
    ksft.check(failed(), "no request for pages failed")


def mtu(defer):
    """The MTU can be 68 to 9000; a packet whose length is the MTU passes."""
    ns = cable(defer)
    refused(ns, "link set ova mtu 67", "mtu less than device minimum")
    refused(ns, "link set ova mtu 9001", "mtu greater than device maximum")
    near, far = raw_socket(ns, "ova"), raw_socket(ns, "ovb")
    for size in (68, 576, 1500, 9000):
        ns.ip(f"link set ova mtu {size}", f"link set ovb mtu {size}")
        passes(near, far, raw_frame(size + HEADER))
        passes(far, near, raw_frame(size + HEADER))
        try:
            # A packet socket lets a frame have 4 bytes more for a VLAN tag
            near.send(raw_frame(size + HEADER + 5))
        except OSError:
            continue
        raise ksft.Fail(f"a frame too long for MTU {size} was sent")
    ns.ip("link set ovb mtu 1500")
    near.send(raw_frame(1500 + HEADER + 1))
    ksft.wait_for("the receiver's MTU to stop a longer frame", lambda:
                  ethtool_stats(ns, "ova")["wire_tx_drop_too_long"] == 1)


def address(defer):
    """The MAC of a card that is up can be changed to a unicast address."""
    ns = cable(defer)
    near, far = raw_socket(ns, "ova"), raw_socket(ns, "ovb")
    ns.ip("link set ova address 02:11:22:33:44:55")
    ksft.equal(show(ns, "ova")["address"], "02:11:22:33:44:55", "address")
    passes(near, far, raw_frame(100))
    ksft.check(ns.ip_error("link set ova address 01:00:5e:00:00:01"),
               "a multicast address was taken")
    ksft.equal(show(ns, "ova")["address"], "02:11:22:33:44:55", "address")
    ns.ip(f"link add ovm address 02:aa:00:00:00:01 type {KIND}")
    ksft.equal(show(ns, "ovm")["address"], "02:aa:00:00:00:01", "address")
    refused(ns, f"link add ovx address 01:00:5e:00:00:01 type {KIND}",
            f"{KIND}: The address must be a unicast address other than zero")


def renamed(defer):
    ns = cable(defer)
    near, far = raw_socket(ns, "ova"), raw_socket(ns, "ovb")
    ns.ip("link set ova down", "link set ova name another",
          "link set another up")
    wait_carrier(ns, "another", True)
    ksft.equal(show(ns, "ovb")["link"], "another", "the peer's link")
    near = raw_socket(ns, "another")
    passes(near, far, raw_frame(100))


def statistics(defer):
    """Both ends count the frames and bytes that were sent."""
    ns = home(defer)
    # Nothing else may be on the cable
    ns.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
    ns.ip(f"link add ova type {KIND}", f"link add ovb link ova type {KIND}",
          "link set ova up", "link set ovb up")
    wait_carrier(ns, "ova", True)
    near, far = raw_socket(ns, "ova"), raw_socket(ns, "ovb")
    lengths = [60, 61, 500, 1514] * 5
    for length in lengths:
        passes(near, far, raw_frame(length))
    sent, got = (show(ns, dev)["stats64"] for dev in ("ova", "ovb"))
    expected = {"packets": len(lengths), "bytes": sum(lengths), "errors": 0,
                "dropped": 0}
    for what, numbers in (("sent", sent["tx"]), ("received", got["rx"])):
        ksft.equal({k: numbers[k] for k in expected}, expected, what)
    ksft.equal((sent["rx"]["packets"], got["tx"]["packets"]), (0, 0),
               "the other way")


def peer_shown(defer):
    """`ip link` shows the peer's name, or the peer's index if the peer is in
    another namespace.
    """
    ns, other = cable(defer), home(defer)
    for dev, peer in (("ova", "ovb"), ("ovb", "ova")):
        said = show(ns, dev)
        ksft.equal((said["link"], said["linkinfo"]["info_kind"]),
                   (peer, KIND), dev)
    ns.ip(f"link set ovb netns {other.name}")
    index = show(other, "ovb")["ifindex"]
    said = show(ns, "ova")
    ksft.equal((said["link_index"], "link_netnsid" in said), (index, True),
               "ova when the peer has moved")
    ksft.equal(show(other, "ovb")["link_index"], show(ns, "ova")["ifindex"],
               "the peer of the card that has moved")
    ns.ip(f"link add single type {KIND}")
    ksft.check("link" not in show(ns, "single"), "a single card has a peer")


def carrier_follows(defer):
    """There is carrier only while both ends are up."""
    ns = cable(defer)
    for dev, other in (("ova", "ovb"), ("ovb", "ova")):
        ns.ip(f"link set {dev} down")
        wait_carrier(ns, other, False)
        ns.ip(f"link set {dev} up")
        wait_carrier(ns, other, True)
        wait_carrier(ns, dev, True)
    ns.ip(f"link add single type {KIND}", "link set single up")
    ksft.check("NO-CARRIER" in ns.ip_output("link show dev single"),
               "carrier without a cable")


def plug_refused(defer):
    ns = cable(defer)
    ns.ip("link add d0 type dummy")
    refused(ns, f"link add ovx link ova type {KIND}",
            f"{KIND}: Link names a card that is already plugged into another")
    refused(ns, f"link add ovx link d0 type {KIND}",
            f"{KIND}: Link names a device that is not of type {KIND}")
    refused(ns, f"link add ovx link if4242 type {KIND}",
            f"{KIND}: Link names an interface index that does not exist")
    for dev in ("ova", "ovb"):
        wait_carrier(ns, dev, True)
    ksft.check(ns.ip_error("link show dev ovx"), "ovx is there")


def replugged(defer):
    """When one end is deleted, the other end stays, unplugged."""
    ns = cable(defer)
    for _ in range(3):
        ns.ip("link del ovb")
        wait_carrier(ns, "ova", False)
        ksft.check("link" not in show(ns, "ova"), "ova still has a peer")
        ns.ip(f"link add ovb link ova type {KIND}", "link set ovb up")
        wait_carrier(ns, "ova", True)
        passes(raw_socket(ns, "ova"), raw_socket(ns, "ovb"), raw_frame(100))


def down_and_up(defer):
    """`down` deletes the card's SAs but no policy, so packets that a policy
    protects do not leave until there are new SAs.
    """
    bed, shape = Bed(), Shape.named("ipv4-transport")
    defer(bed.delete)
    pair = bed.install(shape)
    with Flood(bed, shape) as flood:
        for side in "ab":
            ns, card = bed.ns(side), bed.ns(side).card
            flood.wait_flow("ab")
            for _ in range(2):
                ns.ip(f"link set {card} down")
                ksft.equal(ns.ip_output("xfrm state").strip(), "",
                           f"states of {side}")
                flood.wait_silence(side)
                restore(bed, side)
                flood.wait_attempts(side, 20)
            pair = bed.install(shape)
        flood.wait_flow("ab")
        bed.check_offload_lines(pair)


def threads_while_down(defer):
    """The NAPIs get threads while the card is up, and lose them while the card is
    down. Newer kernels say that a card that is down has no NAPI. In any case
    the writer of the file ends, and the card goes up again.
    """
    ns = cable(defer)
    for value in 1, 0:
        ns.napi_threads("ovb", 1)
        ns.ip("link set ovb down")
        ns.command("ip", "netns", "exec", ns.name, "sh", "-c",
                   f"echo {value} >/sys/class/net/ovb/threaded; true")
        ns.ip("link set ovb up")
        wait_carrier(ns, "ova", True)
        passes(raw_socket(ns, "ova"), raw_socket(ns, "ovb"), raw_frame(100))


def switch(ns, word):
    ns.command("ethtool", "-K", ns.card, "esp-hw-offload", word)


def down_while_off(defer):
    """While esp-hw-offload is off, `down` deletes no SA."""
    bed, shape = Bed(), Shape.named("ipv4-transport")
    defer(bed.delete)
    pair = bed.install(shape)
    with Flood(bed, shape) as flood:
        for side in "ab":
            ns = bed.ns(side)
            flood.wait_flow("ab")
            switch(ns, "off")
            ns.ip(f"link set {ns.card} down")
            flood.wait_silence(side)
            restore(bed, side)
            flood.wait_flow("ab")
            switch(ns, "on")
            bed.check_offload_lines(pair)
            before = bed.ethtool[side].stats()["ipsec_rx_pkts"]
            flood.wait(f"{ns.card} to decrypt again", lambda side=side,
                       before=before: bed.ethtool[side].stats()
                       ["ipsec_rx_pkts"] > before)


def deleted_while_off(defer):
    """Deleting a card ends its SAs, even while esp-hw-offload is off."""
    bed, shape = Bed(), Shape.named("ipv4-transport")
    defer(bed.delete)
    bed.install(shape)
    with Flood(bed, shape) as flood:
        flood.wait_flow("ab")
        switch(bed.a, "off")
        bed.a.ip(f"link del {bed.a.card}")
        ksft.equal(bed.a.ip_output("xfrm state").strip(), "", "states of a")


def nothing_left(_):
    """After all other cases no object of the module is left."""
    ledger.wait_gone()
    # alias() and events() make no card
    ksft.check(ledger.made["port"] or
               not set(some) & set(CASES) - {alias, events},
               f"objects that were made: {ledger.made}")
    ledger.close()
    unload_clean()


CASES = (alias, identity, events, queues, queues_need_no_large_blocks, mtu,
         address, renamed, statistics, peer_shown, carrier_follows,
         plug_refused, replugged, threads_while_down, down_and_up,
         down_while_off, deleted_while_off)

if __name__ == "__main__":
    some = ksft.chosen([*CASES, ("nothing is left", nothing_left)])
    module.load()
    ledger = Ledger()
    try:
        ksft.run(some)
    finally:
        ledger.close()
