#include "delta_log/commit_content.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/version.h"
#include "delta/column_mapping.h"
#include "delta/schema_json.h"
#include "delta/statistics.h"
#include "delta/table_feature.h"

namespace sluice::delta_log {
namespace {

using delta::ActionSet;
using delta::AddFile;

constexpr std::string_view kRowTrackingDomain = "delta.rowTracking";
constexpr std::string_view kRowsPreserved = "delta.rowTracking.preserved";
constexpr const char* kMark = "rowIdHighWaterMark";
constexpr std::string_view kEnablementVersion = "delta.inCommitTimestampEnablementVersion";
constexpr std::string_view kEnablementTime = "delta.inCommitTimestampEnablementTimestamp";

bool InCommitTimestampsOf(const delta::Protocol& protocol, const delta::TableProperties& properties) {
  return properties.enable_in_commit_timestamps && delta::SupportsForWriters(protocol, "inCommitTimestamp");
}

ActionSet GatherActions(const TransactionState& state, std::int64_t now_ms) {
  ActionSet commit = state.actions;
  for (const Bin& bin : state.bins) {
    commit.adds.insert(commit.adds.end(), bin.adds.begin(), bin.adds.end());
    commit.removes.insert(commit.removes.end(), bin.removes.begin(), bin.removes.end());
  }
  for (delta::RemoveFile& remove : commit.removes) {
    if (!remove.deletion_timestamp_ms.has_value()) remove.deletion_timestamp_ms = now_ms;
  }
  for (delta::SetTransaction& transaction : commit.transactions) {
    if (!transaction.last_updated_ms.has_value()) transaction.last_updated_ms = now_ms;
  }
  return commit;
}

// A file without rows means nothing, and some readers stumble over it.
void DropEmptyFiles(std::vector<AddFile>& adds, delta::StatisticsParser& parser) {
  std::erase_if(adds, [&parser](const AddFile& add) {
    if (add.deletion_vector.has_value() || !add.stats.has_value()) return false;
    const delta::FileStatistics* statistics = parser.Parse(*add.stats);
    return statistics != nullptr && statistics->records == 0;
  });
}

core::Result<std::int64_t> RowIdMark(const Snapshot& base) {
  const auto domain = base.domains.find(kRowTrackingDomain);
  if (domain == base.domains.end()) return -1;
  const nlohmann::json parsed = nlohmann::json::parse(domain->second.configuration, nullptr, false);
  if (!parsed.is_object() || !parsed.contains(kMark) || !parsed[kMark].is_number_integer()) {
    return core::Corruption("the domain delta.rowTracking of version " + std::to_string(base.version) +
                            " holds no rowIdHighWaterMark: " + domain->second.configuration);
  }
  return parsed[kMark].get<std::int64_t>();
}

// New files get row ids above all that were ever given.
core::Status AssignRowIds(const Snapshot& base, const TableRules& rules, delta::StatisticsParser& parser,
                          ActionSet& commit) {
  if (!delta::SupportsForWriters(rules.protocol, "rowTracking") || rules.properties.row_tracking_suspended) {
    return core::Ok();
  }
  SLUICE_ASSIGN_OR_RETURN(std::int64_t mark, RowIdMark(base));
  const std::int64_t old_mark = mark;
  for (AddFile& add : commit.adds) {
    if (!add.default_row_commit_version.has_value()) add.default_row_commit_version = base.version + 1;
    if (add.base_row_id.has_value()) continue;
    const delta::FileStatistics* statistics = add.stats.has_value() ? parser.Parse(*add.stats) : nullptr;
    if (statistics == nullptr || !statistics->records.has_value()) {
      return core::InvalidInput("the file '" + add.path + "' has no numRecords, which row tracking needs");
    }
    add.base_row_id = mark + 1;
    mark += *statistics->records;
  }
  if (mark == old_mark) return core::Ok();
  std::erase_if(commit.domains, [](const auto& domain) { return domain.domain == kRowTrackingDomain; });
  commit.domains.push_back(
      {.domain = std::string(kRowTrackingDomain), .configuration = nlohmann::json{{kMark, mark}}.dump()});
  return core::Ok();
}

// Where in-commit timestamps were switched on says nothing once they are off.
void ForgetEnablement(TableRules& rules, ActionSet& commit) {
  if (!commit.metadata.has_value()) return;
  for (const std::string_view key : {kEnablementVersion, kEnablementTime}) {
    commit.metadata->configuration.erase(std::string(key));
  }
  rules.metadata.configuration = commit.metadata->configuration;
}

// The timestamp of this commit, above that of the one before. Switching it on leaves its place in the metadata.
std::optional<std::int64_t> InCommitTimestamp(const CommitRequest& request, const Snapshot& base, TableRules& rules,
                                              ActionSet& commit) {
  if (!rules.in_commit_timestamps()) {
    ForgetEnablement(rules, commit);
    return std::nullopt;
  }
  std::int64_t timestamp = request.now_ms;
  const bool was_on = base.version >= 0 && InCommitTimestampsOf(base.protocol, base.properties);
  const std::optional<std::int64_t> before =
      was_on && base.in_commit_timestamp_ms.has_value() ? base.in_commit_timestamp_ms : request.base_file_time_ms;
  if (before.has_value()) timestamp = std::max(timestamp, *before + 1);
  if (!commit.metadata.has_value() || base.version < 0) return timestamp;
  delta::StringMap& configuration = commit.metadata->configuration;
  if (!was_on) {
    configuration[std::string(kEnablementVersion)] = std::to_string(base.version + 1);
    configuration[std::string(kEnablementTime)] = std::to_string(timestamp);
  } else {
    for (const std::string_view key : {kEnablementVersion, kEnablementTime}) {
      const auto old = base.metadata.configuration.find(key);
      if (old != base.metadata.configuration.end()) configuration.insert_or_assign(old->first, old->second);
    }
  }
  rules.metadata.configuration = configuration;
  return timestamp;
}

bool IsBlindAppend(const TransactionState& state, const Snapshot& base, const ActionSet& commit) {
  if (!state.reads.empty() || !commit.removes.empty() || !commit.cdcs.empty()) return false;
  if (base.version < 0) return true;
  return !commit.adds.empty() && !commit.metadata.has_value() && !commit.protocol.has_value();
}

delta::CommitInfo MakeCommitInfo(const CommitRequest& request, const Snapshot& base, const TableRules& rules,
                                 const ActionSet& commit, std::optional<std::int64_t> in_commit_timestamp) {
  const OperationInfo& operation = request.operation;
  delta::CommitInfo info{.timestamp_ms = request.now_ms,
                         .in_commit_timestamp_ms = in_commit_timestamp,
                         .operation = operation.name,
                         .operation_parameters = operation.parameters,
                         .isolation_level = std::string(IsolationLevelName(request.state.level)),
                         .is_blind_append = IsBlindAppend(request.state, base, commit),
                         .operation_metrics = request.metrics,
                         .engine_info = std::string("Sluice/") + core::Version(),
                         .txn_id = request.state.txn_id,
                         .user_metadata = operation.user_metadata,
                         .tags = operation.tags};
  if (base.version >= 0) info.read_version = base.version;
  if (rules.properties.enable_row_tracking && delta::SupportsForWriters(rules.protocol, "rowTracking")) {
    const bool copies = !commit.removes.empty() && !commit.adds.empty() &&
                        operation.kind != delta::Operation::kMarkRows &&
                        operation.kind != delta::Operation::kReplaceFiles;
    info.tags.insert_or_assign(std::string(kRowsPreserved), !copies || operation.preserves_row_ids ? "true" : "false");
  }
  return info;
}

}  // namespace

bool TableRules::in_commit_timestamps() const { return InCommitTimestampsOf(protocol, properties); }

core::Result<TableRules> RulesAfter(const Snapshot& base, const ActionSet& actions) {
  TableRules rules{actions.protocol.value_or(base.protocol), actions.metadata.value_or(base.metadata), base.schema,
                   base.properties};
  if (actions.metadata.has_value()) {
    core::Result<delta::TableSchema> schema = delta::ParseSchema(rules.metadata.schema_string);
    if (!schema.has_value()) return std::move(schema).error().WithPrefix("the schema to be committed: ");
    rules.schema = *std::move(schema);
    std::vector<std::string> notes;
    rules.properties = delta::ReadProperties(rules.metadata.configuration, notes);
  }
  if (actions.metadata.has_value() || actions.protocol.has_value()) {
    SLUICE_TRY(delta::ResolveColumnMapping(rules.schema, rules.protocol, rules.metadata.configuration));
  }
  return rules;
}

core::Result<ActionSet> MakeCommit(const CommitRequest& request, const Snapshot& base, TableRules& rules) {
  ActionSet commit = GatherActions(request.state, request.now_ms);
  delta::StatisticsParser parser({});
  DropEmptyFiles(commit.adds, parser);
  SLUICE_TRY(AssignRowIds(base, rules, parser, commit));
  const std::optional<std::int64_t> timestamp = InCommitTimestamp(request, base, rules, commit);
  commit.commit_info = MakeCommitInfo(request, base, rules, commit, timestamp);
  return commit;
}

}  // namespace sluice::delta_log
