#include "delta_log/snapshot.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "delta/path.h"
#include "delta_log/file_key.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_name.h"
#include "delta_log/log_reader.h"
#include "delta_log/snapshot_reader.h"
#include "delta_log/snapshot_state.h"

namespace sluice::delta_log {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
/// Above so many new commits a checkpoint is likely to be there.
constexpr std::size_t kRefreshCommitsMax = 1000;
/// So often the log of a snapshot that only grows is cut at a newer checkpoint.
constexpr std::size_t kRebaseCommits = 64;

CommitFile ToCommitFile(std::int64_t version, storage::FileInfo info) {
  return {.first = version,
          .last = version,
          .path = std::move(info.path),
          .size_bytes = info.bytes,
          .modification_time_ms = info.mtime_ns / kNsPerMs};
}

bool SameVector(const delta::DeletionVectorDescriptor* held,
                const std::optional<delta::DeletionVectorDescriptor>& vector) {
  if (held == nullptr || !vector.has_value()) return (held == nullptr) == !vector.has_value();
  return held->UniqueId() == vector->UniqueId();
}

core::Status ApplyFiles(Snapshot& snapshot, const delta::ActionSet& commit, const std::string& where) {
  std::vector<std::string> gone;
  std::set<std::string, std::less<>> removed;
  for (const delta::RemoveFile& remove : commit.removes) {
    std::string path = delta::CanonicalPath(remove.path, snapshot.root);
    const auto held = snapshot.files.Find(path);
    if (!held.has_value()) continue;
    const FileSegment& files = snapshot.files.segment(held->segment);
    if (!SameVector(files.deletion_vector(held->row), remove.deletion_vector)) continue;  // an older state of the file
    gone.push_back(path);
    removed.insert(std::move(path));
  }
  for (const delta::AddFile& add : commit.adds) {
    std::string path = delta::CanonicalPath(add.path, snapshot.root);
    const auto held = snapshot.files.Find(path);
    if (!held.has_value() || removed.contains(path)) continue;
    const FileSegment& files = snapshot.files.segment(held->segment);
    if (!SameVector(files.deletion_vector(held->row), add.deletion_vector)) {
      return LiveTwice(where, add.path);
    }
    gone.push_back(std::move(path));  // new statistics or tags for the same file
  }
  snapshot.files = snapshot.files.With(gone, commit.adds, snapshot.root);
  return core::Ok();
}

void ApplyState(Snapshot& snapshot, const delta::ActionSet& commit) {
  for (const auto& transaction : commit.transactions) {
    snapshot.transactions.insert_or_assign(transaction.app_id, transaction);
  }
  for (const auto& domain : commit.domains) {
    if (domain.removed) {
      snapshot.domains.erase(domain.domain);
    } else {
      snapshot.domains.insert_or_assign(domain.domain, domain);
    }
  }
}

/// Turn `snapshot` into the state after `commit`.
core::Status Apply(const storage::Environment& environment, Snapshot& snapshot, const delta::ActionSet& commit,
                   CommitFile file) {
  if (commit.protocol.has_value() || commit.metadata.has_value()) {
    snapshot.notes.clear();  // they were about what is replaced now
    SLUICE_TRY(SetProtocolAndMetadata(snapshot, commit.protocol.value_or(snapshot.protocol),
                                      commit.metadata.value_or(snapshot.metadata)));
  }
  SLUICE_TRY(ApplyFiles(snapshot, commit, file.path));
  ApplyState(snapshot, commit);
  ExpireTransactions(snapshot, NowMs(environment));
  snapshot.tombstones.reset();
  snapshot.version = file.first;
  snapshot.log.version = file.first;
  snapshot.log.checksum_path.reset();
  snapshot.log.commits.push_back(file);
  snapshot.log.replay.push_back(file);
  snapshot.log.newest_commit = std::move(file);
  SLUICE_ASSIGN_OR_RETURN(snapshot.in_commit_timestamp_ms,
                          ReadInCommitTimestamp(environment, snapshot, commit.commit_info));
  return core::Ok();
}

/// Let the log of a snapshot begin at the newest checkpoint, so that it does not grow for ever. The state stays.
void Rebase(const storage::Environment& environment, Snapshot& snapshot) {
  const auto listing = ListLog(environment.files, snapshot.root);
  if (!listing.has_value()) return;
  for (const CheckpointFiles& checkpoint : listing->checkpoints) {
    if (checkpoint.version > snapshot.version) continue;
    auto segment = MakeSegment(*listing, snapshot.version, &checkpoint);
    if (segment.has_value() && segment->newest_commit == snapshot.log.newest_commit) snapshot.log = *std::move(segment);
    return;
  }
}

/// What a listing would say of the files that `snapshot` was read from.
LogListing ListingOf(const Snapshot& snapshot) {
  LogListing listing{.folder = LogFolder(snapshot.root), .commits = snapshot.log.commits};
  std::ranges::copy_if(snapshot.log.replay, std::back_inserter(listing.compactions),
                       [](const CommitFile& file) { return file.last > file.first; });
  if (snapshot.log.checkpoint.has_value()) listing.checkpoints.push_back(*snapshot.log.checkpoint);
  return listing;
}

/// The commits after `held` that are there. nullopt: `held` cannot be carried on.
core::Result<std::optional<std::vector<CommitFile>>> NewCommits(const storage::Environment& environment,
                                                                const Snapshot& held) {
  using Found = std::optional<std::vector<CommitFile>>;
  if (!held.log.newest_commit.has_value()) return Found();
  SLUICE_ASSIGN_OR_RETURN(auto newest, environment.files.StatIfExists(held.log.newest_commit->path));
  // While the newest commit is as it was, there is no gap above it: cleanup takes the oldest first.
  if (!newest.has_value() || ToCommitFile(held.version, *std::move(newest)) != *held.log.newest_commit) return Found();
  std::vector<CommitFile> commits;
  while (commits.size() <= kRefreshCommitsMax) {
    const std::int64_t version = held.version + 1 + static_cast<std::int64_t>(commits.size());
    SLUICE_ASSIGN_OR_RETURN(auto info, environment.files.StatIfExists(CommitPath(held.root, version)));
    if (!info.has_value()) return Found(std::move(commits));
    commits.push_back(ToCommitFile(version, *std::move(info)));
  }
  return Found();
}

}  // namespace

