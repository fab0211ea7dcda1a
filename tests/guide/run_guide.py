#!/usr/bin/env python3
"""Run every command of docs/guide/*.md and README.md's tour, and check what the page shows.

Each page runs in a scratch folder of its own, from top to bottom:

    ```console            the lines that start with '$ ' are run; the others must appear in the output, in this order
    $ sluice copy a.csv a.parquet
    ✓ Wrote … rows        '…' stands for any text; a line of '…' alone for anything
    ```
    ```console exit=65    the last command of the block must exit with this code
    ```csv file=a.csv     the block is written to the file before what follows
    ```console skip       shown, not run: only for what needs another machine

Standard output and standard error are one stream here, as on a reader's terminal.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS_MAX = 120


def commands_of(body):
    """[(command, [shown lines])]; a line that ends with a backslash goes on in the next."""
    commands, lines = [], iter(body.split("\n"))
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + next(lines).lstrip()
            commands.append((command, []))
        elif line.strip() and commands:
            commands[-1][1].append(line)
    return commands


def shown_lines_appear(shown, output):
    lines = iter(output.split("\n"))
    for want in shown:
        if want.strip() == "…":
            continue
        pattern = ".*".join(re.escape(part) for part in want.rstrip().split("…"))
        if not any(re.fullmatch(pattern, line.rstrip()) for line in lines):
            return want
    return None


def run_block(options, body, folder, environment):
    """The problems of one console block."""
    wanted_code = int(match.group(1)) if (match := re.search(r"exit=(\d+)", options)) else 0
    commands, problems = commands_of(body), []
    for index, (command, shown) in enumerate(commands):
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", timeout=SECONDS_MAX)
        code = wanted_code if index + 1 == len(commands) else 0
        if done.returncode != code:
            problems.append(f"$ {command}\n  exit code {done.returncode}, the page says {code}\n{done.stdout}")
        elif (missing := shown_lines_appear(shown, done.stdout)) is not None:
            problems.append(f"$ {command}\n  the page shows: {missing}\n  but it printed:\n{done.stdout}")
    return problems, len(commands)


def run_page(page, environment):
    problems, count = [], 0
    with tempfile.TemporaryDirectory(prefix="sluice-guide-") as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(ROOT / "examples", folder / "examples") if (ROOT / "examples").is_dir() else folder.mkdir()
        own = dict(environment, HOME=name, XDG_CONFIG_HOME=name)
        for language, options, body in BLOCK.findall(page.read_text(encoding="utf-8")):
            if target := re.search(r"file=(\S+)", options):
                path = folder / target.group(1)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body, encoding="utf-8")
            elif language == "console" and "skip" not in options:
                found, commands = run_block(options, body, folder, own)
                problems, count = problems + found, count + commands
    return problems, count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=ROOT / "build/release/sluice")
    parser.add_argument("names", nargs="*", help="only pages whose name contains one of these")
    arguments = parser.parse_args()
    pages = [page for page in [ROOT / "README.md", *sorted((ROOT / "docs/guide").glob("*.md"))]
             if not arguments.names or any(name in page.name for name in arguments.names)]
    with tempfile.TemporaryDirectory() as tools:
        (pathlib.Path(tools) / "sluice").symlink_to(arguments.sluice.resolve())
        environment = {"PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TERM": "dumb", "TZ": "UTC"}
        outcomes = [(page, *run_page(page, environment)) for page in pages]
    for page, problems, _ in outcomes:
        for problem in problems:
            print(f"FAILED {page.relative_to(ROOT)}: {problem}")
    failed = sum(len(problems) for _, problems, _ in outcomes)
    commands = sum(count for _, _, count in outcomes)
    print(f"{commands - failed} passed, {failed} failed")
    return 1 if failed or not commands else 0


if __name__ == "__main__":
    sys.exit(main())
