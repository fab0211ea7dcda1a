#!/usr/bin/env python3
"""count_tests.py LOG STATUS CTEST_LOG: read the outcome of one test step and print 'N passed, N failed'.

Counts 'N passed, N failed' lines, unittest's and ctest's endings; for ctest the single GoogleTest cases of its own log. A
step that says no count is one test. A step that failed counts at least one failure.
"""
import pathlib
import re
import sys


def sum_of(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.MULTILINE))


def count(text, status, ctest_text=""):
    passed, failed = sum_of(r"^(\d+) passed, \d+ failed$", text), sum_of(r"^\d+ passed, (\d+) failed$", text)
    broken = sum_of(r"failures=(\d+)", text) + sum_of(r"errors=(\d+)", text)
    passed += max(0, sum_of(r"^Ran (\d+) tests? in", text) - broken)
    failed += broken
    if re.search(r"tests passed, \d+ tests failed out of", text):
        passed += sum_of(r"\[  PASSED  \] (\d+) tests?", ctest_text)
        failed += max(sum_of(r"\[  FAILED  \] (\d+) tests?, listed", ctest_text), sum_of(r"(\d+) tests failed out of", text))
    if status != 0:
        failed = max(failed, 1)
    elif passed == 0:
        passed = 1
    return passed, failed


if __name__ == "__main__":
    log, status, ctest = sys.argv[1:4]
    ctest_text = pathlib.Path(ctest).read_text(errors="replace") if pathlib.Path(ctest).exists() else ""
    print("{} passed, {} failed".format(*count(pathlib.Path(log).read_text(errors="replace"), int(status), ctest_text)))
