#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::delta_log {

struct CleanupOptions {
  /// The oldest version that somebody still reads; it and what follows stay.
  std::optional<std::int64_t> oldest_pinned = {};
};

struct CleanupReport {
  /// Versions before this one are no longer to be had; 0 when nothing was deleted.
  std::int64_t first_version = 0;
  std::vector<std::string> deleted = {};
  std::vector<std::string> notes = {};
};

/// Delete commits, checkpoints, checksums, compactions and sidecars that are older than the table's
/// delta.logRetentionDuration and that no kept version needs, and temporary files older than a day. Does nothing when
/// delta.enableExpiredLogCleanup is false, or before a version that delta.requireCheckpointProtectionBeforeVersion
/// protects.
///
/// Crash and errors: at every moment the versions from the kept checkpoint on can be read; the next cleanup goes on.
core::Result<CleanupReport> CleanUpLog(const storage::Environment& environment, const Snapshot& snapshot,
                                       const CleanupOptions& options = {});

}  // namespace sluice::delta_log
