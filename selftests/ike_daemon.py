#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packet offload lets only the packets of an IKE daemon pass in clear between
two hosts whose policies protect all packets.

UDP sockets and netlink play a daemon that differs from strongSwan: on a card it
has at most one bypass, which is outbound. So inbound IKE passes only because
the daemon's sockets have policies of their own (IP_XFRM_POLICY). Every case
also runs in software. If the results of card and software must differ, the case
looks at hosts.who.
"""
import select
import socket
import struct

from lib import esp, ksft, module, xfrmnl
from lib.algs import ALGS
from lib.bed import CARD, MAC, OTHER, OUTER, Bed, Sa, Shape, family
from lib.nft import nft
from lib.spd import FULL, socket_policy

# Two ports of the daemon, and a port of another program
IKE, IKE_TOO, OTHER_PORT = 500, 4501, 7500
SOFTWARE, PACKET = "software", "the card"
ANY = {4: "0.0.0.0", 6: "::"}
# Another host on a's side, and a host behind b
STRANGER = {4: "192.0.2.66", 6: "2001:db8::66"}
BEHIND = {4: "192.0.2.99", 6: "2001:db8::99"}
DELIVERED = "delivered"
MISMATCH, BLOCKED, NO_STATE = ("XfrmInTmplMismatch", "XfrmInPolBlock",
                               "XfrmOutNoStates")
CLEAR = "ipsec_rx_drop_clear"


class Hosts:
    """a and b, and policies that protect everything between them."""

    def __init__(self, bed, fam, who, defer):
        self.bed, self.fam, self.who, self.defer = bed, fam, who, defer
        self.shape = Shape.named(f"ipv{fam}-transport")
        self.offload = "ab" if who == PACKET else ""
        bed.remove()
        self.pair = bed.install(self.shape, offload=self.offload,
                                how="packet")
        defer(bed.remove)
        bed.check_offload_lines(self.pair)
        bed.mark()

    def policy(self, side, direction, src, dst, words, priority=10,
               verb="add"):
        offload = f"offload packet dev {CARD[side]}" if self.offload else ""
        self.bed.ns(side).ip(
            f"xfrm policy {verb} src {src} dst {dst} dir {direction} "
            f"priority {priority} {offload} {words}")

    def protect_from(self, src, dst=None):
        """Give b a policy that protects packets from @src to @dst, by default
        to b.
        """
        self.policy("b", "in", f"{src}/{FULL[self.fam]}",
                    f"{dst or OUTER['b'][self.fam]}/{FULL[self.fam]}",
                    "tmpl proto esp reqid 1 mode transport")

    def hole(self, side):
        """Add the daemon's outbound bypass to a side's card. The if_id of the
        bypass is the card's index. In software the sockets' own policies are
        enough.
        """
        if not self.offload:
            return
        ns = self.bed.ns(side)
        index = xfrmnl.ifindex(ns, CARD[side])
        link = xfrmnl.Xfrm(ns)
        any_ = ANY[self.fam]
        port = (IKE, 0xffff)
        answer = link.add_policy(
            xfrmnl.POLICY_OUT, xfrmnl.selector(
                any_, any_, proto=esp.UDP, dport=port, sport=port, prefix=0),
            priority=1, if_id=index, offload=(index, xfrmnl.PACKET))
        ksft.equal(answer, (0, ""), "bypass of the card")

    def socket(self, side, port=IKE, address=None, fam=None, options=()):
        fam = fam or self.fam
        sock = self.bed.ns(side).socket(family(fam), socket.SOCK_DGRAM)
        self.defer(sock.close)
        for option in (socket.SO_REUSEADDR, *options):
            sock.setsockopt(socket.SOL_SOCKET, option, 1)
        sock.bind((address or ANY[fam], port))
        sock.setblocking(False)
        return sock

    def daemon(self, side, port=IKE, **words):
        """A socket with an inbound and an outbound policy of its own."""
        sock = self.socket(side, port, **words)
        for direction in ("in", "out"):
            socket_policy(sock, self.fam, direction)
        return sock

    # ---- packets to b

    def packet(self, port=IKE, src=None, dst=None, sport=IKE):
        src, dst = src or OUTER["a"][self.fam], dst or OUTER["b"][self.fam]
        return esp.ip(src, dst, esp.UDP,
                      esp.udp(src, dst, sport, port, b"IKE" * 9))

    def fate(self, frame, socks):
        """Send a frame to b. Return "delivered" if one of @socks gets the
        packet, or the counter of xfrm that moves.
        """
        b = self.bed.b
        before = b.xfrm_stat()
        self.bed.inject("b", frame)

        def outcome():
            moved = [name for name, value in b.xfrm_stat().items()
                     if value != before[name]]
            if moved:
                return " ".join(moved)
            ready = select.select(socks, [], [], 0)[0]
            return ready and ready[0].recv(2048) and DELIVERED

        return ksft.wait_for(f"a packet's fate, {self.who}", outcome)

    def expect(self, socks, fate, packet=None, what=""):
        """Send @packet to b in a frame, and check its fate. By default the
        packet is IKE from a. The message of a failure shows @what.
        """
        frame = esp.ethernet(MAC["b"], MAC["a"], packet or self.packet())
        ksft.equal(self.fate(frame, socks), fate, f"{self.who}: {what}")

    def expect_strict(self, socks, frame, what, counter=CLEAR):
        """Check that the card drops the frame, and which counter moves. What
        software does with the frame is not checked.
        """
        if self.who == SOFTWARE:
            return
        self.bed.mark()
        fate = self.fate(frame, socks)
        ksft.check(fate != DELIVERED, f"{what} was delivered")
        ksft.equal(self.bed.delta("b")[counter], 1, f"{counter}, {what}")


# ---- cases: case(hosts), for software and for the card

class Talk:
    """Two daemons, and datagrams of other sockets, while keys change."""

    def __init__(self, hosts):
        self.hosts = hosts
        self.ike = {side: hosts.daemon(side) for side in "ab"}
        self.data = {side: hosts.socket(side, OTHER_PORT) for side in "ab"}
        for side in "ab":
            hosts.hole(side)
        self.sent = 0                   # datagrams from each side
        self.seen = 0                   # how many of them arrived() has seen

    def to(self, side, port):
        return OUTER[OTHER[side]][self.hosts.fam], port

    def say(self, side):
        """Send an IKE packet, which must arrive."""
        text = b"IKE of " + side.encode()
        self.ike[side].sendto(text, self.to(side, IKE))
        peer = self.ike[OTHER[side]]
        ready = ksft.wait_for(f"IKE from {side}", lambda: select.select(
            [peer], [], [], 0)[0])
        ksft.equal(ready[0].recv(100), text, "IKE")

    def push(self, count):
        for _ in range(count):
            self.sent += 1
            for side in "ab":
                self.data[side].sendto(struct.pack("!I", self.sent),
                                       self.to(side, OTHER_PORT))

    def arrived(self):
        """Check that all datagrams sent so far have arrived, and, with offload,
        that they arrived in the order in which they were sent.

        In software the SPI of a packet decides which send queue the packet
        takes. So a packet of a new SA may overtake packets of the old SA.
        """
        for side in "ab":
            got = []

            def complete():
                while select.select([self.data[side]], [], [], 0)[0]:
                    got.append(*struct.unpack("!I",
                                              self.data[side].recv(100)))
                return len(got) >= self.sent - self.seen

            ksft.wait_for(f"datagrams to {side}", complete)
            if not self.hosts.offload:
                got.sort()
            ksft.equal(got, list(range(self.sent - len(got) + 1,
                                       self.sent + 1)), "datagrams")
            ksft.equal(got[0], 1 + self.seen, "first datagram")
        self.seen = self.sent

    def rekey(self):
        """Rekey as in RFC 7296 2.8.

        Add the inbound SAs, then the outbound SAs, then delete the old outbound
        SAs. Delete the old inbound SAs when all datagrams have arrived.
        """
        hosts, bed = self.hosts, self.hosts.bed
        old = hosts.pair
        new = [Sa(hosts.shape, side, next(bed.spi), ALGS["aes128-gcm"], 128,
                  False, how="packet") for side in "ab"]
        steps = [(sa.receiver, sa.line(sa.receiver, bool(hosts.offload)))
                 for sa in new]
        steps += [(sa.sender, sa.line(sa.sender, bool(hosts.offload)))
                  for sa in new]
        steps += [(sa.sender, f"xfrm state delete {sa.id}")
                  for sa in (old.ab, old.ba)]
        for side, line in steps:
            self.push(20)
            self.say(side)
            bed.ns(side).ip(line)
        self.push(20)
        self.arrived()
        for sa in (old.ab, old.ba):
            bed.ns(sa.receiver).ip(f"xfrm state delete {sa.id}")
        hosts.pair = old._replace(ab=new[0], ba=new[1])


def rekeyed(hosts):
    """While keys change, nothing is lost, and only IKE leaves in clear."""
    talk = Talk(hosts)
    for _ in range(3):
        talk.rekey()
    ike, sealed = 0, 0
    ends = {esp.packed(OUTER[side][hosts.fam]) for side in "ab"}
    for _, frame in hosts.bed.captured():
        if frame.proto is None or {frame.src, frame.dst} != ends:
            continue                    # to a group, for example MLD
        if frame.is_esp:
            sealed += 1
            continue
        ksft.equal(frame.proto, esp.UDP, "protocol of a clear frame")
        ksft.equal(struct.unpack_from("!HH", frame.payload), (IKE, IKE),
                   "ports of a clear frame")
        ike += 1
    # One IKE packet in each of the 6 steps of the 3 rekeyings
    ksft.equal(ike, 3 * 6, "IKE in clear")
    ksft.equal(sealed, 2 * talk.sent, "protected datagrams")
    if hosts.offload:
        ksft.equal(sum(hosts.bed.delta(side)["ipsec_rx_clear_socket"]
                       for side in "ab"), ike, "clear packets to sockets")


def only_for_the_socket(hosts):
    """A packet passes in clear only if the daemon's socket receives it."""
    daemon = hosts.daemon("b")
    other, too = hosts.socket("b", OTHER_PORT), hosts.daemon("b", IKE_TOO)
    socks = [daemon, other, too]
    hosts.expect([daemon], DELIVERED, what="to the daemon")
    hosts.expect([too], DELIVERED, hosts.packet(IKE_TOO),
                 "to another port of the daemon")
    hosts.expect(socks, MISMATCH, hosts.packet(OTHER_PORT),
                 "to a socket without policy")
    hosts.expect(socks, MISMATCH, hosts.packet(OTHER_PORT + 1),
                 "to no socket")
    hosts.protect_from(STRANGER[hosts.fam])
    hosts.expect([daemon], DELIVERED, hosts.packet(src=STRANGER[hosts.fam]),
                 "to the daemon, from another host")
    daemon.close()
    hosts.expect(socks[1:], MISMATCH, what="after the daemon's end")
    hosts.expect([hosts.daemon("b", address=OUTER["b"][hosts.fam])],
                 DELIVERED, what="to a new daemon")


