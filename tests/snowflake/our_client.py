"""Our client against the stub: every way to log in and to store, and each fault that the protocol knows."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import uuid

import duckdb

from stub import OAUTH, PASSWORD, PAT, USER, Stub

ROWS = 1000
COPY = ("COPY INTO T FROM '@S/run/' FILES=({files}) FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE BINARY_AS_TEXT=FALSE NULL_IF=()) "
        "MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE ON_ERROR=ABORT_STATEMENT PURGE=FALSE FORCE=FALSE")


class Client:
    """The program snowflake_client with one session on `stub`."""

    def __init__(self, binary: pathlib.Path, stub: Stub, tls: bool = True, **options):
        self.process = subprocess.Popen([str(binary), str(stub.authority)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"})  # else its memory is AddressSanitizer's
        url = f"https://localhost:{stub.tls_port}" if tls else f"http://127.0.0.1:{stub.port}"
        self.transcript = ""
        self.opened = self.ask(do="open", **{"url": url, "user": USER, "password": PASSWORD, "database": "DB1", "schema": "PUBLIC", "warehouse": "WH1",
                                             "role": "LOADER", "local_stage_root": str(stub.folder), **options})

    def ask(self, **order) -> dict:
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        self.transcript += line
        if not line:
            raise RuntimeError(f"the client died at {order}: {self.process.stderr.read()[-3000:]}")
        return json.loads(line)

    def execute(self, sql: str, **more) -> dict:
        return self.ask(do="execute", sql=sql, **more)

    def peak_kib(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def close(self) -> str:
        self.ask(do="close")
        self.process.stdin.close()
        self.process.wait(20)
        said = self.process.stderr.read()
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()
        return said


def write_files(folder: pathlib.Path, count: int, rows: int = ROWS) -> list[pathlib.Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"qe_{index:04}-1a2b3c4d.parquet" for index in range(count)]
    for index, path in enumerate(paths):
        duckdb.connect().execute(f"COPY (SELECT {index} * {rows} + i AS id, 'name ' || i AS name FROM range({rows}) t(i)) TO '{path}'")
    return paths


class Case:
    """One stub with a table and a stage, one client, and what was found wrong."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, settings: dict | None = None, **options):
        self.stub = Stub(folder / uuid.uuid4().hex).start()
        self.stub.set({"put_mode": "S3", **(settings or {})})
        self.client = Client(binary, self.stub, **options)
        self.problems: list[str] = []
        self.check("open", self.client.opened.get("open"), self.client.opened)
        self.client.execute("CREATE TABLE T (ID NUMBER(38,0) NOT NULL, NAME VARCHAR)")
        self.client.execute("CREATE STAGE S FILE_FORMAT=(TYPE=PARQUET)")

    def check(self, name: str, fine: object, seen: object) -> None:
        if not fine:
            self.problems.append(f"{name}: {str(seen)[:600]}")

    def put(self, files: list[pathlib.Path]) -> dict:
        return self.client.ask(do="put", files=[str(file) for file in files], stage="@S/run/")

    def copy(self, files: list[pathlib.Path], **more) -> dict:
        return self.client.execute(COPY.format(files=", ".join(f"'{file.name}'" for file in files)), **more)

    def count(self) -> object:
        answer = self.client.execute("SELECT COUNT(*) AS N FROM T")
        return int(answer["rows"][0]["N"]) if "rows" in answer else answer

    def load(self, files: list[pathlib.Path], rows: int = ROWS) -> None:
        """Put, copy, count: all must be right."""
        put = self.put(files)
        self.check("put", all("bytes" in one for one in put["puts"]), put)
        copied = self.copy(files)
        self.check("copy", [(row["status"], row["rows_loaded"]) for row in copied.get("rows", [])] == [("LOADED", str(rows))] * len(files), copied)
        self.check("count", self.count() == rows * len(files), self.count())

    def fault(self, **fault) -> None:
        self.stub.faults.order(fault)

    def close(self) -> list[str]:
        said = self.client.close()
        left = [fault for fault in self.stub.faults.ordered if 0 < fault["times"] < 900]
        self.check("faults that were not met", not left, left)
        self.check("nothing on stderr", not said, said[-2000:])
        for name, secret in self.secrets().items():
            self.check(f"the {name} is shown", secret not in self.client.transcript, secret)
        self.stub.stop()
        return self.problems

    def secrets(self) -> dict[str, str]:
        tokens = [*self.stub.account.sessions, *self.stub.account.masters]
        s3 = [*self.stub.credentials.s3.values(), *self.stub.credentials.s3_tokens, *self.stub.credentials.sas, *self.stub.credentials.gcs]
        return {"password": PASSWORD, "access token": PAT, "OAuth token": OAUTH} | {f"token {i}": text for i, text in enumerate(tokens + s3)}


