#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "delta_log/log_segment.h"
#include "storage/file_system.h"

namespace sluice::delta_log {

/// The files of a log that mean something, as one listing found them.
///
/// `_last_checkpoint` is not read: the listing is complete, and says more than a hint that may be stale or torn.
struct LogListing {
  std::string folder = {};                        ///< `_delta_log` of the table
  std::vector<CommitFile> commits = {};           ///< ascending
  std::vector<CommitFile> compactions = {};       ///< ascending by first, then last
  std::vector<CheckpointFiles> checkpoints = {};  ///< complete ones, best first: newer, then UUID, parts, classic
  /// Checkpoints of which parts are missing: version → what is wrong.
  std::map<std::int64_t, std::string> incomplete = {};
  std::map<std::int64_t, std::string> checksums = {};  ///< version → path

  bool operator==(const LogListing& other) const = default;

  const CommitFile* FindCommit(std::int64_t version) const;
  /// The oldest and newest version that can be put together from these files without a gap; nullopt when none can.
  std::optional<std::pair<std::int64_t, std::int64_t>> AvailableVersions() const;
};

/// List the log of the table at `root`. NotFound when there is no log with a commit or checkpoint in it.
core::Result<LogListing> ListLog(storage::FileSystem& files, const std::string& root);

/// The version to read: `wanted`, or the newest. NotFound, naming what is there, when `wanted` is not; Corruption when
/// nothing shows which version is the newest.
core::Result<std::int64_t> ChooseVersion(const LogListing& listing, std::optional<std::int64_t> wanted);

/// The files that make `version` on top of `checkpoint` (nullptr: of nothing). Corruption naming the first missing
/// commit; NotFound, naming the versions that are there, when cleanup took what `version` stands on.
core::Result<LogSegment> MakeSegment(const LogListing& listing, std::int64_t version,
                                     const CheckpointFiles* checkpoint);

}  // namespace sluice::delta_log
