#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The ov2 command says what the module's netlink family says.

The commands version, show, stats, sa and decode are called as a user calls
them, with and without --json. Their answers are compared with those of the
kernel's own client (YNL), and with what ip and ethtool say.
"""
import json
import os
import pty
import re
import shutil
import subprocess
import tempfile

from lib import esp, ksft, module, ov2, page, ynl
from lib.bed import Bed, Shape
from lib.netns import Netns, ethtool_stats
from lib.traffic import Traffic
from lib.xfrmnl import ifindex

# So many cards that the dump of their counters is longer than what ov2 keeps in
# memory
MANY = 100
EXAMPLES_NEED = ("jq", "ping", "tshark")
STATE = ("xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1000"
         " reqid 1 mode transport aead rfc4106(gcm(aes))"
         " 0x0102030405060708090a0b0c0d0e0f1011121314 128"
         " offload dev ov0 dir out")
NO_MODULE = ("the module ipsecov2 is not loaded: load it with `modprobe"
             " ipsecov2`, or make a card with `ip link add ov0 type ipsecov2`")
ODD_NAME = 'a\x1b[1m"\\\u009b\udcff'
# The card refuses 96 bits of ICV for SHA-256, because RFC 4868 has 128 bits
REFUSED = ("xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x2000"
           f" mode transport auth-trunc hmac(sha256) 0x{'11' * 32} 96"
           f" enc cbc(aes) 0x{'22' * 16} offload dev ov0 dir out")


def two_cards(defer):
    ns = Netns("cards")
    defer(ns.delete)
    ns.ip("link add ov0 numtxqueues 3 numrxqueues 2 type ipsecov2",
          "link add ov1 link ov0 type ipsecov2")
    return ns


def family_of(defer, ns):
    family = ynl.Family(ns)
    defer(family.close)
    return family


def lines(text):
    """The lines of a text, each run of blanks as one blank."""
    return [" ".join(line.split()) for line in text.splitlines()]


# ---- version, show

def version(_):
    with open("/sys/module/ipsecov2/version", encoding="ascii") as f:
        there = f.read().strip()
    ksft.equal(ov2.ask(None, "version"), [{"tool": there, "module": there}],
               "--json version")
    ksft.equal(ov2.run(None, "version").stdout,
               f"ov2 {there}\nmodule ipsecov2 {there}\n", "version")
    ksft.equal(ov2.run(None, "--version").stdout,
               ov2.run(None, "version").stdout, "--version")


# A library between ov2 and the kernel. In each answer it replaces the module's
# version, $THERE, by $SHOWN. Both have the same length
BETWEEN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) =
		dlsym(RTLD_NEXT, "recvmsg");
	ssize_t length = real(fd, message, flags);
	const char *there = getenv("THERE");
	char *at;

	at = length > 0 ? memmem(message->msg_iov->iov_base, length, there,
				 strlen(there)) : NULL;
	if (at)
		memcpy(at, getenv("SHOWN"), strlen(there));
	return length;
}
"""


def other_version(defer):
    """If the module has another version than ov2, ov2 says which one is older.
    """
    there = ov2.ask(None, "version")[0]["tool"]
    between = ov2.library(defer, BETWEEN)
    for digit, differs in (("9", "newer"), ("0", "older")):
        shown = re.sub(r"\d", digit, there)
        env = {"LD_PRELOAD": between, "THERE": there, "SHOWN": shown}
        ksft.equal(ov2.ask(None, "version", env=env),
                   [{"tool": there, "module": shown}], "--json version")
        ksft.equal(ov2.run(None, "version", env=env).stdout,
                   f"ov2 {there}\nmodule ipsecov2 {shown}\nThe module is"
                   f" {differs} than ov2: ov2 shows what both know. Install"
                   " both from one version.\n", "version")


def show_json(defer):
    """`ov2 show` has all that the family says of a card, under the names of the
    spec.
    """
    ns = two_cards(defer)
    family = family_of(defer, ns)
    expected = ov2.from_spec(family.card_get({}, dump=True))
    ksft.equal(len(expected), 2, "cards")
    ksft.equal(ov2.in_order(ov2.ask(ns, "show")), expected, "show")
    ksft.equal(ov2.in_order(ov2.ask(ns, "show", "ov1")),
               [one for one in expected if one["ifname"] == "ov1"],
               "show ov1")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    expected = ov2.from_spec(family.card_get({"ifindex": ifindex(ns, "ov0")}))
    ksft.equal(expected["config"]["encr"], [], "ciphers while all is off")
    ksft.equal(ov2.in_order(ov2.ask(ns, "show", "ov0")), [expected],
               "show ov0 while all is off")


def show_text(defer):
    ns = two_cards(defer)
    ns.ip("link set ov0 up", "link set ov1 up", STATE)
    capacity = ov2.ask(ns, "show", "ov0")[0]["hardware"]["sa_capacity"]
    first = ["ov0", "line cable to ov1", "engine emulated",
             "queues 3 to send, 2 to receive",
             "ring 512 frames for each receive queue",
             f"SAs 1 of {capacity}", "policies 0", "offload on"]
    ksft.equal(lines(ov2.run(ns, "show", "ov0").stdout), first, "show ov0")
    both = lines(ov2.run(ns, "show").stdout)
    ksft.equal(both[:9], [*first, ""], "the first card of show")
    ksft.equal(both[9:11], ["ov1", "line cable to ov0"], "the second card")
    ns.ip("xfrm state flush", "link del ov1")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    after = lines(ov2.run(ns, "show").stdout)
    ksft.equal(after[1], "line cable, nothing at its other end", "line")
    ksft.equal(after[7], "offload off: `ethtool -K ov0 esp-hw-offload on`"
               " switches it on", "offload")


