"""The schema of a table as the log tells it: fields, physical names, and values of partition columns."""
from __future__ import annotations

import datetime
import decimal
import math
import re
from dataclasses import dataclass, field

from log_text import parse_json

WHOLE_BITS = {"byte": 8, "short": 16, "integer": 32, "int": 32, "long": 64, "bigint": 64, "smallint": 16, "tinyint": 8}
PRIMITIVES = {*WHOLE_BITS, "string", "float", "real", "double", "boolean", "binary", "date", "timestamp", "timestamp_ntz", "void", "null",
              "variant", "decimal"}
DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)")
TEXT_LENGTH = re.compile(r"(?:var)?char\(\d+\)")
RANGED = {*WHOLE_BITS, "string", "float", "real", "double", "date", "timestamp", "timestamp_ntz", "decimal"}


class SchemaError(Exception):
    pass


@dataclass(frozen=True)
class Field:
    name: str
    type: object  # a primitive's name, or the parsed JSON object of a nested type with Fields inside structs
    nullable: bool
    metadata: dict

    @property
    def physical_name(self) -> str:
        return self.metadata.get("delta.columnMapping.physicalName", self.name)


@dataclass(frozen=True)
class Struct:
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Array:
    element: object
    contains_null: bool


@dataclass(frozen=True)
class Map:
    key: object
    value: object
    value_contains_null: bool


@dataclass(frozen=True)
class TableSchema:
    root: Struct
    partition_columns: tuple[str, ...]
    mapped: bool
    problems: list = field(default_factory=list, compare=False)

    def physical(self, item: Field) -> str:
        return item.physical_name if self.mapped else item.name

    def partition_fields(self) -> list[Field]:
        by_name = {item.name.lower(): item for item in self.root.fields}
        return [by_name[name.lower()] for name in self.partition_columns if name.lower() in by_name]

    def data_fields(self) -> list[Field]:
        names = {name.lower() for name in self.partition_columns}
        return [item for item in self.root.fields if item.name.lower() not in names]


def primitive_base(kind: object) -> str:
    """`decimal` for every decimal, `string` for texts with a length."""
    if not isinstance(kind, str):
        return "nested"
    if DECIMAL.fullmatch(kind):
        return "decimal"
    return "string" if TEXT_LENGTH.fullmatch(kind) else kind


def parse_type(document: object, where: str) -> object:
    if isinstance(document, str):
        return document
    if not isinstance(document, dict):
        raise SchemaError(f"{where}: {document!r} is no type")
    try:
        if document["type"] == "struct":
            return parse_struct(document, where)
        if document["type"] == "array":
            return Array(parse_type(document["elementType"], where + ".element"), document["containsNull"])
        if document["type"] == "map":
            return Map(parse_type(document["keyType"], where + ".key"), parse_type(document["valueType"], where + ".value"),
                       document["valueContainsNull"])
    except KeyError as missing:
        raise SchemaError(f"{where}: {missing} is absent") from None
    raise SchemaError(f"{where}: unknown type {document.get('type')!r}")


def parse_struct(document: dict, where: str = "") -> Struct:
    fields = []
    for item in document["fields"]:
        name = item["name"]
        fields.append(Field(name, parse_type(item["type"], f"{where}.{name}".strip(".")), item["nullable"], item.get("metadata") or {}))
    lowered = [item.name.lower() for item in fields]
    if len(set(lowered)) != len(lowered):
        raise SchemaError(f"{where or 'the schema'}: two fields have one name: {sorted(lowered)}")
    return Struct(tuple(fields))


def all_fields(kind: object, path: tuple = ()) -> list[tuple[tuple, Field]]:
    """Every field at every depth with its path of logical names."""
    if isinstance(kind, Struct):
        found = []
        for item in kind.fields:
            found.append((path + (item.name,), item))
            found += all_fields(item.type, path + (item.name,))
        return found
    if isinstance(kind, Array):
        return all_fields(kind.element, path + ("element",))
    if isinstance(kind, Map):
        return all_fields(kind.key, path + ("key",)) + all_fields(kind.value, path + ("value",))
    return []