core::Result<std::shared_ptr<const Snapshot>> OpenSnapshot(const storage::Environment& environment,
                                                           const std::string& root, std::optional<std::int64_t> version,
                                                           SnapshotParts parts) {
  const bool with_tombstones = parts == SnapshotParts::kFilesAndTombstones;
  const ReplayGoal goal = with_tombstones ? ReplayGoal::kFilesAndTombstones : ReplayGoal::kFiles;
  SLUICE_ASSIGN_OR_RETURN(ReadState state, ReadTable(environment, root, version, goal));
  if (with_tombstones) {
    state.snapshot->tombstones = std::make_shared<const std::vector<delta::RemoveFile>>(std::move(state.tombstones));
  }
  return std::shared_ptr<const Snapshot>(std::move(state.snapshot));
}

core::Result<std::shared_ptr<const Snapshot>> RefreshSnapshot(const storage::Environment& environment,
                                                              const std::shared_ptr<const Snapshot>& held) {
  SLUICE_ASSIGN_OR_RETURN(const auto commits, NewCommits(environment, *held));
  if (!commits.has_value()) return OpenSnapshot(environment, held->root);
  if (commits->empty()) return held;
  auto snapshot = std::make_shared<Snapshot>(*held);
  bool replaced = false;
  const core::Status applied = ReadCommits(
      environment, *commits, delta::ActionSelection::kAll,
      [&](const CommitFile& file, core::Result<delta::ActionSet> actions) -> core::Status {
        if (!actions.has_value()) return std::move(actions).error();
        replaced = replaced || (actions->metadata.has_value() && actions->metadata->id != held->metadata.id);
        return Apply(environment, *snapshot, *actions, file);
      });
  const bool vanished = !applied.has_value() && applied.error().kind() == core::ErrorKind::kNotFound;
  if (replaced || vanished) return OpenSnapshot(environment, held->root);
  if (!applied.has_value()) return applied.error();
  if (snapshot->log.commits.size() / kRebaseCommits != held->log.commits.size() / kRebaseCommits) {
    Rebase(environment, *snapshot);
  }
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

core::Result<std::shared_ptr<const Snapshot>> AdvanceSnapshot(const storage::Environment& environment,
                                                              const std::shared_ptr<const Snapshot>& held,
                                                              const delta::ActionSet& commit, std::int64_t version) {
  if (version != held->version + 1) return RefreshSnapshot(environment, held);
  SLUICE_ASSIGN_OR_RETURN(auto info, environment.files.Stat(CommitPath(held->root, version)));
  auto snapshot = std::make_shared<Snapshot>(*held);
  SLUICE_TRY(Apply(environment, *snapshot, commit, ToCommitFile(version, std::move(info))));
  if (snapshot->log.commits.size() % kRebaseCommits == 0) Rebase(environment, *snapshot);
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

core::Result<std::vector<delta::RemoveFile>> LoadTombstones(const storage::Environment& environment,
                                                            const Snapshot& snapshot) {
  if (snapshot.tombstones != nullptr) return *snapshot.tombstones;
  core::Result<ReadState> known =
      ReadListed(environment, snapshot.root, ListingOf(snapshot), snapshot.version, ReplayGoal::kTombstones);
  if (known.has_value()) return std::move(known->tombstones);
  // Cleanup may have taken some of it since.
  SLUICE_ASSIGN_OR_RETURN(ReadState state,
                          ReadTable(environment, snapshot.root, snapshot.version, ReplayGoal::kTombstones));
  return std::move(state.tombstones);
}

}  // namespace sluice::delta_log
