#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A policy that cannot be offloaded gets the right sentence, errno, counter and
trace event.

A refused policy fails with -EINVAL (with -ENOSPC if a table of the card is
full) and one sentence, and leaves nothing behind. A request that the core
refuses first has the core's sentence, and moves no counter of the card. An
accepted policy is counted and traced, when it comes and when a command, a timer
or the kernel deletes it.
"""
from lib import ksft, refusals, xfrmnl
from lib.bed import INNER, OUTER
from lib.rebuild import wait_carrier
from lib.refusals import EINVAL, OURS, core, ours
from lib.xfrmnl import PACKET, POLICY_FWD, POLICY_IN, POLICY_OUT, template

AH, COMP, UDP = 51, 108, 17
A, B = OUTER["a"][4], OUTER["b"][4]
A6, B6 = OUTER["a"][6], OUTER["b"][6]
TUNNEL = template(A, B, mode=xfrmnl.TUNNEL)

# No request leads to these reasons: a security context needs SELinux, and
# allocations do not fail on demand
NOT_BY_REQUEST = {"context", "no_memory"}

FWD = "Direction must be in or out, a fwd policy needs no offload"
MARK = "Mark of a policy can't be offloaded, it must be 0"
TMPLS = "Only one template can be offloaded"
PROTO = "Protocol of the template must be ESP"
MODE = "Mode of the template must be transport or tunnel"
FAMILY = "Tunnel must be of the same address family as the selector"
IF_ID = "Interface ID must be 0; an outbound bypass may have the card's index"
REQID = "Reqid of the template must not be 0 in a policy for all packets"
ADDR = "An outbound tunnel must have both its addresses"
NO_FLAGS = "Unrecognized flags in offload request"

REFUSALS = [
    ours("forward", "dir", FWD, direction=POLICY_FWD),
    ours("forward without template", "dir", FWD, direction=POLICY_FWD,
         templates=()),
    ours("mark", "mark", MARK, mark=(1, 0xff)),
    ours("mark that no packet can have", "mark", MARK, mark=(1, 0)),
    ours("if_id", "if_id", IF_ID, if_id=7),
    ours("if_id of a bypass that is not the card's index", "if_id", IF_ID,
         if_id=7, templates=()),
    ours("if_id of the card, with template", "if_id", IF_ID, if_id="ov0"),
    ours("if_id of the card, block", "if_id", IF_ID, if_id="ov0",
         templates=(), action=xfrmnl.BLOCK),
    ours("if_id of the card, in", "if_id", IF_ID, if_id="ov0", templates=(),
         direction=POLICY_IN),
    ours("device of the selector", "dev",
         "Device of the selector must be the card, or none",
         selector={"dev": 1}),
    ours("user of the selector", "user",
         "User of the selector can't be offloaded, it must be 0",
         selector={"user": 1000}),
    ours("two templates", "tmpls", TMPLS,
         templates=(template(A, B), TUNNEL)),
    ours("six templates", "tmpls", TMPLS, templates=(template(A, B),) * 6),
    ours("template of AH", "proto", PROTO,
         templates=(template(A, B, proto=AH),)),
    ours("template of IPComp", "proto", PROTO,
         templates=(template(A, B, proto=COMP),)),
    ours("template of mode BEET", "mode", MODE,
         templates=(template(A, B, mode=xfrmnl.BEET),)),
    ours("template of mode route optimization", "mode", MODE,
         templates=(template(A, B, mode=xfrmnl.ROUTEOPTIMIZATION),)),
    ours("optional template, out", "optional",
         "Level of the template must be required",
         templates=(template(A, B, optional=1),)),
    ours("optional template, in", "optional",
         "Level of the template must be required", direction=POLICY_IN,
         templates=(template(B, A, mode=xfrmnl.TUNNEL, optional=1),)),
    ours("reqid 0 for everything", "reqid", REQID, selector={"prefix": 0},
         templates=(template(A, B, reqid=0),)),
    ours("reqid 0 for everything, in", "reqid", REQID, direction=POLICY_IN,
         ends=(B6, A6), selector={"prefix": 0},
         templates=(template(B6, A6, reqid=0),)),
    ours("4in6 tunnel", "family", FAMILY,
         templates=(template(A6, B6, mode=xfrmnl.TUNNEL),)),
    ours("6in4 tunnel, in", "family", FAMILY, direction=POLICY_IN,
         ends=(INNER["b"][6], INNER["a"][6]),
         templates=(template(B, A, mode=xfrmnl.TUNNEL),)),
    ours("tunnel from any address", "addr", ADDR,
         templates=(template("0.0.0.0", B, mode=xfrmnl.TUNNEL),)),
    ours("tunnel to any address", "addr", ADDR, ends=(A6, B6),
         templates=(template(A6, "::", mode=xfrmnl.TUNNEL),)),

    core("crypto mode", NO_FLAGS, offload_flags=0),
    core("flag of a state", NO_FLAGS, offload_flags=PACKET | xfrmnl.INBOUND),
    core("transport template of another family",
         "Mode in template doesn't support a family change",
         templates=(template(A6, B6),)),
    core("optional tunnel, out",
         "Mode in optional template not allowed in outbound policy",
         templates=(template(A, B, mode=xfrmnl.TUNNEL, optional=1),)),
    core("template of UDP", "Invalid XFRM protocol in template",
         templates=(template(A, B, proto=UDP),)),
    core("prefix of 33 bits",
         "Invalid prefix length in selector (must be <= 32 for IPv4)",
         selector={"prefix": 33}),
    core("a direction that does not exist", "Invalid policy direction",
         direction=3),
    core("an action that does not exist", "Invalid policy action", action=2),
]
FULL = "Too many policies, prefix lengths, or policies with equal addresses"
PAIRS, SAME = 64, 128           # OV2_SPD_PAIRS, OV2_SPD_SAME
SUB = ours("sub-policy", "type",
           "Sub-policies can't be offloaded, type must be main",
           type=xfrmnl.SUB)

# (name, what the policy does, request). The requests are accepted, though they
# differ little from refused requests. The trace shows a trap as "protect" with
# reqid 0
ACCEPTED = [
    ("transport mode", "protect", {}),
    ("transport mode, in", "protect", {"direction": POLICY_IN}),
    ("tunnel mode", "protect", {"templates": (TUNNEL,)}),
    ("tunnel mode over IPv6", "protect",
     {"ends": (A6, B6),
      "templates": (template(A6, B6, mode=xfrmnl.TUNNEL),)}),
    ("tunnel from any address, in", "protect",
     {"direction": POLICY_IN,
      "templates": (template("0.0.0.0", A, mode=xfrmnl.TUNNEL),)}),
    ("template with SPI", "protect",
     {"templates": (template(A, B, spi=0x4711),)}),
    ("bypass", "bypass", {"templates": ()}),
    ("bypass of a port, in", "bypass",
     {"templates": (), "direction": POLICY_IN,
      "selector": {"proto": UDP, "dport": (500, 0xffff), "prefix": 0}}),
    ("bypass with the card's index as if_id", "bypass",
     {"templates": (), "if_id": "ov0",
      "selector": {"proto": UDP, "dport": (500, 0xffff),
                   "sport": (500, 0xffff), "prefix": 0}}),
    ("block", "block", {"templates": (), "action": xfrmnl.BLOCK}),
    # A policy that blocks ignores its templates
    ("block with template", "block", {"action": xfrmnl.BLOCK}),
    ("block with templates that would be refused, in", "block",
     {"action": xfrmnl.BLOCK, "direction": POLICY_IN,
      "templates": (template(B, A, proto=AH),
                    template(B, A, mode=xfrmnl.TUNNEL, optional=1))}),
    ("block with reqid 0, everything", "block",
     {"action": xfrmnl.BLOCK, "selector": {"prefix": 0},
      "templates": (template(A, B, reqid=0),)}),
    ("reqid 0", "trap", {"templates": (template(A, B, reqid=0),)}),
    ("reqid 0, in", "trap", {"direction": POLICY_IN,
                             "templates": (template(B, A, reqid=0),)}),
    ("reqid 0 for all of a protocol", "trap",
     {"selector": {"proto": UDP, "prefix": 0},
      "templates": (template(A, B, reqid=0),)}),
    ("priority", "protect", {"priority": 4242}),
    ("main type", "protect", {"type": xfrmnl.MAIN}),
    ("flags icmp and localok", "protect",
     {"flags": xfrmnl.ICMP | xfrmnl.LOCALOK}),
    ("the card as device of the selector", "protect",
     {"selector": {"dev": "ov0"}}),
]


class Requests(refusals.Asked):
    WHAT, OBJECTS = "policy", ("policy",)
    EVENTS = ("ov2_policy_refuse", "ov2_policy_add", "ov2_policy_delete")
    PREFIX = "ipsec_policy_refused_"

    def add(self, direction=POLICY_OUT, ends=(A, B), selector=(),
            templates=None, offload_flags=PACKET, **asked):
        """Add a policy in transport mode, changed as the arguments say."""
        if direction == POLICY_IN and ends == (A, B):
            ends = (B, A)
        words = dict(selector)
        for some in (words, asked):
            some.update((word, self.index) for word, value in some.items()
                        if value == "ov0")
        if templates is None:
            templates = (template(*ends),)
        return self.link.add_policy(
            direction, xfrmnl.selector(*ends, **words), *templates,
            offload=(self.index, offload_flags), **asked)

    def refused(self, refusal, errno=EINVAL):
        self.mark()
        self.is_refused(refusal, self.add(**refusal.asked), errno)
        if errno == EINVAL:
            self.nothing_left()

    def sub_policy(self):
        self.mark()
        if self.add(type=xfrmnl.SUB).text == "Invalid policy type":
            raise ksft.Skip("no sub-policies in this kernel")
        self.flush()
        self.refused(SUB)

    def accepted(self, action, asked):
        self.mark()
        ksft.equal(self.add(**asked), (0, ""), "answer")
        ksft.check("dev ov0 mode packet" in
                   self.bed.a.ip_output("xfrm policy"), "not offloaded")
        ksft.equal(self.moved(), {"ipsec_policy_add": 1}, "counters")
        ksft.equal(self.ledger.count("policy"), 1, "objects")
        self.flush()
        ksft.equal(self.moved(), {"ipsec_policy_add": 1,
                                  "ipsec_policy_delete": 1}, "counters")
        self.events_pair(asked, action)
        self.nothing_left()

    def events_pair(self, asked, action):
        events = self.trace.read()
        ksft.equal([e.name for e in events],
                   ["ov2_policy_add", "ov2_policy_delete"], "events")
        ksft.equal(events[0].fields, events[1].fields, "fields")
        inbound = asked.get("direction") == POLICY_IN
        family = "ipv6" if asked.get("ends") == (A6, B6) else "ipv4"
        for key, value in {
                "dir": "in" if inbound else "out", "family": family,
                "action": "protect" if action == "trap" else action,
                "priority": str(asked.get("priority", 0)),
                "reqid": "1" if action == "protect" else "0"}.items():
            ksft.equal(events[0].fields[key], value, key)

    # ---- cases that are in no table

    def every_reason_is_tested(self):
        """Each reason of a refusal has a request above, or a case."""
        self.all_are_tested(REFUSALS,
                            NOT_BY_REQUEST | {"type", "disabled", "full"})

    def by_ip(self):
        """ip shows the sentence to the user."""
        error = self.bed.a.ip_error(
            f"xfrm policy add src {A} dst {B} dir fwd tmpl proto esp "
            "mode transport reqid 1 offload packet dev ov0")
        ksft.check(f"Error: {OURS}{FWD}." in error, error)
        self.nothing_left()

    def feature_off(self):
        refusal = ours("", "disabled", "IPsec offload of the card is off, "
                       "esp-hw-offload must be on")
        self.bed.a.command("ethtool", "-K", "ov0", "esp-hw-offload", "off")
        try:
            self.refused(refusal)
        finally:
            self.bed.a.command("ethtool", "-K", "ov0", "esp-hw-offload",
                               "on")
        self.accepted("protect", {})

    def full(self, selectors, **asked):
        """A policy beyond the limit is refused until an old policy is deleted.
        """
        self.bed.a.ip(*(f"xfrm policy add {selector} dir out offload packet "
                        "dev ov0" for selector in selectors))
        self.refused(ours("", "full", FULL, **asked), errno=28)
        ksft.equal(self.ledger.count("policy"), len(selectors), "objects")
        self.bed.a.ip(f"xfrm policy delete {selectors[0]} dir out")
        ksft.equal(self.add(**asked), (0, ""), "answer after a delete")
        self.flush()
        self.nothing_left()

    def full_of_pairs(self):
        """There are too many pairs of prefix lengths."""
        self.full([f"src 10.0.0.0/{8 + n // 8} dst 11.0.0.0/{8 + n % 8}"
                   for n in range(PAIRS)])

    def full_of_same(self):
        """If only bits behind the prefix differ, addresses are equal."""
        self.full([f"src 10.0.0.{n}/24 dst 11.0.0.0/24" for n in range(SAME)],
                  ends=("10.0.0.255", "11.0.0.1"), selector={"prefix": 24})

    def duplicate(self):
        """The core gives a policy to the card before it looks whether there is
        an equal policy already.
        """
        self.add()
        self.mark()
        ksft.equal(self.add().errno, 17, "errno")
        ksft.equal(self.moved(), {"ipsec_policy_add": 1,
                                  "ipsec_policy_delete": 1}, "counters")
        ksft.equal(self.ledger.count("policy") > 0, True, "objects")
        self.ledger.wait_count("policy", 1)
        self.flush()
        self.nothing_left()

    def replaced(self):
        """In an update the new policy is there before the old one goes."""
        self.add()
        self.mark()
        ksft.equal(self.add(update=True, action=xfrmnl.BLOCK, templates=()),
                   (0, ""), "answer")
        self.ledger.wait_count("policy", 1)
        ksft.equal([(e.name, e.fields["action"]) for e in self.trace.read()],
                   [("ov2_policy_add", "block"),
                    ("ov2_policy_delete", "protect")], "events")
        self.flush()
        self.nothing_left()

    def expires(self):
        """A timer deletes the policy at its limit."""
        self.mark()
        ksft.equal(self.add(seconds=1), (0, ""), "answer")
        self.ledger.wait_gone()
        ksft.equal(self.moved(), {"ipsec_policy_add": 1,
                                  "ipsec_policy_delete": 1}, "counters")
        self.nothing_left()

    def link_down(self):
        """The core deletes the policies, and they do not come back."""
        self.mark()
        for direction in (POLICY_IN, POLICY_OUT):
            ksft.equal(self.add(direction=direction), (0, ""), "answer")
        self.bed.a.ip("link set ov0 down")
        self.nothing_left()
        self.bed.a.ip("link set ov0 up")
        wait_carrier(self.bed.a, "ov0", True)
        self.nothing_left()


CASES = [
    *((f"refused: {r.name}", Requests.refused, r) for r in REFUSALS),
    ("refused: sub-policy", Requests.sub_policy),
    *((f"accepted: {name}", Requests.accepted, action, asked)
      for name, action, asked in ACCEPTED),
    *((case.__name__, case) for case in (
        Requests.every_reason_is_tested, Requests.by_ip, Requests.feature_off,
        Requests.full_of_pairs, Requests.full_of_same, Requests.duplicate,
        Requests.replaced, Requests.expires, Requests.link_down)),
]

if __name__ == "__main__":
    refusals.run(Requests, CASES)
