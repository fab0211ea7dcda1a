"""pyarrow: the streaming CSV reader with column types into ParquetWriter, a row group at a time."""
from __future__ import annotations

import pyarrow
from peers import arguments as peer_arguments
from pyarrow import csv, parquet
from shape import SHAPES

# Row groups of 1 Mi rows, the writer's default, cost the least CPU and bytes; of a wide table as many cells.
ROW_GROUP_CELLS = 10 << 20
BLOCK_BYTES = 8 << 20
TYPES = {
    "BIGINT": pyarrow.int64(),
    "INTEGER": pyarrow.int32(),
    "DOUBLE": pyarrow.float64(),
    "BOOLEAN": pyarrow.bool_(),
    "VARCHAR": pyarrow.string(),
    "DECIMAL(12,2)": pyarrow.decimal128(12, 2),
    "TIMESTAMP": pyarrow.timestamp("us"),
}


def main() -> None:
    arguments = peer_arguments.parse()
    pyarrow.set_cpu_count(arguments.threads)
    columns = SHAPES[arguments.shape]
    reader = csv.open_csv(
        arguments.input,
        read_options=csv.ReadOptions(block_size=BLOCK_BYTES),
        parse_options=csv.ParseOptions(newlines_in_values=arguments.shape == "mixed"),
        convert_options=csv.ConvertOptions(
            column_types={column.name: TYPES[column.sql] for column in columns},
            timestamp_parsers=[csv.ISO8601],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    level = arguments.level if arguments.codec == "zstd" else None
    group_rows = ROW_GROUP_CELLS // len(columns)
    with parquet.ParquetWriter(arguments.output, reader.schema, compression=arguments.codec, compression_level=level) as writer:
        waiting, waiting_rows = [], 0
        for batch in reader:
            waiting.append(batch)
            waiting_rows += batch.num_rows
            if waiting_rows >= group_rows:
                writer.write_table(pyarrow.Table.from_batches(waiting), row_group_size=waiting_rows)
                waiting, waiting_rows = [], 0
        if waiting:
            writer.write_table(pyarrow.Table.from_batches(waiting), row_group_size=waiting_rows)


main()
