"""Which protocol a table may have: numbers, feature lists, and what the schema and the properties need."""
from __future__ import annotations

from replay import State
from table_schema import TableSchema, all_fields, types_used

READER_FEATURES = {"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck", "typeWidening",
                   "typeWidening-preview", "variantType", "variantType-preview", "variantShredding", "variantShredding-preview",
                   "catalogManaged", "geospatial"}
IMPLIED_BY_WRITER = {2: {"appendOnly", "invariants"}, 3: {"checkConstraints"}, 4: {"changeDataFeed", "generatedColumns"},
                     5: {"columnMapping"}, 6: {"identityColumns"}}
DEPENDENCIES = {"rowTracking": "domainMetadata", "clustering": "domainMetadata", "icebergCompatV1": "columnMapping",
                "icebergCompatV2": "columnMapping", "variantShredding": "variantType", "catalogManaged": "inCommitTimestamp"}
# A property that is "true" (or set at all) needs its feature.
SWITCHES = {"delta.appendOnly": "appendOnly", "delta.enableChangeDataFeed": "changeDataFeed", "delta.enableDeletionVectors": "deletionVectors",
            "delta.enableInCommitTimestamps": "inCommitTimestamp", "delta.enableRowTracking": "rowTracking",
            "delta.enableTypeWidening": "typeWidening"}
COLUMN_KEYS = {"delta.invariants": "invariants", "delta.generationExpression": "generatedColumns", "CURRENT_DEFAULT": "allowColumnDefaults",
               "delta.identity.start": "identityColumns"}


def supported(protocol: dict) -> set[str]:
    """Every feature that the protocol gives: those listed, or those that the old numbers imply."""
    if protocol["minWriterVersion"] >= 7:
        return set(protocol.get("writerFeatures") or ()) | set(protocol.get("readerFeatures") or ())
    return set().union(*(names for version, names in IMPLIED_BY_WRITER.items() if version <= protocol["minWriterVersion"]), set())


def has_feature(features: set[str], name: str) -> bool:
    return bool(features & {name, name + "-preview", *({"timestampWithoutTimezone"} if name == "timestampNtz" else ())})


def shape_problems(protocol: dict) -> list[str]:
    reader, writer = protocol["minReaderVersion"], protocol["minWriterVersion"]
    reads, writes = protocol.get("readerFeatures"), protocol.get("writerFeatures")
    problems = []
    if not 1 <= reader <= 3 or not 1 <= writer <= 7:
        problems.append(f"protocol versions {reader} and {writer}")
    if reader == 3 and writer != 7:
        problems.append(f"reader version 3 with writer version {writer}")
    if (reads is not None) != (reader == 3):
        problems.append(f"readerFeatures {reads} with reader version {reader}")
    if (writes is not None) != (writer == 7):
        problems.append(f"writerFeatures {writes} with writer version {writer}")
    for names in (reads or [], writes or []):
        if len(set(names)) != len(names):
            problems.append(f"a feature is listed twice: {names}")
    if set(reads or ()) - set(writes or ()):
        problems.append(f"reader features that are no writer features: {sorted(set(reads) - set(writes or ()))}")
    if reader == 3 and (set(writes or ()) & READER_FEATURES) - set(reads or ()):
        problems.append(f"features of readers listed for writers only: {sorted((set(writes) & READER_FEATURES) - set(reads))}")
    return problems


def need_problems(state: State, schema: TableSchema) -> list[str]:
    """What is used without its feature."""
    features, configuration, problems = supported(state.protocol), state.configuration, []
    for name, needed in DEPENDENCIES.items():
        if name in features and needed not in features:
            problems.append(f"the feature {name} needs {needed}")
    for key, name in SWITCHES.items():
        if configuration.get(key, "").lower() == "true" and not has_feature(features, name):
            problems.append(f"{key} is on without the feature {name}")
    if any(key.startswith("delta.constraints.") for key in configuration) and "checkConstraints" not in features:
        problems.append("there are constraints without the feature checkConstraints")
    if configuration.get("delta.checkpointPolicy") == "v2" and "v2Checkpoint" not in features:
        problems.append("delta.checkpointPolicy is v2 without the feature v2Checkpoint")
    if configuration.get("delta.columnMapping.mode", "none") not in {"none", "name", "id"}:
        problems.append(f"delta.columnMapping.mode is {configuration['delta.columnMapping.mode']}")
    if schema.mapped and not (state.protocol["minReaderVersion"] == 2 or "columnMapping" in features):
        problems.append("column mapping is on without its feature")
    used = types_used(schema.root)
    for kind, name in (("timestamp_ntz", "timestampNtz"), ("variant", "variantType")):
        if kind in used and not has_feature(features, name):
            problems.append(f"the type {kind} without the feature {name}")
    for path, item in all_fields(schema.root):
        for key, name in COLUMN_KEYS.items():
            if key in item.metadata and name not in features:
                problems.append(f"{'.'.join(path)} has {key} without the feature {name}")
    return problems


def transition_problems(before: dict | None, after: dict) -> list[str]:
    """A protocol only goes up."""
    if before is None:
        return []
    problems = [f"{name} went down from {before[name]} to {after[name]}" for name in ("minReaderVersion", "minWriterVersion")
                if after[name] < before[name]]
    lost = supported(before) - supported(after)
    return problems + ([f"features vanished: {sorted(lost)}"] if lost else [])
