#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ip link add type ipsecov2` loads the module.

The kernel asks modprobe for rtnl-link-ipsecov2. This test gives modprobe a
directory that holds only the module under test, so modules that are installed
on the machine are neither used nor changed.
"""
import os
import shutil
import stat
import subprocess
import tempfile

from lib import ksft, module
from lib.netns import Netns

MODPROBE = "/proc/sys/kernel/modprobe"


def install(defer):
    """Install as `make modules_install` and depmod do; return the directory."""
    path = module.file()
    if not path:
        raise ksft.Skip("no module file: set OV2_KO")
    base = tempfile.mkdtemp()
    defer(shutil.rmtree, base)
    release = os.uname().release
    where = f"{base}/lib/modules/{release}/updates"
    os.makedirs(where)
    shutil.copy(path, f"{where}/ipsecov2.ko")
    subprocess.run(["depmod", "-b", base, release], check=True,
                   capture_output=True)
    return base


def use(defer, base):
    """Have the kernel run modprobe with the directory @base."""
    program = f"{base}/modprobe"
    with open(program, "w", encoding="ascii") as f:
        f.write(f"#!/bin/sh\nexec /sbin/modprobe -d {base} \"$@\"\n")
    os.chmod(program, stat.S_IRWXU)
    with open(MODPROBE, encoding="ascii") as f:
        before = f.read()

    def write(text):
        with open(MODPROBE, "w", encoding="ascii") as f:
            f.write(text)

    defer(write, before)
    write(program)


def loads_by_link(defer):
    base = install(defer)
    if module.loaded():
        module.remove()
        defer(module.load)
    use(defer, base)
    ns = Netns("auto")
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2")
    ksft.check(module.loaded(), "the module is not loaded")
    ns.ip("link del ov0")
    module.remove()


if __name__ == "__main__":
    ksft.main([loads_by_link])
