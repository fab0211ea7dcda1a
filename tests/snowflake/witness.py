#!/usr/bin/env python3
"""The vendor's unmodified Python connector drives a server through everything that a load needs.

    witness.py --port N --user U (--password P | --key FILE) --file ROWS.parquet --rows N [--authority PEM]

One JSON line per step; exit 1 when a check fails. Names below .localhost are this machine: Debian's resolver does not know that.
"""
from __future__ import annotations

import argparse
import json
import logging
import os
import pathlib
import socket
import sys

resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **named)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--port", "--rows"):
        parser.add_argument(name, type=int, required=True)
    for name in ("--user", "--file"):
        parser.add_argument(name, required=True)
    for name in ("--password", "--key", "--authority"):
        parser.add_argument(name)
    return parser.parse_args()


class Steps:
    def __init__(self):
        self.failed = 0

    def check(self, name: str, fine: bool, seen: object) -> None:
        self.failed += not fine
        print(json.dumps({"step": name, "ok": bool(fine), "seen": seen}, default=str), flush=True)


def drive(connection, error_type, steps: Steps, file: pathlib.Path, rows: int) -> None:
    cursor = connection.cursor()

    def ask(sql: str) -> list[dict]:
        cursor.execute(sql)
        return [dict(zip([column[0].lower() for column in cursor.description], row)) for row in cursor.fetchall()]

    seen = ask("SELECT 1 AS A, 'x' AS B, CAST(-1.5 AS DECIMAL(10,2)) AS C, NULL AS D, DATE '2024-02-03' AS E")
    steps.check("select", len(seen) == 1 and seen[0]["a"] == 1 and seen[0]["b"] == "x" and float(seen[0]["c"]) == -1.5 and seen[0]["d"] is None
                and str(seen[0]["e"]) == "2024-02-03", seen)
    ask("CREATE OR REPLACE TABLE W (ID NUMBER(38,0) NOT NULL, NAME VARCHAR(100), AT TIMESTAMP_NTZ(6))")
    ask("CREATE STAGE IF NOT EXISTS WS FILE_FORMAT=(TYPE=PARQUET)")
    described = {row["name"]: (row["type"], row["null?"]) for row in ask("DESC TABLE W")}
    steps.check("desc", described == {"ID": ("NUMBER(38,0)", "N"), "NAME": ("VARCHAR(100)", "Y"), "AT": ("TIMESTAMP_NTZ(6)", "Y")}, described)
    seen = ask(f"PUT 'file://{file}' @WS/run1/ AUTO_COMPRESS=FALSE OVERWRITE=TRUE")
    steps.check("put", [row["status"] for row in seen] == ["UPLOADED"], seen)
    seen = ask("LIST @WS/run1/")
    size = file.stat().st_size
    steps.check("list", len(seen) == 1 and seen[0]["name"] == f"ws/run1/{file.name}" and seen[0]["size"] in {size, (size // 16 + 1) * 16}, seen)
    copy = (f"COPY INTO W FROM @WS/run1/ FILES=('{file.name}') FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE) MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE "
            "ON_ERROR=ABORT_STATEMENT")
    seen = ask(copy)
    steps.check("copy", [(row["status"], int(row["rows_loaded"]), int(row["rows_parsed"])) for row in seen] == [("LOADED", rows, rows)], seen)
    seen = ask(copy)
    steps.check("copy again", [list(row.items()) for row in seen] == [[("status", "Copy executed with 0 files processed.")]], seen)
    seen = ask("SELECT COUNT(*) AS N FROM W")
    steps.check("count", seen == [{"n": rows}], seen)
    seen = sorted(int(row["id"]) for row in ask("SELECT ID FROM W"))
    steps.check("all rows", seen == list(range(rows)), len(seen))
    seen = ask("SELECT FILE_NAME, STATUS, ROW_COUNT FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME=>'W', START_TIME=>DATEADD(hour, -1, CURRENT_TIMESTAMP())))")
    steps.check("history", [(row["file_name"], row["status"], row["row_count"]) for row in seen] == [(f"run1/{file.name}", "Loaded", rows)], seen)
    seen = ask(f"REMOVE '@WS/run1/{file.name}'")
    steps.check("remove", [row["result"] for row in seen] == ["removed"], seen)
    steps.check("list empty", ask("LIST @WS/run1/") == [], None)
    try:
        ask("SELECT FORM")
        steps.check("syntax error", False, "no error")
    except error_type as error:
        steps.check("syntax error", error.errno in {1003, 2003, 2140}, str(error)[:100])


def main() -> int:
    arguments = parse_arguments()
    os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"
    if arguments.authority:
        os.environ["REQUESTS_CA_BUNDLE"] = arguments.authority
    import snowflake.connector
    logging.getLogger("snowflake.connector").setLevel(logging.ERROR)
    steps = Steps()
    credentials = {"password": arguments.password} if arguments.password else {"private_key_file": arguments.key, "authenticator": "SNOWFLAKE_JWT"}
    place = {"account": "acme", "user": arguments.user, "host": "127.0.0.1", "port": arguments.port, "protocol": "http", "login_timeout": 20,
             "disable_ocsp_checks": True}
    try:
        snowflake.connector.connect(**place, password="wrong").close()
        steps.check("wrong password", False, "logged in")
    except snowflake.connector.errors.DatabaseError as error:
        steps.check("wrong password", "Incorrect username or password" in str(error), str(error)[:100])
    connection = snowflake.connector.connect(**place, **credentials, database="DB1", schema="PUBLIC", warehouse="WH1", role="LOADER")
    steps.check("login", True, snowflake.connector.__version__)
    drive(connection, snowflake.connector.errors.ProgrammingError, steps, pathlib.Path(arguments.file), arguments.rows)
    connection.close()
    steps.check("close", True, None)
    return 1 if steps.failed else 0


if __name__ == "__main__":
    sys.exit(main())
