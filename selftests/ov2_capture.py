#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ov2 capture` writes frames and their records to pcapng that tshark can read.

What is in the file is compared with what a monitor shows at the same time, and
with what was sent. However a capture ends, no monitor is left afterwards, and
the file can be read.
"""
import json
import os
import shutil
import signal
import struct
import subprocess
import tempfile
from collections import namedtuple

from lib import esp, ksft, module, ov2
from lib.algs import ALGS
from lib.bed import CARD, MAC, OUTER, Shape, shared
from lib.monitor import Monitor
from lib.spd import PROTECT, Card
from lib.traffic import PORT, Traffic

PAYLOAD = b"ov2-in-the-clear" * 20
FIELDS = ("frame.interface_name", "frame.comment", "esp.spi", "esp.sequence",
          "frame.packet_flags_direction", "frame.cap_len", "frame.len")
# Numbers of pcapng
INBOUND, OUTBOUND = 1, 2
PACKET_BLOCK, CUSTOM_OPTION, ENTERPRISE = 6, 2989, 32473

Row = namedtuple("Row", "interface comment spi seq direction kept length")


class Captures:
    """Captures in the namespace of a card, and their file."""

    def __init__(self, defer, ns):
        self.ns = ns
        self.place = tempfile.mkdtemp()
        defer(shutil.rmtree, self.place)
        self.file = os.path.join(self.place, "capture.pcapng")

    def capture(self, defer, *words, **options):
        """Start a capture, and wait until it listens."""
        process = ov2.start(self.ns, "capture", *words, **options)
        defer(end, process)
        ksft.wait_for("a packet socket on the monitor", self.listened)
        return process

    def monitors(self):
        return [line for line in
                self.ns.command("ip", "-o", "link").stdout.splitlines()
                if "ov2mon" in line]

    def listened(self):
        """Is a packet socket bound to the monitor?"""
        indices = ov2.captured(self.ns)
        return any(int(line.split(":")[0]) in indices
                   for line in self.monitors())

    def no_monitor(self):
        ksft.wait_for("no monitor to be left", lambda: not self.monitors())

    def fields(self, *names):
        """What the dissector finds in each packet of the file."""
        script = os.path.join(os.path.dirname(ov2.find()), "ipsecov2.lua")
        if not os.path.exists(script):
            raise ksft.Skip(f"needs the dissector {script}")
        # Wireshark runs no scripts for root. So tshark runs as the user nobody,
        # who may read the capture and a copy of the script
        os.chmod(self.place, 0o755)
        os.chmod(self.file, 0o644)
        shutil.copy(script, self.place)
        command = ["tshark", "-n", "-r", self.file, "-X",
                   f"lua_script:{self.place}/ipsecov2.lua", "-T", "fields"]
        for name in names:
            command += ["-e", f"ipsecov2.{name}"]
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False, user=ov2.NOBODY, group=ov2.NOBODY,
                              extra_groups=[],
                              env=dict(os.environ, HOME=self.place))
        ksft.equal(done.returncode, 0, f"status of tshark ({done.stderr})")
        return [line.split("\t") for line in done.stdout.splitlines()]


class Talk(Captures):
    """The shared bed with SAs, and captures at a's card."""

    def __init__(self, defer, how="crypto", **options):
        self.bed = shared()
        super().__init__(defer, self.bed.a)
        self.pair = self.bed.install(Shape.named("ipv4-transport"), how=how,
                                     **options)
        self.traffic = Traffic(self.bed, self.pair.shape)
        defer(self.traffic.close)

    def datagram(self, sender="a"):
        to = self.traffic.address["b" if sender == "a" else "a"]
        self.traffic.socks[sender].sendto(PAYLOAD, (to, PORT))


def end(process):
    if process.poll() is None:
        process.kill()
    process.communicate()


def ended(process, status=0):
    """Wait for the end of a capture; returns (stdout, stderr)."""
    out, err = process.communicate(timeout=ksft.patience(20))
    ksft.equal(process.returncode, status, f"exit status; it says: {err}")
    return out, err


