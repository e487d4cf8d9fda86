#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packet offload protects, blocks and lets pass the packets that policies name.

leaves() of lib/spd.py hands packets to the card below xfrm, so the card alone
decides. Packets of a Talker's socket go through the core and the card, and both
decide. If they disagree on a packet, the packet must not leave in clear.
"""
import socket
import time

from lib import esp, ksft
from lib.bed import CARD, MAC, OUTER, Bed, family
from lib.nft import nft
from lib.spd import (BLOCK, BYPASS, PORT, PROTECT, Talker, host,
                     run_on_card, socket_policy)

UDP, TCP = esp.UDP, esp.TCP
MANY = 10000
# IKE's port
IKE = 500

BLOCKED = {"out": "ipsec_tx_drop_blocked", "in": "ipsec_rx_drop_block"}
CLEAR_DROPPED, NO_SA = "ipsec_rx_drop_clear", "ipsec_tx_drop_no_sa"
NO_POLICY = "ipsec_tx_drop_no_policy"
TEMPLATE = "ipsec_rx_drop_template"


def table(fam, dev):
    """[(priority, what, selector)], [(arguments of Card.packet(), what)]

    The policies are not in the order of their priorities. None: no policy
    matches. dev is the card.
    """
    icmp, kinds = (1, (8, 13)) if fam == 4 else (58, (128, 100))
    def a(number, plen): return f"src {host('a', fam, number)}/{plen}"
    def b(number, plen): return f"dst {host('b', fam, number)}/{plen}"
    full, net, half, few = (32, 24, 25, 28) if fam == 4 else (128, 64, 121,
                                                             124)
    policies = [
        (60, PROTECT, f"{a(0, half)} {b(0, net)}"),
        (20, BLOCK, f"{a(1, full)} {b(1, full)} proto {UDP}"),
        (10, PROTECT, f"{a(1, full)} {b(1, full)} proto {UDP} dport 7001"),
        (40, BLOCK, b(16, few)),
        (30, BYPASS, f"{b(0, net)} proto {TCP} dport 80"),
        (50, PROTECT, f"{b(0, net)} proto {icmp} type {kinds[0]}"),
        (51, BLOCK, f"{b(0, net)} proto {icmp} type {kinds[1]} code 1"),
        (25, BYPASS, f"{b(0, net)} proto {UDP} sport {IKE}"),
        (45, BLOCK, f"{b(64, few)} dev {dev}"),
    ]
    packets = [
        ((1, 1, UDP, 9, 7001), PROTECT),
        ((1, 1, UDP, 9, 7002), BLOCK),
        ((1, 1, UDP, IKE, 7001), PROTECT),
        ((1, 1, UDP, IKE, 7002), BLOCK),
        ((1, 2, UDP, IKE, 7002), BYPASS),
        ((1, 1, TCP, 9, 80), BYPASS),
        ((1, 17, TCP, 9, 80), BYPASS),
        ((1, 17, TCP, 9, 81), BLOCK),
        ((1, 32, TCP, 9, 81), PROTECT),
        ((1, 15, UDP, 9, 53), PROTECT),
        ((1, 79, UDP, 9, 53), BLOCK),
        ((1, 80, UDP, 9, 53), PROTECT),
        ((127, 1, TCP, 80, 9), PROTECT),
        ((128, 1, TCP, 80, 9), None),
        ((200, 1, UDP, 9, 53), None),
        ((200, 200, icmp, kinds[0], 0), PROTECT),
        ((200, 200, icmp, kinds[1], 1), BLOCK),
        ((200, 200, icmp, kinds[1], 0), None),
        ((1, 17, icmp, kinds[0], 0), BLOCK),
        # A sixth number stands for a fragment: 0 for the first fragment, 1 for
        # the last fragment, which shows no ports. A policy for a port
        # matches the last fragment if the policy protects or blocks. A bypass
        # for a port does not match the last fragment
        ((1, 1, UDP, 9, 7001, 0), PROTECT),
        ((1, 1, UDP, 9, 7001, 1), PROTECT),
        ((1, 17, TCP, 9, 80, 1), BLOCK),
        ((200, 1, TCP, 9, 80, 1), None),
    ]
    return policies, packets


def add_table(card, side, direction):
    policies, packets = table(card.fam, CARD[side])
    for priority, fate, selector in policies:
        card.policy(side, direction, selector, fate, priority)
    return packets


def out_by_card(card, defer):
    """Policy and state decide what the card does with frames below xfrm."""
    what = {PROTECT: "esp", BLOCK: BLOCKED["out"], BYPASS: "clear",
            None: "clear"}
    for arguments, fate in add_table(card, "a", "out"):
        ksft.equal(card.leaves(card.packet(*arguments)), what[fate],
                   f"{fate} {arguments}")


def is_whole_for_b(near, far, proto, one, two, part=None):
    """Does b's stack check the packet against policies?"""
    return far == 1 and part is None


