# SPDX-License-Identifier: GPL-2.0
"""How Sphinx builds the pages: `make htmldocs`, which calls tools/htmldocs.

The source directory is the whole checkout. So README.rst and the *.rst beside it
are pages, too, and a link works in the same way in HTML and on a code host.
"""

import os
import re

from docutils import nodes
from sphinx.util import logging

HERE = os.path.dirname(os.path.abspath(__file__))

project = "ipsecov2"
with open(f"{HERE}/../kmod/main.c", encoding="ascii") as main:
    version = release = re.search(r'MODULE_VERSION\("(.*)"\)', main.read())[1]
root_doc = "Documentation/index"
include_patterns = ["*.rst", "Documentation/**.rst"]
exclude_patterns = ["Documentation/output"]
html_theme = "classic"
html_theme_options = {"body_max_width": "60em", "nosidebar": False}
html_title = f"{project} {version}"
html_copy_source = False
smartquotes = False
man_pages = [("Documentation/ov2", "ov2", "see and steer the cards of ipsecov2", "", 8)]

logger = logging.getLogger(__name__)
ELSEWHERE = re.compile(r"^(\w+:|#|//)")


def check_links(app, doctree):
    """Checks that each link to a file of the tree leads to a file. A link to a page names
    the source file of the page, because a code host shows the source files. For HTML this
    name is replaced by the name of the output file."""
    here = os.path.dirname(app.env.doc2path(app.env.docname))
    for link in list(doctree.findall(nodes.reference)):
        uri = link.get("refuri", "")
        if not uri or ELSEWHERE.match(uri):
            continue
        path, hash_, anchor = uri.partition("#")
        if not os.path.exists(os.path.join(here, path)):
            logger.warning("the link leads to no file: %s", uri, location=link)
        if path.endswith(".rst"):
            link["refuri"] = path[:-len("rst")] + "html" + hash_ + anchor
        else:
            # The HTML output does not contain the source files.
            link.replace_self(nodes.literal("", link.astext()))


def sources():
    """(paths, words) of the code and its tests."""
    paths, words = [], set()
    for room in "kmod", "uapi", "selftests", "tools":
        for place, _, names in os.walk(f"{HERE}/../{room}"):
            for name in names:
                path = os.path.join(place, name)
                paths.append(path)
                with open(path, encoding="utf-8", errors="ignore") as file:
                    words.update(re.findall(r"\w+", file.read()))
    return paths, words


PATHS, WORDS = sources()
FILE = re.compile(r"(?!linux/|net/)[\w/]+\.[ch]")
NAME = re.compile(r"(?:struct |enum )?(ov2_\w+|(?:ipsec|wire)_[rt]x_\w+)\b.*")


def check_names(_, doctree):
    """Checks that the code has each C file, function, structure and counter that a page names."""
    for literal in doctree.findall(nodes.literal):
        text = literal.astext()
        name = NAME.fullmatch(text)
        if FILE.fullmatch(text):
            there = any(path.endswith("/" + text) for path in PATHS)
        else:
            there = not name or name[1].rstrip("_") in WORDS
        if not there:
            logger.warning("the code has no %s", text, location=literal)


def setup(app):
    app.connect("doctree-read", check_links)
    app.connect("doctree-read", check_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
