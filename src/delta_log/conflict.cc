#include "delta_log/conflict.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>

#include "delta/path.h"
#include "delta_log/metadata_change.h"

namespace sluice::delta_log {
namespace {

using delta::ActionSet;
using delta::AddFile;
using delta::RemoveFile;

constexpr std::string_view kRowTrackingDomain = "delta.rowTracking";
constexpr std::string_view kGridDomain = "sluice.clusteringGrid";

using Paths = std::unordered_set<std::string>;

// A predicate that fails decides nothing.
bool Matches(const FilePredicate& predicate, const AddFile& file) {
  const core::Result<bool> matches = predicate(file);
  return !matches.has_value() || *matches;
}

/// One question: may this transaction follow that winner?
class ConflictCheck {
 public:
  ConflictCheck(const TransactionState& loser, const ActionSet& winner, std::int64_t version)
      : loser_(loser), winner_(winner), version_(version) {
    for (const RemoveFile& remove : winner.removes) {
      (remove.data_change ? removed_data_ : removed_moves_).insert(Canonical(remove.path));
    }
  }

  bool Own() const {
    return winner_.commit_info.has_value() && winner_.commit_info->txn_id.has_value() &&
           *winner_.commit_info->txn_id == loser_.txn_id;
  }
  core::Status CheckProtocol(const delta::Protocol& before) const;
  core::Status CheckMetadata(const delta::Metadata& before) const;
  core::Status CheckDomains();
  core::Status CheckApplications() const;
  core::Status CheckRestore() const;
  core::Status CheckAddedFiles() const;
  core::Status CheckReadFiles() const;
  core::Status CheckOwnFiles();
  Rebase TakeRebase() { return std::move(rebase_); }

 private:
  std::string Canonical(std::string_view path) const { return delta::CanonicalPath(path, loser_.root); }
  bool Removed(const std::string& path) const { return removed_data_.contains(path) || removed_moves_.contains(path); }
  bool Blind() const {
    return winner_.commit_info.has_value() && winner_.commit_info->is_blind_append.value_or(false) &&
           winner_.removes.empty() && !winner_.metadata.has_value();
  }
  bool Candidate(const AddFile& add) const;
  bool Selects(const AddFile& file) const { return loser_.selects ? Matches(loser_.selects, file) : true; }
  void CopyRowIds();
  void DropBins();
  core::Status CheckRemovedTwice() const;
  core::Status FollowMoves();
  core::Error Lost(std::string_view kind, const std::string& why) const;

