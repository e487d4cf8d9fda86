#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The kernel's drop reason says why a card dropped a frame.

dropwatch, Retis and `perf trace` read the tracepoint skb:kfree_skb. Each case
provokes drops of sent or received frames, in packet mode or in crypto mode. It
checks the card's counter and the reason that the tracepoint names. It also
checks which counter of /proc/net/xfrm_stat moves, if any. The card must drop
nothing else.
"""
import socket
import struct
from collections import namedtuple

from lib import esp, ksft
from lib.bed import CARD, MAC, OUTER, OneQueueBed, Shape, family
from lib.spd import BLOCK, PROTECT, host, run_on_card
from lib.trace import Trace

UDP, AH = esp.UDP, 51
NO_NEXT_HEADER = 59
CRYPTO_PORT = 7800

# counter: its name in `ethtool -S`. stat: the counter of xfrm_stat that moves,
# or None. reason: its name without SKB_DROP_REASON_
Drop = namedtuple("Drop", "counter stat reason")


class Watch:
    """The frames that the module has freed, and the counters that have moved,
    since start().
    """

    def __init__(self, bed, side, defer):
        self.bed, self.side, self.ns = bed, side, bed.ns(side)
        self.trace = Trace(["kfree_skb"], system="skb")
        defer(self.trace.close)

    def start(self):
        self.trace.read()
        self.bed.mark()
        self.before = self.ns.xfrm_stat()

    def reasons(self):
        """The reasons of the frames that the module itself has freed."""
        return [event.text.rpartition("reason: ")[2].strip()
                for event in self.trace.read() if "[ipsecov2]" in event.text]

    def drops(self):
        return {k: v for k, v in self.bed.delta(self.side).items()
                if v and "_drop_" in k}

    def expect(self, drop, what):
        # The card counts a drop before it frees the frame
        reasons = []
        ksft.wait_for(f"{what}: a freed frame",
                      lambda: reasons.extend(self.reasons()) or reasons)
        ksft.equal(self.drops(), {drop.counter: 1}, f"{what}: drops")
        moved = {k: v - self.before[k] for k, v in self.ns.xfrm_stat().items()
                 if v != self.before[k]}
        ksft.equal(moved, {drop.stat: 1} if drop.stat else {},
                   f"{what}: xfrm_stat")
        ksft.equal(reasons, [drop.reason],
                   f"{what}: reasons of skb:kfree_skb")


def expect_drop(card, defer, side, drop, provoke, *args):
    watch = Watch(card.bed, side, defer)
    watch.start()
    provoke(*args)
    watch.expect(drop, drop.counter)


def send_raw(card, packet):
    """Give a packet directly to a's card, so that xfrm does not see it."""
    card.raw["a"].send(esp.ethernet(MAC["b"], MAC["a"], packet))


def inject(card, packet, mac=MAC["b"]):
    card.bed.inject("b", esp.ethernet(mac, MAC["a"], packet))


def seal(card, packet, seq, next_header=None):
    """Return an ESP packet that carries @packet in the tunnel from a to b."""
    proto = esp.IPIP if card.fam == 4 else esp.IPV6_IN_IP
    data = card.key.seal(seq, next_header or proto, packet)
    return outer(card, esp.ESP, data)


def outer(card, proto, data):
    """A packet between the ends of the tunnel from a to b."""
    return esp.ip(OUTER["a"][card.fam], OUTER["b"][card.fam], proto, data)


# ---- packet mode, sent

def sent_blocked(card, defer):
    card.policy("a", "out", card.pair_selector(), BLOCK)
    expect_drop(card, defer, "a",
                Drop("ipsec_tx_drop_blocked", "XfrmOutPolBlock",
                     "XFRM_POLICY"),
                send_raw, card, card.packet(1, 1, UDP, 1, 1))


def sent_without_sa(card, defer):
    card.policy("a", "out", card.pair_selector(), PROTECT)
    card.bed.a.ip(f"xfrm state delete {card.pair.ab.id}")
    expect_drop(card, defer, "a",
                Drop("ipsec_tx_drop_no_sa", "XfrmOutNoStates", "XFRM_POLICY"),
                send_raw, card, card.packet(1, 1, UDP, 1, 1))


