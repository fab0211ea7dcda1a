#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::delta_log {

/// One complete checkpoint: its parts in order, or its one top file.
struct CheckpointFiles {
  std::int64_t version = 0;
  std::vector<std::string> paths = {};
  std::uint64_t size_bytes = 0;

  bool operator==(const CheckpointFiles& other) const = default;
};

/// A commit or a compaction of several, from `first` to `last`.
struct CommitFile {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string path = {};
  std::uint64_t size_bytes = 0;
  std::int64_t modification_time_ms = 0;

  bool operator==(const CommitFile& other) const = default;
};

/// The files of the log that make one version: a checkpoint or nothing, and every commit after it.
struct LogSegment {
  std::int64_t version = 0;
  std::optional<CheckpointFiles> checkpoint = {};
  /// Ascending, without gaps from the checkpoint (or 0) to `version`.
  std::vector<CommitFile> commits = {};
  /// The same with compactions in the place of commits where there are some.
  std::vector<CommitFile> replay = {};
  /// Of `version` itself; a checkpoint's own commit can be gone.
  std::optional<CommitFile> newest_commit = {};
  std::optional<std::string> checksum_path = {};  ///< `version`.crc
};

}  // namespace sluice::delta_log