def show_verbose(defer):
    """-v shows each capability of the engine, and of the configuration."""
    ns = two_cards(defer)
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    card = ov2.ask(ns, "show", "ov0")[0]
    shown = lines(ov2.run(ns, "-v", "show", "ov0").stdout)
    for title, key in (("the engine can do", "hardware"),
                       ("on now", "config")):
        at = shown.index(title)
        for name, value in card[key].items():
            at += 1
            if isinstance(value, list):
                value = " ".join(value) or "-"
            ksft.equal(shown[at], f"{name.replace('_', '-')} {value}",
                       f"{title}: {name}")
    ksft.check("aes-gcm-256" in card["hardware"]["encr"], "ciphers")


def no_card(defer):
    ns = Netns("none")
    defer(ns.delete)
    ksft.equal(ov2.ask(ns, "show"), [], "--json show")
    ksft.equal(ov2.ask(ns, "stats"), [], "--json stats")
    ksft.equal(ov2.run(ns, "show").stdout,
               "There is no card in this network namespace: `ip link add ov0"
               " type ipsecov2` makes one.\n", "show")


def namespaces(defer):
    """-n looks into another namespace. A cable can lead to another namespace.
    """
    ns = two_cards(defer)
    there = Netns("there")
    defer(there.delete)
    ns.ip(f"link set ov1 netns {there.name}")
    names = {"ov0": ns, "ov1": there}
    for name, place in names.items():
        for option in (["-n", place.name], [f"--netns={place.name}"],
                       ["-n", f"/run/netns/{place.name}"]):
            shown = ov2.ask(None, *option, "show")
            ksft.equal([one["ifname"] for one in shown], [name],
                       f"cards of {option}")
    link = json.loads(ns.command("ip", "-j", "link", "show", "ov0").stdout)[0]
    ksft.equal(lines(ov2.run(ns, "show").stdout)[1],
               f"line cable to interface {link['link_index']} of the network"
               f" namespace with the id {link['link_netnsid']}", "line")
    ksft.equal(ov2.refused(None, "-n", "ov2-nowhere", "show", status=1),
               "there is no network namespace ov2-nowhere: `ip netns` lists"
               " the names", "an unknown namespace")
    ksft.equal(ov2.refused(None, "-n", "/dev/null", "show", status=1),
               "cannot go into the network namespace /dev/null: Invalid"
               " argument", "no namespace")


def odd_name(defer):
    """In text, ov2 prints `?` for a character that controls a terminal, and for
    a byte that is not UTF-8. In JSON, ov2 escapes such a character, and also
    quotes and backslashes, and replaces such a byte.
    """
    ns = two_cards(defer)
    refuse(ns)
    # U+009b does the same as ESC [; the last byte is 0xff
    ns.command("ip", "link", "set", "ov0", "name", ODD_NAME)
    name = ODD_NAME.replace("\udcff", "\ufffd")
    ksft.equal(ov2.ask(ns, "show", ODD_NAME)[0]["ifname"], name,
               "name in JSON")
    ksft.check(name in ov2.ask(ns, "why")[0]["text"], "name in why")
    for command in ("show", "stats", "log", "why"):
        shown = ov2.run(ns, command).stdout
        ksft.check('a?[1m"\\??' in shown and
                   not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown),
                   f"{command}: {shown!r}")


# ---- stats

def stats_json(defer):
    ns = two_cards(defer)
    ns.ip("link set ov0 up", "link set ov1 up")
    refuse(ns)
    family = family_of(defer, ns)

    def compared():
        before = family.counter_get({}, dump=True)
        answer = ov2.ask(ns, "stats")
        nonzero = ov2.ask(ns, "stats", "--nonzero")
        one = ov2.ask(ns, "stats", "ov1")
        if before != family.counter_get({}, dump=True):
            return None
        return before, answer, nonzero, one

    # IPv6 sends frames of its own for some seconds
    expected, answer, nonzero, one = ksft.wait_for(
        "the counters to rest", compared, 30)
    names = {ifindex(ns, dev): dev for dev in ("ov0", "ov1")}
    expected = [{"ifname": names[row["ifindex"]], **row} for row in expected]
    ksft.equal(answer, expected, "stats")
    ksft.equal(one, [row for row in expected if row["ifname"] == "ov1"],
               "stats ov1")
    ksft.equal(nonzero, [row for row in expected if row["value"]],
               "stats --nonzero")
    ksft.check(0 < len(nonzero) < len(expected), f"{len(nonzero)} not 0")


