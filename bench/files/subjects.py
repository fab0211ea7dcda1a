"""Who runs in which case, with which command line."""
from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass

import shape

HERE = pathlib.Path(__file__).resolve().parent
SLUICE = "sluice"
# Rounds of a subject that only has to show its file size.
ONE_ROUND = 1


@dataclass(frozen=True)
class Subject:
    """One process of one case.

    check: what verify.py must find in the output, once. rounds: fewer than the others run. leftovers: files beside the
    output that a round must not find.
    """

    name: str
    command: list[str]
    output: pathlib.Path
    check: list[str]
    cwd: pathlib.Path = HERE
    exit_codes: tuple[int, ...] = (0,)
    rounds: int | None = None
    leftovers: tuple[pathlib.Path, ...] = ()


@dataclass(frozen=True)
class Bench:
    """What all subjects share: where the tools and the data are."""

    sluice: pathlib.Path
    peer_python: pathlib.Path
    csv2parquet: pathlib.Path
    data: pathlib.Path
    rows: int

    def output(self, case: str, name: str) -> pathlib.Path:
        return self.data / "out" / f"{case}-{name}.parquet"

    def facts(self) -> list[str]:
        return ["--facts", str(self.data / "facts.json")]

    def sluice_copy(self, case: str, name: str, source: str, *flags: str, codec: str = "zstd:3", columns: str | None = "mixed",
                    threads: int = 2, check: list[str] | None = None, exit_codes: tuple[int, ...] = (0,)) -> Subject:
        """`sluice copy` with declared columns of that shape, or with None inferring them."""
        output = self.output(case, name)
        command = [str(self.sluice), "copy", str(self.data / source), str(output), "--codec", codec, "--threads", str(threads)]
        if columns:
            command += ["--columns", shape.sluice_columns(columns)]
        command += ["--progress", "never", *flags]
        return Subject(name, command, output, check or self.facts(), cwd=self.data, exit_codes=exit_codes)

    def peer(self, case: str, module: str, source: str, *flags: str, name: str | None = None, check: list[str] | None = None,
             rounds: int | None = None) -> Subject:
        """One of the scripts in peers/, with two threads."""
        output = self.output(case, name or module)
        command = [str(self.peer_python), "-m", f"peers.{module}_copy", str(self.data / source), str(output), "--threads", "2", *flags]
        return Subject(name or module, command, output, check or self.facts(), rounds=rounds)

    def csv2parquet_copy(self, case: str, codec: str) -> list[Subject]:
        """The crate when cargo could build it. One thread; its zstd has no level flag and is level 1."""
        if not self.csv2parquet.exists():
            return []
        schema = self.data / "mixed.arrow.json"
        schema.write_text(json.dumps(shape.arrow_schema("mixed")))
        output = self.output(case, "csv2parquet")
        command = [str(self.csv2parquet), "--schema-file", str(schema), "--compression", codec, str(self.data / "mixed.csv"), str(output)]
        return [Subject("csv2parquet", command, output, self.facts())]