def xfrm_in(card, stat=None):
    """The counters of b's /proc/net/xfrm_stat, or of @stat, that do not count
    sent packets.
    """
    return {k: v for k, v in (stat or card.bed.b.xfrm_stat()).items()
            if not k.startswith("XfrmOut")}


def in_by_card(card, defer):
    """Clear packets and clear fragments must not come in where policies
    protect. Protected packets must not come in where policies do not protect.
    If no policy of the card matches, the core decides. The core drops a
    protected packet if b is the packet's destination.
    """
    clear = {PROTECT: CLEAR_DROPPED, BLOCK: BLOCKED["in"], BYPASS: "passes",
             None: "passes"}
    sealed = {PROTECT: "passes", BLOCK: BLOCKED["in"], BYPASS: TEMPLATE,
              None: "passes"}
    stat = {CLEAR_DROPPED: "XfrmInTmplMismatch", TEMPLATE:
            "XfrmInTmplMismatch", BLOCKED["in"]: "XfrmInPolBlock"}
    for arguments, fate in add_table(card, "b", "in"):
        for secure, what in ((False, clear[fate]), (True, sealed[fate])):
            before = card.bed.b.xfrm_stat()
            packet = card.packet(*arguments)
            ksft.equal(card.arrives(packet, secure), what,
                       f"{'ESP of' if secure else 'clear'} {fate} "
                       f"{arguments}")
            moved = {stat[what]} if what in stat else set()
            if secure and fate is None and is_whole_for_b(*arguments):
                moved = {"XfrmInNoPols"}
            if moved:
                ksft.wait_for(f"{moved} to move", lambda: xfrm_in(card) !=
                              xfrm_in(card, before))
            ksft.equal({k for k, v in xfrm_in(card).items()
                        if v != before[k]}, moved, "xfrm_stat")


def card_without_policies(card, defer):
    """A card without policies neither protects nor drops."""
    packet = card.packet(1, 1, UDP, 1, 1)
    ksft.equal(card.leaves(packet), "clear", "sent")
    ksft.equal(card.arrives(packet), "passes", "received")
    # Policies of one direction say nothing about the other direction
    selector = card.pair_selector()
    card.policy("a", "in", selector, BLOCK)
    card.policy("b", "out", selector, BLOCK)
    ksft.equal(card.leaves(packet), "clear", "sent")
    ksft.equal(card.arrives(packet), "passes", "received")


