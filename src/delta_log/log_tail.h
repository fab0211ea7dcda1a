#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/file_key.h"
#include "delta_log/file_segment_builder.h"
#include "delta_log/file_table.h"
#include "delta_log/log_segment.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// What a replay is for.
enum class ReplayGoal : std::uint8_t {
  kProtocolAndMetadata,
  kFiles,       ///< the whole state of a snapshot
  kTombstones,  ///< the removed files
  kFilesAndTombstones,
};

constexpr bool WantsFiles(ReplayGoal goal) {
  return goal == ReplayGoal::kFiles || goal == ReplayGoal::kFilesAndTombstones;
}
constexpr bool WantsTombstones(ReplayGoal goal) {
  return goal == ReplayGoal::kTombstones || goal == ReplayGoal::kFilesAndTombstones;
}

/// Corruption: what `where` adds is in the table already.
core::Error LiveTwice(const std::string& where, std::string_view path);

/// What the commits after a checkpoint say together (PROTOCOL.md, "Action Reconciliation"): read newest first, the
/// first word about a thing is the last one.
///
/// Order: (Extend, each time with older commits)* then the checkpoint's actions, once. Threads: one owner.
class LogTail {
 public:
  LogTail(const storage::Environment& environment, std::string root, ReplayGoal goal);

  /// Replay `replay`, ascending and without gaps; it may hold compactions. One that cannot be read is noted, and
  /// replaced by its commits, which are among `commits`.
  core::Status Extend(std::span<const CommitFile> replay, std::span<const CommitFile> commits);

  const std::optional<delta::Protocol>& protocol() const { return protocol_; }
  const std::optional<delta::Metadata>& metadata() const { return metadata_; }
  /// Of the newest file that was replayed, when it is a commit.
  const std::optional<delta::CommitInfo>& newest_commit_info() const { return newest_commit_info_; }

  /// The actions of a checkpoint that are not about files, where no commit said otherwise.
  void Add(const delta::ActionSet& checkpoint);
  std::map<std::string, delta::SetTransaction, std::less<>> TakeTransactions() { return std::move(transactions_); }
  /// Those not removed.
  std::map<std::string, delta::DomainMetadata, std::less<>> TakeDomains();
  /// The live files: those of a checkpoint, less what the commits removed or replaced, then those of the commits.
  /// Corruption when a file is live twice: a commit added it under another deletion vector and did not remove it, or
  /// the checkpoint adds it twice.
  core::Result<FileTable> TakeFiles(std::vector<std::shared_ptr<const FileSegment>> checkpoint);
  /// The removed files, with those of a checkpoint.
  std::vector<delta::RemoveFile> TakeTombstones(std::vector<delta::RemoveFile> checkpoint);

  std::vector<std::string> notes;  ///< what was odd and did no harm

 private:
  core::Status Replay(const CommitFile& file, core::Result<delta::ActionSet> actions,
                      std::span<const CommitFile> commits);
  core::Status Apply(const CommitFile& file, delta::ActionSet actions);
  core::Status ApplyFiles(const CommitFile& file, const std::vector<delta::AddFile>& adds,
                          std::vector<delta::RemoveFile> removes);
  FileKey PathKey(std::string_view path);
  core::Status AddFiles(std::shared_ptr<const FileSegment> segment, FileTable& files);

  const storage::Environment& environment_;
  std::string root_;
  ReplayGoal goal_;
  std::optional<delta::Protocol> protocol_;
  std::optional<delta::Metadata> metadata_;
  bool began_ = false;
  std::optional<delta::CommitInfo> newest_commit_info_;
  std::map<std::string, delta::SetTransaction, std::less<>> transactions_;
  std::map<std::string, delta::DomainMetadata, std::less<>> domains_;
  FileKeySet seen_;        // logical files that a commit added or removed
  FileKeySet live_paths_;  // paths that a commit added last
  FileSegmentBuilder adds_;
  std::vector<delta::RemoveFile> removes_;
  std::string path_storage_;
};

}  // namespace sluice::delta_log