def stats_text(defer):
    ns = two_cards(defer)
    rows = ov2.ask(ns, "stats", "ov0")
    shown = ov2.run(ns, "stats", "ov0").stdout.splitlines()
    ksft.equal(" ".join(shown[0].split()),
               "CARD COUNTER VALUE WHAT HAS HAPPENED", "titles")
    ksft.equal(lines("\n".join(shown[1:])),
               [f"ov0 {row['name']} {row['value']} {row['explanation']}"
                for row in rows], "rows")
    column = shown[0].index("WHAT")
    for line, row in zip(shown[1:], rows):
        ksft.equal(line[column:], row["explanation"], "an aligned column")
    ksft.equal({row["name"] for row in rows}, set(ethtool_stats(ns, "ov0")),
               "names")
    ksft.equal(lines(ov2.run(ns, "--nonzero", "stats", "ov0").stdout)[1:],
               [f"ov0 {row['name']} {row['value']} {row['explanation']}"
                for row in rows if row["value"]], "rows of --nonzero")
    ns.ip("link del ov0", "link del ov1")
    ksft.equal(ov2.run(ns, "stats").stdout, "", "a table without rows")


def many(defer):
    """Even if a dump is longer than what ov2 keeps in memory, ov2 prints the
    whole dump.
    """
    ns = two_cards(defer)
    ns.ip(*(f"link add many{n} type ipsecov2" for n in range(MANY)))
    ksft.equal(len(ov2.ask(ns, "show")), MANY + 2, "cards")
    each = len(ov2.ask(ns, "stats", "ov0"))
    rows = ov2.ask(ns, "stats")
    ksft.equal(len({(row["ifname"], row["name"]) for row in rows}),
               (MANY + 2) * each, "counters")
    ksft.equal(len(rows), (MANY + 2) * each, "none of them comes twice")
    ksft.equal(len(ov2.run(ns, "stats").stdout.splitlines()),
               (MANY + 2) * each + 1, "lines")


def changes(defer):
    """While cards come and go, ov2 shows all other cards. It is no failure if
    ov2 warns that something has changed meanwhile.
    """
    ns = two_cards(defer)
    ns.ip(*(f"link add many{n} type ipsecov2" for n in range(10)))
    with ns.entered():
        other = subprocess.Popen(
            ["sh", "-c", "while :; do ip link add new type ipsecov2;"
             " ip link del new; done"], stderr=subprocess.DEVNULL)
    defer(other.wait)
    defer(other.kill)
    stay = {"ov0", "ov1", *(f"many{n}" for n in range(10))}
    came = set()                        # indices that the card "new" has had

    def look():
        done = ov2.call(ns, "--json", "show")
        ksft.equal(done.returncode, 0, f"status ({done.stderr})")
        ksft.check(done.stderr in (
            "", "ov2: this changed while it was read, so some of it may be"
            " missing or shown twice: ask again\n"), done.stderr)
        cards = json.loads(done.stdout)
        names = [one["ifname"] for one in cards]
        came.update(one["ifindex"] for one in cards if one["ifname"] == "new")
        ksft.check(stay <= set(names), f"{stay - set(names)} missing")
        ksft.equal(len(set(names)), len(names), "no card comes twice")

    for _ in range(20):
        look()
    ksft.wait_for("the card to come again", lambda: look() or len(came) > 1,
                  60)


def refuse(ns):
    """Ask for a state. The card refuses the state, and counts the refusal."""
    ksft.check(ns.ip_error(REFUSED), "a wrong state was taken")


def watch(defer):
    """--watch goes on, and shows the counters that move."""
    ns = two_cards(defer)
    for dev in ("ov0", "ov1"):
        ns.sysctl(f"net.ipv6.conf.{dev}.disable_ipv6", 1)
    ns.ip("link set ov0 up", "link set ov1 up")
    process = ov2.start(ns, "--json", "stats", "--watch=0.1")
    defer(process.wait)
    defer(process.kill)
    first = [json.loads(process.stdout.readline())
             for _ in ov2.ask(ns, "stats")]
    before = {(row["ifname"], row["name"]): row["value"] for row in first}
    ksft.equal(len(before), len(first), "counters of the first look")
    refuse(ns)
    moved = json.loads(process.stdout.readline())
    place = moved["ifname"], moved["name"]
    ksft.check(moved["increase"] > 0 and moved["milliseconds"] > 0,
               f"{moved}")
    ksft.equal(moved["value"], before[place] + moved["increase"], "value")
    ksft.equal(ethtool_stats(ns, place[0])[place[1]], moved["value"],
               "the counter")


def watch_text(defer):
    ns = two_cards(defer)
    ns.ip("link set ov0 up", "link set ov1 up")
    process = ov2.start(ns, "--nonzero", "--watch=0.05", "stats")
    defer(process.wait)
    defer(process.kill)

    def moved():
        refuse(ns)
        return process.stdout.readline()

    title = ksft.wait_for("a table of what moves", lambda: (
        line := moved()) and "PER SECOND" in line and line, 30)
    ksft.equal(" ".join(title.split()), "CARD COUNTER VALUE PER SECOND",
               "titles")
    ksft.check(re.fullmatch(r"ov[01] +\w+ +[1-9]\d* +\+[\d.]+\n",
                            process.stdout.readline()), "a row")
    ksft.equal(process.poll(), None, "--watch goes on")


# ---- sa