def no_ike(hosts):
    """A socket gets clear text only if the socket's own inbound policy permits
    this.
    """
    hosts.protect_from(STRANGER[hosts.fam])
    sock = hosts.socket("b")
    hosts.expect([sock], MISMATCH, what="no policy")
    socket_policy(sock, hosts.fam, "out")
    hosts.expect([sock], MISMATCH, what="only an outbound policy")
    socket_policy(sock, hosts.fam, "in", src=STRANGER[hosts.fam])
    hosts.expect([sock], MISMATCH, what="a policy for another source")
    hosts.expect([sock], DELIVERED, hosts.packet(src=STRANGER[hosts.fam]),
                 what="a policy for this source")
    ends = OUTER["a"][hosts.fam], OUTER["b"][hosts.fam]
    socket_policy(sock, hosts.fam, "in", (*ends, False, 1))
    hosts.expect([sock], MISMATCH, what="a policy with a template")
    socket_policy(sock, hosts.fam, "in", block=True)
    # In software the socket's policy blocks the packet. The card drops the
    # packet because of the card's policy
    hosts.expect([sock], BLOCKED if hosts.who == SOFTWARE else MISMATCH,
                 what="a policy that blocks")
    socket_policy(sock, hosts.fam, "in")
    hosts.expect([sock], DELIVERED, what="a policy for all sources")


