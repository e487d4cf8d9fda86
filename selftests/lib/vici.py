# SPDX-License-Identifier: GPL-2.0
"""Speaks to strongSwan's charon over its VICI socket, as swanctl does.

    vici = Vici("/path/to/socket")
    vici.call("load-conn", {"gw": {"version": "2", "local_addrs": ["..."]}})
    for name, sa in vici.stream("list-sas", "list-sa"):
        sa["child-sas"] ...
    vici.close()

A message is a dictionary. Its values are text, lists of text, or dictionaries.
Data that is not text is given as bytes. call() raises Refused if charon refuses
the command. This file starts no swanctl, because in an emulated guest the start
of a process would take most of a test's time.
"""
import socket
import struct

from . import ksft

(REQUEST, RESPONSE, UNKNOWN, REGISTER, UNREGISTER, CONFIRM, NO_EVENT,
 EVENT) = range(8)
(SECTION, SECTION_END, VALUE, LIST, ITEM, LIST_END) = range(1, 7)


class Refused(ksft.Fail):
    """charon answered success = no."""


def as_bytes(value):
    return value if isinstance(value, bytes) else str(value).encode()


def name(kind, text):
    data = text.encode()
    return struct.pack("!BB", kind, len(data)) + data


def long_value(value):
    data = as_bytes(value)
    return struct.pack("!H", len(data)) + data


def encode(message):
    out = b""
    for key, value in message.items():
        if isinstance(value, dict):
            out += name(SECTION, key) + encode(value) + bytes([SECTION_END])
        elif isinstance(value, (list, tuple)):
            out += name(LIST, key)
            for item in value:
                out += bytes([ITEM]) + long_value(item)
            out += bytes([LIST_END])
        else:
            out += name(VALUE, key) + long_value(value)
    return out


class Decoder:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, length):
        piece = self.data[self.at:self.at + length]
        self.at += length
        return piece

    def name(self):
        return self.take(self.take(1)[0]).decode()

    def value(self):
        length, = struct.unpack("!H", self.take(2))
        return self.take(length).decode(errors="replace")

    def section(self):
        got = {}
        while self.at < len(self.data):
            kind = self.take(1)[0]
            if kind == SECTION_END:
                break
            key = self.name()
            if kind == SECTION:
                got[key] = self.section()
            elif kind == LIST:
                got[key] = self.items()
            else:
                got[key] = self.value()
        return got

    def items(self):
        got = []
        while self.take(1)[0] == ITEM:
            got.append(self.value())
        return got


class Vici:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ksft.patience(120))
        try:
            self.sock.connect(path)
        except OSError:
            self.sock.close()
            raise

    def close(self):
        self.sock.close()

    def send(self, kind, text, message=None):
        packet = name(kind, text) + encode(message or {})
        self.sock.sendall(struct.pack("!I", len(packet)) + packet)

    def exactly(self, length):
        data = b""
        while len(data) < length:
            piece = self.sock.recv(length - len(data))
            if not piece:
                raise ksft.Fail("charon closed its VICI socket")
            data += piece
        return data

    def receive(self):
        """Returns (kind, message)."""
        length, = struct.unpack("!I", self.exactly(4))
        decoder = Decoder(self.exactly(length))
        kind = decoder.take(1)[0]
        if kind == EVENT:
            decoder.name()
        return kind, decoder.section()

    def expect(self, kind, what):
        got, message = self.receive()
        ksft.equal(got, kind, f"kind of charon's answer to {what}")
        return message

    def call(self, command, message=None):
        self.send(REQUEST, command, message)
        answer = self.expect(RESPONSE, command)
        if answer.get("success") == "no":
            raise Refused(f"{command}: {answer.get('errmsg')}")
        return answer

    def stream(self, command, event, message=None):
        """Give a command that charon answers by events; return (name, section)
        of each event.
        """
        self.send(REGISTER, event)
        self.expect(CONFIRM, event)
        self.send(REQUEST, command, message)
        got = []
        while True:
            kind, message = self.receive()
            if kind != EVENT:
                break
            got += message.items()
        ksft.equal(kind, RESPONSE, f"kind of charon's answer to {command}")
        self.send(UNREGISTER, event)
        self.expect(CONFIRM, event)
        return got
