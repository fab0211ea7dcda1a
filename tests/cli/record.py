"""record DIR [--open] [--recorder ID]: the manifest of a recorder that wrote the Parquet files of DIR, and closed it unless --open."""
import argparse
import hashlib
import json
import pathlib

import pyarrow.parquet

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--open", action="store_true")
parser.add_argument("--recorder", default="01K0000000000000000000TEST")
arguments = parser.parse_args()

recorder = arguments.recorder
lines, rows = [], 0
for sequence, path in enumerate(sorted(arguments.folder.glob("*.parquet"))):
    data = path.read_bytes()
    count = pyarrow.parquet.ParquetFile(path).metadata.num_rows
    rows += count
    lines.append({"v": 1, "file": path.name, "sequence": sequence, "rows": count, "bytes": len(data),
                  "sha256": hashlib.sha256(data).hexdigest(), "recorder": recorder})
if not arguments.open:
    lines.append({"v": 1, "closed": True, "recorder": recorder, "accepted": rows, "landed": rows, "dropped": 0,
                  "files": len(lines)})
(arguments.folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
