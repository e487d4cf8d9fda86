#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packet offload chooses the right state for a packet, and stops when the state
is used up.

Frames to send go to the card below xfrm (lib/spd.py), so only the card decides.
Frames to receive are put on the wire in front of b's card.
"""
import struct

from lib import esp, ksft
from lib.bed import INNER, MAC, OUTER, OneQueueBed, Sa, Shape
from lib.spd import FULL, PORT, PROTECT, run_on_card
from lib.xfrmnl import Expiries, Mapping, Mappings

NO_SA, SELECTOR = "ipsec_tx_drop_no_sa", "ipsec_rx_drop_selector"
EXPIRED, SEQUENCE = "ipsec_rx_drop_expired", "ipsec_tx_drop_sequence"
NOT_WHOLE = "ipsec_tx_drop_not_whole"
LAST = 0xffffffff
DF = 0x4000
# For gro_apart(): the bytes in a TCP segment, a flag of TCP, and the least
# number of bursts
PIECE, ACK, BURSTS = 100, 0x10, 20


def another(card, extra="", **changes):
    """Add another sending state to side a, with its own SPI and key."""
    old = card.pair.ab
    new = Sa(old.shape, old.sender, next(card.bed.spi), old.alg, old.icv,
             old.esn, how=old.how, **changes)
    card.bed.a.ip(new.line("a", True, extra=extra))
    return new


def takes(card, sa, what):
    """Check that the next packet from side a goes through @sa."""
    card.key = sa.oracle()
    ksft.equal(card.leaves(card.packet(1, 1, esp.UDP, 1, 1)), "esp", what)


def newest(card, defer):
    """The youngest of several states is used. When it is deleted, the next
    youngest is used.
    """
    card.policy("a", "out", card.pair_selector(), PROTECT)
    states = [card.pair.ab]
    for _ in range(3):
        takes(card, states[-1], f"the youngest of {len(states)}")
        states.append(another(card))
    while states:
        takes(card, states[-1], f"the youngest of {len(states)} left")
        card.bed.a.ip(f"xfrm state delete {states.pop().id}")
    ksft.equal(card.leaves(card.packet(1, 1, esp.UDP, 1, 1)), NO_SA,
               "without states")


def dying(card, defer):
    """A state that has reached its soft limit is used only if all other states
    have reached their soft limits, too.
    """
    card.policy("a", "out", card.pair_selector(), PROTECT)
    expiries = Expiries(card.bed.a)
    defer(expiries.sock.close)
    old, new = card.pair.ab, another(card, "limit packet-soft 2")
    for number in (1, 2, 3):
        ksft.equal(expiries.read(), [], f"limits before packet {number}")
        takes(card, new, f"packet {number} of the younger state")
    expiries.wait(new.spi, hard=False)
    takes(card, old, "the older one that is not at its limit")
    card.bed.a.ip(f"xfrm state delete {old.id}")
    takes(card, new, "the only one, though at its limit")


def by_spi(card, defer):
    """A template may name a state by its SPI."""
    old, new = card.pair.ab, another(card)
    line = card.line("a", "out", card.pair_selector(), PROTECT)
    card.bed.a.ip(line.replace("proto esp reqid",
                               f"proto esp spi {old.spi:#x} reqid"))
    takes(card, old, "the older one, which the template names")
    card.bed.a.ip(f"xfrm state delete {old.id}")
    ksft.equal(card.leaves(card.packet(1, 1, esp.UDP, 1, 1)), NO_SA,
               f"with {new.id} alone")


def wide(card):
    """A selector for all hosts behind both ends."""
    return card.pair_selector().replace(f"/{FULL[card.fam]}", "/20")


def receiving(card, change=str, extra=""):
    """Install b's receiving state again. change() changes its line for `ip`.
    """
    ab, b = card.pair.ab, card.bed.b
    b.ip(f"xfrm state delete {ab.id}",
         change(ab.line("b", True, extra=extra)))
    card.key = ab.oracle()
    card.seq = 0


def inner_selector(card, defer):
    """A packet outside the state's selector is dropped, though the policy
    accepts it.
    """
    card.policy("b", "in", wide(card), PROTECT)
    line = f"sel {card.pair_selector()}"
    receiving(card, lambda words: words.replace("flag af-unspec", line))
    for near, far, what in ((1, 1, "passes"), (2, 1, SELECTOR),
                            (1, 2, SELECTOR), (1, 1, "passes")):
        before = card.bed.b.xfrm_stat()["XfrmInStateMismatch"]
        packet = card.packet(near, far, esp.UDP, 1, 1)
        ksft.equal(card.arrives(packet, True), what, f"{near} to {far}")
        ksft.equal(card.bed.b.xfrm_stat()["XfrmInStateMismatch"] - before,
                   int(what != "passes"), "XfrmInStateMismatch")


def inbound_limits(card, defer):
    """Received packets and bytes count towards the limits. At the soft limit
    the key manager is told, and at the hard limit the state ends.
    """
    card.policy("b", "in", wide(card), PROTECT)
    packet, b, spi = card.packet(1, 1, esp.UDP, 1, 1), card.bed.b, \
        card.pair.ab.spi
    for what, size in (("packet", 1), ("byte", len(packet))):
        expiries = Expiries(b)
        defer(expiries.sock.close)
        receiving(card, extra=f"limit {what}-soft {2 * size} "
                              f"limit {what}-hard {4 * size}")
        for number in range(1, 5):
            ksft.equal(len(expiries.read()), int(number == 4),
                       f"limits of {what}s before packet {number}")
            ksft.equal(card.arrives(packet, True), "passes",
                       f"packet {number}, limits of {what}s")
            if number == 3:
                expiries.wait(spi, hard=False)
        before = b.xfrm_stat()["XfrmInStateExpired"]
        ksft.equal(card.arrives(packet, True), EXPIRED,
                   f"one more, limits of {what}s")
        ksft.equal(b.xfrm_stat()["XfrmInStateExpired"] - before, 1,
                   "XfrmInStateExpired")
        expiries.wait(spi, hard=True)
        ksft.wait_for("the state to go", lambda: f"{spi:#010x}" not in
                      b.ip_output("xfrm state"))
        b.ip(card.pair.ab.line("b", True))


def numbers_used_up(card, defer):
    """Without ESN the card drops packets after it has used the last number."""
    card.policy("a", "out", card.pair_selector(), PROTECT)
    a, packet = card.bed.a, card.packet(1, 1, esp.UDP, 1, 1)
    last = another(card, seq=LAST - 1)
    takes(card, last, "the last number")
    for _ in range(2):
        before = a.xfrm_stat()["XfrmOutStateSeqError"]
        ksft.equal(card.leaves(packet), SEQUENCE, "without a number")
        ksft.equal(a.xfrm_stat()["XfrmOutStateSeqError"] - before, 1,
                   "XfrmOutStateSeqError")


REPLAYED = "ipsec_rx_drop_replay"


def sender_moves(card, defer):
    """When a sender behind NAT moves, the key manager is told of the new port
    or address. The manager is told nothing about an old packet that somebody
    repeats from another port or address.
    """
    bed, port = card.bed, esp.ENCAP_PORT
    bed.shape = None
    ab = bed.install(Shape.named("ipv4-tunnel-udp"), how="packet").ab
    bed.shape = None
    mappings, key = Mappings(bed.b), ab.oracle()
    defer(mappings.sock.close)
    src, dst = INNER["a"][4], INNER["b"][4]
    packet = esp.ip(src, dst, esp.UDP, esp.udp(src, dst, 1, PORT, bytes(8)))
    told = []
    home, moved = OUTER["a"][4], "192.0.2.77"
    for seq, sender, sport, name in ((1, home, port, "ipsec_rx_pkts"),
                                     (2, home, port + 1, "ipsec_rx_pkts"),
                                     (2, home, port + 2, REPLAYED),
                                     (3, moved, port, "ipsec_rx_pkts"),
                                     (3, "192.0.2.78", port, REPLAYED),
                                     (4, home, port, "ipsec_rx_pkts")):
        bed.mark()
        frame = esp.udp_encap(key.seal(seq, esp.IPIP, packet), sport)
        bed.inject("b", esp.ip_frame(sender, ab.dst, esp.UDP, frame, MAC["b"],
                                     MAC["a"]))
        ksft.wait_for(name, lambda name=name: bed.delta("b")[name])
        if name != REPLAYED and (sender, sport) != (home, port):
            told.append(Mapping(ab.spi, sender, sport))
            mappings.wait_for(told[-1])
        ksft.equal(mappings.read(), told,
                   f"told after {seq} from {sender} {sport}")


# ---- transport mode

def ends(card):
    return OUTER["a"][card.fam], OUTER["b"][card.fam]


def transport(card):
    """States in transport mode for the ends themselves, without policies."""
    bed = card.bed
    bed.shape = None
    card.pair = bed.install(Shape.named(f"ipv{card.fam}-transport"),
                            how="packet")
    for side in "ab":
        bed.ns(side).ip("xfrm policy flush")
    bed.shape = None
    card.key = card.pair.ab.oracle()


def not_whole(card, defer):
    """Transport mode is for whole packets with a plain IP header."""
    transport(card)
    src, dst = ends(card)
    card.bed.a.ip(f"xfrm policy add src {src} dst {dst} dir out tmpl "
                  "proto esp reqid 1 mode transport offload packet dev ov0")
    data = esp.udp(src, dst, PORT, PORT, bytes(64))
    if card.fam == 4:
        packets = [esp.ipv4(src, dst, esp.UDP, data, options=bytes(4)),
                   esp.ipv4(src, dst, esp.UDP, data[:32], frag=0x2000),
                   esp.ipv4(src, dst, esp.UDP, data[32:], frag=4)]
    else:
        packets = [esp.ipv6(src, dst, 60, bytes([esp.UDP, 0, 1, 4]) +
                            bytes(4) + data),
                   esp.ipv6(src, dst, esp.FRAGMENT6, struct.pack(
                       "!BBHI", esp.UDP, 0, 1, 9) + data[:32])]
    for packet in packets:
        ksft.equal(card.leaves(packet), NOT_WHOLE, ksft.show(packet))


# ---- GRO

def segment(card, port, number, word):
    """The TCP header and the number-th piece of a flow. The piece begins with
    word.
    """
    src, dst = ends(card)
    data = struct.pack("!HHIIBBHHH", port, PORT, 1 + PIECE * number, 1, 0x50,
                       ACK, 1024, 0, 0) + word.ljust(PIECE, b".")
    total = esp.transport_sum(src, dst, esp.TCP, data)
    return data[:16] + struct.pack("!H", total) + data[18:]


def frame(card, proto, payload):
    src, dst = ends(card)
    packet = (esp.ipv4(src, dst, proto, payload, frag=DF) if card.fam == 4
              else esp.ipv6(src, dst, proto, payload))
    return esp.ethernet(MAC["b"], MAC["a"], packet)


def sealed(card, data):
    card.seq += 1
    return frame(card, esp.ESP, card.key.seal(card.seq, esp.TCP, data))


def burst(card, port):
    """What b's stack gets of three flows whose frames come together. One flow
    is protected, one is clear, and one has segments of both kinds.
    """
    mixed, safe, open_ = port, port + 1, port + 2
    frames = [frame(card, esp.TCP, segment(card, open_, 0, b"clear")),
              sealed(card, segment(card, safe, 0, b"sealed")),
              frame(card, esp.TCP, segment(card, mixed, 0, b"clear")),
              sealed(card, segment(card, mixed, 1, b"sealed")),
              frame(card, esp.TCP, segment(card, mixed, 2, b"clear")),
              sealed(card, segment(card, safe, 1, b"sealed")),
              frame(card, esp.TCP, segment(card, open_, 1, b"clear"))]
    card.empty()
    w = card.bed.w
    plug = ("tc", "qdisc", "change", "dev", "ov2", "root", "plug")
    w.command(*plug, "block")
    for one in frames:
        card.bed.inject("b", one)
    w.command(*plug, "release_indefinite")
    packets = []

    def pieces():
        packets.extend(card.received())
        return sum(p.count(b"clear.") + p.count(b"sealed.")
                   for p in packets) >= len(frames)

    ksft.wait_for("all segments", pieces)
    return packets


def gro_apart(card, defer):
    """GRO merges clear segments only with clear ones, and protected segments
    only with protected ones, though addresses, ports and numbers would fit.
    """
    transport(card)
    w = card.bed.w
    done = w.command("tc", "qdisc", "replace", "dev", "ov2", "root", "plug",
                     "limit", "1000000", check=False)
    if done.returncode:
        raise ksft.Skip(f"no qdisc plug: {done.stderr.strip()}")
    defer(w.command, "tc", "qdisc", "del", "dev", "ov2", "root")
    merged = {b"clear.": 0, b"sealed.": 0}
    for number in range(10 * BURSTS):
        for packet in burst(card, 1000 + 3 * number):
            found = {word: packet.count(word) for word in merged}
            ksft.check(0 in found.values(), f"merged: {found}")
            for word, count in found.items():
                merged[word] += count > 1
        if number >= BURSTS and all(merged.values()):
            return
    raise ksft.Skip(f"GRO never merged one kind of segments: {merged}")


CASES = (newest, dying, by_spi, inner_selector, inbound_limits,
         numbers_used_up, sender_moves, not_whole, gro_apart)


def main():
    # The card takes no UDP encapsulation over IPv6
    run_on_card(CASES, OneQueueBed, {sender_moves})


if __name__ == "__main__":
    main()