def mapped(hosts):
    """An IPv6 socket receives IPv4, too, but its policy is for IPv6 only."""
    sock = hosts.socket("b", fam=6)
    socket_policy(sock, 6, "in")
    hosts.expect([sock], DELIVERED if hosts.fam == 6 else MISMATCH,
                 what="IPv6 socket and policy")


def nearer_socket(hosts):
    """If two sockets fit a packet, UDP prefers one of them, and only the policy
    of this socket decides.
    """
    wild = hosts.daemon("b")
    near = hosts.socket("b", address=OUTER["b"][hosts.fam])
    hosts.expect([wild, near], MISMATCH, what="a nearer socket, no policy")
    socket_policy(near, hosts.fam, "in")
    hosts.expect([near], DELIVERED, what="a nearer socket with policy")
    near.close()
    hosts.expect([wild], DELIVERED, what="without the nearer socket")


def ended_meanwhile(hosts):
    """While daemons come and go, another socket on their port gets nothing."""
    spy = hosts.socket("b")
    near = OUTER["b"][hosts.fam]
    frame = esp.ethernet(MAC["b"], MAC["a"], hosts.packet())
    got = 0
    for _ in range(100):
        daemon = hosts.daemon("b", address=near)
        for _ in range(3):
            hosts.bed.inject("b", frame)
        got += bool(select.select([daemon], [], [], 0)[0])
        daemon.close()
    hosts.expect([spy], MISMATCH, what="after the daemon's end")
    ksft.equal(select.select([spy], [], [], 0)[0], [], "clear text")
    ksft.check(got, "no daemon got anything")


