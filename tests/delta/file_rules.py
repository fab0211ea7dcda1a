"""Data files against the adds that name them: sizes, rows, deletion vectors, and statistics that tell the truth.

exact: the rules for files of ours. Others print decimals from doubles, and write bounds that are NaN or not tight.
"""
from __future__ import annotations

import decimal
import math
import pathlib
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from commit_rules import statistics
from deletion_vectors import BadVector, deleted_rows
from naive_rows import FileReader, whole
from replay import State, canonical
from table_schema import RANGED, Field, Struct, TableSchema, microseconds, primitive_base, read_schema, types_used

MILLISECOND = 1000
# Types without a plain form here.
UNREAD = {"variant", "void", "null"}
UNREAD_BY_SPARK = {"BYTE_STREAM_SPLIT"}


def bound(value: object, kind: object) -> object:
    """A bound from the statistics in the form of `plain_range`."""
    base = primitive_base(kind)
    if base in {"timestamp", "timestamp_ntz"}:
        return microseconds(value)
    if base == "date":
        return microseconds(value) // 86_400_000_000
    if base == "decimal":
        return decimal.Decimal(str(value))
    return float(value) if base in {"float", "double", "real"} else value


def plain_range(array: pa.Array, kind: object) -> tuple[object, object] | None:
    """Least and greatest live value, NaN left out; None when there is none."""
    base = primitive_base(kind)
    array = array.drop_null()
    if base in {"timestamp", "timestamp_ntz"}:
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False).cast(pa.int64())
    elif base == "date":
        array = array.cast(pa.int32())
    elif base in {"float", "double", "real"}:
        array = array.filter(pa.compute.invert(pa.compute.is_nan(array)))
    if base == "string":
        texts = [text.encode() for text in array.to_pylist()]
        return (min(texts), max(texts)) if texts else None
    least, greatest = (pa.compute.min_max(array)[name].as_py() for name in ("min", "max"))
    return None if least is None else (least, greatest)


def rounded(value: float | None, outer: Callable[[float, float], float]) -> float | None:
    """The outer one of a bound and its nearest float32."""
    return None if value is None else outer(value, pa.scalar(value, pa.float32()).as_py())


class StatisticsCheck:
    """Compares one file's statistics with its rows."""

    def __init__(self, path: str, schema: TableSchema, found: dict, exact: bool):
        self.path, self.schema, self.found, self.exact = path, schema, found, exact
        self.tight = found.get("tightBounds", True)
        self.problems: list[str] = []

    def check(self, fields: tuple[Field, ...] | list[Field], arrays: dict[str, pa.Array], path: tuple = ()) -> None:
        """`arrays` by logical name; the statistics have physical ones."""
        for item in fields:
            if item.name not in arrays:
                continue
            here = path + (self.schema.physical(item),)
            if isinstance(item.type, Struct):
                array = arrays[item.name]
                members = {array.type.field(index).name: pa.compute.struct_field(array, [index]) for index in range(array.type.num_fields)}
                self.check(item.type.fields, members, here)
            else:
                self.check_leaf(here, item, arrays[item.name])

    def look_up(self, part: str, path: tuple) -> object:
        value = self.found.get(part)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def check_leaf(self, path: tuple, item: Field, array: pa.Array) -> None:
        said, nulls = self.look_up("nullCount", path), array.null_count
        if said is not None and (said != nulls if self.tight else (said == 0 and nulls) or (said == self.found["numRecords"] and nulls != len(array))):
            self.problems.append(f"{self.path}: nullCount of {'.'.join(path)} is {said}, there are {nulls}")
        if primitive_base(item.type) in RANGED:
            self.check_range(path, item, array)

    def check_range(self, path: tuple, item: Field, array: pa.Array) -> None:
        least, greatest = self.look_up("minValues", path), self.look_up("maxValues", path)
        try:
            have = plain_range(array, item.type)
            low = None if least is None else bound(least, item.type)
            high = None if greatest is None else bound(greatest, item.type)
        except (ValueError, decimal.InvalidOperation) as error:
            self.problems.append(f"{self.path}: bounds of {'.'.join(path)}: {error}")
            return
        if have is None:
            if (least is not None or greatest is not None) and self.tight and self.exact:
                self.problems.append(f"{self.path}: bounds of {'.'.join(path)}, which has no values")
            return
        base = primitive_base(item.type)
        slack = MILLISECOND - 1 if base in {"timestamp", "timestamp_ntz"} else 0
        if base == "decimal" and not self.exact:  # others print decimals from doubles
            low, high = (None if value is None else value + sign * abs(value) / (1 << 50) for value, sign in ((low, -1), (high, 1)))
        if base == "string":
            low, high = low if low is None else low.encode(), high if high is None else high.encode()
        if base in {"float", "real"} or base == "double" and not self.exact:  # the shortest text of a float is not its exact value
            low, high = rounded(low, min), rounded(high, max)
        if low is not None and low > have[0]:
            self.problems.append(f"{self.path}: min of {'.'.join(path)} is {least!r}, there is {have[0]!r}")
        if high is not None and (high + slack if slack else high) < have[1]:
            self.problems.append(f"{self.path}: max of {'.'.join(path)} is {greatest!r}, there is {have[1]!r}")
        if self.tight and self.exact and base in {"byte", "short", "integer", "long", "date"} and (low, high) not in {have, (None, None)}:
            self.problems.append(f"{self.path}: bounds of {'.'.join(path)} are {(low, high)}, tight ones would be {have}")
        if self.exact and isinstance(low, float) and (math.isnan(low) or math.isnan(high or 0.0)):
            self.problems.append(f"{self.path}: NaN as a bound of {'.'.join(path)}")


