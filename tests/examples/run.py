#!/usr/bin/env python3
"""Run the programs of a folder of examples, one after the other in one scratch folder, and compare what they print."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

# Each step: the command's words, its exit code, what it prints.
TABLE = (
    ("scan weather", 1, "NotFound: weather is not a Delta table: it has no log in _delta_log\n  hint: name the folder that holds _delta_log\n"),
    ("append weather 1", 0, "version 1: 3 rows\n"),
    ("append weather 2", 0, "version 2: 3 rows\n"),
    ("append weather 2", 0, "was there already\n"),
    ("scan weather", 0, """version 2, files to read: 2, skipped: 0
city=Kyiv at=1767229200000000 degrees=21.5
city=Oslo at=1767229200000000 degrees=11.25
city=Lima at=1767229200000000 degrees=NULL
city=Kyiv at=1767232800000000 degrees=22.5
city=Oslo at=1767232800000000 degrees=10.25
city=Lima at=1767232800000000 degrees=NULL
"""),
    ("scan weather degrees<11", 0, "version 2, files to read: 1, skipped: 1\ncity=Oslo at=1767232800000000 degrees=10.25\n"),
    ("scan weather@v1 city='Oslo'", 0, "version 1, files to read: 1, skipped: 0\ncity=Oslo at=1767229200000000 degrees=11.25\n"),
    ("scan weather nothing=1", 1, "InvalidInput: there is no column nothing\n  hint: the columns are city, at, degrees; a text stands in single quotes\n"),
    ("follow weather state", 0, "versions 0 to 2: insert 6\n"),
    ("append weather 3", 0, "version 3: 3 rows\n"),
    ("follow weather state", 0, "versions 3 to 3: insert 3\n"),
    ("follow weather state", 0, "nothing new since version 3\n"),
    ("maintain weather", 0, """optimize: 3 files became 1
checkpoint: written, 1 files
vacuum: 0 files
verify: 1 files, 9 rows, 0 findings
history: 4 OPTIMIZE
history: 3 WRITE
history: 2 WRITE
"""),
    ("append weather 3", 0, "was there already\n"),
    ("scan weather degrees>23", 0, "version 4, files to read: 1, skipped: 0\ncity=Kyiv at=1767236400000000 degrees=23.5\n"),
)
RECORDER = (
    ("record log", 0, "accepted 100000, landed 100000, dropped 0, files 1\n"),
    ("record_c log", 0, "accepted 3, landed 3, dropped 0, files 1\n"),
    # Another run goes on behind the files of the first.
    ("record_c log", 0, "accepted 3, landed 3, dropped 0, files 1\n"),
    ("record_c other delta:calls", 0, "accepted 3, landed 3, dropped 0, files 1\n3 of 3 rows are in the table\n"),
    ("record_c other delta:calls", 0, "accepted 3, landed 3, dropped 0, files 1\n6 of 6 rows are in the table\n"),
    # The folder has another recorder's columns, too.
    ("record_c log delta:calls", 1, "accepted 3, landed 3, dropped 0, files 1\n0 of 0 rows are in the table\n"),
    ("record_c", 64, ""),
    ("record_c /dev/null", 1, ""),
)
FIRST = """recorded 1000 rows
qe_demo_load_0000.parquet: cleaned, 1000 of 1000 rows
"""
SECOND = FIRST + "qe_demo_load_0001.parquet: cleaned, 1000 of 1000 rows\n"
LOAD = (
    ("load log duckdb:calls.duckdb?table=calls", 0, FIRST + "1000 of 1000 rows are in the table\n"),
    # The second run's file is loaded, the first one's is known.
    ("load log duckdb:calls.duckdb?table=calls", 0, SECOND + "2000 of 2000 rows are in the table\n"),
    ("load other delta:calls", 0, FIRST + "1000 of 1000 rows are in the table\n"),
    ("load other oracle:calls", 1, "recorded 1000 rows\n"),
    ("load other delta:calls", 0, SECOND + "qe_demo_load_0002.parquet: cleaned, 1000 of 1000 rows\n"
     "3000 of 3000 rows are in the table\n"),
    ("load other", 64, ""),
)
SETS = {"table": TABLE, "recorder": RECORDER, "load": LOAD}


def run_step(programs, folder, words, code, printed):
    """What is wrong, or None."""
    name, *arguments = words.split()
    done = subprocess.run([str(programs / name), *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    if (done.returncode, done.stdout) == (code, printed):
        return None
    return f"{words}: exit code {done.returncode}, expected {code}; printed\n{done.stdout}{done.stderr[-2000:]}expected\n{printed}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="the folder of the compiled examples")
    parser.add_argument("--set", choices=SETS, default="table")
    arguments = parser.parse_args()
    programs, steps = arguments.programs.resolve(), SETS[arguments.set]
    with tempfile.TemporaryDirectory() as folder:
        for words, code, printed in steps:
            problem = run_step(programs, folder, words, code, printed)
            if problem:
                print(problem)
                return 1
    print(f"{len(steps)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
