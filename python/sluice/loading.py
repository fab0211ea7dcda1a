"""Loading finished files through the command `sluice load`."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
from collections.abc import Sequence
from typing import Any

COMMAND_VARIABLE = "SLUICE_COMMAND"
# Done, done with rejected rows that the caller allowed, and everything was there already.
SUCCESSES = {0, 1, 99}


class LoadError(RuntimeError):
    """Not everything was loaded. `exit_code` is that of `sluice load`, or None when it could not be started; `report` is what it
    printed, or None. The files that were not confirmed are still in `directory`, and `resume` is the command that goes on."""

    def __init__(self, message: str, directory: str, resume: str, exit_code: int | None = None, report: Any = None) -> None:
        super().__init__(f"{message}\n  the files are kept in {directory}; to go on: {resume}")
        self.directory, self.resume, self.exit_code, self.report = directory, resume, exit_code, report


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


async def load(directory: str, target: str, arguments: Sequence[str] = (), command: str | None = None) -> dict[str, Any]:
    """Run `sluice load DIRECTORY TARGET` and return its report."""
    command = command or os.environ.get(COMMAND_VARIABLE) or "sluice"
    words = [command, "load", directory, target, *arguments]
    resume = shlex.join(words)
    if shutil.which(command) is None:
        raise LoadError(f"the command '{command}' was not found: install it, or name it with command= or {COMMAND_VARIABLE}", directory,
                        resume)
    process = await asyncio.create_subprocess_exec(*words, "--output", "json", stdin=asyncio.subprocess.DEVNULL,
                                                   stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    printed, said = await process.communicate()
    report = _parsed(printed)
    if process.returncode not in SUCCESSES or not isinstance(report, dict) or "rows_loaded" not in report:
        raise LoadError(f"sluice load exited with {process.returncode}: {said.decode(errors='replace').strip()}", directory, resume,
                        process.returncode, report)
    return report