def encodings(metadata: pa.parquet.FileMetaData) -> set[str]:
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    return {encoding for group in groups for column in range(group.num_columns) for encoding in group.column(column).encodings}


def file_problems(table: pathlib.Path, add: dict, schema: TableSchema, by_id: bool, exact: bool) -> list[str]:
    name = canonical(table, add["path"])
    path = table / name
    if not path.is_file():
        return [f"{name} is live and missing"]
    problems = []
    if path.stat().st_size != add["size"]:
        problems.append(f"{name}: {path.stat().st_size} bytes, the log says {add['size']}")
    file = pa.parquet.ParquetFile(path, coerce_int96_timestamp_unit="us")
    problems += [f"{name}: encoding {encoding}, which Spark cannot read" for encoding in sorted(encodings(file.metadata) & UNREAD_BY_SPARK)]
    data = file.read()
    try:
        gone, found = deleted_rows(table, add.get("deletionVector")), statistics(add)
    except (BadVector, ValueError) as error:
        return problems + [f"{name}: {error}"]
    if gone and max(gone) >= data.num_rows:
        problems.append(f"{name}: row {max(gone)} is deleted, the file has {data.num_rows}")
    if not found:
        return problems
    if found.get("numRecords") is not None and found["numRecords"] != data.num_rows:
        problems.append(f"{name}: {data.num_rows} rows, the statistics say {found['numRecords']}")
    live = pa.array([row not in gone for row in range(data.num_rows)], pa.bool_())
    reader, fields, arrays = FileReader(schema, by_id), list(data.schema), {}
    for item in schema.data_fields():
        index = reader.find(item, fields)
        if index is not None and not types_used(Struct((item,))) & UNREAD:
            arrays[item.name] = reader.convert(whole(data.column(index)), item.type).filter(live)
    check = StatisticsCheck(name, schema, found, exact)
    check.check(schema.data_fields(), arrays)
    return problems + check.problems


def live_file_problems(table: pathlib.Path, state: State, exact: bool) -> list[str]:
    """Every live file against its add. exact: decimals in statistics must have all their digits."""
    schema = read_schema(state.metadata)
    by_id = state.configuration.get("delta.columnMapping.mode") == "id"
    return [problem for add in state.live.values() for problem in file_problems(table, add, schema, by_id, exact)]
