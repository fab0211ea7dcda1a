#include "delta_log/commit_validation.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "delta/clustering_columns.h"
#include "delta/column_mapping.h"
#include "delta/commit_rules.h"
#include "delta/deletion_vector.h"
#include "delta/partition_value.h"
#include "delta/path.h"
#include "delta/protocol_upgrade.h"
#include "delta/schema_change.h"
#include "delta/schema_check.h"
#include "delta/statistics.h"
#include "delta/table_feature.h"

namespace sluice::delta_log {
namespace {

using delta::ActionSet;
using delta::AddFile;
using delta::RemoveFile;

core::Error Wrong(const AddFile& add, const std::string& what) {
  return core::InvalidInput("the file '" + add.path + "' " + what);
}

/// One commit against the state it is to follow.
class CommitCheck {
 public:
  CommitCheck(const storage::Environment& environment, const Snapshot& base, const TableRules& rules,
              const OperationInfo& operation, const ActionSet& commit)
      : environment_(environment),
        base_(base),
        rules_(rules),
        operation_(operation),
        commit_(commit),
        vectors_known_(delta::SupportsForReaders(rules.protocol, "deletionVectors")),
        statistics_({}) {
    for (const std::string& name : rules.metadata.partition_columns) partitions_.push_back(rules.schema.Find(name));
    const auto clustering = base.domains.find(delta::kClusteringDomain);
    records_needed_ = delta::SupportsForWriters(rules.protocol, "rowTracking") ||
                      (clustering != base.domains.end() && delta::SupportsForWriters(rules.protocol, "clustering"));
    for (const RemoveFile& remove : commit.removes) removed_.insert(Canonical(remove.path));
  }

  core::Status Run() {
    SLUICE_TRY(delta::CheckCanWrite(rules_.protocol, rules_.metadata, rules_.schema, operation_.kind));
    if (base_.version < 0 && (!commit_.protocol.has_value() || !commit_.metadata.has_value())) {
      return core::InvalidInput("the first version of a table needs a protocol and metadata");
    }
    SLUICE_TRY(CheckProtocol());
    SLUICE_TRY(CheckMetadata());
    SLUICE_TRY(CheckAppendOnly());
    SLUICE_TRY(CheckChangeData());
    for (const AddFile& add : commit_.adds) SLUICE_TRY(CheckAdd(add));
    for (const RemoveFile& remove : commit_.removes) SLUICE_TRY(CheckRemove(remove));
    SLUICE_TRY(delta::CheckCommitRules(commit_, base_.root));
    SLUICE_TRY(CheckRearranged());
    return CheckDomains();
  }

 private:
  std::string Canonical(std::string_view path) const { return delta::CanonicalPath(path, base_.root); }
  core::Status CheckProtocol() const;
  core::Status CheckMetadata() const;
  core::Status CheckPartitionColumns() const;
  core::Status CheckColumnIds() const;
  core::Status CheckAppendOnly() const;
  core::Status CheckChangeData() const;
  core::Status CheckAdd(const AddFile& add);
  core::Status CheckPartition(const AddFile& add) const;
  core::Status CheckPath(const AddFile& add) const;
  core::Status CheckStatistics(const AddFile& add);
  core::Status CheckVector(const AddFile& add, std::int64_t records) const;
  core::Status CheckRemove(const RemoveFile& remove) const;
  core::Status CheckRearranged();
  core::Status CheckDomains() const;

