#!/usr/bin/env python3
"""Delta on Spark as a witness: it reads what we wrote, and we read what it wrote. Not part of the usual tests.

    PYTHONPATH=FOLDER .deps/delta-venv/bin/python tests/delta/spark_witness.py [--sluice BINARY] [--seed N] [--scale X]

Runs where `java` and `mvn` are in the PATH and the Python package `pyspark` can be imported (FOLDER made by
`python3 -m pip install --target FOLDER pyspark==4.2.0`, half a gigabyte); otherwise it says what is missing and ends with 0.
Delta's own jars come from Maven, once, into .deps/. A Spark command takes a second or more: all of it takes half an hour.
"""
from __future__ import annotations

import argparse
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from case import Bench, Outcome, guarded  # noqa: E402
from ours import PROPERTIES as OUR_PROPERTIES  # noqa: E402
from ours import STEPS as OUR_STEPS  # noqa: E402
from random_rows import random_shape  # noqa: E402
from scenario import play  # noqa: E402
from spark import Spark, missing, start_spark  # noqa: E402
from spark_directed import directed  # noqa: E402
from writers import Sluice  # noqa: E402

SPARK_PROPERTIES = (
    {}, {"delta.enableDeletionVectors": "true"}, {"delta.columnMapping.mode": "name"}, {"delta.checkpointPolicy": "v2", "delta.checkpointInterval": "2"},
    {"delta.enableInCommitTimestamps": "true", "delta.checkpointInterval": "3"}, {"delta.enableRowTracking": "true"},
    {"delta.columnMapping.mode": "id", "delta.enableDeletionVectors": "true", "delta.checkpointInterval": "2"},
    {"delta.enableChangeDataFeed": "true", "delta.enableTypeWidening": "true"},
)
# Those of Spark's that both can write to.
SHARED_PROPERTIES = tuple(held for held in SPARK_PROPERTIES if not {"delta.enableRowTracking", "delta.enableChangeDataFeed"} & set(held))
STEPS = ("append", "append", "delete", "delete_nulls", "optimize", "checkpoint", "overwrite", "add_column", "restore")


def of_spark(bench: Bench, spark: Spark, index: int) -> list[str]:
    r, properties = random.Random(bench.seed + index), SPARK_PROPERTIES[index % len(SPARK_PROPERTIES)]
    shape = random_shape(r)
    readers = {**bench.readers(properties, bool(shape.partition_by)), "Spark": spark.read}
    readers.pop("delta-rs") if "delta.enableTypeWidening" in properties else None
    # Spark gives such a table reader version 2 beside writer features, which DuckDB's extension takes for a contradiction.
    readers.pop("DuckDB", None) if set(properties) == {"delta.columnMapping.mode"} else None
    return play(bench.folder / f"spark{index}", shape, properties, [spark], readers, r, STEPS, 6)


def of_ours(bench: Bench, spark: Spark, index: int) -> list[str]:
    r, properties = random.Random(bench.seed + index), OUR_PROPERTIES[index % len(OUR_PROPERTIES)]
    return play(bench.folder / f"ours{index}", random_shape(r), properties, [bench.sluice], {"Spark": spark.read, "sluice": bench.sluice.read}, r,
                OUR_STEPS, 6)


def of_both(bench: Bench, spark: Spark, index: int) -> list[str]:
    r, properties = random.Random(bench.seed + index), SHARED_PROPERTIES[index % len(SHARED_PROPERTIES)]
    return play(bench.folder / f"both{index}", random_shape(r), properties, [spark, bench.sluice], {"Spark": spark.read, "sluice": bench.sluice.read},
                r, STEPS, 7)


def checks(bench: Bench, spark: Spark) -> Iterator[Outcome]:
    if bench.has_tables:
        yield from directed(bench, spark)
        for index in range(bench.count(2 * len(SHARED_PROPERTIES))):
            yield guarded(f"random history {bench.seed + index} of both", lambda i=index: of_both(bench, spark, i))
        for index in range(bench.count(len(OUR_PROPERTIES))):
            yield guarded(f"random history {bench.seed + index} of ours for Spark", lambda i=index: of_ours(bench, spark, i))
    for index in range(bench.count(len(SPARK_PROPERTIES))):
        yield guarded(f"random history {bench.seed + index} by Spark", lambda i=index: of_spark(bench, spark, i))


def run(bench: Bench, spark: Spark) -> tuple[int, int]:
    passed = failed = 0
    for name, problems in checks(bench, spark):
        failed, passed = failed + bool(problems), passed + (not problems)
        print(f"{'FAILED' if problems else 'passed'} {name}" + "".join(f"\n    {problem[:900]}" for problem in problems[:4]), flush=True)
    return passed, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, default=HERE.parents[1] / "build/release/sluice")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    lacking = missing()
    if lacking:
        print(f"SKIPPED: {lacking}")
        return 0
    sluice = Sluice(arguments.sluice.resolve())
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="sluice-spark-") as name:
        folder = pathlib.Path(name)
        try:
            session = start_spark(folder)
        except Exception as error:  # the jars could not be fetched
            print(f"SKIPPED: Spark does not start: {str(error).splitlines()[0][:300]}")
            return 0
        bench = Bench(sluice, sluice.has_tables(), folder, arguments.seed, arguments.scale)
        if not bench.has_tables:
            print("SKIPPED tables of ours: the command has no verb `table` yet")
        passed, failed = run(bench, Spark(session, folder))
        session.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
