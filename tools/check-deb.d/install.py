#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The part of tools/check-deb that installs the packages, in a copy of the test root.

    install.py WORK     leaves in WORK what the guests and remove.py need
"""
import glob
import os
import shutil
import sys

import system
from lib import ksft

WORK = sys.argv.pop(1)
# A kernel for which the module cannot be built. Its headers are those of a real kernel, but its
# .config lacks an option that the module needs.
POOR = "9.9.9-poor"
POOR_OPTION = "CONFIG_XFRM_OFFLOAD"


def make_poor_kernel():
    """Makes the headers of a kernel that lacks POOR_OPTION."""
    rich = os.path.realpath(f"/lib/modules/{system.kernels()[-1]}/build")
    poor = f"/lib/modules/{POOR}/build"
    os.makedirs(poor)
    for name in os.listdir(rich):
        if name != ".config":
            os.symlink(f"{rich}/{name}", f"{poor}/{name}")
    with open(f"{rich}/.config", encoding="ascii") as file:
        config = file.read()
    ksft.check(f"\n{POOR_OPTION}=" in config, f"{rich}/.config has {POOR_OPTION}")
    with open(f"{poor}/.config", "w", encoding="ascii") as file:
        file.writelines(line for line in config.splitlines(True)
                        if not line.startswith(f"{POOR_OPTION}="))


def apt_installs(_defer):
    debs = sorted(glob.glob("./ipsecov2-*.deb"))
    ksft.check(debs, "the checkout has packages")
    system.run("apt-get", "install", "-y", *debs)


def module_for_each_kernel(_defer):
    for kernel in system.kernels():
        system.run("modinfo", "-k", kernel, "ipsecov2")


def poor_kernel_left_out(defer):
    defer(shutil.rmtree, f"/lib/modules/{POOR}")
    make_poor_kernel()
    said = system.run("dkms", "autoinstall", "-k", POOR)
    ksft.check(f"needed: {POOR_OPTION} (" in said,
               f"dkms says that {POOR_OPTION} is missing; it says:\n{said}")
    ksft.check(not glob.glob(f"/lib/modules/{POOR}/**/ipsecov2*", recursive=True),
               f"{POOR} has no module")


def packed_for_guests(_defer):
    """Packs the files of the packages, the modules, and depmod's files.

    dpkg -L also names documentation, which is not there: the dpkg of the test root leaves it out.
    """
    paths = [path for package in system.packages()
             for path in system.run("dpkg", "-L", package).splitlines()
             if os.path.isfile(path)]
    for kernel in system.kernels():
        paths += glob.glob(f"/usr/lib/modules/{kernel}/updates/**/*.ko*", recursive=True)
        paths += glob.glob(f"/usr/lib/modules/{kernel}/modules.*")
    system.run("tar", "-cf", f"{WORK}/installed.tar", *paths)


system.remember(WORK)
ksft.main([apt_installs, module_for_each_kernel, poor_kernel_left_out, packed_for_guests])