  const storage::Environment& environment_;
  const Snapshot& base_;
  const TableRules& rules_;
  const OperationInfo& operation_;
  const ActionSet& commit_;
  const bool vectors_known_;
  bool records_needed_ = false;
  std::vector<const delta::Field*> partitions_;
  std::set<std::string> removed_;  // canonical paths
  delta::StatisticsParser statistics_;
};

core::Status CommitCheck::CheckProtocol() const {
  if (!commit_.protocol.has_value() || base_.version < 0) return core::Ok();
  const delta::Protocol& next = *commit_.protocol;
  if (next.min_reader_version < base_.protocol.min_reader_version ||
      next.min_writer_version < base_.protocol.min_writer_version) {
    return core::InvalidInput("a protocol's versions never go down");
  }
  for (const delta::TableFeature& feature : delta::TableFeatures()) {
    if (delta::SupportsForWriters(base_.protocol, feature.name) && !delta::SupportsForWriters(next, feature.name)) {
      return core::InvalidInput("the protocol to be committed drops the feature " + std::string(feature.name));
    }
  }
  return core::Ok();
}

core::Status CommitCheck::CheckMetadata() const {
  if (!commit_.metadata.has_value()) return core::Ok();
  const delta::Metadata& next = *commit_.metadata;
  if (base_.version >= 0 && next.id != base_.metadata.id) {
    return core::InvalidInput("the id of a table never changes: " + base_.metadata.id + " to " + next.id);
  }
  if (base_.version >= 0 && !operation_.replaces_schema && next.partition_columns != base_.metadata.partition_columns) {
    return core::InvalidInput("the partition columns of a table change only when all of it is overwritten");
  }
  std::vector<std::string> old_notes;
  std::vector<std::string> notes;
  delta::ReadProperties(base_.metadata.configuration, old_notes);
  delta::ReadProperties(next.configuration, notes);
  for (std::string& note : notes) {
    if (std::ranges::find(old_notes, note) == old_notes.end()) return core::InvalidInput(std::move(note));
  }
  for (const std::string& feature : delta::UsedFeatures(rules_.schema, next.configuration)) {
    if (!delta::SupportsForWriters(rules_.protocol, feature)) {
      return core::InvalidInput("the metadata needs the feature " + feature + ", which the protocol does not list");
    }
  }
  SLUICE_ASSIGN_OR_RETURN(const delta::ColumnMappingMode mode,
                          delta::ReadColumnMappingMode(rules_.protocol, next.configuration));
  const bool mapped = mode != delta::ColumnMappingMode::kNone;
  if (next.schema_string != base_.metadata.schema_string) {
    SLUICE_TRY(delta::CheckNewSchema(rules_.schema, mapped));
    const bool same_rows = base_.version >= 0 && !operation_.replaces_schema;
    if (same_rows) SLUICE_TRY(delta::CheckSchemaChange(base_.schema, rules_.schema));
  }
  SLUICE_TRY(CheckPartitionColumns());
  return mapped ? CheckColumnIds() : core::Ok();
}

core::Status CommitCheck::CheckPartitionColumns() const {
  std::set<const delta::Field*> seen;
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const std::string& name = rules_.metadata.partition_columns[i];
    if (partitions_[i] == nullptr) return core::InvalidInput("the partition column '" + name + "' is no column");
    if (!delta::CanPartition(partitions_[i]->type)) {
      return core::InvalidInput("a column of the type of '" + name + "' cannot partition a table");
    }
    if (!seen.insert(partitions_[i]).second) return core::InvalidInput("'" + name + "' partitions the table twice");
  }
  if (!partitions_.empty() && partitions_.size() == rules_.schema.fields.size()) {
    return core::InvalidInput("a table needs a column beside its partition columns");
  }
  return core::Ok();
}

std::int64_t GreatestId(const std::vector<delta::Field>& fields) {
  std::int64_t greatest = 0;
  for (const delta::Field& field : fields) {
    greatest = std::max({greatest, std::int64_t{field.id.value_or(0)}, GreatestId(field.type.fields)});
  }
  return greatest;
}

// The greatest id only grows, so that a dropped column's id never comes back.
core::Status CommitCheck::CheckColumnIds() const {
  constexpr std::string_view kMaxId = "delta.columnMapping.maxColumnId";
  const auto value = [](const delta::Metadata& metadata, std::string_view key) -> std::int64_t {
    const auto found = metadata.configuration.find(key);
    return found == metadata.configuration.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
  };
  const std::int64_t max_id = value(rules_.metadata, kMaxId);
  const std::int64_t least = std::max(GreatestId(rules_.schema.fields), value(base_.metadata, kMaxId));
  if (max_id >= least) return core::Ok();
  return core::InvalidInput(std::string(kMaxId) + " is " + std::to_string(max_id) + ", and must be at least " +
                            std::to_string(least));
}

core::Status CommitCheck::CheckAppendOnly() const {
  if (!rules_.properties.append_only || !delta::SupportsForWriters(rules_.protocol, "appendOnly")) return core::Ok();
  for (const RemoveFile& remove : commit_.removes) {
    if (!remove.data_change) continue;
    return core::InvalidInput("the table takes appends only, and this " + operation_.name + " removes rows")
        .WithHint("set the property delta.appendOnly to false first")
        .WithContext("table property delta.appendOnly=true");
  }
  return core::Ok();
}

core::Status CommitCheck::CheckChangeData() const {
  const bool active =
      rules_.properties.enable_change_data_feed && delta::SupportsForWriters(rules_.protocol, "changeDataFeed");
  if (!active) {
    if (commit_.cdcs.empty()) return core::Ok();
    return core::InvalidInput("change data files belong only into a table with delta.enableChangeDataFeed=true");
  }
  constexpr std::array<std::string_view, 3> kReserved = {"_change_type", "_commit_version", "_commit_timestamp"};
  for (const std::string_view name : kReserved) {
    if (rules_.schema.Find(name) != nullptr) {
      return core::InvalidInput("the column '" + std::string(name) + "' is in the way of the change data feed");
    }
  }
  const bool changes_rows =
      operation_.kind == delta::Operation::kRewriteRows || operation_.kind == delta::Operation::kReplaceRows;
  if (!changes_rows || !commit_.cdcs.empty()) return core::Ok();
  // Readers derive what a new deletion vector deletes; rows that were copied into other files they cannot tell.
  const bool copies = std::ranges::any_of(
      commit_.adds, [this](const AddFile& add) { return add.data_change && !removed_.contains(Canonical(add.path)); });
  if (!copies || commit_.removes.empty()) return core::Ok();
  return core::InvalidInput("this " + operation_.name + " changes rows and brings no change data files")
      .WithContext("table property delta.enableChangeDataFeed=true");
}

core::Status CommitCheck::CheckAdd(const AddFile& add) {
  if (add.size_bytes <= 0) return Wrong(add, "has no bytes");
  SLUICE_TRY(CheckPartition(add));
  SLUICE_TRY(CheckPath(add));
  return CheckStatistics(add);
}

core::Status CommitCheck::CheckPartition(const AddFile& add) const {
  if (add.partition_values.size() != partitions_.size()) {
    return Wrong(add, "has " + std::to_string(add.partition_values.size()) + " partition values, and the table " +
                          std::to_string(partitions_.size()) + " partition columns");
  }
  for (const delta::Field* field : partitions_) {
    const auto value = std::ranges::find(add.partition_values, field->physical_name,
                                         [](const auto& entry) -> const std::string& { return entry.first; });
    if (value == add.partition_values.end()) return Wrong(add, "has no value for the partition column " + field->name);
    const bool null = !value->second.has_value() || value->second->empty();
    if (null && !field->nullable) return Wrong(add, "has NULL in the partition column " + field->name);
    if (null) continue;
    core::Result<std::shared_ptr<arrow::Scalar>> parsed = delta::ParsePartitionValue(value->second, field->type);
    if (!parsed.has_value()) return Wrong(add, "in " + field->name + ": " + parsed.error().message());
  }
  return core::Ok();
}

core::Status CommitCheck::CheckPath(const AddFile& add) const {
  const std::string path = Canonical(add.path);
  const bool live = base_.files.Find(path).has_value();
  if (!live) {
    // A file of another table can come back only by a restore.
    const bool foreign_allowed = operation_.rule == ConflictRule::kRestore;
    const core::Result<std::string> place = delta::ResolveFilePath(add.path, base_.root, foreign_allowed);
    if (!place.has_value()) return Wrong(add, "may not be added: " + place.error().message());
    return core::Ok();
  }
  if (removed_.contains(path)) return core::Ok();
  const FileRef file = *base_.files.Find(path);
  const delta::DeletionVectorDescriptor* vector = base_.files.segment(file.segment).deletion_vector(file.row);
  const bool same_rows = vector == nullptr ? !add.deletion_vector.has_value() : add.deletion_vector == *vector;
  if (add.data_change || !same_rows) return Wrong(add, "is in the table already");
  return core::Ok();
}

core::Status CommitCheck::CheckStatistics(const AddFile& add) {
  const delta::FileStatistics* statistics = nullptr;
  if (add.stats.has_value()) {
    statistics = statistics_.Parse(*add.stats);
    if (statistics == nullptr) return Wrong(add, "has statistics that are no JSON object");
  }
  const std::optional<std::int64_t> records = statistics == nullptr ? std::nullopt : statistics->records;
  if (!records.has_value()) {
    if (!records_needed_ && !add.deletion_vector.has_value()) return core::Ok();
    return Wrong(add, "has no numRecords, which the table or its deletion vector needs");
  }
  if (*records < 0) return Wrong(add, "has a negative number of rows");
  return CheckVector(add, *records);
}

core::Status CommitCheck::CheckVector(const AddFile& add, std::int64_t records) const {
  if (!add.deletion_vector.has_value()) return core::Ok();
  const delta::DeletionVectorDescriptor& vector = *add.deletion_vector;
  if (!vectors_known_) return Wrong(add, "has a deletion vector, which the protocol does not allow");
  if (vector.cardinality <= 0 || vector.cardinality > records) {
    return Wrong(add, "has a deletion vector of " + std::to_string(vector.cardinality) + " of its " +
                          std::to_string(records) + " rows");
  }
  const std::optional<FileRef> live = base_.files.Find(Canonical(add.path));
  if (live.has_value()) {
    const delta::DeletionVectorDescriptor* old = base_.files.segment(live->segment).deletion_vector(live->row);
    if (old != nullptr && *old == vector) return core::Ok();
  }
  const bool restores = operation_.rule == ConflictRule::kRestore;
  if (!rules_.properties.enable_deletion_vectors && !restores) {
    return Wrong(add, "has a new deletion vector, and delta.enableDeletionVectors is not true");
  }
  if (vector.storage_type == 'i') return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const std::string path, delta::VectorPath(vector, base_.root, restores));
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> there, environment_.files.StatIfExists(path));
  if (!there.has_value()) return Wrong(add, "has a deletion vector in a file that is not there: " + path);
  return core::Ok();
}

