#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""strongSwan negotiates, the cards encrypt: each case with hw_offload = no,
crypto, packet and auto, and with one end that does not offload.

A case passes when daemon, kernel, cards and wire tell the same: the CHILD_SA
is installed; `ip xfrm state` has its SPIs, with the offload that was asked
for; the cards counted every ESP frame, or none; on the wire is ESP only, and
nothing was lost. With "no" the cards do nothing, and all else is the same.

    strongswan.py [WORD...]     only cases whose name has all these words
"""
import errno
import sys

from lib import ksft, module, swan
from lib.bed import CARD, OTHER
from lib.ksft import wait_for
from lib.swanbed import Link, NatBed, SwanBed
from lib.traffic import Traffic

LINKS = [
    Link(4, "transport", 4, "psk", False),
    Link(6, "transport", 6, "cert", True),
    Link(4, "tunnel", 4, "cert", True),
    Link(6, "tunnel", 6, "psk", False),
]
HOST, NETS = LINKS[0], LINKS[2]
# (of a, of b)
MODES = [("no", "no"), ("crypto", "crypto"), ("packet", "packet"),
         ("auto", "auto"), ("crypto", "no"), ("no", "crypto"),
         ("packet", "no"), ("no", "packet")]
PATIENCE = 60


def refusal_of_packet(ns, card):
    """Why the card does not do packet mode, "" if it does."""
    ends = "src 192.0.2.1 dst 192.0.2.2"
    offload = f"offload packet dev {card}"
    refused = (
        ns.ip_error(f"xfrm state add {ends} proto esp spi 0x99 reqid 99 mode "
                    f"transport aead rfc4106(gcm(aes)) 0x{'5a' * 20} 128 "
                    f"sel {ends} {offload} dir out") or
        ns.ip_error(f"xfrm policy add {ends} dir out {offload} tmpl "
                    "proto esp reqid 99 mode transport"))
    ns.ip_error("xfrm state flush")
    ns.ip_error(f"xfrm policy delete {ends} dir out")
    return refused.split("\n")[0]


class Test:
    """The bed of all cases but NAT's, and what its cards can do."""

    def __init__(self):
        self.bed = None
        self.no_packet = None

    def start(self):
        self.bed = SwanBed()
        self.no_packet = refusal_of_packet(self.bed.a, CARD["a"])
        ksft.note("packet mode: " + (self.no_packet or "is there"))

    def delete(self):
        if self.bed:
            self.bed.delete()

    def check_mode(self, mode):
        if "packet" in mode and self.no_packet:
            raise ksft.Skip("no packet mode: " + self.no_packet)

    def session(self, link, mode, bed=None):
        self.check_mode(mode)
        best = "crypto" if self.no_packet else "packet"
        return Session(bed or self.bed, link, dict(zip("ab", mode)), best)


