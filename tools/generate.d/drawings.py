# SPDX-License-Identifier: GPL-2.0
"""Makes the drawings of the pages from Documentation/drawings/*.txt.

The pictures are in the tree, because a code host shows them only from there.
The same text makes the same bytes on each machine. Each line of a text has one item.
`|` begins a new line of words. Each file that the words name must be in the tree. The items are:

    grid WIDTH HEIGHT RIGHT DOWN    size of a cell, and the gaps to the right and below
    box ID COLUMN ROW [STYLE] | words
    wide ID COLUMN ROW COLUMNS [STYLE] | words
    frame COLUMN ROW COLUMNS ROWS | words       around boxes
    arrow ID ID [| words]           from the first to the second
    exit ID | words                 an arrow out of the box, to the words at its right
    word TITLE                      a record of 32 bits
    bits FIRST-LAST words           a field of the record above; bits without a field are reserved
"""
import glob
import html
import os
import re

DRAWINGS = "Documentation/drawings"
STYLES = {
    "plain": "#f4f4f4", "port": "#d8e6f5", "bridge": "#dcefd9",
    "ov2": "#eeeeee", "engine": "#fbe3c6", "kernel": "#ffffff",
    "drop": "#f6d4d4", "all": "#f5f0fa",
}
# Pixels: a letter's width, a line's height, the margin of the picture
LETTER, LINE, MARGIN = 6.7, 16, 14
# The bits of a record; pixels: a bit's width, a record's height
BITS, BIT, WORD_HEIGHT = 32, 26, 34
FILE = re.compile(r"[\w/]+\.[ch]\b")
HEAD = """<!-- SPDX-License-Identifier: GPL-2.0 -->
<!-- made by tools/generate of {name}.txt -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" font-family="sans-serif" font-size="12">
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" \
markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
"""


class Wrong(Exception):
    """The text cannot be drawn."""


def rounded(number):
    return f"{number:.1f}".removesuffix(".0")


class Canvas:
    def __init__(self):
        self.items, self.width, self.height = [], 0, 0

    def reach(self, x, y):
        self.width, self.height = max(self.width, x), max(self.height, y)

    def rect(self, x, y, width, height, fill, more=""):
        self.items.append(
            f'<rect x="{rounded(x)}" y="{rounded(y)}" width="{rounded(width)}"'
            f' height="{rounded(height)}" rx="4" fill="{fill}" '
            f'stroke="#333333"{more}/>')
        self.reach(x + width, y + height)

    def text(self, x, y, words, anchor="middle", more=""):
        self.items.append(f'<text x="{rounded(x)}" y="{rounded(y)}" '
                          f'text-anchor="{anchor}"{more}>'
                          f'{html.escape(words)}</text>')
        if anchor == "start":
            self.reach(x + len(words) * LETTER, y)

    def lines(self, x, middle, words, anchor="middle"):
        top = middle - (len(words) - 1) * LINE / 2 + 4
        for number, line in enumerate(words):
            self.text(x, top + number * LINE, line, anchor,
                      ' font-weight="bold"'
                      if number == 0 and len(words) > 1 and anchor == "middle"
                      else "")

    def path(self, points, head=True):
        d = "L".join(f"{rounded(x)} {rounded(y)}" for x, y in points)
        self.items.append(f'<path d="M{d}" fill="none" stroke="#333333"'
                          + (' marker-end="url(#head)"' if head else "")
                          + "/>")

    def svg(self, name):
        head = HEAD.format(name=name, width=round(self.width + MARGIN),
                           height=round(self.height + MARGIN))
        return head + "\n".join(self.items) + "\n</svg>\n"


class Box:
    def __init__(self, x, y, width, height):
        self.x, self.y, self.width, self.height = x, y, width, height
        self.middle = x + width / 2
        self.centre = y + height / 2


