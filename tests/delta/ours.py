"""Tables that the command wrote, read by everybody else; and tables that it wrote in turns with delta-rs."""
from __future__ import annotations

import datetime
import os
import pathlib
import random
import shutil
import time
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet
from deltalake import DeltaTable

import rows
from case import Bench, Group, Outcome, guarded
from log_text import COMMIT, COMPACTED, CRC, log_files
from protocol_lint import lint
from random_rows import HARD_TEXTS, LEAVES, Column, Kind, Shape
from replay import checkpoints, replay
from scenario import Model, newest_version, random_history
from writers import DeltaRs, WriteFailed

STEPS = ("append", "append", "delete", "delete_nulls", "optimize", "checkpoint", "overwrite", "add_column", "restore")
SHARED_STEPS = ("append", "append", "delete", "optimize", "checkpoint", "overwrite", "add_column")
VECTORS = {"delta.enableDeletionVectors": "true"}
PROPERTIES = (
    {}, VECTORS, {"delta.checkpointInterval": "2"}, {"delta.checkpointPolicy": "v2", "delta.checkpointInterval": "2"},
    {"delta.enableInCommitTimestamps": "true"}, {"delta.columnMapping.mode": "name"}, {"delta.columnMapping.mode": "id", **VECTORS},
    {"delta.checkpoint.writeStatsAsStruct": "true", "delta.checkpoint.writeStatsAsJson": "false", "delta.checkpointInterval": "2"},
    {"delta.dataSkippingNumIndexedCols": "1"}, {"delta.checkpoint.writeStatsAsStruct": "false", "delta.checkpointInterval": "3", **VECTORS},
    {"delta.parquet.compression.codec": "snappy"}, {"delta.randomizeFilePrefixes": "true"},
)
TEXT, NUMBER = Kind("string", pa.string(), str), Kind("int64", pa.int64(), int)
TWO = Shape((Column("k", NUMBER), Column("s", TEXT)))


def histories(bench: Bench) -> Iterator[Outcome]:
    for index in range(bench.count(36)):
        properties = PROPERTIES[index % len(PROPERTIES)]
        said = f"random history {bench.seed + index} of ours, {properties}"
        yield said, random_history(bench, bench.seed + index, properties, [bench.sluice], STEPS)


def turns(bench: Bench) -> Iterator[Outcome]:
    """Ours and delta-rs write one table in turns."""
    for index in range(bench.count(16)):
        properties = ({}, {"delta.checkpointInterval": "2"})[index % 2]
        said = f"random history {bench.seed + index} of both"
        yield said, random_history(bench, bench.seed + index, properties, [bench.sluice, DeltaRs()], SHARED_STEPS)


def numbers(begin: int, count: int) -> pa.Table:
    ids = range(begin, begin + count)
    return pa.table({"id": pa.array(ids, pa.int64()), "k": pa.array([row % 5 for row in ids], pa.int64()),
                     "s": pa.array([None if row % 11 == 0 else f"text {row}" for row in ids])})


def read_everywhere(bench: Bench, table: pathlib.Path, wanted: pa.Table) -> list[str]:
    state = replay(table)
    readers = bench.readers(state.configuration, bool(state.metadata["partitionColumns"]))
    return [problem for name, read in readers.items() for problem in rows.differences(read(table, None), wanted, name)]


def hard_partitions(bench: Bench) -> Iterator[Outcome]:
    """Each hard text as a partition value; then one of them is deleted by its value."""
    shape = Shape((Column("p", TEXT), Column("q", TEXT)), ("p", "q"))
    texts = [text[:60] for text in HARD_TEXTS]
    data = pa.table({"id": pa.array(range(len(texts) + 2), pa.int64()), "p": pa.array([*texts, None, ""]), "q": pa.array(["", None, *reversed(texts)])})
    stored = pa.table({"id": data["id"], **{name: pa.array([text or None for text in data[name].to_pylist()]) for name in ("p", "q")}})
    for index, properties in enumerate(({}, {"delta.columnMapping.mode": "name"}, {"delta.randomizeFilePrefixes": "true"})):
        table = bench.folder / f"hard{index}"

        def write(table: pathlib.Path = table, properties: dict = properties) -> list[str]:
            bench.sluice.create(table, shape, properties)
            bench.sluice.append(table, data)
            return read_everywhere(bench, table, stored) + lint(table, files=True)

        def remove(table: pathlib.Path = table) -> list[str]:
            problems, gone = [], ["it's", "100%", "a%20b", "back\\slash", "a+b", "🦆", "line\nfeed"]
            for text in gone:
                escaped = text.replace("'", "''")
                bench.sluice.delete(table, f"p = '{escaped}'")
            left = stored.filter(pa.array([text not in gone for text in stored["p"].to_pylist()]))
            problems += read_everywhere(bench, table, left)
            bench.sluice.run("table", "vacuum", table)
            return problems + read_everywhere(bench, table, left) + lint(table, files=True)

        yield guarded(f"hard partition values {properties}", write)
        yield guarded(f"deleting hard partition values {properties}", remove)


