#!/usr/bin/env python3
"""delta-rs, one job for each process; what it did as one line of JSON. Runs in .deps/delta-venv."""
from __future__ import annotations

import json
import sys
import time

import deltalake
from deltalake import DeltaTable

BATCH_ROWS = 100


def cost() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def open_table(table: str) -> dict:
    """The snapshot with its files, as the constructor loads them."""
    return {"version": DeltaTable(table).version()}


def list_files(table: str) -> dict:
    """Open, and hand every path to the caller."""
    return {"files": len(DeltaTable(table).file_uris())}


def append(table: str, count: str) -> dict:
    """`count` batches of 100 rows, each a commit. Who fails is counted and goes on."""
    import pyarrow as pa

    cpu_s, wall_s, failed = [], [], 0
    held = DeltaTable(table)
    for number in range(int(count)):
        begin = number * BATCH_ROWS
        rows = pa.table({"id": pa.array(range(begin, begin + BATCH_ROWS), pa.int64()), "k": pa.array([row % 5 for row in range(BATCH_ROWS)], pa.int64()),
                         "s": pa.array([f"text {row}" for row in range(BATCH_ROWS)])})
        before = cost()
        try:
            deltalake.write_deltalake(held, rows, mode="append")
        except Exception as error:  # lost too often
            failed += 1
            print(str(error).splitlines()[0][:200], file=sys.stderr)
        after = cost()
        cpu_s.append(round(after[0] - before[0], 6))
        wall_s.append(round(after[1] - before[1], 6))
    return {"appended": int(count) - failed, "failed": failed, "cpu_s": cpu_s, "wall_s": wall_s}


def compact(table: str) -> dict:
    return DeltaTable(table).optimize.compact()


def cluster(table: str, target_bytes: str, *columns: str) -> dict:
    return DeltaTable(table).optimize.z_order(list(columns), target_size=int(target_bytes))


def vacuum(table: str, kind: str) -> dict:
    return {"files": len(DeltaTable(table).vacuum(dry_run=True, full=kind == "full"))}


def checkpoint(table: str) -> dict:
    DeltaTable(table).create_checkpoint()
    return {}


def scan(table: str, sql: str) -> dict:
    from deltalake import QueryBuilder

    rows = QueryBuilder().register("t", DeltaTable(table)).execute(sql).read_all()
    return {"value": rows.column(0)[0].as_py()}


def main() -> None:
    verb, *arguments = sys.argv[1:]
    done = {"open": open_table, "list": list_files, "append": append, "compact": compact, "cluster": cluster, "vacuum": vacuum, "checkpoint": checkpoint,
            "scan": scan}[verb](*arguments)
    print(json.dumps(done, default=str))


main()
