# SPDX-License-Identifier: GPL-2.0
"""The ways to write to a TCP socket, one after the other.

    writer = Writer(data)               # data is an mmap, see pages()
    talk.transfer(near, far, {near: data, far: b""}, writer.send)
    writer.close()                      # fails if memory or file has changed

The ways are small writes, a large write, MSG_ZEROCOPY, sendfile, and splice
through a pipe.
"""
import itertools
import mmap
import os
import socket

from . import ksft

SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
SMALL = (1, 2, 3, 100, 1, 700, 1447, 1448, 1449, 15)


def pages(data):
    """The bytes in new pages of memory, for sends that copy nothing."""
    memory = mmap.mmap(-1, len(data))
    memory.write(data)
    return memory


class Writer:
    def __init__(self, data):
        self.before = data[:]
        self.data = data
        self.file = os.memfd_create("ov2")
        os.write(self.file, self.before)
        self.pipe = os.pipe()
        self.in_pipe = self.sent = 0
        self.ways = itertools.cycle(
            [(self.write, length) for length in SMALL] +
            [(self.write, 40000), (self.zerocopy, 20000),
             (self.sendfile, 12345), (self.splice, 9000)])

    def send(self, sock, piece):
        if self.in_pipe:
            done = self.from_pipe(sock)
        else:
            way, length = next(self.ways)
            done = way(sock, piece[:length])
        self.sent += done
        return done

    @staticmethod
    def write(sock, piece):
        return sock.send(piece)

    @staticmethod
    def zerocopy(sock, piece):
        sock.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
        return sock.send(piece, MSG_ZEROCOPY)

    def sendfile(self, sock, piece):
        return os.sendfile(sock.fileno(), self.file, self.sent, len(piece))

    def splice(self, sock, piece):
        self.in_pipe = os.splice(self.file, self.pipe[1], len(piece),
                                 offset_src=self.sent)
        return self.from_pipe(sock)

    def from_pipe(self, sock):
        done = os.splice(self.pipe[0], sock.fileno(), self.in_pipe)
        self.in_pipe -= done
        return done

    def close(self):
        content = os.pread(self.file, len(self.before), 0)
        for fd in (self.file, *self.pipe):
            os.close(fd)
        ksft.check(self.data[:] == self.before,
                   "the memory with the sent data has changed")
        ksft.check(content == self.before,
                   "the file with the sent data has changed")
