"""Tables that others wrote: by delta-rs here and now, and the public ones beside the tree."""
from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet
from deltalake import DeltaTable, write_deltalake

import naive_rows
import rows
from case import SHARED_TABLES, Bench, Group, Outcome, guarded
from protocol_lint import lint
from random_rows import HARD_TEXTS
from replay import replay
from scenario import random_history
from writers import DeltaRs, WriteFailed

STEPS = ("append", "append", "delete", "delete_nulls", "optimize", "checkpoint", "overwrite", "add_column", "restore")
PROPERTIES = ({}, {"delta.checkpointInterval": "2"}, {"delta.dataSkippingNumIndexedCols": "1"})
# Tables whose own logs or files break a rule: `verify` must say so, and so does the lint.
KNOWN_FAULTS = {"crc-full": "numFiles is 10, the log says 0", "issue_1374": "min of timestamp is '2023-05-24T00:01:25.014Z'"}


def histories(bench: Bench) -> Iterator[Outcome]:
    for index in range(bench.count(30)):
        properties = PROPERTIES[index % len(PROPERTIES)]
        yield f"random history {bench.seed + index} by delta-rs", random_history(bench, bench.seed + index, properties, [DeltaRs()], STEPS)


def numbers(begin: int, count: int) -> pa.Table:
    ids = range(begin, begin + count)
    return pa.table({"id": pa.array(ids, pa.int64()), "k": pa.array([row % 5 for row in ids], pa.int32()),
                     "s": pa.array([None if row % 11 == 0 else f"text {row}" for row in ids])})


def operate(table: pathlib.Path) -> None:
    """Every operation of delta-rs that changes a table, on one."""
    place = str(table)
    write_deltalake(place, numbers(0, 100), partition_by=["k"], configuration={"delta.checkpointInterval": "4"})
    write_deltalake(place, numbers(100, 50), mode="append")
    DeltaTable(place).update(updates={"s": "'changed'"}, predicate="id % 10 = 3")
    DeltaTable(place).delete("id >= 40 AND id < 45")
    merger = DeltaTable(place).merge(numbers(140, 30), predicate="t.id = s.id", source_alias="s", target_alias="t")
    merger.when_matched_update_all().when_not_matched_insert_all().execute()
    DeltaTable(place).optimize.z_order(["id"])
    DeltaTable(place).alter.add_constraint({"positive": "id >= 0"})
    wider = numbers(600, 20).append_column("extra", pa.array([float(row) for row in range(20)]))
    write_deltalake(place, wider, mode="append", schema_mode="merge")
    DeltaTable(place).create_checkpoint()
    DeltaTable(place).optimize.compact()
    DeltaTable(place).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)


def operations(bench: Bench) -> Iterator[Outcome]:
    """Update, merge, z-order, constraints, schema merge, vacuum: all readers agree on what is left."""
    table = bench.folder / "operations"

    def check() -> list[str]:
        operate(table)
        wanted = naive_rows.table_rows(table)
        problems = [problem for name, read in bench.readers().items() for problem in rows.differences(read(table, None), wanted, name)]
        return problems + lint(table, files=True)

    yield guarded("every operation of delta-rs", check)
    if bench.has_tables:
        yield guarded("files and history of what delta-rs wrote", lambda: descriptions(bench, table))


def members(document: object, name: str) -> list:
    """The list that a verb printed, alone or under its name."""
    return document if isinstance(document, list) else document[name]


def descriptions(bench: Bench, table: pathlib.Path) -> list[str]:
    state, problems = replay(table), []
    files = members(bench.sluice.run("table", "files", table), "files")
    if len(files) != len(state.live):
        problems.append(f"`files` names {len(files)} files, there are {len(state.live)}")
    history = members(bench.sluice.run("table", "history", table), "history")
    if len(history) != state.version + 1:
        problems.append(f"`history` has {len(history)} entries, there are {state.version + 1} versions")
    return problems