class Drawing:
    def __init__(self):
        self.canvas = Canvas()
        self.boxes = {}
        self.cell = (190, 50, 50, 30)
        self.fields = []

    def grid(self, words, _):
        self.cell = tuple(int(word) for word in words)

    def place(self, column, row, columns=1, rows=1):
        width, height, right, down = self.cell
        return (MARGIN + float(column) * (width + right),
                MARGIN + float(row) * (height + down),
                columns * width + (columns - 1) * right,
                rows * height + (rows - 1) * down)

    def box(self, words, said):
        name, column, row, *style = words
        self.wide([name, column, row, "1", *style], said)

    def wide(self, words, said):
        name, column, row, columns, *style = words
        place = self.place(column, row, int(columns))
        box = self.boxes[name] = Box(*place)
        for line in said:
            if len(line) * LETTER > box.width:
                raise Wrong(f"{line!r} is wider than its box")
        self.canvas.rect(*place, STYLES[style[0] if style else "plain"])
        self.canvas.lines(box.middle, box.centre, said)

    def frame(self, words, said):
        x, y, width, height = self.place(*words[:2], *map(int, words[2:]))
        self.canvas.rect(x - 8, y - 22, width + 16, height + 30, "none",
                         ' stroke-dasharray="4 3"')
        self.canvas.text(x, y - 7, " ".join(said), "start")

    def arrow(self, words, said):
        a, b = (self.boxes[word] for word in words)
        if abs(a.centre - b.centre) < 1:
            right = a.x < b.x
            points = [(a.x + a.width if right else a.x, a.centre),
                      (b.x if right else b.x + b.width, b.centre)]
            at, anchor = ((points[0][0] + points[1][0]) / 2,
                          a.centre - 11 - (len(said) - 1) * LINE / 2), "middle"
        else:
            down = a.y < b.y
            start = a.y + a.height if down else a.y
            end = b.y if down else b.y + b.height
            half = (start + end) / 2
            # Straight, if the middle of one box is above or below the other box
            middle = (a.middle if b.x < a.middle < b.x + b.width
                      else b.middle)
            from_ = (b.middle if a.x < b.middle < a.x + a.width
                     else a.middle)
            if from_ != a.middle:
                middle = b.middle
            points = [(from_, start), (from_, half), (middle, half),
                      (middle, end)]
            at, anchor = (middle + 5, half), "start"
        self.canvas.path(points)
        if said:
            self.canvas.lines(*at, said, anchor)

    def exit(self, words, said):
        box = self.boxes[words[0]]
        x = box.x + box.width
        self.canvas.path([(x, box.centre), (x + 22, box.centre)])
        self.canvas.lines(x + 28, box.centre, said, "start")

    def word(self, words, _):
        self.canvas.height += 12
        y = self.canvas.height + 20
        self.canvas.text(MARGIN, y - 6, " ".join(words), "start",
                         ' font-weight="bold"')
        self.top = y + 14
        self.canvas.rect(MARGIN, self.top, BITS * BIT, WORD_HEIGHT,
                         STYLES["plain"])

    def bits(self, words, _):
        first, _, last = words[0].partition("-")
        low, high = int(first), int(last or first)
        x = MARGIN + (BITS - 1 - high) * BIT
        width = (high - low + 1) * BIT
        name = " ".join(words[1:])
        self.canvas.rect(x, self.top, width, WORD_HEIGHT, STYLES["bridge"])
        middle = self.top + WORD_HEIGHT / 2 + 4
        if len(name) * LETTER < width:
            self.canvas.text(x + width / 2, middle, name)
        else:
            self.fields.append((x + width / 2, name))
        for bit in {low, high}:
            self.canvas.text(MARGIN + (BITS - 0.5 - bit) * BIT, self.top - 4,
                             str(bit), "middle", ' font-size="9"')

    def flush(self):
        """Writes the names that do not fit into their bits. These names stand below the record; the
        name of the leftmost bits stands lowest.
        """
        for x, name in sorted(self.fields, reverse=True):
            bottom = self.canvas.height + 16
            self.canvas.path([(x, self.top + WORD_HEIGHT - 8), (x, bottom - 4),
                              (x + 8, bottom - 4)], False)
            self.canvas.text(x + 11, bottom, name, "start")
        self.fields = []

    def draw(self, line):
        command, _, said = line.partition("|")
        for file in FILE.findall(said):
            if not (os.path.exists(file) or
                    glob.glob(f"kmod/**/{file}", recursive=True)):
                raise Wrong(f"kmod/ has no {file}")
        verb, *words = command.split()
        if verb not in ("grid", "box", "wide", "frame", "arrow", "exit",
                        "word", "bits"):
            raise Wrong(f"no item is called {verb!r}")
        if verb == "word":
            self.flush()
        getattr(self, verb)(words, [part.strip() for part in said.split("|")
                                    if part.strip()])


def drawn(path):
    drawing = Drawing()
    name = os.path.basename(path).removesuffix(".txt")
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                drawing.draw(line)
            except (Wrong, KeyError, ValueError, TypeError) as error:
                raise SystemExit(f"{path}:{number}: {error}") from None
    drawing.flush()
    return drawing.canvas.svg(name)


def make():
    return {path.removesuffix(".txt") + ".svg": drawn(path)
            for path in sorted(glob.glob(f"{DRAWINGS}/*.txt"))}
