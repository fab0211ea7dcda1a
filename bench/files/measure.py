"""Run one process and say what it cost."""
from __future__ import annotations

import os
import pathlib
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Usage:
    """The cost of one process, its waited-for children included.

    user_s and system_s: CPU-seconds. wall_s: seconds from spawn to exit. rss_mib: peak resident set in MiB, as the kernel
    accounts it. bytes_out: size of the output on disk, a folder's files together.
    """

    user_s: float
    system_s: float
    wall_s: float
    rss_mib: float
    bytes_out: int

    @property
    def cpu_s(self) -> float:
        """User plus system CPU-seconds."""
        return self.user_s + self.system_s

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


class ProcessFailed(RuntimeError):
    """The process ended with an exit code that was not expected; the text ends with its last words."""


def size_of(path: pathlib.Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    if path.is_dir():
        return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    return path.stat().st_size if path.exists() else 0


def measure(
    command: Sequence[str],
    output: pathlib.Path,
    cwd: pathlib.Path,
    exit_codes: Sequence[int] = (0,),
) -> Usage:
    """Run `command` and account it with wait4.

    The kernel starts a child's peak RSS at what its parent held when it was spawned (about 20 MiB here): that is the least
    that can be seen, so this process loads nothing but the standard library. Dirty pages are written back afterwards, on
    nobody's account, so that they do not slow down the next process.
    """
    with tempfile.TemporaryFile() as words:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in exit_codes:
            words.seek(0)
            last = words.read()[-2000:].decode(errors="replace")
            raise ProcessFailed(f"{pathlib.Path(command[0]).name} ended with {process.returncode}:\n{last}")
    os.sync()
    return Usage(usage.ru_utime, usage.ru_stime, wall_s, usage.ru_maxrss / 1024, size_of(output))
