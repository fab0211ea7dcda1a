"""Many processes on one table: every acknowledged row is there exactly once, whoever else writes."""
from __future__ import annotations

import collections
import pathlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet

from case import Bench, Group, Outcome, guarded
from naive_rows import table_rows
from ours import TWO, VECTORS, numbers
from protocol_lint import lint
from writers import NOTHING_TO_DO, SECONDS_MAX, DeltaRs, WriteFailed

HERE = pathlib.Path(__file__).resolve().parent
CONFLICT, UNKNOWN = 75, 79
ROWS = 10
FIRST_ID = 1_000_000  # of appended rows; those below are there from the beginning
ATTEMPTS_MAX = 20


@dataclass
class Ledger:
    """What was acknowledged. Lists and dicts are only added to, which threads may do."""

    acknowledged: list[pathlib.Path] = field(default_factory=list)
    uncertain: list[pathlib.Path] = field(default_factory=list)
    deleted: list[range] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    peer_failures: list[str] = field(default_factory=list)


def batches(folder: pathlib.Path, writers: int, appends: int) -> list[list[pathlib.Path]]:
    """For each writer its input files; every row of all has an id of its own."""
    folder.mkdir()
    made = []
    for writer in range(writers):
        made.append([])
        for index in range(appends):
            path = folder / f"{writer}-{index}.parquet"
            pa.parquet.write_table(numbers(FIRST_ID + (writer * appends + index) * ROWS, ROWS), path)
            made[-1].append(path)
    return made


def append_ours(bench: Bench, table: pathlib.Path, files: list[pathlib.Path], ledger: Ledger) -> None:
    """One process for each append: each opens the table, commits and ends."""
    for path in files:
        command = bench.sluice.command("table", "append", table, path)
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
        if done.returncode == 0:
            ledger.acknowledged.append(path)
        else:
            ledger.failures.append(f"append of {path.name}: {done.returncode}: {done.stderr[:300]}")
            if done.returncode == UNKNOWN:
                ledger.uncertain.append(path)


def append_theirs(table: pathlib.Path, files: list[pathlib.Path], ledger: Ledger) -> None:
    done = subprocess.run([sys.executable, str(HERE / "peer_writer.py"), str(table), *map(str, files)], capture_output=True, text=True,
                          timeout=SECONDS_MAX)
    held = [pathlib.Path(line) for line in done.stdout.split("\n") if line]
    ledger.acknowledged.extend(held)
    ledger.uncertain.extend(set(files) - set(held))
    ledger.peer_failures.extend(done.stderr.splitlines()[:3] if done.stderr else [])