def block(hosts):
    """A policy of b blocks all packets from a. The daemon's socket still gets
    its packets, because the socket's own policy comes first.
    """
    near, far = (f"{OUTER[side][hosts.fam]}/{FULL[hosts.fam]}"
                 for side in "ba")
    hosts.policy("b", "in", far, near, "action block", verb="update")
    hosts.expect([hosts.daemon("b")], DELIVERED, what="to the daemon")
    hosts.expect([hosts.socket("b", OTHER_PORT)], BLOCKED,
                 hosts.packet(OTHER_PORT), "to a socket without policy")


def stricter(hosts):
    """The card drops a clear packet if it cannot make sure that the daemon's
    socket gets the packet (kmod/bridge/packet/socket.c).
    """
    fam, bed = hosts.fam, hosts.bed
    daemon = hosts.daemon("b")
    group = ("224.0.0.9", "01:00:5e:00:00:09") if fam == 4 else \
            ("ff02::9", "33:33:00:00:00:09")
    src, dst = OUTER["a"][fam], OUTER["b"][fam]
    data = esp.udp(src, dst, IKE, IKE, bytes(64))
    plain = esp.ethernet(MAC["b"], MAC["a"], hosts.packet())

    def strict(packet, what, mac=MAC["b"], counter=CLEAR):
        hosts.expect_strict([daemon], esp.ethernet(mac, MAC["a"], packet),
                            what, counter)

    for part in esp.in_two(src, dst, esp.UDP, data, 9):
        strict(part, "a fragment")
    hosts.expect_strict([daemon], plain[:12] + b"\x81\x00\0\5" + plain[12:],
                        "behind a VLAN tag", "ipsec_rx_drop_wrapped")
    strict(hosts.packet(), "broadcast", "ff:ff:ff:ff:ff:ff")
    hosts.protect_from(src, group[0])
    bed.b.ip(f"maddress add {group[1]} dev {CARD['b']}")
    hosts.defer(bed.b.ip, f"maddress del {group[1]} dev {CARD['b']}")
    strict(hosts.packet(dst=group[0]), "multicast", group[1])
    hosts.protect_from(src, BEHIND[fam])
    strict(hosts.packet(dst=BEHIND[fam]), "to be forwarded")
    if fam == 4:
        strict(esp.ipv4(src, dst, esp.UDP, data, options=bytes(4)), "options")
    else:
        header = bytes([esp.UDP, 0, 1, 4, 0, 0, 0, 0])
        strict(esp.ip(src, dst, 60, header + data), "destination options")
    hosts.expect([daemon], DELIVERED, what="to the daemon, afterwards")

    daemon.close()
    member = hosts.daemon("b", options=[socket.SO_REUSEPORT])
    hosts.expect_strict([member], plain, "for a group of SO_REUSEPORT")


