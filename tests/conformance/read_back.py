#!/usr/bin/env python3
"""Read Parquet files with independent readers and compare every value with what was written.

    read_back.py FOLDER

FOLDER holds pairs NAME.parquet and NAME.arrow (Arrow IPC, the rows as they were given to the writer). Each reader that
can be imported (pyarrow, duckdb, polars) reads each file. Prints one line per reader; exits with 1 on a difference.
"""
from __future__ import annotations

import importlib
import math
import pathlib
import sys
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

# What a reader cannot hold, and so cannot give back: column name, then why.
NOT_HELD = {
    "pyarrow": {},
    "duckdb": {"t_ns": "times have microseconds"},
    "polars": {},
}


def with_pyarrow(path: pathlib.Path) -> pa.Table:
    return pa.parquet.ParquetFile(path, page_checksum_verification=True).read()


def with_duckdb(path: pathlib.Path) -> pa.Table:
    connection = importlib.import_module("duckdb").connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql(f"FROM read_parquet('{path}')").to_arrow_table()


def with_polars(path: pathlib.Path) -> pa.Table:
    return importlib.import_module("polars").read_parquet(path, use_statistics=False).to_arrow()


READERS: dict[str, Callable[[pathlib.Path], pa.Table]] = {"pyarrow": with_pyarrow, "duckdb": with_duckdb, "polars": with_polars}


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type in which values are compared: integers for points in time, texts and bytes without their meaning."""
    if isinstance(kind, pa.BaseExtensionType):
        return plain_type(kind.storage_type)
    if pa.types.is_map(kind):
        return pa.list_(pa.struct([("key", plain_type(kind.key_type)), ("value", plain_type(kind.item_type))]))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(plain_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, plain_type(field.type)) for field in kind])
    return kind


def storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if isinstance(column.type, pa.BaseExtensionType):
        return pa.chunked_array([chunk.storage for chunk in column.chunks], type=column.type.storage_type)
    return column


def scalars(value: object) -> object:
    """A value of Python that is equal exactly when the stored value is: NaN equals NaN, entries of maps are pairs."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value
    if isinstance(value, dict):
        if set(value) == {"key", "value"}:
            return (scalars(value["key"]), scalars(value["value"]))
        return {name: scalars(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(scalars(item) for item in value)
    if isinstance(value, list):
        return [scalars(item) for item in value]
    return value


def comparable(column: pa.ChunkedArray, expected: pa.DataType) -> list:
    column = storage(column)
    wanted = plain_type(expected)
    if pa.types.is_fixed_size_binary(wanted) and not pa.types.is_binary(column.type):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):  # a UUID as text
            texts = column.to_pylist()
            return [None if text is None else bytes.fromhex(text.replace("-", "")) for text in texts]
    if pa.types.is_timestamp(wanted) or pa.types.is_time(wanted) or pa.types.is_date(wanted):
        unit = getattr(wanted, "unit", None)
        if pa.types.is_timestamp(wanted):
            column = column.cast(pa.timestamp(unit, tz="UTC" if wanted.tz else None))
        elif pa.types.is_time(wanted):
            column = column.cast(wanted)
        else:
            column = column.cast(pa.date32())
        width = pa.int32() if column.type.bit_width == 32 else pa.int64()
        return column.cast(width).to_pylist()
    if not pa.types.is_nested(wanted):
        column = column.cast(wanted)
    return [scalars(value) for value in column.to_pylist()]


def differences(actual: pa.Table, expected: pa.Table, reader: str) -> Iterator[str]:
    if actual.column_names != expected.column_names:
        yield f"columns {actual.column_names} instead of {expected.column_names}"
        return
    for name in expected.column_names:
        if name in NOT_HELD[reader]:
            continue
        kind = expected.schema.field(name).type
        try:
            got, want = comparable(actual[name], kind), comparable(expected[name], kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            yield f"column {name}: {actual[name].type} does not become {kind}: {error}"
            continue
        rows = [row for row, (a, b) in enumerate(zip(got, want)) if a != b]
        if len(got) != len(want):
            yield f"column {name}: {len(got)} values instead of {len(want)}"
        elif rows:
            yield f"column {name}, row {rows[0]}: {got[rows[0]]!r} instead of {want[rows[0]]!r} ({len(rows)} differ)"


def check(reader: str, folder: pathlib.Path) -> bool:
    try:
        importlib.import_module(reader)
    except ImportError:
        print(f"{reader}: not installed, skipped")
        return True
    failed = 0
    files = sorted(folder.glob("*.parquet"))
    for path in files:
        with pa.ipc.open_file(path.with_suffix(".arrow")) as source:
            expected = source.read_all()
        try:
            found = list(differences(READERS[reader](path), expected, reader))
        except Exception as error:  # whatever a reader throws is a finding about the file
            found = [f"{type(error).__name__}: {error}"]
        for line in found:
            print(f"{reader}: {path.name}: {line}")
        failed += bool(found)
    skipped = "".join(f"; {name} not compared: {why}" for name, why in NOT_HELD[reader].items())
    print(f"{reader}: {len(files) - failed} of {len(files)} files as written{skipped}")
    return failed == 0 and bool(files)


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    folder = pathlib.Path(sys.argv[1])
    return 0 if all([check(reader, folder) for reader in READERS]) else 1


if __name__ == "__main__":
    sys.exit(main())