def sent_expired(card, defer):
    """The limit is one packet, so the second packet is dropped."""
    card.policy("a", "out", card.pair_selector(), PROTECT)
    ab, a = card.pair.ab, card.bed.a
    a.ip(f"xfrm state delete {ab.id}",
         f"{ab.line('a', True)} limit packet-hard 1")
    packet = card.packet(1, 1, UDP, 1, 1)
    ksft.equal(card.leaves(packet), "esp", "the first packet")
    watch = Watch(card.bed, "a", defer)
    watch.start()
    send_raw(card, packet)
    ksft.wait_for("a drop", watch.drops)
    # The state is gone as soon as the core's timer has run
    gone = "ipsec_tx_drop_no_sa" in watch.drops()
    watch.expect(Drop("ipsec_tx_drop_no_sa", "XfrmOutNoStates", "XFRM_POLICY")
                 if gone else
                 Drop("ipsec_tx_drop_expired", "XfrmOutStateExpired",
                      "XFRM_POLICY"), "the second packet")


def sent_malformed(card, defer):
    card.policy("a", "out", card.pair_selector(), BLOCK)
    packet = card.packet(1, 1, UDP, 1, 1)
    expect_drop(card, defer, "a",
                Drop("ipsec_tx_drop_malformed", None, "IP_INHDR"),
                send_raw, card, packet[:12])


# ---- packet mode, received

def received_blocked(card, defer):
    card.policy("b", "in", card.pair_selector(), BLOCK)
    packet = card.packet(1, 1, UDP, 1, 1)
    drop = Drop("ipsec_rx_drop_block", "XfrmInPolBlock", "XFRM_POLICY")
    expect_drop(card, defer, "b", drop, inject, card, packet)
    expect_drop(card, defer, "b", drop, inject, card, seal(card, packet, 1))


def received_clear(card, defer):
    card.policy("b", "in", card.pair_selector(), PROTECT)
    expect_drop(card, defer, "b",
                Drop("ipsec_rx_drop_clear", "XfrmInTmplMismatch",
                     "XFRM_POLICY"),
                inject, card, card.packet(1, 1, UDP, 1, 1))


def received_clear_bad(card, defer):
    card.policy("b", "in", card.pair_selector(), PROTECT)
    expect_drop(card, defer, "b",
                Drop("ipsec_rx_drop_clear_bad", "XfrmInHdrError", "IP_INHDR"),
                inject, card, card.packet(1, 1, UDP, 1, 1)[:12])


def received_bad(card, defer):
    """Each of these frames has one fault: a wrong ICV, AH with the SPI of ESP,
    a dummy packet, no IP in the tunnel, an unreadable inner packet, and with
    IPv4 a wrong checksum of the outer header. Then a good frame comes, and
    another frame with the same number.
    """
    card.policy("b", "in", card.pair_selector(), PROTECT)
    packet = card.packet(1, 1, UDP, 1, 1)
    good = seal(card, packet, 1)
    auth = good[:-1] + bytes([good[-1] ^ 1])
    ah = outer(card, AH, struct.pack("!BBHII", esp.UDP, 4, 0,
                                     card.pair.ab.spi, 2) + bytes(12 + 64))
    proto_error = "XfrmInStateProtoError"
    rows = [
        (auth, Drop("ipsec_rx_drop_auth", proto_error, "XFRM_POLICY")),
        (ah, Drop("ipsec_rx_drop_protocol", proto_error, "XFRM_POLICY")),
        (seal(card, bytes(8), 3, NO_NEXT_HEADER),
         Drop("ipsec_rx_drop_trailer", proto_error, "HDR_TRUNC")),
        (seal(card, packet, 4, UDP),
         Drop("ipsec_rx_drop_decap", "XfrmInStateModeError", "HDR_TRUNC")),
        (seal(card, bytes(len(packet)), 5),
         Drop("ipsec_rx_drop_inner", "XfrmInHdrError", "IP_INHDR")),
    ]
    if card.fam == 4:
        rows.append((good[:10] + bytes([good[10] ^ 1]) + good[11:],
                     Drop("ipsec_rx_drop_ip_csum", None, "IP_CSUM")))
    for frame, drop in rows:
        expect_drop(card, defer, "b", drop, inject, card, frame)
    ksft.equal(card.arrives(packet, sealed=True), "passes", "a good frame")
    expect_drop(card, defer, "b",
                Drop("ipsec_rx_drop_replay", "XfrmInStateSeqError",
                     "XFRM_POLICY"), inject, card, good)


