# SPDX-License-Identifier: GPL-2.0
"""Which cases a test is to run: all, or those named on its command line."""
import sys


def chosen(cases):
    names = set(sys.argv[1:])
    unknown = names - {case.__name__ for case in cases}
    if unknown:
        sys.exit(f"no case {', '.join(sorted(unknown))}; there are: "
                 f"{', '.join(case.__name__ for case in cases)}")
    return [case for case in cases if not names or case.__name__ in names]
