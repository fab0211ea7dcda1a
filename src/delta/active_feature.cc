#include "delta/active_feature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "delta/name_folding.h"
#include "delta/property_text.h"
#include "delta/schema_check.h"
#include "delta/table_feature.h"

namespace sluice::delta {
namespace {

/// Properties that make a feature active when they are true.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kSwitches{{
    {"delta.appendOnly", "appendOnly"},
    {"delta.enableChangeDataFeed", "changeDataFeed"},
    {"delta.enableChangeDataCapture", "changeDataFeed"},
    {"delta.enableDeletionVectors", "deletionVectors"},
    {"delta.enableIcebergCompatV1", "icebergCompatV1"},
    {"delta.enableIcebergCompatV2", "icebergCompatV2"},
    {"delta.enableIcebergCompatV3", "icebergCompatV3"},
    {"delta.enableInCommitTimestamps", "inCommitTimestamp"},
    {"delta.enableMaterializePartitionColumnsFeature", "materializePartitionColumns"},
    {"delta.enableRowTracking", "rowTracking"},
    {"delta.enableTypeWidening", "typeWidening"},
    {"delta.enableVariantShredding", "variantShredding"},
    {"delta.columnMapping.hasDroppedOrRenamed", "columnMappingUsageTracking"},
}};

/// Keys of a column's metadata that make a feature active by being there.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kColumnKeys{{
    {"CURRENT_DEFAULT", "allowColumnDefaults"},
    {"delta.generationExpression", "generatedColumns"},
    {"delta.identity.start", "identityColumns"},
    {"delta.invariants", "invariants"},
}};

std::string_view FeatureOf(TypeKind kind) {
  if (kind == TypeKind::kTimestampNtz) return "timestampNtz";
  if (kind == TypeKind::kVariant) return "variantType";
  return {};
}

void FindInFields(const std::vector<Field>& fields, const std::string& prefix, std::vector<ActiveFeature>& found) {
  for (const Field& field : fields) {
    const std::string path = prefix + field.name;
    for (const auto& [key, feature] : kColumnKeys) {
      if (field.FindMetadata(key) != nullptr) found.push_back({feature, fmt::format("column '{}'", path)});
    }
    const std::string_view feature = FeatureOf(field.type.kind);
    if (!feature.empty()) found.push_back({feature, fmt::format("column '{}'", path)});
    FindInFields(field.type.fields, path + ".", found);
  }
}

/// A switch that is not false is on: one that cannot be read must not let a write through.
bool IsOn(std::string_view value) { return !SameName(TrimBlanks(value), "false"); }

const std::string* FindValue(const StringMap& configuration, std::string_view key) {
  const auto at = configuration.find(key);
  return at == configuration.end() ? nullptr : &at->second;
}

void FindInWords(const StringMap& configuration, std::vector<ActiveFeature>& found) {
  const std::string* mode = FindValue(configuration, "delta.columnMapping.mode");
  if (mode != nullptr && *mode != "none") found.push_back({"columnMapping", "delta.columnMapping.mode=" + *mode});
  const std::string* policy = FindValue(configuration, "delta.checkpointPolicy");
  if (policy != nullptr && SameName(*policy, "v2")) found.push_back({"v2Checkpoint", "delta.checkpointPolicy=v2"});
  const std::string* protected_below = FindValue(configuration, "delta.requireCheckpointProtectionBeforeVersion");
  if (protected_below != nullptr && *protected_below != "0") {
    found.push_back({"checkpointProtection", "delta.requireCheckpointProtectionBeforeVersion=" + *protected_below});
  }
  for (const auto& [key, value] : configuration) {
    if (key.starts_with("delta.constraints.")) found.push_back({"checkConstraints", key});
  }
}

bool AddsRows(Operation operation) {
  return operation == Operation::kAppend || operation == Operation::kReplaceFiles ||
         operation == Operation::kReplaceRows;
}

bool WritesData(Operation operation) {
  return AddsRows(operation) || operation == Operation::kRewriteRows || operation == Operation::kRearrange;
}

bool RemovesRows(Operation operation) {
  return operation == Operation::kReplaceFiles || operation == Operation::kMarkRows ||
         operation == Operation::kRewriteRows || operation == Operation::kReplaceRows;
}

