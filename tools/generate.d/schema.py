#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes tools/ov2/schema_gen.[ch]: the attributes of the netlink family, for the ov2 command.

    tools/testbed exec -- tools/generate.d/schema.py source|header SPEC

Prints the file. tools/generate-netlink calls this script.
"""
import sys

import yaml

NUMBERS = {"u8": "U8", "u16": "U16", "u32": "U32", "u64": "UINT", "uint": "UINT",
           "s32": "SINT", "s64": "SINT", "sint": "SINT"}
NOTE = """/* Do not edit: tools/generate.d/schema.py made this from the family's spec,
 * Documentation/netlink/specs/ipsecov2.yaml. To make it: make generate-netlink
 */
"""
SOURCE_HEAD = f"""// SPDX-License-Identifier: GPL-2.0
{NOTE}#include <linux/ipsecov2_netlink.h>

#include "schema.h"
"""
HEADER_HEAD = f"""/* SPDX-License-Identifier: GPL-2.0 */
{NOTE}#ifndef OV2_SCHEMA_GEN_H
#define OV2_SCHEMA_GEN_H
"""


def c_name(name):
    return name.replace("-", "_")


def kind_of(attribute):
    """The SCHEMA_ kind of an attribute."""
    kind = attribute["type"]
    if kind in NUMBERS:
        if attribute.get("byte-order") == "big-endian":
            return "BE" + kind[1:]
        return NUMBERS[kind]
    if kind == "binary" and attribute.get("display-hint", "").startswith("ip"):
        return "ADDRESS"
    if kind in ("string", "flag", "nest"):
        return kind.upper()
    raise SystemExit(f"schema.py: ov2 has no kind for the attribute {attribute}")


def words(spec):
    """The tables of the enums that attributes use."""
    used = {attribute.get("enum") for attribute_set in spec["attribute-sets"]
            for attribute in attribute_set["attributes"]}
    for definition in spec["definitions"]:
        if definition["name"] not in used:
            continue
        name = c_name(definition["name"])
        yield f"\nstatic const struct schema_word {name}_words[] = {{"
        value = definition.get("value-start", 0)
        for entry in definition["entries"]:
            entry = {"name": entry} if isinstance(entry, str) else entry
            value = entry.get("value", value)
            number = f"1U << {value}" if definition["type"] == "flags" else f"{value}"
            yield f'\t{{ {number}, "{entry["name"]}" }},'
            value += 1
        yield "\t{ 0, NULL }"
        yield "};"


def attributes(attribute_set, flags):
    """The table of a set of attributes; @flags has the names of the enums that are flags."""
    name = c_name(attribute_set["name"])
    yield f"\nconst struct schema_attr schema_{name}[SCHEMA_ATTRS] = {{"
    for attribute in attribute_set["attributes"]:
        constant = c_name(f"IPSECOV2_A_{attribute_set['name']}_{attribute['name']}").upper()
        yield f"\t[{constant}] = {{"
        yield f'\t\t.name = "{attribute["name"]}",'
        yield f'\t\t.key = "{c_name(attribute["name"])}",'
        yield f"\t\t.kind = SCHEMA_{kind_of(attribute)},"
        if "enum" in attribute:
            yield f"\t\t.words = {c_name(attribute['enum'])}_words,"
        if attribute.get("enum-as-flags") or attribute.get("enum") in flags:
            yield "\t\t.flags = true,"
        if attribute.get("multi-attr"):
            yield "\t\t.many = true,"
        if "nested-attributes" in attribute:
            yield f"\t\t.nest = schema_{c_name(attribute['nested-attributes'])},"
        yield "\t},"
    yield "};"


def source(spec):
    flags = {one["name"] for one in spec["definitions"] if one["type"] == "flags"}
    yield from words(spec)
    for attribute_set in spec["attribute-sets"]:
        yield from attributes(attribute_set, flags)


def header(spec):
    yield ""
    for attribute_set in spec["attribute-sets"]:
        yield f"extern const struct schema_attr schema_{c_name(attribute_set['name'])}[];"
    yield "\n#endif /* OV2_SCHEMA_GEN_H */"


def main():
    part, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    head, lines = {"source": (SOURCE_HEAD, source), "header": (HEADER_HEAD, header)}[part]
    print(head, end="")
    for line in lines(spec):
        print(line)


if __name__ == "__main__":
    main()
