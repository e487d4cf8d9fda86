# SPDX-License-Identifier: GPL-2.0
"""Makes the page of the counters, and a table for the tests, from kmod/watch/counters.h."""
import re
from collections import namedtuple

import rst

ROWS = "kmod/watch/counters.h"
PAGE = "Documentation/reference/counters.rst"

# The regular expression that the comment above the rows gives.
ROW = re.compile(r'X\((\w+), "(\w+)",\s*(\w+), (\w+),\s*((?:"[^"]*"\s*)+)\)')

# The words in the names of /proc/net/xfrm_stat (net/xfrm/xfrm_proc.c).
WORDS = ("Xfrm In Out Fwd State States Proto Error Buffer Hdr No Mode Seq Expired Mismatch "
         "Invalid Tmpl Pols Pol Block Dead Bundle Gen Check Acquire Dir Iptfs").split()

Counter = namedtuple("Counter", "id name mib drop sentence")


def spelled(letters):
    """@letters in the spelling of WORDS: XfrmIn for XFRMIN. None if other words are in @letters."""
    if not letters:
        return ""
    for word in WORDS:
        rest = spelled(letters[len(word):]) if letters.startswith(word.upper()) else None
        if rest is not None:
            return word + rest
    return None


def xfrm_stat(mib):
    """The name that users see: XfrmOutStateExpired for LINUX_MIB_XFRMOUTSTATEEXPIRED."""
    found = spelled(mib.removeprefix("LINUX_MIB_"))
    if not found:
        raise SystemExit(f"{ROWS}: which counter of /proc/net/xfrm_stat is {mib}?")
    return found


def rows():
    with open(ROWS, encoding="utf-8") as file:
        text = file.read().replace("\\\n", " ")
    table = text[text.index("#define OV2_COUNTERS(X)"):].split("\n", 1)[0]
    found = [Counter(id, name, xfrm_stat(mib) if mib != "0" else "",
                     drop.removeprefix("SKB_DROP_REASON_") if drop != "0" else "",
                     "".join(re.findall(r'"([^"]*)"', sentence)))
             for id, name, mib, drop, sentence in ROW.findall(table)]
    if len(found) != len(re.findall(r"\bX\(\w+, \"", table)) or not found:
        raise SystemExit(f"{ROWS}: {len(found)} rows can be read, but not the others")
    return found


def page():
    what = (
        ("Sent frames", lambda name: name.startswith("ipsec_tx_"), ""),
        ("Received frames", lambda name: name.startswith("ipsec_rx_"), ""),
        ("SAs", lambda name: name.startswith("ipsec_sa_"),
         "`Refusals <refusals.rst>`_ has the sentence that the user gets with each refusal."),
        ("Policies", lambda name: name.startswith("ipsec_policy_"),
         "`Refusals <refusals.rst>`_ has the sentence that the user gets with each refusal."),
        ("The engine", lambda name: name == "ipsec_config_change", ""),
        ("The line", lambda name: name.startswith("wire_"), ""),
    )
    out = [rst.head(
        "Counters", ROWS,
        "For operators, and for those who write tests: each counter of a card.",
        "``ethtool -S ov0`` shows the counters in this order. ``ip -s link`` shows the standard "
        "statistics of all frames. Each counter with *drop* in its name, and ``wire_rx_filtered``, "
        "is also a reason of the event ``ov2_drop``, see `Events <events.rst>`_.",
        "*xfrm_stat* is the counter of ``/proc/net/xfrm_stat`` that moves together with the card's "
        "counter. *Drop reason* is what ``dropwatch`` and the tracepoint ``skb:kfree_skb`` show of "
        "the frame. A module cannot add reasons to the kernel's own, so the card gives the nearest "
        "of the kernel's reasons. In crypto mode, a received frame that the engine found bad "
        "goes to xfrm, which drops and counts it.")]
    left = rows()
    for title, mine, text in what:
        chosen = [row for row in left if mine(row.name)]
        left = [row for row in left if row not in chosen]
        out.append(rst.section(title, text))
        out.append(rst.table(("Counter", "What has happened", "xfrm_stat", "Drop reason"),
                             [(rst.literal(row.name), rst.plain(row.sentence), row.mib, row.drop)
                              for row in chosen],
                             (30, 42, 16, 12)))
    if left:
        raise SystemExit(f"{__file__}: no section for {left[0].name}")
    return "".join(out)


def make():
    return {PAGE: page()}


def reference():
    """Lines of selftests/lib/reference.py."""
    yield ""
    yield "# Names of `ethtool -S`, in the order of its output. Each value has two parts:"
    yield "# the counter of /proc/net/xfrm_stat that moves at the same time, and the"
    yield "# kernel's drop reason. A part is None if there is no such counter or reason"
    yield "COUNTERS = {"
    for row in rows():
        yield f'    "{row.name}":'
        yield f"        ({row.mib or None!r}, {row.drop or None!r}),".replace("'", '"')
    yield "}"
