#!/usr/bin/env python3
"""Each header of src/, include/ and tests/ compiles alone.

One that its own source file includes first was compiled so by the build; the others are compiled here, with the flags of
their room. ccache makes the second run cheap.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys


def flags_of_rooms(build):
    """Per folder of src/: the compiler and the flags of one of its files."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        room = re.search(r"/src/(\w+)/", entry["file"])
        if not room or entry["file"].endswith("_test.cc"):
            continue
        words = shlex.split(entry["command"])
        compiler = next(i for i, word in enumerate(words) if not word.endswith("ccache"))
        kept = [word for word in words[compiler:words.index("-o")] if not re.match(r"-O\d|-g\d?$|-fsanitize|-M", word)]
        flags[room.group(1)] = kept
    return flags


def is_proven(root, header, built):
    """True for x.h when the build compiles the x.cc beside it, and x.cc begins with it."""
    source = (root / "src" / header).with_suffix(".cc")
    if header.rsplit(".", 1)[0] not in built or not source.exists():
        return False
    first = re.search(r'^#include (\S+)', source.read_text(), re.MULTILINE)
    return first is not None and first[1] == f'"{header}"'


def sources_built(build):
    """The sources of src/ that the build compiles: "room/x" for src/room/x.cc."""
    files = [entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())]
    return {match[1] for file in files if (match := re.search(r"/src/(.+)\.cc$", file))}


def lacks_guard(root, header):
    paths = [root / base / header for base in ("src", "include", ".")]
    return not any(path.exists() and "#pragma once" in path.read_text() for path in paths)


def compile_header(root, scratch, header, flags):
    """None, or what the compiler said."""
    unit = scratch / (re.sub(r"\W", "_", header) + ".cc")
    wanted = f'#include "{header}"\n'
    if not unit.exists() or unit.read_text() != wanted:
        unit.write_text(wanted)
    command = flags + ["-O0", *(f"-I{root / base}" for base in ("src", "include", ".")), "-c", str(unit), "-o", str(unit) + ".o"]
    if shutil.which("ccache"):
        command.insert(0, "ccache")
    done = subprocess.run(command, capture_output=True, text=True, cwd=scratch)
    return None if done.returncode == 0 else done.stderr


def check(root, build, jobs):
    flags = flags_of_rooms(build)
    if not flags:
        return ["the build folder has no compile commands of rooms"], 0
    scratch = build / "headers"
    scratch.mkdir(exist_ok=True)
    fallback = max(flags.values(), key=len)
    headers = sorted(str(p.relative_to(root / base)) for base in ("src", "include") for p in (root / base).rglob("*.h"))
    headers += sorted(str(p.relative_to(root)) for p in (root / "tests").rglob("*.h"))
    unguarded = [f"{header} has no #pragma once" for header in headers if lacks_guard(root, header)]
    count = len(headers)
    built = sources_built(build)
    headers = [header for header in headers if not is_proven(root, header, built)]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        run = lambda header: compile_header(root, scratch, header, flags.get(header.split("/")[0], fallback))  # noqa: E731
        said = list(pool.map(run, headers))
    return unguarded + [f"{header} does not compile alone:\n{text}" for header, text in zip(headers, said) if text], count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a configured build folder")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    problems, count = check(arguments.root, arguments.build.resolve(), arguments.jobs)
    print("\n".join(problems) or f"{count} headers compile alone")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
