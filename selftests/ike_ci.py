#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tools/ike-ci passes only if an IKE daemon gets the offload that it asks for.

Documentation/ike-ci.rst explains the script.
"""
import os
import shutil
import subprocess
import tempfile

from lib import ksft, module, swan
from lib.ov2 import NOBODY

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../tools/ike-ci")
SWITCH_OFF = "ip netns exec ov2-ci-left ethtool -K ov0 esp-hw-offload off"


OV2 = os.path.join(os.path.dirname(SCRIPT), "ov2/ov2")
ONE_SA = f"{OV2} -n ov2-ci-left set ov0 capacity 1"


def namespaces():
    names = subprocess.run(["ip", "netns"], capture_output=True, text=True,
                           check=True).stdout
    return [line.split()[0] for line in names.splitlines()
            if line.startswith("ov2-ci-")]


def job(*words, hook="", seconds=None, left=(), script=SCRIPT, user=None):
    """Run the script. As soon as the script has made its cards, it runs the
    shell command @hook. Return the script's exit status and the lines that it
    printed. Afterwards only the namespaces in @left may be there.
    """
    patience = int(ksft.patience(60))
    try:
        done = subprocess.run(
            [script, *words], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, timeout=5 * patience, user=user,
            env={**os.environ, "IKE_CI_HOOK": hook,
                 "IKE_CI_SECONDS": seconds or str(patience)})
    except subprocess.TimeoutExpired as late:
        raise ksft.Fail(f"the script does not end: {late.stdout}") from late
    ksft.equal(namespaces(), list(left), "namespaces afterwards")
    return done.returncode, done.stdout.splitlines()


def passes(_, mode):
    status, lines = job(mode)
    if status:
        ksft.note("\n".join(lines))
    ksft.equal((status, lines[-1]), (0, "ike-ci: OK"), "status and last line")


def sees_a_card_without_offload(_, mode):
    """If a card has esp-hw-offload off, the script passes only with "no"."""
    status, lines = job(mode, hook=SWITCH_OFF)
    ksft.equal(status, 0 if mode == "no" else 1, f"status ({lines[-1]})")


def says_why_it_failed(_, mode, hook, reasons):
    """What it prints has the reason of the daemon, or of the card."""
    status, lines = job(mode, hook=hook)
    said = "\n".join(lines)
    missing = [reason for reason in reasons if reason not in said]
    if missing:
        ksft.note(said)
    ksft.equal((status, missing), (1, []), "status, and reasons not printed")


def refuses(_, words, **how):
    """One sentence says what is wrong, and nothing is made."""
    status, lines = job(*words, **how)
    ksft.equal((status, len(lines)), (2, 1), f"status, and lines of {lines}")
    ksft.check(lines[0].startswith("ike-ci: "), f"no sentence: {lines[0]}")


def refuses_to_run_without_root(defer):
    # Only root may be able to read the checkout, so a copy runs.
    place = tempfile.mkdtemp()
    defer(shutil.rmtree, place)
    os.chmod(place, 0o755)
    refuses(defer, ["no"], script=shutil.copy(SCRIPT, place), user=NOBODY)


def leaves_a_namespace_of_others(defer, name):
    """It ends with a sentence if @name exists, and does not delete @name."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    defer(lambda: subprocess.run(["ip", "netns", "del", name], check=True))
    refuses(defer, ["no"], left=[name])


def prints_its_usage(_):
    status, lines = job("-h")
    ksft.equal(status, 0, "status")
    ksft.check(any("IKE_CI_SECONDS" in line for line in lines),
               f"no usage: {lines}")


if __name__ == "__main__":
    some = ksft.chosen([
        *((f"passes {mode}", passes, mode)
          for mode in ("no", "crypto", "packet", "auto")),
        *((f"sees_a_card_without_offload {mode}", sees_a_card_without_offload,
           mode) for mode in ("no", "crypto", "packet", "auto")),
        ("says_why_it_failed feature off", says_why_it_failed, "crypto",
         SWITCH_OFF, ["HW offload is not supported by device ov0"]),
        ("says_why_it_failed table full, crypto", says_why_it_failed,
         "crypto", ONE_SA, ["fell-back", "state out 192.0.2.1 > 192.0.2.2",
                            "CHILD_SA net{1} established"]),
        ("says_why_it_failed table full, packet", says_why_it_failed,
         "packet", ONE_SA, ["received netlink error: ipsecov2: The card's SA",
                            "It is not there, because ov0 refused it"]),
        ("refuses a wrong word", refuses, ["hardware"]),
        ("refuses a second word", refuses, ["packet", "extra"]),
        ("refuses seconds that are no number",
         lambda defer: refuses(defer, ["no"], seconds="abc")),
        refuses_to_run_without_root,
        ("leaves_a_namespace_of_others left", leaves_a_namespace_of_others,
         "ov2-ci-left"),
        ("leaves_a_namespace_of_others right", leaves_a_namespace_of_others,
         "ov2-ci-right"),
        prints_its_usage])
    if not os.path.exists(SCRIPT):
        ksft.skip_all("the selftests are here without tools/")
    if not swan.daemon():
        ksft.skip_all("needs strongSwan")
    module.load()
    ksft.run(some)