def three_sas(defer):
    """Two cards: ov0 has two outbound SAs, and ov1 has one inbound SA."""
    ns = two_cards(defer)
    ns.ip("link set ov0 up", "link set ov1 up", STATE,
          STATE.replace("0x1000", "0x1001"),
          STATE.replace("ov0 dir out", "ov1 dir in")
          .replace("0x1000", "0x1002"))
    return ns


def comparable(rows):
    """Rows with SPIs as numbers, and without values that always change."""
    rows = ov2.in_order(ov2.from_spec(rows))
    for row in rows:
        row.pop("last_use", None)
        row.pop("ifname", None)
        row["spi"] = int(str(row["spi"]), 0)
    return sorted(rows, key=lambda row: (row["ifindex"], row["handle"]))


def sa_json(defer):
    ns = three_sas(defer)
    family = family_of(defer, ns)
    expected = comparable(family.sa_get({}, dump=True))
    ksft.equal(len(expected), 3, "SAs")
    ksft.equal(comparable(ov2.ask(ns, "sa")), expected, "sa")
    ksft.equal([(row["ifname"], row["spi"], row["dir"], row["offload"])
                for row in ov2.ask(ns, "sa", "ov1")],
               [("ov1", 0x1002, "in", "crypto")], "sa ov1")
    for words, names in ((("spi", "0x1002"), ["ov1"]),
                         (("ov0", "spi", "4096"), ["ov0"]),
                         (("spi", "0x1001"), ["ov0"])):
        ksft.equal(sorted(row["ifname"] for row in ov2.ask(ns, "sa", *words)),
                   names, f"cards of sa {words}")
    for words, spi, where in (
            (("spi", "0x1003"), "0x1003", "a card here"),
            (("ov1", "spi", "4097"), "0x1001", "ov1")):
        sentence = (f"there is no SA of the SPI {spi} on {where}: `ov2 sa`"
                    f" lists the SAs, and `ov2 why {spi}` says whether xfrm has"
                    " the state")
        ksft.equal(ov2.refused(ns, "sa", *words, status=1), sentence, words)
        done = ov2.call(ns, "--json", "sa", *words)
        ksft.equal((done.returncode, json.loads(done.stdout), done.stderr),
                   (1, [], f"ov2: {sentence}\n"), f"--json sa {words}")
    ns.ip("xfrm state flush")
    ksft.equal(ov2.ask(ns, "sa"), [], "no SA")


def sa_text(defer):
    ns = three_sas(defer)
    ksft.equal(lines(ov2.run(ns, "sa", "ov1").stdout),
               ["CARD DIR SPI FROM TO MODE OFFLOAD ALGORITHM PACKETS BYTES"
                " BAD LAST USE",
                "ov1 in 0x00001002 10.0.0.1 10.0.0.2 transport crypto"
                " rfc4106(gcm(aes)) 0 0 B 0 never"], "sa ov1")
    ksft.equal(len(ov2.run(ns, "sa").stdout.splitlines()), 4, "lines of sa")
    shown = lines(ov2.run(ns, "-v", "sa", "spi", "0x1001").stdout)
    ksft.equal(shown[0], "ov0 SPI 0x00001001", "title")
    row = ov2.ask(ns, "sa", "spi", "0x1001")[0]
    for line in (f"handle {row['handle']:#x}", "dir out", "saddr 10.0.0.1",
                 "encr rfc4106(gcm(aes))", "encr-id aes-gcm-128", "reqid 1",
                 "packets 0"):
        ksft.check(line in shown, f"no {line} in {shown}")


def sa_counts(defer):
    """`ov2 sa` counts packets and bytes of live traffic, and bad packets."""
    bed = Bed()
    defer(bed.delete)
    pair = bed.install(Shape.named("ipv4-transport"))
    talk = Traffic(bed, pair.shape)
    defer(talk.close)
    talk.udp("a", [10] * 7)
    talk.settle(pair)
    good = pair.ab.oracle().seal(99, esp.UDP, bytes(8))
    bed.inject("b", bed.frame_to("b", esp.ESP, good[:-1] +
                                 bytes([good[-1] ^ 1])))
    spi = f"{pair.ab.spi:#x}"
    row = ksft.wait_for("the bad packet", lambda: (
        rows := ov2.ask(bed.b, "sa", "spi", spi)) and "failures" in rows[0]
        and rows[0])
    ksft.equal(row["packets"], 7, "packets that were opened")
    ksft.equal(row["failures"], {"transport_esp_auth_failed": 1}, "failures")
    ksft.check(row["bytes"] > 7 * 10, "bytes")
    shown = lines(ov2.run(bed.b, "sa", "spi", spi).stdout)[1].split()
    ksft.equal((shown[8], shown[11]), ("7", "1"), "packets and bad ones")
    ksft.equal(shown[-1], "ago", "last use")
    ksft.check("transport-esp-auth-failed 1" in
               lines(ov2.run(bed.b, "-v", "sa", "spi", spi).stdout),
               "the failure by name")
    row, = ov2.ask(bed.a, "sa", "spi", spi)
    ksft.equal(row["packets"], 7, "packets that were sealed")


# ---- decode

