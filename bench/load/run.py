#!/usr/bin/env python3
"""`sluice load` into PostgreSQL beside `psql \\copy` of the same rows as CSV, taken in turns; a server of its own.

    bench/load/run.py [--sluice build/release/sluice] [--rows 250000] [--files 2] [--rounds 3]

The rows are the recorder's 21 columns. Both load into an empty table without indexes; every figure is checked against the count
of rows that landed. "all at once" is one psql for each file beside `--parallel FILES`.
"""
import argparse
import datetime
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/load"))
from postgres_server import PostgresServer, find_programs  # noqa: E402

SQL = {"string": "text", "timestamp[us]": "timestamp", "double": "float8", "int64": "int8", "bool": "bool"}


def query_rows(count, file, dice):
    kinds = [("SELECT", "INSERT", "UPDATE")[row % 3] for row in range(count)]
    affected = [dice.randrange(1000) for _ in range(count)]
    start = int(datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc).timestamp()) * 10**6 + file * 10**9
    begun = [start + row * 1000 for row in range(count)]

    def times(values):
        return pa.array(values, pa.int64()).cast(pa.timestamp("us"))

    def of_kind(kind):
        return pa.array([rows if this == kind else None for rows, this in zip(affected, kinds)], pa.int64())

    return pa.table({
        "execution_id": [f"{file:04x}{row:012x}-{dice.getrandbits(64):016x}" for row in range(count)],
        "test_id": ["t"] * count, "query_id": [f"01b{dice.getrandbits(48):012x}" for _ in range(count)],
        "query_text": [f"SELECT * FROM orders WHERE id = {dice.randrange(10**9)} AND c = {row}" for row in range(count)],
        "start_time": times(begun), "end_time": times([at + dice.randrange(100000) for at in begun]),
        "duration_ms": [dice.random() * 100 for _ in range(count)], "rows_affected": pa.array(affected, pa.int64()),
        "bytes_scanned": pa.array([dice.randrange(10**7) for _ in range(count)], pa.int64()),
        "warehouse": ["WH_XS"] * count, "success": [row % 50 != 0 for row in range(count)],
        "error": [None if row % 50 else "timeout" for row in range(count)],
        "connection_id": [str(row % 100) for row in range(count)], "custom_metadata": ['{"a": 1}'] * count,
        "query_kind": kinds, "worker_id": ["w"] * count, "warmup": [False] * count,
        "app_elapsed_ms": [dice.random() * 100 for _ in range(count)], "sf_rows_inserted": of_kind("INSERT"),
        "sf_rows_updated": of_kind("UPDATE"), "sf_rows_deleted": of_kind("DELETE")})


def write_inputs(folder, rows, files):
    """The folder of a recorder, and the same rows as CSV beside it; the columns in SQL."""
    dice = random.Random(1)
    (folder / "qe").mkdir()
    for file in range(files):
        table = query_rows(rows, file, dice)
        pa.parquet.write_table(table, folder / f"qe/qe_t_w_{file:04}.parquet", compression="zstd")
        pa.csv.write_csv(table, folder / f"{file}.csv", pa.csv.WriteOptions(quoting_style="needed"))
    subprocess.run([sys.executable, ROOT / "tests/cli/record.py", folder / "qe"], check=True)
    return ", ".join(f"{field.name} {SQL[str(field.type)]}" for field in table.schema)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=ROOT / "build/release/sluice")
    parser.add_argument("--rows", type=int, default=250_000)
    parser.add_argument("--files", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if find_programs() is None:
        sys.exit("PostgreSQL's server is not installed (apt-get install postgresql)")
    figures = {}
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as scratch, \
            PostgresServer(["shared_buffers=256MB", "max_wal_size=4GB"]) as server:
        folder = pathlib.Path(scratch)
        columns = write_inputs(folder, arguments.rows, arguments.files)
        psql = [str(server.programs / "psql"), "-h", str(server.folder), "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-c"]
        copies = [psql + [f"\\copy t FROM '{folder}/{file}.csv' CSV HEADER"] for file in range(arguments.files)]

        def one_by_one():
            for copy in copies:
                subprocess.run(copy, check=True)

        def all_at_once():
            for process in [subprocess.Popen(copy) for copy in copies]:
                if process.wait() != 0:
                    raise RuntimeError("psql failed")

        def load(parallel):
            for path in (folder / "qe").glob("load.db*"):
                path.unlink()
            subprocess.run([arguments.sluice, "load", folder / "qe", server.url("t"), "--keep", "-q", "--parallel",
                            str(parallel)], check=True)

        contenders = {"psql \\copy": one_by_one, "sluice load": lambda: load(1), "psql \\copy, all at once": all_at_once,
                      "sluice load, all at once": lambda: load(arguments.files)}
        for _ in range(arguments.rounds):
            for name, work in contenders.items():
                server.run(f"DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS sluice_ledger; CREATE TABLE t ({columns})")
                server.run("CHECKPOINT")
                begin = time.monotonic()
                work()
                seconds = time.monotonic() - begin
                landed = int(server.run("SELECT count(*) FROM t"))
                if landed != arguments.rows * arguments.files:
                    sys.exit(f"{name}: {landed} rows landed")
                figures.setdefault(name, []).append(landed / seconds)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    print(f"{arguments.files} files of {arguments.rows:,} rows, 21 columns; median of {arguments.rounds}; load average "
          f"{os.getloadavg()[0]:.1f}\n\n| | rows/s |\n|---|---|")
    for name, rate in medians.items():
        print(f"| {name} | {rate:,.0f} |")
    names = list(medians)
    print(f"\nratio: {medians[names[1]] / medians[names[0]]:.2f}, all at once {medians[names[3]] / medians[names[2]]:.2f}")


if __name__ == "__main__":
    main()
