# SPDX-License-Identifier: GPL-2.0
"""What the card must reach, and whether it does.

    for bar in bars(results): bar.text, bar.got, bar.least, bar.met
"""
from collections import namedtuple

from rows import TESTS

# Least ratios to software ESP over veth; for plain traffic, to plain over veth
RATIOS = {
    "tcp/crypto": 1.6, "tcp/packet": 1.85,
    "udp-iperf3/crypto": 1.05, "udp-iperf3/packet": 1.25,
    "udp-64/crypto": 1.0, "udp-64/packet": 1.15,
    **{f"{name}/plain-card": 0.95
       for name in ("tcp", "udp-64", "udp-512", "udp-1400")},
}

# How much of the way from 1 to the ceiling the ratio of every other TCP row
# must reach
SHARES = {"crypto": 0.4, "packet": 0.55}

# Most instructions for a segment, without the instructions of the AEAD
BESIDES = {"tcp/crypto": 6000, "tcp/packet": 3800}


class Bar(namedtuple("Bar", "text got limit met")):
    """text, got and limit are texts; met is True or False."""


def ceiling(test, results):
    """The cost of software ESP, divided by the cost of AEAD and plain stack."""
    soft = results[f"{test.name}/soft-veth"]
    plain = results[f"{test.plain}/plain-veth"]
    aead = results[f"{test.aead}/aead"]
    if soft and plain and aead:
        return soft.cost / (plain.cost + aead.cost)
    return None


def ratio_bars(results):
    for name, least in RATIOS.items():
        yield name, "", results.ratio(name), least
    for test in TESTS.values():
        if test.traffic[0] != "tcp" or test.name == "tcp":
            continue
        top = ceiling(test, results)
        for way, share in SHARES.items():
            if top:
                yield (f"{test.name}/{way}", f" (ceiling {top:.2f})",
                       results.ratio(f"{test.name}/{way}"),
                       1 + share * (top - 1))


def bars(results):
    found = []
    for name, why, got, least in ratio_bars(results):
        if got is not None:
            found.append(Bar(f"{name}: ratio{why}", f"{got:.3f}",
                             f"at least {least:.3f}", got >= least))
    aead = results["tcp/aead"]
    for name, most in BESIDES.items():
        if aead and results[name]:
            got = results[name].cost - aead.cost
            found.append(Bar(f"{name}: instructions besides the AEAD",
                             f"{got:,.0f}", f"at most {most:,}", got <= most))
    return found


def bars_table(results):
    return "\n".join(
        f"{'met    ' if bar.met else 'NOT MET'} {bar.text}: {bar.got}, "
        f"{bar.limit}" for bar in bars(results))