# (the word as ov2 gets it, direction, slot, True if the word is valid, the text
# of the word). Many words are from records_words.c and records.py.
WORDS = (
    ("0x00000000", "rx", 1, True, "untouched"),
    ("0x00000001", "rx", 1, True,
     "untouched, the engine asks to delete this SA"),
    ("0x00000002", "rx", 1, True, "checked, good"),
    ("0x00000006", "rx", 1, True, "checked, tunnel and transport, good"),
    ("0x00030002", "rx", 1, True,
     "checked, the ICV of ESP is wrong (transport mode)"),
    ("0x00050002", "rx", 1, True,
     "checked, the ICV of ESP is wrong (tunnel mode)"),
    ("0x00030006", "rx", 1, True, "checked, tunnel and transport, the ICV of"
     " ESP is wrong (transport mode)"),
    ("0x00060002", "rx", 1, True,
     "checked, one of its lengths is wrong"),
    ("0x00070002", "rx", 1, True,
     "checked, it has another protocol than the SA"),
    ("0x00080002", "rx", 1, False, "checked, there is no status 8"),
    ("0x00030000", "rx", 1, False,
     "untouched, status 3 means nothing without CryptoDone"),
    ("0x00000004", "rx", 1, False,
     "untouched, NextCryptoDone without CryptoDone"),
    ("0x0000000a", "rx", 1, False,
     "checked, good, reserved bits 0x8 are set"),
    ("0x05000206", "tx", 12, True, "next header 6 (TCP), pad 2, ESP at 20"),
    ("0x0a000011", "tx", 12, True, "next header 17 (UDP), pad 0, ESP at 40"),
    ("0x07000306", "tx", 12, True, "next header 6 (TCP), pad 3, ESP at 28"),
    ("0x0e050206", "tx", 12, True,
     "next header 6 (TCP), pad 2, AH at 20, ESP at 56"),
    ("0x000a0000", "tx", 12, True, "AH at 40"),
    ("0x05000204", "tx", 12, True, "next header 4 (IPv4), pad 2, ESP at 20"),
    ("0x05000329", "tx", 12, True, "next header 41 (IPv6), pad 3, ESP at 20"),
    ("83886593", "tx", 12, True, "next header 1 (ICMP), pad 2, ESP at 20"),
    ("0x000002fd", "tx", 12, False, "next header 253, pad 2, neither AH nor"
     " ESP has an offset"),
    ("0", "tx", 12, True, "no AH and no ESP"),
    ("0x00010206", "rx", 12, True, "next header 6 (TCP), pad 2"),
    ("0x00000206", "rx", 12, False, "the engine found no ESP trailer, but"
     " next header or pad is set without HeaderInfoSet"),
    ("0x00030206", "rx", 12, False,
     "next header 6 (TCP), pad 2, reserved bits 0x20000 are set"),
    ("0x00100001", "tx", 1, True, "SA of handle 0x100001"),
    ("0xfffffffffff00001", "tx", 1, True, "SA of handle 0xfffffffffff00001"),
    ("0", "tx", 1, True, "no SA: the engine leaves the frame alone"),
    ("0x00400002", "tx", 11, True, "tunnel SA of handle 0x400002"),
    ("0", "tx", 11, True, "no tunnel SA around the SA of slot 1"),
    ("0x00220015", "tx", 0, True,
     "IPv4, TCP checksum, IP header checksum, TCP header at 34"),
    ("0x0000000a", "tx", 0, True, "IPv6, UDP checksum"),
    ("0x04000001", "tx", 0, False, "IPv4, reserved bits 0x4000000 are set"),
    ("0x436005a0", "tx", 2, True,
     "large send, version 2, IPv4, MSS 1440, TCP header at 54"),
    ("0xc4a0058c", "tx", 2, True,
     "large send, version 2, IPv6, MSS 1420, TCP header at 74"),
    ("1", "rx", 11, False, "this slot is 0 on receive"),
    ("0x100000000", "rx", 1, False, "this slot has 32 bits"),
)


def decode(_, word, direction, slot, valid, text):
    answer = ov2.ask(None, "decode", direction, f"{slot}:{word}")
    ksft.equal([(one["word"], one["direction"], one["slot"], one["valid"],
                 one["text"]) for one in answer],
               [(int(word, 0), direction, slot, valid, text)], word)
    shown = lines(ov2.run(None, "decode", direction, f"{slot}:{word}").stdout)
    ksft.equal(shown, ["WORD DIRECTION SLOT MEANING",
                       f"{int(word, 0):#010x} {direction} {slot} "
                       f"{'' if valid else 'not valid: '}{text}"], word)


def decode_places(_):
    """Without a slot or a direction, ov2 reads the word in each place where it
    may stand.
    """
    answer = ov2.ask(None, "decode", "0x00010206", "7")
    places = [("tx", 0), ("tx", 1), ("tx", 2), ("tx", 11), ("tx", 12),
              ("rx", 1), ("rx", 12)]
    ksft.equal([(one["word"], one["direction"], one["slot"])
                for one in answer],
               [(0x00010206, *place) for place in places] +
               [(7, *place) for place in places], "places")
    header = answer[6]
    ksft.equal(header["fields"], {"next_header": 6, "pad_length": 2,
                                  "header_info_set": 1}, "fields")
    answer = ov2.ask(None, "decode", "rx", "7", "1:2")
    ksft.equal([(one["word"], one["slot"]) for one in answer],
               [(7, 1), (7, 12), (2, 1)], "words and slots")


