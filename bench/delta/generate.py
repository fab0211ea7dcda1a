#!/usr/bin/env python3
"""Make the tables of `./dev bench delta`: the same content each time. Runs in .deps/delta-venv; makes what is missing.

The logs are written here, action by action, so that no engine has an advantage from its own layout.
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import time
import uuid

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

ADDS, COMMITS, SMALL_FILES, SMALL_ROWS, REMOVED = 300_000, 1000, 1000, 1000, 1000
CLUSTER_ROWS, CLUSTER_FILES = 2_000_000, 20
DAY_MS = 86_400_000
CREATED_MS = 1_767_225_600_000
DELTA_TYPES = {pa.int64(): "long", pa.int32(): "integer", pa.string(): "string", pa.float64(): "double", pa.bool_(): "boolean",
               pa.timestamp("us", "UTC"): "timestamp"}
# A skewed service: of 200 the first has a sixth of the rows. `random` is a number in [0, 1) from a hash of the row.
WIDE_SQL = """
SELECT make_timestamptz(1767225600000000 + (hash(i, 1) % 2592000000000)::BIGINT) AS at,
       printf('service-%03d', floor(200 * pow(hash(i, 2) / 18446744073709551616.0, 3))::INT) AS service,
       ['debug', 'info', 'warn', 'error'][1 + (hash(i, 3) % 4)::INT] AS level, printf('host-%04d', (hash(i, 4) % 500)::INT) AS host,
       (200 + hash(i, 5) % 304)::INT AS status, (hash(i, 6) % 1000000) / 1000.0 AS latency, (hash(i, 7) % 10000000)::BIGINT AS bytes,
       (hash(i, 8) % 100000)::BIGINT AS user_id, printf('/api/v1/items/%d', (hash(i, 9) % 5000)::INT) AS path, hash(i, 10) % 10 = 0 AS cached
FROM range({begin}, {end}) AS rows(i)
"""
SMALL_SQL = """
SELECT i AS id, printf('key-%d', (hash(i, 1) % 1000)::INT) AS k, (hash(i, 2) % 1000000) / 7.0 AS v, (hash(i, 3) % 100)::INT AS n,
       printf('text %x', hash(i, 4)) AS s
