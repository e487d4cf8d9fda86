# SPDX-License-Identifier: GPL-2.0
"""The results as bars, in SVG: the longer the bar, the fewer the instructions."""
from rows import WAYS

# Pixels: the whole width, the margins, the height of a bar, the room above the bars
WIDTH, LEFT, RIGHT, LINE, HEAD = 760, 160, 90, 16, 30
COLOURS = {"plain-veth": "#999999", "plain-card": "#666666",
           "soft-veth": "#7fa7d0", "soft-card": "#3f77b0",
           "crypto": "#f0a040", "packet": "#c05020"}


def text(x, y, words, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{words}</text>'


def rows_with_ratio(rows, results):
    """[(row, ratio to its base), ...]; a row that is a base has 1"""
    bases = {row.base for row in rows}
    found = []
    for row in rows:
        if results[row.name] and (row.base or row.name in bases):
            found.append((row, results.ratio(row.name) if row.base else 1.0))
    return [(row, ratio) for row, ratio in found if ratio is not None]


def chart(rows, results):
    shown = rows_with_ratio(rows, results)
    longest = max((ratio for _, ratio in shown), default=1.0)
    scale = (WIDTH - LEFT - RIGHT) / longest
    body, y, test = [], HEAD, None
    for row, ratio in shown:
        if row.test != test:
            test = row.test
            y += LINE * 2
            body.append(text(8, y - 5, test.title, ' font-weight="bold"'))
        cost = results[row.name].cost
        body += [
            text(LEFT - 6, y + 12, row.way.name, ' text-anchor="end"'),
            f'<rect x="{LEFT}" y="{y + 2}" width="{ratio * scale:.1f}" '
            f'height="{LINE - 3}" fill="{COLOURS[row.way.name]}"/>',
            text(LEFT + ratio * scale + 5, y + 12,
                 f"{ratio:.2f} ({cost:,.0f})")]
        y += LINE
    one = LEFT + scale
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{y + LINE}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        text(8, 18, "Speed: software ESP over veth = 1; plain traffic: plain "
             "over veth = 1 (instructions for a segment or packet)"),
        f'<line x1="{one:.0f}" y1="{HEAD}" x2="{one:.0f}" y2="{y + 4}" '
        'stroke="black" stroke-dasharray="3 3"/>',
        *body, "</svg>", ""))


def write_chart(path, rows, results):
    with open(path, "w", encoding="ascii") as file:
        file.write(chart(rows, results))


assert set(COLOURS) | {"aead"} == set(WAYS)
