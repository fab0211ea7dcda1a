"""Deletion vectors from their bytes, after the protocol's text: Z85, the file's frame, 64-bit roaring bitmaps."""
from __future__ import annotations

import pathlib
import struct
import urllib.parse
import uuid
import zlib

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
MAGIC = 1681511377
ARRAY_MAX = 4096


class BadVector(Exception):
    pass


def z85_decode(text: str) -> bytes:
    if len(text) % 5:
        raise BadVector(f"{len(text)} characters of Z85")
    data = b""
    for begin in range(0, len(text), 5):
        group = text[begin:begin + 5]
        padding = len(group) - len(group.lstrip("#")) if begin + 5 == len(text) else 0
        value = 0
        for character in group[padding:]:
            value = value * 85 + ALPHABET.index(character)
        if value >> (8 * (4 - padding)):
            raise BadVector(f"the group {group} is too large")
        data += value.to_bytes(4 - padding, "big")
    return data


class Bytes:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise BadVector(f"the bitmap ends at byte {len(self.data)}")
        self.at += count
        return self.data[self.at - count:self.at]

    def unpack(self, form: str) -> tuple:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))


def container_rows(source: Bytes, cardinality: int, is_run: bool) -> set[int]:
    if is_run:
        rows = set()
        for _ in range(source.unpack("H")[0]):
            start, length = source.unpack("HH")
            rows |= set(range(start, start + length + 1))
        return rows
    if cardinality <= ARRAY_MAX:
        return set(source.unpack(f"{cardinality}H"))
    bits = int.from_bytes(source.take(8192), "little")
    return {index for index in range(65536) if bits >> index & 1}


def bucket_rows(source: Bytes) -> set[int]:
    """One 32-bit bitmap in the portable form."""
    cookie = source.unpack("I")[0]
    flags = b""
    if cookie & 0xFFFF == 12347:
        count = (cookie >> 16) + 1
        flags = source.take((count + 7) // 8)
    elif cookie == 12346:
        count = source.unpack("I")[0]
    else:
        raise BadVector(f"unknown cookie {cookie}")
    described = [source.unpack("HH") for _ in range(count)]
    if not flags or count >= 4:
        source.take(4 * count)
    rows: set[int] = set()
    for index, (key, cardinality) in enumerate(described):
        is_run = bool(flags and flags[index // 8] >> (index % 8) & 1)
        found = container_rows(source, cardinality + 1, is_run)
        if len(found) != cardinality + 1:
            raise BadVector(f"container {index} has {len(found)} rows, not {cardinality + 1}")
        rows |= {key << 16 | row for row in found}
    return rows


def bitmap_rows(data: bytes, may_have_padding: bool) -> set[int]:
    source = Bytes(data)
    magic, buckets = source.unpack("IQ")
    if magic != MAGIC:
        raise BadVector(f"magic {magic}")
    rows: set[int] = set()
    for _ in range(buckets):
        high = source.unpack("I")[0]
        rows |= {high << 32 | row for row in bucket_rows(source)}
    rest = data[source.at:]
    if rest.strip(b"\0") or (rest and not may_have_padding):
        raise BadVector(f"{len(rest)} bytes after the bitmap")
    return rows


def vector_file(table: pathlib.Path, vector: dict) -> pathlib.Path | None:
    """The file that holds the vector; None for an inline one."""
    if vector["storageType"] == "u":
        prefix, encoded = vector["pathOrInlineDv"][:-20], vector["pathOrInlineDv"][-20:]
        return table / prefix / f"deletion_vector_{uuid.UUID(bytes=z85_decode(encoded))}.bin"
    if vector["storageType"] == "p":
        return pathlib.Path(urllib.parse.unquote(vector["pathOrInlineDv"].removeprefix("file://")))
    return None


def deleted_rows(table: pathlib.Path, vector: dict | None) -> set[int]:
    """The row numbers that the descriptor deletes. Raises BadVector."""
    if not vector:
        return set()
    if vector["storageType"] not in {"u", "p", "i"}:
        raise BadVector(f"storage type {vector['storageType']!r}")
    path = vector_file(table, vector)
    if path is None:
        payload = z85_decode(vector["pathOrInlineDv"])[:vector["sizeInBytes"]]
    else:
        if not path.is_file():
            raise BadVector(f"{path.name} is missing")
        data, offset = path.read_bytes(), vector.get("offset") or 1
        if data[:1] != b"\1":
            raise BadVector(f"{path.name}: version {data[:1]!r}")
        size = int.from_bytes(data[offset:offset + 4], "big")
        payload, checksum = data[offset + 4:offset + 4 + size], data[offset + 4 + size:offset + 8 + size]
        if size != vector["sizeInBytes"] or len(payload) != size:
            raise BadVector(f"{path.name} at {offset}: {size} bytes, the descriptor says {vector['sizeInBytes']}")
        if int.from_bytes(checksum, "big") != zlib.crc32(payload):
            raise BadVector(f"{path.name} at {offset}: wrong checksum")
    rows = bitmap_rows(payload, may_have_padding=path is None)
    if len(rows) != vector["cardinality"]:
        raise BadVector(f"{len(rows)} rows, the descriptor says {vector['cardinality']}")
    return rows
