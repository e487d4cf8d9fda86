# SPDX-License-Identifier: GPL-2.0
"""What the bench measures: each row is a test done in one of the ways.

    row = ROWS["tcp/crypto"]
    row.test.alg, row.way.kind
    row.base                    # name of the row that it is compared with, or None
    chosen(["udp-*"])           # rows that match, and their bases
"""
import fnmatch
from collections import namedtuple

# kind: the link between the namespaces, None for the AEAD alone
# how: "crypto", "packet", "" for software, None for no IPsec
# base: the way that this way is compared with, or None
Way = namedtuple("Way", "name kind how base title")
WAYS = {way.name: way for way in (
    Way("plain-veth", "veth", None, None, "plain over veth"),
    Way("plain-card", "ipsecov2", None, "plain-veth", "plain over two cards"),
    Way("soft-veth", "veth", "", None, "software ESP over veth"),
    Way("soft-card", "ipsecov2", "", "soft-veth",
        "software ESP over two cards"),
    Way("crypto", "ipsecov2", "crypto", "soft-veth", "crypto mode"),
    Way("packet", "ipsecov2", "packet", "soft-veth", "packet mode"),
    Way("aead", None, None, None, "the AEAD alone: seals and opens one buffer"),
)}
IPSEC = ("soft-veth", "soft-card", "crypto", "packet")

# traffic: ("tcp", flows), ("udp", bytes), ("iperf3", bytes) or ("echo", bytes)
# count: how much is measured, in bytes of TCP, packets, or seconds of iperf3
# warm: how much is sent before the measurement, to warm up; counted like `count`
# unit: bytes of TCP that count as one segment, or 0 to count packets
# plain: name of the test whose plain rows this test uses
# aead: name of the test that has the row `aead` for this test, or None
Test = namedtuple("Test", "name title traffic count warm unit alg shape mtu "
                  "plain aead")


def test(name, title, traffic, count, warm, unit=0, alg="aes128-gcm",
         shape="ipv4-transport", mtu=1500, plain=None, aead=None):
    return Test(name, title, traffic, count, warm, unit, alg, shape, mtu,
                plain or name, aead)


def tcp(name, title, flows=1, unit=1448, **others):
    same = unit == 1448 and "alg" not in others
    return test(name, title, ("tcp", flows), 5800 * 1448, 2900 * 1448, unit,
                aead="tcp" if same else name, **others)


def udp(size):
    return test(f"udp-{size}", f"UDP of {size} bytes, one process, in batches of 32",
                ("udp", size), 3200, 640)


TESTS = {each.name: each for each in (
    tcp("tcp", "TCP"),
    tcp("tcp-4", "TCP, four flows", flows=4),
    tcp("tcp-tunnel", "TCP, tunnel", shape="ipv4-tunnel", plain="tcp"),
    tcp("tcp-ipv6", "TCP, IPv6", shape="ipv6-transport"),
    tcp("tcp-gcm256", "TCP, AES-GCM-256", alg="aes256-gcm", plain="tcp"),
    tcp("tcp-chacha", "TCP, ChaCha20-Poly1305", alg="chacha20-poly1305",
        plain="tcp"),
    tcp("tcp-cbc", "TCP, AES-CBC-128 with SHA-256", alg="aes128-cbc-sha256",
        plain="tcp"),
    tcp("tcp-9000", "TCP, MTU 9000", mtu=9000, unit=8948),
    udp(64), udp(512), udp(1400),
    test("udp-iperf3", "UDP of 1400 bytes, iperf3, receiver under chrt -b 0",
         ("iperf3", 1400), 1, 0),
    test("echo", "ICMP echo of 56 bytes and its reply", ("echo", 56), 2000,
         400),
)}

# The rows of `make bench-quick`
QUICK = ("tcp/*", "udp-64/*", "udp-1400/*", "tcp-9000/*")


class Row(namedtuple("Row", "test way")):
    @property
    def name(self):
        return f"{self.test.name}/{self.way.name}"

    @property
    def base(self):
        return f"{self.test.name}/{self.way.base}" if self.way.base else None


# Each test has the rows of IPsec. The plain rows and the row of the AEAD are measured once for all
# tests that share them
ROWS = {row.name: row for row in (
    Row(each, way) for each in TESTS.values() for way in WAYS.values()
    if way.name in IPSEC or
    each.name == (each.aead if way.name == "aead" else each.plain))}


def chosen(patterns, bases=True):
    """The rows that match any pattern, and the bases of these rows, in the order of ROWS."""
    names = set()
    for pattern in patterns:
        found = fnmatch.filter(ROWS, pattern)
        if not found:
            raise KeyError(pattern)
        names.update(found)
    if bases:
        names.update(ROWS[name].base for name in tuple(names)
                     if ROWS[name].base)
    return [row for name, row in ROWS.items() if name in names]
