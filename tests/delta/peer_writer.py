#!/usr/bin/env python3
"""delta-rs as a concurrent writer: append each FILE to TABLE, one commit each. Prints the name of each file that was
acknowledged; an append that fails is said on stderr and not repeated."""
import sys

import pyarrow.parquet
from deltalake import write_deltalake

table, *files = sys.argv[1:]
for path in files:
    rows = pyarrow.parquet.ParquetFile(path).read()
    try:
        write_deltalake(table, rows, mode="append")
    except Exception as error:  # a writer that loses too often gives up
        print(f"{path}: {type(error).__name__}: {str(error).splitlines()[0][:200]}", file=sys.stderr, flush=True)
    else:
        print(path, flush=True)
