#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The commands of the tutorial (Documentation/index.rst) print what it shows.

lib/page.py runs them and compares.
"""
import os
import subprocess

from lib import ksft, module, page

PAGE = "index.rst"
NAMESPACES = ("red", "wire", "blue")


def delete_namespaces():
    for name in NAMESPACES:
        subprocess.run(["ip", "netns", "del", name], check=False,
                       stderr=subprocess.DEVNULL)


def does_what_it_says(defer):
    for name in NAMESPACES:
        if os.path.exists(f"/run/netns/{name}"):
            raise ksft.Skip(f"a namespace {name} is there already")
    defer(delete_namespaces)
    page.compare(PAGE, 6)


if __name__ == "__main__":
    some = ksft.chosen([does_what_it_says])
    page.need(PAGE)
    module.load()
    ksft.run(some)
