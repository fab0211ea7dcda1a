"""Who writes Delta tables here, behind one face: the engine under test through its command, and delta-rs."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile

import deltalake
import pyarrow as pa
import pyarrow.parquet
from deltalake import DeltaTable, write_deltalake

from random_rows import Column, Shape

SECONDS_MAX = 120
NOTHING_TO_DO = 99


class WriteFailed(Exception):
    def __init__(self, said: str, code: int = 1):
        super().__init__(said)
        self.code = code


class Sluice:
    """The command; every verb prints JSON."""

    name = "sluice"

    def __init__(self, binary: pathlib.Path):
        self.binary = str(binary)

    def command(self, *arguments: object) -> list[str]:
        return [self.binary, *map(str, arguments), "--output", "json", "-q"]

    def run(self, *arguments: object, codes: tuple[int, ...] = (0, NOTHING_TO_DO)) -> dict:
        """The JSON that the command prints. Raises WriteFailed on other exit codes."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SLUICE_")}
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=SECONDS_MAX, env=environment)
        if done.returncode not in codes:
            raise WriteFailed(f"sluice {' '.join(map(str, arguments))[:300]} ended with {done.returncode}: {done.stderr[:700]}", done.returncode)
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def has_tables(self) -> bool:
        """Whether the verb `table` is there at all."""
        if not pathlib.Path(self.binary).exists():
            return False
        done = subprocess.run([self.binary, "table", "--help"], capture_output=True, text=True, timeout=SECONDS_MAX)
        return done.returncode == 0 and "not in this version" not in done.stdout

    def create(self, table: pathlib.Path, shape: Shape, properties: dict[str, str]) -> None:
        flags = [f"--property={key}={value}" for key, value in properties.items()]
        flags += [f"--partition-by={','.join(shape.partition_by)}"] if shape.partition_by else []
        self.run("table", "create", table, "--columns", shape.spec(), *flags)

    def append(self, table: pathlib.Path, rows: pa.Table, *flags: str) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "rows.parquet"
            pa.parquet.write_table(rows, path, row_group_size=1000)
            return self.run("table", "append", table, path, *flags)

    def overwrite(self, table: pathlib.Path, rows: pa.Table) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "rows.parquet"
            pa.parquet.write_table(rows, path)
            self.run("copy", path, f"delta:{table}", "--mode", "overwrite")

    def delete(self, table: pathlib.Path, where: str) -> None:
        self.run("table", "delete", table, "--where", where)

    def optimize(self, table: pathlib.Path, columns: tuple[str, ...] = ()) -> None:
        self.run("table", "optimize", table, *([f"--cluster-by={','.join(columns)}"] if columns else []))

    def checkpoint(self, table: pathlib.Path) -> None:
        self.run("table", "checkpoint", table)

    def add_column(self, table: pathlib.Path, column: Column) -> None:
        self.run("table", "alter", table, "--add-column", f"{column.name} {column.kind.text}")

    def restore(self, table: pathlib.Path, version: int) -> None:
        self.run("table", "restore", table, "--version", version)

    def read(self, table: pathlib.Path, version: int | None = None) -> pa.Table:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "rows.parquet"
            self.run("copy", f"delta:{table}" + (f"@v{version}" if version is not None else ""), path)
            return pa.parquet.ParquetFile(path).read()


class DeltaRs:
    name = "delta-rs"

    def create(self, table: pathlib.Path, shape: Shape, properties: dict[str, str]) -> None:
        schema = deltalake.Schema.from_arrow(shape.schema())
        DeltaTable.create(str(table), schema, partition_by=list(shape.partition_by), configuration=properties)

    def append(self, table: pathlib.Path, rows: pa.Table) -> None:
        write_deltalake(str(table), rows, mode="append")

    def overwrite(self, table: pathlib.Path, rows: pa.Table) -> None:
        write_deltalake(str(table), rows, mode="overwrite")

    def delete(self, table: pathlib.Path, where: str) -> None:
        DeltaTable(str(table)).delete(where)

    def optimize(self, table: pathlib.Path, columns: tuple[str, ...] = ()) -> None:
        optimizer = DeltaTable(str(table)).optimize
        optimizer.z_order(list(columns)) if columns else optimizer.compact()

    def checkpoint(self, table: pathlib.Path) -> None:
        DeltaTable(str(table)).create_checkpoint()

    def add_column(self, table: pathlib.Path, column: Column) -> None:
        field = deltalake.Schema.from_arrow(pa.schema([(column.name, column.kind.arrow)])).fields[0]
        DeltaTable(str(table)).alter.add_columns(field)

    def restore(self, table: pathlib.Path, version: int) -> None:
        DeltaTable(str(table)).restore(version)


Writer = Sluice | DeltaRs