class Session:
    """A connection between the daemons, over a link."""

    def __init__(self, bed, link, asked, best):
        self.bed, self.link, self.asked = bed, link, asked
        self.charon = bed.charon
        self.frames = {}
        self.kind = {side: best if value == "auto" else value
                     for side, value in asked.items()}

    def load(self, trap=False):
        self.bed.load(self.link, self.asked, trap)

    def up(self):
        self.load()
        self.charon["a"].initiate()
        self.check_up()

    def down(self):
        """The one who asks and the one who is told forget everything."""
        for side in "ab":
            self.charon[side].unload()
        if self.charon["a"].ike_sas():
            self.charon["a"].terminate()
        self.wait_gone()

    def clean(self):
        """After a case that may have ended anyhow."""
        for side in "ab":
            charon = self.charon[side]
            if not charon.running():
                charon.start()
            charon.forget()
            self.bed.ns(side).ip("xfrm state flush")

    def wait_gone(self):
        for side in "ab":
            ns, charon = self.bed.ns(side), self.charon[side]
            wait_for(f"{side} to forget its SAs", lambda ns=ns, charon=charon:
                     not (charon.ike_sas() or swan.states(ns) or
                          swan.policies(ns)), PATIENCE, 0.02)

    def wait_states_gone(self):
        for side in "ab":
            ns = self.bed.ns(side)
            wait_for(f"{side} to delete its states", lambda ns=ns:
                     not swan.states(ns), PATIENCE, 0.02)

    # ---- daemon and kernel

    def check_up(self):
        for side in "ab":
            self.wait_child(side)
            self.check_kernel(side)

    def wait_child(self, side, other_than=None):
        """The daemon's only CHILD_SA, when the kernel holds just that."""
        def agreed():
            child = self.charon[side].child()
            held = swan.states(self.bed.ns(side))
            return (child and child["spi-in"] != other_than and
                    {s.spi for s in held} == self.spis(child) and child)

        try:
            return wait_for(f"daemon and kernel of {side} to hold one "
                            "CHILD_SA", agreed, PATIENCE, 0.02)
        except ksft.Fail as failure:
            raise ksft.Fail(
                f"{failure}\ndaemon: {self.charon[side].children()}\n"
                f"kernel: {swan.states(self.bed.ns(side))}\n"
                f"{self.charon[side].log()}") from None

    @staticmethod
    def spis(child):
        return {int(child["spi-in"], 16), int(child["spi-out"], 16)}

    def check_kernel(self, side):
        """States and policies are those of the child, offloaded as asked."""
        child, ns = self.charon[side].child(), self.bed.ns(side)
        kind, card = self.kind[side], CARD[side]
        encap = child.get("encap") == "yes"
        for held in swan.states(ns):
            way = "in" if held.spi == int(child["spi-in"], 16) else "out"
            expected = swan.State(
                held.id, held.spi, self.link.mode, self.link.esn, encap,
                None if kind == "no" else (card, way, kind))
            ksft.equal(held, expected, f"state of {side}")
        ksft.equal(child.get("esn") == "1", self.link.esn, f"ESN at {side}")
        ksft.equal(child["mode"].lower(), self.link.mode, f"mode at {side}")
        self.check_policies(swan.policies(ns), kind, card)

    def check_policies(self, held, kind, card):
        """The card has what it can look up; FWD is always the kernel's."""
        for way in ("in", "out"):
            ksft.equal(held.get(way, "none"), (card, None, "packet")
                       if kind == "packet" else None, f"{way} policy")
        ksft.equal(held.get("fwd", "none"),
                   None if self.link.mode == "tunnel" else "none",
                   "fwd policy")

    # ---- cards and wire

    def counts(self, flood):
        """Why cards and wire do not agree, None if they do."""
        for side in "ab":
            moved = self.bed.delta(side)
            for name, frames in (("ipsec_tx_pkts", flood.esp[side]),
                                 ("ipsec_rx_pkts", flood.esp[OTHER[side]])):
                wanted = 0 if self.kind[side] == "no" else frames
                if moved[name] != wanted:
                    return f"{name} of {side}: {moved[name]}, not {wanted}"
        return None

    def check_counts(self, flood):
        """Nothing was lost, and the engines did what they were to do."""
        flood.stop()
        try:
            wait_for("counters", lambda: self.counts(flood) is None, 5, 0.02)
        except ksft.Fail:
            raise ksft.Fail(f"{self.counts(flood)}\n"
                            f"{flood.account()}") from None
        for side in "ab":
            ksft.check(flood.esp[side], f"no ESP came from {side}")
            ksft.equal(flood.received[OTHER[side]], flood.sent[side],
                       f"datagrams of {side} received, of those sent")
            # A state may end between its packet's lookup and its use: then
            # the sender is told (XfrmOutStateInvalid), offload or not
            ksft.check(set(flood.refused[side]) <= {errno.EINVAL},
                       f"refused at {side}: {flood.refused[side]}")

    def check_flow(self, number=10):
        """Datagrams both ways."""
        with self.bed.flood(self.link) as flood:
            flood.wait_flow("ab", number)
            self.check_counts(flood)
        self.frames = flood.esp

    def check_daemon_counts(self):
        """What `swanctl --list-sas` counts, of the only check_flow().

        TCP would not do: software counts before the stack segments.
        """
        for side in "ab":
            child = self.charon[side].child()
            for name, sender in (("packets-out", side),
                                 ("packets-in", OTHER[side])):
                ksft.equal(int(child[name]), self.frames[sender],
                           f"{name} of {side}")

    def stream(self, there=30000, back=20000):
        """TCP, whose segments the stack may leave to be made later."""
        talk = Traffic(self.bed.talkers(self.link),
                       self.bed.shape_of(self.link))
        try:
            talk.tcp("a", there, back)
        finally:
            talk.close()


