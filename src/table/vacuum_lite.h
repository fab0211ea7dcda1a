#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/log_segment.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// All commits of the log up to `snapshot`, ascending; lists the log when `snapshot` does not know them.
core::Result<std::vector<delta_log::CommitFile>> AllCommits(const storage::Environment& environment,
                                                            const delta_log::Snapshot& snapshot);

/// The newest of all commits at `time_ms` or before, by the times of the files, made to ascend; -1 when there is none.
std::int64_t NewestCommitBefore(std::span<const delta_log::CommitFile> commits, std::int64_t time_ms);

/// The version up to which a vacuum has deleted what commits removed, from `_delta_log/_last_vacuum_info`:
///
///     {"latestCommitVersionOutsideOfRetentionWindow":12}
///
/// nullopt when there is none that can be read.
core::Result<std::optional<std::int64_t>> ReadVacuumedVersion(const storage::Environment& environment,
                                                              const std::string& root);
core::Status WriteVacuumedVersion(const storage::Environment& environment, const std::string& root,
                                  std::int64_t version);

/// A path from the root that a commit removed, or that it wrote into the change data feed.
struct FormerFile {
  std::string path = {};
  std::string reason = {};  ///< "removed in version 12"
};

/// What those of all `commits` from `first` to `last` took out of the table, and their change data files. Unsupported
/// when one of them is gone.
core::Result<std::vector<FormerFile>> FilesRemovedBy(const storage::Environment& environment, const std::string& root,
                                                     std::span<const delta_log::CommitFile> commits, std::int64_t first,
                                                     std::int64_t last);

}  // namespace sluice::table
