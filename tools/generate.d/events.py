# SPDX-License-Identifier: GPL-2.0
"""Makes the page of the trace events, and a table for the tests, from headers in kmod/watch/."""
import re
from collections import namedtuple

import rst

ROWS = "kmod/watch/trace.h"
OBJECTS = "kmod/watch/objects_trace.h"
SOURCES = f"{ROWS} and {OBJECTS}"
PAGE = "Documentation/reference/events.rst"

BLOCK = re.compile(r"/\*\n((?: \*(?!/)[^\n]*\n)+) \*/\n"
                   r"(TRACE_EVENT|DECLARE_EVENT_CLASS|DEFINE_EVENT)\((\w+)(?:, (\w+))?,\n"
                   r"(.*?)\n\);?\n", re.S)
PRINTED = re.compile(r"(\w+)=(?:0x)?%")
FIELD = re.compile(r"^(\w+): (.*)$")

Event = namedtuple("Event", "name sentence fields")


def described(comment):
    """The sentence of a comment, and its fields with their meanings."""
    sentence, fields = [], {}
    for line in re.sub(r"\n\t", " ", comment.replace("\n *\t", "\n\t")).split("\n"):
        line = line.removeprefix(" *").strip()
        match = FIELD.match(line)
        if match:
            fields[match.group(1)] = match.group(2)
        elif line:
            sentence.append(line)
    return " ".join(sentence), fields


def rows():
    text = ""
    for path in ROWS, OBJECTS:
        with open(path, encoding="utf-8") as file:
            text += file.read()
    classes, events = {}, []
    for comment, kind, first, second, body in BLOCK.findall(text):
        sentence, fields = described(comment)
        if kind == "DEFINE_EVENT":
            events.append(Event(second, sentence, classes[first]))
            continue
        printed = PRINTED.findall(body[body.index("TP_printk("):])
        if sorted(printed) != sorted(fields):
            odd = sorted(set(printed) ^ set(fields))
            raise SystemExit(f"{SOURCES}: {first}: printed but not described, or the reverse: "
                             f"{' '.join(odd)}")
        fields = {name: fields[name] for name in printed}
        if kind == "TRACE_EVENT":
            events.append(Event(first, sentence, fields))
        else:
            classes[first] = fields
    there = re.findall(r"^(?:TRACE_EVENT\(|DEFINE_EVENT\(\w+, )(\w+),$", text, re.M)
    if [event.name for event in events] != there or not there:
        raise SystemExit(f"{SOURCES}: cannot read the comment in front of "
                         f"{set(there) - {e.name for e in events}}")
    return events


def page():
    out = [rst.head(
        "Events", SOURCES,
        "For those who look for the reason of something, and for those who write tests and tools: "
        "each trace event, and what its fields mean.",
        "No event carries a key. ::\n\n"
        "   echo 1 > /sys/kernel/tracing/events/ipsecov2/enable\n"
        "   cat /sys/kernel/tracing/trace_pipe",
        "In the tables, a slot is a slot of an NBL, see `IPsecOV2 <../ipsecov2.rst>`_. "
        "`uapi/linux/ipsecov2.h <../../uapi/linux/ipsecov2.h>`_ describes the word in each slot. "
        "`Counters <counters.rst>`_ lists the counters.")]
    for event in rows():
        out.append(rst.section(event.name, event.sentence + "."))
        out.append(rst.table(("Field", "Meaning"),
                             [(rst.literal(name), rst.plain(text))
                              for name, text in event.fields.items()], (20, 80)))
    return "".join(out)


def make():
    return {PAGE: page()}


def reference():
    """Lines of selftests/lib/reference.py."""
    yield ""
    yield "# Trace events, and the fields in the order in which they are printed"
    yield "EVENTS = {"
    for event in rows():
        yield f'    "{event.name}": ['
        for name in event.fields:
            yield f'        "{name}",'
        yield "    ],"
    yield "}"
