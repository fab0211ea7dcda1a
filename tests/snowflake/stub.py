#!/usr/bin/env python3
"""A server that speaks the warehouse's driver protocol, for tests: sessions, statements on DuckDB, stages, faults.

    stub.py FOLDER      prints one JSON line with the addresses, then serves until its input ends

Its answers are those that the vendor's clients accept (witness.py, witness.mjs); it is no oracle for SQL. Orders of a test come by
POST /stub/faults, /stub/clear, /stub/expire, /stub/settings; GET /stub/state tells what happened.
"""
from __future__ import annotations

import gzip
import http.server
import json
import pathlib
import socket
import ssl
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from account import Account, User  # noqa: E402
from certificates import key_of, write_certificates, write_private_key  # noqa: E402
from faults import Faults  # noqa: E402
from object_store import ObjectStore  # noqa: E402
from protocol import Answer, Protocol, query_of  # noqa: E402
from stage_encryption import MasterKeys  # noqa: E402
from storage_service import Credentials, StorageAnswer, StorageRequest, StorageService, s3_error  # noqa: E402
from warehouse import Warehouse  # noqa: E402

USER, PASSWORD, PAT, OAUTH = "LOADER", "stub-password-9f2c", "stub-pat-51d7", "stub-oauth-77aa"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def log_message(self, *_):
        pass

    def blocks(self):
        """The body, whichever way it is sent; `aws-chunked` is undone."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            yield from chunks(self.rfile)
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0 and (block := self.rfile.read(min(left, 1 << 20))):
            left -= len(block)
            yield block

    def handle_request(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.stub.storage.serves(headers.get("host", ""), path):
            self.serve_storage(path, query, headers)
            return
        raw = b"".join(self.blocks())
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        body = json.loads(raw) if raw.strip() else {}
        if path.startswith("/stub/"):
            self.send(200, {}, json.dumps(self.stub.admin(path, body)).encode())
            return
        answer = self.stub.protocol.answer(self.command, path, query_of(query), headers, body)
        self.send_answer(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_request

    def serve_storage(self, path: str, query: str, headers: dict[str, str]) -> None:
        body = self.stub.store.scratch_path()
        with open(body, "wb") as out:
            blocks = chunks(Blocks(self.blocks())) if "aws-chunked" in headers.get("content-encoding", "") else self.blocks()
            for block in blocks:
                out.write(block)
        fault = self.stub.faults.strike("storage", f"{self.command} {path}") or {"do": ""}
        if fault["do"] == "status":
            answer = StorageAnswer(fault["status"])
        elif fault["do"] == "expired_token":
            self.stub.credentials.rotate()
            answer = s3_error(400, "ExpiredToken", "The provided token has expired.")
        elif fault["do"] == "cut_before":
            self.cut()
            return
        else:
            answer = self.stub.storage.answer(StorageRequest(self.command, path, query, headers, body), fault["do"] == "skip_store")
        if fault["do"] == "cut_after":
            self.cut()
            return
        self.send(answer.status, answer.headers, answer.body)
        body.unlink(missing_ok=True) if self.command in {"HEAD", "GET"} else None

    def send_answer(self, answer: Answer) -> None:
        deed = answer.fault.get("do")
        if deed in {"cut_before", "cut_after"}:
            self.cut()
            return
        body = answer.body
        headers = {"Content-Type": "application/json", **answer.fault.get("headers", {})}
        if answer.raw is not None:
            headers |= {"Content-Type": "application/octet-stream", "Content-Encoding": "gzip"}  # as JSON, one driver would parse it
        elif "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 300:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        if deed == "cut_body":
            self.send(answer.status, headers, body[:len(body) // 2], len(body))
            self.cut()
        elif deed == "slow_body":
            self.send(answer.status, headers, b"", len(body))
            for begin in range(0, len(body), max(1, len(body) // 10)):
                time.sleep(answer.fault.get("seconds", 0.5) / 10)
                self.wfile.write(body[begin:begin + max(1, len(body) // 10)])
        else:
            self.send(answer.status, headers, body)

    def send(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def cut(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Blocks:
    """Blocks as a file, for the reader of chunks."""

    def __init__(self, blocks):
        self.source, self.held = iter(blocks), b""

    def fill(self, enough) -> None:
        while not enough() and (block := next(self.source, b"")):
            self.held += block

    def readline(self) -> bytes:
        self.fill(lambda: b"\n" in self.held)
        line, mark, self.held = self.held.partition(b"\n")
        return line + mark

    def read(self, size: int) -> bytes:
        self.fill(lambda: len(self.held) >= size)
        data, self.held = self.held[:size], self.held[size:]
        return data


def chunks(source):
    """The data of `size[;extension]\\r\\n data \\r\\n ... 0 trailers`."""
    while size := int(source.readline().split(b";")[0].strip() or b"0", 16):
        yield source.read(size)
        source.readline()
    while source.readline().strip():
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 64

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError, TimeoutError, ValueError)):
            super().handle_error(request, client_address)


class Stub:
    """One account on two ports: plain HTTP and TLS with a private authority. Orders: start, stop."""

    def __init__(self, folder: pathlib.Path, key_bytes: int = 16):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.faults, self.credentials = folder, Faults(), Credentials()
        self.account = Account()
        self.store = ObjectStore(folder / "store", MasterKeys(key_bytes))
        self.storage = StorageService(self.store, self.credentials)
        self.warehouse = Warehouse(folder, self.store, self.credentials, self.faults, self.account.databases)
        self.protocol = Protocol(self.account, self.warehouse, self.faults)
        self.authority, certificate, key = write_certificates(folder)
        self.private_key = folder / "rsa_key.p8"
        user_key = key_of("user")
        write_private_key(self.private_key, user_key)
        write_private_key(folder / "rsa_key_encrypted.p8", user_key, "stub-passphrase")
        write_private_key(folder / "rsa_key_of_another.p8", key_of("another"))
        self.account.users[USER] = User(USER, PASSWORD, user_key.public_key(), {"PROGRAMMATIC_ACCESS_TOKEN": PAT, "OAUTH": OAUTH})
        handler = type("StubHandler", (Handler,), {"stub": self})
        self.servers = [Server(("127.0.0.1", 0), handler), Server(("127.0.0.1", 0), handler)]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.servers[1].socket = context.wrap_socket(self.servers[1].socket, server_side=True, do_handshake_on_connect=False)
        self.port, self.tls_port = (server.server_address[1] for server in self.servers)
        self.warehouse.base_url, self.warehouse.tls_port = f"http://127.0.0.1:{self.port}", self.tls_port

    def start(self) -> Stub:
        for server in self.servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def describe(self) -> dict:
        return {"port": self.port, "tls_port": self.tls_port, "authority": str(self.authority), "private_key": str(self.private_key),
                "user": USER, "password": PASSWORD, "pat": PAT, "oauth": OAUTH, "account": self.account.name}

    def admin(self, path: str, body: dict) -> dict:
        if path == "/stub/faults":
            for fault in body["faults"]:
                self.faults.order(fault)
        elif path == "/stub/clear":
            self.faults.clear()
        elif path == "/stub/expire":
            self.credentials.rotate() if body["what"] == "credentials" else self.account.expire(body["what"])
        elif path == "/stub/settings":
            self.set(body)
        return self.state()

    def set(self, settings: dict) -> None:
        """put_mode, encrypt, threshold, replays, chunk_rows, key_bytes."""
        for name, value in settings.items():
            owner = {"replays": self.protocol, "chunk_rows": self.protocol, "key_bytes": self.store.keys}.get(name, self.warehouse)
            if not hasattr(owner, name):
                raise ValueError(f"no setting {name}")
            setattr(owner, name, value)

    def state(self) -> dict:
        return {"log": self.protocol.log, "runs": self.protocol.runs, "storage": self.storage.requests,
                "objects": {entry.key: entry.size for entry in self.store.list("")}, "sessions": self.account.count}


def main() -> None:
    stub = Stub(pathlib.Path(sys.argv[1])).start()
    print(json.dumps(stub.describe()), flush=True)
    sys.stdin.read()
    stub.stop()


if __name__ == "__main__":
    main()