FROM range({begin}, {end}) AS rows(i)
"""
COUNTED_SCHEMA = pa.schema([("id", pa.int64()), ("k", pa.int64()), ("s", pa.string())])


def schema_string(schema: pa.Schema) -> str:
    fields = [{"name": item.name, "type": DELTA_TYPES[item.type], "nullable": True, "metadata": {}} for item in schema]
    return json.dumps({"type": "struct", "fields": fields})


def table_actions(schema: pa.Schema) -> list[dict]:
    identity = str(uuid.UUID(int=1))
    metadata = {"id": identity, "format": {"provider": "parquet", "options": {}}, "schemaString": schema_string(schema), "partitionColumns": [],
                "createdTime": CREATED_MS, "configuration": {}}
    return [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}, {"metaData": metadata}]


def info(operation: str) -> dict:
    return {"commitInfo": {"timestamp": CREATED_MS, "operation": operation, "operationParameters": {}, "engineInfo": "bench", "isBlindAppend": True}}


def write_commit(table: pathlib.Path, version: int, actions: list[dict]) -> None:
    (table / "_delta_log").mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(action, separators=(",", ":")) + "\n" for action in actions)
    (table / "_delta_log" / f"{version:020}.json").write_text(text)


def file_name(number: int) -> str:
    return f"part-{number % 100_000:05}-{uuid.UUID(int=(number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)}.c000.snappy.parquet"


def made_up_stats(number: int) -> str:
    """Statistics of the counted schema, for files that need not exist."""
    return json.dumps({"numRecords": 1000, "minValues": {"id": number * 1000, "k": 0, "s": f"a text from file {number}"},
                       "maxValues": {"id": number * 1000 + 999, "k": 4, "s": f"z text from file {number}"},
                       "nullCount": {"id": 0, "k": 0, "s": 91}}, separators=(",", ":"))


def made_up_add(number: int, with_stats: bool) -> dict:
    add = {"path": file_name(number), "partitionValues": {}, "size": 100_000 + number % 1000, "modificationTime": CREATED_MS, "dataChange": True}
    return {"add": add | ({"stats": made_up_stats(number)} if with_stats else {})}


def checkpoint_schema() -> pa.Schema:
    strings, texts = pa.map_(pa.string(), pa.string()), pa.list_(pa.field("element", pa.string()))
    return pa.schema([
        ("protocol", pa.struct([("minReaderVersion", pa.int32()), ("minWriterVersion", pa.int32()), ("readerFeatures", texts),
                                ("writerFeatures", texts)])),
        ("metaData", pa.struct([("id", pa.string()), ("name", pa.string()), ("description", pa.string()),
                                ("format", pa.struct([("provider", pa.string()), ("options", strings)])), ("schemaString", pa.string()),
                                ("partitionColumns", texts), ("createdTime", pa.int64()), ("configuration", strings)])),
        ("add", pa.struct([("path", pa.string()), ("partitionValues", strings), ("size", pa.int64()), ("modificationTime", pa.int64()),
                           ("dataChange", pa.bool_()), ("stats", pa.string()), ("tags", strings)])),
    ])


def write_checkpoint(table: pathlib.Path, version: int, actions: list[dict]) -> None:
    """A classic checkpoint with the hint; the rows in the order of the actions."""
    schema = checkpoint_schema()
    rows = []
    for action in actions:
        body = dict(next(iter(action.values())))
        for name in ("partitionValues", "configuration"):
            if name in body:
                body[name] = list(body[name].items())
        rows.append({next(iter(action)): body | ({"format": {"provider": "parquet", "options": []}} if "format" in body else {})})
    path = table / "_delta_log" / f"{version:020}.checkpoint.parquet"
    pa.parquet.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=100_000)
    hint = {"version": version, "size": len(rows), "sizeInBytes": path.stat().st_size, "numOfAddFiles": len(rows) - 2}
    (table / "_delta_log/_last_checkpoint").write_text(json.dumps(hint))


def make_adds(table: pathlib.Path, with_stats: bool) -> None:
    """300,000 adds in a checkpoint of version 10, and one more commit."""
    head = table_actions(COUNTED_SCHEMA)
    write_commit(table, 10, [info("WRITE"), made_up_add(0, with_stats)])
    write_checkpoint(table, 10, head + [made_up_add(number, with_stats) for number in range(ADDS)])
    write_commit(table, 11, [info("WRITE"), made_up_add(ADDS, with_stats)])


def make_commits(table: pathlib.Path) -> None:
    write_commit(table, 0, [info("CREATE TABLE"), *table_actions(COUNTED_SCHEMA)])
    for version in range(1, COMMITS):
        write_commit(table, version, [info("WRITE"), made_up_add(version, with_stats=True)])


def json_bound(value: object) -> object:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if hasattr(value, "strftime") else value


def real_add(table: pathlib.Path, number: int, rows: pa.Table) -> dict:
    """Write the file and say what is in it."""
    name = file_name(number)
    pa.parquet.write_table(rows, table / name, compression="snappy", row_group_size=1 << 17)
    bounds = {column: pa.compute.min_max(rows[column]).as_py() for column in rows.column_names if rows.schema.field(column).type != pa.bool_()}
    stats = {"numRecords": rows.num_rows, "nullCount": {column: 0 for column in rows.column_names},
             **{part + "Values": {column: json_bound(held[part]) for column, held in bounds.items()} for part in ("min", "max")}}
    return {"add": {"path": name, "partitionValues": {}, "size": (table / name).stat().st_size, "modificationTime": CREATED_MS, "dataChange": True,
                    "stats": json.dumps(stats)}}


def make_files(table: pathlib.Path, sql: str, files: int, rows: int) -> None:
    table.mkdir(parents=True)
    adds, connection = [], duckdb.connect(config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    for number in range(files):
        held = connection.execute(sql.format(begin=number * rows, end=(number + 1) * rows)).fetch_arrow_table()
        adds.append(real_add(table, number, held))
    write_commit(table, 0, [info("CREATE TABLE"), *table_actions(held.schema)])
    write_commit(table, 1, [info("WRITE"), *adds])


def make_removed(table: pathlib.Path, commits_each: bool) -> None:
    """1,000 files that were removed thirty days ago, and one that is live: removed by one commit, or each by the next one's overwrite."""
    table.mkdir(parents=True)
    long_ago_ms = int(time.time() * 1000) - 30 * DAY_MS
    rows = pa.table([pa.array(range(10), pa.int64()), pa.array(range(10), pa.int64()), pa.array(["x"] * 10)], schema=COUNTED_SCHEMA)
    adds = [real_add(table, number, rows) for number in range(REMOVED + 1)]
    removes = [{"remove": {"path": item["add"]["path"], "deletionTimestamp": long_ago_ms, "dataChange": True, "extendedFileMetadata": True,
                           "partitionValues": {}, "size": item["add"]["size"]}} for item in adds[:-1]]
    write_commit(table, 0, [info("CREATE TABLE"), *table_actions(COUNTED_SCHEMA)])
    if commits_each:
        for number, add in enumerate(adds):
            write_commit(table, number + 1, [info("WRITE"), add, *removes[max(number - 1, 0):number]])
    else:
        write_commit(table, 1, [info("WRITE"), *adds])
        write_commit(table, 2, [info("DELETE"), *removes])
    for path in table.rglob("*"):
        os.utime(path, (long_ago_ms / 1000, long_ago_ms / 1000))


MAKERS = {
    "tiny": lambda table: make_files(table, SMALL_SQL, 1, 10),
    "adds": lambda table: make_adds(table, with_stats=False),
    "adds-stats": lambda table: make_adds(table, with_stats=True),
    "commits": make_commits,
    "small-files": lambda table: make_files(table, SMALL_SQL, SMALL_FILES, SMALL_ROWS),
    "wide": lambda table: make_files(table, WIDE_SQL, CLUSTER_FILES, CLUSTER_ROWS // CLUSTER_FILES),
    "removed": lambda table: make_removed(table, commits_each=False),
    "overwritten": lambda table: make_removed(table, commits_each=True),
    "counted": lambda table: write_commit(table, 0, [info("CREATE TABLE"), *table_actions(COUNTED_SCHEMA)]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("tables", nargs="+", choices=sorted(MAKERS))
    arguments = parser.parse_args()
    for name in arguments.tables:
        target, scratch = arguments.folder / name, arguments.folder / f"{name}.tmp"
        if target.exists():
            continue
        print(f"making {name}", flush=True)
        shutil.rmtree(scratch, ignore_errors=True)
        MAKERS[name](scratch)
        scratch.rename(target)


if __name__ == "__main__":
    main()
