# SPDX-License-Identifier: GPL-2.0
"""Traffic that goes on while a test disturbs it, and a watch on the wire.

    with Flood(bed, shape) as flood:        # a thread sends UDP both ways
        flood.wait_flow("ab")               # both ends receive
        bed.a.ip("xfrm state flush")
        flood.wait_silence("a")             # side a tries, but sends no ESP
    flood.check_clear()                     # the end of `with` calls this

Every datagram is full of copies of MARKER. So a test finds clear text in frames
of any protocol, even behind an ESP header. Frames without MARKER are allowed
between the ends if they are ESP, IKE, neighbour discovery, or ICMP errors about
ESP. Any other frame is a failure.
"""
import collections
import select
import socket
import struct
import threading
import time

from . import esp, ksft, module
from .bed import CARD, INNER, OTHER, OUTER, family
from .objects import clean_unload

MARKER = b"ov2-clear-text!?"
PORT = 7100
KNOWN = {esp.packed(a) for table in (OUTER, INNER)
         for end in table.values() for a in end.values()}
# The types of ICMPv6 that are neighbour discovery, which is never protected
DISCOVERY = range(133, 138)
# IKE protects itself. UDP of ENCAP_PORT carries IKE and ESP
IKE_PORTS = {500, esp.ENCAP_PORT}


