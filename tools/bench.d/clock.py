# SPDX-License-Identifier: GPL-2.0
"""Runs the program `traffic`, which has the clock and takes the samples (traffic.c)."""
import os
import subprocess

from lib import ksft

HERE = os.path.dirname(os.path.abspath(__file__))


def clocked(*words):
    """Runs `traffic` with @words. Returns nanoseconds and idle nanoseconds."""
    done = subprocess.run([os.path.join(HERE, "traffic"), *words],
                          capture_output=True, text=True)
    if done.returncode:
        raise ksft.Fail(done.stderr.strip() or f"status {done.returncode}")
    took, idle = map(int, done.stdout.split())
    return took, idle
