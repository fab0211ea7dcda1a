#!/usr/bin/env python3
"""Every type × codec × encoding, written by `sluice copy` and read back by pyarrow, DuckDB and Polars.

The rows are made here with Python's own types, so the wanted values are independent of every reader and of the writer.
"""
import argparse
import datetime
import decimal
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import uuid

import duckdb
import polars
import pyarrow.parquet

ROWS = 3000
CODECS = ("zstd:3", "zstd:1", "snappy", "lz4", "gzip:6", "none")
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
DELTA = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "date", "time_us", "stamp_ms", "stamp_us",
         "stamp_utc", "text", "bytes"}
SPLIT = {"float32", "float64", "int32", "int64"}


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def integers(bits, signed):
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return lambda r: r.choice((low, high, 0, r.randint(low, high), r.randint(0, 9)))


def moment(r, step_us):
    return EPOCH + datetime.timedelta(microseconds=r.randrange(-10**15, 4 * 10**15) // step_us * step_us)


def some_decimal(precision, scale):
    return lambda r: decimal.Decimal(r.randrange(-(10**precision) + 1, 10**precision)).scaleb(-scale)


def some_text(r):
    return r.choice(("", "plain", "a \"quoted\" one", "two\nlines", "comma, semicolon;", "naïve – ☃ 𝄞", "x" * r.randrange(1, 300),
                     str(r.random())))


# name: (declared type, random value)
TYPES = {
    "flag": ("bool", lambda r: r.random() < 0.5),
    **{f"int{bits}": (f"int{bits}", integers(bits, True)) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (f"uint{bits}", integers(bits, False)) for bits in (8, 16, 32, 64)},
    "float32": ("float32", lambda r: float32(r.choice((0.0, 1.5, -1e30, r.random(), 3.4e38)))),
    "float64": ("float64", lambda r: r.choice((0.0, 1.5, -1e300, r.random(), 5e-324, 1.7976931348623157e308))),
    "decimal9": ("decimal(9,2)", some_decimal(9, 2)),
    "decimal18": ("decimal(18,6)", some_decimal(18, 6)),
    "decimal38": ("decimal(38,10)", some_decimal(38, 10)),
    "text": ("string", some_text),
    "bytes": ("binary", lambda r: bytes(r.choices(b"abcdefgh", k=r.randrange(20)))),
    "date": ("date", lambda r: moment(r, 1).date()),
    "time_us": ("time(us)", lambda r: moment(r, 1).time()),
    "stamp_ms": ("timestamp(ms)", lambda r: moment(r, 1000)),
    "stamp_us": ("timestamp(us)", lambda r: moment(r, 1)),
    "stamp_utc": ("timestamp(us,UTC)", lambda r: moment(r, 1).replace(tzinfo=UTC)),
    "key": ("uuid", lambda r: uuid.UUID(int=r.getrandbits(128))),
    "document": ("json", lambda r: json.dumps({"n": r.randrange(100), "t": [1, None, "x"]})),
}


def as_text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat() + ("Z" if value.tzinfo else "")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def plain(value):
    """One form for the values of all readers."""
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.astimezone(UTC)
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, memoryview):
        return bytes(value)
    return value


def make_rows(seed):
    r = random.Random(seed)
    return [[None if r.random() < 0.1 else make(r) for _, make in TYPES.values()] for _ in range(ROWS)]


def write_csv(path, rows):
    """NULL is an empty field; every text is quoted, so that an empty one stays a text."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write(",".join(TYPES) + "\n")
        for row in rows:
            texts = (as_text(value) for value in row)
            file.write(",".join("" if text is None else '"' + text.replace('"', '""') + '"' for text in texts) + "\n")


def read_pyarrow(path):
    table = pyarrow.parquet.ParquetFile(path).read()
    table.validate(full=True)
    return [column.to_pylist() for column in table.columns]


def read_polars(path):
    """Polars takes Parquet's JSON type for bytes."""
    columns = {column.name: column.to_list() for column in polars.read_parquet(path).get_columns()}
    columns["document"] = [value.decode() if isinstance(value, bytes) else value for value in columns["document"]]
    return list(columns.values())


