# SPDX-License-Identifier: GPL-2.0
"""A page of Documentation/ whose examples run as they stand.

    page.compare("index.rst", 6)        # the page has at least 6 blocks

The blocks of shell run in one bash, in order, as a reader pastes them. A block
must print the lines of the text that follows the block on the page, in their
order. It may print other lines between them. TOKENS lists the differences that
are allowed: for example, a number on the page stands for any number but 0, and
a time of day stands for any time of day. 0 stands only for 0, but in "time 0",
"queue=0" and "0.1 s ago" it stands for any number. IPv4 addresses, SPIs and
words must be the same.
"""
import os
import re
import signal
import subprocess
import tempfile

from . import ksft

PLACE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "../../Documentation")
BLOCK = re.compile(r"^\.\. code-block:: (bash|text)\n\n((?:   .*\n|\n)+)",
                   re.MULTILINE)
# The blocks of a page took 13 s in an emulated guest, or 80 s on a busy machine
SECONDS = 300
END = "page: end of block"

# What a piece of a line on the page stands for: (pattern of this piece, pattern
# of what may be printed). None: only the same text may be printed. The first
# row that matches is used
TOKENS = (
    (r"\d+(?:\.\d+){3}", None),                         # IPv4 address
    (r"\d\d:\d\d:\d\d\.\d{6}", r"\d\d:\d\d:\d\d\.\d{6}"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
     r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
    (r"spi[= ]0x[0-9a-f]+", None),
    (r"0x[0-9a-f]+", "0x[0-9a-f]+"),
    (r"\d+\.\d s ago", r"\d+\.\d s ago"),
    (r"time \d+", r"time \d+"),
    (r"queue=\d+", r"queue=\d+"),
    (r"[A-Za-z_]\w*", None),
    (r"0(?![\d.])", "0"),
    (r"\d+", r"[1-9]\d*"),
    (r"\s+", r"\s+"),
    (r"\W", None),
)
TOKEN = re.compile("|".join(f"({token})" for token, _ in TOKENS))


def there(name):
    return os.path.exists(os.path.join(PLACE, name))


def need(name):
    """Skips everything if the page is missing."""
    if not there(name):
        ksft.skip_all("the selftests are here without Documentation/")


def pattern(line):
    """The pattern that a line of the page stands for."""
    text = ""
    for found in TOKEN.finditer(line.strip()):
        stands_for = TOKENS[found.lastindex - 1][1]
        text += stands_for or re.escape(found.group())
    return re.compile(r"(?<!\d)" + text)


def blocks(name):
    """[shell, [line of text]] of each block of shell on the page."""
    with open(os.path.join(PLACE, name), encoding="utf-8") as file:
        page = file.read()
    found = []
    for kind, body in BLOCK.findall(page):
        lines = [line[3:] for line in body.splitlines()]
        if kind == "bash":
            found.append(["\n".join(lines), []])
        else:
            found[-1][1].extend(line for line in lines if line.strip())
    return found


def run_script(script):
    """Run bash, and return two values. The first is its exit status, or None if
    bash did not end in time. The second is what was printed. Processes that
    bash has left in the background are ended, too.
    """
    # The output goes to a file. A pipe would have no end before all processes
    # in the background have ended
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        # start_new_session gives bash a process group with bash's own number
        with subprocess.Popen(["bash", "-c", script], stdout=output,
                              stderr=subprocess.STDOUT,
                              start_new_session=True) as bash:
            try:
                status = bash.wait(ksft.patience(SECONDS))
            except subprocess.TimeoutExpired:
                status = None
            finally:
                try:
                    os.killpg(bash.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        output.seek(0)
        return status, output.read()


def run(found):
    """Return what each block printed. Fail if bash ended within a block."""
    script = "set -e\n" + "".join(f"{shell}\necho '{END}'\n"
                                  for shell, _ in found)
    status, output = run_script(script)
    printed = output.split(END + "\n")
    if status is None:
        ksft.note(output)
        raise ksft.Fail("the blocks of the page do not end")
    if status:
        ksft.note(found[len(printed) - 1][0])
        ksft.note(printed[-1])
        raise ksft.Fail(f"block {len(printed)} ends with {status}")
    ksft.equal(len(printed), len(found) + 1, "blocks that ran, plus 1")
    return printed


def compare(name, least):
    """Run the page, and compare what is printed with the page. The page must
    have at least @least blocks of shell.
    """
    found = blocks(name)
    ksft.check(len(found) >= least, f"only {len(found)} blocks on the page")
    for (shell, expected), printed in zip(found, run(found)):
        at = 0
        for line in expected:
            match = pattern(line).search(printed, at)
            if not match:
                ksft.note(shell)
                ksft.note(printed)
            ksft.check(match, f"the page says {line.strip()!r}")
            at = match.end()
