"""The cases of `./dev bench files`: which inputs each needs and who runs in it."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import shape
from example_run import example_subjects
from subjects import ONE_ROUND, SLUICE, Bench, Subject


@dataclass(frozen=True)
class Case:
    """One table of the report. rounds: instead of --rounds, where single runs are too short to be told apart."""

    title: str
    inputs: tuple[str, ...]
    subjects: Callable[[Bench], list[Subject]]
    rounds: int | None = None


def codec_case(case: str, codec: str, level: int) -> Callable[[Bench], list[Subject]]:
    """Everybody at the same codec and level, on the mixed CSV."""

    def subjects(bench: Bench) -> list[Subject]:
        flags = ("--codec", codec, "--level", str(level))
        ours = bench.sluice_copy(case, SLUICE, "mixed.csv", codec=f"zstd:{level}" if codec == "zstd" else codec)
        peers = [bench.peer(case, module, "mixed.csv", *flags) for module in ("duckdb", "polars", "pyarrow", "datafusion")]
        newer = bench.peer(case, "duckdb", "mixed.csv", *flags, "--parquet-version", "v2", name="duckdb-v2", rounds=ONE_ROUND)
        return [ours, *peers, newer]

    return subjects


def snappy(bench: Bench) -> list[Subject]:
    return codec_case("snappy", "snappy", 0)(bench) + bench.csv2parquet_copy("snappy", "snappy")


def zstd1(bench: Bench) -> list[Subject]:
    return [bench.sluice_copy("zstd1", SLUICE, "mixed.csv", codec="zstd:1"), *bench.csv2parquet_copy("zstd1", "zstd")]


def threads(bench: Bench) -> list[Subject]:
    return [bench.sluice_copy("threads", f"sluice-{count}", "mixed.csv", threads=count) for count in (1, 2)]


def rss(bench: Bench) -> list[Subject]:
    once = bench.sluice_copy("rss", "sluice-x1", "mixed.csv")
    return [once, bench.sluice_copy("rss", "sluice-x4", "x4.csv", check=["--rows", str(4 * bench.rows)])]


def inference(bench: Bench) -> list[Subject]:
    """The inferred types need not be the declared ones (a price may be wider), so only rows are checked."""
    declared = bench.sluice_copy("inference", "sluice-declared", "mixed.csv")
    return [declared, bench.sluice_copy("inference", "sluice-inferred", "mixed.csv", columns=None, check=["--rows", str(bench.rows)])]


def rejects(bench: Bench) -> list[Subject]:
    """One row in a hundred is bad and goes to the rejects file, against the clean input without one."""
    file = bench.data / "out" / "rejects.ndjson"
    flags = ("--max-rejects", "5%", "--rejects", str(file))
    check = ["--rows", str(shape.good_rows(bench.rows))]
    off = bench.sluice_copy("rejects", "sluice-off", "mixed.csv")
    on = bench.sluice_copy("rejects", "sluice-on", "bad.csv", *flags, check=check, exit_codes=(1,))
    return [off, dataclasses.replace(on, leftovers=(file,))]


def gz(bench: Bench) -> list[Subject]:
    peers = [bench.peer("gz", module, "mixed.csv.gz") for module in ("duckdb", "polars", "pyarrow", "datafusion")]
    return [bench.sluice_copy("gz", SLUICE, "mixed.csv.gz"), *peers]


def ndjson(bench: Bench) -> list[Subject]:
    """pyarrow's JSON reader takes decimals only from strings: it is not among the peers."""
    peers = [bench.peer("ndjson", module, "mixed.ndjson") for module in ("duckdb", "polars", "datafusion")]
    return [bench.sluice_copy("ndjson", SLUICE, "mixed.ndjson"), *peers]


def wide(bench: Bench) -> list[Subject]:
    check = ["--rows", str(shape.wide_rows(bench.rows))]
    peers = [bench.peer("wide", module, "wide.csv", "--shape", "wide", check=check) for module in ("duckdb", "polars", "pyarrow")]
    return [bench.sluice_copy("wide", SLUICE, "wide.csv", columns="wide", check=check), *peers]


CASES = {
    "zstd3": Case("CSV to Parquet, zstd level 3", ("csv",), codec_case("zstd3", "zstd", 3)),
    "snappy": Case("CSV to Parquet, snappy", ("csv",), snappy),
    "zstd1": Case("CSV to Parquet, zstd level 1", ("csv",), zstd1),
    "threads": Case("one thread and two, zstd level 3", ("csv",), threads),
    "rss": Case("the input and four times the input, zstd level 3", ("csv", "x4"), rss),
    "inference": Case("declared and inferred types, zstd level 3", ("csv",), inference),
    "rejects": Case("one bad row in a hundred, zstd level 3", ("csv", "bad"), rejects),
    "gz": Case("gzip CSV to Parquet, zstd level 3", ("gz",), gz),
    "ndjson": Case("NDJSON to Parquet, zstd level 3", ("ndjson",), ndjson),
    "wide": Case("1,000 columns of doubles, zstd level 3", ("wide",), wide),
    "example": Case("one day's export of examples/query_analytics", (), example_subjects, rounds=20),
}
