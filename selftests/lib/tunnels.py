# SPDX-License-Identifier: GPL-2.0
"""Many tunnels from side a. Each tunnel has a far end of its own on the link,
and carries packets to one host behind this far end. The far ends do not answer.
Tests read the packets on the wire.

    tunnels = Tunnels(bed, defer, 4)
    sas = tunnels.install(Shape.named("ipv4-tunnel"), "packet")
                                    # or "crypto", or "" without offload
    for sa, host in zip(sas, tunnels.hosts): ...
"""
from .algs import ALGS
from .bed import INNER, MAC, Bed, Sa

NUMBER = 16
NET = {4: "192.0.2.128/25", 6: "2001:db8::1:0/112"}
FAR = {4: "192.0.2.{}", 6: "2001:db8::1:{:x}"}
HOST = {4: "203.0.113.{}", 6: "2001:db8:b::{:x}"}
FIRST = 129


class Tunnels:
    def __init__(self, bed, defer, fam):
        """fam: the IP version, 4 or 6, of outer and inner packets."""
        self.bed, self.fam = bed, fam
        numbers = range(FIRST, FIRST + NUMBER)
        self.ends = [FAR[fam].format(n) for n in numbers]
        self.hosts = [HOST[fam].format(n) for n in numbers]
        routes = [f"{host} dev ov0" for host in self.hosts]
        bed.a.ip(*(f"route add {route} src {INNER['a'][fam]}"
                   for route in routes),
                 *(f"neigh replace {address} lladdr {MAC['b']} dev ov0 nud "
                   "permanent" for address in self.ends + self.hosts))
        defer(bed.a.ip, *(f"route del {route}" for route in routes),
              *(f"neigh del {address} dev ov0"
                for address in self.ends + self.hosts))
        defer(bed.remove)

    def install(self, shape, how):
        """Install new states and policies at side a; return a list of Sa."""
        bed = self.bed
        bed.remove()
        policy = " offload packet dev ov0" if how == "packet" else ""
        sas = []
        for end, host in zip(self.ends, self.hosts):
            sa = Sa(shape, "a", next(Bed.spi), ALGS["aes128-gcm"], 128, False,
                    how=how)
            sa.dst = end
            bed.a.ip(sa.line("a", how),
                     f"xfrm policy add src {INNER['a'][self.fam]} dst {host} "
                     f"dir out priority 10 tmpl src {sa.src} dst {end} "
                     f"proto esp reqid 1 mode tunnel{policy}")
            sas.append(sa)
        bed.mark()
        return sas
