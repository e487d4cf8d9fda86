# SPDX-License-Identifier: GPL-2.0
"""XFRM states and policies by netlink, with the kernel's answer.

Tests use this file for requests that `ip` cannot make.

    link = Xfrm(ns)                     # closed with its namespace
    answer = link.add(spi=1, src="192.0.2.1", dst="192.0.2.2", mode=BEET,
                      aead=("rfc4106(gcm(aes))", bytes(20), 128),
                      offload=(ifindex, 0), dir=OUT)
    answer.errno, answer.text           # 0 and "" if it worked
    link.delete(spi=1, dst="192.0.2.2")
    link.set_number(1, "192.0.2.2", 7)  # the number that was sent last
    link.set_esn(1, "192.0.2.2", 5 << 32)       # with ESN: sent and received
    link.add_policy(POLICY_OUT, selector("192.0.2.1", "192.0.2.2"),
                    template("192.0.2.1", "192.0.2.2", mode=TUNNEL))
    expiries = Expiries(ns)             # hears of soft and hard limits
    expiries.wait(spi, hard=True)
    acquires = Acquires(ns)             # is a key manager that does nothing
    acquires.wait(saddr, daddr)
    mappings = Mappings(ns)             # hears of a sender's new address
    mappings.read()                     # [Mapping(spi, address, port), ...]
    offloads(ns)                # [Offload(ifindex, flags), ...], of states

add() needs the ends and the SPI. add_policy() needs direction and selector. All
other arguments may be left out.
"""
import os
import select
import socket
import struct
import time
from collections import namedtuple

from . import esp, ksft

NETLINK_XFRM, SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 6, 270, 10, 11
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
NLM_F_REPLACE = 0x100
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLM_F_DUMP = 0x300
NLMSG_ERROR, NLMSG_DONE, NLMSGERR_ATTR_MSG = 2, 3, 1
XFRM_MSG_NEWSA, XFRM_MSG_DELSA, XFRM_MSG_GETSA = 0x10, 0x11, 0x12
XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY = 0x13, 0x19
XFRM_MSG_NEWAE, XFRM_MSG_MIGRATE, XFRM_MSG_MIGRATE_STATE = 0x1e, 0x21, 0x29
XFRM_MSG_ACQUIRE, XFRM_MSG_EXPIRE, XFRM_MSG_MAPPING = 0x17, 0x18, 0x26
XFRMGRP_ACQUIRE, XFRMGRP_EXPIRE, XFRMGRP_MAPPING = 1, 2, 0x80

TRANSPORT, TUNNEL, ROUTEOPTIMIZATION, IN_TRIGGER, BEET, IPTFS = range(6)
IN, OUT = 1, 2
POLICY_IN, POLICY_OUT, POLICY_FWD = range(3)
ALLOW, BLOCK = 0, 1
MAIN, SUB = 0, 1
LOCALOK, ICMP, CPU_ACQUIRE = 1, 2, 4            # flags of a policy
INBOUND, PACKET = 2, 4                          # of an offload request
ESN_FLAG = 128
OSEQ_MAY_WRAP = 2                               # an extra flag
ESPINUDP_NON_IKE, ESPINUDP, ESPINTCP = 1, 2, 7

ATTRIBUTE = {"auth": 1, "crypt": 2, "comp": 3, "encap": 4, "templates": 5,
             "replay": 10, "type": 16, "migrate": 17, "aead": 18,
             "auth_trunc": 20, "mark": 21, "tfcpad": 22, "esn": 23,
             "extra_flags": 24, "offload": 28, "output_mark": 29,
             "if_id": 31, "dir": 33, "pcpu": 35}
Answer = namedtuple("Answer", "errno text")
Expiry = namedtuple("Expiry", "spi hard")
Acquire = namedtuple("Acquire", "src dst")
Mapping = namedtuple("Mapping", "spi address port")
Offload = namedtuple("Offload", "ifindex flags")

