#!/usr/bin/env python3
"""`./dev bench recorder`: the recorder beside asynchronous loggers and a vector under a mutex, interleaved in one run.

Only ratios within one run count, and counts of instructions, which no other process disturbs. A quick look: --rounds 1
--paced-seconds 5 --kills 5. Single calls are never timed: a sample is the mean of twenty.
"""
from __future__ import annotations

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent / "files"))  # its machine.py
import machine  # noqa: E402
from kills import kill_rounds  # noqa: E402

TIMED = ("control", "five", "stamped", "wide", "spdlog", "log4cplus", "locked")
Figures = dict[str, list[float]]


@dataclass(frozen=True)
class Goal:
    title: str
    figure: Callable[[Figures], float]
    limit: float
    at_least: bool = False

    def row(self, figures: Figures) -> tuple[str, str, str, str]:
        sign = ">=" if self.at_least else "<="
        try:
            measured = self.figure(figures)
        except (KeyError, IndexError, ZeroDivisionError):
            return self.title, "-", f"{sign} {self.limit:g}", "not measured"
        good = measured >= self.limit if self.at_least else measured <= self.limit
        return self.title, f"{measured:.4g}", f"{sign} {self.limit:g}", "pass" if good else "MISS"


def least(figures: Figures, name: str) -> float:
    return min(figures[name])


def most(figures: Figures, name: str) -> float:
    return max(figures[name])


GOALS = (
    Goal("control loop, p50 ns", lambda f: least(f, "control.control.p50_ns"), 1),
    Goal("append of 5 fields, caller's time, p50 ns", lambda f: least(f, "five.five.p50_ns"), 6),
    Goal("append of 5 fields, instructions", lambda f: least(f, "count-five.instructions"), 90),
    Goal("append with a stamp, over rdtsc and append",
         lambda f: least(f, "stamped.stamped.p50_ns") / (least(f, "control.rdtsc.p50_ns") + least(f, "five.five.p50_ns")), 1.1),
    Goal("append against spdlog async, p50", lambda f: least(f, "five.five.p50_ns") / statistics.median(f["spdlog.spdlog.p50_ns"]), 1 / 50),
    Goal("append against spdlog async, instructions", lambda f: least(f, "count-five.instructions") / least(f, "count-spdlog.instructions"), 1 / 25),
    Goal("append of 21 columns with 6 texts, p50 ns", lambda f: least(f, "wide.wide.p50_ns"), 120),
    Goal("1 M rows/s: appends that waited", lambda f: most(f, "paced.blocked"), 0),
    Goal("1 M rows/s: rows dropped", lambda f: most(f, "paced.dropped"), 0),
    Goal("1 M rows/s: high water, share of the memory", lambda f: least(f, "paced.high_water_share"), 0.5),
    Goal("1 M rows/s: p99.9 above the control, in ticks of the clock",
         lambda f: (least(f, "paced.append_p999_ns") - least(f, "paced.control_p999_ns")) / least(f, "paced.tick_ns"), 2),
    Goal("4 producers, rows landed a second against spdlog", lambda f: most(f, "produce.rows_per_s") / most(f, "produce-spdlog.rows_per_s"), 12, True),
    Goal("kills without a lost or torn row, of 100", lambda f: f["kills.good"][0] * 100 / f["kills.rounds"][0], 100, True),
    Goal("100 M rows: resident memory late over early", lambda f: least(f, "flat.late_kib") / least(f, "flat.early_kib"), 1.05),
)


def flatten(prefix: str, value: object, into: Figures) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            flatten(f"{prefix}.{name}", inner, into)
    else:
        into.setdefault(prefix, []).append(float(value))


def run_job(driver: pathlib.Path, job: str, folder: pathlib.Path, figures: Figures, environment: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run([driver, job, folder], check=True, capture_output=True, text=True, env={**os.environ, **environment})
    shutil.rmtree(folder, ignore_errors=True)
    flatten(job, json.loads(done.stdout), figures)
    print(f"  {job}: {done.stdout.strip()}", flush=True)


def count_instructions(driver: pathlib.Path, job: str, folder: pathlib.Path, figures: Figures) -> None:
    """Of the counted calls alone, by callgrind: repeatable, whatever else the machine does."""
    shutil.rmtree(folder, ignore_errors=True)
    command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*CountedAppend*",
               "--toggle-collect=*CountedSpdlog*", "--callgrind-out-file=/dev/null", driver, job, folder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    counted = json.loads(done.stdout)["counted"]
    instructions = int(re.search(r"Collected : (\d+)", done.stderr).group(1)) / counted
    figures.setdefault(f"{job}.instructions", []).append(instructions)
    print(f"  {job}: {instructions:.1f} instructions a row", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--paced-seconds", type=float, default=60)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="without the 100 M rows")
    parser.add_argument("--driver", type=pathlib.Path, default=ROOT / "build/bench/bench/recorder_driver")
    parser.add_argument("--sluice", type=pathlib.Path, default=ROOT / "build/release/sluice")
    parser.add_argument("--result", type=pathlib.Path, help="where the JSON goes")
    arguments = parser.parse_args()
    folder = ROOT / "build/bench-data/recorder"
    figures: Figures = {}
    for index in range(arguments.rounds):
        print(f"round {index + 1}")
        for job in TIMED:
            run_job(arguments.driver, job, folder, figures, {})
        for job in ("produce", "produce-spdlog"):
            run_job(arguments.driver, job, folder, figures, {})
    print("once")
    run_job(arguments.driver, "paced", folder, figures, {"RECORDER_BENCH_SECONDS": str(arguments.paced_seconds)})
    if shutil.which("valgrind"):
        for job in ("count-five", "count-spdlog"):
            count_instructions(arguments.driver, job, folder, figures)
    kill_rounds(arguments.driver, arguments.sluice, folder, arguments.kills, figures)
    if not arguments.quick:
        run_job(arguments.driver, "flat", folder, figures, {})
    rows = [goal.row(figures) for goal in GOALS]
    width = max(len(row[0]) for row in rows)
    print("\ngoals\n" + "\n".join(f"  {title:<{width}}  {measured:>9}  {limit:>9}  {verdict}" for title, measured, limit, verdict in rows))
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
    document = {"date": date, "machine": machine.machine_facts(), "version": machine.sluice_version(arguments.sluice), "figures": figures,
                "goals": [dict(zip(("goal", "measured", "limit", "verdict"), row)) for row in rows]}
    result = arguments.result or ROOT / "build/bench-data" / f"recorder-{date}.json"
    result.write_text(json.dumps(document, indent=1) + "\n")
    print(f"written: {result}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
