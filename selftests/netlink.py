#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink family tells what each card is, what it can do and what it
counts.

The kernel's own client (YNL) asks as the spec says. What the family says is
compared with what ip and ethtool say of the same card.
"""
import errno
import importlib.util
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

from lib import ksft, module, ynl
from lib.netns import Netns, ethtool_stats
from lib.objects import clean_unload
from lib.xfrmnl import ifindex

MANY = 40       # cards: their counters need many messages
CMD_CARD_GET, A_CARD_IFINDEX = 2, 1
NLMSG_ERROR, NLM_F_REQUEST, NLM_F_ACK = 2, 1, 4

STATE = ("xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi {spi} reqid 1"
         " mode transport aead rfc4106(gcm(aes))"
         " 0x0102030405060708090a0b0c0d0e0f1011121314 128"
         " offload dev ov0 dir out")


def two_cards(defer, options=""):
    """Make two cards and their cable in a new namespace. Return the namespace,
    and a Family that sends its requests there.
    """
    ns = Netns("cards")
    defer(ns.delete)
    ns.ip(f"link add ov0 {options} type ipsecov2",
          "link add ov1 link ov0 type ipsecov2")
    family = ynl.Family(ns)
    defer(family.close)
    return ns, family


def card(ns, family, dev):
    return family.card_get({"ifindex": ifindex(ns, dev)})


# ---- what a card is

def module_version(defer):
    family = ynl.Family()
    defer(family.close)
    with open("/sys/module/ipsecov2/version", encoding="ascii") as f:
        version = f.read().strip()
    ksft.equal(family.module_get({}), {"version": version}, "the module")


def a_card(defer):
    ns, family = two_cards(defer, "numtxqueues 3 numrxqueues 2")
    shown = card(ns, family, "ov0")
    link = json.loads(ns.command("ip", "-d", "-j", "link", "show", "ov0")
                      .stdout)[0]
    ksft.equal(shown["ifname"], "ov0", "name")
    ksft.equal(shown["ifindex"], link["ifindex"], "index")
    # A kernel without RPS does not show receive queues
    ksft.equal((link["num_tx_queues"], link.get("num_rx_queues", 2)), (3, 2),
               "queues of the link")
    ksft.equal((shown["tx-queues"], shown["rx-queues"]), (3, 2), "queues")
    ksft.equal((shown["line"], shown["engine"]), ("cable", "emulated"),
               "line and engine")
    ksft.equal(shown["peer-ifindex"], ifindex(ns, "ov1"), "other end")
    ksft.check("peer-netns-id" not in shown,
               "the other end is in this namespace")
    ksft.equal(shown["version"], family.module_get({})["version"], "version")


def other_end(defer):
    ns, family = two_cards(defer)
    there = Netns("there")
    defer(there.delete)
    ns.ip(f"link set ov1 netns {there.name}")
    shown = card(ns, family, "ov0")
    link = json.loads(ns.command("ip", "-j", "link", "show", "ov0").stdout)[0]
    ksft.equal(shown["peer-ifindex"], ifindex(there, "ov1"), "other end")
    ksft.equal(shown["peer-netns-id"], link["link_netnsid"], "its namespace")
    there.ip("link del ov1")
    shown = card(ns, family, "ov0")
    ksft.check("peer-ifindex" not in shown and "peer-netns-id" not in shown,
               f"the cable is gone, and the card shows {shown}")


def number_of_sas(defer):
    ns, family = two_cards(defer)
    ns.ip("link set ov0 up", "link set ov1 up")
    for number in range(3):
        ksft.equal(card(ns, family, "ov0")["sas"], number, "SAs")
        ns.ip(STATE.format(spi=0x1000 + number))
    ns.ip("xfrm state flush")
    ksft.wait_for("no SA", lambda: card(ns, family, "ov0")["sas"] == 0)


def number_of_policies(defer):
    """The card counts its policies of both directions, and no other policy."""
    ns, family = two_cards(defer)
    ns.ip("link set ov0 up")
    policy = "xfrm policy add src 10.0.0.1 dst 10.0.0.2"
    for number, words in enumerate((
            "dir out offload packet dev ov0", "dir in offload packet dev ov0",
            "dir fwd")):
        ksft.equal(card(ns, family, "ov0")["policies"], number, "policies")
        ns.ip(f"{policy} {words}")
    ksft.equal(card(ns, family, "ov0")["policies"], 2, "policies")
    ksft.equal(card(ns, family, "ov1")["policies"], 0, "of the other card")
    ns.ip("xfrm policy flush")
    ksft.wait_for("no policy",
                  lambda: card(ns, family, "ov0")["policies"] == 0)


def configuration(defer):
    """The configuration that is shown changes with esp-hw-offload."""
    ns, family = two_cards(defer)
    before = card(ns, family, "ov0")
    ksft.equal(before["config"], before["hardware"], "all is on")
    for wanted in ({"esp", "transport", "tunnel", "esn", "lso", "ipv6"},
                   {"ah-esp-combined", "transport-tunnel-combined"}):
        ksft.check(wanted <= before["hardware"]["features"],
                   f"not all of {wanted} in {before['hardware']}")
    ksft.check("ipv4-options" not in before["hardware"]["features"],
               "the engine takes no IPv4 options (ipsecov2.rst)")
    ksft.check({"aes-gcm-128", "aes-cbc-256", "chacha20-poly1305"} <=
               before["hardware"]["encr"], "ciphers")

    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    after = card(ns, family, "ov0")
    ksft.equal(after["hardware"], before["hardware"], "what the engine can do")
    for name in ("features", "udp-esp", "auth", "encr"):
        ksft.equal(after["config"][name], set(), f"{name} while all is off")
    ksft.check(ns.ip_error(STATE.format(spi=1)) == "", "falls back")
    ksft.equal(card(ns, family, "ov0")["sas"], 0, "SAs of the card")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
    ksft.equal(card(ns, family, "ov0"), before, "the card as it was")


def counters(defer):
    ns, family = two_cards(defer)
    ns.ip("link set ov0 up", "link set ov1 up")
    ns.ip_error(STATE.format(spi=1).replace("rfc4106(gcm(aes))",
                                            "rfc4543(gcm(aes))"))
    index = ifindex(ns, "ov0")

    def while_nothing_moves():
        before = ethtool_stats(ns, "ov0")
        shown = family.counter_get({"ifindex": index}, dump=True)
        if ethtool_stats(ns, "ov0") != before:
            return None
        return shown, before

    # IPv6 sends frames of its own for some seconds
    shown, stats = ksft.wait_for("the counters to rest", while_nothing_moves)
    ksft.equal({one["ifindex"] for one in shown}, {index}, "card")
    ksft.equal({one["name"]: one["value"] for one in shown}, stats, "counters")
    ksft.equal([one["name"] for one in shown], list(stats), "their order")
    ksft.check(any(one["value"] for one in shown), "nothing was counted")
    for one in shown:
        ksft.check(" " in one["explanation"] and
                   one["explanation"][0].isupper(), f"no sentence: {one}")


# ---- many cards, other namespaces, other users

def many_cards(defer):
    ns, family = two_cards(defer)
    ns.ip(*(f"link add many{n} type ipsecov2" for n in range(MANY)))
    names = {"ov0", "ov1", *(f"many{n}" for n in range(MANY))}
    shown = family.card_get({}, dump=True)
    ksft.equal(len(shown), len(names), "cards")
    ksft.equal({one["ifname"] for one in shown}, names, "their names")
    for one in shown:
        ksft.equal(one, family.card_get({"ifindex": one["ifindex"]}),
                   "a card by itself and in a dump")
    each = ethtool_stats(ns, "ov0")
    shown = family.counter_get({}, dump=True)
    ksft.equal(len(shown), len(names) * len(each), "counters")
    ksft.equal(len({(one["ifindex"], one["name"]) for one in shown}),
               len(shown), "none of them comes twice")


def churn(defer):
    """One card comes and goes. Meanwhile every dump has each of the remaining
    cards exactly once.
    """
    ns, family = two_cards(defer)
    ns.ip(*(f"link add many{n} type ipsecov2" for n in range(MANY // 4)))
    with ns.entered():
        other = subprocess.Popen(
            ["sh", "-c", "while :; do ip link add new type ipsecov2;"
             " ip link del new; done"], stderr=subprocess.DEVNULL)
    defer(other.wait)
    defer(other.kill)
    stay = {"ov0", "ov1", *(f"many{n}" for n in range(MANY // 4))}
    came = set()                        # indices that the card has had

    def look():
        cards = family.card_get({}, dump=True)
        names = [one["ifname"] for one in cards]
        came.update(one["ifindex"] for one in cards if one["ifname"] == "new")
        ksft.check(stay <= set(names), f"{stay - set(names)} missing")
        ksft.equal(len(set(names)), len(names), "no card comes twice")
        seen = {}
        for one in family.counter_get({}, dump=True):
            seen.setdefault(one["ifindex"], []).append(one["name"])
        for names in seen.values():
            ksft.equal(len(set(names)), len(names), "no counter comes twice")

    for _ in range(20):
        look()
    ksft.wait_for("the card to come again", lambda: look() or len(came) > 1,
                  60)


def namespaces(defer):
    ns, _ = two_cards(defer)
    index = ifindex(ns, "ov0")
    there = Netns("there")
    defer(there.delete)
    family = ynl.Family(there)
    defer(family.close)
    ksft.equal(family.card_get({}, dump=True), [], "cards elsewhere")
    ksft.equal(family.counter_get({}, dump=True), [], "counters elsewhere")
    error = ynl.refused(family.card_get, {"ifindex": index + 1000})
    ksft.equal(error.errno, errno.ENODEV, "errno")


def what_all_see(family):
    """Names of cards, number of counters, names of the module's attributes."""
    return [sorted(one["ifname"] for one in family.card_get({}, dump=True)),
            len(family.counter_get({}, dump=True)),
            list(family.module_get({}))]