def read_duckdb(path):
    """Instants come back as microseconds: DuckDB's Python client needs a package for zones."""
    with duckdb.connect() as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
        chosen = [f'epoch_us("{name}")' if kind == "TIMESTAMP WITH TIME ZONE" else f'"{name}"' for name, kind, *_ in described]
        rows = connection.execute(f"SELECT {', '.join(chosen)} FROM '{path}'").fetchall()
    columns = [list(column) for column in zip(*rows)]
    for index, (_, kind, *_) in enumerate(described):
        if kind == "TIMESTAMP WITH TIME ZONE":
            columns[index] = [None if value is None else (EPOCH + datetime.timedelta(microseconds=value)).replace(tzinfo=UTC)
                              for value in columns[index]]
    return columns


READERS = {"pyarrow": read_pyarrow, "DuckDB": read_duckdb, "Polars": read_polars}


def differences(path, wanted):
    problems = []
    for reader, read in READERS.items():
        try:
            got = read(path)
        except Exception as error:  # any failure to read is the finding
            problems.append(f"{reader} cannot read it: {error}")
            continue
        for name, want, have in zip(TYPES, wanted, got, strict=True):
            want, have = [plain(value) for value in want], [plain(value) for value in have]
            if want != have:
                row = next(i for i, pair in enumerate(zip(want, have, strict=True)) if pair[0] != pair[1])
                problems.append(f"{reader}: column {name}, row {row}: wanted {want[row]!r}, has {have[row]!r}")
    return problems


def encoding_flags(encoding):
    if encoding == "default":
        return []
    names = {"delta": DELTA, "bss": SPLIT}.get(encoding, set(TYPES) - ({"flag"} if encoding == "dict" else set()))
    return [f"--encoding={name}={encoding}" for name in TYPES if name in names]


def nested_case(sluice, folder):
    """Lists and structs from NDJSON, as all three readers see them."""
    rows = [{"id": i, "tags": [f"t{j}" for j in range(i % 4)] or None, "at": {"x": i * 0.5, "deep": {"y": [i]}}} for i in range(500)]
    (folder / "in.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = subprocess.run([sluice, "copy", "in.ndjson", "nested.parquet", "-q"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        return [done.stderr[:600]]
    path, problems = folder / "nested.parquet", []
    for reader, got in (("pyarrow", pyarrow.parquet.ParquetFile(path).read().to_pylist()), ("Polars", polars.read_parquet(path).to_dicts()),
                        ("DuckDB", [dict(zip(("id", "tags", "at"), row)) for row in duckdb.sql(f"FROM '{path}'").fetchall()])):
        if json.loads(json.dumps(got, default=float)) != rows:
            problems.append(f"{reader} reads other rows, first {got[1]}")
    return problems


def run_case(sluice, folder, codec, encoding, wanted):
    path = folder / f"{codec.replace(':', '-')}-{encoding}.parquet"
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in TYPES.items())
    command = [sluice, "copy", "in.csv", path.name, "--columns", columns, "--codec", codec, "--row-group-rows", "1100", "-q",
               *encoding_flags(encoding)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return [done.stderr[:600]] if done.returncode else differences(path, wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sluice", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build/release/sluice")
    sluice = str(parser.parse_args().sluice.resolve())
    failed = passed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rows = make_rows(1)
        wanted = [list(column) for column in zip(*rows)]
        write_csv(folder / "in.csv", rows)
        outcomes = {f"{codec} {encoding}": run_case(sluice, folder, codec, encoding, wanted)
                    for codec in CODECS for encoding in ("default", "plain", "dict", "delta", "bss")}
        outcomes["nested"] = nested_case(sluice, folder)
    for case, problems in outcomes.items():
        failed, passed = failed + bool(problems), passed + (not problems)
        if problems:
            print(f"FAILED {case}: " + "; ".join(problems))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
