"""The little SQL reading that the stub needs: comments, lists in parentheses, names and options."""
from __future__ import annotations

import re


class SqlError(Exception):
    """An error as the service words it: code, SQL state and text."""

    def __init__(self, code: str, state: str, message: str):
        super().__init__(message)
        self.code, self.state, self.message = code, state, message


def syntax_error(text: str) -> SqlError:
    return SqlError("001003", "42000", f"SQL compilation error:\nsyntax error {text}.")


def missing(kind: str, name: str) -> SqlError:
    return SqlError("002003", "02000", f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.")


def matching_parenthesis(text: str, begin: int) -> int:
    """The index of the ')' that closes the '(' at `begin`; quotes are respected."""
    depth, index = 0, begin
    while index < len(text):
        mark = text[index]
        if mark in "'\"":
            index = closing_quote(text, index)
        depth += {"(": 1, ")": -1}.get(text[index], 0) if mark not in "'\"" else 0
        if depth == 0:
            return index
        index += 1
    raise syntax_error("line 1: unbalanced parentheses")


def closing_quote(text: str, begin: int) -> int:
    mark, index = text[begin], begin + 1
    while index < len(text):
        if text[index] == mark:
            if text[index + 1:index + 2] != mark:
                return index
            index += 1
        index += 1
    raise syntax_error("line 1: unterminated quote")


def split_list(text: str) -> list[str]:
    """`a, f(b, c), 'd,e'` as its three members."""
    parts, begin, index = [], 0, 0
    while index < len(text):
        if text[index] in "'\"":
            index = closing_quote(text, index)
        elif text[index] == "(":
            index = matching_parenthesis(text, index)
        elif text[index] == ",":
            parts.append(text[begin:index].strip())
            begin = index + 1
        index += 1
    last = text[begin:].strip()
    return parts + [last] if last else parts


def literal(text: str) -> str:
    """The value of 'a''b'; text without quotes is returned as it is."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'").replace("\\'", "'").replace("\\\\", "\\")
    return text


NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
QUALIFIED = rf"{NAME}(?:\.{NAME}){{0,2}}"


def identifier(text: str) -> str:
    """An identifier as the catalog keeps it: upper case unless quoted."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text.upper()


def name_parts(text: str) -> list[str]:
    return [identifier(part) for part in re.findall(NAME, text)]


def options(text: str) -> dict[str, str]:
    """`A=1 B=(x=2) C='d'` as {"A": "1", "B": "(x=2)", "C": "'d'"}."""
    found: dict[str, str] = {}
    index = 0
    while True:
        match = re.compile(r"\s*([A-Za-z_]+)\s*=\s*").match(text, index)
        if not match:
            if text[index:].strip():
                raise syntax_error(f"line 1 unexpected '{text[index:].strip()[:30]}'")
            return found
        begin = end = match.end()
        if text[begin:begin + 1] == "(":
            end = matching_parenthesis(text, begin) + 1
        elif text[begin:begin + 1] == "'":
            end = closing_quote(text, begin) + 1
        else:
            end = begin + len(re.compile(r"[^\s,]*").match(text, begin).group(0))
        key = match.group(1).upper()
        if key in found:
            raise syntax_error(f"line 1 unexpected '{key}', given twice")
        found[key] = text[begin:end]
        index = end


# The types of the service, and what DuckDB calls them.
def duckdb_type(name: str) -> str:
    text = name.strip().upper()
    base, arguments = re.match(r"([A-Z_ ]+?)\s*(\(.*\))?$", text).groups()
    if base in {"NUMBER", "DECIMAL", "NUMERIC"}:
        return f"DECIMAL{arguments or '(38,0)'}" if arguments is None or "," in arguments else f"DECIMAL({arguments[1:-1]},0)"
    known = {
        "INT": "DECIMAL(38,0)", "INTEGER": "DECIMAL(38,0)", "BIGINT": "DECIMAL(38,0)", "SMALLINT": "DECIMAL(38,0)",
        "FLOAT": "DOUBLE", "DOUBLE": "DOUBLE", "REAL": "DOUBLE", "STRING": "VARCHAR", "TEXT": "VARCHAR", "VARCHAR": "VARCHAR",
        "CHAR": "VARCHAR", "BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME", "TIMESTAMP": "TIMESTAMP", "DATETIME": "TIMESTAMP",
        "TIMESTAMP_NTZ": "TIMESTAMP", "TIMESTAMP_LTZ": "TIMESTAMPTZ", "TIMESTAMP_TZ": "TIMESTAMPTZ", "BINARY": "BLOB",
        "VARIANT": "JSON", "OBJECT": "JSON", "ARRAY": "JSON",
    }
    if base not in known:
        raise SqlError("002040", "42601", f"SQL compilation error:\nUnsupported data type '{base}'.")
    return known[base]


def full_type(name: str) -> str:
    """The spelling of DESC TABLE: NUMBER(38,0), VARCHAR(16777216), TIMESTAMP_NTZ(9), ..."""
    text = re.sub(r"\s+", "", name.upper())
    base, _, arguments = text.partition("(")
    if base in {"INT", "INTEGER", "BIGINT", "SMALLINT", "NUMBER", "DECIMAL", "NUMERIC"}:
        digits = arguments.rstrip(")") if arguments and base in {"NUMBER", "DECIMAL", "NUMERIC"} else "38,0"
        return f"NUMBER({digits if ',' in digits else digits + ',0'})"
    if base in {"STRING", "TEXT", "VARCHAR", "CHAR"}:
        return f"VARCHAR({arguments.rstrip(')') or (1 if base == 'CHAR' else 16777216)})"
    if base in {"FLOAT", "DOUBLE", "REAL"}:
        return "FLOAT"
    if base in {"TIMESTAMP", "DATETIME"}:
        base = "TIMESTAMP_NTZ"
    if base.startswith("TIME"):
        return f"{base}({arguments.rstrip(')') or 9})"
    return f"BINARY({arguments.rstrip(')') or 8388608})" if base == "BINARY" else base
