# SPDX-License-Identifier: GPL-2.0
"""The module's tracepoints, in a tracefs instance of the test.

    trace = Trace(["ov2_tx_record"]); defer(trace.close)
    ... traffic ...
    for event in trace.read():          # everything since the last read()
        event.name, event.fields["header"], event.text
    trace.wait("ov2_rx_record", 3)      # read until 3 of these have come

Fields are text, as printed (key=value). number() turns 0x... and decimals into
int.
"""
import os
import re
import time
from collections import namedtuple

from . import ksft

ROOTS = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
SYSTEM = "ipsecov2"
Event = namedtuple("Event", "name fields text")
LINE = re.compile(r"^\s*(.*?)\s+([0-9.]+): (\w+): (.*)$")
FIELD = re.compile(r"(\w+)=(\S+)")


def number(text):
    return int(text, 0)


def root():
    for path in ROOTS:
        if os.path.exists(path + "/trace"):
            return path
    if os.system(f"mount -t tracefs tracefs {ROOTS[0]} 2>/dev/null") == 0:
        return ROOTS[0]
    raise ksft.Skip("tracefs cannot be mounted")


class Trace:
    serial = 0

    def __init__(self, events=("",), system=SYSTEM, buffer_kb=8192,
                 clock="counter"):
        """events: names of tracepoints. "" stands for all tracepoints of
        @system. clock: "counter" gives each event a number, by which the kernel
        sorts the events of all CPUs. Other clocks tell times. But they may
        differ between CPUs, and in user-mode Linux many events have the same
        time.
        """
        Trace.serial += 1
        self.dir = f"{root()}/instances/ov2-{os.getpid()}-{Trace.serial}"
        os.mkdir(self.dir)
        self.left = b""
        try:
            self.write("buffer_size_kb", buffer_kb)
            # This comes before trace_pipe is opened, because the pipe prints
            # times in the format of the clock that is set at this moment
            self.write("trace_clock", clock)
            for name in events:
                where = f"events/{system}/{name}/enable".replace("//", "/")
                if not os.path.exists(f"{self.dir}/{where}"):
                    raise ksft.Fail(f"no tracepoint {system}:{name or '*'}")
                self.write(where, 1)
            self.pipe = os.open(self.dir + "/trace_pipe",
                                os.O_RDONLY | os.O_NONBLOCK)
        except BaseException:
            os.rmdir(self.dir)
            raise

    def write(self, name, value):
        with open(f"{self.dir}/{name}", "w", encoding="ascii") as f:
            f.write(str(value))

    def read(self):
        """Return the events in the order in which they occurred. Fail if the
        buffer was full and events were lost.
        """
        while True:
            try:
                data = os.read(self.pipe, 1 << 16)
            except BlockingIOError:
                break
            if not data:
                break
            self.left += data
        *lines, self.left = self.left.split(b"\n")
        events = []
        for line in lines:
            text = line.decode(errors="replace")
            if "LOST" in text:
                raise ksft.Fail(f"the trace buffer overran: {text}")
            match = LINE.match(text)
            if match:
                name, rest = match.group(3), match.group(4)
                events.append(Event(name, dict(FIELD.findall(rest)), text))
        return events

    def wait(self, name, count, seconds=5):
        """Read until there are @count events of a name; return all events that
        were read, of this name or another.
        """
        got = []
        seconds = ksft.patience(seconds)
        end = time.monotonic() + seconds
        while sum(e.name == name for e in got) < count:
            got += self.read()
            if time.monotonic() > end:
                seen = "\n".join(e.text for e in got[-20:])
                raise ksft.Fail(f"fewer than {count} events {name}:\n{seen}")
            time.sleep(0.005)
        return got

    def close(self):
        """End the tracing; a second call does nothing."""
        if self.pipe is not None:
            os.close(self.pipe)
            os.rmdir(self.dir)
            self.pipe = None