def above_the_card(hosts):
    """The card drops a clear packet for the daemon if tc or nftables could
    redirect the packet.
    """
    b, card = hosts.bed.b, CARD["b"]
    daemon = hosts.daemon("b")
    plain = esp.ethernet(MAC["b"], MAC["a"], hosts.packet())

    def strict(what):
        hosts.expect_strict([daemon], plain, what)

    b.command("tc", "qdisc", "add", "dev", card, "clsact")
    b.command("tc", "filter", "add", "dev", card, "ingress", "matchall",
              "action", "ok")
    strict("tc at ingress")
    b.command("tc", "qdisc", "del", "dev", card, "clsact")
    hosts.expect([daemon], DELIVERED, what="without tc")
    nft(b, "add table netdev ov2")
    hosts.defer(nft, b, "delete table netdev ov2", check=False)
    nft(b, f"add chain netdev ov2 c {{ type filter hook ingress device {card} "
           "priority 0 ; }")
    strict("nftables at ingress")
    nft(b, "delete table netdev ov2")
    hosts.expect([daemon], DELIVERED, what="without nftables")


def listened_to(hosts):
    """The card drops a packet for the daemon if another socket would get the
    packet, too: a raw socket without a bypass, or a packet socket for IP. A raw
    socket gets a copy before UDP gets the packet. A packet socket gets the
    packet itself, and only a clone comes to UDP. The card has chosen the
    daemon's socket for the packet, but the clone does not name this socket.
    """
    b, fam = hosts.bed.b, hosts.fam
    daemon = hosts.daemon("b")
    raw = b.socket(family(fam), socket.SOCK_RAW, socket.IPPROTO_UDP)
    hosts.defer(raw.close)
    raw.setblocking(False)
    plain = esp.ethernet(MAC["b"], MAC["a"], hosts.packet())
    if hosts.who == SOFTWARE:
        # A policy drops the raw socket's copy, but the daemon gets the packet
        ksft.equal(hosts.fate(plain, [raw]), MISMATCH, "raw socket")
        ksft.wait_for("IKE", lambda: select.select([daemon], [], [], 0)[0])
        daemon.recv(2048)
    else:
        hosts.expect_strict([daemon], plain, "beside a raw socket")
    ksft.equal(select.select([raw], [], [], 0)[0], [], "clear text")
    socket_policy(raw, fam, "in")
    hosts.expect([daemon], DELIVERED, what="beside a raw socket's bypass")
    ksft.wait_for("the copy", lambda: select.select([raw], [], [], 0)[0])
    raw.close()

    with b.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as packet:
        with b.entered():
            packet.bind((CARD["b"], 0x0800 if fam == 4 else 0x86dd))
        hosts.expect_strict([daemon], plain, "beside a packet socket of IP")
    hosts.expect([daemon], DELIVERED, what="alone")


def led_away(hosts, kind, statement):
    """A rule changes the destination port of the packets for the daemon. The
    socket of the new port has no policy and gets nothing. In software the
    packet is dropped. With a card the daemon's socket gets the packet, because
    the card has chosen the daemon's socket before the rule applies.
    """
    b, ip = hosts.bed.b, "ip" if hosts.fam == 4 else "ip6"
    daemon, other = hosts.daemon("b"), hosts.socket("b", OTHER_PORT)
    nft(b, f"add table {ip} ov2")
    hosts.defer(nft, b, f"delete table {ip} ov2", check=False)
    nft(b, f"add chain {ip} ov2 c {{ type {kind} hook prerouting "
           "priority -100 ; }")
    nft(b, f"add rule {ip} ov2 c udp dport {IKE} {statement}")
    if hosts.who == SOFTWARE:
        hosts.expect([daemon, other], MISMATCH, what=statement)
    else:
        hosts.expect([daemon], DELIVERED, what=statement)
    ksft.equal(select.select([other], [], [], 0)[0], [], "clear text")


def rewritten(hosts):
    """nftables changes the port on the way from the card to UDP."""
    led_away(hosts, "filter", f"udp dport set {OTHER_PORT}")


def redirected(hosts):
    """NAT changes the port, except in a packet that the card has marked as
    untracked.
    """
    to = OUTER["b"][hosts.fam]
    to = to if hosts.fam == 4 else f"[{to}]"
    led_away(hosts, "nat", f"dnat to {to}:{OTHER_PORT}")


