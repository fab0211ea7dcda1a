#!/usr/bin/env python3
"""File and function sizes as a ratchet.

Limits on the whole: the median file has at most 200 lines; 90 % of the functions have at most 35 lines and fewer than 2 %
above 70. No file above 600 lines, no function above 70, except those that tools/size_ratchet.json names with their size:
they may shrink, not grow, and no other may join them. `--update` writes the present exceptions, for a reviewer to see.
"""
import argparse
import json
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from check_words import tracked_files  # noqa: E402
from function_sizes import function_sizes  # noqa: E402

FILE_LINES_MAX, FILE_LINES_MEDIAN = 600, 200
FUNCTION_LINES_MAX, FUNCTION_LINES_USUAL = 70, 35
USUAL_SHARE, LARGE_SHARE = 0.90, 0.02
FOLDERS = ("src/", "include/", "tests/", "fuzz/", "bench/", "tools/", "examples/", "python/")
COUNTED = {".h", ".cc", ".py", ".sh"}


def measure(root, names):
    """({file: lines}, {file:function: lines}) of the source files."""
    files, functions = {}, {}
    for name in names:
        path = root / name
        if not name.startswith(FOLDERS) or path.suffix not in COUNTED:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        files[name] = text.count("\n")
        if path.suffix in {".h", ".cc"}:
            for function, _, lines in function_sizes(text):
                key = f"{name}:{function}"
                functions[key] = max(lines, functions.get(key, 0))
    return files, functions


def exceptions(sizes, limit):
    return {name: lines for name, lines in sorted(sizes.items()) if lines > limit}


def check_ratchet(kind, now, allowed, limit):
    problems = []
    for name, lines in now.items():
        if name not in allowed:
            problems.append(f"{name}: {lines} lines; a {kind} has at most {limit}")
        elif lines > allowed[name]:
            problems.append(f"{name}: grew from {allowed[name]} to {lines} lines; it is above {limit} and may only shrink")
    return problems


def check_whole(files, functions):
    problems = []
    if files and statistics.median(files.values()) > FILE_LINES_MEDIAN:
        problems.append(f"the median file has {statistics.median(files.values()):.0f} lines; at most {FILE_LINES_MEDIAN}")
    if functions:
        usual = sum(lines <= FUNCTION_LINES_USUAL for lines in functions.values()) / len(functions)
        large = sum(lines > FUNCTION_LINES_MAX for lines in functions.values()) / len(functions)
        if usual < USUAL_SHARE:
            problems.append(f"{usual:.1%} of the functions have at most {FUNCTION_LINES_USUAL} lines; 90 % must")
        if large >= LARGE_SHARE:
            problems.append(f"{large:.1%} of the functions have more than {FUNCTION_LINES_MAX} lines; fewer than 2 % may")
    return problems


def check(root, ratchet, names=None):
    files, functions = measure(root, names if names is not None else tracked_files(root))
    problems = check_whole(files, functions)
    problems += check_ratchet("file", exceptions(files, FILE_LINES_MAX), ratchet["files"], FILE_LINES_MAX)
    problems += check_ratchet("function", exceptions(functions, FUNCTION_LINES_MAX), ratchet["functions"], FUNCTION_LINES_MAX)
    return problems, files, functions


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    path = arguments.root / "tools/size_ratchet.json"
    ratchet = json.loads(path.read_text())
    problems, files, functions = check(arguments.root, ratchet)
    if arguments.update:
        now = {"files": exceptions(files, FILE_LINES_MAX), "functions": exceptions(functions, FUNCTION_LINES_MAX)}
        path.write_text(json.dumps(now, indent=2) + "\n")
        return 0
    longest = sorted(functions.values())[int(len(functions) * USUAL_SHARE)] if functions else 0
    print("\n".join(problems) or f"{len(files)} files (median {statistics.median(files.values()):.0f} lines), "
          f"{len(functions)} functions (90 % up to {longest} lines)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
