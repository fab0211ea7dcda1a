"""rows FILE...: print the schema and the rows of Parquet files, as pyarrow reads them. --schema: only the schema."""
import json
import sys

import pyarrow.parquet as parquet

arguments = [name for name in sys.argv[1:] if name != "--schema"]
for name in arguments:
    table = parquet.ParquetFile(name).read()
    table.validate(full=True)
    columns = [f"{field.name}: {field.type}{'' if field.nullable else ' not null'}" for field in table.schema]
    print(f"{table.num_rows} rows; " + ", ".join(columns))
    if "--schema" not in sys.argv:
        for row in table.to_pylist():
            print(json.dumps(list(row.values()), ensure_ascii=False, default=str))
