# SPDX-License-Identifier: GPL-2.0
"""One measurement of a row, on a bed that has the link and the MTU of the row."""
import aead
import iperf3
from clock import clocked
from lib.algs import ALGS
from lib.bed import Shape

# Modules to load before the first measurement. On a usual Debian, udev loads the first two if the
# CPU has instructions for AES and GHASH; in the test bed udev has no rule that loads modules
CIPHERS = ("aesni_intel", "ghash_clmulni_intel", "veth", "esp4", "esp6",
           "esp4_offload", "esp6_offload")


def traffic(bed, test, address):
    """Returns nanoseconds, idle nanoseconds, and segments or packets."""
    kind, size = test.traffic
    if kind == "iperf3":
        return iperf3.udp(bed, address, size, test.count)
    took, idle = clocked(kind, bed.a.name, bed.b.name, address, str(size),
                         str(test.warm), str(test.count))
    return took, idle, test.count / (test.unit or 1)


def measure(bed, row):
    """Returns nanoseconds, idle nanoseconds (None if not known), and segments or packets."""
    if not bed:
        return aead.alone(row.test)
    shape = Shape.named(row.test.shape)
    if row.way.how is not None:
        pair = bed.install(shape, alg=ALGS[row.test.alg],
                           offload="ab" if row.way.how else "",
                           how=row.way.how)
        bed.check_offload_lines(pair)
    got = traffic(bed, row.test, bed.address("b", shape))
    if row.way.how is not None:
        bed.check_protected(row.way.how)
        bed.remove()
    return got
