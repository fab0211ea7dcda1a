#!/usr/bin/env python3
"""Compare a checkpoint with the columns that the Delta protocol documents, as pyarrow sees them.

usage: delta_checkpoint_schema.py CHECKPOINT.parquet ADDS REMOVES
The statistics are those of the test table: columns id (long) and name (string), partitioned by p (string).
"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

TEXT, LONG, INT, BOOL = pa.string(), pa.int64(), pa.int32(), pa.bool_()
MAP = pa.map_(TEXT, TEXT)
LIST = pa.list_(pa.field("element", TEXT))
VECTOR = pa.struct({"storageType": TEXT, "pathOrInlineDv": TEXT, "offset": INT, "sizeInBytes": INT, "cardinality": LONG})
BOUNDS = pa.struct({"id": LONG, "name": TEXT})
COLUMNS = {
    "txn": {"appId": TEXT, "version": LONG, "lastUpdated": LONG},
    "add": {
        "path": TEXT, "partitionValues": MAP, "size": LONG, "modificationTime": LONG, "dataChange": BOOL, "tags": MAP,
        "deletionVector": VECTOR, "baseRowId": LONG, "defaultRowCommitVersion": LONG, "clusteringProvider": TEXT,
        "stats": TEXT,
        "stats_parsed": pa.struct({"numRecords": LONG, "minValues": BOUNDS, "maxValues": BOUNDS,
                                   "nullCount": pa.struct({"id": LONG, "name": LONG}), "tightBounds": BOOL}),
        "partitionValues_parsed": pa.struct({"p": TEXT}),
    },
    "remove": {
        "path": TEXT, "deletionTimestamp": LONG, "dataChange": BOOL, "extendedFileMetadata": BOOL,
        "partitionValues": MAP, "size": LONG, "deletionVector": VECTOR, "baseRowId": LONG,
        "defaultRowCommitVersion": LONG,
    },
    "metaData": {
        "id": TEXT, "name": TEXT, "description": TEXT, "format": pa.struct({"provider": TEXT, "options": MAP}),
        "schemaString": TEXT, "partitionColumns": LIST, "createdTime": LONG, "configuration": MAP,
    },
    "protocol": {"minReaderVersion": INT, "minWriterVersion": INT, "readerFeatures": LIST, "writerFeatures": LIST},
    "domainMetadata": {"domain": TEXT, "configuration": TEXT, "removed": BOOL},
}


def problems(path, adds, removes):
    file = pq.ParquetFile(path)
    schema = file.schema_arrow
    for name, members in COLUMNS.items():
        if schema.get_field_index(name) < 0:
            yield f"no column {name}"
        elif schema.field(name).type != pa.struct(members):
            yield f"{name} is {schema.field(name).type}\n      not {pa.struct(members)}"
    for name in schema.names:
        if name not in COLUMNS:
            yield f"column {name} is not of the protocol"
    for i in range(len(file.schema)):
        leaf = file.schema.column(i)
        if ".key_value." in leaf.path and not leaf.path.endswith((".key", ".value")):
            yield f"{leaf.path}: entries of maps are key and value"
        if "list" in leaf.path.split(".") and not leaf.path.endswith(".list.element"):
            yield f"{leaf.path}: lists have the three levels list.element"
    text = str(file.schema).replace("required group field_id=-1 schema {", "")
    if "required" in text.replace("required binary field_id=-1 key (String);", ""):
        yield "only keys of maps are required:\n" + text
    table = file.read()
    for name, count in (("add", adds), ("remove", removes), ("protocol", 1), ("metaData", 1)):
        found = len(table) - table[name].null_count
        if found != count:
            yield f"{found} rows of {name}, not {count}"
    for row in table.to_pylist():
        if sum(value is not None for value in row.values()) != 1:
            yield f"a row is not one action: {row}"
        for name in ("add", "remove"):
            if row[name] is not None and row[name]["dataChange"] is not False:
                yield f"{name}.dataChange is not false: {row[name]}"


def main():
    found = list(problems(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
