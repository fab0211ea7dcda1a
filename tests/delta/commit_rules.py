"""The rules of one commit against the state before it: those that every reader relies on, and the stricter ones for ours."""
from __future__ import annotations

import pathlib
import urllib.parse
from dataclasses import dataclass, field

import protocol_rules
from log_text import FIELDS, Action, parse_json, vector_id
from replay import State, canonical
from table_schema import SchemaError, TableSchema, partition_value, read_schema

OURS = "Sluice/"
ISOLATION = {"Serializable", "WriteSerializable", "SnapshotIsolation"}


@dataclass
class Commit:
    """One commit with the states around it."""

    table: pathlib.Path
    version: int
    data: bytes
    actions: list[Action]
    before: State
    after: State
    schema: TableSchema | None = None
    problems: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[dict]:
        return [action.body for action in self.actions if action.kind == kind]

    def info(self) -> dict:
        return next(iter(self.of("commitInfo")), {})

    def is_ours(self) -> bool:
        return str(self.info().get("engineInfo", "")).startswith(OURS)

    def say(self, problem: str) -> None:
        self.problems.append(problem)


def statistics(add: dict) -> dict | None:
    """The statistics of a file; None when it has none. Raises ValueError."""
    return parse_json(add["stats"], decimals=True) if add.get("stats") else None


def rows_of(action: dict) -> int | None:
    """Logical rows of a file."""
    try:
        found = statistics(action)
    except ValueError:
        return None
    if not found or "numRecords" not in found:
        return None
    return found["numRecords"] - (action.get("deletionVector") or {}).get("cardinality", 0)


def check_counts(commit: Commit) -> None:
    """At most one of each: section 2.2 of the protocol's reconciliation."""
    for kind, key in (("metaData", None), ("protocol", None), ("txn", "appId"), ("domainMetadata", "domain")):
        keys = [body[key] if key else kind for body in commit.of(kind)]
        for twice in {item for item in keys if keys.count(item) > 1}:
            commit.say(f"{kind} stands {keys.count(twice)} times" + (f" for {twice}" if key else ""))
    added = [canonical(commit.table, body["path"]) for body in commit.of("add")]
    removed = [canonical(commit.table, body["path"]) for body in commit.of("remove")]
    for kind, paths in (("added", added), ("removed", removed)):
        seen: set[str] = set()
        for path in paths:
            if path in seen:
                commit.say(f"{path} is {kind} twice")
            seen.add(path)


def check_vectors(commit: Commit) -> None:
    """A path may change its deletion vector only by a remove of the old and an add of the new."""
    removed = {canonical(commit.table, body["path"]): vector_id(body.get("deletionVector")) for body in commit.of("remove")}
    for body in commit.of("add"):
        path, vector = canonical(commit.table, body["path"]), vector_id(body.get("deletionVector"))
        held = commit.before.live.get(path)
        if path in removed and removed[path] == vector:
            commit.say(f"{path} is added and removed with one deletion vector")
        if held is not None and vector_id(held.get("deletionVector")) != vector and removed.get(path) != vector_id(held.get("deletionVector")):
            commit.say(f"{path} gets another deletion vector without a remove of the old one")


def check_metadata(commit: Commit) -> None:
    state = commit.after
    if state.protocol is None or state.metadata is None:
        commit.say("there is no protocol or no metaData yet")
        return
    if commit.of("protocol"):
        for problem in protocol_rules.shape_problems(state.protocol):
            commit.say(problem)
    try:
        commit.schema = read_schema(state.metadata)
    except SchemaError as error:
        commit.say(str(error))
        return
    if commit.of("metaData") or commit.of("protocol"):
        for problem in commit.schema.problems + protocol_rules.need_problems(state, commit.schema):
            commit.say(problem)
    if state.metadata["format"].get("provider") != "parquet":
        commit.say(f"format {state.metadata['format']}")


def check_add(commit: Commit, add: dict) -> None:
    path = canonical(commit.table, add["path"])
    names = {commit.schema.physical(item): item for item in commit.schema.partition_fields()}
    if set(add["partitionValues"]) != set(names):
        commit.say(f"{path}: partition values for {sorted(add['partitionValues'])}, the partition columns are {sorted(names)}")
    for name, text in add["partitionValues"].items():
        if name not in names:
            continue
        try:
            value = partition_value(text, names[name].type)
        except ValueError as error:
            commit.say(f"{path}: partition column {name}: {error}")
            continue
        if value is None and not names[name].nullable:
            commit.say(f"{path}: null in the partition column {name}, which is NOT NULL")
    try:
        found = statistics(add)
    except ValueError as error:
        commit.say(f"{path}: stats: {error}")
        return
    vector = add.get("deletionVector")
    if vector:
        if not found or "numRecords" not in found:
            commit.say(f"{path}: a deletion vector without numRecords")
        elif vector["cardinality"] > found["numRecords"]:
            commit.say(f"{path}: {vector['cardinality']} rows deleted of {found['numRecords']}")
        if "deletionVectors" not in protocol_rules.supported(commit.after.protocol):
            commit.say(f"{path}: a deletion vector without the feature")
    if protocol_rules.supported(commit.after.protocol) & {"rowTracking"} and commit.after.configuration.get("delta.enableRowTracking") == "true":
        if add.get("baseRowId") is None or add.get("defaultRowCommitVersion") is None:
            commit.say(f"{path}: no row ids, though row tracking is on")


