# SPDX-License-Identifier: GPL-2.0
"""The module's netlink family, through the kernel's own Python client.

    family = ynl.Family(ns)             # a socket in that namespace
    family.card_get({"ifindex": 3})
    family.card_get({}, dump=True)
    try: ... except ynl.Refused as error: error.text, error.errno

The client is tools/net/ynl/pyynl of a kernel tree, and the spec is the file
that the family is generated from. So what the family answers is read by code
that is not ours.
"""
import importlib.util
import os

from . import ksft

NAME = "ipsecov2"
# In our tree, and in a kernel tree that selftests/ was copied into
PLACES = ("..", "../../../../../..")
# The generator has checked the spec by its schema.
SCHEMA = ""


def find_spec():
    """The file of the spec; None if these tests were installed without it."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for place in PLACES:
        path = os.path.join(here, place, "Documentation/netlink/specs",
                            NAME + ".yaml")
        if os.path.exists(path):
            return os.path.abspath(path)
    return None


def need():
    """Skips everything where the client or the spec is missing."""
    if not importlib.util.find_spec("pyynl"):
        ksft.skip_all("needs pyynl, the kernel's netlink client")
    if not find_spec():
        ksft.skip_all(f"needs Documentation/netlink/specs/{NAME}.yaml")


class Refused(Exception):
    """The kernel's answer to a wrong request."""

    def __init__(self, error):
        extack = error.nl_msg.extack or {}
        super().__init__(str(error))
        self.errno = error.error
        self.text = extack.get("msg", "")
        self.attribute = extack.get("bad-attr", extack.get("miss-type"))


class Family:
    def __init__(self, ns=None, spec=None):
        from pyynl.lib import YnlFamily
        spec = spec or find_spec()
        if ns is None:
            self.family = YnlFamily(spec, SCHEMA)
        else:
            with ns.entered():
                self.family = YnlFamily(spec, SCHEMA)

    def __getattr__(self, name):
        from pyynl.lib import NlError
        operation = getattr(self.family, name)

        def call(*args, **kwargs):
            try:
                return operation(*args, **kwargs)
            except NlError as error:
                raise Refused(error) from None
        return call

    def close(self):
        self.family.sock.close()
