"""What every peer script is told on its command line."""
from __future__ import annotations

import argparse


def parse() -> argparse.Namespace:
    """Read one INPUT, write one OUTPUT, with the codec, level and threads that were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--shape", choices=("mixed", "wide"), default="mixed")
    parser.add_argument("--codec", choices=("zstd", "snappy"), default="zstd")
    parser.add_argument("--level", type=int, default=3, help="of zstd; snappy has none")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parquet-version", default="v1", help="DuckDB only: v1, or v2 for its newer encodings")
    arguments = parser.parse_args()
    arguments.is_ndjson = arguments.input.endswith(".ndjson")
    return arguments