def logins(binary: pathlib.Path, folder: pathlib.Path):
    stub_key = {"private_key": "rsa_key.p8"}
    for said, options in (("password", {}), ("password over http", {"tls": False}), ("key pair", {"authentication": "key", **stub_key}),
                          ("encrypted key", {"authentication": "key", "private_key": "rsa_key_encrypted.p8", "passphrase": "stub-passphrase"}),
                          ("access token", {"authentication": "token", "token": PAT}), ("OAuth", {"authentication": "oauth", "token": OAUTH}),
                          ("account with a region", {"account": "acme.us-east-1", "authentication": "key", **stub_key})):
        stub = Stub(folder / uuid.uuid4().hex).start()
        yield f"login: {said}", check_login(binary, stub, options, None)
    for said, options, kind in (("wrong password", {"password": "wrong"}, "Permission"), ("key of another", {"authentication": "key", "private_key": "rsa_key_of_another.p8"}, "Permission"),
                                ("no passphrase", {"authentication": "key", "private_key": "rsa_key_encrypted.p8"}, "Permission"),
                                ("wrong token", {"authentication": "oauth", "token": "x"}, "Permission"), ("no such warehouse", {"warehouse": "NOPE"}, "Configuration"),
                                ("nobody there", {"url": "https://127.0.0.1:1", "login_timeout_ms": 300}, "Unavailable")):
        stub = Stub(folder / uuid.uuid4().hex).start()
        yield f"login refused: {said}", check_login(binary, stub, options, kind)


def check_login(binary: pathlib.Path, stub: Stub, options: dict, error: str | None) -> list[str]:
    options = {**options, "private_key": str(stub.folder / options["private_key"])} if "private_key" in options else options
    client = Client(binary, stub, **options)
    answer = client.execute("SELECT 1 AS A") if error is None else {}
    client.close()
    tries = sum(entry["path"].endswith("login-request") for entry in stub.protocol.log)
    stub.stop()
    if error is None:
        return [] if answer.get("rows") == [{"A": "1"}] else [str(client.opened), str(answer)]
    problems = [] if client.opened.get("error") == error else [f"expected {error}: {client.opened}"]
    return problems + ([f"tried {tries} times"] if tries > 1 else []) + (["the password is shown"] if PASSWORD in client.transcript else [])


def storages(binary: pathlib.Path, folder: pathlib.Path):
    files = write_files(folder / "files", 4)
    for said, settings in (("S3", {}), ("S3, 256 bit", {"key_bytes": 32}), ("S3 in the clear", {"encrypt": False}), ("S3 in parts", {"threshold": 5000}),
                           ("Azure", {"put_mode": "AZURE"}), ("Azure in blocks", {"put_mode": "AZURE", "threshold": 5000}), ("GCS, token", {"put_mode": "GCS"}),
                           ("GCS, presigned", {"put_mode": "GCS_PRESIGNED"}), ("a local folder", {"put_mode": "LOCAL_FS"})):
        case = Case(binary, folder, settings, tls=not settings.get("put_mode", "").startswith("GCS"), part_bytes=2000)
        case.load(files)
        if "threshold" in settings:
            sent = [method for method, path in case.stub.storage.requests if method == "PUT"]
            case.check("more than one part for each file", len(sent) > 2 * len(files), len(sent))
        listed = case.client.execute("LIST '@S/run/'")
        case.check("list", len(listed.get("rows", [])) == len(files), listed)
        removed = [case.client.execute(f"REMOVE '@S/run/{file.name}'") for file in files]
        case.check("remove", all((answer.get("rows") or [{}])[0].get("result") == "removed" for answer in removed), removed)
        yield f"storage: {said}", case.close()
    case = Case(binary, folder, {"put_mode": "LOCAL_FS"}, local_stage_root="")
    answer = case.put(files[:1])
    case.check("refused", answer["puts"][0].get("error") == "Permission", answer)
    yield "a local folder is refused unless allowed", case.close()
    case = Case(binary, folder, {"put_mode": "GCS"}, tls=True)
    answer = case.put(files[:1])
    case.check("refused", answer["puts"][0].get("error") == "Permission", answer)
    yield "an upload over plain http is refused", case.close()


