# SPDX-License-Identifier: GPL-2.0
"""nftables in a namespace. If there is no nft, or if nft fails, the case is
skipped with the reason.

    nft(ns, "add", "table", "ip", "ov2")
    with Rules(ns, "chain c { ... }"):          # in the table "inet ov2"
"""
import re

from . import ksft

COUNTER = re.compile(r"counter packets (\d+)")


def nft(ns, *words, check=True):
    try:
        done = ns.command("nft", " ".join(words), check=False)
    except FileNotFoundError:
        raise ksft.Skip("no nft") from None
    if done.returncode and check:
        raise ksft.Skip(f"nft {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Rules:
    """Inside the `with` block, the namespace has a table with these rules."""

    TABLE = "inet", "ov2"

    def __init__(self, ns, text):
        self.ns, self.text = ns, text

    def __enter__(self):
        nft(self.ns, "table", *self.TABLE, "{", self.text, "}")
        return self

    def __exit__(self, *exception):
        nft(self.ns, "delete table", *self.TABLE, check=False)

    def hits(self):
        """The sum of the counters of all rules, in packets."""
        listed = nft(self.ns, "list table", *self.TABLE)
        return sum(int(number) for number in COUNTER.findall(listed))
