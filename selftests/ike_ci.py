#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tools/ike-ci passes only if an IKE daemon gets the offload that it asks for.

Documentation/ike-ci.rst explains the script.
"""
import os
import subprocess

from lib import ksft, module, swan

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../tools/ike-ci")
SWITCH_OFF = "ip netns exec ov2-ci-left ethtool -K ov0 esp-hw-offload off"


def job(*words, hook=""):
    """Run the script. As soon as the script has made its cards, it runs the
    shell command @hook. Return the script's exit status and the lines that it
    printed.
    """
    seconds = int(ksft.patience(60))
    try:
        done = subprocess.run(
            [SCRIPT, *words], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, timeout=5 * seconds,
            env={**os.environ, "IKE_CI_HOOK": hook,
                 "IKE_CI_SECONDS": str(seconds)})
    except subprocess.TimeoutExpired as late:
        raise ksft.Fail(f"the script does not end: {late.stdout}") from late
    names = subprocess.run(["ip", "netns"], capture_output=True, text=True,
                           check=True).stdout
    ksft.check("ov2-ci-" not in names, f"namespaces are left: {names}")
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


def names_a_wrong_word(_):
    status, lines = job("hardware")
    ksft.equal((status, len(lines)), (2, 1), "status, and one line of usage")


if __name__ == "__main__":
    some = ksft.chosen([
        *((f"passes {mode}", passes, mode)
          for mode in ("no", "crypto", "packet", "auto")),
        *((f"sees_a_card_without_offload {mode}", sees_a_card_without_offload,
           mode) for mode in ("no", "crypto", "packet", "auto")),
        names_a_wrong_word])
    if not os.path.exists(SCRIPT):
        ksft.skip_all("the selftests are here without tools/")
    if not swan.daemon():
        ksft.skip_all("needs strongSwan")
    module.load()
    ksft.run(some)
