#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic goes on when extended sequence numbers cross 2^32, with offload at
one end or at both. The cases "jumps" let a key manager set the numbers
(XFRM_MSG_NEWAE), in crypto mode and in packet mode.

TCP is tested only with offload at both ends, because Linux' own esp_xmit()
would give the last TCP segment below 2^32 a high half that is 1 too large (6.12
to 7.3).
"""
from lib import esp, ksft, module, xfrmnl
from lib.bed import MAC, OUTER, Shape, shared
from lib.traffic import PORT, Traffic

SHAPES = ("ipv4-transport", "ipv6-transport", "ipv4-tunnel", "ipv6-tunnel",
          "ipv4-transport-udp")
ENDS = {"ab": "both", "a": "a-only", "b": "b-only"}
WRAP = 1 << 32

# A key manager sets each of these numbers, one after the other, as the number
# that was used last. After each of them some packets are sent
JUMPS = {
    "up by 1": (WRAP + 100,),
    "up by several": (WRAP + 100, 7 * WRAP + 100, 0xfff0 * WRAP),
    "back down": (9 * WRAP + 100, 3 * WRAP + 200, 100),
    "to the last numbers of a high half": (5 * WRAP - 2, 9 * WRAP - 3),
    "with the same high half": (5 * WRAP - 9, 4 * WRAP + 100, 5 * WRAP - 9),
}


class Wrap:
    def __init__(self, defer, shape, offload, seq, how="crypto"):
        self.bed = shared()
        self.shape = Shape.named(shape)
        self.pair = self.bed.install(self.shape, 256, 128, True, offload, seq,
                                     how=how)
        self.bed.check_offload_lines(self.pair)
        self.talk = Traffic(self.bed, self.shape)
        defer(self.talk.close)
        self.bed.mark()

    def crossed(self, wire, side, boundary):
        """Check that a side sent numbers below the boundary, and also the
        boundary itself or numbers above it.
        """
        key = (self.pair.ab if side == "a" else self.pair.ba).oracle()
        numbers = [key.accept(frame.esp, False).seq
                   for frame in wire.frames[side]]
        ksft.check(min(numbers) < boundary <= max(numbers),
                   f"numbers of {side} do not cross {boundary:#x}: "
                   f"{min(numbers):#x} to {max(numbers):#x}")


def udp_crosses(defer, shape, offload, high):
    boundary = (high + 1) * WRAP
    test = Wrap(defer, shape, offload, boundary - 8)
    for side in "ab":
        test.talk.udp(side, range(100, 140))
    wire = test.talk.settle(test.pair)
    for side in "ab":
        test.crossed(wire, side, boundary)


def tcp_crosses(defer, shape):
    # About 70 segments go each way, so the wrap is among segments of one large
    # send
    test = Wrap(defer, shape, "ab", WRAP - 30)
    test.talk.tcp("a", 100000, 100000)
    wire = test.talk.settle(test.pair)
    for side in "ab":
        test.crossed(wire, side, WRAP)


def late_packets(defer, shape):
    """Around the wrap, the window can distinguish old numbers from new numbers.
    """
    test = Wrap(defer, shape, "ab", WRAP - 8)
    key = test.pair.ab.oracle()
    source, target = test.talk.address["a"], test.talk.address["b"]
    inner = {4: esp.IPIP, 6: esp.IPV6_IN_IP}[test.shape.inner]
    for number in (WRAP - 5, WRAP + 1, WRAP - 1, WRAP, WRAP - 3, WRAP + 20,
                   WRAP - 2, WRAP + 19):
        payload = number.to_bytes(8)
        data, proto = esp.udp(source, target, PORT, PORT, payload), esp.UDP
        if test.shape.mode == "tunnel":
            data, proto = esp.ip(source, target, esp.UDP, data), inner
        body, outer = key.seal(number, proto, data), esp.ESP
        if test.shape.encap:
            body, outer = esp.udp_encap(body), esp.UDP
        test.bed.inject("b", test.bed.frame_to("b", outer, body))
        test.talk.expect_datagrams("a", [payload])
    ksft.wait_for("ipsec_rx_pkts to be 8", lambda: test.bed.delta("b")[
        "ipsec_rx_pkts"] == 8)


def software_ahead(defer, shape):
    """The card leaves fragments to software, which moves the window. Then
    somebody on the way sends an old packet again, as a whole frame. The card
    must not take the packet's number for one behind the next wrap.
    """
    test = Wrap(defer, shape, "b", 1000)
    key = test.pair.ab.oracle()
    source, target = test.talk.address["a"], test.talk.address["b"]
    ends = [OUTER[side][test.shape.outer] for side in "ab"]

    def packet(number):
        data, proto = esp.udp(source, target, PORT, PORT,
                              number.to_bytes(8)), esp.UDP
        if test.shape.mode == "tunnel":
            data, proto = esp.ip(source, target, esp.UDP, data), {
                4: esp.IPIP, 6: esp.IPV6_IN_IP}[test.shape.inner]
        body = key.seal(number, proto, data)
        if test.shape.encap:
            return esp.UDP, esp.udp_encap(body)
        return esp.ESP, body

    def whole(proto, body):
        test.bed.inject("b", test.bed.frame_to("b", proto, body))

    old = packet(1001)
    for number in range(1001, 1101):
        proto, body = old if number == 1001 else packet(number)
        for part in esp.in_two(*ends, proto, body, number):
            test.bed.inject("b", esp.ethernet(MAC["b"], MAC["a"], part))
    test.talk.expect_datagrams("a", [number.to_bytes(8) for number in
                                     range(1001, 1101)])
    whole(*old)
    for number in range(1101, 1104):
        whole(*packet(number))
    # A datagram that comes twice would come first
    test.talk.expect_datagrams("a", [number.to_bytes(8) for number in
                                     range(1101, 1104)])


def jumps(defer, shape, how, offload, numbers):
    """A key manager sets the numbers of both ends, as it does when it takes
    over from another host. When the kernels have answered, every packet that
    is sent arrives.
    """
    test = Wrap(defer, shape, offload, 0, how)
    link = {side: xfrmnl.Xfrm(test.bed.ns(side)) for side in "ab"}
    for sock in link.values():
        defer(sock.sock.close)
    keys = {"a": test.pair.ab.oracle(), "b": test.pair.ba.oracle()}
    test.talk.udp("a", [50, 60])
    test.talk.udp("b", [50, 60])
    for number in numbers:
        test.bed.mark()
        for side in "ab":
            for sa in (test.pair.ab, test.pair.ba):
                window = 0 if side == sa.sender else sa.window
                ksft.equal(link[side].set_esn(sa.spi, sa.dst, number, window),
                           (0, ""), f"answer to XFRM_MSG_NEWAE at {side}")
        for side in "ab":
            test.talk.udp(side, range(100, 105))
            keys[side].top = number
        for side in "ab":
            sent = [keys[side].open(frame.esp).seq
                    for sender, frame in test.bed.captured()
                    if sender == side and frame.is_esp]
            ksft.equal(sent, list(range(number + 1, number + 6)),
                       f"numbers of {side} after {number:#x}")
            moved = test.bed.moved(side)
            ksft.equal({name for name in moved if "drop" in name or
                        "failed" in name}, set(), f"drops at {side}")
            for name in ("ipsec_tx_pkts", "ipsec_rx_pkts"):
                ksft.equal(moved.get(name, 0), 5 * (side in offload),
                           f"{name} of {side}")


def main():
    cases = []
    for how in ("crypto", "packet"):
        for offload, ends in ENDS.items():
            cases += [(f"jumps {name} {how} {ends}",
                       lambda defer, h=how, o=offload, n=numbers:
                       jumps(defer, "ipv4-transport", h, o, n))
                      for name, numbers in JUMPS.items()]
        cases.append((f"jumps back down {how} ipv6-tunnel both",
                      lambda defer, h=how: jumps(
                          defer, "ipv6-tunnel", h, "ab", JUMPS["back down"])))
    for shape in SHAPES:
        for offload, ends in ENDS.items():
            cases.append((f"udp_crosses {shape} {ends}",
                          lambda defer, s=shape, o=offload:
                          udp_crosses(defer, s, o, 0)))
        cases += [(f"udp_crosses high half 5 {shape} both",
                   lambda defer, s=shape: udp_crosses(defer, s, "ab", 5)),
                  (f"tcp_crosses {shape} both",
                   lambda defer, s=shape: tcp_crosses(defer, s)),
                  (f"late_packets {shape} both",
                   lambda defer, s=shape: late_packets(defer, s)),
                  (f"software_ahead {shape} b-only",
                   lambda defer, s=shape: software_ahead(defer, s))]
    some = ksft.chosen(cases)
    module.load()
    ksft.run(some)


if __name__ == "__main__":
    main()