def filtered(hosts):
    """A firewall sees the packet, as it does in software."""
    daemon, b = hosts.daemon("b"), hosts.bed.b
    for hook in ("prerouting", "input"):
        nft(b, "add table inet ov2")
        hosts.defer(nft, b, "delete table inet ov2", check=False)
        nft(b, f"add chain inet ov2 c {{ type filter hook {hook} priority 0 ; "
               "}")
        nft(b, f"add rule inet ov2 c udp dport {IKE} counter drop")
        hosts.bed.inject("b", esp.ethernet(MAC["b"], MAC["a"],
                                           hosts.packet()))
        ksft.wait_for(f"the rule of {hook}", lambda: "packets 1 " in nft(
            b, "list table inet ov2"))
        ksft.equal(select.select([daemon], [], [], 0)[0], [],
                   "sockets that got a dropped packet")
        nft(b, "delete table inet ov2")
    hosts.expect([daemon], DELIVERED, what="without rules")


class Outbound:
    """Packets from a's socket to b, under the policies of a case."""

    def __init__(self, hosts):
        self.hosts = hosts
        hosts.bed.a.ip("xfrm policy flush")
        self.sock = hosts.socket("a", OTHER_PORT)

    def policy(self, words, priority, verb="add", direction="out"):
        a, b = (f"{OUTER[side][self.hosts.fam]}/{FULL[self.hosts.fam]}"
                for side in "ab")
        src, dst = (a, b) if direction == "out" else (b, a)
        self.hosts.policy("a", direction, src, dst, words, priority, verb)

    def template(self, reqid):
        any_ = ANY[self.hosts.fam]
        return (f"tmpl src {any_} dst {any_} proto esp reqid {reqid} "
                "mode transport")

    def fate(self):
        """"esp", "clear", or the counter of xfrm that moved."""
        bed = self.hosts.bed
        before = bed.a.xfrm_stat()
        bed.mark()
        try:
            self.sock.sendto(bytes(64), (OUTER["b"][self.hosts.fam],
                                         OTHER_PORT))
        except OSError:
            pass

        def outcome():
            for side, frame in bed.captured():
                if side == "a" and (frame.is_esp or frame.proto == esp.UDP):
                    return "esp" if frame.is_esp else "clear"
            return " ".join(name for name, value in bed.a.xfrm_stat().items()
                            if value != before[name] and "Out" in name)

        return ksft.wait_for("a packet to leave, or to be dropped", outcome)

    def below(self):
        """Give the card a frame directly, so that the core does not apply its
        policies. Return "esp", "clear", or the card's drop counter that moved.
        """
        hosts, bed = self.hosts, self.hosts.bed
        src, dst = (OUTER[side][hosts.fam] for side in "ab")
        packet = esp.ip(src, dst, esp.UDP, esp.udp(
            src, dst, OTHER_PORT, OTHER_PORT, bytes(64)))
        raw = bed.a.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        hosts.defer(raw.close)
        with bed.a.entered():
            raw.bind((CARD["a"], 0))
        bed.mark()
        raw.send(esp.ethernet(MAC["b"], MAC["a"], packet))

        def outcome():
            for side, frame in bed.captured():
                if side == "a" and (frame.is_esp or frame.proto == esp.UDP):
                    return "esp" if frame.is_esp else "clear"
            return " ".join(name for name, value in bed.moved("a").items()
                            if "_drop_" in name)

        return ksft.wait_for("a frame to leave, or to be dropped", outcome)


def trap(hosts):
    """If the template has no reqid, the kernel asks the key manager, and
    nothing leaves before the key manager installs a state. Until then the
    card uses no other state.
    """
    fam, bed = hosts.fam, hosts.bed
    src, dst = (OUTER[side][fam] for side in "ab")
    out = Outbound(hosts)
    ksft.equal(out.fate(), "clear", "without a policy")
    daemon = {side: hosts.daemon(side) for side in "ab"}
    hosts.hole("a")
    out.policy(out.template(0), 20)
    if hosts.who == PACKET:
        # The card has states of reqid 1 for these hosts, and must not use them
        ksft.equal(out.below(), "ipsec_tx_drop_no_sa", "below xfrm")
    bed.a.ip("xfrm state flush")
    ksft.equal(out.fate(), NO_STATE, "no key manager listens")
    manager = xfrmnl.Acquires(bed.a)
    hosts.defer(manager.close)
    ksft.equal(out.fate(), NO_STATE, "a key manager listens")
    manager.wait(src, dst)
    ksft.equal(out.fate(), NO_STATE, "the key manager was asked")
    daemon["a"].sendto(b"IKE", (dst, IKE))
    ksft.wait_for("IKE", lambda: select.select([daemon["b"]], [], [], 0)[0])
    bed.a.ip(hosts.pair.ab.line("a", hosts.who == PACKET))
    out.policy(out.template(1), 10, "update")
    ksft.equal(out.fate(), "esp", "with keys")
    if hosts.who == PACKET:
        ksft.equal(out.below(), "esp", "below xfrm, with keys")
    # The daemon puts the trap back when the connection ends
    bed.a.ip(f"xfrm state delete {hosts.pair.ab.id}")
    out.policy(out.template(0), 20, "update")
    ksft.check("esp" != out.fate() != "clear", "trapped again")


