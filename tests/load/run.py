#!/usr/bin/env python3
"""`sluice load` into a real PostgreSQL and DuckDB: values as they were recorded, refusals, kill -9, a server that goes away.

    tests/load/run.py --sluice build/release/sluice [--kills 20] [--bench] [names]
"""
import argparse
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from postgres_server import PostgresServer, find_programs  # noqa: E402

CASES = []


def case(function):
    CASES.append(function)
    return function


class Work:
    """A folder, the binary, and the server of one run."""

    def __init__(self, sluice, folder, server, kills):
        self.sluice, self.folder, self.server, self.kills = str(sluice), folder, server, kills

    def record(self, name, tables):
        """A closed recorder's folder with these tables as files."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for sequence, table in enumerate(tables):
            pq.write_table(table, folder / f"qe_t_w_{sequence:04}.parquet", compression="zstd")
        subprocess.run([sys.executable, HERE.parent / "cli/record.py", folder], check=True)
        return folder

    def load(self, folder, target, *flags):
        done = subprocess.run([self.sluice, "load", str(folder), target, "--output", "json", *flags],
                              capture_output=True, text=True, timeout=300)
        return done, json.loads(done.stdout) if done.stdout else None

    def start(self, folder, target, *flags):
        return subprocess.Popen([self.sluice, "load", str(folder), target, "-q", *flags], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def fresh(self, table):
        self.server.run(f"DROP TABLE IF EXISTS {table}; DROP TABLE IF EXISTS sluice_ledger")
        return self.server.url(table)


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


def numbered(files, rows):
    return [pa.table({"id": pa.array(range(n * rows, (n + 1) * rows), pa.int64()),
                      "note": pa.array([f"row {i} of {n}" for i in range(rows)])}) for n in range(files)]


@case
def values(work):
    """Every type, NULLs among them, as SQL reads it back."""
    import decimal
    import uuid
    day = datetime.date(1969, 12, 31)
    at = datetime.datetime(2026, 1, 1, 12, 34, 56, 789012)
    table = pa.table({
        "b": pa.array([True, None, False]), "i1": pa.array([-128, None, 127], pa.int8()),
        "i2": pa.array([-32768, None, 1], pa.int16()), "i4": pa.array([-2**31, None, 1], pa.int32()),
        "i8": pa.array([-2**63, None, 2**63 - 1], pa.int64()), "u8": pa.array([2**64 - 1, None, 0], pa.uint64()),
        "f4": pa.array([1.5, None, float("nan")], pa.float32()), "f8": pa.array([0.1, None, float("-inf")]),
        "d": pa.array([decimal.Decimal("-12345678901234567890123456789012345.678"), None, decimal.Decimal("0.001")],
                      pa.decimal128(38, 3)),
        "s": pa.array(["ä\n\t\"'\\", None, ""]), "x": pa.array([b"\0\xff", None, b""]),
        "day": pa.array([day, None, datetime.date(9999, 12, 31)]),
        "t": pa.array([datetime.time(23, 59, 59, 999999), None, datetime.time(0)], pa.time64("us")),
        "at": pa.array([at, None, datetime.datetime(1, 1, 1)], pa.timestamp("us")),
        "atz": pa.array([at, None, at], pa.timestamp("us", "UTC")),
        "ms": pa.array([at.replace(microsecond=789000), None, at.replace(microsecond=0)], pa.timestamp("ms")),
        "j": pa.array(['{"k": [1, null]}', None, "{}"], pa.json_()),
        "u": pa.array([uuid.UUID(int=1).bytes, None, uuid.UUID(int=2**128 - 1).bytes], pa.uuid()),
    })
    done, report = work.load(work.record("values", [table]), work.fresh("types"), "--create")
    check(done.returncode == 0, done.stderr)
    check(report["rows_loaded"] == 3)
    got = work.server.run("SET TimeZone='UTC'; SELECT * FROM types").split("\n")[1:]
    want = ("t|-128|-32768|-2147483648|-9223372036854775808|18446744073709551615|1.5|0.1|"
            "-12345678901234567890123456789012345.678|ä\n\t\"'\\|\\x00ff|1969-12-31|23:59:59.999999|2026-01-01 12:34:56.789012|"
            "2026-01-01 12:34:56.789012+00|2026-01-01 12:34:56.789|{\"k\": [1, null]}|00000000-0000-0000-0000-000000000001\n"
            + "|" * 17 + "\n"
            "f|127|1|1|9223372036854775807|0|NaN|-Infinity|0.001||\\x|9999-12-31|00:00:00|0001-01-01 00:00:00|"
            "2026-01-01 12:34:56.789012+00|2026-01-01 12:34:56|{}|ffffffff-ffff-ffff-ffff-ffffffffffff")
    check("\n".join(got) == want, "\n".join(got), "\nwanted", want)


@case
def existing_table(work):
    """Names in another case, wider columns, columns of the table that the files lack, json, a domain."""
    url = work.fresh("wide")
    work.server.run('DROP DOMAIN IF EXISTS small; CREATE DOMAIN small AS int8 CHECK (VALUE >= 0);'
                    'CREATE TABLE wide ("ID" numeric, at timestamptz DEFAULT now(), note varchar(20), more int, '
                    'id2 small, gen int GENERATED ALWAYS AS (1) STORED, id serial)')
    done, _ = work.load(work.record("wide", [pa.table({"ID": [2**40], "note": ["x"], "id2": [7]})]), url)
    check(done.returncode == 0, done.stderr)
    check(work.server.run('SELECT "ID", note, more, id2, gen, id, at IS NULL FROM wide') == "1099511627776|x||7|1|1|f")


@case
def instants(work):
    """Instants go into columns of instants, as such, and into no others."""
    at = datetime.datetime(2026, 7, 1, 12, 0, 0, 5, datetime.timezone(datetime.timedelta(hours=2)))
    table = pa.table({"n": [1], "at": pa.array([at], pa.timestamp("us", "UTC")), "wall": pa.array([at.replace(tzinfo=None)], pa.timestamp("us"))})
    url = work.fresh("moments")
    work.server.run("CREATE TABLE moments (n int8, at timestamptz, wall timestamp)")
    done, _ = work.load(work.record("moments", [table]), url)
    check(done.returncode == 0, done.stderr)
    got = work.server.run("SET TimeZone='Asia/Tokyo'; SELECT at, wall FROM moments").split("\n")[-1]
    check(got == "2026-07-01 19:00:00.000005+09|2026-07-01 12:00:00.000005", got)
    root = work.folder / "moments_delta"
    shutil.rmtree(root, ignore_errors=True)
    for _ in range(2):  # made by the first, found by the second
        done, _ = work.load(work.record("moments", [table]), f"delta:{root}", "--create")
        check(done.returncode in (0, 99), done.stderr)
    log = "".join(path.read_text() for path in sorted(root.glob("_delta_log/*.json")))
    types = {field["name"]: field["type"] for line in log.splitlines() if "metaData" in line
             for field in json.loads(json.loads(line)["metaData"]["schemaString"])["fields"]}
    check(types == {"n": "long", "at": "timestamp", "wall": "timestamp_ntz"}, types)
    swapped = work.record("moments", [table.rename_columns(["n", "wall", "at"]).select(["n", "at", "wall"])])
    for target in (url, f"delta:{root}"):
        done, _ = work.load(swapped, target)
        check(done.returncode == 65 and "at: timestamp(us)" in done.stderr, target, done.returncode, done.stderr)


@case
def refusals(work):
    """Nothing is cast or rounded on the way: columns are refused, with the difference, before anything is loaded."""
    url = work.fresh("narrow")
    work.server.run("CREATE TABLE narrow (a int4, b timestamptz, c numeric(5,2), d timestamp(0), e real, f char(3), "
                    "g inet, h int8 NOT NULL)")
    table = pa.table({"a": pa.array([1], pa.int64()), "b": pa.array([0], pa.timestamp("us")),
                      "c": pa.array([1], pa.decimal128(6, 2)), "d": pa.array([0], pa.timestamp("us")), "e": [0.5],
                      "f": ["x"], "g": ["::1"], "z": [1]})
    folder = work.record("narrow", [table])
    done, _ = work.load(folder, url)
    check(done.returncode == 65, done.returncode, done.stderr)
    for line in ("a: int64 → integer is narrower", "b: timestamp(us) → timestamp with time zone is of another kind",
                 "c: decimal(6,2) → numeric(5,2) is narrower", "d: timestamp(us) → timestamp(0) without time zone is narrower",
                 "e: float64 → real is narrower", "f: values are not loaded into character(3)",
                 "g: values are not loaded into inet", "extra         z int64", "missing       h bigint"):
        check(line in done.stderr, line, "not in", done.stderr)
    check(len(list(folder.glob("*.parquet"))) == 1)


@case
def bad_values(work):
    """A file with a value that the server or its format cannot hold fails alone, whole, with row and column."""
    url = work.fresh("strict")
    work.server.run("CREATE TABLE strict (id int8 UNIQUE, note varchar(12) CHECK (note <> 'bad'))")
    tables = [pa.table({"id": [1, 2], "note": ["a", "b"]}), pa.table({"id": [3, 4], "note": ["c", "n\0l"]}),
              pa.table({"id": [5, 6], "note": ["e", "much too long a text"]}), pa.table({"id": [7, 1], "note": ["g", "h"]}),
              pa.table({"id": [9], "note": ["bad"]}), pa.table({"id": [10], "note": ["j"]})]
    folder = work.record("strict", tables)
    done, report = work.load(folder, url, "--parallel", "1")
    check(done.returncode == 65, done.returncode)
    check([file["status"] for file in report["files"]] == ["cleaned", "failed", "failed", "failed", "failed", "cleaned"])
    for index, text in ((1, "row 2, column note"), (2, "22001"), (2, "COPY strict, line 2, column note"), (3, "23505"), (4, "23514")):
        check(text in report["files"][index]["reason"], text, report["files"][index]["reason"])
    check(work.server.run("SELECT string_agg(id::text, ',' ORDER BY id) FROM strict") == "1,2,10")
    check(report["rows_loaded"] == 3 and report["rows_recorded"] == 10)
    check(len(list(folder.glob("*.parquet"))) == 4)
    work.server.run("ALTER TABLE strict DROP CONSTRAINT strict_note_check, ALTER note TYPE text")
    done, report = work.load(folder, url, "--retry-failed")
    check(work.server.run("SELECT string_agg(id::text, ',' ORDER BY id) FROM strict") == "1,2,5,6,9,10", report)


@case
def duckdb_bad_values(work):
    """Of files that go in by one statement, those with a value that the table refuses fail alone."""
    import duckdb
    database = work.folder / "strict.duckdb"
    with duckdb.connect(str(database), config={"storage_compatibility_version": "v1.0.0"}) as connection:
        connection.sql("CREATE TABLE t (id BIGINT CHECK (id < 10), note VARCHAR)")
    tables = [pa.table({"id": [number], "note": ["n"]}) for number in (1, 11, 2, 12, 3)]
    folder = work.record("strict_duckdb", tables)
    done, report = work.load(folder, f"duckdb:{database}?table=t")
    check(done.returncode == 65, done.returncode, done.stderr)
    check([file["status"] for file in report["files"]] == ["cleaned", "failed", "cleaned", "failed", "cleaned"], report)
    check("CHECK" in report["files"][3]["reason"], report)
    with duckdb.connect(str(database), read_only=True) as connection:
        check(connection.sql("SELECT id FROM t ORDER BY id").fetchall() == [(1,), (2,), (3,)])
        check(connection.sql("SELECT file, rows FROM sluice_ledger").fetchall() ==
              [(f"qe_t_w_{sequence:04}.parquet", 1) for sequence in (0, 2, 4)])
    check(len(list(folder.glob("*.parquet"))) == 2)


@case
def rights(work):
    """Wrong credentials and missing rights are 77, at once; no password is in any message."""
    url = work.fresh("owned")
    work.server.run("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN; CREATE TABLE owned (id int8, note text); "
                    "GRANT SELECT ON owned TO guest")
    folder = work.record("owned", numbered(1, 3))
    done, _ = work.load(folder, url.replace("postgres@", "guest:topsecret@"))
    check(done.returncode == 77, done.returncode, done.stderr)
    check("topsecret" not in done.stderr + done.stdout)
    done, _ = work.load(folder, url.replace("postgres@", "nobody:topsecret@"))
    check(done.returncode == 77 and "topsecret" not in done.stderr, done.stderr)
    done, _ = work.load(folder, "postgresql://u:topsecret@127.0.0.1:1/x?table=t")
    check(done.returncode == 69 and "topsecret" not in done.stderr, done.stderr)
    check(len(list(folder.glob("*.parquet"))) == 1)


@case
def password_of_a_connection(work):
    """A load job logs in with the secret that its connection names; `sluice load` with PGPASSWORD."""
    url = work.fresh("secured")
    work.server.run("DROP ROLE IF EXISTS keeper; CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 's3cret & =?'")
    hba = pathlib.Path(work.server.data) / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text("host all keeper all scram-sha-256\nlocal all keeper scram-sha-256\n" + before)
    work.server.run("SELECT pg_reload_conf()")
    try:
        folder = work.record("secured", numbered(2, 5))
        keeper = url.replace("postgres@", "keeper@")
        done, _ = work.load(folder, keeper, "--create")
        check(done.returncode == 77, done.returncode, done.stderr)
        secret = work.folder / "secret"
        secret.write_text("s3cret & =?\n")
        secret.chmod(0o600)
        server, _, _ = url.replace("postgres@", "").partition("table=secured")
        config = work.folder / "secured.yaml"
        config.write_text(json.dumps({"connections": {"pg": {"url": server.rstrip("?&"), "user": "keeper", "password": f"file:{secret}"}},
                                      "jobs": {"j": {"kind": "load", "source": {"recorder": str(folder), "keep": True},
                                                     "target": {"connection": "pg", "table": "secured", "create": True}}}}))
        ran = subprocess.run([work.sluice, "run", "--config", str(config), "--state", str(work.folder / "state"), "--output", "json"],
                             capture_output=True, text=True, timeout=60, env={**os.environ, "PGPASSWORD": "wrong"})
        check(ran.returncode == 0, ran.returncode, ran.stderr, ran.stdout)
        check(json.loads(ran.stdout)["jobs"][0]["rows_written"] == 10, ran.stdout)
        check("s3cret" not in ran.stdout + ran.stderr, ran.stdout, ran.stderr)
        done = subprocess.run([work.sluice, "load", str(folder), keeper, "-q"], env={**os.environ, "PGPASSWORD": "s3cret & =?"}, timeout=60)
        check(done.returncode == 0, done.returncode)
    finally:
        hba.write_text(before)
        work.server.run("SELECT pg_reload_conf()")


@case
def texts_as_json(work):
    """Texts that are named go into jsonb; one that is no JSON fails its file, and names the row."""
    url = work.fresh("documents")
    work.server.run("CREATE TABLE documents (id int8, j jsonb)")
    tables = [pa.table({"id": [1, 2], "j": ['{"a": [1]}', None]}), pa.table({"id": [3, 4], "j": ["[]", "{a"]})]
    folder = work.record("documents", tables)
    done, _ = work.load(folder, url)
    check(done.returncode == 65 and "of another kind" in done.stderr, done.stderr)
    done, report = work.load(folder, url, "--json-columns", "j")
    check(done.returncode == 65 and "row 2" in report["files"][1]["reason"], done.stderr, report)
    check(work.server.run("SELECT id, j->'a' FROM documents ORDER BY id") == "1|[1]\n2|")


@case
def waits_for_the_server(work):
    """--retry-for: a server that is away when the load begins is waited for; without it the load ends at once."""
    target = work.fresh("late")
    folder = work.record("late", numbered(2, 10))
    work.server.stop("fast")
    begin = time.monotonic()
    done, _ = work.load(folder, target, "--create")
    check(done.returncode == 69 and time.monotonic() - begin < 5, done.returncode, done.stderr)
    process = work.start(folder, target, "--create", "--retry-for", "60s")
    time.sleep(1.5)
    check(process.poll() is None, "it gave up")
    work.server.start()
    check(process.wait(60) == 0, process.returncode)
    check(work.server.run("SELECT count(*), count(DISTINCT id) FROM late") == "20|20")


@case
def two_loaders(work):
    """Two copies of one folder, loaded at the same time: the ledger in the database lets each file in once."""
    url = work.fresh("pair")
    work.server.run("CREATE TABLE pair (id int8, note text)")
    first = work.record("pair", numbered(6, 2000))
    shutil.rmtree(work.folder / "twin", ignore_errors=True)
    shutil.copytree(first, work.folder / "twin")
    processes = [work.start(first, url), work.start(work.folder / "twin", url)]
    codes = [process.wait(120) for process in processes]
    check(codes == [0, 0], codes)
    check(work.server.run('SELECT count(*), count(DISTINCT id) FROM pair') == "12000|12000")


def kill_rounds(work, target_of, counts_of, rounds):
    """Kill the load at random moments, again and again, and let it end: rows exact, files gone, ledger clean."""
    dice = random.Random(20261121)
    tables = numbered(8, 20000)
    clock = time.monotonic()
    folder = work.record("timed", tables)
    done, _ = work.load(folder, target_of(), "--create")
    check(done.returncode == 0, done.stderr)
    whole = time.monotonic() - clock
    deaths = 0
    for number in range(rounds):
        target = target_of()
        folder = work.record("killed", tables)
        for _ in range(1 + number % 3):
            process = work.start(folder, target, "--create")
            time.sleep(dice.uniform(0.01, 0.8 * whole))
            process.send_signal(signal.SIGKILL)
            deaths += process.wait() == -signal.SIGKILL
        done, report = work.load(folder, target, "--create")
        check(done.returncode in (0, 99), done.returncode, done.stderr)
        check(report["rows_loaded"] == 160000, report)
        check(counts_of() == (160000, 160000), "round", number, counts_of())
        check(not list(folder.glob("*.parquet")))
        check({file["status"] for file in report["files"]} == {"cleaned"})
    return f"{deaths} deaths in {rounds} rounds"


@case
def kill_postgres(work):
    """kill -9 at random moments of a load into PostgreSQL."""
    return kill_rounds(work, lambda: work.fresh("killed"), lambda: tuple(
        int(part) for part in work.server.run("SELECT count(*), count(DISTINCT id) FROM killed").split("|")), work.kills)


@case
def kill_duckdb(work):
    """kill -9 at random moments of a load into DuckDB."""
    database = work.folder / "killed.duckdb"

    def target():
        for path in work.folder.glob("killed.duckdb*"):
            path.unlink()
        return f"duckdb:{database}?table=t"

    def counts():
        import duckdb
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.sql("SELECT count(*), count(DISTINCT id) FROM t").fetchall()[0]

    return kill_rounds(work, target, counts, work.kills)


@case
def kill_delta(work):
    """kill -9 at random moments of a load into a Delta table."""
    root = work.folder / "killed_delta"

    def target():
        shutil.rmtree(root, ignore_errors=True)
        return f"delta:{root}"

    def counts():
        done = subprocess.run([work.sluice, "query", "SELECT count(*), count(DISTINCT id) FROM t", "--table", f"t={root}",
                               "--output", "csv"], capture_output=True, text=True, check=True)
        return tuple(int(part) for part in done.stdout.split("\n")[1].split(","))

    return kill_rounds(work, target, counts, work.kills)


@case
def delta_in_sequence(work):
    """One commit for all files, with the recorder's transaction; a lost ledger does not load them again."""
    root = work.folder / "sequence"
    folder = work.record("sequence_files", numbered(3, 10))
    spare = work.folder / "spare"
    shutil.rmtree(spare, ignore_errors=True)
    shutil.copytree(folder, spare)
    (folder / "qe_t_w_0001.parquet").rename(work.folder / "away.parquet")
    done, report = work.load(folder, f"delta:{root}", "--create")
    check(done.returncode == 65, done.returncode, done.stderr)
    check([file["status"] for file in report["files"]] == ["cleaned", "failed", "staged"], report)
    (work.folder / "away.parquet").rename(folder / "qe_t_w_0001.parquet")
    done, report = work.load(folder, f"delta:{root}", "--retry-failed")
    check(done.returncode == 0 and report["rows_loaded"] == 30, done.stderr)
    commits = [json.loads(line) for path in sorted(root.glob("_delta_log/*.json")) for line in path.read_text().splitlines()]
    check([line["txn"]["version"] for line in commits if "txn" in line] == [0, 2], commits)
    done, report = work.load(spare, f"delta:{root}")
    check(done.returncode == 0 and report["rows_loaded"] == 30, done.stderr)
    check(sum("txn" in json.loads(line) for path in root.glob("_delta_log/*.json") for line in path.read_text().splitlines()) == 2)


