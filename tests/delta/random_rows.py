"""Random schemas and rows of the types that a Delta table can have."""
from __future__ import annotations

import datetime
import decimal
import random
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

HARD_TEXTS = ["plain", "two words", " lead and trail ", "100%", "a%20b", "%", "a+b", "#1", "über", "a/b", "../up", "a:b", "it's", 'say "hi"',
              "back\\slash", "🦆", "null", "NULL", "__HIVE_DEFAULT_PARTITION__", "a=b", "?x&y", "{b}", "[c]", "^", "`", "|", "<tag>", "~", ".",
              "_under", "a\tb", "line\nfeed", "日本", "é", "x" * 90, "CON", "semi;colon", "com,ma", "*", "$HOME", "@", "!"]
EPOCH = datetime.datetime(1970, 1, 1)
UTC = datetime.timezone.utc
DAYS = (-719_162, 2_932_896)  # 0001-01-01 to 9999-12-31


@dataclass(frozen=True)
class Kind:
    """A type: as `--columns` spells it, as Arrow has it, and a maker of values."""

    text: str
    arrow: pa.DataType
    make: Callable[[random.Random], object]


def whole(bits: int) -> Callable[[random.Random], int]:
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return lambda r: r.choice((low, high, 0, -1, r.randint(low, high), r.randint(0, 9)))


def moment(r: random.Random, zone: datetime.tzinfo | None) -> datetime.datetime:
    """From the year 1600 on; now and then at the edges of what statistics hold."""
    us = r.choice((0, -1, 999, 1_700_000_000_123_456, r.randrange(-11_000_000_000_000_000, 9_000_000_000_000_000)))
    return (EPOCH + datetime.timedelta(microseconds=us)).replace(tzinfo=zone)


def digits(precision: int, scale: int) -> Callable[[random.Random], decimal.Decimal]:
    top = 10**precision - 1
    context = decimal.Context(prec=60)
    return lambda r: decimal.Decimal(r.choice((top, -top, 0, 1, r.randint(-top, top)))).scaleb(-scale, context)


def text(r: random.Random) -> str:
    return r.choice((r.choice(HARD_TEXTS), "", "y" * r.randrange(20, 80), "é" * 40, "\U0010ffff" * 33, str(r.random())))


def double(r: random.Random) -> float:
    return r.choice((0.0, -0.0, 1.5, float("nan"), float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308, r.uniform(-1e9, 1e9)))


def single(r: random.Random) -> float:
    return pa.scalar(r.choice((0.0, -0.0, 3.14, float("nan"), 3.4e38, r.uniform(-10, 10))), pa.float32()).as_py()


LEAVES = (
    Kind("int64", pa.int64(), whole(64)), Kind("int32", pa.int32(), whole(32)), Kind("int16", pa.int16(), whole(16)),
    Kind("int8", pa.int8(), whole(8)), Kind("bool", pa.bool_(), lambda r: r.random() < 0.5), Kind("float64", pa.float64(), double),
    Kind("float32", pa.float32(), single), Kind("string", pa.string(), text),
    Kind("binary", pa.binary(), lambda r: r.randbytes(r.randrange(0, 9))),
    Kind("date", pa.date32(), lambda r: EPOCH.date() + datetime.timedelta(days=r.choice((*DAYS, 0, -1, r.randint(-20_000, 40_000))))),
    Kind("timestamp(us,UTC)", pa.timestamp("us", "UTC"), lambda r: moment(r, UTC)),
    Kind("timestamp(us)", pa.timestamp("us"), lambda r: moment(r, None)),
    Kind("decimal(9,2)", pa.decimal128(9, 2), digits(9, 2)), Kind("decimal(18,6)", pa.decimal128(18, 6), digits(18, 6)),
    Kind("decimal(38,10)", pa.decimal128(38, 10), digits(38, 10)),
)
# Types whose every value survives in a folder's name for every reader.
PARTITION_LEAVES = tuple(kind for kind in LEAVES if kind.text not in {"binary", "float64", "float32"})


