"""kill -9 at random moments: the table opens, its log keeps every rule, and holds the old rows or the new, never a third."""
from __future__ import annotations

import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet

import rows
from case import Bench, Group, Outcome, guarded
from naive_rows import table_rows
from ours import TWO, VECTORS, numbers, read_everywhere
from protocol_lint import lint

SECONDS_PER_VERB = 3.0
KILLS_MIN, ROUNDS_MAX = 3, 60
INITIAL = 4000


@dataclass(frozen=True)
class Victim:
    """A verb that is killed: its arguments after the table, and which rows are there before and after."""

    verb: str
    arguments: tuple[str, ...]
    before: pa.Table
    after: pa.Table
    properties: tuple[tuple[str, str], ...] = ()


def victims(batch: pathlib.Path) -> list[Victim]:
    held = numbers(0, INITIAL)
    more = pa.concat_tables([held, numbers(INITIAL, 3000)])
    fewer = held.filter(pa.array([row % 7 != 3 for row in range(INITIAL)]))
    gone = ("--where", "id % 7 = 3")
    return [
        Victim("append", (str(batch), "--txn", "killed:1"), held, more),
        Victim("delete", gone, held, fewer),
        Victim("delete", gone, held, fewer, tuple(VECTORS.items())),
        Victim("optimize", (), held, held),
        Victim("optimize", ("--cluster-by", "id,s", "--target-size", "32KiB"), held, held),
        Victim("vacuum", (), held, held),
        Victim("checkpoint", (), held, held),
        Victim("checkpoint", (), held, held, (("delta.checkpointPolicy", "v2"),)),
    ]


def prepare(bench: Bench, table: pathlib.Path, victim: Victim) -> None:
    bench.sluice.create(table, TWO, {**dict(victim.properties), "delta.checkpointInterval": "1000"})
    for begin in range(0, INITIAL, 250):
        bench.sluice.append(table, numbers(begin, 250))
    old = time.time() - 30 * 86_400
    for index in range(50):  # food for vacuum
        path = table / f"orphan-{index}.parquet"
        path.write_bytes(b"x")
        os.utime(path, (old, old))


def attempt(command: list[str], seconds: float) -> float | None:
    """Start the command and kill it after `seconds`; when it had ended before that, how long it took."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
        return time.monotonic() - begin
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return None


def is_one_of(table: pathlib.Path, victim: Victim) -> list[str]:
    got = table_rows(table)
    problems = rows.differences(got, victim.after, "neither the old rows nor the new")
    return problems if problems and rows.differences(got, victim.before, "") else []


def one_round(bench: Bench, base: pathlib.Path, table: pathlib.Path, victim: Victim, delay: float) -> tuple[float | None, list[str]]:
    shutil.rmtree(table, ignore_errors=True)
    shutil.copytree(base, table)
    command = bench.sluice.command("table", victim.verb, table, *victim.arguments)
    ended = attempt(command, delay)
    problems = is_one_of(table, victim) + lint(table, files=True)
    bench.sluice.run("table", victim.verb, table, *victim.arguments)  # a rerun ends the work
    problems += rows.differences(table_rows(table), victim.after, "after the rerun") + lint(table, files=True)
    return ended, [f"killed after {delay * 1000:.1f} ms: {problem}" for problem in problems]


def kills(bench: Bench, index: int, victim: Victim) -> list[str]:
    """Delays spread over the whole duration of the command, until the time is used up and enough kills met it alive."""
    base, table = bench.folder / f"base{index}", bench.folder / f"table{index}"
    prepare(bench, base, victim)
    shutil.copytree(base, table)
    begin = time.monotonic()
    bench.sluice.run("table", victim.verb, table, *victim.arguments)
    duration, r = time.monotonic() - begin, random.Random(bench.seed + index)
    problems, killed, rounds, deadline = [], 0, 0, time.monotonic() + SECONDS_PER_VERB * bench.scale
    while not problems and rounds < ROUNDS_MAX and (killed < KILLS_MIN or time.monotonic() < deadline):
        ended, problems = one_round(bench, base, table, victim, duration * r.random())
        if ended is not None:  # the machine was busier when the duration was taken
            duration = min(duration, ended)
        killed, rounds = killed + (ended is None), rounds + 1
    if not problems:
        problems += read_everywhere(bench, table, victim.after)
        if killed < KILLS_MIN:
            problems.append(f"only {killed} of {rounds} kills met a running process")
    return problems


def killed(bench: Bench) -> Iterator[Outcome]:
    batch = bench.folder / "batch.parquet"
    pa.parquet.write_table(numbers(INITIAL, 3000), batch)
    for index, victim in enumerate(victims(batch)):
        said = " ".join([victim.verb, *victim.arguments[:2], *(f"{key}={value}" for key, value in victim.properties)])
        yield guarded(said, lambda i=index, v=victim: kills(bench, i, v))


GROUPS = (Group("kill", killed),)
