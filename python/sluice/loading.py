"""Loading finished files into a table, each exactly once."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Sequence
from typing import Any

from . import _recorder


class LoadError(RuntimeError):
    """Not everything was loaded. `kind` says what to do, as in sluice/result.h: "InvalidInput" (repair, then retry_failed=True),
    "Unavailable" and "Conflict" (load again later), "OutcomeUnknown" (load again: the target is asked first), "Permission". `report`
    is the report, or None when nothing was begun. The files that were not confirmed are still in `directory`, and `resume` is a
    command that goes on, beside `await sluice.load(…)`."""

    def __init__(self, message: str, directory: str, resume: str, kind: str, report: dict[str, Any] | None = None) -> None:
        super().__init__(f"{message}\n  the files are kept in {directory}; to go on: {resume}")
        self.directory, self.resume, self.kind, self.report = directory, resume, kind, report


def _resume(directory: str, target: str, options: dict[str, Any]) -> str:
    words = ["sluice", "load", directory, target]
    words += [f"--{name}" for name in ("keep", "create", "recover") if options[name]]
    if options["skip_bad_rows"]:
        words += ["--on-error", "continue"]
    if options["json_columns"]:
        words += ["--json-columns", ",".join(options["json_columns"])]
    return shlex.join(words)


async def load(directory: str | os.PathLike[str], target: str, *, keep: bool = False, create: bool = False, retry_failed: bool = False,
               recover: bool = False, on_error: str = "abort", json_columns: Sequence[str] = (), parallel: int = 8,
               retry_for: float = 0.0) -> dict[str, Any]:
    """Load every finished file of the recorders' folders at and below `directory` into `target`, each exactly once, as
    `sluice load` does, off the event loop. The keywords are that command's flags; `retry_for` is in seconds. Passwords and keys
    come from the variables that docs/guide/load.md names.

    Returns the report: target, files, rows_recorded, rows_loaded, rows_rejected, bytes_uploaded, duration_ms, warnings. LoadError
    when something was not loaded. A task that is cancelled ends the load at its next step; the next load goes on."""
    if on_error not in ("abort", "continue"):
        raise ValueError("on_error is 'abort' or 'continue'")
    if parallel < 1:
        raise ValueError("parallel is at least 1")
    options = {"keep": keep, "create": create, "retry_failed": retry_failed, "recover": recover, "skip_bad_rows": on_error == "continue",
               "json_columns": list(json_columns), "parallel": parallel, "retry_for": retry_for}
    directory = os.fspath(directory)
    loading = _recorder.BoundLoad(directory, target, options)
    try:
        report = await asyncio.to_thread(loading.run)
    except BaseException:
        loading.cancel()
        raise
    error = report.get("error")
    if error is not None:
        hint = f"\n  hint: {error['hint']}" if error["hint"] else ""
        raise LoadError(error["message"] + hint, directory, _resume(directory, target, options), error["kind"],
                        report if "files" in report else None)
    return report
