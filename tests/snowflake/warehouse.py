"""The stub's databases: tables in DuckDB, a catalog with the service's types, stages, and what each statement answers."""
from __future__ import annotations

import pathlib
import re
import secrets
import threading

import duckdb

import copy_into
import result_rows
import staged_files
from account import Session
from faults import Faults
from object_store import ObjectStore
from result_rows import column
from sql_text import NAME, QUALIFIED, SqlError, duckdb_type, full_type, identifier, matching_parenthesis, missing, name_parts, split_list, syntax_error
from storage_service import Credentials


def quoted(parts: tuple[str, ...]) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


class Warehouse:
    """Threads: any; one statement runs at a time."""

    def __init__(self, root: pathlib.Path, store: ObjectStore, credentials: Credentials, faults: Faults, databases: dict[str, set[str]]):
        self.store, self.credentials, self.faults = store, credentials, faults
        self.put_mode, self.encrypt, self.base_url, self.tls_port = "S3", True, "", 0
        self.threshold = 209715200
        self.duck = duckdb.connect()
        self.duck.execute("SET TimeZone='UTC'")
        self.tables: dict[tuple[str, str, str], list[tuple[str, str, bool]]] = {}
        self.stages: dict[tuple[str, str, str], str] = {}
        self.loaded: set[tuple[tuple, str, str]] = set()  # table, object key, checksum of the stored bytes
        self.lock = threading.RLock()
        self.duck.execute("CREATE TABLE memory.main.copy_history(file_name VARCHAR, stage_location VARCHAR, last_load_time TIMESTAMP, row_count BIGINT, "
                          "row_parsed BIGINT, file_size BIGINT, first_error_message VARCHAR, error_count BIGINT, status VARCHAR, table_name VARCHAR)")
        self.duck.execute("CREATE TABLE memory.main.query_history(query_id VARCHAR, query_text VARCHAR, execution_status VARCHAR)")
        for database, schemas in databases.items():
            self.duck.execute(f"ATTACH ':memory:' AS {quoted((database,))}")
            for schema in schemas:
                self.duck.execute(f"CREATE SCHEMA {quoted((database, schema))}")

    # Names
    def resolve(self, name: str, session: Session) -> tuple[str, str, str]:
        parts = name_parts(name)
        if len(parts) < 3 and not session.database:
            raise SqlError("090105", "22000", "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.")
        whole = [session.database, session.schema or "PUBLIC"][:3 - len(parts)] + parts
        return tuple(whole)

    def table(self, name: str, session: Session) -> tuple[str, str, str]:
        key = self.resolve(name, session)
        if key not in self.tables:
            raise missing("Table", ".".join(key))
        return key

    # Statements
    def execute(self, sql: str, session: Session) -> dict:
        """The `data` of the answer; SqlError for what the service would refuse."""
        text = re.sub(r"^\s*(?:--[^\n]*\n|/\*.*?\*/|\s)*", "", sql, flags=re.S).strip().rstrip(";").strip()
        with self.lock:
            for pattern, action in STATEMENTS:
                if match := re.match(pattern, text, re.I | re.S):
                    return action(self, match, session)
            return self.select(text, session)

    def cursor(self, session: Session):
        if session.cursor is None:
            session.cursor = self.duck.cursor()
            if session.database:
                session.cursor.execute(f"USE {quoted((session.database, session.schema or 'PUBLIC'))}")
        return session.cursor

    def select(self, text: str, session: Session) -> dict:
        kind = {"INSERT": 0x3100, "UPDATE": 0x3200, "DELETE": 0x3300}.get(text.split(None, 1)[0].upper(), 0x1000) if text else 0x1000
        try:
            found = self.cursor(session).execute(with_history(text))
            description, rows = found.description, found.fetchall()
        except duckdb.ParserException as error:
            raise syntax_error(f"line 1 at position 0 unexpected: {error}") from error
        except duckdb.CatalogException as error:
            raise missing("Object", str(error).splitlines()[0]) from error
        except duckdb.ConversionException as error:
            raise SqlError("100038", "22018", f"Numeric value is not recognized: {error}") from error
        except duckdb.Error as error:
            raise SqlError("002140", "42601", f"SQL compilation error:\n{error}") from error
        if kind != 0x1000:
            said = {0x3100: "inserted", 0x3200: "updated", 0x3300: "deleted"}[kind]
            return result_rows.answer([column(f"number of rows {said}", "fixed", 0, 19)], [[rows[0][0]]], kind)
        columns = [result_rows.duckdb_column(name if f'"{name}"' in text else name.upper(), of) for name, of, *_ in description]
        return result_rows.answer(columns, [list(row) for row in rows], kind)

    def note_query(self, query_id: str, text: str, status: str) -> None:
        """Keep a statement's state for QUERY_HISTORY."""
        with self.lock:
            self.duck.execute("DELETE FROM memory.main.query_history WHERE query_id = ?", [query_id])
            self.duck.execute("INSERT INTO memory.main.query_history VALUES (?, ?, ?)", [query_id, text, status])

    def create_table(self, match: re.Match, session: Session) -> dict:
        replace, skip, name, body = match.group(1), match.group(2), match.group(3), match.group(4)
        key = self.resolve(name, session)
        if key in self.tables and skip:
            return result_rows.status(f"{key[2]} already exists, statement succeeded.")
        if key in self.tables and not replace:
            raise SqlError("002002", "42710", f"SQL compilation error:\nObject '{'.'.join(key)}' already exists.")
        end = matching_parenthesis("(" + body, 0)
        columns = [column_definition(part) for part in split_list(body[:end - 1]) if not re.match(r"(primary|unique|constraint|foreign)\b", part, re.I)]
        self.drop(key)
        self.duck.execute(f"CREATE TABLE {quoted(key)} ({', '.join(f'{quoted((name,))} {duckdb_type(kind)}' for name, kind, _ in columns)})")
        self.tables[key] = columns
        return result_rows.status(f"Table {key[2]} successfully created.")

    def drop(self, key: tuple[str, str, str]) -> None:
        self.tables.pop(key, None)
        self.duck.execute(f"DROP TABLE IF EXISTS {quoted(key)}")
        self.loaded = {entry for entry in self.loaded if entry[0] != key}

    def drop_object(self, match: re.Match, session: Session) -> dict:
        kind, key = match.group(1).upper(), self.resolve(match.group(3), session)
        known = self.tables if kind == "TABLE" else self.stages
        if key not in known and not match.group(2):
            raise missing(kind.title(), ".".join(key))
        if kind == "TABLE":
            self.drop(key)
        elif key in self.stages:
            for entry in self.store.list(f"stages/{self.stages.pop(key)}/"):
                self.store.remove(entry)
        return result_rows.status(f"{key[2]} successfully dropped.")

    def create_stage(self, match: re.Match, session: Session) -> dict:
        key = self.resolve(match.group(3), session)
        if key in self.stages and not match.group(1):
            if match.group(2):
                return result_rows.status(f"{key[2]} already exists, statement succeeded.")
            raise SqlError("002002", "42710", f"SQL compilation error:\nObject '{'.'.join(key)}' already exists.")
        self.stages[key] = secrets.token_hex(8)
        return result_rows.status(f"Stage area {key[2]} successfully created.")

    def truncate(self, match: re.Match, session: Session) -> dict:
        key = self.table(match.group(1), session)
        self.duck.execute(f"DELETE FROM {quoted(key)}")
        self.loaded = {entry for entry in self.loaded if entry[0] != key}  # TRUNCATE forgets the load metadata
        return result_rows.status("Statement executed successfully.")

    def describe(self, match: re.Match, session: Session) -> dict:
        names = ["name", "type", "kind", "null?", "default", "primary key", "unique key", "check", "expression", "comment", "policy name"]
        rows = [[name, full_type(kind), "COLUMN", "Y" if nullable else "N", None, "N", "N"] + [None] * 4
                for name, kind, nullable in self.tables[self.table(match.group(1), session)]]
        return result_rows.answer([column(name) for name in names], rows, 0x4500)

    def use(self, match: re.Match, session: Session) -> dict:
        kind, parts = (match.group(1) or "DATABASE").upper().strip(), name_parts(match.group(2))
        if kind == "WAREHOUSE":
            session.warehouse = parts[0]
        elif kind == "ROLE":
            session.role = parts[0]
        else:
            session.database, session.schema = ((parts + ["PUBLIC"])[:2]) if kind == "DATABASE" else ([session.database] + parts)[-2:]
            session.cursor = None
        return result_rows.status("Statement executed successfully.", 0x4300)

    def nothing(self, match: re.Match, session: Session) -> dict:
        return result_rows.status("Statement executed successfully.", 0x4100)


