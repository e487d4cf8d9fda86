#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each command of ov2 answers in each situation, or says why it cannot.

The situations are: the user has no privileges, or is root of a user namespace
only; the cards are in another namespace; cards, SAs, policies and refusals come
and go; the module is not there, or goes. The tests of the single commands look
at what the commands answer.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading

import autoload
from lib import ksft, module, ov2, xfrmnl
from lib.netns import Netns
from lib.xfrmnl import ifindex

KEY = "0x0102030405060708090a0b0c0d0e0f1011121314"
STATE = ("xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1000"
         f" reqid 1 mode transport aead rfc4106(gcm(aes)) {KEY} 128"
         " offload crypto dev ov0 dir out")
POLICY = ("xfrm policy add src 10.0.0.1 dst 10.0.0.9 dir out tmpl proto esp"
          " reqid 9 mode transport offload packet dev ov0")
# A card does not take packet mode without a reqid
REFUSED = STATE.replace("reqid 1", "reqid 0").replace("crypto", "packet")

ADMIN = ("Operation not permitted: this needs root, or CAP_NET_ADMIN in the"
         " network namespace: use sudo")
XFRM = ("the kernel shows states and policies only to root, or to CAP_NET_ADMIN"
        " in the network namespace: use sudo")
MONITOR = ("making a monitor needs CAP_NET_ADMIN in this network namespace: run"
           " it as root")
EVENTS = ("the events of the group sas need root, or CAP_NET_ADMIN in the network"
          " namespace: use sudo, or `ov2 monitor cards`")
NO_CARD = ("there is no interface 'ov0' here: `ov2 show` lists the cards, and"
           " -n NETNS looks into another network namespace")
NO_MODULE = ("the module ipsecov2 is not loaded: load it with `modprobe"
             " ipsecov2`, or make a card with `ip link add ov0 type ipsecov2`")
CAPTURE_ENDS = "the module ipsecov2 was unloaded, so the capture ends"
CHANGED = ("ov2: this changed while it was read, so some of it may be missing"
           " or shown twice: ask again\n")

# The lists. Each has the sentence for a user who may not see the list, or "" if
# every user may see it
LISTS = {"show": "", "stats": "", "sa": ADMIN, "policy": ADMIN, "log": ADMIN,
         "why": XFRM}
EXTCAP = ("extcap", "--capture", "--extcap-interface", "ipsecov2-ov0",
          "--fifo", "/dev/null")
# Other commands. Each has the sentence for a user who may not use it
REFUSALS = {("keys", "--wireshark"): XFRM, ("set", "ov0", "ring", "100"): ADMIN,
            ("monitor",): EVENTS, ("monitor", "sas"): EVENTS,
            ("capture",): MONITOR, ("capture", "ov0"): MONITOR,
            EXTCAP: MONITOR}
OPEN = (("version",), ("decode", "1"), ("help",),
        ("extcap", "--extcap-interfaces"))


def cards(defer):
    """Two cards; ov0 has an SA and a policy, and has refused a state."""
    ns = Netns("each")
    defer(ns.delete)
    ns.ip("link add ov0 type ipsecov2", "link add ov1 link ov0 type ipsecov2",
          "link set ov0 up", "link set ov1 up", STATE, POLICY)
    ksft.check(ns.ip_error(REFUSED), "a wrong state was taken")
    return ns


# ---- who asks

def without_privileges(ns, **options):
    """Each command works as for root, or refuses."""
    for name, sentence in LISTS.items():
        if sentence:
            ksft.equal(ov2.refused(ns, name, status=1, **options), sentence,
                       name)
            done = ov2.call(ns, "--json", name, **options)
            ksft.equal((done.returncode, done.stderr),
                       (1, f"ov2: {sentence}\n"), f"--json {name}")
            ksft.check(done.stdout in ("", "[]\n"), f"--json {name}: {done}")
        else:
            # IPv6 sends frames of its own, so the counters move
            ksft.equal([row["ifname"] for row in ov2.ask(ns, name, **options)],
                       [row["ifname"] for row in ov2.ask(ns, name)], name)
    for words, sentence in REFUSALS.items():
        ksft.equal(ov2.refused(ns, *words, status=1, **options), sentence,
                   f"{words}")
    for words in OPEN:
        ksft.equal(ov2.run(ns, *words, **options).stdout,
                   ov2.run(ns, *words).stdout, f"{words}")
    ksft.check("ov2mon" not in ns.command("ip", "link").stdout,
               "a monitor is left")


