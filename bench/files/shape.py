"""The columns of the benchmark's inputs, once, in the words of each tool."""
from __future__ import annotations

from dataclasses import dataclass

ROWS_FULL = 6_000_000
WIDE_COLUMNS = 1_000
# In the input `bad`, rows with id % EVERY == REMAINDER have a quantity that is no integer.
BAD_ROW_EVERY, BAD_ROW_REMAINDER = 100, 7
# Rows of the mixed input for each row of the wide one: about 17,900 rows of 1,000 doubles beside 6 M mixed rows.
MIXED_ROWS_PER_WIDE_ROW = 335
TIMESTAMP_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Column:
    """One column: its name and its type as SQL engines, Sluice and an Arrow JSON schema spell it."""

    name: str
    sql: str
    sluice: str
    arrow: object


MIXED = (
    Column("id", "BIGINT", "int64", "Int64"),
    Column("created", "TIMESTAMP", "timestamp(us)", {"Timestamp": ["Microsecond", None]}),
    Column("price", "DECIMAL(12,2)", "decimal(12,2)", {"Decimal128": [12, 2]}),
    Column("score", "DOUBLE", "float64", "Float64"),
    Column("status", "VARCHAR", "string", "Utf8"),
    Column("region", "VARCHAR", "string", "Utf8"),
    Column("quantity", "INTEGER", "int32", "Int32"),
    Column("active", "BOOLEAN", "bool", "Boolean"),
    Column("hash", "VARCHAR", "string", "Utf8"),
    Column("note", "VARCHAR", "string", "Utf8"),
)
WIDE = tuple(Column(f"c{index:03d}", "DOUBLE", "float64", "Float64") for index in range(WIDE_COLUMNS))
SHAPES = {"mixed": MIXED, "wide": WIDE}


def sql_columns(shape: str) -> str:
    """`name TYPE, ...` as CREATE TABLE takes it."""
    return ", ".join(f'"{column.name}" {column.sql}' for column in SHAPES[shape])


def sluice_columns(shape: str) -> str:
    """The value of `--columns` of `sluice copy`."""
    return ", ".join(f"{column.name} {column.sluice}" for column in SHAPES[shape])


def arrow_schema(shape: str) -> dict:
    """The schema as arrow-rs (csv2parquet) reads it from JSON."""
    return {
        "fields": [
            {"name": column.name, "data_type": column.arrow, "nullable": True, "dict_id": 0, "dict_is_ordered": False, "metadata": {}}
            for column in SHAPES[shape]
        ],
        "metadata": {},
    }


def wide_rows(rows: int) -> int:
    """Rows of the wide input that goes with `rows` mixed rows."""
    return max(rows // MIXED_ROWS_PER_WIDE_ROW, 1)


def good_rows(rows: int) -> int:
    """Rows of the input `bad` that every column accepts."""
    return rows - (rows + BAD_ROW_EVERY - BAD_ROW_REMAINDER) // BAD_ROW_EVERY
