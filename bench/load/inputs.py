"""What is loaded: `inputs.py queries FOLDER ROWS FILES` writes the recorder's 21 columns as Parquet and, beside it, as CSV, and
prints the columns in SQL; `inputs.py long FOLDER MEBIBYTES` writes one long file, to see the memory of a load. Processes of
their own, because a process that is measured counts the memory of the one that started it."""
import array
import base64
import datetime
import pathlib
import random
import subprocess
import sys

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parents[2]
SQL = {"string": "text", "timestamp[us]": "timestamp", "double": "float8", "int64": "int8", "bool": "bool"}
ROW_GROUP_ROWS = 128 * 1024


def query_rows(count, file, dice):
    kinds = [("SELECT", "INSERT", "UPDATE")[row % 3] for row in range(count)]
    affected = [dice.randrange(1000) for _ in range(count)]
    start = int(datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc).timestamp()) * 10**6 + file * 10**9
    begun = [start + row * 1000 for row in range(count)]

    def times(values):
        return pa.array(values, pa.int64()).cast(pa.timestamp("us"))

    def of_kind(kind):
        return pa.array([rows if this == kind else None for rows, this in zip(affected, kinds)], pa.int64())

    return pa.table({
        "execution_id": [f"{file:04x}{row:012x}-{dice.getrandbits(64):016x}" for row in range(count)],
        "test_id": ["t"] * count, "query_id": [f"01b{dice.getrandbits(48):012x}" for _ in range(count)],
        "query_text": [f"SELECT * FROM orders WHERE id = {dice.randrange(10**9)} AND c = {row}" for row in range(count)],
        "start_time": times(begun), "end_time": times([at + dice.randrange(100000) for at in begun]),
        "duration_ms": [dice.random() * 100 for _ in range(count)], "rows_affected": pa.array(affected, pa.int64()),
        "bytes_scanned": pa.array([dice.randrange(10**7) for _ in range(count)], pa.int64()),
        "warehouse": ["WH_XS"] * count, "success": [row % 50 != 0 for row in range(count)],
        "error": [None if row % 50 else "timeout" for row in range(count)],
        "connection_id": [str(row % 100) for row in range(count)], "custom_metadata": ['{"a": 1}'] * count,
        "query_kind": kinds, "worker_id": ["w"] * count, "warmup": [False] * count,
        "app_elapsed_ms": [dice.random() * 100 for _ in range(count)], "sf_rows_inserted": of_kind("INSERT"),
        "sf_rows_updated": of_kind("UPDATE"), "sf_rows_deleted": of_kind("DELETE")})


def record(folder):
    """The manifest that a recorder would have written."""
    subprocess.run([sys.executable, ROOT / "tests/cli/record.py", folder], check=True)


def write_queries(folder, rows, files):
    """`folder`/qe as a recorder leaves it, `folder`/N.csv with the same rows; the columns in SQL."""
    dice = random.Random(1)
    (folder / "qe").mkdir()
    for file in range(files):
        table = query_rows(rows, file, dice)
        pa.parquet.write_table(table, folder / f"qe/qe_t_w_{file:04}.parquet", compression="zstd", compression_level=1,
                               row_group_size=ROW_GROUP_ROWS)
        pa.csv.write_csv(table, folder / f"{file}.csv", pa.csv.WriteOptions(quoting_style="needed"))
    record(folder / "qe")
    return ", ".join(f"{field.name} {SQL[str(field.type)]}" for field in table.schema)


def write_long(folder, mebibytes):
    """One file of about that size, whose texts no codec makes smaller."""
    rows, width, dice = ROW_GROUP_ROWS, 300, random.Random(2)

    def group(number):
        text = base64.b64encode(dice.randbytes(rows * width * 3 // 4 + 3))[:rows * width]
        offsets = array.array("i", range(0, (rows + 1) * width, width))
        return pa.table({"id": pa.array(range(number * rows, (number + 1) * rows), pa.int64()),
                         "text": pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text))})

    folder.mkdir()
    path = folder / "qe_t_w_0000.parquet"
    number = 0
    with pa.parquet.ParquetWriter(path, group(0).schema, compression="zstd", compression_level=1) as writer:
        while path.stat().st_size < mebibytes << 20:
            writer.write_table(group(number))
            number += 1
    record(folder)


if __name__ == "__main__":
    what, folder, *numbers = sys.argv[1:]
    made = {"queries": write_queries, "long": write_long}[what](pathlib.Path(folder), *map(int, numbers))
    if made:
        print(made)