  const TransactionState& loser_;
  const ActionSet& winner_;
  const std::int64_t version_;
  Paths removed_data_;  // canonical paths that the winner removed, by what it says of its rows
  Paths removed_moves_;
  Rebase rebase_;
};

core::Error ConflictCheck::Lost(std::string_view kind, const std::string& why) const {
  std::string message(kind);
  message += ": version " + std::to_string(version_);
  if (winner_.commit_info.has_value() && !winner_.commit_info->operation.empty()) {
    message += " (" + winner_.commit_info->operation + ")";
  }
  return core::Conflict(message + " came first: " + why)
      .WithHint("run the operation again: it starts from the new state of the table")
      .WithContext("isolation level " + std::string(IsolationLevelName(loser_.level)));
}

core::Status ConflictCheck::CheckProtocol(const delta::Protocol& before) const {
  if (!winner_.protocol.has_value()) return core::Ok();
  if (loser_.actions.protocol.has_value()) return Lost("ProtocolChanged", "both change the protocol");
  if (loser_.rule == ConflictRule::kValidate) return Lost("ProtocolChanged", "it changed the protocol");
  const std::optional<std::string> obstacle = ProtocolObstacle(before, *winner_.protocol);
  if (obstacle.has_value()) return Lost("ProtocolChanged", *obstacle);
  return core::Ok();
}

core::Status ConflictCheck::CheckMetadata(const delta::Metadata& before) const {
  if (!winner_.metadata.has_value()) return core::Ok();
  if (loser_.actions.metadata.has_value()) return Lost("MetadataChanged", "both change the metadata");
  const std::optional<std::string> obstacle = MetadataObstacle(before, *winner_.metadata);
  if (obstacle.has_value()) return Lost("MetadataChanged", *obstacle);
  return core::Ok();
}

core::Status ConflictCheck::CheckDomains() {
  for (const delta::DomainMetadata& own : loser_.actions.domains) {
    const bool both =
        std::ranges::find(winner_.domains, own.domain, &delta::DomainMetadata::domain) != winner_.domains.end();
    if (!both || own.domain == kRowTrackingDomain) continue;
    if (own.domain != kGridDomain) return Lost("DomainChanged", "both write the domain " + own.domain);
    rebase_.dropped_domains.insert(own.domain);
  }
  return core::Ok();
}

core::Status ConflictCheck::CheckApplications() const {
  for (const delta::SetTransaction& theirs : winner_.transactions) {
    if (loser_.app_ids.contains(theirs.app_id)) {
      return Lost("ConcurrentTransaction",
                  "it wrote version " + std::to_string(theirs.version) + " of the application '" + theirs.app_id + "'");
    }
  }
  return core::Ok();
}

core::Status ConflictCheck::CheckRestore() const {
  if (loser_.rule != ConflictRule::kRestore) return core::Ok();
  const bool idle = !winner_.protocol.has_value() && !winner_.metadata.has_value() && winner_.adds.empty() &&
                    winner_.removes.empty() && winner_.cdcs.empty() && winner_.transactions.empty() &&
                    winner_.domains.empty();
  if (idle) return core::Ok();
  return Lost("ConcurrentWrite", "nothing may be written between the state that is restored and the restore");
}

bool ConflictCheck::Candidate(const AddFile& add) const {
  if (!add.data_change) return false;
  // A file that comes back with fewer rows holds nothing new that a rule could forbid.
  if (loser_.rule == ConflictRule::kValidate) return !Removed(Canonical(add.path));
  switch (loser_.level) {
    case IsolationLevel::kSerializable: return true;
    case IsolationLevel::kWriteSerializable: return !Blind() || loser_.actions.metadata.has_value();
    case IsolationLevel::kSnapshot: return false;
  }
  return true;
}

core::Status ConflictCheck::CheckAddedFiles() const {
  const bool all = loser_.reads.table || loser_.rule == ConflictRule::kValidate;
  if (!all && loser_.reads.predicates.empty()) return core::Ok();
  for (const AddFile& add : winner_.adds) {
    if (!Candidate(add)) continue;
    const bool match = all || std::ranges::any_of(loser_.reads.predicates, [&add](const FilePredicate& predicate) {
                         return Matches(predicate, add);
                       });
    if (match) return Lost("ConcurrentAppend", "it added a file that should have been read: " + add.path);
  }
  return core::Ok();
}

core::Status ConflictCheck::CheckReadFiles() const {
  if (loser_.rule == ConflictRule::kRearrange || loser_.rule == ConflictRule::kValidate) return core::Ok();
  for (const std::string& path : removed_data_) {
    if (loser_.reads.table || loser_.reads.files.contains(path)) {
      return Lost("ConcurrentDeleteRead", "it removed a file that was read: " + path);
    }
  }
  return core::Ok();
}

core::Status ConflictCheck::CheckOwnFiles() {
  CopyRowIds();
  if (loser_.rule == ConflictRule::kRearrange) DropBins();
  const bool moved_ours = loser_.rule == ConflictRule::kOverwrite && !removed_moves_.empty();
  if (moved_ours) SLUICE_TRY(FollowMoves());
  return CheckRemovedTwice();
}

// Files that the winner added again under the same name have new row ids at most; our tombstones carry them on.
void ConflictCheck::CopyRowIds() {
  if (loser_.actions.removes.empty() && loser_.bins.empty()) return;
  for (const AddFile& add : winner_.adds) {
    if (add.data_change || (!add.base_row_id.has_value() && !add.default_row_commit_version.has_value())) continue;
    std::string path = Canonical(add.path);
    if (Removed(path)) continue;
    rebase_.row_ids.push_back({std::move(path), add.base_row_id, add.default_row_commit_version});
  }
}

void ConflictCheck::DropBins() {
  Paths added;
  for (const AddFile& add : winner_.adds) added.insert(Canonical(add.path));
  for (std::size_t i = 0; i < loser_.bins.size(); ++i) {
    const Bin& bin = loser_.bins[i];
    const bool hit =
        std::ranges::any_of(bin.removes, [this](const RemoveFile& file) { return Removed(Canonical(file.path)); }) ||
        std::ranges::any_of(bin.adds, [&](const AddFile& file) {
          const std::string path = Canonical(file.path);
          return Removed(path) || added.contains(path);
        });
    if (hit) rebase_.dropped_bins.insert(i);
  }
}

core::Status ConflictCheck::CheckRemovedTwice() const {
  if (removed_data_.empty() && removed_moves_.empty()) return core::Ok();
  const auto check = [this](const std::string& encoded) -> core::Status {
    const std::string path = Canonical(encoded);
    if (!Removed(path) || rebase_.dropped_removes.contains(path)) return core::Ok();
    return Lost("ConcurrentDeleteDelete", "it removed a file that this commit replaces: " + path);
  };
  for (const RemoveFile& file : loser_.actions.removes) SLUICE_TRY(check(file.path));
  for (const AddFile& file : loser_.actions.adds) SLUICE_TRY(check(file.path));
  return core::Ok();
}

// The winner only moved rows: remove them where they are now.
core::Status ConflictCheck::FollowMoves() {
  Paths ours;
  for (const RemoveFile& file : loser_.actions.removes) ours.insert(Canonical(file.path));
  bool hit = false;
  for (const RemoveFile& moved : winner_.removes)
    hit = hit || (!moved.data_change && ours.contains(Canonical(moved.path)));
  if (!hit) return core::Ok();
  if (!loser_.reads.table && !loser_.selects) {
    return Lost("ConcurrentDeleteDelete", "it moved rows that this commit removes");
  }
  for (const RemoveFile& moved : winner_.removes) {
    if (moved.data_change) continue;
    std::string path = Canonical(moved.path);
    const AddFile file{.path = moved.path,
                       .partition_values = moved.partition_values.value_or(delta::PartitionValues{})};
    if (ours.contains(path)) {
      rebase_.dropped_removes.insert(std::move(path));
    } else if (!moved.partition_values.has_value() || Selects(file)) {
      return Lost("ConcurrentAppend", "it moved rows that this commit keeps together with rows that it removes");
    }
  }
  for (const AddFile& add : winner_.adds) {
    if (!add.data_change && Selects(add) && !ours.contains(Canonical(add.path))) {
      rebase_.new_removes.push_back(RemovalOf(add));
    }
  }
  return core::Ok();
}

}  // namespace

std::string_view IsolationLevelName(IsolationLevel level) {
  switch (level) {
    case IsolationLevel::kSerializable: return "Serializable";
    case IsolationLevel::kWriteSerializable: return "WriteSerializable";
    case IsolationLevel::kSnapshot: return "SnapshotIsolation";
  }
  return "Serializable";
}

delta::RemoveFile RemovalOf(const delta::AddFile& file, bool data_change) {
  return {.path = file.path,
          .data_change = data_change,
          .extended_file_metadata = true,
          .partition_values = file.partition_values,
          .size_bytes = file.size_bytes,
          .tags = file.tags,
          .deletion_vector = file.deletion_vector,
          .base_row_id = file.base_row_id,
          .default_row_commit_version = file.default_row_commit_version};
}

ConflictVerdict CheckConflict(const TransactionState& loser, const delta::ActionSet& winner, std::int64_t version,
                              const delta::Protocol& protocol, const delta::Metadata& metadata) {
  ConflictCheck check(loser, winner, version);
  if (check.Own()) return OwnCommit{};
  if (core::Status status = check.CheckApplications(); !status.has_value()) {
    return Refusal{.perhaps_applied = true, .error = std::move(status).error()};
  }
  const auto run = [&]() -> core::Status {
    SLUICE_TRY(check.CheckRestore());
    SLUICE_TRY(check.CheckProtocol(protocol));
    SLUICE_TRY(check.CheckMetadata(metadata));
    SLUICE_TRY(check.CheckDomains());
    SLUICE_TRY(check.CheckAddedFiles());
    SLUICE_TRY(check.CheckReadFiles());
    return check.CheckOwnFiles();
  };
  if (core::Status status = run(); !status.has_value()) return Refusal{.error = std::move(status).error()};
  return check.TakeRebase();
}

void ApplyRebase(const Rebase& rebase, TransactionState& state) {
  for (const std::size_t bin : rebase.dropped_bins) state.bins[bin] = Bin{.dropped = true};
  const auto canonical = [&state](const std::string& path) { return delta::CanonicalPath(path, state.root); };
  std::vector<RemoveFile>& removes = state.actions.removes;
  if (!rebase.dropped_removes.empty()) {
    std::erase_if(removes,
                  [&](const RemoveFile& file) { return rebase.dropped_removes.contains(canonical(file.path)); });
  }
  removes.insert(removes.end(), rebase.new_removes.begin(), rebase.new_removes.end());
  std::erase_if(state.actions.domains,
                [&](const delta::DomainMetadata& domain) { return rebase.dropped_domains.contains(domain.domain); });
  if (rebase.row_ids.empty()) return;
  std::map<std::string_view, const Rebase::RowIds*> ids;
  for (const Rebase::RowIds& entry : rebase.row_ids) ids[entry.path] = &entry;
  const auto fill = [&](auto& files) {
    for (auto& file : files) {
      const auto found = ids.find(canonical(file.path));
      if (found == ids.end()) continue;
      file.base_row_id = found->second->base_row_id;
      file.default_row_commit_version = found->second->default_row_commit_version;
    }
  };
  fill(removes);
  fill(state.actions.adds);
  for (Bin& bin : state.bins) fill(bin.removes);  // a bin that adds such a file again was dropped
}

}  // namespace sluice::delta_log
