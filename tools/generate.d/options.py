# SPDX-License-Identifier: GPL-2.0
"""Makes selftests/config from the rows of tools/kernel-options."""
import re
from collections import namedtuple

ROWS = "tools/kernel-options"

Option = namedtuple("Option", "name value whose why")


def rows():
    with open(ROWS, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    options = [Option(*line.split("\t")) for line in lines if line and line[0] != "#"]
    for option in options:
        if not re.fullmatch(r"[A-Z0-9_]+", option.name) or option.value not in "ym-" or \
                option.whose not in ("module", "tests"):
            raise SystemExit(f"{ROWS}: what is '{option.name} {option.value} {option.whose}'?")
    names = [option.name for option in options]
    if names != sorted(set(names)):
        raise SystemExit(f"{ROWS}: not sorted")
    return options


def make():
    config = sorted(f"CONFIG_{option.name}={option.value}\n"
                    for option in rows() if option.value != "-")
    return {"selftests/config": "".join(config)}