core::Status CommitCheck::CheckRemove(const RemoveFile& remove) const {
  const std::optional<FileRef> live = base_.files.Find(Canonical(remove.path));
  if (!live.has_value()) {
    return core::Conflict("the file '" + remove.path + "' is not in version " + std::to_string(base_.version) +
                          " of the table and cannot be removed");
  }
  const delta::DeletionVectorDescriptor* vector = base_.files.segment(live->segment).deletion_vector(live->row);
  const std::string ours = remove.deletion_vector.has_value() ? remove.deletion_vector->UniqueId() : "";
  if ((vector == nullptr ? "" : vector->UniqueId()) == ours) return core::Ok();
  return core::Conflict("the file '" + remove.path + "' has another deletion vector in version " +
                        std::to_string(base_.version) + " than the one it is removed with");
}

// Rows that only move are as many afterwards as before.
core::Status CommitCheck::CheckRearranged() {
  if (commit_.adds.empty() || commit_.removes.empty()) return core::Ok();
  const auto changes = [](const auto& file) { return file.data_change; };
  if (operation_.kind != delta::Operation::kRearrange &&
      (std::ranges::any_of(commit_.adds, changes) || std::ranges::any_of(commit_.removes, changes))) {
    return core::Ok();
  }
  if (std::ranges::any_of(commit_.adds, changes) || std::ranges::any_of(commit_.removes, changes)) {
    return core::InvalidInput("a commit that only moves rows says dataChange=false of every file");
  }
  std::int64_t balance = 0;
  const auto count = [&](std::string_view stats, std::int64_t deleted, std::int64_t sign) {
    const delta::FileStatistics* statistics = statistics_.Parse(stats);
    if (statistics == nullptr || !statistics->records.has_value()) return false;
    balance += sign * (*statistics->records - deleted);
    return true;
  };
  for (const AddFile& add : commit_.adds) {
    const std::int64_t deleted = add.deletion_vector.has_value() ? add.deletion_vector->cardinality : 0;
    if (!count(add.stats.value_or(""), deleted, 1)) return core::Ok();
  }
  std::vector<FileRef> files;
  for (const RemoveFile& remove : commit_.removes) files.push_back(*base_.files.Find(Canonical(remove.path)));
  std::ranges::sort(files);
  SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> stats, base_.files.LoadStats(files));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto* vector = base_.files.segment(files[i].segment).deletion_vector(files[i].row);
    if (!count(stats[i], vector == nullptr ? 0 : vector->cardinality, -1)) return core::Ok();
  }
  if (balance == 0) return core::Ok();
  return core::InvalidInput("moving rows may not change their number: the new files hold " + std::to_string(balance) +
                            " more than the old ones by their statistics");
}

core::Status CommitCheck::CheckDomains() const {
  if (commit_.domains.empty() || delta::SupportsForWriters(rules_.protocol, "domainMetadata")) return core::Ok();
  return core::InvalidInput("the domain '" + commit_.domains.front().domain +
                            "' needs the feature domainMetadata, which the protocol does not list");
}

}  // namespace

core::Status ValidateCommit(const storage::Environment& environment, const Snapshot& base, const TableRules& rules,
                            const OperationInfo& operation, const delta::ActionSet& commit) {
  return CommitCheck(environment, base, rules, operation, commit).Run();
}

}  // namespace sluice::delta_log
