"""The case `example`: one day's export of examples/query_analytics, the start of the process included."""
from __future__ import annotations

from subjects import Bench, Subject


def example_subjects(bench: Bench) -> list[Subject]:
    """Nobody, until the example is there."""
    return []
