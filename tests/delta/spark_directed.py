"""Each kind of table that the command writes, put before Delta on Spark: it reads the rows, keeps the rules, and writes on."""
from __future__ import annotations

import pathlib
import time
from collections.abc import Iterator

import pyarrow as pa

import rows
from case import Bench, Outcome, guarded
from ours import CHECKPOINT_KINDS, TEXT, TWO, VECTORS, cut_log, numbers
from protocol_lint import lint
from random_rows import HARD_TEXTS, Column, Shape
from replay import replay
from scenario import newest_version
from spark import Spark


def both_read(bench: Bench, spark: Spark, table: pathlib.Path, wanted: pa.Table, version: int | None = None) -> list[str]:
    return [problem for name, read in (("Spark", spark.read), ("sluice", bench.sluice.read))
            for problem in rows.differences(read(table, version), wanted, name)]


def kept(table: pa.Table, keep: object) -> pa.Table:
    return table.filter(pa.array([keep(row) for row in table["id"].to_pylist()]))


def hard_partitions(bench: Bench, spark: Spark, properties: dict[str, str]) -> list[str]:
    """Spark reads, deletes by value, and appends to partitions with hard names."""
    table = bench.folder / f"partitions{len(properties)}"
    texts = [text[:60] for text in HARD_TEXTS]
    data = pa.table({"id": pa.array(range(len(texts) + 1), pa.int64()), "p": pa.array([*texts, None])})
    bench.sluice.create(table, Shape((Column("p", TEXT),), ("p",)), properties)
    bench.sluice.append(table, data)
    problems = both_read(bench, spark, table, data)
    for text in ("100%", "a/b", "🦆"):
        spark.delete(table, f"p = '{text}'")
    left = data.filter(pa.array([text not in {"100%", "a/b", "🦆"} for text in data["p"].to_pylist()]))
    problems += both_read(bench, spark, table, left)
    # Spark itself turns this text into a null when it writes it.
    more = data.filter(pa.array([text != "__HIVE_DEFAULT_PARTITION__" for text in data["p"].to_pylist()]))
    spark.append(table, more)
    return problems + both_read(bench, spark, table, pa.concat_tables([left, more])) + lint(table, files=True)


def checkpoint_kind(bench: Bench, spark: Spark, name: str) -> list[str]:
    """Spark rests on our checkpoint alone, writes on top of it, and so do we on top of its own."""
    table = bench.folder / name.replace(" ", "-")
    bench.sluice.create(table, TWO, CHECKPOINT_KINDS[name])
    for begin in range(0, 300, 100):
        bench.sluice.append(table, numbers(begin, 100))
    bench.sluice.delete(table, "id % 10 = 3")
    bench.sluice.checkpoint(table)
    cut = table.with_name(table.name + "-cut")
    cut_log(table, cut)
    wanted = kept(numbers(0, 300), lambda row: row % 10 != 3)
    problems = both_read(bench, spark, cut, wanted)
    spark.append(cut, numbers(300, 50))
    spark.delete(cut, "id % 10 = 4")
    spark.checkpoint(cut)
    bench.sluice.append(cut, numbers(350, 50))
    bench.sluice.delete(cut, "id % 10 = 5")
    wanted = kept(numbers(0, 400), lambda row: row % 10 not in ({3, 4, 5} if row < 300 else {4, 5} if row < 350 else {5}))
    return problems + both_read(bench, spark, cut, wanted) + lint(cut, files=True)


