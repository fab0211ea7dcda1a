"""A naive replayer: the state of a table at a version, action by action, with nothing clever in it."""
from __future__ import annotations

import pathlib
import urllib.parse
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet

from log_text import CHECKPOINT, COMMIT, Action, LogError, log_files, parse_actions, vector_id


def canonical(table: pathlib.Path, path: str) -> str:
    """The decoded path, relative to the table where it lies below it."""
    decoded = urllib.parse.unquote(path, errors="surrogateescape")
    if decoded.startswith("file:"):
        decoded = "/" + decoded.removeprefix("file:").lstrip("/")
    root = str(table.resolve()) + "/"
    return decoded.removeprefix(root) if decoded.startswith(root) else decoded


@dataclass
class State:
    version: int = -1
    protocol: dict | None = None
    metadata: dict | None = None
    live: dict[str, dict] = field(default_factory=dict)  # canonical path to add
    tombstones: dict[tuple[str, str], dict] = field(default_factory=dict)
    txns: dict[str, dict] = field(default_factory=dict)
    domains: dict[str, dict] = field(default_factory=dict)

    @property
    def configuration(self) -> dict:
        return (self.metadata or {}).get("configuration") or {}

    def features(self) -> set[str]:
        protocol = self.protocol or {}
        return set(protocol.get("writerFeatures") or ()) | set(protocol.get("readerFeatures") or ())

    def copy(self) -> State:
        return State(self.version, self.protocol, self.metadata, dict(self.live), dict(self.tombstones), dict(self.txns), dict(self.domains))

    def apply(self, table: pathlib.Path, actions: list[Action], version: int) -> None:
        """Removes first: a path may be removed under one deletion vector and added under another."""
        self.version = version
        for action in actions:
            if action.kind == "remove":
                path, vector = canonical(table, action.body["path"]), vector_id(action.body.get("deletionVector"))
                if path in self.live and vector_id(self.live[path].get("deletionVector")) == vector:
                    del self.live[path]
                self.tombstones[path, vector] = action.body
        for action in actions:
            self.apply_one(table, action)

    def apply_one(self, table: pathlib.Path, action: Action) -> None:
        body = action.body
        if action.kind == "add":
            path = canonical(table, body["path"])
            self.live[path] = body
            self.tombstones.pop((path, vector_id(body.get("deletionVector"))), None)
        elif action.kind == "protocol":
            self.protocol = body
        elif action.kind == "metaData":
            self.metadata = body
        elif action.kind == "txn":
            self.txns[body["appId"]] = body
        elif action.kind == "domainMetadata":
            self.domains.pop(body["domain"], None)
            if not body["removed"]:
                self.domains[body["domain"]] = body


def plain(value: object, kind: pa.DataType) -> object:
    """Python's form of a checkpoint cell: maps become dicts, absent members vanish."""
    if value is None:
        return None
    if pa.types.is_map(kind):
        return dict(value)
    if pa.types.is_struct(kind):
        members = {item.name: plain(value[item.name], item.type) for item in kind}
        return {name: member for name, member in members.items() if member is not None}
    return value


def parquet_actions(path: pathlib.Path) -> list[Action]:
    rows = pa.parquet.ParquetFile(path).read()
    wanted = {"add", "remove", "protocol", "metaData", "txn", "domainMetadata", "checkpointMetadata", "sidecar"}
    actions = []
    for name in rows.column_names:
        if name not in wanted:
            continue
        kind = rows.schema.field(name).type
        dropped = {"stats_parsed", "partitionValues_parsed"}
        column = rows[name].combine_chunks()
        column = column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)
        kept = [item for item in kind if item.name not in dropped]
        members = [column.field(kind.get_field_index(item.name)).to_pylist() for item in kept]
        for row in range(len(column)):
            if column[row].is_valid:
                values = {item.name: plain(cells[row], item.type) for item, cells in zip(kept, members)}
                actions.append(Action(name, {key: value for key, value in values.items() if value is not None}, row))
    return actions


def checkpoint_actions(table: pathlib.Path, paths: list[pathlib.Path]) -> list[Action]:
    """All actions of one checkpoint, those of its sidecars included."""
    actions: list[Action] = []
    for path in paths:
        if path.suffix == ".json":
            found, problems = parse_actions(path.read_bytes())
            if problems:
                raise LogError(f"{path.name}: {problems[0]}")
            actions += found
        else:
            actions += parquet_actions(path)
    for action in [item for item in actions if item.kind == "sidecar"]:
        name = urllib.parse.unquote(action.body["path"]).rsplit("/", 1)[-1]
        actions += parquet_actions(table / "_delta_log/_sidecars" / name)
    return actions


def checkpoints(table: pathlib.Path) -> dict[int, list[list[pathlib.Path]]]:
    """Version to its complete checkpoints, each as the list of its files."""
    found: dict[int, list[list[pathlib.Path]]] = {}
    for version, paths in log_files(table, CHECKPOINT).items():
        paths = [path for path in paths if path.stat().st_size > 0]
        parts: dict[str, list[pathlib.Path]] = {}
        for path in paths:
            of = CHECKPOINT.fullmatch(path.name).group(3)
            if of:
                parts.setdefault(of, []).append(path)
            else:
                found.setdefault(version, []).append([path])
        for of, files in parts.items():
            if len(files) == int(of):
                found.setdefault(version, []).append(files)
    return found


def replay(table: pathlib.Path, version: int | None = None) -> State:
    """The state at `version` (newest when None), from commits alone where they all are there. Raises LogError."""
    if not (table / "_delta_log").is_dir():
        raise LogError("no _delta_log")
    commits = {number: paths[0] for number, paths in log_files(table, COMMIT).items()}
    target = max(commits, default=-1) if version is None else version
    state = State()
    if 0 not in commits:
        usable = {number: found for number, found in checkpoints(table).items() if number <= target}
        if not usable:
            raise LogError("neither commit 0 nor a checkpoint")
        base = max(usable)
        state.apply(table, checkpoint_actions(table, usable[base][0]), base)
    for number in range(state.version + 1, target + 1):
        if number not in commits:
            raise LogError(f"commit {number} is missing")
        actions, problems = parse_actions(commits[number].read_bytes())
        if problems:
            raise LogError(f"{commits[number].name}: {problems[0]}")
        state.apply(table, actions, number)
    if state.protocol is None or state.metadata is None:
        raise LogError("no protocol or no metaData")
    return state
