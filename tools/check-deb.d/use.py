#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The part of tools/check-deb that uses the installed packages, in a guest.

    use.py WORK         WORK is what install.py got
"""
import os
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


def module_unloads(_defer):
    system.run("rmmod", "ipsecov2")
    ksft.check(not loaded(), "the module is gone")


system.run("tar", "-C", "/", "-xf", f"{WORK}/installed.tar")
ksft.main([link_add_loads_the_module, module_unloads])
