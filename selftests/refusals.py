#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A state that cannot be offloaded gets the right sentence, errno, counter and
trace event.

A refused state fails with -EINVAL (with -ENOSPC if a table of the card is full)
and one sentence, and leaves nothing behind: no state, no object. A request that
the core refuses first has the core's sentence, and moves no counter of the
card. If the card leaves a state to software instead of refusing it, the state
is there, in software, and traffic flows.
"""
from lib import esp, ksft, refusals, xfrmnl
from lib.algs import MACS
from lib.bed import OUTER, Shape
from lib.netns import Ethtool
from lib.refusals import EINVAL, OURS, core, ours
from lib.traffic import Traffic
from lib.xfrmnl import IN, INBOUND, OUT, PACKET

GCM = "rfc4106(gcm(aes))"
SPI = 0x4711
CAPACITY = 4096
SAME = 128                              # OV2_SAD_SAME
ENOSPC, EOPNOTSUPP = 28, 95
AH, COMP = 51, 108

# The core checks these things before it asks the card, and refuses the request
# itself. So no request gets these reasons from the card
CORE_IS_FIRST = {"dir", "proto", "family", "geniv", "ipcomp", "tfc", "encap"}
# No request leads to these reasons: allocations and the cipher do not fail on
# demand, no algorithm comes after the module was loaded, a reset is over at
# once, and a security context needs SELinux. kmod/bridge/tests/refuse_test.c
# tests these reasons
NOT_BY_REQUEST = {"no_memory", "engine", "missing", "reset", "context"}
# These reasons have cases: feature_off(), table_full(), same_full()
BY_CASE = {"disabled", "full", "same"}

MODES = "Only transport and tunnel mode can be offloaded"
ALGORITHM = ("Algorithm can't be offloaded, or the integrity algorithm is "
             "missing")
KEY = "Key must be as long as the RFC of its algorithm says, with the salt"
ICV = "ICV must be as long as the RFC of its algorithm says"
CBC = ("cbc(aes)", bytes(16))
# xfrm has these MACs, and the card does not have them yet
NO_MACS = [mac for mac in ("cmac(aes)", "xcbc(aes)")
           if mac not in {known.xfrm for known in MACS.values()}]
SHA256 = ("hmac(sha256)", bytes(32), 128)
REQID = "Packet offload needs a reqid, the same as its policy's"
MARK = "Mark can be offloaded on outbound states in crypto mode only"
DISABLED = "Packet offload needs esp-hw-offload on, see ethtool -K"
TOO_MANY = "Too many states of one reqid with equal addresses on the card"
FULL = "The card's SA table is full, only crypto mode falls back to software"
NO_SPI = "SPI 0 can't be offloaded, it must never be on the wire"
NO_DESTINATION = "Inbound states need a destination to be offloaded"
INNER_FAMILY = ("Packet offload needs a selector of the tunnel's own address "
                "family")
NO_TYPE = "Type doesn't support offload"
NO_ALGORITHM = "Requested AEAD algorithm not found"
NO_CRYPTO = "Kernel was unable to initialize cryptographic operations"
NO_ENCAP = "Unsupported encapsulation type for ESP"

REFUSALS = [
    ours("packet mode without reqid", "reqid", REQID, flags=PACKET, reqid=0),
    ours("packet mode without reqid, in", "reqid", REQID, flags=PACKET,
         reqid=0, dir=IN),
    ours("packet mode with if_id", "if_id",
         "if_id can't be offloaded in packet mode, it must be 0",
         flags=PACKET, if_id=7),
    ours("packet mode, IPv6 in IPv4", "inner_family", INNER_FAMILY,
         flags=PACKET, mode=xfrmnl.TUNNEL, inner=OUTER["a"][6]),
    ours("packet mode, IPv4 in IPv6", "inner_family", INNER_FAMILY,
         flags=PACKET, mode=xfrmnl.TUNNEL, family=6, inner=OUTER["a"][4]),
    ours("packet mode, mode BEET", "mode", MODES, flags=PACKET,
         mode=xfrmnl.BEET),
    ours("mode BEET", "mode", MODES, mode=xfrmnl.BEET),
    *(ours(f"algorithm cbc(aes) with {mac}", "alg", ALGORITHM, aead=None,
           crypt=CBC, auth_trunc=(mac, bytes(16), 96)) for mac in NO_MACS),
    ours("algorithm cbc(camellia) with hmac(sha256)", "alg", ALGORITHM,
         aead=None, crypt=("cbc(camellia)", bytes(16)), auth_trunc=SHA256),
    ours("encryption without integrity", "alg", ALGORITHM, aead=None,
         crypt=CBC),
    ours("key of hmac(sha256) of 160 bits", "key", KEY, aead=None, crypt=CBC,
         auth_trunc=("hmac(sha256)", bytes(20), 128)),
    ours("key of hmac(sha1) of 512 bits", "key", KEY, aead=None, crypt=CBC,
         auth_trunc=("hmac(sha1)", bytes(64), 96)),
    ours("ICV of hmac(sha256) of 96 bits", "icv", ICV, aead=None, crypt=CBC,
         auth_trunc=("hmac(sha256)", bytes(32), 96)),
    ours("ICV of hmac(sha1) of 160 bits", "icv", ICV, aead=None, crypt=CBC,
         auth_trunc=("hmac(sha1)", bytes(20), 160)),
    ours("UDP encapsulation over IPv6", "encap6",
         "UDP encapsulation can be offloaded over IPv4 only", family=6,
         encap=(xfrmnl.ESPINUDP, esp.ENCAP_PORT)),
    ours("mark on an inbound SA", "mark", MARK, dir=IN, mark=(1, 0xff)),
    ours("mark without a mask on an inbound SA", "mark", MARK, dir=IN,
         mark=(1, 0)),
    ours("mark in packet mode", "mark", MARK, flags=PACKET, mark=(1, 0xff)),
    ours("SPI 0", "spi", NO_SPI, spi=0),
    ours("SPI 0, in", "spi", NO_SPI, spi=0, dir=IN),
    ours("packet mode with SPI 0", "spi", NO_SPI, flags=PACKET, spi=0),
    ours("no destination", "any", NO_DESTINATION, dir=IN, daddr="0.0.0.0"),
    ours("no destination, IPv6", "any", NO_DESTINATION, dir=IN, family=6,
         daddr="::"),
    ours("packet mode without destination", "any", NO_DESTINATION,
         flags=PACKET, dir=IN, daddr="0.0.0.0"),

    core("AH", NO_TYPE, proto=AH, aead=None,
         auth_trunc=("hmac(sha1)", bytes(20), 96)),
    core("IPComp", NO_TYPE, proto=COMP, aead=None, comp=("deflate", b"")),
    core("TFC padding", "TFC padding can't be offloaded", tfcpad=100,
         mode=xfrmnl.TUNNEL),
    core("mode route optimization", "Requested mode not found",
         mode=xfrmnl.ROUTEOPTIMIZATION),
    core("a mode that does not exist", "Unsupported mode", mode=9),
    core("unknown algorithm", NO_ALGORITHM,
         aead=("rfc9999(gcm(aes))", bytes(20), 128)),
    core("key of 129 bits", NO_CRYPTO, aead=(GCM, bytes(21), 128)),
    core("key of 64 bits", NO_CRYPTO, aead=(GCM, bytes(12), 128)),
    core("ICV of 32 bits", NO_ALGORITHM, aead=(GCM, bytes(20), 32)),
    core("ICV of 104 bits", NO_ALGORITHM, aead=(GCM, bytes(20), 104)),
    core("UDP encapsulation non-IKE", NO_ENCAP,
         encap=(xfrmnl.ESPINUDP_NON_IKE, esp.ENCAP_PORT)),
    core("ESP in TCP", NO_ENCAP, encap=(xfrmnl.ESPINTCP, esp.ENCAP_PORT)),
    core("unknown offload flag", "Unrecognized flags in offload request",
         flags=16),
    core("window of a sender", "Replay window should be 0 for output SA",
         window=32),
    core("high half of a number without ESN",
         "Replay seq_hi should be 0 in non-ESN mode for input SA", dir=IN,
         flags=PACKET, esn=(64, 0, 0, 0, 1)),
    core("direction differs", "Mismatched SA and offload direction",
         flags=INBOUND),
]

# These answers differ between kernels; newer_core() tells which kernel it is
IPTFS_OF_OLD = core("mode IPTFS", "Unsupported mode", mode=xfrmnl.IPTFS)
IPTFS_OF_NEW = ours("mode IPTFS", "mode", MODES, mode=xfrmnl.IPTFS)
IF_ID_OF_NEW = core("if_id on an inbound SA",
                    "XFRM if_id is not supported in RX path", if_id=7, dir=IN)

# Accepted requests that differ little from refused requests
ACCEPTED = [
    ("plain SA", {}),
    ("packet mode", {"flags": PACKET}),
    ("packet mode, in", {"flags": PACKET, "dir": IN}),
    ("packet mode, tunnel over IPv6", {"flags": PACKET, "family": 6,
                                       "mode": xfrmnl.TUNNEL}),
    ("packet mode, UDP encapsulation", {
        "flags": PACKET, "encap": (xfrmnl.ESPINUDP, esp.ENCAP_PORT)}),
    ("mark on an outbound SA", {"mark": (1, 0xff)}),
    ("output mark", {"output_mark": 1}),
    ("output mark on an inbound SA", {"output_mark": 1, "dir": IN}),
    ("output mark in packet mode", {"output_mark": 1, "flags": PACKET}),
    ("output mark in packet mode, in", {"output_mark": 1, "flags": PACKET,
                                        "dir": IN}),
    ("SA of one CPU", {"pcpu": 0}),
    ("SA of one CPU, in", {"pcpu": 0, "dir": IN}),
    ("SA of one CPU in packet mode", {"pcpu": 0, "flags": PACKET}),
    ("SA of one CPU in packet mode, in", {"pcpu": 0, "flags": PACKET,
                                          "dir": IN}),
    ("UDP encapsulation over IPv4", {"encap": (xfrmnl.ESPINUDP,
                                               esp.ENCAP_PORT)}),
    ("oseq-may-wrap", {"extra_flags": xfrmnl.OSEQ_MAY_WRAP}),
    ("oseq-may-wrap in packet mode", {"extra_flags": xfrmnl.OSEQ_MAY_WRAP,
                                      "flags": PACKET}),
    ("oseq-may-wrap with ESN", {"extra_flags": xfrmnl.OSEQ_MAY_WRAP,
                                "sa_flags": xfrmnl.ESN_FLAG,
                                "esn": (0, 0, 0, 0, 0)}),
    ("tunnel mode over IPv6", {"mode": xfrmnl.TUNNEL, "family": 6}),
    ("cbc(aes) with hmac(sha256)", {"aead": None, "crypt": CBC,
                                    "auth_trunc": SHA256}),
    ("null with hmac(sha1)", {"aead": None,
                              "crypt": ("ecb(cipher_null)", b""),
                              "auth_trunc": ("hmac(sha1)", bytes(20), 96)}),
]
IF_ID_OF_OLD = ("if_id on an inbound SA", {"if_id": 7, "dir": IN})


def newer_core():
    """From 6.14 on the core has IPTFS, and a counter for errors of IPTFS."""
    try:
        with open("/proc/net/xfrm_stat", encoding="ascii") as file:
            return "XfrmInIptfsError" in file.read()
    except FileNotFoundError:       # -l works without xfrm, too
        return False


class Requests(refusals.Asked):
    WHAT, OBJECTS = "state", ("sa", "assoc")
    EVENTS = ("ov2_sa_refuse", "ov2_sa_add")
    PREFIX = "ipsec_sa_refused_"

    def add(self, dir=OUT, flags=None, family=4, sa_flags=0, spi=SPI,
            daddr=None, **asked):
        """Add a plain SA at a, changed as the arguments say."""
        src, dst = OUTER["a"][family], OUTER["b"][family]
        if dir == IN:
            src, dst = dst, src
        dst = daddr or dst
        if flags is None:
            flags = 0
        if dir == IN:
            flags |= INBOUND
        words = {"aead": (GCM, bytes(20), 128), "dir": dir,
                 "offload": (self.index, flags), **asked}
        if words["aead"] is None:
            del words["aead"]
        return self.link.add(spi, src, dst, flags=sa_flags, **words)

    def refused(self, refusal):
        self.mark()
        answer = self.add(**refusal.asked)
        if answer.text == "Requested type not found":
            raise ksft.Skip("this kernel has no such protocol")
        if refusal.reason and answer.text.endswith("algorithm not found"):
            raise ksft.Skip("this kernel has no such algorithm")
        self.is_refused(refusal, answer, fallback="0",
                        spi=f"0x{refusal.asked.get('spi', SPI):08x}")
        self.nothing_left()

    def accepted(self, asked):
        self.mark()
        answer = self.add(**asked)
        ksft.equal(answer, (0, ""), "answer")
        direction = "in" if asked.get("dir") == IN else "out"
        how = "packet" if asked.get("flags", 0) & PACKET else "crypto"
        ksft.equal(self.bed.offload_lines("a"),
                   ["crypto offload parameters: dev ov0 dir "
                    f"{direction} mode {how}"], "offload lines")
        ksft.equal(self.moved(), {"ipsec_sa_add": 1}, "counters of the card")
        self.flush()
        self.nothing_left()

    # ---- cases that are in no table

    def every_reason_is_tested(self):
        """Each reason of a refusal has a request above, or a case."""
        self.all_are_tested(REFUSALS,
                            CORE_IS_FIRST | NOT_BY_REQUEST | BY_CASE)

    def by_ip(self):
        """ip shows the sentence to the user."""
        sa = (f"src {OUTER['a'][4]} dst {OUTER['b'][4]} proto esp spi {SPI} "
              f"aead {GCM} 0x{bytes(20).hex()} 128")
        error = self.bed.a.ip_error(f"xfrm state add {sa} "
                                    "offload packet dev ov0 dir out")
        ksft.check(f"Error: {OURS}{REQID}." in error, error)
        self.nothing_left()

    def refused_in_packet_mode(self, reason, errno, text):
        """Crypto offload falls back here, but packet offload is refused."""
        self.mark()
        answer = self.add(flags=PACKET)
        ksft.equal(answer, (errno, OURS + text), "answer")
        ksft.equal(self.moved(), {f"ipsec_sa_refused_{reason}": 1},
                   "counters of the card")
        self.mark()

    def fell_back(self, reason, spis):
        """Check that there are events of these fallbacks only."""
        name = f"ipsec_sa_fallback_{reason}"
        events = [e for e in self.trace.read() if e.fields["dev"] == "ov0"]
        ksft.equal([(e.name, e.fields) for e in events],
                   [("ov2_sa_refuse",
                     {"dev": "ov0", "reason": name, "fallback": "1",
                      "spi": f"0x{spi:08x}", "err": f"-{EOPNOTSUPP}"})
                    for spi in spis], "events")
        moved = self.moved()
        ksft.equal(moved.get(name), len(spis), name)
        ksft.equal([k for k in moved if "refused" in k], [], "refusals")

    def traffic(self, pair):
        """Traffic flows; the engines of the ends in pair.offload handle it."""
        talk = Traffic(self.bed, pair.shape)
        try:
            self.bed.mark()
            talk.udp("a", [1, 2, 3, 1000])
            talk.udp("b", [1, 2, 3, 1000])
            talk.settle(pair)
        finally:
            talk.close()

    def feature_off(self):
        bed, shape = self.bed, Shape.named("ipv4-transport")
        self.mark()
        try:
            bed.a.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
            pair = bed.install(shape)
            self.fell_back("disabled", [pair.ab.spi, pair.ba.spi])
            pair = pair._replace(offload="b")
            bed.check_offload_lines(pair)
            self.refused_in_packet_mode("disabled", EINVAL, DISABLED)
            self.traffic(pair)
        finally:
            bed.a.command("ethtool", "-K", "ov0", "esp-hw-offload", "on")
        pair = bed.install(shape)
        bed.check_offload_lines(pair)
        self.traffic(pair)
        bed.remove()
        self.nothing_left()

    def table_full(self):
        """A full SA table has room for a new SA only after a delete."""
        bed = self.bed
        pair = bed.install(Shape.named("ipv6-tunnel"))
        bed.a.ip("xfrm state flush")
        self.ledger.wait_count("assoc", 2)      # at b
        self.mark()
        for first in range(0, CAPACITY, 256):
            bed.a.ip(*(self.filler(first + n) for n in range(256)))
        ksft.equal(self.moved(), {"ipsec_sa_add": CAPACITY},
                   "counters of the card")
        self.mark()
        bed.a.ip(pair.ab.line("a", True), pair.ba.line("a", True))
        self.fell_back("full", [pair.ab.spi, pair.ba.spi])
        ksft.equal(len(bed.offload_lines("a")), CAPACITY, "offloaded states")
        self.refused_in_packet_mode("full", ENOSPC, FULL)
        self.traffic(pair._replace(offload="b"))
        self.others_are_not_full(pair)

        bed.a.ip(self.filler(7, "delete"),
                 f"xfrm state delete {pair.ba.id}")
        self.mark()
        bed.a.ip(pair.ba.line("a", True))
        ksft.equal(self.moved(), {"ipsec_sa_add": 1}, "counters of the card")
        self.mark()
        bed.a.ip(self.filler(7))
        self.fell_back("full", [0x100007])
        bed.remove()
        self.nothing_left()

    def same_full(self):
        """The number of equal states on a card has a limit, because the card
        compares a packet with each equal state.
        """
        for number in range(SAME):
            ksft.equal(self.add(spi=SPI + number, flags=PACKET), (0, ""),
                       "answer")
        self.mark()
        more = {"spi": SPI + SAME, "flags": PACKET}
        ksft.equal(self.add(**more), (ENOSPC, OURS + TOO_MANY), "answer")
        ksft.equal(self.moved(), {"ipsec_sa_add": 1, "ipsec_sa_delete": 1,
                                  "ipsec_sa_refused_same": 1},
                   "counters of the card")
        ksft.equal(self.add(**more, reqid=2), (0, ""), "another reqid")
        ksft.equal(self.add(spi=SPI, flags=PACKET, dir=IN), (0, ""),
                   "the other direction")
        for spi in (SPI, SPI + SAME):
            self.link.delete(spi, OUTER["b"][4])
        ksft.equal(self.add(**more), (0, ""), "after a delete")
        self.flush()
        self.nothing_left()

    def others_are_not_full(self, pair):
        """A card in another namespace still takes SAs."""
        bed = self.bed
        bed.b.ip("xfrm state flush")
        self.ledger.wait_count("assoc", CAPACITY)
        before = bed.ethtool["b"].stats()
        bed.b.ip(pair.ab.line("b", True), pair.ba.line("b", True))
        ksft.equal(len(bed.offload_lines("b")), 2, "states of the other card")
        ksft.equal(bed.ethtool["b"].stats()["ipsec_sa_add"] -
                   before["ipsec_sa_add"], 2, "SAs of the other card")

    @staticmethod
    def filler(number, verb="add"):
        """The line for `ip` to add or delete an SA that fills the table."""
        name = (f"src {OUTER['b'][4]} dst {OUTER['a'][4]} proto esp "
                f"spi {0x100000 + number:#x}")
        if verb == "delete":
            return f"xfrm state delete {name}"
        return (f"xfrm state add {name} mode transport aead {GCM} "
                f"0x{bytes(20).hex()} 128 offload crypto dev ov0 dir in")

    def bond(self):
        """On an old core the card cannot know which card of the bond an SA is
        for, so software has the SA.
        """
        a = self.bed.a
        error = a.ip_error("link add bond0 type bond mode active-backup")
        if error:
            raise ksft.Skip(f"no bonding in this kernel: {error}")
        try:
            a.ip("link add ov8 type ipsecov2", "link add ov9 link ov8 type "
                 "ipsecov2", "link set ov9 up", "link set ov8 master bond0",
                 "link set bond0 up")
            card = Ethtool(a, "ov8")
            before = card.stats()
            self.index, index = (xfrmnl.ifindex(a, "bond0"), self.index)
            try:
                answer = self.add()
            finally:
                self.index = index
            ksft.equal(answer, (0, ""), "answer")
            moved = {k: v - before[k] for k, v in card.stats().items()
                     if v != before[k] and k != "wire_rx_filtered"}
            lines = self.bed.offload_lines("a")
            if newer_core():
                ksft.equal(moved, {"ipsec_sa_add": 1}, "counters")
                ksft.equal(len(lines), 1, "offload lines")
            else:
                ksft.equal(moved, {"ipsec_sa_fallback_bond": 1}, "counters")
                ksft.equal(lines, [], "offload lines")
            a.ip("xfrm state flush")
            self.nothing_left()
        finally:
            a.ip_error("link del bond0")
            a.ip_error("link del ov8")
            a.ip_error("link del ov9")


def rows():
    """All refusals of this kernel."""
    return REFUSALS + ([IPTFS_OF_NEW, IF_ID_OF_NEW] if newer_core()
                       else [IPTFS_OF_OLD])


def main():
    accepted = ACCEPTED + ([] if newer_core() else [IF_ID_OF_OLD])
    refusals.run(Requests, [
        *((f"refused: {r.name}", Requests.refused, r) for r in rows()),
        *((f"accepted: {name}", Requests.accepted, asked)
          for name, asked in accepted),
        *((case.__name__, case) for case in (
            Requests.every_reason_is_tested, Requests.by_ip,
            Requests.feature_off, Requests.table_full, Requests.same_full,
            Requests.bond))])


if __name__ == "__main__":
    main()
