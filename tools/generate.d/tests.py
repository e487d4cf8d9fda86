# SPDX-License-Identifier: GPL-2.0
"""Makes the page of the tests: the first sentence of each test, and how long the test takes."""
import ast
import glob
import os
import re

import rst

PAGE = "Documentation/reference/tests.rst"
TIMES = "tools/generate.d/test-times"
MAKEFILE = "selftests/Makefile"
ROOMS = (("kmod/port", "The port"), ("kmod/bridge", "The bridge"), ("kmod/ov2", "IPsecOV2"),
         ("kmod/engine", "The engine"), ("kmod/watch", "Counters and events"),
         ("kmod/unit/rig", "The code that these tests share"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def first_sentence(text):
    """The first sentence of a comment or docstring, in one line."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    dot = "" if paragraph.endswith(".") else "."
    sentence = re.match(r"(.*?\.)(?= [A-Z]|$)", paragraph + dot).group(1)
    return re.sub(r"`([^`]+)`", r"``\1``", sentence)


def c_comment(path):
    """The first comment of a C file, without its decoration."""
    text = re.search(r"/\*(.*?)\*/", re.sub(r"^//.*\n", "", read(path)), re.S).group(1)
    return re.sub(r"(?m)^ \* ?", "", text)


def suites(room):
    """[(suite, number of cases, sentence), ...] of a room."""
    found = []
    for path in glob.glob(f"{room}/**/*_test.c", recursive=True):
        text = read(path)
        names = re.findall(r'\.name = "(ov2_\w+)"', text)
        cases = len(re.findall(r"\bKUNIT_CASE\w*\(", text))
        found += [(name, cases, first_sentence(c_comment(path))) for name in names]
    return sorted(found)


def selftests():
    return re.findall(r"^TEST_(?:GEN_)?PROGS [:+]= (\S+)$", read(MAKEFILE), re.M)


def about(name):
    path = f"selftests/{name}"
    # A test in C has a file NAME.c. A file NAME, if there is one, is the built program
    if os.path.exists(path + ".c"):
        return first_sentence(c_comment(path + ".c"))
    return first_sentence(ast.get_docstring(ast.parse(read(path))))


def times():
    """{test: seconds on the newest Debian kernel}, measured by tools/check."""
    return {name: int(seconds) for name, seconds, _ in
            (line.split() for line in read(TIMES).split("\n") if line and not line.startswith("#"))}


def make():
    seconds = times()
    page = rst.head("Tests", "the first sentence of each test, and " + TIMES,
                    "For those who look for a test, or for what is tested. `Testing "
                    "<../testing.rst>`_ says how to run one, how to add one, and how to read a "
                    "failure.")
    page += rst.section("Selftests", (
        "Programs in ``selftests/``, which run in a guest with real cards. The seconds were "
        "measured in ``make check`` on the newest Debian kernel. The kernel was emulated, on 2 "
        "cores that also did other work. All tests together take "
        f"{round(sum(seconds.values()) / 60)} minutes. "
        "A test without seconds has not been measured yet."))
    page += rst.table(["Test", "What it proves", "s"],
                      [[rst.literal(name), about(name), str(seconds.get(name, ""))]
                       for name in selftests()], (25, 68, 7))
    page += rst.section("KUnit", (
        "Suites that test the functions of the module. They run in a debug kernel when the module "
        "is loaded. All of them together take about a minute, of which ``ov2_stress`` takes 6 "
        "seconds."))
    for room, title in ROOMS:
        line = f"{title}, ``{room}``"
        page += f"\n{line}\n{'-' * len(line)}\n"
        page += rst.table(["Suite", "What it proves", "Cases"],
                          [[rst.literal(name), sentence, str(cases)]
                           for name, cases, sentence in suites(room)], (25, 67, 8))
    return {PAGE: page}
