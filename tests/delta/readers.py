"""Who reads Delta tables here: delta-rs, DuckDB's delta extension, a naive reader, and the engine under test.

DuckDB's extension is a file in the wheel duckdb-ext-delta. It is signed for exactly the wheel's DuckDB version, so a plain
LOAD with its full path suffices: without network, without INSTALL, without allow_unsigned_extensions. Turning
autoinstall off keeps a missing file from becoming a download.
"""
from __future__ import annotations

import functools
import importlib
import pathlib
from collections.abc import Callable

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

import naive_rows

Reader = Callable[[pathlib.Path, int | None], pa.Table]


def duckdb_extension() -> pathlib.Path:
    folder = pathlib.Path(next(iter(importlib.import_module("duckdb_ext").__path__)))
    return next(folder.glob(f"extensions/v{duckdb.__version__}/*/delta.duckdb_extension"))


@functools.cache
def duckdb_connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute(f"LOAD '{duckdb_extension()}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def quoted(path: pathlib.Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def with_duckdb(table: pathlib.Path, version: int | None = None) -> pa.Table:
    connection = duckdb_connection()
    if version is None:
        return connection.execute(f"FROM delta_scan({quoted(table)})").fetch_arrow_table()
    connection.execute(f"ATTACH {quoted(table)} AS travelled (TYPE delta, VERSION {version})")
    try:
        return connection.execute("FROM travelled").fetch_arrow_table()
    finally:
        connection.execute("DETACH travelled")


def with_delta_rs(table: pathlib.Path, version: int | None = None) -> pa.Table:
    """Through its query engine: its own reader for pyarrow refuses deletion vectors."""
    held = DeltaTable(str(table), version=version)
    return pa.table(QueryBuilder().register("t", held).execute("SELECT * FROM t").read_all())


def with_plain_code(table: pathlib.Path, version: int | None = None) -> pa.Table:
    return naive_rows.table_rows(table, version)


WITNESSES: dict[str, Reader] = {"delta-rs": with_delta_rs, "DuckDB": with_duckdb, "the naive reader": with_plain_code}