LIFETIME = struct.Struct("=8Q")
FOREVER = LIFETIME.pack(*[(1 << 64) - 1] * 4, 0, 0, 0, 0)
USERSA_INFO_LEN = 224


def algorithm(name, key):
    return struct.pack("=64sI", name.encode(), len(key) * 8) + key


def attribute_data(name, value):
    """Return the data of the attribute @name. add() and other requests take the
    attribute as a keyword argument.
    """
    if name in ("crypt", "auth", "comp"):
        return algorithm(*value)
    if name in ("aead", "auth_trunc"):
        alg, key, bits = value
        return struct.pack("=64sII", alg.encode(), len(key) * 8, bits) + key
    if name == "encap":
        kind, port = value
        return struct.pack("=H2s2sxx16x", kind, *[struct.pack("!H", port)] * 2)
    if name == "esn":
        # (window, oseq, oseq_hi, seq, seq_hi)
        window, oseq, oseq_hi, seq, seq_hi = value
        words = (window + 31) // 32
        return struct.pack("=6I", words, oseq, seq, oseq_hi, seq_hi,
                           window) + bytes(4 * words)
    if name == "replay":
        # (oseq, seq, bitmap)
        return struct.pack("=3I", *value)
    if name == "templates":
        return b"".join(value)
    if name == "type":
        return struct.pack("=Bxxxxx", value)
    if name == "mark":
        return struct.pack("=II", *value)
    if name == "offload":
        return struct.pack("=iBxxx", *value)
    if name == "dir":
        return struct.pack("=B", value)
    return struct.pack("=I", value)


def attribute(number, data):
    length = 4 + len(data)
    return (struct.pack("=HH", length, number) + data +
            bytes(-length % 4))


def address(text):
    return esp.packed(text).ljust(16, b"\0")


def family(text):
    return (socket.AF_INET if len(esp.packed(text)) == 4 else
            socket.AF_INET6)


def selector(src, dst, proto=0, dport=(0, 0), dev=0, user=0, prefix=None,
             sport=(0, 0)):
    """Return a selector. Without @prefix, the selector is for single hosts.
    dport and sport are (port, mask).
    """
    if prefix is None:
        prefix = 8 * len(esp.packed(dst))
    return (address(dst) + address(src) +
            struct.pack("!HHHH", *dport, *sport) +
            struct.pack("=HBBB3xiI", family(dst), prefix, prefix, proto, dev,
                        user))


def template(src, dst, proto=esp.ESP, mode=TRANSPORT, reqid=1, spi=0,
             optional=0):
    return (address(dst) + struct.pack("!IB3x", spi, proto) +
            struct.pack("=Hxx", family(dst)) + address(src) +
            struct.pack("=IBBBxIII", reqid, mode, 0, optional,
                        *[(1 << 32) - 1] * 3))


