"""`sluice load` into the stub: what is recorded is there once, whatever happens on the way."""
from __future__ import annotations

import hashlib
import json
import os
import pathlib
import random
import subprocess
import time
import urllib.parse

import duckdb

from stub import PASSWORD, USER, Stub

ROWS = 500
RECORDER = "01JD0000000000000000000{:03}"
SELECT = ("SELECT ({first} + i)::BIGINT AS id, 'name ' || i AS name, TIMESTAMP '2026-11-21' + INTERVAL (i) SECOND AS at, "
          "('{{\"i\": ' || i || '}}')::JSON AS meta FROM range({rows}) t(i)")


def record(folder: pathlib.Path, files: int, number: int = 0, select: str = SELECT) -> pathlib.Path:
    """A recorder's folder: files, and a manifest that is closed."""
    folder.mkdir(parents=True)
    lines, recorder = [], RECORDER.format(number)
    connection = duckdb.connect()
    for sequence in range(files):
        path = folder / f"qe_t{number}_w_{sequence:04}.parquet"
        connection.execute(f"COPY ({select.format(first=(number * 1000 + sequence) * ROWS, rows=ROWS)}) TO '{path}'")
        data = path.read_bytes()
        lines.append({"v": 1, "file": path.name, "sequence": sequence, "rows": ROWS, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                      "min_time": None, "max_time": None, "schema_hash": "0" * 16, "recorder": recorder, "recovered": False,
                      "created": "2026-11-21T00:00:00Z"})
    lines.append({"v": 1, "closed": True, "recorder": recorder, "accepted": files * ROWS, "landed": files * ROWS, "dropped": 0, "recovered": 0,
                  "blocked_ns": 0, "files": files})
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


