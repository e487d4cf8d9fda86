# SPDX-License-Identifier: GPL-2.0
"""What `ip -s xfrm state` says of one SA, as numbers.

    stat = of(ns, sa)
    stat.bytes, stat.packets                # lifetime current
    stat.window         # stats: packets that were below the window
    stat.replay         # stats: packets that came again
    stat.failed         # stats: packets with a wrong ICV
"""
import struct
from collections import namedtuple

from . import esp, ksft
from .xfrmnl import Xfrm, address, family

XFRM_MSG_GETSA = 0x12
# Offsets of curlft and stats in struct xfrm_usersa_info. Selector, id, source
# and limits are in front of curlft, and stats is behind it
AT_CURRENT, AT_STATS = 56 + 24 + 16 + 64, 56 + 24 + 16 + 64 + 32

Stat = namedtuple("Stat", "bytes packets window replay failed")


def of(ns, sa):
    link = Xfrm(ns)
    try:
        link.sock.send(struct.pack("=IHHII", 40, XFRM_MSG_GETSA, 1, 1, 0) +
                       address(sa.dst) + struct.pack("!I", sa.spi) +
                       struct.pack("=HBx", family(sa.dst), esp.ESP))
        info = link.sock.recv(65536)[16:]
    finally:
        link.sock.close()
    ksft.check(len(info) > 200, f"no state {sa.id}")
    return Stat(*struct.unpack_from("=QQ", info, AT_CURRENT),
                *struct.unpack_from("=III", info, AT_STATS))
