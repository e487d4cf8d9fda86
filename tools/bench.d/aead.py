# SPDX-License-Identifier: GPL-2.0
"""Measures what the AEAD alone costs, with the module ov2_aead (aead/ov2_aead.c)."""
import os
import subprocess

from lib import ksft
from lib.algs import ALGS, Separate

HERE = os.path.dirname(os.path.abspath(__file__))
PLACE = "/sys/module/ov2_aead/parameters/"


def parameters(alg):
    """The parameters that make the module ov2_aead use @alg, with the longest ICV of @alg."""
    words = [f"alg={alg.names[0]}", f"key={alg.key_len}",
             f"icv={alg.icvs[-1] // 8}"]
    if isinstance(alg, Separate):
        words.append(f"cipher_key={alg.cipher.key_len}")
    return words


def read(name):
    with open(PLACE + name, encoding="ascii") as file:
        return int(file.read())


def alone(test):
    """Returns the nanoseconds to seal and open one segment, None because the idle nanoseconds
    are not known, and 1 segment.
    """
    done = subprocess.run(
        ["insmod", os.path.join(HERE, "aead", "ov2_aead.ko"),
         f"bytes={test.unit}", *parameters(ALGS[test.alg])],
        capture_output=True, text=True)
    if done.returncode:
        raise ksft.Fail(done.stderr.strip())
    took = read("seal") + read("open")
    subprocess.run(["rmmod", "ov2_aead"], check=True)
    return took, None, 1