def marked(number, length):
    """@length bytes: the number, and then copies of MARKER."""
    return (struct.pack("!I", number) +
            MARKER * (length // len(MARKER) + 1))[:length]


def clear_text(raw):
    """Return why a frame is clear text, or None if it is not clear text."""
    if MARKER in raw:
        return f"the marker is in the frame {ksft.show(raw)}"
    ethertype, = struct.unpack_from("!H", raw, 12)
    if ethertype == esp.ETH_IPV4 and len(raw) >= 34:
        proto, ends = raw[23], {raw[26:30], raw[30:34]}
        payload = 14 + (raw[14] & 15) * 4
    elif ethertype == esp.ETH_IPV6 and len(raw) >= 54:
        proto, ends = raw[20], {raw[22:38], raw[38:54]}
        payload = 54
    else:
        return None
    if proto == esp.ESP or not ends & KNOWN:
        return None
    if proto == esp.ICMPV6 and raw[payload] in DISCOVERY:
        return None
    # When a tunnel's next hop is gone, the stack sends an error about ESP. The
    # error is in clear, because no policy covers outer addresses. It is allowed
    # if it quotes ESP. To find this ESP, put the Ethernet header in front of
    # the quoted packet. Then ESP begins at @payload, because the IP header of
    # the quoted packet is as long as the IP header of the error
    if is_error(raw) and esp_at(raw[:14] + raw[payload + 8:]) == payload:
        return None
    if proto == esp.UDP and not IKE_PORTS.isdisjoint(
            struct.unpack_from("!HH", raw, payload)):
        return None
    return f"protocol {proto} in the frame {ksft.show(raw)}"


def is_error(raw):
    """Is the frame an ICMP error ("unreachable"), which quotes a packet?"""
    ethertype, = struct.unpack_from("!H", raw, 12)
    if ethertype == esp.ETH_IPV4:
        return raw[23] == esp.ICMP and raw[14 + (raw[14] & 15) * 4] == 3
    return (ethertype == esp.ETH_IPV6 and raw[20] == esp.ICMPV6 and
            raw[54] == 1)


def esp_at(raw):
    """Return the offset of the ESP header, or None for a frame without ESP."""
    ethertype, = struct.unpack_from("!H", raw, 12)
    if ethertype == esp.ETH_IPV6 and raw[20] == esp.ESP:
        return 54
    if ethertype != esp.ETH_IPV4:
        return None
    if raw[23] == esp.ESP:
        return 34
    # A datagram that begins with zeros is IKE (RFC 3948 2.2). A datagram of one
    # byte is a NAT-keepalive (2.3)
    if raw[23] == esp.UDP and esp.ENCAP_PORT in struct.unpack_from(
            "!HH", raw, 34) and len(raw) >= 50 and raw[42:46] != bytes(4):
        return 42
    return None


class WireWatch:
    """Counts the ESP frames that each side sends, and remembers clear text."""

    def __init__(self, bed):
        self.bed = bed
        self.esp = {"a": 0, "b": 0}
        self.spis = {"a": collections.Counter(), "b": collections.Counter()}
        self.clear = []
        self.lock = threading.Lock()

    def let_go_of_wire(self):
        """Close the taps, because their rings would keep the namespace of the
        wire alive.
        """
        with self.lock:
            self.bed.close_taps()

    def look(self):
        """Take in what has passed the taps since the last look."""
        with self.lock:
            self.look_at(list(self.bed.tap.items()))

    def look_at(self, taps):
        for side, tap in taps:
            for raw in tap.frames():
                why = clear_text(raw)
                if why:
                    self.clear.append(f"from {side}: {why}")
                elif at := esp_at(raw):
                    self.esp[side] += 1
                    self.spis[side][raw[at:at + 4]] += 1

    def check_clear(self):
        ksft.check(not self.clear, f"clear text on the wire, "
                   f"{len(self.clear)} frames: {self.clear[:3]}")


class Flood(WireWatch):
    LENGTHS = (40, 200, 1100)

    def __init__(self, bed, shape, sides="ab", burst=4, period=0.003):
        super().__init__(bed)
        self.sides, self.burst, self.period = sides, burst, period
        self.address = {side: bed.address(side, shape) for side in "ab"}
        self.socks = {}
        for side in "ab":
            sock = bed.ns(side).socket(family(shape.inner), socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # RCVBUFFORCE
            sock.setsockopt(socket.SOL_SOCKET, 32, 16 << 20)  # SNDBUFFORCE
            sock.bind((self.address[side], PORT))
            sock.setblocking(False)
            self.socks[side] = sock
        self.sent = {"a": 0, "b": 0}
        self.refused = {"a": collections.Counter(),
                        "b": collections.Counter()}
        self.received = {"a": 0, "b": 0}        # by each side
        self.wrong = []
        self.error = None
        self.going = True
        self.paused = set()
        self.rounds = 0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.look()
        self.esp = {"a": 0, "b": 0}
        self.clear = []
        self.no_states = {side: self.no_states_now(side) for side in "ab"}
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind is None:
            self.check_thread()
            self.check_clear()

    def stop(self):
        """End the traffic; then receive until nothing has come for 0.1 s."""
        self.going = False
        self.thread.join()
        self.drain(0.1)
        for sock in self.socks.values():
            sock.close()

    def no_states_now(self, side):
        return self.bed.ns(side).xfrm_stat()["XfrmOutNoStates"]

    def lost_with_states(self, side):
        """How many packets of a side were lost because a state was replaced.

        The core walks its list of states under RCU. If the walk has begun
        before the new state was in the list, and comes to the old state after
        its end, the core finds no state, and drops the packet without an error
        for the sender. In crypto mode the state may also end when the packet is
        on its way to the card.
        """
        return (self.no_states_now(side) - self.no_states[side] +
                self.bed.delta(side)["ipsec_tx_drop_no_state"])

    def finish(self, lost=lambda side: 0):
        """Does what stop() does, but waits until all datagrams have arrived,
        except as many as @lost says for their sender. On a busy machine the
        packets of one queue may take longer than 0.1 s.
        """
        self.going = False
        self.thread.join()

        def all_received():
            self.drain(0)
            return all(self.received[OTHER[side]] + lost(side) >=
                       self.sent[side] for side in self.sides)

        try:
            ksft.wait_for("all datagrams", all_received)
        finally:
            self.stop()

    def run(self):
        try:
            while self.going:
                for side in self.sides:
                    if side not in self.paused:
                        self.send(side)
                self.receive()
                self.look()
                self.rounds += 1
                time.sleep(self.period)
        except Exception as error:      # check_thread() raises this error
            self.error = error

    def pause(self, side):
        """Stop sending at a side, and wait for three rounds of the thread, in
        which the packets that are on their way arrive.
        """
        self.paused.add(side)
        goal = self.rounds + 3
        self.wait(f"the pause of {side}", lambda: self.rounds >= goal)

    def send(self, side):
        target = (self.address[OTHER[side]], PORT)
        for _ in range(self.burst):
            number = self.attempts(side)
            data = marked(number, self.LENGTHS[number % len(self.LENGTHS)])
            try:
                self.socks[side].sendto(data, target)
                self.sent[side] += 1
            except OSError as error:
                self.refused[side][error.errno] += 1

    def receive(self):
        for side in "ab":
            while True:
                try:
                    data = self.socks[side].recv(65536)
                except OSError:
                    break
                number, = struct.unpack_from("!I", data)
                if data != marked(number, len(data)):
                    self.wrong.append(f"{side} got {ksft.show(data)}")
                self.received[side] += 1

    def drain(self, quiet):
        """Receive until nothing has come for @quiet seconds."""
        # Deleting a namespace closes its sockets
        open_socks = [s for s in self.socks.values() if s.fileno() >= 0]
        while open_socks and select.select(open_socks, [], [], quiet)[0]:
            before = sum(self.received.values())
            self.receive()
            if sum(self.received.values()) == before:
                break
        self.look()

    def attempts(self, side):
        """How often a side has tried to send."""
        return self.sent[side] + sum(self.refused[side].values())

    def wait(self, what, condition, seconds=60):
        """Wait for a condition; fail if the thread has failed meanwhile."""
        def done():
            if self.error:
                raise self.error
            return condition()
        try:
            ksft.wait_for(what, done, seconds, 0.005)
        except ksft.Fail as failure:
            raise ksft.Fail(f"{failure}\n{self.account()}") from None
        self.check_thread()

    def check_thread(self):
        """Fail if the thread has failed, or if wrong data has arrived."""
        if self.error:
            raise self.error
        ksft.check(not self.wrong, f"wrong data: {self.wrong[:2]}")

    def wait_attempts(self, side, number):
        goal = self.attempts(side) + number
        self.wait(f"{side} to try sending {number} times",
                  lambda: self.attempts(side) >= goal)

    def wait_flow(self, receivers="ab", number=10):
        """Wait until each of @receivers gets @number more datagrams."""
        for side in receivers:
            goal = self.received[side] + number
            self.wait(f"{number} more datagrams to reach {side}",
                      lambda goal=goal, side=side:
                      self.received[side] >= goal)

    def wait_silence(self, senders, tries=30):
        """Wait until @senders send no ESP any more, although they go on trying.
        """
        def silent(side):
            before = self.esp[side]
            self.wait_attempts(side, tries)
            return self.esp[side] == before

        for side in senders:
            self.wait(f"{side} to stop sending ESP",
                      lambda side=side: silent(side))

    def account(self):
        """All counts as text, for a message. The counts of xfrm, the device and
        the qdisc are those since the namespace was made.
        """
        lines = [f"sent {self.sent} refused "
                 f"{ {s: dict(c) for s, c in self.refused.items()} } "
                 f"received {self.received} ESP on the wire {self.esp}"]
        for side in "ab":
            ns = self.bed.ns(side)
            try:
                moved = {k: v for k, v in self.bed.delta(side).items() if v}
                lines.append(f"{side}: card {moved}")
                counts = {k: v for k, v in ns.xfrm_stat().items() if v}
                lines.append(f"{side}: xfrm {counts}")
                for words in (("ip", "-s", "link"), ("tc", "-s", "qdisc")):
                    shown = ns.command(*words, "show", "dev", CARD[side],
                                       check=False).stdout.split()
                    lines.append(f"{side}: {' '.join(shown)}")
            except OSError as error:
                # The card or its namespace may be gone
                lines.append(f"{side}: {error}")
        return "\n".join(lines)


def unload_under_traffic(bed, shape):
    """Unload the module while both ends send. This deletes all cards of the
    bed.
    """
    with clean_unload(), Flood(bed, shape) as flood:
        flood.wait_flow("ab")
        module.remove()
        for side in "ab":
            flood.wait_attempts(side, 50)
