#!/usr/bin/env python3
"""`sluice load` into PostgreSQL beside `psql \\copy` of the same rows as CSV, and into DuckDB beside DuckDB; taken in turns.

    bench/load/run.py [--sluice build/release/sluice] [--rows 500000] [--files 2] [--rounds 5] [--quick]

The rows are the recorder's 21 columns, 500,000 to a file as the recorder cuts them. Every load goes into an empty table without
indexes of a server of its own, durably; the CSV is there beforehand; how many rows landed is counted. "two connections": a psql
for each file beside `--parallel FILES`. `psql \\copy` of the same rows in the binary form, also written beforehand, is the
ceiling: what is left when the rows need no making. A ratio is the median of those of the rounds: what else the machine does
changes from round to round, and within one a little. The last part loads files of 0.25 and 1 GB and compares what the process
held at its peak.
"""
import argparse
import dataclasses
import datetime
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests/load"))
sys.path.append(str(ROOT / "bench/files"))  # its machine.py
import machine  # noqa: E402
from costs import cost_of  # noqa: E402
from postgres_server import PostgresServer, find_programs  # noqa: E402

# Title, whose wall time over whose, at least.
GOALS = (("rows/s into PostgreSQL over psql \\copy CSV", "psql csv", "load", 1.5),
         ("the same with two connections", "psql csv 2", "load 2", 1.7),
         ("rows/s into DuckDB over its own INSERT", "duckdb", "load duckdb", 0.9))
FLAT = 1.25
DUCKDB_MEMORY_MIB = 512
# Delta gathers row groups of 128 MiB; DuckDB keeps what it wrote for as long as it may, which is --memory, beside its own buffers.
BOUNDS_MIB = {"delta": 3 * 128, "duckdb": 2 * DUCKDB_MEMORY_MIB}
DUCKDB = ROOT / ".deps/duckdb/libduckdb.so"


def by_python(*command):
    """What a script prints. Nothing large is done in this process: see inputs.py."""
    return subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Bench:
    def __init__(self, arguments, folder, server):
        self.arguments, self.folder, self.server = arguments, folder, server
        self.columns = by_python(HERE / "inputs.py", "queries", folder, arguments.rows, arguments.files)
        self.psql = [str(server.programs / "psql"), "-h", str(server.folder), "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-c"]
        self.database = folder / "t.duckdb"
        self.write_binary()

    @property
    def rows(self):
        return self.arguments.rows * self.arguments.files

    def write_binary(self):
        for file in range(self.arguments.files):
            self.empty()
            for command in (f"\\copy t FROM '{self.folder}/{file}.csv' CSV HEADER", f"\\copy t TO '{self.folder}/{file}.bin' BINARY"):
                subprocess.run([*self.psql, command], check=True)

    def empty(self):
        self.server.run(f"DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS sluice_ledger; CREATE TABLE t ({self.columns})")
        self.server.run("CHECKPOINT")

    def load(self, folder, target, *flags):
        for path in folder.glob("load.db*"):
            path.unlink()
        return [str(self.arguments.sluice), "load", str(folder), target, "--keep", "-q", *flags]

    def into_postgres(self, commands, together=False):
        self.empty()
        cost = cost_of(commands, self.server, together)
        return cost, int(self.server.run("SELECT count(*) FROM t"))

    def copies(self, suffix, form):
        return [[*self.psql, f"\\copy t FROM '{self.folder}/{file}.{suffix}' {form}"] for file in range(self.arguments.files)]

    def into_duckdb(self, command, own_clock=False):
        for path in self.folder.glob("t.duckdb*"):
            path.unlink()
        cost = cost_of([command])
        if own_clock:
            cost = dataclasses.replace(cost, wall_s=float(cost.said))
        count = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).execute('SELECT count(*) FROM t').fetchone()[0])"
        return cost, int(by_python("-c", count, self.database))

    def contenders(self):
        qe, parallel = self.folder / "qe", str(self.arguments.files)
        to_postgres = self.server.url("t")
        return {
            "psql csv": lambda: self.into_postgres(self.copies("csv", "CSV HEADER")),
            "load": lambda: self.into_postgres([self.load(qe, to_postgres, "--parallel", "1")]),
            "psql binary": lambda: self.into_postgres(self.copies("bin", "BINARY")),
            "psql csv 2": lambda: self.into_postgres(self.copies("csv", "CSV HEADER"), True),
            "load 2": lambda: self.into_postgres([self.load(qe, to_postgres, "--parallel", parallel)]),
            "psql binary 2": lambda: self.into_postgres(self.copies("bin", "BINARY"), True),
            "duckdb": lambda: self.into_duckdb([sys.executable, str(HERE / "insert_with_duckdb.py"), str(DUCKDB), str(self.database),
                                                self.columns, *sorted(map(str, qe.glob("*.parquet")))], own_clock=True),
            "load duckdb": lambda: self.into_duckdb(self.load(qe, f"duckdb:{self.database}?table=t", "--create")),
        }

    def measure(self):
        figures = {}
        for round_number in range(self.arguments.rounds):
            print(f"round {round_number + 1}", flush=True)
            for name, work in self.contenders().items():
                cost, landed = work()
                if landed != self.rows:
                    sys.exit(f"{name}: {landed} rows landed, {self.rows} were recorded")
                figures.setdefault(name, []).append(cost)
        return figures

    def measure_memory(self):
        """MiB at the peak, of files of 0.25 and 1 GB, by target."""
        peaks = {}
        for size in (256, 1024):
            folder = self.folder / f"long{size}"
            by_python(HERE / "inputs.py", "long", folder, size)
            for name, target in (("postgresql", self.server.url("long")), ("delta", f"delta:{self.folder}/long"),
                                 ("duckdb", f"duckdb:{self.database}?table=t")):
                self.server.run("DROP TABLE IF EXISTS long; DROP TABLE IF EXISTS sluice_ledger")
                shutil.rmtree(self.folder / "long", ignore_errors=True)
                for path in self.folder.glob("t.duckdb*"):
                    path.unlink()
                flags = ["--create", *(["--memory", f"{DUCKDB_MEMORY_MIB}MiB"] if name == "duckdb" else [])]
                peaks.setdefault(name, []).append(round(cost_of([self.load(folder, target, *flags)]).rss_mib, 1))
            shutil.rmtree(folder)
        return peaks


