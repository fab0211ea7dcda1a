#!/usr/bin/env python3
"""Make the benchmark's inputs: the same bytes for the same number of rows, on every machine.

Every value is a function of the row number through MD5, so neither a random generator nor DuckDB's own hash decides
what is in the files. Runs in the bench venv (needs duckdb). A file that exists is complete and is kept.

    generate.py --rows 6000000 --folder build/bench-data/v1-6000000 --inputs csv,ndjson,gz,x4,bad,wide
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable

import duckdb
from shape import BAD_ROW_EVERY, BAD_ROW_REMAINDER, WIDE_COLUMNS, wide_rows

WORDS = (
    "retry after timeout plan cached index scan slow disk replica lag batch job nightly report customer asked refund order "
    "shipped late invoice paid twice café größe naïve queue full worker restarted ok done see ticket region moved checksum "
    "mismatch page split vacuum lock wait deadlock victim resolved by hand schema changed column added partition dropped"
).split()

# The row number is i; a and b are 63 bits each of its MD5.
ROWS_SQL = """
CREATE TABLE mixed AS
SELECT i AS id,
       TIMESTAMP '2025-01-01' + to_seconds(CAST(i * 9 // 10 + (a & 7) AS BIGINT)) AS created,
       CAST((99 + ((a >> 3) & 1023) * ((a >> 13) & 63)) / 100.0 AS DECIMAL(12,2)) AS price,
       CASE WHEN (a >> 19) & 63 = 0 THEN NULL
            ELSE round((((a >> 25) & 8191) + ((a >> 38) & 8191) + ((b >> 13) & 8191)) / 65.536 - 187.5, 4) END AS score,
       ['ok', 'ok', 'ok', 'ok', 'slow', 'error', 'retry', 'timeout'][1 + ((a >> 51) & 7)] AS status,
       ['eu-1', 'eu-2', 'us-1', 'us-2', 'ap-1', 'ap-2', 'sa-1', 'af-1'][1 + ((a >> 54) & 7)] AS region,
       CAST(CASE WHEN (a >> 57) & 1 = 0 THEN (b & 15) ELSE (b & 8191) END AS INTEGER) AS quantity,
       (a >> 58) & 3 > 0 AS active,
       md5('h' || i) AS hash,
       CASE WHEN (a >> 60) < 3 THEN NULL
            WHEN (b >> 26) & 63 < 3 THEN word(b >> 32) || chr(10) || word(b >> 38) || ' ' || word(b >> 44)
            WHEN (b >> 26) & 63 < 6 THEN word(b >> 32) || ' "' || word(b >> 38) || '"'
            WHEN (b >> 26) & 63 < 13 THEN word(b >> 32) || ', ' || word(b >> 38)
            WHEN (b >> 26) & 63 < 45 THEN word(b >> 32) || ' ' || word(b >> 38) || ' ' || word(b >> 44)
            ELSE word(b >> 32) || ' ' || word(b >> 38) END AS note
FROM (SELECT i, CAST(md5_number_lower(CAST(i AS VARCHAR)) >> 1 AS BIGINT) AS a,
             CAST(md5_number_upper(CAST(i AS VARCHAR)) >> 1 AS BIGINT) AS b
      FROM range(1, {rows} + 1) AS numbers(i))
"""
FACTS_SQL = """
SELECT count(*) AS rows, sum(id) AS id_sum, sum(epoch(created)) AS created_sum, sum(price) AS price_sum, sum(score) AS score_sum,
       count(score) AS score_count, count(DISTINCT status) AS statuses, count(DISTINCT region) AS regions,
       sum(quantity) AS quantity_sum, count_if(active) AS active_count, bit_xor(md5_number_lower(hash)) AS hash_xor,
       count(nullif(note, '')) AS note_count, sum(length(note)) AS note_chars
FROM {source}
"""
WIDE_SQL = """
SELECT array_to_string(list_transform(range({columns}),
         lambda c: CAST(round(md5_number_lower(CAST(i * {columns} + c AS VARCHAR)) / 18446744073709.551616 - 500000, 3) AS VARCHAR)), ',')
FROM range({rows}) AS numbers(i)
"""


class Inputs:
    """The input files of one row count, in one folder."""

    def __init__(self, folder: pathlib.Path, rows: int) -> None:
        self.folder, self.rows = folder, rows
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2; SET TimeZone = 'UTC'")
        self.has_rows = False

    def make(self, name: str, write: Callable[[pathlib.Path], None]) -> None:
        """Write a file aside and rename it, unless it is there."""
        target = self.folder / name
        if target.exists():
            return
        aside = target.with_name("aside-" + name)
        write(aside)
        os.replace(aside, target)
        print(f"made {name}: {target.stat().st_size:,} bytes", flush=True)

    def need_rows(self) -> None:
        if not self.has_rows:
            words = ", ".join(f"'{word}'" for word in WORDS)
            self.connection.execute(f"CREATE MACRO word(bits) AS [{words}][1 + (bits & 63) % {len(WORDS)}]")
            self.connection.execute(ROWS_SQL.format(rows=self.rows))
            self.has_rows = True

    def export(self, source: str, options: str) -> Callable[[pathlib.Path], None]:
        def write(path: pathlib.Path) -> None:
            self.need_rows()
            self.connection.execute(f"COPY ({source}) TO '{path}' ({options})")

        return write

    def facts(self) -> None:
        def write(path: pathlib.Path) -> None:
            self.need_rows()
            path.write_text(json.dumps(column_facts(self.connection, "mixed"), indent=1) + "\n")

        self.make("facts.json", write)

    def csv(self) -> None:
        self.facts()
        self.make("mixed.csv", self.export("FROM mixed", "FORMAT csv, HEADER, FORCE_QUOTE (note)"))

    def ndjson(self) -> None:
        self.facts()
        self.make("mixed.ndjson", self.export("FROM mixed", "FORMAT json"))

    def bad(self) -> None:
        quantity = f"CASE WHEN id % {BAD_ROW_EVERY} = {BAD_ROW_REMAINDER} THEN 'n/a' ELSE CAST(quantity AS VARCHAR) END AS quantity"
        self.make("bad.csv", self.export(f"SELECT * REPLACE ({quantity}) FROM mixed", "FORMAT csv, HEADER, FORCE_QUOTE (note)"))

    def gz(self) -> None:
        self.csv()

        def write(path: pathlib.Path) -> None:
            with path.open("wb") as out:
                subprocess.run(["gzip", "-6", "-n", "-c", str(self.folder / "mixed.csv")], stdout=out, check=True)

        self.make("mixed.csv.gz", write)

    def x4(self) -> None:
        """Four times the rows of mixed.csv, under one header."""
        self.csv()

        def write(path: pathlib.Path) -> None:
            with (self.folder / "mixed.csv").open("rb") as source, path.open("wb") as out:
                out.write(source.readline())
                body = source.tell()
                for _ in range(4):
                    source.seek(body)
                    shutil.copyfileobj(source, out, 1 << 22)

        self.make("x4.csv", write)

    def wide(self) -> None:
        def write(path: pathlib.Path) -> None:
            body = path.with_name(path.name + ".body")
            query = WIDE_SQL.format(columns=WIDE_COLUMNS, rows=wide_rows(self.rows))
            self.connection.execute(f"COPY ({query}) TO '{body}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '|')")
            with body.open("rb") as source, path.open("wb") as out:
                out.write((",".join(f"c{index:03d}" for index in range(WIDE_COLUMNS)) + "\n").encode())
                shutil.copyfileobj(source, out, 1 << 22)
            body.unlink()

        self.make("wide.csv", write)


def column_facts(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, float]:
    """Count, sums and checksums of the mixed columns in `source` (a table or a table function)."""
    result = connection.execute(FACTS_SQL.format(source=source))
    names = [item[0] for item in result.description]
    return {name: value if isinstance(value, int) else float(value or 0) for name, value in zip(names, result.fetchone())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--inputs", default="csv", help="comma-separated: csv, ndjson, gz, x4, bad, wide")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    inputs = Inputs(arguments.folder, arguments.rows)
    for name in arguments.inputs.split(","):
        getattr(inputs, name)()


if __name__ == "__main__":
    main()