def tshark(path, cut=False):
    """What tshark finds in a file; cut: the file may end within a block."""
    command = ["tshark", "-n", "-r", path, "-T", "fields"]
    for field in FIELDS:
        command += ["-e", field]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
    except FileNotFoundError:
        raise ksft.Skip("tshark is not installed") from None
    if done.returncode and not (cut and "cut short" in done.stderr):
        raise ksft.Fail(f"tshark: {done.stderr.strip()}")
    return [Row(*line.split("\t")) for line in done.stdout.splitlines()]


def packets(path):
    """Yield (offset of the end, bytes) of each packet block of a file."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("=II", data, at)
        ksft.equal(struct.unpack_from("=I", data, at + length - 4)[0], length,
                   "the second length of a block")
        at += length
        if kind == PACKET_BLOCK:
            yield at, data[at - length:at]


def record(block):
    """The binary record in the custom option of a packet block."""
    kept, = struct.unpack_from("=I", block, 20)
    at = 28 + kept + (-kept & 3)
    while True:
        code, size = struct.unpack_from("=HH", block, at)
        if code == CUSTOM_OPTION:
            ksft.equal(struct.unpack_from("=I", block, at + 4)[0], ENTERPRISE,
                       "enterprise number")
            return block[at + 8:at + 4 + size]
        ksft.check(code, "the block has a record")
        at += 4 + size + (-size & 3)


# ---- what a capture holds

def file_for_tshark(defer, how):
    talk = Talk(defer, how)
    process = talk.capture(defer, CARD["a"], "-w", talk.file, "-c", "4")
    talk.datagram("a")
    ksft.wait_for("two frames", lambda: len(list(packets(talk.file))) == 2)
    talk.datagram("b")
    _, said = ended(process)
    ksft.check("4 frames captured, 0 lost" in said, f"it says: {said}")
    talk.no_monitor()

    rows = tshark(talk.file)
    ksft.equal([(row.interface, int(row.direction, 0)) for row in rows],
               [("ov0 clear", OUTBOUND), ("ov0 wire", OUTBOUND),
                ("ov0 wire", INBOUND), ("ov0 clear", INBOUND)],
               "interfaces and directions")
    spis = [talk.pair.ab.spi] * 2 + [talk.pair.ba.spi] * 2
    ksft.equal([int(row.spi, 0) for row in rows], spis, "SPIs")
    ksft.equal({row.seq for row in rows}, {"1"}, "numbers")
    pad = -(len(PAYLOAD) + 8 + 2) % 4
    clear, wire, arrived, opened = [row.comment for row in rows]
    header = f"next header 17 (UDP), pad {pad}, ESP at 20"
    ksft.check(clear.startswith("tx SA 0x") and clear.endswith(
        f"spi {spis[0]:#x} seq 1: {header}"), f"first comment: {clear}")
    ksft.check(wire.endswith(f"{header}: sent"), f"second comment: {wire}")
    ksft.equal(arrived, f"rx spi {spis[2]:#x} seq 1", "third comment")
    ksft.check(opened.endswith(f"next header 17 (UDP), pad {pad}: success"),
               f"fourth comment: {opened}")
    ksft.check(int(rows[0].kept) < int(rows[0].length),
               "the clear frame is cut")


def record_of_each_frame(defer):
    """The custom option has the point, the SA and the slots that a monitor
    shows.
    """
    talk = Talk(defer)
    monitor = Monitor(talk.bed.a, CARD["a"])
    defer(monitor.close)
    process = talk.capture(defer, CARD["a"], "-w", talk.file, "-c", "2")
    talk.datagram()
    ended(process)
    shown = monitor.shown(2)
    found = [record(block) for _, block in packets(talk.file)]
    ksft.equal(len(found), 2, "records")
    for one, frame in zip(found, shown):
        ksft.equal(one[2], frame.point, "point")
        ksft.equal(struct.unpack_from("!QQI", one, 16),
                   (frame.handle, frame.seq, frame.spi), "handle, number, SPI")
        ksft.equal(struct.unpack_from("!5Q", one, 48), frame.info, "slots")


def clear_if_allowed(defer, words, there):
    """The payload is in the file only with --clear, and only the file's owner
    may read the file.
    """
    talk = Talk(defer)
    process = talk.capture(defer, CARD["a"], "-w", talk.file, "-c", "2",
                           *words)
    talk.datagram()
    ended(process)
    with open(talk.file, "rb") as file:
        ksft.equal(PAYLOAD in file.read(), there, "the payload is in the file")
    ksft.equal(os.stat(talk.file).st_mode & 0o777, 0o600, "mode")


def text(defer):
    talk = Talk(defer)
    process = talk.capture(defer, CARD["a"], "-c", "2")
    talk.datagram()
    lines = ended(process)[0].splitlines()
    ksft.equal([line.split()[1:3] for line in lines],
               [["ov0", "clear"], ["ov0", "wire"]], "lines")
    ksft.check(f"spi {talk.pair.ab.spi:#x} seq 1" in lines[1], lines[1])


def objects_of_json(defer):
    talk = Talk(defer)
    process = talk.capture(defer, CARD["a"], "--json", "-c", "2")
    talk.datagram()
    objects = json.loads(ended(process)[0])
    ksft.equal([(one["ifname"], one["direction"], one["side"], one["spi"],
                 one["verdict"]) for one in objects],
               [("ov0", "tx", "clear", talk.pair.ab.spi, ""),
                ("ov0", "tx", "wire", talk.pair.ab.spi, "sent")], "objects")


def filters(defer):
    talk = Talk(defer)
    spi = f"spi {talk.pair.ba.spi:#x}"
    process = talk.capture(defer, "--json", "-c", "1", "--filter",
                           f"{spi} and clear")
    talk.datagram("a")
    talk.datagram("b")
    one, = json.loads(ended(process)[0])
    ksft.equal((one["spi"], one["side"]), (talk.pair.ba.spi, "clear"),
               "the frame that was wanted")


def fields_of_lua(defer):
    """The dissector turns the comments of the frames into fields."""
    talk = Talk(defer)
    process = talk.capture(defer, CARD["a"], "-w", talk.file, "-c", "4")
    talk.datagram("a")
    ksft.wait_for("two frames", lambda: len(list(packets(talk.file))) == 2)
    talk.datagram("b")
    ended(process)
    found = talk.fields("direction", "spi", "seq", "next_header", "pad_length",
                        "tx.esp_offset", "tx.verdict", "rx.crypto_status",
                        "drop")
    pad = str(-(len(PAYLOAD) + 8 + 2) % 4)
    sent = ["tx", f"{talk.pair.ab.spi:#010x}", "1", "17", pad, "20"]
    got = ["rx", f"{talk.pair.ba.spi:#010x}", "1"]
    ksft.equal(found, [[*sent, "", "", ""], [*sent, "sent", "", ""],
                       [*got, "", "", "", "", "", ""],
                       [*got, "17", pad, "", "", "success", ""]], "fields")


def drops(defer):
    """Text, JSON, tshark and the fields of Lua name the reason of a drop."""
    card = Card(shared(), 4)
    defer(card.close)
    captures = Captures(defer, card.bed.b)
    card.policy("b", "in", card.pair_selector(), PROTECT)
    packet = card.packet(1, 1, esp.UDP, 7, 7)
    sealed = esp.ethernet(MAC["b"], MAC["a"], esp.ip(
        OUTER["a"][4], OUTER["b"][4], esp.ESP,
        card.key.seal(1, esp.IPIP, packet)))

    def provoke():
        """Send a good frame, then the same frame again, and a packet in clear.
        The packet in clear may overtake the two frames.
        """
        for frame in (sealed, sealed, esp.ethernet(MAC["b"], MAC["a"],
                                                   packet)):
            card.bed.inject("b", frame)

    def capture(*words):
        process = captures.capture(defer, CARD["b"], *words)
        provoke()
        return ended(process)[0]

    spi = card.pair.ab.spi
    capture("-w", captures.file, "-c", "6")
    rows = tshark(captures.file)
    ksft.equal(sorted(row.interface for row in rows),
               ["ov3 clear"] * 4 + ["ov3 wire"] * 2, "interfaces")
    clear, replay = sorted(row.comment for row in rows
                           if "dropped" in row.comment)[::-1]
    ksft.check(replay.startswith("rx SA 0x") and
               f" spi {spi:#x} seq 1: next header 4 " in replay and
               replay.endswith(": dropped: ipsec_rx_drop_replay"),
               f"comment: {replay}")
    ksft.equal(clear, "rx no SPI: dropped: ipsec_rx_drop_clear", "comment")
    ksft.equal(sorted(captures.fields("drop", "spi", "rx.crypto_status")),
               [["", f"{spi:#010x}", ""]] * 2 +
               [["", f"{spi:#010x}", "success"]] * 2 +
               [["ipsec_rx_drop_clear", "", ""],
                ["ipsec_rx_drop_replay", f"{spi:#010x}", ""]], "fields")

    # Number 1 was received before, so both sealed frames are replays now
    objects = json.loads(capture("--json", "-c", "3", "--filter", "dropped"))
    ksft.equal(sorted((one["direction"], one["side"], one["dropped"],
                       one["verdict"]) for one in objects),
               [("rx", "clear", True, f"ipsec_rx_drop_{name}")
                for name in ("clear", "replay", "replay")], "objects")
    line, = capture("-c", "1", "--filter",
                    f"dropped and spi {spi:#x}").splitlines()
    ksft.check(line.endswith("dropped: ipsec_rx_drop_replay"), line)


# ---- the keys

def keys_decrypt_the_wire(defer, alg, icv, esn):
    """With the lines of `ov2 keys`, tshark decrypts frames of the wire side."""
    talk = Talk(defer, alg=ALGS[alg], icv=icv, esn=esn)
    process = talk.capture(defer, CARD["a"], "-w", talk.file, "-c", "1",
                           "--filter", "wire")
    talk.datagram()
    ended(process)
    done = ov2.call(talk.bed.a, "keys", "--wireshark")
    ksft.equal(done.returncode, 0, "status of ov2 keys")
    ksft.check("anyone who has them can read" in done.stderr, "ov2 keys warns")
    ksft.equal(len(done.stdout.splitlines()), 2, "lines of ov2 keys")
    place = os.path.join(talk.place, ".config/wireshark")
    os.makedirs(place)
    with open(os.path.join(place, "esp_sa"), "w", encoding="ascii") as file:
        file.write(done.stdout)
    command = ["tshark", "-n", "-r", talk.file, "-T", "fields", "-e",
               "udp.payload", "-o", "esp.enable_encryption_decode:TRUE", "-o",
               "esp.enable_authentication_check:TRUE", "-e", "esp.icv_good"]
    try:
        found = subprocess.run(command, capture_output=True, text=True,
                               check=False,
                               env=dict(os.environ, HOME=talk.place))
    except FileNotFoundError:
        raise ksft.Skip("tshark is not installed") from None
    payload, good = found.stdout.rstrip("\n").split("\t")
    ksft.equal(bytes.fromhex(payload.replace(":", "")), PAYLOAD, "payload")
    ksft.check(good.lower() in ("1", "true"), f"tshark says {good} of the ICV")


def keys_as_json(defer):
    talk = Talk(defer)
    done = ov2.call(talk.bed.a, "--json", "keys", "--wireshark")
    rows = {row["spi"]: row["esp_sa"] for row in json.loads(done.stdout)}
    ksft.equal(set(rows), {talk.pair.ab.spi, talk.pair.ba.spi}, "SPIs")
    ksft.check(talk.pair.ab.keymat.hex() in rows[talk.pair.ab.spi], "the key")


def keys_that_wireshark_lacks(defer):
    """For a state that Wireshark cannot decrypt, `ov2 keys` prints a sentence
    to stderr, and no line to stdout.
    """
    talk = Talk(defer, alg=ALGS["aes128-ccm"], icv=128)
    done = ov2.call(talk.bed.a, "keys", "--wireshark")
    ksft.equal((done.returncode, done.stdout), (0, ""), "status and output")
    ksft.check(f"cannot decrypt SPI {talk.pair.ab.spi:#x}: it does not know "
               "rfc4309(ccm(aes))" in done.stderr, done.stderr)


# ---- how a capture ends

def ends_by_signal(defer, number):
    talk = Talk(defer)
    process = talk.capture(defer, CARD["a"], "-w", talk.file)
    talk.datagram()
    ksft.wait_for("two frames", lambda: len(list(packets(talk.file))) == 2)
    process.send_signal(number)
    ended(process)
    talk.no_monitor()
    ksft.equal(len(list(packets(talk.file))), 2, "frames in the file")


def ends_with_its_reader(defer):
    talk = Talk(defer)
    read, write = os.pipe()
    process = talk.capture(defer, CARD["a"], "-w", "-", stdout=write)
    os.close(write)
    os.close(read)
    talk.datagram()
    ended(process)
    talk.no_monitor()


def ends_when_the_disk_is_full(defer):
    talk = Talk(defer)
    process = ov2.start(talk.bed.a, "capture", "-w", "/dev/full")
    defer(end, process)
    _, said = ended(process, 1)
    ksft.check("No space left on device" in said, f"it says: {said}")
    talk.no_monitor()

    # This disk has room for the first block and some frames
    os.mkdir(os.path.join(talk.place, "disk"))
    disk = os.path.join(talk.place, "disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", disk],
                   check=True)
    defer(subprocess.run, ["umount", disk], check=True)
    path = os.path.join(disk, "capture.pcapng")
    process = talk.capture(defer, CARD["a"], "-w", path)
    for _ in range(20):
        talk.datagram()
    _, said = ended(process, 1)
    ksft.check("No space left on device" in said, f"it says: {said}")
    ksft.check(len(tshark(path)) > 2, "the frames before can be read")
    talk.no_monitor()


def ends_with_its_card(defer):
    talk = Talk(defer)
    ns = talk.bed.a
    ns.ip("link add ovx type ipsecov2")
    process = talk.capture(defer, "ovx", "-w", talk.file)
    ns.ip("link del ovx")
    _, said = ended(process, 1)
    ksft.check("the monitor is gone" in said, f"it says: {said}")


def cut_anywhere(defer):
    """If a file is cut anywhere, the frames that are still whole can be read.
    """
    talk = Talk(defer)
    process = talk.capture(defer, CARD["a"], "-w", talk.file, "-c", "4")
    talk.datagram()
    talk.datagram()
    ended(process)
    with open(talk.file, "rb") as file:
        data = file.read()
    ends = [at for at, _ in packets(talk.file)]
    part = os.path.join(talk.place, "part.pcapng")
    for size in (ends[0] + 1, ends[2] + 50, ends[3] - 3):
        with open(part, "wb") as file:
            file.write(data[:size])
        ksft.equal(len(tshark(part, cut=True)),
                   sum(end_at <= size for end_at in ends),
                   f"frames in the first {size} bytes")


# ---- as an extcap of Wireshark

def in_wireshark(defer):
    """The card is in the list of tshark, and tshark captures on the card."""
    talk = Talk(defer)
    place = os.path.join(talk.place, ".local/lib/wireshark/extcap")
    os.makedirs(place)
    os.symlink(ov2.find(), os.path.join(place, "ov2-extcap"))
    environment = {"HOME": talk.place}
    tshark_program = shutil.which("tshark")
    if not tshark_program:
        raise ksft.Skip("tshark is not installed")
    listed = ov2.call(talk.bed.a, "-D", program=tshark_program,
                      env=environment).stdout
    ksft.check("ipsecov2-ov0 (ov0, both sides of its IPsec engine)" in listed,
               f"tshark -D says: {listed}")

    process = ov2.start(talk.bed.a, "-n", "-i", "ipsecov2-ov0", "-c", "2",
                        "-T", "fields", "-e", "frame.comment",
                        program=tshark_program, env=environment)
    defer(end, process)
    ksft.wait_for("a packet socket on the monitor", talk.listened, 60)
    talk.datagram()
    comments = ended(process)[0].splitlines()
    ksft.equal(len(comments), 2, "comments")
    ksft.check(comments[1].endswith("sent"), f"the second: {comments[1]}")
    talk.no_monitor()


# ---- wrong use

def refused(defer):
    talk = Talk(defer)
    for words, sentence in (
            (("capture", "--filter", "port 5"), "'port' is none of spi, tx"),
            (("capture", "--filter", "spi", "0x1001"),
             "spi needs a number in the same quotes, as in --filter"
             " 'spi 0x1001'"),
            *((("capture", *words), "a filter of several words needs quotes,"
               " as in --filter 'wire tx'") for words in (
                   ("--filter", "wire", "tx"),
                   ("ov0", "--filter", "wire", "tx"),
                   ("--filter", "wire", "tx", "ov0"))),
            (("capture", "--filter", "wire", "and", "tx"), "'wire and'"),
            (("capture", "--filter", "wire", "spi", "5"), "'wire spi'"),
            (("capture", "--filter", "tx rx"), "no frame is both"),
            (("capture", "-c", "0"), "-c 0 is not a number of frames"),
            (("capture", "--json", "-w", talk.file), "-w writes pcapng"),
            (("extcap",), "extcap is for Wireshark"),
            (("keys",), "keys needs --wireshark"),
            (("show", "--wireshark"), "--wireshark is for `ov2 keys`"),
            (("extcap", "--capture"), "needs --extcap-interface and --fifo"),
            (("extcap", "--wrong"), "extcap does not know --wrong"),
            (("show", "--clear"), "--clear is for `ov2 capture`")):
        said = ov2.refused(talk.bed.a, *words, status=2)
        ksft.check(sentence in said, f"{words}: {said}")
    said = ov2.refused(talk.bed.a, "capture", "-w", "/nowhere/file", status=1)
    ksft.check("cannot write /nowhere/file" in said, said)
    # An older file stays as it is
    with open(talk.file, "w", encoding="ascii") as f:
        f.write("older")
    said = ov2.refused(talk.bed.a, "capture", "-w", talk.file, "lo", status=1)
    ksft.check("is not of type ipsecov2" in said, said)
    with open(talk.file, "rb") as f:
        ksft.equal(f.read(), b"older", "the older file")
    said = ov2.refused(talk.bed.a, "capture", status=1, **ov2.as_nobody(defer))
    ksft.check("needs CAP_NET_ADMIN" in said, said)
    ksft.equal(talk.monitors(), [], "monitors that are left")


def without_net_raw(defer):
    """CAP_NET_ADMIN alone makes a monitor, but may not listen to it."""
    if not shutil.which("setpriv"):
        raise ksft.Skip("needs setpriv")
    talk = Talk(defer)
    ksft.equal(ov2.refused(
        talk.bed.a, "--bounding-set=-net_raw", ov2.find(), "capture", "-w",
        talk.file, status=1, program="setpriv"),
        "listening to a monitor needs CAP_NET_RAW: run it as root", "capture")
    ksft.check(not os.path.exists(talk.file), "a file of no capture")
    ksft.equal(talk.monitors(), [], "monitors that are left")


def other_end(defer):
    """-n captures in another namespace."""
    talk = Talk(defer)
    process = ov2.start(None, "-n", talk.bed.a.name, "capture", "--json", "-c",
                        "1")
    defer(end, process)
    ksft.wait_for("a packet socket on the monitor", talk.listened)
    talk.datagram()
    one, = json.loads(ended(process)[0])
    ksft.equal((one["ifname"], one["seq"]), ("ov0", 1), "the frame")


if __name__ == "__main__":
    some = ksft.chosen([
        *((f"file_for_tshark {how}", file_for_tshark, how)
          for how in ("crypto", "packet")),
        record_of_each_frame, fields_of_lua, drops, text, objects_of_json,
        filters,
        ("clear if allowed", clear_if_allowed, ("--clear",), True),
        ("no clear text by default", clear_if_allowed, (), False),
        *((f"keys {alg} {icv}{' esn' * esn}", keys_decrypt_the_wire, alg, icv,
           esn) for alg, icv, esn in (
               ("aes128-gcm", 128, False), ("aes256-gcm", 64, True),
               ("aes128-cbc-sha256", 128, False))),
        keys_as_json, keys_that_wireshark_lacks,
        *((f"ends_by_signal {number.name}", ends_by_signal, number)
          for number in (signal.SIGINT, signal.SIGTERM)),
        ends_with_its_reader, ends_when_the_disk_is_full, ends_with_its_card,
        cut_anywhere, in_wireshark, refused, without_net_raw,
        other_end])
    module.load()
    ov2.need()
    ksft.run(some)
