# SPDX-License-Identifier: GPL-2.0
"""Network namespaces, without a new process for every command.

    ns = Netns("a")
    ns.ip("link add d0 type dummy", "link set d0 up")   # raises IpError
    text = ns.ip_error("link add d0 type dummy")        # "" if it worked
    text = ns.ip_output("xfrm state")
    sock = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with ns.entered():          # this thread is in the namespace
        ...
    ns.xfrm_stat()["XfrmInStateProtoError"]
    ethtool_stats(ns, "ov0")["ipsec_tx_pkts"]
    ns.delete()

Each Netns has one `ip -batch -` that keeps running and reads all lines for
`ip`, because the start of a process is slow in an emulated guest. Arguments
with blanks need "quotes".
"""
import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess

from . import ksft


class IpError(ksft.Fail):
    """A line that `ip` refused; the text is all that `ip` said."""


class IpBatch:
    """One `ip -batch -`, in the namespace where it is made."""

    def __init__(self):
        self.process = None
        self.mark = 0

    def start(self):
        # `ip` itself flushes most of its listings; stdbuf flushes the others
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "ip", "-force", "-batch", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0)

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process.stderr.close()
            self.process = None

    def run(self, lines):
        """Returns (stdout, stderr).

        After @lines, `ip` gets a word that it does not know. Its complaint
        about this word marks the end of the output. After some refusals `ip`
        itself exits: then its streams end, and the next call starts a new `ip`.
        """
        if not self.process:
            self.start()
        self.mark += 1
        mark = f"ov2-end-{self.mark}"
        text = "".join(line + "\n" for line in (*lines, mark))
        complaint = f'Object "{mark}" is unknown'.encode()
        streams = {self.process.stdout.fileno(): bytearray(),
                   self.process.stderr.fileno(): bytearray()}
        out = streams[self.process.stdout.fileno()]
        err = streams[self.process.stderr.fileno()]
        try:
            self.process.stdin.write(text.encode())
        except BrokenPipeError:
            pass
        poll = select.poll()
        for fd in streams:
            poll.register(fd, select.POLLIN)
        ends = 0
        while ends < 2:
            at = err.find(complaint)
            if at >= 0 and err.find(b"Command failed", at) >= 0:
                break
            ready = poll.poll(60000 * ksft.SLOW)
            if not ready:
                raise ksft.Fail(f"ip hangs in: {'; '.join(lines)}")
            for fd, _ in ready:
                data = os.read(fd, 65536)
                streams[fd] += data
                if not data:
                    poll.unregister(fd)
                    ends += 1
        if ends == 2:
            self.stop()
        else:
            err = err[:at]
            while select.select([self.process.stdout], [], [], 0)[0]:
                data = os.read(self.process.stdout.fileno(), 65536)
                if not data:
                    break
                out += data
        kept = [line for line in err.decode(errors="replace").splitlines()
                if not line.startswith("Command failed -:")]
        return out.decode(errors="replace"), "\n".join(kept).strip()


MS_BIND, MNT_DETACH = 4096, 2
libc = ctypes.CDLL(None, use_errno=True)


def mount_call(function, *args):
    if function(*args):
        raise OSError(ctypes.get_errno(), f"{function.__name__} {args}")


_home = None


def home():
    """A descriptor of the namespace of the program."""
    global _home
    if _home is None:
        _home = os.open("/proc/self/ns/net", os.O_RDONLY)
    return _home


