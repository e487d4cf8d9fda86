#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tshark and scapy find the right packets in the frames that the engine sends.

All other tests trust lib/esp.py. Here two independent implementations judge
lib/esp.py and the engine: in the engine's frames, each must find the packets
that lib/esp.py finds. Both know ESN. tshark knows ICVs of all lengths, and
scapy knows only ICVs of 128 bits.
"""
import os
import struct
import subprocess
import tempfile
from collections import namedtuple

from lib import ksft, module
from lib.bed import OUTER, SHAPES, shared
from lib.traffic import Traffic

LINKTYPE_ETHERNET = 1
# (bits of the key, bits of the ICV, ESN)
COMBINATIONS = ((128, 128, False), (128, 128, True), (192, 96, False),
                (256, 64, True), (256, 128, False))
HIGH = 3        # high half of numbers with ESN
FIELDS = ("esp.sequence", "esp.protocol", "esp.pad_len", "esp.decrypted_data",
          "esp.icv_good")

Sample = namedtuple("Sample", "shape pair frames plains")


def write_pcap(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                            LINKTYPE_ETHERNET))
        for index, raw in enumerate(frames):
            f.write(struct.pack("=IIII", index, 0, len(raw), len(raw)) + raw)


def capture(bed, shape, key_bits, icv, esn):
    """The frames of one SA, and what lib/esp.py finds in them."""
    pair = bed.install(shape, key_bits, icv, esn,
                       seq=(HIGH << 32) + 7 if esn else 0)
    talk = Traffic(bed, shape)
    try:
        bed.mark()
        talk.udp("a", [1, 2, 3, 4, 1000])
        talk.echo("a", [56])
        talk.tcp("a", 4000, 0)
        frames = talk.settle(pair).frames["a"]
    finally:
        talk.close()
    key = pair.ab.oracle()
    return Sample(shape, pair, frames, [key.open(f.esp) for f in frames])


class Tshark:
    """tshark runs once for all samples, because its start takes long."""

    def __init__(self, samples):
        self.samples = samples
        self.lines = None

    def sa_entry(self, sample):
        sa = sample.pair.ab
        upper = f'"64-bit","{HIGH:#010x}"' if sa.esn else '"32-bit","0x0"'
        return (f'"IPv{sample.shape.outer}","{sa.src}","{sa.dst}",'
                f'"{sa.spi:#010x}",'
                f'"AES-GCM with {sa.icv // 8} octet ICV [RFC4106]",'
                f'"0x{sa.keymat.hex()}","NULL","",{upper}')

    def run(self):
        # The payload is random, and other dissectors would stumble over it
        command = ["tshark", "-n", "-T", "fields", "--only-protocols",
                   "eth,ethertype,ip,ipv6,udp,udpencap,esp",
                   "-o", "esp.enable_encryption_decode:TRUE",
                   "-o", "esp.enable_authentication_check:TRUE"]
        for field in FIELDS:
            command += ["-e", field]
        frames = []
        for sample in self.samples:
            command += ["-o", f"uat:esp_sa:{self.sa_entry(sample)}"]
            frames += [frame.raw for frame in sample.frames]
        with tempfile.TemporaryDirectory() as where:
            path = os.path.join(where, "wire.pcap")
            write_pcap(path, frames)
            try:
                done = subprocess.run([*command, "-r", path], text=True,
                                      capture_output=True,
                                      env={**os.environ, "HOME": where})
            except FileNotFoundError:
                raise ksft.Skip("tshark is not installed") from None
        if done.returncode:
            raise ksft.Fail(f"tshark: {done.stderr.strip()}")
        lines = done.stdout.splitlines()
        ksft.equal(len(lines), len(frames), "frames that tshark read")
        return lines

    def check(self, sample):
        if self.lines is None:
            self.lines = self.run()
        at = sum(len(s.frames) for s in
                 self.samples[:self.samples.index(sample)])
        for line, plain in zip(self.lines[at:], sample.plains):
            seq, proto, pad, data, good = line.split("\t")
            ksft.equal(int(seq), plain.seq & 0xffffffff, "number (tshark)")
            data = bytes.fromhex(data.replace(":", ""))
            ksft.equal(data[:len(plain.data)], plain.data, "packet (tshark)")
            if not proto:
                # tshark tried to read the random payload as some protocol, and
                # gave up. So it shows the trailer only among the decrypted
                # bytes
                at_pad = len(plain.data) + plain.pad
                ksft.equal(tuple(data[at_pad:at_pad + 2]),
                           (plain.pad, plain.next_header),
                           "trailer (tshark)")
                continue
            ksft.equal(int(proto, 0), plain.next_header,
                       "next header (tshark)")
            ksft.equal(int(pad), plain.pad, "pad length (tshark)")
            ksft.check(good.lower() in ("true", "1"),
                       f"tshark says '{good}' of the ICV")


def scapy(_, sample):
    try:
        from scapy.layers.inet import IP, UDP
        from scapy.layers.inet6 import IPv6
        from scapy.layers.ipsec import (ESP, IPSecIntegrityError,
                                        SecurityAssociation)
    except ImportError as error:
        raise ksft.Skip(f"scapy: {error}") from None
    sa, shape = sample.pair.ab, sample.shape
    outer = IP if shape.outer == 4 else IPv6
    head = None
    if shape.mode == "tunnel":
        head = outer(src=sa.src, dst=sa.dst)
    other = SecurityAssociation(
        ESP, spi=sa.spi, crypt_algo="AES-GCM", crypt_key=sa.keymat,
        tunnel_header=head, esn_en=sa.esn, esn=HIGH,
        nat_t_header=UDP(sport=4500, dport=4500) if shape.encap else None)
    for frame, plain in zip(sample.frames, sample.plains):
        try:
            packet = other.decrypt(outer(frame.ip))
        except IPSecIntegrityError:
            raise ksft.Fail(f"scapy finds the ICV of number {plain.seq:#x} "
                            "wrong") from None
        if shape.mode == "tunnel":
            got = bytes(packet)
        else:
            ksft.equal(packet.src, OUTER["a"][shape.outer], "source")
            got = bytes(packet.payload)[:len(plain.data)]
        ksft.equal(got, plain.data, "packet (scapy)")


def main():
    cases = []
    for shape in SHAPES:
        for key_bits, icv, esn in COMBINATIONS:
            asked = (shape, key_bits, icv, esn)
            name = (f"{shape.name} key-{key_bits} icv-{icv} "
                    f"{'esn' if esn else 'no-esn'}")
            cases.append((f"tshark {name}", Tshark.check, asked))
            if icv == 128:
                cases.append((f"scapy {name}", scapy, asked))
    some = ksft.chosen(cases)
    module.load()
    bed = shared()
    samples = {asked: capture(bed, *asked)
               for asked in dict.fromkeys(asked for _, _, asked in some)}
    tshark = Tshark(list(samples.values()))
    ksft.run([(name, function, tshark, samples[asked])
              for name, function, asked in some], ksft.without_defer)


if __name__ == "__main__":
    main()
