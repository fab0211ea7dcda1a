#!/usr/bin/env python3
"""Delta on Spark as a witness: it reads what we wrote, and we read what it wrote. Not part of the usual tests.

    PYTHONPATH=FOLDER .deps/delta-venv/bin/python tests/delta/spark_witness.py [--sluice BINARY] [--seed N] [--scale X]

Runs where `java` is in the PATH and the Python package `pyspark` can be imported (FOLDER made by
`python3 -m pip install --target FOLDER pyspark==4.2.0`, half a gigabyte); otherwise it says what is missing and ends with 0.
Delta's own jars come from Maven, once, into .deps/.
"""
from __future__ import annotations

import argparse
import importlib.util
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import pyarrow as pa  # noqa: E402
import pyarrow.parquet  # noqa: E402

from case import Bench, Outcome  # noqa: E402
from ours import PROPERTIES as OUR_PROPERTIES  # noqa: E402
from ours import STEPS as OUR_STEPS  # noqa: E402
from random_rows import Column, Shape, random_shape  # noqa: E402
from scenario import play  # noqa: E402
from writers import Sluice  # noqa: E402

DELTA_VERSION = "4.4.0"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>witness</groupId><artifactId>witness</artifactId><version>1</version><dependencies><dependency>
<groupId>io.delta</groupId><artifactId>delta-spark_4.2_2.13</artifactId><version>{DELTA_VERSION}</version>
</dependency></dependencies></project>"""
SPARK_NAMES = {pa.int64(): "BIGINT", pa.int32(): "INT", pa.int16(): "SMALLINT", pa.int8(): "TINYINT", pa.bool_(): "BOOLEAN",
               pa.float64(): "DOUBLE", pa.float32(): "FLOAT", pa.string(): "STRING", pa.binary(): "BINARY", pa.date32(): "DATE",
               pa.timestamp("us", "UTC"): "TIMESTAMP", pa.timestamp("us"): "TIMESTAMP_NTZ"}
SPARK_PROPERTIES = (
    {}, {"delta.enableDeletionVectors": "true"}, {"delta.columnMapping.mode": "name"}, {"delta.checkpointPolicy": "v2", "delta.checkpointInterval": "2"},
    {"delta.enableInCommitTimestamps": "true", "delta.checkpointInterval": "3"}, {"delta.enableRowTracking": "true"},
    {"delta.columnMapping.mode": "id", "delta.enableDeletionVectors": "true", "delta.checkpointInterval": "2"},
    {"delta.enableChangeDataFeed": "true", "delta.enableTypeWidening": "true"},
)
SPARK_STEPS = ("append", "append", "delete", "delete_nulls", "optimize", "checkpoint", "overwrite", "add_column", "restore")


def missing() -> str | None:
    """What Spark needs and is not there."""
    absent = [name for name in ("java", "mvn") if shutil.which(name) is None]
    absent += [name for name in ("pyspark",) if importlib.util.find_spec(name) is None]
    return f"{' and '.join(absent)} not there" if absent else None


def delta_jars() -> list[str]:
    """The jars that make Spark read and write Delta tables, fetched when they are not there yet."""
    folder = HERE.parents[1] / f".deps/delta-jars-{DELTA_VERSION}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory() as name:
            pom = pathlib.Path(name) / "pom.xml"
            pom.write_text(POM)
            subprocess.run(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={name}/jars"], check=True)
            shutil.copytree(f"{name}/jars", folder)
    return sorted(str(path) for path in folder.glob("*.jar"))


def start_spark(folder: pathlib.Path) -> object:
    from pyspark.sql import SparkSession

    settings = {"spark.jars": ",".join(delta_jars()), "spark.master": "local[2]", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                "spark.databricks.delta.snapshotPartitions": "2", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
                "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g",
                "spark.sql.session.timeZone": "UTC", "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
                "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension", "spark.log.level": "OFF",
                "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog", "spark.sql.ansi.enabled": "true",
                "spark.sql.warehouse.dir": str(folder / "warehouse"), "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
                "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED", "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
                "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled": "true"}
    builder = SparkSession.builder.appName("witness")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def spark_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        return f"ARRAY<{spark_type(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"MAP<{spark_type(kind.key_type)},{spark_type(kind.item_type)}>"
    if pa.types.is_struct(kind):
        return "STRUCT<" + ",".join(f"{item.name}:{spark_type(item.type)}" for item in kind) + ">"
    return SPARK_NAMES[kind]


class Spark:
    """Writes by SQL; rows come in and go out as Parquet files."""

    name = "Spark"

    def __init__(self, session: object, folder: pathlib.Path):
        self.session, self.folder, self.count = session, folder, 0

    def sql(self, text: str) -> None:
        self.session.sql(text).collect()

    def scratch(self, suffix: str = "") -> pathlib.Path:
        self.count += 1
        return self.folder / f"rows{self.count}{suffix}"

    def frame(self, rows: pa.Table) -> object:
        path = self.scratch(".parquet")
        pa.parquet.write_table(rows, path, coerce_timestamps="us")
        return self.session.read.parquet(str(path))

    def create(self, table: pathlib.Path, shape: Shape, properties: dict[str, str]) -> None:
        columns = ", ".join(f"`{item.name}` {spark_type(item.type)}" for item in shape.schema())
        parts = f" PARTITIONED BY ({', '.join(f'`{name}`' for name in shape.partition_by)})" if shape.partition_by else ""
        held = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
        self.sql(f"CREATE TABLE delta.`{table}` ({columns}) USING delta{parts}" + (f" TBLPROPERTIES ({held})" if held else ""))

    def append(self, table: pathlib.Path, rows: pa.Table) -> None:
        self.frame(rows).write.format("delta").mode("append").save(str(table))

    def overwrite(self, table: pathlib.Path, rows: pa.Table) -> None:
        self.frame(rows).write.format("delta").mode("overwrite").save(str(table))

    def delete(self, table: pathlib.Path, where: str) -> None:
        self.sql(f"DELETE FROM delta.`{table}` WHERE {where}")

    def optimize(self, table: pathlib.Path, columns: tuple[str, ...] = ()) -> None:
        self.sql(f"OPTIMIZE delta.`{table}`" + (f" ZORDER BY ({', '.join(columns)})" if columns else ""))

    def checkpoint(self, table: pathlib.Path) -> None:
        jvm = self.session._jvm
        jvm.org.apache.spark.sql.delta.DeltaLog.forTable(self.session._jsparkSession, str(table)).checkpoint()

    def add_column(self, table: pathlib.Path, column: Column) -> None:
        self.sql(f"ALTER TABLE delta.`{table}` ADD COLUMN (`{column.name}` {spark_type(column.kind.arrow)})")

    def restore(self, table: pathlib.Path, version: int) -> None:
        self.sql(f"RESTORE TABLE delta.`{table}` TO VERSION AS OF {version}")

    def read(self, table: pathlib.Path, version: int | None = None) -> pa.Table:
        self.session.catalog.clearCache()
        self.session._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()  # others write to the table as well
        reader = self.session.read.format("delta")
        frame = (reader if version is None else reader.option("versionAsOf", version)).load(str(table))
        path = self.scratch()
        frame.coalesce(1).write.parquet(str(path))
        return pa.concat_tables([pa.parquet.ParquetFile(part).read() for part in sorted(path.glob("*.parquet"))])


def histories(bench: Bench, spark: Spark) -> list[tuple[str, object]]:
    """(name, check) of each random history."""
    def of_spark(index: int) -> list[str]:
        r, properties = random.Random(bench.seed + index), SPARK_PROPERTIES[index % len(SPARK_PROPERTIES)]
        shape = random_shape(r)
        readers = {**bench.readers(properties, bool(shape.partition_by)), "Spark": spark.read}
        readers.pop("delta-rs") if "delta.enableTypeWidening" in properties else None
        return play(bench.folder / f"spark{index}", shape, properties, [spark], readers, r, SPARK_STEPS, 6)

    def of_ours(index: int) -> list[str]:
        r, properties = random.Random(bench.seed + index), OUR_PROPERTIES[index % len(OUR_PROPERTIES)]
        shape = random_shape(r)
        readers = {"Spark": spark.read, "sluice": bench.sluice.read}
        return play(bench.folder / f"ours{index}", shape, properties, [bench.sluice], readers, r, OUR_STEPS, 6)

    made = [(f"random history {bench.seed + index} by Spark", lambda i=index: of_spark(i)) for index in range(bench.count(len(SPARK_PROPERTIES)))]
    if bench.has_tables:
        made += [(f"random history {bench.seed + index} of ours for Spark", lambda i=index: of_ours(i)) for index in range(bench.count(len(OUR_PROPERTIES)))]
    return made


def run(bench: Bench, spark: Spark) -> tuple[int, int]:
    outcomes: list[Outcome] = []
    for name, check in histories(bench, spark):
        outcomes.append((name, check()))
        print(f"{'FAILED' if outcomes[-1][1] else 'passed'} {name}" + "".join(f"\n    {problem[:900]}" for problem in outcomes[-1][1][:4]), flush=True)
    failed = sum(bool(problems) for _, problems in outcomes)
    return len(outcomes) - failed, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=HERE.parents[1] / "build/release/sluice")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    lacking = missing()
    if lacking:
        print(f"SKIPPED: {lacking}")
        return 0
    sluice = Sluice(arguments.sluice.resolve())
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="sluice-spark-") as name:
        folder = pathlib.Path(name)
        try:
            session = start_spark(folder)
        except Exception as error:  # the jars could not be fetched
            print(f"SKIPPED: Spark does not start: {str(error).splitlines()[0][:300]}")
            return 0
        bench = Bench(sluice, sluice.has_tables(), folder, arguments.seed, arguments.scale)
        if not bench.has_tables:
            print("SKIPPED tables of ours: the command has no verb `table` yet")
        passed, failed = run(bench, Spark(session, folder))
        session.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