def nobody(defer):
    without_privileges(cards(defer), **ov2.as_nobody(defer))


def root_of_a_user_namespace(defer):
    """Root of a user namespace that does not own the network namespace has no
    privileges there.
    """
    ns = cards(defer)
    program = ov2.as_nobody(defer)["program"]
    script = f"{program}.sh"
    with open(script, "w", encoding="ascii") as file:
        file.write(f'#!/bin/sh\nexec unshare -Ur {program} "$@"\n')
    os.chmod(script, 0o755)
    without_privileges(ns, program=script)


# A shell script that runs in namespaces of its own; $0 is ov2. The script
# prints an answer of each command, and an empty line behind each answer
OWN = """
while read -r line; do ip $line; done <<END
link add ov0 type ipsecov2
link add ov1 link ov0 type ipsecov2
address add 10.0.0.1/24 dev ov0
link set ov0 up
link set ov1 up
neighbor add 10.0.0.2 lladdr 02:00:00:00:00:02 dev ov0
xfrm policy add src 10.0.0.1 dst 10.0.0.2 dir out tmpl proto esp reqid 1
{state}
{policy}
END
ip {refused} 2>/dev/null || :
for words in show stats sa policy log why version "decode 1" \\
	"set ov0 capacity 7" "keys --wireshark"; do
	"$0" --json $words 2>>warnings
	echo
done
"$0" --json monitor >events &
until [ -s events ]; do ip link set ov1 down; ip link set ov1 up; done
kill $!
wait $!
head -n 1 events
echo
"$0" --json capture ov0 -c 1 >frames &
while kill -0 $! 2>/dev/null; do echo >/dev/udp/10.0.0.2/7; done
cat frames
echo
"$0" extcap --extcap-interfaces
"""


def root_of_its_own(defer):
    """Root of a user namespace that owns the network namespace has all
    commands.
    """
    place = tempfile.mkdtemp()
    defer(shutil.rmtree, place)
    script = OWN.format(state=STATE, policy=POLICY, refused=re.sub(
        r"([()])", r"\\\1", REFUSED))
    done = subprocess.run(["unshare", "-Urn", "bash", "-ec", script,
                           ov2.find()], cwd=place, capture_output=True,
                          text=True, timeout=ksft.patience(60), check=False)
    ksft.equal((done.returncode, done.stderr), (0, ""), "status and stderr")
    *answers, interfaces = done.stdout.split("\n\n")
    (cards, counters, sas, policies, log, why, versions, decoded, card, keys,
     event, frames) = map(json.loads, answers)
    ksft.equal([one["ifname"] for one in cards], ["ov0", "ov1"], "show")
    ksft.equal({one["ifname"] for one in counters}, {"ov0", "ov1"}, "stats")
    ksft.equal([one["spi"] for one in sas + log + keys + frames],
               [0x1000] * 4, "sa, log, keys, capture")
    ksft.equal([one["daddr"] for one in policies], ["10.0.0.9"], "policy")
    ksft.equal({one["verdict"] for one in why if "ifname" in one},
               {"offloaded", "none"}, "why")
    ksft.check(versions[0]["module"] and decoded, "version, decode")
    ksft.equal(card[0]["sa_capacity"], 7, "set")
    ksft.check(event["event"] in ("card-up", "card-down"), f"event {event}")
    ksft.check("value=ipsecov2-ov0" in interfaces, f"extcap: {interfaces}")


# ---- where it asks