def decode_needs_nothing(defer):
    """`ov2 decode` works for the user nobody, and without the module."""
    module.remove()
    defer(module.load)
    ksft.equal(ov2.run(None, "decode", "2", **ov2.as_nobody(defer)).stdout,
               ov2.run(None, "decode", "2").stdout, "decode as nobody")


# ---- who asks, and what is wrong

def unprivileged(defer):
    ns = two_cards(defer)
    nobody = ov2.as_nobody(defer)
    for words in (("show",), ("stats",), ("version",), ("decode", "1")):
        ksft.equal(ov2.ask(ns, *words, **nobody), ov2.ask(ns, *words),
                   f"{words} as the user nobody")
    ksft.equal(ov2.refused(ns, "sa", status=1, **nobody),
               "Operation not permitted: this needs root, or CAP_NET_ADMIN in"
               " the network namespace: use sudo", "sa as nobody")
    ksft.equal(ov2.refused(None, "-n", ns.name, "show", status=1,
                           **nobody),
               f"only root may go into the network namespace {ns.name}: use"
               " sudo", "-n as nobody")


def no_module(defer):
    module.remove()
    defer(module.load)
    for words in (("show",), ("stats",), ("sa",), ("show", "ov0"),
                  ("--json", "show"),
                  ("--json", "stats")):
        ksft.equal(ov2.refused(None, *words, status=3), NO_MODULE, f"{words}")
    answer = ov2.ask(None, "version")
    ksft.equal(answer[0]["module"], None, "--json version")
    ksft.equal(ov2.run(None, "version").stdout,
               f"ov2 {answer[0]['tool']}\nmodule ipsecov2 is not loaded:"
               " `modprobe ipsecov2` loads it\n", "version")
    ksft.check(not module.loaded(), "ov2 loaded the module")


def module_goes(defer):
    """The module is removed between two looks of --watch."""
    ns = two_cards(defer)
    process = ov2.start(ns, "--json", "stats", "--watch=0.1")
    defer(process.wait)
    defer(process.kill)
    for _ in ov2.ask(ns, "stats"):
        process.stdout.readline()
    defer(module.load)
    # While a look is under way, the module cannot be removed
    ksft.wait_for("the module to go", lambda: not subprocess.run(
        ["rmmod", module.NAME], stderr=subprocess.DEVNULL).returncode)
    process.stdout.read()
    ksft.equal((process.wait(), process.stderr.read()),
               (3, f"ov2: {NO_MODULE}\n"), "status and stderr")


def module_stays(defer):
    """The kernel keeps the module while a dump is half read."""
    ns = two_cards(defer)
    ns.ip(*(f"link add many{n} type ipsecov2" for n in range(MANY)))
    counters = len(ov2.ask(ns, "stats"))
    process = ov2.start(ns, "--json", "stats")
    defer(process.wait)
    defer(process.kill)
    defer(module.load)
    first = process.stdout.readline()
    done = subprocess.run(["rmmod", module.NAME], capture_output=True,
                          text=True)
    ksft.check(done.returncode and "in use" in done.stderr,
               f"rmmod in a dump: {done.returncode} {done.stderr}")
    ksft.equal(len(json.loads(first + process.stdout.read())), counters,
               "counters")
    ksft.equal((process.wait(), process.stderr.read()), (0, ""), "status")
    module.remove()


def user_namespace(defer):
    """Root of a new user namespace sees cards, SAs and log of its own network
    namespace. It sees no SA, policy or log of the network namespace that it
    came from.
    """
    ns = two_cards(defer)
    ns.ip("link set ov0 up", STATE)
    for words in (("sa",), ("policy",), ("log",)):
        ksft.equal(ov2.refused(ns, "-Ur", ov2.find(), *words, status=1,
                               program="unshare"),
                   "Operation not permitted: this needs root, or"
                   " CAP_NET_ADMIN in the network namespace: use sudo",
                   f"{words} of a namespace above")
    ksft.check("states and policies only to root" in ov2.refused(
        ns, "-Ur", ov2.find(), "why", status=1, program="unshare"), "why")
    lines_of_ip = (line.replace("ov0", "ov7").replace("(", "\\(")
                   .replace(")", "\\)") for line in (STATE, REFUSED))
    script = ("ip link add ov7 type ipsecov2; ip link set ov7 up; ip {};"
              " ip {} 2>/dev/null || :;"
              ' for word in show sa log why; do "$0" --json $word; echo;'
              " done").format(*lines_of_ip)
    done = subprocess.run(["unshare", "-Urn", "sh", "-ec", script,
                           ov2.find()], capture_output=True, text=True)
    ksft.equal((done.returncode, done.stderr), (0, ""), "status and stderr")
    cards, sas, log, answers = (json.loads(one) for one in
                                done.stdout.split("\n\n")[:4])
    ksft.equal(([one["ifname"] for one in cards],
                [one["spi"] for one in sas], [one["spi"] for one in log],
                [(one["object"], one["verdict"]) for one in answers]),
               (["ov7"], [0x1000], [0x2000], [("state", "offloaded"),
                                              ("request", "none")]),
               "what is there")