def unprivileged(defer):
    """A user without privileges may ask what a card is, and what it counts.
    """
    ns, family = two_cards(defer)
    expected = [["ov0", "ov1"], len(family.counter_get({}, dump=True)),
                ["version"]]
    for become in (ynl.nobody, ynl.own_user_namespace):
        ksft.equal(ynl.asked_by(become, ns, what_all_see), expected,
                   f"what {become.__name__} sees")


# ---- wrong requests

def wrong(defer):
    ns, family = two_cards(defer)
    lo = ifindex(ns, "lo")
    for operation, dump in ((family.card_get, False),
                            (family.counter_get, True)):
        error = ynl.refused(operation, {"ifindex": lo}, dump=dump)
        ksft.equal((error.errno, error.text, error.attribute),
                   (errno.ENODEV,
                    "ipsecov2: The interface is not of type ipsecov2",
                    ".ifindex"), "another kind")
        error = ynl.refused(operation, {"ifindex": 99999}, dump=dump)
        ksft.equal((error.errno, error.text, error.attribute),
                   (errno.ENODEV,
                    "ipsecov2: There is no interface of this index",
                    ".ifindex"), "no interface")
        error = ynl.refused(operation, {"ifindex": 0}, dump=dump)
        ksft.equal((error.errno, error.attribute), (errno.ERANGE, ".ifindex"),
                   "an index of 0")
    error = ynl.refused(family.card_get, {})
    ksft.equal((error.errno, error.attribute), (errno.EINVAL, "ifindex"),
               "no index")
    # An attribute of the family that the operation does not take
    for operation, name, dump in ((family.module_get, "version", False),
                                  (family.card_get, "ifname", False),
                                  (family.card_get, "ifname", True),
                                  (family.counter_get, "name", True)):
        error = ynl.refused(operation, {name: "x"}, dump=dump)
        ksft.equal((error.errno, error.attribute), (errno.EINVAL, f".{name}"),
                   f"{name}: {error.text}")