def elsewhere(defer):
    """In a namespace without cards nothing is found, and nothing changes in the
    namespace with the cards.
    """
    ns = cards(defer)
    there = Netns("there")
    defer(there.delete)
    for option in ((), ("-n", there.name)):
        place = None if option else there
        for name in LISTS:
            ksft.equal(ov2.ask(place, *option, name), [], f"{option} {name}")
        for words in (("set", "ov0", "ring", "100"), ("capture", "ov0"),
                      ("show", "ov0"), ("sa", "ov0"), ("policy", "ov0"),
                      ("log", "ov0"), ("stats", "ov0")):
            ksft.equal(ov2.refused(place, *option, *words, status=1), NO_CARD,
                       f"{option} {words}")
        done = ov2.call(place, *option, "keys", "--wireshark")
        ksft.equal((done.returncode, done.stdout), (0, ""), "keys")
    ksft.check("ipsecov2-" not in ov2.run(
        there, "extcap", "--extcap-interfaces").stdout, "interfaces")
    ksft.equal(ov2.refused(there, *EXTCAP, status=1), NO_CARD, "extcap")
    ksft.equal(ov2.ask(ns, "show", "ov0")[0]["rx_ring"], 512, "ring of ov0")


# ---- what happens meanwhile

class Churn:
    """Threads in which a card, an SA, a policy and refusals come and go."""

    def __init__(self, defer, ns):
        self.going = True
        self.ns = ns
        self.index = ifindex(ns, "ov0")
        self.rounds = {}
        self.errors = []
        for work in (self.card, self.sa, self.policy):
            thread = threading.Thread(target=self.again, args=(work,))
            thread.start()
            defer(thread.join)
        defer(self.stop)

    def stop(self):
        self.going = False

    def again(self, work):
        link = xfrmnl.Xfrm(self.ns)
        try:
            while self.going:
                work(link)
                self.rounds[work.__name__] = 1 + self.rounds.get(
                    work.__name__, 0)
        except Exception as error:      # pylint: disable=broad-except
            self.errors.append(error)

    def card(self, _):
        for verb in ("add new type ipsecov2", "del new"):
            subprocess.run(["ip", "-n", self.ns.name, "link",
                            *verb.split(" ")], check=True)

    def sa(self, link):
        """Add and delete an SA, and let the card refuse one."""
        for reqid, flags in ((1, 0), (0, xfrmnl.PACKET)):
            link.add(0x2000, "10.0.0.1", "10.0.0.2", reqid=reqid,
                     aead=("rfc4106(gcm(aes))", bytes(20), 128),
                     dir=xfrmnl.OUT, offload=(self.index, flags))
        link.delete(0x2000, "10.0.0.2")

    def policy(self, _):
        line = POLICY.replace("10.0.0.9", "10.0.0.10")
        for words in (line, line.split(" tmpl")[0].replace("add", "delete")):
            subprocess.run(["ip", "-n", self.ns.name, *words.split(" ")],
                           check=True)


def churn(defer):
    """While objects come and go, each list shows every object that stays. It
    is no failure if ov2 warns that something has changed meanwhile.
    """
    ns = cards(defer)
    stays = {"show": lambda rows: {row["ifname"] for row in rows},
             "stats": lambda rows: {row["ifname"] for row in rows},
             "sa": lambda rows: {row["spi"] for row in rows},
             "policy": lambda rows: {row["daddr"] for row in rows},
             "log": lambda rows: {row["ifname"] for row in rows},
             "why": lambda rows: {row.get("spi") for row in rows}}
    before = {name: stays[name](ov2.ask(ns, name)) for name in LISTS}
    counts = {name: len(ov2.ask(ns, name)) for name in LISTS}
    churning = Churn(defer, ns)
    ksft.wait_for("the churn", lambda: len(churning.rounds) == 3)
    warned = 0
    for _ in range(5):
        for name in LISTS:
            done = ov2.call(ns, "--json", name)
            ksft.equal(done.returncode, 0, f"{name}: {done.stderr}")
            warned += done.stderr == CHANGED
            ksft.check(done.stderr in ("", CHANGED), f"{name}: {done.stderr}")
            rows = json.loads(done.stdout)
            ksft.check(before[name] <= stays[name](rows),
                       f"{name} lacks {before[name] - stays[name](rows)}")
            ksft.check(len(rows) >= counts[name], f"{name}: {len(rows)} rows")
        done = ov2.call(ns, "keys", "--wireshark")
        ksft.check(done.returncode == 0 and KEY in done.stdout,
                   f"keys: {done.returncode} {done.stderr}")
    ksft.equal(churning.errors, [], "the churn")
    ksft.note(f"{churning.rounds} rounds, {warned} warnings")