class Xfrm:
    def __init__(self, ns, protocol=NETLINK_XFRM):
        self.sock = ns.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.settimeout(ksft.patience(60))
        self.serial = 0

    def request(self, kind, flags, body):
        self.serial += 1
        head = struct.pack("=IHHII", 16 + len(body), kind,
                           NLM_F_REQUEST | NLM_F_ACK | flags, self.serial, 0)
        self.sock.send(head + body)
        while True:
            reply = self.sock.recv(65536)
            length, kind, flags, serial, _ = struct.unpack_from("=IHHII",
                                                                reply)
            if kind == NLMSG_ERROR and serial == self.serial:
                return self.answer(reply[:length], flags)

    @staticmethod
    def answer(reply, flags):
        error, inner = struct.unpack_from("=iI", reply, 16)
        at = 36 if flags & NLM_F_CAPPED or not error else 20 + inner
        text = ""
        while flags & NLM_F_ACK_TLVS and at + 4 <= len(reply):
            length, kind = struct.unpack_from("=HH", reply, at)
            if kind == NLMSGERR_ATTR_MSG:
                text = reply[at + 4:at + length - 1].decode()
            at += (length + 3) & ~3
        return Answer(-error, text)

    def add(self, spi, src, dst, proto=esp.ESP, mode=TRANSPORT, flags=0,
            window=0, reqid=1, inner=None, **attributes):
        """Add a state, whose selector is for all packets.

        inner: an address of the selector's family.
        """
        body = bytearray(56)                    # selector: any
        if mode != TUNNEL or inner:
            struct.pack_into("=H", body, 40, family(inner or dst))
        body += address(dst) + struct.pack("!IB3x", spi, proto)
        body += address(src) + FOREVER + bytes(32 + 12)
        body += struct.pack("=IIHBBB", 0, reqid, family(dst), mode, window,
                            flags)
        body += bytes(USERSA_INFO_LEN - len(body))
        for name, value in attributes.items():
            body += attribute(ATTRIBUTE[name], attribute_data(name, value))
        return self.request(XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL,
                            bytes(body))

    @staticmethod
    def sa_id(spi, dst, proto):
        return (address(dst) + struct.pack("!I", spi) +
                struct.pack("=HBx", family(dst), proto))

    def delete(self, spi, dst, proto=esp.ESP):
        return self.request(XFRM_MSG_DELSA, 0, self.sa_id(spi, dst, proto))

    def set_number(self, spi, dst, oseq, proto=esp.ESP):
        """Sets the last number of a sending SA without ESN."""
        return self.new_ae(spi, dst, proto, "replay", (oseq, 0, 0))

    def set_esn(self, spi, dst, number, window=32, proto=esp.ESP):
        """Sets the last numbers sent and received, and empties the window."""
        low, high = number & 0xffffffff, number >> 32
        return self.new_ae(spi, dst, proto, "esn",
                           (window, low, high, low, high))

    def new_ae(self, spi, dst, proto, name, value):
        body = self.sa_id(spi, dst, proto) + bytes(24)
        body += attribute(ATTRIBUTE[name], attribute_data(name, value))
        return self.request(XFRM_MSG_NEWAE, NLM_F_REPLACE, body)

    def migrate(self, direction, sel, old, new, mode=TUNNEL, reqid=1,
                **attributes):
        """Moves a policy and its state from the ends @old to the ends @new.
        @old and @new are pairs (source, destination).
        """
        body = sel + struct.pack("=IB3x", 0, direction)
        body += attribute(ATTRIBUTE["migrate"], b"".join(
            address(end) for end in (*old[::-1], *new[::-1])) + struct.pack(
                "=BBxxIHH", esp.ESP, mode, reqid, family(old[0]),
                family(new[0])))
        for name, value in attributes.items():
            body += attribute(ATTRIBUTE[name], attribute_data(name, value))
        return self.request(XFRM_MSG_MIGRATE, 0, body)

    def migrate_state(self, spi, dst, sel, new, flags=0, reqid=1):
        """Moves a state (newer kernels). With flags 1 the state loses its
        offload.
        """
        body = self.sa_id(spi, dst, esp.ESP)
        body += b"".join(address(end) for end in new[::-1]) + bytes(8) + sel
        body += struct.pack("=IIHxx", reqid, flags, family(new[0]))
        return self.request(XFRM_MSG_MIGRATE_STATE, 0, body)

    def add_policy(self, direction, sel, *templates, action=ALLOW, flags=0,
                   priority=0, update=False, seconds=0, **attributes):
        body = bytearray(sel + FOREVER + bytes(32))
        struct.pack_into("=Q", body, 56 + 40, seconds)  # hard limit
        body += struct.pack("=IIBBBB4x", priority, 0, direction, action,
                            flags, 0)
        if templates:
            attributes["templates"] = templates
        for name, value in attributes.items():
            body += attribute(ATTRIBUTE[name], attribute_data(name, value))
        kind = XFRM_MSG_UPDPOLICY if update else XFRM_MSG_NEWPOLICY
        return self.request(kind, NLM_F_CREATE | NLM_F_EXCL, bytes(body))