def updated(card, defer):
    """UPDPOLICY: the new policy is there before the old policy goes."""
    packet, selector = card.packet(1, 1, UDP, 1, 1), card.pair_selector()
    card.policy("a", "out", selector, PROTECT)
    for fate, what in ((BLOCK, BLOCKED["out"]), (BYPASS, "clear"),
                       (PROTECT, "esp")):
        card.policy("a", "out", selector, fate, verb="update")
        ksft.equal(card.leaves(packet), what, f"updated to {fate}")
        ksft.equal(len(card.bed.offload_lines("a", "policy")), 1, "policies")
    # With another priority another policy wins
    wide = selector.replace(f"/{32 if card.fam == 4 else 128}", "/20")
    card.policy("a", "out", wide, BLOCK, 9)
    ksft.equal(card.leaves(packet), BLOCKED["out"],
               "with a block of a better priority")
    card.policy("a", "out", selector, PROTECT, 8, verb="update")
    ksft.equal(card.leaves(packet), "esp",
               "with a better priority than the block")
    card.policy("a", "out", selector, None, verb="delete")
    ksft.equal(card.leaves(packet), BLOCKED["out"], "with the block only")


def sa_deleted(card, defer):
    """Without a state the policy's packets are dropped. With a new state they
    are protected again.
    """
    selector = card.pair_selector()
    card.policy("a", "out", selector, PROTECT)
    talker, packet = Talker(card, defer), card.packet(1, 1, UDP, 1, 1)
    ksft.equal(talker.fate(), "esp", "by a socket, with SA")
    ab, a = card.pair.ab, card.bed.a
    a.ip(f"xfrm state delete {ab.id}")
    ksft.equal(talker.fate(), "XfrmOutNoStates", "by a socket, without SA")
    before = a.xfrm_stat()["XfrmOutNoStates"]
    ksft.equal(card.leaves(packet), NO_SA, "below xfrm, without SA")
    ksft.equal(a.xfrm_stat()["XfrmOutNoStates"] - before, 1,
               "XfrmOutNoStates by the card")
    card.key = ab.oracle()
    a.ip(ab.line("a", True))
    ksft.equal(card.leaves(packet), "esp", "below xfrm, with a new SA")
    ksft.equal(talker.fate(), "esp", "by a socket, with a new SA")


def sa_unfit(card, defer):
    """The card skips states that do not fit the template."""
    packet = card.packet(1, 1, UDP, 1, 1)
    card.policy("a", "out", card.pair_selector(), PROTECT)
    ab, a = card.pair.ab, card.bed.a
    for old, new in (("reqid 1", "reqid 2"), ("mode tunnel", "mode transport"),
                     (f"src {ab.src}", f"src {host('a', card.fam, 9)}"),
                     ("flag af-unspec", f"sel {card.pair_selector(2)}")):
        a.ip(f"xfrm state delete {ab.id}")
        line = ab.line("a", True)
        ksft.check(old in line, line)
        a.ip(line.replace(old, new))
        ksft.equal(card.leaves(packet), NO_SA, f"state with {new}")
        a.ip("xfrm state flush")
        card.key = ab.oracle()
        a.ip(line)
        ksft.equal(card.leaves(packet), "esp", "right state")


def policy_deleted(card, defer):
    """After the policy is deleted, packets leave in clear, as the user wants
    it. A packet that was queued to be protected is dropped.
    """
    a, selector = card.bed.a, card.pair_selector()
    card.policy("a", "out", selector, PROTECT)
    talker = Talker(card, defer)
    done = a.command("tc", "qdisc", "replace", "dev", CARD["a"], "root",
                     "plug", "limit", "1000000", check=False)
    if done.returncode:
        raise ksft.Skip(f"no qdisc plug: {done.stderr.strip()}")
    defer(a.command, "tc", "qdisc", "del", "dev", CARD["a"], "root")

    def plug(word):
        a.command("tc", "qdisc", "change", "dev", CARD["a"], "root", "plug",
                  word)

    plug("release_indefinite")
    ksft.equal(talker.fate(), "esp", "with policy")
    plug("block")
    card.bed.mark()
    talker.sock.sendto(bytes(100), talker.to)
    card.policy("a", "out", selector, None, verb="delete")
    plug("release_indefinite")
    ksft.equal(card.wait_leave(), NO_POLICY, "queued before")
    ksft.equal(talker.fate(), "clear", "sent without policy")