# ---- cases: of a Session, nothing loaded yet

def link_up(session):
    """Up, traffic, down."""
    session.up()
    session.check_flow(40)
    session.check_daemon_counts()
    with session.bed.flood(session.link) as flood:
        session.stream()
        flood.wait_flow("ab")
        session.check_counts(flood)
    session.down()


def rekeyed(session):
    """Both ends rekey under traffic, and nothing is lost."""
    session.up()
    with session.bed.flood(session.link) as flood:
        for side in "ab":
            flood.wait_flow("ab")
            old = {s: session.wait_child(s)["spi-in"] for s in "ab"}
            session.charon[side].rekey()
            for other in "ab":
                session.wait_child(other, old[other])
            flood.wait_flow("ab")
        session.check_up()
        session.check_counts(flood)
        for side in "ab":
            ksft.equal(len(flood.spis[side]), 3, f"SPIs used by {side}")
    session.down()


def trapped(session):
    """The first packet brings it up, again after it was ended.

    Only one end sends: two that begin at once would make an SA each.
    """
    session.load(trap=True)
    spis = set()
    with session.bed.flood(session.link, sides="a") as flood:
        for _ in range(2):
            flood.wait_flow("b")
            child = session.wait_child("a")
            ksft.check(child["spi-in"] not in spis, "still the old SA")
            spis.add(child["spi-in"])
            session.check_up()
            # A packet between the daemon's end of the SA and the kernel's
            # would ask for one too early
            flood.pause("a")
            session.charon["b"].terminate()
            session.wait_states_gone()
            flood.paused.discard("a")
        flood.wait_flow("b")
    session.down()


def deleted(session):
    """The answerer ends the CHILD_SA only; the IKE_SA makes another."""
    session.up()
    session.check_flow()
    session.charon["b"].terminate_child()
    session.wait_states_gone()
    for side in "ab":
        ksft.equal(len(session.charon[side].ike_sas()), 1, "IKE_SAs")
    session.charon["a"].initiate()
    session.check_up()
    session.check_flow()
    session.down()


def restarted(session):
    """One daemon ends in order and comes again."""
    session.up()
    session.charon["b"].stop()
    session.charon["b"].start()
    session.wait_gone()
    session.bed.load_side("b", session.link, session.asked["b"])
    session.charon["b"].initiate()
    session.check_up()
    session.check_flow()
    session.down()


def killed(session):
    """One daemon dies: the kernel goes on, and a new daemon takes over."""
    session.up()
    stale = swan.states(session.bed.b)
    session.charon["b"].kill()
    session.check_flow()
    session.charon["b"].start()
    session.bed.load_side("b", session.link, session.asked["b"])
    session.charon["b"].initiate()
    # Its kernel has the dead one's states beside its own
    session.wait_child("a", f"{stale[0].spi:08x}")
    session.bed.b.ip(*(f"xfrm state delete {s.id}" for s in stale))
    session.check_up()
    session.check_flow()
    session.down()


