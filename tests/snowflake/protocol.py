"""The driver protocol: which path answers what, replay by request id, statements that take long."""
from __future__ import annotations

import dataclasses
import gzip
import json
import re
import secrets
import threading
import time
import urllib.parse
import uuid

from account import Account
from faults import Faults
from sql_text import SqlError
from warehouse import Warehouse

POLL_SECONDS = 0.02  # instead of the long poll of the service


@dataclasses.dataclass
class Answer:
    document: dict | None
    status: int = 200
    fault: dict = dataclasses.field(default_factory=dict)  # cut_before | cut_after | cut_body | slow_body
    raw: bytes | None = None  # sent as it is, and said to be gzip

    @property
    def body(self) -> bytes:
        return json.dumps(self.document).encode() if self.raw is None else self.raw


def success(data: object, code: str | None = None, message: str | None = None) -> dict:
    return {"data": data, "code": code, "message": message, "success": True}


def failure(error: SqlError, query_id: str | None = None) -> dict:
    data = None if error.code.startswith("390") else {"internalError": False, "errorCode": error.code, "age": 0, "sqlState": error.state, "queryId": query_id,
                                                       "line": -1, "pos": -1, "type": "COMPILATION"}
    return {"data": data, "code": error.code, "message": error.message, "success": False, "headers": None}


@dataclasses.dataclass
class Execution:
    """One statement that runs or ran; found again by its request id and its query id."""

    query_id: str
    sql: str
    done: threading.Event = dataclasses.field(default_factory=threading.Event)
    document: dict | None = None
    polls_left: int = 0
    aborted: bool = False
    late: bool = False  # begins when its client has long lost the connection


