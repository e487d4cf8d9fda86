#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Selftests take -h, -l, -t and -T as the kernel's own tests do, and refuse
other options with a message.

A program of three cases stands for all selftests. The program needs neither
root nor the module.
"""
import os
import subprocess
import sys
from collections import namedtuple

from lib import ksft

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = '''"""What it proves.

More of it.
"""
from lib import ksft

def good(defer):
    ksft.check(True, "")

def skipped(defer, why):
    raise ksft.Skip(why)

def bad(defer):
    ksft.equal(1, 2, "number")

ksft.main([good, ("ipv4 skipped", skipped, "too early"), bad])
'''
Answer = namedtuple("Answer", "status out err")


def call(*options):
    done = subprocess.run([sys.executable, "-c", PROGRAM, *options], cwd=HERE,
                          capture_output=True, text=True)
    return Answer(done.returncode, done.stdout, done.stderr)


def listed(*options):
    answer = call("-l", *options)
    ksft.equal((answer.status, answer.err), (ksft.PASS, ""), "-l")
    return answer.out.splitlines()


def is_one_sentence(answer, text):
    ksft.equal((answer.status, answer.out), (ksft.FAIL, ""), "answer")
    ksft.equal(answer.err.count("\n"), 1, "lines of the answer")
    ksft.check(text in answer.err, answer.err)


def all_of_them(_):
    answer = call()
    ksft.equal(answer.status, ksft.FAIL, "status")
    lines = answer.out.splitlines()
    ksft.equal([line for line in lines if not line.startswith("# ")
                or line.startswith("# Totals")],
               ["KTAP version 1", "1..3", "ok 1 good",
                "ok 2 ipv4 skipped # SKIP too early", "not ok 3 bad",
                "# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0"],
               "results")


def help_is_first_sentence(_):
    answer = call("-h", "-l")
    ksft.equal((answer.status, answer.err), (ksft.PASS, ""), "-h")
    ksft.check(answer.out.startswith("What it proves.\n\nUsage: "),
               answer.out)
    for option in ("-h", "-l", "-t NAME", "-T NAME"):
        ksft.check(f"    {option} " in answer.out, f"nothing of {option}")


def list_of_cases(_):
    ksft.equal(listed(), ["good", "ipv4 skipped", "bad"], "-l")
    ksft.equal(listed("-t", "bad", "-t", "good"), ["good", "bad"], "-t")
    ksft.equal(listed("-T", "bad"), ["good", "ipv4 skipped"], "-T")
    ksft.equal(listed("-t", "ipv4 *"), ["ipv4 skipped"], "pattern")


def first_match_decides(_):
    ksft.equal(listed("-T", "bad", "-t", "*"), ["good", "ipv4 skipped"],
               "-T before -t")
    ksft.equal(listed("-t", "*", "-T", "bad"),
               ["good", "ipv4 skipped", "bad"], "-t before -T")
    ksft.equal(listed("-T", "good", "-t", "bad"), ["bad"],
               "-T and -t of other cases")


def only_chosen_cases_run(_):
    answer = call("-t", "good")
    ksft.equal(answer, (ksft.PASS, "KTAP version 1\n1..1\nok 1 good\n"
                        "# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 "
                        "error:0\n", ""), "answer")
    ksft.equal(call("-t", "ipv4*").status, ksft.SKIP, "status of a skip")


def wrong_options(_):
    is_one_sentence(call("-x"), "option -x not recognized")
    is_one_sentence(call("-t"), "option -t requires argument")
    is_one_sentence(call("good"), "'good' is no option")
    is_one_sentence(call("-t", "goo"), "no case is named 'goo'")
    is_one_sentence(call("-T", "goo"), "no case is named 'goo'")
    is_one_sentence(call("-T", "*"), "the options leave no case")


def run_sh(_):
    """run.sh, which runs all tests, has -h and -l, too."""
    def run(*options):
        return subprocess.run([os.path.join(HERE, "run.sh"), *options],
                              capture_output=True, text=True)
    tests = run("-l").stdout.split()
    ksft.check("options.py" in tests, tests)
    ksft.check("run.sh [-h|-l] [TEST...]" in run("-h").stdout, "no usage")
    for wrong in ("-x", "nothing"):
        done = run(wrong)
        is_one_sentence(Answer(done.returncode, done.stdout, done.stderr),
                        wrong)


if __name__ == "__main__":
    ksft.main([all_of_them, help_is_first_sentence, list_of_cases,
               first_match_decides, only_chosen_cases_run, wrong_options,
               run_sh])