QUERY_FAULTS = (
    ("503 three times", [{"at": "query", "do": "status", "status": 503, "times": 3}]),
    ("429 with Retry-After", [{"at": "query", "do": "status", "status": 429, "headers": {"Retry-After": "1"}}]),
    ("cut before it ran", [{"at": "query", "do": "cut_before", "times": 2}]),
    ("cut after it ran", [{"at": "query", "do": "cut_after", "times": 2}]),
    ("cut body", [{"at": "query", "do": "cut_body", "times": 2}]),
    ("slow body", [{"at": "query", "do": "slow_body"}]),
    ("390112 on the statement", [{"at": "query", "do": "answer", "code": "390112"}]),
    ("390111: session gone", [{"at": "query", "do": "answer", "code": "390111"}]),
    ("390112, then the master token is too old", [{"at": "query", "do": "answer", "code": "390112"}, {"at": "renew", "do": "answer", "code": "390114"}]),
    ("503 on the renewal", [{"at": "query", "do": "answer", "code": "390112"}, {"at": "renew", "do": "status", "status": 503}]),
    ("long running", [{"at": "query", "do": "in_progress", "polls": 4}]),
    ("390112 on the poll", [{"at": "query", "do": "in_progress", "polls": 4}, {"at": "poll", "do": "answer", "code": "390112", "after": 1}]),
    ("503 and a cut on the poll", [{"at": "query", "do": "in_progress", "polls": 4}, {"at": "poll", "do": "status", "status": 503}, {"at": "poll", "do": "cut_after"}]),
)


def statements(binary: pathlib.Path, folder: pathlib.Path):
    files = write_files(folder / "files", 2)
    for said, faults in QUERY_FAULTS:
        for replays in (True, False):
            case = Case(binary, folder, {"replays": replays})
            case.put(files)
            request, begin = str(uuid.uuid4()), len(case.stub.protocol.log)
            for fault in faults:
                case.fault(**{**fault, **({"match": "COPY INTO"} if fault["at"] == "query" else {})})
            copied = case.copy(files, request_id=request)
            case.check("count", case.count() == 2 * ROWS, case.count())
            loaded = [row.get("rows_loaded") for row in copied.get("rows", [])] == [str(ROWS)] * 2
            again = copied.get("rows") == [{"status": "Copy executed with 0 files processed."}]  # a server that runs it twice
            case.check("copy", loaded or (again and not replays), copied)
            ids = {entry["query"].get("requestId") for entry in case.stub.protocol.log[begin:] if entry["sql"] and entry["sql"].startswith("COPY")}
            case.check("one request id", ids == {request}, ids)
            yield f"statement: {said}{'' if replays else ', run twice'}", case.close()
    yield from refusals(binary, folder)