def together(actors: list[Callable[[], None]]) -> list[str]:
    """Run all at once; what they threw."""
    thrown: list[str] = []

    def guard(actor: Callable[[], None]) -> None:
        try:
            actor()
        except Exception as error:  # the thread would swallow it
            thrown.append(f"{type(error).__name__}: {str(error)[:500]}")

    threads = [threading.Thread(target=guard, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return thrown


def ids_of(path: pathlib.Path) -> list[int]:
    return pa.parquet.ParquetFile(path).read(["id"])["id"].to_pylist()


def account(table: pathlib.Path, ledger: Ledger, initial: range = range(0)) -> list[str]:
    """Each acknowledged row once, each deleted one gone, each uncertain one at most once, and no other."""
    seen = collections.Counter(table_rows(table)["id"].to_pylist())
    gone = {row for deleted in ledger.deleted for row in deleted}
    wanted = {row for row in initial if row not in gone} | {row for path in ledger.acknowledged for row in ids_of(path)}
    allowed = wanted | {row for path in ledger.uncertain for row in ids_of(path)}
    problems = list(ledger.failures)
    for said, rows in (("missing", wanted - set(seen)), ("there more than once", {row for row, count in seen.items() if count > 1}),
                       ("there without an acknowledgement", set(seen) - allowed)):
        if rows:
            problems.append(f"{len(rows)} rows {said}, as {sorted(rows)[:5]}")
    return problems + lint(table, files=True)


def only_ours(bench: Bench, table: pathlib.Path, writers: int = 8, appends: int = 25) -> list[str]:
    bench.sluice.create(table, TWO, {})
    ledger = Ledger()
    files = batches(table.with_name(table.name + "-in"), writers, appends)
    thrown = together([lambda own=own: append_ours(bench, table, own, ledger) for own in files])
    short = [] if len(ledger.acknowledged) == writers * appends else [f"{len(ledger.acknowledged)} of {writers * appends} acknowledged"]
    return thrown + short + account(table, ledger)


def with_delta_rs(bench: Bench, table: pathlib.Path) -> list[str]:
    """delta-rs may lose and give up; its rows are then there once or not at all. Ours must all land."""
    (bench.sluice if bench.has_tables else DeltaRs()).create(table, TWO, {"delta.checkpointInterval": "7"})
    ledger, files = Ledger(), batches(table.with_name(table.name + "-in"), 6, 12)
    actors = [lambda own=own: append_theirs(table, own, ledger) for own in files[:3]]
    if bench.has_tables:
        actors += [lambda own=own: append_ours(bench, table, own, ledger) for own in files[3:]]
    thrown = together(actors)
    enough = [] if ledger.acknowledged else [f"nobody was acknowledged: {ledger.peer_failures[:2]}"]
    return thrown + enough + account(table, ledger)


def repeat(bench: Bench, stop: threading.Event, *arguments: object) -> None:
    """The same verb again and again. Losing a race is no failure; anything else is."""
    while not stop.is_set():
        bench.sluice.run(*arguments, codes=(0, CONFLICT, NOTHING_TO_DO))


def delete_slices(bench: Bench, table: pathlib.Path, slices: list[range], ledger: Ledger) -> None:
    """Delete the rows that were there from the beginning, slice by slice; a lost race is tried again."""
    for part in slices:
        for _ in range(ATTEMPTS_MAX):
            try:
                bench.sluice.delete(table, f"id >= {part.start} AND id < {part.stop}")
            except WriteFailed as failure:
                if failure.code != CONFLICT:
                    raise
            else:
                ledger.deleted.append(part)
                break


def against_everything(bench: Bench, table: pathlib.Path, properties: dict[str, str]) -> list[str]:
    """Appends against optimize, delete, checkpoint and vacuum, all at once."""
    bench.sluice.create(table, TWO, properties)
    initial = range(0, 2000)
    for begin in range(initial.start, initial.stop, 200):
        bench.sluice.append(table, numbers(begin, 200))
    ledger, stop = Ledger(), threading.Event()
    files = batches(table.with_name(table.name + "-in"), 3, 12)
    slices = [range(begin, begin + 37) for begin in range(0, 1400, 100)]

    def writers() -> None:
        problems = together([*(lambda own=own: append_ours(bench, table, own, ledger) for own in files),
                             lambda: delete_slices(bench, table, slices, ledger)])
        stop.set()
        if problems:
            raise RuntimeError("; ".join(problems))

    thrown = together([writers, *(lambda verb=verb: repeat(bench, stop, "table", verb, table) for verb in ("optimize", "checkpoint", "vacuum"))])
    stop.set()
    return thrown + account(table, ledger, initial)


def concurrent(bench: Bench) -> Iterator[Outcome]:
    if bench.has_tables:
        yield guarded("8 processes of ours, 25 appends each", lambda: only_ours(bench, bench.folder / "ours"))
    yield guarded("ours together with delta-rs", lambda: with_delta_rs(bench, bench.folder / "both"))
    if bench.has_tables:
        for name, properties in (("rewrites", {}), ("vectors", VECTORS)):
            yield guarded(f"appends against optimize, delete, checkpoint and vacuum, {name}",
                          lambda n=name, p=properties: against_everything(bench, bench.folder / n, p))


GROUPS = (Group("concurrent", concurrent, needs_tables=False),)