def nullable(r: random.Random, make: Callable[[random.Random], object], share: float = 0.15) -> object:
    return None if r.random() < share else make(r)


def random_kind(r: random.Random, depth: int = 0) -> Kind:
    if depth >= 2 or r.random() < 0.6 + 0.2 * depth:
        return r.choice(LEAVES)
    shape, inner = r.choice(("list", "struct", "map")), random_kind(r, depth + 1)
    if shape == "list":
        return Kind(f"list<{inner.text}>", pa.list_(inner.arrow), lambda r: [nullable(r, inner.make) for _ in range(r.randrange(4))])
    if shape == "map":
        return Kind(f"map<string,{inner.text}>", pa.map_(pa.string(), inner.arrow),
                    lambda r: [(f"k{index}", nullable(r, inner.make)) for index in range(r.randrange(3))])
    other = random_kind(r, depth + 1)
    return Kind(f"struct<a {inner.text}, b {other.text}>", pa.struct([("a", inner.arrow), ("b", other.arrow)]),
                lambda r: {"a": nullable(r, inner.make), "b": nullable(r, other.make)})


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind

    def values(self, r: random.Random, count: int) -> pa.Array:
        return pa.array([nullable(r, self.kind.make) for _ in range(count)], self.kind.arrow)


@dataclass(frozen=True)
class Shape:
    """`id`, an int64 without nulls, then the columns; the partition columns are among them."""

    columns: tuple[Column, ...]
    partition_by: tuple[str, ...] = ()

    def spec(self) -> str:
        return ", ".join(["id int64", *(f"{column.name} {column.kind.text}" for column in self.columns)])

    def schema(self) -> pa.Schema:
        return pa.schema([("id", pa.int64()), *((column.name, column.kind.arrow) for column in self.columns)])

    def rows(self, r: random.Random, begin: int, count: int) -> pa.Table:
        """Rows with the ids from `begin` on; few values in partition columns."""
        arrays = [pa.array(range(begin, begin + count), pa.int64())]
        for column in self.columns:
            if column.name in self.partition_by:
                few = [nullable(r, lambda r, c=column: partition_safe(c.kind.make(r))) for _ in range(3)]
                arrays.append(pa.array([r.choice(few) for _ in range(count)], column.kind.arrow))
            else:
                arrays.append(column.values(r, count))
        return pa.table(arrays, schema=self.schema())

    def wider(self, column: Column) -> Shape:
        return Shape((*self.columns, column), self.partition_by)


def partition_safe(value: object) -> object:
    """An empty text cannot be a partition value, it reads back as null; and folders have names of at most 255 bytes."""
    return value[:20] or None if isinstance(value, str) else value


def peer_takes(column: Column, is_partition: bool) -> bool:
    """delta-rs cannot read back the negative decimals that it writes as partition values, makes folders with names that no
    file system takes, and forgets the feature of a timestamp without a zone inside a map."""
    if is_partition:
        return not pa.types.is_decimal(column.kind.arrow)
    return not ("map<" in column.kind.text and "timestamp(us)" in column.kind.text)


def random_column(r: random.Random, name: str, for_peers: bool, is_partition: bool = False) -> Column:
    while True:
        column = Column(name, r.choice(PARTITION_LEAVES) if is_partition else random_kind(r))
        if not for_peers or peer_takes(column, is_partition):
            return column


def random_shape(r: random.Random, for_peers: bool = False) -> Shape:
    """for_peers: one that delta-rs can write."""
    columns = [random_column(r, f"c{index}", for_peers) for index in range(r.randrange(1, 7))]
    partitions = [random_column(r, f"p{index}", for_peers, is_partition=True) for index in range(r.choice((0, 0, 1, 2)))]
    columns += partitions
    r.shuffle(columns)
    return Shape(tuple(columns), tuple(column.name for column in partitions))
