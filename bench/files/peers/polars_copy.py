"""Polars: a lazy scan with a full schema into sink_parquet.

The timestamp is read as text and converted with a fixed format: told the timestamp type directly, the CSV reader costs
about half as much again.
"""
from __future__ import annotations

import os

from peers import arguments as peer_arguments

ARGUMENTS = peer_arguments.parse()
os.environ["POLARS_MAX_THREADS"] = str(ARGUMENTS.threads)  # read when the library is loaded

import polars  # noqa: E402
from shape import SHAPES, TIMESTAMP_FORMAT  # noqa: E402

TYPES = {
    "BIGINT": polars.Int64,
    "INTEGER": polars.Int32,
    "DOUBLE": polars.Float64,
    "BOOLEAN": polars.Boolean,
    "VARCHAR": polars.String,
    "DECIMAL(12,2)": polars.Decimal(12, 2),
    "TIMESTAMP": polars.String,
}


def main() -> None:
    columns = SHAPES[ARGUMENTS.shape]
    schema = {column.name: TYPES[column.sql] for column in columns}
    if ARGUMENTS.is_ndjson:
        # Its JSON reader refuses a number for a decimal: through a double, rounded by the cast.
        decimals = [name for name, kind in schema.items() if kind == polars.Decimal]
        frame = polars.scan_ndjson(ARGUMENTS.input, schema=schema | dict.fromkeys(decimals, polars.Float64))
        frame = frame.with_columns(polars.col(name).cast(schema[name]) for name in decimals)
    else:
        frame = polars.scan_csv(ARGUMENTS.input, schema=schema, has_header=True)
    timestamps = [column.name for column in columns if column.sql == "TIMESTAMP"]
    if timestamps:
        frame = frame.with_columns(polars.col(timestamps).str.to_datetime(TIMESTAMP_FORMAT, time_unit="us", strict=True))
    level = ARGUMENTS.level if ARGUMENTS.codec == "zstd" else None
    frame.sink_parquet(ARGUMENTS.output, compression=ARGUMENTS.codec, compression_level=level)


main()