def refusals(binary: pathlib.Path, folder: pathlib.Path):
    for said, order, kind in (("syntax error", "SELEKT 1", "InvalidInput"), ("no such table", "DESC TABLE NOPE", "NotFound")):
        case = Case(binary, folder)
        answer = case.client.execute(order)
        case.check("kind", answer.get("error") == kind, answer)
        case.check("asked once", case.stub.protocol.runs.count(order) == 1, case.stub.protocol.runs)
        yield f"refused: {said}", case.close()
    for said, fault, kind in (("away for good", {"do": "status", "status": 503}, "OutcomeUnknown"), ("429 for good", {"do": "status", "status": 429}, "Unavailable"),
                              ("always cut", {"do": "cut_after"}, "OutcomeUnknown"), ("HTTP 400", {"do": "status", "status": 400}, "InvalidInput")):
        case = Case(binary, folder, retry_for_ms=300)
        case.fault(at="query", times=1000, match="COUNT", **fault)
        answer = case.client.execute("SELECT COUNT(*) AS N FROM T")
        case.check("kind", answer.get("error") == kind, answer)
        yield f"gives up: {said}", case.close()
    case = Case(binary, folder, {"chunk_rows": 300})
    case.load(write_files(folder / "many", 2))
    case.fault(at="chunk", do="status", status=503, times=2)
    case.fault(at="chunk", do="status", status=403)
    answer = case.client.execute("SELECT ID FROM T")
    case.check("rows", sorted(int(row["ID"]) for row in answer.get("rows", [])) == list(range(2 * ROWS)), str(answer)[:300])
    yield "a large result comes in chunks", case.close()
    case = Case(binary, folder, statement_timeout_ms=300)
    case.fault(at="query", do="in_progress", polls=10_000, match="COUNT")
    answer = case.client.execute("SELECT COUNT(*) AS N FROM T")
    case.check("kind", answer.get("error") == "OutcomeUnknown", answer)
    case.check("aborted", any(entry["path"].endswith("abort-request") for entry in case.stub.protocol.log), "no abort")
    yield "gives up: runs too long, and is aborted", case.close()


def uploads(binary: pathlib.Path, folder: pathlib.Path):
    files = write_files(folder / "files", 8)
    for mode in ("S3", "AZURE", "GCS"):
        tls = mode != "GCS"
        for said, fault in (("503 twice", {"do": "status", "status": 503, "times": 2}), ("cut", {"do": "cut_before"}), ("cut after it was stored", {"do": "cut_after"})):
            case = Case(binary, folder, {"put_mode": mode}, tls=tls)
            case.fault(at="storage", **fault)
            case.load(files)
            yield f"upload to {mode}: {said}", case.close()
        case = Case(binary, folder, {"put_mode": mode, "threshold": 5000}, tls=tls, part_bytes=2000)
        rotate, strike = case.stub.credentials.rotate, case.stub.faults.strike
        seen = {"puts": 0}

        def expire_once(place: str, text: str = "") -> dict | None:
            seen["puts"] += place == "storage"
            if place == "storage" and seen["puts"] == 3:
                rotate()
            return strike(place, text)

        case.stub.faults.strike = expire_once
        case.load(files)
        yield f"upload to {mode}: the credentials expire on the way", case.close()
    yield from memory(binary, folder)
    case = Case(binary, folder)
    case.fault(at="storage", do="status", status=403)
    answer = case.put(files[:1])
    case.check("kind", answer["puts"][0].get("error") == "Permission", answer)
    yield "upload: storage refuses us", case.close()
    case = Case(binary, folder)
    answer = case.client.ask(do="put", files=[str(files[0])], stage="@S/run/", sha256="00" * 32)
    case.check("kind", answer["puts"][0].get("error") == "Corruption", answer)
    yield "upload: a wrong digest is refused by the storage", case.close()
    case = Case(binary, folder)
    case.fault(at="storage", do="skip_store")
    case.put(files[:1])
    answer = case.copy(files[:1])
    case.check("kind", answer.get("error") == "InvalidInput" and "was not found" in answer.get("text", ""), answer)
    yield "upload: an object that was not stored is missed by COPY", case.close()


def memory(binary: pathlib.Path, folder: pathlib.Path):
    """The peak of the client's memory must not follow the file's size."""
    large = folder / "large.parquet"
    with open(large, "wb") as out:
        for number in range(96):
            out.write(bytes([number]) * (1 << 20))
    allowed_mib = 24  # 16, and a part
    for said, threshold in (("whole", 1 << 40), ("in parts", 5000)):
        case = Case(binary, folder, {"threshold": threshold}, part_bytes=8 << 20)
        before = case.client.peak_kib()
        put = case.put([large])
        case.check("put", put["puts"][0].get("bytes") == 96 * (1 << 20) + 16, put)
        grown = case.client.peak_kib() - before
        case.check("memory", grown < allowed_mib * 1024, f"{grown} KiB more")
        yield f"upload: 96 MiB {said} in constant memory", case.close()


GROUPS = {"logins": logins, "storages": storages, "statements": statements, "uploads": uploads}