def wrong_card(defer):
    ns = two_cards(defer)
    for command in ("show", "stats", "sa"):
        ksft.equal(ov2.refused(ns, command, "nothing", status=1),
                   "there is no interface 'nothing' here: `ov2 show` lists the"
                   " cards, and -n NETNS looks into another network"
                   " namespace", f"{command} nothing")
        ksft.equal(ov2.refused(ns, command, "lo", status=1),
                   "the interface 'lo' is not of type ipsecov2: `ov2 show`"
                   " lists the cards", f"{command} lo")
        ksft.check("'ov1' is one word too many" in
                   ov2.refused(ns, command, "ov0", "ov1", status=2),
                   f"{command} with two cards")


USES = (
    ((), "no command"),
    (("nonsense",), "there is no command 'nonsense'"),
    (("--nonsense", "show"), "option --nonsense is unknown, or takes no"
     " value"),
    (("-x", "show"), "there is no option -x"),
    (("--json", "-jx", "show"), "there is no option -x"),
    (("show", "-n"), "-n needs a value"),
    (("--json=1", "show"), "option --json=1 is unknown, or takes no value"),
    (("--color=maybe", "show"),
     "--color=maybe is none of auto, always and never"),
    (("--watch=x", "stats"),
     "--watch=x is not between 0.01 and 86400 seconds"),
    (("--watch=nan", "stats"),
     "--watch=nan is not between 0.01 and 86400 seconds"),
    (("--watch=0", "stats"),
     "--watch=0 is not between 0.01 and 86400 seconds"),
    (("show", "--watch"), "--watch is for `ov2 stats`"),
    (("show", "--nonzero"), "--nonzero is for `ov2 stats`"),
    (("sa", "spi"), "spi needs a number behind it"),
    (("sa", "spi", "x"), "'x' is not an SPI, which is a number such as"
     " 0x1000"),
    (("sa", "spi", "0x100000000"), "'0x100000000' is not an SPI, which is a"
     " number such as 0x1000"),
    (("version", "1"), "version takes no word, and got '1'"),
    (("decode",), "decode needs a word"),
    (("decode", "tx"), "decode needs a word"),
    (("decode", "0x1", "twelve"), "'twelve' is not a word of a record, which"
     " is a number such as 0x05000206"),
    (("decode", "3:0x1"), "the slot in '3:0x1' is none of 0, 1, 2, 11 and"
     " 12"),
    (("decode", "12:"), "'12:' is not a word of a record, which is a number"
     " such as 0x05000206"),
    (("decode", "0x1ffffffffffffffff"),
     "'0x1ffffffffffffffff' does not fit into 64 bits"),
)


def wrong_use(_):
    for words, sentence in USES:
        ksft.equal(ov2.refused(None, *words, status=2),
                   f"{sentence}: `ov2 help` shows the commands", f"{words}")


def help_text(_):
    shown = ov2.run(None, "help").stdout
    ksft.equal(ov2.run(None, "-h").stdout, shown, "-h")
    for word in ("show", "stats", "decode", "version", "--json", "--netns",
                 "--color", "--watch", "--nonzero", "Exit status"):
        ksft.check(word in shown, f"no {word} in the help")


# ---- where the output goes

def full_disk(defer):
    ns = two_cards(defer)
    for words in (("show",), ("--json", "stats"), ("version",), ("help",),
                  ("decode", "1"), ("stats", "--watch=0.01")):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = ov2.call(ns, *words, stdout=full)
        ksft.equal(done.returncode, 1, f"{words}: status")
        ksft.check(re.fullmatch(r"ov2: cannot write the whole output"
                                r"(: No space left on device)?\n",
                                done.stderr), f"{words}: {done.stderr!r}")


def broken_pipe(defer):
    """If the reader of a pipe ends early, SIGPIPE ends ov2, which says nothing.
    """
    ns = two_cards(defer)
    for words in (("stats",), ("--json", "show"), ("stats", "--watch=0.01")):
        reader, writer = os.pipe()
        os.close(reader)
        done = ov2.call(ns, *words, stdout=writer)
        os.close(writer)
        ksft.equal((done.returncode, done.stderr), (-13, ""),
                   f"{words}: ended by SIGPIPE")


def on_a_terminal(ns, *words, **env):
    master, slave = pty.openpty()
    process = ov2.start(ns, *words, stdout=slave, env=env)
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 4096):
            seen += chunk
    except OSError:
        pass            # the end of a terminal
    os.close(master)
    ksft.equal((process.wait(), process.stderr.read()), (0, ""), "status")
    process.stderr.close()
    return seen.decode()


