#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""After MOBIKE has moved a tunnel to other addresses, the tunnel works on a
card as soon as there are new states.

XFRM_MSG_MIGRATE changes the policy in place without telling the card. From then
on the card must use the policy's new addresses, and not the old addresses.
"""
from lib import esp, ksft, xfrmnl
from lib.algs import ALGS
from lib.bed import CARD, MAC, OUTER, Bed, Sa
from lib.spd import PROTECT, Talker, host, run_on_card

UDP = esp.UDP
# The addresses to which side a moves
MOVED = {4: "192.0.2.11", 6: "2001:db8::11"}
NO_SA, TEMPLATE = "ipsec_tx_drop_no_sa", "ipsec_rx_drop_template"


class Tunnel:
    """One end of a tunnel from a to b: the end at @side. self.old and self.new
    are the tunnel's addresses before and after a migration.
    """

    def __init__(self, card, side, how="packet"):
        self.card, self.side, self.how = card, side, how
        self.ns = card.bed.ns(side)
        self.link = xfrmnl.Xfrm(self.ns)
        fam = card.fam
        self.old = OUTER["a"][fam], OUTER["b"][fam]
        self.new = MOVED[fam], OUTER["b"][fam]
        plen = 24 if fam == 4 else 64
        nodad = "" if fam == 4 else " nodad"
        card.bed.a.ip(f"addr replace {MOVED[fam]}/{plen} dev {CARD['a']}"
                      f"{nodad}")
        card.bed.b.ip(f"neigh replace {MOVED[fam]} lladdr {MAC['a']} dev "
                      f"{CARD['b']} nud permanent")
        self.direction = "out" if side == "a" else "in"
        self.packet = card.packet(1, 1, UDP, 9, 9)

    def selector(self):
        return xfrmnl.selector(*(host(side, self.card.fam, 1)
                                 for side in "ab"))

    def migrate(self, **words):
        direction = {"out": xfrmnl.POLICY_OUT, "in": xfrmnl.POLICY_IN}
        return self.link.migrate(direction[self.direction], self.selector(),
                                 self.old, self.new, **words)

    def state(self, ends):
        """Delete all states, and add a state between @ends, with new keys and
        numbers.
        """
        self.ns.ip("xfrm state flush")
        card = self.card
        sa = Sa(card.pair.shape, "a", next(card.bed.spi), ALGS["aes128-gcm"],
                128, False, how=self.how)
        sa.src, sa.dst = ends
        self.ns.ip(sa.line(self.side, True))
        card.key, card.source, card.seq = sa.oracle(), ends[0], 0
        return sa

    def fate(self):
        """The fate of a packet that only the card's policies judge. Packet
        sockets send and read the packet, so the core's policies do not see it.
        """
        if self.side == "b":
            return self.card.arrives(self.packet, sealed=True)
        fate = self.card.leaves(self.packet)
        if fate == "esp":
            sent = [frame for side, frame in self.card.bed.captured()
                    if side == "a" and frame.is_esp]
            ksft.equal((sent[0].src, sent[0].dst),
                       tuple(esp.packed(end) for end in (self.card.source,
                                                         self.old[1])),
                       "outer addresses")
        return fate

    def states(self):
        """The lines about offload in `ip xfrm state`, one for each SA."""
        return self.card.bed.offload_lines(self.side)


def moved(card, defer, side, good, bad):
    """The fate of a packet is @good with a state that has the addresses of the
    policy, and @bad with a state of other addresses.
    """
    tunnel = Tunnel(card, side)
    card.policy(side, tunnel.direction, card.pair_selector(), PROTECT)
    for ends, fate in ((tunnel.new, bad), (tunnel.old, good)):
        tunnel.state(ends)
        ksft.equal(tunnel.fate(), fate, f"before, state from {ends[0]}")
    ksft.equal(tunnel.migrate(), (0, ""), "migration")
    # The core has replaced the state by a state in software
    ksft.equal(tunnel.states(), [], "offloaded states")
    ksft.check(f"src {tunnel.new[0]} dst {tunnel.new[1]}" in
               tunnel.ns.ip_output("xfrm state"), "no state has moved")
    for ends, fate in ((tunnel.old, bad), (tunnel.new, good),
                       (tunnel.old, bad)):
        tunnel.state(ends)
        ksft.equal(tunnel.fate(), fate, f"state from {ends[0]}")
    # Migrate back to the first addresses
    tunnel.old, tunnel.new = tunnel.new, tunnel.old
    ksft.equal(tunnel.migrate(), (0, ""), "migration back")
    for ends, fate in ((tunnel.old, bad), (tunnel.new, good)):
        tunnel.state(ends)
        ksft.equal(tunnel.fate(), fate, f"back, state from {ends[0]}")


def moved_out(card, defer):
    """The card protects as the migrated policy says."""
    moved(card, defer, "a", "esp", NO_SA)


def moved_in(card, defer):
    """The card accepts packets as the migrated policy says."""
    moved(card, defer, "b", "passes", TEMPLATE)


def by_socket(card, defer):
    """After a migration, the core and the card let nothing pass until there is
    a new state.
    """
    tunnel = Tunnel(card, "a")
    card.policy("a", "out", card.pair_selector(), PROTECT)
    tunnel.state(tunnel.old)
    talker = Talker(card, defer)
    ksft.equal(talker.fate(), "esp", "before")
    ksft.equal(tunnel.migrate(), (0, ""), "migration")
    ksft.equal(talker.fate(), "XfrmOutNoStates", "after")
    tunnel.state(tunnel.new)
    ksft.equal(talker.fate(), "esp", "with a new state")


def in_crypto_mode(card, defer):
    """After a migration, a tunnel in crypto mode goes on in software."""
    tunnel = Tunnel(card, "a", "crypto")
    card.policy("a", "out", card.pair_selector(), PROTECT, offload=False)
    tunnel.state(tunnel.old)
    talker = Talker(card, defer)
    ksft.equal(talker.fate(), "esp", "before")
    ksft.equal(len(tunnel.states()), 1, "offloaded states")
    ksft.equal(tunnel.migrate(), (0, ""), "migration")
    ksft.equal(tunnel.states(), [], "offloaded states")
    ksft.equal(talker.fate(), "esp", "after")
    ksft.equal(card.bed.delta("a")["ipsec_tx_pkts"], 0, "frames of the card")


def kept(card, defer, mode, message):
    """If a migration asks the kernel to keep the offload, the kernel keeps the
    offload. A kernel that refuses or ignores this wish is an expected failure.

    @message is "policy" to migrate the policy with its state
    (XFRM_MSG_MIGRATE), or "state" to migrate the state alone
    (XFRM_MSG_MIGRATE_STATE).
    """
    tunnel = Tunnel(card, "a", mode)
    card.policy("a", "out", card.pair_selector(), PROTECT,
                offload=mode == "packet")
    sa = tunnel.state(tunnel.old)
    index = xfrmnl.ifindex(tunnel.ns, CARD["a"])
    if message == "policy":
        answer = tunnel.migrate(offload=(
            index, xfrmnl.PACKET if mode == "packet" else 0))
    else:
        answer = tunnel.link.migrate_state(
            sa.spi, sa.dst, xfrmnl.selector(*tunnel.new, prefix=0),
            tunnel.new)
        if answer.errno == 22 and not answer.text:
            raise ksft.Skip("this kernel cannot migrate a single state")
    if answer.errno:
        ksft.equal(answer.text, "Type doesn't support offload", "sentence")
        ksft.equal(len(tunnel.states()), 1, "offloaded states")
        ksft.equal(Talker(card, defer).fate(), "esp", "with the old state")
        raise ksft.XFail("xfrm_state_migrate_create() does not call "
                         "xfrm_set_type_offload()")
    if not tunnel.states():
        raise ksft.XFail("the core ignores XFRMA_OFFLOAD_DEV of a migration")
    card.source = tunnel.new[0]
    ksft.equal(Talker(card, defer).fate(), "esp", "with the new state")


def keeps_crypto(card, defer):
    kept(card, defer, "crypto", "policy")


def keeps_packet(card, defer):
    kept(card, defer, "packet", "policy")


def keeps_state(card, defer):
    kept(card, defer, "crypto", "state")


CASES = (moved_out, moved_in, by_socket, in_crypto_mode, keeps_crypto,
         keeps_packet, keeps_state)


def main():
    run_on_card(CASES, Bed, ())


if __name__ == "__main__":
    main()
