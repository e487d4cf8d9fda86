# SPDX-License-Identifier: GPL-2.0
"""Lists the crypto algorithms of the kernel, and makes instances of them.

    crypto.load("rfc4106(gcm(aes))")            # /proc/crypto then has it
    best = crypto.best("rfc4106(gcm(aes))")     # entry of /proc/crypto
    crypto.add(f"pcrypt({best['driver']})", crypto.AEAD, priority=9999)
    crypto.delete(...)

Debian has no program for this, so this file speaks NETLINK_CRYPTO
(crypto_user).
"""
import errno
import os
import socket
import struct
import subprocess

from . import ksft

NETLINK_CRYPTO = 21
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLMSG_ERROR = 2
NEWALG, DELALG = 0x10, 0x11
CRYPTOCFGA_PRIORITY_VAL = 1
AEAD, TYPE_MASK = 3, 0xf


def algorithms():
    """Entries of /proc/crypto as dictionaries."""
    with open("/proc/crypto", encoding="ascii") as f:
        for block in f.read().strip().split("\n\n"):
            yield dict((part.strip() for part in line.split(":", 1))
                       for line in block.splitlines())


def best(name):
    """The entry that the kernel chooses for an algorithm's name, or None."""
    found = [a for a in algorithms()
             if a["name"] == name and a.get("internal") != "yes"]
    return max(found, key=lambda a: int(a["priority"]), default=None)


def by_driver(driver):
    return next((a for a in algorithms() if a["driver"] == driver), None)


def load(name):
    """Make the kernel load the modules of an AEAD, and make an instance."""
    error = request(NEWALG, "", AEAD, name=name)
    if error not in (0, errno.EEXIST):
        raise ksft.Skip(f"the kernel has no {name}: {os.strerror(error)}")


def request(kind, driver, kind_of_alg, priority=None, name=""):
    """Send NEWALG or DELALG; return 0 or the errno of the answer."""
    # The kernel may be unable to load crypto_user by itself
    subprocess.run(["modprobe", "-q", "crypto_user"], check=False)
    # struct crypto_user_alg
    alg = struct.pack("=64s64s64sIIII", name.encode(), driver.encode(), b"",
                      kind_of_alg, TYPE_MASK, 0, 0)
    if priority is not None:
        alg += struct.pack("=HHI", 8, CRYPTOCFGA_PRIORITY_VAL, priority)
    try:
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                             NETLINK_CRYPTO)
    except OSError as error:
        raise ksft.Skip(f"NETLINK_CRYPTO: {error}") from None
    with sock:
        sock.bind((0, 0))
        sock.send(struct.pack("=IHHII", 16 + len(alg), kind,
                              NLM_F_REQUEST | NLM_F_ACK, 1, 0) + alg)
        answer = sock.recv(65536)
    code, = struct.unpack_from("=i", answer, 16)
    return -code


def add(driver, kind_of_alg, priority=None):
    error = request(NEWALG, driver, kind_of_alg, priority)
    if error == errno.ENOENT:
        raise ksft.Skip(f"the kernel cannot make {driver}")
    if error:
        raise ksft.Fail(f"making {driver}: {os.strerror(error)}")


def delete(driver, kind_of_alg):
    """Delete an instance. Return 0 or the errno. The errno is EBUSY if the
    instance is in use.
    """
    return request(DELALG, driver, kind_of_alg)
