"""Results as tables for people and as JSON for comparing runs."""
from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from cases import CASES
from goals import GOALS, MISS, PASS, UNMEASURED, Results, least, net
from subjects import Run

HEADERS = ("", "CPU s", "median", "without start", "wall s", "median", "RSS MiB")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned: the first to the left, the others to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = ("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]) for row in rows)
    return "\n".join("  " + line.rstrip() for line in lines)


def subject_row(results: Results, case: str, name: str, runs: Sequence[Run]) -> list[str]:
    walls, cpus = [run.usage.wall_s for run in runs], [run.usage.cpu_s for run in runs]
    without = net(results, case, name, "cpu_s") if not name.endswith("-start") else None
    times = [f"{min(cpus):.3f}", f"{statistics.median(cpus):.3f}", "-" if without is None else f"{without:.3f}",
             f"{least(runs, 'wall_s'):.3f}", f"{statistics.median(walls):.3f}"]
    return [name, *times, f"{max(run.usage.rss_mib for run in runs):.0f}"]


def case_table(results: Results, case: str) -> str:
    """CPU and wall: the least and the median of the rounds. RSS: the largest process of all. Then what the checks found."""
    rows = [list(HEADERS), *(subject_row(results, case, name, runs) for name, runs in results[case].items() if runs)]
    facts = [f"  {name}: " + ", ".join(f"{key} {value:.4g}" for key, value in runs[0].facts.items())
             for name, runs in results[case].items() if runs and runs[0].facts]
    return "\n".join([f"{case}: {CASES[case].title}", table(rows), *facts])


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
    """Every run of every subject, and the verdict on each goal."""
    return {
        **facts,
        "cases": {case: {name: [{**run.usage.as_json(), **run.facts} for run in runs] for name, runs in subjects.items()}
                  for case, subjects in results.items()},
        "goals": [{"goal": goal.title, "measured": goal.measured(results), "limit": goal.limit, "at_least": goal.at_least,
                   "unit": goal.unit or "ratio", "verdict": goal.verdict(results)} for goal in GOALS],
    }