def inbound(hosts, clear, protected, words, **how):
    """Give b a policy that is made of @words. Send b a clear packet and a
    protected packet, both from a. Their fates must be @clear and @protected.
    """
    fam = hosts.fam
    src, dst = (OUTER[side][fam] for side in "ab")
    hosts.policy("b", "in", f"{src}/{FULL[fam]}", f"{dst}/{FULL[fam]}", words,
                 **how)
    sock = hosts.socket("b", OTHER_PORT)
    hosts.expect([sock], clear, hosts.packet(OTHER_PORT), "clear, in")
    key = hosts.pair.ab.oracle()
    data = esp.udp(src, dst, IKE, OTHER_PORT, bytes(64))
    hosts.expect([sock], protected, esp.ip(src, dst, esp.ESP, key.seal(
        1, esp.UDP, data)), "protected, in")


def trap_in(hosts):
    """An inbound policy whose template has no reqid lets in the packets of any
    state, and no clear text.
    """
    hosts.bed.b.ip("xfrm policy flush")
    inbound(hosts, MISMATCH, DELIVERED,
            "tmpl proto esp reqid 0 mode transport")


def hold(hosts):
    """A block drops outbound packets and inbound packets, even if the block has
    a template.
    """
    out = Outbound(hosts)
    out.policy(f"action block {out.template(0)}", 10)
    ksft.equal(out.fate(), "XfrmOutPolBlock", "out")
    if hosts.who == PACKET:
        ksft.equal(out.below(), "ipsec_tx_drop_blocked", "below xfrm")
    out.policy(f"action block {out.template(1)}", 10, "update")
    ksft.equal(out.fate(), "XfrmOutPolBlock", "out, with a state that fits")
    inbound(hosts, BLOCKED, BLOCKED,
            "action block tmpl proto esp reqid 1 mode transport",
            verb="update")


def reserved(hosts):
    """Packets leave as ESP while an SPI is reserved for the next state."""
    fam, a = hosts.fam, hosts.bed.a
    out = Outbound(hosts)
    a.ip(f"xfrm state allocspi src {OUTER['b'][fam]} dst {OUTER['a'][fam]} "
         "proto esp reqid 1 mode transport min 0x4000 max 0x4fff")
    out.policy(out.template(1), 10)
    fate = out.fate()
    a.ip(f"xfrm state deleteall src {OUTER['b'][fam]} proto esp")
    ksft.equal(out.fate(), "esp", "when the reserved SPI is gone")
    if hosts.who == PACKET and fate == NO_STATE:
        raise ksft.XFail("if a hash chain has only offloaded states, "
                         "XFRM_STATE_INSERT() puts the state of the reserved "
                         "SPI, a software state, in front of them, and "
                         "xfrm_state_find() stops at this state")
    ksft.equal(fate, "esp", hosts.who)


CASES = (reserved, rekeyed, only_for_the_socket, no_ike, mapped, nearer_socket,
         ended_meanwhile, block, stricter, above_the_card, listened_to,
         rewritten, redirected, filtered, trap, trap_in, hold)


def main():
    def one(defer, case, fam, who):
        case(Hosts(bed, fam, who, defer))

    some = ksft.chosen([
        (f"ipv{fam} {case.__name__}, {who}", one, case, fam, who)
        for fam in (4, 6) for case in CASES for who in (SOFTWARE, PACKET)])
    module.load()
    bed = Bed()
    try:
        ksft.run(some)
    finally:
        bed.delete()


if __name__ == "__main__":
    main()