def column_definition(text: str) -> tuple[str, str, bool]:
    match = re.match(rf"({NAME})\s+([A-Za-z_]+(?:\s*\([^)]*\))?)(.*)$", text, re.S)
    if not match:
        raise syntax_error(f"line 1 unexpected '{text[:30]}'")
    return identifier(match.group(1)), match.group(2), not re.search(r"\bnot\s+null\b", match.group(3), re.I)


def with_history(text: str) -> str:
    """FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(...)) or QUERY_HISTORY as a query on what was kept of the past."""
    match = re.search(rf"TABLE\s*\(\s*(?:{NAME}\.)?INFORMATION_SCHEMA\.(COPY_HISTORY|QUERY_HISTORY)\s*\(", text, re.I)
    if not match:
        return text
    inner = matching_parenthesis(text, match.end() - 1)
    outer = matching_parenthesis(text, text.index("(", match.start()))
    arguments = dict(re.split(r"\s*=>\s*", part, maxsplit=1) for part in split_list(text[match.end():inner]))
    wanted = {name.upper(): value for name, value in arguments.items()}
    if match.group(1).upper() == "QUERY_HISTORY":
        if set(wanted) - {"RESULT_LIMIT"}:
            raise SqlError("001044", "42P13", f"SQL compilation error:\nstub: QUERY_HISTORY knows no {sorted(wanted)}")
        source = "memory.main.query_history"
    elif set(wanted) - {"END_TIME"} != {"TABLE_NAME", "START_TIME"}:
        raise SqlError("001044", "42P13", "SQL compilation error:\nCOPY_HISTORY needs TABLE_NAME and START_TIME")
    else:
        source = f"memory.main.copy_history WHERE table_name = '{name_parts(wanted['TABLE_NAME'].strip(chr(39)))[-1]}'"
    return f"{text[:match.start()]}(SELECT * FROM {source}) AS h{text[outer + 1:]}"


