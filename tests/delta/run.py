#!/usr/bin/env python3
"""Foreign witnesses of Delta tables: others read what we write, and we read what they wrote.

    run.py [--sluice BINARY] [--seed N] [--scale X] [GROUP...]

Rows go both ways as Parquet files and must be equal as multisets; every log that a test leaves is linted. Runs in
.deps/delta-venv. Groups that need the command's verb `table` say that they are skipped while it is not there.
"""
from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import concurrent_writers  # noqa: E402
import kill  # noqa: E402
import ours  # noqa: E402
import theirs  # noqa: E402
from case import PEER_FAULTS, SHARED_TABLES, Bench, Group  # noqa: E402
from writers import Sluice  # noqa: E402

GROUPS: dict[str, Group] = {group.name: group for module in (theirs, ours, concurrent_writers, kill) for group in module.GROUPS}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)} (default: all)")
    parser.add_argument("--sluice", type=pathlib.Path, default=HERE.parents[1] / "build/release/sluice")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--scale", type=float, default=1.0, help="how many random histories, rounds and kills (default: %(default)s)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.groups if name not in GROUPS]
    if unknown:
        parser.error(f"no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    return arguments


def run_group(group: Group, sluice: Sluice, has_tables: bool, arguments: argparse.Namespace) -> tuple[int, int]:
    """(passed, failed)."""
    passed = failed = 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sluice-delta-") as name:
        for said, problems in group.run(Bench(sluice, has_tables, pathlib.Path(name), arguments.seed, arguments.scale)):
            passed, failed = passed + (not problems), failed + bool(problems)
            if problems:
                print(f"FAILED {group.name}: {said}: " + "\n    ".join(problems[:6]), flush=True)
    print(f"{group.name}: {passed} of {passed + failed} in {time.monotonic() - begin:.1f} s", flush=True)
    return passed, failed


def main() -> int:
    arguments = parse_arguments()
    print("\n".join([f"seed {arguments.seed}", *PEER_FAULTS]))
    sluice = Sluice(arguments.sluice.resolve())
    has_tables = sluice.has_tables()
    if not SHARED_TABLES.is_dir():
        print(f"SKIPPED shared-tables: {SHARED_TABLES} is not there")
    passed = failed = 0
    for name in arguments.groups or GROUPS:
        if GROUPS[name].needs_tables and not has_tables:
            print(f"SKIPPED {name}: the command has no verb `table` yet")
            continue
        counts = run_group(GROUPS[name], sluice, has_tables, arguments)
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
