"""What the engine is held to: ratios within one run, and three absolute limits."""
from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from measure import Usage

# Case to subject to the runs.
Results = Mapping[str, Mapping[str, Sequence[Usage]]]
Reading = Callable[[Sequence[Usage]], float]

PASS, MISS, UNMEASURED = "pass", "MISS", "not measured"


def cpu_s(runs: Sequence[Usage]) -> float:
    """The least CPU-seconds of the rounds: what the work costs when nothing disturbs it."""
    return min(run.cpu_s for run in runs)


def wall_s(runs: Sequence[Usage]) -> float:
    """The least wall seconds of the rounds."""
    return min(run.wall_s for run in runs)


def rss_mib(runs: Sequence[Usage]) -> float:
    """The largest peak resident set of the rounds, in MiB."""
    return max(run.rss_mib for run in runs)


def bytes_out(runs: Sequence[Usage]) -> float:
    """Bytes of the output."""
    return max(run.bytes_out for run in runs)


def median_wall_ms(runs: Sequence[Usage]) -> float:
    return 1000 * statistics.median(run.wall_s for run in runs)


def median_cpu_ms(runs: Sequence[Usage]) -> float:
    return 1000 * statistics.median(run.cpu_s for run in runs)


@dataclass(frozen=True)
class Goal:
    """`reading` of `subject`, over the least of `against` when there are any, must not be above `limit` (or below `at_least`)."""

    title: str
    case: str
    subject: str
    against: tuple[str, ...]
    reading: Reading
    limit: float
    at_least: bool = False
    unit: str = ""

    def measured(self, results: Results) -> float | None:
        """The figure, or None when who is needed did not run."""
        runs = results.get(self.case, {})
        peers = [self.reading(runs[name]) for name in self.against if runs.get(name)]
        if not runs.get(self.subject) or (self.against and not peers):
            return None
        figure = self.reading(runs[self.subject])
        return figure / min(peers) if self.against else figure

    def verdict(self, results: Results) -> str:
        figure = self.measured(results)
        if figure is None:
            return UNMEASURED
        return PASS if (figure >= self.limit if self.at_least else figure <= self.limit) else MISS


def cpu_goals(case: str, title: str, limits: Mapping[str, float]) -> list[Goal]:
    return [Goal(f"CPU {title} against {peer}", case, "sluice", (peer,), cpu_s, limit) for peer, limit in limits.items()]


ALL_PEERS = ("duckdb", "duckdb-v2", "polars", "pyarrow", "datafusion", "csv2parquet")
GOALS = (
    *cpu_goals("zstd3", "zstd-3", {"datafusion": 0.55, "pyarrow": 0.52, "polars": 0.52, "duckdb": 0.50}),
    *cpu_goals("snappy", "snappy", {"datafusion": 0.58, "pyarrow": 0.52, "polars": 0.52, "duckdb": 0.50, "csv2parquet": 0.55}),
    *cpu_goals("zstd1", "zstd-1", {"csv2parquet": 0.50}),
    Goal("wall, 1 thread over 2 threads", "threads", "sluice-1", ("sluice-2",), wall_s, 1.7, at_least=True),
    Goal("bytes, zstd-3, against the smallest peer", "zstd3", "sluice", ALL_PEERS, bytes_out, 1.0),
    Goal("bytes, snappy, against the smallest peer", "snappy", "sluice", ALL_PEERS, bytes_out, 1.0),
    Goal("bytes, zstd-1, against csv2parquet", "zstd1", "sluice", ALL_PEERS, bytes_out, 1.0),
    Goal("peak RSS", "rss", "sluice-x1", (), rss_mib, 256, unit="MiB"),
    Goal("peak RSS, 4 times the input", "rss", "sluice-x4", (), rss_mib, 256, unit="MiB"),
    Goal("CPU, inferred over declared types", "inference", "sluice-inferred", ("sluice-declared",), cpu_s, 1.3),
    Goal("CPU, rejects on over off", "rejects", "sluice-on", ("sluice-off",), cpu_s, 1.10),
    Goal("wall, gz, against the fastest peer", "gz", "sluice", ALL_PEERS, wall_s, 0.7),
    Goal("CPU, NDJSON zstd-3, against duckdb", "ndjson", "sluice", ("duckdb",), cpu_s, 0.55),
    Goal("CPU, 1,000 doubles, against polars", "wide", "sluice", ("polars",), cpu_s, 1.0),
    Goal("one day's export, median wall", "example", "sluice", (), median_wall_ms, 50, unit="ms"),
    Goal("one day's export, median CPU", "example", "sluice", (), median_cpu_ms, 30, unit="ms"),
)
