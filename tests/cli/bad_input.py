#!/usr/bin/env python3
"""Bad input: nothing crashes, hangs, or publishes part of a result, and each message says what and where.

Each case writes its input into a folder of its own and runs the binary; wanted are the exit code, the parts of the
message, and that the folder holds nothing that was not there before (or, for inputs that are fine, the rows).
"""
import argparse
import gzip
import io
import os
import pathlib
import subprocess
import sys
import tempfile

import pyarrow
import pyarrow.parquet

SECONDS_MAX = 60
DECLARED = ["--columns", "a int64, b string"]
CASES = []


def case(code, *parts, flags=(), source="in.csv", rows=None):
    """Register a writer of bad input: the exit code wanted, parts of the message, the rows when the copy succeeds."""
    def register(writer):
        CASES.append((writer, code, parts, list(flags), source, rows))
        return writer
    return register


def put(folder, name, data):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


@case(69, "missing.csv", source="missing.csv")
def missing_file(folder):
    pass


@case(65, "in.csv")
def folder_instead_of_a_file(folder):
    (folder / "in.csv").mkdir()


@case(65, "in.csv", "empty")
def empty_file(folder):
    put(folder, "in.csv", "")


@case(0, flags=DECLARED, rows=0)
def header_only(folder):
    put(folder, "in.csv", "a,b\n")


@case(65, "in.csv:3", flags=DECLARED)
def ragged_row(folder):
    put(folder, "in.csv", "a,b\n1,x\n2\n3,z\n")


@case(65, "in.csv:3", "quote", flags=DECLARED)
def unclosed_quote(folder):
    put(folder, "in.csv", 'a,b\n1,x\n2,"never closed\n3,z\n' + "4,y\n" * 100)


@case(1, flags=DECLARED + ["--max-rejects", "1"], rows=1)
def unclosed_quote_within_the_budget(folder):
    put(folder, "in.csv", 'a,b\n1,x\n2,"never closed\n3,z\n')


@case(0, flags=DECLARED, rows=2)
def nul_bytes_in_text(folder):
    put(folder, "in.csv", b"a,b\n1,x\x00y\n2,z\n")


@case(65, "in.csv:2", "a", flags=DECLARED)
def nul_bytes_in_a_number(folder):
    put(folder, "in.csv", b"a,b\n1\x00,x\n2,z\n")


@case(65, "in.csv:3", "UTF-8", flags=DECLARED)
def invalid_utf8(folder):
    put(folder, "in.csv", b"a,b\n1,ok\n2,\xff\xfe\n")


@case(0, flags=DECLARED, rows=1)
def byte_order_mark(folder):
    put(folder, "in.csv", b"\xef\xbb\xbfa,b\n1,x\n")


@case(65, "in.csv", "utf-16", flags=DECLARED)
def utf16_that_was_not_declared(folder):
    put(folder, "in.csv", "a,b\n1,x\n".encode("utf-16"))


@case(0, flags=DECLARED + ["--encoding-in", "utf-16"], rows=1)
def utf16_that_was_declared(folder):
    put(folder, "in.csv", "a,b\n1,é\n".encode("utf-16"))


@case(65, "in.csv:3", "16", flags=DECLARED)
def field_of_50_megabytes(folder):
    put(folder, "in.csv", b"a,b\n1,x\n2," + b"y" * 50_000_000 + b"\n3,z\n")


@case(0, flags=DECLARED + ["--limit-field", "64MiB"], rows=3)
def field_of_50_megabytes_allowed(folder):
    put(folder, "in.csv", b"a,b\n1,x\n2," + b"y" * 50_000_000 + b"\n3,z\n")


@case(65, "20000", "10000")
def twenty_thousand_columns(folder):
    put(folder, "in.csv", ",".join(f"c{i}" for i in range(20_000)) + "\n" + ",".join("1" * 20_000) + "\n")


@case(65, "in.csv", "a")
def duplicate_column_names(folder):
    put(folder, "in.csv", "a,b,a\n1,2,3\n")


@case(65, "in.csv", "name")
def empty_column_name(folder):
    put(folder, "in.csv", "a,,c\n1,2,3\n")