def bypass(card, defer):
    """IKE has a bypass beside a policy for everything. Of two offloaded
    policies the core takes the younger one, and the card takes the one with
    the better priority. If core and card disagree, the packet is dropped.
    """
    any_ = "0.0.0.0/0" if card.fam == 4 else "::/0"
    wide = f"src {any_} dst {any_}"
    everything = (wide, PROTECT, 100)
    ike = (f"{wide} proto {UDP} sport {IKE} dport {IKE}", BYPASS, 1)
    # These policies match all packets. They must be gone after this case, or
    # they would also apply to the answers and the neighbour discovery that
    # host a sends.
    defer(card.bed.a.ip, "xfrm policy flush")
    for order, fate in (((everything, ike), "clear"),
                        ((ike, everything), NO_POLICY)):
        card.bed.a.ip("xfrm policy flush")
        for selector, what, priority in order:
            card.policy("a", "out", selector, what, priority)
        ksft.equal(card.leaves(card.packet(1, 1, UDP, IKE, IKE)), "clear",
                   "IKE below xfrm")
        ike_socket = Talker(card, defer, IKE, IKE)
        ksft.equal(ike_socket.fate(), fate, "IKE by a socket")
        ike_socket.sock.close()
    other = Talker(card, defer)
    ksft.equal(other.fate(), "esp", "not IKE")


def per_socket(card, defer):
    """The card does not see a socket's policy, so the card needs a bypass."""
    selector = card.pair_selector()
    card.policy("a", "out", selector, PROTECT, 100)
    talker = Talker(card, defer)
    socket_policy(talker.sock, card.fam, "out")
    ksft.equal(talker.fate(), "esp", "with a bypass of the socket only")
    card.policy("a", "out", f"{selector} proto {UDP} sport {PORT}", BYPASS, 1)
    ksft.equal(talker.fate(), "clear", "with an offloaded bypass")


def rewritten(card, defer, kind, statement, fate):
    """A rule changes the source address of packets before they reach the card.
    No policy has the new address, until the test adds such a policy at the end.
    """
    a, fam = card.bed.a, card.fam
    card.policy("a", "out", card.pair_selector(), PROTECT)
    talker = Talker(card, defer)
    ksft.equal(talker.fate(), "esp", "before")
    ip = "ip" if fam == 4 else "ip6"
    nft(a, "add", "table", ip, "ov2")
    defer(nft, a, "delete", "table", ip, "ov2", check=False)
    nft(a, f"add chain {ip} ov2 c "
           f"{{ type {kind} hook postrouting priority 100 ; }}")
    nft(a, f"add rule {ip} ov2 c udp dport {PORT} " +
        statement.format(ip=ip, to=host("a", fam, 9)))
    # A nat rule meets new connections only
    talker = Talker(card, defer, PORT + 1) if kind == "nat" else talker
    ksft.equal(talker.fate(), fate, "with another source")
    # A policy for the new source protects the packet
    card.policy("a", "out", card.pair_selector(9), PROTECT)
    ksft.equal(talker.fate(), "esp", "with a policy for that source")


def mangled(card, defer):
    """The core does not notice the new source, and wants the packet protected.
    So the packet must not leave in clear.
    """
    rewritten(card, defer, "filter", "{ip} saddr set {to}", NO_POLICY)


def snat(card, defer):
    """The core asks for the policy of the new source: nf_xfrm_me_harder()."""
    rewritten(card, defer, "nat", "snat to {to}", "clear")


