"""Put the peers into .deps/: the newest wheels into a venv of their own, csv2parquet through cargo when that is there."""
from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

WHEELS = ("duckdb", "polars", "pyarrow", "datafusion")
CRATE = "csv2parquet"


class Peers:
    """Where the peers live; nothing here touches the venv that Sluice itself is built with."""

    def __init__(self, deps: pathlib.Path) -> None:
        self.venv = deps / "bench-venv"
        self.python = self.venv / "bin" / "python"
        self.cargo_root = deps / "cargo"
        self.csv2parquet = self.cargo_root / "bin" / CRATE

    def install(self, upgrade: bool) -> None:
        """Install what is missing; with `upgrade` also fetch the newest versions."""
        if upgrade or not self.wheels_are_there():
            subprocess.run([sys.executable, "-m", "venv", str(self.venv)], check=True)
            subprocess.run([str(self.python), "-m", "pip", "install", "--quiet", "--upgrade", *WHEELS], check=True)
        if shutil.which("cargo") and (upgrade or not self.csv2parquet.exists()):
            print(f"compiling {CRATE} (some minutes, once)", flush=True)
            subprocess.run(["cargo", "install", "--quiet", "--root", str(self.cargo_root), CRATE], check=True)

    def wheels_are_there(self) -> bool:
        return self.python.exists() and set(WHEELS) <= self.wheel_versions().keys()

    def wheel_versions(self) -> dict[str, str]:
        code = (
            "import importlib.metadata as m\n"
            f"names = [n for n in {WHEELS!r} if list(m.distributions(name=n))]\n"
            "print('\\n'.join(f'{n} {m.version(n)}' for n in names))"
        )
        lines = subprocess.run([str(self.python), "-c", code], check=True, capture_output=True, text=True).stdout
        return dict(line.split() for line in lines.splitlines())

    def versions(self) -> dict[str, str]:
        """Name to version of every peer that is there."""
        found = self.wheel_versions()
        if self.csv2parquet.exists():
            said = subprocess.run([str(self.csv2parquet), "--version"], check=True, capture_output=True, text=True).stdout
            found[CRATE] = said.split()[-1]
        return found
