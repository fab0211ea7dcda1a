#include "table/restore_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "delta/clustering_columns.h"
#include "delta/deletion_vector.h"
#include "delta/path.h"
#include "delta/protocol_gate.h"
#include "delta/protocol_upgrade.h"
#include "storage/path.h"

namespace sluice::table {
namespace {

using delta_log::FileRef;
using delta_log::Snapshot;

/// What sets the files of two versions apart, by path and deletion vector.
struct Difference {
  std::vector<FileRef> returning = {};  ///< of the old version, sorted
  std::vector<FileRef> leaving = {};    ///< of the new one
};

bool IsIn(const Snapshot& other, const Snapshot& snapshot, FileRef file) {
  const auto found = other.files.Find(delta::CanonicalPath(snapshot.files.path(file), snapshot.root));
  if (!found) return false;
  const auto* here = snapshot.files.segment(file.segment).deletion_vector(file.row);
  const auto* there = other.files.segment(found->segment).deletion_vector(found->row);
  return (here == nullptr ? "" : here->UniqueId()) == (there == nullptr ? "" : there->UniqueId());
}

Difference Compare(const Snapshot& before, const Snapshot& now) {
  Difference difference;
  before.files.ForEach([&](FileRef file) {
    if (!IsIn(now, before, file)) difference.returning.push_back(file);
  });
  now.files.ForEach([&](FileRef file) {
    if (!IsIn(before, now, file)) difference.leaving.push_back(file);
  });
  return difference;
}

core::Status CheckThere(const storage::Environment& environment, const std::string& path, std::int64_t version) {
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment.files.StatIfExists(path));
  if (there) return core::Ok();
  return core::NotFound(fmt::format("version {} needs the file {}, which is gone", version, storage::QuotedPath(path)))
      .WithHint(
          "vacuum removes files that are in no version younger than delta.deletedFileRetentionDuration; restore "
          "a later version");
}

/// The files that come back, with their statistics; all of them are there.
core::Result<std::vector<delta::AddFile>> Returning(const storage::Environment& environment, const Snapshot& before,
                                                    const std::vector<FileRef>& files) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> stats, before.files.LoadStats(files));
  std::vector<delta::AddFile> adds;
  for (std::size_t i = 0; i < files.size(); ++i) {
    SLUICE_TRY(environment.cancellation.Check());
    delta::AddFile add = before.files.Get(files[i]);
    if (!stats[i].empty()) add.stats = std::move(stats[i]);
    SLUICE_ASSIGN_OR_RETURN(const std::string path, delta::ResolveFilePath(add.path, before.root, true));
    SLUICE_TRY(CheckThere(environment, path, before.version));
    if (add.deletion_vector && add.deletion_vector->storage_type != 'i') {
      SLUICE_ASSIGN_OR_RETURN(const std::string vector, delta::VectorPath(*add.deletion_vector, before.root, true));
      SLUICE_TRY(CheckThere(environment, vector, before.version));
    }
    adds.push_back(std::move(add));
  }
  return adds;
}

/// The metadata of then. The greatest id of a column never goes down: ids of dropped columns do not come back.
delta::Metadata MetadataOf(const Snapshot& before, const Snapshot& now) {
  constexpr std::string_view kMaxId = "delta.columnMapping.maxColumnId";
  const auto number = [](const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); };
  delta::Metadata metadata = before.metadata;
  const auto newest = now.metadata.configuration.find(kMaxId);
  if (newest == now.metadata.configuration.end()) return metadata;
  std::string& max_id = metadata.configuration[std::string(kMaxId)];
  if (number(max_id) < number(newest->second)) max_id = newest->second;
  return metadata;
}

