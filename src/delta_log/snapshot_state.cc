#include "delta_log/snapshot_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "delta/column_mapping.h"
#include "delta/protocol_gate.h"
#include "delta/schema_json.h"
#include "delta/type_change.h"

namespace sluice::delta_log {
namespace {

core::Status CheckPartitionColumns(const Snapshot& snapshot) {
  for (const std::string& name : snapshot.metadata.partition_columns) {
    const delta::Field* field = snapshot.schema.Find(name);
    if (field == nullptr) {
      return core::Corruption(
          fmt::format("{}: partition column '{}' is not a column of the schema", snapshot.root, name));
    }
    if (field->type.nested()) {
      return core::Corruption(fmt::format("{}: partition column '{}' is nested", snapshot.root, name));
    }
  }
  return core::Ok();
}

}  // namespace

std::vector<const delta::Field*> Snapshot::PartitionFields() const {
  std::vector<const delta::Field*> fields;
  for (const std::string& name : metadata.partition_columns) fields.push_back(schema.Find(name));
  return fields;
}

core::Status CheckCanReadTable(const std::string& root, const delta::Protocol& protocol) {
  core::Status checked = delta::CheckCanRead(protocol);
  if (!checked.has_value()) return std::move(checked).error().WithPrefix(root + ": ");
  return checked;
}

core::Status SetProtocolAndMetadata(Snapshot& snapshot, delta::Protocol protocol, delta::Metadata metadata) {
  SLUICE_TRY(CheckCanReadTable(snapshot.root, protocol));
  if (metadata.format_provider != "parquet") {
    return core::Unsupported(
        fmt::format("{}: files of format '{}', not parquet", snapshot.root, metadata.format_provider));
  }
  const auto in_schema = [&snapshot](core::Error error) {
    return std::move(error).WithContext("in the schema of " + snapshot.root);
  };
  auto schema = delta::ParseSchema(metadata.schema_string);
  if (!schema.has_value()) return in_schema(std::move(schema).error());
  const core::Status mapped = delta::ResolveColumnMapping(*schema, protocol, metadata.configuration);
  if (!mapped.has_value()) return in_schema(mapped.error());
  const core::Status widened = delta::CheckTypeChanges(*schema);
  if (!widened.has_value()) return in_schema(widened.error());
  snapshot.schema = *std::move(schema);
  snapshot.properties = delta::ReadProperties(metadata.configuration, snapshot.notes);
  snapshot.protocol = std::move(protocol);
  snapshot.metadata = std::move(metadata);
  return CheckPartitionColumns(snapshot);
}

bool HasInCommitTimestamps(const Snapshot& snapshot) {
  if (!snapshot.properties.enable_in_commit_timestamps || !snapshot.protocol.writer_features.has_value()) return false;
  return std::ranges::any_of(*snapshot.protocol.writer_features, [](const std::string& feature) {
    return feature == "inCommitTimestamp" || feature == "inCommitTimestamp-preview";
  });
}

void ExpireTransactions(Snapshot& snapshot, std::int64_t now_ms) {
  if (!snapshot.properties.set_transaction_retention.has_value()) return;
  const std::int64_t kept_after_ms = now_ms - snapshot.properties.set_transaction_retention->count();
  std::erase_if(snapshot.transactions, [kept_after_ms](const auto& entry) {
    return entry.second.last_updated_ms.has_value() && *entry.second.last_updated_ms <= kept_after_ms;
  });
}

}  // namespace sluice::delta_log