def types_used(kind: object) -> set[str]:
    if isinstance(kind, Struct):
        return set().union(*(types_used(item.type) for item in kind.fields)) if kind.fields else set()
    if isinstance(kind, Array):
        return types_used(kind.element)
    if isinstance(kind, Map):
        return types_used(kind.key) | types_used(kind.value)
    return {primitive_base(kind)}


def read_schema(metadata: dict) -> TableSchema:
    configuration = metadata.get("configuration") or {}
    try:
        root = parse_struct(parse_json(metadata["schemaString"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"schemaString: {error!r}") from None
    schema = TableSchema(root, tuple(metadata["partitionColumns"]), configuration.get("delta.columnMapping.mode", "none") != "none")
    tops = {item.name.lower(): item for item in root.fields}
    for name in schema.partition_columns:
        if name.lower() not in tops:
            schema.problems.append(f"partition column {name} is not in the schema")
        elif not isinstance(tops[name.lower()].type, str):
            schema.problems.append(f"partition column {name} is nested")
    if schema.mapped:
        schema.problems.extend(mapping_problems(root, configuration))
    return schema


def mapping_problems(root: Struct, configuration: dict) -> list[str]:
    ids: dict[int, tuple] = {}
    problems = []
    for path, item in all_fields(root):
        identity = item.metadata.get("delta.columnMapping.id")
        if not isinstance(identity, int) or "delta.columnMapping.physicalName" not in item.metadata:
            problems.append(f"{'.'.join(path)} has no id or physical name")
        elif identity in ids:
            problems.append(f"{'.'.join(path)} and {'.'.join(ids[identity])} have the id {identity}")
        else:
            ids[identity] = path
    greatest = int(configuration.get("delta.columnMapping.maxColumnId", -1))
    if ids and max(ids) > greatest:
        problems.append(f"delta.columnMapping.maxColumnId is {greatest}, but there is an id {max(ids)}")
    return problems


def whole_number(text: str, bits: int) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError(f"{text!r} is no whole number")
    value = int(text)
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise ValueError(f"{text} does not fit into {bits} bits")
    return value


def exact_decimal(text: str, kind: str) -> decimal.Decimal:
    precision, scale = map(int, DECIMAL.fullmatch(kind).groups()) if DECIMAL.fullmatch(kind) else (10, 0)
    with decimal.localcontext(decimal.Context(prec=80)):
        try:
            value = decimal.Decimal(text)
            fitted = value.quantize(decimal.Decimal(1).scaleb(-scale))
        except decimal.InvalidOperation:
            raise ValueError(f"{text!r} is no {kind}") from None
        if fitted != value or abs(fitted) >= decimal.Decimal(10) ** (precision - scale):
            raise ValueError(f"{text!r} does not fit into {kind}")
        return fitted


MOMENT = re.compile(r"(\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?")


def microseconds(text: str) -> int:
    """Microseconds since 1970 of a moment; without a zone as if in UTC."""
    match = MOMENT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no moment")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    seconds = (datetime.datetime(year, month, day, hour, minute, second) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
    fraction, zone = match.group(7), match.group(8)
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        seconds -= sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
    return seconds * 1_000_000 + (int(fraction.ljust(9, "0")[:6]) if fraction else 0)


def partition_value(text: str | None, kind: object) -> object:
    """The typed value: None, bool, int (also moments in microseconds and dates in days), float, Decimal, str or bytes."""
    if text is None or text == "":
        return None
    base = primitive_base(kind)
    if base in WHOLE_BITS:
        return whole_number(text, WHOLE_BITS[base])
    if base in {"float", "real", "double"}:
        value = float(text.replace("Infinity", "inf"))
        return "NaN" if math.isnan(value) else value
    if base == "decimal":
        return exact_decimal(text, kind)
    if base == "boolean":
        if text.lower() not in {"true", "false"}:
            raise ValueError(f"{text!r} is neither true nor false")
        return text.lower() == "true"
    if base == "date":
        return microseconds(text) // 86_400_000_000
    if base in {"timestamp", "timestamp_ntz"}:
        return microseconds(text)
    return text.encode() if base == "binary" else text