class Case:
    """A stub, a recorder's folder, and the command."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, name: str, files: int = 6, settings: dict | None = None):
        self.binary, self.folder, self.problems = binary, folder / "".join(c if c.isalnum() else "_" for c in name), []
        self.stub = Stub(self.folder / "stub").start()
        self.stub.set({"put_mode": "S3", **(settings or {})})
        self.files = files
        self.recorded = record(self.folder / "qe_t_w", files)
        self.said = ""

    def check(self, name: str, fine: object, seen: object) -> None:
        if not fine:
            self.problems.append(f"{name}: {str(seen)[:900]}")

    def fault(self, **fault) -> None:
        self.stub.faults.order(fault)

    def url(self, **more) -> str:
        parameters = {"table": "QE", "warehouse": "WH1", "role": "LOADER", "url": f"https://localhost:{self.stub.tls_port}", "authorities": str(self.stub.authority),
                      "settle_for": "2s", "retry_for": "20s", "retry_wait": "100ms", "local_stage_root": str(self.stub.folder), **more}
        return f"snowflake://{USER.lower()}@acme/DB1/PUBLIC?" + urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)

    def start(self, *flags: str, **more) -> subprocess.Popen:
        secrets = {"SNOWFLAKE_PASSWORD": more.pop("password", PASSWORD)}
        return subprocess.Popen([str(self.binary), "load", str(self.recorded), self.url(**more), "--create", "--output", "json", *flags],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **secrets})

    def load(self, *flags: str, **more) -> tuple[int, dict]:
        """(exit code, report)."""
        process = self.start(*flags, **more)
        try:
            out, errors = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            process.kill()
            out, errors = process.communicate()
            self.check("it hangs", False, errors[-500:])
        self.said += out + errors
        try:
            return process.returncode, json.loads(out)
        except json.JSONDecodeError:
            self.check("the report is no JSON", process.returncode > 1, out[-400:] + errors[-1200:])
            return process.returncode, {"stderr": errors}

    def rows(self) -> tuple[int, int]:
        """(rows, different ids) in the table."""
        with self.stub.warehouse.lock:
            try:
                return self.stub.warehouse.duck.execute('SELECT count(*), count(DISTINCT "ID") FROM "DB1"."PUBLIC"."QE"').fetchone()
            except duckdb.CatalogException:
                return 0, 0  # no table

    def check_exact(self) -> None:
        expected = self.files * ROWS
        self.check("rows in the table", self.rows() == (expected, expected), f"{self.rows()}, not {expected}")
        self.check("local files are gone", not list(self.recorded.glob("*.parquet")), list(self.recorded.glob("*.parquet")))

    def check_loaded(self, code: int = 0) -> dict:
        got, report = self.load()
        self.check("exit code", got == code, f"{got}: {json.dumps(report)[:700]}")
        self.check_exact()
        if self.stub.store.list(""):  # a copy that the target said is not there
            self.load("--gc")
        left = self.stub.store.list("")
        self.check("nothing stays in the stage", not left, [entry.key for entry in left])
        return report

    def close(self) -> list[str]:
        self.check("faults that were not met", not [f for f in self.stub.faults.ordered if 0 < f["times"] < 900], self.stub.faults.ordered)
        ledger = b"".join(path.read_bytes() for path in self.recorded.glob("load.db*"))
        tokens = [PASSWORD, *self.stub.account.sessions, *self.stub.account.masters, *self.stub.credentials.s3.values(), *self.stub.credentials.s3_tokens]
        for secret in tokens:
            self.check("a secret is shown", secret not in self.said and secret.encode() not in ledger, secret)
        self.stub.stop()
        return self.problems


FAULTS = {
    "503 everywhere": [{"at": place, "do": "status", "status": 503, "times": 2} for place in ("login", "query", "storage", "query")],
    "cut after the COPY ran": [{"at": "query", "match": "COPY INTO", "do": "cut_after"}],
    "cut before the COPY ran": [{"at": "query", "match": "COPY INTO", "do": "cut_before"}],
    "cut body of the COPY": [{"at": "query", "match": "COPY INTO", "do": "cut_body"}],
    "slow body of the COPY": [{"at": "query", "match": "COPY INTO", "do": "slow_body", "seconds": 1}],
    "expired session on the COPY": [{"at": "query", "match": "COPY INTO", "do": "answer", "code": "390112"}],
    "session gone on the COPY": [{"at": "query", "match": "COPY INTO", "do": "answer", "code": "390111"}],
    "long COPY": [{"at": "query", "match": "COPY INTO", "do": "in_progress", "polls": 5}],
    "expired storage credentials": [{"at": "storage", "do": "expired_token", "after": 2}],
    "a file that was not stored": [{"at": "storage", "match": "^PUT .*0003", "do": "skip_store"}],
    "a row LOAD_FAILED: not found": [{"at": "copy", "match": "0002", "do": "load_failed"}],
    "0 files processed": [{"at": "copy_statement", "do": "zero_files"}],
    "a COPY that runs late": [{"at": "late", "match": "COPY INTO", "seconds": 1}],
}


def loads(binary: pathlib.Path, folder: pathlib.Path):
    for mode in ("S3", "AZURE", "LOCAL_FS"):
        case = Case(binary, folder, mode, settings={"put_mode": mode})
        report = case.check_loaded()
        case.check("report", (report.get("rows_recorded"), report.get("rows_loaded")) == (6 * ROWS, 6 * ROWS), report)
        case.check("again there is nothing to do", case.load()[0] == 99, case.said[-500:])
        yield f"load: through {mode}", case.close()
    case = Case(binary, folder, "variant")
    case.check_loaded()
    with case.stub.warehouse.lock:
        total = case.stub.warehouse.duck.execute("""SELECT sum(("META"->>'$.i')::INT) FROM "DB1"."PUBLIC"."QE" """).fetchone()[0]
    case.check("JSON is parsed", total == 6 * sum(range(ROWS)), total)
    yield "load: JSON into a VARIANT", case.close()
    case = Case(binary, folder, "keep")
    code, _ = case.load("--keep")
    case.check("kept", code == 0 and len(list(case.recorded.glob("*.parquet"))) == 6, code)
    yield "load: --keep", case.close()
    yield from refused(binary, folder)


def refused(binary: pathlib.Path, folder: pathlib.Path):
    for said, more, expected in (("a wrong password", {"password": "wrong"}, 77), ("nobody there", {"url": "https://127.0.0.1:1", "retry_for": "2s"}, 69), ("no such warehouse", {"warehouse": "NOPE"}, 78)):
        case = Case(binary, folder, said, files=1)
        code, _ = case.load(**more)
        logins = sum(entry["path"].endswith("login-request") for entry in case.stub.protocol.log)
        case.check("exit code", code == expected, f"{code} {case.said[-500:]}")
        case.check("logins", logins <= 1, logins)
        case.check("files stay", len(list(case.recorded.glob("*.parquet"))) == 1, "gone")
        yield f"refused: {said}", case.close()
    for said, table in (("a column is missing", "ID NUMBER, NAME VARCHAR, AT TIMESTAMP_NTZ"), ("a column is of another kind", "ID NUMBER, NAME NUMBER, AT TIMESTAMP_NTZ, META VARIANT"),
                        ("a column is narrower", "ID NUMBER(9,0), NAME VARCHAR, AT TIMESTAMP_NTZ(3), META VARIANT"),
                        ("a column more takes no NULL", "ID NUMBER, NAME VARCHAR, AT TIMESTAMP_NTZ, META VARIANT, X NUMBER NOT NULL")):
        case = Case(binary, folder, said)
        make_table(case.stub, table)
        code, _ = case.load()
        case.check("exit code", code == 65, f"{code} {case.said[-500:]}")
        case.check("nothing was put", not case.stub.storage.requests, case.stub.storage.requests)
        yield f"refused: {said}", case.close()
    case = Case(binary, folder, "too long")
    make_table(case.stub, "ID NUMBER, NAME VARCHAR(30), AT TIMESTAMP_NTZ, META VARIANT")
    other = record(case.folder / "other", 1, 1, SELECT.replace("'name ' || i", "repeat('x', 40)"))
    for path in other.glob("*.parquet"):
        path.rename(case.recorded / path.name)
    with open(case.recorded / "manifest.jsonl", "a", encoding="utf-8") as manifest:
        manifest.write((other / "manifest.jsonl").read_text())
    code, report = case.load()
    case.check("exit code", code == 65, f"{code} {case.said[-900:]}")
    states = sorted(file["status"] for file in report.get("files", []))
    case.check("the others are loaded", states.count("failed") == 1 and case.rows()[0] == 6 * ROWS, f"{states} {case.rows()}")
    case.check("the bad file stays", len(list(case.recorded.glob("*.parquet"))) == 1, list(case.recorded.glob("*.parquet")))
    yield "refused: one file has a text that is too long", case.close()


def make_table(stub: Stub, columns: str) -> None:
    session = type("Session", (), {"database": "DB1", "schema": "PUBLIC", "cursor": None})()
    stub.warehouse.execute(f"CREATE TABLE QE ({columns})", session)


def faults(binary: pathlib.Path, folder: pathlib.Path):
    for said, ordered in FAULTS.items():
        for replays in (True, False):
            case = Case(binary, folder, f"{said}{replays}", settings={"replays": replays})
            for fault in ordered:
                case.fault(**fault)
            case.check_loaded()
            yield f"load with {said}{'' if replays else ', run twice'}", case.close()
    yield from unsettled(binary, folder)
    case = Case(binary, folder, "partial")
    case.fault(at="copy", match="0001", do="partial")
    code, report = case.load()
    case.check("rejected rows are counted, and fail their file", (code, report.get("rows_rejected"), report.get("rows_loaded")) == (65, 1, 6 * ROWS - 1),
               f"{code} {report}")
    case.check("the file stays", [path.name for path in case.recorded.glob("*.parquet")] == ["qe_t0_w_0001.parquet"], list(case.recorded.glob("*.parquet")))
    code, report = case.load("--retry-failed")
    case.check("it is not loaded twice", (code, case.rows()) == (65, (6 * ROWS - 1,) * 2), f"{code} {case.rows()} {report}")
    code, report = case.load("--retry-failed", "--on-error", "continue")
    case.check("it can be accepted", (code, report.get("rows_rejected"), case.rows()) == (1, 1, (6 * ROWS - 1,) * 2), f"{code} {report}")
    case.check("then the file goes", not list(case.recorded.glob("*.parquet")), list(case.recorded.glob("*.parquet")))
    yield "load with a partial load", case.close()
    case = Case(binary, folder, "skip", settings=None)
    case.fault(at="copy", match="0003", do="partial")
    code, report = case.load("--on-error", "continue")
    case.check("bad rows are left out on request", (code, report.get("rows_rejected"), case.rows()) == (1, 1, (6 * ROWS - 1,) * 2), f"{code} {report}")
    yield "load that leaves bad rows out", case.close()
    case = Case(binary, folder, "many", files=100)
    for fault in ({"at": "query", "do": "status", "status": 503, "times": 3, "after": 20}, {"at": "query", "match": "COPY INTO", "do": "cut_after"},
                  {"at": "query", "do": "answer", "code": "390112", "after": 50}, {"at": "storage", "match": "^PUT .*0042", "do": "skip_store"},
                  {"at": "storage", "do": "expired_token", "after": 30}, {"at": "storage", "do": "status", "status": 503, "times": 4, "after": 60}):
        case.fault(**fault)
    case.check_loaded()
    yield "load: 100 files, 8 workers, all kinds of faults", case.close()


def unsettled(binary: pathlib.Path, folder: pathlib.Path):
    """The COPY begins after its client gave up: whoever does not wait for its end loads twice."""
    for killed in (False, True):
        case = Case(binary, folder, f"unsettled{killed}")
        case.fault(at="late", match="COPY INTO", seconds=3)
        if killed:
            process = case.start()
            while case.stub.faults.ordered[0]["times"] > 0 and process.poll() is None:
                time.sleep(0.02)
            process.kill()
            case.said += "".join(process.communicate())
            case.check("nothing is removed", len(list(case.recorded.glob("*.parquet"))) == 6, "files are gone")
        code, report = case.load(retry_for="1s", settle_for="20s")
        case.check("exit code", code == 0, f"{code} {report}")
        case.check_exact()
        copies = sum("COPY INTO" in text for text in case.stub.protocol.runs)
        case.check("one COPY ran", copies == 1, copies)
        yield f"a COPY that outlives its {'killed ' if killed else ''}client is waited for", case.close()


def kills(binary: pathlib.Path, folder: pathlib.Path, rounds: int = 20):
    for number in range(rounds):
        case = Case(binary, folder, f"kill{number}", files=12, settings={"replays": number % 2 == 0})
        if number % 4 == 3:
            case.fault(at="late", match="COPY INTO", seconds=1)
        deaths = 0
        while deaths < 3:
            process = case.start()
            time.sleep(random.uniform(0.02, 0.5))
            process.kill()
            out, errors = process.communicate()
            case.said += out + errors
            deaths += 1
            if process.returncode == 0:
                break
        code, report = case.load()
        case.check("exit code", code in {0, 99}, f"{code}: {json.dumps(report)[:700]}")
        case.check_exact()
        case.stub.faults.clear()
        yield f"killed {deaths} times, round {number}", case.close()


GROUPS = {"loads": loads, "faults": faults, "kills": kills}