class LossyProxy:
    """Between client and server: the first so many COMMITs are passed on, and their answers are lost with the connection."""

    def __init__(self, folder, server_socket, losses):
        self.server_socket, self.losses, self.lost = str(server_socket), losses, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / ".s.PGSQL.5432"))
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server_socket)
            cut = threading.Event()
            threading.Thread(target=self.pump, args=(client, server, cut, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, cut, False), daemon=True).start()

    def pump(self, source, sink, cut, to_server):
        try:
            while data := source.recv(1 << 16):
                if to_server and data.endswith(b"COMMIT\0") and self.lost < self.losses:
                    self.lost += 1
                    cut.set()
                if cut.is_set() and not to_server:
                    break  # the server has done it, and nobody hears
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@case
def lost_commits(work):
    """The answer to COMMIT is lost: the ledger row in the database tells that the rows are in."""
    url = work.fresh("lost")
    folder = work.folder / "proxy"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    proxy = LossyProxy(folder, work.server.folder / ".s.PGSQL.5432", 3)
    files = work.record("lost", numbered(5, 1000))
    done, report = work.load(files, url.replace(str(work.server.folder), str(folder)), "--create", "--parallel", "2")
    proxy.listener.close()
    check(done.returncode == 0, done.returncode, done.stderr)
    check(proxy.lost == 3, proxy.lost)
    check([file["attempts"] for file in report["files"]] == [1] * 5, report)
    check(work.server.run("SELECT count(*), count(DISTINCT id) FROM lost") == "5000|5000")


