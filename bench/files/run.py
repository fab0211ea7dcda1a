#!/usr/bin/env python3
"""`./dev bench files`: the speed and memory of `sluice copy` beside its peers, all interleaved in one run.

Only ratios within one run count. A quick look: --rows 200000 --rounds 1. Without a built sluice the peers run alone.
"""
from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import machine  # noqa: E402
import report  # noqa: E402
from cases import CASES, Case  # noqa: E402
from goals import Results  # noqa: E402
from measure import ProcessFailed, Usage, measure  # noqa: E402
from peer_install import Peers  # noqa: E402
from shape import ROWS_FULL  # noqa: E402
from subjects import HERE, SLUICE, Bench, Subject  # noqa: E402

ROOT = HERE.parent.parent
# Part of the data's folder name: raise it when generate.py writes other bytes.
DATA_VERSION = "v1"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS_FULL, help="rows of the mixed inputs (default: %(default)s, about 640 MB)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each process (default: %(default)s)")
    parser.add_argument("--only", default=",".join(CASES), help="cases, comma-separated (default: %(default)s)")
    parser.add_argument("--sluice", type=pathlib.Path, default=ROOT / "build/release/sluice", help="the binary to measure")
    parser.add_argument("--result", type=pathlib.Path, help="where the JSON goes (default: bench/results/ for a whole run)")
    parser.add_argument("--upgrade-peers", action="store_true", help="fetch the newest versions of the peers first")
    parser.add_argument("--keep", action="store_true", help="keep the written files in build/bench-data/")
    arguments = parser.parse_args()
    arguments.only = arguments.only.split(",")
    unknown = [name for name in arguments.only if name not in CASES]
    if unknown or arguments.rounds < 1 or arguments.rows < 1:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}" if unknown else "at least one row and one round")
    return arguments


def make_inputs(bench: Bench, names: list[str]) -> None:
    """Make what is missing, and read everything once, so that the first to run does not pay for the disk."""
    inputs = sorted({item for name in names for item in CASES[name].inputs})
    if inputs:
        command = [str(bench.peer_python), "generate.py", "--rows", str(bench.rows), "--folder", str(bench.data)]
        command += ["--inputs", ",".join(inputs)]
        subprocess.run(command, cwd=HERE, check=True)
    (bench.data / "out").mkdir(parents=True, exist_ok=True)
    for path in bench.data.iterdir():
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.read(1 << 22):
                    pass


def check_output(bench: Bench, case: str, subject: Subject) -> None:
    if not subject.check:
        return
    command = [str(bench.peer_python), "verify.py", str(subject.output), *subject.check]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    if done.returncode != 0:
        raise ProcessFailed(f"{subject.name} did not do the work:\n{done.stdout}{done.stderr}")


def run_once(bench: Bench, case: str, subject: Subject, is_first: bool) -> Usage:
    for path in (subject.output, *subject.leftovers):
        path.unlink(missing_ok=True)
    usage = measure(subject.command, subject.output, subject.cwd, subject.exit_codes)
    if is_first:
        check_output(bench, case, subject)
    return usage


def run_case(bench: Bench, name: str, case: Case, rounds: int, failures: list[str]) -> dict[str, list[Usage]]:
    """A B C, A B C, ...: a disturbance of the machine meets everybody. Who fails once leaves the case."""
    has_sluice = bench.sluice.exists()
    subjects = [subject for subject in case.subjects(bench) if has_sluice or not subject.name.startswith(SLUICE)]
    runs: dict[str, list[Usage]] = {subject.name: [] for subject in subjects}
    for index in range(case.rounds or rounds):
        for subject in list(subjects):
            if subject.rounds is not None and index >= subject.rounds:
                continue
            try:
                runs[subject.name].append(run_once(bench, name, subject, is_first=index == 0))
            except ProcessFailed as failure:
                failures.append(f"{name}: {failure}".strip())
                subjects.remove(subject)
                del runs[subject.name]
    return runs


def result_path(arguments: argparse.Namespace, bench: Bench, date: str) -> pathlib.Path:
    """The kept results are those of whole runs on all rows; others stay beside the data."""
    if arguments.result:
        return arguments.result
    is_whole = arguments.only == list(CASES) and arguments.rows == ROWS_FULL and bench.sluice.exists()
    return (ROOT / "bench/results" if is_whole else bench.data) / f"files-{date}.json"


def main() -> int:
    arguments = parse_arguments()
    peers = Peers(ROOT / ".deps")
    peers.install(arguments.upgrade_peers)
    data = ROOT / "build/bench-data" / f"{DATA_VERSION}-{arguments.rows}"
    data.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.sluice.resolve(), peers.python, peers.csv2parquet, data, arguments.rows)
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
    versions = {SLUICE: machine.sluice_version(bench.sluice), **peers.versions()}
    make_inputs(bench, arguments.only)
    facts = {"date": date, "rows": arguments.rows, "rounds": arguments.rounds, "machine": machine.machine_facts(), "versions": versions}
    print(json.dumps(facts, indent=1))
    if not versions[SLUICE]:
        print("sluice is not built: skipped (./dev build)")
    results: Results = {}
    failures: list[str] = []
    for name in arguments.only:
        results[name] = run_case(bench, name, CASES[name], arguments.rounds, failures)
        print("\n" + (report.case_table(name, results[name]) if any(results[name].values()) else f"{name}: skipped"), flush=True)
    print("\n" + report.goal_table(results))
    path = result_path(arguments, bench, date)
    path.write_text(json.dumps({**report.as_json(results, facts), "failures": [text.split("\n")[0] for text in failures]}, indent=1) + "\n")
    print("\n".join(["", *failures, f"written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}"]))
    if not arguments.keep:
        for output in (data / "out").iterdir():
            output.unlink()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
