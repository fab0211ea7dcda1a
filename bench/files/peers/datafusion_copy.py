"""DataFusion: CREATE EXTERNAL TABLE with declared columns, then COPY to one Parquet file."""
from __future__ import annotations

import os

from peers import arguments as peer_arguments

ARGUMENTS = peer_arguments.parse()
os.environ["TOKIO_WORKER_THREADS"] = str(ARGUMENTS.threads)  # read when the runtime starts

from datafusion import SessionConfig, SessionContext  # noqa: E402
from shape import sql_columns  # noqa: E402


def source_options() -> str:
    if ARGUMENTS.is_ndjson:
        return "STORED AS JSON"
    options = "'format.has_header' 'true', 'format.delimiter' ',', 'format.quote' '\"'"
    if ARGUMENTS.shape == "mixed":
        options += ", 'format.newlines_in_values' 'true'"
    if ARGUMENTS.input.endswith(".gz"):
        options += ", 'format.compression' 'gzip'"
    return f"STORED AS CSV OPTIONS ({options})"


def main() -> None:
    context = SessionContext(SessionConfig().with_target_partitions(ARGUMENTS.threads))
    fields = sql_columns(ARGUMENTS.shape).replace("TIMESTAMP", "TIMESTAMP(6)")  # nanoseconds without the 6
    # Without a LOCATION clause at the end the options belong to the table, so the place comes last.
    stored, _, options = source_options().partition(" OPTIONS ")
    clause = f" OPTIONS {options}" if options else ""
    context.sql(f"CREATE EXTERNAL TABLE input ({fields}) {stored} LOCATION '{ARGUMENTS.input}'{clause}")
    codec = f"zstd({ARGUMENTS.level})" if ARGUMENTS.codec == "zstd" else ARGUMENTS.codec
    context.sql(f"COPY (SELECT * FROM input) TO '{ARGUMENTS.output}' STORED AS PARQUET OPTIONS ('format.compression' '{codec}')").collect()


main()
