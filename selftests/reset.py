#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""`ethtool --reset` starts the engine again, and its SAs go on working.
"""
from lib import ksft, module
from lib.bed import CARD, Shape, shared
from lib.flood import Flood
from lib.trace import Trace, number
from lib.traffic import Traffic

ROUNDS = 10


def ethtool_reset(bed, side, word, **options):
    return bed.ns(side).command("ethtool", "--reset", CARD[side], word,
                                **options)


def bed_with_pair(defer, shape, esn):
    bed, shape = shared(), Shape.named(shape)
    defer(bed.remove)
    return bed, shape, bed.install(shape, esn=esn)


def goes_on(defer, shape, esn):
    """After each of many resets the same SAs protect all traffic."""
    bed, shape, pair = bed_with_pair(defer, shape, esn)
    before = {side: bed.ns(side).ip_output("xfrm state count")
              for side in "ab"}
    records = Trace(["ov2_rx_record"])
    defer(records.close)
    bed.mark()
    with Flood(bed, shape) as flood:
        for _ in range(ROUNDS):
            for side in "ab":
                flood.wait_flow("ab")
                ethtool_reset(bed, side, "offload")
        flood.wait_flow("ab", 50)
    for side in "ab":
        ksft.equal(bed.ns(side).ip_output("xfrm state count"), before[side],
                   f"states of {side}")
        moved = bed.delta(side)
        ksft.equal((moved["ipsec_sa_add"], moved["ipsec_sa_delete"]), (0, 0),
                   f"SAs that came and went at {side}")
        ksft.note(f"{side}: {moved['ipsec_tx_pkts']} sent, dropped "
                  f"{moved['ipsec_tx_drop_reset']} in the engine and "
                  f"{moved['ipsec_tx_drop_paused']} in front of it")
        ksft.equal(sum(v for k, v in moved.items() if "drop" in k),
                   moved["ipsec_tx_drop_reset"] +
                   moved["ipsec_tx_drop_paused"], f"drops of {side}")
    bed.check_offload_lines(pair)
    check_order(records)


def check_order(records):
    """Frames of every SA are received in the order of their numbers."""
    last = {}
    for event in records.read():
        if event.fields["dev"] not in CARD.values() or \
                event.fields["verdict"] != "success":
            continue
        key = event.fields["dev"], event.fields["spi"]
        seq = number(event.fields["seq"])
        ksft.check(seq > last.get(key, 0),
                   f"{key}: {seq} after {last.get(key)}")
        last[key] = seq
    ksft.equal(len(last), 2, "SAs that received")


def nonces_stay_unique(defer):
    """No IV of an SA comes again after a reset."""
    bed, shape, pair = bed_with_pair(defer, "ipv4-transport", True)
    talk = Traffic(bed, shape)
    defer(talk.close)
    bed.mark()
    for _ in range(ROUNDS):
        talk.udp("a", range(1, 20))
        talk.udp("b", range(1, 20))
        ethtool_reset(bed, "a", "offload")
        ethtool_reset(bed, "b", "offload")
    wire = talk.settle(pair)
    for side in "ab":
        ivs = [frame.esp[8:16] for frame in wire.frames[side]]
        ksft.equal(len(ivs), 19 * ROUNDS, f"frames of {side}")
        ksft.equal(len(set(ivs)), len(ivs), f"different IVs of {side}")


def what_is_reset(defer):
    """`ethtool --reset all` resets the engine. A card refuses to reset other
    parts alone.
    """
    bed, shape, pair = bed_with_pair(defer, "ipv6-tunnel", False)
    out = ethtool_reset(bed, "a", "all").stdout
    ksft.check("Components reset:     0x10\n" in out, out)
    for word in ("phy", "mac"):
        done = ethtool_reset(bed, "a", word, check=False)
        ksft.check(done.returncode, f"ethtool --reset {word} did not fail")
    talk = Traffic(bed, shape)
    defer(talk.close)
    bed.mark()
    talk.echo("a", [56])
    talk.settle(pair)


def while_down(defer):
    """A card that is down stays down, and works when it is up again."""
    bed, shape, _ = bed_with_pair(defer, "ipv4-transport", False)
    ns = bed.ns("w")
    ns.ip("link set ov1 down")
    ns.command("ethtool", "--reset", "ov1", "offload")
    ksft.check("state DOWN" in ns.ip_output("link show dev ov1"),
               "ov1 is not down")
    ns.ip("link set ov1 up")
    bed.wait_ready()
    with Flood(bed, shape) as flood:
        flood.wait_flow("ab")


def goes_on_transport(defer):
    goes_on(defer, "ipv4-transport", False)


def goes_on_tunnel_esn(defer):
    goes_on(defer, "ipv6-tunnel", True)


CASES = (goes_on_transport, goes_on_tunnel_esn, nonces_stay_unique,
         what_is_reset, while_down)

if __name__ == "__main__":
    some = ksft.chosen(CASES)
    module.load()
    ksft.run(some)