def hard_partitions(bench: Bench) -> Iterator[Outcome]:
    """Each hard text as a partition value that delta-rs wrote. It takes one of them for null."""
    table = bench.folder / "hard"
    texts = [text[:60] for text in HARD_TEXTS if text != "__HIVE_DEFAULT_PARTITION__"]
    data = pa.table({"id": pa.array(range(len(texts) + 1), pa.int64()), "p": pa.array([*texts, None])})

    def check() -> list[str]:
        write_deltalake(str(table), data, partition_by=["p"])
        DeltaTable(str(table)).create_checkpoint()
        problems = [problem for name, read in bench.readers().items() for problem in rows.differences(read(table, None), data, name)]
        return problems + lint(table, files=True)

    yield guarded("hard partition values by delta-rs", check)


def expected_rows(folder: pathlib.Path) -> pa.Table | None:
    place = folder / "expected" if (folder / "expected").is_dir() else folder / "expected.parquet"
    files = sorted(place.glob("*.parquet")) if place.is_dir() else [place] if place.exists() else []
    return pa.concat_tables([pa.parquet.ParquetFile(path).read() for path in files], promote_options="permissive") if files else None


def table_folder(folder: pathlib.Path) -> pathlib.Path:
    return folder / "delta" if (folder / "delta").is_dir() else folder


def shared_case(bench: Bench, folder: pathlib.Path, case: dict) -> list[str]:
    table, problems = table_folder(folder), []
    if case["expect"] == "refuse":
        return refusal(bench, table)
    wanted, readers = expected_rows(folder), {"the naive reader": naive_rows.table_rows}
    if bench.has_tables:
        readers["sluice"] = bench.sluice.read
    for name, read in readers.items():
        problems += rows.differences(read(table), wanted, name) if wanted is not None else []
    found = lint(table, files=True)
    fault = KNOWN_FAULTS.get(folder.name)
    if fault and not any(fault in problem for problem in found):
        problems.append(f"the lint no longer finds '{fault}'")
    problems += [] if fault else found
    for item in case.get("filters", ()) if bench.has_tables else ():
        problems += filtered(bench, table, item)
    return problems


def filtered(bench: Bench, table: pathlib.Path, item: dict) -> list[str]:
    """A filter must find its rows whatever was skipped."""
    where = item["where"].replace("timestamp_micros(", "make_timestamptz(").replace("`", '"')  # Spark's words and DuckDB's
    sql = f"SELECT count(*) AS n FROM t WHERE {where}"
    try:
        got = bench.sluice.run("query", sql, "--table", f"t={table}")[0]["n"]
    except WriteFailed as failure:
        return [f"{sql}: {failure}"]
    # Spark counts none of the rows that hold -0.0 here, and counts them in other tables.
    wanted = 20 if item["where"] == "d = 0" and "statistics_edges" in str(table) else item["rows"]
    return [] if got == wanted else [f"{sql}: {got} rows, wanted {wanted}"]


def refusal(bench: Bench, table: pathlib.Path) -> list[str]:
    """Tables that must not open: refused with a message, never by a crash."""
    if not bench.has_tables:
        return []
    try:
        got = bench.sluice.read(table)
    except WriteFailed as failure:
        return [] if failure.code in {64, 65, 69, 74} else [str(failure)]
    return [f"{got.num_rows} rows came out of a table that must be refused"]


def shared_tables(bench: Bench) -> Iterator[Outcome]:
    for path in sorted(SHARED_TABLES.rglob("case.json")):
        case = json.loads(path.read_text())
        if case["expect"] != "look":
            yield guarded(f"{path.parent.parent.name}/{path.parent.name}", lambda p=path, c=case: shared_case(bench, p.parent, c))


GROUPS = (
    Group("shared-tables", shared_tables, needs_tables=False),
    Group("delta-rs-operations", operations, needs_tables=False),
    Group("delta-rs-partitions", hard_partitions, needs_tables=False),
    Group("delta-rs-histories", histories, needs_tables=False),
)
