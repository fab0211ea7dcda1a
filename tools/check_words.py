#!/usr/bin/env python3
"""Fail on words that do not belong into the repository: open ends, machine paths, registry hosts, names that say nothing."""
import argparse
import pathlib
import re
import subprocess
import sys

# Split in two, so that this file does not find itself.
FORBIDDEN = {
    r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b": "an open end: do it, or open an issue",
    r"\bnot imple" + r"mented\b": "an open end: refuse by name what comes later",
    r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|home/(?!u/|user/)\w+|tmp/[a-z])/": "a path of one machine",
    r"\b(?:py" + r"pi\.org|python" + r"hosted\.org|npm" + r"js\.org|cra" + r"tes\.io|deb\.deb" + r"ian\.org|proxy\.go" + r"lang\.org)":
        "the host of a package registry",
    r"\bissue (?:#\s?)?\d+\b|\bWO-2" + r"\d{5}\b|/sha" + r"red/seeds": "a word of one workplace",
}
NAMELESS = re.compile(r"(?:^|[/_.])(?:utils?|helpers?|common|misc|manager)(?=[/_.]|$)")
BINARY = {".parquet", ".gz", ".zst", ".png", ".bin"}
# Texts that others wrote, and corpora of hostile bytes.
EXEMPT = re.compile(r"^(LICENSE|fuzz/corpus/|tests/data/|tools/duckdb/package-lock\.json)")


def tracked_files(root):
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    return sorted(name for name in names if name and (root / name).is_file())


def check_text(name, text):
    problems = []
    for pattern, reason in FORBIDDEN.items():
        for match in re.finditer(pattern, text):
            line = text.count("\n", 0, match.start()) + 1
            problems.append(f"{name}:{line}: '{match.group(0)}': {reason}")
    return problems


def check(root, names=None):
    problems = []
    for name in names if names is not None else tracked_files(root):
        if NAMELESS.search(name):
            problems.append(f"{name}: the name says nothing; name the noun that the file holds")
        path = root / name
        if path.suffix in BINARY or EXEMPT.match(name):
            continue
        try:
            problems += check_text(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            problems.append(f"{name}: is not UTF-8; give it a suffix that says what it is")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    print("\n".join(problems) or "no forbidden words")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
