#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ov2 why` says whether a state or policy is offloaded, and for which reason.

Most cases break one thing, as a user might break it, and check the answer.
"""
import socket

from lib import esp, ksft, module, ov2
from lib.bed import OUTER, Bed, Shape
from lib.netns import Netns, ethtool_stats
from lib.traffic import PORT, Traffic
from lib.xfrmnl import Acquires
from refusals import ICV
from refusals_policy import MARK

KEY = "aead rfc4106(gcm(aes)) 0x0102030405060708090a0b0c0d0e0f1011121314 128"
IP_OPTIONS = 4


class Case:
    """One bed, and what ov2 answers there."""

    def __init__(self, defer, shape="ipv4-transport", **options):
        self.bed = Bed()
        defer(self.bed.delete)
        self.shape = Shape.named(shape)
        self.pair = self.bed.install(self.shape, **options)
        self.talk = Traffic(self.bed, self.shape)
        defer(self.talk.close)

    def state(self, side, sa):
        """The answer about a state of one end."""
        rows = [row for row in ov2.ask(self.bed.ns(side), "why",
                                       f"{sa.spi:#x}")]
        ksft.equal([row["object"] for row in rows], ["state"],
                   f"answers about {sa.spi:#x}")
        shown = ov2.run(self.bed.ns(side), "why", f"{sa.spi:#x}").stdout
        ksft.check(shown.startswith(f"{rows[0]['what']}\n  {rows[0]['text']}."
                                    "\n"), shown)
        return rows[0]

    def policy(self, side, direction):
        rows = [row for row in ov2.ask(self.bed.ns(side), "why")
                if row["what"].startswith(f"policy {direction} ")]
        ksft.equal(len(rows), 1, f"policies {direction}")
        return rows[0]

    def counts(self, side, sa):
        """Three numbers of packets of a state: the kernel's count, the card's
        count, and the smallest number of packets that software can have
        encrypted or decrypted.
        """
        row = self.state(side, sa)
        return (row["packets"], row["card_packets"],
                row["software_at_least"])


def says(row, verdict, text, todo=None):
    ksft.equal(row["verdict"], verdict, f"verdict ({row['text']})")
    ksft.check(text in row["text"], f"{text!r} is not in {row['text']!r}")
    if todo is not None:
        ksft.check(todo in row.get("todo", ""),
                   f"{todo!r} is not in {row.get('todo')!r}")


# ---- offloaded

def crypto(defer):
    case = Case(defer)
    ab = case.pair.ab
    says(case.state("a", ab), "offloaded",
         "Offloaded in crypto mode on ov0, and no packet has used it")
    case.talk.udp("a", [10] * 5)
    for side, card in (("a", "ov0"), ("b", "ov3")):
        row = case.state(side, ab)
        says(row, "offloaded", f"Offloaded in crypto mode on {card}; the card"
             " did 5 packets, and no counter shows that software did any")
        ksft.equal((row["spi"], row["saddr"], row["daddr"], row["ifname"],
                    row["offload"]), (ab.spi, ab.src, ab.dst, card,
                                      "crypto"), "which state")
        ksft.equal(case.counts(side, ab), (5, 5, 0), "counts")
        ksft.check("todo" not in row, f"{row}")
    says(case.policy("a", "out"), "software", "In software, as is right for"
         " crypto mode: 1 of its 1 state is offloaded")


def large(defer):
    """The card counts each segment, and the kernel counts a large packet once.
    So the two counts cannot show that software has encrypted packets. Only the
    number of frames that software made can show this.
    """
    case = Case(defer)
    case.talk.tcp("a", 200000, 0)
    packets, card, by_software = case.counts("a", case.pair.ab)
    ksft.check(card > packets and by_software == 0,
               f"counts: card {card}, kernel {packets}, software {by_software}")
    sock = case.talk.socks["a"]
    sock.setsockopt(*NO_OPTION[4])
    for _ in range(3):
        sock.sendto(b"x", case.talk.peer("a"))
    row = software(case, headers=3)
    ksft.check(row["card_packets"] > row["packets"], "the card did the most")
    ksft.equal(row["software_at_least"], 3, "packets of software")
    if not declined_by_card(case, row, 3):
        says(row, "offloaded", "left by ov0: 3 with IP options")


def packet(defer):
    case = Case(defer, how="packet")
    case.talk.udp("a", [10] * 5)
    says(case.state("a", case.pair.ab), "offloaded", "Offloaded in packet"
         " mode on ov0; the card did 5 packets, and in packet mode software"
         " does none")
    row = case.policy("a", "out")
    says(row, "offloaded", "Offloaded on ov0, and 1 of its 1 state is there,"
         " too; 5 packets met it there")
    ksft.equal(row["hits"], 5, "hits")


def one_end(defer):
    """A state in software beside one that is offloaded."""
    case = Case(defer, offload="b")
    case.talk.udp("a", [10] * 3)
    says(case.state("a", case.pair.ab), "software", "In software. No card"
         " was asked to offload it, so it was added without `offload`, or with"
         " another device", "`offload crypto dev ov0 dir out`")
    says(case.policy("a", "out"), "software",
         "In software, and none of its states is offloaded")
    ksft.equal(case.counts("b", case.pair.ab), (3, 3, 0), "counts of b")
    says(case.state("a", case.pair.ba), "software", "In software",
         "`offload crypto dev ov0 dir in`")


# ---- broken

def feature_off(defer):
    """esp-hw-offload was off when the state was added."""
    case = Case(defer)
    ns = case.bed.a
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    ns.ip("xfrm state flush", case.pair.ab.line("a", True))
    says(case.state("a", case.pair.ab), "software", "In software. ov0 was"
         " asked for it: A state was left to software because esp-hw-offload"
         " is off. It is off now, too",
         "`ethtool -K ov0 esp-hw-offload on`, then delete this state")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
    row = case.state("a", case.pair.ab)
    says(row, "software", "because esp-hw-offload is off. It is on now",
         "delete this state and add it again")
    ksft.check("off now" not in row["text"], row["text"])
    ns.ip("xfrm state flush")
    ksft.check("there is no state of the SPI" in ov2.refused(
        ns, "why", f"{case.pair.ab.spi:#x}", status=1), "a deleted state")


def feature_off_later(defer):
    """esp-hw-offload is switched off while an SA is there."""
    case = Case(defer)
    case.talk.udp("a", [10] * 2)
    case.bed.a.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    case.talk.udp("a", [10] * 3)
    row = software(case, disabled=3)
    says(row, "offloaded", "esp-hw-offload of ov0 is off now",
         "`ethtool -K ov0 esp-hw-offload on`")
    ksft.equal(row["software_at_least"], 3, "packets of software")
    case.bed.a.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
    case.talk.udp("a", [10])
    says(software(case, disabled=3), "offloaded", "at least 3 of the 6 that the"
         " kernel counts were encrypted by software, or were lost before the"
         " card. Of what software encrypted, these left by ov0: 3 while"
         " esp-hw-offload was off")


WRONG = (f"auth-trunc hmac(sha256) 0x{'11' * 32} 96 enc cbc(aes)"
         f" 0x{'22' * 16}")


def wrong_algorithm(defer):
    """The card refuses the state. Then the user adds it without offload."""
    case = Case(defer)
    ns = case.bed.a
    wrong = ("xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x77"
             f" mode transport {WRONG}")
    error = ns.ip_error(wrong + " offload dev ov0 dir out")
    ksft.check(f"ipsecov2: {ICV}" in error, error)
    row, = ov2.ask(ns, "why", "0x77")
    ksft.equal((row["object"], row["ifname"], row["offload"]),
               ("request", "ov0", "crypto"), "what it is about")
    ksft.equal(row["what"], "request for a state out 192.0.2.1 > 192.0.2.2"
               " esp spi 0x00000077 transport cbc(aes) hmac(sha256) offload"
               " crypto", "what")
    says(row, "none", "It is not there, because ov0 refused it ",
         "change the request as ov0 says, then add the state again, or add it"
         " without `offload`")
    ksft.check(row["text"].endswith(f" ago: {ICV}"), row["text"])
    ksft.equal([one["object"] for one in ov2.ask(ns, "why")].count("request"),
               1, "requests of the whole namespace")
    ns.ip_error(wrong + " offload dev ov0 dir out")
    ksft.equal(len(ov2.ask(ns, "why", "0x77")), 1, "answers to two requests")
    ns.ip(wrong + " dir out")
    row, = ov2.ask(ns, "why", "0x77")
    says(row, "software", "In software. Before, ov0 refused to offload it:"
         f" {ICV}", "change the request as ov0 says, then delete this state"
         " and add it again with `offload`")


def wrong_policy(defer):
    """The card refuses a policy, and the answer about another policy does not
    mention the refusal.
    """
    case = Case(defer)
    ns = case.bed.a
    wrong = ("xfrm policy add src 10.1.0.1 dst 10.2.0.0/16 proto udp dport 53"
             " dir out priority 4 tmpl proto esp reqid 9 mode transport")
    error = ns.ip_error(wrong.replace(" priority", " mark 1 mask 0xff priority")
                        + " offload packet dev ov0")
    ksft.check(f"ipsecov2: {MARK}" in error, error)
    rows = [row for row in ov2.ask(ns, "why") if row["object"] == "request"]
    ksft.equal([row["what"] for row in rows],
               ["request for a policy out 10.1.0.1/32 > 10.2.0.0/16 proto 17"
                " (UDP) dport 53 priority 4 offload packet"], "requests")
    says(rows[0], "none", "because ov0 refused it", "change the request as ov0"
         " says, then add the policy again, or add it without `offload`")
    ksft.check(rows[0]["text"].endswith(MARK), rows[0]["text"])
    ns.ip(wrong.replace("dport 53", "dport 54"))
    ksft.equal(len([row for row in ov2.ask(ns, "why")
                    if row["object"] == "request"]), 1, "another policy")
    ns.ip(wrong)
    rows = {row["what"]: row["text"] for row in ov2.ask(ns, "why")}
    ksft.check("request" not in "".join(rows), rows)
    begin = "policy out 10.1.0.1/32 > 10.2.0.0/16 proto 17 (UDP) dport"
    ksft.check(rows[f"{begin} 53 priority 4"].endswith(
        f"Before, ov0 refused to offload it: {MARK}"), rows)
    ksft.check(MARK not in rows[f"{begin} 54 priority 4"], rows)


def cures(defer):
    """What to do about a refused request depends on the reason. Each request
    differs from a request that the card takes in one thing.
    """
    ns = Netns("cures")
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2", "link set ov0 up")
    ends = {4: "src 192.0.2.1 dst 192.0.2.2", 6: "src fc00::1 dst fc00::2"}
    plain = {"family": 4, "rest": "reqid 7", "key": KEY, "how": "packet"}
    again = "then add the state again, or add it without `offload`"
    change = f"change the request as ov0 says, {again}"
    sizes = ("give ov0 room for more SAs (`ov2 set ov0 capacity N`), or delete"
             f" states that ov0 need not have; {again}")

    def asked(spi, todo, **changed):
        request = {**plain, **changed}
        error = ns.ip_error(
            f"xfrm state add {ends[request['family']]} proto esp spi {spi}"
            f" mode transport {request['rest']} {request['key']} offload"
            f" {request['how']} dev ov0 dir out")
        ksft.check("ipsecov2: " in error, error)
        row, = ov2.ask(ns, "why", f"{spi}")
        ksft.equal((row["object"], row.get("todo")), ("request", todo), error)
        return row["text"]

    asked(0x10, change, rest="")
    asked(0x11, change, rest="reqid 7 mark 1 mask 0xff")
    asked(0x12, change, family=6,
          rest="reqid 7 encap espinudp 4500 4500 0.0.0.0")
    asked(0x13, "choose an algorithm that ov0 has (`ov2 -v show ov0` lists"
          f" them), {again}", key=f"enc cbc(aes) 0x{'22' * 16}", how="crypto")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    text = asked(0x14, f"`ethtool -K ov0 esp-hw-offload on`, {again}")
    ksft.check(text.endswith("see ethtool -K. It is off now, too"), text)
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
    row, = ov2.ask(ns, "why", "0x14")
    says(row, "none", "see ethtool -K. It is on now", again[len("then "):])
    ov2.run(ns, "set", "ov0", "capacity", "1")
    ns.ip(f"xfrm state add {ends[4]} proto esp spi 0x15 reqid 7 mode transport"
          f" {KEY} offload packet dev ov0 dir out")
    asked(0x16, sizes)


def table_full(defer):
    """The SA table of the card is full, so a further state is in software."""
    ns = Netns("full")
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2", "link set ov0 up")
    capacity = ov2.ask(ns, "show")[0]["hardware"]["sa_capacity"]
    ns.ip(*(f"xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi {n}"
            f" reqid 1 mode transport {KEY} offload dev ov0 dir out"
            for n in range(0x1000, 0x1000 + capacity + 1)))
    row, = ov2.ask(ns, "why", f"{0x1000 + capacity - 1}")
    says(row, "offloaded", "Offloaded in crypto mode on ov0")
    row, = ov2.ask(ns, "why", f"{0x1000 + capacity}")
    says(row, "software", "In software. ov0 was asked for it: A state was"
         " left to software because the SA table of the engine is full",
         "delete states that ov0 need not have")
    ns.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
    row, = ov2.ask(ns, "why", f"{0x1000 + capacity}")
    says(row, "software", "is full. And esp-hw-offload is off now",
         "esp-hw-offload on`, then give ov0 room for more SAs")


def declined(defer):
    """The card declines large packets of ESP in UDP, and counts them."""
    case = Case(defer, "ipv4-transport-udp")
    case.bed.a.ip("link set ov0 gso_max_segs 65535")
    case.talk.tcp("a", 200000, 0)
    row = case.state("a", case.pair.ab)
    large = ethtool_stats(case.bed.a, "ov0")["ipsec_tx_fallback_large"]
    ksft.check(large > 0, "no large packet was declined")
    ksft.equal(row["declined"], {"large": large}, "declined packets")
    says(row, "offloaded", f". The card declined {large}, which software"
         f" encrypted: {large} were large ones that the kernel would segment"
         " wrongly")
    ksft.check("declined" not in case.state("b", case.pair.ab),
               "the receiver declined something")


def route_elsewhere(defer, kind):
    """The packets of an offloaded state leave through another device."""
    case = Case(defer)
    ns = case.bed.a
    link = "link ov0 " if kind == "vlan" else ""
    ns.ip(f"link add {link}other type {kind}{' id 5' * (kind == 'vlan')}",
          "link set other up", "addr add 198.18.0.1/24 dev other",
          "neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev other",
          "xfrm state add src 198.18.0.1 dst 198.18.0.2 proto esp spi 0x88"
          f" reqid 8 mode transport {KEY} offload dev ov0 dir out",
          "xfrm policy add src 198.18.0.1 dst 198.18.0.2 dir out tmpl proto"
          " esp reqid 8 mode transport")
    sock = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(3):
        sock.sendto(b"x", ("198.18.0.2", PORT))
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "offloaded", "The route between the two addresses leads through"
         " other, and the state is offloaded to ov0",
         "let the route lead through ov0 itself")
    ksft.equal(row["todo"], "let the route lead through ov0 itself" +
               (", and not through the vlan other on it" * (kind == "vlan")),
               "what to do")
    ksft.equal((row["packets"], row["card_packets"],
                row["software_at_least"]), (3, 0, 3), "counts")
    ksft.equal(row.get("software"), {"way": 3} if kind == "vlan" else None,
               "frames that left by ov0")
    ns.ip("link del other", "addr add 198.18.0.1/32 dev ov0",
          "route add 198.18.0.2 dev ov0 src 198.18.0.1")
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "offloaded", "left by ov0: 3 with a VLAN tag or a PPPoE header,"
         " so their route led to another device" if kind == "vlan" else
         "The reason is unknown")


def other_card(defer):
    """A state is offloaded to one card, and the route leads through another
    card. The advice names both ways out, and the first one works.
    """
    case = Case(defer)
    ns = case.bed.a
    line = ("xfrm state {} src 198.18.0.1 dst 198.18.0.2 proto esp spi 0x88"
            f" reqid 8 mode transport {KEY} offload crypto dev {{}} dir out")
    ns.ip("link add ovz type ipsecov2", "link set ovz up",
          "addr add 198.18.0.1/24 dev ov0",
          "neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev ov0",
          line.format("add", "ovz"), "xfrm policy add src 198.18.0.1"
          " dst 198.18.0.2 dir out tmpl proto esp reqid 8 mode transport")
    sock = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.sendto(b"x", ("198.18.0.2", PORT))
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "offloaded", "The route between the two addresses leads through"
         " ov0, and the state is offloaded to ovz")
    ksft.equal(row["todo"], "delete the state, and add it with `offload crypto"
               " dev ov0 dir out`; or let the route lead through ovz", "advice")
    ns.ip("xfrm state delete src 198.18.0.1 dst 198.18.0.2 proto esp spi 0x88",
          line.format("add", "ov0"))
    sock.sendto(b"x", ("198.18.0.2", PORT))
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "offloaded", "the card did 1 packet, and no counter shows")


def not_a_card(defer):
    """The state names a VLAN on the card. So the kernel installs the state in
    software, and tells neither the user nor the card. Later the route leads
    through a bridge device. At first the card is a port of the bridge device,
    and then the bridge device has no port.
    """
    case = Case(defer)
    ns = case.bed.a
    ns.ip("link add link ov0 other type vlan id 5", "link set other up",
          "addr add 198.18.0.1/24 dev other",
          "xfrm state add src 198.18.0.1 dst 198.18.0.2 proto esp spi 0x88"
          f" mode transport {KEY} offload dev other dir out")
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "software", "Its packets take other, which is no card of"
         " ipsecov2, but a device of type vlan over the card ov0, and offloads"
         " no ESP",
         "let the route lead through ov0 itself, and name it")
    ns.ip("link del other", "link add other type bridge",
          "link set ov0 master other", "link set other up",
          "addr add 198.18.0.1/24 dev other")
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "software", "which is no card of ipsecov2, but a device of type"
         " bridge over the card ov0, and offloads no ESP", "through ov0 itself")
    ns.ip("link set ov0 nomaster")
    row, = ov2.ask(ns, "why", "0x88")
    says(row, "software", "Its packets take other, which is no card of ipsecov2"
         " and offloads no ESP", "let the route lead through a card")


def software(case, **counts):
    """Check the counters of frames that software encrypted, for each reason.
    The counters of the card at a, `ov2 sa` and `ov2 why` must all show @counts.
    Return the answer of `ov2 why`.
    """
    ns, sa = case.bed.a, case.pair.ab
    begin = "ipsec_tx_software_"
    card = {name[len(begin):]: count for name, count in
            ethtool_stats(ns, "ov0").items() if name.startswith(begin)}
    ksft.equal(len(card), 5, "counters")
    ksft.equal({name: count for name, count in card.items() if count}, counts,
               "counters of ov0")
    row, = ov2.ask(ns, "sa", "spi", f"{sa.spi:#x}")
    ksft.equal(row.get("software", {}), counts, "ov2 sa")
    row = case.state("a", sa)
    ksft.equal(row.get("software", {}), counts, "ov2 why")
    return row


def declined_by_card(case, row, count):
    """Check that the card declined @count packets, or none. Return the number.

    An older kernel asks the card about packets with IP options or extension
    headers, and the card declines them. A newer kernel does not ask the card.
    """
    counted = ethtool_stats(case.bed.a, "ov0")["ipsec_tx_fallback_headers"]
    ksft.equal(row.get("declined"), {"headers": count} if counted else None,
               "packets that the card declined")
    if counted:
        says(row, "offloaded", f"The card declined {count}, which software"
             f" encrypted: {count} had IP options or extension headers, or"
             " were fragments")
        ksft.check("left by ov0" not in row["text"],
                   f"the reason is there twice: {row['text']}")
    return counted


IPV6_HOPOPTS = 54
NO_OPTION = {4: (socket.IPPROTO_IP, IP_OPTIONS, bytes([1, 1, 1, 0])),
             6: (socket.IPPROTO_IPV6, IPV6_HOPOPTS,
                 bytes([0, 0, 1, 4, 0, 0, 0, 0]))}


def options(defer, shape):
    """Packets have IP options or an extension header. The frames show them,
    because ESP is in transport mode.
    """
    case = Case(defer, shape)
    sock = case.talk.socks["a"]
    sock.setsockopt(*NO_OPTION[case.shape.inner])
    for _ in range(4):
        sock.sendto(b"x", case.talk.peer("a"))
    row = software(case, headers=4)
    if not declined_by_card(case, row, 4):
        says(row, "offloaded", "Of what software encrypted, these left by ov0:"
             " 4 with IP options or extension headers, which the kernel does"
             " not offload", "leave out IP options")
        ksft.check("unknown" not in row["text"], row["text"])
    ksft.equal((row["packets"], row["card_packets"],
                row["software_at_least"]), (4, 0, 4), "counts")
    ksft.wait_for("the packets to arrive", lambda: case.state(
        "b", case.pair.ab)["packets"] == 4)
    says(case.state("b", case.pair.ab), "offloaded", "The reason is unknown:"
         " perhaps they came through another device, or they were ESP in UDP in"
         " fragments or with IP options" if case.shape.encap else "For all SAs"
         " together, ov3 left these frames to software: 4 with IP options")


def options_inside(defer, shape):
    """The packets with options are in a tunnel, so the frames do not show the
    options. On an older kernel the card declines the packets, and counts them.
    On a newer kernel ov2 only infers the options, because it knows no other
    reason.
    """
    case = Case(defer, shape)
    sock = case.talk.socks["a"]
    sock.setsockopt(*NO_OPTION[case.shape.inner])
    for _ in range(4):
        sock.sendto(b"x", case.talk.peer("a"))
    row = software(case, other=4)
    if declined_by_card(case, row, 4):
        return
    says(row, "offloaded", "4 left by ov0 itself, whole and with nothing in"
         " front of ESP. So the packets inside ESP have IP options or extension"
         " headers. Nobody has seen these options or headers",
         "leave out IP options")
    case.bed.a.ip("link add other type dummy", "link set other up",
                  "route replace " + case.pair.ab.dst + " dev other")
    says(case.state("a", case.pair.ab), "offloaded",
         "The route between the two addresses leads through other")


def reasons_of_others(defer):
    """The counters of frames that software encrypted do not count frames that
    the card encrypted. They do not count frames of a state that is not
    offloaded, even if the card has an SA for another state.
    """
    case = Case(defer)
    ns = case.bed.a
    case.talk.udp("a", [10] * 3)
    software(case)
    ab = case.bed.install(case.shape, offload="b").ab
    ns.ip("xfrm state add src 198.18.0.1 dst 198.18.0.2 proto esp spi 0x88"
          f" mode transport {KEY} offload dev ov0 dir out")
    case.talk.udp("a", [10] * 3)
    counts = {name: count for name, count in ethtool_stats(ns, "ov0").items()
              if name.startswith("ipsec_tx_software_") and count}
    ksft.equal(counts, {}, "counters")
    says(case.state("a", ab), "software", "In software")


def reasons_in_packet_mode(defer):
    case = Case(defer, how="packet")
    case.talk.udp("a", [10] * 3)
    software(case)


def larger_than_mtu(defer):
    """Packets do not fit into the MTU, so the kernel does not ask the card.
    The frames are fragments.
    """
    case = Case(defer)
    case.talk.udp("a", [3000] * 3)
    row = software(case, fragment=3)
    says(row, "offloaded", "left by ov0: 3 in fragments, so they do not fit"
         " into the MTU", "give the card a larger MTU")
    ksft.equal((row["packets"], row["card_packets"],
                row["software_at_least"]), (3, 0, 3), "counts")
    case.talk.udp("a", [10])
    row = software(case, fragment=3)
    says(row, "offloaded", "the card did 1 packet, and at least 3 of the 4")
    ksft.check("unknown" not in row["text"], row["text"])


def lost(defer):
    """Software encrypts packets that are larger than the MTU, and a queueing
    discipline drops them. So no frame shows why the card did not get the
    packets, but their average size shows it. After the card has done a small
    packet of the same state, the reason is unknown.
    """
    case = Case(defer)
    case.bed.a.command("tc", "qdisc", "add", "dev", "ov0", "root", "netem",
                       "loss", "100%")
    sock = case.talk.socks["a"]
    for _ in range(3):
        sock.sendto(bytes(3000), case.talk.peer("a"))
    row = software(case)
    says(row, "offloaded", "bytes on average, and the MTU of ov0 is 1500: the"
         " kernel itself encrypts packets that do not fit", "give ov0 a larger MTU")
    case.bed.a.command("tc", "qdisc", "del", "dev", "ov0", "root")
    case.talk.udp("a", [10])
    says(software(case), "offloaded", "The reason is unknown: the kernel"
         " encrypts some packets without asking the card", "a packet without options")


def policy_alone(defer):
    """A policy without a state."""
    case = Case(defer)
    case.bed.a.ip("xfrm state flush")
    says(case.policy("a", "out"), "none", "no state is there for its template"
         " (0.0.0.0 > 0.0.0.0 esp transport reqid 1), so the kernel drops its"
         " packets and asks a key manager", "add the state")
    says(case.policy("a", "in"), "none",
         "so no packet that arrives can satisfy it")


def wrong_direction(defer, shape):
    """A state fits the outbound policy, but has the direction in. It does not
    serve the inbound policy, because its addresses are those of the outbound
    policy.
    """
    case = Case(defer, shape)
    ns, sa = case.bed.a, case.pair.ab
    error, where = "XfrmOutStateDirError", "/proc/thread-self/net/xfrm_stat"
    ns.ip(f"xfrm state delete {sa.id}", sa.line("a", True).replace(
        "dir out", "dir in"))
    says(case.policy("a", "out"), "none", "In software, and the state for its"
         f" template, spi 0x{sa.spi:08x}, has the wrong direction (in), so the"
         f" kernel drops its packets ({error})",
         "delete this state, and add it with `dir out`")
    with ns.entered(), open(where, encoding="ascii") as file:
        before = dict(line.split() for line in file)[error]
    try:
        case.talk.socks["a"].sendto(b"x", case.talk.peer("a"))
    except OSError:
        pass
    with ns.entered(), open(where, encoding="ascii") as file:
        after = dict(line.split() for line in file)[error]
    ksft.check(int(after) > int(before), f"{error}: {before}, then {after}")
    says(case.policy("a", "in"), "software", "1 of its 1 state is offloaded")
    back = case.pair.ba
    ns.ip(f"xfrm state delete {back.id}", f"xfrm state delete {sa.id}",
          back.line("a", True).replace("dir in", "dir out").replace(
              "replay-window 32", ""))
    says(case.policy("a", "in"), "none", f"spi 0x{back.spi:08x}, has the wrong"
         " direction (out), so the kernel drops its packets"
         " (XfrmInStateDirError)", "with `dir in`")
    says(case.policy("a", "out"), "none", "no state is there for its template")


def prefixes(defer):
    """In transport mode a state serves a policy only if its addresses are in
    the prefixes of the policy's selector.
    """
    ns = Netns("prefixes")
    defer(ns.delete)
    ns.ip("xfrm state add src 10.31.0.1 dst 10.127.0.1 proto esp spi 0x77"
          f" reqid 7 mode transport {KEY}")
    for src, dst, fits in (("10.16.0.0/12", "10.64.0.0/10", True),
                           ("0.0.0.0/0", "10.127.0.1/32", True),
                           ("10.0.0.0/12", "10.64.0.0/10", False),
                           ("10.16.0.0/12", "10.128.0.0/10", False),
                           ("10.31.0.2/32", "0.0.0.0/0", False),
                           ("fc00::/8", "::/0", False)):
        ns.ip("xfrm policy flush", f"xfrm policy add src {src} dst {dst} dir"
              " out tmpl proto esp reqid 7 mode transport")
        row, = (row for row in ov2.ask(ns, "why") if row["object"] == "policy")
        says(row, "software" if fits else "none", "none of its states is"
             " offloaded" if fits else "no state is there for its template")


def halves(defer):
    """In packet mode the state and the policy must both be offloaded. What
    the answers advise can be done, and helps.
    """
    case = Case(defer, how="packet")
    ns, sa = case.bed.a, case.pair.ab
    software = case.bed.policy_lines(case.shape, "a")[0]
    ns.ip("xfrm state flush", sa.line("a", False))
    says(case.policy("a", "out"), "none", "Offloaded on ov0, but no state of"
         " its template", "delete the state, and add it with `offload packet"
         " dev ov0`; or repeat the policy without `offload`, with `ip xfrm"
         " policy update`")
    ns.ip(software.replace("policy add", "policy update"))
    says(case.policy("a", "out"), "software", "In software, and none of its")
    ns.ip("xfrm state flush", sa.line("a", True))
    says(case.policy("a", "out"), "none", "In software, but its states are"
         " offloaded in packet mode", "repeat the policy with `offload packet"
         " dev ov0`, with `ip xfrm policy update`")
    ns.ip(software.replace("policy add", "policy update") +
          " offload packet dev ov0")
    says(case.policy("a", "out"), "offloaded", "1 of its 1 state is there")


def larval(defer):
    """A state waits for its key manager."""
    case = Case(defer)
    ns = case.bed.a
    ns.ip("xfrm state flush")
    acquires = Acquires(ns)
    defer(acquires.close)
    case.talk.socks["a"].setblocking(False)
    try:
        case.talk.socks["a"].sendto(b"x", case.talk.peer("a"))
    except BlockingIOError:
        pass
    acquires.wait(OUTER["a"][4], OUTER["b"][4])
    rows = [row for row in ov2.ask(ns, "why") if row["object"] == "state"]
    ksft.equal(len(rows), 1, "states")
    says(rows[0], "none", "It waits for a key manager", "IKE daemon")
    says(case.policy("a", "out"), "none", "waits for a key manager")


def replayed(defer):
    case = Case(defer)
    key = case.pair.ab.oracle()
    address = case.talk.address
    frame = case.bed.frame_to("b", esp.ESP, key.seal(9, esp.UDP, esp.udp(
        address["a"], address["b"], PORT, PORT, b"x")))
    for _ in range(3):
        case.bed.inject("b", frame)
    ksft.wait_for("the replays", lambda: "Replays that were dropped: 2" in
                  case.state("b", case.pair.ab)["text"])


def bad_icv(defer):
    case = Case(defer)
    good = case.pair.ab.oracle().seal(9, esp.UDP, bytes(8))
    case.bed.inject("b", case.bed.frame_to(
        "b", esp.ESP, good[:-1] + bytes([good[-1] ^ 1])))
    ksft.wait_for("the bad packet", lambda: "The card found 1 bad" in
                  case.state("b", case.pair.ab)["text"])


def no_policy_in(defer):
    """Without an inbound policy the kernel drops what a tunnel carries."""
    case = Case(defer, "ipv4-tunnel")
    ksft.check("XfrmInNoPols" not in case.state("b", case.pair.ab)["text"],
               "the policy is there")
    case.bed.b.ip("xfrm policy flush")
    says(case.state("b", case.pair.ab), "offloaded", "so the kernel drops"
         " what the state carries (XfrmInNoPols)", "add a policy with `dir in`")


def blocked(defer):
    case = Case(defer)
    case.bed.a.ip("xfrm policy flush", "xfrm policy add src 1.0.0.0/8 dst"
                  " 2.0.0.0/8 proto udp dir out action block")
    row = case.policy("a", "out")
    says(row, "software", "In software: it blocks, so it needs no state")
    ksft.check(row["what"].startswith(
        "policy out 1.0.0.0/8 > 2.0.0.0/8 proto 17"), row["what"])


def not_esp(defer):
    case = Case(defer)
    case.bed.a.ip("xfrm state add src 1.0.0.1 dst 1.0.0.2 proto ah spi 0x99"
                  f" mode transport auth hmac(sha1) 0x{'11' * 20}")
    row, = ov2.ask(case.bed.a, "why", "0x99")
    says(row, "software", "In software. Linux offloads ESP only")


# ---- who asks, and for what

def nothing(defer):
    ns = Netns("none")
    defer(ns.delete)
    ksft.equal(ov2.ask(ns, "why"), [], "--json why")
    ksft.check(ov2.run(ns, "why").stdout.startswith(
        "There is no state and no policy in this network namespace"), "why")
    ksft.equal(ov2.refused(ns, "why", "0x5", status=1),
               "there is no state of the SPI 0x5 here, and no card remembers"
               " that it refused one: `ip xfrm state` lists the states",
               "an unknown SPI")
    ksft.check("'x' is not an SPI" in ov2.refused(ns, "why", "x", status=2),
               "no number")
    ksft.check("one word too many" in
               ov2.refused(ns, "why", "1", "2", status=2), "two SPIs")


def unprivileged(defer):
    case = Case(defer)
    ksft.equal(ov2.refused(case.bed.a, "why", status=1,
                           **ov2.as_nobody(defer)),
               "the kernel shows states and policies only to root, or to"
               " CAP_NET_ADMIN in the network namespace: use sudo", "as nobody")


def no_module(defer):
    """Without the module, `ov2 why` says that the state is in software."""
    ns = Netns("none")
    defer(ns.delete)
    ns.ip("xfrm state add src 1.0.0.1 dst 1.0.0.2 proto esp spi 0x55 mode"
          f" transport {KEY}")
    module.remove()
    defer(module.load)
    row, = ov2.ask(ns, "why")
    says(row, "software", "There is no card of ipsecov2 in this network"
         " namespace", "`ip link add ov0 type ipsecov2`")
    ksft.check(not module.loaded(), "ov2 loaded the module")


def no_key(defer):
    """No answer has keys. (`ov2 keys` is tested in ov2_capture.py.)"""
    case = Case(defer)
    for words in (("why",), ("sa",), ("-v", "sa"), ("log",)):
        for shown in (ov2.run(case.bed.a, *words).stdout,
                      ov2.run(case.bed.a, "--json", *words).stdout):
            ksft.check(case.pair.ab.keymat.hex()[:16] not in shown,
                       f"the key is in {words}")


if __name__ == "__main__":
    SOME = ksft.chosen([
        crypto, large, packet, one_end, feature_off, feature_off_later,
        wrong_algorithm, wrong_policy, cures, table_full, declined,
        ("route_vlan", route_elsewhere, "vlan"),
        ("route_dummy", route_elsewhere, "dummy"), other_card, not_a_card,
        *((f"options {shape}", options, shape) for shape in (
            "ipv4-transport", "ipv6-transport", "ipv4-transport-udp")),
        *((f"options_inside {shape}", options_inside, shape) for shape in (
            "ipv4-tunnel", "ipv6-tunnel")),
        reasons_of_others, reasons_in_packet_mode,
        larger_than_mtu, lost, policy_alone,
        *((f"wrong_direction {shape}", wrong_direction, shape) for shape in (
            "ipv4-transport", "ipv6-transport", "ipv6-tunnel")),
        prefixes, halves, larval, replayed, bad_icv,
        no_policy_in, blocked, not_esp, nothing, unprivileged, no_module,
        no_key])
    module.load()
    ov2.need()
    ksft.run(SOME)
