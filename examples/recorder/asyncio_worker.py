#!/usr/bin/env python3
"""A benchmark worker that logs each query: 100 queries at a time, about 900 a second, with the log off, on, and as a list.

    asyncio_worker.py [--modes off,sluice,list] [--tasks 1000] [--queries-per-task 12] [--folder DIR]

Queries are sleeps. `list` is the usual way in Python: a list of dicts, written with pyarrow on the event loop whenever it is
long enough. What counts is how many queries the *server* has at each moment: a query ends when its time is over, and the next
one starts when the event loop gets to it. Whatever blocks the loop shows as a dip below 100.
"""
import argparse
import asyncio
import dataclasses
import datetime
import itertools
import json
import pathlib
import random
import statistics
import sys
import tempfile
import time
import uuid

CONCURRENT = 100
QUERIES_PER_SECOND = 900
SAMPLE_S = 0.005


@dataclasses.dataclass
class QueryExecution:
    execution_id: str
    test_id: str
    query_id: str
    query_text: str
    start_time: datetime.datetime
    end_time: datetime.datetime
    duration_ms: float
    rows_affected: int | None
    bytes_scanned: int | None
    warehouse: str
    success: bool
    error: str | None
    connection_id: str
    custom_metadata: dict
    query_kind: str
    worker_id: str
    warmup: bool
    app_elapsed_ms: float


class NoLog:
    """Nothing is logged."""

    def append(self, record):
        pass

    async def finalize(self):
        return 0


class SluiceLog:
    """The recorder: append is called on the event loop, as it is."""

    def __init__(self, folder):
        from sluice import QUERY_EXECUTION, Recorder
        self.recorder = Recorder(QUERY_EXECUTION, folder, test_id="demo", worker_id="w0", when_full="drop")
        self.append = self.recorder.append

    async def finalize(self):
        return (await self.recorder.finalize())["rows_landed"]


class ListLog:
    """A list of dicts; every `buffer_rows` rows the file is read, made longer and written again, on the event loop."""

    def __init__(self, folder, buffer_rows=10_000):
        self.file, self.buffer_rows, self.buffer, self.rows = pathlib.Path(folder) / "list.parquet", buffer_rows, [], 0

    def append(self, record):
        row = dataclasses.asdict(record)
        kind = (row["query_kind"] or "").strip().upper()
        for name, wanted in (("inserted", "INSERT"), ("updated", "UPDATE"), ("deleted", "DELETE")):
            row[f"sf_rows_{name}"] = row["rows_affected"] if kind == wanted else None
        row["custom_metadata"] = json.dumps(row["custom_metadata"] or {})
        self.buffer.append(row)
        if len(self.buffer) >= self.buffer_rows:
            self.flush()

    def flush(self):
        import pyarrow
        import pyarrow.parquet
        table = pyarrow.Table.from_pylist(self.buffer)
        if self.file.exists():
            table = pyarrow.concat_tables([pyarrow.parquet.read_table(self.file), table], promote_options="permissive")
        pyarrow.parquet.write_table(table, self.file, compression="snappy")
        self.rows += len(self.buffer)
        self.buffer.clear()

    async def finalize(self):
        if self.buffer:
            self.flush()
        return self.rows


MODES = {"off": lambda folder: NoLog(), "sluice": SluiceLog, "list": ListLog}


@dataclasses.dataclass
class Outcome:
    mode: str
    queries: int
    seconds: float
    concurrency_min: float
    concurrency_mean: float
    below_95: float  # share of the samples
    logged: int

    @property
    def per_second(self):
        return self.queries / self.seconds

    def __str__(self):
        return (f"{self.mode:>6}: {self.per_second:6.1f} queries/s; at the server {self.concurrency_mean:5.1f} at a time, at least "
                f"{self.concurrency_min:5.1f}, {100 * self.below_95:4.1f} % of the time below 95; {self.logged} rows logged")


async def run_query(log, durations, running):
    """A query of the server's time, and its log entry."""
    begin, started = time.perf_counter(), datetime.datetime.now()
    duration = next(durations)
    running.append((begin, begin + duration))
    await asyncio.sleep(duration)
    elapsed_ms = (time.perf_counter() - begin) * 1000
    log.append(QueryExecution(
        execution_id=str(uuid.uuid4()), test_id="demo", query_id="q17", query_text="SELECT * FROM orders WHERE customer = ? AND day > ?",
        start_time=started, end_time=datetime.datetime.now(), duration_ms=elapsed_ms, rows_affected=3, bytes_scanned=65_536,
        warehouse="small", success=True, error=None, connection_id="c17", custom_metadata={"attempt": 1, "pool": "main"},
        query_kind="SELECT", worker_id="w0", warmup=False, app_elapsed_ms=elapsed_ms))


async def run_tasks(log, tasks, queries_per_task, seed=1):
    """[(begin, end) at the server] of all queries, and when there were too few tasks left: so many tasks, CONCURRENT at a time."""
    random_numbers = random.Random(seed)
    mean = CONCURRENT / QUERIES_PER_SECOND
    # The first ones are on their way already: queries that all begin at once end at once, too.
    first = (random_numbers.uniform(0, mean) for _ in range(CONCURRENT))
    durations = itertools.chain(first, iter(lambda: random_numbers.uniform(0.8 * mean, 1.2 * mean), None))
    running, done, slots = [], [], asyncio.Semaphore(CONCURRENT)

    async def task():
        async with slots:
            for _ in range(queries_per_task):
                await run_query(log, durations, running)
        done.append(time.perf_counter())
    await asyncio.gather(*(task() for _ in range(tasks)))
    return running, done[-CONCURRENT]


def concurrency_samples(running, last):
    """How many queries the server had, while there were enough tasks left: the mean of each SAMPLE_S."""
    changes = sorted([(begin, 1) for begin, _ in running] + [(end, -1) for _, end in running])
    since = sorted(begin for begin, _ in running)[CONCURRENT]
    samples, now, query_seconds, until = [], 0, 0.0, since + SAMPLE_S
    for at, change in changes:
        while until <= min(at, last):
            samples.append((query_seconds + now * (until - since)) / SAMPLE_S)
            since, query_seconds, until = until, 0.0, until + SAMPLE_S
        if at > since:
            query_seconds += now * (at - since)
            since = at
        now += change
    return samples


def measure(mode, folder, tasks, queries_per_task):
    async def run():
        log = MODES[mode](folder)
        begin = time.perf_counter()
        running, last = await run_tasks(log, tasks, queries_per_task)
        seconds = time.perf_counter() - begin
        return running, last, seconds, await log.finalize()
    running, last, seconds, logged = asyncio.run(run())
    samples = concurrency_samples(running, last)
    return Outcome(mode, len(running), seconds, min(samples), statistics.mean(samples), sum(sample < 95 for sample in samples) / len(samples),
                   logged)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", default="off,sluice,list")
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--queries-per-task", type=int, default=12)
    parser.add_argument("--folder", help="for the logs (default: a scratch folder)")
    arguments = parser.parse_args()
    for mode in arguments.modes.split(","):
        with tempfile.TemporaryDirectory() as scratch:
            outcome = measure(mode, arguments.folder or scratch, arguments.tasks, arguments.queries_per_task)
        print(outcome, flush=True)
        if mode != "off" and outcome.logged != outcome.queries:
            print(f"{outcome.queries - outcome.logged} rows are missing")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