core::Status SetRules(const Snapshot& before, const Snapshot& now, const std::vector<delta::AddFile>& adds,
                      delta_log::Transaction& transaction) {
  delta::Metadata metadata = MetadataOf(before, now);
  std::vector<std::string> features = delta::UsedFeatures(before.schema, metadata.configuration);
  if (std::ranges::any_of(adds, [](const delta::AddFile& add) { return add.deletion_vector.has_value(); })) {
    features.emplace_back("deletionVectors");
  }
  const auto then = before.domains.find(delta::kClusteringDomain);
  if (then != before.domains.end()) features.emplace_back("clustering");
  SLUICE_ASSIGN_OR_RETURN(delta::Protocol protocol, delta::UpgradeProtocol(now.protocol, features));
  if (metadata != now.metadata) transaction.SetMetadata(std::move(metadata));
  if (protocol != now.protocol) transaction.SetProtocol(std::move(protocol));
  const auto today = now.domains.find(delta::kClusteringDomain);
  if (then == before.domains.end()) {
    transaction.RemoveDomain(std::string(delta::kClusteringDomain));
  } else if (today == now.domains.end() || today->second.configuration != then->second.configuration) {
    transaction.SetDomain(then->first, then->second.configuration);
  }
  return core::Ok();
}

core::Result<std::shared_ptr<const Snapshot>> OpenBefore(const storage::Environment& environment, const Snapshot& now,
                                                         std::int64_t version) {
  if (version > now.version) {
    return core::NotFound(fmt::format("{} has no version {} to be restored; the newest is {}",
                                      storage::QuotedPath(now.root), version, now.version));
  }
  SLUICE_ASSIGN_OR_RETURN(auto before, delta_log::OpenSnapshot(environment, now.root, version));
  if (before->metadata.id == now.metadata.id) return before;
  return core::InvalidInput(fmt::format("version {} belongs to another table, which was in {} before", version,
                                        storage::QuotedPath(now.root)));
}

void SetMetrics(const TableChange& counts, const Snapshot& now, delta_log::Transaction& transaction) {
  const auto files = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  transaction.SetMetric("numRestoredFiles", files(counts.files_added));
  transaction.SetMetric("restoredFilesSize", counts.bytes_added);
  transaction.SetMetric("numRemovedFiles", files(counts.files_removed));
  transaction.SetMetric("removedFilesSize", counts.bytes_removed);
  transaction.SetMetric("numOfFilesAfterRestore", files(now.files.size() + counts.files_added - counts.files_removed));
  transaction.SetMetric("tableSizeAfterRestore", now.files.size_bytes() + counts.bytes_added - counts.bytes_removed);
}

}  // namespace

core::Result<TableChange> RestoreTable(const storage::Environment& environment,
                                       std::shared_ptr<const delta_log::Snapshot> newest, std::int64_t version,
                                       const delta_log::TransactionOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(const auto before, OpenBefore(environment, *newest, version));
  const Difference difference = Compare(*before, *newest);
  SLUICE_ASSIGN_OR_RETURN(const auto adds, Returning(environment, *before, difference.returning));
  const bool removes = !difference.leaving.empty();
  delta_log::OperationInfo operation{.name = "RESTORE",
                                     .kind = removes ? delta::Operation::kReplaceFiles : delta::Operation::kAppend,
                                     .rule = delta_log::ConflictRule::kRestore,
                                     .replaces_schema = true};
  operation.parameters["version"] = std::to_string(version);
  SLUICE_ASSIGN_OR_RETURN(auto transaction,
                          delta_log::Transaction::Begin(environment, newest, std::move(operation), options));
  transaction.ReadTable();
  TableChange counts;
  for (const delta::AddFile& add : adds) {
    counts.bytes_added += add.size_bytes;
    transaction.Add(add);
  }
  counts.files_added = adds.size();
  for (const FileRef file : difference.leaving) {
    counts.bytes_removed += newest->files.segment(file.segment).size_bytes(file.row);
    transaction.Remove(file);
  }
  counts.files_removed = difference.leaving.size();
  SLUICE_TRY(SetRules(*before, *newest, adds, transaction));
  SetMetrics(counts, *newest, transaction);
  SLUICE_ASSIGN_OR_RETURN(delta_log::CommitResult result, transaction.Commit());
  SLUICE_ASSIGN_OR_RETURN(TableChange change, ToChange(std::move(result)));
  if (change.committed) CopyCounts(counts, change);
  return change;
}

}  // namespace sluice::table
