#!/usr/bin/env python3
"""kill -9 at random moments: no partial file is ever visible, and a rerun gives the same bytes.

`copy` and `run` of the real binary are killed after random delays that spread over their whole duration; after each kill
every visible Parquet file is read in full, then the command is run again to its end and compared with an undisturbed run.
"""
import argparse
import hashlib
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pyarrow.parquet

ROWS = 120_000
COLUMNS = "id int64, t string, x float64"
CONFIG = """version: 1
timezone: UTC
jobs:
  perf:
    kind: export
    source: {files: "in/perf_{date:%Y%m%d}.csv"}
    schema: perf.yaml
    target: {parquet: "out", file: "year={date:%Y}/perf_{date:%Y%m%d}.parquet"}
"""
SCHEMA = """fields:
  - {name: id, type: int64}
  - {name: t, type: string}
  - {name: x, type: float64}
"""


def rows_text(seed, count):
    generator = random.Random(seed)
    lines = (f'{i},"text {generator.randrange(10**9)}\nmore",{generator.random():.6f}' for i in range(count))
    return "id,t,x\n" + "\n".join(lines) + "\n"


def prepare(folder):
    (folder / "in").mkdir(parents=True)
    (folder / "big.csv").write_text(rows_text(0, ROWS))
    for day in range(1, 7):
        (folder / f"in/perf_2025100{day}.csv").write_text(rows_text(day, ROWS // 20))
    (folder / "sluice.yaml").write_text(CONFIG)
    (folder / "perf.yaml").write_text(SCHEMA)


def visible(folder):
    """The published files: what a reader with a glob would see."""
    return sorted(path for path in folder.rglob("*.parquet") if not path.name.startswith("."))


def contents(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in visible(folder)}


def check_visible(folder):
    """Each visible file can be read in full."""
    problems = []
    for path in visible(folder):
        try:
            pyarrow.parquet.ParquetFile(path).read().validate(full=True)
        except Exception as error:  # any failure to read is the finding
            problems.append(f"{path.name} is visible and broken: {error}")
    return problems


def leftovers(folder, expected):
    """Files that neither the input, the state nor the output accounts for."""
    known = {"big.csv", "sluice.yaml", "perf.yaml", "in"} | set(expected)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() and ".sluice" not in path.parts and str(path.relative_to(folder)) not in known
                  and not str(path.relative_to(folder)).startswith("in/"))


def reset(folder):
    for name in ("out", ".sluice"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in folder.glob("*.parquet"):
        path.unlink()


def attempt(command, folder, seconds):
    """Start the command and kill it after `seconds`; True when it was still running."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def kill_rounds(command, again, folder, rounds, generator):
    """[(name, problems)] of one command under repeated kills. `again` is the rerun."""
    reset(folder)
    begin = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    duration = time.monotonic() - begin
    wanted, outcomes, killed = contents(folder), [], 0
    for index in range(rounds):
        reset(folder)
        delay = duration * (index + generator.random()) / rounds
        killed += attempt(command, folder, delay)
        problems = check_visible(folder)
        done = subprocess.run(again, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            problems.append(f"the rerun failed with {done.returncode}: {done.stderr[:400]}")
        if contents(folder) != wanted:
            problems.append(f"the rerun gave other bytes: {sorted(contents(folder))}")
        problems += [f"left over after the rerun: {name}" for name in leftovers(folder, wanted)]
        outcomes.append((f"{command[1]} killed after {delay * 1000:.0f} ms", problems))
    if killed < rounds // 3:
        outcomes.append((f"{command[1]}: kills that met a running process", [f"only {killed} of {rounds}"]))
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sluice", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build/release/sluice")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    generator = random.Random(arguments.seed)
    sluice = str(arguments.sluice.resolve())
    copy = [sluice, "copy", "big.csv", "big.parquet", "--columns", COLUMNS, "-q"]
    run = [sluice, "run", "--historical", "-q"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(folder)
        outcomes = kill_rounds(copy, copy + ["--mode", "overwrite"], folder, arguments.rounds, generator)
        outcomes += kill_rounds(run, run, folder, arguments.rounds, generator)
    for name, problems in outcomes:
        if problems:
            print(f"FAILED {name}: " + "; ".join(problems))
    failed = sum(bool(problems) for _, problems in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
