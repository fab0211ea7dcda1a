"""What a group of tests is given, and what it hands back."""
from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from readers import WITNESSES, Reader
from writers import Sluice

# A test's name, and what is wrong.
Outcome = tuple[str, list[str]]
# What a witness cannot witness; said at the start of each run.
PEER_FAULTS = ("DuckDB 1.4 returns null for partition columns under column mapping: not asked there",
               "delta-rs 1.6 writes decimals below zero wrongly into partition values, and takes __HIVE_DEFAULT_PARTITION__ for null: not asked to")
SHARED_TABLES = pathlib.Path(__file__).resolve().parents[3] / "shared/tables"


@dataclass(frozen=True)
class Bench:
    """folder: an empty one of the group's own. scale: how much more than usual the random groups do."""

    sluice: Sluice
    has_tables: bool
    folder: pathlib.Path
    seed: int
    scale: float

    def count(self, usual: int) -> int:
        return max(1, round(usual * self.scale))

    def readers(self, properties: Mapping[str, str] = MappingProxyType({}), partitioned: bool = False) -> dict[str, Reader]:
        """The witnesses that can read such a table, and the engine as soon as it can read tables."""
        found = {**WITNESSES, **({"sluice": self.sluice.read} if self.has_tables else {})}
        if partitioned and "delta.columnMapping.mode" in properties:
            del found["DuckDB"]
        return found


@dataclass(frozen=True)
class Group:
    """needs_tables: cannot run before the command works on tables."""

    name: str
    run: Callable[[Bench], Iterator[Outcome]]
    needs_tables: bool = True


def guarded(name: str, check: Callable[[], list[str]]) -> Outcome:
    """Whatever is thrown is a finding."""
    try:
        return name, check()
    except Exception as error:  # reported with its type; the next test goes on
        return name, [f"{type(error).__name__}: {str(error)[:900]}"]