def ask(sock, family, payload):
    """Send a card-get with @payload, and return the errno of the answer."""
    message = struct.pack("=BBH", CMD_CARD_GET, 1, 0) + payload
    sock.send(struct.pack("=IHHII", 16 + len(message), family,
                          NLM_F_REQUEST | NLM_F_ACK, 1, 0) + message)
    answer = sock.recv(65536)
    kind, = struct.unpack_from("=H", answer, 4)
    ksft.equal(kind, NLMSG_ERROR, "kind of answer")
    return -struct.unpack_from("=i", answer, 16)[0]


def malformed(defer):
    ns, family = two_cards(defer)
    number = family.family.nlproto.family_id
    sock = ns.socket(socket.AF_NETLINK, socket.SOCK_RAW, ynl.NETLINK_GENERIC)
    for payload, what in (
            (struct.pack("=HHH", 6, A_CARD_IFINDEX, 1), "an index of 2 bytes"),
            (struct.pack("=HHI", 60, A_CARD_IFINDEX, 1), "a length too long"),
            (struct.pack("=HHII", 8, A_CARD_IFINDEX, 1, 1),
             "a rest that is no attribute"),
            (struct.pack("=HHI", 8, 77, 1), "an attribute that is unknown"),
            (b"", "no attribute")):
        ksft.check(ask(sock, number, payload) in (errno.EINVAL, errno.ERANGE),
                   f"{what} was not refused")
    ksft.equal(card(ns, family, "ov0")["ifname"], "ov0", "the family goes on")


# ---- the client by itself

