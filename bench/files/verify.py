#!/usr/bin/env python3
"""Compare one Parquet file with what it must hold, so that nobody is fast by skipping work. Runs in the bench venv.

    verify.py OUTPUT.parquet --facts facts.json      types, rows, sums and checksums of the mixed columns
    verify.py OUTPUT.parquet --rows 1000             the number of rows
"""
from __future__ import annotations

import argparse
import json
import math
import pathlib
import sys

import duckdb
from generate import column_facts
from shape import MIXED


def row_differences(path: pathlib.Path, rows: int) -> list[str]:
    """The number of rows, from the footer."""
    got = duckdb.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]).fetchone()[0]
    return [] if got == rows else [f"rows is {got}, not {rows}"]


def value_differences(path: pathlib.Path, facts: dict[str, float]) -> list[str]:
    """Types, then sums and checksums; a null text may have become an empty one, which only costs the peer bytes."""
    source = f"read_parquet('{path}')"
    types = {row[0]: row[1] for row in duckdb.execute(f"DESCRIBE FROM {source}").fetchall()}
    found = [f"{column.name} is {types.get(column.name)}, not {column.sql}" for column in MIXED if types.get(column.name) != column.sql]
    if found:
        return found
    got = column_facts(duckdb.default_connection(), source)
    return [f"{name} is {got[name]}, not {value}" for name, value in facts.items() if not math.isclose(got[name], value, rel_tol=1e-9)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--facts", type=pathlib.Path)
    parser.add_argument("--rows", type=int)
    arguments = parser.parse_args()
    if not arguments.output.exists():
        found = ["there is no output"]
    elif arguments.facts:
        found = value_differences(arguments.output, json.loads(arguments.facts.read_text()))
    else:
        found = row_differences(arguments.output, arguments.rows)
    print("\n".join(found) or "same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
