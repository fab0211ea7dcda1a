"""A recorder is killed while it appends; then every row that it acknowledged is there, whole, once."""
from __future__ import annotations

import json
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import time

import pyarrow.parquet as pq

ACKNOWLEDGED_AHEAD = 1  # a row can be there whose acknowledgement was not written yet


def acknowledged_rows(folder: pathlib.Path) -> int:
    path = folder / "acknowledged"
    data = path.read_bytes() if path.exists() else b""
    return struct.unpack("<q", data)[0] if len(data) == 8 else 0


def wrong_rows(folder: pathlib.Path, acknowledged: int) -> str | None:
    """What is wrong with the published rows."""
    recorder = folder / "qe_bench_forever"
    names = [json.loads(line)["file"] for line in (recorder / "manifest.jsonl").read_text().splitlines() if "file" in json.loads(line)]
    rows = [row for name in names for row in pq.read_table(recorder / name).to_pylist()]
    if not acknowledged <= len(rows) <= acknowledged + ACKNOWLEDGED_AHEAD:
        return f"{len(rows)} rows, {acknowledged} were acknowledged"
    for number, row in enumerate(rows):
        wanted = {"id": number, "at": 2 * number, "ms": 0.5, "kind": 7, "text": "x" * (number % 30) + str(number)}
        if row != wanted:
            return f"row {number} is {row}"
    return None


def kill_rounds(driver: pathlib.Path, sluice: pathlib.Path, folder: pathlib.Path, rounds: int, figures: dict[str, list[float]]) -> None:
    source, good = random.Random(1), 0
    for index in range(rounds):
        shutil.rmtree(folder, ignore_errors=True)
        process = subprocess.Popen([driver, "forever", folder])
        until = time.monotonic() + source.uniform(0, 0.2)
        while acknowledged_rows(folder) == 0 or time.monotonic() < until:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        subprocess.run([sluice, "recorder", "recover", folder, "-q"], check=True)
        problem = wrong_rows(folder, acknowledged_rows(folder))
        good += problem is None
        if problem:
            print(f"  kill {index + 1}: {problem}")
    shutil.rmtree(folder, ignore_errors=True)
    figures["kills.good"], figures["kills.rounds"] = [good], [rounds]
    print(f"  kills: {good} of {rounds}", flush=True)
