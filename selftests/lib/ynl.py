# SPDX-License-Identifier: GPL-2.0
"""The module's netlink family, through the kernel's own Python client.

    family = ynl.Family(ns)             # a socket in the namespace ns
    family.card_get({"ifindex": 3})
    family.card_get({}, dump=True)
    error = ynl.refused(family.card_get, {})    # error.text, error.errno
    ynl.asked_by(ynl.nobody, ns, lambda family: family.card_get({}, dump=True))
    events = ynl.Events(ns, "cards")    # joins the group
    events.expect(("card-up-ntf", {"ifname": "ov0"}))
    for message in ynl.RawDump(ns, family, "sa-get"):   # the loop may be slow
        message.flags, message.attributes

The client is tools/net/ynl/pyynl of a kernel tree, and the spec is the file
that the family is generated from. So code that is not ours reads the answers of
the family.
"""
import importlib.util
import json
import os
import shutil
import socket
import struct
import tempfile
import traceback
from collections import namedtuple

from . import ksft, module
from .xfrmnl import attributes_of, messages

NAME = "ipsecov2"
# From selftests/ to the top of our tree, or to the top of a kernel tree into
# which selftests/ was copied
PLACES = ("..", "../../../../../..")
# No schema: the client need not check the spec, which the generator has checked
SCHEMA = ""
NOBODY = 65534

NETLINK_GENERIC = 16
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 1, 0x10, 0x300


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
    """Skips everything if the client or the spec is missing."""
    if not importlib.util.find_spec("pyynl"):
        ksft.skip_all("needs pyynl, the kernel's netlink client")
    if not find_spec():
        ksft.skip_all(f"needs Documentation/netlink/specs/{NAME}.yaml")


def run(cases):
    """Load the module, and run the cases that were chosen."""
    some = ksft.chosen(cases)
    module.load()
    need()
    ksft.run(some)


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
        from pyynl.lib import YnlFamily, ynl as client
        # The client remembers the number of each family. But if the module was
        # loaded again, its family has another number
        client.GenlProtocol.genl_family_name_to_id = {}
        spec = spec or find_spec()
        if ns is None:
            self.family = YnlFamily(spec, SCHEMA)
        else:
            with ns.entered():
                self.family = YnlFamily(spec, SCHEMA)

    @classmethod
    def of(cls, ns, spec):
        """A family whose spec is a dict."""
        # The client reads YAML, and JSON is YAML. The first line of the file
        # must name a licence
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("# SPDX-License-Identifier: GPL-2.0\n")
            json.dump(spec, file)
            file.flush()
            return cls(ns, file.name)

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


def refused(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Refused as error:
        return error
    raise ksft.Fail("a wrong request was answered")


# ---- what happens

def group_id(family, name):
    return family.nlproto.get_mcast_id(name, family.mcast_groups)


class Events:
    """Hears the messages of multicast groups in a namespace."""

    def __init__(self, ns, *groups):
        self.family = Family(ns).family
        for number, group in enumerate(groups):
            # ntf_subscribe() binds the socket. A second bind would fail
            if number:
                self.family.sock.setsockopt(
                    SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                    group_id(self.family, group))
            else:
                self.family.ntf_subscribe(group)

    def read(self):
        """(name, attributes) of all messages that have come."""
        self.family.check_ntf()
        got = []
        while not self.family.async_msg_queue.empty():
            message = self.family.async_msg_queue.get()
            got.append((message["name"], message["msg"]))
        return got

    def expect(self, *expected, seconds=20):
        """Wait for these messages. They must come in this order, and no other
        message may come.

        Each of @expected is a name and a dict. The message that comes may have
        more attributes than the dict. Returns the attributes of the messages.
        """
        got = []

        def enough():
            got.extend(self.read())
            return len(got) >= len(expected)

        names = [name for name, _ in expected]
        try:
            ksft.wait_for(f"the messages {names}", enough, seconds)
        except ksft.Fail as error:
            raise ksft.Fail(f"{error}; these came: {got}") from None
        ksft.equal([name for name, _ in got], names, f"messages {got}")
        for (name, message), (_, wanted) in zip(got, expected):
            ksft.equal({key: message.get(key) for key in wanted}, wanted,
                       f"{name} {message}")
        return [message for _, message in got]

    def close(self):
        self.family.sock.close()


# ---- asked with fewer privileges

def nobody():
    """Become the user nobody, without groups and capabilities."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def own_user_namespace():
    """Move to a new user namespace. The process then has all capabilities, but
    only for this namespace.
    """
    os.unshare(os.CLONE_NEWUSER)


def root_of_its_own():
    """Become root of a new user namespace, in a new network namespace that
    belongs to the user namespace.
    """
    own_user_namespace()
    with open("/proc/self/uid_map", "w", encoding="ascii") as f:
        f.write("0 0 1")
    os.unshare(os.CLONE_NEWNET)


def answer_in(become, ns, ask):
    """Call ask() in a child process, and return its result. The child first
    enters the namespace @ns, and then gives up privileges by become(). JSON
    must be able to carry the result.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        # The child must not go on with the cases of its parent
        try:
            os.setns(ns.fd, os.CLONE_NEWNET)
            become()
            os.write(writer, json.dumps(ask()).encode())
        except Exception:
            ksft.note(traceback.format_exc())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    ksft.check(text, f"{become.__name__}: the child failed, see above")
    return json.loads(text)


def asked_by(become, ns, ask):
    """Does what answer_in() does, for a function @ask that gets a Family."""
    # The user nobody may be unable to read the spec in the checkout, so the
    # child reads a copy
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        spec = shutil.copy(find_spec(), place)
        return answer_in(become, ns, lambda: ask(Family(spec=spec)))


# ---- a dump, message by message

Message = namedtuple("Message", "flags attributes")


class RawDump:
    """A dump that the test reads as slowly as it wants.

    When the test reads a buffer, the kernel fills the next buffer at once. So
    the kernel is always one buffer ahead of the test. Iterating gives a Message
    for each object. The attributes of a Message are {name: bytes}. When the
    loop has ended, self.interrupted and self.error say how the dump ended.
    """

    # The kernel makes each new buffer as large as the largest buffer that the
    # program has offered to recv() so far
    SIZE = 4096

    def __init__(self, ns, family, operation, attributes=b""):
        spec = family.family
        operation = spec.ops[operation]
        self.names = {attr.value: name for name, attr in
                      spec.attr_sets[operation.attr_set.name].items()}
        self.interrupted = False
        self.error = None
        self.sock = ns.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                              NETLINK_GENERIC)
        self.sock.settimeout(ksft.patience(60))
        body = struct.pack("=BBH", operation.req_value, 1, 0) + attributes
        self.sock.send(struct.pack(
            "=IHHII", 16 + len(body), spec.nlproto.family_id,
            NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body)

    def attributes(self, data):
        return {self.names[number & 0x3fff]: value
                for number, value in attributes_of(data)}

    def buffer(self):
        """The messages of one buffer; nothing if the dump has ended."""
        if self.error is not None:
            return
        for kind, flags, message in messages(self.sock.recv(self.SIZE)):
            self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                self.error = -struct.unpack_from("=i", message, 16)[0]
                self.sock.close()
                return
            yield Message(flags, self.attributes(message[20:]))

    def __iter__(self):
        while self.error is None:
            yield from self.buffer()
