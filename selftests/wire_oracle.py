#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the engine sends, read by tshark and by scapy.

lib/esp.py judges all other tests; here two implementations that neither we
nor Linux wrote judge it and the engine: each must find the same packets
inside the same frames. tshark knows all ICV lengths and ESN, scapy ICVs of
128 bits.
"""
import os
import struct
import subprocess
import tempfile

from lib import ksft, module
from lib.bed import OUTER, SHAPES, shared
from lib.traffic import Traffic

LINKTYPE_ETHERNET = 1


def write_pcap(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                            LINKTYPE_ETHERNET))
        for number, raw in enumerate(frames):
            f.write(struct.pack("=IIII", number, 0, len(raw), len(raw)) + raw)


class Oracles:
    def __init__(self):
        self.bed = shared()
        self.talk = None

    def capture(self, shape, **options):
        """One SA's frames and what lib/esp.py says is in them."""
        pair = self.bed.install(shape, offload="ab", **options)
        if self.talk:
            self.talk.close()
        self.talk = talk = Traffic(self.bed, shape)
        self.bed.mark()
        talk.udp("a", [1, 2, 3, 4, 1000])
        talk.echo("a", [56])
        talk.tcp("a", 4000, 0)
        wire = talk.settle(pair)
        key = pair.ab.oracle()
        return pair, wire.frames["a"], [key.open(f.esp)
                                        for f in wire.frames["a"]]

    def tshark(self, shape, key_bits, icv, esn):
        pair, frames, plains = self.capture(
            shape, key_bits=key_bits, icv=icv, esn=esn,
            seq=(3 << 32) + 7 if esn else 0)
        sa = pair.ab
        family = "IPv4" if shape.outer == 4 else "IPv6"
        number = '"64-bit","0x00000003"' if esn else '"32-bit","0x00000000"'
        entry = (f'"{family}","{sa.src}","{sa.dst}","{sa.spi:#010x}",'
                 f'"AES-GCM with {icv // 8} octet ICV [RFC4106]",'
                 f'"0x{sa.keymat.hex()}","NULL","",{number}')
        with tempfile.TemporaryDirectory() as where:
            path = os.path.join(where, "wire.pcap")
            write_pcap(path, [f.raw for f in frames])
            command = ["tshark", "-n", "-r", path, "-T", "fields",
                       "-o", "esp.enable_encryption_decode:TRUE",
                       "-o", "esp.enable_authentication_check:TRUE",
                       "-o", f"uat:esp_sa:{entry}",
                       "-e", "esp.sequence", "-e", "esp.protocol",
                       "-e", "esp.pad_len", "-e", "esp.decrypted_data",
                       "-e", "esp.icv_good"]
            try:
                done = subprocess.run(command, capture_output=True, text=True,
                                      env={**os.environ, "HOME": where})
            except FileNotFoundError:
                raise ksft.Skip("tshark is not installed") from None
        if done.returncode:
            raise ksft.Fail(f"tshark: {done.stderr.strip()}")
        lines = done.stdout.splitlines()
        ksft.equal(len(lines), len(frames), "frames that tshark read")
        for line, plain in zip(lines, plains):
            seq, proto, pad, data, good = line.split("\t")
            ksft.equal(int(seq), plain.seq & 0xffffffff, "number (tshark)")
            ksft.equal(bytes.fromhex(data.replace(":", ""))[:len(plain.data)],
                       plain.data, "packet (tshark)")
            ksft.equal(int(proto, 0), plain.next_header, "next header "
                       "(tshark)")
            ksft.equal(int(pad), plain.pad, "pad length (tshark)")
            ksft.equal(good.lower() in ("true", "1"), True,
                       f"ICV good (tshark says '{good}')")

    def scapy(self, shape, key_bits, esn):
        try:
            from scapy.layers.inet import IP, UDP
            from scapy.layers.inet6 import IPv6
            from scapy.layers.ipsec import (ESP, IPSecIntegrityError,
                                            SecurityAssociation)
        except ImportError as error:
            raise ksft.Skip(f"scapy: {error}") from None
        pair, frames, plains = self.capture(
            shape, key_bits=key_bits, icv=128, esn=esn,
            seq=(3 << 32) + 7 if esn else 0)
        sa = pair.ab
        outer = IP if shape.outer == 4 else IPv6
        head = None
        if shape.mode == "tunnel":
            head = outer(src=sa.src, dst=sa.dst)
        other = SecurityAssociation(
            ESP, spi=sa.spi, crypt_algo="AES-GCM", crypt_key=sa.keymat,
            tunnel_header=head, esn_en=esn, esn=3,
            nat_t_header=UDP(sport=4500, dport=4500) if shape.encap else None)
        for frame, plain in zip(frames, plains):
            try:
                packet = other.decrypt(outer(frame.ip))
            except IPSecIntegrityError:
                raise ksft.Fail(f"scapy finds the ICV of number {plain.seq} "
                                "wrong") from None
            if shape.mode == "tunnel":
                got = bytes(packet)
            else:
                ksft.equal(packet.src, OUTER["a"][shape.outer], "source")
                got = bytes(packet.payload)
                got = got[:len(plain.data)]
            ksft.equal(got, plain.data, "packet (scapy)")


def main():
    module.load()
    oracles = Oracles()
    cases = []
    for shape in SHAPES:
        for key, icv, esn in ((128, 128, False), (256, 64, True),
                              (192, 96, False), (128, 128, True)):
            cases.append((f"tshark {shape.name} key-{key} icv-{icv} "
                          f"{'esn' if esn else 'no-esn'}",
                          oracles.tshark, shape, key, icv, esn))
        for key, esn in ((128, False), (192, False), (256, True)):
            cases.append((f"scapy {shape.name} key-{key} icv-128 "
                          f"{'esn' if esn else 'no-esn'}",
                          oracles.scapy, shape, key, esn))
    report = ksft.Report(len(cases))
    for name, function, *args in cases:
        report.run(name, function, *args)
    report.finish()


if __name__ == "__main__":
    main()
