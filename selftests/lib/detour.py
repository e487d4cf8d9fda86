# SPDX-License-Identifier: GPL-2.0
"""Turns packets to another device.

    turn(ns, defer, "ov0", "far0")              # all packets, by tc
    turn(ns, defer, "ov0", "far0", "mirror")    # copies
    dropped(ns, "far0")             # how many packets to far0 were dropped
"""
import json

from . import ksft


def tc(ns, *words):
    done = ns.command("tc", *words, check=False)
    if done.returncode:
        raise ksft.Skip(f"tc {' '.join(words)}: {done.stderr.strip()}")


def turn(ns, defer, dev, to, how="redirect"):
    """Turn packets to the device @to before they come to a queue of dev."""
    tc(ns, "qdisc", "add", "dev", dev, "clsact")
    defer(tc, ns, "qdisc", "del", "dev", dev, "clsact")
    tc(ns, "filter", "add", "dev", dev, "egress", "matchall", "action",
       "mirred", "egress", how, "dev", to)


def dropped(ns, dev):
    text = ns.command("ip", "-s", "-j", "link", "show", dev).stdout
    return json.loads(text)[0]["stats64"]["tx"]["dropped"]
