"""The case `example`: one day's export of examples/query_analytics, the start of the process included."""
from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

from subjects import HERE, SLUICE, Bench, Subject

EXAMPLE = HERE.parent.parent / "examples/query_analytics"
DAY = "2025-10-28"
REPORT = "reports/query_perf_daily_20251028.csv"
OUTPUT = "parquet/query_perf/year=2025/month=10/query_perf_20251028.parquet"


def make_example(folder: pathlib.Path) -> None:
    """A copy of the example with its reports, and with neither outputs nor a ledger."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXAMPLE, folder)
    subprocess.run([sys.executable, str(EXAMPLE / "generate.py"), str(folder), "--end", DAY], check=True, stdout=subprocess.DEVNULL)


def example_subjects(bench: Bench) -> list[Subject]:
    """Each round finds the ledger of the rounds before and no output, as a nightly run does."""
    folder = bench.data / "example"
    make_example(folder)
    rows = (folder / REPORT).read_bytes().count(b"\n") - 1
    command = [str(bench.sluice), "run", "query_perf", "--date", DAY, "--progress", "never"]
    return [Subject(SLUICE, command, folder / OUTPUT, ["--rows", str(rows)], cwd=folder)]
