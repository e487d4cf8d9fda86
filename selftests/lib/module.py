# SPDX-License-Identifier: GPL-2.0
"""The module under test: load() at the start of each test program.

load() looks for the module in $OV2_KO, then beside the selftests' directory,
and then by modprobe. A program that cannot load the module skips everything,
with the reason. But if the module was loaded before, by this program or by
run.sh, load() fails. (run.sh loads the module before the first test, and fails
if it cannot.)
"""
import os
import subprocess

from . import ksft

NAME = "ipsecov2"
# run.sh sets this variable after it has loaded the module
works = bool(os.environ.get("OV2_LOADED"))


def loaded():
    return os.path.isdir(f"/sys/module/{NAME}")


def file():
    """The module's file, or None if only modprobe can find it."""
    here = os.path.dirname(os.path.abspath(__file__))
    for path in (os.environ.get("OV2_KO"),
                 os.path.join(here, "..", "..", NAME + ".ko")):
        if path and os.path.exists(path):
            return os.path.abspath(path)
    return None


def insert():
    """Load the module; return the error, or None if there was no error."""
    path = file()
    command = ["insmod", path] if path else ["modprobe", NAME]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as error:
        return str(error)
    if done.returncode == 0:
        return None
    return f"{' '.join(command)}: {done.stderr.strip()}"


def remove():
    done = subprocess.run(["rmmod", NAME], capture_output=True, text=True)
    if done.returncode:
        raise ksft.Fail(f"rmmod {NAME}: {done.stderr.strip()}")


def remove_when_idle():
    """Remove the module although programs send netlink requests to it. rmmod
    may fail while the module answers a request, so this function tries again
    until rmmod works.
    """
    ksft.wait_for("the module to go", lambda: not subprocess.run(
        ["rmmod", NAME], stderr=subprocess.DEVNULL, check=False).returncode, 30)


def load():
    global works
    if os.geteuid() != 0:
        ksft.skip_all("needs root")
    error = None if loaded() else insert()
    if error and works:
        raise ksft.Fail(f"module {NAME} cannot be loaded again: {error}")
    if error:
        ksft.skip_all(f"module {NAME} cannot be loaded: {error}")
    works = True
