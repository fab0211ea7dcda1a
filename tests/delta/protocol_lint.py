#!/usr/bin/env python3
"""An independent lint of Delta logs: every commit, checkpoint, checksum and hint against the protocol's text.

    protocol_lint.py [--files] TABLE...

Every commit must keep the rules that readers rely on; commits that Sluice wrote also the stricter ones that it promises.
With --files also each live data file, deletion vector and statistic. Prints what is wrong; exits with 1 when anything is.
"""
from __future__ import annotations

import argparse
import pathlib
import sys

import pyarrow as pa

import file_rules
import state_rules
from commit_rules import Commit, check_timestamps, our_rules, reader_rules
from log_text import COMMIT, LogError, log_files, parse_actions
from replay import State, canonical, checkpoint_actions, checkpoints
from table_schema import SchemaError


class Lint:
    """Walks one log from its beginning, or from its oldest checkpoint where the beginning was cleaned up."""

    def __init__(self, table: pathlib.Path):
        self.table = table
        self.problems: list[str] = []
        self.state = State()
        self.used: set[str] = set()
        self.timestamp: int | None = None
        self.all_ours = True
        self.checkpoints = checkpoints(table)
        self.checksums = state_rules.checksum_files(table)

    def start(self, commits: dict[int, list[pathlib.Path]]) -> int:
        """The first version to walk."""
        if 0 in commits:
            return 0
        if not self.checkpoints:
            raise LogError("neither commit 0 nor a checkpoint")
        base = min(self.checkpoints)
        self.state.apply(self.table, checkpoint_actions(self.table, self.checkpoints[base][0]), base)
        self.used = set(self.state.live)
        self.all_ours = False
        return base + 1

    def commit(self, version: int, data: bytes) -> None:
        actions, problems = parse_actions(data)
        after = self.state.copy()
        after.apply(self.table, actions, version)
        commit = Commit(self.table, version, data, actions, self.state, after, problems=problems)
        reader_rules(commit)
        self.timestamp = check_timestamps(commit, self.timestamp)
        if commit.is_ours() and not problems:
            our_rules(commit, self.used)
        self.all_ours = self.all_ours and commit.is_ours()
        self.problems += [f"version {version}: {problem}" for problem in commit.problems]
        self.state = after
        self.used |= {canonical(self.table, body["path"]) for body in commit.of("add")}

    def beside(self, version: int) -> None:
        """The checkpoints and the checksum of the version just reached."""
        for files in self.checkpoints.get(version, []):
            self.problems += state_rules.checkpoint_problems(self.table, files, self.state, self.all_ours)
        for path in self.checksums.get(version, []):
            self.problems += state_rules.checksum_problems(path, self.table, self.state)

    def run(self) -> None:
        commits = log_files(self.table, COMMIT)
        begin = self.start(commits)
        end = max([*commits, begin - 1])
        for version in range(begin, end + 1):
            if version not in commits:
                raise LogError(f"commit {version} is missing")
            self.commit(version, commits[version][0].read_bytes())
            self.beside(version)
        for path in state_rules.compaction_files(self.table):
            self.problems += state_rules.compaction_problems(path, self.table)
        if self.all_ours:  # others leave it stale or torn, and readers take it for no more than a hint
            self.problems += state_rules.hint_problems(self.table)


def lint(table: pathlib.Path, files: bool = False) -> list[str]:
    """Everything that is wrong with the table's log; with `files` also with its live files."""
    table = pathlib.Path(table)
    if not (table / "_delta_log").is_dir():
        return ["no _delta_log"]
    walk = Lint(table)
    try:
        walk.run()
        if files and not walk.problems:
            walk.problems += file_rules.live_file_problems(table, walk.state, walk.all_ours)
    except (LogError, SchemaError, OSError, pa.ArrowException) as error:
        walk.problems.append(f"{type(error).__name__}: {error}")
    return walk.problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", type=pathlib.Path)
    parser.add_argument("--files", action="store_true", help="also read every live file")
    arguments = parser.parse_args()
    failed = 0
    for table in arguments.tables:
        found = lint(table, arguments.files)
        failed += bool(found)
        for problem in found:
            print(f"{table}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
