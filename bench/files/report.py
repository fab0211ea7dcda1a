"""Results as tables for people and as JSON for comparing runs."""
from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from cases import CASES
from goals import GOALS, MISS, PASS, UNMEASURED, Results, cpu_s
from measure import Usage

HEADERS = ("", "CPU s", "median", "wall s", "median", "RSS MiB", "MB out", "CPU ratio")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned: the first to the left, the others to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = ("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]) for row in rows)
    return "\n".join("  " + line.rstrip() for line in lines)


def case_row(name: str, runs: Sequence[Usage], base_cpu_s: float) -> list[str]:
    walls = [run.wall_s for run in runs]
    cpus = [run.cpu_s for run in runs]
    digits = 3 if max(walls) < 1 else 2
    times = [f"{value:.{digits}f}" for value in (min(cpus), statistics.median(cpus), min(walls), statistics.median(walls))]
    size = f"{max(run.bytes_out for run in runs) / 1e6:.1f}"
    return [name, *times, f"{max(run.rss_mib for run in runs):.0f}", size, f"{min(cpus) / base_cpu_s:.2f}"]


def case_table(case: str, runs: Mapping[str, Sequence[Usage]]) -> str:
    """CPU and wall: the least and the median of the rounds. RSS: the largest. CPU ratio: over the first subject."""
    base_cpu_s = cpu_s(next(iter(runs.values()))) or 1e-9
    rows = [list(HEADERS), *(case_row(name, subject_runs, base_cpu_s) for name, subject_runs in runs.items())]
    return f"{case}: {CASES[case].title}\n{table(rows)}"


def goal_table(results: Results) -> str:
    rows = [["goal", "measured", "limit", ""]]
    for goal in GOALS:
        figure = goal.measured(results)
        digits = 0 if goal.unit else 2
        shown = "-" if figure is None else f"{figure:.{digits}f}"
        sign = ">=" if goal.at_least else "<="
        rows.append([goal.title, shown, f"{sign} {goal.limit:.{digits}f} {goal.unit}".rstrip(), goal.verdict(results)])
    verdicts = [goal.verdict(results) for goal in GOALS]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in (PASS, MISS, UNMEASURED))
    return f"goals\n{table(rows)}\n  {counts}"


def as_json(results: Results, facts: Mapping[str, object]) -> dict[str, object]:
    """Every run of every subject, in seconds, MiB and bytes, and the verdict on each goal."""
    return {
        **facts,
        "cases": {
            case: {name: [run.as_json() for run in runs] for name, runs in subjects.items()} for case, subjects in results.items()
        },
        "goals": [
            {"goal": goal.title, "measured": goal.measured(results), "limit": goal.limit, "at_least": goal.at_least,
             "unit": goal.unit or "ratio", "verdict": goal.verdict(results)}
            for goal in GOALS
        ],
    }
