# SPDX-License-Identifier: GPL-2.0
"""Parts of the generated pages: heads, sections, tables."""
import re
import textwrap

WIDTH = 88

HEAD = """.. SPDX-License-Identifier: GPL-2.0

.. Made by tools/generate from {rows}. To change this page, change its source and run make generate.

{line}
{title}
{line}

{text}
"""


def wrap(text, first="", rest=None):
    rest = first if rest is None else rest
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest,
                         break_long_words=False, break_on_hyphens=False)


def head(title, rows, *paragraphs):
    text = "\n\n".join(p if "\n" in p else wrap(p) for p in paragraphs)
    return HEAD.format(rows=rows, title=title, line="=" * len(title), text=text)


def section(title, text=""):
    return f"\n{title}\n{'=' * len(title)}\n" + (f"\n{wrap(text)}\n" if text else "")


def plain(text):
    """The text, with a backslash before each character that would be markup."""
    return re.sub(r"([*`|\\]|_(?!\w))", r"\\\1", text)


def literal(text):
    return f"``{text}``"


def table(titles, rows, widths):
    out = ["", ".. list-table::", "   :header-rows: 1",
           f"   :widths: {' '.join(map(str, widths))}", ""]
    for row in [titles] + rows:
        for number, cell in enumerate(row):
            first = "   * - " if number == 0 else "     - "
            out.append(wrap(cell, first, "       ") if cell else first.rstrip())
    return "\n".join(out) + "\n"
