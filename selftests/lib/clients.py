# SPDX-License-Identifier: GPL-2.0
"""A bed whose inner addresses belong to clients behind its ends.

    client a -- veth -- a = ov0 .. the wire .. ov3 = b -- veth -- client b
    198.51.100.1                                          203.0.113.1
    2001:db8:a::1                                         2001:db8:b::1

The ends forward; in tunnel mode they protect the packets that they forward.
"""
from . import ksft
from .bed import INNER, OTHER, Bed
from .netns import IpError, Netns

GATE = {"a": {4: "198.51.100.254", 6: "2001:db8:a::fe"},
        "b": {4: "203.0.113.254", 6: "2001:db8:b::fe"}}
PLEN = {4: (24, 32), 6: (64, 128)}


class ClientBed(Bed):
    def __init__(self, mtu=1500):
        self.clients = {}
        super().__init__(mtu)

    def host(self, side):
        return self.clients[side]

    def configure(self, side, mtu):
        super().configure(side, mtu)
        self.clients[side] = client = Netns(f"c{side}")
        ns, card, target = self.ns(side), self.ns(side).card, OTHER[side]
        try:
            ns.ip("link add in0 type veth peer name eth0 "
                  f"netns {client.name}")
        except IpError as error:
            raise ksft.Skip(f"no veth in this kernel: {error}") from None
        near = ["link set eth0 up"]
        gate = ["link set in0 up"]
        for fam, (net, single) in PLEN.items():
            inner, far = INNER[side][fam], INNER[target][fam]
            nodad = " nodad" if fam == 6 else ""
            gate += [f"addr del {inner}/{single} dev lo",
                     f"addr add {GATE[side][fam]}/{net} dev in0{nodad}",
                     f"route replace {far} dev {card}"]
            near += [f"addr add {inner}/{net} dev eth0{nodad}",
                     f"route add default via {GATE[side][fam]}"]
        ns.ip(*gate)
        client.ip(*near)
        ns.sysctl("net.ipv4.ip_forward", 1)
        ns.sysctl("net.ipv6.conf.all.forwarding", 1)

    def install(self, *args, **kwargs):
        """Install SAs. Before that, give the clients new default routes, so
        that they forget the path MTU that they learned with the old SAs.
        """
        for side, client in self.clients.items():
            client.ip(*(f"route {verb} default via {gate}"
                        for gate in GATE[side].values()
                        for verb in ("del", "add")))
        return super().install(*args, **kwargs)

    def policy_lines(self, shape, side, packet=False):
        """Add FWD policies. They stay in software, even in packet mode."""
        lines = super().policy_lines(shape, side, packet)
        lines += [line.replace("dir in", "dir fwd").split(" offload ")[0]
                  for line in lines if "dir in" in line]
        return lines

    def delete(self):
        for client in self.clients.values():
            client.delete()
        super().delete()
