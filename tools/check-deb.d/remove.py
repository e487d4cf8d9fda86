#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The part of tools/check-deb that removes the packages from the copy of the test root.

    remove.py WORK      WORK is the directory that install.py got
"""
import glob
import sys

import system
from lib import ksft

WORK = sys.argv.pop(1)


def apt_purges(_defer):
    system.run("apt-get", "purge", "-y", *system.packages())


def nothing_left(_defer):
    left = system.files() - system.remembered(WORK)
    ksft.equal(sorted(left), [], "files that were not there before")


def no_file_lost(_defer):
    lost = system.remembered(WORK) - system.files()
    ksft.equal(sorted(lost), [], "files that were there before")


def depmod_forgets(_defer):
    for name in glob.glob("/usr/lib/modules/*/modules.*"):
        with open(name, "rb") as file:
            ksft.check(b"ipsecov2" not in file.read(), f"{name} does not name the module")


ksft.main([apt_purges, nothing_left, no_file_lost, depmod_forgets])
