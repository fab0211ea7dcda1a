"""The JSON of `_delta_log`: actions from lines, with the types of their fields. Shares nothing with the engine."""
from __future__ import annotations

import decimal
import json
import pathlib
import re
from dataclasses import dataclass

TEXT, WHOLE, FLAG, TEXTS, STRING_MAP, OBJECT = "string", "integer", "boolean", "list of strings", "map of strings", "object"
VECTOR_FIELDS = {"storageType": (TEXT, True), "pathOrInlineDv": (TEXT, True), "offset": (WHOLE, False),
                 "sizeInBytes": (WHOLE, True), "cardinality": (WHOLE, True)}
FILE_EXTRAS = {"tags": (STRING_MAP, False), "deletionVector": (OBJECT, False), "baseRowId": (WHOLE, False),
               "defaultRowCommitVersion": (WHOLE, False)}
# Action to field to (type, required).
FIELDS = {
    "commitInfo": {},
    "protocol": {"minReaderVersion": (WHOLE, True), "minWriterVersion": (WHOLE, True), "readerFeatures": (TEXTS, False),
                 "writerFeatures": (TEXTS, False)},
    "metaData": {"id": (TEXT, True), "name": (TEXT, False), "description": (TEXT, False), "format": (OBJECT, True),
                 "schemaString": (TEXT, True), "partitionColumns": (TEXTS, True), "createdTime": (WHOLE, False),
                 "configuration": (STRING_MAP, False)},
    "add": {"path": (TEXT, True), "partitionValues": (STRING_MAP, True), "size": (WHOLE, True), "modificationTime": (WHOLE, True),
            "dataChange": (FLAG, True), "stats": (TEXT, False), "clusteringProvider": (TEXT, False), **FILE_EXTRAS},
    "remove": {"path": (TEXT, True), "deletionTimestamp": (WHOLE, False), "dataChange": (FLAG, True), "stats": (TEXT, False),
               "extendedFileMetadata": (FLAG, False), "partitionValues": (STRING_MAP, False), "size": (WHOLE, False), **FILE_EXTRAS},
    "cdc": {"path": (TEXT, True), "partitionValues": (STRING_MAP, True), "size": (WHOLE, True), "dataChange": (FLAG, True),
            "tags": (STRING_MAP, False)},
    "txn": {"appId": (TEXT, True), "version": (WHOLE, True), "lastUpdated": (WHOLE, False)},
    "domainMetadata": {"domain": (TEXT, True), "configuration": (TEXT, True), "removed": (FLAG, True)},
    "checkpointMetadata": {"version": (WHOLE, True), "tags": (STRING_MAP, False)},
    "sidecar": {"path": (TEXT, True), "sizeInBytes": (WHOLE, True), "modificationTime": (WHOLE, True), "tags": (STRING_MAP, False)},
}
COMMIT = re.compile(r"(\d{20})\.json")
CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10})|\.([0-9A-Fa-f-]{36}))?\.(parquet|json)")
COMPACTED = re.compile(r"(\d{20})\.(\d{20})\.compacted\.json")
CRC = re.compile(r"(\d{20})\.crc")


class LogError(Exception):
    """The log cannot be read at all."""


class DuplicateKey(ValueError):
    pass


def no_duplicates(pairs: list) -> dict:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise DuplicateKey(f"the key '{next(name for name in names if names.count(name) > 1)}' stands twice")
    return dict(pairs)


def parse_json(text: str, decimals: bool = False) -> object:
    """decimals: fractions keep all their digits."""
    return json.loads(text, object_pairs_hook=no_duplicates, parse_float=decimal.Decimal if decimals else None)


@dataclass(frozen=True)
class Action:
    kind: str
    body: dict
    line: int


def has_type(value: object, kind: str) -> bool:
    if kind == TEXT:
        return isinstance(value, str)
    if kind == WHOLE:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == FLAG:
        return isinstance(value, bool)
    if kind == TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == STRING_MAP:
        return isinstance(value, dict) and all(item is None or isinstance(item, str) for item in value.values())
    return isinstance(value, dict)


def field_problems(kind: str, body: dict, fields: dict | None = None) -> list[str]:
    """Required fields that are absent, and fields of a wrong type."""
    problems = []
    for name, (wanted, required) in (fields if fields is not None else FIELDS[kind]).items():
        value = body.get(name)
        if value is None:
            if required:
                problems.append(f"{kind}.{name} is absent")
        elif not has_type(value, wanted):
            problems.append(f"{kind}.{name} is no {wanted}: {value!r}")
    if fields is None and body.get("deletionVector"):
        problems += field_problems(f"{kind}.deletionVector", body["deletionVector"], VECTOR_FIELDS)
    return problems


def parse_actions(data: bytes) -> tuple[list[Action], list[str]]:
    """The known actions of one commit file, and what is wrong with its text."""
    actions, problems = [], []
    if not data:
        return [], ["the file is empty"]
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            document = parse_json(line.decode("utf-8"))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
            continue
        if not isinstance(document, dict):
            problems.append(f"line {number}: no object")
            continue
        for kind, body in document.items():
            if kind not in FIELDS or body is None:
                continue
            found = field_problems(kind, body) if isinstance(body, dict) else [f"{kind} is no object"]
            problems += [f"line {number}: {problem}" for problem in found]
            if not found:
                actions.append(Action(kind, body, number))
    return actions, problems


def vector_id(vector: dict | None) -> str:
    """The identity of a deletion vector within its file; empty for none."""
    if not vector:
        return ""
    offset = "" if vector.get("offset") is None else f"@{vector['offset']}"
    return vector["storageType"] + vector["pathOrInlineDv"] + offset


def log_files(table: pathlib.Path, pattern: re.Pattern) -> dict[int, list[pathlib.Path]]:
    """Version to the files of that version whose whole name matches, sorted."""
    found: dict[int, list[pathlib.Path]] = {}
    for path in sorted((table / "_delta_log").iterdir()):
        match = pattern.fullmatch(path.name)
        if match and path.is_file():
            found.setdefault(int(match.group(1)), []).append(path)
    return found
