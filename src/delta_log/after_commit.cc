#include "delta_log/after_commit.h"

#include <utility>

#include "core/byte_size.h"
#include "delta/table_feature.h"
#include "delta/version_checksum.h"
#include "delta_log/checkpoint_writer.h"
#include "delta_log/commit_file.h"
#include "delta_log/log_cleanup.h"
#include "delta_log/log_name.h"

namespace sluice::delta_log {
namespace {

// More of either than a reader should have to go through.
constexpr std::size_t kCommitsMax = 1000;
constexpr std::uint64_t kCommitBytesMax = 64 * core::kMiB;

void CountDeletedRows(const Snapshot& snapshot, delta::VersionChecksum& checksum) {
  if (!delta::SupportsForReaders(snapshot.protocol, "deletionVectors")) return;
  std::int64_t vectors = 0;
  std::int64_t rows = 0;
  snapshot.files.ForEach([&](FileRef file) {
    const auto* vector = snapshot.files.segment(file.segment).deletion_vector(file.row);
    if (vector == nullptr) return;
    ++vectors;
    rows += vector->cardinality;
  });
  checksum.deletion_vectors = vectors;
  checksum.deleted_rows = rows;
}

// The same state as if it had been read from the new checkpoint, so that the next one need not go further back.
std::shared_ptr<const Snapshot> RestOn(const CheckpointFiles& checkpoint, const Snapshot& snapshot) {
  auto rested = std::make_shared<Snapshot>(snapshot);
  rested->log.checkpoint = checkpoint;
  rested->log.commits.clear();
  rested->log.replay.clear();
  return rested;
}

// Now and then one of V2 gets the classic name: a client that looks for no other finds the protocol in it, and stops.
CheckpointKind KindDue(const Snapshot& snapshot) {
  constexpr std::int64_t kClassicNameEvery = 100;
  const CheckpointKind kind = CheckpointKindOf(snapshot);
  const bool due = snapshot.version % (kClassicNameEvery * snapshot.properties.checkpoint_interval) == 0;
  return kind == CheckpointKind::kV2 && due ? CheckpointKind::kV2ClassicName : kind;
}

std::shared_ptr<const Snapshot> CheckpointAndCleanUp(const storage::Environment& environment,
                                                     std::shared_ptr<const Snapshot> snapshot,
                                                     std::vector<std::string>& notes) {
  const core::Result<CheckpointReport> checkpoint =
      WriteCheckpoint(environment, *snapshot, {.kind = KindDue(*snapshot)});
  if (!checkpoint.has_value()) {
    notes.push_back("no checkpoint of version " + std::to_string(snapshot->version) + ": " +
                    checkpoint.error().message());
    return snapshot;
  }
  snapshot = RestOn(checkpoint->files, *snapshot);
  core::Result<CleanupReport> cleanup = CleanUpLog(environment, *snapshot);
  if (!cleanup.has_value()) {
    notes.push_back("the log was not cleaned up: " + cleanup.error().message());
    return snapshot;
  }
  for (std::string& note : cleanup->notes) notes.push_back(std::move(note));
  if (cleanup->deleted.empty()) return snapshot;
  // Statistics that the state would still read from a deleted checkpoint are to come from the new one.
  core::Result<std::shared_ptr<const Snapshot>> reopened = OpenSnapshot(environment, snapshot->root, snapshot->version);
  return reopened.has_value() ? *std::move(reopened) : snapshot;
}

}  // namespace

core::Status WriteVersionChecksum(const storage::Environment& environment, const Snapshot& snapshot,
                                  const std::optional<std::string>& txn_id) {
  delta::VersionChecksum checksum{.txn_id = txn_id,
                                  .table_size_bytes = snapshot.files.size_bytes(),
                                  .file_count = static_cast<std::int64_t>(snapshot.files.size()),
                                  .in_commit_timestamp_ms = snapshot.in_commit_timestamp_ms,
                                  .metadata = snapshot.metadata,
                                  .protocol = snapshot.protocol};
  checksum.transactions.emplace();
  for (const auto& [app_id, transaction] : snapshot.transactions) checksum.transactions->push_back(transaction);
  checksum.domains.emplace();
  for (const auto& [name, domain] : snapshot.domains) checksum.domains->push_back(domain);
  CountDeletedRows(snapshot, checksum);
  const core::Result<bool> put =
      PutUnlessThere(environment.files, environment.random, ChecksumPath(snapshot.root, snapshot.version),
                     delta::FormatVersionChecksum(checksum));
  if (!put.has_value()) return put.error();
  return core::Ok();
}

bool CheckpointIsDue(const Snapshot& snapshot) {
  if (snapshot.version <= 0) return false;
  if (snapshot.version % snapshot.properties.checkpoint_interval == 0) return true;
  if (snapshot.log.commits.size() > kCommitsMax) return true;
  std::uint64_t bytes = 0;
  for (const CommitFile& commit : snapshot.log.commits) bytes += commit.size_bytes;
  return bytes > kCommitBytesMax;
}

std::shared_ptr<const Snapshot> KeepUp(const storage::Environment& environment,
                                       std::shared_ptr<const Snapshot> snapshot,
                                       const std::optional<std::string>& txn_id, std::vector<std::string>& notes) {
  const core::Status checksum = WriteVersionChecksum(environment, *snapshot, txn_id);
  if (!checksum.has_value()) {
    notes.push_back("no checksum of version " + std::to_string(snapshot->version) + ": " + checksum.error().message());
  }
  if (!CheckpointIsDue(*snapshot)) return snapshot;
  return CheckpointAndCleanUp(environment, std::move(snapshot), notes);
}

}  // namespace sluice::delta_log
