"""Who runs in which case: a command line over a fresh or a shared table, and how its work is checked."""
from __future__ import annotations

import contextlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from measure import ProcessFailed, Usage, size_of

HERE = pathlib.Path(__file__).resolve().parent
SLUICE, DRIVER, DELTA_RS, DUCKDB = "sluice", "driver", "delta-rs", "duckdb"


@dataclass(frozen=True)
class Run:
    """One run of a subject: its cost over all of its processes, and what each printed.

    rss_mib of `usage`: of the largest process. facts: figures that the check took from the table.
    """

    usage: Usage
    said: tuple[dict, ...]
    facts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """command: `TABLE` stands for the table's path. processes: started together. fresh: works on a copy of its own.

    check: given what was printed and the table, the figures to keep; raises ProcessFailed when the work was not done.
    rounds: fewer than the others run.
    """

    name: str
    tool: str
    command: tuple[str, ...]
    table: str
    check: Callable[[tuple[dict, ...], pathlib.Path], dict[str, float]]
    fresh: bool = False
    processes: int = 1
    rounds: int | None = None


@dataclass(frozen=True)
class Tools:
    sluice: pathlib.Path
    driver: pathlib.Path
    python: pathlib.Path

    def is_there(self, tool: str) -> bool:
        return {SLUICE: self.sluice, DRIVER: self.driver}.get(tool, self.python).exists()

    def start(self, tool: str) -> tuple[str, ...]:
        """The command line of a tool, up to its verb."""
        peers = {DELTA_RS: "delta_rs.py", DUCKDB: "duckdb_reads.py"}
        if tool in peers:
            return (str(self.python), str(HERE / "peers" / peers[tool]))
        return (str(self.sluice if tool == SLUICE else self.driver),)


def last_document(text: str) -> dict:
    """The JSON that a process printed: its whole output, or the last line of it."""
    for candidate in (text, text.strip().rsplit("\n", 1)[-1]):
        try:
            document = json.loads(candidate)
        except ValueError:
            continue
        return document if isinstance(document, dict) else {"list": document}
    return {}


def run_together(command: list[str], count: int, output: pathlib.Path) -> tuple[Usage, tuple[dict, ...]]:
    """Start `count` of the same command at once, account each with wait4, and give back what they printed."""
    with contextlib.ExitStack() as stack:
        words = stack.enter_context(tempfile.TemporaryFile())
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(count)]
        begin = time.perf_counter()
        processes = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=words) for file in files]
        usages = [wait_for(process) for process in processes]
        wall_s = time.perf_counter() - begin
        failed = [process.returncode for process in processes if process.returncode]
        if failed:
            words.seek(0)
            raise ProcessFailed(f"{' '.join(command)[:200]} ended with {failed[0]}:\n{words.read()[-1500:].decode(errors='replace')}")
        said = []
        for file in files:
            file.seek(0)
            said.append(last_document(file.read().decode()))
    os.sync()
    total = Usage(sum(usage.ru_utime for usage in usages), sum(usage.ru_stime for usage in usages), wall_s,
                  max(usage.ru_maxrss for usage in usages) / 1024, size_of(output))
    return total, tuple(said)


def wait_for(process: subprocess.Popen) -> resource.struct_rusage:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def run_subject(subject: Subject, tools: Tools, data: pathlib.Path, is_first: bool) -> Run:
    """One run, on a fresh copy when the subject changes its table. The check runs each time: some cases read figures from it."""
    table = data / subject.table
    if subject.fresh:
        # Removed when all is measured: ext4 without a journal looks at each inode that was freed in the last minutes
        # before it gives one to a new file, and a run after a removal of thousands took three times its system time.
        (data / "scratch").mkdir(exist_ok=True)
        table = pathlib.Path(tempfile.mkdtemp(prefix=f"{subject.table}-{subject.name}-", dir=data / "scratch"))
        shutil.copytree(data / subject.table, table, dirs_exist_ok=True)
    command = [*tools.start(subject.tool), *(part.replace("TABLE", str(table)) for part in subject.command)]
    os.sync()
    usage, said = run_together(command, subject.processes, table)
    facts = subject.check(said, table) if is_first or subject.fresh else {}
    return Run(usage, said, facts)
