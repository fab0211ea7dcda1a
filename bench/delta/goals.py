"""What the engine is held to on Delta tables: ratios within one run, the tools' start taken off, and absolute limits."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cases import MANY, start_of
from subjects import DELTA_RS, DRIVER, SLUICE, Run

Results = Mapping[str, Mapping[str, Sequence[Run]]]
PASS, MISS, UNMEASURED = "pass", "MISS", "not measured"
ADDS = 300_001


def least(runs: Sequence[Run], name: str) -> float:
    """The least of the rounds: what the work costs when nothing disturbs it."""
    return min(getattr(run.usage, name) for run in runs)


def typical(runs: Sequence[Run], name: str) -> float:
    """The mean without the tenth that cost most. For processes of milliseconds: the kernel counts in ticks, and the least of many is luck."""
    costs = sorted(getattr(run.usage, name) for run in runs)
    kept = costs[:max(1, len(costs) * 9 // 10)]
    return sum(kept) / len(kept)


def tool_of(subject: str) -> str:
    return next(tool for tool in (DRIVER, DELTA_RS, SLUICE, "duckdb") if subject.startswith(tool))


def net(results: Results, case: str, subject: str, name: str) -> float | None:
    """cpu_s or wall_s of a subject without what its tool costs before its work; None when either did not run.

    Where the start is nearly all of the process, the case measures it itself, among its rounds.
    """
    start = start_of(tool_of(subject))
    runs = results.get(case, {}).get(subject)
    starts = results.get(case, {}).get(start) or results.get("start", {}).get(start)
    if not runs or not starts:
        return None
    cost = typical if min(len(runs), len(starts)) >= MANY else least
    return max(cost(runs, name) - cost(starts, name), 1e-4)


def fact(results: Results, case: str, subject: str, name: str, choose: Callable = min) -> float | None:
    held = [run.facts[name] for run in results.get(case, {}).get(subject, ()) if name in run.facts]
    return choose(held) if held else None


@dataclass(frozen=True)
class Goal:
    """`figure` must not be above `limit`, or with at_least not below it."""

    title: str
    figure: Callable[[Results], float | None]
    limit: float
    at_least: bool = False
    unit: str = ""

    def measured(self, results: Results) -> float | None:
        return self.figure(results)

    def verdict(self, results: Results) -> str:
        figure = self.measured(results)
        if figure is None:
            return UNMEASURED
        return PASS if (figure >= self.limit if self.at_least else figure <= self.limit) else MISS


def ratio(case: str, ours: str, name: str = "cpu_s", theirs: str = DELTA_RS) -> Callable[[Results], float | None]:
    def figure(results: Results) -> float | None:
        mine, peer = net(results, case, ours, name), net(results, case, theirs, name)
        return None if mine is None or peer is None else mine / peer
    return figure


def growth(results: Results) -> float | None:
    early, late = fact(results, "append", DRIVER, "early_s"), fact(results, "append", DRIVER, "late_s")
    return None if early is None or late is None else late / early


def mib_per_million(case: str) -> Callable[[Results], float | None]:
    def figure(results: Results) -> float | None:
        after, before = fact(results, case, DRIVER, "rss_mib", max), fact(results, case, DRIVER, "rss_before_mib", max)
        return None if after is None or before is None else (after - before) * 1e6 / ADDS
    return figure


def peak(case: str, subject: str) -> Callable[[Results], float | None]:
    return lambda results: max((run.usage.rss_mib for run in results.get(case, {}).get(subject, ())), default=None)


def held(case: str, subject: str, name: str, choose: Callable = min) -> Callable[[Results], float | None]:
    return lambda results: fact(results, case, subject, name, choose)


GOALS = (
    Goal("CPU, open 300,000 adds, against delta-rs", ratio("open-adds", DRIVER), 0.4),
    Goal("CPU, open 300,000 adds with statistics, against delta-rs", ratio("open-stats", DRIVER), 0.4),
    Goal("CPU, open 1,000 commits, against delta-rs", ratio("open-commits", DRIVER), 0.3),
    Goal("resident per 1 M adds", mib_per_million("open-adds"), 200, unit="MiB"),
    Goal("resident per 1 M adds with statistics", mib_per_million("open-stats"), 200, unit="MiB"),
    Goal("CPU, 1,000 appends, against delta-rs", ratio("append", DRIVER), 0.1),
    Goal("wall, 1,000 appends with fsync, against delta-rs", ratio("append", DRIVER, "wall_s"), 0.3),
    Goal("CPU, the last appends over the first", growth, 1.5),
    Goal("CPU, compact 1,000 files, against delta-rs", ratio("compact", SLUICE), 0.7),
    Goal("CPU, cluster 2 M rows, against delta-rs", ratio("cluster", SLUICE), 0.8),
    Goal("files after clustering", held("cluster", SLUICE, "files"), 64, at_least=True),
    Goal("files skipped by a moment", held("cluster", SLUICE, "skipped_at"), 0.80, at_least=True),
    Goal("files skipped by a service", held("cluster", SLUICE, "skipped_service"), 0.80, at_least=True),
    Goal("files skipped by a moment, 256 MiB", held("cluster", "sluice-256MiB", "skipped_at"), 0.80, at_least=True),
    Goal("8 processes x 25 appends, failures", held("writers", DRIVER, "failed", max), 0, unit="failed"),
    Goal("wall, 8 processes x 25 appends, against delta-rs", ratio("writers", DRIVER, "wall_s"), 0.5),
    Goal("peak RSS, checkpoint of 300,000 adds", peak("checkpoint", SLUICE), 300, unit="MiB"),
    Goal("CPU, vacuum --dry-run, against delta-rs", ratio("vacuum", SLUICE), 0.3),
    Goal("CPU, vacuum --dry-run after 1,000 commits, against delta-rs", ratio("vacuum-commits", SLUICE), 0.3),
)
