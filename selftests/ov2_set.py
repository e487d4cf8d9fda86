#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ov2 set` changes the sizes of a card, or says in a sentence why it cannot.

netlink_set.py tests what the module does. This test compares `ov2 set` with
what `ov2 show`, ethtool and the family show afterwards.
"""
import json
import os

from lib import ksft, module, ov2, ynl
from lib.netns import Netns
from lib.xfrmnl import ifindex

CAPACITY, RING = 4096, 512
STATE = ("xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi {spi} reqid 1"
         " mode transport aead rfc4106(gcm(aes))"
         " 0x0102030405060708090a0b0c0d0e0f1011121314 128"
         " offload dev ov0 dir out")
USE = ": `ov2 help` shows the commands"
CAPACITY_RANGE = "The capacity can be 1 to 1000000 SAs (attribute sa-capacity)"
RING_RANGE = "A ring can have 64 to 8192 frames (attribute rx-ring)"


def a_card(defer):
    ns = Netns("set")
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2", "link set ov0 up")
    return ns


def sizes(ns):
    """Capacity and ring; ov2, ethtool and the family agree about them."""
    card = ov2.ask(ns, "show", "ov0")[0]
    capacity, ring = card["sa_capacity"], card["rx_ring"]
    ksft.equal(card["hardware"]["sa_capacity"], capacity, "engine")
    text = [" ".join(line.split())
            for line in ov2.run(ns, "show", "ov0").stdout.splitlines()]
    ksft.check(f"SAs {card['sas']} of {capacity}" in text and
               f"ring {ring} frames for each receive queue" in text,
               f"ov2 show of {capacity} and {ring}: {text}")
    shown = json.loads(ns.command("ethtool", "--json", "-g", "ov0").stdout)[0]
    ksft.equal(shown["rx"], ring, "ethtool -g")
    family = ynl.Family(ns)
    shown = family.card_get({"ifindex": ifindex(ns, "ov0")})
    family.close()
    ksft.equal((shown["sa-capacity"], shown["rx-ring"]), (capacity, ring),
               "the family")
    return capacity, ring


# ---- what it does

def one_or_both(defer):
    """A change of one size does not change the other size. A success is silent.
    """
    ns = a_card(defer)
    ksft.equal(sizes(ns), (CAPACITY, RING), "a new card")
    for words, expected in (
            (("capacity", "7"), (7, RING)),
            (("ring", "100"), (7, 100)),
            (("ring", "8192", "capacity", "1000000"), (1000000, 8192)),
            (("capacity", "1", "ring", "64"), (1, 64))):
        ksft.equal(ov2.run(ns, "set", "ov0", *words).stdout, "", f"{words}")
        ksft.equal(sizes(ns), expected, f"after {words}")


def as_json(defer):
    """With --json, `ov2 set` shows the card as it is afterwards."""
    ns = a_card(defer)
    answer = ov2.ask(ns, "set", "ov0", "capacity", "9", "ring", "200")
    ksft.equal((answer[0]["sa_capacity"], answer[0]["rx_ring"]), (9, 200),
               "sizes")
    ksft.equal(answer, ov2.ask(ns, "show", "ov0"), "--json set and show")


def in_a_namespace(defer):
    ns = a_card(defer)
    ov2.run(None, "-n", ns.name, "set", "ov0", "capacity", "3")
    ksft.equal(sizes(ns), (3, RING), "after -n")


def features(defer):
    """A change of the capacity does not switch esp-hw-offload: ethtool -k and
    `ov2 show` agree about it.
    """
    ns = a_card(defer)
    for word in ("off", "on"):
        ns.command("ethtool", "-K", "ov0", "esp-hw-offload", word)
        ov2.run(ns, "set", "ov0", "capacity", "5" if word == "on" else "6")
        on = "esp-hw-offload: on" in ns.command("ethtool", "-k", "ov0").stdout
        card = ov2.ask(ns, "show", "ov0")[0]
        ksft.equal((on, bool(card["config"]["encr"]),
                    card["config"]["sa_capacity"]),
                   (word == "on", word == "on", 5 if word == "on" else 0),
                   f"while the offload is {word}")
    ksft.equal(sizes(ns), (5, RING), "sizes")


# ---- what it refuses

def impossible(defer):
    """ov2 says the kernel's sentence, and no size changes."""
    ns = a_card(defer)
    ns.ip(*(STATE.format(spi=spi) for spi in (1, 2)))
    for words, sentence in (
            (("capacity", "0"), CAPACITY_RANGE),
            (("capacity", "1000001"), CAPACITY_RANGE),
            (("capacity", "4294967295", "ring", "100"), CAPACITY_RANGE),
            (("ring", "63"), RING_RANGE),
            (("capacity", "5", "ring", "8193"), RING_RANGE),
            (("ring", "100", "capacity", "1"),
             "The capacity can't be less than the 2 SAs on the card (attribute"
             " sa-capacity)")):
        for option in ((), ("--json",)):
            ksft.equal(ov2.refused(ns, *option, "set", "ov0", *words,
                                   status=1), sentence, f"{words}")
        ksft.equal(sizes(ns), (CAPACITY, RING), f"after {words}")