def colour(defer):
    """The output has colours only on a terminal, unless the user asks for them.
    """
    ns = two_cards(defer)
    escape = "\x1b["
    cases = (
        ("terminal", on_a_terminal(ns, "show", TERM="xterm"), True),
        ("NO_COLOR", on_a_terminal(ns, "show", TERM="xterm", NO_COLOR="1"),
         False),
        ("empty NO_COLOR", on_a_terminal(ns, "show", TERM="xterm",
                                         NO_COLOR=""), True),
        ("dumb", on_a_terminal(ns, "show", TERM="dumb"), False),
        ("never", on_a_terminal(ns, "show", "--color=never", TERM="xterm"),
         False),
        ("pipe", ov2.run(ns, "show").stdout, False),
        ("always", ov2.run(ns, "show", "--color=always",
                           env={"NO_COLOR": "1"}).stdout, True),
        ("table", ov2.run(ns, "stats", "--color=always").stdout, True),
        ("JSON", ov2.run(ns, "show", "--json", "--color=always").stdout,
         False))
    for name, shown, colours in cases:
        ksft.equal(escape in shown, colours, f"colours of {name}: {shown!r}")
    plain = re.sub(r"\x1b\[[\d;]*m", "", cases[6][1])
    ksft.equal(plain, cases[5][1], "what is printed besides colours")


# ---- pages and completion

def examples(defer):
    """The examples of Documentation/ov2.rst print what the page says."""
    if not page.there("ov2.rst") or not all(map(shutil.which, EXAMPLES_NEED)):
        raise ksft.Skip(f"needs {', '.join(EXAMPLES_NEED)}, and Documentation/ "
                        "beside the selftests")
    defer(subprocess.run, ["ip", "netns", "del", "ov2-page"], check=False,
          stderr=subprocess.DEVNULL)
    ov2.on_path(defer)
    page.compare("ov2.rst", 3)


def readme(_):
    """README.rst shows the same answers as the examples in ov2.rst."""
    if not page.there("ov2.rst") or not page.there("../README.rst"):
        raise ksft.Skip("the selftests are here without Documentation/")
    where = os.path.join(page.PLACE, "{}")
    with open(where.format("ov2.rst"), encoding="utf-8") as file:
        there = {line.strip() for line in file}
    with open(where.format("../README.rst"), encoding="utf-8") as file:
        section = file.read().split("What ov2 answers\n")[1]
    block = re.search(r"::\n\n((?:   .*\n)+)", section).group(1)
    for line in block.splitlines():
        line = line.strip().replace("# ov2 ", "ov2 -n ov2-page ")
        ksft.check(line in there, f"no example has: {line}")


def completion_script():
    script = os.path.join(os.path.dirname(ov2.find()), "ov2.bash")
    if not os.path.exists(script):
        raise ksft.Skip("ov2 was installed without its source")
    return script


def completion(defer):
    """What bash offers for the beginning of a word."""
    ns = two_cards(defer)
    ns.ip("link set ov1 name other")
    script = completion_script()
    for line, expected in (
            ("ov2 s", {"sa", "set", "show", "stats"}),
            ("ov2 show o", {"ov0", "other"}),
            (f"ov2 -n {ns.name} stats ov", {"ov0"}),
            ("ov2 decode ", {"tx", "rx"}),
            ("ov2 policy ", {"dir", "index", "ov0", "other"}),
            ("ov2 policy dir ", {"in", "out"}), ("ov2 log ot", {"other"}),
            ("ov2 --n", {"--netns", "--nonzero"}),
            ("ov2 --color=", {"auto", "always", "never"}),
            ("ov2 --color=a", {"auto", "always"}),
            ("ov2 --color n", {"never"}),
            ("ov2 --color=always sh", {"show"}),
            ("ov2 --color always sh", {"show"}),
            ("ov2 --watch=2 st", {"stats"}), ("ov2 --watch st", {"stats"}),
            ("ov2 --watch=", set()), ("ov2 capture -c ", set()),
            ("ov2 capture --filter ", set()),
            ("ov2 capture -w /proc/self/statu", {"/proc/self/status"}),
            ("ov2 --write=/proc/self/statu", {"/proc/self/status"}),
            ("ov2 -c 3 --write file cap", {"capture"}),
            (f"ov2 --netns={ns.name} stats ov", {"ov0"})):
        ksft.equal(ov2.completed(ns, script, line), expected, line)


def completion_odd_name(defer):
    """Bash does not run the name of a card as a command, and offers the name
    quoted.
    """
    ns = two_cards(defer)
    script = completion_script()
    ran = tempfile.mkdtemp()
    defer(shutil.rmtree, ran)
    defer(os.chdir, os.getcwd())
    os.chdir(ran)
    ns.command("ip", "link", "set", "ov1", "name", "$(>ran)")
    for line in ("ov2 show ", "ov2 set ", "ov2 sa ", "ov2 policy "):
        offered = ov2.completed(ns, script, line)
        ksft.equal(os.listdir(ran), [], f"files that {line!r} makes")
        ksft.check(r"\$\(\>ran\)" in offered, f"{line!r}: {offered}")


if __name__ == "__main__":
    SOME = ksft.chosen([
        version, other_version, show_json, show_text, show_verbose, no_card,
        namespaces, odd_name, stats_json, stats_text, many, changes, watch, watch_text,
        sa_json, sa_text, sa_counts,
        *((f"decode {row[1]} {row[2]}:{row[0]}", decode, *row)
          for row in WORDS),
        decode_places, decode_needs_nothing, unprivileged, user_namespace,
        no_module, module_goes, module_stays,
        wrong_card, wrong_use, help_text, full_disk, broken_pipe, colour,
        examples, readme, completion, completion_odd_name])
    module.load()
    ov2.need()
    ynl.need()
    ksft.run(SOME)