def check_append_only(commit: Commit) -> None:
    if commit.before.configuration.get("delta.appendOnly", "").lower() == "true":
        for body in commit.of("remove"):
            if body["dataChange"]:
                commit.say(f"{body['path']} is removed from a table that is append-only")


def check_timestamps(commit: Commit, previous: int | None) -> int | None:
    """The in-commit timestamp, which is the first line's, and above the one before it."""
    if commit.after.configuration.get("delta.enableInCommitTimestamps", "").lower() != "true":
        return None
    stamp = commit.info().get("inCommitTimestamp")
    if not isinstance(stamp, int):
        commit.say("no inCommitTimestamp")
        return previous
    if commit.actions[0].kind != "commitInfo":
        commit.say("commitInfo is not the first action, though in-commit timestamps are on")
    if previous is not None and stamp <= previous:
        commit.say(f"inCommitTimestamp {stamp} after {previous}")
    return stamp


def reader_rules(commit: Commit) -> None:
    """What every commit of every writer must keep."""
    check_counts(commit)
    check_vectors(commit)
    check_metadata(commit)
    check_append_only(commit)
    if commit.schema is not None:
        for body in commit.of("add"):
            check_add(commit, body)
    for body in commit.of("cdc"):
        if body["dataChange"]:
            commit.say(f"{body['path']}: cdc with dataChange")


def check_text(commit: Commit) -> None:
    if not commit.data.endswith(b"\n") or b"\r" in commit.data or b"\n\n" in commit.data or commit.data.startswith(b"\xef\xbb\xbf"):
        commit.say("the text is not one action per line with a line feed after each")
    for number, line in enumerate(commit.data.splitlines(), 1):
        document = parse_json(line.decode())
        kind = next(iter(document), "")
        if len(document) != 1 or kind not in FIELDS:
            commit.say(f"line {number}: {sorted(document)}")
            continue
        unknown = set(document[kind]) - set(FIELDS[kind]) if kind != "commitInfo" else set()
        if unknown:
            commit.say(f"line {number}: fields that the protocol does not know: {sorted(unknown)}")
        for name in null_members({key: value for key, value in document[kind].items() if key != "partitionValues"}):
            commit.say(f"line {number}: {name} is null instead of absent")


def null_members(value: object, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for key, member in value.items() for found in null_members(member, f"{name}.{key}".strip("."))]
    return [name] if value is None else []


def check_info(commit: Commit) -> None:
    info = commit.info()
    if not commit.actions or commit.actions[0].kind != "commitInfo":
        commit.say("commitInfo is not the first action")
    for name, kind in (("timestamp", int), ("operation", str), ("operationParameters", dict), ("isolationLevel", str), ("isBlindAppend", bool),
                       ("txnId", str), ("engineInfo", str)):
        if not isinstance(info.get(name), kind):
            commit.say(f"commitInfo.{name} is {info.get(name)!r}")
    for name in ("operationParameters", "operationMetrics"):
        if any(not isinstance(value, str) for value in (info.get(name) or {}).values()):
            commit.say(f"commitInfo.{name} has values that are no text: {info[name]}")
    if info.get("isolationLevel") not in ISOLATION:
        commit.say(f"isolationLevel {info.get('isolationLevel')}")
    if commit.version == 0 and "readVersion" in info or commit.version > 0 and not 0 <= info.get("readVersion", -1) < commit.version:
        commit.say(f"readVersion {info.get('readVersion')} in version {commit.version}")
    if info.get("isBlindAppend") and (commit.of("remove") or commit.version > 0 and commit.of("metaData")):
        commit.say("isBlindAppend with removes or metaData")


def check_paths(commit: Commit, used: set[str]) -> None:
    """Names of files are never used again; an add of a live path only updates its metadata or its deletion vector."""
    for body in commit.of("add"):
        path = canonical(commit.table, body["path"])
        if path.startswith("/") or ".." in path.split("/") or ":" in path.split("/")[0] and "://" in path:
            commit.say(f"{path} leaves the table")
        if any(part[:1] in {"_", "."} and "=" not in part for part in path.split("/")[:-1]):
            commit.say(f"{path} lies in a hidden folder")
        restored = commit.info().get("operation") == "RESTORE"
        if path in used and path not in commit.before.live and not restored:
            commit.say(f"{path}: the name was used before")
        if body["size"] <= 0:
            commit.say(f"{path}: size {body['size']}")
        if urllib.parse.unquote(body["path"]) == body["path"] and any(c in body["path"] for c in ' "#<>?[]\\^`{|}'):
            commit.say(f"{body['path']} is not percent-encoded")


