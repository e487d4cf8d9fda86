# SPDX-License-Identifier: GPL-2.0
"""What the parts of tools/check-deb ask the system that they run in."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../selftests"))
from lib import ksft  # noqa: E402    # the path comes first

# Directories that change with every use of the system, or that are mounted. In the last one dkms
# keeps the key that it signs modules with; this key is no part of the packages.
CHANGING = ("/dev", "/proc", "/run", "/sys", "/tmp", "/root", "/var/cache", "/var/lib/apt",
            "/var/lib/dpkg", "/var/log", "/var/lib/dkms/mok")


def run(*command):
    """The output, stderr too, of a command that must succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False)
    ksft.equal(done.returncode, 0, f"status of `{' '.join(command)[:60]}`, which said:\n{done.stdout}\n")
    return done.stdout


def kernels():
    return sorted(os.path.basename(name)[len("vmlinuz-"):] for name in os.listdir("/boot")
                  if name.startswith("vmlinuz-"))


def packages():
    """The packages of this project that are installed."""
    lines = run("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n").splitlines()
    return [line.split()[0] for line in lines
            if line.startswith("ipsecov2") and line.endswith(" installed")]


def files():
    """The paths of the system's files and directories, without those in CHANGING."""
    found = set()
    for directory, directories, names in os.walk("/"):
        directories[:] = [name for name in directories
                          if not os.path.join(directory, name).startswith(CHANGING)
                          and not os.path.ismount(os.path.join(directory, name))]
        found.update(os.path.join(directory, name) for name in names
                     if not os.path.join(directory, name).startswith(CHANGING))
        found.update(os.path.join(directory, name) + "/" for name in directories)
    return found


def remember(work):
    with open(f"{work}/files", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\0".join(files()))


def remembered(work):
    with open(f"{work}/files", encoding="utf-8", errors="surrogateescape") as file:
        return set(file.read().split("\0"))
