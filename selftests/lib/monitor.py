# SPDX-License-Identifier: GPL-2.0
"""A monitor, and the frames that it shows.

    monitor = Monitor(ns, link="ov0", clear=True)   # made, up, and listened to
    for shown in monitor.shown(count): ...          # Shown, below
    monitor.close()

shown.point is TX_CLEAR, TX_WIRE, RX_WIRE, RX_CLEAR, TX_DROP or RX_DROP.
"""
import socket
import struct
from collections import namedtuple

from . import ksft
from .xfrmnl import attribute, ifindex

KIND = "ipsecov2mon"
ETH_P_ALL = 3
TX_CLEAR, TX_WIRE, RX_WIRE, RX_CLEAR, TX_DROP, RX_DROP = range(6)
CUT = 1                                         # a flag
# struct ov2_capture_header of uapi/linux/ipsecov2_capture.h
HEADER = struct.Struct("!BBBBIQQQIIH6x5Q32s")

ROUTE = (socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
IFLA_IFNAME, IFLA_LINK, IFLA_LINKINFO = 3, 5, 18
IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_MONITOR_CLEAR = 1, 2, 1
RTM_NEWLINK = 16
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400

# info: the slots 0, 1, 2, 11 and 12. bytes: what is shown of the frame
Shown = namedtuple("Shown", "point cut ifindex time handle seq spi length "
                   "queue info verdict bytes")


def new_link(sock, name, index=0, clear=False):
    """Make a monitor of the card with this @index, or of all cards if @index is
    0.

    The request is built here, because `ip` cannot ask for clear frames. Returns
    the errno, 0 if the monitor was made.
    """
    info = attribute(IFLA_INFO_KIND, KIND.encode() + b"\0")
    if clear:
        info += attribute(IFLA_INFO_DATA, attribute(IFLA_MONITOR_CLEAR, b""))
    data = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
    data += attribute(IFLA_IFNAME, name.encode() + b"\0")
    if index:
        data += attribute(IFLA_LINK, struct.pack("=I", index))
    data += attribute(IFLA_LINKINFO, info)
    sock.send(struct.pack("=IHHII", 16 + len(data), RTM_NEWLINK, NLM_F_REQUEST |
                          NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE, 1, 0) + data)
    answer = sock.recv(65536)
    return -struct.unpack_from("=i", answer, 16)[0]


class Monitor:
    def __init__(self, ns, link=None, clear=False, name="mon0"):
        self.ns, self.name = ns, name
        with ns.socket(*ROUTE) as sock:
            error = new_link(sock, name, link and ifindex(ns, link), clear)
        ksft.equal(error, 0, f"errno of the new monitor {name}")
        ns.ip(f"link set {name} up")
        self.sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # RCVBUFFORCE
        with ns.entered():
            self.sock.bind((name, ETH_P_ALL))
        self.sock.setblocking(False)
        self.got = []

    def read(self):
        """All frames that were shown since the monitor was made."""
        while True:
            try:
                packet = self.sock.recv(1 << 17)
            except BlockingIOError:
                return self.got
            version, length, point, flags, *rest = HEADER.unpack_from(packet)
            ksft.equal((version, length), (1, HEADER.size), "header")
            index, time, handle, seq, spi, frame, queue = rest[:7]
            self.got.append(Shown(
                point, bool(flags & CUT), index, time, handle, seq, spi, frame,
                queue, tuple(rest[7:12]),
                rest[12].partition(b"\0")[0].decode(), packet[length:]))

    def shown(self, count):
        """Wait until @count frames were shown, and return all of them."""
        ksft.wait_for(f"{count} frames on {self.name}",
                      lambda: len(self.read()) >= count)
        return self.got

    def close(self):
        self.sock.close()
        self.ns.ip_error(f"link del {self.name}")
