#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A state that is offloaded for inbound packets also encrypts outbound packets,
in software.

The core sends through a state that has no SA direction. If the card did not
decline the packets, the core would hand them to the card in clear. Then only
the missing flag XFRM_XMIT would tell the card that they are in clear. So the
card declines the packets, and software encrypts them.
"""
import os
import socket

from lib import ksft, module, xfrmnl
from lib.bed import OUTER, Bed, Shape
from lib.flood import MARKER

SHAPES = [Shape.named(name) for name in ("ipv4-transport", "ipv6-tunnel")]
NUMBER = 50
DROPS = "ipsec_tx_drop_no_xmit"


def send_through_inbound(defer, shape):
    bed = Bed()
    defer(bed.delete)
    src, dst = (OUTER[side][shape.outer] for side in "ab")
    mode = xfrmnl.TUNNEL if shape.mode == "tunnel" else xfrmnl.TRANSPORT
    card = xfrmnl.ifindex(bed.a, bed.a.card)
    answer = xfrmnl.Xfrm(bed.a).add(
        spi=0x7001, src=src, dst=dst, mode=mode, window=32,
        aead=("rfc4106(gcm(aes))", os.urandom(20), 128),
        offload=(card, xfrmnl.INBOUND))
    ksft.equal(answer.errno, 0, xfrmnl.strerror(answer))
    bed.a.ip(*bed.policy_lines(shape, "a"))
    bed.mark()
    fam = socket.AF_INET if shape.inner == 4 else socket.AF_INET6
    sock = bed.a.socket(fam, socket.SOCK_DGRAM)
    for _ in range(NUMBER):
        sock.sendto(MARKER * 8, (bed.address("b", shape), 7200))

    def sealed():
        return [frame for side, frame in bed.captured()
                if side == "a" and frame.is_esp]

    ksft.wait_for("ESP on the wire", lambda: len(sealed()) >= NUMBER)
    ksft.equal(len(sealed()), NUMBER, "ESP on the wire")
    clear = [frame for _, frame in bed.captured() if MARKER in frame.raw]
    ksft.equal(len(clear), 0, "frames in clear on the wire")
    for counter in ("ipsec_tx_pkts", DROPS):
        ksft.equal(bed.delta("a")[counter], 0, counter)
    ksft.equal(bed.delta("a")["ipsec_tx_fallback_dir"], NUMBER, "declined")


def main():
    some = ksft.chosen([(shape.name, send_through_inbound, shape)
                        for shape in SHAPES])
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