def check_removes(commit: Commit) -> None:
    for body in commit.of("remove"):
        path = canonical(commit.table, body["path"])
        held = commit.before.live.get(path)
        if held is None or vector_id(held.get("deletionVector")) != vector_id(body.get("deletionVector")):
            commit.say(f"{path} is removed, but not live under that deletion vector")
            continue
        if not body.get("extendedFileMetadata") or "partitionValues" not in body or "size" not in body or "deletionTimestamp" not in body:
            commit.say(f"{path} is removed without its partition values, size or time")
        elif body["partitionValues"] != held["partitionValues"] or body["size"] != held["size"]:
            commit.say(f"{path} is removed with other partition values or another size")
        for name in ("baseRowId", "defaultRowCommitVersion"):
            if held.get(name) != body.get(name):
                commit.say(f"{path} is removed with {name} {body.get(name)}, it has {held.get(name)}")
        if "stats" in body:
            commit.say(f"{path} is removed with statistics")


def check_statistics(commit: Commit) -> None:
    for body in commit.of("add"):
        try:
            found = statistics(body)
        except ValueError:
            continue
        if not found or not isinstance(found.get("numRecords"), int):
            commit.say(f"{body['path']}: no numRecords")
        elif found["numRecords"] == 0:
            commit.say(f"{body['path']}: a file without rows")
        elif body.get("deletionVector") and found.get("tightBounds") is not False:
            commit.say(f"{body['path']}: tight bounds in spite of a deletion vector")
        if body.get("deletionVector", {}).get("cardinality") == 0:
            commit.say(f"{body['path']}: an empty deletion vector")


def check_rearrangement(commit: Commit) -> None:
    """A commit that only moves rows says so in every action, and loses none."""
    files = commit.of("add") + commit.of("remove")
    changes = {body["dataChange"] for body in files}
    operation = commit.info().get("operation")
    if operation == "OPTIMIZE" and True in changes:
        commit.say("OPTIMIZE with dataChange")
    if len(changes) > 1:
        commit.say("dataChange differs between the actions")
    if files and changes == {False}:
        before = [rows_of(commit.before.live.get(canonical(commit.table, body["path"]), {})) for body in commit.of("remove")]
        after = [rows_of(body) for body in commit.of("add") if canonical(commit.table, body["path"]) not in commit.before.live]
        if None in before + after or sum(before) != sum(after):
            commit.say(f"rows moved from {before} to {after}")


def check_transition(commit: Commit) -> None:
    if commit.of("protocol"):
        for problem in protocol_rules.transition_problems(commit.before.protocol, commit.after.protocol):
            commit.say(problem)
    if commit.of("metaData") and commit.before.metadata:
        was, now = commit.before.metadata, commit.after.metadata
        if was["id"] != now["id"]:
            commit.say("the table's id changed")
        replaced = {canonical(commit.table, body["path"]) for body in commit.of("remove")} >= set(commit.before.live)
        if was["partitionColumns"] != now["partitionColumns"] and not replaced:
            commit.say("the partition columns changed")
        greatest = "delta.columnMapping.maxColumnId"
        if int((was.get("configuration") or {}).get(greatest, 0)) > int(commit.after.configuration.get(greatest, 0)):
            commit.say(f"{greatest} went down")
    for body in commit.of("domainMetadata"):
        if "domainMetadata" not in protocol_rules.supported(commit.after.protocol):
            commit.say(f"the domain {body['domain']} without the feature domainMetadata")
    for body in commit.of("txn"):
        if "lastUpdated" not in body:
            commit.say(f"txn {body['appId']} without lastUpdated")


def check_row_ids(commit: Commit) -> None:
    """Fresh row ids start above the mark that was read, and the domain says the new mark."""
    if "rowTracking" not in commit.after.features():
        return
    mark = parse_json(commit.before.domains.get("delta.rowTracking", {}).get("configuration", '{"rowIdHighWaterMark":-1}'))["rowIdHighWaterMark"]
    fresh = sorted((body["baseRowId"], statistics(body)["numRecords"]) for body in commit.of("add")
                   if canonical(commit.table, body["path"]) not in commit.before.live and body.get("baseRowId") is not None and body.get("stats"))
    if commit.info().get("operation") == "RESTORE":
        return
    for begin, rows in fresh:
        if begin <= mark:
            commit.say(f"baseRowId {begin} is not above {mark}")
        mark = begin + rows - 1
    said = parse_json(commit.after.domains.get("delta.rowTracking", {}).get("configuration", '{"rowIdHighWaterMark":-1}'))["rowIdHighWaterMark"]
    if fresh and said < mark:
        commit.say(f"rowIdHighWaterMark is {said}, the last id is {mark}")


def our_rules(commit: Commit, used: set[str]) -> None:
    """What Sluice promises beyond the protocol, for commits that Sluice wrote."""
    check_text(commit)
    check_info(commit)
    check_paths(commit, used)
    check_removes(commit)
    check_statistics(commit)
    check_rearrangement(commit)
    check_transition(commit)
    check_row_ids(commit)