def truncated_gzip_bytes():
    data = gzip.compress(b"a,b\n" + b"".join(b"%d,text %d\n" % (i, i * 7919) for i in range(100_000)))
    return data[: len(data) // 2]


@case(65, "in.csv.gz", flags=DECLARED, source="in.csv.gz")
def truncated_gzip(folder):
    put(folder, "in.csv.gz", truncated_gzip_bytes())


@case(65, "in.csv.zst", flags=DECLARED, source="in.csv.zst")
def truncated_zstd(folder):
    data = pyarrow.compress(b"a,b\n" + b"".join(b"%d,x%d\n" % (i, i * 7919) for i in range(100_000)), codec="zstd", asbytes=True)
    put(folder, "in.csv.zst", data[: len(data) // 2])


@case(65, "in.csv.gz", flags=DECLARED, source="in.csv.gz")
def plain_text_named_gzip(folder):
    put(folder, "in.csv.gz", "a,b\n1,x\n")


@case(65, "in.csv.gz", "200", flags=DECLARED, source="in.csv.gz")
def decompression_bomb(folder):
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as stream:
        stream.write(b"a,b\n")
        block = b"1," + b"x" * 1021 + b"\n"
        for _ in range(300):
            stream.write(block * 1024)
    put(folder, "in.csv.gz", buffer.getvalue())


def parquet_bytes():
    buffer = io.BytesIO()
    table = pyarrow.table({"a": list(range(20_000)), "b": [f"text {i}" for i in range(20_000)]})
    pyarrow.parquet.write_table(table, buffer)
    return buffer.getvalue()


@case(65, "in.parquet", source="in.parquet")
def truncated_parquet(folder):
    put(folder, "in.parquet", parquet_bytes()[:-5000])


@case(65, "in.parquet", source="in.parquet")
def corrupt_parquet_footer(folder):
    data = bytearray(parquet_bytes())
    for offset in range(len(data) - 400, len(data) - 20):
        data[offset] ^= 0x5A
    put(folder, "in.parquet", bytes(data))


@case(65, "in.parquet", source="in.parquet")
def corrupt_parquet_pages(folder):
    data = bytearray(parquet_bytes())
    for offset in range(4, 3000):
        data[offset] ^= 0xA5
    put(folder, "in.parquet", bytes(data))


@case(65, "in.parquet", source="in.parquet")
def text_named_parquet(folder):
    put(folder, "in.parquet", "a,b\n1,2\n")


@case(65, "in.ndjson:2", source="in.ndjson")
def deep_json(folder):
    put(folder, "in.ndjson", '{"a": 1}\n{"a": ' + "[" * 5000 + "]" * 5000 + "}\n")


@case(65, "in.ndjson:2", source="in.ndjson")
def broken_json(folder):
    put(folder, "in.ndjson", '{"a": 1}\n{"a": \n{"a": 3}\n')


@case(65, "in.json", source="in.json")
def truncated_json_document(folder):
    put(folder, "in.json", '[{"a": 1}, {"a": 2}, {"a"')


@case(0, source="Größe 1/ in put.csv", flags=DECLARED, rows=1)
def path_with_spaces_and_unicode(folder):
    (folder / "Größe 1").mkdir()
    put(folder, "Größe 1/ in put.csv", "a,b\n1,x\n")


def run(sluice, arguments, folder, **options):
    return subprocess.run([str(sluice), *arguments], cwd=folder, capture_output=True, text=True, errors="backslashreplace",
                          timeout=SECONDS_MAX, stdin=subprocess.DEVNULL, **options)


def listing(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def run_case(sluice, folder, writer, code, parts, flags, source, rows):
    """The ways in which the outcome is not what is wanted."""
    writer(folder)
    before = listing(folder)
    done = run(sluice, ["copy", source, "out.parquet", *flags], folder)
    problems = [] if done.returncode == code else [f"exit code {done.returncode}, wanted {code}"]
    problems += [f"the message does not say '{part}'" for part in parts if part not in done.stderr]
    created = [name for name in listing(folder) if name not in before]
    if rows is None:
        problems += [f"left behind: {name}" for name in created]
        if not any(line.startswith("error[") for line in done.stderr.splitlines()):
            problems.append("no error on standard error")
    elif "out.parquet" not in created:
        problems.append("no output")
    elif pyarrow.parquet.ParquetFile(folder / "out.parquet").read().num_rows != rows:
        problems.append("wrong number of rows")
    return problems + ([f"it said: {done.stderr[:600]}"] if problems else [])


CONFIG = """version: 1
jobs:
  perf:
    kind: export
    source: {files: "perf_{date:%Y%m%d}.csv"}
    target: {parquet: "out", file: "perf_{date:%Y%m%d}.parquet"}
"""


def configuration_cases(sluice, folder):
    """Wrong keys, types and dates in the configuration, and a wrong date in a file name."""
    outcomes = []
    for name, text, parts in (
        ("wrong key", CONFIG.replace("kind:", "knd:"), ["sluice.yaml:4", "knd", "kind"]),
        ("wrong type", CONFIG + "    rejects: [1, 2]\n", ["sluice.yaml:7", "rejects"]),
        ("wrong date pattern", CONFIG.replace("{date:%Y%m%d}.csv", "{date:%Q}.csv"), ["sluice.yaml:5", "%Q"]),
        ("no YAML", "version: [1\n", ["sluice.yaml"]),
        ("a version that comes later", CONFIG.replace("version: 1", "version: 9"), ["sluice.yaml:1", "9"]),
    ):
        put(folder, "sluice.yaml", text)
        done = run(sluice, ["run"], folder)
        problems = [] if done.returncode == 78 else [f"exit code {done.returncode}, wanted 78"]
        problems += [f"the message does not say '{part}'" for part in parts if part not in done.stderr]
        outcomes.append(("configuration: " + name, problems + ([f"it said: {done.stderr[:600]}"] if problems else [])))
    put(folder, "sluice.yaml", CONFIG)
    put(folder, "perf_20251399.csv", "a\n1\n")
    put(folder, "perf_20251028.csv", "a\n1\n")
    done = run(sluice, ["run", "--historical"], folder)
    problems = [] if done.returncode == 0 else [f"exit code {done.returncode}, wanted 0"]
    written = [path.name for path in (folder / "out").rglob("*.parquet")] if (folder / "out").exists() else []
    if written != ["perf_20251028.parquet"]:
        problems.append(f"wrote {written}")
    if "perf_20251399.csv" not in done.stderr + done.stdout:
        problems.append("the file with the wrong date is not named")
    outcomes.append(("a wrong date in a file name", problems + ([f"it said: {done.stderr[:600]}"] if problems else [])))
    return outcomes


def limited(bytes_max):
    """For a child process: no file may grow beyond `bytes_max`, as on a full disk (but as an error, not a signal)."""
    import resource
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))


def full_disk(sluice, folder):
    """A write that fails in the middle leaves nothing behind, and a rerun succeeds."""
    rows = b"".join(b"%d,text number %d\n" % (i, i * 2654435761 % 1_000_003) for i in range(200_000))
    put(folder, "in.csv", b"a,b\n" + rows)
    problems = []
    done = run(sluice, ["copy", "in.csv", "out.parquet", *DECLARED], folder, preexec_fn=lambda: limited(300_000))
    if done.returncode != 74 or "out.parquet" not in done.stderr:
        problems.append(f"exit code {done.returncode}, said: {done.stderr[:600]}")
    if listing(folder) != ["in.csv"]:
        problems.append(f"left behind: {listing(folder)}")
    if run(sluice, ["copy", "in.csv", "out.parquet", *DECLARED], folder).returncode != 0:
        problems.append("the rerun failed")
    return [("full disk in the middle", problems)]


def full_tmpfs(sluice, folder):
    """The same on a file system that really is full; only root can make one."""
    mount = folder / "small"
    mount.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(mount)], capture_output=True).returncode:
        return []
    try:
        rows = b"".join(b"%d,text number %d\n" % (i, i * 2654435761 % 1_000_003) for i in range(200_000))
        put(folder, "in.csv", b"a,b\n" + rows)
        done = run(sluice, ["copy", "in.csv", "small/out.parquet", *DECLARED], folder)
        problems = [] if done.returncode == 74 else [f"exit code {done.returncode}, said: {done.stderr[:600]}"]
        problems += [f"left behind: {name}" for name in listing(mount)]
        subprocess.run(["mount", "-o", "remount,size=64m", str(mount)], check=True)
        if run(sluice, ["copy", "in.csv", "small/out.parquet", *DECLARED], folder).returncode != 0:
            problems.append("the rerun with more space failed")
    finally:
        subprocess.run(["umount", str(mount)], check=True)
    return [("a full tmpfs", problems)]


