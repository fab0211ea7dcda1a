"""Rows as the protocol's JSON: a rowtype and cells that are texts or null."""
from __future__ import annotations

import datetime
import decimal

EPOCH = datetime.datetime(1970, 1, 1)


def column(name: str, kind: str = "text", scale: int | None = None, precision: int | None = None, length: int | None = None) -> dict:
    if kind == "text":
        length = length or 16777216
    if kind == "fixed" and precision is None:
        scale, precision = scale or 0, 38
    return {"name": name, "database": "", "schema": "", "table": "", "nullable": True, "type": kind, "byteLength": length, "length": length,
            "scale": scale, "precision": precision, "collation": None}


def duckdb_column(name: str, kind: object) -> dict:
    text = str(kind).upper()
    if text.startswith("DECIMAL"):
        precision, scale = text[8:-1].split(",")
        return column(name, "fixed", int(scale), int(precision))
    kinds = {"BIGINT": "fixed", "INTEGER": "fixed", "HUGEINT": "fixed", "UBIGINT": "fixed", "SMALLINT": "fixed", "TINYINT": "fixed", "DOUBLE": "real",
             "FLOAT": "real", "BOOLEAN": "boolean", "DATE": "date", "BLOB": "binary", "JSON": "variant"}
    if text in kinds:
        return column(name, kinds[text])
    if text.startswith("TIMESTAMP"):
        return column(name, "timestamp_tz" if "ZONE" in text else "timestamp_ntz", 9)
    return column(name, "time", 9) if text == "TIME" else column(name)


def seconds(moment: datetime.datetime) -> str:
    micros = (moment - EPOCH) // datetime.timedelta(microseconds=1)
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    return f"{sign}{micros // 10**6}.{micros % 10**6:06d}000"


def cell(value: object, kind: str) -> str | None:
    if value is None:
        return None
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "date":
        return str((value - EPOCH.date()).days)
    if kind == "timestamp_ntz":
        return seconds(value)
    if kind == "timestamp_tz":
        return seconds(value.astimezone(datetime.timezone.utc).replace(tzinfo=None)) + " 1440"
    if kind == "time":
        return seconds(datetime.datetime.combine(EPOCH.date(), value))
    if kind == "binary":
        return bytes(value).hex().upper()
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def answer(columns: list[dict], rows: list[list], type_id: int) -> dict:
    cells = [[cell(value, columns[index]["type"]) for index, value in enumerate(row)] for row in rows]
    return {"parameters": [{"name": "TIMEZONE", "value": "UTC"}], "rowtype": columns, "rowset": cells, "total": len(cells), "returned": len(cells),
            "statementTypeId": type_id, "queryResultFormat": "json", "numberOfBinds": 0, "version": 1}


def status(text: str, type_id: int = 0x6000) -> dict:
    return answer([column("status")], [[text]], type_id)
