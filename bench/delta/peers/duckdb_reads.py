#!/usr/bin/env python3
"""DuckDB's delta extension, which only reads here; what it found as one line of JSON. Runs in .deps/delta-venv."""
from __future__ import annotations

import importlib
import json
import pathlib
import sys

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """The extension's file of the wheel, by its full path: no network, no INSTALL."""
    folder = pathlib.Path(next(iter(importlib.import_module("duckdb_ext").__path__)))
    path = next(folder.glob(f"extensions/v{duckdb.__version__}/*/delta.duckdb_extension"))
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute(f"LOAD '{path}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def main() -> None:
    verb, table, *more = sys.argv[1:]
    connection = connect()
    if verb == "open":
        done = {"files": connection.execute(f"SELECT count(*) FROM delta_list_files('{table}')").fetchone()[0]}
    else:
        connection.execute(f"CREATE VIEW t AS FROM delta_scan('{table}')")
        done = {"value": connection.execute(more[0]).fetchone()[0]}
    print(json.dumps(done, default=str))


main()
