# SPDX-License-Identifier: GPL-2.0
r"""A bed (lib/bed.py) with strongSwan at both ends and nets behind them.

    ha              a                  w                   b           hb
    e0 -- veth -- h0, ov0 ==== ov1, bridge, ov2 ==== ov3, h0 -- veth -- e0
    198.51.100.1  .254, 192.0.2.1            192.0.2.2, .254  203.0.113.1
    2001:db8:a::1       2001:db8::1         2001:db8::2     2001:db8:b::1

In WideBed the ends talk to each other, and there is nobody behind them. In
NatBed the wire is a router that masquerades. Behind this router, end a has the
address 10.9.0.1. In NatBed the inner addresses belong to the gateways
themselves.

    bed = SwanBed(); defer(bed.delete)      # both daemons run
    bed.load(link, {"a": "crypto", "b": "no"})
    bed.charon["a"].initiate()
    with bed.flood(link) as flood: ...
"""
from collections import namedtuple

from . import ksft
from .bed import CARD, INNER, MAC, OTHER, OUTER, Bed, Shape
from .flood import Flood
from .netns import Netns
from .swan import CHILD, Charon, identity

NET = {"a": {4: "198.51.100.0/24", 6: "2001:db8:a::/64"},
       "b": {4: "203.0.113.0/24", 6: "2001:db8:b::/64"}}
GATE = {"a": {4: "198.51.100.254", 6: "2001:db8:a::fe"},
        "b": {4: "203.0.113.254", 6: "2001:db8:b::fe"}}
PREFIX = {4: 24, 6: 64}
BEHIND, ROUTER_IN, ROUTER_OUT = "10.9.0.1", "10.9.0.254", "192.0.2.254"

# outer and inner are families, auth is "psk" or "cert"
Link = namedtuple("Link", "outer mode inner auth esn")


class Talkers:
    """Any two hosts, as the ends of traffic. Traffic and Flood take an object
    of this class in place of a bed.
    """

    def __init__(self, bed, where, address):
        self.bed, self.where, self.at = bed, where, address
        self.delta, self.captured = bed.delta, bed.captured
        self.close_taps = bed.close_taps
        self.tap = bed.tap

    def ns(self, side):
        return self.where[side]

    host = ns

    def address(self, side, _shape):
        return self.at[side]


class DaemonBed(Bed):
    """A bed with a daemon at each end."""

    retransmit = 10                     # seconds until a request is repeated

    def make(self, mtu):
        self.charon = {}
        self.child_words = {}           # VICI's words to add to every CHILD_SA
        super().make(mtu)
        # The daemons open their own sockets for ESP in UDP
        for sock in self.encap_sockets:
            sock.close()
        self.rebuild()
        for side in "ab":
            self.charon[side] = Charon(self.ns(side), self.retransmit)
            self.charon[side].start()

    def rebuild(self):
        """Change the bed to what the daemons need."""

    def delete(self):
        for charon in self.charon.values():
            charon.delete()
        super().delete()

    def ends(self, side, fam):
        """The addresses of a daemon and of its peer."""
        return OUTER[side][fam], OUTER[OTHER[side]][fam]

    def selector(self, side, fam):
        """The traffic selector of a side in tunnel mode."""
        return NET[side][fam]

    def connection(self, side, link, offload, trap=False):
        """VICI's words for one end."""
        near, far = self.ends(side, link.outer)
        child = {"mode": link.mode, "hw_offload": offload,
                 "rekey_time": "0", "start_action": "trap" if trap else "none",
                 "esp_proposals": ["aes128gcm16-esn" if link.esn else
                                   "aes128gcm16-noesn"],
                 **self.child_words}
        if link.mode == "tunnel":
            child["local_ts"] = [self.selector(side, link.inner)]
            child["remote_ts"] = [self.selector(OTHER[side], link.inner)]
        auth = "psk" if link.auth == "psk" else "pubkey"
        return {"version": "2", "mobike": "no", "rekey_time": "0",
                "proposals": ["aes128gcm16-prfsha256-x25519"],
                "local_addrs": [near], "remote_addrs": [far],
                "local-1": {"auth": auth, "id": identity(side)},
                "remote-1": {"auth": auth, "id": identity(OTHER[side])},
                "children": {CHILD: child}}

    def load(self, link, offload, trap=False):
        for side in "ab":
            self.load_side(side, link, offload[side], trap)

    def load_side(self, side, link, offload, trap=False):
        charon = self.charon[side]
        connection = self.connection(side, link, offload, trap)
        if link.auth == "psk":
            charon.load_secret()
        else:
            charon.load_certificate(connection, side)
        charon.load(connection)

    def talkers(self, link):
        """The ends of the traffic that the SAs of the link protect."""
        where = {side: self.ns(side) for side in "ab"}
        if link.mode == "transport":
            return Talkers(self, where, {side: OUTER[side][link.outer]
                                         for side in "ab"})
        return Talkers(self, self.nets(where),
                       {side: INNER[side][link.inner] for side in "ab"})

    def nets(self, gateways):
        """The namespaces that have the inner addresses."""
        return gateways

    def flood(self, link, **arguments):
        """Return a Flood over a link; begin to count and to capture anew."""
        self.mark()
        return Flood(self.talkers(link), self.shape_of(link), **arguments)

    @staticmethod
    def shape_of(link):
        return Shape("", link.outer, link.mode, link.inner, False)


