"""A random history of one table beside a plain model of its rows; every reader must see the model at every version asked."""
from __future__ import annotations

import pathlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

import rows
from case import Bench
from log_text import COMMIT, log_files
from protocol_lint import lint
from random_rows import Column, Kind, Shape, random_kind, random_shape
from readers import Reader
from writers import Writer

ROWS_OF_A_BATCH = 40


def newest_version(table: pathlib.Path) -> int:
    return max(log_files(table, COMMIT))


@dataclass
class Model:
    """The rows that the table must hold now, and those of each version that was noted."""

    shape: Shape
    now: pa.Table
    next_id: int = 0
    versions: dict[int, pa.Table] = field(default_factory=dict)

    @classmethod
    def empty(cls, shape: Shape) -> Model:
        return cls(shape, shape.schema().empty_table())

    def batch(self, r: random.Random, count: int = ROWS_OF_A_BATCH) -> pa.Table:
        made = self.shape.rows(r, self.next_id, count)
        self.next_id += count
        return made

    def keep(self, kept: list[bool]) -> None:
        self.now = self.now.filter(pa.array(kept, pa.bool_()))

    def ids(self) -> list[int]:
        return self.now["id"].to_pylist()

    def widen(self, column: Column) -> None:
        self.shape = self.shape.wider(column)
        self.now = self.now.append_column(column.name, pa.nulls(self.now.num_rows, column.kind.arrow))


class Step:
    """The things that may happen to a table; each changes the model alike."""

    def __init__(self, table: pathlib.Path, model: Model, r: random.Random):
        self.table, self.model, self.r = table, model, r

    def append(self, writer: Writer) -> str:
        batch = self.model.batch(self.r)
        writer.append(self.table, batch)
        self.model.now = pa.concat_tables([self.model.now, batch])
        return "append"

    def delete(self, writer: Writer) -> str:
        ids, low = self.model.ids(), self.r.randrange(self.model.next_id + 1)
        where, gone = self.r.choice((
            (f"id % 7 = {low % 7}", lambda row: row % 7 == low % 7),
            (f"id >= {low} AND id < {low + 25}", lambda row: low <= row < low + 25),
            (f"id IN ({low}, {low + 1}, {low + 40})", lambda row: row in {low, low + 1, low + 40}),
            (f"id < {low} AND NOT id < {low - 5} OR id = {low + 2}", lambda row: low - 5 <= row < low or row == low + 2),
        ))
        writer.delete(self.table, where)
        self.model.keep([not gone(row) for row in ids])
        return f"delete {where}"

    def delete_nulls(self, writer: Writer) -> str:
        flat = [column for column in self.model.shape.columns if not pa.types.is_nested(column.kind.arrow)]
        if not flat:
            return "delete nothing"
        column = self.r.choice(flat)
        writer.delete(self.table, f"{column.name} IS NULL")
        self.model.keep(self.model.now[column.name].is_valid().to_pylist())
        return f"delete {column.name} IS NULL"

    def optimize(self, writer: Writer) -> str:
        writer.optimize(self.table)
        return "optimize"

    def checkpoint(self, writer: Writer) -> str:
        writer.checkpoint(self.table)
        return "checkpoint"

    def overwrite(self, writer: Writer) -> str:
        batch = self.model.batch(self.r)
        writer.overwrite(self.table, batch)
        self.model.now = batch
        return "overwrite"

    def add_column(self, writer: Writer) -> str:
        column = Column(f"n{len(self.model.shape.columns)}", plain_kind(self.r))
        writer.add_column(self.table, column)
        self.model.widen(column)
        return f"add column {column.name} {column.kind.text}"

    def restore(self, writer: Writer) -> str:
        usable = [version for version, held in self.model.versions.items()
                  if held.schema == self.model.now.schema and version < newest_version(self.table)]
        if not usable:
            return "restore nothing"
        version = self.r.choice(usable)
        writer.restore(self.table, version)
        self.model.now = self.model.versions[version]
        return f"restore {version}"


def plain_kind(r: random.Random) -> Kind:
    """One that needs no table feature of its own: timestamps without a zone cannot be added to every table."""
    while True:
        kind = random_kind(r)
        if "timestamp(us)" not in kind.text:
            return kind


def compare(table: pathlib.Path, model: Model, readers: Mapping[str, Reader], version: int | None) -> list[str]:
    """Each reader's rows against the model's, newest for None."""
    problems = []
    wanted = model.now if version is None else model.versions[version]
    for name, read in readers.items():
        said = name if version is None else f"{name} at version {version}"
        try:
            problems += rows.differences(read(table, version), wanted, said)
        except Exception as error:  # any failure to read is the finding
            problems.append(f"{said}: {type(error).__name__}: {str(error)[:500]}")
    return problems


def play(table: pathlib.Path, shape: Shape, properties: dict[str, str], writers: list[Writer], readers: Mapping[str, Reader], r: random.Random,
         names: tuple[str, ...], count: int) -> list[str]:
    """Create the table, let `count` random steps happen, compare everywhere, lint. What is wrong, with the history."""
    model, done = Model.empty(shape), []
    try:
        r.choice(writers).create(table, shape, properties)
        model.versions[newest_version(table)] = model.now
        step = Step(table, model, r)
        for index in range(count):
            writer = r.choice(writers)
            name = "append" if index == 0 else r.choice(names)
            done.append(f"{writer.name}: {name}")
            done[-1] = f"{writer.name}: {getattr(step, name)(writer)}"
            model.versions[newest_version(table)] = model.now
    except Exception as error:  # a writer that refuses is the finding
        problems = [f"{type(error).__name__}: {str(error)[:700]}"]
    else:
        problems = compare(table, model, readers, None)
        for version in r.sample(sorted(model.versions), min(2, len(model.versions))):
            problems += compare(table, model, readers, version)
    if (table / "_delta_log").is_dir():
        problems += [f"lint: {problem}" for problem in lint(table, files=True)[:4]]
    return [f"{problem}\n    after {shape.spec()} by {shape.partition_by} {properties}: {'; '.join(done)}" for problem in problems]


def random_history(bench: Bench, seed: int, properties: dict[str, str], writers: list[Writer], names: tuple[str, ...],
                   count: int = 6) -> list[str]:
    r = random.Random(seed)
    shape = random_shape(r, for_peers=any(writer.name != "sluice" for writer in writers))
    readers = bench.readers(properties, bool(shape.partition_by))
    return play(bench.folder / f"t{seed}", shape, properties, writers, readers, r, names, count)