class Netns:
    serial = 0

    def __init__(self, label):
        home()
        Netns.serial += 1
        self.name = f"ov2-{label}-{os.getpid()}-{Netns.serial}"
        self.path = f"/run/netns/{self.name}"
        self.make()
        self.fd = os.open(self.path, os.O_RDONLY)
        self.batch = IpBatch()
        self.sockets = []
        self.ip("link set lo up")

    def make(self):
        """Do what `ip netns add` does. `ip` makes only the first namespace of
        the program, because `ip` also prepares /run/netns. The others need no
        process, because the start of a process is slow in an emulated guest.
        """
        if Netns.serial == 1:
            subprocess.run(["ip", "netns", "add", self.name], check=True)
            return
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0))
        os.unshare(os.CLONE_NEWNET)
        try:
            mount_call(libc.mount, b"/proc/thread-self/ns/net",
                       self.path.encode(), None, MS_BIND, None)
        finally:
            os.setns(home(), os.CLONE_NEWNET)

    @contextlib.contextmanager
    def entered(self):
        # Do not nest entered(): at its end the thread always returns to the
        # namespace of the program
        os.setns(self.fd, os.CLONE_NEWNET)
        try:
            yield
        finally:
            os.setns(home(), os.CLONE_NEWNET)

    def _run(self, lines):
        if self.batch.process:
            return self.batch.run(lines)
        with self.entered():
            return self.batch.run(lines)

    def ip(self, *lines):
        _, error = self._run(lines)
        if error:
            raise IpError(f"ip {'; '.join(lines)}: {error}")

    def ip_error(self, line):
        return self._run([line])[1]

    def ip_output(self, line):
        out, error = self._run([line])
        if error:
            raise IpError(f"ip {line}: {error}")
        return out

    def command(self, *argv, check=True):
        """Run a program in the namespace."""
        with self.entered():
            done = subprocess.run(argv, capture_output=True, text=True)
        if check and done.returncode:
            raise ksft.Fail(f"{' '.join(argv)}: {done.stderr.strip()}")
        return done

    def socket(self, *args):
        """A socket of this namespace, closed when the namespace is deleted."""
        with self.entered():
            sock = socket.socket(*args)
        self.sockets.append(sock)
        return sock

    def sysctl(self, name, value):
        with self.entered():
            with open("/proc/sys/" + name.replace(".", "/"), "w",
                      encoding="ascii") as f:
                f.write(str(value))

    def set_device(self, dev, **values):
        """Write to files of a device in sysfs: {name: value}. `ip netns exec`
        mounts the sysfs of the namespace.
        """
        self.command("ip", "netns", "exec", self.name, "sh", "-ec", "; ".join(
            f"echo {value} >/sys/class/net/{dev}/{name}"
            for name, value in values.items()))

    def napi_threads(self, dev, value):
        """Give the NAPIs of a device threads of their own (1), or no threads
        (0).
        """
        self.set_device(dev, threaded=value)

    def defer_polls(self, dev, polls, seconds):
        """After a poll with work, a queue of the device does not interrupt.
        Instead a timer polls the queue every @seconds seconds. The queue may
        interrupt again after @polls such polls in a row without work. If @polls
        is 0, the queue may interrupt at once, as by default.
        """
        self.set_device(dev, napi_defer_hard_irqs=polls,
                        gro_flush_timeout=int(seconds * 1e9))

    def xfrm_stat(self):
        """Counters of /proc/net/xfrm_stat, by name."""
        with self.entered():
            with open("/proc/thread-self/net/xfrm_stat",
                      encoding="ascii") as f:
                return {k: int(v) for k, v in
                        (line.split() for line in f)}

    def close(self):
        """Close everything; the namespace and its name stay."""
        for sock in self.sockets:
            sock.close()
        self.sockets = []
        self.batch.stop()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def delete(self):
        """Do what `ip netns del` does. The namespace may be gone already."""
        self.close()
        with contextlib.suppress(OSError):
            mount_call(libc.umount2, self.path.encode(), MNT_DETACH)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


SIOCETHTOOL = 0x8946
ETHTOOL_GSTRINGS = 0x1b
ETHTOOL_GSTATS = 0x1d
ETHTOOL_STXCSUM = 0x17
ETHTOOL_STSO = 0x1f
ETHTOOL_SGRO = 0x2c
ETHTOOL_GSSET_INFO = 0x37
ETH_SS_STATS = 1
ETH_GSTRING_LEN = 32


class Ethtool:
    """The ioctls of ethtool that are needed again and again."""

    def __init__(self, ns, dev):
        self.sock = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.dev = dev.encode()
        self.names = []

    def call(self, buffer):
        request = struct.pack("16sP", self.dev, ctypes.addressof(buffer))
        fcntl.ioctl(self.sock, SIOCETHTOOL, request.ljust(40, b"\0"))

    def read_names(self):
        info = ctypes.create_string_buffer(
            struct.pack("=IIQI", ETHTOOL_GSSET_INFO, 0,
                        1 << ETH_SS_STATS, 0))
        self.call(info)
        _, _, mask, count = struct.unpack_from("=IIQI", info)
        if not mask:
            count = 0
        strings = ctypes.create_string_buffer(
            struct.pack("=III", ETHTOOL_GSTRINGS, ETH_SS_STATS, count),
            12 + count * ETH_GSTRING_LEN)
        self.call(strings)
        self.names = [strings.raw[12 + i * ETH_GSTRING_LEN:][:ETH_GSTRING_LEN]
                      .split(b"\0")[0].decode() for i in range(count)]

    def stats(self):
        if not self.names:
            self.read_names()
        n = len(self.names)
        buffer = ctypes.create_string_buffer(
            struct.pack("=II", ETHTOOL_GSTATS, n), 8 + 8 * n)
        self.call(buffer)
        return dict(zip(self.names, struct.unpack_from(f"={n}Q", buffer, 8)))

    def gro(self, on):
        self.call(ctypes.create_string_buffer(
            struct.pack("=II", ETHTOOL_SGRO, int(on))))

    def tso(self, on):
        self.call(ctypes.create_string_buffer(
            struct.pack("=II", ETHTOOL_STSO, int(on))))

    def tx_sums(self, on):
        """Turn checksum offload of sent packets on or off. If it is off, the
        core also turns TSO off.
        """
        self.call(ctypes.create_string_buffer(
            struct.pack("=II", ETHTOOL_STXCSUM, int(on))))


def ethtool_stats(ns, dev):
    """What `ethtool -S` shows. Each call also asks for the names of the
    counters. An object of the class Ethtool asks for the names only once.
    """
    ethtool = Ethtool(ns, dev)
    with ethtool.sock:
        return ethtool.stats()