# ---- the module

def no_module(defer):
    """Without the module, each command answers, or says that the module is not
    loaded. ov2 does not load the module, although the kernel could load it.
    """
    ns = Netns("none")
    defer(ns.delete)
    ns.ip("link add other type dummy")
    module.remove()
    defer(module.load)
    autoload.use(defer, autoload.install(defer))

    def without_module():
        for words in (*((name,) for name in LISTS if name != "why"),
                      *(words for words in REFUSALS if words[0] != "keys"),
                      ("monitor", "cards"), ("show", "ov0")):
            ksft.equal(ov2.refused(ns, *words, status=3), NO_MODULE, f"{words}")

    without_module()
    # Now a device of another kind has the name of the card
    ns.ip("link set other name ov0")
    without_module()
    for words in (*OPEN, ("why",)):
        ov2.run(ns, *words)
    done = ov2.call(ns, "keys", "--wireshark")
    ksft.equal((done.returncode, done.stdout), (0, ""), "keys")
    ksft.check(not module.loaded(), "ov2 loaded the module")


def module_goes(defer, *words):
    """The module goes while a command runs again and again. The command
    answers, or says that the module or the card is gone.
    """
    ns = cards(defer)
    defer(module.load)
    answers, errors = [], []

    def ask():
        try:
            while module.loaded():
                answers.append(ov2.call(ns, *words))
        except Exception as error:      # pylint: disable=broad-except
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        ksft.wait_for("some answers", lambda: len(answers) > 3)
    finally:
        module.remove_when_idle()
        thread.join()
    ksft.equal(errors, [], "the calls of ov2")
    for done in answers:
        if done.returncode == 3:
            ksft.equal(done.stderr, f"ov2: {NO_MODULE}\n", "sentence")
        elif done.returncode:
            ksft.equal((words[-1], done.stderr),
                       ("100", f"ov2: {NO_CARD}\n"), "sentence")
        elif words[0] == "--json":
            ksft.check(done.stderr in ("", CHANGED), done.stderr)
            json.loads(done.stdout)


def module_of_a_capture(defer, *words):
    """A capture ends when the module is removed."""
    ns = cards(defer)
    defer(module.load)
    process = ov2.start(ns, *words)
    defer(process.wait)
    defer(process.kill)

    ksft.wait_for("a packet socket that is bound",
                  lambda: ov2.captured(ns) - {0})
    module.remove()
    out, said = process.communicate(timeout=ksft.patience(20))
    ksft.equal((process.returncode, said), (3, f"ov2: {CAPTURE_ENDS}\n"),
               "status and stderr")
    ksft.equal(out, "[]\n" if "--json" in words else "", "output")


if __name__ == "__main__":
    SOME = ksft.chosen([
        nobody, root_of_a_user_namespace, root_of_its_own, elsewhere, churn,
        no_module,
        *((f"module_goes {' '.join(words)}", module_goes, *words) for words in (
            *(("--json", name) for name in LISTS), ("--json", "version"),
            ("set", "ov0", "ring", "100"), ("keys", "--wireshark"),
            ("extcap", "--extcap-interfaces"))),
        *((f"module_of_a_capture {' '.join(words)}", module_of_a_capture,
           *words) for words in (
               ("capture",), ("--json", "capture", "ov0"), EXTCAP))])
    module.load()
    ov2.need()
    ksft.run(SOME)
