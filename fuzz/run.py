#!/usr/bin/env python3
"""Run every fuzz target on its kept corpus: first each kept input once, then new ones for a few seconds.

Findings are kept in build/fuzz/findings/; put the input into fuzz/corpus/NAME/ with the fix. With --grow the corpus is
extended and minimised in place (for a long run by hand).
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
INPUT_BYTES_MAX = 65536
UNIT_SECONDS_MAX = 20
RSS_MB_MAX = 4096


def fuzz(binary, seconds, grow):
    """(name, executions, None or what was found)."""
    name = binary.stem.removesuffix("_fuzz")
    kept = HERE / "corpus" / name
    fresh = binary.parent / "corpus" / name
    findings = binary.parent / "findings"
    for folder in (fresh, findings):
        folder.mkdir(parents=True, exist_ok=True)
    if grow:
        kept.mkdir(parents=True, exist_ok=True)
    folders = [str(kept)] if grow else [str(fresh)] + ([str(kept)] if kept.is_dir() else [])
    command = [str(binary), *folders, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}", f"-timeout={UNIT_SECONDS_MAX}",
               f"-rss_limit_mb={RSS_MB_MAX}", f"-artifact_prefix={findings}/{name}-", "-print_final_stats=1"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    executions = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    return name, int(executions.group(1)) if executions else 0, done.stderr[-4000:] if done.returncode else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build/fuzz")
    parser.add_argument("--seconds", type=int, default=10, help="for each target")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--grow", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    binaries = [path for path in sorted((arguments.build / "fuzz").glob("*_fuzz"))
                if not arguments.names or path.stem.removesuffix("_fuzz") in arguments.names]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = list(pool.map(lambda binary: fuzz(binary, arguments.seconds, arguments.grow), binaries))
    for name, executions, finding in outcomes:
        print(f"{'FAILED ' if finding else ''}{name}: {executions} executions" + (f"\n{finding}" if finding else ""))
    failed = sum(finding is not None for _, _, finding in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
