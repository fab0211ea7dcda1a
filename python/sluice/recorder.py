"""The recorder as Python programs use it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import _recorder
from .loading import load


@dataclass(frozen=True)
class DerivedColumn:
    """A column made behind `append`: `value` where the text of `when`, without spaces around it, is `equals` in any case;
    else null."""

    name: str
    value: str
    when: str
    equals: str


@dataclass(frozen=True)
class Schema:
    """`columns` as `--columns` of `sluice copy`: "id int64 not null, at timestamp(us), note string, more json"; a
    timestamp(us,UTC) column takes instants. `symbols` are text columns of few different texts, `stamps` are timestamp(us) columns that
    take the moment of `append`; `derived` columns stand behind the recorded ones."""

    columns: str
    symbols: Sequence[str] = ()
    stamps: Sequence[str] = ()
    derived: Sequence[DerivedColumn] = ()


def _query_execution() -> Schema:
    columns, symbols, stamps, derived = _recorder.QUERY_EXECUTION
    return Schema(columns, tuple(symbols), tuple(stamps), tuple(DerivedColumn(*words) for words in derived))


QUERY_EXECUTION = _query_execution()
"""A query log: 18 recorded columns, and sf_rows_inserted, sf_rows_updated, sf_rows_deleted by query_kind."""


class Recorder(_recorder.BoundRecorder):
    """Records rows of one schema into `directory`/qe_{test_id}_{worker_id}/, from any thread.

    Records are dicts, dataclass instances or tuples; `append_row(tuple)` is the quickest. Values: bool, int, float, str,
    decimal.Decimal, datetime (with a zone for timestamp(us,UTC) columns alone), None; a json column takes texts, which are kept,
    and dicts and lists, which are written with their keys in order. `rows.append(record)` returns False for a row that was
    refused, and `stats` counts it.

    Leaving a `with` block closes it, after an exception too: rows that were recorded stay, as files. A process that is
    killed loses no recorded row: the next recorder of the same names publishes it, or `sluice recorder recover`. In the
    child of a fork it takes no rows.
    """

    def __init__(self, schema: Schema | str, directory: str | os.PathLike[str], test_id: str, worker_id: str, *,
                 when_full: str = "spin", hand_over_after: float = 0.1, rotate_after: float = 0.0, file_rows_max: int = 500_000,
                 file_bytes_max: int = 128 << 20, min_rows_for_split: int = 100_000, files_max: int = 0,
                 folder_bytes_max: int = 0, ring_bytes_per_thread: int = 8 << 20, threads_max: int = 64,
                 survive_kill: bool = True, durability: str = "file", mapping_directory: str | os.PathLike[str] = "", codec: str = "zstd:1",
                 file_pattern: str = "qe_{test_id}_{worker_id}_{sequence:04}.parquet") -> None:
        """`when_full`: what `append` does when the back end falls behind: "drop" the row, "spin" or "park" until there is
        room (other threads go on; an event loop waits), or "fail". `hand_over_after`: rows go to their file in blocks, or so long
        after the first one of a block. `durability`: rows survive a power cut with their "file", or with their block ("row_group").
        Times are in seconds; 0 means never for `rotate_after` and any number for `files_max` and `folder_bytes_max`. RecorderError
        when the schema or an option cannot be, or when another recorder with these ids is at work in `directory`."""
        if isinstance(schema, str):
            schema = Schema(schema)
        derived = [(column.name, column.value, column.when, column.equals) for column in schema.derived]
        super().__init__(schema.columns, list(schema.symbols), list(schema.stamps), derived, os.fspath(directory), test_id, worker_id, {
            "when_full": when_full, "hand_over_after": hand_over_after, "rotate_after": rotate_after, "file_rows_max": file_rows_max,
            "file_bytes_max": file_bytes_max, "min_rows_for_split": min_rows_for_split, "files_max": files_max,
            "folder_bytes_max": folder_bytes_max, "ring_bytes_per_thread": ring_bytes_per_thread, "threads_max": threads_max,
            "survive_kill": survive_kill, "durability": durability, "mapping_directory": os.fspath(mapping_directory), "codec": codec,
            "file_pattern": file_pattern})

    async def finalize(self, target: str | None = None, **options: Any) -> dict[str, Any]:
        """Close off the event loop; with a `target` ("postgresql://host/db?table=s.t", "duckdb:FILE?table=t", "delta:DIR", …) also
        load every file into it, each exactly once. `options` are those of `sluice.load`.

        Returns {"directory", "files_processed", "total_rows_captured", "rows_landed", "rows_dropped"}, and after a load
        "rows_loaded" and its "load" report. LoadError when something was not loaded: the files stay, and it says how to
        resume."""
        closed = await asyncio.to_thread(self.close)
        report = {"directory": closed["directory"], "files_processed": closed["files"], "total_rows_captured": closed["accepted"],
                  "rows_landed": closed["landed"], "rows_dropped": closed["dropped"]}
        if target is None:
            return report
        loaded = await load(closed["directory"], target, **options)
        return {**report, "rows_loaded": loaded["rows_loaded"], "load": loaded}

    def cleanup_on_error(self) -> dict[str, Any]:
        """For exception handlers: close, and keep every file. They can be loaded later."""
        return self.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
