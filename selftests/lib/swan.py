# SPDX-License-Identifier: GPL-2.0
"""strongSwan's IKE daemon in a namespace, its SAs, and the kernel's states.

    charon = Charon(ns); defer(charon.delete)
    charon.start()                      # waits until it answers
    charon.load(connection(...))        # VICI's words, see swanctl.conf(5)
    charon.initiate()
    charon.child()                      # {"spi-in": ..., "state": ...} or None
    charon.rekey(); charon.terminate(); charon.stop(); charon.kill()
    states(ns)                          # [State, ...] of `ip xfrm state`

Nothing of the machine's own strongSwan is read or touched: the daemon has
its configuration, its log and its socket in a directory of its own.
"""
import datetime
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections import namedtuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import ksft
from .vici import Vici

# Where daemons are, and the section of strongswan.conf that each reads
DAEMONS = {"/usr/sbin/charon-systemd": "charon-systemd",
           "/usr/lib/ipsec/charon": "charon"}
PLUGINS = ("random nonce openssl pem pkcs1 pkcs8 x509 pubkey constraints "
           "kernel-netlink socket-default vici")
CONF = """
{section} {{
    load = {plugins}
    # A slow guest takes long to answer
    retransmit_timeout = {patience}
    half_open_timeout = 600
    # Seconds for which an old SA receives after a rekeying. The default is 5
    delete_rekeyed_delay = {linger}
    install_routes = no
    threads = 8
    plugins {{
        vici {{
            socket = unix://{dir}/vici
        }}
        kernel-netlink {{
            roam_events = no
            # A packet makes a larval state if the SA was just deleted. No SA
            # replaces this state, so it stays for this number of seconds. The
            # default, 165 s, is longer than a test waits
            xfrm_acq_expires = {larval}
        }}
    }}
    filelog {{
        log {{
            path = {dir}/log
            default = 1
            knl = 2
            flush_line = yes
        }}
    }}
}}
"""
NAME, CHILD = "peer", "net"
SECRET = "a secret of both"
# id: the state's words for `ip xfrm state delete`; offload: as offload_of()
# returns it
State = namedtuple("State", "id spi mode esn encap offload")
FIELD = re.compile(r"proto esp spi (0x[0-9a-f]+)\S* reqid \S+ mode (\S+)")
DIRECTION = re.compile(r"(?m)^\s+dir (in|out|fwd)\b")
OFFLOAD = re.compile(r"offload parameters: dev (\S+)(?: dir (\S+))? "
                     r"mode (\S+)")


def daemon():
    """(program, section), or None if strongSwan is not there."""
    return next(((path, section) for path, section in DAEMONS.items()
                 if os.access(path, os.X_OK)), None)


def blocks(ns, what):
    """The text of each state or policy."""
    return re.split(r"(?m)^(?=src )", ns.ip_output(f"xfrm {what}"))[1:]


def ends_of(block):
    """The first line: a state's addresses, or a policy's selector."""
    return block.split("\n", 1)[0].strip()


def offload_of(block):
    """(device, direction, mode), or None; a policy has no direction."""
    found = OFFLOAD.search(block)
    return found and found.groups()


def states(ns):
    """ESP states of a namespace, without larval states."""
    got = []
    for block in blocks(ns, "state"):
        fields = FIELD.search(block)
        if fields and "0x00000000" != fields.group(1):
            spi = fields.group(1)
            got.append(State(f"{ends_of(block)} proto esp spi {spi}",
                             int(spi, 16), fields.group(2),
                             bool(re.search(r"flag .*\besn\b", block)),
                             "espinudp" in block, offload_of(block)))
    return got


def policies(ns):
    """{direction: offload} of policies of CHILD_SAs, without IKE's bypasses."""
    return {DIRECTION.search(block).group(1): offload_of(block)
            for block in blocks(ns, "policy") if "tmpl" in block}


def bypasses(ns):
    """The selectors of the bypasses for IKE that the daemon has offloaded."""
    return [f"{ends_of(block)} dir {DIRECTION.search(block).group(1)}"
            for block in blocks(ns, "policy")
            if "tmpl" not in block and offload_of(block)]


Issued = namedtuple("Issued", "cert key authority")


class Authority:
    """A CA of the test, which issues certificates."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = self.common("Test CA")
        self.cert = self.sign(self.name, self.key, x509.BasicConstraints(
            ca=True, path_length=None))

    @staticmethod
    def common(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def sign(self, subject, key, *extensions):
        # A guest's clock may be wrong by years, so a certificate holds for
        # decades
        builder = (x509.CertificateBuilder().subject_name(subject)
                   .issuer_name(self.name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(datetime.datetime(2000, 1, 1))
                   .not_valid_after(datetime.datetime(2049, 1, 1)))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        made = builder.sign(self.key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.DER)

    def issue(self, host):
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        return Issued(self.sign(self.common(host), key, names),
                      key.private_bytes(
                          serialization.Encoding.DER,
                          serialization.PrivateFormat.TraditionalOpenSSL,
                          serialization.NoEncryption()), self.cert)


@functools.cache
def authority():
    return Authority()


@functools.cache
def issued(side):
    return authority().issue(identity(side))


def identity(side):
    return f"{side}.example.org"


def settings(message):
    """VICI's words as swanctl.conf has them."""
    lines = []
    for key, value in message.items():
        if isinstance(value, dict):
            lines += [key + " {", settings(value), "}"]
        else:
            lines.append(f"{key} = " + (value if isinstance(value, str)
                                        else ", ".join(value)))
    return "\n".join(lines) + "\n"