def faster(figures, peer, ours):
    """How many times: the median of the rounds, in each of which both ran side by side with the rest of the machine."""
    return statistics.median(theirs.wall_s / mine.wall_s for theirs, mine in zip(figures[peer], figures[ours]))


def speed_goals(figures):
    for title, peer, ours, limit in GOALS:
        measured = faster(figures, peer, ours)
        ceiling = f"{faster(figures, peer, peer.replace('csv', 'binary')):.2f}" if "csv" in peer else "-"
        yield {"goal": title, "measured": f"{measured:.2f}", "ceiling": ceiling, "limit": f">= {limit}",
               "verdict": "pass" if measured >= limit else "MISS"}


def memory_goals(peaks):
    for name, (small, large) in peaks.items():
        if name in BOUNDS_MIB:
            title, measured, limit = f"MiB for 1 GB into {name}", large, BOUNDS_MIB[name]
        else:
            title, measured, limit = f"memory for 1 GB over that for 0.25 GB into {name}", round(large / small, 2), FLAT
        yield {"goal": title, "measured": f"{measured:g}", "ceiling": "-", "limit": f"<= {limit}", "verdict": "pass" if measured <= limit else "MISS"}


def print_tables(figures, goals, rows):
    print("\n| | wall s, least | median | CPU s, client | server | rows/s |\n|---|---|---|---|---|---|")
    for name, costs in figures.items():
        wall = [cost.wall_s for cost in costs]
        client, server = (statistics.median(getattr(cost, part) for cost in costs) for part in ("client_cpu_s", "server_cpu_s"))
        print(f"| {name} | {min(wall):.2f} | {statistics.median(wall):.2f} | {client:.2f} | {server:.2f} | {rows / min(wall):,.0f} |")
    print("\n| goal | measured | ceiling | limit | |\n|---|---|---|---|---|")
    for goal in goals:
        print("| " + " | ".join(goal.values()) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=ROOT / "build/release/sluice")
    parser.add_argument("--rows", type=int, default=500_000, help="to a file")
    parser.add_argument("--files", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="without the memory of long files")
    parser.add_argument("--result", type=pathlib.Path, help="where the JSON goes")
    arguments = parser.parse_args()
    if find_programs() is None:
        sys.exit("PostgreSQL's server is not installed (apt-get install postgresql)")
    facts = machine.machine_facts()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as scratch, \
            PostgresServer(["shared_buffers=256MB", "max_wal_size=4GB"]) as server:
        bench = Bench(arguments, pathlib.Path(scratch), server)
        figures = bench.measure()
        peaks = {} if arguments.quick else bench.measure_memory()
    goals = [*speed_goals(figures), *memory_goals(peaks)]
    print_tables(figures, goals, bench.rows)
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")
    document = {"date": date, "machine": facts, "version": machine.sluice_version(arguments.sluice), "rows": bench.rows, "files": arguments.files,
                "figures": {name: [{key: round(value, 3) for key, value in dataclasses.asdict(cost).items() if key != "said"} for cost in costs]
                            for name, costs in figures.items()}, "peak_mib": peaks, "goals": goals}
    result = arguments.result or ROOT / "build/bench-data" / f"load-{date}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(document, indent=1) + "\n")
    print(f"\nwritten: {result}")


if __name__ == "__main__":
    main()
