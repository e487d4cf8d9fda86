#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What strongSwan negotiates works on cards, with hw_offload = no, crypto,
packet and auto, and with one end that does not offload.

A case passes when daemon, kernel, cards and wire agree. The CHILD_SA is
installed, and `ip xfrm state` has its SPIs, with the offload that was asked
for. The cards of offloading ends counted every ESP frame. The wire has only ESP
besides IKE, and nothing was lost. With "no" the cards count no ESP frame, and
all else is the same.
"""

from lib import ksft, module, swan
from lib.swanbed import Link, NatBed, SwanBed
from lib.swansession import Test

LINKS = [
    Link(4, "transport", 4, "psk", False),
    Link(6, "transport", 6, "cert", True),
    Link(4, "tunnel", 4, "cert", True),
    Link(6, "tunnel", 6, "psk", False),
]
HOST, NETS = LINKS[0], LINKS[2]
# strongswan_policy.py tests these in packet mode
MIXED = [
    Link(4, "tunnel", 6, "psk", True),
    Link(6, "tunnel", 4, "psk", False),
]
# hw_offload: (of a, of b)
MODES = [("no", "no"), ("crypto", "crypto"), ("packet", "packet"),
         ("auto", "auto"), ("crypto", "no"), ("no", "crypto"),
         ("packet", "no"), ("no", "packet")]


# ---- cases: each gets a Session, which has loaded nothing yet

def link_up(session):
    """The connection comes up, carries traffic, and goes down."""
    session.up()
    session.check_flow(40)
    session.check_daemon_counts()
    with session.bed.flood(session.link) as flood:
        session.stream()
        flood.wait_flow("ab")
        session.check_counts(flood)
    session.down()


def rekeyed(session):
    """Both ends rekey under traffic. Nothing is lost but what the core or the
    card has counted, because a state ended at a bad moment.
    """
    session.up()
    with session.bed.flood(session.link) as flood:
        for side in "ab":
            session.rekey(side, flood)
        session.check_up()
        session.check_counts(flood, flood.lost_with_states)
        for side in "ab":
            ksft.equal(len(flood.spis[side]), 3, f"SPIs used by {side}")
    session.down()


def trapped(session):
    """A packet brings the connection up. After the connection was ended, the
    next packet brings it up again.

    Only one end sends, because two ends that begin at once would each make an
    SA.
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
            # The daemon ends the SA before the kernel does. A packet in between
            # would ask for a new SA too early
            flood.pause("a")
            session.charon["b"].terminate()
            session.wait_states_gone()
            flood.paused.discard("a")
        flood.wait_flow("b")
    session.down()


def deleted(session):
    """The daemon that answers deletes the CHILD_SA, but keeps the IKE_SA. The
    other daemon makes another CHILD_SA with this IKE_SA.
    """
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
    """One daemon ends properly, and is started again."""
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
    # b's kernel has the states of the dead daemon beside those of the new
    # daemon
    session.wait_child("a", f"{stale[0].spi:08x}")
    session.bed.b.ip(*(f"xfrm state delete {s.id}" for s in stale))
    session.check_up()
    session.check_flow()
    session.down()


def by_swanctl(session):
    """swanctl loads, begins, lists and ends a connection, as a person would."""
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


def natted(defer, test, mode):
    """With a masquerading router between the ends, ESP goes in UDP."""
    test.check_mode(mode)
    bed = NatBed()
    defer(bed.delete)
    session = test.session(Link(4, "tunnel", 4, "psk", False), mode, bed)
    session.up()
    for side in "ab":
        ksft.equal(session.charon[side].child().get("encap"), "yes",
                   f"UDP encapsulation at {side}")
    session.check_flow(40)
    session.down()


def families(link):
    if link.inner == link.outer:
        return f"ipv{link.outer}"
    return f"{link.inner}in{link.outer}"


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
        if mode[0] in ("no", "crypto") and same:
            links = links + MIXED
        for link in links:
            got.append((named(mode, families(link), link.mode, link.auth,
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
    test = Test(SwanBed)
    some = ksft.chosen(cases(test))
    module.load()
    if not swan.daemon():
        ksft.skip_all("strongSwan's charon is not here (charon-systemd)")
    test.start()
    try:
        ksft.run(some)
    finally:
        test.delete()


if __name__ == "__main__":
    main()
