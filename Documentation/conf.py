# SPDX-License-Identifier: GPL-2.0
"""How Sphinx builds the pages: `make htmldocs`, which calls tools/htmldocs.

The source directory is the whole checkout, so that README.rst and its siblings
are pages too, and a link means the same there, here and on a code host.
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

logger = logging.getLogger(__name__)
ELSEWHERE = re.compile(r"^(\w+:|#|//)")


def check_links(app, doctree):
    """A link to a file of the tree: the file must exist. Pages link to each other by the
    name of their source, as a code host wants it; HTML wants the name of the output."""
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
            # HTML does not carry the source files with it.
            link.replace_self(nodes.literal("", link.astext()))


def setup(app):
    app.connect("doctree-read", check_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
