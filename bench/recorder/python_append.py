#!/usr/bin/env python3
"""What logging one query costs a Python program: Recorder.append beside a list of dicts with asdict and json.dumps.

    python_append.py [--rows 20000] [--rounds 9] [--json]

Each subject takes the same records, made before the clock starts; subjects take turns, a round each. Processor time of the calling
thread, without what writes files: neither the recorder's back end nor pyarrow. `loop` is the empty loop and is subtracted. Fails when
a row is missing or a goal is not reached. Runs where the package is installed (`./dev test python` makes .deps/python-venv).
"""
import argparse
import dataclasses
import datetime
import gc
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

from sluice import QUERY_EXECUTION, Recorder

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples/recorder"))
from asyncio_worker import ListLog, QueryExecution  # noqa: E402

# Time of the subject, as a share of the time of another one.
GOALS = (("sluice dataclass", "list dataclass", 1 / 3), ("sluice dict", "list dataclass", 1 / 3), ("sluice tuple", "list dataclass", 1 / 3),
         ("sluice append_row", "list dataclass", 1 / 3))
KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
START = datetime.datetime(2026, 1, 2, 3, 4, 5)


def make_records(rows):
    """18 fields; with the three that are derived a row has 21 columns. Texts are made anew where a program would."""
    def one(number):
        start = START + datetime.timedelta(microseconds=1111 * number)
        return QueryExecution(
            execution_id=f"5f1c2a7e-0000-4000-8000-{number:012x}", test_id="run-7", query_id="q17",
            query_text="SELECT o_orderkey, o_totalprice FROM orders WHERE o_custkey = ? AND o_orderdate > ?", start_time=start,
            end_time=start + datetime.timedelta(microseconds=98_765), duration_ms=98.765 + number % 7, rows_affected=number % 100,
            bytes_scanned=65_536 + number, warehouse="small", success=number % 50 != 0, error=None if number % 50 else "timeout of the statement",
            connection_id="c17", custom_metadata={"attempt": 1, "pool": "main", "cached": False, "queue_ms": 1.25}, query_kind=KINDS[number % 4],
            worker_id="w0", warmup=False, app_elapsed_ms=99.5)
    return [one(number) for number in range(rows)]


class UnwrittenList(ListLog):
    """The list alone."""

    def __init__(self):
        super().__init__(".")

    def flush(self):
        self.buffer.clear()


def list_dict_append(buffer):
    """The same for a program that has dicts already, and lets them be changed."""
    def append(row):
        kind = (row["query_kind"] or "").strip().upper()
        for name, wanted in (("inserted", "INSERT"), ("updated", "UPDATE"), ("deleted", "DELETE")):
            row[f"sf_rows_{name}"] = row["rows_affected"] if kind == wanted else None
        row["custom_metadata"] = json.dumps(row["custom_metadata"] or {})
        buffer.append(row)
        if len(buffer) >= 10_000:
            buffer.clear()
    return append


def shallow(record):
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def subjects_of(recorder):
    """{name: (append, the form of its records)}."""
    same, as_tuple = (lambda record: record), (lambda record: tuple(shallow(record).values()))
    return {
        "loop": (lambda record: None, same),
        "list dataclass": (UnwrittenList().append, same),
        "list dict": (list_dict_append([]), shallow),
        "sluice dataclass": (recorder.append, same),
        "sluice dict": (recorder.append, shallow),
        "sluice tuple": (recorder.append, as_tuple),
        "sluice append_row": (recorder.append_row, as_tuple),
    }


def time_of(append, records):
    """Nanoseconds of this thread for each record."""
    begin = time.thread_time_ns()
    for record in records:
        append(record)
    return (time.thread_time_ns() - begin) / len(records)


def measure(recorder, rows, rounds):
    """{subject: [ns per record of each round]}."""
    times = {}
    for _ in range(rounds):
        for name, (append, form) in subjects_of(recorder).items():
            records = [form(record) for record in make_records(rows)]
            gc.collect()
            gc.disable()
            times.setdefault(name, []).append(time_of(append, records))
            gc.enable()
            time.sleep(0.15)  # the back end takes the rows: it shares the processor's caches
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with Recorder(QUERY_EXECUTION, folder, "bench", "w0", ring_bytes_per_thread=32 << 20) as recorder:
            times = measure(recorder, arguments.rows, arguments.rounds)
        stats = recorder.stats
    control = statistics.median(times["loop"])
    medians = {name: statistics.median(values) - control for name, values in times.items() if name != "loop"}
    print(f"Python {sys.version.split()[0]}, {arguments.rounds} rounds of {arguments.rows} rows, load {os.getloadavg()[0]:.1f}, the empty loop "
          f"{control:.0f} ns; landed {stats['landed']}, dropped {stats['dropped']}, waited {stats['blocked_count']} times")
    for name, median in medians.items():
        print(f"{name:>18}: {median:7.0f} ns, {median / medians['list dataclass']:.3f} of list dataclass, {median / medians['list dict']:.3f} of list dict")
    missed = [f"{name} takes more than {share:.2f} of {other}" for name, other, share in GOALS if medians[name] > share * medians[other]]
    rows = 4 * arguments.rows * arguments.rounds
    if stats["landed"] != rows:
        missed.append(f"{stats['landed']} of {rows} rows landed")
    if arguments.json:
        print(json.dumps({"ns": medians, "control_ns": control, "landed": stats["landed"], "missed": missed}))
    print("\n".join(missed) or "the goals are reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