def family_by_name(defer):
    """The client finds the spec by the family's name, and the spec is valid.
    Client and spec stand where they would stand in a kernel tree.
    """
    schemas = "/usr/share/ynl"
    if not os.path.exists(f"{schemas}/genetlink.yaml"):
        raise ksft.Skip(f"needs the schema in {schemas}")
    ns, family = two_cards(defer)
    tree = tempfile.mkdtemp()
    defer(shutil.rmtree, tree)
    os.mkdir(f"{tree}/Documentation")
    shutil.copytree(schemas, f"{tree}/Documentation/netlink")
    os.makedirs(f"{tree}/Documentation/netlink/specs", exist_ok=True)
    shutil.copy(ynl.find_spec(), f"{tree}/Documentation/netlink/specs")
    client = importlib.util.find_spec("pyynl").submodule_search_locations[0]
    shutil.copytree(client, f"{tree}/tools/net/ynl/pyynl")

    def ask(*words):
        done = ns.command("python3", f"{tree}/tools/net/ynl/pyynl/cli.py",
                          "--family", ynl.NAME, *words)
        return done.stdout

    ask("--validate")
    ksft.equal(json.loads(ask("--output-json", "--do", "module-get")),
               family.module_get({}), "module-get")
    shown = json.loads(ask("--output-json", "--dump", "card-get"))
    ksft.equal([one["ifname"] for one in shown], ["ov0", "ov1"], "card-get")


# ---- the module comes and goes

def module_gone(defer):
    family = ynl.Family()
    module.remove()
    defer(module.load)
    error = ynl.refused(family.card_get, {}, dump=True)
    ksft.equal(error.errno, errno.ENOENT, "a family that is gone")
    family.close()


def module_goes(defer, name, request, dump):
    """The module goes while a program asks again and again. Each answer comes
    whole, until the family is gone.
    """
    ns, family = two_cards(defer)
    ns.ip("link set ov0 up", STATE.format(spi=0x1000),
          "xfrm policy add src 10.0.0.1 dst 10.0.0.2 dir out offload packet"
          " dev ov0")
    request = {key: ifindex(ns, "ov0") if key == "ifindex" else value
               for key, value in request.items()}
    if name == "policy_get" and not dump:
        policy, = family.policy_get({}, dump=True)
        request["index"] = policy["index"]
    answers, errors = [], []

    def ask():
        try:
            while True:
                answer = getattr(family, name)(request, dump=dump)
                answers.append([sorted(row) for row in (
                    answer if dump else [answer])])
        except Exception as error:      # pylint: disable=broad-except
            errors.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    ksft.wait_for("some answers", lambda: len(answers) > 3 or errors)
    ksft.equal(errors, [], "errors while the module is there")
    defer(module.load)
    with clean_unload():
        module.remove_when_idle()
    thread.join(ksft.patience(30))
    ksft.check(not thread.is_alive(), "the program hangs")
    ksft.equal([answer for answer in answers if answer != answers[0]], [],
               "answers with other rows or fields than the first")
    # While the module is being removed, a dump cannot get a reference to the
    # module, and fails with EPROTONOSUPPORT
    ksft.check(isinstance(errors[0], ynl.Refused) and errors[0].errno in (
        errno.ENOENT, errno.EPROTONOSUPPORT), f"{errors[0]!r}")


ASKED = (("module_get", {}, False), ("card_get", {"ifindex": 0}, False),
         ("card_get", {}, True), ("counter_get", {}, True),
         ("sa_get", {"spi": 0x1000, "daddr": "10.0.0.2", "proto": "esp",
                     "dir": "out"}, False), ("sa_get", {}, True),
         ("policy_get", {"ifindex": 0}, False), ("policy_get", {}, True),
         ("log_get", {}, True))


def alias(_):
    """When a program asks for the family, the kernel loads the module by an
    alias. The module has this alias.
    """
    path = module.file()
    if not path:
        raise ksft.Skip("no module file: set OV2_KO")
    shown = subprocess.run(["modinfo", "-F", "alias", path], check=True,
                           capture_output=True, text=True).stdout.split()
    ksft.check("net-pf-16-proto-16-family-ipsecov2" in shown,
               f"aliases: {shown}")


if __name__ == "__main__":
    ynl.run([
        module_version, a_card, other_end, number_of_sas, number_of_policies,
        configuration, counters, many_cards, churn, namespaces, unprivileged,
        wrong, malformed, family_by_name, module_gone,
        *((f"module_goes {name}{' dump' * dump}", module_goes, name, request,
           dump) for name, request, dump in ASKED), alias])