class Protocol:
    """Threads: any."""

    def __init__(self, account: Account, warehouse: Warehouse, faults: Faults):
        self.account, self.warehouse, self.faults = account, warehouse, faults
        self.replays = True
        self.chunk_rows = 0  # rows above it lie apart
        self.chunks: dict[str, tuple[bytes, str]] = {}  # by name: gzipped rows and the key that opens them
        self.by_request: dict[str, Execution] = {}
        self.by_query: dict[str, Execution] = {}
        self.log: list[dict] = []
        self.runs: list[str] = []  # the text of each statement that was executed, as often as it was
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: dict) -> Answer:
        path = re.sub("/+", "/", path)
        with self.lock:
            self.log.append({"method": method, "path": path, "query": query, "sql": body.get("sqlText"), "time": time.time(),
                             "token": Account.token_of(headers.get("authorization", ""))[-6:]})
        try:
            for place, wanted, pattern, action in ROUTES:
                if method == wanted and (match := re.fullmatch(pattern, path)):
                    return self.with_fault(place, body.get("sqlText") or path, lambda: action(self, match, query, headers, body))
            if path == "/telemetry/send":
                return Answer(success("Log Received"))
            return Answer({"data": None, "code": "390404", "message": f"no such path: {path}", "success": False}, 404)
        except SqlError as error:
            return Answer(failure(error))

    def with_fault(self, place: str, text: str, action) -> Answer:
        """Act, unless a test ordered something else for this place."""
        fault = self.faults.strike(place, text) or {"do": ""}
        if fault["do"] == "status":
            return Answer({}, fault["status"], {"headers": fault.get("headers", {})})
        if fault["do"] == "answer":
            return Answer(failure(SqlError(fault["code"], fault.get("state", "08001"), fault.get("message", "ordered by the test"))))
        if fault["do"] == "cut_before":
            return Answer(None, 0, fault)
        if fault["do"] == "in_progress":
            return self.statement_in_progress(action, fault)
        answer = action()
        answer.fault = answer.fault or fault
        return answer

    def login(self, match, query, headers, body) -> Answer:
        return Answer(success(self.account.login(query, body.get("data") or {})))

    def renew(self, match, query, headers, body) -> Answer:
        return Answer(success(self.account.renew(headers.get("authorization", ""), body.get("oldSessionToken") or "")))

    def heartbeat(self, match, query, headers, body) -> Answer:
        self.account.find(headers.get("authorization", ""))
        return Answer(success(None))

    def close(self, match, query, headers, body) -> Answer:
        self.account.find(headers.get("authorization", "")).gone = True
        return Answer(success(None))

    def statement(self, match, query, headers, body) -> Answer:
        session = self.account.find(headers.get("authorization", ""))
        request = query.get("requestId") or query.get("request_id") or str(uuid.uuid4())
        with self.lock:
            known = self.by_request.get(request) if self.replays else None
            execution = known or Execution(str(uuid.uuid4()), body.get("sqlText") or "")
            self.by_request[request] = self.by_query[execution.query_id] = execution
        if known and known.late and not known.done.is_set():
            return Answer(None, 0, {"do": "cut_before"})
        if known:
            execution.done.wait(60)
            return Answer(execution.document)
        late = self.faults.strike("late", execution.sql)
        if late:
            execution.late = True
            self.warehouse.note_query(execution.query_id, execution.sql, "QUEUED")
            threading.Timer(late.get("seconds", 1), self.run, (execution, session)).start()
            return Answer(None, 0, {"do": "cut_before"})
        self.run(execution, session)
        return Answer(execution.document)

    def run(self, execution: Execution, session) -> None:
        with self.lock:
            self.runs.append(execution.sql)
        self.warehouse.note_query(execution.query_id, execution.sql, "RUNNING")
        try:
            data = self.warehouse.execute(execution.sql, session)
            data |= {"queryId": execution.query_id, "finalDatabaseName": session.database, "finalSchemaName": session.schema,
                     "finalWarehouseName": session.warehouse, "finalRoleName": session.role}
            if self.chunk_rows and data["statementTypeId"] == 0x1000:
                self.cut_into_chunks(data)
            execution.document = success(data)
        except SqlError as error:
            execution.document = failure(error, execution.query_id)
        except Exception as error:  # what the stub cannot do must be seen, not retried
            execution.document = failure(SqlError("000002", "XX000", f"stub: {type(error).__name__}: {error}"), execution.query_id)
        self.warehouse.note_query(execution.query_id, execution.sql, "SUCCESS" if execution.document["success"] else "FAILED_WITH_ERROR")
        execution.done.set()

    def cut_into_chunks(self, data: dict) -> None:
        """Leave the first rows in the answer; the others are fetched in parts, without the outer brackets."""
        key, rows = secrets.token_hex(8), data["rowset"]
        data["rowset"], data["chunks"] = rows[:self.chunk_rows], []
        for begin in range(self.chunk_rows, len(rows), self.chunk_rows):
            part = rows[begin:begin + self.chunk_rows]
            text, name = json.dumps(part)[1:-1].encode(), secrets.token_hex(8)
            packed = gzip.compress(text)
            self.chunks[name] = packed, key
            data["chunks"].append({"url": f"{self.warehouse.base_url}/chunks/{name}", "rowCount": len(part), "uncompressedSize": len(text),
                                   "compressedSize": len(packed)})
        data["qrmk"], data["chunkHeaders"] = "", {"x-amz-server-side-encryption-customer-key": key}

    def chunk(self, match, query, headers, body) -> Answer:
        packed, key = self.chunks[match.group(1)]
        if headers.get("x-amz-server-side-encryption-customer-key") != key or "authorization" in headers:
            return Answer({}, 403)
        return Answer(None, raw=packed)

    def statement_in_progress(self, action, fault: dict) -> Answer:
        """Execute, and let the client poll for the answer."""
        answer = action()
        if not answer.document["data"] or "queryId" not in answer.document["data"]:
            return answer
        execution = self.by_query[answer.document["data"]["queryId"]]
        execution.polls_left = fault.get("polls", 3)
        return Answer(self.in_progress(execution, fault.get("code", "333333")))

    @staticmethod
    def in_progress(execution: Execution, code: str) -> dict:
        data = {"getResultUrl": f"/queries/{execution.query_id}/result", "queryId": execution.query_id, "queryAbortsAfterSecs": 300, "progressDesc": None}
        return success(data, code, "Query execution in progress")

    def poll(self, match, query, headers, body) -> Answer:
        self.account.find(headers.get("authorization", ""))
        execution = self.by_query.get(match.group(1))
        if execution is None:
            raise SqlError("000612", "02000", "Result not found.")
        if execution.aborted:
            raise SqlError("000604", "57014", "SQL execution canceled")
        if execution.polls_left > 0:
            execution.polls_left -= 1
            time.sleep(POLL_SECONDS)
            return Answer(self.in_progress(execution, "333333"))
        return Answer(execution.document)

    def abort(self, match, query, headers, body) -> Answer:
        self.account.find(headers.get("authorization", ""))
        execution = self.by_request.get(body.get("requestId") or "")
        if execution:
            execution.aborted = True
        return Answer(success(None))

    def monitor(self, match, query, headers, body) -> Answer:
        self.account.find(headers.get("authorization", ""))
        execution = self.by_query.get(match.group(1))
        state = "RUNNING" if execution and execution.polls_left > 0 else "SUCCESS" if execution and execution.document["success"] else "FAILED_WITH_ERROR"
        return Answer(success({"queries": [{"id": match.group(1), "status": state}] if execution else []}))


ROUTES = [
    ("login", "POST", "/session/v1/login-request", Protocol.login),
    ("renew", "POST", "/session/token-request", Protocol.renew),
    ("heartbeat", "POST", "/session/heartbeat", Protocol.heartbeat),
    ("close", "POST", "/session", Protocol.close),
    ("query", "POST", "/queries/v1/query-request", Protocol.statement),
    ("poll", "GET", "/queries/([^/]+)/result", Protocol.poll),
    ("abort", "POST", "/queries/v1/abort-request", Protocol.abort),
    ("chunk", "GET", "/chunks/([0-9a-f]+)", Protocol.chunk),
    ("monitor", "GET", "/monitoring/queries/([^/]+)", Protocol.monitor),
]


def query_of(text: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