def clustered(bench: Bench, spark: Spark) -> list[str]:
    """Spark knows the columns that we cluster by, optimizes our files, and we its."""
    table = bench.folder / "clustered"
    bench.sluice.run("table", "create", table, "--columns", "id int64, k int64, s string", "--cluster-by", "id,s")
    for begin in range(0, 3000, 1000):
        bench.sluice.append(table, numbers(begin, 1000))
    bench.sluice.run("table", "optimize", table, "--target-size", "4KiB")
    columns = spark.session.sql(f"DESCRIBE DETAIL delta.`{table}`").collect()[0]["clusteringColumns"]
    problems = [] if list(columns) == ["id", "s"] else [f"Spark sees the clustering columns {columns}"]
    problems += both_read(bench, spark, table, numbers(0, 3000))
    spark.append(table, numbers(3000, 1000))
    spark.optimize(table)
    problems += both_read(bench, spark, table, numbers(0, 4000))
    bench.sluice.append(table, numbers(4000, 1000))
    bench.sluice.run("table", "optimize", table, "--target-size", "4KiB", "--full")
    return problems + both_read(bench, spark, table, numbers(0, 5000)) + lint(table, files=True)


def refuses(spark: Spark, statement: str) -> list[str]:
    try:
        spark.sql(statement)
    except Exception:
        return []
    return [f"Spark took: {statement}"]


def rules(bench: Bench, spark: Spark) -> list[str]:
    """NOT NULL, CHECK and append-only, as we wrote them down, hold in Spark."""
    table = bench.folder / "rules"
    bench.sluice.run("table", "create", table, "--columns", "id int64 not null, k int64, s string")
    bench.sluice.append(table, numbers(0, 10))
    bench.sluice.run("table", "alter", table, "--add-constraint", "small=k < 5 AND (s IS NULL OR s LIKE 'text%')")
    spark.sql(f"INSERT INTO delta.`{table}` VALUES (10, 0, 'text 10')")
    problems = refuses(spark, f"INSERT INTO delta.`{table}` VALUES (NULL, 1, 'text')")
    problems += refuses(spark, f"INSERT INTO delta.`{table}` VALUES (11, 5, 'text')")
    problems += refuses(spark, f"INSERT INTO delta.`{table}` VALUES (11, 1, 'other')")
    bench.sluice.run("table", "alter", table, "--set-property", "delta.appendOnly=true")
    problems += refuses(spark, f"DELETE FROM delta.`{table}` WHERE id = 1")
    return problems + both_read(bench, spark, table, numbers(0, 11)) + lint(table, files=True)


def life(bench: Bench, spark: Spark, properties: dict[str, str]) -> list[str]:
    """Optimize, vacuum, restore, a new column: Spark reads each version and the history, and restores one itself."""
    table = bench.folder / f"life{len(properties)}"
    bench.sluice.create(table, TWO, properties)
    for begin in range(0, 400, 100):
        bench.sluice.append(table, numbers(begin, 100))
    bench.sluice.run("table", "delete", table, "--where", "id < 50", "--user-metadata", "a text")
    bench.sluice.optimize(table)
    after = newest_version(table)
    bench.sluice.run("table", "vacuum", table)
    bench.sluice.restore(table, 2)
    bench.sluice.run("table", "alter", table, "--add-column", "n int32", "--set-property", "own.key=v")
    wide = numbers(0, 200).append_column("n", pa.nulls(200, pa.int32()))
    problems = both_read(bench, spark, table, wide) + both_read(bench, spark, table, kept(numbers(0, 400), lambda row: row >= 50), after)
    said = {row["version"]: row for row in spark.session.sql(f"DESCRIBE HISTORY delta.`{table}`").collect()}
    problems += [] if said[5]["operation"] == "DELETE" and said[5]["userMetadata"] == "a text" else [f"Spark's history says {said[5]}"]
    problems += [] if said[5]["operationMetrics"].get("numDeletedRows") == "50" else [f"Spark sees the metrics {said[5]['operationMetrics']}"]
    shown = spark.session.sql(f"SHOW TBLPROPERTIES delta.`{table}`").collect()
    problems += [] if ("own.key", "v") in {(row["key"], row["value"]) for row in shown} else [f"Spark sees the properties {shown}"]
    spark.restore(table, 1)
    problems += both_read(bench, spark, table, numbers(0, 100))
    spark.sql(f"VACUUM delta.`{table}`")
    return problems + both_read(bench, spark, table, numbers(0, 200), 2) + lint(table, files=True)


