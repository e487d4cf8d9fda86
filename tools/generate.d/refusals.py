# SPDX-License-Identifier: GPL-2.0
"""Makes the page of the refusals, and a table for the tests, from the bridge's REFUSED() lines."""
import re
from collections import namedtuple

import counters
import rst

STATES = "kmod/bridge/sa/state_refusals.h"
POLICIES = "kmod/bridge/packet/policy_refusals.h"
PAGE = "Documentation/reference/refusals.rst"

ROW = re.compile(r'^REFUSED\((\w+),\s(.*?),\s*"([^"]*)"\)$', re.M | re.S)

Refusal = namedtuple("Refusal", "counter sentence")


def rows(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    by_id = {row.id: row for row in counters.rows()}
    found = [Refusal(by_id[id], sentence) for id, _condition, sentence in ROW.findall(text)]
    if len(found) != len(re.findall(r"^REFUSED\(", text, re.M)) or not found:
        raise SystemExit(f"{path}: {len(found)} rows can be read, but not the others")
    return found


def table(path):
    return rst.table(("Sentence, behind *Error: ipsecov2:*", "Counter", "What it means"),
                     [(f"*{rst.plain(row.sentence)}*", rst.literal(row.counter.name),
                       rst.plain(row.counter.sentence)) for row in rows(path)], (40, 25, 35))


def page():
    return "".join((
        rst.head(
            "Refusals", f"{STATES}, {POLICIES} and {counters.ROWS}",
            "For operators and for those who write IKE daemons: what a card refuses to offload, "
            "and the one sentence that says so.",
            "A request that the card refuses fails, and the sentence comes with the "
            "error. For example, ``ip`` prints ``Error: ipsecov2: Only ESP can be offloaded.`` "
            "Each refusal has its own counter in ``ethtool -S``. This counter is also the reason "
            "in the events ``ov2_sa_refuse`` and ``ov2_policy_refuse``, see `Events "
            "<events.rst>`_. If several sentences apply, the user gets the one that comes first "
            "below. The kernel's core refuses some requests before the card sees them, with a "
            "sentence of its own."),
        rst.section("States"), table(STATES),
        rst.section("Policies"), table(POLICIES)))


def make():
    return {PAGE: page()}


def reference():
    """Lines of selftests/lib/reference.py."""
    yield ""
    yield "# The counter of each refusal, and the sentence that the user gets"
    yield "REFUSALS = {"
    for row in rows(STATES) + rows(POLICIES):
        yield f'    "{row.counter.name}":'
        yield f'        "{row.sentence}",'
    yield "}"
