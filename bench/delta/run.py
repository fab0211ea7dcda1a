#!/usr/bin/env python3
"""`./dev bench delta`: Delta tables beside delta-rs, and for reads beside DuckDB's delta extension, interleaved in one run.

Only ratios within one run count. A quick look: --rounds 1 --only open-commits. Without a built sluice or driver the peers
run alone. What each tool costs before its work is measured in the case `start`, which always runs, and taken off.
"""
from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent / "files"))  # its measure.py and machine.py
import machine  # noqa: E402
import report  # noqa: E402
from cases import CASES, Case  # noqa: E402
from measure import ProcessFailed  # noqa: E402
from subjects import SLUICE, Run, Tools, run_subject  # noqa: E402

ROOT = HERE.parent.parent
# Part of the data's folder name: raise it when generate.py makes other tables.
DATA_VERSION = "delta-v1"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each process (default: %(default)s)")
    parser.add_argument("--only", default=",".join(CASES), help="cases, comma-separated (default: %(default)s)")
    parser.add_argument("--sluice", type=pathlib.Path, default=ROOT / "build/release/sluice", help="the binary to measure")
    parser.add_argument("--driver", type=pathlib.Path, default=ROOT / "build/bench/bench/delta_driver", help="the library's driver")
    parser.add_argument("--result", type=pathlib.Path, help="where the JSON goes (default: bench/results/ for a whole run)")
    arguments = parser.parse_args()
    arguments.only = arguments.only.split(",")
    unknown = [name for name in arguments.only if name not in CASES]
    if unknown or arguments.rounds < 1:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}" if unknown else "at least one round")
    arguments.only = ["start", *(name for name in arguments.only if name != "start")]
    return arguments


def make_tables(python: pathlib.Path, data: pathlib.Path, names: list[str]) -> None:
    """Make what is missing, and read everything once, so that the first to run does not pay for the disk."""
    tables = sorted({table for name in names for table in CASES[name].tables})
    subprocess.run([str(python), str(HERE / "generate.py"), str(data), *tables], check=True)
    for path in data.rglob("*"):
        if path.is_file():
            path.read_bytes()


def run_case(case: Case, tools: Tools, data: pathlib.Path, rounds: int, failures: list[str]) -> dict[str, list[Run]]:
    """A B C, C B A, ...: a disturbance of the machine meets everybody, and nobody always follows the one that leaves the
    coldest caches. Who fails once leaves the case."""
    subjects = [subject for subject in case.subjects if tools.is_there(subject.tool)]
    runs: dict[str, list[Run]] = {subject.name: [] for subject in subjects}
    for index in range(case.rounds or rounds):
        for subject in subjects[:] if index % 2 == 0 else subjects[::-1]:
            if subject.rounds is not None and index >= subject.rounds:
                continue
            try:
                runs[subject.name].append(run_subject(subject, tools, data, is_first=index == 0))
            except (ProcessFailed, KeyError, IndexError, TypeError, ValueError) as failure:
                failures.append(f"{case.title}: {subject.name}: {type(failure).__name__}: {failure}".strip())
                subjects.remove(subject)
                del runs[subject.name]
    return runs


def peer_versions(python: pathlib.Path) -> dict[str, str]:
    code = "import importlib.metadata as m; print('\\n'.join(f'{n} {m.version(n)}' for n in ('deltalake', 'duckdb', 'duckdb-ext-delta')))"
    said = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in said.splitlines())


def result_path(arguments: argparse.Namespace, tools: Tools, data: pathlib.Path, date: str) -> pathlib.Path:
    """The kept results are those of whole runs; others stay beside the data."""
    if arguments.result:
        return arguments.result
    is_whole = set(arguments.only) == set(CASES) and tools.sluice.exists() and tools.driver.exists()
    return (ROOT / "bench/results" if is_whole else data) / f"delta-{date}.json"


def main() -> int:
    arguments = parse_arguments()
    tools = Tools(arguments.sluice.resolve(), arguments.driver.resolve(), ROOT / ".deps/delta-venv/bin/python")
    data = ROOT / "build/bench-data" / DATA_VERSION
    data.mkdir(parents=True, exist_ok=True)
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
    make_tables(tools.python, data, arguments.only)
    versions = {SLUICE: machine.sluice_version(tools.sluice), **peer_versions(tools.python)}
    facts = {"date": date, "rounds": arguments.rounds, "machine": machine.machine_facts(), "versions": versions}
    print(json.dumps(facts, indent=1))
    for path in (tools.sluice, tools.driver):
        if not path.exists():
            print(f"{path.name} is not built: its cases are not measured")
    results: dict[str, dict[str, list[Run]]] = {}
    failures: list[str] = []
    for name in arguments.only:
        results[name] = run_case(CASES[name], tools, data, arguments.rounds, failures)
        print("\n" + report.case_table(results, name), flush=True)
    print("\n" + report.goal_table(results))
    path = result_path(arguments, tools, data, date)
    path.write_text(json.dumps({**report.as_json(results, facts), "failures": [text.split("\n")[0] for text in failures]}, indent=1) + "\n")
    print("\n".join(["", *failures, f"written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}"]))
    shutil.rmtree(data / "scratch", ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