# A library between ov2 and the kernel. CHANGE=unknown: the request asks for an
# operation that no module has. CHANGE=fixed: the module's refusal has another
# errno, as if the engine could not change its capacity.
BETWEEN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

static int change(const char *what)
{
	const char *word = getenv("CHANGE");

	return word && !strcmp(word, what);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
			  size_t size)
{
	ssize_t (*real)(const struct mnl_socket *nl, const void *, size_t) =
		dlsym(RTLD_NEXT, "mnl_socket_sendto");
	const struct nlmsghdr *nlh = buf;
	struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != GENL_ID_CTRL && change("unknown"))
		header->cmd = 250;
	return real(nl, buf, size);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) =
		dlsym(RTLD_NEXT, "recvmsg");
	ssize_t length = real(fd, message, flags);
	struct nlmsghdr *nlh = message->msg_iov->iov_base;
	struct nlmsgerr *answer = mnl_nlmsg_get_payload(nlh);

	if (length > 0 && nlh->nlmsg_type == NLMSG_ERROR && answer->error &&
	    change("fixed"))
		answer->error = -EOPNOTSUPP;
	return length;
}
"""


def not_supported(defer):
    """A request that the module does not know gets another sentence than a
    request that the module refuses, even if both have the same errno.
    """
    ns = a_card(defer)
    between = ov2.library(defer, BETWEEN)
    for change, sentence in (
            ("none", CAPACITY_RANGE), ("fixed", CAPACITY_RANGE),
            ("unknown", "the module that is loaded does not know this request:"
             " `ov2 version` shows whether it is older than this ov2")):
        ksft.equal(ov2.refused(
            ns, "set", "ov0", "capacity", "0", status=1,
            env={"LD_PRELOAD": between, "CHANGE": change}), sentence, change)


def wrong_card(defer):
    ns = a_card(defer)
    ksft.equal(ov2.refused(ns, "set", "nothing", "ring", "100", status=1),
               "there is no interface 'nothing' here: `ov2 show` lists the"
               " cards, and -n NETNS looks into another network namespace",
               "no interface")
    ksft.equal(ov2.refused(ns, "set", "lo", "ring", "100", status=1),
               "the interface 'lo' is not of type ipsecov2: `ov2 show` lists"
               " the cards",
               "another kind")


USES = (
    ((), "set needs a card, and capacity N or ring N"),
    (("ov0",), "set needs capacity N or ring N behind the card"),
    (("ov0", "capacity"), "capacity needs a number behind it"),
    (("ov0", "capacity", "5", "ring"), "ring needs a number behind it"),
    (("ov0", "ring", "many"), "'many' is not a number for ring, such as 1024"),
    (("ov0", "ring", "-5"), "there is no option -5"),
    (("ov0", "capacity", "0x10"),
     "'0x10' is not a number for capacity, such as 1024"),
    (("ov0", "capacity", "4294967296"),
     "'4294967296' is not a number for capacity, such as 1024"),
    (("ov0", "ring", "100", "ring", "200"), "ring is there twice"),
    (("ov0", "mtu", "1500"), "'mtu' is neither capacity nor ring"),
)


def wrong_use(defer):
    ns = a_card(defer)
    for words, sentence in USES:
        ksft.equal(ov2.refused(ns, "set", *words, status=2), sentence + USE,
                   f"{words}")
    ksft.equal(sizes(ns), (CAPACITY, RING), "sizes")


def unprivileged(defer):
    ns = a_card(defer)
    nobody = ov2.as_nobody(defer)
    ksft.equal(ov2.refused(ns, "set", "ov0", "ring", "100", status=1,
                           **nobody),
               "Operation not permitted: this needs root, or CAP_NET_ADMIN in"
               " the network namespace: use sudo", "set as nobody")
    ksft.equal(sizes(ns), (CAPACITY, RING), "sizes")


def no_module(defer):
    module.remove()
    defer(module.load)
    sentence = ov2.refused(None, "set", "ov0", "ring", "100", status=3)
    ksft.check(sentence.startswith("the module ipsecov2 is not loaded:"),
               sentence)
    ksft.check(not module.loaded(), "ov2 loaded the module")


# ---- completion

def completion(defer):
    """What bash offers behind `ov2 set`."""
    ns = a_card(defer)
    script = os.path.join(os.path.dirname(ov2.find()), "ov2.bash")
    if not os.path.exists(script):
        raise ksft.Skip("ov2 was installed without its source")
    for line, expected in (("ov2 set ", {"ov0"}),
                           ("ov2 set ov0 ", {"capacity", "ring"}),
                           ("ov2 set ov0 r", {"ring"}),
                           ("ov2 set ov0 ring ", set()),
                           ("ov2 set ov0 ring 100 c", {"capacity"})):
        ksft.equal(ov2.completed(ns, script, line), expected, line)


if __name__ == "__main__":
    SOME = ksft.chosen([
        one_or_both, as_json, in_a_namespace, features, impossible,
        not_supported, wrong_card, wrong_use, unprivileged, no_module,
        completion])
    module.load()
    ov2.need()
    ynl.need()
    ksft.run(SOME)
