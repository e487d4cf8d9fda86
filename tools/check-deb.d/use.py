#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The part of tools/check-deb that uses the installed packages, in a guest.

    use.py WORK         WORK is the directory that install.py got
"""
import json
import os
import subprocess
import sys

import system
from lib import ksft

WORK = sys.argv.pop(1)


def loaded():
    return os.path.exists("/sys/module/ipsecov2")


def link_add_loads_the_module(_defer):
    ksft.check(not loaded(), "the module is not loaded yet")
    system.run("ip", "link", "add", "ov0", "type", "ipsecov2")
    ksft.check(loaded(), "the module is loaded")
    file = system.run("modinfo", "-n", "ipsecov2").strip()
    ksft.check("/updates/dkms/" in file, f"the module is that of dkms, not {file}")


def ov2_before_the_module(_defer):
    done = subprocess.run(["ov2", "show"], capture_output=True, text=True, check=False)
    ksft.equal(done.returncode, 3, "exit status of ov2 show without the module")


def ov2_shows_the_card(_defer):
    shown = json.loads(system.run("ov2", "--json", "show"))
    ksft.equal([card["ifname"] for card in shown], ["ov0"], "cards that ov2 shows")
    version, = json.loads(system.run("ov2", "--json", "version"))
    ksft.equal(version["module"], version["tool"], "versions of the module and of ov2")


def module_unloads(_defer):
    system.run("rmmod", "ipsecov2")
    ksft.check(not loaded(), "the module is gone")


system.run("tar", "-C", "/", "-xf", f"{WORK}/installed.tar")
ksft.main([ov2_before_the_module, link_add_loads_the_module, ov2_shows_the_card, module_unloads])
