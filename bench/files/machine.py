"""The facts of the machine and the tools that a figure depends on; nothing that names the machine."""
from __future__ import annotations

import os
import pathlib
import platform
import subprocess


def cpu_model() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def machine_facts() -> dict[str, object]:
    """CPU, cores, memory in GiB, kernel, and the load (processes running, 1-minute mean) before the first run."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory_bytes / 2**30, 1),
        "kernel": ".".join(platform.release().split(".")[:2]),
        "load_before": round(os.getloadavg()[0], 2),
    }


def sluice_version(binary: pathlib.Path) -> str | None:
    """What `sluice --version` says first, or None when it is not built."""
    if not os.access(binary, os.X_OK):
        return None
    said = subprocess.run([str(binary), "--version"], check=True, capture_output=True, text=True).stdout
    return said.split("\n")[0].strip()
