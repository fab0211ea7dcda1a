"""COPY INTO: reads the stored Parquet files into DuckDB tables, and remembers what it loaded by table, file and checksum.

The checksum is that of the stored bytes: a file that is encrypted anew and put again counts as another one, as at the service.
"""
from __future__ import annotations

import re

import duckdb

import result_rows
from result_rows import column
from sql_text import NAME, SqlError, duckdb_type, full_type, identifier, literal, matching_parenthesis, options, split_list, syntax_error
from staged_files import stage_path

COLUMNS = [column("file"), column("status"), column("rows_parsed", "fixed"), column("rows_loaded", "fixed"), column("error_limit", "fixed"),
           column("errors_seen", "fixed"), column("first_error"), column("first_error_line", "fixed"), column("first_error_character", "fixed"),
           column("first_error_column_name")]
KNOWN_OPTIONS = {"FILES", "FILE_FORMAT", "MATCH_BY_COLUMN_NAME", "ON_ERROR", "PURGE", "FORCE", "LOAD_UNCERTAIN_FILES"}


class Statement:
    """One COPY, taken apart: the table, the columns with the expression that fills each, the files."""

    def __init__(self, warehouse, match: re.Match, session):
        self.warehouse = warehouse
        self.table = warehouse.table(match.group(1), session)
        self.select: list[tuple[str, str]] | None = None
        rest = match.group(2).strip()
        names: list[str] = []
        if rest.startswith("("):
            end = matching_parenthesis(rest, 0)
            names, rest = [identifier(name) for name in split_list(rest[1:end])], rest[end + 1:].strip()
        if not re.match(r"from\b", rest, re.I):
            raise syntax_error("line 1: FROM is missing")
        rest = rest[4:].strip()
        if rest.startswith("("):
            end = matching_parenthesis(rest, 0)
            inner = re.match(r"\s*select\s+(.*?)\s+from\s+('@.*|@.*)$", rest[1:end], re.I | re.S)
            if not inner:
                raise syntax_error("line 1: FROM (SELECT ... FROM @stage) was expected")
            items = split_list(inner.group(1))
            names = names or [name for name, _, _ in warehouse.tables[self.table]][:len(items)]
            if len(names) != len(items):
                raise SqlError("002020", "21S01", "SQL compilation error:\nInsert value list does not match column list")
            self.select, rest = list(zip(names, items)), inner.group(2) + " " + rest[end + 1:]
        self.stage, self.prefix, self.path, tail = stage_path(warehouse, rest, session)
        self.options = options(tail)
        self.check_options()
        self.on_error = literal(self.options.get("ON_ERROR", "ABORT_STATEMENT")).upper()

    def check_options(self) -> None:
        if unknown := set(self.options) - KNOWN_OPTIONS:
            raise SqlError("001003", "42000", f"SQL compilation error:\ninvalid parameter '{sorted(unknown)[0]}'")
        file_format = options(self.options.get("FILE_FORMAT", "()")[1:-1])
        if literal(file_format.get("TYPE", "")).upper() != "PARQUET":
            raise SqlError("000002", "0A000", "stub: only FILE_FORMAT=(TYPE=PARQUET)")
        by_name = literal(self.options.get("MATCH_BY_COLUMN_NAME", "NONE")).upper()
        if (self.select is None) == (by_name == "NONE"):
            raise SqlError("001031", "42601", "SQL compilation error:\nPARQUET file format can produce one and only one column of type variant, object, or array.")

    def entries(self) -> tuple[list, list[str]]:
        """(stored objects, names of FILES that are not there)."""
        if "FILES" not in self.options:
            return self.warehouse.store.list(self.prefix + self.path), []
        names = [literal(name) for name in split_list(self.options["FILES"][1:-1])]
        if len(names) > 1000:
            raise SqlError("001015", "42601", "SQL compilation error:\nmaximum number of files in FILES is 1000")
        folder = self.path if not self.path or self.path.endswith("/") else self.path + "/"
        stored = {entry.key: entry for entry in self.warehouse.store.list(self.prefix + folder)}
        keys = [f"{self.prefix}{folder}{name}" for name in names]
        return [stored[key] for key in keys if key in stored], [f"{self.stage}/{key.removeprefix(self.prefix)}" for key in keys if key not in stored]

    def expressions(self, source: dict[str, str]) -> list[tuple[str, str, str, bool]]:
        """(target column, expression over the file's columns, type, nullable); `source` is {column of the file: its type}."""
        target = {name: (kind, nullable) for name, kind, nullable in self.warehouse.tables[self.table]}
        if self.select is not None:
            absent = [name for name, _ in self.select if name not in target]
            if absent:
                raise SqlError("000904", "42000", f"SQL compilation error: error line 1\ninvalid identifier '{absent[0]}'")
            return [(name, transform(item, source), *target[name]) for name, item in self.select]
        folded = {name.upper(): name for name in source}
        mine = {name: folded.get(name.upper()) for name in target}
        return [(name, quoted_name(mine[name]) if mine[name] is not None else "NULL", *target[name]) for name in target]


def quoted_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def transform(item: str, source: dict[str, str]) -> str:
    """`PARSE_JSON($1:"c"::string)` in DuckDB's words; names are matched exactly, and a column that is absent is NULL."""
    def field(match: re.Match) -> str:
        name = identifier(match.group(1)) if match.group(1).startswith('"') else match.group(1)
        return quoted_name(name) if name in source else "NULL"

    def cast(match: re.Match) -> str:
        return "::" + duckdb_type(match.group(1))

    text = re.sub(rf"\$1:({NAME})", field, item)
    text = re.sub(r"::\s*([A-Za-z_]+(?:\s*\([^)]*\))?)", cast, text)
    return re.sub(r"\bPARSE_JSON\s*\(", "json(", text, flags=re.I)