/// Why this version cannot do the operation on a table on which the feature is active; empty when it can.
std::string_view Obstacle(std::string_view feature, Operation operation) {
  if (feature == "changeDataFeed" && (operation == Operation::kRewriteRows || operation == Operation::kReplaceRows))
    return "files of the change data feed would have to be written";
  if (feature == "generatedColumns" && AddsRows(operation)) return "values would have to be computed";
  if (feature == "identityColumns" && AddsRows(operation)) return "values would have to be given out";
  if (feature == "allowColumnDefaults" && AddsRows(operation)) return "defaults would have to be filled in";
  if (feature == "variantType" && WritesData(operation)) return "variant values would have to be written";
  if (feature == "rowTracking") return "ids of rows would have to be given out";
  if (feature == "variantShredding") return "variant values would have to be shredded";
  if (feature == "columnMappingUsageTracking") return "the use of column mapping would have to be tracked";
  if (feature.starts_with("icebergCompat")) return "files would have to be laid out for Iceberg";
  return {};
}

core::Error CannotWrite(std::string_view feature, std::string_view reason, std::string_view obstacle) {
  return core::Unsupported(fmt::format("table feature {} is active ({}): {}, which this version does not do yet",
                                       feature, reason, obstacle));
}

/// Properties that hand the table, or a part of it, to somebody else.
core::Status CheckForeignOwners(const StringMap& configuration) {
  for (const auto& [key, value] : configuration) {
    const bool foreign = (key == "delta.universalFormat.enabledFormats" && !value.empty()) ||
                         key.starts_with("delta.coordinatedCommits.") || key.starts_with("delta.redirect");
    if (foreign) {
      return core::Unsupported(
          fmt::format("table property {}={} asks for more than this version can do on a write", key, value));
    }
  }
  return core::Ok();
}

/// Columns that would be taken for those of the change data feed.
core::Status CheckFeedNames(const TableSchema& schema) {
  for (const std::string_view name : {"_change_type", "_commit_version", "_commit_timestamp"}) {
    if (schema.Find(name) == nullptr) continue;
    return core::Unsupported(fmt::format("column '{}' has the name of a column of the table's change data feed", name));
  }
  return core::Ok();
}

core::Status CheckActive(const ActiveFeature& active, const Protocol& protocol, const TableSchema& schema,
                         Operation operation) {
  if (const std::string_view obstacle = Obstacle(active.feature, operation); !obstacle.empty()) {
    return CannotWrite(active.feature, active.reason, obstacle);
  }
  if (active.feature == "changeDataFeed" && AddsRows(operation)) SLUICE_TRY(CheckFeedNames(schema));
  const bool every_commit_acts = active.feature == "inCommitTimestamp";
  if (every_commit_acts && !SupportsForWriters(protocol, active.feature)) {
    return core::Unsupported(
        fmt::format("{}, but the table's protocol does not list the feature {}", active.reason, active.feature));
  }
  if (active.feature == "appendOnly" && RemovesRows(operation) && SupportsForWriters(protocol, active.feature)) {
    return core::InvalidInput(fmt::format("the table takes new rows only ({})", active.reason))
        .WithHint("set delta.appendOnly to false first if rows may go");
  }
  return core::Ok();
}

}  // namespace

std::vector<ActiveFeature> FindActiveFeatures(const TableSchema& schema, const StringMap& configuration) {
  std::vector<ActiveFeature> found;
  for (const auto& [key, feature] : kSwitches) {
    const std::string* value = FindValue(configuration, key);
    if (value != nullptr && IsOn(*value)) found.push_back({feature, fmt::format("{}={}", key, *value)});
  }
  FindInWords(configuration, found);
  FindInFields(schema.fields, "", found);
  return found;
}

core::Status CheckActiveFeatures(const Protocol& protocol, const Metadata& metadata, const TableSchema& schema,
                                 Operation operation) {
  SLUICE_TRY(CheckForeignOwners(metadata.configuration));
  for (const ActiveFeature& active : FindActiveFeatures(schema, metadata.configuration)) {
    SLUICE_TRY(CheckActive(active, protocol, schema, operation));
  }
  if (operation == Operation::kMarkRows && !SupportsForWriters(protocol, "deletionVectors")) {
    return core::Unsupported("deletion vectors cannot be written: the table's protocol does not list deletionVectors");
  }
  SLUICE_TRY(CheckTypesAreKnown(schema));
  return WritesData(operation) ? CheckHoldsData(schema) : core::Ok();
}

}  // namespace sluice::delta
