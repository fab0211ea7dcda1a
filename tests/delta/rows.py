"""Rows as sorted tuples of plain values, so that what two readers return can be compared as multisets."""
from __future__ import annotations

import collections
import decimal
import math
from collections.abc import Iterable

import pyarrow as pa


def nested_values(array: pa.Array, kind: pa.DataType) -> list:
    if pa.types.is_struct(kind):
        members = [(item.name, values(array.field(index))) for index, item in enumerate(kind)]
        valid = array.is_valid().to_pylist()
        return [tuple(sorted((name, cells[row]) for name, cells in members)) if valid[row] else None for row in range(len(array))]
    begins, valid = array.offsets.to_pylist(), array.is_valid().to_pylist()
    if pa.types.is_map(kind):
        cells = list(zip(values(array.keys), values(array.items)))
        order = lambda items: tuple(sorted(items, key=repr))  # noqa: E731
    else:
        cells, order = values(array.values), tuple
    return [order(cells[begins[row]:begins[row + 1]]) if valid[row] else None for row in range(len(array))]


def float_text(value: float | None) -> str | None:
    """NaN equals NaN; -0.0 differs from 0.0."""
    if value is None:
        return None
    return "NaN" if math.isnan(value) else repr(value)


def decimal_text(value: decimal.Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def values(array: pa.Array | pa.ChunkedArray) -> list:
    """Plain values: moments and dates as whole numbers, floats and decimals as text, nested ones as tuples."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in values(chunk)]
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return values(array.storage)
    if pa.types.is_dictionary(kind):
        return values(array.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return array.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()).to_pylist()
    if pa.types.is_date(kind):
        return array.cast(pa.date32()).cast(pa.int32()).to_pylist()
    if pa.types.is_floating(kind):
        return [float_text(value) for value in array.to_pylist()]
    if pa.types.is_decimal(kind):
        return [decimal_text(value) for value in array.to_pylist()]
    if pa.types.is_list_view(kind):
        return values(array.cast(pa.list_(kind.value_type)))
    if pa.types.is_large_list(kind) or pa.types.is_list(kind) or pa.types.is_map(kind) or pa.types.is_struct(kind):
        return nested_values(array, kind)
    return array.to_pylist()


def multiset(table: pa.Table, columns: Iterable[str] | None = None) -> collections.Counter:
    """How often each row is there; columns by name, in the order of their names."""
    names = sorted(columns if columns is not None else table.column_names)
    return collections.Counter(zip(*(values(table[name]) for name in names), strict=True)) if names else collections.Counter()


def differences(got: pa.Table, wanted: pa.Table, said: str) -> list[str]:
    """Why the two are not the same rows in the same columns; empty when they are."""
    if sorted(got.column_names) != sorted(wanted.column_names):
        return [f"{said}: columns {sorted(got.column_names)}, wanted {sorted(wanted.column_names)}"]
    have, want = multiset(got), multiset(wanted)
    if have == want:
        return []
    extra, missing = have - want, want - have
    text = f"{said}: {got.num_rows} rows, wanted {wanted.num_rows}"
    if extra:
        text += f"; not wanted: {sum(extra.values())}, as {dict(zip(sorted(got.column_names), next(iter(extra))))}"
    if missing:
        text += f"; missing: {sum(missing.values())}, as {dict(zip(sorted(got.column_names), next(iter(missing))))}"
    return [text[:1500]]
