"""The rows of a table through the naive replayer and pyarrow: slow, small, and sharing nothing with the engine.

Covers what our own tests write: any type, partitions, deletion vectors, column mapping by name and by id, columns that
older files lack, widened types. Void and variant columns are left to other readers.
"""
from __future__ import annotations

import pathlib

import pyarrow as pa
import pyarrow.parquet

from deletion_vectors import deleted_rows
from log_text import LogError
from replay import State, canonical, replay
from table_schema import DECIMAL, Array, Field, Map, Struct, TableSchema, partition_value, primitive_base, read_schema

ARROW = {"string": pa.string(), "long": pa.int64(), "bigint": pa.int64(), "integer": pa.int32(), "int": pa.int32(), "short": pa.int16(),
         "smallint": pa.int16(), "byte": pa.int8(), "tinyint": pa.int8(), "float": pa.float32(), "real": pa.float32(),
         "double": pa.float64(), "boolean": pa.bool_(), "binary": pa.binary(), "date": pa.date32(),
         "timestamp": pa.timestamp("us", "UTC"), "timestamp_ntz": pa.timestamp("us"), "void": pa.null(), "null": pa.null(),
         "decimal": pa.decimal128(10, 0)}


def arrow_type(kind: object) -> pa.DataType:
    if isinstance(kind, Struct):
        return pa.struct([pa.field(item.name, arrow_type(item.type)) for item in kind.fields])
    if isinstance(kind, Array):
        return pa.list_(pa.field("element", arrow_type(kind.element)))
    if isinstance(kind, Map):
        return pa.map_(arrow_type(kind.key), arrow_type(kind.value))
    match = DECIMAL.fullmatch(kind)
    if match:
        return pa.decimal128(int(match.group(1)), int(match.group(2)))
    base = primitive_base(kind)
    if base not in ARROW:
        raise LogError(f"no plain form for the type {kind}")
    return ARROW[base]


class FileReader:
    """Turns the columns of one file into those of the table."""

    def __init__(self, schema: TableSchema, by_id: bool):
        self.schema, self.by_id = schema, by_id

    def find(self, item: Field, fields: list[pa.Field]) -> int | None:
        for index, candidate in enumerate(fields):
            if self.by_id:
                identity = (candidate.metadata or {}).get(b"PARQUET:field_id")
                if identity is not None and int(identity) == item.metadata["delta.columnMapping.id"]:
                    return index
            elif candidate.name == self.schema.physical(item) or (not self.schema.mapped and candidate.name.lower() == item.name.lower()):
                return index
        return None

    def convert(self, array: pa.Array, kind: object) -> pa.Array:
        if isinstance(kind, Struct):
            fields = [array.type.field(index) for index in range(array.type.num_fields)]
            children = []
            for item in kind.fields:
                index = self.find(item, fields)
                children.append(pa.nulls(len(array), arrow_type(item.type)) if index is None else self.convert(array.field(index), item.type))
            return pa.StructArray.from_arrays(children, fields=list(arrow_type(kind)), mask=array.is_null())
        if isinstance(kind, Array):
            element = self.convert(array.values, kind.element)
            return pa.ListArray.from_arrays(array.offsets, element, type=arrow_type(kind), mask=array.is_null() if array.offset == 0 else None)
        if isinstance(kind, Map):
            keys, items = self.convert(array.keys, kind.key), self.convert(array.items, kind.value)
            return pa.MapArray.from_arrays(array.offsets, keys, items, type=arrow_type(kind), mask=array.is_null() if array.offset == 0 else None)
        return self.convert_leaf(array, arrow_type(kind))

    @staticmethod
    def convert_leaf(array: pa.Array, wanted: pa.DataType) -> pa.Array:
        if pa.types.is_timestamp(array.type) and pa.types.is_timestamp(wanted):  # the values are UTC whatever the file says
            return array.cast(pa.timestamp("us", array.type.tz), safe=False).cast(pa.int64()).cast(pa.timestamp("us")).cast(wanted) \
                if wanted.tz is None else array.cast(pa.timestamp("us", array.type.tz), safe=False).cast(pa.int64()).cast(wanted)
        return array.cast(wanted) if array.type != wanted else array


def constant(value: object, kind: object, count: int) -> pa.Array:
    wanted = arrow_type(kind)
    if value is None:
        return pa.nulls(count, wanted)
    if value == "NaN" and pa.types.is_floating(wanted):
        value = float("nan")
    if pa.types.is_timestamp(wanted):
        return pa.array([value] * count, pa.int64()).cast(wanted)
    if pa.types.is_date(wanted):
        return pa.array([value] * count, pa.int32()).cast(wanted)
    return pa.array([value] * count, wanted)


def whole(column: pa.ChunkedArray) -> pa.Array:
    merged = column.combine_chunks()
    return merged if isinstance(merged, pa.Array) else pa.concat_arrays(merged.chunks)


def file_rows(table: pathlib.Path, schema: TableSchema, add: dict, by_id: bool) -> pa.Table:
    path = pathlib.Path(canonical(table, add["path"]))
    data = pa.parquet.ParquetFile(path if path.is_absolute() else table / path, coerce_int96_timestamp_unit="us").read()
    reader, columns, fields = FileReader(schema, by_id), [], list(data.schema)
    partitions = {item.name: item for item in schema.partition_fields()}
    for item in schema.root.fields:
        if item.name in partitions:
            columns.append(constant(partition_value(add["partitionValues"].get(schema.physical(item)), item.type), item.type, data.num_rows))
            continue
        index = reader.find(item, fields)
        columns.append(pa.nulls(data.num_rows, arrow_type(item.type)) if index is None else reader.convert(whole(data.column(index)), item.type))
    rows = pa.table(columns, schema=pa.schema([pa.field(item.name, arrow_type(item.type)) for item in schema.root.fields]))
    gone = deleted_rows(table, add.get("deletionVector"))
    return rows.filter(pa.array([row not in gone for row in range(data.num_rows)], pa.bool_())) if gone else rows


def table_rows(table: pathlib.Path, version: int | None = None, state: State | None = None) -> pa.Table:
    """All live rows at `version` (newest when None). Raises LogError and BadVector."""
    state = state or replay(table, version)
    schema = read_schema(state.metadata)
    by_id = state.configuration.get("delta.columnMapping.mode") == "id"
    empty = pa.schema([pa.field(item.name, arrow_type(item.type)) for item in schema.root.fields]).empty_table()
    return pa.concat_tables([empty, *(file_rows(table, schema, add, by_id) for add in state.live.values())])
