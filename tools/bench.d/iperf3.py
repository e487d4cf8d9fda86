# SPDX-License-Identifier: GPL-2.0
"""UDP of iperf3 between the namespaces of a bed, for some seconds.

`iperf3 -n` looks at its count only once a second, so -t is used here.
"""
import json
import subprocess

from clock import clocked
from lib import ksft


def udp(bed, address, size, seconds):
    """Returns nanoseconds, idle nanoseconds, and datagrams received.

    The nanoseconds are the time in which the receiver received. The idle nanoseconds are counted
    during the sender's whole life, which begins before that time and ends after it. So at most this
    many of the receiver's nanoseconds were idle.
    """
    # Under SCHED_BATCH (chrt -b) the receiver does not preempt the sender at each datagram
    with bed.b.entered():
        server = subprocess.Popen(
            ["chrt", "-b", "0", "iperf3", "-s", "-1", "-J", "-B", address],
            stdout=subprocess.PIPE, text=True)
    try:
        ksft.wait_for("iperf3 to listen",
                      lambda: "5201" in bed.b.command("ss", "-Hltn").stdout)
        _, idle = clocked("run", bed.a.name, "iperf3", "-c", address, "-u",
                          "-b", "0", "-l", str(size), "-t", str(seconds))
        out = json.loads(server.communicate()[0])
    finally:
        server.kill()
    got = out["end"]["sum"]
    return (int(got["seconds"] * 1e9), idle, got["packets"] -
            got["lost_packets"])
