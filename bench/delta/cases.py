"""The cases of `./dev bench delta`: which tables each needs, who runs, and how the work is checked."""
from __future__ import annotations

import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import log_reading
from measure import ProcessFailed
from subjects import DELTA_RS, DRIVER, DUCKDB, SLUICE, Subject

ADDS, COMMITS, SMALL_FILES, SMALL_ROWS, CLUSTER_ROWS, REMOVED = 300_001, 999, 1000, 1000, 2_000_000, 1000
APPENDS, WRITERS, WRITER_APPENDS, BATCH_ROWS = 1000, 8, 25, 100
# Small enough for more than 64 files.
CLUSTER_TARGET = "800000"
# Runs that are too short to be told apart by a few rounds.
MANY = 40
# Runs whose system time, that of page faults, varies by half from one to the next; the peer that takes seconds runs less.
SOME = 10
JSON_FLAGS = ("--output", "json", "-q")
SCAN_SQL = "SELECT sum(bytes) AS s FROM t WHERE status >= 300 AND level = 'error'"
POINT_SQL = "SELECT count(*) AS n FROM t WHERE service = 'service-042'"
Check = Callable[[tuple[dict, ...], pathlib.Path], dict[str, float]]


@dataclass(frozen=True)
class Case:
    """One table of the report. starts: the tools' empty runs on a tiny table, taken off in the goals."""

    title: str
    tables: tuple[str, ...]
    subjects: tuple[Subject, ...]
    rounds: int | None = None


def demand(condition: bool, said: str) -> None:
    if not condition:
        raise ProcessFailed(said)


def said_files(count: int) -> Check:
    def check(said: tuple[dict, ...], _: pathlib.Path) -> dict[str, float]:
        got = said[0].get("files", said[0].get("num_files"))
        got = len(got) if isinstance(got, list) else got
        demand(got == count, f"{got} files, not {count}")
        return {name: said[0][name] for name in ("cpu_s", "rss_mib", "rss_before_mib") if name in said[0]}
    return check


def nothing(_: tuple[dict, ...], __: pathlib.Path) -> dict[str, float]:
    return {}


def starts() -> tuple[Subject, ...]:
    """What a process costs before its work: import or exec, and opening a table of one file."""
    return (Subject("sluice-start", SLUICE, ("table", "describe", "TABLE", *JSON_FLAGS), "tiny", nothing),
            Subject("driver-start", DRIVER, ("open", "TABLE"), "tiny", said_files(1)),
            Subject("delta-rs-start", DELTA_RS, ("open", "TABLE"), "tiny", nothing),
            Subject("duckdb-start", DUCKDB, ("open", "TABLE"), "tiny", said_files(1)))


def start_of(tool: str) -> str:
    return f"{tool}-start"


def opened(table: str, files: int) -> tuple[Subject, ...]:
    return (Subject(DRIVER, DRIVER, ("open", "TABLE"), table, said_files(files)),
            Subject(SLUICE, SLUICE, ("table", "describe", "TABLE", *JSON_FLAGS), table, nothing),
            Subject(DELTA_RS, DELTA_RS, ("open", "TABLE"), table, nothing),
            Subject("delta-rs-listed", DELTA_RS, ("list", "TABLE"), table, said_files(files)),
            Subject(DUCKDB, DUCKDB, ("open", "TABLE"), table, said_files(files), rounds=3))


def appended(rows_wanted: int) -> Check:
    """Every acknowledged batch is in the log once; how many failed is a figure."""
    def check(said: tuple[dict, ...], table: pathlib.Path) -> dict[str, float]:
        done, failed = sum(item["appended"] for item in said), sum(item["failed"] for item in said)
        rows = log_reading.rows(log_reading.live_adds(table))
        demand(rows == done * BATCH_ROWS, f"{rows} rows in the log, {done} batches were acknowledged")
        demand(failed or rows == rows_wanted, f"{rows} rows, not {rows_wanted}")
        cpu_s = said[0]["cpu_s"]
        early, late = cpu_s[4:24], cpu_s[-20:]
        return {"failed": failed, "early_s": sum(early) / len(early), "late_s": sum(late) / len(late)}
    return check


def compacted(_: tuple[dict, ...], table: pathlib.Path) -> dict[str, float]:
    adds = log_reading.live_adds(table)
    demand(log_reading.rows(adds) == SMALL_FILES * SMALL_ROWS and len(adds) <= SMALL_FILES / 100, f"{len(adds)} files after compaction")
    return {"files": len(adds)}


def clustered(_: tuple[dict, ...], table: pathlib.Path) -> dict[str, float]:
    """The share of files that a point predicate skips: moments spread evenly over the month, each service once; and the
    services weighted by their rows, which a heavy service bounds from above."""
    adds = log_reading.live_adds(table)
    demand(log_reading.rows(adds) == CLUSTER_ROWS, f"{log_reading.rows(adds)} rows after clustering")
    moments = [f"2026-01-{1 + index * 29 // 1000:02}T{index * 7 % 24:02}:{index * 13 % 60:02}:{index * 17 % 60:02}.500Z" for index in range(1000)]
    names = [f"service-{index:03}" for index in range(200)]
    weighted = [f"service-{int(200 * (index / 1000) ** 3):03}" for index in range(1000)]
    return {"files": len(adds), "skipped_at": log_reading.skipped_share(adds, "at", moments),
            "skipped_service": log_reading.skipped_share(adds, "service", names),
            "skipped_service_by_rows": log_reading.skipped_share(adds, "service", weighted)}


