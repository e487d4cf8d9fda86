# SPDX-License-Identifier: GPL-2.0
"""The results as text for people, as CSV, and as the last lines for scripts."""
import csv


def rate(row, result):
    """Mbit/s of TCP that a CPU would carry at 10^9 instructions a second."""
    return row.test.unit * 8000 / result.cost if row.test.unit else None


def shown(value, form, unknown=""):
    return unknown if value is None else format(value, form)


def table(rows, results):
    lines = [f"{'row':24}{'instructions':>13}{'spread':>9}{'idle':>8}"
             f"{'Mbit/s per GIPS':>17}{'ratio':>8}"]
    title = None
    for row in rows:
        result = results[row.name]
        if not result:
            continue
        if row.test.title != title:
            title = row.test.title
            per = f"a segment of {row.test.unit} bytes" if row.test.unit \
                else "a packet"
            lines += ["", f"{title}: for {per}"]
        lines.append(f"{row.name:24}{result.cost:13,.0f}{result.spread:9.1%}"
                     f"{shown(result.idle, '.1%', '-'):>8}"
                     f"{shown(rate(row, result), ',.0f'):>17}"
                     f"{shown(results.ratio(row.name), '.3f'):>8}")
    return "\n".join(lines)


def write_csv(path, rows, results):
    with open(path, "w", encoding="ascii", newline="") as file:
        out = csv.writer(file)
        out.writerow(("row", "instructions", "spread", "idle", "mbit_per_gips",
                      "ratio", "samples"))
        for row in rows:
            result = results[row.name]
            if result:
                out.writerow((
                    row.name, f"{result.cost:.0f}", f"{result.spread:.4f}",
                    shown(result.idle, ".4f"), shown(rate(row, result), ".0f"),
                    shown(results.ratio(row.name), ".4f"),
                    " ".join(f"{cost:.0f}" for cost in result.costs)))


def last_lines(rows, results):
    return [f"bench: {row.name} {results.ratio(row.name):.3f}" for row in rows
            if row.base and results.ratio(row.name) is not None]
