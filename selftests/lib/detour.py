# SPDX-License-Identifier: GPL-2.0
"""Redirects or copies the packets of a device to another device.

    turn(ns, defer, "ov0", "far0")              # tc redirects all packets
    turn(ns, defer, "ov0", "far0", "mirror")    # tc sends copies to far0
    dropped(ns, "far0")             # how many packets to far0 were dropped
"""
import json

from . import ksft


def tc(ns, *words):
    done = ns.command("tc", *words, check=False)
    if done.returncode:
        raise ksft.Skip(f"tc {' '.join(words)}: {done.stderr.strip()}")


def turn(ns, defer, dev, to, how="redirect"):
    """Redirect or copy packets from @dev to @to, before they enter a queue of
    @dev.
    """
    tc(ns, "qdisc", "add", "dev", dev, "clsact")
    defer(tc, ns, "qdisc", "del", "dev", dev, "clsact")
    tc(ns, "filter", "add", "dev", dev, "egress", "matchall", "action",
       "mirred", "egress", how, "dev", to)


def dropped(ns, dev):
    text = ns.command("ip", "-s", "-j", "link", "show", dev).stdout
    return json.loads(text)[0]["stats64"]["tx"]["dropped"]