def cluster_flags(*more: str) -> tuple[str, ...]:
    return ("table", "optimize", "TABLE", "--cluster-by", "at,service", "--target-size", CLUSTER_TARGET, "--full", *JSON_FLAGS, *more)


def checkpointed(_: tuple[dict, ...], table: pathlib.Path) -> dict[str, float]:
    names = [path.name for path in (table / "_delta_log").glob(f"{11:020}.checkpoint*") if path.stat().st_size > 0]
    demand(bool(names), "there is no checkpoint of version 11")
    return {}


def vacuums(table: str) -> tuple[Subject, ...]:
    return (Subject(SLUICE, SLUICE, ("table", "vacuum", "TABLE", "--dry-run", *JSON_FLAGS), table, said_files(REMOVED)),
            Subject(DELTA_RS, DELTA_RS, ("vacuum", "TABLE", "full"), table, said_files(REMOVED)),
            Subject("delta-rs-lite", DELTA_RS, ("vacuum", "TABLE", "lite"), table, said_files(REMOVED)))


def scans(sql: str, said: str) -> tuple[Subject, ...]:
    def ours(got: tuple[dict, ...], _: pathlib.Path) -> dict[str, float]:
        demand(bool(got[0]), f"{said} printed nothing")
        return {}
    return (Subject(SLUICE, SLUICE, ("query", sql, "--table", "t=TABLE", *JSON_FLAGS), "wide", ours),
            Subject(DELTA_RS, DELTA_RS, ("scan", "TABLE", sql), "wide", nothing), Subject(DUCKDB, DUCKDB, ("scan", "TABLE", sql), "wide", nothing))


CASES = {
    "start": Case("the empty run of each tool on a tiny table", ("tiny",), starts(), rounds=MANY),
    "open-adds": Case("open 300,000 adds of a checkpoint, no statistics", ("adds",), opened("adds", ADDS), rounds=SOME),
    "open-stats": Case("open 300,000 adds of a checkpoint, with statistics", ("adds-stats",), opened("adds-stats", ADDS), rounds=SOME),
    "open-commits": Case("open 1,000 JSON commits", ("commits",), opened("commits", COMMITS)),
    "append": Case("1,000 single-batch appends in one process", ("counted",), (
        Subject(DRIVER, DRIVER, ("append", "TABLE", str(APPENDS)), "counted", appended(APPENDS * BATCH_ROWS), fresh=True),
        Subject(DELTA_RS, DELTA_RS, ("append", "TABLE", str(APPENDS)), "counted", appended(APPENDS * BATCH_ROWS), fresh=True, rounds=1)),
        rounds=3),
    "compact": Case("compact 1,000 small files", ("small-files",), (
        Subject(SLUICE, SLUICE, ("table", "optimize", "TABLE", *JSON_FLAGS), "small-files", compacted, fresh=True),
        Subject(DELTA_RS, DELTA_RS, ("compact", "TABLE"), "small-files", compacted, fresh=True))),
    "cluster": Case("cluster 2 M rows x 10 columns by (at, service)", ("wide",), (
        Subject(SLUICE, SLUICE, cluster_flags(), "wide", clustered, fresh=True),
        Subject("sluice-256MiB", SLUICE, cluster_flags("--memory", "256MiB"), "wide", clustered, fresh=True),
        Subject(DELTA_RS, DELTA_RS, ("cluster", "TABLE", CLUSTER_TARGET, "at", "service"), "wide", clustered, fresh=True))),
    "writers": Case("8 processes, 25 appends each", ("counted",), tuple(
        Subject(tool, tool, ("append", "TABLE", str(WRITER_APPENDS)), "counted", appended(WRITERS * WRITER_APPENDS * BATCH_ROWS), fresh=True,
                processes=WRITERS) for tool in (DRIVER, DELTA_RS))),
    "checkpoint": Case("checkpoint of 300,000 adds with statistics", ("adds-stats",), (
        Subject(SLUICE, SLUICE, ("table", "checkpoint", "TABLE", *JSON_FLAGS), "adds-stats", checkpointed, fresh=True),
        Subject(DELTA_RS, DELTA_RS, ("checkpoint", "TABLE"), "adds-stats", checkpointed, fresh=True))),
    "vacuum": Case("vacuum --dry-run over 1,000 files that one commit removed", ("removed", "tiny"), (
        *vacuums("removed"), *(start for start in starts() if start.tool in (SLUICE, DELTA_RS))), rounds=MANY),
    "vacuum-commits": Case("vacuum --dry-run over 1,000 files, each removed by its own commit", ("overwritten",), vacuums("overwritten")),
    "scan": Case("sum over a filter of 2 M rows", ("wide",), scans(SCAN_SQL, "the sum")),
    "point": Case("count one service of 2 M rows", ("wide",), scans(POINT_SQL, "the count")),
}
