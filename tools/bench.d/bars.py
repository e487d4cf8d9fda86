# SPDX-License-Identifier: GPL-2.0
"""The ratios and costs that the card must reach, and whether it reaches them.

    for bar in bars(results): bar.text, bar.got, bar.limit, bar.met
"""
from collections import namedtuple

from rows import ROWS, TESTS

# The least ratio of each row: the cost of its base, divided by the cost of the row. The base is
# software ESP over veth or, for a row of plain traffic, plain traffic over veth
RATIOS = {
    "tcp/crypto": 1.6, "tcp/packet": 1.85,
    "udp-iperf3/crypto": 1.05, "udp-iperf3/packet": 1.25,
    "udp-64/crypto": 1.0, "udp-64/packet": 1.15,
    **{f"{name}/plain-card": 0.95
       for name in ("tcp", "tcp-4", "tcp-ipv6", "tcp-9000", "udp-64", "udp-512",
                    "udp-1400", "udp-iperf3")},
}

# For each other row of TCP in crypto or packet mode, the least ratio is computed:
# 1 + share * (ceiling - 1). These are the shares; see ceiling() and ratio_bars()
SHARES = {"crypto": 0.4, "packet": 0.55}

# A segment must cost no more instructions than this, without the instructions of the AEAD
BESIDES = {"tcp/crypto": 6000, "tcp/packet": 3800}


class Bar(namedtuple("Bar", "text got limit met")):
    """text, got and limit are texts; met is True or False.

    If a bar is a ratio, got and limit also name the cost in instructions that gives this ratio.
    """


def ceiling(test, results):
    """The cost of software ESP, divided by the sum of the AEAD's cost and the plain cost.

    None if one of the three costs was not measured.
    """
    soft = results[f"{test.name}/soft-veth"]
    plain = results[f"{test.plain}/plain-veth"]
    aead = results[f"{test.aead}/aead"]
    if soft and plain and aead:
        return soft.cost / (plain.cost + aead.cost)
    return None


def ceilings(results):
    """{name of a test: its ceiling}, for the tests of TCP that have a ceiling"""
    found = {test.name: ceiling(test, results) for test in TESTS.values()
             if test.traffic[0] == "tcp"}
    return {name: top for name, top in found.items() if top}


def ratio_bars(results):
    """{name of a row: its least ratio}"""
    least = dict(RATIOS)
    for name, top in ceilings(results).items():
        for way, share in SHARES.items():
            least.setdefault(f"{name}/{way}", 1 + share * (top - 1))
    return least


def bars(results):
    found, tops = [], ceilings(results)
    for name, least in ratio_bars(results).items():
        got, row = results.ratio(name), ROWS[name]
        if got is None:
            continue
        top = tops.get(row.test.name) if row.way.how else None
        cost = results[name].cost
        found.append(Bar(
            f"{name}: ratio{f' (ceiling {top:.2f})' if top else ''}",
            f"{got:.3f} ({cost:,.0f} instructions)",
            f"at least {least:.3f} ({cost * got / least:,.0f})",
            got >= least))
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