def by_swanctl(session):
    """Loaded, begun, listed and ended as a person would do it."""
    swanctl = session.charon["a"].swanctl
    session.bed.load_side("b", session.link, session.asked["b"])
    swanctl("--load-all", "--noprompt", connection=session.bed.connection(
        "a", session.link, session.asked["a"]))
    swanctl("--initiate", "--child", swan.CHILD)
    session.check_up()
    listed = swanctl("--list-sas")
    for word in ("ESTABLISHED", "INSTALLED", "AES_GCM_16",
                 session.link.mode.upper()):
        ksft.check(word in listed, f"no {word} in swanctl's list:\n{listed}")
    session.check_flow()
    swanctl("--terminate", "--ike", swan.NAME)
    session.wait_gone()


LIVES = ((rekeyed, HOST), (trapped, NETS), (deleted, HOST),
         (restarted, NETS), (killed, HOST))


# Decrypted by a card, ESP in UDP meets the policy of charon's own socket
# before it is taken off: a tunnel's SA is not what that policy asks for. (In
# __xfrm_policy_check() crypto offload is exempt only without any policy.) The
# policy of a socket with UDP_GRO, as newer daemons have, is not asked.
SOCKET_POLICY = ("the kernel checks decrypted ESP in UDP against the policy "
                 "of the daemon's socket (XfrmInTmplMismatch)")


def socket_policy_refuses(session):
    """Whether that is what becomes of the traffic."""
    def refusals():
        return [side for side in "ab" if session.kind[side] == "crypto" and
                session.bed.ns(side).xfrm_stat()["XfrmInTmplMismatch"]]

    with session.bed.flood(session.link) as flood:
        flood.wait("traffic, or its refusal", lambda: refusals() or
                   all(flood.received.values()))
    return refusals()


def natted(defer, test, mode):
    """A masquerading router between: ESP goes in UDP."""
    test.check_mode(mode)
    bed = NatBed()
    defer(bed.delete)
    session = test.session(Link(4, "tunnel", 4, "psk", False), mode, bed)
    session.up()
    for side in "ab":
        ksft.equal(session.charon[side].child().get("encap"), "yes",
                   f"UDP encapsulation at {side}")
    if socket_policy_refuses(session):
        raise ksft.XFail(SOCKET_POLICY)
    session.check_flow(40)
    session.down()


def cases(test):
    """[(name, function of a Defer), ...]"""
    def named(mode, *words):
        ends = mode[0] if mode[0] == mode[1] else f"a-{mode[0]}-b-{mode[1]}"
        return " ".join((ends, *words))

    def case(mode, link, function):
        def run(defer):
            session = test.session(link, mode)
            defer(session.clean)
            function(session)
        return run

    got = []
    for mode in MODES:
        same = mode[0] == mode[1]
        links = LINKS if same and mode[0] != "auto" else [NETS]
        for link in links:
            got.append((named(mode, f"ipv{link.outer}", link.mode, link.auth,
                              "esn" if link.esn else "no-esn"),
                        case(mode, link, link_up)))
        if len(links) == 1:
            continue
        for function, link in LIVES:
            got.append((named(mode, link.mode, function.__name__),
                        case(mode, link, function)))
        got.append((named(mode, "natted"), lambda defer, mode=mode:
                    natted(defer, test, mode)))
    got.append(("swanctl", case(("crypto", "crypto"), HOST, by_swanctl)))
    return got


def main():
    module.load()
    if not swan.daemon():
        ksft.skip_all("strongSwan's charon is not here (charon-systemd)")
    test = Test()
    some = [(name, run) for name, run in cases(test)
            if all(word in name.split() for word in sys.argv[1:])]
    if not some:
        sys.exit(f"no case has all of: {' '.join(sys.argv[1:])}")
    test.start()
    try:
        ksft.main(some)
    finally:
        test.delete()


if __name__ == "__main__":
    main()
