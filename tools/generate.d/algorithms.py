# SPDX-License-Identifier: GPL-2.0
"""Makes the page of the algorithms, and a table for the tests, from kmod/ov2/algorithms.c."""
import re

import rst

ROWS = "kmod/ov2/algorithms.c"
PAGE = "Documentation/reference/algorithms.rst"

ROW = re.compile(r"^\t\{\n(.*?)^\t\},$", re.M | re.S)
MEMBER = re.compile(r"^\t\t\.(\w+) = (.*?),$(?=\n\t\t\.|\Z)", re.M | re.S)
KEY = re.compile(r"\{ (\w+), (\d+) \}")

KINDS = (
    ("Combined modes", "OV2_ALGORITHM_COMBINED",
     "A combined mode gives confidentiality and integrity. Give it to ``ip xfrm`` as ``aead``."),
    ("Ciphers", "OV2_ALGORITHM_CIPHER",
     "Give a cipher as ``enc``, together with an integrity algorithm. ``ecb(cipher_null)`` "
     "encrypts nothing."),
    ("Integrity", "OV2_ALGORITHM_MAC",
     "Give an integrity algorithm as ``auth-trunc``, together with any of the ciphers."),
    ("Integrity without encryption", "OV2_ALGORITHM_GMAC",
     "Give this algorithm as ``aead``, like a combined mode. It encrypts nothing (RFC 4543)."),
)


def value(text):
    if text.startswith('"'):
        return text.strip('"')
    return int(text) if text.isdigit() else text


def rows():
    with open(ROWS, encoding="utf-8") as file:
        text = file.read()
    found = []
    for body in ROW.findall(text):
        row = dict(MEMBER.findall(body.rstrip("\n")))
        keys = [(id, int(length)) for id, length in KEY.findall(row.pop("keys"))]
        icvs = [int(length) for length in re.findall(r"\d+", row.pop("icv_lens", ""))]
        found.append({"salt_len": 0, "iv_len": 0, "iv_generator": "",
                      **{name: value(text) for name, text in row.items()},
                      "keys": keys, "icvs": icvs})
    if len(found) != len(re.findall(r"^\t\t\.name = ", text, re.M)) or not found:
        raise SystemExit(f"{ROWS}: {len(found)} rows can be read, but not the others")
    return found


def bits(lengths):
    return ", ".join(str(8 * length) for length in lengths)


def cells(row):
    salt = row["salt_len"]
    return (rst.literal(row["name"]), str(row["rfc"]),
            bits(length for _id, length in row["keys"]) +
            (f", and {8 * salt} of salt" if salt else ""),
            bits(row["icvs"]), str(8 * row["iv_len"]) if row["iv_len"] else "",
            rst.literal(row["iv_generator"]) if row["iv_generator"] else "")


def page():
    out = [rst.head(
        "Algorithms", ROWS,
        "For operators, and for those who configure IKE daemons: what a card can offload.",
        "Lengths are in bits. The salt (or nonce) stands behind the key, as ``ip xfrm`` wants it. "
        "The kernel itself sets the IV generator; the card refuses a state whose IV generator is "
        "not the one in the table. A card has an algorithm only if the kernel had it when the "
        "module was loaded.")]
    left = rows()
    for title, kind, text in KINDS:
        chosen = [row for row in left if row["kind"] == kind]
        left = [row for row in left if row not in chosen]
        out.append(rst.section(title, text))
        out.append(rst.table(("Name", "RFC", "Keys", "ICV", "IV", "IV generator"),
                             [cells(row) for row in chosen], (32, 8, 24, 14, 8, 14)))
    if left:
        raise SystemExit(f"{__file__}: no section for {left[0]['kind']}")
    return "".join(out)


def make():
    return {PAGE: page()}


def reference():
    """Lines of selftests/lib/reference.py."""
    yield ""
    yield "# The kernel's name of each algorithm. Each value has three parts: the possible"
    yield "# lengths of the key in bits (the salt is counted), the possible lengths of the"
    yield "# ICV in bits, and the IV generator, or None"
    yield "ALGORITHMS = {"
    for row in rows():
        keys = [8 * (length + row["salt_len"]) for _id, length in row["keys"]]
        yield f'    "{row["name"]}":'
        yield (f"        ({keys}, {[8 * n for n in row['icvs']]}, "
               f"{row['iv_generator'] or None!r}),".replace("'", '"'))
    yield "}"