class Listener:
    """Listens to one kind of the kernel's messages, in a namespace."""

    def __init__(self, ns, group, kind):
        self.sock = ns.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                              NETLINK_XFRM)
        self.sock.bind((0, group))
        self.kind = kind
        self.got = []

    def read(self):
        while select.select([self.sock], [], [], 0)[0]:
            data = self.sock.recv(65536)
            kind, = struct.unpack_from("=H", data, 4)
            if kind == self.kind:
                self.got.append(self.parse(data))
        return self.got

    def wait_for(self, wanted, seconds=20):
        seconds = ksft.patience(seconds)
        end = time.monotonic() + seconds
        while wanted not in self.read():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise ksft.Fail(f"no {wanted} in {seconds} s: {self.got}")


class Expiries(Listener):
    """Listens to XFRM_MSG_EXPIRE in a namespace."""

    def __init__(self, ns):
        super().__init__(ns, XFRMGRP_EXPIRE, XFRM_MSG_EXPIRE)

    @staticmethod
    def parse(data):
        spi, = struct.unpack_from("!I", data, 16 + 56 + 16)
        return Expiry(spi, data[16 + USERSA_INFO_LEN] != 0)

    def wait(self, spi, hard, seconds=20):
        self.wait_for(Expiry(spi, hard), seconds)


class Acquires(Listener):
    """Listens to XFRM_MSG_ACQUIRE. The kernel asks for a state only if somebody
    listens.
    """

    def __init__(self, ns):
        super().__init__(ns, XFRMGRP_ACQUIRE, XFRM_MSG_ACQUIRE)

    @staticmethod
    def parse(data):
        """(source, destination) of the state that is wanted."""
        return Acquire(data[16 + 24:16 + 40], data[16:16 + 16])

    def wait(self, src, dst, seconds=20):
        self.wait_for(Acquire(address(src), address(dst)), seconds)

    def close(self):
        self.sock.close()


class Mappings(Listener):
    """Listens to XFRM_MSG_MAPPING in a namespace."""

    def __init__(self, ns):
        super().__init__(ns, XFRMGRP_MAPPING, XFRM_MSG_MAPPING)

    @staticmethod
    def parse(data):
        """The state's SPI, and the IPv4 address and port that its sender has
        now.
        """
        return Mapping(*struct.unpack_from("!I", data, 16 + 16),
                       socket.inet_ntoa(data[16 + 44:16 + 48]),
                       *struct.unpack_from("!H", data, 16 + 62))


def messages(data):
    """Yield (kind, flags, message) of each netlink message in a buffer. The
    message has its header.
    """
    while data:
        length, kind, flags = struct.unpack_from("=IHH", data)
        yield kind, flags, data[:length]
        data = data[length + -length % 4:]


def attributes_of(data):
    """Yield (number, data) of each attribute in @data."""
    while data:
        length, number = struct.unpack_from("=HH", data)
        yield number, data[4:length]
        data = data[length + -length % 4:]


def dumped(ns, kind):
    """Yield the messages of a dump, without their headers."""
    with ns.entered():
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    with sock:
        sock.send(struct.pack("=IHHII", 16, kind, NLM_F_REQUEST | NLM_F_DUMP,
                              1, 0))
        while True:
            for answer, _, message in messages(sock.recv(65536)):
                if answer == NLMSG_DONE:
                    return
                ksft.check(answer != NLMSG_ERROR, f"dump: {message.hex()}")
                yield message[16:]


def offloads(ns):
    """The offload of each state that is offloaded."""
    return [Offload(*struct.unpack_from("=iB", value))
            for state in dumped(ns, XFRM_MSG_GETSA)
            for number, value in attributes_of(state[USERSA_INFO_LEN:])
            if number == ATTRIBUTE["offload"]]


def ifindex(ns, dev):
    with ns.entered():
        return socket.if_nametoindex(dev)


def strerror(answer):
    return f"{os.strerror(answer.errno)}: {answer.text}"
