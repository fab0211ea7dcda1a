"""Delta on Spark behind the face of a writer and reader; started when Java and pyspark are there."""
from __future__ import annotations

import importlib.util
import pathlib
import shutil
import subprocess
import tempfile

import pyarrow as pa
import pyarrow.parquet

from random_rows import Column, Shape

HERE = pathlib.Path(__file__).resolve().parent
DELTA_VERSION = "4.4.0"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>witness</groupId><artifactId>witness</artifactId><version>1</version><dependencies><dependency>
<groupId>io.delta</groupId><artifactId>delta-spark_4.2_2.13</artifactId><version>{DELTA_VERSION}</version>
</dependency></dependencies></project>"""
SPARK_NAMES = {pa.int64(): "BIGINT", pa.int32(): "INT", pa.int16(): "SMALLINT", pa.int8(): "TINYINT", pa.bool_(): "BOOLEAN",
               pa.float64(): "DOUBLE", pa.float32(): "FLOAT", pa.string(): "STRING", pa.binary(): "BINARY", pa.date32(): "DATE",
               pa.timestamp("us", "UTC"): "TIMESTAMP", pa.timestamp("us"): "TIMESTAMP_NTZ"}


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
