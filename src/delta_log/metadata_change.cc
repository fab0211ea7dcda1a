#include "delta_log/metadata_change.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/result.h"
#include "delta/schema_json.h"
#include "delta/table_feature.h"

namespace sluice::delta_log {
namespace {

using delta::Field;
using delta::StringMap;

constexpr std::string_view kMappingMode = "delta.columnMapping.mode";
constexpr std::string_view kMappingId = "delta.columnMapping.id";
constexpr std::string_view kMappingName = "delta.columnMapping.physicalName";
constexpr std::string_view kNestedIds = "delta.columnMapping.nested.ids";
constexpr std::string_view kIdentityMark = "delta.identity.highWaterMark";
constexpr std::string_view kRowTracking = "delta.enableRowTracking";
constexpr std::string_view kInCommitTimestamps = "delta.enableInCommitTimestamps";

const std::string& ValueOf(const StringMap& configuration, std::string_view key) {
  static const std::string kAbsent;
  const auto found = configuration.find(key);
  return found == configuration.end() ? kAbsent : found->second;
}

// Keys that say how a table is kept, not what its rows mean. A '*' stands for any end.
bool IsUpkeep(std::string_view key) {
  constexpr std::array<std::string_view, 10> kKeys = {"delta.checkpointInterval",
                                                      "delta.checkpoint.*",
                                                      "delta.logRetentionDuration",
                                                      "delta.deletedFileRetentionDuration",
                                                      "delta.enableExpiredLogCleanup",
                                                      "delta.setTransactionRetentionDuration",
                                                      "delta.autoOptimize.*",
                                                      "delta.targetFileSize",
                                                      "delta.parquet.compression.codec",
                                                      "delta.dataSkipping*"};
  if (!key.starts_with("delta.")) return true;
  return std::ranges::any_of(kKeys, [key](std::string_view known) {
    return known.ends_with('*') ? key.starts_with(known.substr(0, known.size() - 1)) : key == known;
  });
}

bool MappingTurnedOn(const StringMap& before, const StringMap& after) {
  const std::string& mode = ValueOf(before, kMappingMode);
  return (mode.empty() || mode == "none") && ValueOf(after, kMappingMode) == "name";
}

bool TurnedOn(const StringMap& before, const StringMap& after, std::string_view key) {
  return ValueOf(before, key) != "true" && ValueOf(after, key) == "true";
}

// `key` has a new value in `after`.
bool IsHarmless(std::string_view key, const StringMap& before, const StringMap& after) {
  if (IsUpkeep(key)) return true;
  if (key == kMappingMode || key == "delta.columnMapping.maxColumnId") return MappingTurnedOn(before, after);
  if (key == kRowTracking || key.starts_with("delta.rowTracking.materialized")) {
    return TurnedOn(before, after, kRowTracking);
  }
  if (key == kInCommitTimestamps || key.starts_with("delta.inCommitTimestampEnablement")) {
    return TurnedOn(before, after, kInCommitTimestamps);
  }
  if (key == "delta.enableDeletionVectors") return ValueOf(after, key) == "true";
  if (key == "delta.checkpointPolicy") return ValueOf(after, key) == "v2";
  return false;
}

// Take away what may differ. False when a mapped column is not called what it was called: files of a writer that did
// not know about the mapping would lack it.
bool Strip(std::vector<Field>& fields, bool mapping_turned_on) {
  for (Field& field : fields) {
    if (mapping_turned_on) {
      const std::string* name = field.FindMetadata(kMappingName);
      if (name != nullptr && *name != "\"" + field.name + "\"") return false;
    }
    std::erase_if(field.metadata, [mapping_turned_on](const delta::FieldMetadata& entry) {
      if (entry.key == kIdentityMark) return true;
      return mapping_turned_on && (entry.key == kMappingId || entry.key == kMappingName || entry.key == kNestedIds);
    });
    if (!Strip(field.type.fields, mapping_turned_on)) return false;
  }
  return true;
}

bool SameColumns(const delta::Metadata& before, const delta::Metadata& after) {
  if (before.schema_string == after.schema_string) return true;
  core::Result<delta::TableSchema> left = delta::ParseSchema(before.schema_string);
  core::Result<delta::TableSchema> right = delta::ParseSchema(after.schema_string);
  if (!left.has_value() || !right.has_value()) return false;
  const bool turned_on = MappingTurnedOn(before.configuration, after.configuration);
  return Strip(left->fields, turned_on) && Strip(right->fields, turned_on) && *left == *right;
}

std::set<std::string_view> FeaturesOf(const delta::Protocol& protocol) {
  std::set<std::string_view> features;
  for (const delta::TableFeature& feature : delta::TableFeatures()) {
    if (delta::SupportsForWriters(protocol, feature.name)) features.insert(feature.name);
  }
  for (const auto& list : {&protocol.reader_features, &protocol.writer_features}) {
    if (list->has_value()) features.insert((*list)->begin(), (*list)->end());
  }
  return features;
}

bool IsHarmlessFeature(std::string_view name) {
  constexpr std::array<std::string_view, 15> kHarmless = {
      "appendOnly",   "changeDataFeed", "columnMapping",        "timestampNtz",      "deletionVectors",
      "rowTracking",  "domainMetadata", "icebergCompatV1",      "icebergCompatV2",   "icebergCompatV3",
      "v2Checkpoint", "typeWidening",   "typeWidening-preview", "inCommitTimestamp", "vacuumProtocolCheck"};
  return std::ranges::find(kHarmless, name) != kHarmless.end();
}

}  // namespace

std::optional<std::string> MetadataObstacle(const delta::Metadata& before, const delta::Metadata& after) {
  if (before.id != after.id) return "the table was replaced by another one";
  if (before.format_provider != after.format_provider || before.format_options != after.format_options) {
    return "the format of the files changed";
  }
  if (before.partition_columns != after.partition_columns) return "the partition columns changed";
  for (const auto& [key, value] : before.configuration) {
    if (!after.configuration.contains(key)) return "the property " + key + " was removed";
  }
  for (const auto& [key, value] : after.configuration) {
    const auto old = before.configuration.find(key);
    if (old != before.configuration.end() && old->second == value) continue;
    if (!IsHarmless(key, before.configuration, after.configuration)) return "the property " + key + " changed";
  }
  if (!SameColumns(before, after)) return "the schema changed";
  return std::nullopt;
}

std::optional<std::string> ProtocolObstacle(const delta::Protocol& before, const delta::Protocol& after) {
  const std::set<std::string_view> old_features = FeaturesOf(before);
  const std::set<std::string_view> new_features = FeaturesOf(after);
  for (const std::string_view name : old_features) {
    if (!new_features.contains(name)) return "the feature " + std::string(name) + " was dropped";
  }
  for (const std::string_view name : new_features) {
    if (!old_features.contains(name) && !IsHarmlessFeature(name)) {
      return "the feature " + std::string(name) + " was added";
    }
  }
  return std::nullopt;
}

}  // namespace sluice::delta_log
