#!/usr/bin/env python3
"""No value changes silently: each column of plain values holds one odd value far behind every sample.

Each probe copies a file without a declared schema. Allowed are: every value kept exactly (in whatever type), or exit 65 with
the odd row's line. The comparison knows texts and Python's exact numbers only; what the writer meant is read from the type.
"""
import argparse
import concurrent.futures
import datetime
import decimal
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import pyarrow
import pyarrow.parquet

ROWS, ODD_ROW = 30_000, 25_000  # ODD_ROW counts from 0; with the header its line is ODD_ROW + 2
UNITS = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}
EPOCH = datetime.datetime(1970, 1, 1)
CANONICAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")

BASES = {
    "integer": str,
    "decimal": lambda i: f"{i}.25",
    "float": lambda i: f"{i}.5e3",
    "long id": lambda i: str(90071992547409930000 + i),
    "date": lambda i: str(datetime.date(1990, 1, 1) + datetime.timedelta(days=i % 9000)),
    "moment": lambda i: (EPOCH + datetime.timedelta(seconds=i * 977)).isoformat(),
    "instant": lambda i: (EPOCH + datetime.timedelta(seconds=i * 977)).isoformat() + "Z",
    "flag": lambda i: "true" if i % 3 else "false",
}
ODD = {
    "integer": ["007", "-007", "00", "-0", "+5", "1.75", "1.", ".5", "1.0", "1_000", '"1,000"', "1 000", "1e3", "1E3", "0x1f", "0b1", " 7", "7 ",
                '" 7"', '""', "NaN", "nan", "null", "NULL", "NA", "None", "inf", "-Infinity", "true", "2025-01-01", "٣", "−5", "5−",
                "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616",
                "9" * 38, "1" * 39, "1e400", "12:30", "$5", "5%", "٫5", "1/2"],
    "decimal": ["0.1234567890123456789", "1e-7", "00.5", "1,5", "1.5.5", "-0.0", "0." + "0" * 40 + "1", "1" * 37 + ".25", ".25", "5.", "NaN", "1.25f"],
    "float": ["0.1234567890123456789", "12345678901234567890123", "1e400", "1e-400", "NaN", "inf", "0x1p3", "1.5e", "9007199254740993"],
    "long id": ["007", "1.5", "x", '""', "1e20", "9" * 39],
    "date": ["2025-01-01T10:00:00", "2025-01-01T10:00:00+05:00", "2025-13-01", "2025-02-30", "01/02/2025", "2025-1-1", "20250101", "0000-00-00",
             "9999-12-31", "10000-01-01", "2025-01-01 ", "2025-01-01Z", "today", "1582-10-10", "-0001-01-01"],
    "moment": ["2025-01-01T00:00:00Z", "2025-01-01T00:00:00+05:00", "2025-01-01T00:00:00.123456789", "2025-01-01", "2025-01-01T23:59:60",
               "2025-01-01T24:00:00", "2025-01-01 10:00:00", "2025-01-01T10:00", "2025-01-01T10:00:00.1234567891", "1700000000", "10:00:00"],
    "instant": ["2025-01-01T00:00:00", "2025-01-01T00:00:00+05:00", "2025-01-01T00:00:00.123456789Z", "2025-01-01",
                "2025-01-01T00:00:00 Europe/Berlin", "2025-01-01T00:00:00+25:00", "2025-01-01T00:00:00EST"],
    "flag": ["1", "0", "TRUE", "yes", "t", "truee", '""', "null"],
}
JSON_ODD = ["1.75", '"007"', '"7"', "1.0", "1e3", "-0", "12345678901234567890123", "9223372036854775808", "0.1234567890123456789", "1e400", "true",
            "null", '"text"', "[1, 2]", '{"x": 1}', '"2025-01-01"', '""', '"\\u0000"', '"\\ud83d\\ude00"']


def exact_time(value, unit, zone):
    """The moment as (whole seconds, fraction in 1/10^9, has a zone)."""
    return value // UNITS[unit], value % UNITS[unit] * (10**9 // UNITS[unit]), zone


def parsed_time(text):
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?", text)
    if not match:
        return None
    day, clock, fraction, zone = match.groups()
    moment = datetime.datetime.fromisoformat(f"{day}T{clock or '00:00:00'}" + (zone or "").replace("Z", "+00:00"))
    offset = moment.utcoffset() or datetime.timedelta()
    seconds = (moment.replace(tzinfo=None) - offset - EPOCH) // datetime.timedelta(seconds=1)
    return seconds, int((fraction or "0").ljust(9, "0")), zone is not None


def kept(text, value, kind):
    """Whether `value`, of the Arrow type `kind`, says exactly what `text` says."""
    if value is None:
        return text is None
    if text is None:
        return False
    if pyarrow.types.is_integer(kind):
        return str(value) == text
    if pyarrow.types.is_decimal(kind):
        return CANONICAL.fullmatch(text) is not None and decimal.Decimal(text) == value and not (text.startswith("-") and value == 0)
    if pyarrow.types.is_floating(kind):
        try:
            return decimal.Decimal(repr(value)) == decimal.Decimal(text)
        except decimal.InvalidOperation:
            return False
    if pyarrow.types.is_boolean(kind):
        return text.lower() == ("true" if value else "false")
    try:
        if pyarrow.types.is_date(kind):
            return len(text) == 10 and parsed_time(text) == (value * 86400, 0, False)
        if pyarrow.types.is_timestamp(kind):
            return parsed_time(text) == exact_time(value, kind.unit, kind.tz is not None)
    except ValueError:  # no such day or time of day
        return False
    return str(value) == text


