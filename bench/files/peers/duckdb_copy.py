"""DuckDB: COPY (FROM read_csv(..., columns = {...})) TO ... with every type declared and nothing sniffed."""
from __future__ import annotations

import duckdb
from peers import arguments as peer_arguments
from shape import SHAPES


def source(arguments) -> str:
    columns = ", ".join(f"'{column.name}': '{column.sql}'" for column in SHAPES[arguments.shape])
    if arguments.is_ndjson:
        return f"read_json('{arguments.input}', format = 'newline_delimited', columns = {{{columns}}})"
    return (
        f"read_csv('{arguments.input}', auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{columns}}})"
    )


def main() -> None:
    arguments = peer_arguments.parse()
    options = f"FORMAT parquet, COMPRESSION {arguments.codec}, PARQUET_VERSION {arguments.parquet_version}"
    if arguments.codec == "zstd":
        options += f", COMPRESSION_LEVEL {arguments.level}"
    connection = duckdb.connect()
    connection.execute(f"SET threads = {arguments.threads}")
    connection.execute(f"COPY (FROM {source(arguments)}) TO '{arguments.output}' ({options})")


main()