STATEMENTS = [
    (rf"create\s+(or\s+replace\s+)?(?:(?:transient|temporary|temp)\s+)?table\s+(if\s+not\s+exists\s+)?({QUALIFIED})\s*\((.*)$", Warehouse.create_table),
    (rf"create\s+(or\s+replace\s+)?(?:(?:temporary|temp)\s+)?stage\s+(if\s+not\s+exists\s+)?({QUALIFIED})(.*)$", Warehouse.create_stage),
    (rf"drop\s+(table|stage)\s+(if\s+exists\s+)?({QUALIFIED})$", Warehouse.drop_object),
    (rf"truncate\s+(?:table\s+)?(?:if\s+exists\s+)?({QUALIFIED})$", Warehouse.truncate),
    (rf"desc(?:ribe)?\s+table\s+({QUALIFIED})$", Warehouse.describe),
    (rf"use\s+(database\s+|schema\s+|warehouse\s+|role\s+)?({QUALIFIED})$", Warehouse.use),
    (r"(?:alter\s+session|begin|commit|rollback)\b", Warehouse.nothing),
    (r"put\s+(.*)$", staged_files.put),
    (r"(?:list|ls)\s+(.*)$", staged_files.list_stage),
    (r"(?:remove|rm)\s+(.*)$", staged_files.remove),
    (rf"copy\s+into\s+({QUALIFIED})\s*(.*)$", copy_into.copy_into),
]
