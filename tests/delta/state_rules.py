"""What lies beside the commits must say what they say: checkpoints, compactions, version checksums, the hint."""
from __future__ import annotations

import hashlib
import json
import pathlib
import re
import urllib.parse

import pyarrow as pa

from log_text import COMMIT, COMPACTED, CRC, LogError, field_problems, log_files, parse_actions, parse_json, vector_id
from replay import State, canonical, checkpoint_actions, checkpoints

# Members that may differ between a commit's action and a checkpoint's: a checkpoint is state.
FREE_IN_CHECKPOINT = {"dataChange", "stats", "tags", "extendedFileMetadata"}


def same(left: dict | None, right: dict | None, free: set[str] = frozenset()) -> bool:
    """Equal but for absent, empty and null members."""
    def trim(value: object) -> object:
        if isinstance(value, dict):
            return {key: trim(member) for key, member in value.items() if member not in (None, {}, []) and key not in free}
        return value
    return trim(left or {}) == trim(right or {})


def retention_ms(configuration: dict) -> int:
    text = configuration.get("delta.deletedFileRetentionDuration", "interval 1 week").lower()
    units = {"week": 604_800_000, "day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000, "millisecond": 1}
    parts = re.findall(r"(\d+)\s+(week|day|hour|minute|second|millisecond)s?", text)
    return sum(int(count) * units[unit] for count, unit in parts)


def checkpoint_problems(table: pathlib.Path, files: list[pathlib.Path], state: State, strict: bool) -> list[str]:
    """A checkpoint holds exactly the state of its version."""
    said = files[0].name
    try:
        actions = checkpoint_actions(table, files)
    except (LogError, OSError, pa.ArrowException) as error:
        return [f"{said}: {error}"]
    problems = [f"{said}: {problem}" for action in actions for problem in field_problems(action.kind, with_defaults(action.kind, action.body))][:5]
    held = State()
    paths = [(action.kind, canonical(table, action.body["path"]), vector_id(action.body.get("deletionVector")))
             for action in actions if action.kind in {"add", "remove"}]
    if len(set(paths)) != len(paths):
        problems.append(f"{said}: a file stands twice")
    if {key[1:] for key in paths if key[0] == "add"} & {key[1:] for key in paths if key[0] == "remove"}:
        problems.append(f"{said}: a file is live and a tombstone")
    held.apply(table, actions, state.version)
    singles = [action.kind for action in actions]
    for kind in ("protocol", "metaData"):
        if singles.count(kind) != 1:
            problems.append(f"{said}: {singles.count(kind)} {kind} actions")
    if not same(held.protocol, state.protocol) or not same(held.metadata, state.metadata):
        problems.append(f"{said}: another protocol or metaData than at version {state.version}")
    problems += [f"{said}: {problem}" for problem in live_problems(held, state)]
    if set(held.tombstones) - set(state.tombstones):
        problems.append(f"{said}: tombstones that the log does not have: {sorted(set(held.tombstones) - set(state.tombstones))[:3]}")
    if not same(held.domains, state.domains):
        problems.append(f"{said}: domains {sorted(held.domains)}, the log has {sorted(state.domains)}")
    if set(held.txns) - set(state.txns) or any(not same(held.txns[key], state.txns[key]) for key in held.txns):
        problems.append(f"{said}: other transactions than the log")
    if strict:
        problems += [f"{said}: {problem}" for problem in our_checkpoint_problems(files, held, state, [a.kind for a in actions])]
    return problems


def with_defaults(kind: str, body: dict) -> dict:
    """What a typed column cannot tell apart: an empty map or list may have become null."""
    absent = {"add": {"partitionValues": {}}, "metaData": {"partitionColumns": [], "configuration": {}}}.get(kind, {})
    return {**absent, **body}


def live_problems(held: State, state: State) -> list[str]:
    problems = []
    if set(held.live) != set(state.live):
        extra, missing = sorted(set(held.live) - set(state.live)), sorted(set(state.live) - set(held.live))
        problems.append(f"{len(held.live)} live files, the log has {len(state.live)}; not in the log {extra[:2]}, missing {missing[:2]}")
    for path in set(held.live) & set(state.live):
        if not same(held.live[path], state.live[path], FREE_IN_CHECKPOINT):
            problems.append(f"{path}: {held.live[path]}, the log says {state.live[path]}")
            break
    return problems


def our_checkpoint_problems(files: list[pathlib.Path], held: State, state: State, kinds: list[str]) -> list[str]:
    """What our checkpoints must have besides: every unexpired tombstone, every transaction, statistics, no other actions."""
    problems = []
    newest = files[0].stat().st_mtime * 1000
    kept = {key for key, body in state.tombstones.items()
            if body.get("deletionTimestamp", 0) > newest - retention_ms(state.configuration) + 5000}
    if kept - set(held.tombstones):
        problems.append(f"{len(kept - set(held.tombstones))} unexpired tombstones are missing")
    if "delta.setTransactionRetentionDuration" not in state.configuration and set(held.txns) != set(state.txns):
        problems.append(f"transactions {sorted(held.txns)}, the log has {sorted(state.txns)}")
    if state.configuration.get("delta.checkpoint.writeStatsAsJson", "true") == "true":
        for path, add in state.live.items():
            if add.get("stats") and json.loads(add["stats"]) != json.loads(held.live.get(path, {}).get("stats") or "{}"):
                problems.append(f"{path}: other statistics: {held.live.get(path, {}).get('stats')}, the log says {add['stats']}")
                break
    if {"commitInfo", "cdc"} & set(kinds):
        problems.append("commitInfo or cdc in a checkpoint")
    return problems


def checksum_problems(path: pathlib.Path, table: pathlib.Path, state: State) -> list[str]:
    try:
        said = parse_json(path.read_text())
    except ValueError as error:
        return [f"{path.name}: {error}"]
    vectors = [add["deletionVector"] for add in state.live.values() if add.get("deletionVector")]
    wanted = {"numFiles": len(state.live), "tableSizeBytes": sum(add["size"] for add in state.live.values()), "numMetadata": 1, "numProtocol": 1}
    if said.get("numDeletionVectorsOpt") is not None:
        wanted["numDeletionVectorsOpt"] = len(vectors)
    if said.get("numDeletedRecordsOpt") is not None:
        wanted["numDeletedRecordsOpt"] = sum(vector["cardinality"] for vector in vectors)
    problems = [f"{path.name}: {name} is {said.get(name)}, the log says {value}" for name, value in wanted.items() if said.get(name) != value]
    if not same(said.get("protocol"), state.protocol) or not same(said.get("metadata"), state.metadata):
        problems.append(f"{path.name}: another protocol or metadata")
    if said.get("allFiles") is not None and {canonical(table, add["path"]) for add in said["allFiles"]} != set(state.live):
        problems.append(f"{path.name}: allFiles has other files")
    for name, held in (("setTransactions", {txn["appId"]: txn for txn in said.get("setTransactions") or ()}),
                       ("domainMetadata", {body["domain"]: body for body in said.get("domainMetadata") or ()})):
        if said.get(name) is not None and set(held) != set(state.txns if name == "setTransactions" else state.domains):
            problems.append(f"{path.name}: {name} has {sorted(held)}")
    histogram = said.get("fileSizeHistogram") or said.get("histogramOpt")
    if histogram and (sum(histogram["fileCounts"]) != len(state.live) or sum(histogram["totalBytes"]) != wanted["tableSizeBytes"]):
        problems.append(f"{path.name}: the histogram counts {sum(histogram['fileCounts'])} files")
    return problems


def compaction_problems(path: pathlib.Path, table: pathlib.Path) -> list[str]:
    """The same adds and removes as the commits x to y reconciled."""
    begin, end = map(int, COMPACTED.fullmatch(path.name).groups())
    commits = log_files(table, COMMIT)
    if any(version not in commits for version in range(begin, end + 1)):
        return []
    state, said = State(), State()
    for version in range(begin, end + 1):
        state.apply(table, parse_actions(commits[version][0].read_bytes())[0], version)
    actions, problems = parse_actions(path.read_bytes())
    if problems:
        return [f"{path.name}: {problems[0]}"]
    said.apply(table, actions, end)
    if set(said.live) != set(state.live) or set(said.tombstones) != set(state.tombstones):
        return [f"{path.name}: other files than the commits {begin} to {end}"]
    return []


def canonical_hint(value: object, path: str = "") -> list[tuple[bytes, str]]:
    """The lines over which the hint's checksum goes."""
    encode = lambda text: '"' + urllib.parse.quote(text, safe="-._~") + '"'  # noqa: E731
    join = lambda key: f"{path}+{key}" if path else key  # noqa: E731
    if isinstance(value, dict):
        return [line for key, member in value.items() if path or key != "checksum" for line in canonical_hint(member, join(encode(key)))]
    if isinstance(value, list):
        return [line for index, member in enumerate(value) for line in canonical_hint(member, join(str(index)))]
    text = encode(value) if isinstance(value, str) else json.dumps(value)
    return [(path.encode(), f"{path}={text}")]


def hint_problems(table: pathlib.Path) -> list[str]:
    path = table / "_delta_log/_last_checkpoint"
    if not path.exists():
        return []
    try:
        hint = parse_json(path.read_text())
    except ValueError as error:
        return [f"_last_checkpoint: {error}"]
    found = checkpoints(table).get(hint["version"])
    if not found:
        return [f"_last_checkpoint names version {hint['version']}, which has no checkpoint"]
    problems = []
    if "checksum" in hint:
        text = ",".join(line for _, line in sorted(canonical_hint(hint)))
        if hashlib.md5(text.encode()).hexdigest() != hint["checksum"]:
            problems.append("_last_checkpoint: wrong checksum")
    counts = [len(checkpoint_actions(table, files)) for files in found]
    if hint["size"] not in counts:
        problems.append(f"_last_checkpoint: size {hint['size']}, the checkpoint has {counts} actions")
    return problems


def checksum_files(table: pathlib.Path) -> dict[int, list[pathlib.Path]]:
    return log_files(table, CRC)


def compaction_files(table: pathlib.Path) -> list[pathlib.Path]:
    return [path for paths in log_files(table, COMPACTED).values() for path in paths]
