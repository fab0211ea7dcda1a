#!/usr/bin/env python3
"""Compare the #include lines of src/ with the links that the rooms declare in CMake.

A room is a folder of src/ with a `sluice_room(name ... LINKS ...)`. An include must point into the room itself or into a
room that it links, directly or through others; links point only at rooms that the root CMakeLists.txt lists earlier (so
there is no cycle); `core` includes no Arrow; public headers under include/ name no third-party library, and of the rooms
only the one behind them includes them.
"""
import argparse
import pathlib
import re
import sys

INCLUDE = re.compile(r'^[ \t]*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
KEYWORDS = {"SOURCES", "HEADERS", "LINKS", "LIBRARIES", "TESTS"}
FACE = "library"  # the room behind include/
# Whose memory public headers write to without a call.
INLINED = {"recorder": "sluice/recorder_"}
ARROW_FREE_ROOMS = {"core", "encoding", "storage"}
THIRD_PARTY = re.compile(r"^(arrow|parquet|nlohmann|simdjson|yaml-cpp|CLI|fmt|spdlog|re2|sqlite3|duckdb|zstd|gtest)[/.]")


def without_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def calls(text, function):
    """The argument lists of each call of a CMake function."""
    return [m.group(1).split() for m in re.finditer(rf"\b{function}\s*\(([^)]*)\)", without_comments(text))]


def keyword_values(arguments, keyword):
    values, active = [], False
    for word in arguments:
        if word in KEYWORDS or word in {"PUBLIC", "PRIVATE", "INTERFACE"}:
            active = word == keyword
        elif active:
            values.append(word)
    return values


def room_order(root):
    text = without_comments((root / "CMakeLists.txt").read_text())
    match = re.search(r"foreach\(room ([^)]*)\)", text)
    return match.group(1).split() if match else []


def read_links(root):
    """Per room: the rooms its library links, and those its tests link besides."""
    links, test_links = {}, {}
    for path in sorted((root / "src").glob("*/CMakeLists.txt")):
        text, room = path.read_text(), path.parent.name
        links[room], test_links[room] = set(), set()
        for arguments in calls(text, "sluice_room"):
            links[room].update(keyword_values(arguments, "LINKS"))
        for arguments in calls(text, "sluice_test"):
            test_links[room].update(name.removeprefix("sluice_") for name in keyword_values(arguments, "LINKS"))
    return links, test_links


def closure(start, links):
    seen, open_rooms = set(), list(start)
    while open_rooms:
        room = open_rooms.pop()
        if room not in seen:
            seen.add(room)
            open_rooms.extend(links.get(room, ()))
    return seen


def check_links(links, order):
    problems = []
    for room, targets in links.items():
        if room not in order:
            problems.append(f"src/{room}/CMakeLists.txt: the room is not in the list of the root CMakeLists.txt")
            continue
        for target in sorted(targets):
            if target not in order:
                problems.append(f"src/{room}/CMakeLists.txt: links '{target}', which is no room")
            elif target == FACE:
                problems.append(f"src/{room}/CMakeLists.txt: links '{target}', which is for users of the library")
            elif order.index(target) >= order.index(room):
                problems.append(f"src/{room}/CMakeLists.txt: links '{target}', which is not below it: links go only downwards")
    return problems


def check_file(root, path, room, allowed):
    problems = []
    text = path.read_text(errors="replace")
    for match in INCLUDE.finditer(text):
        style, target = match.groups()
        place = f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
        if room in ARROW_FREE_ROOMS and re.match(r"(arrow|parquet)/", target):
            problems.append(f"{place}: '{room}' must build without Arrow, but includes <{target}>")
        folder = target.split("/")[0]
        if style == '"' and "/" in target and (root / "src" / folder).is_dir() and folder not in allowed:
            problems.append(f"{place}: includes \"{target}\", but '{room}' does not link '{folder}'")
        if style == '"' and folder == "sluice" and room != FACE and not target.startswith(INLINED.get(room, "-")):
            problems.append(f"{place}: includes \"{target}\", which is for users: rooms use each other's headers")
    return problems


def check_public_headers(root):
    problems = []
    for path in sorted((root / "include").rglob("*.h")):
        for _, target in INCLUDE.findall(path.read_text()):
            if THIRD_PARTY.match(target):
                problems.append(f"{path.relative_to(root)}: a public header includes <{target}> of a third party")
    return problems


def check(root):
    links, test_links = read_links(root)
    problems = check_links(links, room_order(root)) + check_public_headers(root)
    for room in sorted(links):
        below = closure([room], links)
        for path in sorted((root / "src" / room).rglob("*")):
            if path.suffix not in {".h", ".cc"}:
                continue
            allowed = below
            if path.stem.endswith("_test"):
                allowed = closure(below | test_links[room], links)
            problems += check_file(root, path, room, allowed)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    print("\n".join(problems) or "the includes agree with the links")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
