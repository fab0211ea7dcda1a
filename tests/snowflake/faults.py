"""Faults that a test orders: each says where it strikes, how often, and what happens there."""
from __future__ import annotations

import re
import threading

PLACES = {"chunk", "login", "renew", "query", "poll", "abort", "close", "storage", "copy", "copy_statement", "late"}


class Faults:
    """Threads: any. A fault is {"at": place, "do": action, "times": n, "after": n, "match": regex, ...}; the first that fits
    is used and counted down; `after` lets that many fitting requests pass first."""

    def __init__(self):
        self.ordered: list[dict] = []
        self.lock = threading.Lock()

    def order(self, fault: dict) -> None:
        if fault.get("at") not in PLACES:
            raise ValueError(f"no place {fault.get('at')!r}: {sorted(PLACES)}")
        with self.lock:
            self.ordered.append({"times": 1, "after": 0, **fault})

    def clear(self) -> None:
        with self.lock:
            self.ordered.clear()

    def strike(self, place: str, text: str = "") -> dict | None:
        """The fault to act out at `place` for this SQL text, path or file name."""
        with self.lock:
            for fault in self.ordered:
                if fault["at"] != place or fault["times"] <= 0 or not re.search(fault.get("match", ""), text, re.I | re.S):
                    continue
                if fault["after"] > 0:
                    fault["after"] -= 1
                    continue
                fault["times"] -= 1
                return fault
        return None
