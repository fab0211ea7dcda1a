#!/usr/bin/env python3
"""The stub warehouse under the vendor's own drivers, and our client against the stub.

    run.py [--client BINARY] [--sluice BINARY] [GROUP...]

    groups: python liars node, with a client logins storages statements uploads, with the command loads faults kills

Runs in .deps/snowflake-venv; the group `node` needs .deps/snowflake-node.
"""
from __future__ import annotations

import argparse
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import duckdb  # noqa: E402
import our_client  # noqa: E402
import our_load  # noqa: E402
from stub import PASSWORD, USER, Stub  # noqa: E402

ROOT = HERE.parents[1]
ROWS = 1234


def write_rows(folder: pathlib.Path, name: str) -> pathlib.Path:
    path = folder / name
    duckdb.connect().execute(f"COPY (SELECT i AS id, 'name ' || i AS name, TIMESTAMP '2026-11-21' + INTERVAL (i) SECOND AS at FROM range({ROWS}) t(i)) TO '{path}'")
    return path


def run_witness(command: list[str], environment: dict[str, str]) -> list[str]:
    """What failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment})
    except subprocess.TimeoutExpired as error:
        return [f"hung: {error.stdout}"]
    steps = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"step"')]
    problems = [json.dumps(step) for step in steps if not step["ok"]]
    if not steps or steps[-1]["step"] != "close" or (done.returncode and not problems):
        problems.append(f"exit {done.returncode} after {steps[-1:]}\n{done.stdout[-300:]}{done.stderr[-700:]}")
    return problems


def python_group(folder: pathlib.Path):
    file = write_rows(folder, "rows 1.parquet")
    for mode, encrypt, key_bytes, credentials in (("GCS_PRESIGNED", True, 16, "password"), ("S3", True, 16, "key"), ("S3", True, 32, "password"), ("S3", False, 16, "password"),
                                       ("AZURE", True, 16, "password"), ("LOCAL_FS", False, 16, "password")):
        stub = Stub(folder / f"{mode}{encrypt}{key_bytes}", key_bytes).start()
        stub.set({"put_mode": mode, "encrypt": encrypt, "chunk_rows": 300 if mode == "S3" else 0})
        login = ["--password", PASSWORD] if credentials == "password" else ["--key", str(stub.private_key)]
        problems = run_witness([sys.executable, str(HERE / "witness.py"), "--port", str(stub.port), "--user", USER, *login, "--file", str(file), "--rows", str(ROWS),
                                "--authority", str(stub.authority)], {})
        stub.stop()
        yield f"python connector, {credentials}, {mode}, {'AES-' + str(8 * key_bytes) if encrypt else 'clear'}", problems


def liars_group(folder: pathlib.Path):
    """A witness that cannot fail is none."""
    file = write_rows(folder, "rows.parquet")
    for said, fault, password in (("a lost row", {"at": "copy", "do": "partial"}, PASSWORD), ("a COPY that does nothing", {"at": "copy_statement", "do": "zero_files"}, PASSWORD),
                                  ("a file that was not stored", {"at": "storage", "match": "^PUT", "do": "skip_store"}, PASSWORD), ("another password", None, "other")):
        stub = Stub(folder / said).start()
        stub.set({"put_mode": "GCS_PRESIGNED"})
        if fault:
            stub.faults.order(fault)
        found = run_witness([sys.executable, str(HERE / "witness.py"), "--port", str(stub.port), "--user", USER, "--password", password, "--file", str(file), "--rows", str(ROWS)], {})
        stub.stop()
        yield f"the witness notices {said}", [] if found else ["it did not"]


def node_group(folder: pathlib.Path):
    file = write_rows(folder, "rows.parquet")  # presigned, this driver takes no blank in a name
    modules = ROOT / ".deps/snowflake-node"
    for mode, credentials in (("GCS_PRESIGNED", "password"), ("S3", "key"), ("LOCAL_FS", "password")):
        stub = Stub(folder / mode).start()
        stub.set({"put_mode": mode, "chunk_rows": 300})
        login = f"password:{PASSWORD}" if credentials == "password" else f"key:{stub.private_key}"
        problems = run_witness(["node", str(HERE / "witness.mjs"), str(stub.port), USER, login, str(file), str(ROWS)],
                               {"WITNESS_MODULES": str(modules), "NODE_EXTRA_CA_CERTS": str(stub.authority), "WITNESS_LOG": str(folder / "node.log")})
        stub.stop()
        yield f"node driver, {credentials}, {mode}", problems


GROUPS = {"python": python_group, "liars": liars_group, "node": node_group}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP")
    parser.add_argument("--client", type=pathlib.Path, help="the program snowflake_client")
    parser.add_argument("--sluice", type=pathlib.Path, help="the command")
    arguments = parser.parse_args()
    groups = dict(GROUPS)
    if arguments.client:
        groups |= {name: functools.partial(group, arguments.client.resolve()) for name, group in our_client.GROUPS.items()}
    if arguments.sluice:
        groups |= {name: functools.partial(group, arguments.sluice.resolve()) for name, group in our_load.GROUPS.items()}
    if unknown := set(arguments.groups) - set(groups):
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
    passed = failed = 0
    for name in arguments.groups or list(groups):
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sluice-snowflake-") as folder:
            for said, problems in groups[name](pathlib.Path(folder)):
                passed, failed = passed + (not problems), failed + bool(problems)
                if problems:
                    print(f"FAILED {said}: " + "\n    ".join(problems[:6]), flush=True)
        print(f"{name}: done in {time.monotonic() - begin:.1f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