class Charon:
    def __init__(self, ns, retransmit=10):
        self.ns = ns
        self.retransmit = retransmit        # seconds, on a fast machine
        self.program, self.section = daemon()
        self.dir = tempfile.mkdtemp(prefix="ov2-charon-")
        self.process = self.vici = None

    # ---- the process

    def start(self):
        conf = CONF.format(section=self.section, plugins=PLUGINS,
                           patience=ksft.patience(self.retransmit),
                           dir=self.dir, linger=int(ksft.patience(1)),
                           larval=int(ksft.patience(10)))
        with open(f"{self.dir}/strongswan.conf", "w", encoding="ascii") as f:
            f.write(conf)
        environment = {**os.environ,
                       "STRONGSWAN_CONF": f"{self.dir}/strongswan.conf"}
        with self.ns.entered():
            self.process = subprocess.Popen(
                [self.program], env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ksft.wait_for("charon to answer", self.connect, 60, 0.02)

    def connect(self):
        ksft.check(self.process.poll() is None, "charon ended: " + self.log())
        try:
            self.vici = Vici(f"{self.dir}/vici")
        except OSError:
            return False
        return self.vici.call("version")["version"]

    def end(self, how):
        if self.vici:
            self.vici.close()
            self.vici = None
        if self.process:
            self.process.send_signal(how)
            try:
                self.process.wait(ksft.patience(60))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise ksft.Fail("charon does not end: " + self.log()) from None
            self.process = None

    def stop(self):
        """End the daemon: it tells its peers and deletes what it installed."""
        self.end(signal.SIGTERM)

    def kill(self):
        """Kill the daemon; its states and policies stay."""
        self.end(signal.SIGKILL)
        os.unlink(f"{self.dir}/vici")

    def delete(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    def log(self, lines=25):
        try:
            with open(f"{self.dir}/log", encoding="utf-8",
                      errors="replace") as f:
                return "\n".join(f.read().splitlines()[-lines:])
        except FileNotFoundError:
            return "no log"

    def running(self):
        return self.process is not None and self.process.poll() is None

    # ---- commands to the daemon

    def load(self, connection):
        self.vici.call("load-conn", {NAME: connection})

    def load_secret(self):
        self.vici.call("load-shared", {
            "id": "secret", "type": "IKE", "data": SECRET,
            "owners": [identity("a"), identity("b")]})

    def load_certificate(self, connection, side):
        """Put a certificate of the test's CA into the connection, and load the
        key of the certificate.
        """
        made = issued(side)
        connection["local-1"]["certs"] = [made.cert]
        connection["remote-1"]["cacerts"] = [made.authority]
        self.vici.call("load-key", {"type": "any", "data": made.key})

    def unload(self):
        self.vici.call("unload-conn", {"name": NAME})

    def initiate(self):
        self.ask("initiate", {"child": CHILD, "ike": NAME})

    def begin(self):
        """Does what initiate() does, without waiting for the result."""
        self.vici.call("initiate", {"child": CHILD, "ike": NAME,
                                    "timeout": "-1"})

    def terminate(self):
        self.ask("terminate", {"ike": NAME})

    def terminate_child(self):
        self.ask("terminate", {"child": CHILD})

    def forget(self):
        """Remove connections, IKE_SAs (by force) and secrets."""
        for name in self.vici.call("get-conns")["conns"]:
            self.vici.call("unload-conn", {"name": name})
        if self.ike_sas():
            self.ask("terminate", {"ike": NAME, "force": "yes"})
        self.vici.call("clear-creds")

    def swanctl(self, *arguments, connection=None):
        """Run swanctl. If a @connection is given, write it to swanctl.conf,
        from which --load-all loads it.
        """
        environment = {**os.environ, "SWANCTL_DIR": self.dir,
                       "STRONGSWAN_CONF": f"{self.dir}/strongswan.conf"}
        if connection:
            with open(f"{self.dir}/swanctl.conf", "w", encoding="ascii") as f:
                f.write(settings({"connections": {NAME: connection}}))
                f.write(settings({"secrets": {"ike-1": {"secret": SECRET}}}))
        done = subprocess.run(
            ["swanctl", *arguments, "--uri", f"unix://{self.dir}/vici"],
            env=environment, capture_output=True, text=True)
        ksft.check(not done.returncode, f"swanctl {' '.join(arguments)}: "
                   f"{done.stdout}{done.stderr}")
        return done.stdout

    def ask(self, command, message):
        """Send a command for which charon needs its peer. Set a time limit."""
        message["timeout"] = int(ksft.patience(60) * 1000)
        try:
            self.vici.call(command, message)
        except ksft.Fail as failure:
            raise ksft.Fail(f"{failure}\n{self.log()}") from None

    def rekey(self):
        """Begin to rekey; return at once."""
        self.vici.call("rekey", {"child": CHILD})

    # ---- what the daemon says of its SAs

    def ike_sas(self):
        return [sa for _, sa in self.vici.stream("list-sas", "list-sa")]

    def children(self):
        return [child for sa in self.ike_sas()
                for child in sa.get("child-sas", {}).values()]

    def child(self):
        """Return the CHILD_SA, if there is exactly one and it is installed.
        Otherwise return None.
        """
        got = self.children()
        return got[0] if len(got) == 1 and got[0]["state"] == "INSTALLED" \
            else None