def rights(sluice, folder):
    """An unreadable input and a read-only target; as another user, since root may do everything."""
    put(folder, "in.csv", "a,b\n1,x\n")
    put(folder, "secret.csv", "a,b\n1,x\n")
    (folder / "secret.csv").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0o555)
    folder.chmod(0o755)
    options = {"env": {"HOME": str(folder), "LC_ALL": "C.UTF-8"}}
    options |= {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    if run(sluice, ["--version"], folder, **options).returncode != 0:
        return []  # the checkout is closed to other users
    outcomes = []
    for name, arguments, part in (("an unreadable file", ["secret.csv", "out.parquet"], "secret.csv"),
                                  ("a read-only target", ["in.csv", "closed/out.parquet"], "closed")):
        done = run(sluice, ["copy", *arguments, *DECLARED], folder, **options)
        problems = [] if done.returncode == 77 else [f"exit code {done.returncode}, wanted 77"]
        problems += [] if part in done.stderr else [f"the message does not say '{part}': {done.stderr[:600]}"]
        outcomes.append((name, problems))
    (folder / "closed").chmod(0o755)
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sluice", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build/release/sluice")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    sluice = arguments.sluice.resolve()
    outcomes = []
    for writer, *wanted in CASES:
        if arguments.names and not any(name in writer.__name__ for name in arguments.names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                outcomes.append((writer.__name__, run_case(sluice, pathlib.Path(folder), writer, *wanted)))
            except subprocess.TimeoutExpired:
                outcomes.append((writer.__name__, [f"still running after {SECONDS_MAX} s"]))
    for group in () if arguments.names else (configuration_cases, full_disk, full_tmpfs, rights):
        with tempfile.TemporaryDirectory() as folder:
            outcomes += group(sluice, pathlib.Path(folder))
    for name, problems in outcomes:
        if problems:
            print(f"FAILED {name.replace('_', ' ')}: " + "; ".join(problems))
    failed = sum(bool(problems) for _, problems in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
