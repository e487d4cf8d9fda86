# SPDX-License-Identifier: GPL-2.0
"""The ov2 command of tools/ov2, as its users call it.

    ov2.run(ns, "show", "ov0").stdout       # raises ksft.Fail if it fails
    ov2.ask(ns, "show")                     # the answer to --json, parsed
    ov2.refused(ns, "show", "nothing", status=1)    # the sentence on stderr

The command is the first of these that exists: $OV2_TOOL, tools/ov2/ov2 of this
checkout, ov2 of the PATH.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile

from . import ksft
from .netns import home

NOBODY = 65534
HERE = os.path.dirname(os.path.abspath(__file__))


def find():
    for path in (os.environ.get("OV2_TOOL"),
                 os.path.join(HERE, "../../tools/ov2/ov2")):
        if path and os.access(path, os.X_OK):
            return os.path.abspath(path)
    return shutil.which("ov2")


def need():
    """Skips everything if there is no ov2 command."""
    if not find():
        ksft.skip_all("needs the ov2 command: make -C tools/ov2, or OV2_TOOL")


def on_path(defer):
    """Let programs that are started from now on find ov2 by its name."""
    before = os.environ["PATH"]
    defer(os.environ.update, PATH=before)
    os.environ["PATH"] = f"{os.path.dirname(find())}:{before}"


def as_nobody(defer):
    """Options with which start() runs ov2 as the user nobody. The program is a
    copy, because this user may be unable to look into the checkout.
    """
    place = tempfile.mkdtemp()
    defer(shutil.rmtree, place)
    os.chmod(place, 0o755)
    return {"program": shutil.copy(find(), place), "user": NOBODY,
            "group": NOBODY, "extra_groups": []}


def library(defer, source):
    """Build a library from C. If ov2 is started with the library's file in
    LD_PRELOAD, ov2 calls the functions of this library, and not the functions
    of the same names in other libraries.
    """
    if not shutil.which("cc"):
        raise ksft.Skip("needs a C compiler")
    place = tempfile.mkdtemp()
    defer(shutil.rmtree, place)
    path = os.path.join(place, "between.so")
    done = subprocess.run(["cc", "-shared", "-fPIC", "-xc", "-", "-o", path],
                          input=source, text=True, capture_output=True,
                          check=False)
    ksft.check(not done.returncode, done.stderr)
    return path


def captured(ns):
    """The indices of the interfaces that packet sockets of @ns are bound to. A
    socket that is bound to no interface has index 0.
    """
    with ns.entered(), \
            open("/proc/thread-self/net/packet", encoding="ascii") as file:
        # The index is in column 4, and the first line has titles
        return {int(line.split()[4]) for line in file.readlines()[1:]}


def start(ns, *words, **options):
    """Start ov2 in the namespace @ns. If @ns is None, start it in the namespace
    of the test.
    """
    environment = dict(os.environ, **options.pop("env", {}))
    program = options.pop("program", None) or find()
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "text": True, "env": environment, **options}
    os.setns(ns.fd if ns else home(), os.CLONE_NEWNET)
    try:
        return subprocess.Popen([program, *words], **options)
    finally:
        os.setns(home(), os.CLONE_NEWNET)


def call(ns, *words, **options):
    """Run ov2; return what it printed, and its exit status."""
    process = start(ns, *words, **options)
    try:
        out, err = process.communicate(timeout=ksft.patience(20))
    except subprocess.TimeoutExpired:
        process.kill()
        raise ksft.Fail(f"ov2 {' '.join(words)} does not end:"
                        f" {process.communicate()}") from None
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def run(ns, *words, **options):
    done = call(ns, *words, **options)
    ksft.equal((done.returncode, done.stderr), (0, ""),
               f"ov2 {' '.join(words)}: status and stderr")
    return done


def ask(ns, *words, **options):
    out = run(ns, "--json", *words, **options).stdout
    try:
        return json.loads(out)
    except ValueError as error:
        ksft.note(out)
        raise ksft.Fail(f"ov2 --json {' '.join(words)}: {error}") from error


def refused(ns, *words, status, **options):
    """Return the sentence with which ov2 refuses. Fail if ov2 prints anything
    else.
    """
    done = call(ns, *words, **options)
    what = f"ov2 {' '.join(words)}"
    ksft.equal((done.returncode, done.stdout), (status, ""),
               f"{what}: status and output ({done.stderr})")
    lines = done.stderr.splitlines()
    ksft.equal(len(lines), 1, f"{what}: lines on stderr ({done.stderr})")
    ksft.check(lines[0].startswith("ov2: "), f"{what} says {lines[0]!r}")
    return lines[0][len("ov2: "):]


def completed(ns, script, line):
    """The words that bash offers for the last word of a line. @script is the
    file tools/ov2/ov2.bash, which completes the word. Like bash, this function
    takes each "=" for a word of its own (COMP_WORDBREAKS). If the line ends
    with "=", bash asks for words that begin with "".
    """
    words = [part for word in line.split(" ")
             for part in re.split("(=)", word) if part or not word]
    done = ns.command(
        "bash", "-c", 'PATH=$1:$PATH; . "$2"; shift 2; COMP_WORDS=("$@");'
        ' COMP_CWORD=$(($# - 1)); _ov2 ov2 "${COMP_WORDS[-1]#=}"'
        ' "${COMP_WORDS[-2]}"; printf "%s\n" "${COMPREPLY[@]}"', "bash",
        os.path.dirname(find()), script, *words)
    ksft.equal(done.stderr, "", line)
    return set(done.stdout.split())


def from_spec(value):
    """Return an answer of pyynl in the form of `ov2 --json`: with _ in names,
    and with flags as a sorted list.
    """
    if isinstance(value, dict):
        return {key.replace("-", "_"): from_spec(one)
                for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, list):
        return [from_spec(one) for one in value]
    return value


def in_order(value):
    """Return an answer of ov2, but sort each list of texts. Then the answer can
    be compared with the result of from_spec(), which sorts flags.
    """
    if isinstance(value, dict):
        return {key: in_order(one) for key, one in value.items()}
    if isinstance(value, list):
        value = [in_order(one) for one in value]
        if all(isinstance(one, str) for one in value):
            value.sort()
    return value