def cut_log(source: pathlib.Path, target: pathlib.Path) -> None:
    """A copy whose log begins at its newest checkpoint, as a cleanup leaves it: readers must use the checkpoint."""
    shutil.copytree(source, target)
    base = max(checkpoints(target))
    for version, paths in log_files(target, COMMIT).items():
        for path in paths if version < base else ():
            path.unlink()
    for pattern in (CRC, COMPACTED):
        for paths in log_files(target, pattern).values():
            for path in paths:
                path.unlink()


CHECKPOINT_KINDS = {
    "classic": {}, "classic with struct statistics": {"delta.checkpoint.writeStatsAsStruct": "true", "delta.checkpoint.writeStatsAsJson": "false"},
    "classic without struct statistics": {"delta.checkpoint.writeStatsAsStruct": "false"}, "of a table with vectors": VECTORS,
    "V2": {"delta.checkpointPolicy": "v2"}, "V2 with vectors": {"delta.checkpointPolicy": "v2", **VECTORS},
    "with in-commit timestamps": {"delta.enableInCommitTimestamps": "true"},
}


def checkpoint_kinds(bench: Bench) -> Iterator[Outcome]:
    for index, (name, properties) in enumerate(CHECKPOINT_KINDS.items()):
        for partitioned in (False, True):
            def check(table: pathlib.Path = bench.folder / f"k{index}{partitioned}", properties: dict = properties,
                      partitioned: bool = partitioned) -> list[str]:
                bench.sluice.create(table, Shape(TWO.columns, ("k",) if partitioned else ()), properties)
                for begin in range(0, 300, 100):
                    bench.sluice.append(table, numbers(begin, 100), "--txn", f"app:{begin}")
                bench.sluice.delete(table, "id % 10 = 3")
                bench.sluice.checkpoint(table)
                if not checkpoints(table):
                    return ["there is no checkpoint"]
                bench.sluice.append(table, numbers(300, 10))
                cut = table.with_name(table.name + "-cut")
                cut_log(table, cut)
                wanted = numbers(0, 310).filter(pa.array([row % 10 != 3 or row >= 300 for row in range(310)]))
                return lint(table, files=True) + read_everywhere(bench, table, wanted) + read_everywhere(bench, cut, wanted)
            yield guarded(f"checkpoint {name}{', partitioned' if partitioned else ''}", check)


def travel_by_time(bench: Bench) -> Iterator[Outcome]:
    """Commits get the times of days; a moment between two finds the earlier."""
    table = bench.folder / "travel"
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)

    def check() -> list[str]:
        bench.sluice.create(table, TWO, {})
        for index in range(3):
            bench.sluice.append(table, numbers(index * 10, 10))
        for version, paths in log_files(table, COMMIT).items():
            stamp = (day + datetime.timedelta(days=version)).timestamp()
            os.utime(paths[0], (stamp, stamp))
        problems = []
        for hours, wanted in ((24, 10), (47, 10), (48, 20), (71, 20), (72, 30)):
            moment = day + datetime.timedelta(hours=hours)
            path = bench.folder / f"at{hours}.parquet"
            bench.sluice.run("copy", f"delta:{table}@{moment:%Y-%m-%dT%H:%M:%SZ}", path)
            got = pa.parquet.ParquetFile(path).metadata.num_rows
            held = DeltaTable(str(table))
            held.load_as_version(moment)
            theirs = held.to_pyarrow_table().num_rows
            problems += [] if got == wanted == theirs else [f"after {hours} hours: {got} rows, delta-rs has {theirs}, wanted {wanted}"]
        return problems

    yield guarded("time travel by timestamp", check)


def writer_identities(bench: Bench) -> Iterator[Outcome]:
    """The same batch under the same application version lands once; delta-rs sees the version."""
    table = bench.folder / "identities"

    def check() -> list[str]:
        bench.sluice.create(table, TWO, {"delta.checkpointInterval": "2"})
        for version in (1, 1, 2, 2, 1):
            bench.sluice.append(table, numbers(10 * version, 10), "--txn", f"loader:{version}")
        problems = read_everywhere(bench, table, numbers(10, 20))
        seen = DeltaTable(str(table)).transaction_version("loader")
        return problems + ([] if seen == 2 else [f"delta-rs sees version {seen} of the application"]) + lint(table, files=True)

    yield guarded("one application version lands once", check)


def refused(bench: Bench, table: pathlib.Path, data: pa.Table) -> list[str]:
    """The append must fail as bad data and change nothing."""
    before = newest_version(table)
    try:
        bench.sluice.append(table, data)
    except WriteFailed as failure:
        problems = [] if failure.code in {65, 78} else [str(failure)]
    else:
        problems = ["bad rows were accepted"]
    return problems + ([] if newest_version(table) == before else ["a refused append left a version"])