class SwanBed(DaemonBed):
    def make(self, mtu):
        self.hosts = {}
        super().make(mtu)

    def rebuild(self):
        for side in "ab":
            self.make_host(side)

    def make_host(self, side):
        gateway = self.ns(side)
        host = self.hosts[side] = Netns("h" + side)
        gateway.ip(f"link add h0 type veth peer name e0 netns {host.name}",
                   "link set h0 up")
        host.ip("link set e0 up")
        for fam, plen in PREFIX.items():
            inner, gate = INNER[side][fam], GATE[side][fam]
            nodad = " nodad" if fam == 6 else ""
            gateway.ip(
                f"addr del {inner}/{32 if fam == 4 else 128} dev lo",
                f"addr add {gate}/{plen} dev h0{nodad}",
                self.route(side, fam))
            host.ip(f"addr add {inner}/{plen} dev e0{nodad}",
                    f"route add default via {gate}")
        gateway.sysctl("net.ipv4.ip_forward", 1)
        gateway.sysctl("net.ipv6.conf.all.forwarding", 1)

    @staticmethod
    def route(side, fam):
        peer = OTHER[side]
        return (f"route replace {NET[peer][fam]} via {OUTER[peer][fam]} "
                f"dev {CARD[side]}")

    def down_and_up(self, side, meanwhile):
        """Set the card down and up, and put back what the kernel forgets."""
        ns, peer, card = self.ns(side), OTHER[side], CARD[side]
        ns.ip(f"link set {card} down")
        meanwhile()
        ns.ip(f"link set {card} up",
              f"addr replace {OUTER[side][6]}/64 dev {card} nodad",
              *(f"neigh replace {OUTER[peer][fam]} lladdr {MAC[peer]} "
                f"dev {card} nud permanent" for fam in PREFIX),
              *(self.route(side, fam) for fam in PREFIX))

    def nets(self, gateways):
        return self.hosts

    def delete(self):
        super().delete()
        for host in self.hosts.values():
            host.delete()


class WideBed(DaemonBed):
    """A bed whose policies match all packets of a card, also those of IKE."""

    retransmit = 1

    def selector(self, side, fam):
        return "0.0.0.0/0" if fam == 4 else "::/0"

    def talkers(self, link):
        return Talkers(self, {side: self.ns(side) for side in "ab"},
                       {side: OUTER[side][link.outer] for side in "ab"})


class NatBed(DaemonBed):
    RULES = ("table ip nat { chain post { type nat hook postrouting priority "
             "100; oifname \"ov2\" masquerade; }; }")

    def rebuild(self):
        self.w.ip("link del br0", f"addr add {ROUTER_IN}/24 dev ov1",
                  f"addr add {ROUTER_OUT}/24 dev ov2")
        self.w.sysctl("net.ipv4.ip_forward", 1)
        near, far = OUTER["a"][4], INNER["b"][4]
        self.a.ip(f"addr del {near}/24 dev ov0",
                  f"addr add {BEHIND}/24 dev ov0",
                  f"route add default via {ROUTER_IN}",
                  f"route replace {far} via {ROUTER_IN} src {INNER['a'][4]}")
        try:
            done = self.w.command("nft", self.RULES, check=False)
        except FileNotFoundError:
            raise ksft.Skip("there is no nft here") from None
        if done.returncode:
            raise ksft.Skip("this kernel cannot masquerade: " +
                            done.stderr.strip().split("\n")[0])

    def ends(self, side, fam):
        """The daemon outside the NAT cannot know the address of its peer."""
        return ((BEHIND, OUTER["b"][4]) if side == "a" else
                (OUTER["b"][4], "%any"))

    def selector(self, side, fam):
        return f"{INNER[side][fam]}/{32 if fam == 4 else 128}"