def other_device(card, defer):
    """Only the card drops clear packets that its policies forbid. Other devices
    may let such packets in.
    """
    b, w, fam = card.bed.b, card.bed.w, card.fam
    error = b.ip_error(f"link add in1 type veth peer name out1 netns {w.name}")
    if error:
        raise ksft.Skip(f"no veth: {error}")
    defer(b.ip, "link del in1")
    b.ip(f"link set in1 address {MAC['b']} up")
    w.ip("link set out1 up")
    b.sysctl("net.ipv4.conf.all.rp_filter", 0)
    b.sysctl("net.ipv4.conf.in1.rp_filter", 0)
    card.policy("b", "in", card.pair_selector(), PROTECT)
    sock = b.socket(family(fam), socket.SOCK_DGRAM)
    defer(sock.close)
    sock.bind((host("b", fam, 1), PORT))
    sock.setblocking(False)
    raw = w.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    defer(raw.close)
    with w.entered():
        raw.bind(("out1", 0))
    frame = esp.ethernet(MAC["b"], MAC["a"],
                         card.packet(1, 1, UDP, PORT, PORT))
    before = b.xfrm_stat()["XfrmInTmplMismatch"]

    def fate():
        raw.send(frame)
        try:
            return sock.recv(100) and "accepted"
        except BlockingIOError:
            moved = b.xfrm_stat()["XfrmInTmplMismatch"] != before
            return moved and "dropped"

    if ksft.wait_for("the packet to be accepted or dropped", fate, 10,
                     0.05) == "accepted":
        raise ksft.XFail("the core accepts clear packets from other devices, "
                         "although an offloaded policy protects them: "
                         "__xfrm_policy_check()")


def send_cost(card, packet):
    """Seconds that sending 20 packets takes, at best."""
    frame, best = esp.ethernet(MAC["b"], MAC["a"], packet), []
    for _ in range(12):
        begun = time.perf_counter()
        for _ in range(20):
            card.raw["a"].send(frame)
        best.append(time.perf_counter() - begun)
    card.bed.mark()
    return min(best)


def cheap_cost(card, packet, limit):
    """send_cost() if it is below the limit, else 0"""
    cost = send_cost(card, packet)
    return cost if cost < limit else 0


def many(card, defer):
    """A packet costs about as much as before if 10,000 more policies are there.
    The test sends a packet that is blocked, so that the card does little
    besides the search.
    """
    packet, a = card.packet(1, 1, UDP, 1, 1), card.bed.a
    blocked = card.packet(2, 2, UDP, 1, 1)
    card.policy("a", "out", card.pair_selector(), PROTECT)
    card.policy("a", "out", card.pair_selector(2, 2), BLOCK)
    ksft.equal(card.leaves(packet), "esp", "with two policies")
    few = send_cost(card, blocked)
    # Selectors of single hosts and of networks
    selectors = [f"src {OUTER['a'][4]}/32 dst 10.{n >> 8}.{n & 255}."
                 f"{'1/32' if n % 2 else '0/24'}" for n in range(MANY)]
    for at in range(0, MANY, 500):
        # These policies have a better priority than the block. So a search
        # that looked at all policies would look at these policies first
        a.ip(*(card.line("a", "out", selector, PROTECT, 5)
               for selector in selectors[at:at + 500]))
    # A busy machine may slow down all packets of a measurement. A search that
    # looked at all policies would be slow in each measurement.
    lots = ksft.wait_for("packets that cost at most 3 times as much",
                         lambda: cheap_cost(card, blocked, 3 * few))
    ksft.note(f"20 packets: {few * 1e6:.0f} us with 2 policies, "
              f"{lots * 1e6:.0f} with {MANY + 2}")
    ksft.equal(card.leaves(packet), "esp", "with many policies")
    for selector in (selectors[0], selectors[-1]):
        a.ip(card.line("a", "out", selector, None, verb="delete"))
    a.ip("xfrm policy flush")
    ksft.equal(card.leaves(packet), "clear", "without policies")


CASES = (out_by_card, in_by_card, card_without_policies, updated, sa_deleted,
         sa_unfit, policy_deleted, bypass, per_socket, mangled, snat,
         other_device, many)


def main():
    # One family is enough for a case that takes long
    run_on_card(CASES, Bed, {many})


if __name__ == "__main__":
    main()