# ---- crypto mode

def crypto_pair(card):
    """SAs in transport mode, and a socket at a that sends through the SAs."""
    bed, fam = card.bed, card.fam
    shape = Shape.named(f"ipv{fam}-transport")
    pair = bed.install(shape, how="crypto")
    sock = bed.a.socket(family(fam), socket.SOCK_DGRAM)
    return pair, sock, (bed.address("b", shape), CRYPTO_PORT)


def set_qdisc(card, defer, *qdisc):
    done = card.bed.a.command("tc", "qdisc", "replace", "dev", CARD["a"],
                              "root", *qdisc, check=False)
    if done.returncode:
        raise ksft.Skip(f"no qdisc {qdisc[0]}: {done.stderr.strip()}")
    defer(card.bed.a.command, "tc", "qdisc", "del", "dev", CARD["a"], "root",
          check=False)


def crypto_sent_late(card, defer):
    """The state is deleted while its frame waits in a queue."""
    pair, sock, to = crypto_pair(card)
    defer(sock.close)
    set_qdisc(card, defer, "plug", "limit", "1000000")

    def plug(word):
        card.bed.a.command("tc", "qdisc", "change", "dev", CARD["a"], "root",
                           "plug", word)

    def send():
        plug("block")
        sock.sendto(bytes(100), to)
        card.bed.a.ip(f"xfrm state delete {pair.ab.id}")
        plug("release_indefinite")

    expect_drop(card, defer, "a",
                Drop("ipsec_tx_drop_no_state", None, "XFRM_POLICY"), send)


def crypto_received_bad(card, defer):
    """xfrm drops and counts frames that the engine finds bad. But the card
    itself drops a packet with a wrong IP checksum. Without an offload, IP would
    drop this packet, and xfrm would not see it.
    """
    pair, sock, _ = crypto_pair(card)
    sock.close()
    data = pair.ab.oracle().seal(1, esp.UDP, bytes(64))
    frame = outer(card, esp.ESP, data)
    expect_drop(card, defer, "b",
                Drop("ipsec_rx_drop_ip_csum", None, "IP_CSUM"),
                inject, card, frame[:10] + bytes([frame[10] ^ 1]) + frame[11:])
    watch = Watch(card.bed, "b", defer)
    watch.start()
    inject(card, frame[:-1] + bytes([frame[-1] ^ 1]))
    stat = "XfrmInStateProtoError"
    ksft.wait_for(f"{stat} to move", lambda: card.bed.b.xfrm_stat()[stat] >
                  watch.before[stat])
    ksft.equal(watch.drops(), {}, "drops by the card")
    ksft.equal(watch.reasons(), [], "frames that the card freed")


# ---- the cable

def cable_too_long(card, defer):
    card.bed.w.ip("link set ov1 mtu 1300")
    defer(card.bed.w.ip, "link set ov1 mtu 1500")
    src, dst = host("a", card.fam, 1), host("b", card.fam, 1)
    packet = esp.ip(src, dst, UDP, esp.udp(src, dst, 1, 1, bytes(1350)))
    expect_drop(card, defer, "a",
                Drop("wire_tx_drop_too_long", None, "PKT_TOO_BIG"),
                send_raw, card, packet)


def cable_filtered(card, defer):
    """A frame that is not for this host is counted, but not as a drop, and the
    trace of dropped frames does not have it.
    """
    watch = Watch(card.bed, "b", defer)
    watch.start()
    # When the second frame is counted, the card has freed the first
    for _ in range(2):
        inject(card, card.packet(1, 1, UDP, 1, 1), "02:00:00:00:77:77")
    ksft.wait_for("two frames to be filtered",
                  lambda: card.bed.delta("b")["wire_rx_filtered"] == 2)
    ksft.equal(watch.drops(), {}, "drops by the card")
    ksft.equal(watch.reasons(), [], "frames that the card dropped")


CASES = (sent_blocked, sent_without_sa, sent_expired, sent_malformed,
         received_blocked, received_clear, received_clear_bad, received_bad,
         crypto_sent_late, crypto_received_bad, cable_too_long, cable_filtered)
ONLY_IPV4 = {crypto_received_bad, cable_filtered}

if __name__ == "__main__":
    run_on_card(CASES, OneQueueBed, ONLY_IPV4)