@case
def server_goes(work):
    """The server is shut down and comes back in the middle of loads: each is run again until done; rows exact."""
    dice = random.Random(7)
    for number in range(4):
        target = work.fresh("gone")
        folder = work.record("gone", numbered(8, 20000))
        process = work.start(folder, target, "--create", "--parallel", "3")
        time.sleep(dice.uniform(0.02, 0.3))
        work.server.stop("immediate")
        work.server.start()
        process.wait(120)
        done, report = work.load(folder, target, "--create")
        check(done.returncode in (0, 99), done.returncode, done.stderr)
        check(report["rows_loaded"] == 160000, report)
        check(work.server.run("SELECT count(*), count(DISTINCT id) FROM gone") == "160000|160000")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=HERE.parent.parent / "build/release/sluice")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("names", nargs="*", help="only cases whose name contains one of these")
    arguments = parser.parse_args()
    if find_programs() is None:
        print("skipped: PostgreSQL's server is not installed (apt-get install postgresql)")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sluice-load-") as folder, PostgresServer() as server:
        work = Work(arguments.sluice.resolve(), pathlib.Path(folder), server, arguments.kills)
        for function in CASES:
            if arguments.names and not any(name in function.__name__ for name in arguments.names):
                continue
            begin = time.monotonic()
            try:
                said = function(work)
                print(f"ok     {function.__name__} ({time.monotonic() - begin:.1f} s){': ' + said if said else ''}", flush=True)
            except (AssertionError, subprocess.SubprocessError) as failure:
                failed += 1
                print(f"FAILED {function.__name__}: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
