"""Just enough of a Delta log to check that a job was done: commits only, no features. Needs nothing but the standard library."""
from __future__ import annotations

import json
import pathlib
import urllib.parse


def live_adds(table: pathlib.Path) -> list[dict]:
    """The live adds of a log whose commits are all there."""
    live: dict[str, dict] = {}
    for path in sorted((table / "_delta_log").glob("?" * 20 + ".json")):
        actions = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        for action in actions:
            if "remove" in action:
                live.pop(urllib.parse.unquote(action["remove"]["path"]), None)
        for action in actions:
            if "add" in action:
                live[urllib.parse.unquote(action["add"]["path"])] = action["add"]
    return list(live.values())


def rows(adds: list[dict]) -> int:
    return sum(json.loads(add["stats"])["numRecords"] for add in adds)


def skipped_share(adds: list[dict], column: str, values: list) -> float:
    """The mean share of files that the statistics rule out for `column = value`, over the values; bounds of strings and of
    moments compare as their texts do."""
    bounds = [(stats["minValues"].get(column), stats["maxValues"].get(column)) for stats in (json.loads(add["stats"]) for add in adds)]
    skipped = sum((low is not None and value < low) or (high is not None and value > high) for value in values for low, high in bounds)
    return skipped / (len(bounds) * len(values))