def feed(bench: Bench, spark: Spark) -> list[str]:
    """The change feed of what both wrote, as both read it."""
    table = bench.folder / "feed"
    bench.sluice.create(table, TWO, {"delta.enableChangeDataFeed": "true", **VECTORS})
    bench.sluice.append(table, numbers(0, 20))
    bench.sluice.delete(table, "id % 3 = 0")
    spark.append(table, numbers(20, 10))
    spark.sql(f"UPDATE delta.`{table}` SET s = 'new' WHERE id = 22")
    bench.sluice.delete(table, "id = 22 OR id = 1")
    theirs = spark.session.sql(f"SELECT id, s, _change_type, _commit_version FROM table_changes_by_path('{table}', 1)").collect()
    done = bench.sluice.run("table", "changes", table, "--from", 1)
    ours = [(row["id"], row["s"], row["_change_type"], row["_commit_version"]) for row in done]
    missing, extra = set(map(tuple, theirs)) - set(ours), set(ours) - set(map(tuple, theirs))
    return ([f"of Spark's changes we lack {sorted(missing, key=str)[:3]}, and have beside them {sorted(extra, key=str)[:3]}"]
            if missing or extra or len(ours) != len(theirs) else [])


def travel(bench: Bench, spark: Spark) -> list[str]:
    """A moment between two commits finds the same version, with times in the log."""
    table = bench.folder / "travel"
    bench.sluice.create(table, TWO, {"delta.enableInCommitTimestamps": "true"})
    for begin in (0, 10):
        bench.sluice.append(table, numbers(begin, 10))
        time.sleep(1.5)
    times = {row["version"]: row["timestamp"] for row in spark.session.sql(f"DESCRIBE HISTORY delta.`{table}`").collect()}
    moment = times[1].strftime("%Y-%m-%d %H:%M:%S.%f")
    count = spark.session.read.format("delta").option("timestampAsOf", moment).load(str(table)).count()
    return [] if count == 10 else [f"Spark finds {count} rows at {moment}, wanted 10"]


def skipping(bench: Bench, spark: Spark) -> list[str]:
    """Spark's DELETE and UPDATE run over our files with our statistics: what they skip wrongly would stay."""
    table = bench.folder / "skipping"
    bench.sluice.create(table, TWO, VECTORS)
    for begin in range(0, 500, 100):
        bench.sluice.append(table, numbers(begin, 100))
    spark.delete(table, "id BETWEEN 95 AND 105 OR s = 'text 301'")
    spark.sql(f"UPDATE delta.`{table}` SET k = 9 WHERE id >= 490")
    wanted = kept(numbers(0, 500), lambda row: not 95 <= row <= 105 and row != 301)
    wanted = wanted.set_column(1, "k", pa.array([9 if row >= 490 else row % 5 for row in wanted["id"].to_pylist()], pa.int64()))
    problems = both_read(bench, spark, table, wanted)
    live = len(replay(table).live)
    bench.sluice.optimize(table)
    return problems + both_read(bench, spark, table, wanted) + lint(table, files=True) + ([] if live > 1 else ["one file"])


def directed(bench: Bench, spark: Spark) -> Iterator[Outcome]:
    for properties in ({}, {"delta.columnMapping.mode": "name"}):
        yield guarded(f"hard partition values {properties}", lambda p=properties: hard_partitions(bench, spark, p))
    for name in CHECKPOINT_KINDS:
        yield guarded(f"checkpoint {name}", lambda n=name: checkpoint_kind(bench, spark, n))
    for properties in ({}, VECTORS):
        yield guarded(f"life {properties}", lambda p=properties: life(bench, spark, p))
    for name, check in (("clustering", clustered), ("rules", rules), ("change feed", feed), ("time travel", travel), ("skipping", skipping)):
        yield guarded(name, lambda c=check: c(bench, spark))
