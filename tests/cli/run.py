#!/usr/bin/env python3
"""Run the text cases of the command: tests/cli/cases/*.txt, each in a folder of its own.

A case is a text file. Lines that start with '#' before the first command say what it shows. Then, in any order:

    --- file: a.csv          the lines up to '---' become the file a.csv
    --- bytes: b.csv         the same, with Python escapes (\\x00, \\r), and no line break that is not written as \\n
    ---
    $ sluice copy a.csv a.parquet && rows a.parquet
    ? 65                     the exit code that the command must have (0 when not said)
    text                     a line of standard output; all lines must be there, in order
    [...]                    any number of lines
    a [..] line              any text within the line
    ! error[[..]]: what      a line of standard error; others may stand around it

A command runs in bash with pipefail; `sluice` is the binary under test, `python3` has pyarrow, `rows FILE...` prints the schema and the rows of
Parquet files as a reader that is not ours sees them, `field NAME...` prints members of a JSON document from its input, `record DIR` lets a recorder
have written the Parquet files of a folder.
"""
import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMAND_SECONDS_MAX = 120
# The same cases must hold with one thread, tiny chunks and a small budget.
ODD_SETTINGS = {"SLUICE_THREADS": "1", "SLUICE_MEMORY": "64MiB", "SLUICE_CHUNK_BYTES": "64"}


@dataclasses.dataclass
class Command:
    line: int
    text: str
    code: int = 0
    output: list = dataclasses.field(default_factory=list)
    errors: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class WrittenFile:
    name: str
    data: bytes


def parse_file(kind, name, lines):
    if kind == "bytes":
        return WrittenFile(name, "".join(lines).encode().decode("unicode_escape").encode("latin-1"))
    return WrittenFile(name, "".join(line + "\n" for line in lines).encode())


def parse_case(text):
    """The steps of a case: files to write and commands to run, in order."""
    steps, lines, index = [], text.split("\n"), 0
    while index < len(lines):
        line = lines[index]
        index += 1
        opening = re.match(r"--- (file|bytes): (.+)$", line)
        if opening:
            end = lines.index("---", index)
            steps.append(parse_file(*opening.groups(), lines[index:end]))
            index = end + 1
        elif line.startswith("$ "):
            steps.append(Command(index, line[2:]))
        elif not steps or not isinstance(steps[-1], Command):
            if line.strip() and not line.startswith("#"):
                raise ValueError(f"line {index}: '{line}' belongs to no command")
        elif line.startswith("? "):
            steps[-1].code = int(line[2:])
        elif line.startswith("! "):
            steps[-1].errors.append(line[2:])
        elif line.startswith("#") or (not line and (index == len(lines) or not lines[index] or lines[index][0] in "$#-")):
            pass
        else:
            steps[-1].output.append(line)
    return steps


def line_pattern(line):
    return ".*".join(re.escape(part) for part in line.split("[..]"))


def output_matches(wanted, got):
    pattern = "".join(r"(?:.*\n)*" if line == "[...]" else line_pattern(line) + r"\n" for line in wanted)
    return re.fullmatch(pattern, got) is not None


def errors_match(wanted, got):
    lines = iter(got.split("\n"))
    return all(any(re.fullmatch(line_pattern(want), line) for line in lines) for want in wanted)


def difference(step, done):
    """None, or a text that says how the outcome of a command differs from what the case wants."""
    problems = []
    if done.returncode != step.code:
        problems.append(f"exit code {done.returncode}, wanted {step.code}")
    if not output_matches(step.output, done.stdout):
        problems.append("wanted on standard output:\n    " + "\n    ".join(step.output or ["(nothing)"]))
    if not errors_match(step.errors, done.stderr):
        problems.append("wanted on standard error:\n    " + "\n    ".join(step.errors))
    if not problems:
        return None
    got = f"standard output:\n{done.stdout}standard error:\n{done.stderr}"
    return f"line {step.line}: $ {step.text}\n  " + "\n  ".join(problems) + "\n  got " + got.replace("\n", "\n    ")


def run_step(step, folder, environment):
    if isinstance(step, WrittenFile):
        path = folder / step.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(step.data)
        return None
    try:
        done = subprocess.run(["bash", "-o", "pipefail", "-c", step.text], cwd=folder, env=environment, text=True,
                              errors="backslashreplace", capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=COMMAND_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f"line {step.line}: $ {step.text}\n  still running after {COMMAND_SECONDS_MAX} s"
    return difference(step, done)


def run_case(path, environment):
    """None, or the first difference."""
    with tempfile.TemporaryDirectory(prefix="sluice-case-") as folder:
        work = pathlib.Path(folder) / "work"
        work.mkdir()
        own = dict(environment, HOME=folder, XDG_CONFIG_HOME=folder + "/.config", TMPDIR=folder)
        try:
            for step in parse_case(path.read_text()):
                problem = run_step(step, work, own)
                if problem:
                    return problem
        except ValueError as error:
            return str(error)
    return None


def make_tools(folder, sluice, source):
    """A folder for PATH with the commands of the cases."""
    (folder / "sluice").symlink_to(sluice)
    for name, script in (("rows", f'"{HERE}/rows.py"'), ("field", f'"{HERE}/field.py"'),
                         ("record", f'"{HERE}/record.py"'), ("python3", "")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {script} "$@"\n')
        (folder / name).chmod(0o755)
    return {
        "PATH": f"{folder}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb",
        "EXAMPLES": str(source / "examples"), "PYTHONDONTWRITEBYTECODE": "1",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=HERE.parent.parent / "build/release/sluice")
    parser.add_argument("--cases", type=pathlib.Path, default=HERE / "cases")
    parser.add_argument("--odd", action="store_true", help="one thread, tiny chunks, a small memory budget")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*", help="only cases whose name contains one of these")
    arguments = parser.parse_args()
    paths = [path for path in sorted(arguments.cases.glob("*.txt"))
             if not arguments.names or any(name in path.stem for name in arguments.names)]
    if not arguments.sluice.exists() or not paths:
        sys.exit(f"no binary at {arguments.sluice}" if paths else "no case has such a name")
    with tempfile.TemporaryDirectory() as tools:
        environment = make_tools(pathlib.Path(tools), arguments.sluice.resolve(), HERE.parent.parent)
        environment.update(ODD_SETTINGS if arguments.odd else {})
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            outcomes = list(pool.map(lambda path: run_case(path, environment), paths))
    for path, problem in zip(paths, outcomes):
        if problem:
            print(f"FAILED {path.stem}: {problem}\n")
    failed = sum(problem is not None for problem in outcomes)
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