def fault_condition(name: str, expression: str, kind: str, nullable: bool) -> str:
    """True for the rows whose value does not fit the column."""
    bad = f"({expression} IS NOT NULL AND TRY_CAST({expression} AS {duckdb_type(kind)}) IS NULL)"
    if length := re.match(r"VARCHAR\((\d+)\)", full_type(kind)):
        bad += f" OR coalesce(length(CAST({expression} AS VARCHAR)) > {length.group(1)}, false)"
    return bad if nullable else f"{bad} OR ({expression}) IS NULL"


def load_file(statement: Statement, entry, cursor, lose_a_row: bool) -> list:
    """Load one object inside the statement's transaction; its row of the result."""
    warehouse, file_name = statement.warehouse, f"{statement.stage}/{entry.key.removeprefix(statement.prefix)}"
    plain = warehouse.store.plain_file(entry)
    try:
        source = f"read_parquet('{plain}')"
        kinds = {row[0]: row[1] for row in cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        filled = statement.expressions(kinds)
        parsed = cursor.execute(f"SELECT count(*) FROM {source}").fetchone()[0]
        condition = " OR ".join(fault_condition(*column_) for column_ in filled)
        wrong = cursor.execute(f"SELECT count(*) FROM {source} WHERE {condition}").fetchone()[0]
        first = next((name for name, *rest in filled if cursor.execute(f"SELECT count(*) FROM {source} WHERE {fault_condition(name, *rest)}").fetchone()[0]), None) \
            if wrong else None
        message = f"Value of column {first} is not recognized or too long" if wrong else None
        if wrong and statement.on_error == "ABORT_STATEMENT":
            raise SqlError("100038", "22018", f"{message}\n  File '{file_name}', line 1, character 0\n  Row 1, column \"{statement.table[2]}\"[\"{first}\"]")
        target = ".".join(quoted_name(part) for part in statement.table)
        names = ", ".join(quoted_name(name) for name, *_ in filled)
        values = ", ".join(f"TRY_CAST({expression} AS {duckdb_type(kind)})" for _, expression, kind, _ in filled)
        if lose_a_row:
            wrong, message, first = wrong + 1, "one row is bad", filled[0][0]
        cursor.execute(f"INSERT INTO {target} ({names}) SELECT {values} FROM {source} WHERE NOT ({condition}) LIMIT {parsed - wrong}")
        said = "LOADED" if not wrong else "PARTIALLY_LOADED" if wrong < parsed else "LOAD_FAILED"
        return [file_name, said, parsed, parsed - wrong, parsed if wrong else 1, wrong, message, 1 if wrong else None, None, first]
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise SqlError("100184", "22000", f"Error parsing the parquet file: {error}\n  File '{file_name}'") from error
    finally:
        plain.unlink(missing_ok=True)


def copy_into(warehouse, match, session) -> dict:
    statement = Statement(warehouse, match, session)
    entries, absent = statement.entries()
    if absent:
        raise SqlError("091016", "22000", f"Remote file '{absent[0]}' was not found. There are several potential causes. The file might not exist.")
    force = statement.options.get("FORCE", "FALSE").upper() == "TRUE"
    todo = [entry for entry in entries if force or (statement.table, entry.key, entry.md5) not in warehouse.loaded]
    if not todo or warehouse.faults.strike("copy_statement", match.group(0)):
        return result_rows.answer([column("status")], [["Copy executed with 0 files processed."]], 0x3600)
    cursor, rows, done = warehouse.duck.cursor(), [], []
    cursor.execute("BEGIN")
    try:
        for entry in todo:
            fault = warehouse.faults.strike("copy", entry.key) or {"do": ""}
            if fault["do"] == "load_failed":
                name = f"{statement.stage}/{entry.key.removeprefix(statement.prefix)}"
                rows.append([name, "LOAD_FAILED", 0, 0, 1, 1, fault.get("message", f"Remote file '{name}' was not found."), None, None, None])
            else:
                rows.append(load_file(statement, entry, cursor, fault["do"] == "partial"))
                done.append(entry)
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    remember(statement, {row[0]: row for row in rows}, done)
    if statement.options.get("PURGE", "FALSE").upper() == "TRUE":
        for entry in done:
            warehouse.store.remove(entry)
    return result_rows.answer(COLUMNS, rows, 0x3600)


def remember(statement: Statement, rows: dict[str, list], done: list) -> None:
    words = {"LOADED": "Loaded", "PARTIALLY_LOADED": "Partially loaded", "LOAD_FAILED": "Load failed"}
    for entry in done:
        path = entry.key.removeprefix(statement.prefix)
        row = rows[f"{statement.stage}/{path}"]
        statement.warehouse.loaded.add((statement.table, entry.key, entry.md5))
        statement.warehouse.duck.execute("INSERT INTO memory.main.copy_history VALUES (?, ?, now()::TIMESTAMP, ?, ?, ?, ?, ?, ?, ?)",
                                         [path, f"@{statement.stage}/", row[3], row[2], entry.size, row[6], row[5], words[row[1]], statement.table[2]])