def column_values(path, name):
    column = pyarrow.parquet.ParquetFile(path).read().column(name)
    kind = column.type
    if pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.int64())
    elif pyarrow.types.is_date(kind):  # Python's dates have fewer years
        column = column.cast(pyarrow.int32())
    return column.to_pylist(), kind


def first_loss(texts, path, name="v"):
    values, kind = column_values(path, name)
    if len(values) != len(texts):
        return f"{len(texts)} rows became {len(values)}"
    for row, (text, value) in enumerate(zip(texts, values)):
        if not kept(text, value, kind):
            return f"row {row}: {text!r} became {value!r} ({kind})"
    return None


def unquoted(text):
    """What a CSV field says: None for an empty one without quotes."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text or None


def copy(sluice, folder, source):
    return subprocess.run([sluice, "copy", source, "out.parquet", "-q"], cwd=folder, capture_output=True, text=True)


def refused_with_line(done, source, line):
    return done.returncode == 65 and f"{source}:{line}" in done.stderr


def csv_probe(sluice, base, odd):
    texts = [BASES[base](i) for i in range(ROWS)]
    texts[ODD_ROW] = odd
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "in.csv").write_text("v,w\n" + "".join(f"{text},1\n" for text in texts), encoding="utf-8")
        done = copy(sluice, folder, "in.csv")
        if done.returncode == 0:
            return first_loss([unquoted(text) for text in texts], folder / "out.parquet")
        return None if refused_with_line(done, "in.csv", ODD_ROW + 2) else done.stderr[:300]


def json_says(text, value):
    """Whether a Parquet value holds what a JSON text says; numbers to the digit."""
    wanted = json.loads(text, parse_float=decimal.Decimal, parse_int=decimal.Decimal)
    if isinstance(wanted, decimal.Decimal):
        if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool):
            return wanted == value
        if isinstance(value, float):
            return decimal.Decimal(repr(value)) == wanted
        return value == text
    if isinstance(value, str):
        return value == wanted or (not isinstance(wanted, str) and json.loads(value) == json.loads(text))
    return value == wanted or (isinstance(value, (datetime.date, datetime.datetime)) and str(value) == wanted)


def json_probe(sluice, odd):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines = [f'{{"v": {i}}}' for i in range(ROWS)]
        lines[ODD_ROW] = f'{{"v": {odd}}}'
        (folder / "in.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = copy(sluice, folder, "in.ndjson")
        if done.returncode != 0:
            return None if refused_with_line(done, "in.ndjson", ODD_ROW + 1) else done.stderr[:300]
        values = pyarrow.parquet.ParquetFile(folder / "out.parquet").read().column("v").to_pylist()
        if not json_says(odd, values[ODD_ROW]):
            return f"{odd} became {values[ODD_ROW]!r}"
        return None if json_says("7", values[7]) else f"7 became {values[7]!r}"


def late_key_probe(sluice, line, wanted):
    """A record that is not like the others: its late column must appear, or its line be refused."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines = [f'{{"v": {i}}}' for i in range(ROWS)]
        lines[ODD_ROW] = line
        (folder / "in.ndjson").write_text("\n".join(lines) + "\n")
        done = copy(sluice, folder, "in.ndjson")
        if wanted is None:
            return None if refused_with_line(done, "in.ndjson", ODD_ROW + 1) else f"exit {done.returncode}: {done.stderr[:300]}"
        if done.returncode != 0:
            return done.stderr[:300]
        got = pyarrow.parquet.ParquetFile(folder / "out.parquet").read().to_pylist()[ODD_ROW]
        return None if got == wanted else f"became {got}"


def probes():
    for base, values in ODD.items():
        for odd in values:
            yield f"CSV, {base}: {odd}", csv_probe, (base, odd)
    for odd in JSON_ODD:
        yield f"NDJSON, integer: {odd}", json_probe, (odd,)
    for name, line, wanted in (("a late key", '{"v": 1, "late": "x"}', {"v": 1, "late": "x"}), ("a missing key", "{}", {"v": None}),
                               ("a duplicate key", '{"v": 1, "v": 2}', None), ("two values on a line", '{"v": 1} {"v": 2}', None),
                               ("a broken record", '{"v": 1', None)):
        yield f"NDJSON: {name}", late_key_probe, (line, wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sluice", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build/release/sluice")
    sluice = str(parser.parse_args().sluice.resolve())
    chosen = list(probes())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda probe: probe[1](sluice, *probe[2]), chosen))
    for (name, _, _), problem in zip(chosen, outcomes):
        if problem:
            print(f"FAILED {name}: {problem}")
    failed = sum(problem is not None for problem in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