def constraints(bench: Bench) -> Iterator[Outcome]:
    """NOT NULL, CHECK and append-only hold, for us and for delta-rs."""
    table = bench.folder / "constraints"

    def check() -> list[str]:
        bench.sluice.run("table", "create", table, "--columns", "id int64 not null, k int64, s string")
        bench.sluice.append(table, numbers(0, 10))
        bench.sluice.run("table", "alter", table, "--add-constraint", "small=k < 5")
        bench.sluice.append(table, numbers(10, 10))
        bad = numbers(100, 3)
        problems = refused(bench, table, bad.set_column(0, "id", pa.array([1, None, 3], pa.int64())))
        problems += refused(bench, table, bad.set_column(1, "k", pa.array([1, 5, 2], pa.int64())))
        problems += refused(bench, table, bad.set_column(1, "k", pa.array([1, None, 2], pa.int64())))
        return problems + read_everywhere(bench, table, numbers(0, 20)) + lint(table, files=True)

    def append_only() -> list[str]:
        bench.sluice.run("table", "alter", table, "--set-property", "delta.appendOnly=true")
        before = newest_version(table)
        try:
            bench.sluice.delete(table, "id = 3")
        except WriteFailed:
            return [] if newest_version(table) == before else ["the refused delete left a version"]
        return ["rows were deleted from a table that is append-only"]

    yield guarded("constraints", check)
    yield guarded("append-only", append_only)


def extremes(bench: Bench) -> Iterator[Outcome]:
    """Every type alone, in rows with nulls and edges, in many row groups' worth of rows."""
    for kind in LEAVES:
        def check(kind: Kind = kind) -> list[str]:
            model = Model.empty(Shape((Column("v", kind),)))
            table = bench.folder / f"edge-{kind.arrow}".replace("[", "").replace("]", "").replace(", ", "-")
            bench.sluice.create(table, model.shape, {})
            data = model.batch(random.Random(bench.seed), 3000)
            bench.sluice.append(table, data)
            return read_everywhere(bench, table, data) + lint(table, files=True)
        yield guarded(f"edges of {kind.text}", check)


def vacuumed(bench: Bench) -> Iterator[Outcome]:
    """Vacuum takes what nobody needs, and only that: foreign files old enough, never a live one."""
    table = bench.folder / "vacuum"

    def check() -> list[str]:
        bench.sluice.create(table, TWO, VECTORS)
        bench.sluice.append(table, numbers(0, 100))
        bench.sluice.delete(table, "id % 9 = 0")
        orphan, young, hidden = (table / name for name in ("orphan.parquet", "young.parquet", "_kept/x.parquet"))
        hidden.parent.mkdir()
        for path in (orphan, young, hidden):
            path.write_bytes(b"x")
        old = time.time() - 30 * 86_400
        for path in (orphan, hidden):
            os.utime(path, (old, old))
        bench.sluice.run("table", "vacuum", table, "--dry-run")
        problems = [] if orphan.exists() else ["a dry run deleted a file"]
        bench.sluice.run("table", "vacuum", table)
        problems += [f"{path.name}: {'there' if path.exists() else 'gone'}" for path, kept in ((orphan, False), (young, True), (hidden, True))
                     if path.exists() != kept]
        wanted = numbers(0, 100).filter(pa.array([row % 9 != 0 for row in range(100)]))
        return problems + read_everywhere(bench, table, wanted) + lint(table, files=True)

    yield guarded("vacuum", check)


def clustered(bench: Bench) -> Iterator[Outcome]:
    """Clustering moves every row once."""
    for curve in ("hilbert", "z"):
        def check(table: pathlib.Path = bench.folder / f"cluster-{curve}", curve: str = curve) -> list[str]:
            bench.sluice.create(table, TWO, {})
            for begin in range(0, 5000, 1000):
                bench.sluice.append(table, numbers(begin, 1000))
            bench.sluice.run("table", "optimize", table, "--cluster-by", "id,s", "--curve", curve, "--target-size", "4KiB")
            live = len(replay(table).live)
            problems = [] if live > 1 else ["one file is left: nothing was cut"]
            return problems + read_everywhere(bench, table, numbers(0, 5000)) + lint(table, files=True)
        yield guarded(f"cluster by {curve}", check)


GROUPS = tuple(Group(name, run) for name, run in (
    ("histories", histories), ("turns", turns), ("partitions", hard_partitions), ("checkpoints", checkpoint_kinds), ("travel", travel_by_time),
    ("identities", writer_identities), ("constraints", constraints), ("types", extremes), ("vacuum", vacuumed), ("cluster", clustered)))
